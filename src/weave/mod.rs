//! `(&Course, records) -> Site`: prose, code, outputs and navigation as pages.

mod ansi;
mod diagram;
mod escape;
mod figures;
mod highlight;
mod html;
mod ids;
mod links;
mod macros;
mod math;
mod template;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{
    chart::Chart,
    course::{Course, Lesson, Meta, Settings},
    diagnostic::{Diagnosed, Diagnostic},
    record::{Made, Record},
    site::{Asset, Content, Page, Site},
    source::{Sources, Span},
};

pub use ansi::plain;
use figures::Figures;
use html::{Body, Common, Section};
use links::Links;
use math::Formulas;
pub use template::Theme;

/// The folders of a course that are copied into its site.
pub const COPIED: &[&str] = &["data", "fig", "files"];

/// The whole site. `records` holds what each lesson's runs gave, by the lesson's name; `files` the
/// paths of the course's other files, `charts` what `.plot` blocks became, by their places.
pub fn weave(
    course: &Course,
    records: &BTreeMap<String, Record>,
    charts: &BTreeMap<Span, Chart>,
    files: &BTreeSet<String>,
    sources: &Sources,
    theme: &Theme,
) -> Diagnosed<Site> {
    let common = Common {
        sources,
        theme,
        formulas: Formulas::new(),
        macros: math::macros(&course.settings),
        links: Links::new(course, files, sources),
        figures: Figures::of(course, charts),
    };
    // A text of that name is the author's own page of them.
    let has_gallery = !common.figures.is_empty() && course.texts().all(|text| text.name != FIGURES);
    let mut site = Site::default();
    let mut diagnostics = vec![];
    let lessons = course.lessons.iter().enumerate();
    let lessons = lessons.map(|(at, lesson)| (lesson, Place::Lesson(at)));
    let others = course.pages.iter().enumerate().map(|(at, page)| (page, Place::Page(at)));
    let index = course.index.iter().map(|index| (index, Place::Landing));
    for (lesson, place) in index.chain(lessons).chain(others) {
        let record = records.get(&lesson.name).filter(|_| matches!(place, Place::Lesson(_)));
        let mut body = Body::new(lesson, record, &common);
        let html = body.write();
        diagnostics.append(&mut body.diagnostics);
        site.assets.append(&mut body.assets);
        let context = page_context(course, lesson, place, html, record, body.sections, has_gallery);
        match theme.render("page.html", &context) {
            Ok(html) => site.pages.push(Page { path: page_path(&lesson.name), html }),
            Err(error) => {
                let whole = Span { source: lesson.source, start: 0, end: 0 };
                diagnostics.push(html::template_error(error, whole));
            }
        }
    }
    if course.index.is_none() {
        diagnostics.extend(landing(course, theme, has_gallery, &mut site));
    }
    if has_gallery {
        diagnostics.extend(gallery(course, records, &common, &mut site));
    }
    site.assets.extend(charts.values().map(|chart| Asset {
        path: chart_path(chart),
        content: Content::Bytes(chart.csv.clone().into_bytes()),
    }));
    for lesson in &course.lessons {
        let record = records.get(&lesson.name);
        for file in record.iter().flat_map(|record| &record.files) {
            let path = links::captured_path(lesson, &file.path);
            site.assets.push(Asset { path, content: Content::Bytes(file.bytes.clone()) });
        }
    }
    site.assets.extend(files.iter().map(|path| Asset {
        path: links::file_path(path).to_owned(),
        content: Content::CourseFile(path.clone()),
    }));
    site.assets.extend(theme.assets());
    Diagnosed { value: site, diagnostics }
}

/// Where the page of the lesson of this name stands in the site.
pub fn page_path(lesson: &str) -> String {
    format!("{lesson}.html")
}

/// Where in the site the data of a chart stands.
fn chart_path(chart: &Chart) -> String {
    format!("charts/{}.csv", chart.id)
}

/// The page of all figures.
const FIGURES: &str = "figures";

/// What that page is called.
const FIGURES_TITLE: &str = "Figures";

fn gallery(
    course: &Course,
    records: &BTreeMap<String, Record>,
    common: &Common,
    site: &mut Site,
) -> Option<Diagnostic> {
    let source = course.texts().next()?.source;
    let meta = Meta { title: Some(FIGURES_TITLE.to_owned()), ..Meta::default() };
    let page = Lesson { name: FIGURES.to_owned(), source, meta, blocks: vec![] };
    let figures = common.figures.page(records, &common.links);
    let written = common.theme.render("figures.html", &figures).and_then(|body| {
        let context = page_context(course, &page, Place::Figures, body, None, vec![], true);
        common.theme.render("page.html", &context)
    });
    match written {
        Ok(html) => site.pages.push(Page { path: page_path(&page.name), html }),
        Err(error) => return Some(html::template_error(error, Span { source, start: 0, end: 0 })),
    }
    None
}

