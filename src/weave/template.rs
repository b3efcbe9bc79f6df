//! The theme: templates and their assets, those of the course over the built-in ones. The only
//! file that knows tera.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use tera::{Context, Tera, Value};

use super::words;
use crate::model::{
    course::Settings,
    diagnostic::{Diagnostic, did_you_mean},
    site::{Asset, Content},
    words::Words,
};

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
    "colophon.html",
    "diagram.html",
    "exercises.html",
    "figure.html",
    "figures.html",
    "head.html",
    "icon.html",
    "instructor-notes.html",
    "keypoints.html",
    "masthead.html",
    "nav.html",
    "output.html",
    "overview.html",
    "page.html",
    "robots.txt",
    "schedule.html",
    "search.html",
    "sitemap.xml",
    "take-along.html",
    "term.html",
    "theme.html",
    "tools.html",
    "turn.html",
    "woven.html",
];

const ASSETS: &[(&str, &str)] =
    theme_files!["assets/icon.svg", "assets/lessonc.js", "assets/search.js"];

/// The pieces of the style sheet, in the order in which they stand in it.
const STYLES: &[(&str, &str)] = theme_files![
    "css/settings.css",
    "css/page.css",
    "css/side.css",
    "css/search.css",
    "css/wide.css",
    "css/prose.css",
    "css/schedule.css",
    "css/term.css",
    "css/code.css",
    "css/woven.css",
    "css/output.css",
    "css/callout.css",
    "css/figure.css",
    "css/diagram.css",
    "css/chart.css",
    "css/print.css",
];

/// What they make together in the site.
const STYLE_SHEET: &str = "assets/lessonc.css";

const WORDS: &[(&str, &str)] = theme_files![
    "words/de.toml",
    "words/en.toml",
    "words/es.toml",
    "words/fr.toml",
    "words/nl.toml",
];

/// The word for the language itself.
const NAME: &str = "language_name";

/// How pages look.
pub struct Theme {
    /// What pages are made of.
    pub templates: Arc<Templates>,
    /// What they load.
    assets: Vec<Asset>,
    /// Templates of the course that are none of ours, and that none includes.
    unused: Vec<String>,
}

/// The templates, and the words in them.
#[derive(Debug)]
pub struct Templates {
    tera: Tera,
    /// By language.
    words: BTreeMap<String, Words>,
    /// The course's own files among those that they were read from.
    own: Vec<(String, String)>,
}

/// Templates that speak a language.
pub struct Skin<'t> {
    templates: &'t Templates,
    pub words: &'t Words,
    /// The words as templates take them.
    shown: Value,
}

