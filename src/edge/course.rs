//! Reads a course's folder.

use std::{collections::BTreeSet, fs, io, path::Path};

use super::{files, with_path};
use crate::{
    model::source::{Source, Sources},
    weave::COPIED,
};

/// What stands in a course's folder.
pub struct CourseFolder {
    pub sources: Sources,
    /// The other files that can be linked, by their path in the course.
    pub files: BTreeSet<String>,
    /// The course's own templates, by their path below `templates/`.
    pub templates: Vec<(String, String)>,
}

/// Markdown files that speak of the folder and are no lessons.
const NO_LESSONS: &[&str] = &["README.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "LICENSE.md"];

/// # Errors
///
/// Where the folder cannot be read, or holds no lesson at all.
pub fn read(folder: &Path) -> io::Result<CourseFolder> {
    let mut names = vec![];
    for entry in fs::read_dir(folder).map_err(with_path(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_lesson = name.ends_with(".md")
            && !name.starts_with(['.', '_'])
            && !NO_LESSONS.contains(&name.as_str())
            && entry.path().is_file();
        if is_lesson {
            names.push(name);
        }
    }
    names.sort();
    if names.is_empty() {
        let message =
            format!("{}: there is no lesson here, that is, no .md file", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    let mut sources = Sources::default();
    for name in names {
        let path = folder.join(&name);
        let bytes = fs::read(&path).map_err(with_path(&path))?;
        let text = String::from_utf8(bytes).map_err(|error| not_utf8(&path, &error))?;
        sources.add(Source::new(name, path.to_string_lossy(), text));
    }
    let mut paths = BTreeSet::new();
    for copied in COPIED {
        let inside = files::list(&folder.join(copied), &[])?;
        paths.extend(inside.into_iter().map(|path| format!("{copied}/{path}")));
    }
    let mut templates = vec![];
    let templates_folder = folder.join("templates");
    for path in files::list(&templates_folder, &[])? {
        let full = templates_folder.join(&path);
        templates.push((path, fs::read_to_string(&full).map_err(with_path(&full))?));
    }
    Ok(CourseFolder { sources, files: paths, templates })
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> io::Error {
    let valid = error.utf8_error().valid_up_to();
    let line = error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
    let message = format!("{}:{line}: the text is not UTF-8; save it as UTF-8", path.display());
    io::Error::new(io::ErrorKind::InvalidData, message)
}
