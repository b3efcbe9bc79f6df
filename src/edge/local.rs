//! Crates on this machine that lessons depend on by their path: what is in them counts for every run
//! that uses them.

use std::{collections::BTreeSet, fs, io, path::PathBuf};

use super::{files, with_path};
use crate::execute::fingerprint;

/// A hash of all that is in the crates of some folders, and in those that they depend on by path.
///
/// # Errors
///
/// Where a file cannot be read. A folder that is not there has no files.
pub fn contents(folders: impl IntoIterator<Item = PathBuf>) -> io::Result<String> {
    let mut to_visit: Vec<PathBuf> = folders.into_iter().collect();
    let mut visited: BTreeSet<PathBuf> = BTreeSet::new();
    // By content alone: where a crate stands is another matter on each machine.
    let mut contents: BTreeSet<String> = BTreeSet::new();
    while let Some(folder) = to_visit.pop() {
        let folder = files::real(&folder)?;
        if !visited.insert(folder.clone()) {
            continue;
        }
        let mut all = String::new();
        for path in files::list(&folder, &["target"])? {
            let full = folder.join(&path);
            let bytes = fs::read(&full).map_err(with_path(&full))?;
            all.push_str(&format!("{path} {}\n", fingerprint(&bytes)));
        }
        contents.insert(fingerprint(all.as_bytes()));
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        let manifest: toml::Table = toml::from_str(&manifest).unwrap_or_default();
        to_visit.extend(paths(&manifest).into_iter().map(|path| folder.join(path)));
    }
    let all: Vec<String> = contents.into_iter().collect();
    Ok(fingerprint(all.join("\n").as_bytes()))
}

/// The paths that a manifest's dependencies of any kind name.
fn paths(manifest: &toml::Table) -> Vec<String> {
    let mut found = vec![];
    for (key, value) in manifest {
        let Some(table) = value.as_table() else { continue };
        if key.ends_with("dependencies") {
            let path = |it: &toml::Value| it.get("path")?.as_str().map(str::to_owned);
            found.extend(table.values().filter_map(path));
        } else {
            found.extend(paths(table));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_a_crate_is_made_of_counts_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let now = || contents([folder.path().join("a")]).unwrap();
        write("a/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nb = { path = \"../b\" }\n");
        write("a/src/lib.rs", "one");
        write("b/Cargo.toml", "[dev-dependencies]\na = { path = \"../a\" }\n");
        write("b/src/lib.rs", "two");
        let before = now();
        write("a/target/debug/x", "built");
        write("c/src/lib.rs", "no dependency");
        assert_eq!(now(), before);
        write("b/src/lib.rs", "three");
        assert_ne!(now(), before);
        write("b/src/lib.rs", "two");
        assert_eq!(now(), before);
        write("a/src/more.rs", "");
        assert_ne!(now(), before);
    }
}
