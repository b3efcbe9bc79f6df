//! HTML whose tags don't match: what an author never closes is closed where its container ends, and
//! what closes nothing is left out, so that no mistake reaches beyond its container.

use std::ops::Range;

use super::html::{self, Tag};
use crate::model::diagnostic::Diagnostic;
use crate::model::source::Span;

/// The elements around the place that is being read.
#[derive(Default)]
pub struct Elements {
    /// The innermost last.
    open: Vec<Element>,
    /// How many of them were open where the container begins: they are not its to close.
    outside: usize,
    /// Whether a piece of HTML's text is read, behind which further pieces follow.
    pub in_pieces: bool,
    pub diagnostics: Vec<Diagnostic>,
}

struct Element {
    name: String,
    opener: Span,
    is_block: bool,
    /// Whether it was written as if it closed itself: `<div/>`.
    has_slash: bool,
}

/// What was around a container.
pub struct Outer {
    outside: usize,
    in_pieces: bool,
}

impl Elements {
    /// Begins a container.
    pub fn enter(&mut self) -> Outer {
        let outside = std::mem::replace(&mut self.outside, self.open.len());
        Outer { outside, in_pieces: std::mem::take(&mut self.in_pieces) }
    }

    /// Ends a container; gives the tags that close what is open in it.
    pub fn leave(&mut self, outer: Outer) -> String {
        let closers = self.close(self.outside);
        self.outside = outer.outside;
        self.in_pieces = outer.in_pieces;
        closers
    }

    /// How many elements are open where a text begins.
    pub fn count(&self) -> usize {
        self.open.len()
    }

    /// Ends a text that began when `count` elements were open; gives the tags that close what can't
    /// go on behind it.
    pub fn end_text(&mut self, count: usize) -> String {
        if self.in_pieces {
            return String::new();
        }
        let begun = self.open.get(count..).unwrap_or_default();
        let blocks = begun.iter().take_while(|element| element.is_block).count();
        self.close(self.open.len().min(count + blocks))
    }

    /// Reads HTML; gives it mended. `place` says where in the source a part of it stands.
    pub fn read(&mut self, html: &str, place: impl Fn(Range<usize>) -> Span) -> String {
        let mut mended = String::new();
        let mut done = 0;
        for Tag { name, range, is_end, is_block } in html::tags(html) {
            if !is_end {
                let has_slash = html[range.clone()].ends_with("/>");
                self.open.push(Element { name, opener: place(range), is_block, has_slash });
                continue;
            }
            mended.push_str(&html[done..range.start]);
            done = range.end;
            let inside = &self.open[self.outside..];
            if let Some(index) = inside.iter().rposition(|element| element.name == name) {
                mended.push_str(&self.close(self.outside + index + 1));
                mended.push_str(&html[range]);
                self.open.pop();
            } else {
                let message = format!("there is no open `<{name}>` to close here");
                self.diagnostics.push(
                    Diagnostic::warning("surplus-tag", message)
                        .at(place(range), "left out")
                        .hint(format!("take it out, or write `<{name}>` where it is to begin")),
                );
            }
        }
        mended + &html[done..]
    }

    /// Closes all but the first `count`.
    fn close(&mut self, count: usize) -> String {
        if count == self.open.len() {
            return String::new();
        }
        let mut closers = String::new();
        for Element { name, opener, has_slash, .. } in self.open.drain(count..).rev() {
            closers.push_str(&format!("</{name}>"));
            let message = format!("this `<{name}>` is never closed");
            let hint = if has_slash {
                format!("to HTML the slash is nothing: write `<{name}></{name}>`")
            } else {
                format!("write `</{name}>` where it is to end, or backticks around what is code")
            };
            self.diagnostics.push(
                Diagnostic::warning("unclosed-tag", message)
                    .at(opener, "ends with what it stands in")
                    .hint(hint),
            );
        }
        closers
    }
}
