//! Brings what compilers and panics say of generated code back to the lesson's lines.

mod compiler;
mod limits;
mod places;

use crate::model::{
    diagnostic::{Diagnostic, has_errors},
    package::{Action, FAILED, PANICKED, Program, Step, status_of_signal},
    record::{End, Part, StepTrace, Trace},
    source::{Sources, Span},
};

use super::{runtime::PLACE, syntax::last_try};
use places::{Panic, file_place, place, uses, with_lesson_places};

pub use compiler::join_uses;
pub use places::with_readers_places;

/// What went wrong in a run, at the places where an author can mend it.
pub fn diagnose(program: &Program, trace: &Trace, sources: &Sources) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> =
        compiler::diagnostics(&trace.messages, program, sources).collect();
    match trace.end {
        End::Finished => return diagnostics,
        // A build can fail without the compiler's word: a dependency that does not exist, say.
        End::NotBuilt => {
            if !has_errors(&diagnostics) {
                // A build script's, then.
                let panic = panic_diagnostic(program, trace, sources);
                diagnostics.push(panic.unwrap_or_else(|| not_built(program, trace)));
            }
            return diagnostics;
        }
        End::Exited(_) | End::Killed(_) | End::Flooded | End::TimedOut => {}
    }
    let failure = match limits::passed(program, trace) {
        Some(passed) => at_last_step(program, trace, passed, sources),
        None => {
            let failure = panic_diagnostic(program, trace, sources)
                .or_else(|| failed_diagnostic(program, trace, sources))
                .unwrap_or_else(|| at_last_step(program, trace, ended(program, trace), sources));
            match limits::hint(program, trace) {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        }
    };
    diagnostics.push(with_unreached(failure, program, trace));
    diagnostics
}

fn ended(program: &Program, trace: &Trace) -> Diagnostic {
    match trace.end {
        End::Exited(status) => exited(program, trace, status),
        End::Killed(signal) => {
            let failure = run_failed(program, &format!("was ended by signal {signal}"));
            match program.action {
                Action::Console(_) => failure.hint(if_meant(status_of_signal(signal))),
                _ => failure,
            }
        }
        _ => run_failed(program, "ended before its last cell"),
    }
}

fn exited(program: &Program, trace: &Trace, status: i32) -> Diagnostic {
    let command = match &program.action {
        Action::Console(commands) => commands.get(trace.steps.len().saturating_sub(1)),
        _ => None,
    };
    match (command.map(|command| command.status), status) {
        (None, 0) => run_failed(program, "ended before its last cell").hint(
            "give the cell that ends it a notebook of its own, in which it is the last: \
             `session=\"…\"` behind the fence",
        ),
        (None, status) => run_failed(program, &format!("ended with status {status}")),
        (Some(0), status) => {
            run_failed(program, &format!("ended with status {status}")).hint(if_meant(status))
        }
        (Some(expected), status) => run_failed(
            program,
            &format!("ended with status {status}, and says that it ends with {expected}"),
        )
        .hint(match status {
            0 => format!("mend the command, or take `# exit {expected}` out"),
            status => format!("mend the command, or write `# exit {status}` behind it"),
        }),
    }
}

fn if_meant(status: i32) -> String {
    format!("if it is meant to, say so behind it: `# exit {status}`")
}

/// Tells of the steps that came too late.
fn with_unreached(diagnostic: Diagnostic, program: &Program, trace: &Trace) -> Diagnostic {
    let what = match &program.action {
        Action::Console(_) => "command",
        _ => "cell",
    };
    match program.steps.get(trace.steps.len().max(1)..).unwrap_or_default() {
        [] => diagnostic,
        [next] => diagnostic.also(next.span, "not reached"),
        [next, _] => diagnostic.also(next.span, format!("not reached, nor the {what} after it")),
        [next, others @ ..] => {
            let others = others.len();
            diagnostic.also(next.span, format!("not reached, nor the {others} {what}s after it"))
        }
    }
}

fn run_failed(program: &Program, how: &str) -> Diagnostic {
    let what = match &program.action {
        Action::Run { .. } => "the notebook",
        Action::Console(_) => "the command",
        Action::Build | Action::Compile { .. } => "the build",
    };
    Diagnostic::error("run-failed", format!("{what} {how}"))
}

/// The step that ran when all was over.
fn last_step<'p>(program: &'p Program, trace: &Trace) -> Option<&'p Step> {
    program.steps.get(trace.steps.len().saturating_sub(1))
}

fn not_built(program: &Program, trace: &Trace) -> Diagnostic {
    let said: String = trace.steps.iter().map(|step| complaints(program, step)).collect();
    // Before its complaint cargo tells of its progress.
    let said = said.find("error: ").map_or(&*said, |start| &said[start + "error: ".len()..]);
    let diagnostic = Diagnostic::error("not-built", "cargo could not build this lesson's code");
    let package = program.workspace.member(&program.member);
    let named = package.and_then(|package| {
        // As in "no package named `x`", "the requirement `x = …`".
        let is_named =
            |name: &str| ["`", " "].iter().any(|end| said.contains(&format!("`{name}{end}")));
        package.asked.iter().find(|(name, _)| is_named(name))
    });
    let first = program.steps.first().map(|step| step.span);
    let diagnostic = match (named, first) {
        (Some((_, span)), _) => diagnostic.at(*span, "asked for here"),
        (None, Some(span)) => diagnostic.at(span, "needed to run this"),
        (None, None) => diagnostic,
    };
    diagnostic.note(said.trim().to_owned())
}

