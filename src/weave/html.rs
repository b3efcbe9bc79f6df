//! A lesson's blocks as HTML.

mod woven;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use serde::Serialize;

use super::{
    ansi,
    blocks::{self, Blocks},
    chart_path, diagram, edit,
    escape::escape,
    figures::Figures,
    glossary,
    highlight::{fold_lines, highlight},
    ids::Identifiers,
    links::{self, Links},
    macros::Macros,
    math::{self, Formulas},
    picture::picture_size,
    playground,
    template::Skin,
    value,
};
use crate::model::{
    chart::Chart,
    course::{
        Alignment, Attributes, Block, BlockKind, Cell, Chunk, Definition, Div, DivKind, Heading,
        Image, Inline, Lesson, List, Numerals, OF_VALUES, Settings, Show, Table, TableCell,
        plain_text, plain_text_with, walk, walk_own,
    },
    diagnostic::Diagnostic,
    download::Download,
    record::{Output, Part, Record, Timed},
    site::{Asset, Content, PictureSize},
    source::{Sources, Span},
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

/// What other pages show of a text, as HTML of its own page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub questions: Option<String>,
    pub keypoints: Vec<String>,
    /// Each with its id, its solutions and its hints.
    pub challenges: Vec<(String, String)>,
    pub notes: Vec<Note>,
}

/// What is said to instructors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The section that it stands in: its id and its title.
    pub section: Option<(String, String)>,
    /// Its own title, where it has one.
    pub title: Option<String>,
    pub html: String,
}

/// A section of a page, for its table of contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    pub title: String,
    pub id: String,
}

/// What the bodies of all pages are written with.
pub struct Common<'a> {
    pub sources: &'a Sources,
    pub skin: &'a Skin<'a>,
    pub formulas: Formulas,
    /// The course's.
    pub macros: Macros,
    pub links: Links<'a>,
    pub settings: &'a Settings,
    /// By what was drawn, and by the ids in it.
    pub diagrams: &'a HashMap<(String, String), Arc<Diagram>>,
}

/// A diagram as it was drawn; none where this lessonc draws none.
pub type Diagram = Result<Option<String>, diagram::DiagramError>;

/// What the ids in a page's diagram begin with, by its number on the page.
pub fn diagram_id(number: usize) -> String {
    format!("diagram-{number}")
}

/// What a block shows of its lines.
pub fn visible(chunk: &Chunk, sources: &Sources) -> String {
    let lines = chunk.lines.iter().filter(|line| !line.hidden);
    lines.flat_map(|line| [sources.text(line.span), "\n"]).collect()
}

/// What a text is woven from.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    pub lesson: &'a Lesson,
    /// What its runs gave.
    pub record: Option<&'a Record>,
    /// By their blocks' places.
    pub charts: &'a BTreeMap<Span, Chart>,
    /// The blocks of its package.
    pub blocks: &'a Blocks,
    pub figures: &'a Figures<'a>,
    /// What readers take along of it.
    pub download: Option<&'a Download>,
}

