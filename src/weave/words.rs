//! In which language the theme speaks to readers.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    course::Settings,
    diagnostic::{Diagnosed, Diagnostic},
    words::Words,
};

/// The language of which the theme has every word.
const FULL: &str = "en";

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
    let lacks = || whole.keys().filter(|key| !words.has(key));
    let message = match lacks().count() {
        0 => None,
        _ if words.is_empty() => {
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
            assert!(words.keys().eq(english.keys()), "{language}");
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
