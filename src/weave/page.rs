//! A whole page: its body with what stands around it, which is the same for all but for where they are.

use std::{ops::Range, sync::Arc};

use serde::Serialize;

use super::{
    Section, Woven, edit, html, look,
    metadata::{Metadata, metadata},
    page_path,
    sheet::{Kind, Sheet, for_instructors},
    template::{Skin, Templates, Theme},
};
use crate::{
    memo::{Same, Whole},
    model::{
        course::{Course, Lesson, Settings},
        download::Download,
        record::{Made, Record},
        site::Html,
        source::Sources,
        words::Words,
    },
};

/// What every page of a site shows of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    lessons: Vec<Listed>,
    pages: Vec<Listed>,
    views: Vec<Listed>,
    /// From each lesson's beginning to the end of the course, breaks included.
    minutes_left: Vec<u32>,
    /// Which lessons count: those that take time, or all where none does.
    counted: Vec<bool>,
    /// Whether a page is for instructors: such pages are listed on every page.
    for_instructors: bool,
}

/// A page as others list it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    name: String,
    title: String,
    unit: Option<String>,
    for_instructors: bool,
}

impl Outline {
    pub fn of(course: &Course, sheets: &[Sheet], sources: &Sources) -> Self {
        let listed = |sheet: &Sheet| Listed {
            name: sheet.name.to_owned(),
            title: sheet.title.clone(),
            unit: match sheet.kind {
                Kind::Lesson(at) => course.unit(at).map(str::to_owned),
                _ => None,
            },
            for_instructors: for_instructors(sheet, sources),
        };
        let those = |is_wanted: fn(Kind) -> bool| {
            let wanted = sheets.iter().filter(|sheet| is_wanted(sheet.kind));
            wanted.map(listed).collect::<Vec<_>>()
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
        let takes_time = |lesson: &Arc<Lesson>| lesson.meta.minutes() > 0;
        let is_timed = course.lessons.iter().any(takes_time);
        Self {
            lessons: those(|kind| matches!(kind, Kind::Lesson(_))),
            pages: those(|kind| kind == Kind::Page),
            views: those(Kind::gathers),
            minutes_left,
            counted: course.lessons.iter().map(|it| !is_timed || takes_time(it)).collect(),
            for_instructors: sheets.iter().any(|sheet| for_instructors(sheet, sources)),
        }
    }
}

/// A page's own text, what its runs gave, and what was woven of both.
type TextOf = (Same<Lesson>, Option<Same<Record>>, Option<Same<Download>>, Same<Woven>);

/// What a page is made of.
#[derive(PartialEq)]
pub struct FramedOf {
    title: String,
    kind: Kind,
    body: Whole<str>,
    /// Its own text.
    text: Option<TextOf>,
    outline: Same<Outline>,
    look: Same<look::Shown>,
    settings: Same<Settings>,
    theme: Same<Templates>,
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

/// What stands around every page of a site.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    pub course: &'a Course,
    pub look: &'a Arc<look::Shown>,
    pub outline: &'a Arc<Outline>,
    pub sources: &'a Sources,
}

impl<'a> Frame<'a> {
    /// What one of the sheets becomes a page of.
    pub fn framed_of(&self, sheet: &Sheet, theme: &Theme) -> FramedOf {
        let text = sheet.text.map(|text| {
            let (record, download) = (text.record.map(Same::of), text.download.map(Same::of));
            (Same::of(text.lesson), record, download, Same::of(&text.woven))
        });
        FramedOf {
            title: sheet.title.clone(),
            kind: sheet.kind,
            body: Whole(Arc::clone(&sheet.body)),
            text,
            outline: Same::of(self.outline),
            look: Same::of(self.look),
            settings: Same::of(&self.course.settings),
            theme: Same::of(&theme.templates),
        }
    }

    /// One of the sheets as a page of the site.
    ///
    /// # Errors
    ///
    /// Where the theme cannot show it.
    pub fn page(&self, sheet: &'a Sheet, skin: &Skin) -> Result<Arc<Html>, String> {
        let Self { course, look, outline, sources } = *self;
        let Settings { description, repository, license, .. } = &*course.settings;
        let neighbour = |at: usize| {
            let lesson = outline.lessons.get(at)?;
            Some(Neighbour { title: &lesson.title, url: page_path(&lesson.name) })
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
        let download = sheet.text.and_then(|text| text.download);
        let nearest = listed(outline.lessons.len(), sheet.kind);
        let entry = |other: &'a Listed| entry(other, sheet);
        let context = PageContext {
            whole_list: (nearest.len() < outline.lessons.len()).then_some(WHOLE_LIST),
            units: units(&outline.lessons[nearest], entry),
            pages: outline.pages.iter().map(entry).collect(),
            views: outline.views.iter().map(entry).collect(),
            course: CourseContext {
                title: course_title(course),
                description: description.as_deref(),
                language: course.settings.language(),
                repository: repository.as_deref(),
                license: license.as_deref(),
                look,
                translations: translations(&course.settings, skin),
            },
            page: PageItself {
                title: &sheet.title,
                kind,
                root: root(course, sheet.kind),
                body: &sheet.body,
                description: description.as_deref(),
                provenance: sheet.text.and_then(|text| provenance(text.record?, skin.words)),
                edit: sheet
                    .text
                    .and_then(|text| {
                        edit::Place::of(&course.settings, &sources.get(text.lesson.source).path)
                    })
                    .map(|place| place.edit),
                place: self.place(sheet.kind),
                archive: download.and_then(|download| download.archive.as_deref()),
                notebooks: download.map_or(&[], |download| &download.notebooks),
                metadata: metadata(course, sheet),
                for_instructors: outline.for_instructors
                    || sheet.body.contains("class=\"callout instructor"),
                folds: sheet.body.contains("<details class=\"callout"),
            },
            previous,
            next,
        };
        let html = skin.render("page.html", &context)?;
        Ok(Arc::new(Html::around(&sheet.body, &html)))
    }

    fn place(&self, kind: Kind) -> Option<Place> {
        let Kind::Lesson(at) = kind else { return None };
        // What takes no time is read beside the lessons that are taught, and has no place among them.
        let Outline { counted, minutes_left, .. } = &**self.outline;
        let number = counted[..=at].iter().filter(|counts| **counts).count();
        let count = counted.iter().filter(|counts| **counts).count();
        counted[at].then_some(Place { number, count, minutes_left: minutes_left[at] })
    }
}

fn translations<'a>(settings: &'a Settings, skin: &'a Skin) -> Vec<Translation<'a>> {
    let all = settings.translations.iter();
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
fn entry<'a>(other: &'a Listed, sheet: &'a Sheet) -> Entry<'a> {
    let current = other.name == sheet.name;
    Entry {
        title: &other.title,
        url: page_path(&other.name),
        current,
        for_instructors: other.for_instructors,
        sections: sheet.text.filter(|_| current).map_or(&[], |text| &text.woven.sections),
    }
}

/// The lessons, grouped as the settings say.
fn units<'a>(
    lessons: &'a [Listed],
    entry: impl Fn(&'a Listed) -> Entry<'a>,
) -> Vec<UnitContext<'a>> {
    let units = lessons.chunk_by(|one, next| one.unit == next.unit);
    let unit = |lessons: &'a [Listed]| UnitContext {
        title: lessons[0].unit.as_deref(),
        lessons: lessons.iter().map(&entry).collect(),
    };
    units.map(unit).collect()
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
