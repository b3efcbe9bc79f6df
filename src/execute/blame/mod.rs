//! Brings what compilers and panics say of generated code back to the lesson's lines.

use super::notebook::SHOW;
use crate::model::{
    diagnostic::{Diagnostic, Severity},
    package::{Action, File, Program, Workspace},
    record::{CompilerMessage, CompilerSpan, End, Part, StepTrace, Trace},
    source::{Sources, Span},
};

/// What went wrong in a run, at the places where an author can mend it.
pub fn diagnose(program: &Program, trace: &Trace, sources: &Sources) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> = vec![];
    for message in trace.messages.iter().filter(|message| !is_summary(message)) {
        let diagnostic = compiler_diagnostic(message, program, sources);
        // A library and its tests, or two programs that share a file, say the same of it.
        if !diagnostics.contains(&diagnostic) {
            diagnostics.push(diagnostic);
        }
    }
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
            Action::Notebook => "the notebook",
            Action::Console(_) => "the command",
        };
        at_last_step(program, trace, Diagnostic::error("run-failed", format!("{what} {failed}")))
    }));
    diagnostics
}

/// Rewrites the places in a panic's message to lesson places, and leaves out the thread's number,
/// which differs from run to run.
pub fn with_lesson_places(part: Part, workspace: &Workspace, sources: &Sources) -> Part {
    let Part::Stderr(text) = part else { return part };
    let lines = text.split_inclusive('\n').map(|line| {
        let Some(panic) = Panic::read(line) else { return line.to_owned() };
        let place = place(workspace, panic.file, panic.line, panic.column);
        let place = place.map_or_else(
            || format!("{}:{}:{}", panic.file, panic.line, panic.column),
            |span| sources.place(span),
        );
        format!("{} panicked at {place}:\n", panic.thread)
    });
    Part::Stderr(lines.collect())
}

/// The lesson's place of a line and column (both from one, in characters) of a generated file.
fn place(workspace: &Workspace, file: &str, line: usize, column: usize) -> Option<Span> {
    place_in(workspace.file(file)?, line, column)
}

fn place_in(file: &File, line: usize, column: usize) -> Option<Span> {
    let line = file.lines.get(line.checked_sub(1)?)?;
    let origin = line.origin?;
    let before: usize = line.text.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    let start = (origin.span.start + before.saturating_sub(origin.indent)).min(origin.span.end);
    Some(Span { start, ..origin.span })
}

/// The nearest place of an author at or above a line that is no author's.
fn place_near(workspace: &Workspace, file: &str, line: usize) -> Option<Span> {
    let file = workspace.file(file)?;
    let above = file.lines.get(..line.min(file.lines.len()))?;
    above.iter().rev().find_map(|line| line.origin).map(|origin| origin.span)
}

/// The lesson's place of a compiler's span: of what was written there, or else of the call of the
/// macro that made it.
fn span(workspace: &Workspace, span: &CompilerSpan) -> Option<Span> {
    let written = workspace.file(&span.file).and_then(|file| span_in(file, span));
    written.or_else(|| self::span(workspace, span.called.as_deref()?))
}

fn span_in(file: &File, span: &CompilerSpan) -> Option<Span> {
    let start = place_in(file, span.start.0, span.start.1)?;
    // A span that ends outside of this lesson's text is shown to the end of its first line.
    let end = place_in(file, span.end.0, span.end.1)
        .filter(|end| end.source == start.source && end.start >= start.start)
        .map_or(start.end, |end| end.start);
    Some(Span { end, ..start })
}

/// Whether a span speaks of the line that shows a cell's value, which no author wrote.
fn is_scaffold(workspace: &Workspace, span: &CompilerSpan) -> bool {
    let line = workspace.file(&span.file).and_then(|file| file.lines.get(span.start.0 - 1));
    line.is_some_and(|line| line.text == SHOW)
}

/// Whether a message only counts the others, or says where to read on.
fn is_summary(message: &CompilerMessage) -> bool {
    message.spans.is_empty() && message.children.is_empty() && message.code.is_none()
}

fn compiler_diagnostic(
    message: &CompilerMessage,
    program: &Program,
    sources: &Sources,
) -> Diagnostic {
    let workspace = &program.workspace;
    let code = message.code.clone().unwrap_or_else(|| "rustc".to_owned());
    let mut diagnostic = if message.error {
        Diagnostic::error(code, &message.text)
    } else {
        Diagnostic::warning(code, &message.text)
    };
    for compiler_span in &message.spans {
        if !compiler_span.primary && is_scaffold(workspace, compiler_span) {
            continue;
        }
        let Some(span) = span(workspace, compiler_span) else { continue };
        diagnostic = if compiler_span.primary {
            diagnostic.at(span, &compiler_span.label)
        } else {
            diagnostic.also(span, &compiler_span.label)
        };
    }
    if diagnostic.span().is_none() {
        let near = message.spans.iter().find(|span| span.primary);
        let near = near.and_then(|span| place_near(workspace, &span.file, span.start.0));
        let near = near.or_else(|| program.steps.first().map(|step| step.span));
        if let Some(near) = near {
            diagnostic = diagnostic.at(near, "near here");
        }
    }
    let is_value = |child: &&CompilerMessage| child.text.contains("`Notebook::show`");
    if message.children.iter().any(|child| is_value(&child)) {
        diagnostic =
            diagnostic.hint("a cell shows the value that it ends in: end it with `;` to show none");
    }
    for child in message.children.iter().filter(|child| !is_value(child)) {
        let place = child.spans.iter().find_map(|child| span(workspace, child));
        let place = place.map(|span| format!(" ({})", sources.place(span))).unwrap_or_default();
        let suggestions = child.spans.iter().filter_map(|span| span.suggestion.as_deref());
        let suggested: Vec<&str> = suggestions.map(str::trim).filter(|s| !s.is_empty()).collect();
        let suggested = if suggested.is_empty() {
            String::new()
        } else {
            format!(": `{}`", suggested.join("` … `"))
        };
        let text = format!("{}{suggested}{place}", child.text);
        diagnostic =
            if child.level == "help" { diagnostic.hint(text) } else { diagnostic.note(text) };
    }
    match message.code.as_deref() {
        Some("E0728") => diagnostic.hint(
            "cells may `.await` where tokio has a runtime: add `tokio: { version: \"1\", \
             features: [macros, rt-multi-thread] }` to `dependencies:` in the lesson's front matter",
        ),
        Some("E0432" | "E0433") if speaks_of_crates(message) => diagnostic.hint(
            "crates.io packages are named under `dependencies:` in the lesson's front matter",
        ),
        _ => diagnostic,
    }
}

