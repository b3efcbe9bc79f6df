//! The theme: templates and their assets, those of the course over the built-in ones. The only
//! file that knows tera.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::{Context, Tera, Value};

use super::words::Words;
use crate::model::site::{Asset, Content};

macro_rules! theme_files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),*]
    };
}

const TEMPLATES: &[(&str, &str)] = theme_files![
    "404.html",
    "all.html",
    "callout.html",
    "chart.html",
    "citation.html",
    "code.html",
    "diagram.html",
    "exercises.html",
    "figure.html",
    "figures.html",
    "icon.html",
    "keypoints.html",
    "nav.html",
    "output.html",
    "overview.html",
    "page.html",
    "robots.txt",
    "schedule.html",
    "search.html",
    "sitemap.xml",
    "term.html",
    "theme.html",
    "woven.html",
];

const ASSETS: &[(&str, &str)] =
    theme_files!["assets/icon.svg", "assets/lessonc.css", "assets/lessonc.js", "assets/search.js"];

const WORDS: &[(&str, &str)] = theme_files![
    "words/de.toml",
    "words/en.toml",
    "words/es.toml",
    "words/fr.toml",
    "words/nl.toml",
];

/// How pages look.
pub struct Theme {
    tera: Tera,
    assets: Vec<Asset>,
    /// By language.
    words: BTreeMap<String, Words>,
}

/// A theme that speaks a language.
pub struct Skin<'t> {
    theme: &'t Theme,
    pub words: &'t Words,
    /// The words as templates take them.
    shown: Value,
}

impl Skin<'_> {
    /// A template with what it is to show, and with the theme's words as `words`.
    ///
    /// # Errors
    ///
    /// What is wrong with the template, or what it asks for and is not there.
    pub fn render(&self, template: &str, context: &impl Serialize) -> Result<String, String> {
        let mut context = Context::from_serialize(context).map_err(|error| describe(&error))?;
        context.insert_value("words", self.shown.clone());
        self.theme.tera.render(template, &context).map_err(|error| describe(&error))
    }
}

impl Theme {
    /// The built-in theme, with a course's own files (by their path below `templates/`) in the
    /// place of those of the same name.
    ///
    /// # Errors
    ///
    /// What is wrong with a template, with its file and line.
    pub fn new(overrides: &[(String, String)]) -> Result<Self, String> {
        let folder =
            |path: &str| ["assets/", "words/"].into_iter().find(|folder| path.starts_with(folder));
        let files = |built_in: &[(&str, &str)], wanted: Option<&str>| {
            let own = |path: &str| folder(path) == wanted;
            let mut files: Vec<(String, String)> =
                overrides.iter().filter(|(path, _)| own(path)).cloned().collect();
            for (path, text) in built_in {
                if !files.iter().any(|(other, _)| other == path) {
                    files.push(((*path).to_owned(), (*text).to_owned()));
                }
            }
            files.sort();
            files
        };
        let mut tera = Tera::new();
        tera.add_raw_templates(files(TEMPLATES, None)).map_err(|error| describe(&error))?;
        let mut words = BTreeMap::new();
        for (path, text) in files(WORDS, Some("words/")) {
            let language = path.trim_start_matches("words/").trim_end_matches(".toml").to_owned();
            let own = Words::read(&text).map_err(|error| format!("{path}: {error}"))?;
            words.insert(language, own);
        }
        let assets = files(ASSETS, Some("assets/")).into_iter();
        let assets = assets
            .map(|(path, text)| Asset { path, content: Content::Bytes(text.into_bytes().into()) });
        Ok(Self { tera, assets: assets.collect(), words })
    }

    pub fn speaking<'t>(&'t self, words: &'t Words) -> Skin<'t> {
        Skin { theme: self, words, shown: Value::from_serializable(words) }
    }

    /// The words of each language.
    pub fn words(&self) -> &BTreeMap<String, Words> {
        &self.words
    }

    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }
}

/// An error with all that caused it, the innermost last.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push('\n');
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Theme;

    #[test]
    fn a_course_can_replace_one_template_and_is_told_of_a_broken_one() {
        let one = |text: &str| vec![("figure.html".to_owned(), text.to_owned())];
        let theme = Theme::new(&one("<img alt=\"{{ alt }}\">")).unwrap();
        let words = Default::default();
        let theme = theme.speaking(&words);
        let context = std::collections::BTreeMap::from([("alt", "a \"b\"")]);
        assert_eq!(theme.render("figure.html", &context).unwrap(), "<img alt=\"a &quot;b&quot;\">");
        let error = Theme::new(&one("{% if %}")).err().unwrap();
        assert!(error.contains("figure.html"), "{error}");
    }
}
