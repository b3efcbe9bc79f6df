//! The schedule of a course: when each lesson begins, and what it asks.

use serde::Serialize;

use super::{Skin, Text, page_path, part};
use crate::model::course::Course;

#[derive(Serialize)]
struct Schedule<'a> {
    units: Vec<Unit<'a>>,
    /// How many of them are over when all is done: what stands behind takes no time.
    timed: usize,
    /// Whether the times are those of a clock; else they count from the beginning.
    has_start: bool,
    /// When all is done; none where no lesson says how long it takes.
    finish: Option<String>,
    total: Option<Duration>,
}

/// Lessons that are taught as one.
#[derive(Serialize)]
struct Unit<'a> {
    title: Option<&'a str>,
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    /// `9:40`; none of a lesson that takes no time, which is not taught but read.
    begins: Option<String>,
    title: &'a str,
    url: String,
    teaching: Option<u32>,
    exercises: Option<u32>,
    /// HTML.
    questions: Option<String>,
    pause: Option<Pause>,
}

#[derive(Serialize)]
struct Pause {
    begins: String,
    minutes: u32,
}

#[derive(Serialize)]
struct Duration {
    hours: u32,
    minutes: u32,
}

/// The schedule as HTML; `lessons` are those of the course, as they were woven.
///
/// # Errors
///
/// Where the theme cannot show it.
pub fn schedule(course: &Course, lessons: &[Text], skin: &Skin) -> Result<String, String> {
    let start = course.settings.start.unwrap_or(0);
    let mut now = start;
    let units = lessons.chunk_by(|one, next| one.lesson.unit == next.lesson.unit);
    let units: Vec<Unit> = units
        .map(|lessons| Unit {
            title: lessons[0].lesson.unit.map(|at| &*course.settings.units[at].title),
            entries: lessons.iter().map(|text| entry(text, &mut now)).collect(),
        })
        .collect();
    let timed = units.iter().rposition(|unit| unit.entries.iter().any(|it| it.begins.is_some()));
    let total = now - start;
    let schedule = Schedule {
        units,
        timed: timed.map_or(0, |last| last + 1),
        has_start: course.settings.start.is_some(),
        finish: (total > 0).then(|| clock(now)),
        total: (total > 0).then_some(Duration { hours: total / 60, minutes: total % 60 }),
    };
    skin.render("schedule.html", &schedule)
}

/// A lesson that begins now; what comes next begins when it is over.
fn entry<'a>(text: &'a Text, now: &mut u32) -> Entry<'a> {
    let Text { lesson, shown, .. } = text;
    let meta = &lesson.meta;
    let begins = (meta.minutes() > 0).then(|| clock(*now));
    *now += meta.teaching.unwrap_or(0) + meta.exercises.unwrap_or(0);
    let pause = meta
        .pause
        .filter(|minutes| *minutes > 0)
        .map(|minutes| Pause { begins: clock(*now), minutes });
    *now += meta.pause.unwrap_or(0);
    Entry {
        begins,
        title: lesson.title(),
        url: page_path(&lesson.name),
        teaching: meta.teaching,
        exercises: meta.exercises,
        questions: shown.questions.as_deref().map(|questions| part(text, questions)),
        pause,
    }
}

/// A time of day; what goes on past midnight begins the next day's.
fn clock(minutes: u32) -> String {
    format!("{}:{:02}", minutes / 60 % 24, minutes % 60)
}