impl Skin<'_> {
    /// What a language is called by those who speak it, or its tag.
    pub fn name_of<'s>(&'s self, language: &'s str) -> &'s str {
        let general = language.split('-').next().unwrap_or(language);
        let words = [language, general].into_iter().find_map(|name| self.templates.words.get(name));
        words.filter(|words| words.has(NAME)).map_or(language, |words| words.get(NAME))
    }

    /// A template with what it is to show, and with the theme's words as `words`.
    ///
    /// # Errors
    ///
    /// What is wrong with the template, or what it asks for and is not there.
    pub fn render(&self, template: &str, context: &impl Serialize) -> Result<String, String> {
        let mut context = Context::from_serialize(context).map_err(|error| describe(&error))?;
        context.insert_value("words", self.shown.clone());
        self.templates.tera.render(template, &context).map_err(|error| describe(&error))
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
        let templates = Arc::new(Templates::read(overrides)?);
        Ok(Self::with(templates, overrides))
    }

    /// The theme with other files of its course. Its templates stay the same, and so does what was made of them,
    /// where only what pages load is another.
    ///
    /// # Errors
    ///
    /// What is wrong with a template, with its file and line.
    pub fn edited(&self, overrides: &[(String, String)]) -> Result<Self, String> {
        if self.templates.own != Templates::own(overrides) {
            return Self::new(overrides);
        }
        Ok(Self::with(Arc::clone(&self.templates), overrides))
    }

    fn with(templates: Arc<Templates>, overrides: &[(String, String)]) -> Self {
        let mut assets = files(ASSETS, overrides, "assets/");
        // Who brings a whole style sheet needs none of ours.
        if assets.iter().all(|(path, _)| path != STYLE_SHEET) {
            let pieces = files(STYLES, overrides, "css/");
            let style = pieces.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
            assets.push((STYLE_SHEET.to_owned(), style));
        }
        let assets = assets
            .into_iter()
            .map(|(path, text)| Asset { path, content: Content::Bytes(text.into_bytes().into()) });
        Self { templates, assets: assets.collect(), unused: unused(overrides) }
    }

    pub fn speaking<'t>(&'t self, words: &'t Words) -> Skin<'t> {
        Skin { templates: &self.templates, words, shown: Value::from_serializable(words) }
    }

    /// The words in which a course's readers are spoken to.
    pub fn words_of(&self, settings: &Settings) -> Words {
        words::choose(self.words(), settings).value
    }

    /// The words of each language.
    pub fn words(&self) -> &BTreeMap<String, Words> {
        &self.templates.words
    }

    /// The theme's files; `style` is what the settings add to the style sheet.
    pub fn assets(&self, style: Option<&str>) -> impl Iterator<Item = Asset> {
        self.assets.iter().map(move |asset| match (&asset.content, style) {
            (Content::Bytes(bytes), Some(style)) if asset.path == STYLE_SHEET => Asset {
                path: asset.path.clone(),
                content: Content::Bytes([&**bytes, style.as_bytes()].concat().into()),
            },
            _ => asset.clone(),
        })
    }

    /// Tells of templates that do nothing.
    pub fn mistakes(&self) -> Vec<Diagnostic> {
        let ours = || TEMPLATES.iter().map(|(path, _)| *path);
        let told = self.unused.iter().map(|path| {
            let message =
                format!("`templates/{path}` is no template of the theme, and none includes it");
            let diagnostic = Diagnostic::warning("unused-template", message);
            match did_you_mean(path, ours()) {
                Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
                None => {
                    diagnostic.hint(format!("there are {}", ours().collect::<Vec<_>>().join(", ")))
                }
            }
        });
        told.collect()
    }
}

impl Templates {
    fn read(overrides: &[(String, String)]) -> Result<Self, String> {
        let mut tera = Tera::new();
        let templates = files(TEMPLATES, overrides, "");
        let names: Vec<String> = templates.iter().map(|(name, _)| name.clone()).collect();
        tera.add_raw_templates(templates).map_err(|error| match describe(&error) {
            text if text.starts_with("Unknown template") => {
                format!("{text}\nAvailable templates: {}", names.join(", "))
            }
            text => text,
        })?;
        let mut words = BTreeMap::new();
        for (path, text) in files(WORDS, overrides, "words/") {
            let language = path.trim_start_matches("words/").trim_end_matches(".toml").to_owned();
            let own = Words::read(&text).map_err(|error| format!("templates/{path}: {error}"))?;
            words.insert(language, own);
        }
        Ok(Self { tera, words, own: Self::own(overrides) })
    }

    fn own(overrides: &[(String, String)]) -> Vec<(String, String)> {
        let is_own = |path: &str| is_template(path) || path.starts_with("words/");
        overrides.iter().filter(|(path, _)| is_own(path)).cloned().collect()
    }
}

/// The files of a folder of the theme, those of a course in the place of ours of the same name, and
/// its others behind them. `folder` is empty for what stands in none.
fn files(
    ours: &[(&str, &str)],
    overrides: &[(String, String)],
    folder: &str,
) -> Vec<(String, String)> {
    let own = |path: &str| overrides.iter().find(|(other, _)| other == path);
    let file = |(path, text): &(&str, &str)| {
        own(path).cloned().unwrap_or_else(|| ((*path).to_owned(), (*text).to_owned()))
    };
    let others = overrides.iter().filter(|(path, _)| {
        let is_in_folder = match folder {
            "" => is_template(path),
            folder => path.starts_with(folder),
        };
        is_in_folder && ours.iter().all(|(other, _)| other != path)
    });
    ours.iter().map(file).chain(others.cloned()).collect()
}

