//! Links that open code in the Rust playground.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::course::Settings;

/// What is written otherwise in a link: all that HTML or an address takes for something else.
///
/// Source: the URL standard, "URL code points", without those that part a query's values.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b'-')
    .remove(b'.')
    .remove(b'/')
    .remove(b':')
    .remove(b';')
    .remove(b'_');

/// Servers take no longer addresses.
const MOST: usize = 8_000;

/// Where a program can be run; none where it is too long to be in a link. Courses are compiled for
/// speed, and so is this.
pub fn url(program: &str, settings: &Settings) -> Option<String> {
    let edition = settings.edition();
    let code = utf8_percent_encode(program, QUERY);
    let url = format!(
        "https://play.rust-lang.org/?version=stable&mode=release&edition={edition}&code={code}"
    );
    (url.len() <= MOST).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_the_whole_program_or_is_none() {
        let settings = Settings::default();
        let url = |program: &str| super::url(program, &settings);
        let end = "edition=2024&code=1%20%2B%201%20%26%20%22%23%22%0A";
        assert!(url("1 + 1 & \"#\"\n").unwrap().ends_with(end));
        assert_eq!(url(&"x".repeat(MOST)), None);
    }
}
