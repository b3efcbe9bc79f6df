//! Finds the fences of divs, grid tables and the markers of pandoc's lists, which CommonMark
//! doesn't know.
//!
//! Each line that could be a fence is overwritten with as many `_`: to the parser a thematic break,
//! which ends paragraphs, tables and lists as a fence does and means nothing inside code. It is a
//! fence only where the parser then sees that break. So there is one document with one tree, link
//! references reach into divs, and each byte keeps its offset. The lines of a grid table are
//! overwritten likewise, and what stands in its cells is read later.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use pulldown_cmark::CowStr;

use super::attributes::{self, Problem};
use super::grid::{self, Flaw, Grid};
use super::ordered;
use super::passage::Passage;
use super::sight::Sight;
use crate::model::course::Attributes;
use crate::model::diagnostic::Diagnostic;

/// Stands for the first colon of a line that is not a fence: pulldown would take it for a
/// definition list.
const COLON: char = '\u{1}';

/// How such a line begins. The two colons tell our sign from a control character that an author
/// might have pasted.
const MASKED: &str = "\u{1}::";

/// An opener that becomes text can turn what follows it into text too, so the parse is repeated
/// until nothing changes. Only made-up documents need more than three rounds.
const ROUNDS: usize = 8;

/// The text to parse, of the same length as the lesson, and where its fences are.
pub struct Masked<'a> {
    pub text: Cow<'a, str>,
    /// In their order.
    pub fences: Vec<Fence>,
    /// By the offset of the top border, in their order.
    pub grids: Vec<(usize, Grid)>,
    /// Lines that look like fences or borders and are read as text.
    pub prose: Vec<Prose>,
    /// The labels of the footnotes that the text defines.
    pub notes: BTreeSet<String>,
    /// Where the items are that are examples, and their labels.
    pub examples: Vec<(usize, String)>,
}

impl Masked<'_> {
    /// The fence whose first colon stands there.
    pub fn fence(&self, at: usize) -> Option<&Fence> {
        let index = self.fences.binary_search_by_key(&at, |fence| fence.range.start).ok()?;
        Some(&self.fences[index])
    }

    /// The grid table whose top border begins there.
    pub fn grid(&self, at: usize) -> Option<&Grid> {
        let index = self.grids.binary_search_by_key(&at, |(start, _)| *start).ok()?;
        Some(&self.grids[index].1)
    }
}

#[derive(Clone, Debug)]
pub struct Fence {
    pub range: Range<usize>,
    pub kind: FenceKind,
}

#[derive(Clone, Debug)]
pub enum FenceKind {
    Opener { attributes: Rc<Attributes>, problem: Option<Problem> },
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

/// A text masked by the looks of its lines.
pub struct Guess<'a> {
    pub masked: Masked<'a>,
    text: &'a str,
    looks: Looks,
}

/// Takes each line that looks like a fence for one. In most texts it is, and then what the parser
/// gives for them is right at once.
pub fn guess(text: &str) -> Guess<'_> {
    let looks = looks(text);
    let verdicts = looks.verdicts();
    let masked = masked(text, &looks.candidates, &verdicts, &looks.markers, looks.notes.clone());
    Guess { masked, text, looks }
}

impl Guess<'_> {
    /// Whether there was nothing to guess: then the parser need not be asked.
    pub fn is_sure(&self) -> bool {
        let Looks { candidates, markers, notes } = &self.looks;
        candidates.is_empty() && markers.is_empty() && notes.is_empty() && !self.text.contains("[^")
    }

    /// The lines that look like fences and are text, if all that was guessed is as the parser saw
    /// it.
    pub fn confirmed(self, sight: &Sight) -> Option<Vec<Prose>> {
        let Looks { candidates, markers, notes } = &self.looks;
        let verdicts = self.looks.verdicts();
        let (mut judged, mut items) = (verdicts.clone(), markers.clone());
        demote(self.text, candidates, sight, &mut judged, markers);
        hide(candidates, sight, &mut judged);
        sight.retain_items(self.text, &mut items);
        let is_right = judged == verdicts && items.len() == markers.len() && *notes == sight.notes;
        is_right.then(|| prose(candidates, &verdicts, sight))
    }
}

/// Parses `text` as often as it takes to know which lines are fences.
pub fn mask(text: &str) -> Masked<'_> {
    let Looks { candidates, markers, .. } = looks(text);
    if candidates.is_empty() && markers.is_empty() && !text.contains("[^") {
        return masked(text, &[], &[], &[], BTreeSet::new());
    }
    settled(text, &candidates, markers).unwrap_or_else(|| {
        settled(text, &candidates, vec![]).unwrap_or_else(|| unreachable!("there are no markers"))
    })
}

/// The masked text; none where it could not be found out which markers begin items.
fn settled<'a>(
    text: &'a str,
    candidates: &[Candidate],
    mut markers: Vec<Range<usize>>,
) -> Option<Masked<'a>> {
    let mut verdicts = by_looks(candidates);
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
    hide(candidates, &sight, &mut verdicts);
    let prose = prose(candidates, &verdicts, &sight);
    let masked = masked(text, candidates, &verdicts, &markers, sight.notes);
    Some(Masked { prose, ..masked })
}

