//! What to run and what came of it, without running anything: composes cells into programs, splits
//! a capture step by step, and brings the compiler's and panics' places back to lesson lines.

mod alone;
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
    clippy::disallowed_methods,
    reason = "generated programs carry it, and do touch the world"
)]
mod runtime;
#[expect(
    clippy::disallowed_macros,
    reason = "programs that readers take along carry it, and print"
)]
mod shown;
mod stale;
mod syntax;
mod trace;
mod unfinished;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    io,
    sync::Arc,
};

use crate::model::{
    course::{Course, Lesson, Settings},
    diagnostic::{Diagnosed, Diagnostic, Severity},
    package::{
        Action, Cells, Expected, Member, Package, Places, Program, Step, Tangled, Workspace,
    },
    record::{CapturedFile, End, Output, Part, Record, Trace},
    source::{Sources, Span},
};

pub use alone::{Alone, alone};
pub use blame::join_uses;
pub use changes::changes;
use console::Calls;
pub use console::without_chatter;
use data::place_of;
pub use data::{data, declared as declared_data, undeclared as undeclared_data};
pub use drift::{drifted, drifted_files, unchecked};
pub use expected::is_as_expected;
pub use key::{Lock, fingerprint, inputs, key, local_paths};
pub use notebook::{NOTEBOOKS, Notebook};
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

    /// A stage of the road begins: for those who look at the clock.
    fn begins(&mut self, _stage: &'static str) {}

    /// Whether anything is known of what a lesson's programs give, when they were asked for.
    fn knows(&self, _lesson: &str) -> bool {
        true
    }

    /// What stands for all that a lesson's runs take from outside of the lessons, what is recorded of them
    /// included, and for what these files of the course hold: while it is the same, asking again would give
    /// the same. None where that is not known, or where a run is wanted in any case.
    fn stamp(&mut self, _lesson: Option<&str>, _files: &BTreeSet<String>) -> Option<Stamp> {
        None
    }

    /// That of several lessons.
    fn stamps(&mut self, asked: &[(&str, &BTreeSet<String>)]) -> Vec<Option<Stamp>> {
        asked.iter().map(|(lesson, files)| self.stamp(Some(lesson), files)).collect()
    }
}

/// See [`Runner::stamp`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp(pub u64);

/// Takes what a program gave, and the program's index.
pub type Give<'a> = &'a mut dyn FnMut(usize, io::Result<Trace>);

/// What can be run of a course.
pub struct Plan<'c> {
    course: &'c Course,
    workspace: Arc<Workspace>,
    /// Of each lesson, what is built of it.
    built: Vec<Built>,
}

/// What is built of one lesson.
struct Built {
    composed: Arc<Diagnosed<Composed>>,
    /// None where it has a mistake.
    package: Option<Arc<Package>>,
    /// Whether its package is built with another lesson's console, or for another lesson.
    elsewhere: bool,
    /// The folders of other packages that its commands may call.
    uses: Vec<String>,
}

/// What one lesson's code makes for running.
#[derive(Clone, Debug)]
pub struct Composed {
    /// None where it has no cells, or cannot be composed.
    notebook: Option<Notebook>,
    has_console: bool,
    /// What of the course's other packages its commands may call.
    calls: Calls,
    /// The files of the course that it declares.
    data: BTreeSet<String>,
}

/// What one lesson's cells make, and what is wrong with them and with what they read.
pub fn compose(
    settings: &Settings,
    lesson: &Lesson,
    package: Option<&Package>,
    cells: &Cells,
    files: &BTreeSet<String>,
    sources: &Sources,
) -> Diagnosed<Composed> {
    let mut diagnostics = data::missing(lesson, files);
    let notebook = match package {
        Some(package) => notebook::compose(settings, lesson, package, cells),
        None => Diagnosed { value: None, diagnostics: notebook::unbalanced_cells(lesson, cells) },
    };
    let notebook = notebook.into_value(&mut diagnostics);
    let value = Composed {
        notebook,
        has_console: console::is_in(lesson, sources),
        calls: Calls::of(lesson, package, sources),
        data: data::declared(lesson).into_keys().collect(),
    };
    Diagnosed { value, diagnostics }
}

