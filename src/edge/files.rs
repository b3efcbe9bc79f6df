//! Reading and writing folders so that what would not change is not touched.

#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::{Component, Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::TempPath;
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

/// What tells that a file was not written since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    modified: SystemTime,
    length: u64,
    /// Which file it is, and when anything of it changed, where the system tells.
    node: u64,
    changed: (i64, i64),
}

/// Clocks of file systems are no finer: a file that is younger may be written once more and look the same.
const TICK: Duration = Duration::from_millis(50);

impl State {
    /// None for what is not there, and for what was written a moment ago: of that nothing can be told yet.
    pub fn of(path: &Path) -> Option<Self> {
        Self::settled(&fs::metadata(path).ok()?)
    }

    /// The same of what the system says of a file.
    pub fn settled(data: &fs::Metadata) -> Option<Self> {
        Self::read(data).filter(|state| state.modified.elapsed().is_ok_and(|age| age > TICK))
    }

    /// What the system says of a file, also if it was written a moment ago.
    pub fn read(data: &fs::Metadata) -> Option<Self> {
        #[cfg(unix)]
        let (node, changed) = (data.ino(), (data.ctime(), data.ctime_nsec()));
        #[cfg(not(unix))]
        let (node, changed) = (0, (0, 0));
        Some(Self { modified: data.modified().ok()?, length: data.len(), node, changed })
    }
}

/// Writes a file, by way of one beside it so that a reader never sees half of it. Says whether
/// that was needed.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    make_folder(path.parent().unwrap_or(Path::new(".")), &mut vec![])?;
    let beside = write_beside(path, bytes, None)?;
    beside.persist(path).map_err(|error| with_path(path)(error.error))?;
    Ok(true)
}

/// What becomes of one file.
pub struct Change<'a> {
    pub path: PathBuf,
    /// None where it goes.
    pub content: Option<Content<'a>>,
}

/// What a file shall hold.
pub struct Content<'a> {
    pub bytes: &'a [u8],
    /// Unix permissions, if not the usual ones.
    pub mode: Option<u32>,
}

/// Changes files below `top` together: where one cannot be changed, all stay as they were.
pub fn change(top: &Path, changes: &[Change]) -> io::Result<()> {
    let (mut folders, mut done) = (vec![], vec![]);
    let changed = change_each(changes, &mut folders, &mut done);
    if changed.is_err() {
        for (path, before) in done.into_iter().rev() {
            // Nothing more can be done about a failure to undo.
            _ = match before {
                Some(before) => before.persist(path).map_err(|error| error.error),
                None => fs::remove_file(path),
            };
        }
        folders.iter().rev().for_each(|folder| _ = fs::remove_dir(folder));
        return changed;
    }
    for change in changes.iter().filter(|change| change.content.is_none()) {
        remove_empty_folders(change.path.parent(), top);
    }
    Ok(())
}

/// Notes the folders made, and of each file changed what it was: another name of it, if it was.
fn change_each<'a>(
    changes: &'a [Change],
    folders: &mut Vec<PathBuf>,
    done: &mut Vec<(&'a Path, Option<TempPath>)>,
) -> io::Result<()> {
    // What can fail, such as a full disk or a folder that nobody may write, fails in this first
    // round, in which nothing is put in its place yet.
    let mut besides = vec![];
    for Change { path, content } in changes {
        let Some(Content { bytes, mode }) = content else { continue };
        make_folder(path.parent().unwrap_or(Path::new(".")), folders)?;
        besides.push(write_beside(path, bytes, *mode)?);
    }
    let mut besides = besides.into_iter();
    for Change { path, content } in changes {
        let before = second_name(path)?;
        match content.as_ref().and_then(|_| besides.next()) {
            Some(beside) => beside.persist(path).map_err(|error| with_path(path)(error.error))?,
            None => fs::remove_file(path).map_err(with_path(path))?,
        }
        done.push((path, before));
    }
    Ok(())
}

/// Makes a folder and those above it, and notes which were not there.
fn make_folder(folder: &Path, made: &mut Vec<PathBuf>) -> io::Result<()> {
    if folder.is_dir() || folder == Path::new("") {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_folder(above, made)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !folder.is_dir() => {
            Err(with_path(folder)(error))
        }
        _ => {
            made.push(folder.to_owned());
            Ok(())
        }
    }
}

