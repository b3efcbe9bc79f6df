//! The theme's own words, in the language that readers are spoken to in.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{
    course::Settings,
    diagnostic::{Diagnosed, Diagnostic},
};

/// The language of which the theme has every word.
const FULL: &str = "en";

/// Words by their key: `next` is "Next".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Words(BTreeMap<String, String>);

impl Words {
    /// # Errors
    ///
    /// Where it is not TOML, or has something else than texts in it.
    pub fn read(text: &str) -> Result<Self, String> {
        // Templates name a word as `words.min_teaching`: to them a hyphen is a minus.
        let words: BTreeMap<String, String> =
            toml::from_str(text).map_err(|error| error.to_string())?;
        Ok(Self(words.into_iter().map(|(key, word)| (key.replace('-', "_"), word)).collect()))
    }

    /// The word; where there is none, its key.
    pub fn get<'w>(&'w self, key: &'w str) -> &'w str {
        self.0.get(key).map_or(key, String::as_str)
    }

    /// Adds the words that are not there yet.
    fn fill(&mut self, others: &Self) {
        for (key, word) in &others.0 {
            self.0.entry(key.clone()).or_insert_with(|| word.clone());
        }
    }
}

/// The words of a language (`de-CH`, or what `de` has), with English ones for those that it lacks.
pub fn choose(all: &BTreeMap<String, Words>, settings: &Settings) -> Diagnosed<Words> {
    let language = settings.language();
    let whole = all.get(FULL).cloned().unwrap_or_default();
    let general = language.split('-').next().unwrap_or(language);
    let mut words = Words::default();
    for name in [language, general] {
        if let Some(own) = all.get(name) {
            words.fill(own);
        }
    }
    let lacks = || whole.0.keys().filter(|key| !words.0.contains_key(*key));
    let message = match lacks().count() {
        0 => None,
        _ if words.0.is_empty() => {
            Some(format!("the theme has no words in the language `{language}`"))
        }
        _ => {
            let keys: Vec<String> =
                lacks().map(|key| format!("`{}`", key.replace('_', "-"))).collect();
            Some(format!("the theme's words in `{language}` lack {}", keys.join(", ")))
        }
    };
    let languages: BTreeSet<&str> = all.keys().map(String::as_str).collect();
    let languages: Vec<&str> = languages.into_iter().collect();
    let diagnostic = message.map(|message| {
        let diagnostic = Diagnostic::warning("missing-words", message);
        let place = settings.language.iter().map(|(_, place)| *place);
        place
            .fold(diagnostic, |diagnostic, place| diagnostic.at(place, ""))
            .note("readers see English words in their place")
            .hint(format!(
                "write them in `templates/words/{language}.toml`, as the theme does for {}",
                languages.join(", ")
            ))
    });
    words.fill(&whole);
    Diagnosed { value: words, diagnostics: diagnostic.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::{SourceId, Span};

    fn chosen(all: &BTreeMap<String, Words>, language: &str) -> (Words, Vec<String>) {
        let place = Span::new(SourceId(0), 0..1);
        let settings =
            Settings { language: Some((language.to_owned(), place)), ..Settings::default() };
        let Diagnosed { value, diagnostics } = choose(all, &settings);
        (value, diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect())
    }

    #[test]
    fn every_language_of_the_theme_has_every_word() {
        let theme = crate::weave::Theme::new(&[]).unwrap();
        let english = &theme.words()[FULL];
        for (language, words) in theme.words() {
            assert!(words.0.keys().eq(english.0.keys()), "{language}");
            assert_eq!(chosen(theme.words(), language).1, Vec::<String>::new());
        }
    }

    #[test]
    fn a_missing_word_is_english_and_told() {
        let words = |text| Words::read(text).unwrap();
        let all = BTreeMap::from([
            ("en".to_owned(), words("next = \"Next\"\nmade-with = \"Made with\"")),
            ("de".to_owned(), words("next = \"Weiter\"")),
        ]);
        let (austrian, told) = chosen(&all, "de-AT");
        assert_eq!((austrian.get("next"), austrian.get("made_with")), ("Weiter", "Made with"));
        assert_eq!(told, ["the theme's words in `de-AT` lack `made-with`"]);
        let (italian, told) = chosen(&all, "it");
        assert_eq!(italian.get("next"), "Next");
        assert_eq!(told, ["the theme has no words in the language `it`"]);
    }
}
