//! One page, among all others as they were.

use std::sync::Arc;

use super::{
    Around, Common, Formulas, Found, Given, Memo, Text, blocks_of, diagrams,
    figures::Figures,
    links::Links,
    math,
    page::Frame,
    page_path, pages,
    sheet::{Kind, Sheet},
    woven, woven_of,
};
use crate::{
    memo::{Extent, Same},
    model::{course::Lesson, diagnostic::has_errors, site::Page},
};

/// The page of a text of the course; none where the site was not woven before with these settings and this
/// theme, or where the page is made of other texts too.
pub fn among_others(
    around: &Around,
    lesson: &Arc<Lesson>,
    given: &Given,
    memo: &mut Memo,
) -> Option<Page> {
    let Around { course, files, pictures, sources, theme } = *around;
    let (places, signs) = (memo.places.clone()?, memo.signs.clone()?);
    let (outline, look) = (memo.outline.clone()?, memo.look.clone()?);
    let asked = (Same::of(&course.settings), Same::of(&theme.templates));
    let words = memo.words.get(&(), &asked)?;
    if pages::gathers(&lesson.name, course) {
        return None;
    }
    let place = course.lessons.iter().position(|it| it.source == lesson.source);
    let skin = theme.speaking(&words.value);

    let mut found = |lesson: &Arc<Lesson>| {
        let of = |lesson: &Same<Lesson>| Arc::new(Found::of(&lesson.0, sources));
        memo.found.one(lesson.source, Same::of(lesson), of)
    };
    let own = found(lesson);
    let blocks = match place {
        Some(_) => {
            let package = course.lessons.iter().filter(|it| it.package == lesson.package);
            let all: Vec<Same<Found>> = package.map(|it| Same(found(it))).collect();
            memo.blocks.one(lesson.package.clone(), all, |all| blocks_of(all))
        }
        None => Arc::clone(&memo.no_blocks),
    };
    let common = Common {
        sources,
        formulas: Formulas::new(),
        macros: math::macros(&course.settings),
        links: Links::new(course, files, pictures, sources),
        skin: &skin,
        settings: &course.settings,
        diagrams: &diagrams(&[Arc::clone(&own)], Extent::Part, &mut memo.diagrams),
    };
    let figures = Figures { own: &own.figures, places: &places, words: skin.words };
    let refers = own.refers.then_some(&places);
    let made_of = woven_of(around, lesson, given, &blocks, refers, &signs);
    let woven = memo
        .woven
        .one(lesson.source, made_of, |made_of| Arc::new(woven(made_of, &figures, &common)));
    if has_errors(&woven.diagnostics) {
        return None;
    }

    let Given { record, download, .. } = given;
    let text = Text { lesson, record: record.as_ref(), download: download.as_ref(), woven };
    let sheet = Sheet::of(&text, place.map_or(Kind::Page, Kind::Lesson));
    let frame = Frame { course, look: &look, outline: &outline, sources };
    let made_of = frame.framed_of(&sheet, theme);
    let html = memo.framed.one(lesson.name.clone(), made_of, |_| frame.page(&sheet, &skin)).ok()?;
    Some(Page { path: page_path(&lesson.name), html, gathers: false })
}
