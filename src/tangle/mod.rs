//! `&Course -> Diagnosed<Tangled>`: who defines and uses a name, and what the pieces make together.
//!
//! Names and targets belong to a package. A package with a mistake in it is left out whole, so
//! that nothing half-made is ever written or run.

mod archive;
mod dependencies;
mod edits;
mod expand;
pub mod locate;
mod manifest;
mod names;
mod pieces;
mod strings;
mod targets;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::model::{
    course::{Course, Lesson, Settings},
    diagnostic::{Diagnosed, Diagnostic, Severity, has_errors},
    package::{Cells, File, Line, Package, Tangled},
    source::{Sources, Span},
};

pub use archive::archive;
pub use edits::{edited, patch};
pub use manifest::{PROFILE, workspace_manifest};

/// The packages of a course.
pub fn tangle(course: &Course, sources: &Sources) -> Diagnosed<Tangled> {
    let groups = groups(course);
    let names = names(&groups);
    let of_group = |group: &Group| self::group(group, &course.settings, &names, sources);
    join(groups.iter().map(of_group).map(Arc::new))
}

/// The lessons whose code goes to one package.
#[derive(Clone, Debug)]
pub struct Group {
    /// The package's name.
    pub name: String,
    pub lessons: Vec<Arc<Lesson>>,
}

/// What the code blocks of one group make.
#[derive(Clone, Debug)]
pub struct Made {
    /// Also where it has a mistake.
    package: Arc<Package>,
    cells: Arc<Cells>,
}

/// The groups of a course, in the order in which its lessons begin them.
pub fn groups(course: &Course) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![];
    let mut places: HashMap<&str, usize> = HashMap::new();
    for lesson in &course.lessons {
        let place = *places.entry(&lesson.package).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Group { name: lesson.package.clone(), lessons: vec![] });
        }
        groups[place].lessons.push(Arc::clone(lesson));
    }
    groups
}

/// The names of the groups' packages, which `path` dependencies may lead to.
pub fn names(groups: &[Group]) -> Vec<String> {
    groups.iter().map(|group| group.name.clone()).collect()
}

/// What one group makes; `packages` are the [`names`] of all.
pub fn group(
    group: &Group,
    settings: &Settings,
    packages: &[String],
    sources: &Sources,
) -> Diagnosed<Made> {
    let Group { name, lessons } = group;
    let mut diagnostics = mistaken_names(name, lessons, settings);
    let (package, cells) = package(name, lessons, settings, packages, sources, &mut diagnostics);
    let value = Made { package: Arc::new(package), cells: Arc::new(cells) };
    Diagnosed { value, diagnostics }
}

/// What all groups make together. Those with an error give no package.
pub fn join(groups: impl Iterator<Item = Arc<Diagnosed<Made>>>) -> Diagnosed<Tangled> {
    let mut tangled = Tangled::default();
    let mut diagnostics = vec![];
    for made in groups {
        let Diagnosed { value: Made { package, cells }, diagnostics: found } = &*made;
        tangled.cells.insert(package.name.clone(), Arc::clone(cells));
        if has_errors(found) {
            tangled.broken.insert(package.name.clone());
        } else {
            tangled.add(Arc::clone(package));
        }
        diagnostics.extend(found.iter().cloned());
    }
    let namesakes = manifest::namesakes(&tangled.packages);
    let called: BTreeSet<String> =
        namesakes.iter().map(|(index, _)| tangled.packages[*index].name.clone()).collect();
    tangled.withdraw(|name| called.contains(name));
    diagnostics.extend(namesakes.into_iter().rev().map(|(_, diagnostic)| diagnostic));
    Diagnosed { value: tangled, diagnostics }
}

/// A named block or a target with its references replaced.
pub struct Expanded {
    pub package: String,
    /// The block's name, or the target's path.
    pub name: String,
    pub lines: Vec<Line>,
}

