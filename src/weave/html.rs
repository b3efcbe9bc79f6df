//! A lesson's blocks as HTML: what a body is woven from, and the way through its blocks. What each
//! kind of them becomes is told in the modules below.

mod attributes;
mod boxes;
mod code;
mod figures;
mod inline;
mod outputs;
mod prose;
mod woven;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use serde::Serialize;

use super::{
    blocks::Blocks, diagram, edit, escape::escape, figures::Figures, highlight::highlight,
    ids::Identifiers, links::Links, macros::Macros, math::Formulas, template::Skin,
};
use crate::model::{
    chart::Chart,
    course::{Block, BlockKind, Chunk, Inline, Lesson, Settings, walk, walk_own},
    diagnostic::Diagnostic,
    download::Download,
    excerpt::Excerpt,
    record::Record,
    site::Asset,
    source::{Sources, Span},
};
pub use outputs::duration;

/// What other pages show of a text, as HTML of its own page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub questions: Option<String>,
    pub keypoints: Vec<String>,
    pub challenges: Vec<Challenge>,
    pub notes: Vec<Note>,
}

/// A challenge, with its solutions and its hints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub id: String,
    /// Its own as plain text, or what challenges are called.
    pub title: String,
    pub html: Excerpt,
}

/// What is said to instructors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The section that it stands in: its id and its title.
    pub section: Option<(String, String)>,
    /// Its own title, where it has one.
    pub title: Option<String>,
    pub html: String,
}

/// A section of a page, for its table of contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    pub title: String,
    pub id: String,
}

/// What the bodies of all pages are written with.
pub struct Common<'a> {
    pub sources: &'a Sources,
    pub skin: &'a Skin<'a>,
    pub formulas: Formulas,
    /// The course's.
    pub macros: Macros,
    pub links: Links<'a>,
    pub settings: &'a Settings,
    /// By what was drawn, and by the ids in it.
    pub diagrams: &'a HashMap<(String, String), Arc<Diagram>>,
}

/// A diagram as it was drawn; none where this lessonc draws none.
pub type Diagram = Result<Option<String>, diagram::DiagramError>;

/// What the ids in a page's diagram begin with, by its number on the page.
pub fn diagram_id(number: usize) -> String {
    format!("diagram-{number}")
}

/// What a block shows of its lines.
pub fn visible(chunk: &Chunk, sources: &Sources) -> String {
    let lines = chunk.lines.iter().filter(|line| !line.hidden);
    lines.flat_map(|line| [sources.text(line.span), "\n"]).collect()
}

/// What a text is woven from.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    pub lesson: &'a Lesson,
    /// What its runs gave.
    pub record: Option<&'a Record>,
    /// By their blocks' places.
    pub charts: &'a BTreeMap<Span, Chart>,
    /// The blocks of its package.
    pub blocks: &'a Blocks,
    pub figures: &'a Figures<'a>,
    /// What readers take along of it.
    pub download: Option<&'a Download>,
}

