//! Everything that touches the world: disk, cargo, processes, recorded runs, watching, serving, the
//! terminal.
//!
//! The one place where what `.clippy.toml` disallows is allowed.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

pub mod build;
pub mod cargo;
mod changes;
pub mod check;
#[cfg(target_os = "linux")]
pub mod confine;
mod course;
mod files;
pub mod formats;
mod generated;
mod keys;
pub mod last;
mod local;
pub mod lookup;
pub mod new;
mod problems;
mod process;
mod reads;
pub mod records;
pub mod rerun;
mod round;
pub mod run;
mod serve;
mod shown;
mod stamp;
pub mod tangle;
pub mod terminal;
mod timings;
pub mod watch;
pub mod why;

use std::{
    io,
    path::{Path, PathBuf},
};

/// How a command ended, apart from its own mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Fine,
    /// Something in the course is wrong; it was told.
    Findings,
    /// The user stopped it.
    Interrupted,
}

/// The folder for all that is generated and private: generated crates, build products, runs.
///
/// It stands below the working directory, as Cargo's own does, with a part for each course.
///
/// # Errors
///
/// Where the course's folder does not exist.
fn private_folder(course: &Path) -> io::Result<PathBuf> {
    let here = std::env::current_dir()?.canonicalize()?;
    let course = course.canonicalize()?;
    let name = match course.strip_prefix(&here) {
        Ok(inside) if inside != Path::new("") => {
            let parts = inside.components().map(|part| part.as_os_str().to_string_lossy());
            parts.collect::<Vec<_>>().join("-")
        }
        // Two courses from elsewhere may have one name.
        _ => {
            let name = course.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let path = course.to_string_lossy();
            format!("{name}-{}", &crate::execute::fingerprint(path.as_bytes())[..8])
        }
    };
    Ok(here.join("target").join("lessonc").join(name))
}

/// Says which path an error is about.
fn with_path(path: &Path) -> impl Fn(io::Error) -> io::Error + '_ {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
