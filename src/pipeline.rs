//! The road on one page: sources become a course, a course becomes packages, packages become
//! programs, programs become records, and all together become a site.
//!
//! Nothing here touches the world; what must be run is run by a [`Runner`].

pub mod rerun;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use crate::{
    execute::{self, Runner},
    lint::{self, Surroundings, Written},
    measure,
    model::{
        chart::Chart,
        course::{Course, Lesson, Settings},
        diagnostic::{Diagnosed, Diagnostic, Severity, did_you_mean},
        package::{Program, Tangled},
        record::{Record, Trace},
        site::{Asset, Content, PictureSize, Site},
        source::{Source, SourceId, Sources, Span},
        table::Tables,
    },
    parse,
    plot::{self, Origins},
    report, tangle,
    weave::{self, Theme},
};

/// Settings and landing page; in a Workbench the landing page alone.
const INDEX: &str = "index.md";

/// The settings of a course of The Carpentries Workbench.
const CONFIG: &str = "config.yaml";

/// Link definitions for all texts.
const LINKS: &str = "links.md";

/// How a course is to be cited.
pub const CITATION: &str = "CITATION.cff";

/// The folder of a Workbench's lessons.
const EPISODES: &str = "episodes";

/// How to prepare for the course, which the Workbench shows whatever its list says.
const SETUP: &str = "learners/setup.";

/// The folders of the other pages, in the order in which they are shown.
const PAGES: [&str; 3] = ["learners", "instructors", "profiles"];

/// What a build gave.
pub struct Built {
    /// Every page and file that could be made; what could not is left as it stood.
    pub site: Site,
    /// Pages of lessons whose runs failed, and their files: they say so, and serve as long as there is no
    /// better one.
    pub unfinished: Site,
    pub diagnostics: Vec<Diagnostic>,
}

/// All sources as a course: settings, landing page, lessons in the order in which they are taught,
/// and the other pages.
pub fn parse(sources: &Sources) -> Diagnosed<Course> {
    let mut diagnostics = vec![];
    let mut course = Course::default();
    let at = |path: &str| sources.iter().find(|(_, source)| source.path == path);
    let config = at(CONFIG);
    let context = parse::Context {
        definitions: at(LINKS)
            .map(|(_, links)| parse::definitions(&links.text))
            .unwrap_or_default(),
        is_workbench: config.is_some(),
    };
    if let Some((id, source)) = config {
        course.settings = parse::config(id, source).into_value(&mut diagnostics);
    }
    if let Some((id, source)) = at(CITATION) {
        course.citation = Some(parse::citation(id, source).into_value(&mut diagnostics));
    }
    for (id, source) in sources.iter() {
        let name = page_name(&source.path);
        match role(&source.path, context.is_workbench) {
            Role::Settings => {}
            Role::Index if context.is_workbench => {
                let index = parse::page(&context, name, id, source).into_value(&mut diagnostics);
                course.index = Some(index);
            }
            Role::Index => {
                let parsed = parse::index(&context, id, source);
                let (settings, index) = parsed.into_value(&mut diagnostics);
                course.settings = settings;
                course.index = Some(index);
            }
            Role::Lesson | Role::Page if is_draft(source, &course.settings, &context) => {}
            Role::Lesson => {
                let lesson = parse::lesson(&context, name, id, source);
                course.lessons.push(lesson.into_value(&mut diagnostics));
            }
            Role::Page => {
                let page = parse::page(&context, name, id, source);
                course.pages.push(page.into_value(&mut diagnostics));
            }
        }
    }
    diagnostics.extend(put_in_order(&mut course, sources));
    diagnostics.extend(without_namesakes(&mut course, sources));
    Diagnosed { value: course, diagnostics }
}

/// What a file of the course is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Settings,
    Index,
    Lesson,
    Page,
}

fn role(path: &str, is_workbench: bool) -> Role {
    match path.split_once('/') {
        None if matches!(path, CONFIG | LINKS | CITATION) => Role::Settings,
        None if path == INDEX => Role::Index,
        None if !is_workbench => Role::Lesson,
        Some((EPISODES, _)) if is_workbench => Role::Lesson,
        _ => Role::Page,
    }
}

