//! What is said to instructors, lesson by lesson.

use serde::Serialize;

use super::{Skin, Text, page_path, part};

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
    title: Option<String>,
    html: String,
}

#[derive(Serialize)]
struct Section<'a> {
    title: &'a str,
    url: String,
}

/// None where no lesson has a note.
pub fn body(lessons: &[Text], skin: &Skin) -> Result<Option<String>, String> {
    let with_some = lessons.iter().filter(|text| !text.shown.notes.is_empty());
    let lessons: Vec<Lesson> = with_some
        .map(|text| {
            let url = page_path(&text.lesson.name);
            let notes = text.shown.notes.iter().map(|note| Note {
                section: note
                    .section
                    .as_ref()
                    .map(|(id, title)| Section { title, url: format!("{url}#{id}") }),
                title: note.title.as_deref().map(|title| part(text, title)),
                html: part(text, &note.html),
            });
            Lesson { title: text.lesson.title(), notes: notes.collect(), url: url.clone() }
        })
        .collect();
    if lessons.is_empty() {
        return Ok(None);
    }
    skin.render("instructor-notes.html", &Notes { lessons }).map(Some)
}
