//! The runs that a course keeps: `_runs/` in its folder, committed with the lessons.
//!
//! `_runs/asyncio/notebook.json` holds what a program printed, `_runs/asyncio/notebook/` the files
//! that it wrote, `_runs/Cargo.lock` the versions that all were built with.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{files, local, with_path};
use crate::{
    execute::{Runner, changes, fingerprint, inputs, is_as_expected, key, local_paths},
    model::{
        package::{COURSE, Program},
        record::{CapturedFile, Inputs, Made, Trace},
        source::Sources,
    },
};

const FOLDER: &str = "_runs";
const LOCK: &str = "Cargo.lock";

/// Which records may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// All that are valid.
    Valid,
    /// All that are valid, and where there is none that is a mistake: nothing is run.
    Frozen,
    /// None: everything is run.
    None,
    /// None of this lesson.
    NoneOf(String),
}

/// Wraps a runner: what was run before with the same inputs is not run again.
pub struct Recorded<R> {
    runner: R,
    course: PathBuf,
    /// Where its runs are kept.
    folder: PathBuf,
    lock: String,
    records: Use,
    /// The programs that the course has now, by lesson and name.
    asked_for: BTreeSet<(String, String)>,
    interrupted: bool,
    /// How many programs were run, and how many had a record.
    pub ran: usize,
    pub recalled: usize,
}

/// Whether what is kept for a program still holds.
pub enum State {
    /// Nothing was ever recorded, or nothing that can be read.
    Missing,
    /// What changed since, a phrase each.
    Stale(Vec<String>),
    Valid(Made),
}

/// A record as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    made_of: Inputs,
    #[serde(flatten)]
    trace: Trace,
    /// The files that the program wrote, and what they hold: a hash each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<String, String>,
}

/// The versions that a course was last built with; empty where it never was.
pub fn lock(course: &Path) -> io::Result<String> {
    let path = course.join(FOLDER).join(LOCK);
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(with_path(&path)),
    }
}

impl<R: Runner> Recorded<R> {
    /// The runs of the course in this folder.
    pub fn new(runner: R, course: &Path, lock: String, records: Use) -> Self {
        Self {
            runner,
            course: course.to_owned(),
            folder: course.join(FOLDER),
            lock,
            records,
            asked_for: BTreeSet::new(),
            interrupted: false,
            ran: 0,
            recalled: 0,
        }
    }

    /// Whether the user stopped a run.
    pub fn was_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Removes the records of programs that the course no longer has.
    pub fn prune(&self) -> io::Result<()> {
        for path in files::list(&self.folder, &[])? {
            let mut parts = path.splitn(3, '/');
            let (lesson, rest) = (parts.next().unwrap_or_default(), parts.next());
            let Some(rest) = rest else { continue };
            let program = rest.strip_suffix(".json").unwrap_or(rest);
            if !self.asked_for.contains(&(lesson.to_owned(), program.to_owned())) {
                files::remove(&self.folder.join(&path), &self.folder)?;
            }
        }
        Ok(())
    }

    fn may_recall(&self, program: &Program) -> bool {
        match &self.records {
            Use::Valid | Use::Frozen => true,
            Use::None => false,
            Use::NoneOf(lesson) => *lesson != program.lesson,
        }
    }

    fn place(&self, program: &Program) -> PathBuf {
        self.folder.join(&program.lesson).join(&program.name)
    }

    /// What a run would be made of now.
    fn inputs(&self, program: &Program) -> io::Result<Inputs> {
        let paths = local_paths(program);
        if paths.is_empty() {
            return Ok(inputs(program, &self.lock, None));
        }
        let folder = self.course.to_string_lossy();
        let folders = paths.into_iter().map(|path| PathBuf::from(path.replace(COURSE, &folder)));
        Ok(inputs(program, &self.lock, Some(&local::contents(folders)?)))
    }

    fn read(&self, program: &Program) -> Option<Kept> {
        let text = fs::read_to_string(self.place(program).with_added_extension("json")).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Whether a program's record is what a run would give.
    ///
    /// # Errors
    ///
    /// Where a crate that it depends on by path cannot be read.
    pub fn state(&self, program: &Program, sources: &Sources) -> io::Result<State> {
        let Some(kept) = self.read(program) else { return Ok(State::Missing) };
        let now = self.inputs(program)?;
        if kept.key != key(&now) {
            return Ok(State::Stale(changes(program, &kept.made_of, &now, sources)));
        }
        Ok(match self.recall(program) {
            Some(trace) => State::Valid(trace.made),
            None => State::Stale(vec!["a file that it wrote is gone, or another".to_owned()]),
        })
    }

    /// What is kept for a program, if it is still what a run would give.
    fn recall(&self, program: &Program) -> Option<Trace> {
        let place = self.place(program);
        let kept = self.read(program)?;
        (kept.key == key(&self.inputs(program).ok()?)).then_some(())?;
        let mut trace = kept.trace;
        for (path, hash) in kept.files {
            files::is_inside(&path).then_some(())?;
            let bytes = fs::read(place.join(&path)).ok()?;
            (fingerprint(&bytes) == hash).then_some(())?;
            trace.files.push(CapturedFile { path, bytes });
        }
        Some(trace)
    }

    /// Keeps a run: its files first, so that a record never speaks of what is not there.
    fn keep(&mut self, program: &Program, trace: &Trace) -> io::Result<()> {
        if !trace.lock.is_empty() && trace.lock != self.lock {
            files::write(&self.folder.join(LOCK), trace.lock.as_bytes())?;
            self.lock.clone_from(&trace.lock);
        }
        let place = self.place(program);
        let written: Vec<(String, Vec<u8>)> =
            trace.files.iter().map(|file| (file.path.clone(), file.bytes.clone())).collect();
        files::mirror(&place, &written, &[])?;
        let hashes = trace.files.iter().map(|file| (file.path.clone(), fingerprint(&file.bytes)));
        let made_of = self.inputs(program)?;
        let (key, trace) = (key(&made_of), trace.clone());
        let kept = Kept { key, made_of, trace, files: hashes.collect() };
        let mut json = serde_json::to_string_pretty(&kept)?;
        json.push('\n');
        files::write(&place.with_added_extension("json"), json.as_bytes())?;
        Ok(())
    }
}

impl<R: Runner> Runner for Recorded<R> {
    fn run(&mut self, program: &Program) -> io::Result<Trace> {
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        self.asked_for.insert((program.lesson.clone(), program.name.clone()));
        if self.may_recall(program) {
            if let Some(trace) = self.recall(program) {
                self.recalled += 1;
                return Ok(trace);
            }
            if self.records == Use::Frozen {
                let message = format!(
                    "`{}` of lesson `{}` has no valid record, and --frozen runs nothing; `lessonc why {}` \
                     says what changed",
                    program.name, program.lesson, program.lesson
                );
                return Err(io::Error::new(io::ErrorKind::NotFound, message));
            }
        }
        let trace = self.runner.run(program).inspect_err(|error| {
            self.interrupted |= error.kind() == io::ErrorKind::Interrupted;
        })?;
        self.ran += 1;
        if is_as_expected(program, &trace) {
            self.keep(program, &trace)?;
        }
        Ok(trace)
    }

    fn read(&mut self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.course.join(path))
    }
}

/// Runs nothing: for those who only look at what is recorded.
pub struct Nobody;

impl Runner for Nobody {
    fn run(&mut self, _: &Program) -> io::Result<Trace> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
