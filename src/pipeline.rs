//! The road on one page: sources become a course, a course becomes packages, packages become
//! programs, programs become records, and all together become a site.
//!
//! Nothing here touches the world; what must be run is run by a [`Runner`]. Nothing is done twice: each
//! step remembers, lesson by lesson, what it gave last and of what it was made, in a [`Memo`].

mod course;
mod downloads;
mod edited;
pub mod rerun;
mod runs;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    execute::{self, Composed, Plan, Runner, Stamp},
    lint::{self, Surroundings, Written},
    memo::{self, Extent, Same},
    model::{
        course::{Course, Lesson, Settings},
        diagnostic::{Diagnosed, Diagnostic, Severity},
        download::Download,
        package::{Cells, Package, Places, Program, Tangled},
        site::{Asset, Content, Page, PictureSize, Site},
        source::{SourceId, Sources, Span},
        words::Words,
    },
    tangle,
    weave::{self, Index, Theme},
};

pub use course::{CITATION, lesson_names};
pub use downloads::is_download;
pub use edited::edited;
use runs::Judged;

/// The paths of a course's files that are no texts of it.
pub type Files = Arc<BTreeSet<String>>;

/// What each step gave last, for the next time that the course is built.
#[derive(Default)]
pub struct Memo {
    once: bool,
    course: course::Memo,
    before: Option<edited::Before>,
    names: Option<Arc<Vec<String>>>,
    tangled: memo::Memo<String, TangledOf, Arc<Diagnosed<tangle::Made>>>,
    composed: memo::Memo<String, ComposedOf, Arc<Diagnosed<Composed>>>,
    places: Option<Arc<Places>>,
    runs: runs::Memo,
    downloads: downloads::Memo,
    words: Option<Arc<Words>>,
    pictures: PicturesMemo,
    woven: weave::Memo,
}

impl Memo {
    /// For a course that is built but once: what no later step reads is let go.
    pub fn once() -> Self {
        Self { once: true, ..Self::default() }
    }

    fn forget_programs(&mut self) {
        self.tangled = memo::Memo::default();
        self.composed = memo::Memo::default();
        self.runs = runs::Memo::default();
        self.downloads = downloads::Memo::default();
    }
}

/// By their paths in the course.
type Pictures = BTreeMap<String, PictureSize>;

type PicturesMemo = memo::Memo<(), (Files, Stamp), Arc<Pictures>>;

/// What a package is tangled of: its lessons, the settings, and the names of all packages.
type TangledOf = (Vec<Same<Lesson>>, Same<Settings>, Same<Vec<String>>);

/// What a lesson's programs are composed of.
type ComposedOf = (Same<Lesson>, Option<Same<Package>>, Same<Cells>, Same<Settings>, Files);

/// What a build gave.
#[derive(Default)]
pub struct Built {
    /// Every page and file that could be made; what could not is left as it stood.
    pub site: Site,
    /// Pages of lessons whose runs failed, and their files: they say so, and serve as long as there is no
    /// better one.
    pub unfinished: Site,
    /// What readers search; none where not all of the lessons can be shown.
    pub index: Option<Index>,
    /// All programs that the course has, by their lessons and names.
    pub programs: BTreeSet<(String, String)>,
    /// Whether some of them use crates beside the course.
    pub reads_crates: bool,
    pub diagnostics: Vec<Diagnostic>,
}

/// The packages of a course.
pub fn tangle(sources: &Sources) -> Diagnosed<Tangled> {
    let mut diagnostics = vec![];
    let course = parse(sources).into_value(&mut diagnostics);
    let memo = &mut Memo::default();
    let mut tangled = tangle_read(&course, Extent::Whole, sources, memo, &mut diagnostics);
    if is_spoilt(&course, &diagnostics) {
        // Without its settings every package would be another.
        tangled.withdraw(|_| true);
    }
    Diagnosed { value: tangled, diagnostics }
}