/// Whether the compiler thinks that a dependency may be missing.
fn speaks_of_crates(message: &CompilerMessage) -> bool {
    let texts = message.spans.iter().map(|span| &span.label).chain([&message.text]);
    texts.chain(message.children.iter().map(|child| &child.text)).any(|text| text.contains("crate"))
}

fn not_built(program: &Program, trace: &Trace) -> Diagnostic {
    let said: String = trace.steps.iter().map(stderr_of).collect();
    let diagnostic = Diagnostic::error("not-built", "cargo could not build this lesson's code");
    let first = program.steps.first().map(|step| step.span);
    let diagnostic = match first {
        Some(span) => diagnostic.at(span, "needed to run this"),
        None => diagnostic,
    };
    diagnostic.note(said.trim().to_owned())
}

fn stderr_of(step: &StepTrace) -> String {
    let texts = step.parts.iter().filter_map(|part| match part {
        Part::Stderr(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn at_last_step(program: &Program, trace: &Trace, diagnostic: Diagnostic) -> Diagnostic {
    let last = trace.steps.len().saturating_sub(1);
    let diagnostic = match program.steps.get(last) {
        Some(step) => diagnostic.at(step.span, "while this ran"),
        None => diagnostic,
    };
    let said = trace.steps.last().map(|step| &step.parts[..]).unwrap_or_default();
    let said = said.iter().rev().find_map(|part| match part {
        Part::Stderr(text) => Some(last_lines(text, 12)),
        _ => None,
    });
    match said {
        Some(said) => diagnostic.note(format!("it said last:\n{said}")),
        None => diagnostic,
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// `thread 'main' (4711) panicked at notebooks/asyncio/src/main.rs:12:5:`
struct Panic<'a> {
    thread: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Panic<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (head, place) = line.trim_end().split_once(" panicked at ")?;
        let thread = head.split_once(" (").map_or(head, |(thread, _)| thread);
        thread.starts_with("thread '").then_some(())?;
        let mut parts = place.strip_suffix(':')?.rsplitn(3, ':');
        let column = parts.next()?.parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        Some(Self { thread, file: parts.next()?, line, column })
    }
}

/// The panic that ended a run. Others may have been caught, so only the last step's count, and only
/// if the program ended as panics end it.
fn panic_diagnostic(program: &Program, trace: &Trace, sources: &Sources) -> Option<Diagnostic> {
    if !matches!(trace.end, End::Exited(101) | End::Killed(_)) {
        return None;
    }
    let said = trace.steps.last().map(stderr_of)?;
    let lines: Vec<&str> = said.lines().collect();
    let (index, span) = lines.iter().enumerate().rev().find_map(|(index, line)| {
        let panic = Panic::read(line)?;
        Some((index, place(&program.workspace, panic.file, panic.line, panic.column)?))
    })?;
    let message: Vec<&str> = lines[index + 1..]
        .iter()
        .take_while(|line| !line.starts_with("note: run with `RUST_BACKTRACE"))
        .copied()
        .collect();
    let message = message.join("\n");
    let message = message.trim();
    let diagnostic = Diagnostic::error("panic", format!("panicked: {message}"));
    let first_token_end = token_end(sources.text(span));
    let diagnostic = diagnostic.at(Span { end: span.start + first_token_end, ..span }, "here");
    Some(diagnostic)
}

/// How far carets go under a panic's place, of which only the beginning is known.
fn token_end(text: &str) -> usize {
    let end = text.find(|c: char| !(c.is_alphanumeric() || "_!.".contains(c)));
    end.unwrap_or(text.len()).max(text.chars().next().map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::Panic;

    #[test]
    fn panics_are_read_with_and_without_a_thread_number() {
        for line in [
            "thread 'main' (4711) panicked at notebooks/a/src/main.rs:12:5:\n",
            "thread 'main' panicked at notebooks/a/src/main.rs:12:5:\n",
        ] {
            let panic = Panic::read(line).unwrap();
            assert_eq!(panic.thread, "thread 'main'");
            assert_eq!((panic.file, panic.line, panic.column), ("notebooks/a/src/main.rs", 12, 5));
        }
        assert!(Panic::read("the horse panicked at noon").is_none());
    }
}
