//! What is wrong, where, and how to mend it.

use std::borrow::Cow;

use super::source::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Warning,
    Error,
}

/// How loudly an author wants to hear of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Off,
    Warning,
    Error,
}

/// A mend that can be made without asking: it changes what is broken and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does: "write `prereq`".
    pub message: String,
    /// All of them are made, or none.
    pub replacements: Vec<Replacement>,
}

/// New text for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    pub span: Span,
    pub text: String,
}

impl Fix {
    /// One place written anew.
    pub fn replace(span: Span, text: impl Into<String>, message: impl Into<String>) -> Self {
        let text = text.into();
        Self { message: message.into(), replacements: vec![Replacement { span, text }] }
    }
}

/// A place that a diagnostic talks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    /// What to say at the carets; may be empty.
    pub text: String,
    /// Whether this is the place of the mistake, or one that explains it.
    pub primary: bool,
}

/// What is said beside a diagnostic: one thing that explains it, or one way to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub kind: RemarkKind,
    pub text: String,
    pub labels: Vec<Label>,
    /// Other texts that would follow it, to choose one from: of each, all replacements or none.
    /// Unlike a [`Fix`] none may be what was meant.
    pub patches: Vec<Vec<Replacement>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// Explains.
    Note,
    /// Explains by lines that begin with `-` and `+`: as it was, and as it is.
    Diff,
    /// Tells how to mend it.
    Help,
}

impl Remark {
    /// A remark that speaks of no place of its own.
    pub fn new(kind: RemarkKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), labels: vec![], patches: vec![] }
    }
}

/// What a code block is called where it is shown as if it were a file.
pub const CELL: &str = "cell";

/// The code of what a compiler says without one.
pub const UNCODED: &str = "rustc";

/// One mistake or doubt, told at the lesson's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Stable and searchable: words of ours (`unclosed-div`), or the compiler's own (`E0382`).
    pub code: Cow<'static, str>,
    pub message: String,
    pub labels: Vec<Label>,
    /// What explains it further and how to mend it, in the order in which it is to be read.
    pub remarks: Vec<Remark>,
    /// How it can be mended for the author.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    pub fn error(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code.into(), message.into())
    }

    pub fn warning(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code.into(), message.into())
    }

    fn new(severity: Severity, code: Cow<'static, str>, message: String) -> Self {
        Self { severity, code, message, labels: vec![], remarks: vec![], fix: None }
    }

    /// The place of the mistake.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into(), primary: true });
        self
    }

    /// A place that explains the mistake.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into(), primary: false });
        self
    }

    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        self.remark(Remark::new(RemarkKind::Note, note))
    }

    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        self.remark(Remark::new(RemarkKind::Help, hint))
    }

    #[must_use]
    pub fn remark(mut self, remark: Remark) -> Self {
        self.remarks.push(remark);
        self
    }

    #[must_use]
    pub fn fixed_by(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fix = fix.into();
        self
    }

    /// How to mend it, in words.
    pub fn hints(&self) -> impl Iterator<Item = &str> {
        let helps = self.remarks.iter().filter(|remark| remark.kind == RemarkKind::Help);
        helps.map(|help| help.text.as_str())
    }

    /// Where it stands: its first primary label.
    pub fn span(&self) -> Option<Span> {
        self.labels.iter().find(|label| label.primary).map(|label| label.span)
    }
}

/// A value, and all that was found wrong on the way to it. Broken input gives both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosed<T> {
    pub value: T,
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Diagnosed<T> {
    /// The value; what was found goes to `diagnostics`.
    pub fn into_value(self, diagnostics: &mut Vec<Diagnostic>) -> T {
        diagnostics.extend(self.diagnostics);
        self.value
    }
}

/// Whether one of them is a mistake, and not only a doubt.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// The candidate that `word` was probably meant to be, if one is near enough.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    let length = word.chars().count();
    candidates
        .into_iter()
        // Each letter more or less is a slip of its own, and counting is cheap.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        // Of a single letter nothing would be left.
        .filter(|(distance, _)| *distance <= limit && *distance < length)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The candidate that `word` was meant to be, surely enough to write it without asking: no other is
/// as near, the word is not so short that much is near it, and its numbers are the same, for
/// `plot-1` and `plot-2` are near and never meant for each other.
pub fn only_near<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let meant = did_you_mean(word, candidates.clone())?;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    if word.chars().count() < 4 || digits(word) != digits(meant) {
        return None;
    }
    let distance = strsim::osa_distance(word, meant);
    let mut others = candidates.into_iter().filter(|candidate| *candidate != meant);
    others.all(|other| strsim::osa_distance(word, other) > distance).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_meant_and_far_ones_are_not() {
        assert_eq!(did_you_mean("prereqs", ["prereq", "solution"]), Some("prereq"));
        assert_eq!(did_you_mean("calc-pie", ["calc-pi", "async-calc-pi"]), Some("calc-pi"));
        assert_eq!(did_you_mean("titel", ["title", "teaching"]), Some("title"));
        assert_eq!(did_you_mean("banana", ["calc-pi", "timer"]), None);
    }

    #[test]
    fn what_is_near_is_not_always_surely_meant() {
        assert_eq!(did_you_mean("part-c", ["part-a", "part-b"]), Some("part-a"));
        assert_eq!(only_near("part-c", ["part-a", "part-b"]), None);
        assert_eq!(only_near("part-3", ["part-1"]), None);
        assert_eq!(only_near("cat", ["car"]), None);
        assert_eq!(only_near("prereqs", ["prereq", "prereq", "solution"]), Some("prereq"));
    }
}
