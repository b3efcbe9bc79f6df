//! What authors write: a course of lessons, each a tree of blocks.

use std::{borrow::Cow, collections::BTreeMap, ops::Range, sync::Arc};

use super::{
    colour::Colour,
    diagnostic::Level,
    limits::{Bounds, Limits, Sandbox},
    record::Record,
    source::{SourceId, Span},
};

/// A folder of lessons.
#[derive(Clone, Debug, Default)]
pub struct Course {
    pub settings: Arc<Settings>,
    /// The landing page: the body of `index.md`.
    pub index: Option<Arc<Lesson>>,
    /// In the order in which they are taught.
    pub lessons: Vec<Arc<Lesson>>,
    /// Which of the settings' units each of the lessons belongs to.
    pub units: Vec<Option<usize>>,
    /// What is read beside the lessons: setup, glossary, instructor notes. Nothing in them runs or
    /// is tangled.
    pub pages: Vec<Arc<Lesson>>,
    /// How it is to be cited.
    pub citation: Option<Citation>,
}

impl Course {
    /// Every text that becomes a page of the site.
    pub fn texts(&self) -> impl Iterator<Item = &Arc<Lesson>> + Clone {
        self.index.iter().chain(&self.lessons).chain(&self.pages)
    }

    /// The title of the unit that a lesson belongs to, by its place among the lessons.
    pub fn unit(&self, lesson: usize) -> Option<&str> {
        let unit = self.units.get(lesson).copied().flatten()?;
        Some(&self.settings.units[unit].title)
    }
}

/// The front matter of `index.md`, or a Workbench's `config.yaml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub title: Option<String>,
    pub description: Option<String>,
    /// A BCP 47 tag: `en`, `de-CH`.
    pub language: Option<(String, Span)>,
    /// Where the course is in other languages, by their tags.
    pub translations: Vec<(String, String)>,
    /// Names of the lessons in the order they are taught, and where each is named.
    pub lessons: Vec<(String, Span)>,
    /// How those are grouped, if they are.
    pub units: Vec<Unit>,
    /// The same for the other pages, with their folder: `learners/setup.md`.
    pub pages: Vec<(String, Span)>,
    pub dependencies: BTreeMap<String, Dependency>,
    /// The Rust edition of the generated packages.
    pub edition: Option<String>,
    /// What drives the notebooks' futures; none said means the most that tokio's features allow.
    pub runtime: Option<Runtime>,
    /// When the first lesson begins, in minutes after midnight.
    pub start: Option<u32>,
    /// The address that the site is published at, with a `/` at its end.
    pub url: Option<String>,
    /// What runs may take and touch.
    pub limits: Limits,
    /// Makes chance repeatable in the notebooks.
    pub seed: Option<u32>,
    /// The command, word by word, by which notebooks are run; empty where they are run right here.
    pub runner: Vec<String>,
    /// Where the lessons' sources are kept.
    pub repository: Option<String>,
    pub license: Option<String>,
    /// What the names of macros stand for in formulas, in the order in which they are given.
    pub macros: Vec<(String, String)>,
    /// Whether cells link to the Rust playground.
    pub playground: bool,
    /// How pages are to look.
    pub look: Look,
    /// How loudly to tell of a diagnostic, by its code, and where that is said.
    pub check: BTreeMap<String, (Level, Span)>,
}

/// How a course wants its pages to look, where that is not as the theme has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// The colour of links and of what is chosen, on light pages and on dark ones.
    pub accent: Option<(Colour, Span)>,
    pub accent_dark: Option<(Colour, Span)>,
    /// Of text, of headings and what stands around the text, and of code.
    pub font: Option<Font>,
    pub heading_font: Option<Font>,
    pub code_font: Option<Font>,
    /// A picture of the course, and another for dark pages.
    pub logo: Option<(String, Span)>,
    pub logo_dark: Option<(String, Span)>,
    /// What stands at each page's foot, as it is written and as it is read.
    pub footer_text: Option<(String, Span)>,
    pub footer: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Font {
    /// Of which a reader's system may have one.
    Families(Vec<String>),
    /// A file of the course.
    File(String, Span),
}

