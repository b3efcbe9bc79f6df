//! The road on one page: sources become a course, a course becomes packages, packages become
//! programs, programs become records, and all together become a site.
//!
//! Nothing here touches the world; what must be run is run by a [`Runner`].

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    execute::{self, Runner},
    lint::{self, Surroundings, Written},
    model::{
        course::{Course, Lesson},
        diagnostic::{Diagnosed, Diagnostic, Severity, did_you_mean},
        package::{Program, Tangled},
        record::{End, Record},
        site::Site,
        source::Sources,
    },
    parse, tangle,
    weave::{self, Theme},
};

/// The file that holds a course's settings and landing page.
const INDEX: &str = "index.md";

/// What a build gave.
pub struct Built {
    /// Every page and file that could be made; what could not is left as it stood.
    pub site: Site,
    pub diagnostics: Vec<Diagnostic>,
}

/// All sources as a course: settings, landing page, and lessons in the order in which they are taught.
pub fn parse(sources: &Sources) -> Diagnosed<Course> {
    let mut diagnostics = vec![];
    let mut course = Course::default();
    for (id, source) in sources.iter() {
        if source.path == INDEX {
            let (settings, index) = parse::index(id, source).into_value(&mut diagnostics);
            course.settings = settings;
            course.index = Some(index);
        } else {
            let name = source.path.strip_suffix(".md").unwrap_or(&source.path);
            course.lessons.push(parse::lesson(name, id, source).into_value(&mut diagnostics));
        }
    }
    diagnostics.extend(put_in_order(&mut course));
    Diagnosed { value: course, diagnostics }
}

/// Lessons that the settings list come first, in that order, the others after them by name.
fn put_in_order(course: &mut Course) -> Vec<Diagnostic> {
    let names: Vec<&str> = course.lessons.iter().map(|lesson| lesson.name.as_str()).collect();
    let listed = &course.settings.lessons;
    let unknown = listed.iter().filter(|(name, _)| !names.contains(&lesson_name(name)));
    let diagnostics = unknown
        .map(|(name, span)| {
            let diagnostic =
                Diagnostic::error("unknown-lesson", format!("there is no lesson `{name}`"))
                    .at(*span, "listed here");
            match did_you_mean(lesson_name(name), names.iter().copied()) {
                Some(meant) => diagnostic.hint(format!("did you mean `{meant}`?")),
                None => diagnostic.hint(format!("write it in `{}.md`", lesson_name(name))),
            }
        })
        .collect();
    let order: Vec<String> = listed.iter().map(|(name, _)| lesson_name(name).to_owned()).collect();
    course.lessons.sort_by_cached_key(|lesson| {
        let listed = order.iter().position(|name| *name == lesson.name);
        (listed.unwrap_or(order.len()), lesson.name.clone())
    });
    diagnostics
}

/// `asyncio` and `asyncio.md` are one lesson.
fn lesson_name(listed: &str) -> &str {
    listed.strip_suffix(".md").unwrap_or(listed)
}

/// The packages of a course.
pub fn tangle(sources: &Sources) -> Diagnosed<Tangled> {
    let mut diagnostics = vec![];
    let course = parse(sources).into_value(&mut diagnostics);
    let tangled = tangle::tangle(&course, sources).into_value(&mut diagnostics);
    Diagnosed { value: tangled, diagnostics }
}

