//! Divs: callouts, tabs, and the card at a lesson's top.

use serde::Serialize;

use super::{
    Body, Challenge, Note, Shown,
    attributes::{attributes, pairs},
};
use crate::{
    model::{
        course::{Attributes, Block, BlockKind, Div, DivKind, Inline, plain_text, walk_own},
        source::Span,
    },
    weave::escape::escape,
};

/// A callout as its template takes it.
#[derive(Serialize)]
struct Callout<'c> {
    kind: &'c str,
    label: &'c str,
    title: String,
    id: Option<String>,
    /// Classes beside the kind's, with a blank before each.
    classes: String,
    /// Further attributes as HTML.
    attributes: String,
    body: String,
    folds: bool,
}

impl<'a> Body<'a> {
    pub(super) fn div(&mut self, div: &'a Div) -> String {
        let Some(kind) = div.kind else {
            let (id, also) = self.ids.at(div.opener);
            let id = (!id.is_empty()).then_some(id);
            let own = attributes(&Attributes { id, ..div.attributes.clone() });
            let body = [also, self.titled_blocks(div)].concat();
            return format!("<div{own}>\n{body}</div>");
        };
        if matches!(kind, DivKind::Questions | DivKind::Objectives) {
            // One card for both, where the first of them stands.
            return if self.overview_is_written { String::new() } else { self.overview() };
        }
        if matches!(kind, DivKind::Tab | DivKind::GroupTab) {
            return self.tabs(div, kind);
        }
        let label = self.skin.words.get(kind.class()).to_owned();
        // A solution that is titled "Solution" says no more than its kind's word.
        let title = div
            .title
            .as_deref()
            .filter(|title| !plain_text(title).eq_ignore_ascii_case(kind.class()));
        let own_title = title.map(|title| self.inlines(title));
        self.notes += usize::from(kind == DivKind::Instructor);
        let (id, also) = self.ids.at(div.opener);
        let anchor = (!id.is_empty()).then(|| id.clone());
        let title = own_title.clone().unwrap_or_else(|| escape(&label));
        let others = div.attributes.classes.iter().filter(|class| *class != kind.class());
        let Shown { keypoints, challenges, .. } = &self.shown_elsewhere;
        let before = (keypoints.len(), challenges.len());
        let callout = Callout {
            kind: kind.class(),
            label: &label,
            title,
            id: anchor,
            classes: others.map(|class| format!(" {class}")).collect(),
            attributes: pairs(&div.attributes),
            body: [also, self.blocks(&div.blocks)].concat(),
            folds: kind.folds(),
        };
        let html = self.render("callout.html", &callout, div.opener);
        let Shown { keypoints, challenges, notes, .. } = &mut self.shown_elsewhere;
        match kind {
            DivKind::Keypoints => keypoints.push(callout.body),
            DivKind::Challenge => {
                // Those inside are shown with it.
                challenges.truncate(before.1);
                let title = div.title.as_deref().map_or_else(|| label.clone(), plain_text);
                challenges.push(Challenge { id, title, html: html.clone().into() });
            }
            DivKind::Instructor => {
                // What stands in a note is no more for learners than the note.
                keypoints.truncate(before.0);
                challenges.truncate(before.1);
                self.notes -= 1;
                if self.notes == 0 {
                    let section = self.section.clone();
                    notes.push(Note { section, title: own_title, html: callout.body });
                }
            }
            _ => {}
        }
        html
    }