/// The edition of packages whose course does not say one.
const EDITION: &str = "2024";

impl Settings {
    /// The Rust edition of the generated packages.
    pub fn edition(&self) -> &str {
        self.edition.as_deref().unwrap_or(EDITION)
    }

    /// The language that readers are spoken to in.
    pub fn language(&self) -> &str {
        self.language.as_ref().map_or("en", |(language, _)| language)
    }

    /// What a run of a code block may take.
    pub fn bounds(&self, lesson: &Lesson, chunk: &Chunk) -> Bounds {
        Bounds::new([&chunk.limits(), &lesson.meta.limits, &self.limits].into_iter())
    }

    /// What a lesson's runs may take and touch.
    pub fn sandbox(&self, lesson: &Lesson) -> Sandbox {
        Sandbox::new(&self.limits, &lesson.meta.limits)
    }

    /// What chance begins with in a lesson's notebook; none where it is left to the system.
    pub fn seed(&self, lesson: &Lesson) -> Option<u32> {
        lesson.meta.seed.or(self.seed)
    }
}

/// A group of lessons: `- First steps: [variables, functions]` in their list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub title: String,
    /// Which of the lessons in the list.
    pub lessons: Range<usize>,
}

/// What drives a notebook's futures, where tokio is among the dependencies.
///
/// In the order of what they can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Runtime {
    None,
    CurrentThread,
    MultiThread,
}

impl Runtime {
    pub const ALL: [Self; 3] = [Self::MultiThread, Self::CurrentThread, Self::None];

    /// The word in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::MultiThread => "multi-thread",
            Self::CurrentThread => "current-thread",
            Self::None => "none",
        }
    }
}

/// What is asked for of a dependency.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    /// A version or a table, as Cargo takes it; a relative `path` leads from the course's folder.
    pub requirement: toml::Value,
    /// Where it is named.
    pub span: Span,
}

/// The front matter of a lesson.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    pub title: Option<String>,
    /// Minutes of teaching.
    pub teaching: Option<u32>,
    /// Minutes of exercises.
    pub exercises: Option<u32>,
    /// Added to the course's.
    pub dependencies: BTreeMap<String, Dependency>,
    /// The package that the lesson's code goes to; the lesson's own name where absent.
    pub package: Option<String>,
    /// Minutes of break after it.
    pub pause: Option<u32>,
    /// What its runs may take and touch, where that is not as the course says.
    pub limits: Limits,
    /// Files of the course that the lesson's programs read, and where each is named.
    pub data: Vec<(String, Span)>,
    /// Makes chance repeatable in the notebook; the course's where absent.
    pub seed: Option<u32>,
    /// Whether its cells link to the Rust playground, where it is not as the course says.
    pub playground: Option<bool>,
    /// The keys that have a value which is none of theirs: nobody shall call them missing.
    pub misread: Vec<String>,
}

impl Meta {
    /// Minutes from a lesson's beginning to the next one's.
    pub fn minutes(&self) -> u32 {
        [self.teaching, self.exercises, self.pause].into_iter().flatten().sum()
    }
}

/// What a `CITATION.cff` says.
///
/// Source: the Citation File Format, version 1.2.0, "Guide to the schema".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Citation {
    /// What readers are asked for.
    pub message: Option<String>,
    pub title: Option<String>,
    pub authors: Vec<Author>,
    pub version: Option<String>,
    pub doi: Option<String>,
    /// `2026-05-04`
    pub date: Option<String>,
    pub url: Option<String>,
}

/// A person, or a group, which has a family name only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    pub given: Option<String>,
    /// With what belongs before it: `van Gogh`.
    pub family: String,
}

/// One markdown file.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// The file's name without its folder and `.md`: `asyncio`.
    pub name: String,
    pub source: SourceId,
    /// The name of the package that its code goes to.
    pub package: String,
    pub meta: Meta,
    pub blocks: Vec<Block>,
}