/// The body of one page while it is written.
pub struct Body<'a> {
    lesson: &'a Lesson,
    record: Option<&'a Record>,
    sources: &'a Sources,
    skin: &'a Skin<'a>,
    formulas: &'a Formulas,
    /// Those that the formulas so far have defined, and the course's.
    macros: Macros,
    links: &'a Links<'a>,
    drawn: &'a HashMap<(String, String), Arc<Diagram>>,
    charts: &'a BTreeMap<Span, Chart>,
    named: &'a Blocks,
    figures: &'a Figures<'a>,
    /// Where its text stands in the course's repository.
    place: Option<edit::Place>,
    settings: &'a Settings,
    /// What readers take along of it.
    download: Option<&'a Download>,
    ids: Identifiers,
    /// What is written: all blocks, or those of an example in it.
    text: &'a [Block],
    /// Added to a heading's level so that the highest stands below the page's title, or below the section
    /// that an example stands in.
    shift: i8,
    /// The last heading's, as it was written.
    level: u8,
    is_example: bool,
    /// Footnotes in the order in which they are first referred to.
    footnotes: Vec<String>,
    definitions: HashMap<String, &'a [Block]>,
    /// Blocks that say what a cell is expected to give.
    expectations: HashSet<Span>,
    /// Names of blocks that were already shown.
    shown: HashSet<String>,
    /// Blocks whose id was written.
    anchored: HashSet<Span>,
    overview_is_written: bool,
    diagrams: usize,
    /// How many groups of tabs were written.
    tabs: usize,
    /// How many terms were explained.
    terms: usize,
    pub sections: Vec<Section>,
    /// The id and title of the heading that was written last, and in how many notes we are: a
    /// heading in a note is no section of the page.
    section: Option<(String, String)>,
    notes: usize,
    pub shown_elsewhere: Shown,
    /// Pictures that values showed.
    pub assets: Vec<Asset>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Body<'a> {
    pub fn new(own: Own<'a>, common: &'a Common<'a>) -> Self {
        let Common { sources, skin, formulas, macros, links, settings, diagrams } = common;
        let Own { lesson, record, charts, blocks, figures, download } = own;
        let mut definitions = HashMap::new();
        walk(&lesson.blocks, &mut |block| {
            if let BlockKind::Footnote { label, blocks } = &block.kind {
                definitions.insert(label.clone(), &blocks[..]);
            }
        });
        Self {
            lesson,
            record,
            sources,
            skin,
            formulas,
            macros: macros.clone(),
            links,
            drawn: diagrams,
            charts,
            named: blocks,
            figures,
            place: edit::Place::of(settings, &sources.get(lesson.source).path),
            settings,
            download,
            ids: Identifiers::of(lesson),
            text: &lesson.blocks,
            shift: shift(&lesson.blocks, 2).max(0),
            level: 1,
            is_example: false,
            footnotes: vec![],
            definitions,
            expectations: lesson.expectations().iter().map(|(_, said)| said.span).collect(),
            shown: HashSet::new(),
            anchored: HashSet::new(),
            overview_is_written: false,
            diagrams: 0,
            tabs: 0,
            terms: 0,
            sections: vec![],
            section: None,
            notes: 0,
            shown_elsewhere: Shown::default(),
            assets: vec![],
            diagnostics: vec![],
        }
    }

    /// The whole body.
    pub fn write(&mut self) -> String {
        let mut html = String::new();
        let has_minutes =
            self.lesson.meta.teaching.is_some() || self.lesson.meta.exercises.is_some();
        let begins_with_overview = self.lesson.blocks.iter().any(is_overview);
        if has_minutes && !begins_with_overview {
            html.push_str(&self.overview());
        }
        html.push_str(&self.blocks(&self.lesson.blocks));
        html.push_str(&self.footnotes());
        html
    }

    fn blocks(&mut self, blocks: &'a [Block]) -> String {
        let mut html = String::new();
        for block in blocks {
            let block_html = self.block(block);
            if !block_html.is_empty() {
                html.push_str(&block_html);
                html.push('\n');
            }
        }
        html
    }

    fn block(&mut self, block: &'a Block) -> String {
        match &block.kind {
            BlockKind::Paragraph(inlines) => match &inlines[..] {
                [Inline::Image(image)] => self.figure(image),
                _ => {
                    let content = self.inlines(inlines);
                    // Nothing is left of a formula that only defines macros.
                    if content.is_empty() { content } else { format!("<p>{content}</p>") }
                }
            },
            BlockKind::Plain(inlines) => self.inlines(inlines),
            BlockKind::Heading(heading) => self.heading(block.span, heading),
            BlockKind::Quote(blocks) => {
                format!("<blockquote>\n{}</blockquote>", self.blocks(blocks))
            }
            BlockKind::List(list) => self.list(list),
            BlockKind::Definitions(definitions) => self.definitions(definitions),
            BlockKind::Table(table) => self.table(table),
            BlockKind::Code(chunk) => self.chunk(chunk),
            BlockKind::Div(div) => self.div(div),
            BlockKind::Woven(woven) => self.woven(woven),
            BlockKind::Footnote { .. } => String::new(),
            BlockKind::Html(html) => self.links.html(self.lesson, html).into_owned(),
            BlockKind::Rule => "<hr>".to_owned(),
        }
    }

    fn heading(&mut self, span: Span, heading: &Heading) -> String {
        let text = plain_text_with(&heading.content, &|inline| match inline {
            Inline::Math { tex, .. } => Some(math::plain(self.formulas, tex).into()),
            _ => None,
        });
        let (id, also) = self.ids.at(span);
        let level = heading.level.saturating_add_signed(self.shift).clamp(2, 6);
        self.level = level;
        if level == 2 && !self.is_example {
            self.sections.push(Section { title: text.clone(), id: id.clone() });
        }
        if self.notes == 0 && !self.is_example {
            self.section = Some((id.clone(), text));
        }
        let id = escape(&id);
        let edit = self.place.as_ref().map(|place| {
            let line = self.sources.get(span.source).line_column(span.start).line;
            let (url, label) = (escape(&place.line(line)), self.word("edit_section"));
            format!("<a class=\"edit\" href=\"{url}\" aria-label=\"{label}\">{PENCIL}</a>")
        });
        format!(
            "<h{level} class=\"{}\" id=\"{id}\"{}>{also}{}<a class=\"anchor\" href=\"#{id}\" \
             aria-label=\"{}\">#</a>{}</h{level}>",
            classes("heading", &heading.attributes),
            pairs(&heading.attributes),
            self.inlines(&heading.content),
            self.word("link_to_section"),
            edit.unwrap_or_default(),
        )
    }

    fn list(&mut self, list: &'a List) -> String {
        let numerals = match list.numerals {
            Numerals::Decimal => "",
            Numerals::LowerAlpha => " type=\"a\"",
            Numerals::UpperAlpha => " type=\"A\"",
            Numerals::LowerRoman => " type=\"i\"",
            Numerals::UpperRoman => " type=\"I\"",
            Numerals::Example => " class=\"example\"",
        };
        let mut html = match list.start {
            None => "<ul>\n".to_owned(),
            Some(1) => format!("<ol{numerals}>\n"),
            Some(start) => format!("<ol{numerals} start=\"{start}\">\n"),
        };
        for item in &list.items {
            let content = self.blocks(&item.blocks);
            let content = content.trim_end();
            match item.task {
                None => html.push_str(&format!("<li>{content}</li>\n")),
                Some(done) => {
                    let checked = if done { " checked" } else { "" };
                    html.push_str(&format!(
                        "<li class=\"task\"><label><input type=\"checkbox\" disabled{checked}> {content}</label></li>\n"
                    ));
                }
            }
        }
        html.push_str(if list.start.is_none() { "</ul>" } else { "</ol>" });
        html
    }

    fn definitions(&mut self, definitions: &'a [Definition]) -> String {
        let mut html = "<dl>\n".to_owned();
        for definition in definitions {
            let id = self.links.glossary.id(definition);
            let id = id.map(|id| format!(" id=\"{}\"", escape(id))).unwrap_or_default();
            html.push_str(&format!("<dt{id}>{}</dt>\n", self.inlines(&definition.term)));
            for meaning in &definition.meanings {
                html.push_str(&format!("<dd>{}</dd>\n", self.blocks(meaning).trim_end()));
            }
        }
        html.push_str("</dl>");
        html
    }

    fn table(&mut self, table: &'a Table) -> String {
        let mut html = format!(
            "<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\"><table>\n",
            self.word("table"),
        );
        if let Some(caption) = &table.caption {
            html.push_str(&format!("<caption>{}</caption>\n", self.inlines(caption)));
        }
        if !table.widths.is_empty() {
            let whole: usize = table.widths.iter().sum();
            let columns = table.widths.iter().map(|width| {
                // Not by a style: a strict content security policy lets none through.
                format!("<col width=\"{}%\">", 100 * width / whole)
            });
            html.push_str(&format!("<colgroup>{}</colgroup>\n", columns.collect::<String>()));
        }
        if !table.head.is_empty() {
            html.push_str("<thead>\n");
            table.head.iter().for_each(|row| html.push_str(&self.row(row, table, "th")));
            html.push_str("</thead>\n");
        }
        html.push_str("<tbody>\n");
        table.body.iter().for_each(|row| html.push_str(&self.row(row, table, "td")));
        html.push_str("</tbody>\n</table></div>");
        html
    }

    fn row(&mut self, row: &'a [TableCell], table: &Table, tag: &str) -> String {
        let mut html = "<tr>".to_owned();
        for cell in row {
            let align = match table.alignments.get(cell.column) {
                Some(Alignment::Left) => " align=\"left\"",
                Some(Alignment::Center) => " align=\"center\"",
                Some(Alignment::Right) => " align=\"right\"",
                Some(Alignment::None) | None => "",
            };
            let span = |name, count| match count {
                1 => String::new(),
                _ => format!(" {name}=\"{count}\""),
            };
            let (columns, rows) = (span("colspan", cell.columns), span("rowspan", cell.rows));
            let content = self.blocks(&cell.blocks);
            html.push_str(&format!("<{tag}{align}{columns}{rows}>{}</{tag}>", content.trim_end()));
        }
        html.push_str("</tr>\n");
        html
    }

    fn div(&mut self, div: &'a Div) -> String {
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
                challenges.push((id, html.clone()));
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

    fn overview(&mut self) -> String {
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

    fn chunk(&mut self, chunk: &'a Chunk) -> String {
        match (chunk.language.as_deref(), chunk.cell) {
            (Some("mermaid"), _) => self.diagram(chunk),
            _ if chunk.is_plot() => match self.charts.get(&chunk.span) {
                Some(chart) => self.chart(chunk, chart),
                None => String::new(),
            },
            // What a cell gave stands there already.
            _ if self.expectations.contains(&chunk.span) => String::new(),
            _ if chunk.is_output() => self.typed_output(chunk),
            (_, Some(Cell::Console)) => self.console(chunk),
            (_, cell) => {
                // A block that is hidden whole leaves no empty box.
                let is_hidden = !chunk.lines.is_empty() && chunk.lines.iter().all(|it| it.hidden);
                let mut html = match is_hidden {
                    true => String::new(),
                    false => self.listing(chunk, cell.is_some()),
                };
                for output in self.outputs(chunk) {
                    html.push_str(&self.output(output, chunk));
                }
                if let Some(chart) = self.charts.get(&chunk.span) {
                    html.push_str(&self.chart(chunk, chart));
                }
                html
            }
        }
    }

    /// A block's code, with hidden lines that readers can unfold.
    fn listing(&mut self, chunk: &Chunk, runs: bool) -> String {
        let lines = chunk.lines.iter().flat_map(|line| [self.sources.text(line.span), "\n"]);
        let code = highlight(chunk.language.as_deref(), &lines.collect::<String>());
        let hidden: Vec<bool> = chunk.lines.iter().map(|line| line.hidden).collect();
        let folded = hidden.iter().filter(|hidden| **hidden).count();
        let code = if folded > 0 { fold_lines(&code, &hidden) } else { code };
        self.code(chunk, code, folded, runs)
    }

    fn code(&mut self, chunk: &Chunk, code: String, hidden: usize, runs: bool) -> String {
        #[derive(Serialize)]
        struct Code<'c> {
            language: Option<&'c str>,
            code: String,
            /// How many lines of it are.
            hidden: usize,
            name: Option<&'c str>,
            target: Option<&'c str>,
            added: bool,
            runs: bool,
            id: Option<&'c str>,
            /// The first block of its name, where that is another.
            first: Option<String>,
            used_in: Vec<Use<'c>>,
            /// Where it is the first of a listing's blocks.
            label: Option<String>,
            caption: Option<&'c str>,
            /// Where it can be run, after the cells before it.
            playground: Option<String>,
        }
        #[derive(Serialize)]
        struct Use<'c> {
            url: String,
            label: Option<&'c str>,
        }
        let name = chunk.name();
        let added = name.is_some_and(|name| !self.shown.insert(name.to_owned()));
        let language = chunk.language.as_deref();
        let blocks = self.named;
        let html = blocks::link_references(&code, |name| {
            Some(escape(&blocks.find(name)?.definitions.first()?.url(self.lesson)))
        });
        let own = name.and_then(|name| blocks.find(name));
        let first = own.and_then(|own| own.definitions.first()).map(|block| block.url(self.lesson));
        let uses = own.into_iter().flat_map(|own| &own.uses);
        let context = Code {
            language,
            code: html,
            hidden,
            name,
            target: chunk.target(),
            added,
            runs,
            // A console stands in pieces, of which the first has the id.
            id: blocks.id(chunk).filter(|_| self.anchored.insert(chunk.span)),
            first: first.filter(|_| added),
            used_in: uses
                .map(|block| Use { url: block.url(self.lesson), label: block.label() })
                .collect(),
            label: self.figures.label(name).filter(|_| !added),
            caption: chunk.attributes.get("caption"),
            playground: self.download.and_then(|download| {
                playground::url(download.programs.get(&chunk.span)?, self.settings)
            }),
        };
        self.render("code.html", &context, chunk.info)
    }

    /// Each command with what it gave below it.
    fn console(&mut self, chunk: &Chunk) -> String {
        let outputs: Vec<&Output> = self.outputs(chunk).collect();
        let mut html = String::new();
        let mut code = String::new();
        let mut current: Option<&Output> = None;
        for line in &chunk.lines {
            if let Some(output) = outputs.iter().find(|output| output.span == line.span) {
                html.push_str(&self.command(chunk, &code, current));
                code.clear();
                current = Some(output);
            }
            code.push_str(self.sources.text(line.span));
            code.push('\n');
        }
        html.push_str(&self.command(chunk, &code, current));
        html
    }

    fn command(&mut self, chunk: &Chunk, code: &str, output: Option<&Output>) -> String {
        if code.is_empty() {
            return String::new();
        }
        let code = highlight(chunk.language.as_deref(), code);
        let mut html = self.code(chunk, code, 0, true);
        if let Some(output) = output {
            html.push_str(&self.output(output, chunk));
        }
        html
    }

    fn outputs(&self, chunk: &Chunk) -> impl Iterator<Item = &'a Output> + use<'a> {
        let span = chunk.span;
        let outputs = self.record.map(|record| &record.outputs[..]).unwrap_or_default();
        outputs.iter().filter(move |output| output.chunk == span)
    }

    fn output(&mut self, output: &Output, chunk: &Chunk) -> String {
        let show = chunk.shows();
        let mut parts = vec![];
        for part in &output.parts {
            match part {
                Part::Note(text) => parts.extend(printed("note", text)),
                _ if show == Show::None => {}
                Part::Stdout(text) if show == Show::Html => parts.push(self.html(text)),
                Part::Stdout(text) => parts.extend(printed("stdout", text)),
                Part::Stderr(text) => parts.extend(printed("stderr", text)),
                Part::Compiler(text) => parts.extend(printed("compiler", text)),
                Part::Value(text) => {
                    for piece in value::pieces(text) {
                        match piece {
                            value::Piece::Text(text) => parts.extend(printed("value", text)),
                            value::Piece::Html(html) => parts.push(self.html(html)),
                            value::Piece::Picture { kind, bytes } => {
                                parts.extend(self.picture(kind, bytes, chunk));
                            }
                        }
                    }
                }
            }
        }
        let is_measured = !output.samples.is_empty();
        if parts.is_empty() && !is_measured {
            return String::new();
        }
        let duration = duration(output.micros).filter(|_| !is_measured);
        self.given(parts, duration, output.is_old, chunk)
    }

    fn html(&self, html: &str) -> Given {
        Given { kind: "html", html: self.links.html(self.lesson, html).into_owned() }
    }

    /// A picture that a value showed, as a file of the site.
    fn picture(&mut self, kind: &str, bytes: Option<Vec<u8>>, chunk: &Chunk) -> Option<Given> {
        let Some(bytes) = bytes else {
            let message = format!("the value is said to be a picture, and is no {kind}");
            let diagnostic = Diagnostic::warning("no-picture", message).at(chunk.info, "");
            self.diagnostics.push(
                diagnostic.hint(
                    "`evcxr_display` is to print an SVG as it is, and other pictures in base64",
                ),
            );
            return None;
        };
        let alt = chunk.attributes.get("alt");
        if alt.is_none() {
            let message = "this cell shows a picture, and does not say what is on it";
            let diagnostic = Diagnostic::warning("missing-alt", message).at(chunk.info, "");
            self.diagnostics.push(diagnostic.hint("say it behind the fence: `alt=\"…\"`"));
        }
        let path = format!("values/{}.{kind}", self.assets.len() + 1);
        let path = links::captured_path(self.lesson, &path);
        let html = format!(
            "<img src=\"{}\" alt=\"{}\"{} loading=\"lazy\" decoding=\"async\">",
            escape(&path),
            escape(alt.unwrap_or(self.skin.words.get("shown_by_code"))),
            sized(picture_size(&bytes)),
        );
        self.assets.push(Asset { path, content: Content::Bytes(bytes.into()) });
        Some(Given { kind: "picture", html })
    }

    /// An output that the author typed, of code that does not run here.
    fn typed_output(&mut self, chunk: &Chunk) -> String {
        let kind = match chunk.language.as_deref() {
            Some("output") => "stdout",
            Some("warning") => "warning",
            _ => "error",
        };
        let html = escape(&visible(chunk, self.sources));
        self.given(vec![Given { kind, html }], None, false, chunk)
    }

    fn given(
        &mut self,
        parts: Vec<Given>,
        duration: Option<String>,
        old: bool,
        chunk: &Chunk,
    ) -> String {
        #[derive(Serialize)]
        struct Context<'t> {
            parts: Vec<Given>,
            duration: Option<String>,
            /// Of a cell that is measured.
            timing: Option<&'t Timed>,
            /// When and with what it was measured, unless a chart below says so.
            made: Option<String>,
            /// `compile_fail` and the like, where what is shown is what was expected.
            trial: Option<&'static str>,
            /// Whether it stands without a box.
            raw: bool,
            /// Whether its code is on its way to give another.
            old: bool,
        }
        let trial = match chunk.cell {
            Some(Cell::Trial(trial)) if parts.iter().all(|part| part.kind != "note") => {
                Some(trial.word())
            }
            _ => None,
        };
        let raw = chunk.shows() == Show::Raw;
        let record = self.record;
        let timing = record.and_then(|record| record.timed.get(&chunk.span));
        let made = record.and_then(Record::only_made);
        let made = made.filter(|_| timing.is_some() && chunk.compared().is_none());
        let made = made.map(|made| made.told(self.skin.words));
        let context = Context { parts, duration, timing, made, trial, raw, old };
        self.render("output.html", &context, chunk.info)
    }

    fn diagram(&mut self, chunk: &Chunk) -> String {
        #[derive(Serialize)]
        struct Drawn {
            svg: Option<String>,
            source: String,
        }
        self.diagrams += 1;
        let source = visible(chunk, self.sources);
        let id = diagram_id(self.diagrams);
        let drawn = self.drawn.get(&(source.clone(), id.clone())).map(Arc::clone);
        let drawn = drawn.unwrap_or_else(|| Arc::new(diagram::mermaid(&source, &id)));
        let svg = match &*drawn {
            Ok(svg) => svg.clone(),
            Err(error) => {
                let span =
                    error.range.as_ref().and_then(|range| place_in_lines(chunk, range.start));
                let diagnostic = Diagnostic::error("mermaid", &*error.message)
                    .at(span.unwrap_or(chunk.info), "in this diagram");
                self.diagnostics.push(diagnostic);
                None
            }
        };
        self.render("diagram.html", &Drawn { svg, source }, chunk.info)
    }

    fn chart(&mut self, chunk: &Chunk, chart: &Chart) -> String {
        #[derive(Serialize)]
        struct Figure<'c> {
            id: Option<&'c str>,
            label: Option<String>,
            caption: Option<&'c str>,
            svg: &'c str,
            note: Option<&'c str>,
            columns: &'c [String],
            rows: &'c [Vec<String>],
            /// What is said of the rows: of which figure they are, and whether there are more.
            data: String,
            more: Option<String>,
            url: String,
        }
        // One that compares cells stands below the last of them, and is not that cell.
        let plot = Some(chunk).filter(|chunk| chunk.is_plot());
        let id = plot.and_then(|plot| plot.name());
        let label = self.figures.label(id);
        let (words, count) = (self.skin.words, chart.rows.len());
        let data = match &label {
            Some(label) => words.say("data_of", &[("label", label)]),
            None => words.get("data").to_owned(),
        };
        let gaps = [("count", &*MOST_ROWS.to_string()), ("all", &*count.to_string())];
        let figure = Figure {
            id,
            label,
            caption: plot.and_then(|plot| plot.says("caption", self.record)),
            svg: &chart.svg,
            note: chart.note.as_deref(),
            columns: &chart.columns,
            rows: &chart.rows[..count.min(MOST_ROWS)],
            data,
            more: (count > MOST_ROWS).then(|| words.say("first_rows", &gaps)),
            url: chart_path(chart),
        };
        self.render("chart.html", &figure, chunk.info)
    }

    fn figure(&mut self, image: &'a Image) -> String {
        #[derive(Serialize)]
        struct Figure<'i> {
            id: Option<&'i str>,
            label: Option<String>,
            src: String,
            alt: String,
            caption: Option<String>,
            width: Option<String>,
            height: Option<u32>,
            classes: String,
        }
        let caption = (!image.caption.is_empty()).then(|| self.inlines(&image.caption));
        let id = image.attributes.id.as_deref();
        let asked =
            image.attributes.get("width").map(|width| width.trim_end_matches("px").to_owned());
        let size = self.links.size(self.lesson, self.record, &image.target);
        let size = size.and_then(|size| at_width(size, asked.as_deref()));
        let figure = Figure {
            id,
            label: self.figures.label(id),
            src: self.links.image(self.lesson, self.record, &image.target),
            alt: self.alt(image),
            caption,
            width: asked.or(size.map(|size| size.width.to_string())),
            height: size.map(|size| size.height),
            classes: image.attributes.classes.join(" "),
        };
        self.render("figure.html", &figure, image.span)
    }

    fn alt(&self, image: &Image) -> String {
        self.shown(image.span).map_or_else(|| image.alt(), str::to_owned)
    }

    /// What stands in the place of a text that shows a measured value.
    fn shown(&self, span: Span) -> Option<&'a str> {
        self.record?.shown.get(&span).map(String::as_str)
    }

    fn footnotes(&mut self) -> String {
        let mut html = String::new();
        let mut index = 0;
        // A footnote may refer to further ones, which are then added behind it.
        while let Some(label) = self.footnotes.get(index).cloned() {
            index += 1;
            let blocks = self.definitions.get(&label).copied().unwrap_or_default();
            let body = self.blocks(blocks);
            let label = self.word("back_to_text");
            let back = format!("<a href=\"#fnref-{index}\" aria-label=\"{label}\">↩</a>");
            // At the end of the last line, unless that is code or a list.
            let body = match body.trim_end().strip_suffix("</p>") {
                Some(text) => format!("{text}\u{a0}{back}</p>"),
                None => format!("{body}<p>{back}</p>"),
            };
            html.push_str(&format!("<li id=\"fn-{index}\">{body}</li>\n"));
        }
        if html.is_empty() {
            return html;
        }
        let label = self.word("footnotes");
        format!(
            "<div class=\"footnotes\" role=\"group\" aria-label=\"{label}\">\n<ol>\n{html}</ol>\n</div>\n"
        )
    }

    fn inlines(&mut self, inlines: &[Inline]) -> String {
        let mut html = String::new();
        for inline in inlines {
            self.inline(inline, &mut html);
        }
        html
    }

    fn inline(&mut self, inline: &Inline, html: &mut String) {
        let mut around = |body: &mut Self, tag: &str, content: &[Inline]| {
            let content = body.inlines(content);
            html.push_str(&format!("<{tag}>{content}</{tag}>"));
        };
        match inline {
            Inline::Text(text) => html.push_str(&escape(text)),
            Inline::Emphasis(content) => around(self, "em", content),
            Inline::Strong(content) => around(self, "strong", content),
            Inline::Strikethrough(content) => around(self, "del", content),
            Inline::Superscript(content) => around(self, "sup", content),
            Inline::Subscript(content) => around(self, "sub", content),
            Inline::Code { text, attributes: given } => {
                let language = given.classes.first().map(String::as_str);
                // The language is said by the colours.
                let classes = given.classes.iter().skip(1).cloned();
                let classes = classes.chain(is_whole(text).then(|| "whole".to_owned())).collect();
                let own = attributes(&Attributes { classes, ..given.clone() });
                html.push_str(&format!("<code{own}>{}</code>", highlight(language, text)));
            }
            Inline::Bracketed { span, attributes, content } if attributes.has_class("term") => {
                html.push_str(&self.term(*span, attributes.get("term"), content));
            }
            Inline::Bracketed { span, attributes: given, content } => {
                let own = attributes(given);
                let inner = match self.shown(*span) {
                    Some(measured) => escape(measured),
                    None => self.inlines(content),
                };
                match &content[..] {
                    [Inline::Link { .. }] => {
                        html.push_str(&inner.replacen("<a", &format!("<a{own}"), 1))
                    }
                    _ => html.push_str(&format!("<span{own}>{inner}</span>")),
                }
            }
            Inline::Link { target, title, content, .. } => {
                let page = self.links.page(self.lesson, target);
                let href = escape(&page);
                let content = self.inlines(content);
                if let Some(term) = self.links.glossary.at(&page) {
                    html.push_str(&self.explained(&page, &term.meaning, content));
                    return;
                }
                html.push_str(&format!("<a href=\"{href}\"{}>{content}</a>", title_of(title)));
            }
            Inline::Image(image) => {
                let src = escape(&self.links.image(self.lesson, self.record, &image.target));
                let (alt, title) = (escape(&self.alt(image)), title_of(&image.title));
                let without_alt = image.attributes.pairs.iter().filter(|(key, _)| key != "alt");
                let own = attributes(&Attributes {
                    pairs: without_alt.cloned().collect(),
                    ..image.attributes.clone()
                });
                let is_sized =
                    ["width", "height"].iter().any(|it| image.attributes.get(it).is_some());
                let size = self.links.size(self.lesson, self.record, &image.target);
                let size = sized(size.filter(|_| !is_sized));
                html.push_str(&format!(
                    "<img src=\"{src}\" alt=\"{alt}\"{title}{own}{size} loading=\"lazy\">"
                ));
            }
            Inline::Math { span, tex, display } => html.push_str(&self.math(*span, tex, *display)),
            Inline::FootnoteReference { label, .. } => html.push_str(&self.reference(label)),
            Inline::Reference { span, id } => match self.figures.resolve(id, *span) {
                Ok((url, text)) => {
                    html.push_str(&format!("<a href=\"{}\">{}</a>", escape(&url), escape(&text)));
                }
                Err(diagnostic) => {
                    self.diagnostics.push(*diagnostic);
                    html.push_str(&escape(self.sources.text(*span)));
                }
            },
            Inline::Html(raw) => html.push_str(&self.links.html(self.lesson, raw)),
            Inline::SoftBreak => html.push('\n'),
            Inline::HardBreak => html.push_str("<br>\n"),
        }
    }

    /// A term that the glossary explains, and that `[this]{.term}` names; or else `asked`.
    fn term(&mut self, span: Span, asked: Option<&str>, content: &[Inline]) -> String {
        let text = asked.map_or_else(|| plain_text(content), str::to_owned);
        let content = self.inlines(content);
        let glossary = &self.links.glossary;
        if let Some((id, term)) = glossary.find(&text) {
            return self.explained(&glossary::link(id), &term.meaning, content);
        }
        let message = format!("the glossary does not explain `{text}`");
        let hint = match glossary.near(&text) {
            Some(near) => format!("did you mean `{near}`? Say so: `{{.term term=\"{near}\"}}`"),
            None => "define it in `learners/reference.md`: the term on a line, then `: ` and what it means".to_owned(),
        };
        self.diagnostics.push(Diagnostic::warning("unknown-term", message).at(span, "").hint(hint));
        content
    }

    fn explained(&mut self, url: &str, meaning: &str, content: String) -> String {
        #[derive(Serialize)]
        struct Term<'c> {
            url: &'c str,
            meaning: &'c str,
            content: String,
            id: String,
        }
        self.terms += 1;
        let id = format!("meaning-{}", self.terms);
        let whole = Span { source: self.lesson.source, start: 0, end: 0 };
        let html = self.render("term.html", &Term { url, meaning, content, id }, whole);
        html.trim_end().to_owned()
    }

    fn math(&mut self, span: Span, tex: &str, display: bool) -> String {
        match self.formulas.render(tex, display, &mut self.macros) {
            Ok(mathml) => mathml,
            Err(error) => {
                let source = self.sources.text(span);
                let start = span.start + source.find(tex).unwrap_or(0) + error.range.start;
                let end = (start + error.range.len()).min(span.end);
                let place = Span { start: start.min(end), end, ..span };
                self.diagnostics.push(Diagnostic::error("math", error.message).at(place, "here"));
                format!("<code>{}</code>", escape(source))
            }
        }
    }

    fn reference(&mut self, label: &str) -> String {
        let index = self.footnotes.iter().position(|other| other == label);
        let first = index.is_none();
        let index = index.unwrap_or_else(|| {
            self.footnotes.push(label.to_owned());
            self.footnotes.len() - 1
        });
        let number = index + 1;
        let id = if first { format!(" id=\"fnref-{number}\"") } else { String::new() };
        format!(
            "<sup{id}><a href=\"#fn-{number}\" aria-label=\"{} {number}\">{number}</a></sup>",
            self.word("footnote"),
        )
    }

    /// A word of the theme's, as HTML.
    fn word(&self, key: &str) -> String {
        escape(self.skin.words.get(key))
    }

    fn render(&mut self, template: &str, context: &impl Serialize, span: Span) -> String {
        self.skin.render(template, context).unwrap_or_else(|error| {
            self.diagnostics.push(template_error(error, span));
            String::new()
        })
    }
}

