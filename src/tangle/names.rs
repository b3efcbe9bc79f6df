//! Who defines a name or a target, and with which pieces.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    course::{Chunk, Lesson, reference},
    diagnostic::Diagnostic,
    source::{Sources, Span},
};

use super::strings;

/// What the code blocks of one package define.
#[derive(Debug, Default)]
pub struct Names<'a> {
    /// Blocks of one name, in the order in which they are joined.
    pub named: BTreeMap<&'a str, Vec<Piece<'a>>>,
    /// Blocks of one target, likewise, by path.
    pub targets: BTreeMap<String, Vec<Piece<'a>>>,
    /// Names that some reference asks for.
    used: BTreeSet<&'a str>,
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
    let mut name_of_target: BTreeMap<String, (&str, Span)> = BTreeMap::new();
    for chunk in lessons.iter().flat_map(|lesson| lesson.chunks()) {
        if chunk.name().is_none() && chunk.target().is_none() && chunk.cell.is_none() {
            continue;
        }
        let piece = piece(chunk, sources);
        names.used.extend(piece.lines.iter().filter_map(|line| reference(line.text)));
        if let Some(target) = chunk.target() {
            match normalise(target) {
                Ok(path) => {
                    if let Some(name) = chunk.name() {
                        let (first, span) =
                            *name_of_target.entry(path.clone()).or_insert((name, chunk.info));
                        if first != name {
                            diagnostics.push(two_names(target, (name, chunk.info), (first, span)));
                        }
                    }
                    names.targets.entry(path).or_default().push(piece.clone());
                }
                Err(why) => diagnostics.push(outside(target, chunk.info, why)),
            }
        }
        if let Some(name) = chunk.name() {
            names.named.entry(name).or_default().push(piece);
        }
    }
    for (path, pieces) in &names.targets {
        let inside = names.targets.keys().find(|other| is_folder_of(path, other));
        if let Some(inside) = inside {
            let message = format!("the target `{path}` is the folder of another, `{inside}`");
            diagnostics.push(
                Diagnostic::error("target-folder", message)
                    .at(pieces[0].chunk.info, "a file here")
                    .also(names.targets[inside][0].chunk.info, "and a folder here")
                    .hint("give one of them another path"),
            );
        }
    }
    names
}

fn is_folder_of(path: &str, other: &str) -> bool {
    other.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
}

/// A target's path with `/` between folders and without `.`; `Err` says why it may not be written.
fn normalise(target: &str) -> Result<String, &'static str> {
    if target.starts_with(['/', '\\']) || target.chars().nth(1) == Some(':') {
        return Err("is an absolute path");
    }
    let mut parts = vec![];
    for part in target.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => return Err("leads out of the package"),
            part => parts.push(part),
        }
    }
    if parts.is_empty() { Err("names no file") } else { Ok(parts.join("/")) }
}

fn outside(target: &str, info: Span, why: &str) -> Diagnostic {
    Diagnostic::error("target-outside", format!("the target `{target}` {why}"))
        .at(info, "cannot be written")
        .hint("name a file below the package's own folder, such as `file=\"src/lib.rs\"`")
}

fn two_names(target: &str, second: (&str, Span), first: (&str, Span)) -> Diagnostic {
    Diagnostic::error("target-twice", format!("`{target}` has two names: `{}`, `{}`", first.0, second.0))
        .at(second.1, "another name here")
        .also(first.1, "first named here")
        .hint("give both blocks one name, or the second no name: blocks of one `file=` are joined in order")
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

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn targets_stay_inside_their_package() {
        assert_eq!(normalise("./src//lib.rs"), Ok("src/lib.rs".to_owned()));
        for outside in ["/etc/passwd", "../x", "src/../../x", "C:\\x", "", "."] {
            assert!(normalise(outside).is_err(), "{outside}");
        }
    }
}