impl Lesson {
    pub fn new(name: &str, source: SourceId, meta: Meta, blocks: Vec<Block>) -> Self {
        let package = package_name(meta.package.as_deref().unwrap_or(name));
        Self { name: name.to_owned(), source, package, meta, blocks }
    }

    /// The title, or failing one the name.
    pub fn title(&self) -> &str {
        self.meta.title.as_deref().unwrap_or(&self.name)
    }

    /// Every code block, in the order of the text, whatever it stands in.
    pub fn chunks(&self) -> Vec<&Chunk> {
        let mut chunks: Vec<&Chunk> = vec![];
        walk(&self.blocks, &mut |block| {
            if let BlockKind::Code(chunk) = &block.kind {
                chunks.push(chunk);
            }
        });
        chunks
    }
}

impl Lesson {
    /// Cells with the blocks directly below that say what they are expected to give.
    pub fn expectations(&self) -> Vec<(&Chunk, &Chunk)> {
        let mut pairs = vec![];
        add_expectations(&self.blocks, &mut pairs);
        pairs
    }
}

fn add_expectations<'a>(blocks: &'a [Block], pairs: &mut Vec<(&'a Chunk, &'a Chunk)>) {
    let mut cell: Option<&Chunk> = None;
    for block in blocks {
        cell = match (&block.kind, cell) {
            (BlockKind::Code(chunk), _) if chunk.cell.is_some() => Some(chunk),
            (BlockKind::Code(chunk), Some(cell)) if chunk.is_output() => {
                pairs.push((cell, chunk));
                Some(cell)
            }
            _ => None,
        };
        for children in block.children() {
            add_expectations(children, pairs);
        }
    }
}

/// Whether a word is a code of the compiler's errors: `E0382`.
pub fn is_error_code(word: &str) -> bool {
    let digits = word.strip_prefix('E').unwrap_or_default();
    digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the line of a console's command begins with.
pub const PROMPT: &str = "$ ";

/// A name as Cargo accepts it for a package.
pub fn package_name(name: &str) -> String {
    let mut name: String =
        name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect();
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        name.insert_str(0, "lesson-");
    }
    name
}

/// Calls `visit` for every block, parents before children, in the order of the text.
pub fn walk<'a>(blocks: &'a [Block], visit: &mut impl FnMut(&'a Block)) {
    for block in blocks {
        visit(block);
        for children in block.children() {
            walk(children, visit);
        }
    }
}

/// The same, without what a woven block shows: that is an example, and nothing that the text says of
/// itself.
pub fn walk_own<'a>(blocks: &'a [Block], visit: &mut impl FnMut(&'a Block)) {
    for block in blocks {
        visit(block);
        if !matches!(block.kind, BlockKind::Woven(_)) {
            for children in block.children() {
                walk_own(children, visit);
            }
        }
    }
}

/// A block and the text that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub span: Span,
    pub kind: BlockKind,
}

impl Block {
    /// The blocks inside this one, in the order of the text.
    pub fn children(&self) -> Vec<&[Block]> {
        match &self.kind {
            BlockKind::Quote(blocks) | BlockKind::Footnote { blocks, .. } => vec![blocks],
            BlockKind::Div(div) => vec![&div.blocks],
            BlockKind::Woven(woven) => vec![&woven.blocks],
            BlockKind::List(list) => list.items.iter().map(|item| &item.blocks[..]).collect(),
            BlockKind::Definitions(definitions) => definitions
                .iter()
                .flat_map(|definition| &definition.meanings)
                .map(|meaning| &meaning[..])
                .collect(),
            BlockKind::Table(table) => table.cells().map(|cell| &cell.blocks[..]).collect(),
            BlockKind::Paragraph(_)
            | BlockKind::Plain(_)
            | BlockKind::Heading(_)
            | BlockKind::Code(_)
            | BlockKind::Html(_)
            | BlockKind::Rule => vec![],
        }
    }
}