/// What to add to the levels of some blocks' headings so that the highest is `level`.
fn shift(blocks: &[Block], level: i8) -> i8 {
    let mut highest = None;
    walk_own(blocks, &mut |block| {
        if let BlockKind::Heading(heading) = &block.kind {
            highest = highest.min(Some(heading.level)).or(Some(heading.level));
        }
    });
    highest.map_or(0, |highest| level - highest as i8)
}

/// What leads instructors from a heading to its lines.
const PENCIL: &str = "<svg class=\"icon\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"m10.5 2.5 3 3L6 13l-3.5.5L3 10z\"/></svg>";

/// More are left to the file.
const MOST_ROWS: usize = 200;

/// A template that could not be filled, at what was to be shown.
pub fn template_error(error: String, span: Span) -> Diagnostic {
    Diagnostic::error("template", "the theme could not show this").at(span, "").note(error)
}

fn is_overview(block: &Block) -> bool {
    matches!(&block.kind, BlockKind::Div(div)
        if matches!(div.kind, Some(DivKind::Questions | DivKind::Objectives)))
}

fn classes(own: &str, attributes: &Attributes) -> String {
    let classes = std::iter::once(own).chain(attributes.classes.iter().map(String::as_str));
    escape(&classes.filter(|class| !class.is_empty()).collect::<Vec<_>>().join(" "))
}

