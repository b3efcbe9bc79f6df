//! `lessonc new`: a course, or a lesson of one, to begin with.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{Outcome, with_path};

const INDEX: &str = include_str!("new/index.md");
const LESSON: &str = include_str!("new/lesson.md");
const GITHUB: &str = include_str!("new/github.yml");
const GITLAB: &str = include_str!("new/gitlab.yml");

/// The lesson that a new course has.
const FIRST: &str = "first-steps";

/// What of a project is not to be committed.
const IGNORED: &str = "/target/\n";

/// What `lessonc new` was asked for.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// A course in a folder of its own, with what publishes it.
    Course { folder: PathBuf, github: bool, gitlab: bool },
    /// A further lesson of the course in this folder.
    Lesson { course: PathBuf, name: String },
}

/// Writes what a course or a lesson begins with, and says what to do next.
///
/// # Errors
///
/// Where a file of it is there already: then nothing is written. Where it cannot be written, or no
/// lesson can have such a name.
pub fn new(wanted: &Wanted) -> io::Result<Outcome> {
    match wanted {
        Wanted::Course { folder, github, gitlab } => {
            let index = INDEX.replace("{title}", &title(&name_of(folder)?)?);
            let mut files = vec![
                (folder.join("lessons/index.md"), index),
                (folder.join(format!("lessons/{FIRST}.md")), lesson(FIRST)?),
            ];
            // What a repository leaves out is its own affair, once it says so.
            let ignored = folder.join(".gitignore");
            if !ignored.exists() {
                files.push((ignored, IGNORED.to_owned()));
            }
            if *github {
                files.push((folder.join(".github/workflows/pages.yml"), GITHUB.to_owned()));
            }
            if *gitlab {
                files.push((folder.join(".gitlab-ci.yml"), GITLAB.to_owned()));
            }
            write(&files)?;
            println!("\nSee it, and edit it with the page before you:\n");
            if folder != Path::new(".") {
                println!("  cd {}", folder.display());
            }
            println!("  lessonc serve --open");
        }
        Wanted::Lesson { course, name } => {
            if !course.is_dir() {
                let message = format!("{}: there is no such course", course.display());
                return Err(io::Error::new(io::ErrorKind::NotFound, message));
            }
            let index = course.join("index.md");
            write(&[(course.join(format!("{name}.md")), lesson(name)?)])?;
            if index.is_file() {
                println!(
                    "\nIts place among the lessons is that in the list in {}.",
                    index.display()
                );
            }
        }
    }
    Ok(Outcome::Fine)
}

/// The text of a new lesson.
fn lesson(name: &str) -> io::Result<String> {
    // Its package is called so too.
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name == "index"
        || !name.starts_with(|c: char| c.is_ascii_lowercase())
        || !name.chars().all(fits)
    {
        let message = format!(
            "no lesson can be named `{name}`: take lower-case letters, digits and hyphens, \
             such as `{FIRST}`"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    Ok(LESSON.replace("{title}", &title(name)?))
}

/// `"First steps"` of `first-steps`, in quotes as YAML has them.
fn title(name: &str) -> io::Result<String> {
    let mut letters = name.chars().map(|c| if matches!(c, '-' | '_') { ' ' } else { c });
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let title: String = first.chain(letters).collect();
    Ok(serde_json::to_string(&title)?)
}

/// The name of a folder that need not be there yet.
fn name_of(folder: &Path) -> io::Result<String> {
    let whole = folder.canonicalize().or_else(|_| std::path::absolute(folder))?;
    let name = whole.file_name().unwrap_or_default();
    Ok(name.to_string_lossy().into_owned())
}

/// Writes files of which none is there yet, or none at all.
fn write(files: &[(PathBuf, String)]) -> io::Result<()> {
    if let Some((path, _)) = files.iter().find(|(path, _)| fs::symlink_metadata(path).is_ok()) {
        let message = format!("{} is there already, and is left as it is", path.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    for (path, text) in files {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(with_path(folder))?;
        let mut file = File::create_new(path).map_err(with_path(path))?;
        file.write_all(text.as_bytes()).map_err(with_path(path))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