/// All sources as a course.
pub fn parse(sources: &Sources) -> Diagnosed<Course> {
    course::parse(sources, &mut course::Memo::default())
}

/// The packages of a course that was read with these diagnostics. A lesson with a mistake in it
/// breaks its package: what it says may not be all that it was to say.
fn tangle_read(
    course: &Course,
    extent: Extent,
    sources: &Sources,
    memo: &mut Memo,
    diagnostics: &mut Vec<Diagnostic>,
) -> Tangled {
    let mistaken = mistaken(diagnostics);
    let misread = course.lessons.iter().filter(|lesson| mistaken.contains(&lesson.source));
    let misread: BTreeSet<String> = misread.map(|lesson| lesson.package.clone()).collect();
    let groups = tangle::groups(course);
    let names = match extent {
        Extent::Whole => memo::settled(&mut memo.names, &tangle::names(&groups)),
        Extent::Part => memo.names.clone().unwrap_or_default(),
    };
    let asked = groups.into_iter().map(|group| {
        let lessons = group.lessons.into_iter().map(Same).collect();
        (group.name, (lessons, Same::of(&course.settings), Same::of(&names)))
    });
    let made = memo.tangled.each(extent, asked.collect(), |name, (lessons, settings, names)| {
        let lessons = lessons.iter().map(|lesson| Arc::clone(&lesson.0)).collect();
        let group = tangle::Group { name: name.clone(), lessons };
        Arc::new(tangle::group(&group, &settings.0, &names.0, sources))
    });
    let mut tangled = tangle::join(made.into_iter()).into_value(diagnostics);
    tangled.withdraw(|name| misread.contains(name));
    tangled
}

/// Every block and target that tangling knows by name, each for itself.
pub fn pieces(sources: &Sources) -> Diagnosed<Vec<tangle::Expanded>> {
    let mut diagnostics = vec![];
    let course = parse(sources).into_value(&mut diagnostics);
    let pieces = tangle::pieces(&course, sources).into_value(&mut diagnostics);
    Diagnosed { value: pieces, diagnostics }
}

/// Everything: what has no valid record is run, and the site is woven.
///
/// A lesson with an error in it keeps the page that it had: it is not part of the site given. Where it had
/// none, and could be run in part, a page that says so is better than none.
pub fn build(
    sources: &Sources,
    files: &Files,
    theme: &Arc<Theme>,
    runner: &mut dyn Runner,
    memo: &mut Memo,
) -> Built {
    build_needed(sources, files, theme, None, runner, memo)
}

/// Some of the pages of that, by their names, before all the others are made.
pub fn pages(
    sources: &Sources,
    files: &Files,
    theme: &Arc<Theme>,
    needed: &BTreeSet<String>,
    runner: &mut dyn Runner,
    memo: &mut Memo,
) -> Vec<Page> {
    let paths: BTreeSet<String> = needed.iter().map(|name| weave::page_path(name)).collect();
    let mut pages = build_needed(sources, files, theme, Some(needed), runner, memo).site.pages;
    pages.retain(|page| paths.contains(&page.path));
    pages
}

