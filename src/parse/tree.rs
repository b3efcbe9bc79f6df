//! The parser's events to a tree of blocks, with the divs put in.

use std::ops::Range;

use pulldown_cmark::{
    Alignment as PulldownAlignment, CodeBlockKind, CowStr, Event, OffsetIter, Options, Parser, Tag,
    TagEnd,
};

use super::balance::{Elements, Outer};
use super::grid::{Grid, GridCell};
use super::html::{self, Part};
use super::inline::{is_note, push_html};
use super::mask::{Fence, FenceKind, Masked, unmask};
use super::passage::Passage;
use super::sight::{Sight, hides_markup};
use super::{Cells, Definitions, attributes, chunk, foreign, knitr, options, ordered, table};
use crate::model::course::{
    Alignment, Attributes, Block, BlockKind, Definition, Div, DivKind, Heading, Inline, Item, List,
    Row, Table, TableCell, Woven,
};
use crate::model::diagnostic::{Diagnosed, Diagnostic, Fix, did_you_mean, only_near};
use crate::model::source::Span;

/// How deep blocks and inlines may stand in each other. What is deeper goes into the deepest that
/// may be: whoever walks the tree does so by recursion.
const DEEPEST: usize = 32;

/// What a passage takes from around it: nothing but the course, or the text of which it is a cell.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub cells: Cells,
    pub definitions: &'a Definitions<'a>,
    pub depth: usize,
}

/// Parses the masked text of a passage; what the parser sees there is put into `sight`.
pub fn blocks(
    passage: Passage,
    masked: &Masked,
    around: Around,
    elements: &mut Elements,
    sight: Option<&mut Sight>,
) -> Diagnosed<Vec<Block>> {
    let is_cell = around.depth > 0;
    // Then notes are defined elsewhere, which the parser need not know.
    let options = if is_cell { options() | Options::ENABLE_OLD_FOOTNOTES } else { options() };
    let definitions = Some(around.definitions);
    let parser = Parser::new_with_broken_link_callback(&masked.text, options, definitions);
    let definitions = around.definitions.below(parser.reference_definitions(), masked);
    let mut tree = Tree {
        passage,
        around: Around { definitions: &definitions, ..around },
        masked,
        drawn: 0,
        events: Events {
            masked: &masked.text,
            parser: parser.into_offset_iter(),
            sight,
            ahead: None,
            last_bracket: masked.text.rfind(']').unwrap_or_default(),
        },
        peeked: None,
        depth: around.depth,
        too_deep: None,
        attributed: 0..0,
        leaf_end: passage.text.len(),
        task: None,
        dollar: None,
        in_link: false,
        elements: std::mem::take(elements),
        notes: vec![],
        diagnostics: vec![],
    };
    let mut value = if tree.elements.in_pieces { tree.siblings() } else { tree.blocks() };
    value.append(&mut tree.notes);
    if let Some(span) = tree.too_deep {
        let message = format!("more than {DEEPEST} blocks and spans within each other");
        tree.diagnostics.push(
            Diagnostic::error("too-deep", message)
                .at(span, "too deep")
                .hint("close some of those around it first"),
        );
    }
    tree.diagnostics.append(&mut tree.elements.diagnostics);
    *elements = tree.elements;
    Diagnosed { value, diagnostics: tree.diagnostics }
}

pub(super) struct Tree<'a> {
    pub passage: Passage<'a>,
    /// What a cell of a table takes from here.
    pub around: Around<'a>,
    masked: &'a Masked<'a>,
    /// Where the last grid table ends.
    drawn: usize,
    events: Events<'a>,
    peeked: Option<(Event<'a>, Range<usize>)>,
    depth: usize,
    /// The first place that is too deep.
    too_deep: Option<Span>,
    /// What was read as the attributes of an inline, and is not to be read as text again.
    pub attributed: Range<usize>,
    /// Where the text ends whose inlines are read: no attributes reach beyond, and a heading's own
    /// follow.
    pub leaf_end: usize,
    /// The task marker of the item that is being read.
    pub task: Option<bool>,
    /// The last sign of a formula that was read as text.
    pub dollar: Option<usize>,
    /// Whether what is read stands in a link, where there can be no other.
    pub in_link: bool,
    pub elements: Elements,
    /// The footnotes that were written where they are referred to.
    notes: Vec<Block>,
    pub diagnostics: Vec<Diagnostic>,
}

