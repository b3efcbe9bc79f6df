//! All lessons on one page: to print, or to search with the browser.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Skin, Text, anchors, page_path};

#[derive(Serialize)]
struct All<'a> {
    lessons: Vec<Lesson<'a>>,
}

#[derive(Serialize)]
struct Lesson<'a> {
    title: &'a str,
    id: String,
    url: String,
    body: String,
}

/// So many bytes at most, which are some 50 long lessons: more takes browsers seconds to show, and
/// nobody prints it. Counted in bytes, since a course of many short lessons is read and printed well.
const MOST: usize = 4_000_000;

/// None where there is but one lesson, whose page is that already, or too much for one page.
pub fn body(lessons: &[Text], skin: &Skin) -> Result<Option<String>, String> {
    let size: usize = lessons.iter().map(|text| text.html.len()).sum();
    if lessons.len() < 2 || size > MOST {
        return Ok(None);
    }
    let names = lessons.iter().map(|text| (page_path(&text.lesson.name), &text.lesson.name));
    let names: BTreeMap<String, &String> = names.collect();
    let page = |link: &str| {
        let (page, fragment) = link.split_once('#').unwrap_or((link, ""));
        Some(format!("#{}", anchors::id(names.get(page)?, fragment)))
    };
    let lessons = lessons.iter().map(|text| {
        let name = &text.lesson.name;
        Lesson {
            title: text.lesson.title(),
            id: anchors::id(name, ""),
            url: page_path(name),
            body: anchors::moved(&text.html, &anchors::Move { name, page: &page, deeper: true }),
        }
    });
    skin.render("all.html", &All { lessons: lessons.collect() }).map(Some)
}
