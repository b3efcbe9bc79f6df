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
            .map(|lesson| (lesson, execute::alone(course, lesson, package, &tangled.cells)))
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
                programs: programs(course, lesson, package, alone),
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

/// The programs of the cells that can run in the playground, if the course leads there.
fn programs(
    course: &Course,
    lesson: &Lesson,
    package: &Package,
    alone: &[Alone],
) -> BTreeMap<Span, String> {
    let is_wanted = lesson.meta.playground.unwrap_or(course.settings.playground);
    // There are crates of the registry, those that are used the most, and no files.
    let is_of_registry = |it: &toml::Value| {
        it.as_table().is_none_or(|it| !["git", "path"].iter().any(|key| it.contains_key(*key)))
    };
    let has_all = package.dependencies.values().all(is_of_registry)
        && execute::declared_data(lesson).is_empty();
    if !is_wanted || !has_all {
        return BTreeMap::new();
    }
    let library = format!("{}::", package.cargo_name().replace('-', "_"));
    let runs_there = |program: &str| !(package.has_library() && program.contains(&library));
    let cells = alone.iter().flat_map(|notebook| &notebook.cells);
    cells.filter(|(_, program)| runs_there(program)).cloned().collect()
}
