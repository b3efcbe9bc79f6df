//! Whether a program ended as its block says that it will.

use std::collections::BTreeSet;

use super::blame;
use crate::model::{
    diagnostic::Diagnostic,
    package::{Expected, FAILED, PANICKED, Program},
    record::{CompilerMessage, End, Trace},
};

/// Whether a run gave what its page will say of it. Any other is told of, and never recorded.
pub fn is_as_expected(program: &Program, trace: &Trace) -> bool {
    match &program.expected {
        Expected::Success => trace.end == End::Finished,
        Expected::CompilerError { codes } if codes.is_empty() => {
            trace.end == End::NotBuilt && errors(trace).next().is_some()
        }
        // All that are named, and no other: that would be of something else that is wrong.
        Expected::CompilerError { codes } => {
            let given = given_codes(trace);
            let is_named = given.iter().all(|given| codes.iter().any(|code| code == given));
            let is_given = codes.iter().all(|code| given.contains(&&**code));
            trace.end == End::NotBuilt && is_named && is_given
        }
        // A cell before it may have panicked, too: then the block itself was never reached.
        // And whoever leaves with the status of a panic has not panicked for that.
        // A `?` that fails counts as one, since it is one in an example of rustdoc.
        Expected::Panic => match trace.end {
            End::Exited(PANICKED) => trace.steps.last().is_some_and(blame::panics),
            End::Exited(FAILED) => trace.steps.last().is_some_and(blame::fails),
            _ => false,
        },
    }
}

fn errors(trace: &Trace) -> impl Iterator<Item = &CompilerMessage> {
    trace.messages.iter().filter(|message| message.error && !message.spans.is_empty())
}

fn given_codes(trace: &Trace) -> BTreeSet<&str> {
    errors(trace).filter_map(|error| error.code.as_deref()).collect()
}

/// What is wrong with a block that did not end as it says, beyond what the compiler or a panic says
/// of it.
pub fn missed(program: &Program, trace: &Trace) -> Option<Diagnostic> {
    let first = program.steps.first()?;
    let diagnostic = match (&program.expected, trace.end) {
        (Expected::CompilerError { codes }, End::Finished) => {
            let hint = match &codes[..] {
                [] => "let it be wrong, or take `compile_fail` out".to_owned(),
                codes => format!("let it give {}, or take `compile_fail` out", codes.join(", ")),
            };
            Diagnostic::error("compiles", "this block compiles, and says that it does not")
                .at(first.span, "")
                .hint(hint)
        }
        (Expected::CompilerError { codes }, End::NotBuilt) if !codes.is_empty() => {
            let given: Vec<&str> = given_codes(trace).into_iter().collect();
            let given = match &given[..] {
                [] => "no error that has a code".to_owned(),
                given => given.join(", "),
            };
            let codes = codes.join(", ");
            let message = format!("this block says that it gives {codes}, and gives {given}");
            Diagnostic::error("other-error", message)
                .at(first.span, "")
                .hint("mend the block, or name each code that it gives behind `compile_fail`")
        }
        (Expected::Panic, End::Exited(PANICKED)) if !trace.steps.is_empty() => {
            let message = "this block says that it panics, and prints no panic's message";
            Diagnostic::error("no-panic", message)
                .at(first.span, "")
                .hint("let it panic, and leave the panic hook as it is")
        }
        (Expected::Panic, End::Finished) => {
            Diagnostic::error("no-panic", "this block ends well, and says that it panics")
                .at(first.span, "")
                .hint("let it panic, or take `should_panic` out")
        }
        _ => return None,
    };
    Some(diagnostic)
}