/// A landing page for a course without an `index.md`.
fn landing(
    course: &Course,
    theme: &Theme,
    has_gallery: bool,
    site: &mut Site,
) -> Option<Diagnostic> {
    let source = course.lessons.first()?.source;
    let index =
        Lesson { name: "index".to_owned(), source, meta: Default::default(), blocks: vec![] };
    let context =
        page_context(course, &index, Place::Landing, String::new(), None, vec![], has_gallery);
    match theme.render("page.html", &context) {
        Ok(html) => site.pages.push(Page { path: page_path(&index.name), html }),
        Err(error) => return Some(html::template_error(error, Span { source, start: 0, end: 0 })),
    }
    None
}

/// What a page is, and which of its kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Landing,
    Lesson(usize),
    Page(usize),
    Figures,
}

#[derive(Serialize)]
struct PageContext<'a> {
    course: CourseContext<'a>,
    page: PageItself<'a>,
    lessons: Vec<LessonContext<'a>>,
    /// What is read beside the lessons.
    pages: Vec<LessonContext<'a>>,
    previous: Option<Neighbour<'a>>,
    next: Option<Neighbour<'a>>,
}

#[derive(Serialize)]
struct CourseContext<'a> {
    title: &'a str,
    description: Option<&'a str>,
    language: &'a str,
    repository: Option<&'a str>,
    license: Option<&'a str>,
}

#[derive(Serialize)]
struct PageItself<'a> {
    title: &'a str,
    kind: &'static str,
    /// From this page to the site's root.
    root: &'static str,
    body: String,
    description: Option<&'a str>,
    teaching: Option<u32>,
    exercises: Option<u32>,
    provenance: Option<String>,
}

#[derive(Serialize)]
struct LessonContext<'a> {
    title: &'a str,
    url: String,
    current: bool,
    teaching: Option<u32>,
    exercises: Option<u32>,
    sections: Vec<Section>,
}

#[derive(Serialize)]
struct Neighbour<'a> {
    title: &'a str,
    url: String,
}

/// What a course without a title is called.
const UNTITLED: &str = "Lessons";

fn page_context<'a>(
    course: &'a Course,
    lesson: &'a Lesson,
    place: Place,
    body: String,
    record: Option<&Record>,
    sections: Vec<Section>,
    has_gallery: bool,
) -> PageContext<'a> {
    let Settings { title, description, language, repository, license, .. } = &course.settings;
    let course_title = title.as_deref().unwrap_or(UNTITLED);
    let neighbour = |at: usize| {
        let lesson = course.lessons.get(at)?;
        Some(Neighbour { title: lesson.title(), url: page_path(&lesson.name) })
    };
    let (kind, previous, next) = match place {
        Place::Landing => ("landing", None, neighbour(0)),
        Place::Lesson(at) => ("lesson", at.checked_sub(1).and_then(neighbour), neighbour(at + 1)),
        Place::Page(_) | Place::Figures => ("page", None, None),
    };
    let entry = |lesson: &'a Lesson, its_place: Place| LessonContext {
        title: lesson.title(),
        url: page_path(&lesson.name),
        current: its_place == place,
        teaching: lesson.meta.teaching,
        exercises: lesson.meta.exercises,
        sections: if its_place == place { sections.clone() } else { vec![] },
    };
    let lessons = course.lessons.iter().enumerate();
    let pages = course.pages.iter().enumerate();
    PageContext {
        lessons: lessons.map(|(at, lesson)| entry(lesson, Place::Lesson(at))).collect(),
        pages: pages
            .map(|(at, page)| entry(page, Place::Page(at)))
            .chain(has_gallery.then(|| LessonContext {
                title: FIGURES_TITLE,
                url: page_path(FIGURES),
                current: place == Place::Figures,
                teaching: None,
                exercises: None,
                sections: vec![],
            }))
            .collect(),
        course: CourseContext {
            title: course_title,
            description: description.as_deref(),
            language: language.as_deref().unwrap_or("en"),
            repository: repository.as_deref(),
            license: license.as_deref(),
        },
        page: PageItself {
            title: if place == Place::Landing { course_title } else { lesson.title() },
            kind,
            root: "",
            body,
            description: description.as_deref(),
            teaching: lesson.meta.teaching,
            exercises: lesson.meta.exercises,
            provenance: record.and_then(provenance),
        },
        previous,
        next,
    }
}

/// When, where, with what and in what time the outputs of a page were made, in one line.
fn provenance(record: &Record) -> Option<String> {
    let Made { date, rustc, host, cpu, cores, .. } = record.made.as_ref()?;
    let cores = if *cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
    let cpu = if cpu.is_empty() { String::new() } else { format!(" of {cpu}") };
    let took = html::duration(record.outputs.iter().map(|output| output.micros).sum());
    let took = took.map(|took| format!(", in {took}")).unwrap_or_default();
    Some(format!("Outputs recorded on {date} with {rustc} on {host}, {cores}{cpu}{took}."))
}
