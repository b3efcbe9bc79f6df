//! Composes a lesson's cells into one program.
//!
//! Each cell opens a block that stays open, so that later cells see and borrow what it defines and
//! may define it again; a div closes what was opened in it. The cells' own text is never changed,
//! only lines are put around it, so that every place in it stays a place in the lesson.
//!
//! A block that is tried (`compile_fail`, `should_panic`, `no_run`) is the end of a program of its
//! own, which repeats all cells that it sees: so it leaves nothing behind.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use super::{
    data::declared,
    runtime::NONCE,
    syntax::{main_in, span_in, tail, unbalanced},
};
use crate::model::{
    course::{Block, BlockKind, Cell, Chunk, Lesson, Runtime, Settings, Trial, package_name},
    diagnostic::{Diagnosed, Diagnostic, has_errors},
    limits::Held,
    package::{
        Action, Cells, Expected, File, Given, Line, Member, Origin, Package, Program, Step,
        Workspace,
    },
    source::Span,
};

/// What every notebook carries: all share the one text.
static RUNTIME: LazyLock<File> =
    LazyLock::new(|| File::generated("src/lessonc.rs", include_str!("runtime.rs")));

/// What every notebook carries beside it to show values.
static SHOWN: LazyLock<File> =
    LazyLock::new(|| File::generated("src/lessonc_shown.rs", include_str!("shown.rs")));

/// What every notebook carries to tell the order of its streams. It would ask for what we print ourselves, so
/// it is compiled in notebooks alone.
static TURNS: LazyLock<File> =
    LazyLock::new(|| File::generated("src/lessonc_turns.rs", include_str!("turns.rs")));

/// What a notebook with a seed carries as `src/lessonc_seeded.rs`, and its seed.
const SEEDED: &str = include_str!("seeded.rs");

/// What one carries whose cells may not all take the same.
static HELD: LazyLock<File> =
    LazyLock::new(|| File::generated("src/lessonc_held.rs", include_str!("held.rs")));

/// The folder of the workspace in which notebooks stand.
pub const NOTEBOOKS: &str = "notebooks/";

/// A lesson's notebook, before it stands in a workspace.
#[derive(Clone, Debug)]
pub struct Notebook {
    pub member: Member,
    library: Option<String>,
    is_seeded: bool,
    /// The notebook itself, if it has cells, and the blocks that are tried.
    parts: Vec<Part>,
}

/// One program of a notebook.
#[derive(Clone, Debug)]
struct Part {
    name: String,
    action: Action,
    expected: Expected,
    steps: Vec<Step>,
}

impl Notebook {
    pub fn programs(
        &self,
        settings: &Settings,
        lesson: &Lesson,
        workspace: &Arc<Workspace>,
    ) -> Vec<Program> {
        let program = |part: &Part| Program {
            lesson: lesson.name.clone(),
            name: part.name.clone(),
            workspace: Arc::clone(workspace),
            member: self.member.folder.clone(),
            uses: self.library.clone().into_iter().collect(),
            expected: part.expected.clone(),
            sandbox: settings.sandbox(lesson),
            is_seeded: self.is_seeded,
            data: declared(lesson),
            action: part.action.clone(),
            steps: part.steps.clone(),
        };
        self.parts.iter().map(program).collect()
    }
}

