//! Replaces `<<references>>` by what they name, and remembers where each line came from.

use std::sync::Arc;

use crate::model::{
    course::reference,
    diagnostic::{Diagnostic, Fix, did_you_mean, only_near},
    package::{Line, Origin, Use},
    source::Span,
};

use super::{
    names::Names,
    pieces::{Piece, PieceLine},
};

/// The lines of joined pieces, all references replaced.
pub fn expand(
    pieces: &[Piece<'_>],
    names: &Names<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Line> {
    let mut expansion = Expansion { names, diagnostics, open: vec![], lines: vec![] };
    expansion.pieces(pieces, "", None);
    expansion.lines
}

/// References within references that are followed.
const DEEPEST: usize = 200;

/// The lines that one target may grow to.
const MOST_LINES: usize = 1_000_000;

struct Expansion<'a, 'd> {
    names: &'a Names<'a>,
    diagnostics: &'d mut Vec<Diagnostic>,
    /// The references that are being replaced, outermost first.
    open: Vec<(&'a str, Span)>,
    lines: Vec<Line>,
}

impl<'a> Expansion<'a, '_> {
    fn pieces(&mut self, pieces: &'a [Piece<'a>], indent: &str, used: Option<&Arc<Use>>) {
        for line in pieces.iter().flat_map(|piece| &piece.lines) {
            match reference(line.text) {
                Some(name) => self.reference(name, line, indent, used),
                None => self.line(line, indent, used),
            }
        }
    }

    fn line(&mut self, line: &PieceLine<'a>, indent: &str, used: Option<&Arc<Use>>) {
        self.report_near_miss(line);
        let literal = line.text.trim_start().starts_with("\\<<")
            && reference(&line.text.trim_start()[1..]).is_some();
        let code = if literal { line.text.replacen('\\', "", 1) } else { line.text.to_owned() };
        let text = match (line.in_string, code.trim().is_empty()) {
            (true, _) => code,
            (false, true) => String::new(),
            (false, false) => format!("{indent}{code}"),
        };
        let indent = if line.in_string || text.is_empty() { 0 } else { indent.len() };
        let origin = Origin { span: line.span, indent, used: used.cloned() };
        self.lines.push(Line { text, origin: Some(origin) });
    }

    fn reference(
        &mut self,
        name: &'a str,
        line: &PieceLine<'a>,
        indent: &str,
        outer: Option<&Arc<Use>>,
    ) {
        let span = reference_span(line);
        let Some(pieces) = self.names.named.get(name) else {
            self.diagnostics.push(self.unknown(name, span));
            return;
        };
        if let Some(start) = self.open.iter().position(|(open, _)| *open == name) {
            self.diagnostics.push(cycle(name, span, &self.open[start..]));
            return;
        }
        if self.open.len() > DEEPEST || self.lines.len() > MOST_LINES {
            self.diagnostics.push(
                Diagnostic::error("too-long", "these references grow without measure")
                    .at(span, "given up here")
                    .hint("let blocks refer to fewer others"),
            );
            return;
        }
        let blanks = &line.text[..line.text.len() - line.text.trim_start().len()];
        let indent = if line.in_string { "" } else { indent };
        self.open.push((name, span));
        let used = Arc::new(Use { span, outer: outer.cloned() });
        self.pieces(pieces, &format!("{indent}{blanks}"), Some(&used));
        self.open.pop();
    }

    fn unknown(&self, name: &str, span: Span) -> Diagnostic {
        let known = self.names.named.keys().copied();
        let diagnostic =
            Diagnostic::error("unknown-reference", format!("no block is named `{name}`"))
                .at(span, "used here");
        match did_you_mean(name, known) {
            Some(meant) => {
                let known = self.names.named.keys().copied();
                let fix = only_near(name, known).map(|meant| {
                    let text = format!("<<{meant}>>");
                    Fix::replace(span, &*text, format!("write `{text}`"))
                });
                diagnostic.hint(format!("did you mean `<<{meant}>>`?")).fixed_by(fix)
            }
            None => diagnostic.hint(format!(
                "name a code block with `{{.rust #{name}}}`; for the text itself write `\\<<{name}>>`"
            )),
        }
    }

    /// A reference with code beside it, or blanks in it, stays as it is, which is rarely what was
    /// meant.
    fn report_near_miss(&mut self, line: &PieceLine<'_>) {
        for (at, _) in line.text.match_indices("<<") {
            let rest = &line.text[at + 2..];
            let Some(name) = rest.find(">>").map(|end| &rest[..end]) else { continue };
            let length = name.len() + 4;
            // With code beside it, `1 << value >> 2` is Rust.
            let is_alone = line.text.trim().len() == length;
            let name = if is_alone { name.trim() } else { name };
            let escaped = line.text[..at].ends_with('\\');
            let is_meant = self.names.named.contains_key(name)
                || reference(&line.text[at..at + length]).is_some()
                    && ends_expression(&line.text[at + length..]);
            if escaped || !is_meant {
                continue;
            }
            let start = line.span.start + at;
            let span = Span { start, end: start + length, ..line.span };
            let message = format!("`<<{name}>>` is left as it is");
            let diagnostic = Diagnostic::warning("inline-reference", message);
            self.diagnostics.push(if is_alone {
                diagnostic
                    .at(span, "has blanks around its name")
                    .hint(format!("write `<<{name}>>`"))
            } else {
                diagnostic
                    .at(span, "has other code on its line")
                    .hint("put the reference on a line of its own")
            });
        }
    }
}

/// Whether code ends an expression, so that no `>>` before it is an operator.
fn ends_expression(code: &str) -> bool {
    let code = code.trim_start();
    code.is_empty() || code.starts_with([';', ',', ')', ']', '}', '.', '?'])
}

fn reference_span(line: &PieceLine<'_>) -> Span {
    let start = line.span.start + (line.text.len() - line.text.trim_start().len());
    Span { start, end: start + line.text.trim().len(), ..line.span }
}

fn cycle(name: &str, span: Span, open: &[(&str, Span)]) -> Diagnostic {
    let mut way: Vec<&str> = open.iter().map(|(name, _)| *name).collect();
    way.push(name);
    let mut diagnostic = Diagnostic::error(
        "reference-cycle",
        format!("`{name}` contains itself: {}", way.join(" > ")),
    )
    .at(span, "comes back here");
    for (name, span) in &open[1..] {
        diagnostic = diagnostic.also(*span, format!("`{name}` is taken in here"));
    }
    diagnostic.hint("take one of these references out")
}
