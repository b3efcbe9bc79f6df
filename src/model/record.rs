//! What running gave.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{source::Span, words::Words};

/// The capture of one run of one program, free of lesson places so that it outlives prose edits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    pub made: Made,
    pub end: End,
    /// One for each step that was begun, in order.
    pub steps: Vec<StepTrace>,
    /// Files that the program wrote in its working directory, by name.
    #[serde(skip)]
    pub files: Vec<CapturedFile>,
    /// The files of the course that were read meanwhile, whoever did.
    #[serde(skip)]
    pub opened: BTreeSet<String>,
    /// What the compiler said when the program was built: warnings, if anything was run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<CompilerMessage>,
    /// The `Cargo.lock` that it was built with; empty where nothing was built.
    #[serde(skip)]
    pub lock: String,
}

/// What a run was made of, free of lesson places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// A hash of each part, by its name: `file asyncio/src/lib.rs`, `crate tokio 1.48.0`.
    pub parts: BTreeMap<String, String>,
    /// A hash of each step's own code, in their order.
    pub steps: Vec<String>,
}

/// When, where and with what a run was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The day, `2026-11-22`, in UTC.
    pub date: String,
    /// `rustc 1.95.0`.
    pub rustc: String,
    /// `x86_64-unknown-linux-gnu`.
    pub host: String,
    /// The processor's name as the system gives it, or empty.
    pub cpu: String,
    /// Threads that the system runs at once.
    pub cores: usize,
    /// How busy others kept the machine just before a program that measures, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<u32>,
}

impl Made {
    /// Adds it to others. When, where and with what is told once, with the most that others took.
    pub fn add_to(self, all: &mut Vec<Self>) {
        let without_load = |made: &Self| Self { load: None, ..made.clone() };
        match all.iter_mut().find(|other| without_load(other) == without_load(&self)) {
            Some(same) => same.load = same.load.max(self.load),
            None => all.push(self),
        }
    }
}

impl Made {
    /// All of it in one line.
    pub fn told(&self, words: &Words) -> String {
        let Self { date, rustc, host, cpu, cores, load } = self;
        let made = words.say("made", &[("date", date), ("rustc", rustc), ("host", host)]);
        let mut told =
            format!("{made}, {cores} {}", words.get(if *cores == 1 { "core" } else { "cores" }));
        if !cpu.is_empty() {
            told.push_str(&format!(" {} {cpu}", words.get("of")));
        }
        if let Some(load) = load.filter(|load| *load > 0) {
            told.push_str(&format!(", {}", words.say("busy", &[("load", &load.to_string())])));
        }
        told
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It could not be built; nothing ran.
    NotBuilt,
    /// Every step was reached, and all ended with the status that they are to have: mostly 0.
    Finished,
    /// It ended early or with another status.
    Exited(i32),
    /// A signal ended it.
    Killed(i32),
    /// It printed more than it may, and was ended.
    Flooded,
    /// A step took longer than it may, and the program was ended.
    TimedOut,
}

/// What one step gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTrace {
    /// How long the step took, in microseconds.
    pub micros: u64,
    /// The same of each run that counts, where the program was run several times; all else is of the
    /// first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<u64>,
    pub parts: Vec<Part>,
    /// Whether it is what the step gave when it was another, while it is on its way again. Never recorded.
    #[serde(skip)]
    pub is_old: bool,
}

/// A run of text from one stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    Stdout(String),
    Stderr(String),
    /// The value of the expression that a cell ended in.
    Value(String),
    /// What the compiler says of a block that it was to refuse, in colours of a terminal.
    Compiler(String),
    /// What is said in the place of an output that is not there, since the run failed. Never recorded.
    Note(String),
}

impl StepTrace {
    /// How many bytes of text it printed.
    pub fn printed(&self) -> usize {
        self.parts.iter().map(|part| part.text().len()).sum()
    }
}

impl Part {
    fn text(&self) -> &str {
        match self {
            Self::Stdout(text)
            | Self::Stderr(text)
            | Self::Value(text)
            | Self::Compiler(text)
            | Self::Note(text) => text,
        }
    }

    pub fn text_mut(&mut self) -> &mut String {
        match self {
            Self::Stdout(text)
            | Self::Stderr(text)
            | Self::Value(text)
            | Self::Compiler(text)
            | Self::Note(text) => text,
        }
    }

    /// What it holds, if it is of standard error.
    pub fn stderr(&self) -> Option<&str> {
        match self {
            Self::Stderr(text) => Some(text),
            Self::Stdout(_) | Self::Value(_) | Self::Compiler(_) | Self::Note(_) => None,
        }
    }
}

/// A file that a program wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedFile {
    /// Below the program's working directory, with `/` between folders.
    pub path: String,
    pub bytes: Arc<[u8]>,
}

/// What a lesson's runs gave, at the lesson's places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    pub outputs: Vec<Output>,
    pub files: Vec<CapturedFile>,
    /// Programs may have been run on several days and machines: each is there once.
    pub made: Vec<Made>,
    /// What readers see in the place of a text that shows a measured value.
    pub shown: BTreeMap<Span, String>,
    /// The same for an attribute of a code block, by the block's place and the attribute's name.
    pub said: BTreeMap<(Span, String), String>,
    /// What there is to say of measured cells, by their code blocks.
    pub timed: BTreeMap<Span, Timed>,
}

impl Record {
    /// When and with what all of it was made; none where that is not the same for all.
    pub fn only_made(&self) -> Option<&Made> {
        match &self.made[..] {
            [made] => Some(made),
            _ => None,
        }
    }

    /// How many microseconds a code block took in each run that counts; nothing where it is not
    /// measured.
    pub fn samples(&self, chunk: Span) -> impl Iterator<Item = f64> {
        let outputs = self.outputs.iter().filter(move |output| output.chunk == chunk);
        outputs.flat_map(|output| &output.samples).map(|micros| *micros as f64)
    }
}

/// How long a cell took in several runs, as readers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Timed {
    pub median: String,
    /// The first and the third quartile.
    pub low: String,
    pub high: String,
    pub runs: usize,
    pub outliers: usize,
}

/// What one step of one code block gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The code block that it belongs under.
    pub chunk: Span,
    /// The step: a cell's code, or one command of a console block.
    pub span: Span,
    pub parts: Vec<Part>,
    pub micros: u64,
    /// The same of each run that counts, where it is measured.
    pub samples: Vec<u64>,
    /// As in [`StepTrace::is_old`].
    pub is_old: bool,
}

/// One message of the compiler, in its own terms: files and lines of generated code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompilerMessage {
    pub error: bool,
    /// `E0382`, or a lint's name.
    pub code: Option<String>,
    pub text: String,
    pub spans: Vec<CompilerSpan>,
    /// Notes and helps that belong to it.
    pub children: Vec<CompilerMessage>,
    /// `note` or `help`, for a child.
    pub level: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompilerSpan {
    /// Below the workspace's folder.
    pub file: String,
    /// Lines and columns from one, columns in characters, the end exclusive.
    pub start: (usize, usize),
    pub end: (usize, usize),
    pub primary: bool,
    pub label: String,
    /// What the compiler would write there.
    pub suggestion: Option<String>,
    /// Where the macro was called that this was made by, if it was.
    pub called: Option<Box<CompilerSpan>>,
}
