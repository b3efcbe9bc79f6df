//! Diagnostics in the shape of `cargo build --message-format=json`, so that what reads cargo's
//! reads ours: editors, problem matchers, review bots.

use serde_json::{Value, json};

use super::{explanation, word};
use crate::{
    lint::codes,
    model::{
        diagnostic::{Diagnostic, Label, Remark, RemarkKind, Replacement},
        source::{LineColumn, Sources, Span},
    },
    report,
};

/// One diagnostic as an object. A lesson stands where cargo has a target, and files are named as
/// they were on the command line.
///
/// Source: The Cargo Book, "External tools", and The rustc book, "JSON Output".
pub fn json(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let Diagnostic { severity, code, message, labels, remarks, fix } = diagnostic;
    let path = diagnostic.span().map_or("", |span| &sources.get(span.source).shown);
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let fix = fix.iter().map(|fix| {
        let spans = fix.replacements.iter();
        let spans = spans.map(|place| replaced(place, "MachineApplicable", sources));
        child("help", &fix.message, spans.collect())
    });
    json!({
        "reason": "compiler-message",
        "package_id": "lessonc",
        "manifest_path": path,
        "target": {
            "kind": ["lesson"], "crate_types": ["lesson"], "name": name, "src_path": path,
            "edition": "2024", "doc": false, "doctest": false, "test": false,
        },
        "message": {
            "$message_type": "diagnostic",
            "level": word(*severity),
            "code": {
                "code": code,
                "explanation": codes::find(code).map(explanation),
            },
            "message": message,
            "spans": labels.iter().map(|label| labelled(label, sources)).collect::<Vec<_>>(),
            "children": remarks.iter().map(|it| remark(it, sources)).chain(fix).collect::<Vec<_>>(),
            "rendered": report::plain(diagnostic, sources) + "\n\n",
        },
    })
}

fn remark(remark: &Remark, sources: &Sources) -> Value {
    let level = match remark.kind {
        RemarkKind::Note | RemarkKind::Diff => "note",
        RemarkKind::Help => "help",
    };
    let labels = remark.labels.iter().map(|label| labelled(label, sources));
    let patches = remark.patches.iter().flatten();
    let patches = patches.map(|place| replaced(place, "MaybeIncorrect", sources));
    child(level, &remark.text, labels.chain(patches).collect())
}

fn child(level: &str, message: &str, spans: Vec<Value>) -> Value {
    json!({
        "level": level, "code": null, "message": message, "spans": spans, "children": [],
        "rendered": null,
    })
}

fn labelled(label: &Label, sources: &Sources) -> Value {
    let mut place = place(label.span, label.primary, sources);
    place["label"] = Some(&*label.text).filter(|text| !text.is_empty()).into();
    place
}

fn replaced(replacement: &Replacement, applicability: &str, sources: &Sources) -> Value {
    let mut place = place(replacement.span, true, sources);
    place["suggested_replacement"] = (&*replacement.text).into();
    place["suggestion_applicability"] = applicability.into();
    place
}

fn place(span: Span, is_primary: bool, sources: &Sources) -> Value {
    let source = sources.get(span.source);
    let (start, end) = (source.line_column(span.start), source.line_column(span.end));
    let lines = source.text.lines().enumerate().skip(start.line - 1);
    let lines = lines.take(end.line + 1 - start.line).map(|(index, text)| {
        let line = index + 1;
        let whole = LineColumn { line, column: text.chars().count() + 1 };
        json!({
            "text": text,
            "highlight_start": if line == start.line { start.column } else { 1 },
            "highlight_end": if line == end.line { end.column } else { whole.column },
        })
    });
    json!({
        "file_name": source.shown,
        "byte_start": span.start,
        "byte_end": span.end,
        "line_start": start.line,
        "line_end": end.line,
        "column_start": start.column,
        "column_end": end.column,
        "is_primary": is_primary,
        "text": lines.collect::<Vec<_>>(),
        "label": null,
        "suggested_replacement": null,
        "suggestion_applicability": null,
        "expansion": null,
    })
}
