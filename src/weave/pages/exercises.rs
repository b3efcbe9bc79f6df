//! The challenges of all lessons, with their solutions.

use serde::Serialize;

use super::{Skin, Told};
use crate::model::course::Course;

#[derive(Serialize)]
struct Exercises<'a> {
    lessons: Vec<Lesson<'a>>,
}

#[derive(Serialize)]
struct Lesson<'a> {
    title: &'a str,
    url: String,
    challenges: Vec<Challenge<'a>>,
}

#[derive(Serialize)]
struct Challenge<'a> {
    /// Where it stands in its lesson.
    url: String,
    html: &'a str,
}

/// None where no lesson has a challenge.
///
/// # Errors
///
/// Where the theme cannot show it.
pub fn body(_: &Course, lessons: &[Told], skin: &Skin) -> Result<Option<String>, String> {
    let with_some = lessons.iter().filter(|told| !told.shown.challenges.is_empty());
    let lessons = with_some.map(|told| {
        let url = told.url();
        let challenges = told.shown.challenges.iter();
        let challenges =
            challenges.map(|(id, html)| Challenge { url: format!("{url}#{id}"), html });
        let challenges = challenges.collect();
        Lesson { title: &told.title, challenges, url }
    });
    let lessons: Vec<Lesson> = lessons.collect();
    if lessons.is_empty() {
        return Ok(None);
    }
    skin.render("exercises.html", &Exercises { lessons }).map(Some)
}
