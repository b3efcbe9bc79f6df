//! Reading and writing folders so that what would not change is not touched.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Component, Path, PathBuf},
};

use walkdir::WalkDir;

use super::with_path;

/// Whether a path that was read from a file stays below the folder that it is put behind.
pub fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// The first link on the way from a folder to a path below it: writing would lead elsewhere.
pub fn link_on_the_way(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut full = folder.to_owned();
    Path::new(path).components().find_map(|part| {
        full.push(part);
        fs::symlink_metadata(&full).is_ok_and(|data| data.is_symlink()).then(|| full.clone())
    })
}

/// Writes a file, by way of one beside it so that a reader never sees half of it. Says whether
/// that was needed.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(with_path(folder))?;
    let mut beside = tempfile::Builder::new();
    // Temporary files are private by default, which a published page must not be.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        beside.permissions(fs::Permissions::from_mode(0o666));
    }
    let beside = beside.prefix(".lessonc-").tempfile_in(folder).map_err(with_path(folder))?;
    fs::write(beside.path(), bytes).map_err(with_path(path))?;
    beside.persist(path).map_err(|error| with_path(path)(error.error))?;
    Ok(true)
}

/// The files below a folder, as paths relative to it with `/` between folders, sorted. A folder
/// that does not exist has none; hidden files and what `skip` names are passed over.
pub fn list(folder: &Path, skip: &[&str]) -> io::Result<Vec<String>> {
    list_where(folder, |name| !name.starts_with('.') && !skip.contains(&name))
}

fn list_where(folder: &Path, wanted: impl Fn(&str) -> bool) -> io::Result<Vec<String>> {
    if !folder.exists() {
        return Ok(vec![]);
    }
    let mut paths = vec![];
    let entries = WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || wanted(&entry.file_name().to_string_lossy()));
    for entry in entries {
        let entry = entry?;
        if entry.file_type().is_file() {
            paths.push(relative(folder, entry.path()));
        }
    }
    Ok(paths)
}

fn relative(folder: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    let parts = inside.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// Makes a folder hold just these files, and those in it that `keep` names.
pub fn mirror(folder: &Path, files: &[(String, Vec<u8>)], keep: &[&str]) -> io::Result<()> {
    let wanted: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    for path in list_where(folder, |name| !keep.contains(&name))? {
        if !wanted.contains(path.as_str()) {
            remove(&folder.join(path), folder)?;
        }
    }
    for (path, bytes) in files {
        write(&folder.join(path), bytes)?;
    }
    Ok(())
}

/// Removes a file, and the folders up to `top` that this leaves empty.
pub fn remove(path: &Path, top: &Path) -> io::Result<()> {
    fs::remove_file(path).map_err(with_path(path))?;
    let mut folder = path.parent();
    while let Some(empty) = folder.filter(|folder| *folder != top && fs::remove_dir(folder).is_ok())
    {
        folder = empty.parent();
    }
    Ok(())
}

/// An empty folder, whatever was there before.
pub fn fresh_folder(folder: PathBuf) -> io::Result<PathBuf> {
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(with_path(&folder)(error)),
        _ => {
            fs::create_dir_all(&folder).map_err(with_path(&folder))?;
            Ok(folder)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_not_change_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.txt");
        assert!(write(&path, b"one").unwrap());
        assert!(!write(&path, b"one").unwrap());
        assert!(write(&path, b"two").unwrap());
        assert_eq!(list(folder.path(), &[]).unwrap(), ["a/b.txt"]);
    }

    #[test]
    fn paths_that_lead_out_are_known() {
        assert!(is_inside("a/b.svg"));
        for outside in ["", "../a", "a/../../b", "/etc/passwd"] {
            assert!(!is_inside(outside), "{outside}");
        }
    }

    #[test]
    fn a_mirror_holds_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("old/.cargo/config.toml"), b"x").unwrap();
        write(&folder.path().join("Cargo.lock"), b"lock").unwrap();
        mirror(folder.path(), &[("new.rs".to_owned(), b"y".to_vec())], &["Cargo.lock"]).unwrap();
        assert_eq!(list(folder.path(), &[]).unwrap(), ["Cargo.lock", "new.rs"]);
        assert!(!folder.path().join("old").exists());
    }
}
