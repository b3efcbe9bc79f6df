//! `lessonc tangle --print` and `lessonc locate`: what tangling gives, looked up without writing it.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{Outcome, course, tangle::out_folder, terminal};
use crate::{
    model::{
        diagnostic::{did_you_mean, has_errors},
        source::LineColumn,
    },
    pipeline,
    tangle::locate,
};

/// Prints one block or target of a course, all its references replaced.
///
/// # Errors
///
/// Where the course cannot be read, or not exactly one piece has this name.
pub fn print(course: &Path, name: &str) -> io::Result<Outcome> {
    let course = course::read(course)?;
    let mut diagnostics = vec![];
    let pieces = pipeline::pieces(&course.sources).into_value(&mut diagnostics);
    let known = pieces.iter().map(|piece| (&*piece.package, &*piece.name));
    let full = |(package, piece): (&str, &str)| format!("{package}/{piece}");
    let asked_for = known.clone().filter(|it| it.1 == name || full(*it) == name);
    let asked_for: Vec<String> = asked_for.map(full).collect();
    let [one] = &asked_for[..] else {
        let what = "block or target";
        return Err(not_one(name, what, &asked_for, known.map(|(_, piece)| piece)));
    };
    terminal::put_in_order(&mut diagnostics);
    terminal::report(&diagnostics, &course.sources);
    let piece = pieces.iter().filter(|piece| full((&piece.package, &piece.name)) == *one);
    let text: String =
        piece.flat_map(|it| &it.lines).flat_map(|line| [&*line.text, "\n"]).collect();
    match io::stdout().write_all(text.as_bytes()) {
        // Whoever reads it has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    Ok(if has_errors(&diagnostics) { Outcome::Findings } else { Outcome::Fine })
}

/// What `lessonc locate` was asked for.
#[derive(Clone, Debug)]
pub struct Locate {
    /// `src/lib.rs:12:5` or `lessons/asyncio.md:40`.
    pub place: String,
    pub course: PathBuf,
    /// Where the packages are written.
    pub out: Option<PathBuf>,
}

/// Prints where a generated line stands in the lessons, or where a lesson's line is generated.
///
/// # Errors
///
/// Where the course cannot be read, or nothing stands behind the place.
pub fn locate(options: &Locate) -> io::Result<Outcome> {
    let place = &options.place;
    let Some((path, at)) = parse(place) else {
        let message = format!("`{place}` is no place: write `path:line` or `path:line:column`");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    };
    let course = course::read(&options.course)?;
    let sources = &course.sources;
    let tangled = pipeline::tangle(sources).value;
    let nothing = |message| Err(io::Error::new(io::ErrorKind::NotFound, message));

    let files = locate::files(&tangled, &path);
    let lesson = sources.iter().find(|(_, source)| locate::ends_with(&path, &source.path));
    if let ([], Some((source, _))) = (&files[..], lesson) {
        let out = out_folder(&options.course, options.out.as_deref())?;
        let out = out.strip_prefix(std::env::current_dir()?).unwrap_or(&out);
        let places = locate::generated(&tangled, sources, source, at);
        if places.is_empty() {
            return nothing(format!("{path}:{} goes to no generated file", at.line));
        }
        for (path, LineColumn { line, column }) in places {
            println!("{}:{line}:{column}", out.join(path).display());
        }
        return Ok(Outcome::Fine);
    }
    let [(path, file)] = &files[..] else {
        let names: Vec<String> = files.into_iter().map(|(path, _)| path).collect();
        let known = tangled.packages.iter().flat_map(|package| &package.files);
        let known = known.map(|file| &*file.path).chain(sources.iter().map(|it| &*it.1.shown));
        return Err(not_one(&path, "generated file or lesson", &names, known));
    };
    match file.place(at.line, at.column) {
        Some(span) => println!("{}", sources.place(span)),
        None if at.line > file.lines.len() => {
            return nothing(format!("{path} has {} lines", file.lines.len()));
        }
        None => return nothing(format!("{path}:{} is written in no lesson", at.line)),
    }
    Ok(Outcome::Fine)
}

/// A path with `/` between folders, and a line and column of it.
pub fn parse(place: &str) -> Option<(String, LineColumn)> {
    let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number > 0);
    let (before, last) = place.rsplit_once(':')?;
    let last = number(last)?;
    let with_column = before.rsplit_once(':').and_then(|(path, line)| Some((path, number(line)?)));
    let (path, line, column) = match with_column {
        Some((path, line)) => (path, line, last),
        None => (before, last, 1),
    };
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path).to_owned();
    Some((path, LineColumn { line, column }))
}

/// That a name is nobody's, or several's.
pub fn not_one<'a>(
    name: &str,
    what: &str,
    several: &[String],
    known: impl Iterator<Item = &'a str>,
) -> io::Error {
    let message = match (several, did_you_mean(name, known)) {
        ([], Some(meant)) => format!("there is no {what} `{name}`; did you mean `{meant}`?"),
        ([], None) => format!("there is no {what} `{name}`"),
        (several, _) => format!("`{name}` is one of several: {}", several.join(", ")),
    };
    io::Error::new(io::ErrorKind::NotFound, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_compilers_write_them() {
        let place = |text| parse(text).map(|(path, at)| (path, at.line, at.column));
        assert_eq!(place("./a/b.rs:12"), Some(("a/b.rs".to_owned(), 12, 1)));
        assert_eq!(place("C:\\a\\b.rs:12:5"), Some(("C:/a/b.rs".to_owned(), 12, 5)));
        for nowhere in ["a.rs", "a.rs:", "a.rs:0", "a.rs:x", ""] {
            assert_eq!(place(nowhere), None, "{nowhere}");
        }
    }
}
