//! `lessonc tangle`: writes the generated packages where people can use them.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Outcome, course, files, private_folder, records,
    terminal::{self, plural},
    with_path,
};
use crate::{
    execute::fingerprint,
    model::{diagnostic::Severity, package::Package},
    pipeline,
    tangle::{PROFILE, workspace_manifest},
};

/// What `lessonc tangle` was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The course's folder.
    pub course: PathBuf,
    /// Where to write; below `target/lessonc/` where absent.
    pub out: Option<PathBuf>,
    /// Whether files that somebody edited are overwritten.
    pub force: bool,
}

/// Writes a course's packages and says what it wrote.
///
/// # Errors
///
/// Where the course cannot be read or a file not written.
pub fn tangle(options: &Options) -> io::Result<Outcome> {
    let course = course::read(&options.course)?;
    let private = private_folder(&options.course)?;
    let out = options.out.clone().unwrap_or_else(|| private.join("crates"));
    let mut tangled = pipeline::tangle(&course.sources);
    terminal::put_in_order(&mut tangled.diagnostics);
    terminal::report(&tangled.diagnostics, &course.sources);
    let packages = &tangled.value.packages;
    let lock = records::lock(&options.course)?;
    let broken = tangled.value.broken.iter().map(String::as_str);
    let standing = broken.filter(|name| out.join(name).join("Cargo.toml").exists());
    let wanted = files_of(packages, standing, &lock);

    fs::create_dir_all(&out).map_err(with_path(&out))?;
    let place = out.canonicalize().map_err(with_path(&out))?;
    let place = fingerprint(place.to_string_lossy().as_bytes());
    let mut state = Written::read(private.join("tangled").join(format!("{place}.json")));
    if let Some(link) = wanted.iter().find_map(|(path, _)| files::link_on_the_way(&out, path)) {
        let message = format!("{} is a link, and nothing is written through it", link.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let edited: Vec<&str> = if options.force {
        vec![]
    } else {
        wanted
            .iter()
            .filter(|(path, text)| state.is_edited(&out, path, text))
            .map(|(p, _)| p.as_str())
            .collect()
    };
    for path in &edited {
        let full = out.join(path);
        eprintln!(
            "error: {} is not as lessonc wrote it, and is left as it stands\n  help: bring the \
             change into the lesson, or write over it with --force",
            full.display()
        );
    }
    if !edited.is_empty() {
        return Ok(Outcome::Findings);
    }
    let has_errors = tangled.diagnostics.iter().any(|d| d.severity == Severity::Error);
    let written = write(&wanted, &out, &mut state, !has_errors);
    // What was written is ours, also where something went wrong behind it.
    state.save()?;
    let written = written?;
    eprintln!(
        "{}: {} in {}, {written} written",
        out.display(),
        plural(wanted.len(), "file"),
        plural(packages.iter().filter(|package| !package.files.is_empty()).count(), "package"),
    );
    Ok(if has_errors { Outcome::Findings } else { Outcome::Fine })
}

/// Writes what changed, removes what is no longer wanted, and says how many were written.
fn write(
    wanted: &[(String, String)],
    out: &Path,
    state: &mut Written,
    is_whole: bool,
) -> io::Result<usize> {
    let mut written = 0;
    for (path, text) in wanted {
        // Cargo keeps this file, and so may its owner.
        if path == LOCK && out.join(path).exists() && !state.hashes.contains_key(path) {
            continue;
        }
        if files::write(&out.join(path), text.as_bytes())? {
            written += 1;
            println!("wrote {}", out.join(path).display());
            state.hashes.insert(path.clone(), fingerprint(text.as_bytes()));
        }
    }
    if is_whole {
        for path in state.others(wanted) {
            let is_ours = files::is_inside(&path) && state.is_unchanged(out, &path);
            if is_ours && files::link_on_the_way(out, &path).is_none() {
                files::remove(&out.join(&path), out)?;
                println!("removed {}", out.join(&path).display());
            }
            state.hashes.remove(&path);
        }
    }
    Ok(written)
}

/// Every file with its text, by its path: the packages', and what makes them a workspace if Cargo
/// can build any. Packages that stand there from before and are broken now stay a part of it.
fn files_of<'a>(
    packages: &'a [Package],
    standing: impl Iterator<Item = &'a str>,
    lock: &str,
) -> Vec<(String, String)> {
    let mut all = vec![];
    for package in packages {
        let files = package.files.iter();
        all.extend(files.map(|file| (format!("{}/{}", package.name, file.path), file.text())));
    }
    let buildable = packages.iter().filter(|package| package.has_manifest());
    let mut folders: Vec<&str> = buildable.map(|package| package.name.as_str()).collect();
    folders.extend(standing);
    folders.sort_unstable();
    if !folders.is_empty() {
        all.push(("Cargo.toml".to_owned(), workspace_manifest(&folders, PROFILE)));
        if !lock.is_empty() {
            all.push((LOCK.to_owned(), lock.to_owned()));
        }
    }
    all
}

/// What was written into a folder before: by path, a hash of the text.
struct Written {
    path: PathBuf,
    hashes: BTreeMap<String, String>,
}

/// Cargo itself keeps this file, so that a change to it is no edit.
const LOCK: &str = "Cargo.lock";

impl Written {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap_or_default();
        Self { path, hashes: serde_json::from_str(&text).unwrap_or_default() }
    }

    /// Whether a file is there that is neither what is to be written nor what was.
    fn is_edited(&self, out: &Path, path: &str, text: &str) -> bool {
        let Ok(there) = fs::read(out.join(path)) else { return false };
        path != LOCK && there != text.as_bytes() && !self.is_unchanged(out, path)
    }

    /// Whether a file is there as it was written.
    fn is_unchanged(&self, out: &Path, path: &str) -> bool {
        let there = fs::read(out.join(path)).map(|there| fingerprint(&there));
        there.is_ok_and(|there| self.hashes.get(path) == Some(&there))
    }

    /// Files that were written once and are not wanted now.
    fn others(&self, wanted: &[(String, String)]) -> Vec<String> {
        let is_wanted = |path: &&String| wanted.iter().any(|(other, _)| other == *path);
        self.hashes.keys().filter(|path| !is_wanted(path)).cloned().collect()
    }

    fn save(&self) -> io::Result<()> {
        let json = serde_json::to_string_pretty(&self.hashes)?;
        files::write(&self.path, json.as_bytes())?;
        Ok(())
    }
}
