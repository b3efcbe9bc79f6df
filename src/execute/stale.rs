//! What is told where a record does not hold, and nothing may be run.

use std::{collections::BTreeSet, error::Error, fmt};

use super::changes::{changes, gone_steps, new_steps};
use crate::model::{
    diagnostic::Diagnostic,
    package::{Action, Program, Step},
    record::Inputs,
    source::Sources,
};

/// A program has no record that holds. A [`Runner`](super::Runner) that runs nothing gives it as its error.
#[derive(Debug)]
pub struct Stale {
    /// What was recorded last was made of this, if anything was.
    pub before: Option<Inputs>,
    pub now: Inputs,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no record that holds")
    }
}

impl Error for Stale {}

impl Stale {
    /// Names the steps that changed, or all where what changed is not in one.
    pub fn diagnostic(&self, program: &Program, sources: &Sources) -> Diagnostic {
        let changed = match &self.before {
            Some(before) => new_steps(program, before, &self.now),
            None => vec![],
        };
        let are_changed = !changed.is_empty();
        let steps: Vec<&Step> = if are_changed { changed } else { program.steps.iter().collect() };
        let line = |step: &&Step| sources.get(step.span.source).line_column(step.span.start).line;
        let lines: BTreeSet<usize> = steps.iter().map(line).collect();
        let lines: Vec<String> = lines.into_iter().map(|line| line.to_string()).collect();
        let noun = match program.action {
            Action::Console(_) => "command",
            Action::Build => "package",
            Action::Run { .. } | Action::Compile { .. } => "cell",
        };
        let lesson = &program.lesson;
        let message = match &lines[..] {
            [before @ .., last] if !before.is_empty() => format!(
                "the records of the {noun}s at lines {} and {last} of lesson `{lesson}` do not hold, and --frozen \
                 runs nothing",
                before.join(", ")
            ),
            lines => format!(
                "the record of the {noun} at line {} of lesson `{lesson}` does not hold, and --frozen runs nothing",
                lines.concat()
            ),
        };
        let said = match &self.before {
            None => "not recorded",
            Some(before) if are_changed && gone_steps(before, &self.now) == 0 => {
                "new since the others were recorded"
            }
            Some(_) if are_changed => "changed since it was recorded",
            Some(_) => "recorded with something else",
        };
        let mut diagnostic = Diagnostic::error("stale-record", message);
        // Where it is all of them, their lines say enough.
        let shown = if are_changed { steps.len() } else { 1 };
        for (at, step) in steps.into_iter().take(shown).enumerate() {
            diagnostic = match at {
                0 => diagnostic.at(step.span, said),
                _ => diagnostic.also(step.span, said),
            };
        }
        if let Some(before) = self.before.as_ref().filter(|_| !are_changed) {
            let changes = changes(program, before, &self.now, sources);
            diagnostic = match &changes[..] {
                [] => diagnostic.note("a file that it wrote is gone, or another"),
                changes => changes.iter().fold(diagnostic, |it, change| it.note(change)),
            };
        }
        diagnostic.hint("`lessonc build` runs and records it")
    }
}
