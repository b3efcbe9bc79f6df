//! A whole page: its body with what stands around it.

use std::ops::Range;

use serde::Serialize;

use super::{
    Section, Text, edit, html, look,
    metadata::{Metadata, metadata},
    page_path,
    template::Skin,
};
use crate::model::{
    course::{Course, Settings},
    download::Downloads,
    record::{Made, Record},
    source::{SourceId, Sources, Span},
    words::Words,
};

/// A page before it is rendered.
pub struct Sheet<'a> {
    /// `asyncio`
    pub name: &'a str,
    pub title: String,
    pub kind: Kind,
    pub body: String,
    /// None for a page that no text is written for.
    pub text: Option<&'a Text<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Landing,
    /// Which in the order in which they are taught.
    Lesson(usize),
    /// What is read beside the lessons.
    Page,
    /// What is gathered from the lessons.
    View,
    /// What is gathered from them for instructors.
    Notes,
    /// What is shown where there is no page.
    Missing,
}

impl<'a> Sheet<'a> {
    pub fn of(text: &'a Text<'a>, kind: Kind) -> Self {
        let Text { lesson, html, .. } = text;
        let title = lesson.title().to_owned();
        Self { name: &lesson.name, title, kind, body: html.clone(), text: Some(text) }
    }

    /// Where what is wrong with the whole page is told.
    pub fn start(&self) -> Span {
        let source = self.text.map_or(SourceId(0), |text| text.lesson.source);
        Span { source, start: 0, end: 0 }
    }
}

#[derive(Serialize)]
struct PageContext<'a> {
    course: CourseContext<'a>,
    page: PageItself<'a>,
    /// Those of a large course that are nearest to the page, of any other all.
    units: Vec<UnitContext<'a>>,
    /// Where all lessons are listed, if not here.
    whole_list: Option<&'static str>,
    /// What is read beside the lessons.
    pages: Vec<Entry<'a>>,
    /// What is gathered from them.
    views: Vec<Entry<'a>>,
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
    look: &'a look::Shown,
    /// Where it is in other languages.
    translations: Vec<Translation<'a>>,
}

#[derive(Serialize)]
struct Translation<'a> {
    language: &'a str,
    /// What those who speak it call it, where the theme knows.
    name: &'a str,
    url: &'a str,
}

#[derive(Serialize)]
struct PageItself<'a> {
    title: &'a str,
    kind: &'static str,
    /// From this page to the site's root.
    root: &'a str,
    body: &'a str,
    description: Option<&'a str>,
    provenance: Option<String>,
    /// Where its text can be edited.
    edit: Option<String>,
    place: Option<Place>,
    /// What of a lesson's code can be taken along.
    archive: Option<&'a str>,
    notebooks: &'a [String],
    metadata: Metadata,
    /// Whether some of it is for instructors, or something folds.
    for_instructors: bool,
    folds: bool,
}

/// How far a lesson's readers have come.
#[derive(Serialize)]
struct Place {
    number: usize,
    count: usize,
    /// From the lesson's beginning to the end of the course, breaks included.
    minutes_left: u32,
}

/// Lessons that the settings group.
#[derive(Serialize)]
struct UnitContext<'a> {
    title: Option<&'a str>,
    lessons: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    title: &'a str,
    url: String,
    current: bool,
    for_instructors: bool,
    sections: &'a [Section],
}

#[derive(Serialize)]
struct Neighbour<'a> {
    title: &'a str,
    url: String,
}

/// What a course without a title is called.
const UNTITLED: &str = "Lessons";

/// The title of a course.
pub fn course_title(course: &Course) -> &str {
    course.settings.title.as_deref().unwrap_or(UNTITLED)
}

/// What leads from a page to the site's root. Pages stand side by side; but the one for those that
/// are missing is shown at any depth, so it needs to know where the site is.
pub fn root(course: &Course, kind: Kind) -> &str {
    let url = course.settings.url.as_deref().filter(|_| kind == Kind::Missing);
    let host = url.and_then(|url| url.split_once("://")).map(|(_, rest)| rest);
    host.and_then(|rest| Some(&rest[rest.find('/')?..])).unwrap_or_default()
}

/// What stands around every page of a site, gathered once for all of them.
pub struct Frame<'a> {
    course: &'a Course,
    look: &'a look::Shown,
    downloads: &'a Downloads,
    sources: &'a Sources,
    lessons: Vec<&'a Sheet<'a>>,
    pages: Vec<&'a Sheet<'a>>,
    views: Vec<&'a Sheet<'a>>,
    /// From each lesson's beginning to the end of the course, breaks included.
    minutes_left: Vec<u32>,
    /// Whether a page is for instructors: such pages are listed on every page.
    for_instructors: bool,
}