/// What an author wrote in braces, as HTML: with a blank before each attribute.
fn attributes(attributes: &Attributes) -> String {
    let mut html = String::new();
    if let Some(id) = &attributes.id {
        html.push_str(&format!(" id=\"{}\"", escape(id)));
    }
    if !attributes.classes.is_empty() {
        html.push_str(&format!(" class=\"{}\"", classes("", attributes)));
    }
    html + &pairs(attributes)
}

/// Attributes that HTML knows on any element, on images and on links. All others become `data-…`,
/// as they do in pandoc.
const HTML_ATTRIBUTES: [&str; 11] =
    ["alt", "dir", "height", "hidden", "lang", "rel", "role", "style", "target", "title", "width"];

fn pairs(attributes: &Attributes) -> String {
    let pairs = attributes.pairs.iter().filter(|(key, _)| !OF_VALUES.contains(&key.as_str()));
    let written = pairs.map(|(key, value)| {
        let known = HTML_ATTRIBUTES.contains(&key.as_str())
            || key.starts_with("data-")
            || key.starts_with("aria-");
        let data = if known { "" } else { "data-" };
        let value = match key.as_str() {
            "width" | "height" => value.trim_end_matches("px"),
            _ => value,
        };
        format!(" {data}{}=\"{}\"", escape(key), escape(value))
    });
    written.collect()
}