/// The names of a course's lessons, without reading them.
pub fn lesson_names(sources: &Sources) -> Vec<&str> {
    let is_workbench = sources.iter().any(|(_, source)| source.path == CONFIG);
    let lessons =
        sources.iter().filter(|(_, source)| role(&source.path, is_workbench) == Role::Lesson);
    lessons.map(|(_, source)| page_name(&source.path)).collect()
}

/// `setup` for `learners/setup.md`: pages stand in the site side by side, whatever their folder.
fn page_name(path: &str) -> &str {
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    without_extension(file)
}

/// `asyncio`, `asyncio.md` and `asyncio.Rmd` are one lesson.
fn without_extension(path: &str) -> &str {
    path.strip_suffix(".md").or_else(|| path.strip_suffix(".Rmd")).unwrap_or(path)
}

/// In a Workbench, what its folder's list leaves out is not published yet.
fn is_draft(source: &Source, settings: &Settings, context: &parse::Context) -> bool {
    let Some((folder, name)) = source.path.split_once('/').filter(|_| context.is_workbench) else {
        return false;
    };
    let in_folder = |listed: &str| listed.split_once('/').is_some_and(|(other, _)| other == folder);
    if source.path.starts_with(SETUP) {
        false
    } else if folder == EPISODES {
        !settings.lessons.is_empty() && position(&settings.lessons, name).is_none()
    } else {
        settings.pages.iter().any(|(listed, _)| in_folder(listed))
            && position(&settings.pages, &source.path).is_none()
    }
}

fn position(listed: &[(String, Span)], path: &str) -> Option<usize> {
    listed.iter().position(|(name, _)| without_extension(name) == without_extension(path))
}

/// What the settings list comes first, in that order, the others after it by name.
fn put_in_order(course: &mut Course, sources: &Sources) -> Vec<Diagnostic> {
    let Course { settings, lessons, pages, .. } = course;
    let path = |lesson: &Lesson| sources.get(lesson.source).path.clone();
    lessons.sort_by_cached_key(|lesson| {
        let listed = position(&settings.lessons, &lesson.name);
        (listed.unwrap_or(usize::MAX), lesson.name.clone())
    });
    for lesson in &mut *lessons {
        let listed = position(&settings.lessons, &lesson.name);
        let is_in = |at| settings.units.iter().position(|unit| unit.lessons.contains(&at));
        lesson.unit = listed.and_then(is_in);
    }
    pages.sort_by_cached_key(|page| {
        let path = path(page);
        let folder = PAGES.iter().position(|folder| path.starts_with(&format!("{folder}/")));
        let listed = position(&settings.pages, &path);
        (folder.unwrap_or(PAGES.len()), listed.unwrap_or(usize::MAX), path)
    });

    let names: Vec<String> = lessons.iter().map(|lesson| lesson.name.clone()).collect();
    let paths: Vec<String> = pages.iter().map(path).collect();
    let unknown = |(name, span): &(String, Span), known: &[String], noun: &str| {
        let word = without_extension(name);
        let mut known = known.iter().map(|name| without_extension(name));
        if known.clone().any(|name| name == word) {
            return None;
        }
        let message = format!("there is no {noun} `{name}`");
        let diagnostic = match noun {
            "lesson" => Diagnostic::error("unknown-lesson", message),
            _ => Diagnostic::error("unknown-page", message),
        };
        let diagnostic = diagnostic.at(*span, "listed here");
        Some(match did_you_mean(word, known.by_ref()) {
            Some(meant) => diagnostic.hint(format!("did you mean `{meant}`?")),
            None => diagnostic.hint(format!("write it in `{word}.md`")),
        })
    };
    let unknown_lessons =
        settings.lessons.iter().filter_map(|listed| unknown(listed, &names, "lesson"));
    let unknown_pages = settings.pages.iter().filter_map(|listed| unknown(listed, &paths, "page"));
    unknown_lessons.chain(unknown_pages).collect()
}

