//! A text to parse, and where it stands in its source.

use std::ops::Range;

use crate::model::source::{SourceId, Span};

/// A whole source, or what a cell of a grid table holds: pieces of lines, put below each other.
#[derive(Clone, Copy)]
pub struct Passage<'a> {
    pub source: SourceId,
    pub text: &'a str,
    /// Where each piece begins, in the text and in the source, in the order of both; none where
    /// the text is the source itself.
    pub pieces: &'a [(usize, usize)],
}

impl<'a> Passage<'a> {
    pub fn whole(source: SourceId, text: &'a str) -> Self {
        Self { source, text, pieces: &[] }
    }

    /// The place in the source of a range of the text. What goes over several pieces covers there
    /// what stands between them.
    pub fn span(&self, range: Range<usize>) -> Span {
        // An end belongs to the piece before it.
        let end = if range.is_empty() { range.end } else { range.end - 1 };
        let start = self.in_source(range.start);
        Span::new(self.source, start..self.in_source(end) + range.end - end)
    }

    /// Some lines of it as a text, and the pieces of that.
    pub fn part(&self, lines: &[Range<usize>]) -> (String, Vec<(usize, usize)>) {
        let (mut text, mut pieces) = (String::new(), vec![]);
        for line in lines {
            if !pieces.is_empty() {
                text.push('\n');
            }
            pieces.push((text.len(), self.in_source(line.start)));
            text.push_str(self.text[line.clone()].trim_end_matches(['\n', '\r']));
        }
        (text, pieces)
    }

    fn in_source(&self, offset: usize) -> usize {
        let piece = self.pieces.partition_point(|(begin, _)| *begin <= offset);
        let (begin, start) = piece.checked_sub(1).map_or((0, 0), |piece| self.pieces[piece]);
        start + offset - begin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_those_of_the_source() {
        let source = "| ab | x |\n| é  | y |";
        let passage = Passage { source: SourceId(0), text: "ab\né\n", pieces: &[(0, 2), (3, 13)] };
        let place = |range| &source[passage.span(range).range()];
        assert_eq!((place(0..2), place(1..2), place(3..5)), ("ab", "b", "é"));
        assert_eq!(place(0..5), "ab | x |\n| é");
        // What ends with a line does not reach into the next.
        assert_eq!(place(0..3), "ab ");
        assert_eq!(passage.span(3..3).start, 13);
        assert_eq!(Passage::whole(SourceId(0), source).span(2..4).range(), 2..4);
    }
}
