//! Every code of the crate: what it means, and a lesson that draws it beside one that doesn't.
//!
//! Codes are stable: scripts, settings and comments name them. A code that is no longer used may
//! go; one that is may not be renamed.

mod execute;
mod lint;
mod measure;
mod parse;
mod plot;
mod tangle;
mod weave;

use crate::model::diagnostic::Severity;

/// One code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// `vague-link`
    pub name: &'static str,
    /// How loud it is where the settings say nothing.
    pub severity: Severity,
    pub found: Found,
    /// One line, without a full stop.
    pub meaning: &'static str,
    pub explanation: &'static str,
    /// The file that the examples are: a lesson, or `index.md`.
    pub file: &'static str,
    pub bad: &'static str,
    pub good: &'static str,
}

/// On which part of the road a code is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// By reading, tangling, composing or weaving: by `build` and by `check`.
    Always,
    /// By `check` only: the site can be built all the same.
    ByCheck,
    /// By `build` only: something must run.
    ByRunning,
    /// By `check --run` only: something must run, and be recorded.
    ByRerunning,
    /// By what stands in the course's folder: no text shows it alone.
    ByFolder,
    /// By `tangle` only: by what stands where it writes.
    ByTangling,
}

/// Every code, by the stage that draws it.
pub fn all() -> impl Iterator<Item = &'static Code> {
    [
        parse::CODES,
        tangle::CODES,
        execute::CODES,
        measure::CODES,
        plot::CODES,
        weave::CODES,
        lint::CODES,
    ]
    .into_iter()
    .flatten()
}

pub fn find(name: &str) -> Option<&'static Code> {
    all().find(|code| code.name == name)
}

/// Whether settings and comments may silence a code: not one whose page would lack something.
pub fn may_be_lowered(name: &str) -> bool {
    find(name)
        .is_some_and(|code| code.severity == Severity::Warning || code.found == Found::ByCheck)
}

/// A code of the table that most are like: drawn by a lesson.
const CODE: Code = Code {
    name: "",
    severity: Severity::Warning,
    found: Found::Always,
    meaning: "",
    explanation: "",
    file: "lesson.md",
    bad: "",
    good: "",
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_stands_once_and_is_explained() {
        let names: BTreeSet<&str> = all().map(|code| code.name).collect();
        assert_eq!(names.len(), all().count());
        for code in all() {
            let Code { name, meaning, explanation, bad, good, .. } = code;
            assert!(!meaning.is_empty() && !meaning.ends_with('.'), "{name}");
            assert!(explanation.ends_with('.'), "{name}");
            assert!(!bad.is_empty() && !good.is_empty() && bad != good, "{name}");
        }
    }
}
