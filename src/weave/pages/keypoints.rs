//! What readers are to remember, lesson by lesson.

use serde::Serialize;

use super::{Skin, Told};
use crate::model::course::Course;

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
///
/// # Errors
///
/// Where the theme cannot show it.
pub fn body(_: &Course, lessons: &[Told], skin: &Skin) -> Result<Option<String>, String> {
    let with_some = lessons.iter().filter(|told| !told.shown.keypoints.is_empty());
    let lessons = with_some.map(|told| Lesson {
        title: &told.title,
        url: told.url(),
        keypoints: told.shown.keypoints.concat(),
    });
    let lessons: Vec<Lesson> = lessons.collect();
    if lessons.is_empty() {
        return Ok(None);
    }
    skin.render("keypoints.html", &Keypoints { lessons }).map(Some)
}