/// What is large stands in a box, for most blocks of a text are small.
#[derive(Clone, Debug, PartialEq)]
pub enum BlockKind {
    Paragraph(Vec<Inline>),
    /// Text without a paragraph of its own, as in a tight list's items.
    Plain(Vec<Inline>),
    Heading(Box<Heading>),
    Quote(Vec<Block>),
    List(List),
    Definitions(Vec<Definition>),
    Table(Box<Table>),
    Code(Box<Chunk>),
    Div(Box<Div>),
    Woven(Box<Woven>),
    Footnote {
        label: String,
        blocks: Vec<Block>,
    },
    /// HTML as the author wrote it.
    Html(String),
    Rule,
}

/// `{#id .class key="value"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    pub id: Option<String>,
    pub classes: Vec<String>,
    pub pairs: Vec<(String, String)>,
}

impl Attributes {
    pub fn has_class(&self, class: &str) -> bool {
        self.classes.iter().any(|other| other == class)
    }

    /// The last value given for `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(other, _)| other == key).map(|(_, value)| value.as_str())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    pub attributes: Attributes,
    pub content: Vec<Inline>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// The first number of an ordered list.
    pub start: Option<u64>,
    /// How an ordered list's numbers are written.
    pub numerals: Numerals,
    pub items: Vec<Item>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numerals {
    #[default]
    Decimal,
    LowerAlpha,
    UpperAlpha,
    LowerRoman,
    UpperRoman,
    /// An example, `(@)`: their numbers go through the whole text.
    Example,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Whether a task list's item is ticked.
    pub task: Option<bool>,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    pub term: Vec<Inline>,
    pub meanings: Vec<Vec<Block>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    None,
    Left,
    Center,
    Right,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What the author wrote about it: `: caption` above or below.
    pub caption: Option<Vec<Inline>>,
    pub alignments: Vec<Alignment>,
    /// How wide the columns are in a grid table, in characters; empty in others.
    pub widths: Vec<usize>,
    pub head: Vec<Row>,
    pub body: Vec<Row>,
}

impl Table {
    /// Its cells, row by row.
    pub fn cells(&self) -> impl Iterator<Item = &TableCell> {
        self.head.iter().chain(&self.body).flatten()
    }
}

/// The cells that begin in one row of a table.
pub type Row = Vec<TableCell>;

#[derive(Clone, Debug, PartialEq)]
pub struct TableCell {
    pub blocks: Vec<Block>,
    /// The column that it begins in.
    pub column: usize,
    /// How many columns and rows it takes.
    pub columns: usize,
    pub rows: usize,
}

/// A fenced div: `:::challenge`.
#[derive(Clone, Debug, PartialEq)]
pub struct Div {
    /// The opening fence.
    pub opener: Span,
    /// What it is; none where no class is one of the dialect's.
    pub kind: Option<DivKind>,
    pub attributes: Attributes,
    /// Its first heading, if it begins with one.
    pub title: Option<Vec<Inline>>,
    pub blocks: Vec<Block>,
}

macro_rules! div_kinds {
    ($($kind:ident = $class:literal;)*) => {
        /// The divs of the dialect, after the Carpentries Workbench.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum DivKind { $($kind),* }

        impl DivKind {
            pub const ALL: &[DivKind] = &[$(DivKind::$kind),*];

            /// The class that an author writes.
            pub fn class(self) -> &'static str {
                match self { $(DivKind::$kind => $class),* }
            }
        }
    };
}

div_kinds! {
    Questions = "questions";
    Objectives = "objectives";
    Keypoints = "keypoints";
    Prereq = "prereq";
    Challenge = "challenge";
    Solution = "solution";
    Hint = "hint";
    Callout = "callout";
    Discussion = "discussion";
    Checklist = "checklist";
    Testimonial = "testimonial";
    Caution = "caution";
    Spoiler = "spoiler";
    Instructor = "instructor";
    Tab = "tab";
    GroupTab = "group-tab";
}