    /// A panel for each heading, of which one is open. They are folds that know of each other, so that
    /// they work and can be printed without a script; with it, panels of one title in all groups
    /// open together.
    fn tabs(&mut self, div: &'a Div, kind: DivKind) -> String {
        let level = |block: &Block| match &block.kind {
            BlockKind::Heading(heading) => Some(heading.level),
            _ => None,
        };
        let highest = div.blocks.iter().filter_map(level).min();
        let begins = |block: &Block| highest.is_some() && level(block) == highest;
        self.tabs += 1;
        let name = self.tabs;
        let mut html = format!("<div{}>\n", attributes(&div.attributes));
        let first = div.blocks.iter().position(begins).unwrap_or(div.blocks.len());
        let (before, mut rest) = div.blocks.split_at(first);
        if let Some(title) = &div.title {
            html.push_str(&self.panel(kind, name, true, title, before, div.opener));
        } else {
            html.push_str(&self.blocks(before));
        }
        while let Some((heading, behind)) = rest.split_first() {
            let end = behind.iter().position(begins).unwrap_or(behind.len());
            let (blocks, others) = behind.split_at(end);
            if let BlockKind::Heading(heading_inside) = &heading.kind {
                let opens = div.title.is_none() && rest.len() == div.blocks.len() - first;
                let title = &heading_inside.content;
                html.push_str(&self.panel(kind, name, opens, title, blocks, heading.span));
            }
            rest = others;
        }
        html + "</div>"
    }

    fn panel(
        &mut self,
        kind: DivKind,
        name: usize,
        open: bool,
        title: &'a [Inline],
        blocks: &'a [Block],
        span: Span,
    ) -> String {
        let open = if open { " open" } else { "" };
        let (id, also) = self.ids.at(span);
        let panel = Callout {
            kind: kind.class(),
            label: "",
            title: self.inlines(title),
            id: (!id.is_empty()).then_some(id),
            classes: String::new(),
            attributes: format!(" name=\"tabs-{name}\"{open}"),
            body: [also, self.blocks(blocks)].concat(),
            folds: true,
        };
        self.render("callout.html", &panel, span) + "\n"
    }

    /// The blocks of one of the card's divs, with its title where that says more than the card.
    fn titled(&mut self, div: &'a Div) -> String {
        let title = div.title.as_deref().map(plain_text).unwrap_or_default();
        match div.kind {
            Some(kind) if title.is_empty() || title.eq_ignore_ascii_case(kind.class()) => {
                self.blocks(&div.blocks)
            }
            _ => self.titled_blocks(div),
        }
    }

    /// The blocks of a div that is no callout, its first heading among them.
    fn titled_blocks(&mut self, div: &'a Div) -> String {
        let title = div.title.as_deref().map(|title| format!("<p>{}</p>\n", self.inlines(title)));
        title.unwrap_or_default() + &self.blocks(&div.blocks)
    }

    pub(super) fn overview(&mut self) -> String {
        #[derive(Serialize)]
        struct Overview {
            questions: Option<String>,
            objectives: Option<String>,
            teaching: Option<u32>,
            exercises: Option<u32>,
            /// Its heading's.
            level: u8,
        }
        self.overview_is_written = true;
        let questions = self.all_of(DivKind::Questions);
        self.shown_elsewhere.questions.clone_from(&questions);
        let meta = Some(&self.lesson.meta).filter(|_| !self.is_example);
        let overview = Overview {
            questions,
            objectives: self.all_of(DivKind::Objectives),
            teaching: meta.and_then(|meta| meta.teaching),
            exercises: meta.and_then(|meta| meta.exercises),
            level: if self.is_example { (self.level + 1).min(5) } else { 2 },
        };
        let whole = Span { source: self.lesson.source, start: 0, end: 0 };
        self.render("overview.html", &overview, whole)
    }

    fn all_of(&mut self, kind: DivKind) -> Option<String> {
        let mut divs = vec![];
        walk_own(self.text, &mut |block| match &block.kind {
            BlockKind::Div(div) if div.kind == Some(kind) => divs.push(div),
            _ => {}
        });
        let html: String = divs.into_iter().map(|div| self.titled(div)).collect();
        (!html.is_empty()).then_some(html)
    }
}

pub(super) fn is_overview(block: &Block) -> bool {
    matches!(&block.kind, BlockKind::Div(div)
        if matches!(div.kind, Some(DivKind::Questions | DivKind::Objectives)))
}
