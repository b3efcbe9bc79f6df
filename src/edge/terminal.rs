//! What people read in the terminal: mistakes, progress, and what was done.

use std::{io::IsTerminal, panic, process, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::{
    model::{
        diagnostic::{Diagnostic, Severity},
        source::Sources,
    },
    report,
};

/// Diagnostics in the order of their places, each once.
pub fn put_in_order(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(Diagnostic::span);
    diagnostics.dedup();
}

/// Tells all diagnostics, which are in order, and how many there are.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources) {
    for diagnostic in diagnostics {
        anstream::eprintln!("{}\n", report::coloured(diagnostic, sources));
    }
    if !diagnostics.is_empty() {
        eprintln!("{}", count(diagnostics));
    }
}

/// `1 error, 2 warnings`; empty where there is neither.
pub fn count(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => String::new(),
        (0, warnings) => plural(warnings, "warning"),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => {
            format!("{}, {}", plural(errors, "error"), plural(warnings, "warning"))
        }
    }
}

/// Tells why a command could not do its work at all.
pub fn error(error: &std::io::Error) {
    anstream::eprintln!("{}", report::headline(&error.to_string()));
}

/// `1 lesson`, `2 lessons`.
pub fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Says what is being done while it takes time: on a terminal a line for each thing that is under
/// way, which changes and goes; elsewhere a line for each thing that begins.
#[derive(Debug)]
pub struct Progress {
    bars: MultiProgress,
    way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Terminal,
    Lines,
    Silent,
}

impl Progress {
    /// As suits standard error.
    pub fn on_stderr() -> Self {
        Self::new(if std::io::stderr().is_terminal() { Way::Terminal } else { Way::Lines })
    }

    /// Says nothing, for tests.
    pub fn silent() -> Self {
        Self::new(Way::Silent)
    }

    fn new(way: Way) -> Self {
        Self { bars: MultiProgress::new(), way }
    }

    /// What is done for a lesson, or for several, until the task is dropped.
    pub fn begin(&self, lessons: &str, doing: &str) -> Task {
        let line = format!("{lessons}: {doing}");
        if self.way == Way::Lines {
            eprintln!("{line}");
        }
        let bar = (self.way == Way::Terminal).then(|| {
            let bar = self.bars.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed:>4}") {
                bar.set_style(style);
            }
            bar.set_message(line.clone());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Task { line, bar }
    }

    /// Says something that is worth knowing, and no mistake.
    pub fn note(&self, note: &str) {
        if self.way != Way::Silent {
            self.bars.suspend(|| eprintln!("note: {note}"));
        }
    }
}

/// Something under way.
#[derive(Debug)]
pub struct Task {
    line: String,
    bar: Option<ProgressBar>,
}

impl Task {
    /// How far it has come.
    pub fn detail(&self, detail: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{}, {detail}", self.line));
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Lets us end without a word where nobody reads on what we print, as in `lessonc explain | head`.
pub fn end_with_the_reader() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to stdout") {
            process::exit(OF_CLOSED_PIPE);
        }
        tell(panic);
    }));
}

/// The status that shells give for a command that a closed pipe ended.
const OF_CLOSED_PIPE: i32 = 128 + 13;
