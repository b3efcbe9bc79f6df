//! Files of the course that programs read: declared, so that a change to one is a change to the program.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    course::{Course, Lesson},
    diagnostic::{Diagnostic, did_you_mean},
    source::Span,
};

/// The files that a lesson declares, in its front matter and on its cells, and where it does.
pub fn declared(lesson: &Lesson) -> BTreeMap<String, Span> {
    let chunks = lesson.chunks().into_iter().filter(|chunk| chunk.cell.is_some());
    let of_cells = chunks.filter_map(|chunk| Some((chunk.attributes.get("data")?, chunk.info)));
    let of_lesson = lesson.meta.data.iter().map(|(path, span)| (path.as_str(), *span));
    let all = of_cells.chain(of_lesson);
    all.map(|(path, span)| (path.strip_prefix("./").unwrap_or(path).to_owned(), span)).collect()
}

/// Tells of declared files that the course does not have.
pub fn missing(course: &Course, files: &BTreeSet<String>) -> Vec<Diagnostic> {
    let declared = course.lessons.iter().flat_map(declared);
    let missing = declared.filter(|(path, _)| !files.contains(path));
    let diagnostics = missing.map(|(path, span)| {
        let folder = format!("{}/", path.trim_end_matches('/'));
        let namesake = files.iter().find(|file| file.ends_with(&format!("/{path}")));
        let near = || did_you_mean(&path, files.iter().map(String::as_str));
        let hint = match namesake.map(String::as_str).or_else(near) {
            _ if files.iter().any(|file| file.starts_with(&folder)) => {
                "this is a folder: name its files one by one".to_owned()
            }
            Some(meant) => format!("did you mean `{meant}`?"),
            None => {
                "name a file in `data/`, `files/` or `fig/` by its path in the course".to_owned()
            }
        };
        let message = format!("the course has no file `{path}`");
        Diagnostic::error("missing-data", message).at(span, "declared here").hint(hint)
    });
    diagnostics.collect()
}
