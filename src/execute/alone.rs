//! A notebook as a program that needs nothing of ours: for readers to take along, and for the Rust
//! playground.

use super::{
    notebook::{UNIT, main_of, sessions, split},
    syntax::tail,
};
use crate::model::{
    course::{Block, BlockKind, Cell, Chunk, Lesson, Settings},
    package::{Cells, Line, Package},
    source::Span,
};

const SHOWN: &str = include_str!("shown.rs");

/// A notebook of a lesson, and how far its program has come at each of its cells.
pub struct Alone<'a> {
    /// None for the first.
    pub session: Option<&'a str>,
    /// Each cell, and the program of all cells that it sees and of itself; none where nobody wants those.
    pub cells: Vec<(Span, String)>,
    /// All cells.
    pub whole: String,
}

/// The notebooks of a lesson that have cells. Those whose cells are not known, since a reference in
/// them leads nowhere, are left out. `by_cell` says whether the program at each cell is wanted.
pub fn alone<'a>(
    settings: &Settings,
    lesson: &'a Lesson,
    package: &Package,
    cells: &Cells,
    by_cell: bool,
) -> Vec<Alone<'a>> {
    let main = main_of(package, settings.runtime);
    let mut notebooks = vec![];
    for session in sessions(lesson) {
        let mut writer = Writer {
            session,
            cells,
            open: 0,
            text: String::new(),
            shows: false,
            whole: true,
            count: 0,
            by_cell,
            given: vec![],
            main,
        };
        writer.blocks(&lesson.blocks);
        if writer.whole && writer.count > 0 {
            let whole = writer.program();
            notebooks.push(Alone { session, cells: writer.given, whole });
        }
    }
    notebooks
}

struct Writer<'a> {
    session: Option<&'a str>,
    cells: &'a Cells,
    /// How many blocks are.
    open: usize,
    /// What `main` holds so far.
    text: String,
    /// Whether a cell in it ends in a value.
    shows: bool,
    /// Whether all cells are known.
    whole: bool,
    /// How many there were.
    count: usize,
    by_cell: bool,
    given: Vec<(Span, String)>,
    main: &'static str,
}

impl Writer<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match &block.kind {
                BlockKind::Code(chunk) if chunk.cell == Some(Cell::Rust) => {
                    if chunk.session() == self.session {
                        self.cell(chunk);
                    }
                }
                BlockKind::Code(_) => {}
                // What is defined in a div is gone behind it.
                BlockKind::Div(div) => {
                    let open = self.open;
                    self.blocks(&div.blocks);
                    self.text.push_str(&"}\n".repeat(self.open - open));
                    self.open = open;
                }
                _ => block.children().into_iter().for_each(|children| self.blocks(children)),
            }
        }
    }

    /// As in the notebook that is run, each cell opens a block, so that the next may define again what
    /// it defined.
    fn cell(&mut self, chunk: &Chunk) {
        let cells = self.cells;
        let Some(lines) = cells.get(&chunk.span) else {
            self.whole = false;
            return;
        };
        let code = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
        self.open += 1;
        self.count += 1;
        self.text.push_str(&format!("\n// Cell {}\n{{\n", self.count));
        match tail(&code).filter(|start| !is_statement(&code[*start..])) {
            Some(start) => {
                let (before, value) = split(lines, &code, start);
                self.shows = true;
                self.lines(&before);
                self.text.push_str("shown::Left::show((&(\n");
                self.lines(&value);
                self.text.push_str(")).evcxr_display());\n");
            }
            None => {
                self.lines(lines);
                // A macro may be called without one.
                let last = code.trim_end().lines().next_back().unwrap_or_default();
                let before_comment = last.split("//").next().unwrap_or_default();
                if !before_comment.trim_end().ends_with([';', '}']) {
                    self.text.push_str(";\n");
                }
            }
        }
        if self.by_cell {
            self.given.push((chunk.span, self.program()));
        }
    }

    fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            self.text.push_str(line.text.trim_end());
            self.text.push('\n');
        }
    }

    /// The program of the cells so far.
    fn program(&self) -> String {
        let Self { text, main, .. } = self;
        let (import, module) = match self.shows {
            true => ("use shown::Display as _;\n", module()),
            false => ("", String::new()),
        };
        let ends = "}\n".repeat(self.open);
        format!(
            "#![allow(unused)]\n\n{main} -> Result<(), Box<dyn std::error::Error>> {{\n\
             {import}{text}{ends}\nOk(())\n}}\n{module}"
        )
    }
}

/// Whether code that ends a cell gives nothing to show, as one can see from its first word.
fn is_statement(code: &str) -> bool {
    let words = ["for ", "while ", "print!", "println!", "eprint!", "eprintln!", "assert"];
    code.starts_with(UNIT) || words.iter().any(|word| code.starts_with(word))
}

/// The code that shows values, without what is said to us.
fn module() -> String {
    let code = SHOWN.lines().filter(|line| !line.starts_with("//") && !line.starts_with("#!"));
    let code: Vec<String> = code
        .skip_while(|line| line.is_empty())
        .map(|line| if line.is_empty() { String::new() } else { format!("    {line}") })
        .collect();
    format!("\n/// Shows the values that cells end in.\nmod shown {{\n{}\n}}\n", code.join("\n"))
}
