//! The theme's own words, in the language that readers are spoken to in.

use std::collections::BTreeMap;

use serde::Serialize;

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

    /// A sentence that has gaps, `{name}`, with what stands in them.
    pub fn say(&self, key: &str, gaps: &[(&str, &str)]) -> String {
        let mut said = String::new();
        let mut rest = self.get(key);
        // Gap by gap, so that a brace in what is filled in is none.
        while let Some((before, behind)) = rest.split_once('{') {
            let Some((name, after)) = behind.split_once('}') else { break };
            said.push_str(before);
            if let Some((_, text)) = gaps.iter().find(|(gap, _)| *gap == name) {
                said.push_str(text);
            }
            rest = after;
        }
        said + rest
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Adds the words that are not there yet.
    pub fn fill(&mut self, others: &Self) {
        for (key, word) in &others.0 {
            self.0.entry(key.clone()).or_insert_with(|| word.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_in_whatever_order_a_language_has_them() {
        let words = Words::read("of = \"{all} rows, of which {some}\"\nopen = \"{x\"").unwrap();
        assert_eq!(words.say("of", &[("some", "2"), ("all", "{some}")]), "{some} rows, of which 2");
        assert_eq!(words.say("open", &[("x", "1")]), "{x");
        assert_eq!(words.say("none", &[]), "none");
    }
}
