//! Diagnostics as people read them: the text with carets, in rustc's look. The only file that knows
//! annotate-snippets.

use std::{borrow::Cow, ops::Range};

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet, renderer::AnsiColor,
};

use crate::model::{
    diagnostic::{CELL, Diagnostic, Label, RemarkKind, Replacement, Severity, UNCODED},
    source::{Sources, Span},
};

/// A diagnostic, in colours of a terminal.
pub fn coloured(diagnostic: &Diagnostic, sources: &Sources) -> String {
    draw(diagnostic, &Frame { sources, block: None, is_coloured: true }, &Renderer::styled())
}

/// A diagnostic without colours.
pub fn plain(diagnostic: &Diagnostic, sources: &Sources) -> String {
    draw(diagnostic, &Frame { sources, block: None, is_coloured: false }, &Renderer::plain())
}

/// What makes a command end before it could look at anything, in colours of a terminal.
pub fn headline(message: &str) -> String {
    Renderer::styled().render(&[Group::with_title(Level::ERROR.primary_title(message))])
}

/// Diagnostics as readers of a code block see them, in colours of a terminal: lines are counted from
/// the block's first.
pub fn in_block(diagnostics: &[Diagnostic], block: Span, sources: &Sources) -> String {
    let frame = Frame { sources, block: Some(block), is_coloured: true };
    let drawn = diagnostics.iter().map(|it| draw(it, &frame, &Renderer::styled()));
    drawn.collect::<Vec<_>>().join("\n\n")
}

/// The texts that are drawn.
struct Frame<'a> {
    sources: &'a Sources,
    /// A code block, from fence to fence, that is shown as if it were a file.
    block: Option<Span>,
    is_coloured: bool,
}

impl<'a> Frame<'a> {
    /// The text around a place: its name, the text, and where that begins in the source.
    fn text(&self, span: Span) -> (&'a str, &'a str, usize) {
        let source = self.sources.get(span.source);
        let Some(block) = self.block else { return (&source.shown, &source.text, 0) };
        if !block.holds(span) || span.end > block.end {
            return (&source.path, &source.text, 0);
        }
        let code = &source.text[block.range()];
        let start = code.find('\n').map_or(0, |fence| fence + 1);
        let end = code.rfind('\n').map_or(code.len(), |fence| fence + 1).max(start);
        (CELL, &code[start..end], block.start + start)
    }
}

fn draw(diagnostic: &Diagnostic, frame: &Frame<'_>, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut title = level.primary_title(&diagnostic.message);
    // Not all that the compiler says has a code, and its own words have none of ours.
    if frame.block.is_none() || diagnostic.code != UNCODED {
        title = title.id(&*diagnostic.code);
    }
    let mut groups = vec![];
    let mut group = Group::with_title(title).elements(snippets(&diagnostic.labels, frame));
    for remark in &diagnostic.remarks {
        let level = match remark.kind {
            RemarkKind::Note | RemarkKind::Diff => Level::NOTE,
            RemarkKind::Help => Level::HELP,
        };
        if remark.labels.is_empty() && remark.patches.is_empty() {
            let text = match remark.kind {
                RemarkKind::Diff if frame.is_coloured => coloured_diff(&remark.text).into(),
                _ => Cow::from(&remark.text),
            };
            group = group.element(level.message(text));
            continue;
        }
        groups.push(group);
        group = Group::with_title(level.secondary_title(&remark.text))
            .elements(snippets(&remark.labels, frame))
            .elements(remark.patches.iter().flat_map(|patch| patched(patch, frame)));
    }
    groups.push(group);
    renderer.render(&groups)
}

/// Lines as they were in red, and as they are in green.
fn coloured_diff(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let colour = match line.as_bytes().first() {
            Some(b'-') => AnsiColor::Red,
            Some(b'+') => AnsiColor::Green,
            _ => return line.to_owned(),
        };
        let style = colour.on_default();
        format!("{style}{line}{style:#}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The texts that labels speak of, with carets.
fn snippets<'a>(labels: &'a [Label], frame: &Frame<'a>) -> Vec<Snippet<'a, Annotation<'a>>> {
    let snippet = |((name, text, start), labels): (_, Vec<&'a Label>)| {
        let annotations = labels.into_iter().map(move |label| {
            let kind =
                if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let words = Some(&*label.text).filter(|text| !text.is_empty());
            kind.span(within(label.span, start)).label(words)
        });
        Snippet::source(text).path(name).annotations(annotations)
    };
    by_text(labels, frame).into_iter().map(snippet).collect()
}

/// The texts that replacements change, as they would read then.
fn patched<'a>(
    replacements: &'a [Replacement],
    frame: &Frame<'a>,
) -> Option<Snippet<'a, Patch<'a>>> {
    let (name, text, start) = frame.text(replacements.first()?.span);
    let patches = replacements
        .iter()
        .map(|replacement| Patch::new(within(replacement.span, start), &*replacement.text));
    Some(Snippet::source(text).path(name).patches(patches))
}

/// A place of a source in a text that begins at `start` there.
fn within(span: Span, start: usize) -> Range<usize> {
    span.start.saturating_sub(start)..span.end.saturating_sub(start)
}

type Labelled<'a> = ((&'a str, &'a str, usize), Vec<&'a Label>);

/// Labels of one text together, the text of the first primary label first.
fn by_text<'a>(labels: &'a [Label], frame: &Frame<'a>) -> Vec<Labelled<'a>> {
    let mut groups: Vec<Labelled<'a>> = vec![];
    let primary_first =
        labels.iter().filter(|l| l.primary).chain(labels.iter().filter(|l| !l.primary));
    for label in primary_first {
        let text = frame.text(label.span);
        match groups.iter_mut().find(|((name, _, start), _)| (*name, *start) == (text.0, text.2)) {
            Some((_, group)) => group.push(label),
            None => groups.push((text, vec![label])),
        }
    }
    groups
}
