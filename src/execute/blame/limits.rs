//! What runs are ended for, and what they were refused, in the lesson's words.

use super::{complaints, last_step};
use crate::model::{
    diagnostic::Diagnostic,
    limits::{Held, OUTPUT_SIZE},
    package::Program,
    record::{End, Trace},
};

/// The limit that a run was ended for; none where it ended otherwise.
pub fn passed(program: &Program, trace: &Trace) -> Option<Diagnostic> {
    let step = last_step(program, trace);
    let Held { memory, file_size } = held(program, trace);
    let said = last_said(program, trace);
    Some(match trace.end {
        End::Flooded => {
            let size = step.map_or(OUTPUT_SIZE, |step| step.bounds.output_size);
            let message = format!("this printed more than {size}, and was ended");
            Diagnostic::error("output-limit", message).hint(
                "let it print less, or allow more: by `output-size=` behind the fence, or \
                 `output-size:` in the front matter",
            )
        }
        End::TimedOut => {
            let seconds = step.map_or(0, |step| step.bounds.timeout);
            let message = format!("this took longer than {seconds} s, and was ended");
            Diagnostic::error("time-limit", message).hint(
                "give it longer, in seconds: by `timeout=` behind the fence, or `timeout:` in the \
                 front matter",
            )
        }
        end if is_of_file_size(end) || said.contains("SIGXFSZ") => {
            let message = format!("this wrote more than {file_size} into a file, and was ended");
            Diagnostic::error("file-size-limit", message)
                .hint("let it write less, or allow more: by `file-size=` behind the fence, or `file-size:` in the front matter")
        }
        _ if said.lines().any(is_of_memory) => {
            let message = format!("this asked for more memory than {memory}, and was ended");
            Diagnostic::error("memory-limit", message)
                .hint("let it take less, or allow more: by `memory=` behind the fence, or `memory:` in the front matter")
        }
        _ => return None,
    })
}

/// What the step might hold that ran when all was over.
fn held(program: &Program, trace: &Trace) -> Held {
    last_step(program, trace).map_or(program.sandbox.held, |step| step.bounds.held)
}

/// The setting that would let a run do what it seems to have failed of.
pub fn hint(program: &Program, trace: &Trace) -> Option<String> {
    let said = last_said(program, trace);
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let network = program.sandbox.network;
    if !network && says(&NO_NETWORK) {
        let hint = "a run reaches no network, unless the front matter says `network: true`";
        return Some(hint.to_owned());
    }
    if says(&["failed to spawn thread"]) {
        let memory = held(program, trace).memory;
        return Some(format!(
            "the stacks of threads count as memory, of which there is {memory}: `memory=` behind the fence, \
             or `memory:` in the front matter, allows more"
        ));
    }
    says(&["PermissionDenied", "Permission denied"]).then(|| match network {
        true => "a run writes to its own folder only: `write: [FOLDER]` in the front matter opens others"
            .to_owned(),
        false => "a run writes to its own folder only, and reaches no network: `write: [FOLDER]` and \
                  `network: true` in the front matter open more"
            .to_owned(),
    })
}

/// How programs and their libraries say that they cannot reach anybody.
const NO_NETWORK: [&str; 6] = [
    "NetworkUnreachable",
    "Network is unreachable",
    "failed to lookup address information",
    "name resolution",
    "resolve host",
    "AddrNotAvailable",
];

fn last_said(program: &Program, trace: &Trace) -> String {
    trace.steps.last().map(|step| complaints(program, step)).unwrap_or_default()
}

/// What the system ends a process by that writes too much into a file, on Linux.
const SIGXFSZ: i32 = 25;

/// A shell tells of the signal that ended its command by its own status.
fn is_of_file_size(end: End) -> bool {
    matches!(end, End::Killed(SIGXFSZ)) || end == End::Exited(128 + SIGXFSZ)
}

/// What Rust's standard library says before it aborts.
fn is_of_memory(line: &str) -> bool {
    line.starts_with("memory allocation of ") && line.ends_with(" bytes failed")
}