fn is_template(path: &str) -> bool {
    !["assets/", "css/", "words/"].iter().any(|folder| path.starts_with(folder))
}

/// Templates of a course that are none of ours, and that none of its others includes.
fn unused(overrides: &[(String, String)]) -> Vec<String> {
    let is_named = |path: &str| {
        let others = overrides.iter().filter(|(other, _)| other != path);
        others.into_iter().any(|(_, text)| text.contains(&format!("\"{path}\"")))
    };
    let unknown = overrides.iter().map(|(path, _)| path).filter(|path| {
        is_template(path) && TEMPLATES.iter().all(|(ours, _)| ours != path) && !is_named(path)
    });
    unknown.cloned().collect()
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
    // Told from where an author would look for it, and as the error that it already is.
    text.trim_start_matches("error: ").replace("--> ", "--> templates/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_can_replace_one_template_and_is_told_of_a_broken_one() {
        let one = |text: &str| vec![("figure.html".to_owned(), text.to_owned())];
        let theme = Theme::new(&one("<img alt=\"{{ alt }}\">")).unwrap();
        let words = Default::default();
        let theme = theme.speaking(&words);
        let context = std::collections::BTreeMap::from([("alt", "a \"b\"")]);
        assert_eq!(theme.render("figure.html", &context).unwrap(), "<img alt=\"a &quot;b&quot;\">");
        let error = Theme::new(&one("<p>\n{% if %}")).err().unwrap();
        assert!(error.contains("templates/figure.html:2:"), "{error}");
        let error = Theme::new(&one("{% include \"figures.htm\" %}")).err().unwrap();
        assert!(error.starts_with("Unknown template `figures.htm`"), "{error}");
        assert!(error.contains("\nAvailable templates: 404.html, all.html, "), "{error}");
        let theme = Theme::new(&one("\n{{ atl }}")).unwrap();
        let error = theme.speaking(&words).render("figure.html", &context).unwrap_err();
        assert!(error.contains("templates/figure.html:2:4"), "{error}");
        assert!(error.contains("Available variables: alt, words"), "{error}");
    }

    #[test]
    fn a_template_that_nothing_shows_is_told() {
        let files = |files: &[(&str, &str)]| {
            let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
            let told = Theme::new(&files.collect::<Vec<_>>()).unwrap().mistakes();
            told.iter().map(|it| it.hints().collect::<String>()).collect::<Vec<_>>()
        };
        assert_eq!(files(&[("figgure.html", "")]), ["did you mean `figure.html`?"]);
        let part = [("nav.html", "{% include \"part.html\" %}"), ("part.html", "")];
        assert_eq!(files(&part), Vec::<String>::new());
        assert_eq!(files(&[("css/own.css", ""), ("words/it.toml", "")]), Vec::<String>::new());
    }

    #[test]
    fn one_style_sheet_is_made_of_all_pieces_and_of_what_the_settings_say() {
        let own = [("css/code.css", "own-code"), ("css/zz.css", "own-last")];
        let own = own.map(|(path, text)| (path.to_owned(), text.to_owned()));
        let style = |own: &[(String, String)]| {
            let theme = Theme::new(own).unwrap();
            let mut assets = theme.assets(Some("settings-last"));
            let Content::Bytes(bytes) = assets.find(|it| it.path == STYLE_SHEET).unwrap().content
            else {
                panic!("it is no text")
            };
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        let css = style(&own);
        let at = |text: &str| css.find(text).unwrap_or_else(|| panic!("{text} is missing"));
        assert!(at(":root {") < at("own-code") && at("own-code") < at("@media print"));
        assert!(at("@media print") < at("own-last") && at("own-last") < at("settings-last"));
        assert!(!css.contains(".hl-keyword {"), "the piece that was replaced is there");
        let whole = [("assets/lessonc.css".to_owned(), "whole;".to_owned())];
        assert_eq!(style(&whole), "whole;settings-last");
    }
}
