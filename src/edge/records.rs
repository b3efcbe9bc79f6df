//! The runs that a course keeps: `_runs/` in its folder, committed with the lessons.
//!
//! `_runs/asyncio/notebook.json` holds what a program printed, `_runs/asyncio/notebook/` the files
//! that it wrote, `_runs/Cargo.lock` the versions that all were built with.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{files, local, timings::Clock, with_path};
use crate::{
    execute::{
        Give, Lock, Runner, Stale, Stamp, changes, data, fingerprint, inputs, is_as_expected, key,
        local_paths,
    },
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

/// Programs by their lessons and names.
pub type Programs = BTreeSet<(String, String)>;

impl Use {
    /// Whether they may be, of this lesson.
    pub fn may_recall(&self, lesson: &str) -> bool {
        match self {
            Self::Valid | Self::Frozen => true,
            Self::None => false,
            Self::NoneOf(other) => other != lesson,
        }
    }
}

/// Wraps a runner: what was run before with the same inputs is not run again.
pub struct Recorded<R> {
    runner: R,
    store: Store,
    records: Use,
    interrupted: bool,
    /// When each stage began.
    pub clock: Clock,
    /// How many programs were run, and how many had a record.
    pub ran: usize,
    pub recalled: usize,
}

/// The runs that are kept of a course.
#[derive(Clone)]
pub struct Store {
    course: PathBuf,
    /// Where they are kept.
    folder: PathBuf,
    /// Where new ones go.
    out: PathBuf,
    /// The versions that they were built with.
    versions: Versions,
}

/// The versions that a course is built with.
#[derive(Clone)]
pub struct Versions {
    /// `Cargo.lock`.
    text: Arc<str>,
    /// What it says.
    locked: Arc<Lock>,
    hash: String,
}

impl From<String> for Versions {
    fn from(text: String) -> Self {
        let (locked, hash) = (Arc::new(Lock::read(&text)), fingerprint(text.as_bytes()));
        Self { text: text.into(), locked, hash }
    }
}

/// What a program takes of what lies outside of the lessons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// A hash of what is in the crates that it depends on by path, if there are such.
    local: Option<String>,
    /// Of each file that it declares, a hash.
    data: BTreeMap<String, String>,
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

/// Removes the records of programs that a course no longer has.
pub fn prune(course: &Path, programs: &Programs) -> io::Result<()> {
    let folder = course.join(FOLDER);
    files::sweep(&folder)?;
    for path in files::list(&folder, &[])? {
        let mut parts = path.splitn(3, '/');
        let (lesson, rest) = (parts.next().unwrap_or_default(), parts.next());
        let Some(rest) = rest else { continue };
        let program = rest.strip_suffix(".json").unwrap_or(rest);
        if !programs.contains(&(lesson.to_owned(), program.to_owned())) {
            files::remove(&folder.join(&path), &folder)?;
        }
    }
    Ok(())
}

impl<R: Runner> Recorded<R> {
    pub fn new(runner: R, store: Store, records: Use) -> Self {
        let clock = Clock::default();
        Self { runner, store, records, interrupted: false, clock, ran: 0, recalled: 0 }
    }

    /// Puts new runs into another folder, and those alone.
    pub fn record_into(&mut self, folder: &Path) {
        self.store.out = folder.to_owned();
    }

    /// Whether the user stopped a run.
    pub fn was_interrupted(&self) -> bool {
        self.interrupted
    }

    /// What is asked to run, to be told more.
    pub fn runner_mut(&mut self) -> &mut R {
        &mut self.runner
    }

    /// Runs some of the programs, and keeps what they give.
    fn run_anew(&mut self, programs: &[&Program], stale: &[usize], give: Give<'_>) {
        if self.records == Use::Frozen {
            stale.iter().for_each(|index| give(*index, Err(self.store.stale(programs[*index]))));
            return;
        }
        let mut batch = vec![];
        let mut places = vec![];
        for index in stale {
            match self.store.outside(programs[*index]) {
                Ok(outside) => {
                    batch.push(programs[*index]);
                    places.push((*index, outside));
                }
                Err(error) => give(*index, Err(error)),
            }
        }
        self.runner.run(&batch, &mut |at, trace| {
            let (index, outside) = &places[at];
            let trace = trace.and_then(|trace| {
                self.ran += 1;
                self.clock.ran(&batch[at].lesson, trace.steps.iter().map(|step| step.micros).sum());
                let program = batch[at];
                if is_as_expected(program, &trace) && !self.store.keep(program, &trace, outside)? {
                    eprintln!(
                        "{}: what its {} reads was changed while it ran, so that it is not recorded.",
                        program.lesson, program.name
                    );
                }
                Ok(trace)
            });
            let interrupted = io::ErrorKind::Interrupted;
            self.interrupted |= trace.as_ref().is_err_and(|error| error.kind() == interrupted);
            give(*index, trace);
        });
    }
}

impl<R: Runner> Runner for Recorded<R> {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        let mut left: Vec<usize> = (0..programs.len()).collect();
        loop {
            let lock = Arc::clone(&self.store.versions.text);
            let (store, records) = (&self.store, &self.records);
            let known = left.par_iter().map(|index| {
                let program = programs[*index];
                (*index, store.recall_for(records, program))
            });
            let (mut recalled, mut stale) = (vec![], vec![]);
            for (index, trace) in known.collect::<Vec<_>>() {
                match trace {
                    Some(trace) => recalled.push((index, trace)),
                    None => stale.push(index),
                }
            }
            self.run_anew(programs, &stale, give);
            if self.store.versions.text == lock {
                self.recalled += recalled.len();
                recalled.into_iter().for_each(|(index, trace)| give(index, Ok(trace)));
                return;
            }
            // With other versions than before, what seemed to hold may not.
            left = recalled.into_iter().map(|(index, _)| index).collect();
        }
    }

    fn read(&mut self, path: &str) -> io::Result<Vec<u8>> {
        self.store.read_file(path)
    }

    fn begins(&mut self, stage: &'static str) {
        self.clock.begins(stage);
    }

    fn stamp(&mut self, lesson: Option<&str>, files: &BTreeSet<String>) -> Option<Stamp> {
        let may_recall = lesson.is_none_or(|lesson| self.records.may_recall(lesson));
        may_recall.then(|| self.store.stamp(lesson, files)).flatten()
    }
}