/// The parser's events, and who else wants to see them.
struct Events<'a> {
    masked: &'a str,
    parser: OffsetIter<'a, &'a Definitions<'a>>,
    sight: Option<&'a mut Sight>,
    /// What was read to see whether a text goes on.
    ahead: Option<(Event<'a>, Range<usize>)>,
    /// Where the last `]` stands: what opens behind it is never closed.
    last_bracket: usize,
}

impl<'a> Events<'a> {
    fn read(&mut self) -> Option<(Event<'a>, Range<usize>)> {
        let (event, range) = self.parser.next()?;
        if let Some(sight) = &mut self.sight {
            sight.see(self.masked, &event, &range);
        }
        Some((event, range))
    }

    /// Whether an event is a piece of text as it stands, and no bracket that may be more.
    fn is_plain(&self, event: &Event, range: &Range<usize>) -> bool {
        let Event::Text(CowStr::Borrowed(text)) = event else { return false };
        let is_bracket = match text.as_bytes() {
            b"[" => range.start < self.last_bracket || is_note(&self.masked[..range.start]),
            text => text == b"]",
        };
        !is_bracket
            && text.as_ptr() == self.masked[range.start..].as_ptr()
            && text.len() == range.len()
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = (Event<'a>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let (event, mut range) = self.ahead.take().or_else(|| self.read())?;
        if !self.is_plain(&event, &range) {
            return Some((event, range));
        }
        // The parser parts a text at each sign that could have been markup.
        while let Some((next, behind)) = self.read() {
            if behind.start != range.end || !self.is_plain(&next, &behind) {
                self.ahead = Some((next, behind));
                break;
            }
            range.end = behind.end;
        }
        Some((Event::Text(self.masked[range.clone()].into()), range))
    }
}

/// A div whose closer was not read yet.
struct OpenDiv {
    /// None if it is too deep to be one: its blocks are then read as if no fence were there.
    div: Option<Div>,
    opener: Range<usize>,
    /// What stood before it in its container.
    before: Vec<Block>,
    outer: Outer,
}

impl<'a> Tree<'a> {
    pub fn peek(&mut self) -> Option<&(Event<'a>, Range<usize>)> {
        if self.peeked.is_none() {
            self.peeked = self.events.next();
        }
        self.peeked.as_ref()
    }

    pub fn next(&mut self) -> Option<(Event<'a>, Range<usize>)> {
        self.peeked.take().or_else(|| self.events.next())
    }

    pub fn span(&self, range: Range<usize>) -> Span {
        self.passage.span(range)
    }

    /// Keeps a footnote that stands in the text, `^[content]`; gives the label to refer to it by.
    pub fn note(&mut self, span: Span, content: Vec<Inline>) -> String {
        // No label of an author's has a blank at its edge.
        let label = format!(" {}", span.start);
        let blocks = vec![Block { span, kind: BlockKind::Paragraph(content) }];
        self.notes.push(Block { span, kind: BlockKind::Footnote { label: label.clone(), blocks } });
        label
    }

