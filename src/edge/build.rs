//! `lessonc build`: from a folder of lessons to a folder of pages.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::Instant,
};

use super::{
    Outcome,
    course::{self, CourseFolder},
    files,
    formats::{self, Format},
    private_folder,
    records::{self, Programs, Recorded, Use},
    run::{self, alone},
    terminal::{self, plural},
    with_path,
};
use crate::{
    model::{
        diagnostic::{Diagnostic, Severity},
        site::{Content, Site},
    },
    pipeline::{self, Built, UNFINISHED},
    weave::Theme,
};

/// What `lessonc build` was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The course's folder.
    pub course: PathBuf,
    /// The site's folder.
    pub out: PathBuf,
    pub records: Use,
    /// Whether cargo may use the network.
    pub offline: bool,
    pub format: Format,
}

/// Builds a course's site.
///
/// # Errors
///
/// Where the course cannot be read or the site not written.
pub fn build(options: &Options) -> io::Result<Outcome> {
    let start = Instant::now();
    check_out(options)?;
    let course = course::read(&options.course)?;
    let theme = Theme::new(&course.templates).map_err(io::Error::other)?;
    let Some(mut made) = make(options, &course, &theme, std::future::pending())? else {
        eprintln!("Stopped. The site is as it was.");
        return Ok(Outcome::Interrupted);
    };
    formats::tell(options.format, &made.diagnostics, &course.sources);
    let published = publish(&mut made, &course, options)?;
    eprintln!(
        "{}: {} ({} written), {} run, {} recalled, in {:.2} s",
        options.out.display(),
        plural(made.site.pages.len(), "page"),
        published.written.len(),
        plural(made.ran, "program"),
        made.recalled,
        start.elapsed().as_secs_f64(),
    );
    Ok(if made.is_fine() { Outcome::Fine } else { Outcome::Findings })
}

/// A site before it is published.
pub struct Made {
    pub site: Site,
    /// What serves as long as there is nothing better.
    unfinished: Site,
    /// In the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// How many programs were run, and how many had a record.
    pub ran: usize,
    pub recalled: usize,
    programs: Programs,
    /// The lessons that wait to be run: what they gave before is shown, and not published.
    pub waiting: BTreeSet<String>,
    /// The lessons that were shown with what they gave before.
    pub stale: BTreeSet<String>,
    /// Held until the site is published.
    _alone: Option<fs::File>,
}

impl Made {
    /// A site for which so many of its programs had to run.
    pub fn of(built: Built, programs: Programs, ran: usize) -> Self {
        let Built { site, unfinished, mut diagnostics } = built;
        terminal::put_in_order(&mut diagnostics);
        let recalled = programs.len().saturating_sub(ran);
        let (waiting, stale, _alone) = (BTreeSet::new(), BTreeSet::new(), None);
        Self { site, unfinished, diagnostics, ran, recalled, programs, waiting, stale, _alone }
    }

    /// Holds on to what keeps other builds from beginning, until the site is published.
    pub fn alone(self, alone: Option<fs::File>) -> Self {
        Self { _alone: alone, ..self }
    }

    fn is_fine(&self) -> bool {
        let is_whole = self.waiting.is_empty();
        is_whole && self.diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
    }
}

/// Runs what has to be run, and weaves. Nothing is made where a run was interrupted: by the user, or
/// because `ended_by` came to its end.
///
/// # Errors
///
/// Where what is recorded cannot be read.
pub fn make(
    options: &Options,
    course: &CourseFolder,
    theme: &Theme,
    ended_by: impl Future<Output = ()> + 'static,
) -> io::Result<Option<Made>> {
    let private = private_folder(&options.course)?;
    let alone = if options.records == Use::Frozen { None } else { Some(alone(&private)?) };
    let mut runner =
        run::runner(&options.course, course, private, &options.records, options.offline, ended_by)?;
    let built = pipeline::build(&course.sources, &course.files, theme, &mut runner);
    if runner.was_interrupted() {
        return Ok(None);
    }
    let Recorded { ran, asked_for, .. } = runner;
    Ok(Some(Made::of(built, asked_for, ran).alone(alone)))
}

/// What became of the site's folder, as paths in it.
#[derive(Debug, Default)]
pub struct Published {
    pub written: Vec<String>,
    pub gone: Vec<String>,
}

/// Writes what changed of a site, and forgets the records that nothing asks for any more.
///
/// # Errors
///
/// Where the site cannot be written, or a file of somebody else's stands in its way.
pub fn publish(made: &mut Made, course: &CourseFolder, options: &Options) -> io::Result<Published> {
    check_ours(&made.site, &options.out)?;
    pipeline::take_lessons(&mut made.site, &made.waiting);
    fill_in(&mut made.site, std::mem::take(&mut made.unfinished), &options.out);
    let published = write(&made.site, course, options, made.is_fine())?;
    if made.is_fine() && options.records != Use::Frozen {
        records::prune(&options.course, &made.programs)?;
    }
    Ok(published)
}

