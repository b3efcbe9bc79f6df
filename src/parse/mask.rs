//! Finds the fences of divs, grid tables and the markers of pandoc's lists, which CommonMark
//! doesn't know.
//!
//! Each line that could be a fence is overwritten with as many `_`: to the parser a thematic break,
//! which ends paragraphs, tables and lists as a fence does and means nothing inside code. It is a
//! fence only where the parser then sees that break. So there is one document with one tree, link
//! references reach into divs, and each byte keeps its offset. The lines of a grid table are
//! overwritten likewise, and what stands in its cells is read later.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::attributes::{self, Problem};
use super::grid::{self, Flaw, Grid};
use super::passage::Passage;
use super::{options, ordered};
use crate::model::course::Attributes;
use crate::model::diagnostic::Diagnostic;

/// Stands for the first colon of a line that is not a fence: pulldown would take it for a
/// definition list.
const COLON: char = '\u{1}';

/// An opener that becomes text can turn what follows it into text too, so the parse is repeated
/// until nothing changes. Only made-up documents need more than three rounds.
const ROUNDS: usize = 8;

/// The text to parse, of the same length as the lesson, and where its fences are.
pub struct Masked {
    pub text: String,
    /// By the offset of the first colon.
    pub fences: BTreeMap<usize, Fence>,
    /// By the offset of the top border.
    pub grids: BTreeMap<usize, Grid>,
    /// Lines that look like fences or borders and are read as text.
    pub prose: Vec<Prose>,
    /// The labels of the footnotes that the text defines.
    pub notes: BTreeSet<String>,
    /// Where the items are that are examples, and their labels.
    pub examples: Vec<(usize, String)>,
}

#[derive(Clone, Debug)]
pub struct Fence {
    pub range: Range<usize>,
    pub kind: FenceKind,
}

#[derive(Clone, Debug)]
pub enum FenceKind {
    Opener { attributes: Attributes, problem: Option<Problem> },
    Closer,
}

