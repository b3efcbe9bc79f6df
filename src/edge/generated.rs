//! A folder of generated files: what stands in it, what shall, and whose work is not touched.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    files::{self, Change, Content},
    with_path,
};
use crate::{execute::fingerprint, model::package::File};

/// A folder, and what was written into it before.
pub struct Generated {
    folder: PathBuf,
    kept: BTreeMap<String, Kept>,
}

/// How a file was written.
#[derive(Serialize, Deserialize)]
struct Kept {
    hash: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mode: Option<u32>,
}

/// A file that the lessons give, and what stands in its place.
pub struct Wanted<'a> {
    /// Below the folder, with `/` between folders.
    pub path: String,
    pub text: String,
    /// The package's file; none for what only makes the packages a workspace.
    pub file: Option<&'a File>,
    pub standing: Standing,
}

impl Wanted<'_> {
    fn mode(&self) -> Option<u32> {
        self.file.and_then(|file| file.mode)
    }
}

/// What stands where a file is wanted.
#[derive(Debug, PartialEq, Eq)]
pub enum Standing {
    /// The file itself.
    Wanted,
    Nothing,
    /// What was written before.
    Ours,
    /// What was written before, and changed by somebody since.
    Edited,
    /// A file that somebody else wrote.
    Foreign,
    /// What is never written over; why not.
    InTheWay(String),
}

/// Where what was written is noted. It is part of the folder, so that it is committed with it.
const NOTE: &str = ".lessonc-tangled.json";

/// Cargo itself keeps this file, so that a change to it is no edit.
pub const LOCK: &str = "Cargo.lock";

impl Generated {
    /// The folder need not be there.
    ///
    /// # Errors
    ///
    /// Where the note of what was written cannot be read: without it nothing is known to be ours.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let path = folder.join(NOTE);
        let kept = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(with_path(&path)(error)),
            Ok(text) => serde_json::from_str(&text).map_err(|error| {
                let message = format!("{}: {error}; restore or remove it", path.display());
                io::Error::new(io::ErrorKind::InvalidData, message)
            })?,
        };
        Ok(Self { folder: folder.to_owned(), kept })
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Looks at the place of a file that the lessons give.
    pub fn compare<'a>(&self, path: String, text: String, file: Option<&'a File>) -> Wanted<'a> {
        let mut wanted = Wanted { path, text, file, standing: Standing::Nothing };
        wanted.standing = self.standing(&wanted);
        wanted
    }

    fn standing(&self, wanted: &Wanted) -> Standing {
        let path = self.path(&wanted.path);
        if let Some(link) = files::link_on_the_way(&self.folder, &wanted.path) {
            let why = format!("`{}` is a link, and nothing is written through it", link.display());
            return Standing::InTheWay(why);
        }
        let kept = self.kept.get(&wanted.path);
        let there = match fs::read(&path) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Standing::Nothing,
            Err(_) if path.is_dir() => {
                return Standing::InTheWay(format!("`{}` is a folder", path.display()));
            }
            // A file where a folder is to be.
            Err(error) => return Standing::InTheWay(with_path(&path)(error).to_string()),
        };
        if there == wanted.text.as_bytes() {
            // Permissions that nobody asked for are the owner's to set.
            let there = files::mode(&path);
            let ours = kept.and_then(|kept| kept.mode);
            let is_other = match wanted.mode() {
                Some(_) => there.is_some() && there != wanted.mode(),
                None => ours.is_some() && there == ours,
            };
            return if is_other { Standing::Ours } else { Standing::Wanted };
        }
        match kept {
            // It may be its owner's.
            None if wanted.path == LOCK => Standing::Wanted,
            Some(_) if wanted.path == LOCK => Standing::Ours,
            Some(kept) if kept.hash == fingerprint(&there) => Standing::Ours,
            Some(_) => Standing::Edited,
            None => Standing::Foreign,
        }
    }

    /// What was written once, is not wanted now, and stands as it was written.
    pub fn left_over(&self, wanted: &[Wanted]) -> Vec<String> {
        let wanted: BTreeSet<&str> = wanted.iter().map(|wanted| wanted.path.as_str()).collect();
        let is_ours = |path: &str, kept: &Kept| {
            files::is_inside(path)
                && files::link_on_the_way(&self.folder, path).is_none()
                && fs::read(self.path(path)).is_ok_and(|there| fingerprint(&there) == kept.hash)
        };
        let others = self.kept.iter().filter(|(path, _)| !wanted.contains(path.as_str()));
        let ours = others.filter(|(path, kept)| is_ours(path, kept));
        ours.map(|(path, _)| path.clone()).collect()
    }

    /// Writes some files and removes others, all or none.
    pub fn change(&mut self, wanted: &[&Wanted], gone: &[&str]) -> io::Result<()> {
        let written = wanted.iter().map(|wanted| Change {
            path: self.path(&wanted.path),
            content: Some(Content { bytes: wanted.text.as_bytes(), mode: wanted.mode() }),
        });
        let removed = gone.iter().map(|path| Change { path: self.path(path), content: None });
        files::change(&self.folder, &written.chain(removed).collect::<Vec<_>>())?;
        for wanted in wanted {
            let kept = Kept { hash: fingerprint(wanted.text.as_bytes()), mode: wanted.mode() };
            self.kept.insert(wanted.path.clone(), kept);
        }
        Ok(())
    }

    /// Forgets what is not wanted any more: whatever of it still stands is somebody else's now.
    pub fn forget_others(&mut self, wanted: &[Wanted]) {
        let wanted: BTreeSet<&str> = wanted.iter().map(|wanted| wanted.path.as_str()).collect();
        self.kept.retain(|path, _| wanted.contains(path.as_str()));
    }

    /// Notes what was written.
    pub fn save(&self) -> io::Result<()> {
        if self.kept.is_empty() && !self.path(NOTE).exists() {
            return Ok(());
        }
        let json = serde_json::to_string_pretty(&self.kept)? + "\n";
        files::write(&self.folder.join(NOTE), json.as_bytes())?;
        Ok(())
    }
}
