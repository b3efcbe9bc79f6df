//! `(&Course, records) -> Site`: prose, code, outputs and navigation as pages.

mod diagram;
mod highlight;
mod html;
mod ids;
mod links;
mod math;
mod template;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{
    course::{Course, Lesson, Settings},
    diagnostic::{Diagnosed, Diagnostic},
    record::{Made, Record},
    site::{Asset, Content, Page, Site},
    source::{Sources, Span},
};

use html::{Body, Section};
use links::Links;
use math::Formulas;
pub use template::Theme;

/// The folders of a course that are copied into its site.
pub const COPIED: &[&str] = &["data", "fig", "files"];

/// The whole site. `records` holds what each lesson's runs gave, by the lesson's name; `files` the
/// paths of the course's other files.
pub fn weave(
    course: &Course,
    records: &BTreeMap<String, Record>,
    files: &BTreeSet<String>,
    sources: &Sources,
    theme: &Theme,
) -> Diagnosed<Site> {
    let formulas = Formulas::new();
    let links = Links { files };
    let mut site = Site::default();
    let mut diagnostics = vec![];
    let pages = course.index.iter().map(|index| (index, None));
    let pages =
        pages.chain(course.lessons.iter().enumerate().map(|(at, lesson)| (lesson, Some(at))));
    for (lesson, at) in pages {
        let record = records.get(&lesson.name).filter(|_| at.is_some());
        let mut body = Body::new(lesson, record, sources, theme, &formulas, &links);
        let html = body.write();
        diagnostics.append(&mut body.diagnostics);
        let context = page_context(course, lesson, at, html, record, body.sections);
        match theme.render("page.html", &context) {
            Ok(html) => site.pages.push(Page { path: page_path(&lesson.name), html }),
            Err(error) => {
                let whole = Span { source: lesson.source, start: 0, end: 0 };
                diagnostics.push(html::template_error(error, whole));
            }
        }
    }
    if course.index.is_none() {
        diagnostics.extend(landing(course, theme, &mut site));
    }
    for lesson in &course.lessons {
        let record = records.get(&lesson.name);
        for file in record.iter().flat_map(|record| &record.files) {
            let path = links::captured_path(lesson, &file.path);
            site.assets.push(Asset { path, content: Content::Bytes(file.bytes.clone()) });
        }
    }
    let is_copied =
        |path: &&String| COPIED.iter().any(|folder| path.starts_with(&format!("{folder}/")));
    site.assets.extend(
        files
            .iter()
            .filter(is_copied)
            .map(|path| Asset { path: path.clone(), content: Content::CourseFile(path.clone()) }),
    );
    site.assets.extend(theme.assets());
    Diagnosed { value: site, diagnostics }
}

/// Where the page of the lesson of this name stands in the site.
pub fn page_path(lesson: &str) -> String {
    format!("{lesson}.html")
}

/// A landing page for a course without an `index.md`.
fn landing(course: &Course, theme: &Theme, site: &mut Site) -> Option<Diagnostic> {
    let source = course.lessons.first()?.source;
    let index =
        Lesson { name: "index".to_owned(), source, meta: Default::default(), blocks: vec![] };
    let context = page_context(course, &index, None, String::new(), None, vec![]);
    match theme.render("page.html", &context) {
        Ok(html) => site.pages.push(Page { path: page_path(&index.name), html }),
        Err(error) => return Some(html::template_error(error, Span { source, start: 0, end: 0 })),
    }
    None
}

#[derive(Serialize)]
struct PageContext<'a> {
    course: CourseContext<'a>,
    page: PageItself<'a>,
    lessons: Vec<LessonContext<'a>>,
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
    at: Option<usize>,
    body: String,
    record: Option<&Record>,
    sections: Vec<Section>,
) -> PageContext<'a> {
    let Settings { title, description, language, repository, license, .. } = &course.settings;
    let course_title = title.as_deref().unwrap_or(UNTITLED);
    let neighbour = |at: Option<usize>| {
        let lesson = course.lessons.get(at?)?;
        Some(Neighbour { title: lesson.title(), url: page_path(&lesson.name) })
    };
    let mut sections = Some(sections);
    let lessons = course.lessons.iter().enumerate().map(|(index, lesson)| {
        let current = Some(index) == at;
        LessonContext {
            title: lesson.title(),
            url: page_path(&lesson.name),
            current,
            teaching: lesson.meta.teaching,
            exercises: lesson.meta.exercises,
            sections: if current { sections.take().unwrap_or_default() } else { vec![] },
        }
    });
    PageContext {
        lessons: lessons.collect(),
        course: CourseContext {
            title: course_title,
            description: description.as_deref(),
            language: language.as_deref().unwrap_or("en"),
            repository: repository.as_deref(),
            license: license.as_deref(),
        },
        page: PageItself {
            title: if at.is_some() { lesson.title() } else { course_title },
            kind: if at.is_some() { "lesson" } else { "landing" },
            root: "",
            body,
            description: description.as_deref(),
            teaching: lesson.meta.teaching,
            exercises: lesson.meta.exercises,
            provenance: record.and_then(|record| record.made.as_ref()).map(provenance),
        },
        previous: neighbour(at.and_then(|at| at.checked_sub(1))),
        next: neighbour(Some(at.map_or(0, |at| at + 1))),
    }
}

/// When, where and with what the outputs of a page were made, in one line.
fn provenance(made: &Made) -> String {
    let Made { date, rustc, host, cpu, cores } = made;
    let cores = if *cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
    let cpu = if cpu.is_empty() { String::new() } else { format!(" of {cpu}") };
    format!("Outputs recorded on {date} with {rustc} on {host}, {cores}{cpu}.")
}
