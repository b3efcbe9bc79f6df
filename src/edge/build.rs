//! `lessonc build`: from a folder of lessons to a folder of pages.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use rayon::prelude::*;

use super::{
    Outcome,
    course::{self, CourseFolder},
    files::{self, State},
    formats::{self, Format},
    private_folder,
    records::{self, Programs, Use},
    run::{self, alone},
    stamp,
    terminal::{self, plural},
    timings::Clock,
    with_path,
};
use crate::{
    memo::Whole,
    model::{
        diagnostic::{Diagnostic, has_errors},
        site::{Asset, Content, Html, Site},
    },
    pipeline::{self, Built, Memo, UNFINISHED},
    weave::{Index, Theme},
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
    /// Whether to print where the time went.
    pub timings: bool,
}

/// Builds a course's site.
///
/// # Errors
///
/// Where the course cannot be read or the site not written.
pub fn build(options: &Options) -> io::Result<Outcome> {
    let start = Instant::now();
    let mut clock = Clock::default();
    clock.begins("read");
    check_out(options)?;
    if let Some(last) = stamp::unchanged(options) {
        let written = 0;
        tell(options, Told { pages: last.pages, written, ran: 0, recalled: last.programs }, start);
        if options.timings {
            eprint!("{}", clock.table(Instant::now()));
        }
        return Ok(Outcome::Fine);
    }
    let before = stamp::course(options);
    let course = course::read(&options.course)?;
    let theme = Arc::new(Theme::new(&course.templates).map_err(io::Error::other)?);
    let memo = &mut Memo::once();
    let made = make(options, &course, &theme, std::future::pending(), memo, &mut clock)?;
    let Some(mut made) = made else {
        eprintln!("Stopped. The site is as it was.");
        return Ok(Outcome::Interrupted);
    };
    formats::tell(options.format, &made.diagnostics, &course.sources);
    clock.begins("index");
    if let Some(index) = made.take_index() {
        made.searched = index.files(None);
    }
    clock.begins("write");
    let published = publish(&mut made, &course, options, &mut Shelf::default())?;
    prune(&made, options)?;
    if options.timings {
        eprint!("{}", clock.table(Instant::now()));
    }
    let (pages, written) = (made.site.pages.len(), published.written.len());
    let Made { ran, recalled, .. } = made;
    tell(options, Told { pages, written, ran, recalled }, start);
    if made.diagnostics.is_empty() && !made.reads_crates {
        stamp::keep(options, before, pages, ran + recalled)?;
    }
    let outcome = if made.is_fine() { Outcome::Fine } else { Outcome::Findings };
    // The system takes it all back at once, sooner than we could piece by piece.
    std::mem::forget((made, course, std::mem::take(memo)));
    Ok(outcome)
}

/// What is said of a build.
struct Told {
    pages: usize,
    written: usize,
    ran: usize,
    recalled: usize,
}

fn tell(options: &Options, Told { pages, written, ran, recalled }: Told, start: Instant) {
    eprintln!(
        "{}: {} ({written} written), {} run, {recalled} recalled, in {:.2} s",
        options.out.display(),
        plural(pages, "page"),
        plural(ran, "program"),
        start.elapsed().as_secs_f64(),
    );
}

/// A site before it is published.
pub struct Made {
    pub site: Site,
    /// What serves as long as there is nothing better.
    unfinished: Site,
    /// What readers search, as long as it is no files yet.
    index: Option<Index>,
    /// The files that they search: of this site, or of what it was a moment ago.
    pub searched: Vec<Asset>,
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
    /// Whether programs use crates beside the course.
    reads_crates: bool,
    /// Held until the site is published: other builds wait.
    alone: Option<fs::File>,
}

impl Made {
    /// A site for which so many programs had to run.
    pub fn of(built: Built, ran: usize) -> Self {
        let Built { site, unfinished, index, programs, reads_crates, mut diagnostics } = built;
        terminal::put_in_order(&mut diagnostics);
        let recalled = programs.len().saturating_sub(ran);
        let searched = vec![];
        Self {
            site,
            unfinished,
            index,
            searched,
            diagnostics,
            ran,
            recalled,
            programs,
            waiting: BTreeSet::new(),
            stale: BTreeSet::new(),
            reads_crates,
            alone: None,
        }
    }

    /// Leaves out what waits: that is shown as it was, and not published. What keeps other builds from
    /// beginning is held until the rest is.
    pub fn waiting_for(mut self, waiting: BTreeSet<String>, alone: Option<fs::File>) -> Self {
        if !waiting.is_empty() {
            pipeline::take_lessons(&mut self.site, &waiting);
            self.index = None;
        }
        Self { waiting, alone, ..self }
    }

    /// Lets other builds of the course begin.
    pub fn end(&mut self) {
        self.alone = None;
    }

    /// What is to become the files that readers search; none where these are as they are.
    pub fn take_index(&mut self) -> Option<Index> {
        self.index.take()
    }

    fn assets(&self) -> impl Iterator<Item = &Asset> + Clone {
        self.site.assets.iter().chain(&self.searched)
    }

    fn paths(&self) -> impl Iterator<Item = &str> + Clone {
        let pages = self.site.pages.iter().map(|page| &*page.path);
        pages.chain(self.assets().map(|asset| &*asset.path))
    }