fn build_needed(
    sources: &Sources,
    files: &Files,
    theme: &Arc<Theme>,
    needed: Option<&BTreeSet<String>>,
    runner: &mut dyn Runner,
    memo: &mut Memo,
) -> Built {
    let mut diagnostics = vec![];
    runner.begins("parse");
    let course = course::parse(sources, &mut memo.course).into_value(&mut diagnostics);
    if is_spoilt(&course, &diagnostics) {
        return Built { diagnostics, ..Built::default() };
    }
    let prepared = prepare(&course, sources, files, theme, runner, memo, &mut diagnostics);
    let Prepared { given, pictures, programs, reads_crates, .. } = prepared;
    let around = weave::Around { course: &course, files, pictures: &pictures, sources, theme };
    let material = weave::Material { around, given, needed };
    runner.begins("weave");
    let woven = weave::weave(&material, &mut memo.woven);
    let (mut site, index) = woven.into_value(&mut diagnostics);

    let mut withheld = broken(&course, &prepared.broken, &diagnostics);
    withheld.extend(prepared.failed);
    let is_complete = withheld.is_empty();
    let texts = course.texts().filter(|text| withheld.contains(&text.name));
    let withheld_texts: BTreeSet<SourceId> = texts.map(|text| text.source).collect();
    let mut unfinished = Site::default();
    for lesson in withheld {
        let mut own = take_lesson(&mut site, &lesson);
        if prepared.showable.contains(&lesson) {
            own.pages
                .iter_mut()
                .for_each(|page| page.html = page.html.ending_in(UNFINISHED).into());
            unfinished.pages.extend(own.pages);
            unfinished.assets.extend(own.assets);
        }
    }
    // What readers take along is that of the page that they read.
    for made in prepared.downloads {
        let site = if made.lessons.iter().any(|(source, _)| withheld_texts.contains(source)) {
            &mut unfinished
        } else {
            &mut site
        };
        site.assets.extend(made.files.iter().cloned());
    }
    site.pages.retain(|page| !page.gathers || is_complete);
    let index = Some(index).filter(|_| is_complete);
    memo.before = Some(edited::Before::new(&course, sources, files)).filter(|_| needed.is_none());
    let diagnostics = execute::join_uses(diagnostics);
    let diagnostics = lint::allow::settle(diagnostics, &course, sources, false);
    Built { site, unfinished, index, programs, reads_crates, diagnostics }
}

/// All that a course's pages are woven of, beside its texts.
struct Prepared {
    given: Vec<weave::Given>,
    downloads: Vec<Arc<downloads::Made>>,
    pictures: Arc<Pictures>,
    /// All programs that the course has, by their lessons and names.
    programs: BTreeSet<(String, String)>,
    reads_crates: bool,
    /// The packages with a mistake in them.
    broken: BTreeSet<String>,
    /// The lessons whose runs failed.
    failed: BTreeSet<String>,
    /// The lessons whose pages can show what their runs gave before they failed.
    showable: BTreeSet<String>,
}

/// Runs what has to be run, and makes what readers take along.
fn prepare(
    course: &Course,
    sources: &Sources,
    files: &Files,
    theme: &Theme,
    runner: &mut dyn Runner,
    memo: &mut Memo,
    diagnostics: &mut Vec<Diagnostic>,
) -> Prepared {
    runner.begins("tangle");
    let (tangled, plan) = compose(course, Extent::Whole, sources, files, memo, diagnostics);
    runner.begins("run");
    let misread = broken(course, &tangled.broken, diagnostics);
    let road = runs::Road { course, sources, files };
    let mut ran = runs::run(&road, Extent::Whole, &plan, &misread, runner, &mut memo.runs);
    let programs = ran.iter().flat_map(|(lesson, ran)| {
        ran.programs.iter().map(|program| (lesson.clone(), program.clone()))
    });
    let programs = programs.collect();
    let reads_crates = ran.values().any(|ran| ran.reads_crates);
    // Of what nothing is known yet there is nothing to tell.
    let (known, unknown): (Vec<_>, Vec<_>) =
        ran.iter().partition(|(lesson, _)| runner.knows(lesson));
    diagnostics.extend(known.iter().flat_map(|(_, ran)| ran.told().cloned()));
    let failed = known.iter().filter(|(_, ran)| ran.has_failed);
    let failed: BTreeSet<String> = failed.map(|(lesson, _)| (*lesson).clone()).collect();
    let mut untold: BTreeSet<String> =
        unknown.into_iter().map(|(lesson, _)| lesson.clone()).collect();
    ran.retain(|_, ran| !ran.is_unknown());
    runner.begins("compare and plot");
    untold.extend(broken(course, &tangled.broken, diagnostics));
    untold.extend(failed.iter().cloned());
    let is_whole = |lesson: &str| !untold.contains(lesson);
    let words = memo::settled(&mut memo.words, &theme.words_of(&course.settings));
    let judged = runs::judge(&road, &ran, is_whole, &words, runner, &mut memo.runs);
    diagnostics.extend(judged.iter().flat_map(|judged| judged.diagnostics.iter().cloned()));
    let pictures = pictures(files, runner, &mut memo.pictures);
    runner.begins("pack");
    let downloads =
        downloads::downloads(&road, Extent::Whole, &tangled, &plan, runner, &mut memo.downloads);
    if memo.once {
        memo.forget_programs();
    }
    let showable = ran.into_keys().filter(|lesson| !misread.contains(lesson)).collect();
    let given = given(course, &judged, &downloads);
    let broken = tangled.broken;
    Prepared { given, downloads, pictures, programs, reads_crates, broken, failed, showable }
}

