//! Brings what compilers and panics say of generated code back to the lesson's lines.

mod compiler;
mod places;

use crate::model::{
    diagnostic::{Diagnostic, Severity},
    package::{Action, Program},
    record::{End, Part, StepTrace, Trace},
    source::{Sources, Span},
};

use places::{Panic, place, uses};

pub use compiler::join_uses;
pub use places::with_lesson_places;

/// What went wrong in a run, at the places where an author can mend it.
pub fn diagnose(program: &Program, trace: &Trace, sources: &Sources) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> =
        compiler::diagnostics(&trace.messages, program, sources).collect();
    let failed = match trace.end {
        End::Finished => return diagnostics,
        // A build can fail without the compiler's word: a dependency that does not exist, say.
        End::NotBuilt => {
            let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
            if errors.count() == 0 {
                diagnostics.push(not_built(program, trace));
            }
            return diagnostics;
        }
        End::Exited(0) => "ended before its last cell".to_owned(),
        End::Exited(status) => format!("ended with status {status}"),
        End::Flooded => "printed without end, and was ended".to_owned(),
        End::Killed(signal) => format!("was ended by signal {signal}"),
    };
    diagnostics.push(panic_diagnostic(program, trace, sources).unwrap_or_else(|| {
        let what = match &program.action {
            Action::Run { .. } => "the notebook",
            Action::Console(_) => "the command",
            Action::Build | Action::Compile { .. } => "the build",
        };
        at_last_step(
            program,
            trace,
            Diagnostic::error("run-failed", format!("{what} {failed}")),
            sources,
        )
    }));
    diagnostics
}

fn not_built(program: &Program, trace: &Trace) -> Diagnostic {
    let said: String = trace.steps.iter().map(stderr_of).collect();
    // Before its complaint cargo tells of its progress.
    let said = said.find("error: ").map_or(&*said, |start| &said[start + "error: ".len()..]);
    let diagnostic = Diagnostic::error("not-built", "cargo could not build this lesson's code");
    let first = program.steps.first().map(|step| step.span);
    let diagnostic = match first {
        Some(span) => diagnostic.at(span, "needed to run this"),
        None => diagnostic,
    };
    diagnostic.note(said.trim().to_owned())
}

fn stderr_of(step: &StepTrace) -> String {
    step.parts.iter().filter_map(Part::stderr).collect()
}

fn at_last_step(
    program: &Program,
    trace: &Trace,
    diagnostic: Diagnostic,
    sources: &Sources,
) -> Diagnostic {
    let last = trace.steps.len().saturating_sub(1);
    let diagnostic = match program.steps.get(last) {
        Some(step) => diagnostic.at(step.span, "while this ran"),
        None => diagnostic,
    };
    let said = trace.steps.last().map(|step| &step.parts[..]).unwrap_or_default();
    let said = said.iter().rev().find_map(Part::stderr);
    let said = said.map(|text| Part::Stderr(last_lines(text, 12)));
    let said = said.map(|said| with_lesson_places(said, program, sources));
    match said.as_ref().and_then(Part::stderr) {
        Some(said) => diagnostic.note(format!("it said last:\n{said}")),
        None => diagnostic,
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// The panic that ended a run. Others may have been caught, so only the last step's count, and only
/// if the program ended as panics end it.
fn panic_diagnostic(program: &Program, trace: &Trace, sources: &Sources) -> Option<Diagnostic> {
    if !matches!(trace.end, End::Exited(101) | End::Killed(_)) {
        return None;
    }
    let said = trace.steps.last().map(stderr_of)?;
    let lines: Vec<&str> = said.lines().collect();
    let (index, panic, span) = lines.iter().enumerate().rev().find_map(|(index, line)| {
        let panic = Panic::read(line)?;
        let span = place(program, panic.file, panic.line, panic.column)?;
        Some((index, panic, span))
    })?;
    let message: Vec<&str> = lines[index + 1..]
        .iter()
        .take_while(|line| {
            !line.starts_with("note: run with `RUST_BACKTRACE") && **line != "stack backtrace:"
        })
        .copied()
        .collect();
    let message = message.join("\n");
    let message = message.trim();
    let diagnostic = Diagnostic::error("panic", format!("panicked: {message}"));
    let first_token_end = token_end(sources.text(span));
    let diagnostic = diagnostic.at(Span { end: span.start + first_token_end, ..span }, "here");
    Some(compiler::used_at(diagnostic, uses(program, panic.file, panic.line)))
}

/// How far carets go under a panic's place, of which only the beginning is known.
fn token_end(text: &str) -> usize {
    let end = text.find(|c: char| !(c.is_alphanumeric() || "_!.".contains(c)));
    end.unwrap_or(text.len()).max(text.chars().next().map_or(0, char::len_utf8))
}
