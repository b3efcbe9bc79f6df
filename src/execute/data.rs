//! Files of the course that programs read: declared, so that a change to one is a change to the program.

use std::collections::{BTreeMap, BTreeSet};

use super::{is_as_expected, key::files};
use crate::model::{
    course::Lesson,
    diagnostic::{Diagnostic, did_you_mean},
    package::{Action, Program},
    record::{End, Trace},
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

/// The files of the course that what a program gives may depend on: those that it may read while it runs,
/// and those that its code may have taken in when it was compiled.
pub fn data(program: &Program) -> BTreeSet<&str> {
    let runs = matches!(program.action, Action::Run { .. } | Action::Console(_));
    let read = program.data.keys().filter(|_| runs);
    let members = program.members().into_iter().filter(|member| member.includes_files());
    let included = members.flat_map(|member| &member.data);
    read.chain(included).map(String::as_str).collect()
}

/// Tells of files that a lesson declares and the course does not have.
pub fn missing(lesson: &Lesson, files: &BTreeSet<String>) -> Vec<Diagnostic> {
    let declared = declared(lesson).into_iter();
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

/// Tells of files of the course that a program names and does not declare: of those that were opened
/// while it ran, or, where it failed, of all that there are. A program does not find them in its
/// folder, and would not run again when one changes.
pub fn undeclared(program: &Program, trace: &Trace, files: &BTreeSet<String>) -> Vec<Diagnostic> {
    let runs = matches!(program.action, Action::Run { .. } | Action::Console(_));
    if !runs && trace.end != End::NotBuilt {
        return vec![];
    }
    let is_opened = is_as_expected(program, trace) && trace.end != End::NotBuilt;
    let paths = if is_opened { &trace.opened } else { files };
    // The compiler names a file that it does not find.
    let errors: Vec<&str> =
        trace.messages.iter().filter(|it| it.error).map(|error| &*error.text).collect();
    let is_missed = |path: &str| errors.iter().any(|error| error.contains(path));
    let undeclared = paths.iter().filter(|path| !program.data.contains_key(*path));
    let undeclared = undeclared.filter(|path| trace.end != End::NotBuilt || is_missed(path));
    let told = undeclared.filter_map(|path| {
        // Whoever opened it: a program that does not even name it was not the one.
        let name = path.rsplit_once('/').filter(|_| is_opened).map_or(&**path, |(_, name)| name);
        let place = place_of(program, name)?;
        let message = if is_opened {
            format!("`{path}` is read here, and not declared")
        } else {
            format!("`{path}` is named here, and not declared: the program does not find it")
        };
        let hint = format!(
            "declare it in the front matter, `data: [{path}]`, or on the cell, `data={path:?}`"
        );
        Some(Diagnostic::warning("undeclared-data", message).at(place, "").hint(hint))
    });
    told.collect()
}

/// The first line of a program's own code, or command, that holds some words.
pub fn place_of(program: &Program, words: &str) -> Option<Span> {
    if let Action::Console(commands) = &program.action {
        let mut commands = commands.iter().zip(&program.steps);
        let command = commands.find(|(command, _)| command.text.contains(words));
        if let Some((_, step)) = command {
            return Some(step.span);
        }
    }
    let mut lines = files(program).into_iter().flat_map(|(_, file)| file.lines.iter());
    lines
        .find(|line| line.text.contains(words) && line.origin.is_some())?
        .origin
        .as_ref()
        .map(|it| it.span)
}