/// What a part of an output may say of what went wrong. Consoles print all to one stream.
fn complaint<'p>(program: &Program, part: &'p Part) -> Option<&'p str> {
    match (part, &program.action) {
        (Part::Stdout(text), Action::Console(_)) => Some(text),
        _ => part.stderr(),
    }
}

fn complaints(program: &Program, step: &StepTrace) -> String {
    step.parts.iter().filter_map(|part| complaint(program, part)).collect()
}

fn at_last_step(
    program: &Program,
    trace: &Trace,
    diagnostic: Diagnostic,
    sources: &Sources,
) -> Diagnostic {
    let diagnostic = match last_step(program, trace) {
        Some(step) if trace.steps.is_empty() => {
            diagnostic.at(step.span, "not reached: what runs before it ended the program")
        }
        Some(step) => diagnostic.at(step.span, "while this ran"),
        None => diagnostic,
    };
    let said = trace.steps.last().map(|step| &step.parts[..]).unwrap_or_default();
    let said = said.iter().rev().find_map(|part| complaint(program, part));
    let said = said.map(|text| Part::Stderr(last_lines(text, 12)));
    let said = said.map(|said| with_lesson_places(said, program, sources));
    match said.as_ref().and_then(Part::stderr) {
        Some(said) => diagnostic.note(format!("it said last:\n{said}")),
        None => diagnostic,
    }
}

/// The last lines of a text, and of a long one its beginning.
fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let last = lines[lines.len().saturating_sub(count)..].iter();
    let cut = |line: &&str| match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => (*line).to_owned(),
    };
    last.map(cut).collect::<Vec<_>>().join("\n")
}

/// How many characters of a line are told: more is nothing that somebody wrote to be read.
const LONGEST_LINE: usize = 300;

/// The panic that ended a run. Others may have been caught, so only the last step's count, and only
/// if the program ended as panics end it. Those before it are labelled: a thread's panic is why it
/// could not be joined.
fn panic_diagnostic(program: &Program, trace: &Trace, sources: &Sources) -> Option<Diagnostic> {
    if !matches!(trace.end, End::Exited(PANICKED) | End::Killed(_) | End::NotBuilt) {
        return None;
    }
    let said = complaints(program, trace.steps.last()?);
    let lines: Vec<&str> = said.lines().collect();
    let mut panics = lines.iter().enumerate().rev().filter_map(|(index, line)| {
        let panic = Panic::read(line)?;
        let span = place(program, panic.file, panic.line, panic.column)?;
        let end = span.start + token_end(sources.text(span));
        Some((panic, Span { end, ..span }, panic_message(&lines[index + 1..])))
    });
    let (panic, span, message) = panics.next()?;
    let mut diagnostic =
        Diagnostic::error("panic", format!("panicked: {message}")).at(span, "here");
    for (_, span, message) in panics.take(MOST_PANICS) {
        if diagnostic.labels.iter().all(|label| label.span != span) {
            let first = message.lines().next().unwrap_or_default();
            diagnostic = diagnostic.also(span, format!("panicked before: {first}"));
        }
    }
    Some(compiler::used_at(diagnostic, uses(program, panic.file, panic.line)))
}

/// The `?` that ended a notebook.
fn failed_diagnostic(program: &Program, trace: &Trace, sources: &Sources) -> Option<Diagnostic> {
    if trace.end != End::Exited(FAILED) {
        return None;
    }
    let said = complaints(program, trace.steps.last()?);
    let (error, (file, line, column)) = error_of(&said)?;
    let span = place(program, file, line, column)?;
    // The expression may go on below, and end in its `?` there.
    let rest = &sources.get(span.source).text[span.start..];
    let code = rest.find("\n```").map_or(rest, |fence| &rest[..fence]);
    let end = last_try(code).map_or(span.end, |length| span.start + length);
    let diagnostic = Diagnostic::error("run-failed", format!("the notebook failed: {error}"))
        .at(Span { end, ..span }, "this error ends the notebook");
    Some(compiler::used_at(diagnostic, uses(program, file, line)))
}

/// The error that `main` gave, and the file, line and column of the `?` that it came from.
fn error_of(said: &str) -> Option<(&str, (&str, usize, usize))> {
    // Below it stands only what values print that are dropped.
    let start = said.rfind("Error: ").filter(|at| *at == 0 || said[..*at].ends_with('\n'))?;
    let (error, below) = said[start + "Error: ".len()..].split_once(&format!("\n{PLACE}"))?;
    Some((error, file_place(below.lines().next()?)?))
}

/// Whether a step tells of a `?` that failed.
pub fn fails(step: &StepTrace) -> bool {
    let said: String = step.parts.iter().filter_map(Part::stderr).collect();
    error_of(&said).is_some()
}

/// Whether a step tells of a panic.
pub fn panics(step: &StepTrace) -> bool {
    let said = step.parts.iter().filter_map(Part::stderr);
    said.flat_map(str::lines).any(|line| Panic::read(line).is_some())
}

/// How many panics are looked at that came before the last.
const MOST_PANICS: usize = 3;

/// What stands below a panic's place.
fn panic_message(below: &[&str]) -> String {
    let is_of_message = |line: &&&str| {
        let line = line.trim_start();
        !line.starts_with("note: run with `RUST_BACKTRACE")
            && line != "stack backtrace:"
            && Panic::read(line).is_none()
    };
    let message: Vec<&str> = below.iter().take_while(is_of_message).copied().collect();
    message.join("\n").trim().to_owned()
}

/// How far carets go under a panic's place, of which only the beginning is known.
fn token_end(text: &str) -> usize {
    let end = text.find(|c: char| !(c.is_alphanumeric() || "_!.".contains(c)));
    end.unwrap_or(text.len()).max(text.chars().next().map_or(0, char::len_utf8))
}