/// A line that looks like a fence or like the border of a grid table, and is text.
pub struct Prose {
    pub range: Range<usize>,
    pub why: WhyProse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyProse {
    /// An opener directly below a paragraph's text, or a closer within inline code.
    InParagraph,
    /// More than one word behind the colons.
    Words,
    /// Not at the margin of what it stands in.
    Indented,
    /// The borders make no table.
    NoGrid(Flaw),
}

/// Parses `text` as often as it takes to know which lines are fences.
pub fn mask(text: &str) -> Masked {
    let (candidates, markers) = candidates(text);
    masked(text, &candidates, markers).unwrap_or_else(|| {
        masked(text, &candidates, vec![]).unwrap_or_else(|| unreachable!("there are no markers"))
    })
}

/// The masked text; none where it could not be found out which markers begin items.
fn masked(text: &str, candidates: &[Candidate], mut markers: Vec<Range<usize>>) -> Option<Masked> {
    let by_looks = |candidate: &Candidate| candidate.kind.as_ref().err().copied();
    let mut verdicts: Vec<Verdict> = candidates.iter().map(by_looks).collect();
    let mut sight = Sight::default();
    let mut settled = false;
    for _ in 0..ROUNDS {
        sight = Sight::of(&overwrite(text, candidates, &verdicts, &markers));
        let before = (verdicts.clone(), markers.len());
        demote(text, candidates, &sight, &mut verdicts, &markers);
        sight.retain_items(text, &mut markers);
        settled = before == (verdicts.clone(), markers.len());
        if settled {
            break;
        }
    }
    if !settled && !markers.is_empty() {
        return None;
    }

    let (mut fences, mut grids) = (BTreeMap::new(), BTreeMap::new());
    let mut prose = vec![];
    for (candidate, verdict) in candidates.iter().zip(&mut verdicts) {
        let range = candidate.range.clone();
        match &candidate.kind {
            Ok(kind) if verdict.is_none() && sight.breaks_at(range.start) => match kind {
                Kind::Fence(kind) => {
                    fences.insert(range.start, Fence { range, kind: kind.clone() });
                }
                Kind::Grid(grid) => {
                    grids.insert(range.start, grid.clone());
                }
            },
            _ => {
                let why = verdict.get_or_insert(WhyProse::Indented);
                if !sight.hides(range.start) {
                    prose.push(Prose { range, why: *why });
                }
            }
        }
    }
    let example =
        |marker: Range<usize>| Some((marker.start, ordered::example(&text[marker])?.to_string()));
    let examples = markers.iter().cloned().filter_map(example).collect();
    let text = overwrite(text, candidates, &verdicts, &markers);
    Some(Masked { text, fences, grids, prose, notes: sight.notes, examples })
}

/// Undoes what masking did to a piece of text.
pub fn unmask(text: &str) -> String {
    // The two colons tell our sign from a control character that an author might have pasted.
    text.replace(&format!("{COLON}::"), ":::")
}

/// A line that could be a fence or a table's top border, from its first sign to its end.
struct Candidate {
    line: usize,
    range: Range<usize>,
    /// Or why it is none by its own looks.
    kind: Result<Kind, WhyProse>,
}

enum Kind {
    Fence(FenceKind),
    Grid(Grid),
}

/// The lines that could be fences, and the markers that could be of items and that only pandoc
/// knows.
fn candidates(text: &str) -> (Vec<Candidate>, Vec<Range<usize>>) {
    let (mut candidates, mut markers) = (vec![], vec![]);
    let mut start = 0;
    let mut below_border = false;
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let content = line.trim_end_matches(['\n', '\r']);
        let mut found = vec![];
        let colons = content.len() - after_markers(content, &mut found).len();
        if !lines.peek().is_some_and(|below| underlines(below)) {
            markers.extend(found.iter().map(|range| start + range.start..start + range.end));
        }
        if content[colons..].starts_with(":::") {
            candidates.push(Candidate {
                line: start,
                range: start + colons..start + content.len(),
                kind: fence(&content[colons..]).map(Kind::Fence).ok_or(WhyProse::Words),
            });
        }
        let drawn = grid::is_drawn(&content[colons..]);
        let found = if drawn && !below_border { grid::grid(text, start + colons) } else { None };
        below_border = drawn;
        candidates.extend(found.map(|found| {
            let (range, kind) = match found {
                Ok(grid) => (grid.lines[0].clone(), Ok(Kind::Grid(grid))),
                Err((flaw, line)) => (line, Err(WhyProse::NoGrid(flaw))),
            };
            Candidate { line: start, range, kind }
        }));
        start += line.len();
    }
    (candidates, markers)
}

/// Whether a line makes the one above it a heading or a table's head, which pandoc sees before it
/// sees lists.
fn underlines(line: &str) -> bool {
    let line = line.trim();
    line.contains(['-', '=']) && line.trim_matches(['-', '=', ':', '|', '+', ' ']).is_empty()
}

/// The line without the quote and list markers in front; those that only pandoc knows are put into
/// `fancy`. It need not be exact: whether what follows begins a block is the parser's to say.
fn after_markers<'a>(line: &'a str, fancy: &mut Vec<Range<usize>>) -> &'a str {
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '>']);
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let marker = if digits.len() < rest.len() && digits.starts_with(['.', ')']) {
            &digits[1..]
        } else if rest.starts_with(['-', '*', '+', ':']) {
            &rest[1..]
        } else if let Some(label) = rest.strip_prefix("[^") {
            label.split_once("]:").map_or("", |(_, after)| after)
        } else if let Some(length) = ordered::fancy(rest) {
            let start = line.len() - rest.len();
            fancy.push(start..start + length);
            &rest[length..]
        } else {
            return rest;
        };
        if !marker.starts_with([' ', '\t']) {
            return rest;
        }
        rest = marker;
    }
}