/// How the page of a lesson whose run failed ends: the next build may replace it.
pub const UNFINISHED: &str = "<!-- lessonc: unfinished -->\n";

/// Takes the pages of some lessons out of a site, their files, and what it gathers of all.
pub fn take_lessons(site: &mut Site, lessons: &BTreeSet<String>) {
    lessons.iter().for_each(|lesson| _ = take_lesson(site, lesson));
    site.pages.retain(|page| !page.gathers || lessons.is_empty());
}

/// Takes a lesson's page out of a site, and the files that its programs wrote.
fn take_lesson(site: &mut Site, lesson: &str) -> Site {
    let page = weave::page_path(lesson);
    let is_own = |asset: &mut Asset| {
        let in_folder = asset.path.strip_prefix(lesson).is_some_and(|rest| rest.starts_with('/'));
        in_folder && matches!(asset.content, Content::Bytes(_))
    };
    Site {
        pages: site.pages.extract_if(.., |it| it.path == page).collect(),
        assets: site.assets.extract_if(.., is_own).collect(),
    }
}

/// Runs what has no valid record of one part of a course's programs, of all where there is but one
/// part, and weaves nothing.
pub fn record(
    sources: &Sources,
    files: &Files,
    part: Part,
    runner: &mut dyn Runner,
) -> Vec<Diagnostic> {
    let mut diagnostics = vec![];
    let memo = &mut Memo::default();
    let course = course::parse(sources, &mut memo.course).into_value(&mut diagnostics);
    if is_spoilt(&course, &diagnostics) {
        return diagnostics;
    }
    let (tangled, plan) = compose(&course, Extent::Whole, sources, files, memo, &mut diagnostics);
    let broken = broken(&course, &tangled.broken, &diagnostics);
    // In turns, so that each part has of the cheap and of the dear ones, and the same each time.
    let programs = plan.all(sources).into_iter().skip(part.number - 1).step_by(part.of);
    let programs = programs.filter(|program| !broken.contains(&program.lesson)).collect();
    let road = runs::Road { course: &course, sources, files };
    let ran = runs::run_all(&road, programs, runner);
    diagnostics.extend(ran.values().flat_map(|ran| ran.told().cloned()));
    let diagnostics = execute::join_uses(diagnostics);
    lint::allow::settle(diagnostics, &course, sources, false)
}

/// One of several parts of a course's programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// From one.
    pub number: usize,
    pub of: usize,
}

/// What can be run of a course.
pub fn programs(sources: &Sources, files: &Files) -> Diagnosed<Vec<Program>> {
    let mut diagnostics = vec![];
    let course = parse(sources).into_value(&mut diagnostics);
    let memo = &mut Memo::default();
    let (_, plan) = compose(&course, Extent::Whole, sources, files, memo, &mut diagnostics);
    Diagnosed { value: plan.all(sources), diagnostics }
}