    /// Runs `read` one level deeper, if that is not too deep.
    pub fn deeper<T>(&mut self, at: Range<usize>, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth == DEEPEST {
            self.too_deep.get_or_insert(self.passage.span(at));
            return None;
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        Some(value)
    }

    /// How deep something stands that holds what is `depth` deep, if that is not too deep.
    pub fn deeper_by(&mut self, depth: usize, at: Range<usize>) -> Option<usize> {
        if self.depth + depth < DEEPEST {
            return Some(depth + 1);
        }
        self.too_deep.get_or_insert(self.passage.span(at));
        None
    }

    /// The blocks up to the end of the container that they stand in, which is not consumed.
    fn blocks(&mut self) -> Vec<Block> {
        let outer = self.elements.enter();
        let mut blocks = self.siblings();
        self.leave(outer, &mut blocks);
        blocks
    }

    /// Closes at the end of a container the HTML that is open in it.
    fn leave(&mut self, outer: Outer, blocks: &mut Vec<Block>) {
        let closers = self.elements.leave(outer);
        if let Some(last) = blocks.last().filter(|_| !closers.is_empty()) {
            let span = Span { start: last.span.end, ..last.span };
            blocks.push(Block { span, kind: BlockKind::Html(closers) });
        }
    }

    fn siblings(&mut self) -> Vec<Block> {
        let mut blocks = vec![];
        let mut divs: Vec<OpenDiv> = vec![];
        let depth = self.depth;
        let mut flattened = 0;
        while let Some((event, range)) = self.peek() {
            let range = range.clone();
            match event {
                Event::End(_) if flattened == 0 => break,
                Event::End(_) => {
                    flattened -= 1;
                    self.next();
                }
                Event::Rule => {
                    self.next();
                    if let Some(fence) = self.masked.fence(range.start) {
                        self.fence(fence, &mut divs, &mut blocks);
                    } else if let Some(grid) = self.masked.grid(range.start) {
                        push_captioned(self.grid(grid), &mut blocks);
                    } else if range.start >= self.drawn {
                        blocks.push(self.block(range, BlockKind::Rule));
                    }
                }
                Event::Start(Tag::HtmlBlock) => self.html(&mut divs, &mut blocks),
                Event::Start(tag) if is_container(tag) => {
                    let (tag, blocks) = (tag.clone(), &mut blocks);
                    self.next();
                    let inside = self.deeper(range.clone(), |tree| match tag {
                        Tag::List(start) => tree.lists(start),
                        tag => {
                            let kind = tree.container(tag);
                            vec![tree.block(range, kind)]
                        }
                    });
                    match inside {
                        Some(inside) => blocks.extend(inside),
                        None => flattened += 1,
                    }
                }
                Event::Start(tag) if is_leaf(tag) => {
                    let kind = self.leaf();
                    if let Some(kind) = kind {
                        push_captioned(self.block(range, kind), &mut blocks);
                    }
                }
                Event::Html(_) => {
                    self.next();
                }
                // Parts of a list that was too deep to be one.
                Event::Start(tag) if !is_inline(tag) => {
                    flattened += 1;
                    self.next();
                }
                _ => {
                    self.leaf_end = self.passage.text.len();
                    let (content, end) = self.inlines();
                    if !content.is_empty() {
                        self.diagnostics.extend(table::complaint(self.passage, range.start..end));
                        self.diagnostics
                            .extend(foreign::complaints(self.passage, range.start..end));
                        blocks.push(self.block(range.start..end, BlockKind::Plain(content)));
                    }
                }
            }
        }
        while let Some(open) = divs.pop() {
            let opener = self.span(open.opener.clone());
            self.diagnostics.push(
                Diagnostic::error("unclosed-div", "this div is never closed")
                    .at(opener, "")
                    .hint("close it with a line of three or more colons"),
            );
            let end = blocks.last().map_or(opener.end, |block: &Block| block.span.end);
            self.close(open, end, &mut blocks);
        }
        self.depth = depth;
        blocks.shrink_to_fit();
        blocks
    }

    fn block(&self, range: Range<usize>, kind: BlockKind) -> Block {
        let length = self.passage.text[range.clone()].trim_end().len();
        Block { span: self.span(range.start..range.start + length), kind }
    }

    /// The blocks of a container whose start was consumed, and its end.
    fn inside(&mut self) -> Vec<Block> {
        let blocks = self.blocks();
        self.next();
        blocks
    }

    fn container(&mut self, tag: Tag<'a>) -> BlockKind {
        match tag {
            Tag::DefinitionList => self.definitions(),
            Tag::FootnoteDefinition(label) => {
                BlockKind::Footnote { label: unmask(label).into_string(), blocks: self.inside() }
            }
            _ => BlockKind::Quote(self.inside()),
        }
    }

    /// The lists that the parser takes for one: to it the markers `a)` and `1)` are alike.
    fn lists(&mut self, start: Option<u64>) -> Vec<Block> {
        let mut lists: Vec<(Range<usize>, List)> = vec![];
        let mut style = None;
        while let Some((Event::Start(_), range)) = self.next() {
            let outer = self.task.take();
            let blocks = self.inside();
            let item = Item { task: self.task.take(), blocks };
            self.task = outer;
            let marker = &self.passage.text[range.start..];
            match lists.last_mut() {
                Some((whole, list)) if style.is_none_or(|it| ordered::continues(it, marker)) => {
                    whole.end = range.end;
                    list.items.push(item);
                }
                _ => {
                    let first = start.and_then(|_| ordered::first(marker));
                    style = first.map(|(style, _)| style);
                    let numerals = style.map(|style| style.numerals).unwrap_or_default();
                    let example =
                        self.masked.examples.binary_search_by_key(&range.start, |it| it.0);
                    let number = first.map(|(_, number)| number).or(start);
                    let start = example.map_or(number, |index| Some(index as u64 + 1));
                    lists.push((range, List { start, numerals, items: vec![item] }));
                }
            }
        }
        let are_parts = lists.len() > 1;
        let is_blank = |line: &str| line.trim_matches([' ', '\t', '\r', '>']).is_empty();
        let blocks = lists.into_iter().map(|(range, mut list)| {
            // One blank line anywhere made paragraphs of the texts of them all.
            if are_parts && !self.passage.text[range.clone()].trim_end().lines().any(is_blank) {
                list.items.iter_mut().flat_map(|item| &mut item.blocks).for_each(tighten);
            }
            self.block(range, BlockKind::List(list))
        });
        blocks.collect()
    }

    fn definitions(&mut self) -> BlockKind {
        let mut definitions: Vec<Definition> = vec![];
        while let Some((Event::Start(tag), range)) = self.next() {
            if tag == Tag::DefinitionListTitle {
                self.leaf_end = range.end;
                let term = self.enclosed();
                self.next();
                definitions.push(Definition { term, meanings: vec![] });
            } else {
                let meaning = self.inside();
                match definitions.last_mut() {
                    Some(definition) => definition.meanings.push(meaning),
                    None => definitions.push(Definition { term: vec![], meanings: vec![meaning] }),
                }
            }
        }
        BlockKind::Definitions(definitions)
    }

    /// A block without blocks of its own; none where nothing is left of it, as of a paragraph that
    /// is a comment.
    fn leaf(&mut self) -> Option<BlockKind> {
        let (event, range) = self.next()?;
        let Event::Start(tag) = event else { return None };
        self.leaf_end = range.end;
        match tag {
            Tag::Heading { level, .. } => {
                let attributes = self.heading_attributes(range);
                let content = self.enclosed();
                self.next();
                let heading = Heading { level: level as u8, attributes, content };
                Some(BlockKind::Heading(Box::new(heading)))
            }
            Tag::Table(alignments) => Some(BlockKind::Table(Box::new(self.table(&alignments)))),
            Tag::CodeBlock(kind) => {
                let mut code = vec![];
                while let Some((Event::Text(_), range)) = self.next() {
                    code.push(range);
                }
                let fenced = matches!(kind, CodeBlockKind::Fenced(_));
                let (cells, found) = (self.around.cells, &mut self.diagnostics);
                let chunk = chunk::chunk(self.passage, range.clone(), fenced, &code, cells, found);
                let text = self.passage.text;
                let info = if fenced { &text[chunk::info(text, range.start)] } else { "" };
                let shown: String = code.iter().map(|line| &text[line.clone()]).collect();
                if let Some(image) = knitr::picture(info, &shown, &chunk) {
                    return Some(BlockKind::Paragraph(vec![Inline::Image(Box::new(image))]));
                }
                if !chunk.is_woven() {
                    return Some(BlockKind::Code(Box::new(chunk)));
                }
                let lines = chunk::lines(self.passage.text, range.end, &code);
                let blocks = self.deeper(range, |tree| {
                    tree.part(tree.passage, &lines, &mut Elements::default())
                });
                let woven = Woven { source: chunk, blocks: blocks.unwrap_or_default() };
                Some(BlockKind::Woven(Box::new(woven)))
            }
            _ => {
                self.diagnostics.extend(table::complaint(self.passage, range.clone()));
                self.diagnostics.extend(foreign::complaints(self.passage, range));
                let (content, _) = self.inlines();
                self.next();
                let is_block =
                    |inline: &Inline| matches!(inline, Inline::Html(html) if html::is_block(html));
                if content.iter().any(is_block) {
                    return Some(BlockKind::Plain(content));
                }
                (!content.is_empty()).then_some(BlockKind::Paragraph(content))
            }
        }
    }

    /// Reads `{#id .class}` at the end of a heading.
    fn heading_attributes(&mut self, heading: Range<usize>) -> Attributes {
        let text = self.passage.text[heading.clone()].trim_end();
        let underlined = text.rsplit_once('\n').filter(|(_, last)| {
            let last = last.trim_start_matches([' ', '\t', '>']);
            !last.is_empty() && last.trim_matches(['=', '-']).is_empty()
        });
        let text = underlined.map_or(text, |(above, _)| above).trim_end();
        let unhashed = text.trim_end_matches('#');
        let text = if unhashed.ends_with([' ', '\t']) { unhashed.trim_end() } else { text };
        let line = text.rfind('\n').map_or(0, |at| at + 1);
        for (at, _) in text[line..].match_indices('{') {
            let start = line + at;
            if text[..start].ends_with('\\') {
                continue;
            }
            match attributes::braced(&text[start..]) {
                Ok((attributes, length)) if start + length == text.len() => {
                    self.leaf_end = heading.start + start;
                    return attributes;
                }
                Err(problem) if text[start + 1..].starts_with(['.', '#']) => {
                    let found = chunk::bad_attributes(self.passage, heading.start + start, problem);
                    self.diagnostics.push(chunk::as_text(found));
                    break;
                }
                _ => {}
            }
        }
        Attributes::default()
    }

    fn table(&mut self, alignments: &[PulldownAlignment]) -> Table {
        let alignments = alignments.iter().map(|alignment| match alignment {
            PulldownAlignment::None => Alignment::None,
            PulldownAlignment::Left => Alignment::Left,
            PulldownAlignment::Center => Alignment::Center,
            PulldownAlignment::Right => Alignment::Right,
        });
        let mut table = Table {
            caption: None,
            alignments: alignments.collect(),
            widths: vec![],
            head: vec![],
            body: vec![],
        };
        while let Some((Event::Start(row), range)) = self.next() {
            let columns = table.alignments.len();
            self.diagnostics.extend(table::surplus(self.passage, range, columns));
            let mut cells: Row = vec![];
            while let Some((Event::Start(_), range)) = self.next() {
                self.leaf_end = range.end;
                let content = BlockKind::Plain(self.enclosed());
                let blocks = vec![self.block(range, content)];
                cells.push(TableCell { blocks, column: cells.len(), columns: 1, rows: 1 });
                self.next();
            }
            let rows = if row == Tag::TableHead { &mut table.head } else { &mut table.body };
            rows.push(cells);
        }
        table
    }

    /// A grid table. Each of its cells is a text of its own, but for the links and footnotes that
    /// are defined outside of it.
    fn grid(&mut self, grid: &Grid) -> Block {
        let (first, last) = (&grid.lines[0], &grid.lines[grid.lines.len() - 1]);
        self.drawn = last.end;
        let range = first.start..last.end;
        let rows = self.deeper(range.clone(), |tree| {
            let row = |cells: &Vec<GridCell>| cells.iter().map(|cell| tree.cell(cell)).collect();
            grid.rows.iter().map(row).collect::<Vec<Row>>()
        });
        let mut head = rows.unwrap_or_default();
        let body = head.split_off(grid.head.min(head.len()));
        let (alignments, widths) = (grid.alignments.clone(), grid.widths.clone());
        let table = Table { caption: None, alignments, widths, head, body };
        self.block(range, BlockKind::Table(Box::new(table)))
    }

    /// The blocks of some lines of a passage that are a text of their own.
    fn part(
        &mut self,
        passage: Passage,
        lines: &[Range<usize>],
        elements: &mut Elements,
    ) -> Vec<Block> {
        let (text, pieces) = passage.part(lines);
        let passage = Passage { source: passage.source, text: &text, pieces: &pieces };
        let around = Around { depth: self.depth, ..self.around };
        super::blocks(passage, &text, around, elements).into_value(&mut self.diagnostics)
    }

    fn cell(&mut self, cell: &GridCell) -> TableCell {
        let mut blocks = self.part(self.passage, &cell.lines, &mut Elements::default());
        loosen(&mut blocks);
        let GridCell { column, columns, rows, .. } = *cell;
        TableCell { blocks, column, columns, rows }
    }

    /// A block of HTML. Fences part it, unless it is a comment or a script.
    fn html(&mut self, divs: &mut Vec<OpenDiv>, blocks: &mut Vec<Block>) {
        let Some((_, range)) = self.next() else { return };
        let verbatim = hides_markup(&self.passage.text[range]);
        let mut lines = vec![];
        while let Some((Event::Html(_) | Event::Text(_), line)) = self.next() {
            let fence = self.masked.fence(line.start).filter(|_| !verbatim);
            let grid = self.masked.grid(line.start).filter(|_| !verbatim);
            if fence.is_some() || grid.is_some() {
                self.push_html(&std::mem::take(&mut lines), blocks);
            }
            if let Some(fence) = fence {
                self.fence(fence, divs, blocks);
            } else if let Some(grid) = grid {
                push_captioned(self.grid(grid), blocks);
            } else if verbatim || line.start >= self.drawn {
                lines.push(line);
            }
        }
        self.push_html(&lines, blocks);
    }

    /// The tags of HTML, and what between them is markdown.
    fn push_html(&mut self, lines: &[Range<usize>], blocks: &mut Vec<Block>) {
        let (text, pieces) = self.passage.part(lines);
        let html = Passage { source: self.passage.source, text: &text, pieces: &pieces };
        let mut parts = html::parts(&text);
        // Tags that may stand within a text, on a line of their own.
        let is_tagless = !parts.iter().any(|part| !matches!(part, Part::Markdown { .. }));
        if is_tagless && text.trim_start().starts_with('<') {
            parts = vec![Part::Tags(0..text.len())];
        }
        for part in parts {
            match part {
                Part::Comment(_) => {}
                Part::Open(comment) => self.diagnostics.push(
                    Diagnostic::error("unclosed-comment", "this comment is never closed")
                        .at(html.span(comment.start..comment.start + 4), "hides all that follows")
                        .hint("close it with `-->`"),
                ),
                Part::Tags(tags) => {
                    let place =
                        |at: Range<usize>| html.span(tags.start + at.start..tags.start + at.end);
                    let mended = self.elements.read(&text[tags.clone()], place);
                    let kind = BlockKind::Html(mended);
                    blocks.push(Block { span: html.span(tags), kind });
                }
                Part::Markdown { text: range, is_paragraph } => {
                    let lines = unindented(&text, range.clone());
                    let at = lines[0].start..lines[0].start;
                    let inside = self.deeper(at, |tree| {
                        let mut elements = std::mem::take(&mut tree.elements);
                        let outer = std::mem::replace(&mut elements.in_pieces, true);
                        let inside = tree.part(html, &lines, &mut elements);
                        elements.in_pieces = outer;
                        tree.elements = elements;
                        inside
                    });
                    let mut inside = inside.unwrap_or_default();
                    if !is_paragraph {
                        loosen(&mut inside);
                    }
                    blocks.extend(inside);
                }
            }
        }
    }

    fn fence(&mut self, fence: &Fence, divs: &mut Vec<OpenDiv>, blocks: &mut Vec<Block>) {
        match &fence.kind {
            FenceKind::Opener { attributes, problem } => {
                if let Some(problem) = problem.clone() {
                    let start = fence.range.start;
                    let diagnostic = chunk::bad_attributes(self.passage, start, problem);
                    self.diagnostics.push(diagnostic);
                }
                let div = self.deeper(fence.range.clone(), |tree| tree.div(fence, attributes));
                self.depth += usize::from(div.is_some());
                let before = if div.is_some() { std::mem::take(blocks) } else { vec![] };
                let outer = self.elements.enter();
                divs.push(OpenDiv { div, opener: fence.range.clone(), before, outer });
            }
            FenceKind::Closer => match divs.pop() {
                Some(open) => self.close(open, self.span(fence.range.clone()).end, blocks),
                None => {
                    let span = self.span(fence.range.clone());
                    self.diagnostics.push(
                        Diagnostic::error(
                            "surplus-div-closer",
                            "there is no open div to close here",
                        )
                        .at(span, "")
                        .hint("take it out, or open a div above it: `::: class`"),
                    );
                }
            },
        }
    }

    fn div(&mut self, fence: &Fence, attributes: &Attributes) -> Div {
        let opener = self.span(fence.range.clone());
        let kind = attributes.classes.iter().find_map(|class| DivKind::from_class(class));
        if let (None, Some(class)) = (kind, attributes.classes.first()) {
            let known = || DivKind::ALL.iter().map(|kind| kind.class());
            let near = attributes.classes.iter().find_map(|class| did_you_mean(class, known()));
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}", known().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("`{class}` is no kind of div");
            let fix = only_near(class, known().collect::<Vec<_>>())
                .and_then(|near| self.write_class(&fence.range, class, near));
            let diagnostic = Diagnostic::warning("unknown-div", message).at(opener, "").hint(hint);
            self.diagnostics.push(diagnostic.fixed_by(fix));
        }
        Div { opener, kind, attributes: attributes.clone(), title: None, blocks: vec![] }
    }

