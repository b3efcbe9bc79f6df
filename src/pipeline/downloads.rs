//! What readers take along: each package as an archive, each notebook as one file, and for the Rust
//! playground the program that a cell and those before it make.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{Files, runs::Road};
use crate::{
    execute::{self, Alone, Plan, Runner},
    memo::{self, Extent, Same},
    model::{
        course::{Lesson, Settings, package_name},
        download::Download,
        package::{Cells, Package, Tangled},
        site::{Asset, Content},
        source::{SourceId, Span},
    },
    tangle,
};

/// The folder of these files in the site.
const FOLDER: &str = "code";

/// Whether a file of the site is one of these.
pub fn is_download(path: &str) -> bool {
    path.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'))
}

/// What was made of each package last.
pub type Memo = memo::Memo<String, MadeOf, Arc<Made>>;

/// What is made of a package.
#[derive(PartialEq)]
pub struct MadeOf {
    lessons: Vec<Same<Lesson>>,
    package: Same<Package>,
    cells: Same<Cells>,
    settings: Same<Settings>,
    /// The files of the course that its lessons' programs read, with what they hold.
    data: Vec<(String, Vec<u8>)>,
}

#[derive(Default)]
pub struct Made {
    pub lessons: Vec<(SourceId, Arc<Download>)>,
    /// The files themselves.
    pub files: Vec<Asset>,
}

/// Those of all lessons whose package has no mistake in it.
pub fn downloads(
    road: &Road,
    extent: Extent,
    tangled: &Tangled,
    plan: &Plan,
    runner: &mut dyn Runner,
    memo: &mut Memo,
) -> Vec<Arc<Made>> {
    let Road { course, files, .. } = *road;
    let lessons = course.lessons.iter().enumerate();
    let declared: HashMap<SourceId, &BTreeSet<String>> =
        lessons.map(|(at, lesson)| (lesson.source, plan.data(at))).collect();
    let groups = tangle::groups(course).into_iter();
    let asked = groups.filter_map(|group| {
        let made_of = MadeOf {
            package: Same::of(tangled.named(&group.name)?),
            cells: Same::of(&tangled.cells[&group.name]),
            settings: Same::of(&course.settings),
            data: data(group.lessons.iter().flat_map(|it| declared[&it.source]), files, runner),
            lessons: group.lessons.into_iter().map(Same).collect(),
        };
        Some((group.name, made_of))
    });
    memo.each(extent, asked.collect(), |_, made_of| Arc::new(made(made_of)))
}

fn made(made_of: &MadeOf) -> Made {
    let MadeOf { lessons, package, cells, settings, data } = made_of;
    let (package, settings) = (&*package.0, &*settings.0);
    let lessons = lessons.iter().map(|lesson| &*lesson.0);
    let lessons: Vec<(&Lesson, Vec<Alone>)> = lessons
        .map(|lesson| {
            let by_cell = runs_there(settings, lesson, package);
            (lesson, execute::alone(settings, lesson, package, &cells.0, by_cell))
        })
        .collect();
    let mut made = Made::default();
    let notebooks: Vec<(String, String)> =
        lessons.iter().flat_map(|(lesson, alone)| notebooks(lesson, alone)).collect();
    let archive = tangle::archive(package, &notebooks, data).map(|bytes| {
        let path = format!("{FOLDER}/{}.zip", package.name);
        made.files.push(Asset { path: path.clone(), content: Content::Bytes(bytes.into()) });
        path
    });
    for (lesson, alone) in &lessons {
        let download = Download {
            archive: archive.clone(),
            notebooks: notebooks_of(lesson, alone, &mut made.files),
            programs: programs(package, alone),
        };
        made.lessons.push((lesson.source, Arc::new(download)));
    }
    made
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
        files.push(Asset { path: path.clone(), content: Content::Bytes(text.into_bytes().into()) });
        path
    };
    notebooks(lesson, alone).into_iter().map(file).collect()
}

/// The files of the course that the lessons' programs read.
fn data<'a>(
    declared: impl Iterator<Item = &'a String>,
    files: &Files,
    runner: &mut dyn Runner,
) -> Vec<(String, Vec<u8>)> {
    let declared: BTreeSet<&String> = declared.collect();
    // One that is missing, or can't be read, is told of where it is declared.
    let read = |path: &String| Some((path.clone(), runner.read(path).ok()?));
    declared.into_iter().filter(|path| files.contains(*path)).filter_map(read).collect()
}

/// Whether the cells of a lesson are to run in the playground, and can: there are crates of the
/// registry, those that are used the most, and no files.
fn runs_there(settings: &Settings, lesson: &Lesson, package: &Package) -> bool {
    let is_wanted = lesson.meta.playground.unwrap_or(settings.playground);
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
