//! A part of a text, which is kept but once.

use std::{
    ops::{Deref, Range},
    sync::Arc,
};

use memchr::memmem;

/// A part of a text that is shared. It equals another that says the same, whatever stands around them.
#[derive(Clone, Debug)]
pub struct Excerpt {
    text: Arc<str>,
    at: Range<usize>,
}

impl Excerpt {
    /// What one text says, as a part of a larger one if it stands there.
    pub fn within(text: &Arc<str>, part: &str) -> Self {
        match place_of(part, text) {
            Some(start) => Self { text: Arc::clone(text), at: start..start + part.len() },
            None => Self { text: part.into(), at: 0..part.len() },
        }
    }
}

impl From<String> for Excerpt {
    fn from(text: String) -> Self {
        Self { at: 0..text.len(), text: text.into() }
    }
}

impl Deref for Excerpt {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text[self.at.clone()]
    }
}

impl PartialEq for Excerpt {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Excerpt {}

/// Where a long text stands in a longer one, in bytes.
pub fn place_of(part: &str, text: &str) -> Option<usize> {
    // To look for all of it at once would cost more than what it is looked for.
    let beginning = &part[..part.floor_char_boundary(64)];
    let mut places = memmem::find_iter(text.as_bytes(), beginning);
    places.find(|at| text.as_bytes()[*at..].starts_with(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_says_the_same_wherever_it_stands() {
        let part = format!("<p>{}</p>", "ä".repeat(99));
        let beginning = &part[..part.floor_char_boundary(64)];
        let texts = [format!("<p>{beginning}</p>{part}!"), format!("{part}{part}"), part.clone()];
        let places = texts.each_ref().map(|text| place_of(&part, text));
        assert_eq!(places, [Some(beginning.len() + 7), Some(0), Some(0)]);
        assert_eq!((place_of(&part, &part[1..]), place_of(&part, "")), (None, None));
        let excerpts = texts.map(|text| Excerpt::within(&text.into(), &part));
        let elsewhere = Excerpt::within(&"other".into(), &part);
        assert!(excerpts.iter().all(|it| *it == elsewhere && **it == *part));
    }
}
