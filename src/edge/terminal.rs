//! What people read in the terminal: mistakes, progress, and what was done.

use std::{io::IsTerminal, sync::Mutex, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

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

/// Says what is being done while it takes time: a line that changes on a terminal, a line for each
/// thing elsewhere.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    way: Way,
    said: Mutex<String>,
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
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
            bar.set_style(style);
        }
        Self { bar, way, said: Mutex::default() }
    }

    /// A lesson, and what is done for it.
    pub fn begin(&self, lesson: &str, doing: &str) {
        let line = format!("{lesson}: {doing}");
        match self.way {
            Way::Terminal => {
                self.bar.reset();
                self.bar.enable_steady_tick(Duration::from_millis(100));
                self.bar.set_message(line.clone());
            }
            Way::Lines => eprintln!("{line}"),
            Way::Silent => {}
        }
        if let Ok(mut said) = self.said.lock() {
            *said = line;
        }
    }

    /// How far it has come.
    pub fn detail(&self, detail: &str) {
        if self.way == Way::Terminal
            && let Ok(said) = self.said.lock()
        {
            self.bar.set_message(format!("{said}, {detail}"));
        }
    }

    /// It is done.
    pub fn end(&self) {
        if self.way == Way::Terminal {
            self.bar.disable_steady_tick();
            self.bar.finish_and_clear();
        }
    }
}