impl Store {
    /// The runs of the course in this folder, with the versions that it is built with.
    pub fn new(course: &Path, versions: impl Into<Versions>) -> Self {
        let folder = course.join(FOLDER);
        let versions = versions.into();
        Self { course: course.to_owned(), out: folder.clone(), folder, versions }
    }

    /// A file of the course.
    pub(super) fn read_file(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.course.join(path))
    }

    /// See [`Runner::stamp`].
    pub(super) fn stamp(&self, lesson: Option<&str>, files: &BTreeSet<String>) -> Option<Stamp> {
        let mut hasher = DefaultHasher::new();
        self.versions.hash.hash(&mut hasher);
        if let Some(lesson) = lesson {
            // Records are put into their folder as new files, which is a change to the folder.
            if let Ok(folder) = fs::metadata(self.folder.join(lesson)) {
                files::State::settled(&folder)?.hash(&mut hasher);
            }
        }
        for path in files {
            files::State::of(&self.course.join(path))?.hash(&mut hasher);
        }
        Some(Stamp(hasher.finish()))
    }

    /// What a program would take now of what lies outside of the lessons.
    ///
    /// # Errors
    ///
    /// Where something of that cannot be read.
    pub fn outside(&self, program: &Program) -> io::Result<Outside> {
        let data = data(program).into_iter().map(|path| {
            let full = self.course.join(path);
            let bytes = fs::read(&full).map_err(with_path(&full))?;
            Ok((path.to_owned(), fingerprint(&bytes)))
        });
        let data = data.collect::<io::Result<_>>()?;
        let paths = local_paths(program);
        let folder = self.course.to_string_lossy();
        let folders = paths.iter().map(|path| PathBuf::from(path.replace(COURSE, &folder)));
        let local = if paths.is_empty() { None } else { Some(local::contents(folders)?) };
        Ok(Outside { local, data })
    }

    /// What a run is made of.
    fn inputs(&self, program: &Program, outside: &Outside) -> Inputs {
        let data = outside.data.iter().map(|(path, hash)| (path.as_str(), hash.clone()));
        inputs(program, &self.versions.locked, outside.local.as_deref(), data.collect())
    }

    fn read(&self, program: &Program) -> Option<Kept> {
        let text =
            fs::read_to_string(place(&self.folder, program).with_added_extension("json")).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Whether a program's record is what a run would give.
    ///
    /// # Errors
    ///
    /// Where a crate that it depends on by path cannot be read.
    pub fn state(&self, program: &Program, sources: &Sources) -> io::Result<State> {
        let Some(kept) = self.read(program) else { return Ok(State::Missing) };
        let now = self.inputs(program, &self.outside(program)?);
        if kept.key != key(&now) {
            return Ok(State::Stale(changes(program, &kept.made_of, &now, sources)));
        }
        Ok(match self.recall(program) {
            Some(trace) => State::Valid(trace.made),
            None => State::Stale(vec!["a file that it wrote is gone, or another".to_owned()]),
        })
    }

    /// That a program has no record that holds, as an error.
    pub(super) fn stale(&self, program: &Program) -> io::Error {
        match self.outside(program) {
            Ok(outside) => io::Error::other(Stale {
                before: self.read(program).map(|kept| kept.made_of),
                now: self.inputs(program, &outside),
            }),
            Err(error) => error,
        }
    }

    /// What is kept for a program, if it may be used and is still what a run would give.
    pub(super) fn recall_for(&self, records: &Use, program: &Program) -> Option<Trace> {
        records.may_recall(&program.lesson).then(|| self.recall(program)).flatten()
    }

    /// What is kept for a program, if it is still what a run would give.
    fn recall(&self, program: &Program) -> Option<Trace> {
        let kept = self.read(program)?;
        let now = self.inputs(program, &self.outside(program).ok()?);
        (kept.key == key(&now)).then_some(())?;
        self.whole(program, kept)
    }

    /// What a program printed and wrote when it was another. What the compiler said is of that.
    pub(super) fn last(&self, program: &Program) -> Option<Trace> {
        let trace = self.whole(program, self.read(program)?)?;
        Some(Trace { messages: vec![], ..trace })
    }

    /// A record with the files that belong to it, if they are as they were.
    fn whole(&self, program: &Program, kept: Kept) -> Option<Trace> {
        let place = place(&self.folder, program);
        let mut trace = kept.trace;
        for (path, hash) in kept.files {
            files::is_inside(&path).then_some(())?;
            let bytes = fs::read(place.join(&path)).ok()?;
            (fingerprint(&bytes) == hash).then_some(())?;
            trace.files.push(CapturedFile { path, bytes: bytes.into() });
        }
        Some(trace)
    }

    /// Keeps a run, and says whether it did: where what it takes is not what it was `before`, nobody
    /// knows what the run had of it.
    pub fn keep(&mut self, program: &Program, trace: &Trace, before: &Outside) -> io::Result<bool> {
        if !trace.lock.is_empty() && *trace.lock != *self.versions.text {
            files::write(&self.out.join(LOCK), trace.lock.as_bytes())?;
            self.versions = trace.lock.clone().into();
        }
        if self.outside(program)? != *before {
            return Ok(false);
        }
        // Its files first, so that a record never speaks of what is not there.
        let place = place(&self.out, program);
        let written: Vec<(String, Vec<u8>)> =
            trace.files.iter().map(|file| (file.path.clone(), file.bytes.to_vec())).collect();
        files::mirror(&place, &written, &[])?;
        let hashes = trace.files.iter().map(|file| (file.path.clone(), fingerprint(&file.bytes)));
        let made_of = self.inputs(program, before);
        let (key, trace) = (key(&made_of), trace.clone());
        let kept = Kept { key, made_of, trace, files: hashes.collect() };
        let mut json = serde_json::to_string_pretty(&kept)?;
        json.push('\n');
        files::write(&place.with_added_extension("json"), json.as_bytes())?;
        Ok(true)
    }
}

/// Where a program's run is kept in a folder.
fn place(folder: &Path, program: &Program) -> PathBuf {
    folder.join(&program.lesson).join(&program.name)
}

/// Runs nothing: for those who only look at what is recorded.
pub struct Nobody;

impl Runner for Nobody {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        (0..programs.len()).for_each(|index| give(index, Err(io::ErrorKind::Unsupported.into())));
    }
}
