//! Composes a lesson's cells into one program.
//!
//! Each cell opens a block that stays open, so that later cells see and borrow what it defines and
//! may define it again; a div closes what was opened in it. The cells' own text is never changed,
//! only lines are put around it, so that every place in it stays a place in the lesson.

use std::{collections::BTreeMap, sync::Arc};

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};
use syn::{MacroDelimiter, Stmt, parse::Parser, spanned::Spanned};

use crate::model::{
    course::{Block, BlockKind, Cell, Chunk, Lesson, Runtime, package_name},
    diagnostic::{Diagnosed, Diagnostic},
    package::{Action, File, Line, Member, Origin, Package, Program, Step, Workspace},
    source::Span,
};

const RUNTIME: &str = include_str!("runtime.rs");

/// A lesson's notebook, before it stands in a workspace.
pub struct Notebook {
    pub member: Member,
    library: Option<String>,
    steps: Vec<Step>,
}

impl Notebook {
    pub fn program(self, lesson: &Lesson, workspace: &Arc<Workspace>) -> Program {
        Program {
            lesson: lesson.name.clone(),
            name: "notebook".to_owned(),
            workspace: Arc::clone(workspace),
            member: self.member.folder,
            library: self.library,
            action: Action::Notebook,
            steps: self.steps,
        }
    }
}

