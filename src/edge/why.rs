//! `lessonc why`: which records hold, and what changed for those that do not.

use std::{io, path::PathBuf};

use super::{
    Outcome, course,
    lookup::{not_one, parse},
    records::{self, State, Store},
    terminal,
};
use crate::{
    model::{
        diagnostic::Severity,
        package::{Action, Program, Step},
        source::Sources,
    },
    pipeline,
    tangle::locate,
};

/// What `lessonc why` was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// A lesson, the name of a cell, or a place in a lesson: `asyncio`, `#async-calc-pi`, `lessons/asyncio.md:40`. All
    /// where absent.
    pub what: Option<String>,
    /// The course's folder.
    pub course: PathBuf,
}

/// Says of each recorded run whether it holds, and why not.
///
/// # Errors
///
/// Where the course cannot be read, or has no such lesson.
pub fn why(options: &Options) -> io::Result<Outcome> {
    let course = course::read(&options.course)?;
    let mut diagnostics = vec![];
    let programs = pipeline::programs(&course.sources, &course.files).into_value(&mut diagnostics);
    diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    terminal::put_in_order(&mut diagnostics);
    terminal::report(&diagnostics, &course.sources);

    let is_wanted = |program: &&Program| match &options.what {
        Some(what) => is_asked_for(program, what, &course.sources),
        None => true,
    };
    let wanted: Vec<&Program> = programs.iter().filter(is_wanted).collect();
    if let (Some(what), []) = (&options.what, &wanted[..]) {
        let known = programs.iter().map(|program| &*program.lesson);
        return Err(not_one(what, "lesson or cell that runs", &[], known));
    }
    let lock = records::lock(&options.course)?;
    let store = Store::new(&options.course, lock);
    let mut all_hold = true;
    for program in wanted {
        let state = store.state(program, &course.sources)?;
        all_hold &= matches!(state, State::Valid(_));
        let what = format!("{} ({})", program.lesson, describe(program, &course.sources));
        match state {
            State::Valid(made) => {
                println!("{what}: holds, made on {} with {}", made.date, made.rustc)
            }
            State::Missing => println!("{what}: has no record yet, or none that can be read"),
            State::Stale(changes) => {
                println!("{what}: is stale");
                changes.iter().for_each(|change| println!("  {change}"));
            }
        }
    }
    let is_fine = all_hold && diagnostics.is_empty();
    Ok(if is_fine { Outcome::Fine } else { Outcome::Findings })
}

/// What a program is to its lesson's author.
fn describe(program: &Program, sources: &Sources) -> String {
    match (&program.action, program.steps.first()) {
        (Action::Console(_), _) => "its commands".to_owned(),
        (Action::Build, _) => "its package".to_owned(),
        _ if program.name == "notebook" => "its cells".to_owned(),
        _ if let Some(session) = program.name.strip_prefix("notebook-") => {
            format!("its cells of the session `{session}`")
        }
        (_, Some(step)) => format!("the block at {}", sources.place(step.span)),
        (_, None) => program.name.clone(),
    }
}

/// Whether a program is of the lesson, or of the code block, that somebody asks for.
fn is_asked_for(program: &Program, what: &str, sources: &Sources) -> bool {
    let is_of = |step: &&Step, path: &str| {
        let own = &sources.get(step.chunk.source).path;
        locate::ends_with(path, own) || locate::ends_with(own, path)
    };
    let mut steps = program.steps.iter();
    match parse(what) {
        Some((path, at)) => steps.filter(|step| is_of(step, &path)).any(|step| {
            let source = sources.get(step.chunk.source);
            let line = |offset| source.line_column(offset).line;
            (line(step.chunk.start)..=line(step.chunk.end)).contains(&at.line)
        }),
        None => {
            program.lesson == what
                || steps.any(|step| is_of(&step, what) || is_called(step, what, sources))
        }
    }
}

/// Whether the block of a step has this name behind its fence.
fn is_called(step: &Step, name: &str, sources: &Sources) -> bool {
    let fence = sources.text(step.chunk).lines().next().unwrap_or_default();
    let mut words = fence.split(|c: char| c.is_whitespace() || "{}`~,".contains(c));
    let name = name.strip_prefix('#').unwrap_or(name);
    words.any(|word| word.strip_prefix('#') == Some(name))
}