/// Every named block and every target, also those of packages with a mistake, and what is wrong
/// with them.
pub fn pieces(course: &Course, sources: &Sources) -> Diagnosed<Vec<Expanded>> {
    let mut diagnostics = vec![];
    let mut expanded = vec![];
    for Group { name: package, lessons } in &groups(course) {
        let names = names::collect(lessons, sources, &mut diagnostics);
        let named = names.named.iter().map(|(name, pieces)| ((*name).to_owned(), pieces));
        let targets = names.targets.iter().map(|(path, target)| (path.clone(), &target.pieces));
        expanded.extend(named.chain(targets).map(|(name, pieces)| {
            let lines = expand::expand(pieces, &names, &mut diagnostics);
            Expanded { package: package.clone(), name, lines }
        }));
    }
    Diagnosed { value: expanded, diagnostics }
}

/// Names that Cargo or the compiler keep for themselves, and the folder of the notebooks.
const RESERVED: &[&str] = &["alloc", "build", "core", "notebooks", "proc_macro", "std", "test"];

/// What is wrong with a package's name.
fn mistaken_names(name: &str, lessons: &[Arc<Lesson>], settings: &Settings) -> Vec<Diagnostic> {
    let mut diagnostics = vec![];
    let at = |lesson: &Lesson| Span { source: lesson.source, start: 0, end: 0 };
    if lessons.len() > 1 {
        // Only those who say so share a package.
        let crates = lessons.iter().map(|lesson| lesson.meta.package.as_deref());
        let silent = lessons.iter().zip(crates).filter(|(_, package)| {
            *package != lessons[0].meta.package.as_deref() || package.is_none()
        });
        for (lesson, _) in silent {
            let message = format!("the code of several lessons would go to the package `{name}`");
            let diagnostic =
                Diagnostic::error("package-name", message).at(at(lesson), "this lesson");
            diagnostics.push(diagnostic.hint(
                "rename one of the lessons, or let them share the package: the same `crate:` in each front matter",
            ));
        }
    }
    let dependencies = lessons.iter().flat_map(|lesson| lesson.meta.dependencies.keys());
    let is_dependency = dependencies.chain(settings.dependencies.keys()).any(|key| key == name);
    let has_code =
        lessons.iter().flat_map(|lesson| lesson.chunks()).any(|chunk| chunk.target().is_some());
    if has_code && (is_dependency || RESERVED.contains(&name)) {
        let why = if is_dependency { "is one of its dependencies" } else { "is reserved" };
        let message = format!("this lesson's package cannot be `{name}`, which {why}");
        let diagnostic =
            Diagnostic::error("package-name", message).at(at(&lessons[0]), "this lesson");
        diagnostics
            .push(diagnostic.hint("give the package another name: `crate: …` in the front matter"));
    }
    diagnostics
}

fn package(
    name: &str,
    lessons: &[Arc<Lesson>],
    settings: &Settings,
    packages: &[String],
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Package, Cells) {
    let names = names::collect(lessons, sources, diagnostics);
    let mut files: Vec<File> = names
        .targets
        .iter()
        .map(|(path, target)| File {
            path: path.clone(),
            lines: expand::expand(&target.pieces, &names, diagnostics).into(),
            mode: target.mode.map(|(mode, _)| mode),
            info: target.pieces.first().map(|piece| piece.chunk.info),
        })
        .collect();
    let cells = lessons
        .iter()
        .flat_map(|lesson| lesson.chunks())
        .filter(|chunk| chunk.is_in_notebook())
        .filter_map(|chunk| {
            let piece = pieces::piece(chunk, sources);
            let before = diagnostics.len();
            let lines = expand::expand(&[piece], &names, diagnostics);
            let is_error = |found: &Diagnostic| found.severity == Severity::Error;
            (!diagnostics[before..].iter().any(is_error)).then_some((chunk.span, lines))
        })
        .collect();
    // What nothing takes in may be wrong as well.
    for pieces in names.left_over() {
        expand::expand(&pieces, &names, diagnostics);
    }
    names::report_unused(&names, diagnostics);

    let (dependencies, asked) =
        dependencies::dependencies(lessons, settings, packages, sources, diagnostics);
    let mut package = Package {
        name: name.to_owned(),
        files: vec![],
        dependencies,
        asked,
        edition: settings.edition().to_owned(),
    };
    let own_manifest = files.iter().find(|file| file.path == "Cargo.toml");
    diagnostics.extend(own_manifest.and_then(manifest::mistake));
    if own_manifest.is_none() && files.iter().any(|file| manifest::is_crate_root(&file.path)) {
        files.push(package.manifest());
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    package.files = files;
    (package, cells)
}