    /// Another class for a div, where its own stands once behind its colons.
    fn write_class(&self, opener: &Range<usize>, class: &str, near: &str) -> Option<Fix> {
        let text = &self.passage.text[opener.clone()];
        let mut places = text.match_indices(class);
        let (at, _) = places.next().filter(|_| places.next().is_none())?;
        let place = opener.start + at..opener.start + at + class.len();
        Some(Fix::replace(self.span(place), near, format!("write `{near}`")))
    }

    /// Puts what was read since the opener into the div, and the div behind what stood before it.
    /// `end` is the div's in the source.
    fn close(&mut self, open: OpenDiv, end: usize, blocks: &mut Vec<Block>) {
        self.leave(open.outer, blocks);
        let Some(mut div) = open.div else { return };
        self.depth -= 1;
        let mut inside = std::mem::replace(blocks, open.before);
        if let Some(Block { kind: BlockKind::Heading(heading), .. }) = inside.first_mut() {
            div.title = Some(std::mem::take(&mut heading.content));
            let heading_id = heading.attributes.id.take();
            div.attributes.id = div.attributes.id.take().or(heading_id);
            inside.remove(0);
        }
        inside.shrink_to_fit();
        div.blocks = inside;
        blocks
            .push(Block { span: Span { end, ..div.opener }, kind: BlockKind::Div(Box::new(div)) });
    }