impl<'a> Frame<'a> {
    pub fn of(
        course: &'a Course,
        look: &'a look::Shown,
        downloads: &'a Downloads,
        sheets: &'a [Sheet<'a>],
        sources: &'a Sources,
    ) -> Self {
        let those = |is_wanted: fn(Kind) -> bool| {
            sheets.iter().filter(|sheet| is_wanted(sheet.kind)).collect::<Vec<_>>()
        };
        let pause = course.lessons.last().and_then(|lesson| lesson.meta.pause).unwrap_or(0);
        let mut left = 0;
        let minutes_left = course.lessons.iter().rev().map(|lesson| {
            left += lesson.meta.minutes();
            // After the last lesson nobody comes back from a break.
            left.saturating_sub(pause)
        });
        let mut minutes_left: Vec<u32> = minutes_left.collect();
        minutes_left.reverse();
        Self {
            course,
            look,
            downloads,
            sources,
            lessons: those(|kind| matches!(kind, Kind::Lesson(_))),
            pages: those(|kind| kind == Kind::Page),
            views: those(|kind| matches!(kind, Kind::View | Kind::Notes)),
            minutes_left,
            for_instructors: sheets.iter().any(|sheet| for_instructors(sheet, sources)),
        }
    }

    /// One of the sheets as a page of the site.
    ///
    /// # Errors
    ///
    /// Where the theme cannot show it.
    pub fn page(&self, sheet: &Sheet, skin: &Skin) -> Result<String, String> {
        let Self { course, sources, .. } = *self;
        let Settings { description, repository, license, .. } = &course.settings;
        let neighbour = |at: usize| {
            let lesson = course.lessons.get(at)?;
            Some(Neighbour { title: lesson.title(), url: page_path(&lesson.name) })
        };
        let (kind, previous, next) = match sheet.kind {
            Kind::Landing => ("landing", None, neighbour(0)),
            Kind::Lesson(at) => {
                ("lesson", at.checked_sub(1).and_then(neighbour), neighbour(at + 1))
            }
            Kind::Page => ("page", None, None),
            Kind::View | Kind::Notes => ("view", None, None),
            Kind::Missing => ("missing", None, None),
        };
        let is_lesson = matches!(sheet.kind, Kind::Lesson(_));
        let download = self.downloads.lessons.get(sheet.name).filter(|_| is_lesson);
        let listed = listed(self.lessons.len(), sheet.kind);
        let entry = |other: &&'a Sheet<'a>| entry(other, sheet, sources);
        let context = PageContext {
            whole_list: (listed.len() < self.lessons.len()).then_some(WHOLE_LIST),
            units: units(course, &self.lessons[listed], entry),
            pages: self.pages.iter().map(entry).collect(),
            views: self.views.iter().map(entry).collect(),
            course: CourseContext {
                title: course_title(course),
                description: description.as_deref(),
                language: course.settings.language(),
                repository: repository.as_deref(),
                license: license.as_deref(),
                look: self.look,
                translations: translations(course, skin),
            },
            page: PageItself {
                title: &sheet.title,
                kind,
                root: root(course, sheet.kind),
                body: &sheet.body,
                description: description.as_deref(),
                provenance: sheet.text.and_then(|text| provenance(text.record?, &skin.words)),
                edit: sheet
                    .text
                    .and_then(|text| edit::Place::of(course, &sources.get(text.lesson.source).path))
                    .map(|place| place.edit),
                place: self.place(sheet.kind),
                archive: download.and_then(|download| download.archive.as_deref()),
                notebooks: download.map_or(&[], |download| &download.notebooks),
                metadata: metadata(course, sheet),
                for_instructors: self.for_instructors
                    || sheet.body.contains("class=\"callout instructor"),
                folds: sheet.body.contains("<details class=\"callout"),
            },
            previous,
            next,
        };
        skin.render("page.html", &context)
    }

    fn place(&self, kind: Kind) -> Option<Place> {
        let Kind::Lesson(at) = kind else { return None };
        let minutes_left = self.minutes_left[at];
        Some(Place { number: at + 1, count: self.course.lessons.len(), minutes_left })
    }
}

fn translations<'a>(course: &'a Course, skin: &'a Skin) -> Vec<Translation<'a>> {
    let all = course.settings.translations.iter();
    all.map(|(language, url)| Translation { language, name: skin.name_of(language), url }).collect()
}

