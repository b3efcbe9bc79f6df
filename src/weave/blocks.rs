//! Code blocks that refer to each other: where each name is defined, and where it is used.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::{ids, page_path};
use crate::model::{
    course::{Chunk, Lesson, reference},
    source::{Sources, Span},
};

/// A block as others link to it.
#[derive(Clone, Debug, Serialize)]
pub struct Block {
    page: String,
    id: String,
    /// `«double»` or `src/lib.rs`; none for a block that has neither name nor target.
    label: Option<String>,
}

impl Block {
    /// The link to it from a lesson's page.
    pub fn url(&self, from: &Lesson) -> String {
        let page = Some(&self.page).filter(|page| **page != page_path(&from.name));
        format!("{}#{}", page.map_or("", String::as_str), self.id)
    }

    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }
}

/// The blocks of a name in the order of the course.
#[derive(Debug, Default)]
pub struct Name {
    pub definitions: Vec<Block>,
    pub uses: Vec<Block>,
}

/// A block of a text that defines a name or uses one.
#[derive(Debug)]
pub struct Own {
    span: Span,
    block: Block,
    defines: Option<String>,
    uses: Vec<String>,
}

/// Those of one text.
pub fn of(lesson: &Lesson, sources: &Sources) -> Vec<Own> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let own = lesson.chunks().into_iter().filter_map(|chunk| {
        let lines = chunk.lines.iter().filter_map(|line| reference(sources.text(line.span)));
        let uses: Vec<String> = lines.map(str::to_owned).collect();
        let is_code = chunk.language.as_deref() != Some("mermaid") && !chunk.is_output();
        if !is_code || chunk.name().is_none() && uses.is_empty() {
            return None;
        }
        let block = block(lesson, chunk, &mut counts);
        Some(Own { span: chunk.span, block, defines: chunk.name().map(str::to_owned), uses })
    });
    own.collect()
}

/// All blocks of one package that define a name or use one: its lessons share their names.
#[derive(Debug, Default)]
pub struct Blocks {
    names: BTreeMap<String, Name>,
    ids: HashMap<Span, String>,
}

impl Blocks {
    pub fn of<'a>(own: impl Iterator<Item = &'a Own>) -> Self {
        let mut blocks = Self::default();
        for Own { span, block, defines, uses } in own {
            blocks.ids.insert(*span, block.id.clone());
            if let Some(name) = defines {
                blocks.name(name).definitions.push(block.clone());
            }
            for name in uses {
                blocks.name(name).uses.push(block.clone());
            }
        }
        blocks
    }

    pub fn id(&self, chunk: &Chunk) -> Option<&str> {
        self.ids.get(&chunk.span).map(String::as_str)
    }

    /// What is known of a name that a block has or asks for.
    pub fn find(&self, name: &str) -> Option<&Name> {
        self.names.get(name)
    }

    fn name(&mut self, name: &str) -> &mut Name {
        self.names.entry(name.to_owned()).or_default()
    }
}

/// No heading's id has a colon in it, so a block takes none of theirs.
fn block(lesson: &Lesson, chunk: &Chunk, counts: &mut BTreeMap<String, usize>) -> Block {
    let label = chunk.target().map(str::to_owned);
    let label = label.or_else(|| chunk.name().map(|name| format!("«{name}»")));
    let slug = ids::pandoc(chunk.name().or(chunk.target()).unwrap_or("cell"));
    let count = counts.entry(slug.clone()).or_default();
    *count += 1;
    let number = if *count == 1 { String::new() } else { format!(":{count}") };
    // A listing is known by the name that its author gave.
    let listing = chunk.name().filter(|name| name.starts_with("lst-") && *count == 1);
    let id = listing.map_or_else(|| format!("code:{slug}{number}"), str::to_owned);
    Block { page: page_path(&lesson.name), id, label }
}

/// Highlighted code in which each reference that has a definition is a link to it.
pub fn link_references(html: &str, url: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len());
    for line in html.split_inclusive('\n') {
        let text = line.trim();
        let coloured = text.strip_prefix("<span class=\"hl-reference\">");
        let bare = coloured.and_then(|text| text.strip_suffix("</span>")).unwrap_or(text);
        let name = bare.strip_prefix("&lt;&lt;").and_then(|rest| rest.strip_suffix("&gt;&gt;"));
        match name.and_then(&url) {
            Some(url) => {
                let link = format!("<a class=\"hl-reference\" href=\"{url}\">{bare}</a>");
                out.push_str(&line.replacen(text, &link, 1));
            }
            None => out.push_str(line),
        }
    }
    out
}