/// What can be run of a course; `composed` is what each of its lessons makes, in their order, and `places` where
/// the packages were last.
pub fn plan<'c>(
    course: &'c Course,
    tangled: &Tangled,
    composed: Vec<Arc<Diagnosed<Composed>>>,
    profile: &str,
    places: &mut Option<Arc<Places>>,
) -> Diagnosed<Plan<'c>> {
    let lessons = || course.lessons.iter().zip(&composed);
    let notebooks =
        || lessons().filter_map(|(lesson, it)| Some((&**lesson, it.value.notebook.as_ref()?)));
    let diagnostics = clashes(notebooks(), tangled);
    let mut data: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (lesson, composed) in lessons().filter(|(_, composed)| !composed.value.data.is_empty()) {
        data.entry(lesson.package.clone()).or_default().extend(composed.value.data.iter().cloned());
    }
    let packages = tangled.packages.iter().filter(|package| !package.files.is_empty());
    let members = packages
        .map(|package| Member {
            folder: package.name.clone(),
            package: Arc::clone(package),
            data: data.remove(&package.name).unwrap_or_default(),
        })
        .chain(notebooks().map(|(_, notebook)| notebook.member.clone()));
    let runner = course.settings.runner.clone();
    let workspace = Workspace::new(members.collect(), profile.to_owned(), runner, places);
    let workspace = Arc::new(workspace);

    // A program that no console runs must be right all the same.
    let with_console = lessons().filter(|(_, composed)| composed.value.has_console);
    let mut builders: HashMap<&str, &str> = HashMap::new();
    for (lesson, _) in with_console.chain(lessons()) {
        builders.entry(&lesson.package).or_insert(&lesson.name);
    }
    let built = lessons().map(|(lesson, composed)| Built {
        composed: Arc::clone(composed),
        package: tangled.package(lesson).cloned(),
        elsewhere: builders[&*lesson.package] != lesson.name,
        uses: composed.value.calls.folders(&lesson.package, &workspace),
    });
    let built = built.collect();
    Diagnosed { value: Plan { course, workspace, built }, diagnostics }
}

impl Plan<'_> {
    /// The programs of one lesson, by its place in the course: its notebooks, its console, and its package
    /// where neither builds that.
    pub fn programs(&self, lesson: usize, sources: &Sources) -> Vec<Program> {
        let Built { composed, package, elsewhere, uses } = &self.built[lesson];
        let (lesson, settings) = (&self.course.lessons[lesson], &self.course.settings);
        let Some(package) = package else { return vec![] };
        let notebook = composed.value.notebook.as_ref();
        let mut programs: Vec<Program> = notebook
            .map(|notebook| notebook.programs(settings, lesson, &self.workspace))
            .unwrap_or_default();
        let console = console::program(settings, lesson, &self.workspace, uses, sources);
        let is_built = *elsewhere || console.is_some() || !package.has_manifest();
        programs.extend(console);
        if !is_built {
            programs.extend(build_alone(settings, lesson, &self.workspace));
        }
        programs
    }

    /// The files of the course that one lesson declares.
    pub fn data(&self, lesson: usize) -> &BTreeSet<String> {
        &self.built[lesson].composed.value.data
    }

    /// What one lesson's code makes, and whether another lesson's programs build its package.
    pub fn composed(&self, lesson: usize) -> (&Arc<Diagnosed<Composed>>, bool) {
        let Built { composed, elsewhere, .. } = &self.built[lesson];
        (composed, *elsewhere)
    }

    /// The packages of the course that a lesson's programs are built from, or call, and the files that these
    /// may take in.
    pub fn packages(&self, lesson: usize) -> (Vec<Arc<Package>>, BTreeSet<String>) {
        let Built { package: own, uses, .. } = &self.built[lesson];
        let folders = own.iter().map(|own| &own.name).chain(uses);
        let members = self.workspace.below(folders);
        let includes = members.iter().filter(|member| member.includes_files());
        let included = includes.flat_map(|member| member.data.iter().cloned()).collect();
        // One without files is no member.
        let packages = members.into_iter().map(|member| &member.package).chain(own);
        (packages.cloned().collect(), included)
    }

    /// Every program: first the notebooks in the order of the lessons, then the consoles, then the
    /// packages that neither needs.
    pub fn all(&self, sources: &Sources) -> Vec<Program> {
        let lessons = 0..self.course.lessons.len();
        let mut all: Vec<Program> =
            lessons.flat_map(|lesson| self.programs(lesson, sources)).collect();
        in_turn(&mut all);
        all
    }
}

/// Puts programs in the order in which they are run.
pub fn in_turn(programs: &mut [Program]) {
    programs.sort_by_key(|program| match program.action {
        Action::Run { .. } | Action::Compile { .. } => 0,
        Action::Console(_) => 1,
        Action::Build => 2,
    });
}

/// Builds a lesson's package.
fn build_alone(
    settings: &Settings,
    lesson: &Lesson,
    workspace: &Arc<Workspace>,
) -> Option<Program> {
    let chunks = lesson.chunks();
    let target = chunks.into_iter().find(|chunk| chunk.target().is_some())?;
    Some(Program {
        lesson: lesson.name.clone(),
        name: "package".to_owned(),
        workspace: Arc::clone(workspace),
        member: lesson.package.clone(),
        uses: vec![],
        action: Action::Build,
        expected: Expected::Success,
        sandbox: settings.sandbox(lesson),
        is_seeded: false,
        data: data::declared(lesson),
        steps: vec![Step {
            chunk: target.span,
            span: target.info,
            bounds: settings.bounds(lesson, target),
            timing: None,
        }],
    })
}

/// Cargo knows packages by their names alone, so a notebook's must be nobody else's.
fn clashes<'a>(
    notebooks: impl Iterator<Item = (&'a Lesson, &'a Notebook)>,
    tangled: &Tangled,
) -> Vec<Diagnostic> {
    let mut taken: HashSet<Cow<str>> =
        tangled.packages.iter().map(|package| package.cargo_name()).collect();
    let clashing =
        notebooks.filter(|(_, notebook)| !taken.insert((*notebook.member.package.name).into()));
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
            parts: parts.map(|part| blame::with_readers_places(part, program, sources)).collect(),
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