/// The body of one page while it is written.
pub struct Body<'a> {
    lesson: &'a Lesson,
    record: Option<&'a Record>,
    sources: &'a Sources,
    skin: &'a Skin<'a>,
    formulas: &'a Formulas,
    /// Those that the formulas so far have defined, and the course's.
    macros: Macros,
    links: &'a Links<'a>,
    drawn: &'a HashMap<(String, String), Arc<Diagram>>,
    charts: &'a BTreeMap<Span, Chart>,
    named: &'a Blocks,
    figures: &'a Figures<'a>,
    /// Where its text stands in the course's repository.
    place: Option<edit::Place>,
    settings: &'a Settings,
    /// What readers take along of it.
    download: Option<&'a Download>,
    ids: Identifiers,
    /// What is written: all blocks, or those of an example in it.
    text: &'a [Block],
    /// Added to a heading's level so that the highest stands below the page's title, or below the section
    /// that an example stands in.
    shift: i8,
    /// The last heading's, as it was written.
    level: u8,
    is_example: bool,
    /// Footnotes in the order in which they are first referred to.
    footnotes: Vec<String>,
    definitions: HashMap<String, &'a [Block]>,
    /// Blocks that say what a cell is expected to give.
    expectations: HashSet<Span>,
    /// Names of blocks that were already shown.
    shown: HashSet<String>,
    /// Blocks whose id was written.
    anchored: HashSet<Span>,
    overview_is_written: bool,
    diagrams: usize,
    /// How many groups of tabs were written.
    tabs: usize,
    /// How many terms were explained.
    terms: usize,
    pub sections: Vec<Section>,
    /// The id and title of the heading that was written last, and in how many notes we are: a
    /// heading in a note is no section of the page.
    section: Option<(String, String)>,
    notes: usize,
    pub shown_elsewhere: Shown,
    /// Pictures that values showed.
    pub assets: Vec<Asset>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Body<'a> {
    pub fn new(own: Own<'a>, common: &'a Common<'a>) -> Self {
        let Common { sources, skin, formulas, macros, links, settings, diagrams } = common;
        let Own { lesson, record, charts, blocks, figures, download } = own;
        let mut definitions = HashMap::new();
        walk(&lesson.blocks, &mut |block| {
            if let BlockKind::Footnote { label, blocks } = &block.kind {
                definitions.insert(label.clone(), &blocks[..]);
            }
        });
        Self {
            lesson,
            record,
            sources,
            skin,
            formulas,
            macros: macros.clone(),
            links,
            drawn: diagrams,
            charts,
            named: blocks,
            figures,
            place: edit::Place::of(settings, &sources.get(lesson.source).path),
            settings,
            download,
            ids: Identifiers::of(lesson),
            text: &lesson.blocks,
            shift: shift(&lesson.blocks, 2).max(0),
            level: 1,
            is_example: false,
            footnotes: vec![],
            definitions,
            expectations: lesson.expectations().iter().map(|(_, said)| said.span).collect(),
            shown: HashSet::new(),
            anchored: HashSet::new(),
            overview_is_written: false,
            diagrams: 0,
            tabs: 0,
            terms: 0,
            sections: vec![],
            section: None,
            notes: 0,
            shown_elsewhere: Shown::default(),
            assets: vec![],
            diagnostics: vec![],
        }
    }

    /// The whole body.
    pub fn write(&mut self) -> String {
        let mut html = String::new();
        let has_minutes =
            self.lesson.meta.teaching.is_some() || self.lesson.meta.exercises.is_some();
        let begins_with_overview = self.lesson.blocks.iter().any(boxes::is_overview);
        if has_minutes && !begins_with_overview {
            html.push_str(&self.overview());
        }
        html.push_str(&self.blocks(&self.lesson.blocks));
        html.push_str(&self.footnotes());
        html
    }

    fn blocks(&mut self, blocks: &'a [Block]) -> String {
        let mut html = String::new();
        for block in blocks {
            let block_html = self.block(block);
            if !block_html.is_empty() {
                html.push_str(&block_html);
                html.push('\n');
            }
        }
        html
    }

    fn block(&mut self, block: &'a Block) -> String {
        match &block.kind {
            BlockKind::Paragraph(inlines) => match &inlines[..] {
                [Inline::Image(image)] => self.figure(image),
                _ => {
                    let content = self.inlines(inlines);
                    // Nothing is left of a formula that only defines macros.
                    if content.is_empty() { content } else { format!("<p>{content}</p>") }
                }
            },
            BlockKind::Plain(inlines) => self.inlines(inlines),
            BlockKind::Heading(heading) => self.heading(block.span, heading),
            BlockKind::Quote(blocks) => {
                format!("<blockquote>\n{}</blockquote>", self.blocks(blocks))
            }
            BlockKind::List(list) => self.list(list),
            BlockKind::Definitions(definitions) => self.definitions(definitions),
            BlockKind::Table(table) => self.table(table),
            BlockKind::Code(chunk) => self.chunk(chunk),
            BlockKind::Div(div) => self.div(div),
            BlockKind::Woven(woven) => self.woven(woven),
            BlockKind::Footnote { .. } => String::new(),
            BlockKind::Html(html) => self.links.html(self.lesson, html).into_owned(),
            BlockKind::Rule => "<hr>".to_owned(),
        }
    }

    /// A word of the theme's, as HTML.
    fn word(&self, key: &str) -> String {
        escape(self.skin.words.get(key))
    }

    fn render(&mut self, template: &str, context: &impl Serialize, span: Span) -> String {
        self.skin.render(template, context).unwrap_or_else(|error| {
            self.diagnostics.push(template_error(error, span));
            String::new()
        })
    }
}

/// What to add to the levels of some blocks' headings so that the highest is `level`.
fn shift(blocks: &[Block], level: i8) -> i8 {
    let mut highest = None;
    walk_own(blocks, &mut |block| {
        if let BlockKind::Heading(heading) = &block.kind {
            highest = highest.min(Some(heading.level)).or(Some(heading.level));
        }
    });
    highest.map_or(0, |highest| level - highest as i8)
}

/// A template that could not be filled, at what was to be shown.
pub fn template_error(error: String, span: Span) -> Diagnostic {
    Diagnostic::error("template", "the theme could not show this").at(span, "").note(error)
}
