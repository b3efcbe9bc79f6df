//! Which files of a course are read while a program runs.
//!
//! Only Linux tells, and it does not tell who reads them: others who look at the course meanwhile are
//! noted as well. Nothing is lost where it does not tell, but a hint.

use std::{collections::BTreeSet, path::Path};

/// The files of a course that are opened from now on to be read, and closed again.
#[cfg(target_os = "linux")]
pub struct Reads {
    inotify: rustix::fd::OwnedFd,
    /// The folders that are watched, below the course's, by what the kernel calls them.
    folders: std::collections::BTreeMap<i32, String>,
}

#[cfg(target_os = "linux")]
impl Reads {
    pub fn begin(course: &Path) -> Option<Self> {
        use rustix::fs::inotify::{self, CreateFlags, WatchFlags};

        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).ok()?;
        let folders = super::course::folders_of_files(course).into_iter().filter_map(|folder| {
            let path = course.join(&folder);
            let flags = WatchFlags::CLOSE_NOWRITE | WatchFlags::ONLYDIR;
            Some((inotify::add_watch(&inotify, path, flags).ok()?, folder))
        });
        Some(Self { folders: folders.collect(), inotify })
    }

    /// Their paths in the course.
    pub fn end(self) -> BTreeSet<String> {
        use std::mem::MaybeUninit;

        use rustix::fs::inotify::{ReadFlags, Reader};

        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut events = Reader::new(&self.inotify, &mut buffer);
        let mut paths = BTreeSet::new();
        while let Ok(event) = events.next() {
            let folder = self.folders.get(&event.wd());
            let is_file = !event.events().contains(ReadFlags::ISDIR);
            if let (Some(folder), Some(name), true) = (folder, event.file_name(), is_file) {
                paths.insert(format!("{folder}/{}", name.to_string_lossy()));
            }
        }
        paths
    }
}

#[cfg(not(target_os = "linux"))]
pub struct Reads;

#[cfg(not(target_os = "linux"))]
impl Reads {
    pub fn begin(_: &Path) -> Option<Self> {
        None
    }

    pub fn end(self) -> BTreeSet<String> {
        BTreeSet::new()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_read_is_noted_and_nothing_else() {
        let course = tempfile::tempdir().unwrap();
        let at = |path: &str| course.path().join(path);
        fs::create_dir_all(at("data/more")).unwrap();
        for path in ["data/one.csv", "data/two.csv", "data/more/three.csv", "a.md"] {
            fs::write(at(path), "x").unwrap();
        }
        let reads = Reads::begin(course.path()).unwrap();
        for path in ["data/two.csv", "data/two.csv", "data/more/three.csv", "a.md"] {
            fs::read(at(path)).unwrap();
        }
        fs::metadata(at("data/one.csv")).unwrap();
        fs::write(at("data/one.csv"), "y").unwrap();
        fs::write(at("data/more/four.csv"), "y").unwrap();
        fs::read_dir(at("data/more")).unwrap();
        assert_eq!(
            reads.end(),
            BTreeSet::from(["data/more/three.csv".to_owned(), "data/two.csv".to_owned()])
        );
    }
}