/// The longest word of code that is kept in one line: it fits on any telephone.
const LONGEST_WHOLE: usize = 24;

/// Whether code is a short word with signs, at which browsers would break the line: `group-tab`.
fn is_whole(code: &str) -> bool {
    let is_sign = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | ':');
    code.chars().count() <= LONGEST_WHOLE
        && !code.contains(char::is_whitespace)
        && code.contains(is_sign)
}

/// The attributes that keep a picture's place.
fn sized(size: Option<PictureSize>) -> String {
    size.map(|PictureSize { width, height }| format!(" width=\"{width}\" height=\"{height}\""))
        .unwrap_or_default()
}

/// A picture's size at the width that an author asks for; none where that is a share of the page's.
fn at_width(size: PictureSize, asked: Option<&str>) -> Option<PictureSize> {
    let Some(asked) = asked else { return Some(size) };
    let width: u32 = asked.parse().ok()?;
    let height = u64::from(width) * u64::from(size.height) / u64::from(size.width.max(1));
    Some(PictureSize { width, height: u32::try_from(height).ok()? })
}

fn title_of(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(title)) }
}

/// The place of an offset into a block's visible text.
fn place_in_lines(chunk: &Chunk, offset: usize) -> Option<Span> {
    let mut left = offset;
    for line in chunk.lines.iter().filter(|line| !line.hidden) {
        let length = line.span.end - line.span.start;
        if left <= length {
            return Some(Span { start: line.span.start + left, ..line.span });
        }
        left -= length + 1;
    }
    None
}

/// A part of what a block gave.
#[derive(Serialize)]
struct Given {
    kind: &'static str,
    html: String,
}

/// What was printed, as a terminal would show it; none where that is nothing.
fn printed(kind: &'static str, text: &str) -> Option<Given> {
    let html = || ansi::html(text.trim_start_matches('\n'));
    (!text.is_empty()).then(|| Given { kind, html: html() })
}

/// How long something took, if it is long enough to tell readers something.
pub fn duration(micros: u64) -> Option<String> {
    match micros {
        0..10_000 => None,
        10_000..1_000_000 => Some(format!("{} ms", micros / 1000)),
        _ => Some(format!("{:.2} s", micros as f64 / 1e6)),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn only_what_takes_time_is_timed() {
        assert_eq!(duration(9_999), None);
        assert_eq!(duration(201_440).as_deref(), Some("201 ms"));
        assert_eq!(duration(2_334_000).as_deref(), Some("2.33 s"));
    }
}