impl DivKind {
    pub fn from_class(class: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.class() == class)
    }

    /// Whether readers unfold it to see what is inside.
    pub fn folds(self) -> bool {
        matches!(self, Self::Solution | Self::Hint | Self::Spoiler | Self::Instructor)
    }
}

/// Markdown that is shown, and below it what it weaves to: `{.markdown .woven}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Woven {
    /// The block as it is shown. It is no code of the lesson's.
    pub source: Chunk,
    /// What it says, as blocks of the lesson.
    pub blocks: Vec<Block>,
}

/// A fenced code block.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// From fence to fence.
    pub span: Span,
    /// What stands behind the opening fence; empty where nothing does.
    pub info: Span,
    /// The first class: `rust`.
    pub language: Option<String>,
    /// `#name`, the other classes, `key="value"`.
    pub attributes: Attributes,
    pub lines: Vec<CodeLine>,
    /// How the notebook runs it, if at all.
    pub cell: Option<Cell>,
}

impl Chunk {
    /// The name that `<<references>>` use.
    pub fn name(&self) -> Option<&str> {
        self.attributes.id.as_deref()
    }

    /// The compiler's errors that its fence names: `E0382`.
    pub fn error_codes(&self) -> impl Iterator<Item = &str> {
        self.attributes.classes.iter().map(String::as_str).filter(|class| is_error_code(class))
    }

    /// Whether it is what some code gives, typed by the author.
    pub fn is_output(&self) -> bool {
        matches!(self.language.as_deref(), Some("output" | "error" | "warning"))
    }

    /// Whether it is markdown that is shown and woven.
    pub fn is_woven(&self) -> bool {
        let is_markdown = matches!(self.language.as_deref(), Some("markdown" | "md"));
        is_markdown && self.attributes.has_class("woven")
    }

    /// Whether it asks for a chart of some data.
    pub fn is_plot(&self) -> bool {
        self.language.as_deref() == Some("plot")
    }

    /// What readers see of an attribute: with measured values in it, where it asks for some.
    pub fn says<'a>(&'a self, key: &str, record: Option<&'a Record>) -> Option<&'a str> {
        let said = record.and_then(|record| record.said.get(&(self.span, key.to_owned())));
        said.map(String::as_str).or_else(|| self.attributes.get(key))
    }

    /// What it says of what a run of it may take.
    pub fn limits(&self) -> Limits {
        let size = |key: &str| self.attributes.get(key)?.parse().ok();
        Limits {
            timeout: self.attributes.get("timeout").and_then(|said| said.parse().ok()),
            output_size: size("output-size"),
            memory: size("memory"),
            file_size: size("file-size"),
            ..Limits::default()
        }
    }

    /// The notebook that it is a cell of, where that is not the lesson's first.
    pub fn session(&self) -> Option<&str> {
        self.attributes.get("session")
    }

    /// Environment variables of its run: `NAME=value`, blanks between them.
    pub fn env(&self) -> impl Iterator<Item = (&str, &str)> {
        let said = self.attributes.get("env").unwrap_or_default();
        said.split_whitespace().filter_map(|word| word.split_once('='))
    }

    /// What somebody would type while it runs: whole lines, of which `\n` ends one.
    pub fn stdin(&self) -> Option<String> {
        let mut text = self.attributes.get("stdin")?.replace("\\n", "\n");
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Some(text)
    }

    /// How readers see what it gives.
    pub fn shows(&self) -> Show {
        self.attributes.get("output").and_then(Show::from_word).unwrap_or_default()
    }

    /// Whether what cargo tells of its progress is of interest.
    pub fn chatter(&self) -> bool {
        self.attributes.get("chatter") == Some("true")
    }

    /// How its outputs are compared with what is recorded of them, where it says so.
    pub fn drift(&self) -> Option<Drift> {
        let word = self.attributes.get("drift")?;
        Drift::ALL.into_iter().find(|drift| drift.word() == word)
    }

