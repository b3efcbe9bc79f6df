//! `lessonc tangle`: writes the generated packages where people can use them, or says what of them
//! differs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Outcome, course, files,
    generated::{Generated, LOCK, Standing, Wanted},
    private_folder, records,
    terminal::{self, plural},
};
use crate::{
    model::{
        diagnostic::{Diagnostic, has_errors},
        package::Package,
        source::Span,
    },
    pipeline,
    tangle::{PROFILE, edited, patch, workspace_manifest},
};

/// What `lessonc tangle` was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The course's folder.
    pub course: PathBuf,
    /// Where to write; below `target/lessonc/` where absent.
    pub out: Option<PathBuf>,
    /// Whether files that somebody else wrote or edited are overwritten.
    pub force: bool,
    /// Whether to say what differs from what the lessons give, and write nothing.
    pub check: bool,
}

/// Writes a course's packages and says what it wrote.
///
/// # Errors
///
/// Where the course cannot be read or a file not written.
pub fn tangle(options: &Options) -> io::Result<Outcome> {
    let course = course::read(&options.course)?;
    let out = out_folder(&options.course, options.out.as_deref())?;
    let mut diagnostics = vec![];
    let tangled = pipeline::tangle(&course.sources).into_value(&mut diagnostics);
    let is_whole = !has_errors(&diagnostics);
    let mut folder = Generated::read(&out)?;
    let packages = tangled.packages.iter().filter(|package| !package.files.is_empty());
    let packages: Vec<&Package> = packages.map(|package| &**package).collect();

    let (place, home) = (files::real(&out)?, files::real(&options.course)?);
    let is_of_course = |path: &str| {
        let path = place.join(path);
        let inside = path.strip_prefix(&home).map(Path::to_string_lossy);
        inside.is_ok_and(|inside| course.has(&inside.replace('\\', "/")))
    };

    let mut broken: BTreeSet<&str> = tangled.broken.iter().map(String::as_str).collect();
    let mut wanted = vec![];
    for package in &packages {
        for file in files_of(package, &folder, &options.course)? {
            let mistake = mistake(&file, package.place(), &folder, &is_of_course, options.force);
            if mistake.is_some() {
                broken.insert(&package.name);
            }
            diagnostics.extend(mistake);
            wanted.push(file);
        }
    }
    let lock = records::lock(&options.course)?;
    for file in workspace_files(&packages, &broken, &lock, &folder) {
        let mistake = mistake(&file, None, &folder, &is_of_course, options.force);
        if mistake.is_some() {
            broken.insert(WORKSPACE);
        }
        diagnostics.extend(mistake);
        wanted.push(file);
    }
    // Where something is wrong, what nobody writes may only be what nobody writes now.
    let gone = if is_whole { folder.left_over(&wanted) } else { vec![] };

    terminal::put_in_order(&mut diagnostics);
    terminal::report(&diagnostics, &course.sources);
    let counted =
        format!("{} in {}", plural(wanted.len(), "file"), plural(packages.len(), "package"));
    let differs = if options.check {
        let count = show_differences(&wanted, &gone, &folder);
        eprintln!("{}: {counted}, {}", out.display(), plural(count, "difference"));
        count > 0
    } else {
        let written = write(&wanted, &gone, &broken, &mut folder);
        if is_whole {
            folder.forget_others(&wanted);
        }
        // What was written is ours, also where something went wrong behind it.
        folder.save()?;
        eprintln!("{}: {counted}, {} written", out.display(), written?);
        false
    };
    let is_fine = !differs && !has_errors(&diagnostics);
    Ok(if is_fine { Outcome::Fine } else { Outcome::Findings })
}

/// Where a course's packages are written.
pub fn out_folder(course: &Path, asked_for: Option<&Path>) -> io::Result<PathBuf> {
    match asked_for {
        Some(out) => Ok(out.to_owned()),
        None => Ok(private_folder(course)?.join("crates")),
    }
}

fn files_of<'a>(
    package: &'a Package,
    folder: &Generated,
    course: &Path,
) -> io::Result<Vec<Wanted<'a>>> {
    let way = files::way(&folder.path(&package.name), course)?;
    let files = package.files.iter().map(|file| {
        folder.compare(format!("{}/{}", package.name, file.path), file.text_at(&way), Some(file))
    });
    Ok(files.collect())
}

/// What is not in a package's folder, but beside them all.
const WORKSPACE: &str = "";

/// The package that a path in the folder belongs to.
fn package_of(path: &str) -> &str {
    path.split_once('/').map_or(WORKSPACE, |(package, _)| package)
}