/// What a line of three or more colons is by its own looks.
fn fence(line: &str) -> Option<FenceKind> {
    let behind = line.trim_start_matches(':');
    let content = behind.trim();
    let undecorated = content.trim_end_matches(':');
    // Colons that touch a word belong to it, as they do in pandoc.
    let content = match undecorated.chars().last() {
        Some('}') => undecorated,
        Some(c) if !c.is_whitespace() => content,
        _ => undecorated.trim_end(),
    };
    if content.is_empty() {
        return Some(FenceKind::Closer);
    }
    if content.starts_with('{') {
        return match attributes::braced(content) {
            Ok((attributes, length)) if length == content.len() => {
                Some(FenceKind::Opener { attributes, problem: None })
            }
            Ok(_) => None,
            Err(mut problem) => {
                problem.at += line.len() - behind.trim_start().len();
                let attributes = Attributes::default();
                Some(FenceKind::Opener { attributes, problem: Some(problem) })
            }
        };
    }
    if content.contains(char::is_whitespace) {
        return None;
    }
    let attributes = Attributes { classes: vec![content.to_string()], ..Attributes::default() };
    Some(FenceKind::Opener { attributes, problem: None })
}

/// Why a candidate is text, if it is.
type Verdict = Option<WhyProse>;

fn overwrite(
    text: &str,
    candidates: &[Candidate],
    verdicts: &[Verdict],
    markers: &[Range<usize>],
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut markers = markers.iter().peekable();
    let mut up_to = |out: &mut String, end: usize| {
        while let Some(marker) = markers.next_if(|marker| marker.start < end) {
            out.push_str(&text[out.len()..marker.start]);
            out.push_str(&ordered::substitute(&text[marker.clone()]));
        }
        out.push_str(&text[out.len()..end]);
    };
    for (Candidate { range, kind, .. }, verdict) in candidates.iter().zip(verdicts) {
        let mut rule = |range: &Range<usize>| {
            up_to(&mut out, range.start);
            out.extend(std::iter::repeat_n('_', range.len()));
        };
        match (kind, verdict) {
            (Ok(Kind::Grid(grid)), None) => grid.lines.iter().for_each(rule),
            (Ok(Kind::Fence(_)), None) => rule(range),
            (Ok(Kind::Grid(_)) | Err(WhyProse::NoGrid(_)), _) => {}
            _ => {
                up_to(&mut out, range.start);
                out.push(COLON);
                out.push_str(&text[range.start + 1..range.end]);
            }
        }
    }
    up_to(&mut out, text.len());
    out
}

