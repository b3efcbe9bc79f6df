//! The links that `links.md` defines for every text of a course.

use std::{cmp::Reverse, collections::HashMap};

use pulldown_cmark::{BrokenLink, BrokenLinkCallback, CowStr, Parser, RefDefs};

use super::options;

/// Targets and titles by label.
///
/// They answer where a text's own definitions do not. The text itself is not added to, so no place
/// in it can be mistaken for one in `links.md`, and nothing that it leaves open can swallow them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definitions {
    by_label: HashMap<String, (String, String)>,
}

/// The reference definitions of a text; whatever else it says is for its authors.
pub fn definitions(text: &str) -> Definitions {
    let parser = Parser::new_ext(text, options());
    Definitions::default().below(parser.reference_definitions())
}

impl Definitions {
    /// Those of a text, and where it has none these.
    pub fn below(&self, own: &RefDefs) -> Self {
        let mut own: Vec<_> = own.iter().collect();
        own.sort_by_key(|(_, definition)| Reverse(definition.span.start));
        let mut by_label = self.by_label.clone();
        // The first of a label is the one that counts.
        by_label.extend(own.into_iter().map(|(label, definition)| {
            let title = definition.title.as_deref().unwrap_or_default().to_owned();
            (normalise(label), (definition.dest.to_string(), title))
        }));
        Self { by_label }
    }
}

impl<'input> BrokenLinkCallback<'input> for &Definitions {
    fn handle_broken_link(
        &mut self,
        link: BrokenLink<'input>,
    ) -> Option<(CowStr<'input>, CowStr<'input>)> {
        let (target, title) = self.by_label.get(&normalise(&link.reference))?;
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
