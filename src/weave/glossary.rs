//! The terms that a course explains: the definition lists of `learners/reference.md`.

use std::collections::BTreeMap;

use super::ids;
use crate::model::{
    course::{BlockKind, Course, Definition, Inline, Lesson, plain_text, walk},
    diagnostic::did_you_mean,
};

/// The name of the page that they stand on.
const PAGE: &str = "reference";

/// Terms by the id that each has on its page.
#[derive(Debug, Default)]
pub struct Glossary<'a> {
    terms: BTreeMap<String, Term<'a>>,
}

#[derive(Debug)]
pub struct Term<'a> {
    definition: &'a Definition,
    /// Whether the author gave it its id.
    is_named: bool,
    /// The first paragraph of what it means, without its markup.
    pub meaning: String,
}

impl<'a> Glossary<'a> {
    pub fn of(course: &'a Course) -> Self {
        let mut glossary = Self::default();
        let blocks = course.pages.iter().find(|page| is_glossary(page)).map(|page| &page.blocks);
        walk(blocks.map_or(&[], |blocks| blocks), &mut |block| {
            let BlockKind::Definitions(definitions) = &block.kind else { return };
            for definition in definitions {
                let given = definition.term.iter().find_map(|inline| match inline {
                    Inline::Bracketed(bracketed) => bracketed.attributes.id.clone(),
                    _ => None,
                });
                let is_named = given.is_some();
                let id = given.unwrap_or_else(|| ids::pandoc(&plain_text(&definition.term)));
                let meaning = meaning(definition);
                // Said twice, it means what is said first.
                glossary.terms.entry(id).or_insert(Term { definition, is_named, meaning });
            }
        });
        glossary
    }

    /// The term that a text means, in whatever case and number it stands, and its id.
    pub fn find(&self, text: &str) -> Option<(&str, &Term<'a>)> {
        let id = ids::pandoc(text);
        let singular = id.strip_suffix('s').unwrap_or(&id);
        let found = self.terms.get_key_value(&id).or_else(|| self.terms.get_key_value(singular))?;
        Some((found.0, found.1))
    }

    /// The term that a link in the site leads to.
    pub fn at(&self, href: &str) -> Option<&Term<'a>> {
        self.terms.get(href.strip_prefix(&link(""))?)
    }

    /// The id that a definition is to be given on its page.
    pub fn id(&self, definition: &Definition) -> Option<&str> {
        let mut terms = self.terms.iter();
        let (id, term) = terms.find(|(_, term)| std::ptr::eq(term.definition, definition))?;
        (!term.is_named).then_some(id)
    }

    pub fn near(&self, text: &str) -> Option<String> {
        did_you_mean(text, self.titles().iter().map(String::as_str)).map(str::to_owned)
    }

    /// Of each term the id, what it is called, and what it means.
    pub fn signs(&self) -> Vec<(String, String, String)> {
        let terms = self.terms.iter().zip(self.titles());
        terms.map(|((id, term), title)| (id.clone(), title, term.meaning.clone())).collect()
    }

    fn titles(&self) -> Vec<String> {
        self.terms.values().map(|term| plain_text(&term.definition.term)).collect()
    }
}

/// The ids that the terms of a text take.
pub fn taken(lesson: &Lesson) -> Vec<String> {
    let mut taken = vec![];
    if is_glossary(lesson) {
        walk(&lesson.blocks, &mut |block| {
            if let BlockKind::Definitions(definitions) = &block.kind {
                taken.extend(definitions.iter().map(|it| ids::pandoc(&plain_text(&it.term))));
            }
        });
    }
    taken
}

/// The link to a term, by its id.
pub fn link(id: &str) -> String {
    format!("{}#{id}", super::page_path(PAGE))
}

fn is_glossary(lesson: &Lesson) -> bool {
    lesson.name == PAGE
}

fn meaning(definition: &Definition) -> String {
    let mut blocks = definition.meanings.iter().flatten();
    let text = blocks.find_map(|block| match &block.kind {
        BlockKind::Paragraph(inlines) | BlockKind::Plain(inlines) => Some(plain_text(inlines)),
        _ => None,
    });
    text.unwrap_or_default()
}
