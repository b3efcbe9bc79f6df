//! `lessonc build`: from a folder of lessons to a folder of pages.

use std::{
    collections::BTreeSet,
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    time::Instant,
};

use super::{
    Outcome,
    course::{self, CourseFolder},
    files,
    formats::{self, Format},
    private_folder,
    records::Use,
    run::{self, alone},
    serve,
    terminal::{self, plural},
    with_path,
};
use crate::{
    model::{
        diagnostic::Severity,
        site::{Content, Site},
    },
    pipeline::{self, Built},
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
    /// Where to serve the site when it is built, if at all.
    pub serve: Option<(IpAddr, u16)>,
}

/// Builds a course's site, and serves it if asked to.
///
/// # Errors
///
/// Where the course cannot be read or the site not written.
pub fn build(options: &Options) -> io::Result<Outcome> {
    let start = Instant::now();
    check_out(options)?;
    let course = course::read(&options.course)?;
    let theme = Theme::new(&course.templates).map_err(io::Error::other)?;
    let private = private_folder(&options.course)?;
    let _alone = if options.records == Use::Frozen { None } else { Some(alone(&private)?) };
    let mut runner =
        run::runner(&options.course, &course, private, &options.records, options.offline)?;

    let Built { site, mut diagnostics } =
        pipeline::build(&course.sources, &course.files, &theme, &mut runner);
    if runner.was_interrupted() {
        eprintln!("Stopped. The site is as it was.");
        return Ok(Outcome::Interrupted);
    }
    terminal::put_in_order(&mut diagnostics);
    formats::tell(options.format, &diagnostics, &course.sources);
    let is_fine = diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
    check_ours(&site, &options.out)?;
    let written = write(&site, &course, options, is_fine)?;
    if is_fine && options.records != Use::Frozen {
        runner.prune()?;
    }
    eprintln!(
        "{}: {} ({written} written), {} run, {} recalled, in {:.2} s",
        options.out.display(),
        plural(site.pages.len(), "page"),
        plural(runner.ran, "program"),
        runner.recalled,
        start.elapsed().as_secs_f64(),
    );
    if let Some((host, port)) = options.serve {
        serve::serve(&options.out, host, port)?;
    }
    Ok(if is_fine { Outcome::Fine } else { Outcome::Findings })
}

/// # Errors
///
/// Where the site would stand among the lessons.
fn check_out(options: &Options) -> io::Result<()> {
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

/// Writes what changed, and says how many files that were. What the site no longer has is removed
/// only if nothing went wrong: otherwise the last good pages stay.
fn write(
    site: &Site,
    course: &CourseFolder,
    options: &Options,
    is_fine: bool,
) -> io::Result<usize> {
    let pages = site.pages.iter().map(|page| page.path.as_str());
    let paths: BTreeSet<&str> =
        pages.chain(site.assets.iter().map(|asset| asset.path.as_str())).collect();
    let before = fs::read_to_string(options.out.join(LIST)).unwrap_or_default();
    let gone = before.lines().filter(|path| !paths.contains(path) && files::is_inside(path));
    // Listed before they are written: whatever happens on the way, they are known to be ours.
    write_list(&options.out, gone.clone().chain(paths.iter().copied()))?;
    let mut written = 0;
    for page in &site.pages {
        written += usize::from(files::write(&options.out.join(&page.path), page.html.as_bytes())?);
    }
    for asset in &site.assets {
        let bytes = match &asset.content {
            Content::Bytes(bytes) => bytes.clone(),
            Content::CourseFile(path) => {
                debug_assert!(course.files.contains(path));
                let path = options.course.join(path);
                fs::read(&path).map_err(with_path(&path))?
            }
        };
        written += usize::from(files::write(&options.out.join(&asset.path), &bytes)?);
    }
    if is_fine {
        for path in gone.map(|path| options.out.join(path)).filter(|path| path.is_file()) {
            files::remove(&path, &options.out)?;
        }
        write_list(&options.out, paths.into_iter())?;
    }
    Ok(written)
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
