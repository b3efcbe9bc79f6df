//! Reads a course's folder.

use std::{collections::BTreeSet, fs, io, path::Path};

use super::{files, with_path};
use crate::{
    model::source::{Source, Sources},
    pipeline,
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

/// Markdown files that speak of the folder and are no part of the course.
const ASIDE: &[&str] = &["README.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "LICENSE.md"];

impl CourseFolder {
    /// Whether a path in the course's folder is one of a file that the course is made of.
    pub fn has(&self, path: &str) -> bool {
        let folder = path.split_once('/').map_or("", |(folder, _)| folder);
        self.sources.iter().any(|(_, source)| source.path == path)
            || self.files.contains(path)
            || matches!(folder, "_runs" | "templates")
    }
}

/// What makes a folder a course of The Carpentries Workbench.
const CONFIG: &str = "config.yaml";

/// The files at the top of such a folder that are part of the course: the others are the
/// repository's.
const WORKBENCH_TOP: &[&str] =
    &[CONFIG, "index.md", "links.md", "CODE_OF_CONDUCT.md", "LICENSE.md"];

/// The folders in which markdown files of a course stand, and beside them what they show. Lessons
/// stand in `episodes` in a Workbench, and at the top elsewhere.
const FOLDERS: [&str; 4] = ["episodes", "learners", "instructors", "profiles"];

/// The folders of a course in which files stand that are no text, and those in them.
pub fn folders_of_files(course: &Path) -> Vec<String> {
    let tops = std::iter::once("").chain(FOLDERS);
    let copied = tops.flat_map(|top| COPIED.iter().map(move |copied| below(top, copied)));
    copied.flat_map(|folder| files::folders(course, &folder)).collect()
}

/// Whether a folder of this name at the top of a course holds what the course is made of.
pub fn is_own_folder(name: &str) -> bool {
    FOLDERS.contains(&name) || COPIED.contains(&name) || matches!(name, "_runs" | "templates")
}

/// # Errors
///
/// Where the folder cannot be read, or holds no lesson at all.
pub fn read(folder: &Path) -> io::Result<CourseFolder> {
    // Messages name `index.md`, not `./index.md`.
    let folder = folder.strip_prefix(".").unwrap_or(folder);
    let is_workbench = folder.join(CONFIG).is_file();
    let mut paths = texts(folder, "")?;
    if is_workbench {
        paths.retain(|path| WORKBENCH_TOP.contains(&path.as_str()));
    } else {
        paths.retain(|path| !ASIDE.contains(&path.as_str()) && path.ends_with(".md"));
    }
    let folders = if is_workbench { &FOLDERS[..] } else { &FOLDERS[1..] };
    for inside in folders {
        let texts = texts(folder, inside)?;
        paths.extend(texts.into_iter().filter(|path| !ASIDE.contains(&file_name(path))));
    }
    let mut sources = Sources::default();
    for name in paths {
        let path = folder.join(&name);
        let bytes = fs::read(&path).map_err(with_path(&path))?;
        let text = String::from_utf8(bytes).map_err(|error| not_utf8(&path, &error))?;
        sources.add(Source::new(name, path.to_string_lossy(), text));
    }
    if pipeline::lesson_names(&sources).is_empty() {
        let place = if is_workbench { folder.join(FOLDERS[0]) } else { folder.to_owned() };
        let message =
            format!("{}: there is no lesson here, that is, no .md file", shown(&place).display());
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    let mut files = BTreeSet::new();
    for top in std::iter::once("").chain(folders.iter().copied()) {
        for copied in COPIED {
            let copied = below(top, copied);
            let inside = files::list(&folder.join(&copied), &[])?;
            files.extend(inside.into_iter().map(|path| format!("{copied}/{path}")));
        }
    }
    let mut templates = vec![];
    let templates_folder = folder.join("templates");
    for path in files::list(&templates_folder, &[])? {
        let full = templates_folder.join(&path);
        templates.push((path, fs::read_to_string(&full).map_err(with_path(&full))?));
    }
    Ok(CourseFolder { sources, files, templates })
}

/// The markdown files, and the settings, that stand directly in a folder of the course, by name.
/// There are none where there is no such folder, unless it is the course's own.
fn texts(course: &Path, folder: &str) -> io::Result<Vec<String>> {
    let inside = course.join(folder);
    let inside = shown(&inside);
    if !folder.is_empty() && !inside.is_dir() {
        return Ok(vec![]);
    }
    let mut paths = vec![];
    for entry in fs::read_dir(inside).map_err(with_path(inside))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_text = name.ends_with(".md") || name.ends_with(".Rmd") || name == CONFIG;
        if is_text && !name.starts_with(['.', '_']) && entry.path().is_file() {
            paths.push(below(folder, &name));
        }
    }
    paths.sort();
    Ok(paths)
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The working directory has a name that can be opened and read.
fn shown(path: &Path) -> &Path {
    if path == Path::new("") { Path::new(".") } else { path }
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> io::Error {
    let valid = error.utf8_error().valid_up_to();
    let line = error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
    let message = format!("{}:{line}: the text is not UTF-8; save it as UTF-8", path.display());
    io::Error::new(io::ErrorKind::InvalidData, message)
}
