//! Markdown that is shown, and below it what it weaves to.

use std::mem;

use serde::Serialize;

use super::{Body, highlight, shift, visible};
use crate::model::course::Woven;

impl<'a> Body<'a> {
    /// What stands in an example is on the page, and is nothing that the page says of itself: its
    /// headings are no sections, its questions and key points no other page's.
    pub(super) fn woven(&mut self, woven: &'a Woven) -> String {
        #[derive(Serialize)]
        struct Context {
            source: String,
            body: String,
        }
        let source = &woven.source;
        let code = highlight(source.language.as_deref(), &visible(source, self.sources));
        let (outer, outer_shift) = (self.text, self.shift);
        let (level, was_example, had_overview) =
            (self.level, self.is_example, self.overview_is_written);
        let shown_elsewhere = mem::take(&mut self.shown_elsewhere);
        self.text = &woven.blocks;
        self.shift = shift(&woven.blocks, level.saturating_add(1) as i8);
        self.is_example = true;
        self.overview_is_written = false;
        let body = self.blocks(&woven.blocks);
        (self.text, self.shift) = (outer, outer_shift);
        (self.level, self.is_example, self.overview_is_written) =
            (level, was_example, had_overview);
        self.shown_elsewhere = shown_elsewhere;
        self.render("woven.html", &Context { source: code, body }, source.info)
    }
}
