//! Markdown to lessons: front matter, divs, code blocks and their attributes, prose.
//!
//! Architecture Invariant: this is the only module that names pulldown-cmark and the only one that
//! reads YAML. Every span it makes is a byte range of the text as the author wrote it.

mod asked;
mod attributes;
mod balance;
mod chunk;
mod citation;
mod config;
mod definitions;
mod dependencies;
mod foreign;
mod front_matter;
mod grid;
mod html;
mod inline;
mod knitr;
mod link;
mod look;
mod mask;
mod ordered;
mod passage;
mod sight;
mod table;
mod tree;

use pulldown_cmark::Options;

use crate::model::course::{Block, Lesson, Meta, Settings};
use crate::model::diagnostic::{Diagnosed, Diagnostic};
use crate::model::source::{Source, SourceId};

use balance::Elements;
use mask::Prose;
use passage::Passage;
use sight::Sight;
use tree::Around;

pub use citation::citation;
pub use config::config;
pub use definitions::{Definitions, definitions};

/// What a course gives to each of its texts.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The links that its `links.md` defines.
    pub definitions: Definitions<'static>,
    /// Whether it is a course of The Carpentries Workbench.
    pub is_workbench: bool,
}

/// Which Rust blocks of a text are cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cells {
    /// Those without a name, and those that say `.cell`.
    Unnamed,
    /// Those that say `.cell`.
    Asked,
    None,
}

/// Reads a lesson. `name` is its file's name without `.md`.
///
/// A Workbench lesson was written to be shown: in it only what says `.cell` runs.
pub fn lesson(context: &Context, name: &str, id: SourceId, source: &Source) -> Diagnosed<Lesson> {
    let cells = if context.is_workbench { Cells::Asked } else { Cells::Unnamed };
    text(context, name, id, source, cells)
}

/// Reads a page that is no lesson: nothing in it runs.
pub fn page(context: &Context, name: &str, id: SourceId, source: &Source) -> Diagnosed<Lesson> {
    text(context, name, id, source, Cells::None)
}

fn text(
    context: &Context,
    name: &str,
    id: SourceId,
    source: &Source,
    cells: Cells,
) -> Diagnosed<Lesson> {
    let mut diagnostics = vec![];
    let front = front_matter::split(id, &source.text).into_value(&mut diagnostics);
    let meta = front_matter::meta(id, source, &front, context.is_workbench);
    let meta = meta.into_value(&mut diagnostics);
    let blocks = body(context, id, &source.text, front.body, cells);
    let blocks = blocks.into_value(&mut diagnostics);
    let value = Lesson::new(name, id, meta, blocks);
    Diagnosed { value, diagnostics: in_order(diagnostics) }
}

/// Reads `index.md`: its front matter is the course's settings, its body the landing page.
pub fn index(context: &Context, id: SourceId, source: &Source) -> Diagnosed<(Settings, Lesson)> {
    let mut diagnostics = vec![];
    let front = front_matter::split(id, &source.text).into_value(&mut diagnostics);
    let mut settings = front_matter::settings(id, source, &front).into_value(&mut diagnostics);
    diagnostics.extend(look::footer(context, id, source, &mut settings.look));
    let blocks = body(context, id, &source.text, front.body, Cells::None);
    let blocks = blocks.into_value(&mut diagnostics);
    let meta = Meta { title: settings.title.clone(), ..Meta::default() };
    let lesson = Lesson::new("index", id, meta, blocks);
    Diagnosed { value: (settings, lesson), diagnostics: in_order(diagnostics) }
}

/// Reads the markdown of a whole source, which starts at `body`.
fn body(
    context: &Context,
    id: SourceId,
    text: &str,
    body: usize,
    cells: Cells,
) -> Diagnosed<Vec<Block>> {
    let passage = Passage::whole(id, text);
    let around = Around { cells, definitions: &context.definitions, depth: 0 };
    let text = markdown(text, body);
    let guess = mask::guess(&text);
    let mut sight = Sight::default();
    let mut elements = Elements::default();
    let asked = (!guess.is_sure()).then_some(&mut sight);
    let guessed = tree::blocks(passage, &guess.masked, around, &mut elements, asked);
    match guess.confirmed(&sight) {
        Some(prose) => with_complaints(passage, &prose, guessed),
        None => blocks(passage, &text, around, &mut Elements::default()),
    }
}

/// Reads a passage; `text` is what of it is markdown, with blanks for the rest.
fn blocks(
    passage: Passage,
    text: &str,
    around: Around,
    elements: &mut Elements,
) -> Diagnosed<Vec<Block>> {
    let masked = mask::mask(text);
    let blocks = tree::blocks(passage, &masked, around, elements, None);
    with_complaints(passage, &masked.prose, blocks)
}

/// Tells of the lines that look like fences and are text, before what else there is to tell.
fn with_complaints(
    passage: Passage,
    prose: &[Prose],
    blocks: Diagnosed<Vec<Block>>,
) -> Diagnosed<Vec<Block>> {
    let mut diagnostics: Vec<_> =
        prose.iter().map(|prose| mask::complaint(passage, prose)).collect();
    let value = blocks.into_value(&mut diagnostics);
    Diagnosed { value, diagnostics }
}

/// As a reader of the text meets them.
fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|diagnostic| diagnostic.span().map(|span| span.start));
    diagnostics
}

/// The text with blanks in place of what stands before `body`, so that offsets stay as they are, and
/// as the parser is to see it.
fn markdown(text: &str, body: usize) -> String {
    let blanks = text[..body].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' });
    let mut text = blanks.collect::<String>() + &text[body..];
    mask::draw_near(&mut text);
    mask::hide_ticks(&mut text);
    text
}

/// The markdown that the dialect builds on. Attributes of headings are read by us, since pulldown
/// takes no values with spaces; so is front matter.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_MATH
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_SUPERSCRIPT
        | Options::ENABLE_SUBSCRIPT
}

#[cfg(test)]
mod tests;
