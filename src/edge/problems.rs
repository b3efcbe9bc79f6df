//! What is wrong with a course as a browser shows it: as the terminal does, with links into the
//! editor.

use std::{iter, path::Path};

use super::terminal;
use crate::{
    model::{
        diagnostic::{Diagnostic, has_errors},
        source::{LineColumn, Sources, Span},
    },
    report,
    weave::{escape, terminal_html},
};

/// The HTML of what is wrong with the course in a folder; empty where nothing is. `editor` is an address in which
/// `{file}`, `{line}` and `{column}` are put.
pub fn html(diagnostics: &[Diagnostic], sources: &Sources, folder: &Path, editor: &str) -> String {
    let drawn = diagnostics.iter().map(|diagnostic| {
        let mut html = terminal_html(&report::coloured(diagnostic, sources));
        for label in &diagnostic.labels {
            link(&mut html, label.span, sources, editor);
        }
        link_templates(&html, folder, editor)
    });
    panel(diagnostics, drawn)
}

/// The HTML of what kept a course from being read at all.
pub fn headline(error: &std::io::Error, folder: &Path, editor: &str) -> String {
    let drawn = terminal_html(&report::headline(&error.to_string()));
    let drawn = link_templates(&drawn, folder, editor);
    format!(
        "<details class=\"errors\" open><summary>The course cannot be read</summary>\n<pre>{drawn}</pre>\n</details>"
    )
}

fn panel(diagnostics: &[Diagnostic], drawn: impl Iterator<Item = String>) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    // Doubts wait until they are asked for.
    let opening = if has_errors(diagnostics) { "errors\" open" } else { "warnings\"" };
    let drawn: String = drawn.map(|html| format!("<pre>{html}</pre>\n")).collect();
    let count = terminal::count(diagnostics);
    format!("<details class=\"{opening}><summary>{count}</summary>\n{drawn}</details>")
}

/// Makes a link of where a place is named.
fn link(html: &mut String, span: Span, sources: &Sources, editor: &str) {
    let place = escape(&sources.place(span));
    let at = html.match_indices(&place).map(|(at, _)| at).find(|at| {
        let behind = &html[at + place.len()..];
        // Not another place further on in the line, nor one that is a link already.
        !behind.starts_with(|c: char| c.is_ascii_digit()) && !behind.starts_with("</a>")
    });
    if let Some(at) = at {
        let source = sources.get(span.source);
        let LineColumn { line, column } = source.line_column(span.start);
        let linked = linked(&place, Path::new(&source.shown), (line, column), editor);
        html.replace_range(at..at + place.len(), &linked);
    }
}

/// Makes links of where places in templates of the course's own are named, as in `--> templates/nav.html:2:4`.
fn link_templates(html: &str, folder: &Path, editor: &str) -> String {
    let mut parts = html.split("--&gt; templates/");
    let first = parts.next().unwrap_or_default().to_owned();
    let linked = parts.map(|part| {
        let (place, behind) = part.split_at(part.find(['<', '\n']).unwrap_or(part.len()));
        let place = format!("templates/{place}");
        let mut words = place.rsplitn(3, ':');
        let (column, line) = (words.next(), words.next());
        let number = |word: Option<&str>| word.and_then(|word| word.parse().ok());
        let link = match (words.next(), number(line), number(column)) {
            (Some(path), Some(line), Some(column)) => {
                linked(&place, &folder.join(path), (line, column), editor)
            }
            _ => place.clone(),
        };
        format!("--&gt; {link}{behind}")
    });
    iter::once(first).chain(linked).collect()
}

/// What leads to a line and a column of a file.
fn linked(text: &str, path: &Path, (line, column): (usize, usize), editor: &str) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = path.to_string_lossy().replace('\\', "/");
    let path: String = path
        .split('/')
        .map(|part| percent_encoding::utf8_percent_encode(part, PART).to_string())
        .collect::<Vec<_>>()
        .join("/");
    let address = editor
        .replace("{file}", &path)
        .replace("{line}", &line.to_string())
        .replace("{column}", &column.to_string());
    format!("<a href=\"{}\">{text}</a>", escape(&address))
}

/// What cannot stand in a part of an address's path as it is.
///
/// Source: RFC 3986, 3.3.
const PART: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':');
