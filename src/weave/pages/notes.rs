//! What is said to instructors, lesson by lesson.

use serde::Serialize;

use super::{Skin, Told};
use crate::model::course::Course;

#[derive(Serialize)]
struct Notes<'a> {
    lessons: Vec<Lesson<'a>>,
}

#[derive(Serialize)]
struct Lesson<'a> {
    title: &'a str,
    url: String,
    notes: Vec<Note<'a>>,
}

#[derive(Serialize)]
struct Note<'a> {
    /// The section that it stands in.
    section: Option<Section<'a>>,
    /// HTML.
    title: Option<&'a str>,
    html: &'a str,
}

#[derive(Serialize)]
struct Section<'a> {
    title: &'a str,
    url: String,
}

/// None where no lesson has a note.
///
/// # Errors
///
/// Where the theme cannot show it.
pub fn body(_: &Course, lessons: &[Told], skin: &Skin) -> Result<Option<String>, String> {
    let with_some = lessons.iter().filter(|told| !told.shown.notes.is_empty());
    let lessons = with_some.map(|told| {
        let url = told.url();
        let notes = told.shown.notes.iter().map(|note| Note {
            section: note
                .section
                .as_ref()
                .map(|(id, title)| Section { title, url: format!("{url}#{id}") }),
            title: note.title.as_deref(),
            html: &note.html,
        });
        let notes = notes.collect();
        Lesson { title: &told.title, notes, url }
    });
    let lessons: Vec<Lesson> = lessons.collect();
    if lessons.is_empty() {
        return Ok(None);
    }
    skin.render("instructor-notes.html", &Notes { lessons }).map(Some)
}
