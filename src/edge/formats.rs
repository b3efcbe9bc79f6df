//! Diagnostics as other programs read them: lines for editors, JSON, SARIF, GitHub's annotations.
//! And codes as people read them.

mod json;

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};

use super::terminal;
use crate::{
    lint::codes::{self, Code, Found},
    model::{
        diagnostic::{Diagnostic, Fix, Replacement, Severity},
        source::{LineColumn, Sources, Span},
    },
};

/// How diagnostics are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// To people: the text with carets, on standard error. All others are for programs, and go to
    /// standard output.
    Human,
    /// `file:line:column: severity[code]: message`, a line each.
    Short,
    /// One object a line, in cargo's shape.
    Json,
    /// One SARIF 2.1.0 log.
    Sarif,
    /// Workflow commands, which GitHub shows beside the changed lines.
    Github,
}

/// Tells diagnostics, which are in order.
pub fn tell(format: Format, diagnostics: &[Diagnostic], sources: &Sources) {
    match format {
        Format::Human => terminal::report(diagnostics, sources),
        Format::Sarif => println!("{:#}", sarif(diagnostics, sources)),
        Format::Short => each(diagnostics, |diagnostic| short(diagnostic, sources)),
        Format::Json => each(diagnostics, |diagnostic| json::json(diagnostic, sources).to_string()),
        Format::Github => each(diagnostics, |diagnostic| github(diagnostic, sources)),
    }
}

fn each(diagnostics: &[Diagnostic], line: impl Fn(&Diagnostic) -> String) {
    for diagnostic in diagnostics {
        println!("{}", line(diagnostic));
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// `lessons/asyncio.md:40:5: warning[vague-link]: …`; without a place, what follows it.
pub fn short(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let Diagnostic { severity, code, message, .. } = diagnostic;
    let place = diagnostic.span().map(|span| sources.place(span) + ": ").unwrap_or_default();
    let message = message.replace('\n', " ");
    format!("{place}{}[{code}]: {message}", word(*severity))
}

fn lines(span: Span, sources: &Sources) -> (LineColumn, LineColumn) {
    let source = sources.get(span.source);
    (source.line_column(span.start), source.line_column(span.end))
}

/// A workflow command.
///
/// Source: GitHub Docs, "Workflow commands for GitHub Actions"; what is escaped is told by
/// `escapeData` and `escapeProperty` in actions/toolkit, packages/core/src/command.ts.
pub fn github(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let Diagnostic { severity, code, message, .. } = diagnostic;
    let mut command = format!("::{} ", word(*severity));
    if let Some(span) = diagnostic.span() {
        let (start, end) = lines(span, sources);
        let file = property(&sources.get(span.source).shown);
        let LineColumn { line, column } = start;
        _ = write!(command, "file={file},line={line},col={column},endLine={},", end.line);
    }
    _ = write!(command, "title={}::{}", property(code), data(&with_hints(message, diagnostic)));
    command
}

fn with_hints(message: &str, diagnostic: &Diagnostic) -> String {
    std::iter::once(message).chain(diagnostic.hints()).collect::<Vec<_>>().join("\n")
}

/// All diagnostics as one log.
///
/// Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
pub fn sarif(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for diagnostic in diagnostics {
        rules.entry(&diagnostic.code).or_default();
    }
    for (index, place) in rules.values_mut().enumerate() {
        *place = index;
    }
    let results = diagnostics.iter().map(|diagnostic| {
        let Diagnostic { severity, code, message, labels, fix, .. } = diagnostic;
        let location = |span| json!({ "physicalLocation": sarif_place(span, sources) });
        let related =
            labels.iter().filter(|label| !label.primary).enumerate().map(|(id, label)| {
                let mut location = location(label.span);
                location["id"] = id.into();
                location["message"] = json!({ "text": label.text });
                location
            });
        let mut result = json!({
            "ruleId": code,
            "ruleIndex": rules[&**code],
            "level": word(*severity),
            "message": { "text": with_hints(message, diagnostic) },
            "locations": [diagnostic.span().map_or_else(|| sarif_course(sources), location)],
            "relatedLocations": related.collect::<Vec<_>>(),
        });
        if let Some(fix) = fix {
            result["fixes"] = json!([sarif_fix(fix, sources)]);
        }
        result
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "lessonc",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.keys().map(|code| sarif_rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn sarif_rule(name: &str) -> Value {
    let Some(code) = codes::find(name) else { return json!({ "id": name }) };
    json!({
        "id": name,
        "shortDescription": { "text": code.meaning },
        "fullDescription": { "text": unwrapped(code.explanation) },
        "help": { "text": explanation(code) },
        "defaultConfiguration": { "level": word(code.severity) },
    })
}

/// For what has no place: the course's first file. The standard asks for none, but hosts refuse a
/// result that is nowhere.
fn sarif_course(sources: &Sources) -> Value {
    let all = || sources.iter().map(|(_, source)| source);
    let source = all().find(|source| source.path == "index.md").or_else(|| all().next());
    let uri = uri(source.map_or("", |source| &source.shown));
    json!({ "physicalLocation": { "artifactLocation": { "uri": uri } } })
}

fn sarif_place(span: Span, sources: &Sources) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&sources.get(span.source).shown) },
        "region": sarif_region(span, sources),
    })
}

fn sarif_region(span: Span, sources: &Sources) -> Value {
    let (start, end) = lines(span, sources);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": span.start,
        "byteLength": span.end - span.start,
    })
}