    /// Reads inlines behind which no HTML goes on.
    fn enclosed(&mut self) -> Vec<Inline> {
        let outer = self.elements.enter();
        let (mut content, _) = self.inlines();
        push_html(&mut content, self.elements.leave(outer));
        content
    }

    /// Reads inlines up to what is none; gives them and where they end.
    fn inlines(&mut self) -> (Vec<Inline>, usize) {
        super::inline::inlines(self)
    }
}

/// Takes the paragraph from a text that is the only one and stands at the end, as pandoc does.
fn loosen(blocks: &mut [Block]) {
    let is_text = |block: &Block| matches!(block.kind, BlockKind::Paragraph(_));
    let is_note = |block: &Block| matches!(block.kind, BlockKind::Footnote { .. });
    let is_one = blocks.iter().filter(|block| is_text(block)).count() == 1;
    let last = blocks.iter_mut().rfind(|block| !is_note(block));
    last.filter(|_| is_one).into_iter().for_each(tighten);
}

/// The lines of a part of a text, without blank ones around and without the indentation that all
/// of them have.
fn unindented(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let (mut lines, mut start) = (vec![], range.start);
    for line in text[range].split_inclusive('\n') {
        lines.push(start..start + line.len());
        start += line.len();
    }
    let is_blank = |line: &Range<usize>| text[line.clone()].trim().is_empty();
    while lines.last().is_some_and(is_blank) {
        lines.pop();
    }
    lines.drain(..lines.iter().take_while(|line| is_blank(line)).count());
    let indent = |line: &Range<usize>| {
        let line = &text[line.clone()];
        line.len() - line.trim_start_matches([' ', '\t']).len()
    };
    let least = lines.iter().filter(|line| !is_blank(line)).map(indent).min().unwrap_or_default();
    lines.iter_mut().for_each(|line| line.start = line.end.min(line.start + least));
    lines
}

/// Takes its paragraph from a text.
fn tighten(block: &mut Block) {
    if let BlockKind::Paragraph(content) = &mut block.kind {
        block.kind = BlockKind::Plain(std::mem::take(content));
    }
}

/// Pushes a block; a caption goes to the table that it stands below or above, as in pandoc.
fn push_captioned(mut block: Block, blocks: &mut Vec<Block>) {
    match (&mut block.kind, blocks.last_mut()) {
        (kind, Some(Block { kind: BlockKind::Table(table), span })) if table.caption.is_none() => {
            table.caption = caption(kind);
            if table.caption.is_some() {
                span.end = block.span.end;
                return;
            }
        }
        (BlockKind::Table(table), Some(above)) => {
            table.caption = caption(&above.kind);
            if table.caption.is_some() {
                block.span.start = above.span.start;
                blocks.pop();
            }
        }
        _ => {}
    }
    blocks.push(block);
}

/// The text of a paragraph that begins as a caption does.
fn caption(kind: &BlockKind) -> Option<Vec<Inline>> {
    let BlockKind::Paragraph(inlines) = kind else { return None };
    let (Inline::Text(first), rest) = inlines.split_first()? else { return None };
    let text = ["Table:", "table:", ":"].iter().find_map(|sign| first.strip_prefix(sign))?;
    let text = Inline::Text(text.strip_prefix([' ', '\t'])?.trim_start().to_string());
    Some(std::iter::once(text).chain(rest.iter().cloned()).collect())
}

fn is_container(tag: &Tag) -> bool {
    matches!(
        tag,
        Tag::BlockQuote(_) | Tag::List(_) | Tag::DefinitionList | Tag::FootnoteDefinition(_)
    )
}

fn is_leaf(tag: &Tag) -> bool {
    matches!(tag, Tag::Paragraph | Tag::Heading { .. } | Tag::Table(_) | Tag::CodeBlock(_))
}

pub(super) fn is_inline(tag: &Tag) -> bool {
    matches!(
        tag,
        Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. }
            | Tag::Image { .. }
    )
}

/// Whether an event ends a run of inlines.
pub(super) fn ends_inlines(event: &Event) -> bool {
    match event {
        Event::Start(tag) => !is_inline(tag),
        Event::End(tag) => !matches!(
            tag,
            TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Superscript
                | TagEnd::Subscript
                | TagEnd::Link
                | TagEnd::Image
        ),
        Event::Rule | Event::Html(_) => true,
        _ => false,
    }
}
