//! What the parser sees of a masked text, as far as it tells fences, tables and items from what only
//! looks like them.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::options;

/// All in the order of the text.
#[derive(Default)]
pub struct Sight {
    /// Where a line stands alone: thematic breaks, and lines of HTML.
    breaks: Vec<usize>,
    /// Thematic breaks that don't begin at the margin of what they stand in.
    indented: Vec<usize>,
    /// Where a paragraph's text pauses or ends.
    prose_ends: Vec<usize>,
    /// Code, HTML and math.
    opaque: Vec<Range<usize>>,
    /// By the offset of the marker.
    items: Vec<(usize, SeenItem)>,
    /// The labels of footnotes that are defined.
    pub notes: BTreeSet<String>,
    around: Around,
}

/// An item of a list, as the parser sees it.
struct SeenItem {
    /// Where its list begins.
    list: usize,
    is_first: bool,
    /// Whether it may begin directly below a paragraph's text: within an item, and below one.
    may_interrupt: bool,
}

/// Where the parser is.
#[derive(Default)]
struct Around {
    containers: Vec<Container>,
    /// Where the lists begin, and whether they may begin directly below a paragraph's text.
    lists: Vec<(usize, bool)>,
    /// Whether it stands directly below a list, and whether at a list's beginning.
    below_list: bool,
    at_list: bool,
    /// Whether it is in a block whose text is no paragraph's.
    in_other: bool,
    html_is_opaque: bool,
}

enum Container {
    /// By its marker's offset.
    Item(usize),
    Quote,
    /// A footnote or a definition, whose margin we don't know.
    Other,
}

impl Sight {
    pub fn of(masked: &str) -> Self {
        let mut sight = Self::default();
        for (event, range) in Parser::new_ext(masked, options()).into_offset_iter() {
            sight.see(masked, &event, &range);
        }
        sight
    }

