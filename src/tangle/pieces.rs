//! The code of single blocks, before references in it are replaced.

use super::strings;
use crate::model::{
    course::Chunk,
    source::{Sources, Span},
};

/// The code of one block.
#[derive(Clone, Debug)]
pub struct Piece<'a> {
    pub chunk: &'a Chunk,
    pub lines: Vec<PieceLine<'a>>,
}

/// One line of a block, as the compiler shall see it.
#[derive(Clone, Copy, Debug)]
pub struct PieceLine<'a> {
    pub span: Span,
    pub text: &'a str,
    /// Whether a string literal of an earlier line goes on here, so that blanks count.
    pub in_string: bool,
}

pub fn piece<'a>(chunk: &'a Chunk, sources: &'a Sources) -> Piece<'a> {
    let texts: Vec<&str> = chunk.lines.iter().map(|line| sources.text(line.span)).collect();
    let in_string = strings::lines_in_strings(chunk.language.as_deref(), &texts);
    let lines = chunk.lines.iter().zip(texts).zip(in_string);
    let lines =
        lines.map(|((line, text), in_string)| PieceLine { span: line.span, text, in_string });
    Piece { chunk, lines: lines.collect() }
}

/// A string may begin in one block, and end in the next that is joined to it.
pub fn join_strings(pieces: &mut [Piece<'_>]) {
    let [first, _, ..] = pieces else { return };
    let language = first.chunk.language.as_deref();
    let mut lines: Vec<&mut PieceLine<'_>> =
        pieces.iter_mut().flat_map(|piece| &mut piece.lines).collect();
    let texts: Vec<&str> = lines.iter().map(|line| line.text).collect();
    let in_string = strings::lines_in_strings(language, &texts);
    for (line, in_string) in lines.iter_mut().zip(in_string) {
        line.in_string = in_string;
    }
}
