//! What to run and what came of it, without running anything: composes cells into programs, splits
//! a capture step by step, and brings the compiler's and panics' places back to lesson lines.

mod blame;
mod changes;
mod console;
mod data;
mod drift;
mod expected;
mod key;
mod notebook;
mod outputs;
#[expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "generated programs carry it, and do touch the world"
)]
mod runtime;
mod stale;
mod syntax;
mod trace;
mod unfinished;

use std::{collections::BTreeSet, io, sync::Arc};

use crate::model::{
    course::{Course, Lesson},
    diagnostic::{Diagnosed, Diagnostic, Severity},
    package::{Action, Expected, Member, Package, Program, Step, Tangled, Workspace},
    record::{CapturedFile, End, Output, Part, Record, Trace},
    source::{Sources, Span},
};

use data::place_of;
use notebook::Notebook;

pub use blame::join_uses;
pub use changes::changes;
pub use console::without_chatter;
pub use data::{data, missing as missing_data, undeclared as undeclared_data};
pub use drift::{drifted, drifted_files, unchecked};
pub use expected::is_as_expected;
pub use key::{Lock, fingerprint, inputs, key, local_paths};
pub use notebook::NOTEBOOKS;
pub use outputs::{Plain, compare};
pub use runtime::NONCE;
pub use stale::Stale;
pub use trace::{Splitter, Stream};

