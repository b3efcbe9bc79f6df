//! Links and images that the parser takes for text, because of how their target is written.

use std::ops::Range;

use super::passage::Passage;
use crate::model::diagnostic::{Diagnostic, Fix};

/// No target that is longer is looked at: a text of brackets alone would take its square.
const LONGEST: usize = 500;

/// Tells of `[text](target)` that is text, where its square brackets stand at `brackets` and its
/// paragraph ends at `end`.
pub fn complaint(passage: Passage, brackets: Range<usize>, end: usize) -> Option<Diagnostic> {
    let behind = &passage.text[brackets.end..end.max(brackets.end)];
    let blanks = usize::from(behind.starts_with(' '));
    let Some(target) = behind[blanks..].strip_prefix('(') else {
        return turned(passage, brackets);
    };
    let mut signs = target.char_indices().take(LONGEST);
    let ends = signs.find(|(_, c)| matches!(c, ')' | '\n'));
    let length = ends.map_or(target.len(), |(at, _)| at).min(LONGEST);
    let is_closed = ends.is_some_and(|(_, c)| c == ')');
    let target = target.get(..length)?.trim_end();
    let at = brackets.end + blanks + 1;
    let place = brackets.start..at + target.len() + usize::from(is_closed);
    let told = |hint: &'static str| {
        let is_image = passage.text[..brackets.start].ends_with('!');
        let message = if is_image { "this is no image" } else { "this is no link" };
        let start = place.start - usize::from(is_image);
        let diagnostic = Diagnostic::warning("not-a-link", message);
        diagnostic.at(passage.span(start..place.end), "this is text").hint(hint)
    };
    if blanks > 0 {
        // Most of what stands in round brackets behind square ones is no target.
        return (is_closed && is_address(target))
            .then(|| told("take out the blank between its brackets"));
    }
    Some(if !is_closed {
        told("close its target with `)`, in the same line")
    } else if target.contains("{{") {
        told("this is Liquid, which no page here goes through: write the address itself")
    } else if target.contains(' ') && !target.contains(['"', '\'', '<', '>']) {
        let written = format!("<{target}>");
        let label = format!("write `{written}`");
        let fix = Fix::replace(passage.span(at..at + target.len()), written, label);
        told("a target with blanks in it stands between `<` and `>`").fixed_by(Some(fix))
    } else if !target.contains(' ') && passage.text[brackets.clone()].contains("](") {
        told("no link can stand within another")
    } else {
        told("a link is written `[text](target)`, or `[text](target \"title\")`")
    })
}

/// Tells of `![text](target)` that is text, and whose square brackets end there.
pub fn image_complaint(passage: Passage, at: usize, end: usize) -> Option<Diagnostic> {
    let text = passage.text;
    let behind = &text[at..];
    (behind.starts_with('(') || behind.starts_with(" (")).then_some(())?;
    let from = text.floor_char_boundary(at.saturating_sub(LONGEST));
    let start = from + text[from..at].rfind("![")?;
    (!text[start..at].contains('\n')).then_some(())?;
    complaint(passage, start + 1..at, end)
}

/// Tells of `(text)[target]`.
fn turned(passage: Passage, brackets: Range<usize>) -> Option<Diagnostic> {
    let before = &passage.text[..brackets.start];
    let target = &passage.text[brackets.start + 1..brackets.end - 1];
    (before.ends_with(')') && target.len() < LONGEST && is_address(target)).then(|| {
        Diagnostic::warning("not-a-link", "this is no link")
            .at(passage.span(brackets), "this is text")
            .hint("its text stands in square brackets, its target in round ones behind them")
    })
}

/// Endings of what is linked and shown.
const ENDINGS: [&str; 11] =
    [".md", ".Rmd", ".html", ".png", ".svg", ".jpg", ".jpeg", ".gif", ".csv", ".zip", ".pdf"];

/// Whether a text looks as nothing but a target does.
fn is_address(text: &str) -> bool {
    let is_word = !text.is_empty() && !text.contains(char::is_whitespace);
    let ends = || ENDINGS.iter().any(|ending| text.ends_with(ending));
    is_word && (text.contains("://") || text.contains(".md#") || text.contains(".html#") || ends())
}