    /// Takes in the next of the parser's events for a masked text.
    pub fn see(&mut self, masked: &str, event: &Event, range: &Range<usize>) {
        let around = &mut self.around;
        let below_list =
            std::mem::replace(&mut around.below_list, matches!(event, Event::End(TagEnd::List(_))));
        match event {
            Event::Start(Tag::List(_)) => {
                let in_item = matches!(around.containers.last(), Some(Container::Item(_)));
                around.lists.push((range.start, below_list || in_item));
                around.at_list = true;
            }
            Event::End(TagEnd::List(_)) => {
                around.lists.pop();
            }
            Event::Start(Tag::Item) => {
                let (list, may_interrupt) = around.lists.last().copied().unwrap_or_default();
                let is_first = std::mem::take(&mut around.at_list);
                self.items.push((range.start, SeenItem { list, is_first, may_interrupt }));
                around.containers.push(Container::Item(range.start));
            }
            Event::Start(Tag::BlockQuote(_)) => around.containers.push(Container::Quote),
            Event::Start(Tag::DefinitionListDefinition) => {
                around.containers.push(Container::Other);
            }
            Event::Start(Tag::FootnoteDefinition(label)) => {
                self.notes.insert(label.to_string());
                around.containers.push(Container::Other);
            }
            Event::End(
                TagEnd::Item
                | TagEnd::BlockQuote(_)
                | TagEnd::FootnoteDefinition
                | TagEnd::DefinitionListDefinition,
            ) => {
                around.containers.pop();
            }
            Event::Rule => {
                let margin = match around.containers.last() {
                    None | Some(Container::Quote) => Some(0),
                    Some(Container::Item(marker)) => Some(margin(masked, *marker)),
                    Some(Container::Other) => None,
                };
                if margin.is_none_or(|margin| column(masked, range.start) == margin) {
                    self.breaks.push(range.start);
                } else {
                    self.indented.push(range.start);
                }
            }
            Event::Start(Tag::HtmlBlock) => {
                around.html_is_opaque = hides_markup(&masked[range.clone()]);
                self.opaque.push(range.clone());
            }
            Event::Html(_) if !around.html_is_opaque => self.breaks.push(range.start),
            Event::Start(Tag::CodeBlock(_)) => {
                around.in_other = true;
                self.opaque.push(range.clone());
            }
            Event::Start(Tag::Heading { .. } | Tag::Table(_)) => around.in_other = true,
            Event::End(TagEnd::Heading(_) | TagEnd::Table | TagEnd::CodeBlock) => {
                around.in_other = false;
            }
            Event::Code(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {
                self.opaque.push(range.clone());
                self.pause(range.end);
            }
            Event::Text(_)
            | Event::FootnoteReference(_)
            | Event::End(TagEnd::Link | TagEnd::Image | TagEnd::Emphasis | TagEnd::Strong) => {
                self.pause(range.end);
            }
            _ => {}
        }
    }

    fn pause(&mut self, end: usize) {
        if !self.around.in_other {
            self.prose_ends.push(end);
        }
    }

    pub fn breaks_at(&self, offset: usize) -> bool {
        self.breaks.binary_search(&offset).is_ok()
    }

    /// Whether there is a break that begins where it should not.
    pub fn is_indented(&self, offset: usize) -> bool {
        self.indented.binary_search(&offset).is_ok()
    }

    pub fn prose_ends_in(&self, line: Range<usize>) -> bool {
        let next = self.prose_ends.partition_point(|end| *end <= line.start);
        self.prose_ends.get(next).is_some_and(|end| *end <= line.end)
    }

    pub fn hides(&self, offset: usize) -> bool {
        let next = self.opaque.partition_point(|range| range.end <= offset);
        self.opaque.get(next).is_some_and(|range| range.start <= offset)
    }

    /// Leaves the markers that begin an item where pandoc would see one: not directly below the
    /// text of a paragraph, unless that stands in an item.
    pub fn retain_items(&self, text: &str, markers: &mut Vec<Range<usize>>) {
        // Lists whose last marker was text: what goes on with them is text as well.
        let mut broken = BTreeSet::new();
        markers.retain(|marker| {
            let found = self.items.binary_search_by_key(&marker.start, |(at, _)| *at);
            let Ok((_, item)) = found.map(|index| &self.items[index]) else { return false };
            let line = text[..marker.start].rfind('\n').map_or(0, |at| at + 1);
            let above = text[..line.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
            let interrupts = self.prose_ends_in(above..line)
                && (item.is_first && !item.may_interrupt || broken.contains(&item.list));
            if interrupts {
                broken.insert(item.list);
            } else {
                broken.remove(&item.list);
            }
            !interrupts
        });
    }
}

/// The column at which the content of a list item begins whose marker stands at `marker`.
fn margin(text: &str, marker: usize) -> usize {
    let line = text[marker..].lines().next().unwrap_or_default();
    let sign = line.trim_start_matches(|c: char| c.is_ascii_digit()).get(1..).unwrap_or_default();
    let content = sign.trim_start_matches([' ', '\t']);
    let behind = marker + line.len() - sign.len();
    let width = column(text, behind + sign.len() - content.len()) - column(text, behind);
    // More than four blanks begin a block of code, one column behind the marker.
    let width = if content.is_empty() || width > 4 { 1 } else { width };
    column(text, behind) + width
}

/// The column of an offset, counted from zero and from the last quote marker of its line.
fn column(text: &str, offset: usize) -> usize {
    let line = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line..offset];
    let quoted = before.rsplit_once('>').map(|(_, rest)| rest.strip_prefix(' ').unwrap_or(rest));
    let before = quoted.unwrap_or(before).chars();
    before.fold(0, |column, c| if c == '\t' { column / 4 * 4 + 4 } else { column + 1 })
}

/// Whether an HTML block is one that markdown ends at its closing tag rather than at a blank line.
/// Fences count in all others, as they do in pandoc.
pub fn hides_markup(block: &str) -> bool {
    let start = block.trim_start().get(..9).unwrap_or(block.trim_start()).to_ascii_lowercase();
    let tags = ["<!", "<?", "<script", "<pre", "<style", "<textarea"];
    tags.iter().any(|tag| start.starts_with(tag))
}
