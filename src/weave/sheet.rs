//! Pages before they are rendered.

use std::sync::Arc;

use super::Text;
use crate::model::source::{SourceId, Sources, Span};

/// A page before it is rendered.
pub struct Sheet<'a> {
    /// `asyncio`
    pub name: &'a str,
    pub title: String,
    pub kind: Kind,
    pub body: Arc<str>,
    /// None for a page that no text is written for.
    pub text: Option<&'a Text<'a>>,
}

impl<'a> Sheet<'a> {
    pub fn of(text: &'a Text<'a>, kind: Kind) -> Self {
        let Text { lesson, woven, .. } = text;
        let (title, body) = (lesson.title().to_owned(), Arc::clone(&woven.html));
        Self { name: &lesson.name, title, kind, body, text: Some(text) }
    }

    /// Where what is wrong with the whole page is told.
    pub fn start(&self) -> Span {
        let source = self.text.map_or(SourceId(0), |text| text.lesson.source);
        Span { source, start: 0, end: 0 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Landing,
    /// Which in the order in which they are taught.
    Lesson(usize),
    /// What is read beside the lessons.
    Page,
    /// What is gathered from the lessons.
    View,
    /// What is shown where there is no page.
    Missing,
}

/// Whether learners don't see it.
pub fn for_instructors(sheet: &Sheet, sources: &Sources) -> bool {
    sheet.text.is_some_and(|text| sources.get(text.lesson.source).path.starts_with("instructors/"))
}
