//! What readers see of a run that failed, in the place of what it did not give.

use crate::model::{
    package::{Action, Program},
    record::{End, Output, Part, Record, Trace},
    source::Sources,
};

/// Adds to the last step that a run reached how it ended, in the words of its diagnostic, and to those
/// after it that they were not reached.
pub fn add_notes(
    record: &mut Record,
    program: &Program,
    trace: &Trace,
    said: &str,
    sources: &Sources,
) {
    let is_built = trace.end != End::NotBuilt;
    let reached = if is_built { trace.steps.len().min(program.steps.len()) } else { 0 };
    let (begun, others) = program.steps.split_at(reached);
    let why = match begun.last() {
        None if is_built => "not reached: what runs before it ended the program".to_owned(),
        None => format!("not run: {said}"),
        Some(last) => {
            let output = record.outputs.iter_mut().rfind(|output| output.span == last.span);
            output.into_iter().for_each(|output| output.parts.push(Part::Note(said.to_owned())));
            let what = match program.action {
                Action::Console(_) => "command",
                _ => "cell",
            };
            let line = sources.get(last.span.source).line_column(last.span.start).line;
            format!("not reached, because of the {what} at line {line}: {said}")
        }
    };
    record.outputs.extend(others.iter().map(|step| Output {
        chunk: step.chunk,
        span: step.span,
        parts: vec![Part::Note(why.clone())],
        micros: 0,
        samples: vec![],
        is_old: false,
    }));
}
