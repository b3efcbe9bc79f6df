//! What is published.

use std::{fmt, sync::Arc};

use serde::Serialize;

use super::excerpt;

/// A whole site. Paths are relative to its root, with `/` between folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    pub pages: Vec<Page>,
    pub assets: Vec<Asset>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// `asyncio.html`
    pub path: String,
    pub html: Arc<Html>,
    /// Whether it shows what stands in lessons: it waits until none of them is broken.
    pub gathers: bool,
}

/// A page's HTML. Most of it is its body, which pages that gather are made of too: it is kept but once.
#[derive(Debug, PartialEq, Eq)]
pub struct Html {
    before: Box<str>,
    body: Arc<str>,
    after: Box<str>,
}

impl Html {
    /// HTML that is made of this body.
    pub fn around(body: &Arc<str>, html: &str) -> Self {
        match excerpt::place_of(body, html) {
            Some(at) => Self {
                before: html[..at].into(),
                body: Arc::clone(body),
                after: html[at + body.len()..].into(),
            },
            // A theme may show something else.
            None => Self { before: html.into(), body: "".into(), after: "".into() },
        }
    }

    /// The same with something behind it.
    pub fn ending_in(&self, end: &str) -> Self {
        let Self { before, body, after } = self;
        let after = [&**after, end].concat().into();
        Self { before: before.clone(), body: Arc::clone(body), after }
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { before, body, after } = self;
        [before, &**body, after].into_iter().try_for_each(|part| f.write_str(part))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    pub path: String,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Bytes(Arc<[u8]>),
    /// A file of the course, by its path there.
    CourseFile(String),
}

/// How large a picture is, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PictureSize {
    pub width: u32,
    pub height: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_what_it_was_made_of() {
        let body: Arc<str> = "<p>π</p>".into();
        for (page, is_found) in [
            (format!("<nav></nav>{body}<footer>"), true),
            (body.to_string(), true),
            ("<p>other".to_owned(), false),
        ] {
            let html = Html::around(&body, &page);
            assert_eq!(html.to_string(), page);
            assert_eq!(Arc::ptr_eq(&html.body, &body), is_found, "{page}");
            assert_eq!(html.ending_in("<!-- end -->").to_string(), page + "<!-- end -->");
        }
        assert_eq!(Html::around(&"".into(), "<p>").to_string(), "<p>");
    }
}
