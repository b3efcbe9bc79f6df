//! The compiler's word on generated code, said of the lesson's text.

use std::collections::HashMap;

use super::{
    super::notebook::SHOW,
    places::{end_above, origin, rewritten, stretches, uses},
};
use crate::model::{
    diagnostic::{Diagnostic, Label, Remark, RemarkKind, Replacement, UNCODED},
    package::{Expected, Program},
    record::{CompilerMessage, CompilerSpan},
    source::{Sources, Span},
};

/// What the compiler said of a program. Where a mistaken block was taken in by references, these
/// are labelled too.
pub fn diagnostics<'a>(
    messages: &'a [CompilerMessage],
    program: &'a Program,
    sources: &'a Sources,
) -> impl Iterator<Item = Diagnostic> {
    let translator = Translator { program, sources };
    messages.iter().filter(|message| !is_summary(message)).filter_map(move |message| {
        let diagnostic = translator.diagnostic(message)?;
        let primary = message.spans.iter().find(|span| span.primary);
        let own = primary.and_then(|span| {
            let mut calls = std::iter::successors(Some(span), |span| span.called.as_deref());
            calls.find(|span| program.workspace.file(&span.file).is_some())
        });
        let used = own.map(|span| uses(program, &span.file, span.start.0)).unwrap_or_default();
        Some(used_at(diagnostic, used))
    })
}

/// Labels the references that took in what a diagnostic speaks of.
pub fn used_at(diagnostic: Diagnostic, uses: Vec<Span>) -> Diagnostic {
    uses.into_iter().fold(diagnostic, |diagnostic, span| diagnostic.also(span, USED))
}

/// What is said at a reference that took a mistaken block in.
const USED: &str = "used here";

/// Makes one diagnostic of those that say the same of a block, with all places that it is used at:
/// the compiler meets it anew in each. So does it in a library and its tests, and in every program
/// that takes a file in.
pub fn join_uses(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut joined: Vec<(Diagnostic, Vec<Label>)> = vec![];
    // Only those at one place can say the same.
    let mut at: HashMap<Option<Span>, Vec<usize>> = HashMap::new();
    for mut diagnostic in diagnostics {
        let (used, own) =
            diagnostic.labels.into_iter().partition(|label| !label.primary && label.text == USED);
        diagnostic.labels = own;
        let here = at.entry(diagnostic.span()).or_default();
        match here.iter().find(|index| says_the_same(&joined[**index].0, &diagnostic)) {
            Some(index) => joined[*index].1.extend::<Vec<Label>>(used),
            None => {
                here.push(joined.len());
                joined.push((diagnostic, used));
            }
        }
    }
    let whole = |(mut diagnostic, mut used): (Diagnostic, Vec<Label>)| {
        used.sort_by_key(|label| label.span);
        used.dedup();
        diagnostic.labels.extend(used);
        diagnostic
    };
    joined.into_iter().map(whole).collect()
}

/// Whether two diagnostics differ in nothing but that the compiler tells once, with the first, why a
/// lint speaks at all.
fn says_the_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    fn rest(diagnostic: &Diagnostic) -> impl PartialEq {
        let is_reason = |remark: &&Remark| remark.text.ends_with("on by default");
        let remarks: Vec<&Remark> = diagnostic.remarks.iter().filter(|it| !is_reason(it)).collect();
        let Diagnostic { severity, code, message, labels, fix, .. } = diagnostic;
        (severity, code, message, labels, fix, remarks)
    }
    rest(a) == rest(b)
}

/// Whether a message only counts the others, or says where to read on.
fn is_summary(message: &CompilerMessage) -> bool {
    message.spans.is_empty() && message.children.is_empty() && message.code.is_none()
}

/// Other texts that the compiler would write are told up to this many, as it does itself.
const MOST_PATCHES: usize = 4;

struct Translator<'a> {
    program: &'a Program,
    sources: &'a Sources,
}