/// Makes text of what the parser saw no break at.
fn hide(candidates: &[Candidate], sight: &Sight, verdicts: &mut [Verdict]) {
    for (candidate, verdict) in candidates.iter().zip(verdicts) {
        if verdict.is_none() && !sight.breaks_at(candidate.range.start) {
            *verdict = Some(WhyProse::Indented);
        }
    }
}

/// The candidates that are text, but for those in code and its like.
fn prose(candidates: &[Candidate], verdicts: &[Verdict], sight: &Sight) -> Vec<Prose> {
    let text = candidates.iter().zip(verdicts).filter_map(|(candidate, verdict)| {
        let range = candidate.range.clone();
        verdict.filter(|_| !sight.hides(range.start)).map(|why| Prose { range, why })
    });
    text.collect()
}

/// The text, masked by verdicts that hold.
fn masked<'a>(
    text: &'a str,
    candidates: &[Candidate],
    verdicts: &[Verdict],
    markers: &[Range<usize>],
    notes: BTreeSet<String>,
) -> Masked<'a> {
    let (mut fences, mut grids) = (vec![], vec![]);
    for (Candidate { range, kind, .. }, verdict) in candidates.iter().zip(verdicts) {
        match kind {
            Ok(Kind::Fence(kind)) if verdict.is_none() => {
                let fence = Fence { range: range.clone(), kind: kind.clone() };
                fences.push(fence);
            }
            Ok(Kind::Grid(grid)) if verdict.is_none() => {
                grids.push((range.start, (**grid).clone()));
            }
            _ => {}
        }
    }
    let example = |marker: &Range<usize>| {
        Some((marker.start, ordered::example(&text[marker.clone()])?.to_string()))
    };
    let examples = markers.iter().filter_map(example).collect();
    let text = overwrite(text, candidates, verdicts, markers);
    Masked { text, fences, grids, prose: vec![], notes, examples }
}

/// Undoes what masking did to a piece of text.
pub fn unmask(text: CowStr) -> CowStr {
    if text.contains([COLON, TICK]) {
        text.replace(MASKED, ":::").replace(TICK, "`").into()
    } else {
        text
    }
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
    /// Boxed, since it is large and rare.
    Grid(Box<Grid>),
}

/// Takes the blanks that are too many from behind the colons of definitions, and puts them before.
/// Pandoc takes any number, where the parser sees code behind more than four.
pub fn draw_near(text: &mut String) {
    let far: Vec<(usize, usize)> = text
        .match_indices(":     ")
        .filter_map(|(colon, _)| {
            let before = text[..colon].trim_end_matches(' ');
            let behind = text[colon + 1..].trim_start_matches(' ');
            let is_marker = before.ends_with('\n') && !before.trim_end().is_empty();
            let is_empty = behind.starts_with(['\n', '\r']);
            let blanks = text.len() - colon - 1 - behind.len();
            let surplus = (blanks - NEAR).min(MARGIN.saturating_sub(colon - before.len()));
            (is_marker && !is_empty).then_some((colon, surplus))
        })
        .collect();
    for (colon, surplus) in far {
        text.replace_range(colon..=colon + surplus, &format!("{:>1$}", ":", surplus + 1));
    }
}

/// Stands for a backtick behind a fence, where the parser takes none.
const TICK: char = '\u{2}';

/// Hides the backticks in the braces behind a fence, `{r, fig.alt="All of `x`"}`. Pandoc and knitr see
/// a fence all the same.
pub fn hide_ticks(text: &mut String) {
    let mut hidden = vec![];
    let mut line_end = 0;
    for (at, _) in text.match_indices("```") {
        if at < line_end {
            continue;
        }
        let start = text[line_end..at].rfind('\n').map_or(line_end, |end| line_end + end + 1);
        line_end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        let info = text[at..line_end].trim_start_matches('`');
        let fence = &text[at..line_end - info.len()];
        let is_marker = |c: char| c.is_ascii_digit() || " \t>-*+.):".contains(c);
        let begins = text[start..at].chars().all(is_marker);
        let is_braced = info.trim_start().starts_with('{') && info.trim_end().ends_with('}');
        if begins && is_braced && !info.contains(fence) {
            let ticks = info.match_indices('`').map(|(tick, _)| line_end - info.len() + tick);
            hidden.extend(ticks);
        }
    }
    for at in hidden {
        text.replace_range(at..=at, TICK.encode_utf8(&mut [0]));
    }
}

/// How many blanks may stand behind a marker, and how many before.
const NEAR: usize = 4;
const MARGIN: usize = 3;

/// What a text holds by the looks of its lines.
#[derive(Default)]
struct Looks {
    candidates: Vec<Candidate>,
    /// The markers that could be of items and that only pandoc knows.
    markers: Vec<Range<usize>>,
    /// The labels of footnotes that could be defined.
    notes: BTreeSet<String>,
}

