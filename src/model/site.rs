//! What is published.

use std::sync::Arc;

use serde::Serialize;

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
    pub html: Arc<str>,
    /// Whether it shows what stands in lessons: it waits until none of them is broken.
    pub gathers: bool,
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
