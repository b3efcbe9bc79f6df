//! Composes a lesson's cells into one program.
//!
//! Each cell opens a block that stays open, so that later cells see and borrow what it defines and
//! may define it again; a div closes what was opened in it. The cells' own text is never changed,
//! only lines are put around it, so that every place in it stays a place in the lesson.
//!
//! A block that is tried (`compile_fail`, `should_panic`, `no_run`) is the end of a program of its
//! own, which repeats all cells that it sees: so it leaves nothing behind.

use std::{collections::BTreeMap, sync::Arc};

use super::syntax::{tail, unbalanced};
use crate::model::{
    course::{Block, BlockKind, Cell, Chunk, Course, Lesson, Runtime, Trial, package_name},
    diagnostic::{Diagnosed, Diagnostic},
    package::{Action, Expected, File, Line, Member, Origin, Package, Program, Step, Workspace},
    source::Span,
};

const RUNTIME: &str = include_str!("runtime.rs");

/// A lesson's notebook, before it stands in a workspace.
pub struct Notebook {
    pub member: Member,
    library: Option<String>,
    /// The notebook itself, if it has cells, and the blocks that are tried.
    parts: Vec<Part>,
}

/// One program of a notebook.
struct Part {
    name: String,
    action: Action,
    expected: Expected,
    steps: Vec<Step>,
}

impl Notebook {
    pub fn programs(self, lesson: &Lesson, workspace: &Arc<Workspace>) -> Vec<Program> {
        let program = |part: Part| Program {
            lesson: lesson.name.clone(),
            name: part.name,
            workspace: Arc::clone(workspace),
            member: self.member.folder.clone(),
            library: self.library.clone(),
            action: part.action,
            expected: part.expected,
            steps: part.steps,
        };
        self.parts.into_iter().map(program).collect()
    }
}

/// The notebook of a lesson; none where it has no cells, or one whose brackets don't match.
pub fn compose(
    course: &Course,
    lesson: &Lesson,
    package: &Package,
    cells: &BTreeMap<Span, Vec<Line>>,
) -> Diagnosed<Option<Notebook>> {
    let name = package_name(&lesson.name);
    let mut composer = Composer {
        course,
        lesson,
        name: &name,
        head: head(package, course.settings.runtime),
        cells,
        depth: 0,
        lines: vec![],
        steps: vec![],
        files: vec![],
        parts: vec![],
        diagnostics: vec![],
    };
    composer.blocks(&lesson.blocks);
    composer.end();
    let Composer { files, parts, diagnostics, .. } = composer;
    if parts.is_empty() || !diagnostics.is_empty() {
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
        notebook.dependencies.insert(package.cargo_name(), toml::Value::Table(table));
    }
    notebook.files = vec![notebook.manifest(), File::generated("src/lessonc.rs", RUNTIME)];
    notebook.files.extend(files);
    let member = Member { folder: format!("notebooks/{name}"), package: notebook };
    Diagnosed { value: Some(Notebook { member, library, parts }), diagnostics }
}

fn notebook_name(lesson: &str) -> String {
    format!("{lesson}-notebook")
}

/// What rustdoc allows in examples: what they define need not be used. A forgotten `?` or `.await`
/// is no such thing.
///
/// Source: The rustdoc book, "Documentation tests".
const LINTS: &str = "#![allow(unused)]\n#![warn(unused_must_use)]";

