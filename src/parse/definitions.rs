//! The labels of links, footnotes and examples: those of `links.md` for every text of a course, and each text's.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use pulldown_cmark::{BrokenLink, BrokenLinkCallback, CowStr, Parser, RefDefs};

use super::mask::Masked;
use super::options;

/// What can be referred to by a label: the targets and titles of links, footnotes,
/// and examples.
///
/// Those of `links.md` answer where a text's own do not, and those of a text in what it holds as a
/// text of its own. No text is added to, so no place in it can be mistaken for one elsewhere, and
/// nothing that it leaves open can swallow them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definitions<'a> {
    links: HashMap<String, (String, String)>,
    notes: BTreeSet<String>,
    /// The numbers of examples.
    examples: HashMap<String, usize>,
    outer: Option<&'a Definitions<'a>>,
}

/// The reference definitions of a text; whatever else it says is for its authors.
pub fn definitions(text: &str) -> Definitions<'static> {
    let parser = Parser::new_ext(text, options());
    Definitions { links: links(parser.reference_definitions()), ..Definitions::default() }
}

fn links(definitions: &RefDefs) -> HashMap<String, (String, String)> {
    let mut all: Vec<_> = definitions.iter().collect();
    // The first of a label is the one that counts.
    all.sort_by_key(|(_, definition)| Reverse(definition.span.start));
    let links = all.into_iter().map(|(label, definition)| {
        let title = definition.title.as_deref().unwrap_or_default().to_owned();
        (normalise(label), (definition.dest.to_string(), title))
    });
    links.collect()
}

impl Definitions<'_> {
    /// Those of a text that stands in this one.
    pub fn below<'a>(&'a self, own: &RefDefs, masked: &Masked) -> Definitions<'a> {
        let examples = masked.examples.iter().enumerate();
        Definitions {
            links: links(own),
            notes: masked.notes.clone(),
            examples: examples.map(|(index, (_, label))| (label.clone(), index + 1)).collect(),
            outer: Some(self),
        }
    }

    /// The number of the example with that label.
    pub fn example(&self, label: &str) -> Option<usize> {
        self.examples.get(label).copied().or_else(|| self.outer?.example(label))
    }

    /// Whether any example has a label.
    pub fn has_examples(&self) -> bool {
        self.examples.keys().any(|label| !label.is_empty())
            || self.outer.is_some_and(Definitions::has_examples)
    }

    pub fn has_note(&self, label: &str) -> bool {
        self.notes.contains(label) || self.outer.is_some_and(|outer| outer.has_note(label))
    }

    fn link(&self, label: &str) -> Option<&(String, String)> {
        self.links.get(label).or_else(|| self.outer?.link(label))
    }
}

impl<'input> BrokenLinkCallback<'input> for &Definitions<'_> {
    fn handle_broken_link(
        &mut self,
        link: BrokenLink<'input>,
    ) -> Option<(CowStr<'input>, CowStr<'input>)> {
        let (target, title) = self.link(&normalise(&link.reference))?;
        Some((target.clone().into(), title.clone().into()))
    }
}

/// Labels are the same whatever their case and the blanks between their words.
fn normalise(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_taken_out_of_whatever_stands_around_them() {
        let found = definitions("# Links\n\nNot [this]: one.\n\n[A  b]: x.md \"t\"\n[a B]: y.md\n");
        let mut callback = &found;
        let link = |label: &'static str| BrokenLink {
            span: 0..0,
            link_type: pulldown_cmark::LinkType::Reference,
            reference: label.into(),
        };
        assert_eq!(callback.handle_broken_link(link("a B")), Some(("x.md".into(), "t".into())));
        assert_eq!(callback.handle_broken_link(link("this")), None);
    }
}
