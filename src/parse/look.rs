//! `theme:` in the settings: how a course's pages are to look.

use super::front_matter::{Node, Reader};
use super::passage::Passage;
use super::{Around, Cells, Context, Elements, blocks};
use crate::model::colour::Colour;
use crate::model::course::{BlockKind, Font, Look};
use crate::model::diagnostic::{Diagnosed, Diagnostic};
use crate::model::source::{Source, SourceId, Span};

const KNOWN: [&str; 8] =
    ["accent", "accent-dark", "font", "heading-font", "code-font", "logo", "logo-dark", "footer"];

impl Reader<'_> {
    pub fn look(&mut self, node: &Node) -> Look {
        let mut look = Look::default();
        let entries = self.map(node, "settings of the theme", "accent: \"#1a5a96\"");
        for (key, value) in self.known_entries(entries, &KNOWN) {
            match key.as_str() {
                "accent" => look.accent = self.colour(value),
                "accent-dark" => look.accent_dark = self.colour(value),
                "font" => look.font = self.font(value),
                "heading-font" => look.heading_font = self.font(value),
                "code-font" => look.code_font = self.font(value),
                "logo" => look.logo = self.word(value),
                "logo-dark" => look.logo_dark = self.word(value),
                _ => look.footer_text = self.word(value),
            }
        }
        look
    }

    fn colour(&mut self, node: &Node) -> Option<(Colour, Span)> {
        let (text, span) = self.word(node).or_else(|| {
            // To YAML, what begins with `#` is a comment.
            let hint = "write it between quotes, for else `#` begins a comment: `\"#1a5a96\"`";
            self.error("expected a colour", self.span(node.defined), hint);
            None
        })?;
        let colour = text.parse().ok();
        if colour.is_none() {
            let hint = "write red, green and blue as six hexadecimal digits: `\"#1a5a96\"`";
            self.error(format!("`{text}` is no colour"), span, hint);
        }
        Some((colour?, span))
    }

    /// A file of the course, or families as style sheets name them.
    fn font(&mut self, node: &Node) -> Option<Font> {
        let (text, span) = self.word(node)?;
        if [".woff2", ".woff", ".ttf", ".otf"].iter().any(|ending| text.ends_with(ending)) {
            return Some(Font::File(text, span));
        }
        let families = text.split(',').map(|name| name.trim().trim_matches(['"', '\'']).to_owned());
        let families: Vec<String> = families.collect();
        let is_name = |name: &String| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || " -_.".contains(c))
        };
        if let Some(wrong) = families.iter().find(|name| !is_name(name)) {
            let hint = "name families, and what to fall back to: `Inter, sans-serif`; or a file of the course: \
                        `files/inter.woff2`";
            self.error(format!("`{wrong}` is no font"), span, hint);
            return None;
        }
        Some(Font::Families(families))
    }
}

/// Reads the footer, which is markdown.
pub fn footer(
    context: &Context,
    id: SourceId,
    source: &Source,
    look: &mut Look,
) -> Vec<Diagnostic> {
    let Some((text, span)) = &look.footer_text else { return vec![] };
    let mistake = |message: &str, hint: &str| {
        vec![Diagnostic::error("front-matter", message).at(*span, "").hint(hint)]
    };
    // Each line is found where it was written, so that what is wrong in it is told there.
    let (mut lines, mut at) = (vec![], span.start);
    for line in text.lines().map(str::trim) {
        let Some(found) = source.text.get(at..).and_then(|rest| rest.find(line)) else {
            return mistake(
                "the footer cannot be read here",
                "write it in one line, or in lines behind `|`",
            );
        };
        lines.push(at + found..at + found + line.len());
        at += found + line.len();
    }
    let (text, pieces) = Passage::whole(id, &source.text).part(&lines);
    let passage = Passage { source: id, text: &text, pieces: &pieces };
    let around = Around { cells: Cells::None, definitions: &context.definitions, depth: 0 };
    let Diagnosed { value, mut diagnostics } =
        blocks(passage, &text, around, &mut Elements::default());
    let is_plain = |kind: &BlockKind| matches!(kind, BlockKind::Paragraph(_) | BlockKind::Html(_));
    if value.iter().all(|block| is_plain(&block.kind)) {
        look.footer = value;
    } else {
        diagnostics
            .extend(mistake("the footer is more than text", "write one paragraph, or several"));
    }
    diagnostics
}