fn head(package: &Package, runtime: Option<Runtime>) -> String {
    let runtime = runtime.unwrap_or(Runtime::MultiThread).min(most(package));
    let main = match runtime {
        Runtime::MultiThread => "#[tokio::main]\nasync fn main()",
        Runtime::CurrentThread => "#[tokio::main(flavor = \"current_thread\")]\nasync fn main()",
        Runtime::None => "fn main()",
    };
    format!(
        "{main} -> ::std::result::Result<(), ::std::boxed::Box<dyn ::std::error::Error>> {{\n\
         let __lessonc = __lessonc::Notebook::start();"
    )
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
pub const SHOW: &str = "__lessonc.show(&(";

struct Composer<'a> {
    course: &'a Course,
    lesson: &'a Lesson,
    /// The lesson's, as a package's.
    name: &'a str,
    /// How `main` begins.
    head: String,
    cells: &'a BTreeMap<Span, Vec<Line>>,
    /// How many blocks are open.
    depth: usize,
    lines: Vec<Line>,
    steps: Vec<Step>,
    files: Vec<File>,
    parts: Vec<Part>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Composer<'a> {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match &block.kind {
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
        let index = self.steps.len();
        self.steps.push(self.step(chunk, lines));
        self.depth += 1;
        self.lines.extend(scaffold(&format!("{{\n{STEP}{index});")));
        self.lines.extend(statements(lines, &code));
    }

    /// A program of the cells that a block sees, and the block.
    fn trial(&mut self, chunk: &Chunk, trial: Trial) {
        let is_refused = trial == Trial::CompileFail;
        let Some((lines, code)) = self.code(chunk, !is_refused) else { return };
        let is_step = |line: &&Line| line.origin.is_none() && line.text.starts_with(STEP);
        let mut main = scaffold("__lessonc.aside();");
        main.extend(self.lines.iter().filter(|line| !is_step(line)).cloned());
        main.extend(scaffold(&format!("{{\n{STEP}0);")));
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
        self.files.push(self.program(file, "../lessonc.rs", main));
        let (action, expected) = match trial {
            Trial::NoRun => (Action::Compile { binary }, Expected::Success),
            Trial::CompileFail => {
                let code = chunk.error_code().map(str::to_owned);
                (Action::Compile { binary }, Expected::CompilerError { code })
            }
            Trial::ShouldPanic => (Action::Run { binary }, Expected::Panic),
        };
        self.parts.push(Part { name, action, expected, steps: vec![self.step(chunk, lines)] });
    }

    /// The notebook itself, when all its cells are known.
    fn end(&mut self) {
        if self.steps.is_empty() {
            return;
        }
        let mut main = std::mem::take(&mut self.lines);
        main.extend(scaffold(&end(self.depth)));
        let file = self.program("src/main.rs".to_owned(), "lessonc.rs", main);
        self.files.push(file);
        let notebook = Part {
            name: "notebook".to_owned(),
            action: Action::Run { binary: notebook_name(self.name) },
            expected: Expected::Success,
            steps: std::mem::take(&mut self.steps),
        };
        self.parts.insert(0, notebook);
    }

    /// A whole program of what `main` holds, to its end.
    fn program(&self, path: String, runtime: &str, main: Vec<Line>) -> File {
        let head = format!("{LINTS}\n#[path = {runtime:?}]\nmod __lessonc;\n{}", self.head);
        let mut lines = scaffold(&head);
        lines.extend(main);
        File { lines, ..File::generated(path, "") }
    }

    fn step(&self, chunk: &Chunk, lines: &[Line]) -> Step {
        let first = lines.iter().find_map(|line| line.origin.as_ref());
        Step {
            chunk: chunk.span,
            span: first.map_or(chunk.info, |origin| origin.span),
            timeout: self.course.timeout(self.lesson, chunk),
            measures: chunk.measures(),
        }
    }

    /// A block's code, if it is known, and whole where it must be.
    fn code(&mut self, chunk: &Chunk, whole: bool) -> Option<(&'a [Line], String)> {
        let lines = self.cells.get(&chunk.span)?.as_slice();
        let code = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
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

/// A cell's code, with what shows the value that it ends in.
fn statements(lines: &[Line], code: &str) -> Vec<Line> {
    let Some(start) = tail(code) else {
        let mut all = lines.to_vec();
        // Ends what the cell leaves open, such as a call of a macro without a semicolon.
        all.extend(scaffold(";"));
        return all;
    };
    let (mut all, value) = split(lines, code, start);
    // The compiler takes a value to begin at the bracket before it.
    let origin = value.first().and_then(|line| line.origin.clone());
    let origin = origin.map(|origin| Origin { indent: SHOW.len(), ..origin });
    all.push(Line { text: SHOW.to_owned(), origin });
    all.extend(value);
    all.extend(scaffold("));"));
    all
}

/// Lines before and from an offset into the code that they make; the line that it stands in is
/// cut in two.
fn split(lines: &[Line], code: &str, at: usize) -> (Vec<Line>, Vec<Line>) {
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