impl Translator<'_> {
    /// None for doubts about code that no author wrote.
    fn diagnostic(&self, message: &CompilerMessage) -> Option<Diagnostic> {
        let code = message.code.clone().unwrap_or_else(|| UNCODED.to_owned());
        let mut diagnostic = if message.error {
            Diagnostic::error(code, self.words(&message.text))
        } else {
            Diagnostic::warning(code, self.words(&message.text))
        };
        diagnostic.labels = self.labels(message);
        if diagnostic.span().is_none() {
            if !message.error {
                return None;
            }
            diagnostic = diagnostic.at(self.near(message)?, "near here");
        }
        if message.children.iter().any(is_of_shown_value) {
            diagnostic = diagnostic
                .hint("a cell shows the value that it ends in: end it with `;` to show none");
        }
        // What readers are shown is the compiler's word alone.
        let is_for_authors = !matches!(self.program.expected, Expected::CompilerError { .. });
        let speaks_of_crates = is_for_authors && speaks_of_crates(message);
        for child in &message.children {
            let is_cargos = speaks_of_crates && child.text.contains("cargo add");
            if !is_of_shown_value(child) && !is_cargos {
                diagnostic.remarks.extend(self.remark(child, diagnostic.span()));
            }
        }
        Some(match message.code.as_deref() {
            Some("E0728") if is_for_authors && !self.is_in_own_function(message) => diagnostic
                .hint(
                    "cells may `.await` where tokio has a runtime: add `tokio: { version: \"1\", \
                 features: [macros, rt-multi-thread] }` to `dependencies:` in the lesson's front \
                 matter",
                ),
            Some("E0432" | "E0433") if speaks_of_crates => diagnostic.hint(
                "crates.io packages are named under `dependencies:` in the lesson's front matter",
            ),
            None if is_for_authors && message.text.starts_with("couldn't read `") => {
                match self.not_taken_in(&message.text) {
                    Some(path) => diagnostic.hint(format!(
                        "a file of the course that code takes in is declared: `data: [{path}]` in the front matter, or \
                         `data=\"{path}\"` behind the fence"
                    )),
                    None => diagnostic,
                }
            }
            _ => diagnostic,
        })
    }

    /// A file that a cell's `include_str!` looked for in vain, as the cell names it.
    fn not_taken_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (_, rest) = text.split_once('`')?;
        let (path, _) = rest.split_once('`')?;
        let inside = path.strip_prefix(&self.program.member)?.strip_prefix("/src/")?;
        Some(inside.strip_prefix("bin/").unwrap_or(inside))
    }

    /// What the compiler says, with the lesson's places for the generated ones in it: closures are
    /// called by where they stand.
    fn words(&self, text: &str) -> String {
        let text = rewritten(text, self.program, self.sources);
        // It takes the place of that, and readers know that alone.
        let own = ["__lessonc::LessoncError", "LessoncError"];
        own.iter().fold(text, |text, own| text.replace(own, "Box<dyn Error>"))
    }

    /// Whether the function that an `.await` stands in is an author's.
    fn is_in_own_function(&self, message: &CompilerMessage) -> bool {
        let mut others = message.spans.iter().filter(|span| !span.primary);
        others.any(|span| !stretches(self.program, span, self.sources).is_empty())
    }

    fn labels(&self, message: &CompilerMessage) -> Vec<Label> {
        let mut labels: Vec<Label> = vec![];
        for span in &message.spans {
            let stretches = stretches(self.program, span, self.sources);
            let Some(first) = stretches.first() else { continue };
            // Of the line that shows a cell's value, only what is wrong with it concerns authors.
            if !span.primary && self.is_scaffold(span) {
                continue;
            }
            let mut add = |span: Span, text: &str, primary: bool| {
                let label = Label { span, text: self.words(text), primary };
                if !labels.contains(&label) {
                    labels.push(label);
                }
            };
            add(*first, &span.label, span.primary);
            if let Some(last) = stretches[1..].last() {
                add(*last, "and on to here", false);
            }
            if let Some(called) = self.called(span).filter(|called| !called.touches(*first)) {
                add(called, "in this macro invocation", false);
            }
        }
        labels
    }

    /// Where the macro was called that made a span, if it was made by one.
    fn called(&self, span: &CompilerSpan) -> Option<Span> {
        let outermost = std::iter::successors(Some(span), |span| span.called.as_deref()).last()?;
        stretches(self.program, outermost, self.sources).first().copied()
    }

    fn is_scaffold(&self, span: &CompilerSpan) -> bool {
        let file = self.program.workspace.file(&span.file);
        let line = file.and_then(|file| file.lines.get(span.start.0.checked_sub(1)?));
        line.is_some_and(|line| line.text == SHOW)
    }

    /// The nearest text of an author, for an error that the compiler found in what is put around it.
    fn near(&self, message: &CompilerMessage) -> Option<Span> {
        let primary = message.spans.iter().find(|span| span.primary);
        let above = primary.and_then(|span| end_above(self.program, span));
        above.or_else(|| self.program.steps.first().map(|step| step.span))
    }

    /// What the compiler says beside; none where it speaks of code that no author wrote.
    fn remark(&self, child: &CompilerMessage, of: Option<Span>) -> Option<Remark> {
        let kind = if child.level == "help" { RemarkKind::Help } else { RemarkKind::Note };
        let mut remark = Remark::new(kind, self.words(&child.text));
        let (suggestions, spans): (Vec<_>, Vec<_>) =
            child.spans.iter().partition(|span| span.suggestion.is_some());
        for span in &spans {
            let stretches = stretches(self.program, span, self.sources);
            let label = |first: &Span| Label {
                span: *first,
                text: self.words(&span.label),
                primary: span.primary,
            };
            remark.labels.extend(stretches.first().map(label));
        }
        let is_ours = |span: &&&CompilerSpan| self.program.workspace.file(&span.file).is_some();
        if remark.labels.is_empty() && spans.iter().any(|span| is_ours(&span)) {
            return None;
        }
        let alternatives = alternatives(&suggestions);
        let patches: Option<Vec<Vec<Replacement>>> = alternatives
            .iter()
            .map(|parts| parts.iter().map(|part| self.replacement(part, of)).collect())
            .collect();
        match patches {
            Some(patches) => remark.patches = patches,
            None => {
                let texts = alternatives.iter().flatten();
                let texts = texts.filter_map(|span| Some(span.suggestion.as_deref()?.trim()));
                let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
                if !texts.is_empty() {
                    remark.text = format!("{}: `{}`", remark.text, texts.join("` … `"));
                }
            }
        }
        let others = remark.patches.len().saturating_sub(MOST_PATCHES);
        if others > 0 {
            remark.patches.truncate(MOST_PATCHES);
            remark
                .text
                .push_str(&format!(" (the first {MOST_PATCHES} of {})", others + MOST_PATCHES));
        }
        Some(remark)
    }

    /// What an author would write to follow a suggestion; none where it is no author's to write.
    fn replacement(&self, span: &CompilerSpan, of: Option<Span>) -> Option<Replacement> {
        let text = span.suggestion.as_deref()?;
        match &stretches(self.program, span, self.sources)[..] {
            [place] => {
                let origin = origin(self.program, &span.file, span.start.0)?;
                let text = at_lesson_indent(text, self.sources.margin(origin.span), origin.indent);
                Some(Replacement { span: *place, text })
            }
            // At the head of the generated program, which is no author's.
            [] if text.starts_with("use ") => {
                let place = self.first_line_of_block(of?);
                let text = format!("{}\n{}", text.trim_end(), self.sources.margin(place));
                Some(Replacement { span: place, text })
            }
            _ => None,
        }
    }

    /// Before the first line of the code block that a place is in.
    fn first_line_of_block(&self, place: Span) -> Span {
        let own = self.program.steps.iter().find(|step| step.chunk.holds(place));
        let start = own.map_or(place.start, |step| step.span.start);
        Span { start, end: start, ..place }
    }
}

