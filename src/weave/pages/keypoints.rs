//! What readers are to remember, lesson by lesson.

use serde::Serialize;

use super::{Skin, Text, page_path, part};

#[derive(Serialize)]
struct Keypoints<'a> {
    lessons: Vec<Lesson<'a>>,
}

#[derive(Serialize)]
struct Lesson<'a> {
    title: &'a str,
    url: String,
    keypoints: String,
}

/// None where no lesson has key points.
pub fn body(lessons: &[Text], skin: &Skin) -> Result<Option<String>, String> {
    let with_some = lessons.iter().filter(|text| !text.shown.keypoints.is_empty());
    let lessons: Vec<Lesson> = with_some
        .map(|text| Lesson {
            title: text.lesson.title(),
            url: page_path(&text.lesson.name),
            keypoints: part(text, &text.shown.keypoints.concat()),
        })
        .collect();
    if lessons.is_empty() {
        return Ok(None);
    }
    skin.render("keypoints.html", &Keypoints { lessons }).map(Some)
}