    /// How it is measured, where it tells its readers how long something takes.
    pub fn timing(&self) -> Option<Timing> {
        let number = |key: &str| {
            let number = self.attributes.get(key)?.parse().ok();
            number.filter(|number| *number <= Timing::MOST)
        };
        let (runs, warmup) = (number("runs"), number("warmup"));
        let is_timed = self.attributes.has_class("timing") || self.attributes.get("runs").is_some();
        is_timed.then(|| match self.cell {
            Some(Cell::Rust) => Timing {
                warmup: warmup.unwrap_or(Timing::USUAL.warmup),
                runs: runs.unwrap_or(Timing::USUAL.runs),
            },
            // Commands may change what the next finds, and what fails is no measurement.
            _ => Timing::ONCE,
        })
    }

    /// What it is compared with: all cells that say the same.
    pub fn compared(&self) -> Option<&str> {
        self.attributes.get("compare")
    }

    /// Whether its code is compiled in the lesson's notebook.
    pub fn is_in_notebook(&self) -> bool {
        matches!(self.cell, Some(Cell::Rust | Cell::Trial(_)))
    }

    /// The file that it is written into when tangled.
    pub fn target(&self) -> Option<&str> {
        self.attributes.get("file")
    }
}

/// How often what is measured is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Runs before those that count: the first finds cold caches.
    pub warmup: u32,
    pub runs: u32,
}

impl Timing {
    pub const USUAL: Self = Self { warmup: 1, runs: 10 };
    pub const ONCE: Self = Self { warmup: 0, runs: 1 };
    /// More would take hours.
    pub const MOST: u32 = 1000;
}

/// How what a cell gives is compared with what is recorded of it. Where a cell says nothing, all that
/// varies from run to run may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drift {
    /// Every byte is the same.
    Exact,
    /// The same lines, in any order.
    Unordered,
    /// Only the author's own `output` block decides.
    Pattern,
    /// As many lines of the same words; their numbers may differ.
    Shape,
}

impl Drift {
    pub const ALL: [Self; 4] = [Self::Exact, Self::Unordered, Self::Pattern, Self::Shape];

    /// The word behind the fence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Unordered => "unordered",
            Self::Pattern => "pattern",
            Self::Shape => "shape",
        }
    }
}

/// One line of a code block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeLine {
    /// The code, without the line's ending, what a list or quote puts before it, or the `# ` of a
    /// hidden line.
    pub span: Span,
    /// Whether it is compiled but not shown: in Rust, a line that begins with `# `, as in rustdoc.
    /// (`##` at a line's beginning stands for one `#`.)
    pub hidden: bool,
}

/// The name, if a line of code is nothing but a reference: `<<name>>` between blanks.
pub fn reference(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix("<<")?.strip_suffix(">>")?;
    is_name(name).then_some(name)
}

/// Whether a reference can ask for a code block of this name.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || "<>".contains(c))
}

/// What running a code block means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Rust that runs in the lesson's notebook.
    Rust,
    /// Rust that is tried where it stands in the notebook, and leaves nothing there.
    Trial(Trial),
    /// `$ command` lines that run in the package's folder.
    Console,
}

/// What is to come of a block that is tried, in rustdoc's words.
///
/// Source: The rustdoc book, "Documentation tests", "Attributes".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// It compiles.
    NoRun,
    /// The compiler refuses it, with the code that its fence names, if it names one.
    CompileFail,
    /// It compiles, and running it panics.
    ShouldPanic,
}

impl Trial {
    pub const ALL: [Self; 3] = [Self::NoRun, Self::CompileFail, Self::ShouldPanic];

    /// The word behind the fence.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoRun => "no_run",
            Self::CompileFail => "compile_fail",
            Self::ShouldPanic => "should_panic",
        }
    }
}

/// How what a code block gives is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// In a box of its own, as a terminal shows it.
    #[default]
    Text,
    /// What it prints is the page's HTML.
    Html,
    /// As text without a box.
    Raw,
    None,
}

