//! Figures and listings that can be referred to: `#fig-…` and `#lst-…`, numbered on each page.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{links::Links, page_path};
use crate::model::{
    chart::Chart,
    course::{BlockKind, Chunk, Course, Image, Inline, Lesson, plain_text, walk},
    diagnostic::{Diagnostic, did_you_mean},
    record::Record,
    site::PictureSize,
    source::Span,
    words::Words,
};

/// Those of a course, in the order of its texts.
pub struct Figures<'a> {
    all: Vec<Figure<'a>>,
    /// By their blocks' places.
    pub charts: &'a BTreeMap<Span, Chart>,
}

#[derive(Clone, Copy)]
pub struct Figure<'a> {
    pub lesson: &'a Lesson,
    pub id: &'a str,
    /// `Figure`, `Listing`.
    word: &'a str,
    /// From one on each page.
    number: usize,
    shown: Shown<'a>,
}

#[derive(Clone, Copy)]
enum Shown<'a> {
    Picture(&'a Image),
    Chart(&'a Chunk),
    Code(&'a Chunk),
}

impl<'a> Figures<'a> {
    pub fn of(course: &'a Course, charts: &'a BTreeMap<Span, Chart>, words: &'a Words) -> Self {
        let mut all: Vec<Figure> = vec![];
        for lesson in course.texts() {
            let (mut figures, mut listings) = (0, 0);
            let first = all.len();
            walk(&lesson.blocks, &mut |block| {
                let found = match &block.kind {
                    BlockKind::Paragraph(inlines) => match &inlines[..] {
                        [Inline::Image(image)] => {
                            image.attributes.id.as_deref().map(|id| (id, Shown::Picture(image)))
                        }
                        _ => None,
                    },
                    BlockKind::Code(chunk) if chunk.is_plot() => {
                        chunk.name().map(|id| (id, Shown::Chart(chunk)))
                    }
                    BlockKind::Code(chunk) => chunk.name().map(|id| (id, Shown::Code(chunk))),
                    _ => None,
                };
                let Some((id, shown)) = found else { return };
                let (word, number) = match shown {
                    Shown::Code(_) if id.starts_with("lst-") => {
                        (words.get("listing"), &mut listings)
                    }
                    Shown::Picture(_) | Shown::Chart(_) if id.starts_with("fig-") => {
                        (words.get("figure"), &mut figures)
                    }
                    _ => return,
                };
                // What is added to a listing is part of it.
                if all[first..].iter().all(|other| other.id != id) {
                    *number += 1;
                    all.push(Figure { lesson, id, word, number: *number, shown });
                }
            });
        }
        Self { all, charts }
    }

    /// What a page calls the figure of its own that has this id: `Figure 2`.
    pub fn label(&self, lesson: &Lesson, id: Option<&str>) -> Option<String> {
        let id = id?;
        let is_it = |figure: &&Figure| figure.lesson.source == lesson.source && figure.id == id;
        self.all.iter().find(is_it).map(Figure::label)
    }

    /// Where a reference leads from a page, and what it reads: one on the page itself comes first.
    ///
    /// # Errors
    ///
    /// Where nothing has this id.
    pub fn resolve(
        &self,
        lesson: &Lesson,
        id: &str,
        span: Span,
    ) -> Result<(String, String), Box<Diagnostic>> {
        let is_own = |figure: &&&Figure| figure.lesson.source == lesson.source;
        let mut named = self.all.iter().filter(|figure| figure.id == id).collect::<Vec<_>>();
        named.sort_by_key(|figure| !is_own(&figure));
        match named.first() {
            Some(figure) if is_own(&figure) => Ok((format!("#{id}"), figure.label())),
            Some(figure) => {
                let text = format!("{}, “{}”", figure.label(), figure.lesson.title());
                Ok((figure.url(), text))
            }
            None => {
                let message = format!("no figure or listing has the id `{id}`");
                let diagnostic = Diagnostic::error("unknown-figure", message).at(span, "");
                let known = self.all.iter().map(|figure| figure.id);
                let hint = match did_you_mean(id, known) {
                    Some(meant) => format!("did you mean `@{meant}`?"),
                    None => format!("give it to an image, a plot or a block of code: `{{#{id}}}`"),
                };
                Err(Box::new(diagnostic.hint(hint)))
            }
        }
    }

    /// All of them, for a page of their own; none where there are none.
    pub fn page(&self, records: &BTreeMap<String, Record>, links: &Links) -> Option<Gallery<'a>> {
        // Those of one text stand together already.
        let texts = self.all.chunk_by(|a, b| a.lesson.source == b.lesson.source);
        let groups = texts.map(|figures| Group {
            title: figures[0].lesson.title(),
            figures: figures
                .iter()
                .map(|figure| figure.entry(records, self.charts, links))
                .collect(),
        });
        (!self.all.is_empty()).then(|| Gallery { groups: groups.collect() })
    }
}

impl<'a> Figure<'a> {
    fn label(&self) -> String {
        format!("{} {}", self.word, self.number)
    }

    fn url(&self) -> String {
        format!("{}#{}", page_path(&self.lesson.name), self.id)
    }

    fn entry(
        &self,
        records: &BTreeMap<String, Record>,
        charts: &'a BTreeMap<Span, Chart>,
        links: &Links,
    ) -> Entry<'a> {
        let record = records.get(&self.lesson.name);
        let caption = |chunk: &'a Chunk| chunk.says("caption", record).map(str::to_owned);
        let entry = Entry { label: self.label(), url: self.url(), ..Entry::default() };
        match self.shown {
            Shown::Picture(image) => Entry {
                src: Some(links.image(self.lesson, record, &image.target)),
                size: links.size(self.lesson, record, &image.target),
                alt: record
                    .and_then(|record| record.shown.get(&image.span))
                    .map_or_else(|| image.alt(), String::clone),
                caption: (!image.caption.is_empty()).then(|| plain_text(&image.caption)),
                ..entry
            },
            Shown::Chart(chunk) => Entry {
                svg: charts.get(&chunk.span).map(|chart| chart.svg.as_str()),
                caption: caption(chunk),
                ..entry
            },
            Shown::Code(chunk) => Entry { caption: caption(chunk), ..entry },
        }
    }
}

/// The page of all figures as its template takes it.
#[derive(Serialize)]
pub struct Gallery<'a> {
    groups: Vec<Group<'a>>,
}

/// Those of one text.
#[derive(Serialize)]
struct Group<'a> {
    title: &'a str,
    figures: Vec<Entry<'a>>,
}

#[derive(Default, Serialize)]
struct Entry<'a> {
    label: String,
    /// Where it stands.
    url: String,
    svg: Option<&'a str>,
    src: Option<String>,
    size: Option<PictureSize>,
    alt: String,
    caption: Option<String>,
}
