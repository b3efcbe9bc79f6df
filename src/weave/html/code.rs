//! Blocks of code, and commands.

use serde::Serialize;

use super::Body;
use crate::{
    model::{
        course::{Cell, Chunk},
        record::Output,
        source::Span,
    },
    weave::{
        blocks,
        escape::escape,
        highlight::{fold_lines, highlight},
        playground,
    },
};

impl<'a> Body<'a> {
    pub(super) fn chunk(&mut self, chunk: &'a Chunk) -> String {
        match (chunk.language.as_deref(), chunk.cell) {
            (Some("mermaid"), _) => self.diagram(chunk),
            _ if chunk.is_plot() => match self.charts.get(&chunk.span) {
                Some(chart) => self.chart(chunk, chart),
                None => String::new(),
            },
            // What a cell gave stands there already.
            _ if self.expectations.contains(&chunk.span) => String::new(),
            _ if chunk.is_output() => self.typed_output(chunk),
            (_, Some(Cell::Console)) => self.console(chunk),
            (_, cell) => {
                // A block that is hidden whole leaves no empty box.
                let is_hidden = !chunk.lines.is_empty() && chunk.lines.iter().all(|it| it.hidden);
                let mut html = match is_hidden {
                    true => String::new(),
                    false => self.listing(chunk, cell.is_some()),
                };
                for output in self.outputs(chunk) {
                    html.push_str(&self.output(output, chunk));
                }
                if let Some(chart) = self.charts.get(&chunk.span) {
                    html.push_str(&self.chart(chunk, chart));
                }
                html
            }
        }
    }

    /// A block's code, with hidden lines that readers can unfold.
    fn listing(&mut self, chunk: &Chunk, runs: bool) -> String {
        let lines = chunk.lines.iter().flat_map(|line| [self.sources.text(line.span), "\n"]);
        let code = highlight(chunk.language.as_deref(), &lines.collect::<String>());
        let hidden: Vec<bool> = chunk.lines.iter().map(|line| line.hidden).collect();
        let folded = hidden.iter().filter(|hidden| **hidden).count();
        let code = if folded > 0 { fold_lines(&code, &hidden) } else { code };
        self.code(chunk, code, folded, runs)
    }

    fn code(&mut self, chunk: &Chunk, code: String, hidden: usize, runs: bool) -> String {
        #[derive(Serialize)]
        struct Code<'c> {
            language: Option<&'c str>,
            code: String,
            /// How many lines of it are.
            hidden: usize,
            name: Option<&'c str>,
            target: Option<&'c str>,
            added: bool,
            runs: bool,
            id: Option<&'c str>,
            /// The first block of its name, where that is another.
            first: Option<String>,
            used_in: Vec<Use<'c>>,
            /// Where it is the first of a listing's blocks.
            label: Option<String>,
            caption: Option<&'c str>,
            /// Where it can be run, after the cells before it.
            playground: Option<String>,
        }
        #[derive(Serialize)]
        struct Use<'c> {
            url: String,
            label: Option<&'c str>,
        }
        let name = chunk.name();
        let added = name.is_some_and(|name| !self.shown.insert(name.to_owned()));
        let language = chunk.language.as_deref();
        let blocks = self.named;
        let html = blocks::link_references(&code, |name| {
            Some(escape(&blocks.find(name)?.definitions.first()?.url(self.lesson)))
        });
        let own = name.and_then(|name| blocks.find(name));
        let first = own.and_then(|own| own.definitions.first()).map(|block| block.url(self.lesson));
        let uses = own.into_iter().flat_map(|own| &own.uses);
        let context = Code {
            language,
            code: html,
            hidden,
            name,
            target: chunk.target(),
            added,
            runs,
            // A console stands in pieces, of which the first has the id.
            id: blocks.id(chunk).filter(|_| self.anchored.insert(chunk.span)),
            first: first.filter(|_| added),
            used_in: uses
                .map(|block| Use { url: block.url(self.lesson), label: block.label() })
                .collect(),
            label: self.figures.label(name).filter(|_| !added),
            caption: chunk.attributes.get("caption"),
            playground: self.download.and_then(|download| {
                playground::url(download.programs.get(&chunk.span)?, self.settings)
            }),
        };
        self.render("code.html", &context, chunk.info)
    }

    /// Each command with what it gave below it.
    fn console(&mut self, chunk: &Chunk) -> String {
        let outputs: Vec<&Output> = self.outputs(chunk).collect();
        let mut html = String::new();
        let mut code = String::new();
        let mut current: Option<&Output> = None;
        for line in &chunk.lines {
            if let Some(output) = outputs.iter().find(|output| output.span == line.span) {
                html.push_str(&self.command(chunk, &code, current));
                code.clear();
                current = Some(output);
            }
            code.push_str(self.sources.text(line.span));
            code.push('\n');
        }
        html.push_str(&self.command(chunk, &code, current));
        html
    }

    fn command(&mut self, chunk: &Chunk, code: &str, output: Option<&Output>) -> String {
        if code.is_empty() {
            return String::new();
        }
        let code = highlight(chunk.language.as_deref(), code);
        let mut html = self.code(chunk, code, 0, true);
        if let Some(output) = output {
            html.push_str(&self.output(output, chunk));
        }
        html
    }
}

/// The place of an offset into a block's visible text.
pub(super) fn place_in_lines(chunk: &Chunk, offset: usize) -> Option<Span> {
    let mut left = offset;
    for line in chunk.lines.iter().filter(|line| !line.hidden) {
        let length = line.span.end - line.span.start;
        if left <= length {
            return Some(Span { start: line.span.start + left, ..line.span });
        }
        left -= length + 1;
    }
    None
}
