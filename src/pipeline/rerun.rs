//! What programs give now, beside what is recorded of them.

use std::io;

use super::{
    Files, Memo, broken, compose, course,
    runs::{cannot_run, take, traces},
};
use crate::{
    execute::{self, Runner},
    memo::Extent,
    model::{
        course::Lesson,
        diagnostic::Diagnostic,
        package::Program,
        record::{Record, Trace},
        source::Sources,
    },
    weave,
};

/// What programs give now.
pub struct Rerun {
    pub fresh: Vec<(Program, Trace)>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Runs the programs of the lessons that are wanted, and compares what they give with what `recall`
/// knows of them. Those where a difference shows, other than of times, are run once more, to know
/// what varies.
///
/// # Errors
///
/// Where the user stops a run.
pub fn rerun(
    sources: &Sources,
    files: &Files,
    is_wanted: impl Fn(&str) -> bool,
    recall: &mut dyn Runner,
    runner: &mut dyn Runner,
) -> io::Result<Rerun> {
    let mut found = vec![];
    let memo = &mut Memo::default();
    let course = course::parse(sources, &mut memo.course).into_value(&mut found);
    let (tangled, plan) = compose(&course, Extent::Whole, sources, files, memo, &mut found);
    let broken = broken(&course, &tangled.broken, &found);
    let programs = plan.all(sources);
    let is_sound = |program: &&Program| !broken.contains(&program.lesson);
    let wanted = programs.iter().filter(|program| is_wanted(&program.lesson)).filter(is_sound);
    let wanted: Vec<&Program> = wanted.collect();

    let drifted = |program: &Program, recorded: &Record, fresh: &Record, again: Option<&Record>| {
        let lesson = course.lessons.iter().find(|lesson| lesson.name == program.lesson);
        let compare = |lesson: &Lesson| {
            let plain = weave::plain;
            let mut drifted = execute::drifted(lesson, recorded, fresh, again, plain);
            let records = [recorded, fresh];
            drifted.extend(execute::drifted_files(lesson, program, records, again, plain));
            drifted
        };
        lesson.map(|lesson| compare(lesson)).unwrap_or_default()
    };
    let (mut fresh, mut diagnostics) = (vec![], vec![]);
    let mut differing = vec![];
    let recorded = traces(recall, wanted.clone());
    for ((program, recorded), (_, trace)) in recorded.into_iter().zip(traces(runner, wanted)) {
        let Some(trace) = unless_stopped(program, trace, sources, &mut diagnostics)? else {
            continue;
        };
        diagnostics.extend(execute::undeclared_data(program, &trace, files));
        match recorded {
            // One that failed is told of by itself.
            _ if !execute::is_as_expected(program, &trace) => {}
            Ok(recorded) => {
                let recorded = record_of(program, recorded, sources);
                let now = record_of(program, trace.clone(), sources);
                if !drifted(program, &recorded, &now, None).is_empty() {
                    differing.push((program, recorded, now));
                }
            }
            Err(_) => diagnostics.extend(no_record(program)),
        }
        fresh.push((program.clone(), trace));
    }
    let once_more = differing.iter().map(|(program, ..)| *program).collect();
    for ((program, recorded, now), (_, trace)) in differing.iter().zip(traces(runner, once_more)) {
        let Some(trace) = unless_stopped(program, trace, sources, &mut diagnostics)? else {
            continue;
        };
        if execute::is_as_expected(program, &trace) {
            let again = record_of(program, trace, sources);
            diagnostics.extend(drifted(program, recorded, now, Some(&again)));
        } else {
            diagnostics.extend(take(&mut Record::default(), program, trace, sources));
        }
    }
    Ok(Rerun { fresh, diagnostics })
}

/// What a program gave, unless it could not be run.
fn unless_stopped(
    program: &Program,
    trace: io::Result<Trace>,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> io::Result<Option<Trace>> {
    match trace {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
        Err(error) => {
            diagnostics.push(cannot_run(program, &error, sources));
            Ok(None)
        }
        Ok(trace) => Ok(Some(trace)),
    }
}

/// What one program gave, at the lesson's places.
fn record_of(program: &Program, trace: Trace, sources: &Sources) -> Record {
    let mut record = Record::default();
    take(&mut record, program, trace, sources);
    record
}

fn no_record(program: &Program) -> Vec<Diagnostic> {
    let message = "there is no valid record to compare this with";
    let diagnostic = program.steps.first().map(|step| {
        Diagnostic::warning("no-record", message)
            .at(step.span, "")
            .hint("`--update` records what it gives; `lessonc why` says what changed")
    });
    diagnostic.into_iter().collect()
}
