//! What is wrong with a course as a browser shows it: as the terminal does, with links into the
//! editor.

use std::path::Path;

use super::terminal;
use crate::{
    model::{
        diagnostic::{Diagnostic, has_errors},
        source::{Sources, Span},
    },
    report,
    weave::{escape, terminal_html},
};

/// The HTML of diagnostics; empty where there are none. `editor` is an address in which `{file}`,
/// `{line}` and `{column}` are put.
pub fn html(diagnostics: &[Diagnostic], sources: &Sources, editor: &str) -> String {
    let drawn = diagnostics.iter().map(|diagnostic| {
        let mut html = terminal_html(&report::coloured(diagnostic, sources));
        for label in &diagnostic.labels {
            link(&mut html, label.span, sources, editor);
        }
        html
    });
    panel(diagnostics, drawn)
}

/// The HTML of what kept a course from being read at all.
pub fn headline(error: &std::io::Error) -> String {
    let drawn = terminal_html(&report::headline(&error.to_string()));
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
        let href = escape(&address(span, sources, editor));
        let linked = format!("<a href=\"{href}\">{place}</a>");
        html.replace_range(at..at + place.len(), &linked);
    }
}

fn address(span: Span, sources: &Sources, editor: &str) -> String {
    let source = sources.get(span.source);
    let at = source.line_column(span.start);
    let path = Path::new(&source.shown);
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = path.to_string_lossy().replace('\\', "/");
    let path: String = path
        .split('/')
        .map(|part| percent_encoding::utf8_percent_encode(part, PART).to_string())
        .collect::<Vec<_>>()
        .join("/");
    editor
        .replace("{file}", &path)
        .replace("{line}", &at.line.to_string())
        .replace("{column}", &at.column.to_string())
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