/// The notebook of a lesson; none where it has no cells, or one whose brackets don't match.
pub fn compose(
    settings: &Settings,
    lesson: &Lesson,
    package: &Package,
    cells: &Cells,
) -> Diagnosed<Option<Notebook>> {
    let name = package_name(&lesson.name);
    let is_uneven = is_uneven(settings, lesson);
    let mut composer = Composer {
        settings,
        lesson,
        name: &name,
        head: main_of(package, settings.runtime),
        cells,
        session: None,
        is_uneven,
        depth: 0,
        lines: vec![],
        steps: vec![],
        given: Given::default(),
        env: BTreeMap::new(),
        main: None,
        files: vec![],
        parts: vec![],
        diagnostics: vec![],
    };
    for session in sessions(lesson) {
        composer.notebook(session);
    }
    let Composer { files, parts, diagnostics, .. } = composer;
    if parts.is_empty() || has_errors(&diagnostics) {
        return Diagnosed { value: None, diagnostics };
    }
    let mut notebook = Package {
        name: notebook_name(&name),
        dependencies: package.dependencies.clone(),
        asked: package.asked.clone(),
        edition: package.edition.clone(),
        files: vec![],
    };
    let library = package.has_library().then(|| package.name.clone());
    for dependency in notebook.dependencies.values_mut() {
        // Written for the package's own folder.
        if let Some(toml::Value::String(path)) = dependency.get_mut("path")
            && path.starts_with("../")
        {
            *path = format!("../../{}/{path}", package.name);
        }
    }
    if let Some(library) = &library {
        let path = toml::Value::String(format!("../../{library}"));
        let table = toml::Table::from_iter([("path".to_owned(), path)]);
        notebook.dependencies.insert(package.cargo_name().into_owned(), toml::Value::Table(table));
    }
    notebook.files = vec![notebook.manifest(), RUNTIME.clone(), SHOWN.clone(), TURNS.clone()];
    let seed = settings.seed(lesson);
    notebook.files.extend(seed.map(|seed| {
        let text = format!("{SEEDED}\nconst SEED: u64 = {seed};\n");
        File::generated("src/lessonc_seeded.rs", &text)
    }));
    notebook.files.extend(is_uneven.then(|| HELD.clone()));
    notebook.files.extend(files);
    let (package, data) = (Arc::new(notebook), declared(lesson).into_keys().collect());
    let member = Member { folder: format!("{NOTEBOOKS}{name}"), package, data };
    Diagnosed {
        value: Some(Notebook { member, library, is_seeded: seed.is_some(), parts }),
        diagnostics,
    }
}

/// Whether a lesson's cells may not all hold the same.
fn is_uneven(settings: &Settings, lesson: &Lesson) -> bool {
    let cells = lesson.chunks().into_iter().filter(|chunk| chunk.cell == Some(Cell::Rust));
    let mut held = cells.map(|chunk| settings.bounds(lesson, chunk).held);
    held.next().is_some_and(|first| held.any(|other| other != first))
}

/// The notebooks of a lesson: the first, which has no name, and the others as they are named first.
pub fn sessions(lesson: &Lesson) -> Vec<Option<&str>> {
    let mut sessions = vec![None];
    for chunk in lesson.chunks().into_iter().filter(|chunk| chunk.is_in_notebook()) {
        if !sessions.contains(&chunk.session()) {
            sessions.push(chunk.session());
        }
    }
    sessions
}

/// Cells that are not whole, of a lesson of which nothing can run for another reason.
pub fn unbalanced_cells(lesson: &Lesson, cells: &Cells) -> Vec<Diagnostic> {
    let whole = |chunk: &&Chunk| {
        chunk.is_in_notebook() && chunk.cell != Some(Cell::Trial(Trial::CompileFail))
    };
    let chunks = lesson.chunks().into_iter().filter(whole);
    let diagnostics = chunks.filter_map(|chunk| {
        let lines = cells.get(&chunk.span)?;
        let code = code(lines);
        Some(unbalanced(&code)?.diagnostic(chunk, lines, &code))
    });
    diagnostics.collect()
}

fn code(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn notebook_name(lesson: &str) -> String {
    format!("{lesson}-notebook")
}

/// What rustdoc allows in examples: what they define need not be used. A forgotten `?` or `.await`
/// is no such thing.
///
/// Source: The rustdoc book, "Documentation tests".
const LINTS: &str = "#![allow(unused)]\n#![warn(unused_must_use)]";

/// What begins the `main` of a notebook, up to what it returns.
pub fn main_of(package: &Package, runtime: Option<Runtime>) -> &'static str {
    let runtime = runtime.unwrap_or(Runtime::MultiThread).min(most(package));
    match runtime {
        Runtime::MultiThread => "#[tokio::main]\nasync fn main()",
        Runtime::CurrentThread => "#[tokio::main(flavor = \"current_thread\")]\nasync fn main()",
        Runtime::None => "fn main()",
    }
}

