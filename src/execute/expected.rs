//! Whether a program ended as its block says that it will.

use crate::model::{
    diagnostic::Diagnostic,
    package::{Expected, Program},
    record::{CompilerMessage, End, Trace},
};

/// Whether a run gave what its page will say of it. Any other is told of, and never recorded.
pub fn is_as_expected(program: &Program, trace: &Trace) -> bool {
    match &program.expected {
        Expected::Success => trace.end == End::Finished,
        Expected::CompilerError { code } => {
            trace.end == End::NotBuilt
                && errors(trace).any(|error| code.is_none() || error.code == *code)
        }
        // A cell before it may have panicked, too: then the block itself was never reached.
        Expected::Panic => trace.end == End::Exited(PANICKED) && !trace.steps.is_empty(),
    }
}

/// The exit status of a program whose main thread panicked.
///
/// Source: the Rust documentation of `std::process::Termination` and `panic!`.
pub const PANICKED: i32 = 101;

fn errors(trace: &Trace) -> impl Iterator<Item = &CompilerMessage> {
    trace.messages.iter().filter(|message| message.error && !message.spans.is_empty())
}

/// What is wrong with a block that did not end as it says, beyond what the compiler or a panic says
/// of it.
pub fn missed(program: &Program, trace: &Trace) -> Option<Diagnostic> {
    let first = program.steps.first()?;
    let diagnostic = match (&program.expected, trace.end) {
        (Expected::CompilerError { code }, End::Finished) => {
            let hint = match code {
                Some(code) => format!("let it give {code}, or take `compile_fail` out"),
                None => "let it be wrong, or take `compile_fail` out".to_owned(),
            };
            Diagnostic::error("compiles", "this block compiles, and says that it does not")
                .at(first.span, "")
                .hint(hint)
        }
        (Expected::CompilerError { code: Some(code) }, End::NotBuilt) => {
            let others: Vec<&str> =
                errors(trace).filter_map(|error| error.code.as_deref()).collect();
            let others = match &others[..] {
                [] => "no error that has a code".to_owned(),
                others => others.join(", "),
            };
            let message = format!("this block says that it gives {code}, and gives {others}");
            Diagnostic::error("other-error", message)
                .at(first.span, "")
                .hint("mend the block, or name the code that it gives behind `compile_fail`")
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
