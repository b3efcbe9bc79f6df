//! The pages of a site: those of the course's texts, and those that are made of several. Each of
//! the latter has a file here and a template of its own.

mod all;
mod citation;
mod exercises;
mod keypoints;
mod machines;
mod notes;
mod schedule;

pub use machines::files;

use serde::Serialize;

use super::{
    Text, Texts, anchors,
    figures::Gallery,
    html, page,
    page::{Kind, Sheet},
    page_path,
    template::Skin,
};
use crate::model::{course::Course, diagnostic::Diagnosed};

/// Every page. A text of the course with a view's name takes that one's place.
pub fn sheets<'a>(
    course: &'a Course,
    texts: &'a Texts<'a>,
    figures: Option<Gallery>,
    skin: &Skin,
) -> Diagnosed<Vec<Sheet<'a>>> {
    let mut diagnostics = vec![];
    let mut sheets = vec![landing(course, texts)];
    match schedule::schedule(course, &texts.lessons, skin) {
        Ok(schedule) => sheets[0].body.push_str(&schedule),
        Err(error) => diagnostics.push(html::template_error(error, sheets[0].start())),
    }
    let lessons = texts.lessons.iter().enumerate();
    sheets.extend(lessons.map(|(at, text)| Sheet::of(text, Kind::Lesson(at))));
    sheets.extend(texts.pages.iter().map(|text| Sheet::of(text, Kind::Page)));
    let lessons = &texts.lessons;
    let mut notes = notes::body(lessons, skin);
    // What a course says to its instructors comes before what its lessons do.
    if let Some(own) = sheets.iter_mut().find(|sheet| sheet.name == NOTES)
        && let Ok(notes) = &mut notes
    {
        own.body.extend(notes.take());
    }
    let bodies = [
        (NOTES, Kind::Notes, notes),
        ("keypoints", Kind::View, keypoints::body(lessons, skin)),
        ("exercises", Kind::View, exercises::body(lessons, skin)),
        ("all", Kind::View, all::body(lessons, skin)),
        ("figures", Kind::View, figures.map(|it| skin.render("figures.html", &it)).transpose()),
        ("citation", Kind::View, citation::body(course.citation.as_ref(), skin)),
        ("404", Kind::Missing, missing(course, skin)),
    ];
    for (name, kind, body) in bodies {
        if sheets.iter().any(|sheet| sheet.name == name) {
            continue;
        }
        match body {
            Ok(body) => sheets.extend(body.map(|body| {
                let key = format!("page_{}", name.replace('-', "_"));
                let title = skin.words.get(&key).to_owned();
                Sheet { name, title, kind, body, text: None }
            })),
            Err(error) => diagnostics.push(html::template_error(error, sheets[0].start())),
        }
    }
    Diagnosed { value: sheets, diagnostics }
}

/// The page of what is said to instructors.
const NOTES: &str = "instructor-notes";

/// The landing page, which a course has without an `index.md` too.
fn landing<'a>(course: &Course, texts: &'a Texts<'a>) -> Sheet<'a> {
    let (title, kind) = (page::course_title(course).to_owned(), Kind::Landing);
    match &texts.index {
        Some(text) => Sheet { title, ..Sheet::of(text, kind) },
        None => Sheet { name: "index", title, kind, body: String::new(), text: None },
    }
}

/// What a server shows where there is no page.
fn missing(course: &Course, skin: &Skin) -> Result<Option<String>, String> {
    #[derive(Serialize)]
    struct Missing<'a> {
        root: &'a str,
    }
    skin.render("404.html", &Missing { root: page::root(course, Kind::Missing) }).map(Some)
}

/// A part of a text's HTML for a page that shows several.
fn part(text: &Text, html: &str) -> String {
    let name = &text.lesson.name;
    anchors::moved(html, &anchors::Move { name, page: &|_| None, deeper: false })
}