/// The most of a runtime that the features of the package's tokio allow.
fn most(package: &Package) -> Runtime {
    let features = package.dependencies.get("tokio").and_then(|tokio| tokio.get("features"));
    let features = features.and_then(toml::Value::as_array).into_iter().flatten();
    let features: Vec<&str> = features.filter_map(toml::Value::as_str).collect();
    let has = |name: &str| features.contains(&name);
    if has("full") || has("macros") && has("rt-multi-thread") {
        Runtime::MultiThread
    } else if has("macros") && has("rt") {
        Runtime::CurrentThread
    } else {
        Runtime::None
    }
}

/// Lines that no author wrote.
fn scaffold(text: &str) -> Vec<Line> {
    text.lines().map(Line::generated).collect()
}

/// What stands on the line before the value that a cell ends in.
pub const SHOW: &str = "__lessonc_shown::Left::show(__lessonc.value(&(";

/// What `main` ends with where a `?` fails: an error that knows where, or that of any program.
const FAILED: &str = "__lessonc::LessoncError";
const BOX: &str = "::std::boxed::Box<dyn ::std::error::Error>";

struct Composer<'a> {
    settings: &'a Settings,
    lesson: &'a Lesson,
    /// The lesson's, as a package's.
    name: &'a str,
    /// How `main` begins, up to what it returns.
    head: &'static str,
    cells: &'a Cells,
    /// The notebook that is being composed.
    session: Option<&'a str>,
    /// Whether cells may not all hold the same.
    is_uneven: bool,
    /// How many blocks are open.
    depth: usize,
    lines: Vec<Line>,
    steps: Vec<Step>,
    given: Given,
    /// The cells that say the variables of its environment.
    env: BTreeMap<String, Span>,
    /// That one defines a `main` which none has called yet.
    main: Option<Diagnostic>,
    files: Vec<File>,
    parts: Vec<Part>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Composer<'a> {
    /// One notebook, and the blocks that are tried in it.
    fn notebook(&mut self, session: Option<&'a str>) {
        let before = self.parts.len();
        self.session = session;
        self.depth = 0;
        self.given = Given::default();
        self.env.clear();
        self.main = None;
        self.blocks(&self.lesson.blocks);
        self.diagnostics.extend(self.main.take());
        self.end(before);
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match &block.kind {
                BlockKind::Code(chunk) if chunk.session() != self.session => {}
                BlockKind::Code(chunk) => match chunk.cell {
                    Some(Cell::Rust) => self.cell(chunk),
                    Some(Cell::Trial(trial)) => self.trial(chunk, trial),
                    Some(Cell::Console) | None => {}
                },
                BlockKind::Div(div) => {
                    let depth = self.depth;
                    self.blocks(&div.blocks);
                    self.lines.extend(scaffold(&"}\n".repeat(self.depth - depth)));
                    self.depth = depth;
                }
                _ => block.children().into_iter().for_each(|children| self.blocks(children)),
            }
        }
    }

    fn cell(&mut self, chunk: &Chunk) {
        let Some((lines, code)) = self.code(chunk, true) else { return };
        self.give(chunk);
        match main_in(&code) {
            (_, true) => self.main = None,
            (Some(at), false) => {
                let span = span_in(chunk, lines, &code, at, "fn main".len());
                self.main = Some(uncalled_main(span));
            }
            (None, false) => {}
        }
        let index = self.steps.len();
        let step = self.step(chunk, lines);
        self.steps.push(step);
        self.depth += 1;
        let Held { memory, file_size } = step.bounds.held;
        let hold = format!(" __lessonc_held::hold({}, {});", memory.0, file_size.0);
        let hold = if self.is_uneven { &hold } else { "" };
        // Attributes of the whole cell, `#![allow(…)]`, must stand first in its block.
        self.lines.extend(scaffold(&format!("{STEP}{index});{hold}\n{{")));
        self.lines.extend(statements(lines, &code));
    }

    /// Gives the notebook what a cell asks for. All its cells have one environment, and read on in
    /// one standard input.
    fn give(&mut self, chunk: &Chunk) {
        for (name, value) in chunk.env() {
            let before = self.given.env.insert(name.to_owned(), value.to_owned());
            let first = *self.env.entry(name.to_owned()).or_insert(chunk.info);
            if let Some(before) = before.filter(|before| before != value) {
                let message = format!("`{name}` is `{before}` already in this notebook");
                let diagnostic = Diagnostic::error("bad-attributes", message)
                    .at(chunk.info, format!("another value: `{value}`"))
                    .also(first, "first here")
                    .hint("all cells of a notebook have one environment: give this one a `session=` of its own");
                self.diagnostics.push(diagnostic);
            }
        }
        self.given.stdin.push_str(&chunk.stdin().unwrap_or_default());
    }

    /// A program of the cells that a block sees, and the block.
    fn trial(&mut self, chunk: &Chunk, trial: Trial) {
        let is_refused = trial == Trial::CompileFail;
        let Some((lines, code)) = self.code(chunk, !is_refused) else { return };
        let is_step = |line: &&Line| line.origin.is_none() && line.text.starts_with(STEP);
        let mut main = scaffold("__lessonc.aside();");
        main.extend(self.lines.iter().filter(|line| !is_step(line)).cloned());
        main.extend(scaffold(&format!("{STEP}0);\n{{")));
        let is_left_open = unbalanced(&code).is_some_and(|unbalanced| unbalanced.is_left_open());
        if is_left_open {
            // The compiler is to say that nothing closes it, not that our brackets don't.
            main.extend(lines.iter().cloned());
        } else if is_refused {
            main.extend(lines.iter().cloned());
            main.extend(scaffold(&format!(";\n{}", end(self.depth + 1))));
        } else {
            main.extend(statements(lines, &code));
            main.extend(scaffold(&end(self.depth + 1)));
        }
        let count = self.parts.iter().filter(|part| part.name.starts_with(trial.word())).count();
        let name = format!("{}-{}", trial.word(), count + 1);
        let binary = format!("{}-{name}", self.name);
        let file = format!("src/bin/{binary}.rs");
        // What the compiler says is woven, and is to name what readers know.
        let error = if is_refused { BOX } else { FAILED };
        self.files.push(self.program(file, "../", error, main));
        let (action, expected) = match trial {
            Trial::NoRun => (Action::Compile { binary }, Expected::Success),
            Trial::CompileFail => {
                let codes = chunk.error_codes().map(str::to_owned).collect();
                (Action::Compile { binary }, Expected::CompilerError { codes })
            }
            Trial::ShouldPanic => {
                let mut given = self.given.clone();
                let own = chunk.env().map(|(name, value)| (name.to_owned(), value.to_owned()));
                given.env.extend(own);
                given.stdin.push_str(&chunk.stdin().unwrap_or_default());
                (Action::Run { binary, given }, Expected::Panic)
            }
        };
        self.parts.push(Part { name, action, expected, steps: vec![self.step(chunk, lines)] });
    }

    /// The notebook itself, when all its cells are known, before the blocks that are tried in it.
    fn end(&mut self, before: usize) {
        if self.steps.is_empty() {
            return;
        }
        let mut main = std::mem::take(&mut self.lines);
        main.extend(scaffold(&end(self.depth)));
        let whole = notebook_name(self.name);
        let (name, binary, path, way) = match self.session {
            None => ("notebook".to_owned(), whole, "src/main.rs".to_owned(), ""),
            Some(session) => {
                let binary = format!("{whole}-{session}");
                let path = format!("src/bin/{binary}.rs");
                (format!("notebook-{session}"), binary, path, "../")
            }
        };
        let file = self.program(path, way, FAILED, main);
        self.files.push(file);
        let notebook = Part {
            name,
            action: Action::Run { binary, given: std::mem::take(&mut self.given) },
            expected: Expected::Success,
            steps: std::mem::take(&mut self.steps),
        };
        self.parts.insert(before, notebook);
    }

    /// A whole program of what `main` holds, to its end; `way` leads to where our own modules are.
    fn program(&self, path: String, way: &str, error: &str, main: Vec<Line>) -> File {
        let is_seeded = self.settings.seed(self.lesson).is_some();
        let modules = [
            ("lessonc", true),
            ("lessonc_shown", true),
            ("lessonc_turns", true),
            ("lessonc_seeded", is_seeded),
            ("lessonc_held", self.is_uneven),
        ];
        let modules: String = modules
            .into_iter()
            .filter(|(_, is_needed)| *is_needed)
            .map(|(module, _)| format!("#[path = \"{way}{module}.rs\"]\nmod __{module};\n"))
            .collect();
        let mut lines = scaffold(&format!(
            "{LINTS}\n{modules}{} -> ::std::result::Result<(), {error}> {{\n\
             use __lessonc_shown::Display as _;\n\
             let __lessonc = __lessonc::Notebook::start(__lessonc_turns::begin(), \
             __lessonc_turns::take(\"{NONCE}\"));",
            self.head
        ));
        lines.extend(main);
        File { lines: lines.into(), ..File::generated(path, "") }
    }

    fn step(&self, chunk: &Chunk, lines: &[Line]) -> Step {
        let first = lines.iter().find_map(|line| line.origin.as_ref());
        Step {
            chunk: chunk.span,
            span: first.map_or(chunk.info, |origin| origin.span),
            bounds: self.settings.bounds(self.lesson, chunk),
            timing: chunk.timing(),
        }
    }

    /// A block's code, if it is known, and whole where it must be.
    fn code(&mut self, chunk: &Chunk, whole: bool) -> Option<(&'a [Line], String)> {
        let lines = self.cells.get(&chunk.span)?.as_slice();
        let code = code(lines);
        if let Some(unbalanced) = unbalanced(&code).filter(|_| whole) {
            self.diagnostics.push(unbalanced.diagnostic(chunk, lines, &code));
            return None;
        }
        Some((lines, code))
    }
}