/// What the world does for the road: runs programs and tells what they gave, and reads the data that
/// the course brings along.
pub trait Runner {
    /// Runs programs of one workspace. What each gave is handed over as soon as it is there, with
    /// the program's index; each is given once, in whatever order they end.
    ///
    /// There is an error where no capture could be made at all. A program that fails gives a
    /// [`Trace`] that says so.
    fn run(&mut self, programs: &[&Program], give: Give<'_>);

    /// Reads a file of the course, by its path there.
    ///
    /// # Errors
    ///
    /// Where it can't be read. A runner that knows no course has none.
    fn read(&mut self, _path: &str) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// Takes what a program gave, and the program's index.
pub type Give<'a> = &'a mut dyn FnMut(usize, io::Result<Trace>);

/// Every program of a course: first the notebooks in the order of the lessons, then the consoles,
/// then the packages that neither needs.
pub fn programs(
    course: &Course,
    tangled: &Tangled,
    profile: &str,
    sources: &Sources,
) -> Diagnosed<Vec<Program>> {
    let mut diagnostics = vec![];
    let mut notebooks = vec![];
    for lesson in &course.lessons {
        let Some(package) = tangled.package(lesson) else {
            diagnostics.extend(notebook::unbalanced_cells(lesson, &tangled.cells));
            continue;
        };
        let notebook = notebook::compose(course, lesson, package, &tangled.cells);
        notebooks.extend(notebook.into_value(&mut diagnostics).map(|notebook| (lesson, notebook)));
    }
    diagnostics.extend(clashes(&notebooks, tangled));
    let packages = tangled.packages.iter().filter(|package| !package.files.is_empty());
    let members = packages
        .map(|package| Member {
            folder: package.name.clone(),
            package: package.clone(),
            data: declared_for(course, package),
        })
        .chain(notebooks.iter().map(|(_, notebook)| notebook.member.clone()));
    let runner = course.settings.runner.clone();
    let workspace = Arc::new(Workspace::new(members.collect(), profile.to_owned(), runner));

    let mut programs: Vec<Program> = notebooks
        .into_iter()
        .flat_map(|(lesson, notebook)| notebook.programs(course, lesson, &workspace))
        .collect();
    let mut built: BTreeSet<String> = BTreeSet::new();
    for lesson in course.lessons.iter().filter(|lesson| tangled.package(lesson).is_some()) {
        let console = console::program(course, lesson, &workspace, sources);
        built.extend(console.iter().map(|program| program.member.clone()));
        programs.extend(console);
    }
    for lesson in &course.lessons {
        // A program that no console runs must be right all the same.
        let package = tangled.package(lesson).filter(|package| package.has_manifest());
        if package.is_some_and(|package| built.insert(package.name.clone())) {
            programs.extend(build_alone(course, lesson, &workspace));
        }
    }
    Diagnosed { value: programs, diagnostics }
}

/// The files that the lessons of a package declare.
fn declared_for(course: &Course, package: &Package) -> BTreeSet<String> {
    let lessons = course.lessons.iter().filter(|lesson| lesson.package() == package.name);
    lessons.flat_map(|lesson| data::declared(lesson).into_keys()).collect()
}

/// Builds a lesson's package.
fn build_alone(course: &Course, lesson: &Lesson, workspace: &Arc<Workspace>) -> Option<Program> {
    let chunks = lesson.chunks();
    let target = chunks.into_iter().find(|chunk| chunk.target().is_some())?;
    Some(Program {
        lesson: lesson.name.clone(),
        name: "package".to_owned(),
        workspace: Arc::clone(workspace),
        member: lesson.package(),
        uses: vec![],
        action: Action::Build,
        expected: Expected::Success,
        sandbox: course.sandbox(lesson),
        is_seeded: false,
        data: data::declared(lesson),
        steps: vec![Step {
            chunk: target.span,
            span: target.info,
            timeout: course.timeout(lesson, target),
            output_size: course.output_size(lesson, target),
            timing: None,
        }],
    })
}

/// Cargo knows packages by their names alone, so a notebook's must be nobody else's.
fn clashes(notebooks: &[(&Lesson, Notebook)], tangled: &Tangled) -> Vec<Diagnostic> {
    let mut taken: BTreeSet<String> = tangled.packages.iter().map(Package::cargo_name).collect();
    let clashing = notebooks
        .iter()
        .filter(|(_, notebook)| !taken.insert(notebook.member.package.name.clone()));
    let diagnostics = clashing.map(|(lesson, notebook)| {
        let name = &notebook.member.package.name;
        Diagnostic::error("package-name", format!("there would be two packages `{name}`"))
            .at(Span { source: lesson.source, start: 0, end: 0 }, "the notebook of this lesson")
            .hint("rename the lesson's file")
    });
    diagnostics.collect()
}

/// Percents of the processors' time that others may take while something is measured. What a desktop
/// does by itself stays below.
const MOST_LOAD: u32 = 20;

fn busy(program: &Program, trace: &Trace) -> Option<Diagnostic> {
    let load = trace.made.load.filter(|load| *load > MOST_LOAD)?;
    let step = program.steps.iter().find(|step| step.timing.is_some())?;
    let message = format!("the machine was {load} % busy with other things when this was measured");
    let hint =
        format!("measure again when it is quiet: `lessonc build --rerun {}`", program.lesson);
    Some(Diagnostic::warning("busy-machine", message).at(step.span, "").hint(hint))
}

/// Adds a file that a program wrote to its lesson's. All its programs' files stand in one folder of the
/// site, so of one name there can be one.
fn add_file(record: &mut Record, program: &Program, file: CapturedFile) -> Option<Diagnostic> {
    let Some(first) = record.files.iter().find(|first| first.path == file.path) else {
        record.files.push(file);
        return None;
    };
    // A block that is tried repeats the cells before it, and with them the files that they write.
    if first.bytes == file.bytes || program.expected != Expected::Success {
        return None;
    }
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let step = program.steps.first().map(|step| step.span);
    let place = place_of(program, name).or(step)?;
    let message =
        format!("another program of this lesson writes `{}`, and not the same", file.path);
    let diagnostic = Diagnostic::error("same-file", message)
        .at(place, "the page could show only one of them")
        .hint("write it under another name");
    Some(diagnostic)
}

/// Draws what the compiler says of a block, for the block's readers.
pub type Draw = fn(&[Diagnostic], Span, &Sources) -> String;

/// Adds to a lesson's record what one of its programs gave, and tells what went wrong.
pub fn add_to_record(
    record: &mut Record,
    program: &Program,
    trace: Trace,
    draw: Draw,
    sources: &Sources,
) -> Vec<Diagnostic> {
    let mut diagnostics = blame::diagnose(program, &trace, sources);
    let busy = busy(program, &trace);
    if !is_as_expected(program, &trace) {
        diagnostics.extend(expected::missed(program, &trace));
    } else if program.expected != Expected::Success {
        // They are what the block is to teach.
        diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
        let said = std::mem::take(&mut diagnostics);
        let is_refused = matches!(program.expected, Expected::CompilerError { .. });
        if let Some(step) = program.steps.first().filter(|_| is_refused) {
            let parts = vec![Part::Compiler(draw(&said, step.chunk, sources))];
            record.outputs.push(Output {
                chunk: step.chunk,
                span: step.span,
                parts,
                micros: 0,
                samples: vec![],
                is_old: false,
            });
        }
    }
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let failure = errors.map(|error| error.message.clone()).next();
    let failure = failure.filter(|_| !is_as_expected(program, &trace));
    if trace.end == End::NotBuilt {
        if let Some(failure) = failure {
            unfinished::add_notes(record, program, &trace, &failure, sources);
        }
        return diagnostics;
    }
    diagnostics.extend(busy);
    for (step, given) in program.steps.iter().zip(&trace.steps) {
        let parts = given.parts.iter().cloned();
        record.outputs.push(Output {
            chunk: step.chunk,
            span: step.span,
            parts: parts.map(|part| blame::with_lesson_places(part, program, sources)).collect(),
            micros: given.micros,
            samples: given.samples.clone(),
            is_old: given.is_old,
        });
    }
    if let Some(failure) = failure {
        unfinished::add_notes(record, program, &trace, &failure, sources);
    }
    for file in trace.files {
        diagnostics.extend(add_file(record, program, file));
    }
    if !matches!(program.action, Action::Build | Action::Compile { .. }) {
        trace.made.add_to(&mut record.made);
    }
    diagnostics
}
