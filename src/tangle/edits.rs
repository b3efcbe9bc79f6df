//! What somebody changed in a generated file, told at the lesson's lines.

use crate::model::{
    diagnostic::Diagnostic,
    difference::{stretches, unified},
    package::File,
    source::Span,
};

/// A generated file that somebody changed: the change as a patch, and the lesson's line to which
/// each part of it belongs. `text` is what the lessons give; `place` stands in where no lesson's line is near.
pub fn edited(
    text: &str,
    file: Option<&File>,
    there: &str,
    shown: &str,
    place: Option<Span>,
) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::error("edited-file", format!("`{shown}` was edited since it was written"));
    let mut labels: Vec<(Span, &str)> = vec![];
    let lines = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
    for part in stretches(&lines(text), &lines(there)).into_iter().filter(|part| !part.is_same) {
        let start = part.one.start;
        let (at, words) = match (part.one.is_empty(), part.other.is_empty()) {
            (true, _) if start == 0 => (0, "more before it there"),
            (true, _) => (start - 1, "more behind it there"),
            (_, true) => (start, "removed there"),
            _ => (start, "changed there"),
        };
        let line =
            file.and_then(|file| file.lines.get(at)?.origin.as_ref()).map(|origin| origin.span);
        labels.extend(line.or(place).map(|span| (span, words)));
    }
    labels.dedup();
    for (span, words) in labels {
        diagnostic = diagnostic.at(span, words);
    }
    diagnostic
        .note(format!("the edit:\n{}", patch(text, there, "the lesson's", shown).trim_end()))
        .hint("bring the edit into the lesson, or take the lesson's text with `--force`")
}

/// How one text becomes another, as `diff -u` tells it.
pub fn patch(from: &str, to: &str, from_name: &str, to_name: &str) -> String {
    format!("--- {from_name}\n+++ {to_name}\n{}", unified(from, to, 3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        package::{Line, Origin},
        source::SourceId,
    };

    fn span(start: usize) -> Span {
        Span { source: SourceId(0), start, end: start + 1 }
    }

    #[test]
    fn edits_are_told_at_the_lines_that_they_belong_to() {
        let lines = ["a", "b", "c", "d"].into_iter().enumerate();
        let lines = lines.map(|(at, text)| Line {
            text: text.to_owned(),
            origin: (at != 2).then_some(Origin { span: span(at), indent: 0, used: None }),
        });
        let file = File { lines: lines.collect(), ..File::generated("x", "") };
        let places = |there: &str| {
            let labels = edited(&file.text(), Some(&file), there, "x", Some(span(9))).labels;
            labels.into_iter().map(|label| (label.span.start, label.text)).collect::<Vec<_>>()
        };
        let at = |start: usize, words: &str| (start, words.to_owned());
        assert_eq!(
            places("a\nB\nc\nd\ne\n"),
            [at(1, "changed there"), at(3, "more behind it there")]
        );
        assert_eq!(
            places("new\na\nb\nd\n"),
            [at(0, "more before it there"), at(9, "removed there")]
        );
    }
}
