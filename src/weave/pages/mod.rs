//! The pages of a site: those of the course's texts, and those that are made of several. Each of
//! the latter has a file here and a template of its own.

mod all;
mod citation;
mod exercises;
mod keypoints;
mod machines;
mod notes;
mod schedule;

pub use machines::files;

use std::sync::Arc;

use serde::Serialize;

use super::{
    Around, Material, Text, Texts, Woven, anchors, figures,
    html::{self, Shown},
    page, page_path,
    sheet::{Kind, Sheet},
    template::{Skin, Templates},
};
use crate::{
    memo::{self, Same, settled},
    model::{
        course::{Course, Lesson, Settings},
        diagnostic::Diagnosed,
        excerpt::Excerpt,
    },
};

/// What pages that gather are made of: the lessons' words, the settings, and how they look.
type GatheredOf = (Same<Vec<Told>>, Same<Settings>, Same<Templates>);

/// What the pages that gather were made of last.
#[derive(Default)]
pub struct Memo {
    told: Option<Arc<Vec<Told>>>,
    gathered: memo::Memo<&'static str, GatheredOf, Body>,
    all: AllMemo,
    figures: FiguresMemo,
}

type AllMemo = memo::Memo<(), (Vec<Same<Woven>>, GatheredOf), Body>;
type FiguresMemo = memo::Memo<(), (Vec<figures::Group>, Same<Templates>, Same<Settings>), Body>;

/// Makes a body of what the lessons give.
type Gather = fn(&Course, &[Told], &Skin) -> Result<Option<String>, String>;

/// A body; none where there is nothing to gather.
type Body = Result<Option<Arc<str>>, String>;

/// The first page, on which the schedule stands.
const LANDING: &str = "index";
const SCHEDULE: &str = "schedule";

/// So many bytes of lessons one page shows at most, which are some 50 long ones: more takes browsers seconds to
/// show, and nobody prints it. Counted in bytes, since a course of many short lessons is read and printed well.
const MOST: usize = 4_000_000;

/// The page of what is said to instructors.
const NOTES: &str = "instructor-notes";

/// Whether a page shows what stands in others.
pub fn gathers(page: &str, course: &Course) -> bool {
    matches!(page, LANDING | NOTES) || course.texts().all(|text| text.name != page)
}

/// What a lesson gives to pages that gather.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    name: String,
    title: String,
    /// The title of its unit.
    unit: Option<String>,
    /// Minutes.
    teaching: Option<u32>,
    exercises: Option<u32>,
    pause: Option<u32>,
    shown: Arc<Shown>,
}

impl Told {
    fn of(text: &Text, unit: Option<&str>) -> Self {
        let Text { lesson, woven, .. } = text;
        Self {
            name: lesson.name.clone(),
            title: lesson.title().to_owned(),
            unit: unit.map(str::to_owned),
            teaching: lesson.meta.teaching,
            exercises: lesson.meta.exercises,
            pause: lesson.meta.pause,
            shown: Arc::clone(&woven.shown),
        }
    }

    fn url(&self) -> String {
        page_path(&self.name)
    }
}

/// Every page. A text of the course with a view's name takes that one's place.
pub fn sheets<'a>(
    material: &Material<'a>,
    texts: &'a Texts<'a>,
    skin: &Skin,
    memo: &mut Memo,
) -> Diagnosed<Vec<Sheet<'a>>> {
    let Around { course, theme, .. } = material.around;
    let mut diagnostics = vec![];
    let told = texts.lessons.iter().enumerate().map(|(at, text)| Told::of(text, course.unit(at)));
    let told = settled(&mut memo.told, &told.collect());
    let made_of = || (Same::of(&told), Same::of(&course.settings), Same::of(&theme.templates));
    let mut gathered = |name, body: Gather| {
        let make = |_: &GatheredOf| body(course, &told, skin).map(|body| body.map(Arc::from));
        // It stands on the landing page.
        let page = if name == SCHEDULE { LANDING } else { name };
        memo.gathered.one_if(material.needs(page), name, made_of(), make)
    };
    let mut sheets = vec![landing(course, texts)];
    match gathered(SCHEDULE, schedule::body) {
        Ok(schedule) => {
            let parts = [Some(&sheets[0].body), schedule.as_ref()];
            sheets[0].body =
                parts.into_iter().flatten().map(|part| &**part).collect::<String>().into();
        }
        Err(error) => diagnostics.push(html::template_error(error, sheets[0].start())),
    }
    let lessons = texts.lessons.iter().enumerate();
    sheets.extend(lessons.map(|(at, text)| Sheet::of(text, Kind::Lesson(at))));
    sheets.extend(texts.pages.iter().map(|text| Sheet::of(text, Kind::Page)));
    let mut notes = gathered(NOTES, notes::body);
    // What a course says to its instructors comes before what its lessons do.
    if let Some(own) = sheets.iter_mut().find(|sheet| sheet.name == NOTES)
        && let Ok(Some(notes)) = &mut notes
    {
        own.body = [&*own.body, notes].concat().into();
    }
    let bodies = [
        (NOTES, Kind::Notes, notes),
        ("keypoints", Kind::View, gathered("keypoints", keypoints::body)),
        ("exercises", Kind::View, gathered("exercises", exercises::body)),
        ("all", Kind::View, all(texts, made_of(), material.needs("all"), skin, &mut memo.all)),
        ("figures", Kind::View, gallery(material, texts, skin, &mut memo.figures)),
        ("citation", Kind::View, shared(citation::body(course.citation.as_ref(), skin))),
        ("404", Kind::Missing, shared(missing(course, skin))),
    ];
    for (name, kind, body) in bodies {
        if sheets.iter().any(|sheet| sheet.name == name) {
            continue;
        }
        match body {
            Ok(body) => sheets.extend(body.map(|body| {
                let key = format!("page_{}", name.replace('-', "_"));
                let title = skin.words.get(&key).to_owned();
                Sheet { name, title, kind, body, text: None }
            })),
            Err(error) => diagnostics.push(html::template_error(error, sheets[0].start())),
        }
    }
    Diagnosed { value: sheets, diagnostics }
}