/// What a course's code blocks make, and what can be run of it.
fn compose<'c>(
    course: &'c Course,
    extent: Extent,
    sources: &Sources,
    files: &Files,
    memo: &mut Memo,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Tangled, Plan<'c>) {
    let tangled = tangle_read(course, extent, sources, memo, diagnostics);
    let asked = course.lessons.iter().map(|lesson| {
        let package = tangled.package(lesson).map(Same::of);
        let cells = Same::of(&tangled.cells[&lesson.package]);
        let settings = Same::of(&course.settings);
        (lesson.name.clone(), (Same::of(lesson), package, cells, settings, Arc::clone(files)))
    });
    let made = |_: &String, (lesson, package, cells, settings, files): &ComposedOf| {
        let package = package.as_ref().map(|package| &*package.0);
        Arc::new(execute::compose(&settings.0, &lesson.0, package, &cells.0, files, sources))
    };
    let composed = memo.composed.each(extent, asked.collect(), made);
    diagnostics.extend(composed.iter().flat_map(|composed| composed.diagnostics.iter().cloned()));
    let places = match extent {
        Extent::Whole => &mut memo.places,
        Extent::Part => &mut None,
    };
    let plan = execute::plan(course, &tangled, composed, tangle::PROFILE, places);
    let plan = plan.into_value(diagnostics);
    (tangled, plan)
}

/// What there is beside each text.
fn given(
    course: &Course,
    judged: &[Arc<Judged>],
    downloads: &[Arc<downloads::Made>],
) -> Vec<weave::Given> {
    let downloads: HashMap<SourceId, &Arc<Download>> = downloads
        .iter()
        .flat_map(|made| made.lessons.iter().map(|(source, download)| (*source, download)))
        .collect();
    let given = course.texts().zip(judged).map(|(lesson, judged)| weave::Given {
        record: judged.record.clone(),
        charts: Arc::clone(&judged.charts),
        download: downloads.get(&lesson.source).map(|download| Arc::clone(download)),
    });
    given.collect()
}

/// All that is wrong with a course, as far as it can be told without running anything: `recall`
/// gives the runs that are recorded, and an error for all others.
pub fn check(
    sources: &Sources,
    files: &Files,
    theme: &Arc<Theme>,
    recall: &mut dyn Runner,
) -> Vec<Diagnostic> {
    let mut diagnostics = vec![];
    let memo = &mut Memo::default();
    let course = course::parse(sources, &mut memo.course).into_value(&mut diagnostics);
    let (tangled, plan) = compose(&course, Extent::Whole, sources, files, memo, &mut diagnostics);
    let broken = broken(&course, &tangled.broken, &diagnostics);
    let runs_code =
        |lesson: &&Arc<Lesson>| lesson.chunks().iter().any(|chunk| chunk.cell.is_some());
    let broken = course.texts().filter(|lesson| broken.contains(&lesson.name)).filter(runs_code);
    let mut unknown: BTreeSet<String> = broken.map(|lesson| lesson.name.clone()).collect();
    let road = runs::Road { course: &course, sources, files };
    let ran = runs::run_all(&road, plan.all(sources), recall);
    unknown.extend(ran.iter().filter(|(_, ran)| ran.has_failed).map(|(lesson, _)| lesson.clone()));
    diagnostics.extend(ran.values().flat_map(|ran| ran.diagnostics.iter().cloned()));
    let ran = ran.into_iter().map(|(lesson, ran)| (lesson, Arc::new(ran))).collect();
    let is_whole = |lesson: &str| !unknown.contains(lesson);
    let words = Arc::new(theme.words_of(&course.settings));
    let judged = runs::judge(&road, &ran, is_whole, &words, recall, &mut memo.runs);
    diagnostics.extend(judged.iter().flat_map(|judged| judged.diagnostics.iter().cloned()));
    diagnostics.extend(course.lessons.iter().flat_map(|lesson| execute::unchecked(lesson)));
    // What is wrong is wrong at any size.
    let pictures = Arc::default();
    let downloads =
        downloads::downloads(&road, Extent::Whole, &tangled, &plan, recall, &mut memo.downloads);
    let around = weave::Around { course: &course, files, pictures: &pictures, sources, theme };
    let given = given(&course, &judged, &downloads);
    let material = weave::Material { around, given, needed: None };
    let woven = weave::weave(&material, &mut memo.woven);
    let (mut site, _) = woven.into_value(&mut diagnostics);
    site.assets.extend(downloads.iter().flat_map(|made| made.files.iter().cloned()));
    let ids = course.texts().filter_map(|lesson| {
        let page = site.pages.iter().find(|page| page.path == weave::page_path(&lesson.name))?;
        Some((lesson.source, lint::ids(&page.html.to_string())))
    });
    let written = course.texts().zip(&judged).map(|(lesson, judged)| {
        let files = judged.record.iter().flat_map(|record| &record.files);
        let paths = files.map(|file| file.path.clone()).collect();
        let package = course
            .lessons
            .iter()
            .filter(|other| unknown.contains(&lesson.name) && other.package == lesson.package);
        let chunks = package.flat_map(|other| other.chunks());
        let code = chunks.map(|chunk| chunk.span).collect();
        (lesson.source, Written { paths, code })
    });
    let paths = site.pages.iter().map(|page| &page.path);
    let surroundings = Surroundings {
        sources,
        files,
        ids: ids.collect(),
        written: written.collect(),
        site: paths.chain(site.assets.iter().map(|asset| &asset.path)).cloned().collect(),
    };
    diagnostics.extend(lint::lint(&course, &surroundings));
    let diagnostics = execute::join_uses(diagnostics);
    lint::allow::settle(diagnostics, &course, sources, true)
}