/// Finds the candidates that are text although the parser saw a break: openers and tables below a
/// line of a paragraph, and closers within inline code, HTML or math that the break tore apart.
fn demote(
    text: &str,
    candidates: &[Candidate],
    sight: &Sight,
    verdicts: &mut [Verdict],
    markers: &[Range<usize>],
) {
    let mut torn = vec![];
    for (index, candidate) in candidates.iter().enumerate() {
        if verdicts[index].is_some() {
            continue;
        }
        if sight.indented.binary_search(&candidate.range.start).is_ok() {
            verdicts[index] = Some(WhyProse::Indented);
        }
        if !sight.breaks_at(candidate.range.start) {
            continue;
        }
        // Behind a marker of its own it begins an item, a definition or a note, whatever is above.
        if text[candidate.line..candidate.range.start].contains(|c| !" \t>".contains(c)) {
            continue;
        }
        let above = text[..candidate.line.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
        let below_prose = index > 0
            && verdicts[index - 1].is_some()
            && candidates[index - 1].line == above
            && !sight.hides(candidates[index - 1].range.start);
        if !(below_prose || sight.prose_ends_in(above..candidate.line)) {
            continue;
        }
        match candidate.kind {
            Ok(Kind::Fence(FenceKind::Closer)) => torn.push(index),
            _ => verdicts[index] = Some(WhyProse::InParagraph),
        }
    }
    if torn.is_empty() {
        return;
    }
    let mut whole = verdicts.to_vec();
    torn.iter().for_each(|index| whole[*index] = Some(WhyProse::InParagraph));
    let joined = Sight::of(&overwrite(text, candidates, &whole, markers));
    for index in torn {
        if joined.hides(candidates[index].range.start) {
            verdicts[index] = Some(WhyProse::InParagraph);
        }
    }
}

/// What the parser sees of a masked text. All in the order of the text.
#[derive(Default)]
struct Sight {
    /// Where a line stands alone: thematic breaks, and lines of HTML.
    breaks: Vec<usize>,
    /// Thematic breaks that don't begin at the margin of what they stand in.
    indented: Vec<usize>,
    /// Where a paragraph's text pauses or ends.
    prose_ends: Vec<usize>,
    /// Code, HTML and math.
    opaque: Vec<Range<usize>>,
    /// By the offset of the marker.
    items: BTreeMap<usize, SeenItem>,
    /// The labels of footnotes that are defined.
    notes: BTreeSet<String>,
}

/// An item of a list, as the parser sees it.
struct SeenItem {
    /// Where its list begins.
    list: usize,
    is_first: bool,
    /// Whether it may begin directly below a paragraph's text: within an item, and below one.
    may_interrupt: bool,
}

impl Sight {
    fn of(masked: &str) -> Self {
        let mut sight = Self::default();
        let mut in_prose = true;
        let mut html_is_opaque = false;
        // The margins of the containers around, where we know them.
        let mut margins = vec![Some(0)];
        let mut lists = vec![];
        // Whether the innermost container is an item.
        let mut in_item = vec![false];
        let (mut below_list, mut is_first) = (false, false);
        for (event, range) in Parser::new_ext(masked, options()).into_offset_iter() {
            match &event {
                Event::Start(Tag::List(_)) => {
                    let may_interrupt = below_list || in_item.last() == Some(&true);
                    lists.push((range.start, may_interrupt));
                    is_first = true;
                }
                Event::Start(Tag::Item) => {
                    let (list, may_interrupt) = lists.last().copied().unwrap_or_default();
                    sight.items.insert(range.start, SeenItem { list, is_first, may_interrupt });
                    is_first = false;
                    in_item.push(true);
                }
                Event::Start(
                    Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) | Tag::DefinitionListDefinition,
                ) => in_item.push(false),
                Event::End(TagEnd::List(_)) => {
                    lists.pop();
                }
                Event::End(
                    TagEnd::Item
                    | TagEnd::BlockQuote(_)
                    | TagEnd::FootnoteDefinition
                    | TagEnd::DefinitionListDefinition,
                ) => {
                    in_item.pop();
                }
                _ => {}
            }
            below_list = matches!(event, Event::End(TagEnd::List(_)));
            match event {
                Event::Start(Tag::FootnoteDefinition(label)) => {
                    sight.notes.insert(unmask(&label));
                    margins.push(None);
                }
                Event::Start(Tag::Item) => margins.push(Some(margin(masked, range.start))),
                Event::Start(Tag::BlockQuote(_)) => margins.push(Some(0)),
                Event::Start(Tag::DefinitionListDefinition) => margins.push(None),
                Event::End(
                    TagEnd::Item
                    | TagEnd::BlockQuote(_)
                    | TagEnd::FootnoteDefinition
                    | TagEnd::DefinitionListDefinition,
                ) => {
                    margins.pop();
                }
                Event::Rule => {
                    let margin = margins.last().copied().flatten();
                    if margin.is_none_or(|margin| column(masked, range.start) == margin) {
                        sight.breaks.push(range.start);
                    } else {
                        sight.indented.push(range.start);
                    }
                }
                Event::Start(Tag::HtmlBlock) => {
                    html_is_opaque = hides_markup(&masked[range.clone()]);
                    sight.opaque.push(range);
                }
                Event::Html(_) if !html_is_opaque => sight.breaks.push(range.start),
                Event::Html(_) => {}
                Event::Start(Tag::CodeBlock(_)) => {
                    in_prose = false;
                    sight.opaque.push(range);
                }
                Event::Start(Tag::Heading { .. } | Tag::Table(_)) => in_prose = false,
                Event::End(TagEnd::Heading(_) | TagEnd::Table | TagEnd::CodeBlock) => {
                    in_prose = true
                }
                Event::Code(_)
                | Event::InlineHtml(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_) => {
                    sight.opaque.push(range.clone());
                    sight.prose_ends.extend(in_prose.then_some(range.end));
                }
                Event::Text(_)
                | Event::FootnoteReference(_)
                | Event::End(TagEnd::Link | TagEnd::Image | TagEnd::Emphasis | TagEnd::Strong) => {
                    sight.prose_ends.extend(in_prose.then_some(range.end));
                }
                _ => {}
            }
        }
        sight.prose_ends.sort_unstable();
        sight
    }

    fn breaks_at(&self, offset: usize) -> bool {
        self.breaks.binary_search(&offset).is_ok()
    }

    /// Leaves the markers that begin an item where pandoc would see one: not directly below the
    /// text of a paragraph, unless that stands in an item.
    fn retain_items(&self, text: &str, markers: &mut Vec<Range<usize>>) {
        // Lists whose last marker was text: what goes on with them is text as well.
        let mut broken = BTreeSet::new();
        markers.retain(|marker| {
            let Some(item) = self.items.get(&marker.start) else { return false };
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

    fn prose_ends_in(&self, line: Range<usize>) -> bool {
        let next = self.prose_ends.partition_point(|end| *end <= line.start);
        self.prose_ends.get(next).is_some_and(|end| *end <= line.end)
    }

    fn hides(&self, offset: usize) -> bool {
        let next = self.opaque.partition_point(|range| range.end <= offset);
        self.opaque.get(next).is_some_and(|range| range.start <= offset)
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

/// Says why a line that looks like a fence or a border is none.
pub fn complaint(passage: Passage, prose: &Prose) -> Diagnostic {
    let is_fence = passage.text[prose.range.clone()].starts_with(':');
    let (complaint, hint) = match prose.why {
        WhyProse::InParagraph if is_fence => (
            Diagnostic::warning(
                "div-in-paragraph",
                "a div can't begin in the middle of a paragraph",
            ),
            "put a blank line before it",
        ),
        WhyProse::Indented if is_fence => (
            Diagnostic::warning(
                "indented-div",
                "a div's fence begins at the margin, this one is indented",
            ),
            "begin it where the text around it begins",
        ),
        WhyProse::Words => (
            Diagnostic::warning("not-a-div", "more than one word stands behind these colons"),
            "write `::: class`, or `::: {.class #id key=\"value\"}`",
        ),
        WhyProse::InParagraph => no_table(
            "a table can't begin in the middle of a paragraph",
            "put a blank line before it",
        ),
        WhyProse::Indented => no_table(
            "a table begins at the margin, this one is indented",
            "begin it where the text around it begins",
        ),
        WhyProse::NoGrid(Flaw::NoBottom) => no_table(
            "this table has no bottom border",
            "end it with a line like its first, and a blank line",
        ),
        WhyProse::NoGrid(Flaw::Uneven) => no_table(
            "this line of a table is not as wide as the top border",
            "let it end with a `|` or `+` below the last `+` of the top border",
        ),
        WhyProse::NoGrid(Flaw::Open) => no_table(
            "the borders of a cell that begins here don't meet",
            "draw each cell as a rectangle, with `+` at its corners",
        ),
        WhyProse::NoGrid(Flaw::AcrossHead) => no_table(
            "a cell reaches from the table's head into its body",
            "let the line of `=` go from one side of the table to the other",
        ),
    };
    complaint.at(passage.span(prose.range.clone()), "this is text").hint(hint)
}

fn no_table(message: &'static str, hint: &'static str) -> (Diagnostic, &'static str) {
    (Diagnostic::warning("not-a-table", message), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line that looks like a fence, with `+` for an opener, `-` for a closer, and why it is
    /// text.
    fn fences(text: &str) -> Vec<String> {
        let masked = mask(text);
        assert_eq!(masked.text.len(), text.len());
        let found = masked.fences.values().map(|fence| {
            let sign = if matches!(fence.kind, FenceKind::Closer) { "-" } else { "+" };
            (fence.range.start, format!("{sign}{}", &text[fence.range.clone()]))
        });
        let prose = masked.prose.iter().map(|prose| {
            (prose.range.start, format!("{:?} {}", prose.why, &text[prose.range.clone()]))
        });
        let mut all: Vec<_> = found.chain(prose).collect();
        all.sort();
        all.into_iter().map(|(_, shown)| shown).collect()
    }

    #[test]
    fn openers_take_one_word_or_attributes() {
        assert_eq!(fences("::: a"), ["+::: a"]);
        assert_eq!(fences(":::::::a ::::"), ["+:::::::a ::::"]);
        assert_eq!(fences("::: {.a}:::"), ["+::: {.a}:::"]);
        let FenceKind::Opener { attributes, .. } = fence("::: a::").unwrap() else { panic!() };
        assert_eq!(attributes.classes, ["a::"]);
        assert_eq!(fences("::: {.a #b k=\"v w\"} ::"), ["+::: {.a #b k=\"v w\"} ::"]);
        assert_eq!(fences("::: a b"), ["Words ::: a b"]);
        assert_eq!(fences("::: {.a} b"), ["Words ::: {.a} b"]);
        assert_eq!(fences("::::::"), ["-::::::"]);
        assert!(fences(":: a\nx ::: a").is_empty());
    }

    #[test]
    fn an_opener_follows_anything_but_text() {
        assert_eq!(fences("# H\n:::a"), ["+:::a"]);
        assert_eq!(fences("H\n---\n:::a"), ["+:::a"]);
        assert_eq!(fences("```\nx\n```\n:::a"), ["+:::a"]);
        assert_eq!(fences("|a|\n|-|\n|b|\n:::a"), ["+:::a"]);
        assert_eq!(fences("<!-- c -->\n:::a"), ["+:::a"]);
        assert_eq!(
            fences(":::a\n:::b\n:::\n:::\n:::c"),
            ["+:::a", "+:::b", "-:::", "-:::", "+:::c"]
        );
        assert_eq!(fences("x\n:::a\n:::b"), ["InParagraph :::a", "InParagraph :::b"]);
        assert_eq!(fences("- x\n:::a"), ["InParagraph :::a"]);
        assert_eq!(fences("> x\n:::a"), ["InParagraph :::a"]);
        assert_eq!(fences("`x`\r\n:::a"), ["InParagraph :::a"]);
        assert_eq!(fences("x\n\n:::a"), ["+:::a"]);
        assert_eq!(fences("::: a b\n:::c"), ["Words ::: a b", "InParagraph :::c"]);
    }

    #[test]
    fn a_closer_follows_anything() {
        assert_eq!(fences("x\n:::"), ["-:::"]);
        assert_eq!(fences("- x\n:::"), ["-:::"]);
        assert_eq!(fences("|a|\n|-|\n|b|\n:::"), ["-:::"]);
        assert_eq!(fences("<b>\nx\n:::\n"), ["-:::"]);
    }

    #[test]
    fn code_and_comments_hide_colons() {
        assert!(fences("```\n::: a\n::: a b\n:::\n```").is_empty());
        assert!(fences("~~~~\n```\n:::\n```\n:::\n~~~~").is_empty());
        assert!(fences("<!--\n::: a\n\n:::\n-->").is_empty());
        assert!(fences("<pre>\n:::\n</pre>").is_empty());
        assert!(fences("    ::: a\n    :::").is_empty());
        assert!(fences("`x\n:::\ny`").is_empty());
        assert!(fences("x <!--\n:::\n-->").is_empty());
        assert_eq!(fences("`x\n:::\n\ny`"), ["-:::"]);
    }

    #[test]
    fn the_margin_is_that_of_the_container() {
        assert_eq!(fences("- x\n\n  :::a\n  :::"), ["+:::a", "-:::"]);
        assert_eq!(fences("- :::a\n  :::\n\n  y"), ["+:::a", "-:::"]);
        assert_eq!(fences("10)   x\n\n      :::a\n      :::"), ["+:::a", "-:::"]);
        assert_eq!(fences("> :::a\n>:::"), ["+:::a", "-:::"]);
        assert_eq!(fences("> - x\n>\n>   :::a"), ["+:::a"]);
        assert_eq!(fences("- > :::a\n  > :::"), ["+:::a", "-:::"]);
        assert_eq!(fences("- - :::a\n    :::"), ["+:::a", "-:::"]);
        assert_eq!(fences("t\n:   :::a\n    :::"), ["+:::a", "-:::"]);
        assert_eq!(fences(" :::a"), ["Indented :::a"]);
        assert_eq!(fences("- x\n\n   :::a"), ["Indented :::a"]);
        assert_eq!(fences(">   :::a"), ["Indented :::a"]);
    }
}