/// # Errors
///
/// Where the site would stand among the lessons.
pub fn check_out(options: &Options) -> io::Result<()> {
    let (Ok(course), Ok(out)) = (options.course.canonicalize(), std::path::absolute(&options.out))
    else {
        // A course that is not there is told of when it is read.
        return Ok(());
    };
    let out = out.canonicalize().unwrap_or(out);
    let Ok(inside) = out.strip_prefix(&course) else { return Ok(()) };
    let first = inside.components().next().map(|part| part.as_os_str().to_string_lossy());
    if first.is_some_and(|first| !course::is_own_folder(&first)) {
        return Ok(());
    }
    let message = format!(
        "{}: the site cannot stand among the course's own files; name another folder with --out",
        options.out.display()
    );
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// # Errors
///
/// Where a file of somebody else's would be written over.
fn check_ours(site: &Site, out: &Path) -> io::Result<()> {
    if out.join(LIST).exists() {
        return Ok(());
    }
    let foreign = site.pages.iter().find(|page| out.join(&page.path).exists());
    let Some(foreign) = foreign else { return Ok(()) };
    let message = format!(
        "{} was not written by lessonc, and is left as it stands: empty the folder, or name another with --out",
        out.join(&foreign.path).display()
    );
    Err(io::Error::new(io::ErrorKind::AlreadyExists, message))
}

/// Adds the pages of lessons whose runs failed where there is no other page yet.
fn fill_in(site: &mut Site, unfinished: Site, out: &Path) {
    for page in unfinished.pages {
        let path = out.join(&page.path);
        let may_go = !path.exists()
            || fs::read_to_string(&path).is_ok_and(|page| page.ends_with(UNFINISHED));
        if may_go {
            let folder = format!("{}/", page.path.trim_end_matches(".html"));
            let own = unfinished.assets.iter().filter(|asset| asset.path.starts_with(&folder));
            site.assets.extend(own.cloned());
            site.pages.push(page);
        }
    }
}

/// Writes what changed. What the site no longer has is removed only if nothing went wrong:
/// otherwise the last good pages stay.
fn write(
    site: &Site,
    course: &CourseFolder,
    options: &Options,
    is_fine: bool,
) -> io::Result<Published> {
    let pages = site.pages.iter().map(|page| page.path.as_str());
    let paths: BTreeSet<&str> =
        pages.chain(site.assets.iter().map(|asset| asset.path.as_str())).collect();
    let before = fs::read_to_string(options.out.join(LIST)).unwrap_or_default();
    let gone = before.lines().filter(|path| !paths.contains(path) && files::is_inside(path));
    // Listed before they are written: whatever happens on the way, they are known to be ours.
    write_list(&options.out, gone.clone().chain(paths.iter().copied()))?;
    files::sweep(&options.out)?;
    let mut published = Published::default();
    let mut write = |path: &String, bytes: &[u8]| {
        let is_new = files::write(&options.out.join(path), bytes)?;
        published.written.extend(is_new.then(|| path.clone()));
        io::Result::Ok(())
    };
    for page in &site.pages {
        write(&page.path, page.html.as_bytes())?;
    }
    for asset in &site.assets {
        match &asset.content {
            Content::Bytes(bytes) => write(&asset.path, bytes)?,
            Content::CourseFile(path) => {
                debug_assert!(course.files.contains(path));
                let path = options.course.join(path);
                write(&asset.path, &fs::read(&path).map_err(with_path(&path))?)?;
            }
        }
    }
    if is_fine {
        for path in gone {
            let full = options.out.join(path);
            if full.is_file() {
                files::remove(&full, &options.out)?;
                published.gone.push(path.to_owned());
            }
        }
        write_list(&options.out, paths.into_iter())?;
    }
    Ok(published)
}

/// The list of the files that we wrote into a site: nothing else in its folder is ours to remove.
const LIST: &str = ".lessonc-files";

fn write_list<'a>(out: &Path, paths: impl Iterator<Item = &'a str>) -> io::Result<()> {
    let paths: BTreeSet<&str> = paths.collect();
    if paths.is_empty() {
        // A list would make whatever else stands there ours to write over.
        return Ok(());
    }
    let text: String = paths.into_iter().flat_map(|path| [path, "\n"]).collect();
    files::write(&out.join(LIST), text.as_bytes())?;
    Ok(())
}