/// How large the pictures among a course's files are.
fn pictures(files: &Files, runner: &mut dyn Runner, memo: &mut PicturesMemo) -> Arc<Pictures> {
    let is_picture = |path: &&String| {
        let ending = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        matches!(&*ending, "gif" | "jpeg" | "jpg" | "png" | "svg" | "webp")
    };
    let named: BTreeSet<String> = files.iter().filter(is_picture).cloned().collect();
    let stamp = runner.stamp(None, &named);
    let mut read = |path: &String| {
        // One that can't be read is told of where it is copied.
        let size = weave::picture_size(&runner.read(path).ok()?)?;
        Some((path.clone(), size))
    };
    let mut read = || Arc::new(named.iter().filter_map(&mut read).collect());
    match stamp {
        Some(stamp) => memo.one((), (Arc::clone(files), stamp), |_| read()),
        None => read(),
    }
}

/// The names of texts with an error in them, and of lessons whose package is one of those with an error.
fn broken(
    course: &Course,
    packages: &BTreeSet<String>,
    diagnostics: &[Diagnostic],
) -> BTreeSet<String> {
    let mistaken = mistaken(diagnostics);
    let texts = course.texts().filter(|text| mistaken.contains(&text.source));
    let lessons = course.lessons.iter().filter(|lesson| packages.contains(&lesson.package));
    texts.chain(lessons).map(|text| text.name.clone()).collect()
}

/// Whether there is a mistake in the course's settings that may make every page and every run another.
fn is_spoilt(course: &Course, diagnostics: &[Diagnostic]) -> bool {
    let is_of_text = |span: Span| {
        course.lessons.iter().chain(&course.pages).any(|text| text.source == span.source)
    };
    diagnostics.iter().any(|diagnostic| {
        let is_about_all = match &*diagnostic.code {
            "front-matter" | "not-utf8" | "unknown-page" => true,
            // Where those that there are have their places, another may yet be written.
            "unknown-lesson" => !course::has_listed_all(course),
            _ => false,
        };
        is_about_all
            && diagnostic.severity == Severity::Error
            && diagnostic.span().is_some_and(|span| !is_of_text(span))
    })
}

/// The sources with an error in them.
fn mistaken(diagnostics: &[Diagnostic]) -> BTreeSet<SourceId> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.filter_map(Diagnostic::span).map(|span| span.source).collect()
}
