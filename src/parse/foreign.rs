//! Markup that other dialects know and this one takes for text.

use std::ops::Range;

use super::passage::Passage;
use crate::model::diagnostic::Diagnostic;

/// Tells of the lines of a paragraph that only other dialects take for more than text.
pub fn complaints(passage: Passage, paragraph: Range<usize>) -> Vec<Diagnostic> {
    let mut found = vec![];
    let mut start = paragraph.start;
    for line in passage.text[paragraph.clone()].split_inclusive('\n') {
        let written = line.trim_start_matches([' ', '\t', '>']);
        let at = start + line.len() - written.len();
        let written = written.trim_end();
        let is_whole = line.len() == paragraph.len() && begins_line(passage.text, at);
        if let Some(hint) = hint(written, is_whole) {
            let place = passage.span(at..at + written.len());
            let message = "this is markup of another dialect";
            let diagnostic = Diagnostic::warning("foreign-markup", message);
            found.push(diagnostic.at(place, "this is text").hint(hint));
        }
        start += line.len();
    }
    found
}

/// Whether nothing stands before an offset in its line but what a quote's lines begin with.
fn begins_line(text: &str, offset: usize) -> bool {
    let before = text[..offset].rsplit('\n').next().unwrap_or_default();
    before.trim_matches([' ', '\t', '>']).is_empty()
}

/// What to write instead of a line, if another dialect takes it for more than text. A line
/// is a heading there if it is a whole paragraph.
fn hint(line: &str, is_whole: bool) -> Option<&'static str> {
    match line.as_bytes().first()? {
        b'#' if is_whole => {
            let text = line.trim_start_matches('#');
            let is_heading = line.len() - text.len() <= 6 && text.starts_with(char::is_alphabetic);
            is_heading
                .then_some("a heading has a blank behind its `#`; for the sign itself write `\\#`")
        }
        b'{' if line.starts_with("{:") && line.ends_with('}') => {
            Some("put what it is about into a div: `::: challenge`, its text, `:::`")
        }
        b'{' if line.starts_with("{%") && line.ends_with("%}") => {
            Some("this is Liquid, which no page here goes through: take it out")
        }
        b'[' if is_alert(line) => {
            Some("write a div instead of the quote: `::: callout`, its text, `:::`")
        }
        b'!' if line.starts_with("!!! ") => Some("write a div: `::: callout`, its text, `:::`"),
        _ => None,
    }
}

/// Whether a line begins one of GitHub's alerts: `[!NOTE]`.
fn is_alert(line: &str) -> bool {
    let word = line.strip_prefix("[!").and_then(|line| line.strip_suffix(']'));
    word.is_some_and(|word| !word.is_empty() && word.bytes().all(|c| c.is_ascii_uppercase()))
}
