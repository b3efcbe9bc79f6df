//! `lessonc check` and `lessonc explain`: all that is wrong, and what it means.

use std::{collections::BTreeSet, fs, io, path::PathBuf, sync::Arc};

use super::{
    Outcome,
    course::{self, CourseFolder},
    files,
    formats::{self, Format},
    records::{self, Nobody, Recorded, Store, Use},
    rerun,
    terminal::{self, plural},
    with_path,
};
use crate::{
    lint::{codes, fix},
    model::diagnostic::{Diagnostic, did_you_mean},
    pipeline,
    weave::Theme,
};

/// What `lessonc check` was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The course's folder.
    pub course: PathBuf,
    pub format: Format,
    /// Whether to mend what can be mended without asking.
    pub fix: bool,
    /// What to run afresh, if anything.
    pub run: Option<rerun::Options>,
}

/// More rounds than a lesson needs whose mends stand in each other's way.
const ROUNDS: usize = 16;

/// Says all that is wrong with a course, without running anything unless asked to.
///
/// # Errors
///
/// Where the course cannot be read, or a mended lesson not written.
pub fn check(options: &Options) -> io::Result<Outcome> {
    let read = match &options.run {
        None => read_and_check(options),
        Some(run) => read_and_run(options, run),
    };
    let (mut course, mut diagnostics) = match read {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            eprintln!("Stopped. The records are as they were.");
            return Ok(Outcome::Interrupted);
        }
        read => read?,
    };
    let mut mended = 0;
    for _ in 0..ROUNDS {
        let count = if options.fix { mend(&course, &diagnostics)? } else { 0 };
        if count == 0 {
            break;
        }
        mended += count;
        (course, diagnostics) = read_and_check(options)?;
    }
    formats::tell(options.format, &diagnostics, &course.sources);
    let checked = plural(course.sources.iter().count(), "file");
    let mended = if mended > 0 { format!("{} made, ", plural(mended, "mend")) } else { "".into() };
    if diagnostics.is_empty() {
        eprintln!("{}: {checked} checked, {mended}nothing found", options.course.display());
        return Ok(Outcome::Fine);
    }
    let can_be_mended = |found: &&Diagnostic| {
        let source = found.span().map(|span| course.sources.get(span.source));
        found.fix.is_some() && source.is_none_or(|source| source.misread.is_none())
    };
    let left = diagnostics.iter().filter(can_be_mended).count();
    let left = match left {
        0 => String::new(),
        left => format!("; `--fix` would mend {left} of them"),
    };
    let found = plural(diagnostics.len(), "finding");
    eprintln!("{}: {checked} checked, {mended}{found}{left}", options.course.display());
    Ok(Outcome::Findings)
}

fn read_and_check(options: &Options) -> io::Result<(CourseFolder, Vec<Diagnostic>)> {
    let course = course::read(&options.course)?;
    let theme = Arc::new(Theme::new(&course.templates).map_err(io::Error::other)?);
    let lock = records::lock(&options.course)?;
    let store = Store::new(&options.course, lock);
    let mut recall = Recorded::new(Nobody, store, Use::Frozen);
    let mut diagnostics = pipeline::check(&course.sources, &course.files, &theme, &mut recall);
    terminal::put_in_order(&mut diagnostics);
    Ok((course, diagnostics))
}

fn read_and_run(
    options: &Options,
    run: &rerun::Options,
) -> io::Result<(CourseFolder, Vec<Diagnostic>)> {
    let course = course::read(&options.course)?;
    let theme = Arc::new(Theme::new(&course.templates).map_err(io::Error::other)?);
    let mut diagnostics = rerun::rerun(run, &options.course, &course, &theme)?;
    if run.update {
        let taken: Vec<Diagnostic> =
            diagnostics.extract_if(.., |found| rerun::is_taken(found)).collect();
        mend(&course, &rerun::as_given(&taken))?;
    }
    terminal::put_in_order(&mut diagnostics);
    Ok((course, diagnostics))
}

/// Writes each file anew that can be mended, whole or not at all, and says how many mends that
/// were.
fn mend(course: &CourseFolder, diagnostics: &[Diagnostic]) -> io::Result<usize> {
    let mut count = 0;
    for mended in fix::mend(diagnostics, &course.sources) {
        let source = course.sources.get(mended.source);
        if source.misread.is_some() {
            continue; // what could not be read would be lost
        }
        // A link stays a link, and what it leads to is written.
        let path = fs::canonicalize(&source.shown).map_err(with_path(source.shown.as_ref()))?;
        if fs::read(&path).map_err(with_path(&path))? != source.text.as_bytes() {
            let message = format!("{}: was changed while it was checked", source.shown);
            return Err(io::Error::other(message));
        }
        files::write(&path, mended.text.as_bytes())?;
        for (span, fix) in &mended.made {
            eprintln!("{}: mended: {}", course.sources.place(*span), fix.message);
        }
        count += mended.made.len();
    }
    Ok(count)
}

/// Tells what a code means; without one, lists all.
///
/// # Errors
///
/// Where there is no such code.
pub fn explain(name: Option<&str>) -> io::Result<Outcome> {
    let Some(name) = name else {
        anstream::print!("{}", formats::list_of_codes());
        return Ok(Outcome::Fine);
    };
    if let Some(code) = codes::find(name) {
        anstream::print!("{}", formats::explanation(code));
        return Ok(Outcome::Fine);
    }
    if is_compilers(name) {
        println!("{name} is a code of the Rust compiler: `rustc --explain {name}` tells more.");
        return Ok(Outcome::Fine);
    }
    let known: BTreeSet<&str> = codes::all().map(|code| code.name).collect();
    let hint = match did_you_mean(name, known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`lessonc explain` lists all codes".to_owned(),
    };
    Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no code `{name}`; {hint}")))
}

fn is_compilers(name: &str) -> bool {
    let number = name.strip_prefix('E').unwrap_or_default();
    number.len() == 4 && number.chars().all(|c| c.is_ascii_digit())
}
