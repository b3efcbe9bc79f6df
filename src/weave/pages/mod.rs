//! The pages of a site: those of the course's texts, and those that are made of several. Each of
//! the latter has a file here and a template of its own.

mod all;
mod exercises;
mod keypoints;
mod schedule;

use super::{
    Text, Texts, anchors, html, page,
    page::{Kind, Sheet},
    page_path,
    template::Skin,
};
use crate::model::{course::Course, diagnostic::Diagnosed};

/// What makes a page of the lessons: its body, if they give cause for one.
type View = fn(&[Text], &Skin) -> Result<Option<String>, String>;

/// In the order in which they are listed.
const VIEWS: [(&str, View); 3] =
    [("keypoints", keypoints::body), ("exercises", exercises::body), ("all", all::body)];

/// Every page. A text of the course with a view's name takes that one's place.
pub fn sheets<'a>(
    course: &'a Course,
    texts: &'a Texts<'a>,
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
    for (name, view) in VIEWS {
        if sheets.iter().any(|sheet| sheet.name == name) {
            continue;
        }
        match view(&texts.lessons, skin) {
            Ok(body) => sheets.extend(body.map(|body| {
                let title = skin.words.get(&format!("page_{name}")).to_owned();
                Sheet { name, title, kind: Kind::View, body, text: None }
            })),
            Err(error) => diagnostics.push(html::template_error(error, sheets[0].start())),
        }
    }
    Diagnosed { value: sheets, diagnostics }
}

/// The landing page, which a course has without an `index.md` too.
fn landing<'a>(course: &Course, texts: &'a Texts<'a>) -> Sheet<'a> {
    let (title, kind) = (page::course_title(course).to_owned(), Kind::Landing);
    match &texts.index {
        Some(text) => Sheet { title, ..Sheet::of(text, kind) },
        None => Sheet { name: "index", title, kind, body: String::new(), text: None },
    }
}

/// A part of a text's HTML for a page that shows several.
fn part(text: &Text, html: &str) -> String {
    let name = &text.lesson.name;
    anchors::moved(html, &anchors::Move { name, page: &|_| None, deeper: false })
}