impl Show {
    pub const ALL: [Self; 4] = [Self::Text, Self::Html, Self::Raw, Self::None];

    /// The word behind `output=`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Html => "html",
            Self::Raw => "raw",
            Self::None => "none",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|show| show.word() == word)
    }
}

/// Attributes that tie a text to what was measured, and mean nothing to a browser.
pub const OF_VALUES: [&str; 4] = ["value", "format", "tolerance", "claim"];

/// As with blocks, what is large stands in a box.
#[derive(Clone, Debug, PartialEq)]
pub enum Inline {
    Text(String),
    Code {
        text: String,
        /// None where it has none, as most.
        attributes: Option<Box<Attributes>>,
    },
    Emphasis(Vec<Inline>),
    Strong(Vec<Inline>),
    Strikethrough(Vec<Inline>),
    Superscript(Vec<Inline>),
    Subscript(Vec<Inline>),
    Bracketed(Box<Bracketed>),
    Link(Box<Link>),
    Image(Box<Image>),
    Math {
        span: Span,
        tex: String,
        display: bool,
    },
    FootnoteReference {
        span: Span,
        label: String,
    },
    /// `@fig-granularity`: a figure or listing by its id.
    Reference {
        span: Span,
        id: String,
    },
    Html(String),
    SoftBreak,
    HardBreak,
}

/// `[text]{.class}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bracketed {
    pub span: Span,
    pub attributes: Attributes,
    pub content: Vec<Inline>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub span: Span,
    pub target: String,
    pub title: String,
    pub content: Vec<Inline>,
}

/// `![caption](source){alt="…" width="…"}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    pub span: Span,
    pub target: String,
    pub title: String,
    /// What stands in the square brackets: the caption of a figure, and the alternative text of
    /// an image that has no `alt`.
    pub caption: Vec<Inline>,
    pub attributes: Attributes,
}

impl Image {
    /// The text for those who don't see the picture.
    pub fn alt(&self) -> String {
        self.attributes.get("alt").map_or_else(|| plain_text(&self.caption), normalise_space)
    }
}

fn normalise_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of inlines without their markup.
pub fn plain_text(inlines: &[Inline]) -> String {
    plain_text_with(inlines, &|_| None)
}

/// The same, with what stands in the place of some of them.
pub fn plain_text_with<'a>(
    inlines: &[Inline],
    instead: &impl Fn(&Inline) -> Option<Cow<'a, str>>,
) -> String {
    let mut text = String::new();
    push_plain(inlines, instead, &mut text);
    text
}

fn push_plain<'a>(
    inlines: &[Inline],
    instead: &impl Fn(&Inline) -> Option<Cow<'a, str>>,
    out: &mut String,
) {
    for inline in inlines {
        if let Some(text) = instead(inline) {
            out.push_str(&text);
            continue;
        }
        match inline {
            Inline::Text(text) | Inline::Code { text, .. } => out.push_str(text),
            Inline::Math { tex, .. } => out.push_str(tex),
            Inline::SoftBreak | Inline::HardBreak => out.push(' '),
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Superscript(content)
            | Inline::Subscript(content) => push_plain(content, instead, out),
            Inline::Bracketed(bracketed) => push_plain(&bracketed.content, instead, out),
            Inline::Link(link) => push_plain(&link.content, instead, out),
            Inline::Image(image) => out.push_str(&image.alt()),
            Inline::Reference { id, .. } => out.push_str(id),
            Inline::FootnoteReference { .. } | Inline::Html(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::reference;

    #[test]
    fn only_a_name_alone_on_its_line_is_a_reference() {
        assert_eq!(reference("    <<async-calc-pi>>  "), Some("async-calc-pi"));
        for code in ["let x = <<a>>;", "1 << 2 >> 1", "<<T as A>::B as C>::D", "<<>>", "\\<<a>>"] {
            assert_eq!(reference(code), None, "{code}");
        }
    }
}
