//! Identifiers for headings, as pandoc makes them.

use std::collections::HashSet;

/// Gives each heading of a page an identifier of its own.
///
/// Source: the Pandoc user's guide, "Extension: `auto_identifiers`".
#[derive(Debug, Default)]
pub struct Identifiers {
    taken: HashSet<String>,
}

impl Identifiers {
    /// The identifier that an author gave.
    pub fn given(&mut self, id: &str) -> String {
        self.taken.insert(id.to_owned());
        id.to_owned()
    }

    /// One made from a heading's text.
    pub fn of(&mut self, text: &str) -> String {
        let slug = slug(text);
        let id = if self.taken.contains(&slug) {
            (1..).map(|n| format!("{slug}-{n}")).find(|id| !self.taken.contains(id)).unwrap_or(slug)
        } else {
            slug
        };
        self.given(&id)
    }
}

fn slug(text: &str) -> String {
    let kept =
        text.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace() || "_-.".contains(*c));
    let kept: String = kept.flat_map(char::to_lowercase).collect();
    let words = kept.split_whitespace().collect::<Vec<_>>().join("-");
    let slug = words.trim_start_matches(|c: char| !c.is_alphabetic());
    if slug.is_empty() { "section".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::Identifiers;

    #[test]
    fn identifiers_are_made_as_pandoc_makes_them() {
        let mut ids = Identifiers::default();
        for (text, id) in [
            ("Heading identifiers in HTML", "heading-identifiers-in-html"),
            ("Maître d'hôtel", "maître-dhôtel"),
            ("*Dogs*?--in *my* house?", "dogs--in-my-house"),
            ("3. Applications", "applications"),
            ("Version 1.2", "version-1.2"),
            ("33", "section"),
            ("Applications", "applications-1"),
        ] {
            assert_eq!(ids.of(text), id);
        }
    }
}
