//! `lessonc run`: runs a course's programs, or a part of them, and only records what they give.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Outcome,
    cargo::Cargo,
    course::{self, CourseFolder},
    formats::{self, Format},
    private_folder,
    records::{self, Recorded, Store, Use},
    terminal::{self, Progress, plural},
    with_path,
};
use crate::{
    model::diagnostic::has_errors,
    pipeline::{self, Part},
};

/// What `lessonc run` was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The course's folder.
    pub course: PathBuf,
    pub part: Part,
    pub records: Use,
    /// Where to put what is recorded; among the course's own runs where absent.
    pub out: Option<PathBuf>,
    /// Whether cargo may use the network.
    pub offline: bool,
    pub format: Format,
}

/// Runs what has no valid record, and records it.
///
/// # Errors
///
/// Where the course cannot be read or a record not written.
pub fn run(options: &Options) -> io::Result<Outcome> {
    let course = course::read(&options.course)?;
    let Part { number, of } = options.part;
    let mut private = private_folder(&options.course)?;
    if of > 1 {
        // Parts may run at the same time, on machines that share their disks.
        private.push(format!("part-{number}-of-{of}"));
    }
    let _alone = alone(&private)?;
    let never = std::future::pending();
    let mut runner =
        runner(&options.course, &course, private, &options.records, options.offline, never)?;
    if let Some(out) = &options.out {
        runner.record_into(out);
    }
    let mut diagnostics =
        pipeline::record(&course.sources, &course.files, options.part, &mut runner);
    if runner.was_interrupted() {
        eprintln!("Stopped. What was done is recorded.");
        return Ok(Outcome::Interrupted);
    }
    terminal::put_in_order(&mut diagnostics);
    formats::tell(options.format, &diagnostics, &course.sources);
    let part = if of > 1 { format!(", part {number} of {of}") } else { String::new() };
    eprintln!(
        "{}{part}: {} run, {} recalled",
        options.course.display(),
        plural(runner.ran, "program"),
        runner.recalled
    );
    Ok(if has_errors(&diagnostics) { Outcome::Findings } else { Outcome::Fine })
}

/// Cargo, behind what is recorded of a course. Runs end early where `ended_by` comes to its end.
pub fn runner(
    folder: &Path,
    course: &CourseFolder,
    private: PathBuf,
    records: &Use,
    offline: bool,
    ended_by: impl Future<Output = ()> + 'static,
) -> io::Result<Recorded<Cargo>> {
    if let Use::NoneOf(lesson) = records {
        check_name(lesson, course, "build", "--rerun")?;
    }
    let lock = records::lock(folder)?;
    let progress = Arc::new(Progress::on_stderr());
    let lessonc = std::env::current_exe()?;
    let cargo = Cargo::new(private, folder.to_owned(), lock.clone(), offline, lessonc, progress)?;
    let cargo = cargo.ended_by(ended_by);
    Ok(Recorded::new(cargo, Store::new(folder, lock), records.clone()))
}

/// Waits until no other build of the course runs; none begins while the file is held.
pub fn alone(private: &Path) -> io::Result<fs::File> {
    let (path, file) = lock(private)?;
    if file.try_lock().is_err() {
        eprintln!("Waiting for another build of this course to end.");
        file.lock().map_err(with_path(&path))?;
    }
    Ok(file)
}

/// The same where no other build of the course runs at the moment.
pub fn alone_now(private: &Path) -> io::Result<Option<fs::File>> {
    let (_, file) = lock(private)?;
    Ok(file.try_lock().is_ok().then_some(file))
}

fn lock(private: &Path) -> io::Result<(PathBuf, fs::File)> {
    fs::create_dir_all(private).map_err(with_path(private))?;
    let path = private.join("lock");
    let file = fs::File::create(&path).map_err(with_path(&path))?;
    Ok((path, file))
}

/// # Errors
///
/// Where a lesson that is to be run again does not exist.
pub fn check_name(
    lesson: &str,
    course: &CourseFolder,
    command: &str,
    option: &str,
) -> io::Result<()> {
    let names = pipeline::lesson_names(&course.sources);
    if names.contains(&lesson) {
        return Ok(());
    }
    let message = if Path::new(lesson).is_dir() {
        format!(
            "`{lesson}` is no lesson; the course comes first: `lessonc {command} {lesson} {option}`"
        )
    } else {
        format!("there is no lesson `{lesson}` to run again; there is: {}", names.join(", "))
    };
    Err(io::Error::new(io::ErrorKind::NotFound, message))
}