/// How many lessons a page lists at most. Nobody reads a longer list, and pages that all name all
/// lessons would make a site grow with the square of its course.
const MOST_LISTED: usize = 60;

/// Where all lessons are listed.
const WHOLE_LIST: &str = "index.html#schedule";

/// Which of so many lessons a page lists: those nearest to it. Pages that are no lesson list the
/// first ones.
fn listed(count: usize, kind: Kind) -> Range<usize> {
    let at = if let Kind::Lesson(at) = kind { at } else { 0 };
    let start = at.saturating_sub(MOST_LISTED / 2).min(count.saturating_sub(MOST_LISTED));
    start..count.min(start + MOST_LISTED)
}

/// A page as the list on another names it, or on itself.
fn entry<'a>(other: &'a Sheet<'a>, sheet: &Sheet, sources: &Sources) -> Entry<'a> {
    let current = other.name == sheet.name;
    Entry {
        title: &other.title,
        url: page_path(other.name),
        current,
        for_instructors: for_instructors(other, sources),
        sections: other.text.filter(|_| current).map_or(&[], |text| &text.sections),
    }
}

/// Whether learners don't see it.
pub fn for_instructors(sheet: &Sheet, sources: &Sources) -> bool {
    let is_in_folder =
        |text: &Text| sources.get(text.lesson.source).path.starts_with("instructors/");
    sheet.kind == Kind::Notes || sheet.text.is_some_and(is_in_folder)
}

/// The lessons, grouped as the settings say.
fn units<'a>(
    course: &'a Course,
    lessons: &[&'a Sheet<'a>],
    entry: impl Fn(&&'a Sheet<'a>) -> Entry<'a>,
) -> Vec<UnitContext<'a>> {
    let unit = |sheet: &Sheet| sheet.text.and_then(|text| text.lesson.unit);
    let units = lessons.chunk_by(|one, next| unit(one) == unit(next));
    units
        .map(|lessons| UnitContext {
            title: unit(lessons[0]).map(|at| &*course.settings.units[at].title),
            lessons: lessons.iter().map(&entry).collect(),
        })
        .collect()
}

/// When, where, with what and in what time the outputs of a page were made, in one line; none where
/// nothing was run.
fn provenance(record: &Record, words: &Words) -> Option<String> {
    let mut all: Vec<&Made> = record.made.iter().collect();
    all.sort_by_key(|made| &made.date);
    let all: Vec<String> =
        all.into_iter().map(|made| words.say("recorded", &[("made", &made.told(words))])).collect();
    let all = Some(all.join("; ")).filter(|all| !all.is_empty())?;
    let took = html::duration(record.outputs.iter().map(|output| output.micros).sum());
    let took = took.map(|took| format!(", {} {took}", words.get("within"))).unwrap_or_default();
    Some(format!("{all}{took}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_of_all_its_outputs_where_they_were_made() {
        let made = |date: &str, load| Made {
            date: date.to_owned(),
            rustc: "rustc 1.95.0".to_owned(),
            host: "x86_64-unknown-linux-gnu".to_owned(),
            cores: 2,
            load,
            ..Made::default()
        };
        let mut record = Record::default();
        let words = Words::read(include_str!("../../templates/words/en.toml")).unwrap();
        assert_eq!(provenance(&record, &words), None);
        let runs = [("2026-11-22", None), ("2026-03-01", Some(3)), ("2026-03-01", Some(1))];
        for (date, load) in runs.into_iter().chain([("2026-03-01", None)]) {
            made(date, load).add_to(&mut record.made);
        }
        assert_eq!(
            provenance(&record, &words).unwrap(),
            "Outputs recorded on 2026-03-01 with rustc 1.95.0 on x86_64-unknown-linux-gnu, 2 cores, \
             3\u{a0}% busy with other things; Outputs recorded on 2026-11-22 with rustc 1.95.0 on \
             x86_64-unknown-linux-gnu, 2 cores."
        );
    }

    #[test]
    fn a_page_of_a_large_course_lists_the_nearest_lessons() {
        for (count, at, expected) in [
            (3, 2, 0..3),
            (60, 59, 0..60),
            (61, 0, 0..60),
            (1_000, 29, 0..60),
            (1_000, 500, 470..530),
            (1_000, 999, 940..1_000),
        ] {
            assert_eq!(listed(count, Kind::Lesson(at)), expected, "{at} of {count}");
        }
        assert_eq!(listed(1_000, Kind::Landing), 0..60);
    }
}