/// The suggested parts, those together that are to be made together. The compiler lists all parts of
/// one text, in any order, and then those of the next: that is another text for the same places.
fn alternatives<'a>(suggestions: &[&'a CompilerSpan]) -> Vec<Vec<&'a CompilerSpan>> {
    let mut alternatives: Vec<Vec<&CompilerSpan>> = vec![];
    for part in suggestions {
        let meets = |other: &&CompilerSpan| {
            other.file == part.file
                && (other.start == part.start || other.start < part.end && part.start < other.end)
        };
        match alternatives.last_mut().filter(|parts| !parts.iter().any(meets)) {
            Some(parts) => parts.push(part),
            None => alternatives.push(vec![part]),
        }
    }
    for parts in &mut alternatives {
        parts.sort_by_key(|part| part.start);
    }
    alternatives
}

/// A suggestion's text as it is written in the lesson: lines after its first begin with the `margin`
/// of the lesson's own, and without the `indent` bytes that tangling adds.
fn at_lesson_indent(text: &str, margin: &str, indent: usize) -> String {
    let mut lines = text.split('\n').peekable();
    let mut out = lines.next().unwrap_or_default().to_owned();
    while let Some(line) = lines.next() {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        out.push('\n');
        // The text after the suggestion follows its last line.
        let is_blank = line.is_empty() && lines.peek().is_some();
        out.push_str(if is_blank { margin.trim_end() } else { margin });
        out.push_str(&line[blanks.min(indent)..]);
    }
    out
}

/// Whether a remark is about how the value is shown that a cell ends in.
fn is_of_shown_value(child: &CompilerMessage) -> bool {
    child.text.starts_with("required for `ByDebug<")
}

/// Whether the compiler thinks that a dependency may be missing.
fn speaks_of_crates(message: &CompilerMessage) -> bool {
    let texts = message.spans.iter().map(|span| &span.label).chain([&message.text]);
    texts.chain(message.children.iter().map(|child| &child.text)).any(|text| text.contains("crate"))
}
