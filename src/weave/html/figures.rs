//! Figures: diagrams, charts and pictures.

use std::sync::Arc;

use serde::Serialize;

use super::{Body, code::place_in_lines, diagram_id, visible};
use crate::{
    model::{
        chart::Chart,
        course::{Chunk, Image},
        diagnostic::Diagnostic,
        site::PictureSize,
    },
    weave::{chart_path, diagram},
};

/// More are left to the file.
const MOST_ROWS: usize = 200;

impl<'a> Body<'a> {
    pub(super) fn diagram(&mut self, chunk: &Chunk) -> String {
        #[derive(Serialize)]
        struct Drawn {
            svg: Option<String>,
            source: String,
        }
        self.diagrams += 1;
        let source = visible(chunk, self.sources);
        let id = diagram_id(self.diagrams);
        let drawn = self.drawn.get(&(source.clone(), id.clone())).map(Arc::clone);
        let drawn = drawn.unwrap_or_else(|| Arc::new(diagram::mermaid(&source, &id)));
        let svg = match &*drawn {
            Ok(svg) => svg.clone(),
            Err(error) => {
                let span =
                    error.range.as_ref().and_then(|range| place_in_lines(chunk, range.start));
                let diagnostic = Diagnostic::error("mermaid", &*error.message)
                    .at(span.unwrap_or(chunk.info), "in this diagram");
                self.diagnostics.push(diagnostic);
                None
            }
        };
        self.render("diagram.html", &Drawn { svg, source }, chunk.info)
    }

    pub(super) fn chart(&mut self, chunk: &Chunk, chart: &Chart) -> String {
        #[derive(Serialize)]
        struct Figure<'c> {
            id: Option<&'c str>,
            label: Option<String>,
            caption: Option<&'c str>,
            svg: &'c str,
            note: Option<&'c str>,
            columns: &'c [String],
            rows: &'c [Vec<String>],
            /// What is said of the rows: of which figure they are, and whether there are more.
            data: String,
            more: Option<String>,
            url: String,
        }
        // One that compares cells stands below the last of them, and is not that cell.
        let plot = Some(chunk).filter(|chunk| chunk.is_plot());
        let id = plot.and_then(|plot| plot.name());
        let label = self.figures.label(id);
        let (words, count) = (self.skin.words, chart.rows.len());
        let data = match &label {
            Some(label) => words.say("data_of", &[("label", label)]),
            None => words.get("data").to_owned(),
        };
        let gaps = [("count", &*MOST_ROWS.to_string()), ("all", &*count.to_string())];
        let figure = Figure {
            id,
            label,
            caption: plot.and_then(|plot| plot.says("caption", self.record)),
            svg: &chart.svg,
            note: chart.note.as_deref(),
            columns: &chart.columns,
            rows: &chart.rows[..count.min(MOST_ROWS)],
            data,
            more: (count > MOST_ROWS).then(|| words.say("first_rows", &gaps)),
            url: chart_path(chart),
        };
        self.render("chart.html", &figure, chunk.info)
    }

    pub(super) fn figure(&mut self, image: &'a Image) -> String {
        #[derive(Serialize)]
        struct Figure<'i> {
            id: Option<&'i str>,
            label: Option<String>,
            src: String,
            alt: String,
            caption: Option<String>,
            width: Option<String>,
            height: Option<u32>,
            classes: String,
        }
        let caption = (!image.caption.is_empty()).then(|| self.inlines(&image.caption));
        let id = image.attributes.id.as_deref();
        let asked =
            image.attributes.get("width").map(|width| width.trim_end_matches("px").to_owned());
        let size = self.links.size(self.lesson, self.record, &image.target);
        let size = size.and_then(|size| at_width(size, asked.as_deref()));
        let figure = Figure {
            id,
            label: self.figures.label(id),
            src: self.links.image(self.lesson, self.record, &image.target),
            alt: self.alt(image),
            caption,
            width: asked.or(size.map(|size| size.width.to_string())),
            height: size.map(|size| size.height),
            classes: image.attributes.classes.join(" "),
        };
        self.render("figure.html", &figure, image.span)
    }

    pub(super) fn alt(&self, image: &Image) -> String {
        self.shown(image.span).map_or_else(|| image.alt(), str::to_owned)
    }
}

/// The attributes that keep a picture's place.
pub(super) fn sized(size: Option<PictureSize>) -> String {
    size.map(|PictureSize { width, height }| format!(" width=\"{width}\" height=\"{height}\""))
        .unwrap_or_default()
}

/// A picture's size at the width that an author asks for; none where that is a share of the page's.
fn at_width(size: PictureSize, asked: Option<&str>) -> Option<PictureSize> {
    let Some(asked) = asked else { return Some(size) };
    let width: u32 = asked.parse().ok()?;
    let height = u64::from(width) * u64::from(size.height) / u64::from(size.width.max(1));
    Some(PictureSize { width, height: u32::try_from(height).ok()? })
}