/// Everything: what has no valid record is run, and the site is woven.
///
/// A lesson with an error in it keeps the page that it had: it is not part of the site given.
pub fn build(
    sources: &Sources,
    files: &BTreeSet<String>,
    theme: &Theme,
    runner: &mut dyn Runner,
) -> Built {
    let mut diagnostics = vec![];
    let course = parse(sources).into_value(&mut diagnostics);
    if has_errors_in(course.index.as_ref(), &diagnostics) {
        // Without its settings every page and every run would be another.
        return Built { site: Site::default(), diagnostics };
    }
    let tangled = tangle::tangle(&course, sources).into_value(&mut diagnostics);
    let programs = execute::programs(&course, &tangled, tangle::PROFILE, sources);
    let programs = programs.into_value(&mut diagnostics);
    let (records, failed) = run(&course, &tangled, &programs, sources, runner, &mut diagnostics);
    let site = weave::weave(&course, &records, files, sources, theme);
    let mut site = site.into_value(&mut diagnostics);
    let broken = broken_lessons(&course, &tangled, &diagnostics);
    let names = broken.into_iter().map(|lesson| lesson.name.as_str()).chain(failed);
    let withheld: BTreeSet<String> = names.map(weave::page_path).collect();
    site.pages.retain(|page| !withheld.contains(&page.path));
    let diagnostics = lint::allow::settle(diagnostics, &course, sources, false);
    Built { site, diagnostics }
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
    let tangled = tangle::tangle(&course, sources).into_value(&mut diagnostics);
    let programs = execute::programs(&course, &tangled, tangle::PROFILE, sources);
    let programs = programs.into_value(&mut diagnostics);
    let mut unknown: BTreeSet<String> = broken_lessons(&course, &tangled, &diagnostics)
        .into_iter()
        .filter(|lesson| lesson.chunks().iter().any(|chunk| chunk.cell.is_some()))
        .map(|lesson| lesson.name.clone())
        .collect();
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    for program in &programs {
        let record = records.entry(program.lesson.clone()).or_default();
        match recall.run(program) {
            Ok(trace) => {
                diagnostics.extend(execute::add_to_record(record, program, trace, sources));
            }
            Err(_) => {
                unknown.insert(program.lesson.clone());
            }
        }
    }
    let site = weave::weave(&course, &records, files, sources, theme);
    let site = site.into_value(&mut diagnostics);
    let lessons = || course.lessons.iter().chain(&course.index);
    let ids = lessons().filter_map(|lesson| {
        let page = site.pages.iter().find(|page| page.path == weave::page_path(&lesson.name))?;
        Some((lesson.source, lint::ids(&page.html)))
    });
    let written = lessons().map(|lesson| {
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
    lint::allow::settle(diagnostics, &course, sources, true)
}

/// What each lesson's runs gave, and the names of the lessons of which one failed. Their records
/// are left out: they hold less than a page needs.
fn run<'p>(
    course: &Course,
    tangled: &Tangled,
    programs: &'p [Program],
    sources: &Sources,
    runner: &mut dyn Runner,
    diagnostics: &mut Vec<Diagnostic>,
) -> (BTreeMap<String, Record>, BTreeSet<&'p str>) {
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    let mut failed = BTreeSet::new();
    for program in programs {
        // What a broken lesson prints will not be shown, so its programs need not run.
        let broken = broken_lessons(course, tangled, diagnostics);
        let is_broken = broken.iter().any(|lesson| lesson.name == program.lesson);
        if is_broken || failed.contains(&*program.lesson) {
            continue;
        }
        let record = records.entry(program.lesson.clone()).or_default();
        match runner.run(program) {
            Ok(trace) => {
                if trace.end != End::Finished {
                    failed.insert(&*program.lesson);
                }
                diagnostics.extend(execute::add_to_record(record, program, trace, sources));
            }
            Err(error) => {
                failed.insert(&*program.lesson);
                diagnostics.push(cannot_run(program, &error));
            }
        }
    }
    records.retain(|lesson, _| !failed.contains(&**lesson));
    (records, failed)
}

fn cannot_run(program: &Program, error: &std::io::Error) -> Diagnostic {
    let diagnostic = Diagnostic::error("cannot-run", error.to_string());
    match program.steps.first() {
        Some(step) => diagnostic.at(step.span, "needed for this output"),
        None => diagnostic,
    }
}

/// Lessons with an error in their text, or whose package has one.
fn broken_lessons<'c>(
    course: &'c Course,
    tangled: &Tangled,
    diagnostics: &[Diagnostic],
) -> Vec<&'c Lesson> {
    let lessons = course.lessons.iter().chain(&course.index);
    lessons
        .filter(|lesson| {
            has_errors_in(Some(lesson), diagnostics) || tangled.broken.contains(&lesson.package())
        })
        .collect()
}

fn has_errors_in(lesson: Option<&Lesson>, diagnostics: &[Diagnostic]) -> bool {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let mut places = errors.filter_map(Diagnostic::span);
    lesson.is_some_and(|lesson| places.any(|span| span.source == lesson.source))
}