/// A temporary file that is to take the place of the one at `path`.
#[cfg_attr(not(unix), allow(unused_variables, unused_mut))]
fn write_beside(path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<TempPath> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // Temporary files are private by default, which a published page must not be.
    #[cfg(unix)]
    builder.permissions(fs::Permissions::from_mode(0o666));
    let mut beside = builder.prefix(BESIDE).tempfile_in(folder).map_err(with_path(folder))?;
    beside.write_all(bytes).map_err(with_path(path))?;
    // Set once more, for what it is made with is masked.
    #[cfg(unix)]
    if let Some(mode) = mode {
        let permissions = fs::Permissions::from_mode(mode);
        beside.as_file().set_permissions(permissions).map_err(with_path(path))?;
    }
    Ok(beside.into_temp_path())
}

/// How the names of temporary files begin.
const BESIDE: &str = ".lessonc-new-";

/// Nobody takes longer to write a file.
const LONGEST_WRITE: Duration = Duration::from_secs(3600);

/// Removes the temporary files below a folder that somebody left who was killed in the middle. Those
/// of others who write there now stay.
pub fn sweep(folder: &Path) -> io::Result<()> {
    for path in list_where(folder, |name| !name.starts_with('.') || name.starts_with(BESIDE))? {
        let path = folder.join(path);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with(BESIDE) {
            continue;
        }
        let modified = fs::metadata(&path).and_then(|data| data.modified());
        let age = modified.ok().and_then(|modified| modified.elapsed().ok());
        if age.is_some_and(|age| age > LONGEST_WRITE) {
            // Another may sweep at the same time.
            _ = fs::remove_file(&path);
        }
    }
    Ok(())
}

/// Another name of the file at a path, which goes when it is dropped; none where there is no file.
fn second_name(path: &Path) -> io::Result<Option<TempPath>> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(None);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    // Not every file system knows hard links.
    let link = |name: &Path| fs::hard_link(path, name).or_else(|_| fs::copy(path, name).map(drop));
    let named = tempfile::Builder::new().prefix(BESIDE).make_in(folder, link);
    Ok(Some(named.map_err(with_path(path))?.into_temp_path()))
}

/// Gives a file Unix permissions, where the system has such.
#[cfg_attr(not(unix), allow(unused_variables, unused_mut))]
pub fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(with_path(path))?;
    Ok(())
}

/// The permissions of a file, where the system has such.
#[cfg_attr(not(unix), allow(unused_variables, unused_mut))]
pub fn mode(path: &Path) -> Option<u32> {
    #[cfg(unix)]
    return fs::metadata(path).ok().map(|data| data.permissions().mode() & 0o777);
    #[cfg(not(unix))]
    None
}

/// The way from a folder to another place, with `/` between folders: `../../lessons`. The folder
/// need not be there yet.
pub fn way(from: &Path, to: &Path) -> io::Result<String> {
    let (from, to) = (real(from)?, real(to)?);
    let same = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    if same == 0 {
        // Another drive.
        return Ok(to.to_string_lossy().into_owned());
    }
    let up = from.components().skip(same).map(|_| "..".into());
    let down = to.components().skip(same).map(|part| part.as_os_str().to_string_lossy());
    Ok(up.chain(down).collect::<Vec<_>>().join("/"))
}

