//! Reads a course's folder.

use std::{
    collections::{BTreeSet, HashMap},
    env, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rayon::prelude::*;

use super::{
    files::{self, State},
    with_path,
};
use crate::{
    memo::settled,
    model::source::{Source, Sources},
    pipeline::{self, Files},
    weave::COPIED,
};

/// What stands in a course's folder.
pub struct CourseFolder {
    pub sources: Sources,
    /// The other files that can be linked, by their path in the course.
    pub files: Files,
    /// The course's own templates, by their path below `templates/`.
    pub templates: Vec<(String, String)>,
    /// The files elsewhere that its texts are links to.
    pub links: BTreeSet<PathBuf>,
}

/// Markdown files that speak of the folder and are no part of the course.
const ASIDE: &[&str] = &["README.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "LICENSE.md"];

impl CourseFolder {
    /// Whether a path in the course's folder is one of a file that the course is made of.
    pub fn has(&self, path: &str) -> bool {
        let folder = path.split_once('/').map_or("", |(folder, _)| folder);
        self.sources.named(path).is_some()
            || self.files.contains(path)
            || matches!(folder, RUNS | "templates")
    }
}

/// Whether a path in a course's folder may be one of a file that the course is made of: what is
/// recorded is not, nor what editors put beside the files that they save.
pub fn is_part(path: &Path) -> bool {
    let names: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let Some((first, inside)) = names.split_first() else { return false };
    // Vim tries with a file `4913` whether it can write in a folder.
    let is_editors = |name: &str| name.starts_with('.') || name.ends_with('~') || name == "4913";
    let is_in_folder =
        first != RUNS && is_own_folder(first) && !inside.iter().any(|name| is_editors(name));
    is_in_folder || inside.is_empty() && is_text(first)
}

/// Whether a file of this name may be a text of the course, or its settings.
fn is_text(name: &str) -> bool {
    (name.ends_with(".md") || name.ends_with(".Rmd") || name == CONFIG)
        && !name.starts_with(['.', '_'])
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

/// The folder of the recorded runs.
const RUNS: &str = "_runs";

/// The folders of a course in which files stand that are no text, and those in them.
pub fn folders_of_files(course: &Path) -> Vec<String> {
    let tops = std::iter::once("").chain(FOLDERS);
    let copied = tops.flat_map(|top| COPIED.iter().map(move |copied| below(top, copied)));
    copied.flat_map(|folder| files::folders(course, &folder)).collect()
}

/// Whether a folder of this name at the top of a course holds what the course is made of.
pub fn is_own_folder(name: &str) -> bool {
    FOLDERS.contains(&name) || COPIED.contains(&name) || matches!(name, RUNS | "templates")
}

/// Whether something of this name at the top of a course's folder may be part of the course.
pub fn is_own(name: &str) -> bool {
    is_own_folder(name) || is_text(name) || name == pipeline::CITATION
}

/// # Errors
///
/// Where the folder cannot be read, or holds no lesson at all.
pub fn read(folder: &Path) -> io::Result<CourseFolder> {
    Reader::default().read(folder)
}

/// Reads a course's folder again and again. A text that was not written since is not read once more.
#[derive(Default)]
pub struct Reader {
    texts: HashMap<PathBuf, (State, Arc<Source>)>,
    files: Option<Files>,
}

impl Reader {
    /// # Errors
    ///
    /// Where the folder cannot be read, or holds no lesson at all.
    pub fn read(&mut self, folder: &Path) -> io::Result<CourseFolder> {
        let before = std::mem::take(&mut self.texts);
        let read = |(name, path): (String, PathBuf)| {
            let state = State::of(&path);
            let known = before.get(&path).filter(|(old, _)| state == Some(*old));
            let source = match known {
                Some((_, source)) => Arc::clone(source),
                None => Arc::new(text(&name, &path)?),
            };
            Ok((path, state, source))
        };
        let texts = |named: Vec<(String, PathBuf)>| {
            let read: Vec<io::Result<_>> = named.into_par_iter().map(read).collect();
            let mut sources = vec![];
            for read in read {
                let (path, state, source) = read?;
                sources.push(Arc::clone(&source));
                self.texts.extend(state.map(|state| (path, (state, source))));
            }
            Ok(sources)
        };
        let mut course = read_with(folder, texts)?;
        course.files = settled(&mut self.files, &course.files);
        Ok(course)
    }
}

fn text(name: &str, path: &Path) -> io::Result<Source> {
    let bytes = fs::read(path).map_err(with_path(path))?;
    Ok(Source::read(name, path.to_string_lossy(), bytes))
}

/// Reads a course's folder; `read` gives the texts of files, by the paths in their course and the paths to them.
fn read_with(
    folder: &Path,
    read: impl FnOnce(Vec<(String, PathBuf)>) -> io::Result<Vec<Arc<Source>>>,
) -> io::Result<CourseFolder> {
    // Messages name `index.md`, not `./index.md`.
    let folder = folder.strip_prefix(".").unwrap_or(folder);
    let refused = |kind, message: &str| Err(with_path(folder)(io::Error::new(kind, message)));
    if folder.is_file() {
        let message = "a course is a folder; name the one that this file stands in";
        return refused(io::ErrorKind::NotADirectory, message);
    }
    if !shown(folder).is_dir() {
        let message = "there is no such folder; a course is the folder of its lessons, `lessons` where none is named";
        return refused(io::ErrorKind::NotFound, message);
    }
    let is_workbench = folder.join(CONFIG).is_file();
    let mut links = BTreeSet::new();
    let mut paths = texts(folder, "", &mut links)?;
    if is_workbench {
        paths.retain(|path| WORKBENCH_TOP.contains(&path.as_str()));
    } else {
        paths.retain(|path| !ASIDE.contains(&path.as_str()) && path.ends_with(".md"));
    }
    let folders = if is_workbench { &FOLDERS[..] } else { &FOLDERS[1..] };
    for inside in folders {
        let texts = texts(folder, inside, &mut links)?;
        paths.extend(texts.into_iter().filter(|path| !ASIDE.contains(&file_name(path))));
    }
    let mut named: Vec<(String, PathBuf)> =
        paths.into_iter().map(|name| (name.clone(), folder.join(name))).collect();
    named.extend(citation(folder).map(|path| (pipeline::CITATION.to_owned(), path)));
    let mut sources = Sources::default();
    read(named)?.into_iter().for_each(|source| _ = sources.add(source));
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
    Ok(CourseFolder { sources, files: Arc::new(files), templates, links })
}

/// The citation file of a course: beside its lessons, or above them in their repository.
pub fn citation(course: &Path) -> Option<PathBuf> {
    let course = course.canonicalize().ok()?;
    let root = course.ancestors().find(|folder| folder.join(".git").exists());
    let root = root.unwrap_or(&course);
    let folders = course.ancestors().take_while(|folder| folder.starts_with(root));
    let path = folders.map(|folder| folder.join(pipeline::CITATION)).find(|path| path.is_file())?;
    let here = env::current_dir().and_then(|here| here.canonicalize()).ok()?;
    Some(path.strip_prefix(here).map(Path::to_owned).unwrap_or(path))
}

/// The markdown files, and the settings, that stand directly in a folder of the course, by name.
/// There are none where there is no such folder, unless it is the course's own. What those that are links
/// lead to is added to `links`.
fn texts(course: &Path, folder: &str, links: &mut BTreeSet<PathBuf>) -> io::Result<Vec<String>> {
    let inside = course.join(folder);
    let inside = shown(&inside);
    if !folder.is_empty() && !inside.is_dir() {
        return Ok(vec![]);
    }
    let mut paths = vec![];
    for entry in fs::read_dir(inside).map_err(with_path(inside))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if !is_text(&name) || !kind.is_file() && !entry.path().is_file() {
            continue;
        }
        if kind.is_symlink() {
            links.extend(entry.path().canonicalize());
        }
        paths.push(below(folder, &name));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_put_beside_a_lesson_is_no_part_of_the_course() {
        for part in [
            "index.md",
            "config.yaml",
            "learners/setup.md",
            "fig",
            "fig/a/b.svg",
            "templates/nav.html",
        ] {
            assert!(is_part(Path::new(part)), "{part}");
        }
        for other in [
            "",
            "4913",
            "index.md~",
            ".index.md.swp",
            "#index.md#",
            "fig/4913",
            "fig/.a.svg.swp",
            "fig/a.svg~",
            "_runs",
            "_runs/one/notebook.json",
            "notes.txt",
            "node_modules/x.md",
        ] {
            assert!(!is_part(Path::new(other)), "{other}");
        }
    }
}
