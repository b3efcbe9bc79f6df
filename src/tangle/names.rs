//! Who defines a name or a target, and with which pieces.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::model::{
    course::{Lesson, is_name, reference},
    diagnostic::Diagnostic,
    source::Sources,
};

use super::{
    pieces::{Piece, join_strings, piece},
    targets::{self, Target},
};

/// What the code blocks of one package define.
#[derive(Debug, Default)]
pub struct Names<'a> {
    /// Blocks of one name, in the order in which they are joined.
    pub named: BTreeMap<&'a str, Vec<Piece<'a>>>,
    /// By path.
    pub targets: BTreeMap<String, Target<'a>>,
    /// Names that some reference asks for.
    used: BTreeSet<&'a str>,
    /// Those of them that targets and cells ask for.
    taken: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    /// The pieces of blocks that are neither target nor cell, and that none takes in, directly or by
    /// way of others; of blocks that take in each other just those of one.
    pub fn left_over(&self) -> Vec<Vec<Piece<'a>>> {
        let mut reached = BTreeSet::new();
        for name in &self.taken {
            self.reach(name, &mut reached);
        }
        let (used, unused): (Vec<&str>, _) =
            self.named.keys().partition(|name| self.used.contains(*name));
        let first = unused.into_iter().chain(used);
        let left = first.filter(|name| self.reach(name, &mut reached));
        let stands = |piece: &&Piece| piece.chunk.target().is_none() && piece.chunk.cell.is_none();
        left.map(|name| self.named[name].iter().filter(stands).cloned().collect()).collect()
    }

    /// Adds a block and all that it takes in; says whether it was new.
    fn reach(&self, name: &'a str, reached: &mut BTreeSet<&'a str>) -> bool {
        let mut open = vec![name];
        let is_new = !reached.contains(name);
        while let Some(name) = open.pop().filter(|_| is_new) {
            let pieces = self.named.get(name).filter(|_| reached.insert(name));
            let lines = pieces.into_iter().flatten().flat_map(|piece| &piece.lines);
            open.extend(lines.filter_map(|line| reference(line.text)));
        }
        is_new
    }
}

pub fn collect<'a>(
    lessons: &'a [Arc<Lesson>],
    sources: &'a Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Names<'a> {
    let mut names = Names::default();
    for chunk in lessons.iter().flat_map(|lesson| lesson.chunks()) {
        if chunk.is_plot() {
            continue;
        }
        if chunk.name().is_none() && chunk.target().is_none() && chunk.cell.is_none() {
            continue;
        }
        let piece = piece(chunk, sources);
        let asked: Vec<&str> = piece.lines.iter().filter_map(|line| reference(line.text)).collect();
        names.used.extend(&asked);
        if chunk.target().is_some() || chunk.cell.is_some() {
            names.taken.extend(asked);
        }
        let path = chunk.target().and_then(|it| targets::path(it, chunk.info, diagnostics));
        if let Some(path) = path {
            names.targets.entry(path).or_default().add(piece.clone(), diagnostics);
        }
        if let Some(name) = chunk.name().filter(|name| is_name(name)) {
            names.named.entry(name).or_default().push(piece);
        }
    }
    let targets = names.targets.values_mut().map(|target| &mut target.pieces);
    for pieces in targets.chain(names.named.values_mut()) {
        join_strings(pieces);
    }
    targets::report_clashes(&names.targets, diagnostics);
    names
}

/// Warns of blocks that no target and no cell takes in.
pub fn report_unused(names: &Names<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (name, pieces) in &names.named {
        let standing =
            pieces.iter().all(|piece| piece.chunk.target().is_none() && piece.chunk.cell.is_none());
        // A listing is there to be referred to in the text.
        if standing && !names.used.contains(name) && !name.starts_with("lst-") {
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
