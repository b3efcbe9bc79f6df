//! A package as an archive that Cargo can run as it is.
//!
//! The same package makes the same bytes: its files stand in their order, and bear no time.

use std::io::{self, Write as _};

use rawzip::{ZipArchiveWriter, time::UtcDateTime};

use super::manifest::{PROFILE, is_crate_root};
use crate::model::package::Package;

/// The modes of files that say none.
const USUAL: u32 = 0o644;

/// The package's folder in a zip archive, with `notebooks`, each by its name, as further programs, and
/// with `data` that its programs read, by path. None where Cargo would find nothing in it, or where it
/// depends on what stands beside it.
pub fn archive(
    package: &Package,
    notebooks: &[(String, String)],
    data: &[(String, Vec<u8>)],
) -> Option<Vec<u8>> {
    if package.dependencies.values().any(|it| it.get("path").is_some()) {
        return None;
    }
    let mut files: Vec<(String, Vec<u8>, u32)> = package
        .files
        .iter()
        .filter(|file| file.info.is_some())
        .map(|file| (file.path.clone(), file.text().into_bytes(), file.mode.unwrap_or(USUAL)))
        .collect();
    let has_own_manifest = files.iter().any(|(path, ..)| path == "Cargo.toml");
    let has_program = || package.files.iter().any(|file| is_program(&file.path));
    // A lesson's own manifest may not ask for all that its notebook needs.
    if !has_own_manifest {
        for (at, (name, text)) in notebooks.iter().enumerate() {
            let path = match at {
                0 if !has_program() => "src/main.rs".to_owned(),
                _ => format!("examples/{name}.rs"),
            };
            files.push((path, text.clone().into_bytes(), USUAL));
        }
        if files.iter().any(|(path, ..)| is_crate_root(path)) {
            files.push(("Cargo.toml".to_owned(), manifest(package).into_bytes(), USUAL));
        }
    }
    if !files.iter().any(|(path, ..)| path == "Cargo.toml") {
        return None;
    }
    let taken = |path: &str| files.iter().any(|(other, ..)| other == path);
    let data: Vec<_> = data.iter().filter(|(path, _)| !taken(path)).collect();
    files.extend(data.into_iter().map(|(path, bytes)| (path.clone(), bytes.clone(), USUAL)));
    files.sort();
    // Memory takes all that is written into it.
    zip(&package.name, &files).ok()
}

fn is_program(path: &str) -> bool {
    is_crate_root(path) && path != "src/lib.rs"
}

/// What Cargo is told of a package that stands alone: which of several programs it runs, and how it
/// compiles them.
fn manifest(package: &Package) -> String {
    let programs = package.files.iter().filter(|file| is_program(&file.path));
    // The first that the lesson writes.
    let first = programs.min_by_key(|file| file.info.map(|info| info.start));
    let default =
        first.and_then(|file| binary(&file.path)).map(|name| format!("default-run = {name:?}\n"));
    let text = package.manifest().text();
    let text = text.replacen(
        "publish = false\n",
        &format!("publish = false\n{}", default.unwrap_or_default()),
        1,
    );
    format!("{text}\n{PROFILE}")
}

/// The name of a program in `src/bin/`.
fn binary(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/bin/")?;
    inside.strip_suffix("/main.rs").or_else(|| inside.strip_suffix(".rs"))
}

fn zip(folder: &str, files: &[(String, Vec<u8>, u32)]) -> io::Result<Vec<u8>> {
    let mut out = vec![];
    let mut archive = ZipArchiveWriter::new(&mut out);
    for (path, bytes, mode) in files {
        let file = archive.new_file(format!("{folder}/{path}"));
        let file = file.last_modified(BEGINNING).unix_permissions(*mode);
        let (mut entry, config) = file.start().map_err(io::Error::other)?;
        let mut writer = config.wrap(&mut entry);
        writer.write_all(bytes)?;
        let (_, descriptor) = writer.finish().map_err(io::Error::other)?;
        entry.finish(descriptor).map_err(io::Error::other)?;
    }
    archive.finish().map_err(io::Error::other)?;
    Ok(out)
}

/// Archives know no time before it.
const BEGINNING: UtcDateTime = UtcDateTime::from_components(1980, 1, 1, 0, 0, 0, 0).unwrap();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        package::File,
        source::{SourceId, Span},
    };

    fn package(paths: &[&str]) -> Package {
        let file = |(at, path): (usize, &&str)| File {
            info: Some(Span::new(SourceId(0), at..at + 1)),
            ..File::generated(*path, "fn main() {}")
        };
        Package {
            name: "loops".into(),
            edition: "2024".into(),
            files: paths.iter().enumerate().map(file).collect(),
            ..Package::default()
        }
    }

    fn names(package: &Package) -> Option<Vec<String>> {
        let notebook = [("one".to_owned(), "fn main() {}".to_owned())];
        let bytes = archive(package, &notebook, &[])?;
        assert_eq!(archive(package, &notebook, &[]).unwrap(), bytes, "the same bytes each time");
        let archive = rawzip::ZipArchive::from_slice(&bytes).unwrap();
        let mut names = vec![];
        let mut entries = archive.entries();
        while let Some(entry) = entries.next_entry().unwrap() {
            names.push(entry.file_path().try_normalize().unwrap().as_ref().to_owned());
        }
        Some(names)
    }

    #[test]
    fn a_notebook_is_the_program_where_there_is_no_other() {
        assert_eq!(names(&package(&[])).unwrap(), ["loops/Cargo.toml", "loops/src/main.rs"]);
        let with_library = names(&package(&["src/lib.rs"])).unwrap();
        assert!(with_library.contains(&"loops/src/main.rs".to_owned()), "{with_library:?}");
        let with_program = names(&package(&["src/bin/a.rs"])).unwrap();
        assert!(with_program.contains(&"loops/examples/one.rs".to_owned()), "{with_program:?}");
    }

    #[test]
    fn cargo_runs_the_program_that_the_lesson_writes_first() {
        assert!(
            manifest(&package(&["src/bin/b.rs", "src/bin/a.rs"])).contains("default-run = \"b\"")
        );
        assert!(!manifest(&package(&["src/main.rs", "src/bin/a.rs"])).contains("default-run"));
    }

    #[test]
    fn what_needs_a_neighbour_is_no_archive() {
        let mut package = package(&["src/main.rs"]);
        let beside = toml::from_str("path = \"../mylib\"").unwrap();
        package.dependencies.insert("mylib".into(), toml::Value::Table(beside));
        assert_eq!(names(&package), None);
    }
}
