//! The manual in `lessons/` tells of all that there is: what is added to the dialect is added there.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{collections::BTreeSet, fs, path::Path};

use lessonc::{
    lint::codes,
    model::{
        course::DivKind,
        diagnostic::Severity,
        source::{Source, Sources},
    },
    pipeline,
};

/// The text of a page of the manual.
fn page(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    fs::read_to_string(folder.join(format!("manual-{name}.md"))).unwrap()
}

/// The words of a page that stand in backticks, and all before the `=` or `:` of those.
fn told(pages: &[&str]) -> BTreeSet<String> {
    let text: String = pages.iter().map(|name| page(name)).collect();
    let code = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let words = code.flat_map(|code| {
        let key = code.split(['=', ':']).next().unwrap_or_default();
        [code.to_owned(), key.to_owned()]
    });
    words.collect()
}

/// What the hint of the finding lists that some made-up word draws.
fn known(path: &str, text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add(Source::new(path, path, text));
    let diagnostics = pipeline::parse(&sources).diagnostics;
    let hints = diagnostics.iter().flat_map(|diagnostic| diagnostic.remarks.iter());
    let list = hints.filter_map(|hint| hint.text.strip_prefix("known are ")).next();
    list.expect("nothing is listed").split(", ").map(str::to_owned).collect()
}

fn all_are_told(pages: &[&str], words: impl IntoIterator<Item = impl AsRef<str>>) {
    let told = told(pages);
    let words = words.into_iter().filter(|word| !told.contains(word.as_ref()));
    let missing: Vec<String> = words.map(|word| word.as_ref().to_owned()).collect();
    assert!(missing.is_empty(), "{pages:?} don't tell of {missing:?}");
}

#[test]
fn every_key_of_the_front_matter_is_told() {
    all_are_told(&["course"], known("index.md", "---\nqqqqqqqq: 1\n---\n"));
    all_are_told(&["course"], known("lesson.md", "---\nqqqqqqqq: 1\n---\n"));
}

#[test]
fn every_attribute_of_code_is_told() {
    let attributes = known("lesson.md", "```text qqqqqqqq=1\n```\n");
    all_are_told(&["cells", "programs", "numbers"], attributes);
}

#[test]
fn every_kind_of_div_is_told() {
    all_are_told(&["boxes"], DivKind::ALL.iter().map(|kind| kind.class()));
}

#[test]
fn every_code_is_told_as_it_is() {
    let text = page("checking");
    for code in codes::all() {
        let severity = match code.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let row = format!("| `{}` | {severity} | {} |", code.name, code.meaning);
        assert!(text.contains(&row), "manual-checking.md lacks the row\n{row}");
    }
    let rows = text.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, codes::all().count(), "manual-checking.md has rows of no code");
}
