//! From a generated line to the lesson's, and back.

use crate::model::{
    package::{File, Origin, Tangled},
    source::{LineColumn, SourceId, Sources, Span},
};

/// The generated files that a path names, each with its path from the folder of all packages: the
/// path may begin there, in a package, or anywhere above.
pub fn files<'t>(tangled: &'t Tangled, path: &str) -> Vec<(String, &'t File)> {
    let all = tangled.packages.iter().flat_map(|package| {
        package.files.iter().map(|file| (format!("{}/{}", package.name, file.path), file))
    });
    all.filter(|(full, file)| ends_with(path, full) || path == file.path).collect()
}

/// Whether the last parts of a path are those of another.
pub fn ends_with(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// Every place in generated files to which the text at a place of a lesson goes. A reference's are
/// those where what it takes in begins.
pub fn generated(
    tangled: &Tangled,
    sources: &Sources,
    source: SourceId,
    place: LineColumn,
) -> Vec<(String, LineColumn)> {
    let text = sources.get(source);
    let mut found = vec![];
    for package in &tangled.packages {
        for file in &package.files {
            let mut before: Option<&Origin> = None;
            for (index, line) in file.lines.iter().enumerate() {
                let Some(origin) = &line.origin else { continue };
                let start = text.line_column(origin.span.start);
                let is_own = origin.span.source == source && start.line == place.line;
                let taken_in = |origin: &&Origin| {
                    let is_here = |it: &Span| {
                        it.source == source && text.line_column(it.start).line == place.line
                    };
                    origin.uses().find(is_here)
                };
                let begins =
                    taken_in(&origin).is_some() && before.and_then(|it| taken_in(&it)).is_none();
                before = Some(origin);
                if !is_own && !begins {
                    continue;
                }
                let indent = line.text.get(..origin.indent).unwrap_or_default();
                let within = if is_own { place.column.saturating_sub(start.column) } else { 0 };
                let column = indent.chars().count() + within + 1;
                let path = format!("{}/{}", package.name, file.path);
                found.push((path, LineColumn { line: index + 1, column }));
            }
        }
    }
    found
}
