//! The challenges of all lessons, with their solutions.

use serde::Serialize;

use super::{Skin, Text, page_path, part};

#[derive(Serialize)]
struct Exercises<'a> {
    lessons: Vec<Lesson<'a>>,
}

#[derive(Serialize)]
struct Lesson<'a> {
    title: &'a str,
    url: String,
    challenges: Vec<Challenge>,
}

#[derive(Serialize)]
struct Challenge {
    /// Where it stands in its lesson.
    url: String,
    html: String,
}

/// None where no lesson has a challenge.
pub fn body(lessons: &[Text], skin: &Skin) -> Result<Option<String>, String> {
    let with_some = lessons.iter().filter(|text| !text.shown.challenges.is_empty());
    let lessons: Vec<Lesson> = with_some
        .map(|text| {
            let url = page_path(&text.lesson.name);
            let challenges = text
                .shown
                .challenges
                .iter()
                .map(|(id, html)| Challenge { url: format!("{url}#{id}"), html: part(text, html) });
            Lesson {
                title: text.lesson.title(),
                challenges: challenges.collect(),
                url: url.clone(),
            }
        })
        .collect();
    if lessons.is_empty() {
        return Ok(None);
    }
    skin.render("exercises.html", &Exercises { lessons }).map(Some)
}