/// The notebook of a lesson; none where it has no cells, or one whose brackets don't match.
pub fn compose(
    lesson: &Lesson,
    package: &Package,
    runtime: Option<Runtime>,
    cells: &BTreeMap<Span, Vec<Line>>,
) -> Diagnosed<Option<Notebook>> {
    let mut composer =
        Composer { cells, depth: 0, lines: vec![], steps: vec![], diagnostics: vec![] };
    composer.blocks(&lesson.blocks);
    let Composer { depth, lines, steps, diagnostics, .. } = composer;
    if steps.is_empty() || !diagnostics.is_empty() {
        return Diagnosed { value: None, diagnostics };
    }
    let mut main = scaffold(&head(package, runtime));
    main.extend(lines);
    main.extend(scaffold(&"}\n".repeat(depth)));
    main.extend(scaffold("__lessonc.end();"));
    main.extend(scaffold("::std::result::Result::Ok(())\n}"));

    let name = package_name(&lesson.name);
    let mut notebook = Package {
        name: format!("{name}-notebook"),
        dependencies: package.dependencies.clone(),
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
    notebook.files = vec![
        notebook.manifest(),
        File::generated("src/lessonc.rs", RUNTIME),
        File { lines: main, ..File::generated("src/main.rs", "") },
    ];
    let member = Member { folder: format!("notebooks/{name}"), package: notebook };
    Diagnosed { value: Some(Notebook { member, library, steps }), diagnostics }
}

fn head(package: &Package, runtime: Option<Runtime>) -> String {
    let runtime = runtime.unwrap_or(Runtime::MultiThread).min(most(package));
    let main = match runtime {
        Runtime::MultiThread => "#[tokio::main]\nasync fn main()",
        Runtime::CurrentThread => "#[tokio::main(flavor = \"current_thread\")]\nasync fn main()",
        Runtime::None => "fn main()",
    };
    format!(
        "#![allow(warnings)]\n#[path = \"lessonc.rs\"]\nmod __lessonc;\n{main} -> \
         ::std::result::Result<(), ::std::boxed::Box<dyn ::std::error::Error>> {{\n\
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
    cells: &'a BTreeMap<Span, Vec<Line>>,
    /// How many blocks are open.
    depth: usize,
    lines: Vec<Line>,
    steps: Vec<Step>,
    diagnostics: Vec<Diagnostic>,
}

impl Composer<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match &block.kind {
                BlockKind::Code(chunk) if chunk.cell == Some(Cell::Rust) => self.cell(chunk),
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
        let Some(lines) = self.cells.get(&chunk.span) else { return };
        let code = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
        if let Some(unbalanced) = unbalanced(&code) {
            self.diagnostics.push(unbalanced.diagnostic(chunk, lines, &code));
            return;
        }
        let span = lines.iter().find_map(|line| line.origin).map_or(chunk.info, |o| o.span);
        let index = self.steps.len();
        self.steps.push(Step { chunk: chunk.span, span });
        self.depth += 1;
        self.lines.extend(scaffold(&format!("{{\n__lessonc.step({index});")));
        match tail(&code) {
            Some(start) => {
                let (before, value) = split(lines, &code, start);
                self.lines.extend(before);
                // The compiler takes a value to begin at the bracket before it.
                let origin = value.first().and_then(|line| line.origin);
                let origin = origin.map(|origin| Origin { indent: SHOW.len(), ..origin });
                self.lines.push(Line { text: SHOW.to_owned(), origin });
                self.lines.extend(value);
                self.lines.extend(scaffold("));"));
            }
            None => {
                self.lines.extend(lines.iter().cloned());
                // Ends what the cell leaves open, such as a call of a macro without a semicolon.
                self.lines.extend(scaffold(";"));
            }
        }
    }
}

/// Brackets within brackets that are read; the parser would run out of stack at some depth.
const DEEPEST: usize = 100;

fn depth(code: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for c in code.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Where the expression begins that a cell ends in, in bytes.
///
/// Code that is no Rust has none: the compiler says better what is wrong with it.
fn tail(code: &str) -> Option<usize> {
    if depth(code) > DEEPEST {
        return None;
    }
    let statements = syn::Block::parse_within.parse_str(code).ok()?;
    let last = statements.last()?;
    let is_value = match last {
        Stmt::Expr(_, None) => true,
        // With braces it stands as a statement, as `thread_local! { … }` does.
        Stmt::Macro(call) => {
            call.semi_token.is_none() && !matches!(call.mac.delimiter, MacroDelimiter::Brace(_))
        }
        _ => false,
    };
    is_value.then(|| last.span().byte_range().start)
}

/// Lines before and from an offset into the code that they make; the line that it stands in is
/// cut in two.
fn split(lines: &[Line], code: &str, at: usize) -> (Vec<Line>, Vec<Line>) {
    let index = code[..at].matches('\n').count();
    let column = at - code[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let (mut before, mut after) = (lines[..index].to_vec(), lines[index..].to_vec());
    let Some(first) = after.first_mut() else { return (before, after) };
    if !first.text[..column].trim().is_empty() {
        before.push(Line { text: first.text[..column].to_owned(), origin: first.origin });
        let origin = first.origin.map(|origin| {
            let start = origin.span.start + column.saturating_sub(origin.indent);
            Origin { span: Span { start, ..origin.span }, indent: 0 }
        });
        *first = Line { text: first.text[column..].to_owned(), origin };
    }
    (before, after)
}

/// What would make the cells after this one part of it.
enum Unbalanced {
    Unclosed { at: usize, bracket: char },
    Surplus { at: usize, bracket: char },
    Unterminated { at: usize, what: &'static str },
}

impl Unbalanced {
    fn diagnostic(self, chunk: &Chunk, lines: &[Line], code: &str) -> Diagnostic {
        let (at, length, message, hint) = match self {
            Self::Unclosed { at, bracket } => (
                at,
                1,
                format!("this cell opens `{bracket}` and does not close it"),
                "close it in the same cell: each cell is whole by itself",
            ),
            Self::Surplus { at, bracket } => (
                at,
                1,
                format!("this cell closes `{bracket}` without opening it"),
                "take it out, or open it in the same cell",
            ),
            Self::Unterminated { at, what } => (
                at,
                1,
                format!("this cell begins {what} that has no end"),
                "end it in the same cell",
            ),
        };
        let line = code[..at].matches('\n').count();
        let column = at - code[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let span = lines.get(line).and_then(|line| line.origin).map_or(chunk.info, |origin| {
            let start = origin.span.start + column.saturating_sub(origin.indent);
            Span { start, end: start + length, ..origin.span }
        });
        Diagnostic::error("unbalanced-cell", message).at(span, "").hint(hint)
    }
}

fn unbalanced(code: &str) -> Option<Unbalanced> {
    let mut open: Vec<(usize, char)> = vec![];
    let mut at = 0;
    for token in tokenize(code, FrontmatterAllowed::No) {
        match token.kind {
            TokenKind::OpenBrace => open.push((at, '{')),
            TokenKind::OpenParen => open.push((at, '(')),
            TokenKind::OpenBracket => open.push((at, '[')),
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                let (bracket, opener) = match token.kind {
                    TokenKind::CloseBrace => ('}', '{'),
                    TokenKind::CloseParen => (')', '('),
                    _ => (']', '['),
                };
                match open.pop() {
                    Some((_, last)) if last == opener => {}
                    Some((at, bracket)) => return Some(Unbalanced::Unclosed { at, bracket }),
                    None => return Some(Unbalanced::Surplus { at, bracket }),
                }
            }
            TokenKind::BlockComment { terminated: false, .. } => {
                return Some(Unbalanced::Unterminated { at, what: "a comment" });
            }
            TokenKind::Literal { kind, .. } if !is_terminated(kind) => {
                return Some(Unbalanced::Unterminated { at, what: "a literal" });
            }
            _ => {}
        }
        at += token.len as usize;
    }
    open.pop().map(|(at, bracket)| Unbalanced::Unclosed { at, bracket })
}

fn is_terminated(kind: LiteralKind) -> bool {
    match kind {
        LiteralKind::Char { terminated }
        | LiteralKind::Byte { terminated }
        | LiteralKind::Str { terminated }
        | LiteralKind::ByteStr { terminated }
        | LiteralKind::CStr { terminated } => terminated,
        LiteralKind::RawStr { n_hashes }
        | LiteralKind::RawByteStr { n_hashes }
        | LiteralKind::RawCStr { n_hashes } => n_hashes.is_some(),
        LiteralKind::Int { .. } | LiteralKind::Float { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_ends_in_a_value_or_not() {
        let value = |code: &str| tail(code).map(|start| code[start..].to_owned());
        assert_eq!(value("let x = 1;\nx + 1 // the next"), Some("x + 1 // the next".to_owned()));
        assert_eq!(value("let a = 1; a"), Some("a".to_owned()));
        assert_eq!(value("vec![1, 2]"), Some("vec![1, 2]".to_owned()));
        assert_eq!(
            value("counter(\"Venus\").await?"),
            Some("counter(\"Venus\").await?".to_owned())
        );
        for code in ["let x = 1;", "fn f() {}", "use std::fmt;", "", "// only", "thread_local! {}"]
        {
            assert_eq!(value(code), None, "{code}");
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_are_no_brackets() {
        assert!(unbalanced("let a = \"{\"; // (\n/* [ */ let b = '{';").is_none());
        assert!(matches!(
            unbalanced("fn f() {"),
            Some(Unbalanced::Unclosed { at: 7, bracket: '{' })
        ));
        assert!(matches!(unbalanced("f())"), Some(Unbalanced::Surplus { at: 3, bracket: ')' })));
        assert!(matches!(unbalanced("let a = \"x"), Some(Unbalanced::Unterminated { at: 8, .. })));
    }
}
