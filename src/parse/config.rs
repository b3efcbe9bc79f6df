//! `config.yaml`, the settings of a course of The Carpentries Workbench.

use super::front_matter::Reader;
use crate::model::course::Settings;
use crate::model::diagnostic::Diagnosed;
use crate::model::source::{Source, SourceId, Span};

/// Keys that mean something here: the Workbench's own, and of ours what it has no word for.
const KNOWN: [&str; 14] = [
    "title",
    "lang",
    "license",
    "source",
    "description",
    "episodes",
    "learners",
    "instructors",
    "profiles",
    "dependencies",
    "edition",
    "start",
    "url",
    "branch",
];

/// Keys that mean something to the Workbench only.
const WORKBENCH: [&str; 22] = [
    "analytics",
    "cache",
    "carpentry",
    "carpentry_description",
    "citation",
    "contact",
    "created",
    "custom",
    "disable_sidebar_numbering",
    "doi",
    "email",
    "fail_on_error",
    "glosario",
    "handout",
    "keywords",
    "license_url",
    "life_cycle",
    "overview",
    "pegboard",
    "sandpaper",
    "varnish",
    "workbench-beta",
];

/// Reads `config.yaml`.
pub fn config(id: SourceId, source: &Source) -> Diagnosed<Settings> {
    let mut reader = Reader::of_file(id, source);
    reader.ignored = &WORKBENCH;
    let mut settings = Settings::default();
    let mut branch = None;
    for (key, value) in reader.entries(&KNOWN) {
        match key.as_str() {
            "title" => settings.title = reader.text(&value),
            "lang" => settings.language = reader.word(&value),
            "license" => settings.license = reader.text(&value),
            "source" => settings.repository = reader.text(&value),
            "description" => settings.description = reader.text(&value),
            "episodes" => settings.lessons = reader.names(&value),
            "dependencies" => settings.dependencies = reader.dependencies(&value),
            "edition" => settings.edition = reader.edition(&value),
            "branch" => branch = reader.text(&value),
            "start" => settings.start = reader.time_of_day(&value),
            "url" => settings.url = reader.address(&value),
            folder => settings.pages.extend(in_folder(folder, reader.names(&value))),
        }
    }
    // Its texts stand at the repository's root.
    if let Some(repository) = settings.repository.as_mut().filter(|it| it.contains("github.com/")) {
        let branch = branch.as_deref().unwrap_or("main");
        *repository = format!("{}/tree/{branch}", repository.trim_end_matches('/'));
    }
    Diagnosed { value: settings, diagnostics: reader.diagnostics }
}

fn in_folder(folder: &str, names: Vec<(String, Span)>) -> impl Iterator<Item = (String, Span)> {
    names.into_iter().map(move |(name, span)| (format!("{folder}/{name}"), span))
}
