//! `lessonc check --run`: runs a course afresh, compares with what is recorded, and takes what is new
//! if asked to.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
    sync::Arc,
};

use super::{
    cargo::Cargo,
    course::CourseFolder,
    private_folder,
    records::{self, Nobody, Recorded, Store, Use},
    run::{alone, check_name},
    terminal::{Progress, plural},
};
use crate::{
    execute::{Give, Runner, is_as_expected},
    model::{
        diagnostic::{Diagnostic, Fix, Replacement},
        package::Program,
        record::Trace,
        source::SourceId,
    },
    pipeline::{
        self,
        rerun::{self, Rerun},
    },
    weave::Theme,
};

/// What to run afresh.
#[derive(Clone, Debug)]
pub struct Options {
    /// A lesson; all where absent.
    pub lesson: Option<String>,
    /// Whether to record what was given.
    pub update: bool,
    /// Whether cargo may use the network.
    pub offline: bool,
}

/// All that is wrong with a course by what its programs give now.
///
/// # Errors
///
/// Where the user stops a run, or a record cannot be written.
pub fn rerun(
    options: &Options,
    folder: &Path,
    course: &CourseFolder,
    theme: &Arc<Theme>,
) -> io::Result<Vec<Diagnostic>> {
    let lesson = options.lesson.as_deref();
    lesson.map_or(Ok(()), |lesson| check_name(lesson, course, "check", "--run"))?;
    let lock = records::lock(folder)?;
    let private = private_folder(folder)?;
    let _alone = alone(&private)?;
    let progress = Arc::new(Progress::on_stderr());
    let (lessonc, course_folder) = (std::env::current_exe()?, folder.to_owned());
    let mut cargo =
        Cargo::new(private, course_folder, lock.clone(), options.offline, lessonc, progress)?;
    let store = || Store::new(folder, lock.clone());
    let programs = pipeline::programs(&course.sources, &course.files).value;
    let before = programs.iter().filter_map(|it| Some((name(it), store().outside(it).ok()?)));
    let before: BTreeMap<_, _> = before.collect();
    let mut recorded = Recorded::new(Nobody, store(), Use::Frozen);
    let is_wanted = |name: &str| lesson.is_none_or(|lesson| lesson == name);
    let Rerun { fresh, mut diagnostics } =
        rerun::rerun(&course.sources, &course.files, is_wanted, &mut recorded, &mut cargo)?;
    let traces = fresh.iter().map(|(program, trace)| (name(program), trace.clone()));
    let mut given = Fresh { traces: traces.collect(), recorded: &mut recorded };
    diagnostics.extend(pipeline::check(&course.sources, &course.files, theme, &mut given));
    if options.update {
        let places =
            diagnostics.iter().filter(|found| is_taken(found)).filter_map(Diagnostic::span);
        let lessons: BTreeSet<SourceId> = places.map(|place| place.source).collect();
        let is_of = |program: &Program| {
            program.steps.first().is_some_and(|step| lessons.contains(&step.chunk.source))
        };
        let (mut store, mut kept) = (store(), 0);
        for (program, trace) in fresh.iter().filter(|(program, _)| is_of(program)) {
            let before = before.get(&name(program)).filter(|_| is_as_expected(program, trace));
            if let Some(before) = before {
                kept += usize::from(store.keep(program, trace, before)?);
            }
        }
        eprintln!("{}: {} recorded", folder.display(), plural(kept, "program"));
    }
    Ok(diagnostics)
}

/// Whether `--update` mends a finding, by recording the fresh runs of its lesson.
pub fn is_taken(found: &Diagnostic) -> bool {
    match &*found.code {
        "drift" | "no-record" => true,
        "other-output" => patch(found).is_some(),
        _ => false,
    }
}

/// The findings with the authors' own blocks mended by what the cells gave.
pub fn as_given(taken: &[Diagnostic]) -> Vec<Diagnostic> {
    let mended = taken.iter().filter_map(|found| {
        let message = "write what the cell gives".to_owned();
        Some(found.clone().fixed_by(Fix { message, replacements: patch(found)?.clone() }))
    });
    mended.collect()
}

fn patch(found: &Diagnostic) -> Option<&Vec<Replacement>> {
    found.remarks.iter().find_map(|remark| remark.patches.first())
}

/// Gives what was run afresh, and what is recorded of all else.
struct Fresh<'a> {
    traces: BTreeMap<(String, String), Trace>,
    recorded: &'a mut Recorded<Nobody>,
}

impl Runner for Fresh<'_> {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        for (index, program) in programs.iter().enumerate() {
            match self.traces.remove(&name(program)) {
                Some(trace) => give(index, Ok(trace)),
                None => self.recorded.run(&[program], &mut |_, trace| give(index, trace)),
            }
        }
    }
}

fn name(program: &Program) -> (String, String) {
    (program.lesson.clone(), program.name.clone())
}