    fn is_fine(&self) -> bool {
        self.waiting.is_empty() && !has_errors(&self.diagnostics)
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
    theme: &Arc<Theme>,
    ended_by: impl Future<Output = ()> + 'static,
    memo: &mut Memo,
    clock: &mut Clock,
) -> io::Result<Option<Made>> {
    let private = private_folder(&options.course)?;
    let alone = if options.records == Use::Frozen { None } else { Some(alone(&private)?) };
    let mut runner =
        run::runner(&options.course, course, private, &options.records, options.offline, ended_by)?;
    runner.clock = std::mem::take(clock);
    let built = pipeline::build(&course.sources, &course.files, theme, &mut runner, memo);
    *clock = std::mem::take(&mut runner.clock);
    if runner.was_interrupted() {
        return Ok(None);
    }
    Ok(Some(Made { alone, ..Made::of(built, runner.ran) }))
}

/// What became of the site's folder, as paths in it.
#[derive(Debug, Default)]
pub struct Published {
    pub written: Vec<String>,
    pub gone: Vec<String>,
}

/// What was published last: what is known to stand in the site's folder.
#[derive(Default)]
pub struct Shelf {
    files: HashMap<String, Shelved>,
    /// The paths, in the order of the site.
    paths: Vec<String>,
}

/// What a file of the site was written from.
#[derive(PartialEq)]
enum Shelved {
    Page(Arc<Html>),
    Bytes(Whole<[u8]>),
    CourseFile(State),
}

/// Writes what changed of a site.
///
/// # Errors
///
/// Where the site cannot be written, or a file of somebody else's stands in its way.
pub fn publish(
    made: &mut Made,
    course: &CourseFolder,
    options: &Options,
    shelf: &mut Shelf,
) -> io::Result<Published> {
    check_ours(&made.site, &options.out)?;
    if !options.out.join(LIST).exists() {
        // Somebody took the site away.
        *shelf = Shelf::default();
    }
    fill_in(&mut made.site, std::mem::take(&mut made.unfinished), &options.out);
    write(made, course, options, shelf)
}

/// Forgets the records that nothing in the course asks for any more.
///
/// # Errors
///
/// Where they cannot be removed.
pub fn prune(made: &Made, options: &Options) -> io::Result<()> {
    if made.is_fine() && options.records != Use::Frozen {
        records::prune(&options.course, &made.programs)?;
    }
    Ok(())
}

impl Shelf {
    /// Writes what of these files is not what stands there, and says which that was.
    fn write(
        &mut self,
        made: &Made,
        course: &CourseFolder,
        options: &Options,
    ) -> io::Result<Vec<String>> {
        let pages = made.site.pages.iter().map(|page| {
            let shelved = Shelved::Page(Arc::clone(&page.html));
            (&*page.path, Origin::Page(&page.html), Some(shelved))
        });
        let assets = made.assets().map(|Asset { path, content }| match content {
            Content::Bytes(bytes) => {
                (&**path, Origin::Memory(bytes), Some(Shelved::Bytes(Whole(Arc::clone(bytes)))))
            }
            Content::CourseFile(file) => {
                debug_assert!(course.files.contains(file));
                let file = options.course.join(file);
                let state = State::of(&file).map(Shelved::CourseFile);
                (&**path, Origin::File(file), state)
            }
        });
        let is_shelved = |path: &str, shelved: &Option<Shelved>| {
            shelved.is_some() && self.files.get(path) == shelved.as_ref()
        };
        let all = pages.chain(assets);
        let new: Vec<_> = all.filter(|(path, _, shelved)| !is_shelved(path, shelved)).collect();
        let written = new.par_iter().map(|(path, from, _)| {
            let out = options.out.join(path);
            match from {
                Origin::Page(html) => files::write(&out, html.to_string().as_bytes()),
                Origin::Memory(bytes) => files::write(&out, bytes),
                Origin::File(file) => files::write(&out, &fs::read(file).map_err(with_path(file))?),
            }
        });
        let written: Vec<bool> = written.collect::<io::Result<_>>()?;
        let mut paths = vec![];
        for ((path, _, shelved), is_new) in new.into_iter().zip(written) {
            paths.extend(is_new.then(|| path.to_owned()));
            match shelved {
                Some(shelved) => _ = self.files.insert(path.to_owned(), shelved),
                None => _ = self.files.remove(path),
            }
        }
        Ok(paths)
    }
}

/// Where the bytes of a file come from.
enum Origin<'a> {
    Page(&'a Html),
    Memory(&'a [u8]),
    File(PathBuf),
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
    // What is taken along stays as the last good page has it.
    let downloads = unfinished.assets.iter().filter(|asset| pipeline::is_download(&asset.path));
    site.assets.extend(downloads.filter(|asset| !out.join(&asset.path).exists()).cloned());
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
    made: &Made,
    course: &CourseFolder,
    options: &Options,
    shelf: &mut Shelf,
) -> io::Result<Published> {
    let (out, is_fine) = (&options.out, made.is_fine());
    let paths = || made.paths();
    let is_listed = is_fine && paths().eq(shelf.paths.iter().map(String::as_str));
    let before = if is_listed { None } else { fs::read_to_string(out.join(LIST)).ok() };
    let before = before.unwrap_or_default();
    let mut gone: Vec<String> = vec![];
    if !is_listed {
        let now: HashSet<&str> = paths().collect();
        let is_gone = |path: &&str| !now.contains(path) && files::is_inside(path);
        gone.extend(before.lines().filter(is_gone).map(str::to_owned));
        // Listed before they are written: whatever happens on the way, they are known to be ours.
        let known: BTreeSet<&str> = before.lines().chain(paths()).collect();
        write_list(out, known.into_iter())?;
        shelf.paths.clear();
        files::sweep(out)?;
    }
    let written = shelf.write(made, course, options)?;
    let mut published = Published { written, ..Published::default() };
    if is_fine && !is_listed {
        for path in gone {
            let full = out.join(&path);
            shelf.files.remove(&path);
            if full.is_file() {
                files::remove(&full, out)?;
                published.gone.push(path);
            }
        }
        write_list(out, paths())?;
        shelf.paths = paths().map(str::to_owned).collect();
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
