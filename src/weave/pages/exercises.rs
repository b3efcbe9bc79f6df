//! The challenges of all lessons, with their solutions; where that is too much for one page, where they stand.

use serde::Serialize;

use super::{MOST, Skin, Told, html, moved};
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
    title: &'a str,
    /// None where it is only named.
    html: Option<String>,
}

/// None where no lesson has a challenge.
///
/// # Errors
///
/// Where the theme cannot show it.
pub fn body(_: &Course, lessons: &[Told], skin: &Skin) -> Result<Option<String>, String> {
    let with_some = lessons.iter().filter(|told| !told.shown.challenges.is_empty());
    let all = lessons.iter().flat_map(|told| &told.shown.challenges);
    let is_shown = all.map(|challenge| challenge.html.len()).sum::<usize>() <= MOST;
    let lessons = with_some.map(|told| {
        let url = told.url();
        let challenges = told.shown.challenges.iter();
        let challenges = challenges.map(|html::Challenge { id, title, html }| Challenge {
            url: format!("{url}#{id}"),
            title,
            html: is_shown.then(|| moved(&told.name, html)),
        });
        let challenges = challenges.collect();
        Lesson { title: &told.title, challenges, url }
    });
    let lessons: Vec<Lesson> = lessons.collect();
    if lessons.is_empty() {
        return Ok(None);
    }
    skin.render("exercises.html", &Exercises { lessons }).map(Some)
}