/// What ends `main` with so many blocks open in it.
fn end(open: usize) -> String {
    format!("{}__lessonc.end();\n::std::result::Result::Ok(())\n}}", "}\n".repeat(open))
}

/// What begins the line that says that a cell begins.
pub const STEP: &str = "__lessonc.step(";

fn uncalled_main(span: Span) -> Diagnostic {
    Diagnostic::warning("uncalled-main", "this cell defines `main`, and no cell calls it")
        .at(span, "its code never runs")
        .hint(
            "write the code without `fn main` around it: a cell runs by itself; or call `main()` below it, or make it \
             a program of the package, `file=\"src/main.rs\"`",
        )
}

/// How an expression begins that says of which type errors are, and has no value to show.
///
/// Source: The rustdoc book, "Using `?` in doc tests".
pub const UNIT: &str = "Ok::<(),";

/// A cell's code, with what shows the value that it ends in.
fn statements(lines: &[Line], code: &str) -> Vec<Line> {
    let Some(start) = tail(code) else {
        let mut all = lines.to_vec();
        // Ends what the cell leaves open, such as a call of a macro without a semicolon.
        all.extend(scaffold(";"));
        return all;
    };
    let (show, end) = match code[start..].starts_with(UNIT) {
        true => ("let _ = (&(", "));"),
        false => (SHOW, ")).evcxr_display());"),
    };
    let (mut all, value) = split(lines, code, start);
    // The compiler takes a value to begin at the bracket before it.
    let origin = value.first().and_then(|line| line.origin.clone());
    let origin = origin.map(|origin| Origin { indent: show.len(), ..origin });
    all.push(Line { text: show.to_owned(), origin });
    all.extend(value);
    all.extend(scaffold(end));
    all
}

/// Lines before and from an offset into the code that they make; the line that it stands in is
/// cut in two.
pub fn split(lines: &[Line], code: &str, at: usize) -> (Vec<Line>, Vec<Line>) {
    let index = code[..at].matches('\n').count();
    let column = at - code[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let (mut before, mut after) = (lines[..index].to_vec(), lines[index..].to_vec());
    let Some(first) = after.first_mut() else { return (before, after) };
    if !first.text[..column].trim().is_empty() {
        before.push(Line { text: first.text[..column].to_owned(), origin: first.origin.clone() });
        let origin = first.origin.take().map(|origin| {
            let start = origin.span.start + column.saturating_sub(origin.indent);
            Origin { span: Span { start, ..origin.span }, indent: 0, ..origin }
        });
        *first = Line { text: first.text[column..].to_owned(), origin };
    }
    (before, after)
}