fn sarif_fix(fix: &Fix, sources: &Sources) -> Value {
    let changes = fix.replacements.iter().map(|Replacement { span, text }| {
        json!({
            "artifactLocation": { "uri": uri(&sources.get(span.source).shown) },
            "replacements": [{
                "deletedRegion": sarif_region(*span, sources),
                "insertedContent": { "text": text },
            }],
        })
    });
    json!({
        "description": { "text": fix.message },
        "artifactChanges": changes.collect::<Vec<_>>(),
    })
}

/// A path as a reference that URIs allow.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(byte.into());
        } else {
            _ = write!(uri, "%{byte:02X}");
        }
    }
    if uri.starts_with('/') { format!("file://{uri}") } else { uri }
}

/// All codes, a line each.
pub fn list_of_codes() -> String {
    let width = codes::all().map(|code| code.name.len()).max().unwrap_or_default();
    codes::all().fold(String::new(), |mut list, Code { name, severity, meaning, .. }| {
        _ = writeln!(list, "{name:width$}  {:7}  {meaning}", word(*severity));
        list
    })
}

/// A code with its examples.
pub fn explanation(code: &Code) -> String {
    let Code { name, severity, found, meaning, explanation, file, bad, good } = code;
    let found = match found {
        Found::Always => "found by `lessonc build` and `lessonc check`",
        Found::ByCheck => "found by `lessonc check`",
        Found::ByRunning => "found by `lessonc build`, which runs the lessons",
        Found::ByRerunning => "found by `lessonc check --run`, which runs the lessons",
        Found::ByTangling => "found by `lessonc tangle`, where it is to write",
        Found::ByFolder => {
            "found by `lessonc build` and `lessonc check`, in a folder of several files"
        }
    };
    let settings = if codes::may_be_lowered(name) {
        format!(
            "\nSet it by `check: {{{name}: off}}` (or `warning`, `error`) in the front matter of \
             index.md;\nallow it in one place by `<!-- lessonc: allow {name} -->` there.\n"
        )
    } else {
        String::new()
    };
    format!(
        "{}[{name}]: {meaning}\n({found})\n\n{explanation}\n\nInstead of ({file})\n\n{}\nwrite\n\n\
         {}{settings}",
        word(*severity),
        indented(bad),
        indented(good),
    )
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        _ = writeln!(out, "{}", format!("    {line}").trim_end());
        out
    })
}

fn unwrapped(text: &str) -> String {
    text.replace('\n', " ")
}