/// Leaves out what would take another's place in the site.
fn without_namesakes(course: &mut Course, sources: &Sources) -> Vec<Diagnostic> {
    let mut taken: BTreeMap<String, SourceId> = BTreeMap::new();
    let mut diagnostics = vec![];
    taken.extend(course.index.iter().map(|index| (weave::page_path(&index.name), index.source)));
    let mut is_first = |lesson: &Lesson| {
        let page = weave::page_path(&lesson.name);
        let Some(first) = taken.get(&page) else {
            taken.insert(page, lesson.source);
            return true;
        };
        let (path, first) = (&sources.get(lesson.source).path, &sources.get(*first).path);
        let message = format!("`{first}` and `{path}` would both become `{page}`");
        let start = Span { source: lesson.source, start: 0, end: 0 };
        diagnostics.push(
            Diagnostic::error("same-page", message)
                .at(start, "this file is left out")
                .hint("rename one of them"),
        );
        false
    };
    course.lessons.retain(&mut is_first);
    course.pages.retain(&mut is_first);
    diagnostics
}

/// The packages of a course.
pub fn tangle(sources: &Sources) -> Diagnosed<Tangled> {
    let mut diagnostics = vec![];
    let course = parse(sources).into_value(&mut diagnostics);
    let is_spoilt = diagnostics.iter().any(|diagnostic| spoils_settings(diagnostic, &course));
    let mut tangled = tangle_read(&course, sources, &mut diagnostics);
    if is_spoilt {
        // Without its settings every package would be another.
        tangled.broken.extend(tangled.packages.drain(..).map(|package| package.name));
    }
    Diagnosed { value: tangled, diagnostics }
}

