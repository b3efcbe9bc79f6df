//! Figures and listings that can be referred to: `#fig-…` and `#lst-…`, numbered on each page.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;

use super::{links::Links, page_path, words::Words};
use crate::model::{
    chart::Chart,
    course::{Block, BlockKind, Chunk, Image, Inline, Lesson, plain_text, walk},
    diagnostic::{Diagnostic, did_you_mean},
    record::Record,
    site::PictureSize,
    source::Span,
};

/// A figure or listing as it is numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub id: String,
    is_listing: bool,
    /// From one on each page.
    number: usize,
}

impl Figure {
    /// What it is called: `Figure 2`.
    fn label(&self, words: &Words) -> String {
        let word = words.get(if self.is_listing { "listing" } else { "figure" });
        format!("{word} {}", self.number)
    }
}

/// Those of one text, in its order.
pub fn of(lesson: &Lesson) -> Vec<Figure> {
    let mut all: Vec<Figure> = vec![];
    walk(&lesson.blocks, &mut |block| {
        let Some((id, shown)) = shown(block) else { return };
        let is_listing = matches!(shown, Shown::Code(_));
        // What is added to a listing is part of it.
        if all.iter().all(|other| other.id != id) {
            let number = all.iter().filter(|other| other.is_listing == is_listing).count() + 1;
            all.push(Figure { id: id.to_owned(), is_listing, number });
        }
    });
    all
}

/// The figures of one page of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    page: String,
    title: String,
    figures: Arc<Vec<Figure>>,
}

impl Place {
    pub fn of(lesson: &Lesson, figures: &Arc<Vec<Figure>>) -> Self {
        let (page, title) = (page_path(&lesson.name), lesson.title().to_owned());
        Self { page, title, figures: Arc::clone(figures) }
    }
}

/// The figures that a text's own words can refer to.
pub struct Figures<'a> {
    /// The text's own.
    pub own: &'a [Figure],
    /// Of all pages.
    pub places: &'a [Place],
    pub words: &'a Words,
}

impl Figures<'_> {
    /// What the page calls the figure of its own that has this id: `Figure 2`.
    pub fn label(&self, id: Option<&str>) -> Option<String> {
        let id = id?;
        self.own.iter().find(|figure| figure.id == id).map(|figure| figure.label(self.words))
    }

    /// Where a reference leads, and what it reads: one on the page itself comes first.
    ///
    /// # Errors
    ///
    /// Where nothing has this id.
    pub fn resolve(&self, id: &str, span: Span) -> Result<(String, String), Box<Diagnostic>> {
        if let Some(own) = self.own.iter().find(|figure| figure.id == id) {
            return Ok((format!("#{id}"), own.label(self.words)));
        }
        let all =
            || self.places.iter().flat_map(|place| place.figures.iter().map(move |it| (place, it)));
        if let Some((place, figure)) = all().find(|(_, figure)| figure.id == id) {
            let text = format!("{}, “{}”", figure.label(self.words), place.title);
            return Ok((format!("{}#{id}", place.page), text));
        }
        let message = format!("no figure or listing has the id `{id}`");
        let diagnostic = Diagnostic::error("unknown-figure", message).at(span, "");
        let hint = match did_you_mean(id, all().map(|(_, figure)| &*figure.id)) {
            Some(meant) => format!("did you mean `@{meant}`?"),
            None => format!("give it to an image, a plot or a block of code: `{{#{id}}}`"),
        };
        Err(Box::new(diagnostic.hint(hint)))
    }
}

#[derive(Clone, Copy)]
enum Shown<'a> {
    Picture(&'a Image),
    Chart(&'a Chunk),
    Code(&'a Chunk),
}

/// What a block shows that can be referred to, and its id.
fn shown(block: &Block) -> Option<(&str, Shown<'_>)> {
    let (id, shown) = match &block.kind {
        BlockKind::Paragraph(inlines) => match &inlines[..] {
            [Inline::Image(image)] => (image.attributes.id.as_deref()?, Shown::Picture(image)),
            _ => return None,
        },
        BlockKind::Code(chunk) if chunk.is_plot() => (chunk.name()?, Shown::Chart(chunk)),
        BlockKind::Code(chunk) => (chunk.name()?, Shown::Code(chunk)),
        _ => return None,
    };
    let prefix = if matches!(shown, Shown::Code(_)) { "lst-" } else { "fig-" };
    id.starts_with(prefix).then_some((id, shown))
}

/// A figure on the page of all figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Entry {
    label: String,
    /// Where it stands.
    url: String,
    svg: Option<String>,
    src: Option<String>,
    size: Option<PictureSize>,
    alt: String,
    caption: Option<String>,
}

/// Those of one text.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub title: String,
    pub figures: Arc<Vec<Entry>>,
}

/// The figures of a text for the page of all figures.
pub fn gallery(
    lesson: &Lesson,
    record: Option<&Record>,
    charts: &BTreeMap<Span, Chart>,
    figures: &Figures,
    links: &Links,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = vec![];
    if figures.own.is_empty() {
        return entries;
    }
    walk(&lesson.blocks, &mut |block| {
        let Some((id, shown)) = shown(block) else { return };
        let url = format!("{}#{id}", page_path(&lesson.name));
        if entries.iter().any(|other| other.url == url) {
            return;
        }
        let caption = |chunk: &Chunk| chunk.says("caption", record).map(str::to_owned);
        let entry =
            Entry { label: figures.label(Some(id)).unwrap_or_default(), url, ..Entry::default() };
        entries.push(match shown {
            Shown::Picture(image) => Entry {
                src: Some(links.image(lesson, record, &image.target)),
                size: links.size(lesson, record, &image.target),
                alt: record
                    .and_then(|record| record.shown.get(&image.span))
                    .map_or_else(|| image.alt(), String::clone),
                caption: (!image.caption.is_empty()).then(|| plain_text(&image.caption)),
                ..entry
            },
            Shown::Chart(chunk) => Entry {
                svg: charts.get(&chunk.span).map(|chart| chart.svg.clone()),
                caption: caption(chunk),
                ..entry
            },
            Shown::Code(chunk) => Entry { caption: caption(chunk), ..entry },
        });
    });
    entries
}