/// What makes the packages a workspace, if Cargo can build any. Those that stand there from before
/// and are broken now stay a part of it.
fn workspace_files<'a>(
    packages: &[&Package],
    broken: &BTreeSet<&str>,
    lock: &str,
    folder: &Generated,
) -> Vec<Wanted<'a>> {
    let sound = packages.iter().filter(|package| package.has_manifest());
    let sound = sound.map(|package| &*package.name).filter(|name| !broken.contains(name));
    let standing =
        broken.iter().copied().filter(|name| folder.path(name).join("Cargo.toml").exists());
    let members: BTreeSet<&str> = sound.chain(standing).collect();
    let mut wanted = vec![];
    if !members.is_empty() {
        let members: Vec<&str> = members.into_iter().collect();
        let manifest = workspace_manifest(&members, PROFILE);
        wanted.push(folder.compare("Cargo.toml".to_owned(), manifest, None));
        if !lock.is_empty() {
            wanted.push(folder.compare(LOCK.to_owned(), lock.to_owned(), None));
        }
    }
    wanted
}

/// Why a file may not be written; `place` is where to tell of one that no block stands behind.
fn mistake(
    wanted: &Wanted,
    place: Option<Span>,
    folder: &Generated,
    is_of_course: &dyn Fn(&str) -> bool,
    force: bool,
) -> Option<Diagnostic> {
    let path = folder.path(&wanted.path);
    let info = wanted.file.and_then(|file| file.info).or(place);
    let taken = |why: String, hint: &str| {
        let diagnostic = Diagnostic::error("target-taken", why).hint(hint);
        Some(match info {
            Some(info) => diagnostic.at(info, "this would be written there"),
            None => diagnostic,
        })
    };
    if is_of_course(&wanted.path) {
        let why = format!("`{}` is a file of the course", path.display());
        return taken(why, "tangle into another folder, with `--out`");
    }
    match &wanted.standing {
        Standing::InTheWay(why) => {
            taken(why.clone(), "take it away, or tangle into another folder, with `--out`")
        }
        Standing::Foreign if !force => taken(
            format!("`{}` was not written by lessonc", path.display()),
            "move it away, or write over it with `--force`",
        ),
        Standing::Edited if !force => {
            let shown = path.display().to_string();
            Some(edited(&wanted.text, wanted.file, &text_at(&path), &shown, info))
        }
        _ => None,
    }
}

fn text_at(path: &Path) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Makes each package what the lessons give, those that are broken excepted, and says how many
/// files were written.
fn write(
    wanted: &[Wanted],
    gone: &[String],
    broken: &BTreeSet<&str>,
    folder: &mut Generated,
) -> io::Result<usize> {
    let mut changes: BTreeMap<&str, (Vec<&Wanted>, Vec<&str>)> = BTreeMap::new();
    for wanted in wanted.iter().filter(|wanted| wanted.standing != Standing::Wanted) {
        changes.entry(package_of(&wanted.path)).or_default().0.push(wanted);
    }
    for path in gone {
        changes.entry(package_of(path)).or_default().1.push(path);
    }
    let mut count = 0;
    for (written, removed) in
        changes.iter().filter(|(package, _)| !broken.contains(*package)).map(|(_, changes)| changes)
    {
        folder.change(written, removed)?;
        count += written.len();
        let written = written.iter().map(|wanted| ("wrote", &*wanted.path));
        for (what, path) in written.chain(removed.iter().map(|path| ("removed", *path))) {
            println!("{what} {}", folder.path(path).display());
        }
    }
    Ok(count)
}

/// Prints how what stands there would become what the lessons give, and says how many files differ.
fn show_differences(wanted: &[Wanted], gone: &[String], folder: &Generated) -> usize {
    // No lesson gives the lock file, which Cargo keeps.
    let differing =
        wanted.iter().filter(|wanted| wanted.standing != Standing::Wanted && wanted.path != LOCK);
    let mut count = gone.len();
    for Wanted { path, text, file, standing } in differing {
        let path = folder.path(path);
        let (there, shown) = (text_at(&path), path.display());
        count += 1;
        match (standing, file.and_then(|file| file.mode)) {
            (Standing::Nothing, _) => println!("{shown}: is missing"),
            (Standing::InTheWay(why), _) => println!("{shown}: {why}"),
            (_, Some(mode)) if there == *text => {
                println!("{shown}: its permissions are not {mode:o}")
            }
            (_, None) if there == *text => {
                println!("{shown}: its permissions are not the usual ones")
            }
            _ => print!("{}", patch(&there, text, &shown.to_string(), "what the lessons give")),
        }
    }
    for path in gone {
        println!("{}: no lesson writes it any more", folder.path(path).display());
    }
    count
}