fn shared(body: Result<Option<String>, String>) -> Body {
    body.map(|body| body.map(Arc::from))
}

/// All lessons on one page.
fn all(
    texts: &Texts,
    made_of: GatheredOf,
    is_needed: bool,
    skin: &Skin,
    memo: &mut AllMemo,
) -> Body {
    if !all::is_made_of(&texts.lessons) {
        return Ok(None);
    }
    let woven = texts.lessons.iter().map(|text| Same::of(&text.woven)).collect();
    memo.one_if(is_needed, (), (woven, made_of), |_| {
        shared(all::body(&texts.lessons, skin).map(Some))
    })
}

/// The page of all figures; none where there are none.
fn gallery(material: &Material, texts: &Texts, skin: &Skin, memo: &mut FiguresMemo) -> Body {
    #[derive(Serialize)]
    struct Gallery<'a> {
        groups: Vec<Group<'a>>,
    }
    #[derive(Serialize)]
    struct Group<'a> {
        title: &'a str,
        figures: &'a [figures::Entry],
    }
    let with_some = texts.all().filter(|text| !text.woven.gallery.is_empty());
    let groups = with_some.map(|text| figures::Group {
        title: text.lesson.title().to_owned(),
        figures: Arc::clone(&text.woven.gallery),
    });
    let groups: Vec<figures::Group> = groups.collect();
    if groups.is_empty() {
        return Ok(None);
    }
    let Around { course, theme, .. } = material.around;
    let made_of = (groups, Same::of(&theme.templates), Same::of(&course.settings));
    memo.one_if(material.needs("figures"), (), made_of, |(groups, ..)| {
        let groups = groups.iter();
        let groups = groups.map(|group| Group { title: &group.title, figures: &group.figures });
        shared(skin.render("figures.html", &Gallery { groups: groups.collect() }).map(Some))
    })
}

/// The landing page, which a course has without an `index.md` too.
fn landing<'a>(course: &Course, texts: &'a Texts<'a>) -> Sheet<'a> {
    let (title, kind) = (page::course_title(course).to_owned(), Kind::Landing);
    match &texts.index {
        Some(text) => Sheet { title, ..Sheet::of(text, kind) },
        None => Sheet { name: LANDING, title, kind, body: Arc::from(""), text: None },
    }
}

/// What a server shows where there is no page.
fn missing(course: &Course, skin: &Skin) -> Result<Option<String>, String> {
    #[derive(Serialize)]
    struct Missing<'a> {
        root: &'a str,
    }
    skin.render("404.html", &Missing { root: page::root(course, Kind::Missing) }).map(Some)
}

/// What a text's page shows elsewhere too, for pages that show several. Challenges stay what they are on their own
/// page: where there are many, no page shows them.
pub fn shown(lesson: &Lesson, shown: Shown, page: &Arc<str>) -> Shown {
    let moved = |html: &str| moved(&lesson.name, html);
    let challenges = shown
        .challenges
        .into_iter()
        .map(|it| html::Challenge { html: Excerpt::within(page, &it.html), ..it });
    let keypoints = shown.keypoints.concat();
    let notes = shown.notes.into_iter().map(|note| html::Note {
        title: note.title.as_deref().map(moved),
        html: moved(&note.html),
        ..note
    });
    Shown {
        questions: shown.questions.as_deref().map(moved),
        keypoints: if keypoints.is_empty() { vec![] } else { vec![moved(&keypoints)] },
        challenges: challenges.collect(),
        notes: notes.collect(),
    }
}

/// A part of the page of this name, for pages that show several.
fn moved(name: &str, html: &str) -> String {
    anchors::moved(html, &anchors::Move { name, page: &|_| None, deeper: false })
}
