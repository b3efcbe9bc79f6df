//! Who defines a name or a target, and with which pieces.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    course::{Chunk, Lesson, is_name, reference},
    diagnostic::Diagnostic,
    source::{Sources, Span},
};

use super::{strings, targets};

/// What the code blocks of one package define.
#[derive(Debug, Default)]
pub struct Names<'a> {
    /// Blocks of one name, in the order in which they are joined.
    pub named: BTreeMap<&'a str, Vec<Piece<'a>>>,
    /// By path.
    pub targets: BTreeMap<String, Target<'a>>,
    /// Names that some reference asks for.
    used: BTreeSet<&'a str>,
}

/// What one file is made of.
#[derive(Debug, Default)]
pub struct Target<'a> {
    /// In the order in which they are joined.
    pub pieces: Vec<Piece<'a>>,
    /// What the first block with a name calls it, and where.
    name: Option<(&'a str, Span)>,
    /// The permissions that the first block with a `mode=` asks for, and where.
    pub mode: Option<(u32, Span)>,
}

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

pub fn collect<'a>(
    lessons: &[&'a Lesson],
    sources: &'a Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Names<'a> {
    let mut names = Names::default();
    for chunk in lessons.iter().flat_map(|lesson| lesson.chunks()) {
        if chunk.name().is_none() && chunk.target().is_none() && chunk.cell.is_none() {
            continue;
        }
        let piece = piece(chunk, sources);
        names.used.extend(piece.lines.iter().filter_map(|line| reference(line.text)));
        let path = chunk.target().and_then(|it| targets::path(it, chunk.info, diagnostics));
        if let Some(path) = path {
            names.targets.entry(path).or_default().add(piece.clone(), diagnostics);
        }
        if let Some(name) = chunk.name().filter(|name| is_name(name)) {
            names.named.entry(name).or_default().push(piece);
        }
    }
    targets::report_clashes(&names.targets, diagnostics);
    names
}

impl<'a> Target<'a> {
    /// Joins one more block; all that say a name or a mode must say the same.
    fn add(&mut self, piece: Piece<'a>, diagnostics: &mut Vec<Diagnostic>) {
        let chunk = piece.chunk;
        let path = chunk.target().unwrap_or_default();
        if let Some(name) = chunk.name() {
            let (first, span) = *self.name.get_or_insert((name, chunk.info));
            if first != name {
                let message = format!("`{path}` has two names: `{first}`, `{name}`");
                diagnostics.push(
                    Diagnostic::error("target-twice", message)
                        .at(chunk.info, "another name here")
                        .also(span, "first named here")
                        .hint("give both blocks one name, or the second no name: blocks of one `file=` are joined in order"),
                );
            }
        }
        let mode = chunk.attributes.get("mode");
        if let Some(mode) = mode.and_then(|mode| targets::mode(mode, chunk.info, diagnostics)) {
            let (first, span) = *self.mode.get_or_insert((mode, chunk.info));
            if first != mode {
                let message = format!("`{path}` has two modes: {first:o}, {mode:o}");
                diagnostics.push(
                    Diagnostic::error("target-mode", message)
                        .at(chunk.info, "another mode here")
                        .also(span, "first said here")
                        .hint("say it once: blocks of one `file=` are joined"),
                );
            }
        }
        self.pieces.push(piece);
    }
}

/// Warns of blocks that no target and no cell takes in.
pub fn report_unused(names: &Names<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (name, pieces) in &names.named {
        let standing =
            pieces.iter().all(|piece| piece.chunk.target().is_none() && piece.chunk.cell.is_none());
        if standing && !names.used.contains(name) {
            diagnostics.push(
                Diagnostic::warning("unused-block", format!("nothing uses the block `{name}`"))
                    .at(pieces[0].chunk.info, "defined here")
                    .hint(format!(
                        "use it with `<<{name}>>` on a line of its own, give it a `file=`, or run it with `.cell`"
                    )),
            );
        }
    }
}
