//! What readers take along: each package as an archive, each notebook as one file, and for the Rust
//! playground the program that a cell and those before it make.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    execute::{self, Alone, Runner},
    model::{
        course::{Course, Lesson, package_name},
        download::{Download, Downloads},
        package::{Package, Tangled},
        site::{Asset, Content},
        source::Span,
    },
    tangle,
};

/// The folder of these files in the site.
const FOLDER: &str = "code";

/// Those of all lessons whose package has no mistake in it.
pub fn downloads(
    course: &Course,
    tangled: &Tangled,
    files: &BTreeSet<String>,
    runner: &mut dyn Runner,
) -> Downloads {
    let mut downloads = Downloads::default();
    for package in &tangled.packages {
        let lessons = course.lessons.iter().filter(|lesson| lesson.package() == package.name);
        let lessons: Vec<(&Lesson, Vec<Alone>)> = lessons
            .map(|lesson| {
                let by_cell = runs_there(course, lesson, package);
                (lesson, execute::alone(course, lesson, package, &tangled.cells, by_cell))
            })
            .collect();
        let notebooks: Vec<(String, String)> =
            lessons.iter().flat_map(|(lesson, alone)| notebooks(lesson, alone)).collect();
        let data = data(&lessons, files, runner);
        let archive = tangle::archive(package, &notebooks, &data).map(|bytes| {
            let path = format!("{FOLDER}/{}.zip", package.name);
            downloads.files.push(Asset { path: path.clone(), content: Content::Bytes(bytes) });
            path
        });
        for (lesson, alone) in &lessons {
            let download = Download {
                archive: archive.clone(),
                notebooks: notebooks_of(lesson, alone, &mut downloads.files),
                programs: programs(package, alone),
            };
            downloads.lessons.insert(lesson.name.clone(), download);
        }
    }
    downloads
}

/// A lesson's notebooks by what they are called, each as a program.
fn notebooks(lesson: &Lesson, alone: &[Alone]) -> Vec<(String, String)> {
    let name = |session: Option<&str>| match session {
        None => package_name(&lesson.name),
        Some(session) => format!("{}-{session}", package_name(&lesson.name)),
    };
    alone.iter().map(|notebook| (name(notebook.session), notebook.whole.clone())).collect()
}

fn notebooks_of(lesson: &Lesson, alone: &[Alone], files: &mut Vec<Asset>) -> Vec<String> {
    let file = |(name, text): (String, String)| {
        let path = format!("{FOLDER}/{name}.rs");
        files.push(Asset { path: path.clone(), content: Content::Bytes(text.into_bytes()) });
        path
    };
    notebooks(lesson, alone).into_iter().map(file).collect()
}

/// The files of the course that the lessons' programs read.
fn data(
    lessons: &[(&Lesson, Vec<Alone>)],
    files: &BTreeSet<String>,
    runner: &mut dyn Runner,
) -> Vec<(String, Vec<u8>)> {
    let declared = lessons.iter().flat_map(|(lesson, _)| execute::declared_data(lesson));
    let declared: BTreeSet<String> = declared.map(|(path, _)| path).collect();
    // One that is missing, or can't be read, is told of where it is declared.
    let read = |path: String| Some((path.clone(), runner.read(&path).ok()?));
    declared.into_iter().filter(|path| files.contains(path)).filter_map(read).collect()
}

/// Whether the cells of a lesson are to run in the playground, and can: there are crates of the
/// registry, those that are used the most, and no files.
fn runs_there(course: &Course, lesson: &Lesson, package: &Package) -> bool {
    let is_wanted = lesson.meta.playground.unwrap_or(course.settings.playground);
    let is_elsewhere = |it: &toml::Value| it.get("git").or_else(|| it.get("path")).is_some();
    is_wanted
        && !package.dependencies.values().any(is_elsewhere)
        && execute::declared_data(lesson).is_empty()
}

/// The programs of the cells that can run in the playground.
fn programs(package: &Package, alone: &[Alone]) -> BTreeMap<Span, String> {
    let library = format!("{}::", package.cargo_name().replace('-', "_"));
    let is_there = |program: &str| !(package.has_library() && program.contains(&library));
    let cells = alone.iter().flat_map(|notebook| &notebook.cells);
    cells.filter(|(_, program)| is_there(program)).cloned().collect()
}
