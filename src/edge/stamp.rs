//! What a course and its site were when the site was last built: where nothing changed since, there is
//! nothing to build.
//!
//! Every file of the course, of its records and of its site counts by what the system tells of it, without
//! being read. What cannot be told from that is not trusted: of a build in which something was found wrong,
//! or during which a file was written, no stamp is kept.

use std::{
    fs::{self, Metadata},
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    build::Options,
    course,
    files::{self, State},
    private_folder,
    records::Use,
};

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Stands for the course as it was read.
    course: u64,
    /// Stands for the site as it was written.
    site: u64,
    pub pages: usize,
    pub programs: usize,
}

/// The course as it is now; none where something of it was written a moment ago.
pub fn course(options: &Options) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    // Another lessonc may make other pages of the same course.
    State::of(&std::env::current_exe().ok()?)?.hash(&mut hasher);
    std::path::absolute(&options.out).ok()?.hash(&mut hasher);
    let entries = files::entries(&options.course, course::is_own);
    add(entries, &mut hasher, State::settled)?;
    if let Some(citation) = course::citation(&options.course) {
        State::of(&citation)?.hash(&mut hasher);
    }
    Some(hasher.finish())
}

/// The site as it stands; what was written a moment ago was written by us.
fn site(out: &Path) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    add(files::entries(out, |_| true), &mut hasher, State::read)?;
    Some(hasher.finish())
}

/// Adds files and their states; none where one of them has none.
fn add(
    files: impl Iterator<Item = io::Result<(PathBuf, Metadata)>>,
    hasher: &mut DefaultHasher,
    state: fn(&Metadata) -> Option<State>,
) -> Option<()> {
    for file in files {
        let (path, data) = file.ok()?;
        (path, state(&data)?).hash(hasher);
    }
    Some(())
}

/// What was built last, if it is all as it was.
pub fn unchanged(options: &Options) -> Option<Stamp> {
    if !matches!(options.records, Use::Valid | Use::Frozen) {
        return None;
    }
    let text = fs::read_to_string(place(options).ok()?).ok()?;
    let stamp: Stamp = serde_json::from_str(&text).ok()?;
    let is_same = course(options)? == stamp.course && site(&options.out)? == stamp.site;
    is_same.then_some(stamp)
}

/// Keeps what was built of a course that was like this `before`.
///
/// # Errors
///
/// Where it cannot be written.
pub fn keep(
    options: &Options,
    before: Option<u64>,
    pages: usize,
    programs: usize,
) -> io::Result<()> {
    let now = course(options).filter(|now| Some(*now) == before);
    let Some((course, site)) = now.zip(site(&options.out)) else { return Ok(()) };
    let stamp = Stamp { course, site, pages, programs };
    files::write(&place(options)?, serde_json::to_string(&stamp)?.as_bytes())?;
    Ok(())
}

fn place(options: &Options) -> io::Result<PathBuf> {
    Ok(private_folder(&options.course)?.join("built.json"))
}