impl Looks {
    fn verdicts(&self) -> Vec<Verdict> {
        by_looks(&self.candidates)
    }
}

fn looks(text: &str) -> Looks {
    let mut looks = Looks::default();
    let mut start = 0;
    let mut below_border = false;
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let content = line.trim_end_matches(['\n', '\r']);
        let known = looks.markers.len();
        let colons = start + content.len() - after_markers(content, start, &mut looks).len();
        if looks.markers.len() > known && lines.peek().is_some_and(|below| underlines(below)) {
            looks.markers.truncate(known);
        }
        let end = start + content.len();
        if text[colons..end].starts_with(":::") {
            looks.candidates.push(Candidate {
                line: start,
                range: colons..end,
                kind: fence(&text[colons..end]).map(Kind::Fence).ok_or(WhyProse::Words),
            });
        }
        let drawn = grid::is_drawn(&text[colons..end]);
        let found = if drawn && !below_border { grid::grid(text, colons) } else { None };
        below_border = drawn;
        looks.candidates.extend(found.map(|found| {
            let (range, kind) = match found {
                Ok(grid) => (grid.lines[0].clone(), Ok(Kind::Grid(grid.into()))),
                Err((flaw, line)) => (line, Err(WhyProse::NoGrid(flaw))),
            };
            Candidate { line: start, range, kind }
        }));
        start += line.len();
    }
    looks
}

/// Whether a line makes the one above it a heading or a table's head, which pandoc sees before it
/// sees lists.
fn underlines(line: &str) -> bool {
    let line = line.trim();
    line.contains(['-', '=']) && line.trim_matches(['-', '=', ':', '|', '+', ' ']).is_empty()
}

/// The line that begins at `start` without the quote and list markers in front; what the parser is
/// asked about is put into `looks`. It need not be exact: whether what follows begins a block is the
/// parser's to say.
fn after_markers<'a>(line: &'a str, start: usize, looks: &mut Looks) -> &'a str {
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '>']);
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let marker = if digits.len() < rest.len() && digits.starts_with(['.', ')']) {
            &digits[1..]
        } else if rest.starts_with(['-', '*', '+', ':']) {
            &rest[1..]
        } else if let Some(label) = rest.strip_prefix("[^") {
            let Some((label, after)) = label.split_once("]:") else { return rest };
            looks.notes.insert(label.to_string());
            after
        } else if let Some(length) = ordered::fancy(rest) {
            let at = start + line.len() - rest.len();
            looks.markers.push(at..at + length);
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
                Some(FenceKind::Opener { attributes: attributes.into(), problem: None })
            }
            Ok(_) => None,
            Err(mut problem) => {
                problem.at += line.len() - behind.trim_start().len();
                Some(FenceKind::Opener { attributes: Rc::default(), problem: Some(problem) })
            }
        };
    }
    if content.contains(char::is_whitespace) {
        return None;
    }
    let attributes = Attributes { classes: vec![content.to_string()], ..Attributes::default() };
    Some(FenceKind::Opener { attributes: attributes.into(), problem: None })
}

/// Why a candidate is text, if it is.
type Verdict = Option<WhyProse>;

fn by_looks(candidates: &[Candidate]) -> Vec<Verdict> {
    candidates.iter().map(|candidate| candidate.kind.as_ref().err().copied()).collect()
}

fn overwrite<'a>(
    text: &'a str,
    candidates: &[Candidate],
    verdicts: &[Verdict],
    markers: &[Range<usize>],
) -> Cow<'a, str> {
    if candidates.is_empty() && markers.is_empty() {
        return text.into();
    }
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
    out.into()
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
    let mut above_closer = Above::default();
    for (index, candidate) in candidates.iter().enumerate() {
        if verdicts[index].is_some() {
            continue;
        }
        if sight.is_indented(candidate.range.start) {
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
            Ok(Kind::Fence(FenceKind::Closer)) => {
                let may_be_torn = above_closer.has_open_sign(text, candidate.line, sight);
                torn.extend(may_be_torn.then_some(index));
            }
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

/// What stands above closers, read once from the text's beginning to its end.
#[derive(Default)]
struct Above {
    read: usize,
    is_open: bool,
}

impl Above {
    /// Whether code, HTML or a formula may begin in the paragraph that ends at `line`, and go on
    /// behind it: then a sign of such stands there without being part of one.
    fn has_open_sign(&mut self, text: &str, line: usize, sight: &Sight) -> bool {
        let mut start = line;
        for above in text[self.read..line].split_inclusive('\n').rev() {
            if above.trim_matches([' ', '\t', '\r', '\n', '>']).is_empty() {
                self.is_open = false;
                break;
            }
            start -= above.len();
        }
        let mut signs = text[start..line].match_indices(['`', '<', '$']);
        self.is_open |= signs.any(|(at, _)| !sight.hides(start + at));
        self.read = line;
        self.is_open
    }
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
        let found = masked.fences.iter().map(|fence| {
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
