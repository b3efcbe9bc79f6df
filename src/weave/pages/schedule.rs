//! The schedule of a course: when each lesson begins, and what it asks.

use serde::Serialize;

use super::{Skin, Told};
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
    questions: Option<&'a str>,
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

/// The schedule as HTML, for the landing page.
///
/// # Errors
///
/// Where the theme cannot show it.
pub fn body(course: &Course, lessons: &[Told], skin: &Skin) -> Result<Option<String>, String> {
    let start = course.settings.start.unwrap_or(0);
    let mut now = start;
    let units = lessons.chunk_by(|one, next| one.unit == next.unit);
    let units: Vec<Unit> = units
        .map(|lessons| Unit {
            title: lessons[0].unit.as_deref(),
            entries: lessons.iter().map(|told| entry(told, &mut now)).collect(),
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
    skin.render("schedule.html", &schedule).map(Some)
}

/// A lesson that begins now; what comes next begins when it is over.
fn entry<'a>(told: &'a Told, now: &mut u32) -> Entry<'a> {
    let minutes = [told.teaching, told.exercises, told.pause].into_iter().flatten().sum::<u32>();
    let begins = (minutes > 0).then(|| clock(*now));
    *now += told.teaching.unwrap_or(0) + told.exercises.unwrap_or(0);
    let pause = told
        .pause
        .filter(|minutes| *minutes > 0)
        .map(|minutes| Pause { begins: clock(*now), minutes });
    *now += told.pause.unwrap_or(0);
    Entry {
        begins,
        title: &told.title,
        url: told.url(),
        teaching: told.teaching,
        exercises: told.exercises,
        questions: told.shown.questions.as_deref(),
        pause,
    }
}

/// A time of day; what goes on past midnight begins the next day's.
fn clock(minutes: u32) -> String {
    format!("{}:{:02}", minutes / 60 % 24, minutes % 60)
}