/// The packages of a course that was read with these diagnostics. A lesson with a mistake in it
/// breaks its package: what it says may not be all that it was to say.
fn tangle_read(course: &Course, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Tangled {
    let misread = course.lessons.iter().filter(|lesson| has_errors_in(lesson, diagnostics));
    let misread: BTreeSet<String> = misread.map(Lesson::package).collect();
    let mut tangled = tangle::tangle(course, sources).into_value(diagnostics);
    let broken = tangled.packages.extract_if(.., |package| misread.contains(&package.name));
    tangled.broken.extend(broken.map(|package| package.name));
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
    files: &BTreeSet<String>,
    theme: &Theme,
    runner: &mut dyn Runner,
) -> Built {
    let mut diagnostics = vec![];
    let course = parse(sources).into_value(&mut diagnostics);
    if diagnostics.iter().any(|diagnostic| spoils_settings(diagnostic, &course)) {
        // Without its settings every page and every run would be another.
        return Built { site: Site::default(), unfinished: Site::default(), diagnostics };
    }
    diagnostics.extend(execute::missing_data(&course, files));
    let (tangled, programs) = compose(&course, sources, &mut diagnostics);
    let misread: BTreeSet<String> =
        broken_names(&course, &tangled, &diagnostics).into_iter().map(str::to_owned).collect();
    let programs: Vec<&Program> = programs.iter().collect();
    let (mut records, failed) =
        run(&course, &tangled, &programs, (sources, files), runner, &mut diagnostics);
    let broken = broken_names(&course, &tangled, &diagnostics);
    let is_whole = |lesson: &str| !failed.contains(lesson) && !broken.contains(lesson);
    let charts = judge(&course, &mut records, is_whole, files, runner, sources);
    let charts = charts.into_value(&mut diagnostics);
    let pictures = pictures(files, runner);
    let site = weave::weave(&course, &records, &charts, files, &pictures, sources, theme);
    let mut site = site.into_value(&mut diagnostics);
    let broken = broken_names(&course, &tangled, &diagnostics);
    let withheld: BTreeSet<&str> = broken.into_iter().chain(failed).collect();
    let is_complete = withheld.is_empty();
    let mut unfinished = Site::default();
    for lesson in withheld {
        let mut own = take_lesson(&mut site, lesson);
        if records.contains_key(lesson) && !misread.contains(lesson) {
            own.pages.iter_mut().for_each(|page| page.html.push_str(UNFINISHED));
            unfinished.pages.extend(own.pages);
            unfinished.assets.extend(own.assets);
        }
    }
    site.pages.retain(|page| !page.gathers || is_complete);
    site.assets.retain(|asset| !weave::is_index(&asset.path) || is_complete);
    let diagnostics = execute::join_uses(diagnostics);
    let diagnostics = lint::allow::settle(diagnostics, &course, sources, false);
    Built { site, unfinished, diagnostics }
}

/// How the page of a lesson whose run failed ends: the next build may replace it.
pub const UNFINISHED: &str = "<!-- lessonc: unfinished -->\n";

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
    files: &BTreeSet<String>,
    part: Part,
    runner: &mut dyn Runner,
) -> Vec<Diagnostic> {
    let mut diagnostics = vec![];
    let course = parse(sources).into_value(&mut diagnostics);
    if diagnostics.iter().any(|diagnostic| spoils_settings(diagnostic, &course)) {
        return diagnostics;
    }
    diagnostics.extend(execute::missing_data(&course, files));
    let (tangled, programs) = compose(&course, sources, &mut diagnostics);
    // In turns, so that each part has of the cheap and of the dear ones, and the same each time.
    let programs: Vec<&Program> = programs.iter().skip(part.number - 1).step_by(part.of).collect();
    run(&course, &tangled, &programs, (sources, files), runner, &mut diagnostics);
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
pub fn programs(sources: &Sources) -> Diagnosed<Vec<Program>> {
    let mut diagnostics = vec![];
    let course = parse(sources).into_value(&mut diagnostics);
    let (_, programs) = compose(&course, sources, &mut diagnostics);
    Diagnosed { value: programs, diagnostics }
}

/// What a course's code blocks make, and what can be run of it.
fn compose(
    course: &Course,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Tangled, Vec<Program>) {
    let tangled = tangle_read(course, sources, diagnostics);
    let programs = execute::programs(course, &tangled, tangle::PROFILE, sources);
    let programs = programs.into_value(diagnostics);
    (tangled, programs)
}

/// All that is wrong with a course, as far as it can be told without running anything: `recall`
/// gives the runs that are recorded, and an error for all others.
pub fn check(
    sources: &Sources,
    files: &BTreeSet<String>,
    theme: &Theme,
    recall: &mut dyn Runner,
) -> Vec<Diagnostic> {
    let mut diagnostics = vec![];
    let course = parse(sources).into_value(&mut diagnostics);
    diagnostics.extend(execute::missing_data(&course, files));
    let (tangled, programs) = compose(&course, sources, &mut diagnostics);
    let mut unknown: BTreeSet<String> = broken_lessons(&course, &tangled, &diagnostics)
        .into_iter()
        .filter(|lesson| lesson.chunks().iter().any(|chunk| chunk.cell.is_some()))
        .map(|lesson| lesson.name.clone())
        .collect();
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    for (program, trace) in traces(recall, programs.iter().collect()) {
        let record = records.entry(program.lesson.clone()).or_default();
        match trace {
            Ok(trace) => {
                if !execute::is_as_expected(program, &trace) {
                    unknown.insert(program.lesson.clone());
                }
                diagnostics.extend(take(record, program, trace, sources));
            }
            Err(_) => {
                unknown.insert(program.lesson.clone());
            }
        }
    }
    let is_whole = |lesson: &str| !unknown.contains(lesson);
    let charts = judge(&course, &mut records, is_whole, files, recall, sources);
    let charts = charts.into_value(&mut diagnostics);
    diagnostics.extend(course.lessons.iter().flat_map(execute::unchecked));
    // What is wrong is wrong at any size.
    let pictures = BTreeMap::new();
    let site = weave::weave(&course, &records, &charts, files, &pictures, sources, theme);
    let site = site.into_value(&mut diagnostics);
    let ids = course.texts().filter_map(|lesson| {
        let page = site.pages.iter().find(|page| page.path == weave::page_path(&lesson.name))?;
        Some((lesson.source, lint::ids(&page.html)))
    });
    let written = course.texts().map(|lesson| {
        let files = records.get(&lesson.name).map(|record| &record.files[..]).unwrap_or_default();
        let paths = files.iter().map(|file| file.path.clone()).collect();
        (lesson.source, Written { paths, may_be_more: unknown.contains(&lesson.name) })
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

/// What each lesson's runs gave, and the names of the lessons of which one failed. Of those of which one
/// could not be run at all, there is no record.
fn run<'p>(
    course: &Course,
    tangled: &Tangled,
    programs: &[&'p Program],
    (sources, files): (&Sources, &BTreeSet<String>),
    runner: &mut dyn Runner,
    diagnostics: &mut Vec<Diagnostic>,
) -> (BTreeMap<String, Record>, BTreeSet<&'p str>) {
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    let (mut failed, mut unknown) = (BTreeSet::new(), BTreeSet::new());
    // What a broken lesson prints will not be shown, so its programs need not run. One that fails
    // to build, or in its run, stops no other: all mistakes are told at once.
    let broken = broken_names(course, tangled, diagnostics);
    let is_sound = |program: &&Program| !broken.contains(&*program.lesson);
    for (program, trace) in traces(runner, programs.iter().copied().filter(is_sound).collect()) {
        let record = records.entry(program.lesson.clone()).or_default();
        match trace {
            Ok(trace) => {
                diagnostics.extend(execute::undeclared_data(program, &trace, files));
                if !execute::is_as_expected(program, &trace) {
                    failed.insert(&*program.lesson);
                }
                diagnostics.extend(take(record, program, trace, sources));
            }
            Err(error) => {
                failed.insert(&*program.lesson);
                unknown.insert(&*program.lesson);
                diagnostics.push(cannot_run(program, &error));
            }
        }
    }
    records.retain(|lesson, _| !unknown.contains(&**lesson));
    (records, failed)
}

/// Holds what authors say against what was recorded, and draws its charts, by their blocks' places.
fn judge(
    course: &Course,
    records: &mut BTreeMap<String, Record>,
    is_whole: impl Fn(&str) -> bool,
    files: &BTreeSet<String>,
    runner: &mut dyn Runner,
    sources: &Sources,
) -> Diagnosed<BTreeMap<Span, Chart>> {
    let mut diagnostics = vec![];
    let tables = tables(course, records, &is_whole, files, runner, sources);
    let tables = tables.into_value(&mut diagnostics);
    diagnostics.extend(compare(course, records, &tables, is_whole, sources));
    let value = plot(course, &tables, records, sources).into_value(&mut diagnostics);
    Diagnosed { value, diagnostics }
}

/// The tables of all texts.
fn tables(
    course: &Course,
    records: &BTreeMap<String, Record>,
    is_whole: impl Fn(&str) -> bool,
    files: &BTreeSet<String>,
    runner: &mut dyn Runner,
    sources: &Sources,
) -> Diagnosed<BTreeMap<SourceId, Tables>> {
    let mut tables = BTreeMap::new();
    let mut diagnostics = vec![];
    let nothing = Record::default();
    for lesson in course.texts() {
        let record = records.get(&lesson.name).unwrap_or(&nothing);
        let record = is_whole(&lesson.name).then_some(record);
        let origins = Origins { record, files, read: &mut |path| runner.read(path) };
        let read = plot::read(lesson, origins, sources);
        tables.insert(lesson.source, read.into_value(&mut diagnostics));
    }
    Diagnosed { value: tables, diagnostics }
}

/// The charts of all texts, by their blocks' places.
fn plot(
    course: &Course,
    tables: &BTreeMap<SourceId, Tables>,
    records: &BTreeMap<String, Record>,
    sources: &Sources,
) -> Diagnosed<BTreeMap<Span, Chart>> {
    let mut charts = BTreeMap::new();
    let mut diagnostics = vec![];
    for lesson in course.texts() {
        let charted =
            plot::plot(lesson, &tables[&lesson.source], records.get(&lesson.name), sources);
        charts.append(&mut charted.into_value(&mut diagnostics));
    }
    Diagnosed { value: charts, diagnostics }
}

/// How large the pictures among a course's files are.
fn pictures(files: &BTreeSet<String>, runner: &mut dyn Runner) -> BTreeMap<String, PictureSize> {
    let named = |path: &&String| {
        let ending = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        matches!(&*ending, "gif" | "jpeg" | "jpg" | "png" | "svg" | "webp")
    };
    let size = |path: &String| {
        // One that can't be read is told of where it is copied.
        let size = weave::picture_size(&runner.read(path).ok()?)?;
        Some((path.clone(), size))
    };
    files.iter().filter(named).filter_map(size).collect()
}

/// What programs give, in their own order and not in that in which they end: so that what is said
/// of a course is the same each time.
fn traces<'p>(
    runner: &mut dyn Runner,
    programs: Vec<&'p Program>,
) -> Vec<(&'p Program, io::Result<Trace>)> {
    let mut given = BTreeMap::new();
    runner.run(&programs, &mut |index, trace| {
        given.insert(index, trace);
    });
    given.into_iter().map(|(index, trace)| (programs[index], trace)).collect()
}

/// Where cells gave something else than their author says, below them or in prose.
fn compare(
    course: &Course,
    records: &mut BTreeMap<String, Record>,
    tables: &BTreeMap<SourceId, Tables>,
    is_whole: impl Fn(&str) -> bool,
    sources: &Sources,
) -> Vec<Diagnostic> {
    let mut diagnostics = vec![];
    for lesson in course.lessons.iter().filter(|lesson| is_whole(&lesson.name)) {
        let record = records.entry(lesson.name.clone()).or_default();
        diagnostics.extend(execute::compare(lesson, record, weave::plain, sources));
        let named = &tables[&lesson.source].named;
        diagnostics.extend(measure::measure(lesson, record, named, weave::plain, sources));
    }
    diagnostics
}

fn take(
    record: &mut Record,
    program: &Program,
    trace: Trace,
    sources: &Sources,
) -> Vec<Diagnostic> {
    execute::add_to_record(record, program, trace, report::in_block, sources)
}

fn cannot_run(program: &Program, error: &io::Error) -> Diagnostic {
    let diagnostic = Diagnostic::error("cannot-run", error.to_string());
    match program.steps.first() {
        Some(step) => diagnostic.at(step.span, "needed for this output"),
        None => diagnostic,
    }
}

fn broken_names<'c>(
    course: &'c Course,
    tangled: &Tangled,
    diagnostics: &[Diagnostic],
) -> BTreeSet<&'c str> {
    let broken = broken_lessons(course, tangled, diagnostics);
    broken.into_iter().map(|lesson| lesson.name.as_str()).collect()
}

/// Texts with an error in them, and lessons whose package has one.
fn broken_lessons<'c>(
    course: &'c Course,
    tangled: &Tangled,
    diagnostics: &[Diagnostic],
) -> Vec<&'c Lesson> {
    let in_broken = course.lessons.iter().filter(|it| tangled.broken.contains(&it.package()));
    course.texts().filter(|it| has_errors_in(it, diagnostics)).chain(in_broken).collect()
}

/// Whether a mistake is one in the course's settings.
fn spoils_settings(diagnostic: &Diagnostic, course: &Course) -> bool {
    let is_of_text = |span: Span| {
        course.lessons.iter().chain(&course.pages).any(|text| text.source == span.source)
    };
    diagnostic.severity == Severity::Error
        && matches!(&*diagnostic.code, "front-matter" | "unknown-lesson" | "unknown-page")
        && diagnostic.span().is_some_and(|span| !is_of_text(span))
}

fn has_errors_in(lesson: &Lesson, diagnostics: &[Diagnostic]) -> bool {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let mut places = errors.filter_map(Diagnostic::span);
    places.any(|span| span.source == lesson.source)
}