/// A path without links and dots. Its end need not be there yet.
pub fn real(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let there = path.ancestors().find_map(|there| Some((there, there.canonicalize().ok()?)));
    let (there, real) = there.unwrap_or((Path::new(""), PathBuf::new()));
    Ok(real.join(path.strip_prefix(there).unwrap_or(Path::new(""))))
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

/// Every file below a folder, those that are hidden too, in the order of their names, and what the system
/// says of each; what a link leads to is what the link is. `wanted` says what of the folder itself counts.
pub fn entries(
    folder: &Path,
    wanted: impl Fn(&str) -> bool,
) -> impl Iterator<Item = io::Result<(PathBuf, fs::Metadata)>> {
    let entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    let entries = entries.filter_entry(move |entry| {
        entry.depth() != 1 || wanted(&entry.file_name().to_string_lossy())
    });
    let files = entries.filter(|entry| entry.as_ref().map_or(true, |it| !it.file_type().is_dir()));
    files.map(|entry| {
        let entry = entry?;
        let data = entry.metadata()?;
        Ok((entry.into_path(), data))
    })
}

/// A folder and those in it, by their paths below `top`; none where it is not there.
pub fn folders(top: &Path, folder: &str) -> Vec<String> {
    let entries = WalkDir::new(top.join(folder)).into_iter().filter_map(Result::ok);
    let folders = entries.filter(|entry| entry.file_type().is_dir());
    folders.map(|entry| relative(top, entry.path())).collect()
}

fn relative(folder: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    let parts = inside.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// Makes a folder hold just these files, and what of it `keep` names: no others, no links, no empty folders.
pub fn mirror(folder: &Path, files: &[(String, Vec<u8>)], keep: &[&str]) -> io::Result<()> {
    let wanted: BTreeSet<&str> =
        files.iter().map(|(path, _)| path.as_str()).chain(keep.iter().copied()).collect();
    let inside = WalkDir::new(folder).min_depth(1).contents_first(true).into_iter();
    for entry in inside.filter(|_| folder.exists()) {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type().is_dir() {
            // It fails where something is in it, which is wanted.
            _ = fs::remove_dir(path);
        } else if !wanted.contains(&*relative(folder, path)) || !entry.file_type().is_file() {
            fs::remove_file(path).map_err(with_path(path))?;
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
    remove_empty_folders(path.parent(), top);
    Ok(())
}

fn remove_empty_folders(mut folder: Option<&Path>, top: &Path) {
    while let Some(empty) = folder.filter(|folder| *folder != top && fs::remove_dir(folder).is_ok())
    {
        folder = empty.parent();
    }
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
    fn what_a_killed_writer_left_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let long_ago = std::time::SystemTime::now() - 2 * LONGEST_WRITE;
        for (name, is_old) in [("a/.lessonc-new-1", true), ("a/.lessonc-new-2", false), ("b", true)]
        {
            let path = folder.path().join(name);
            write(&path, b"x").unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(if is_old { long_ago } else { std::time::SystemTime::now() })
                .unwrap();
        }
        sweep(folder.path()).unwrap();
        assert_eq!(list_where(folder.path(), |_| true).unwrap(), ["a/.lessonc-new-2", "b"]);
    }

    #[test]
    fn files_change_together_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        let change_to = |paths: &[(&str, Option<&'static str>)]| {
            let changes = paths.iter().map(|(path, text)| Change {
                path: at(path),
                content: text.map(|text| Content { bytes: text.as_bytes(), mode: None }),
            });
            change(folder.path(), &changes.collect::<Vec<_>>())
        };
        change_to(&[("a/old", Some("1")), ("a/going", Some("2")), ("b", Some("3"))]).unwrap();
        let before = fs::metadata(at("a/old")).unwrap().modified().unwrap();
        // The last of them stands where a folder is, which is found out in the second round.
        fs::create_dir(at("c")).unwrap();
        let changes =
            [("a/going", None), ("a/old", Some("4")), ("d/e/new", Some("5")), ("c", Some("6"))];
        change_to(&changes).unwrap_err();
        assert_eq!(list(folder.path(), &[]).unwrap(), ["a/going", "a/old", "b"]);
        assert_eq!(fs::read(at("a/old")).unwrap(), b"1");
        assert_eq!(fs::metadata(at("a/old")).unwrap().modified().unwrap(), before);
        assert!(!at("d").exists());
        change_to(&changes[..3]).unwrap();
        assert_eq!(list(folder.path(), &[]).unwrap(), ["a/old", "b", "d/e/new"]);
        assert_eq!(list_where(folder.path(), |_| true).unwrap().len(), 3, "something was left");
    }

    #[test]
    fn ways_lead_from_folder_to_folder() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        assert_eq!(way(&at("out/a"), &at("lessons")).unwrap(), "../../lessons");
        assert_eq!(way(&at("a"), &at("a/b")).unwrap(), "b");
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
