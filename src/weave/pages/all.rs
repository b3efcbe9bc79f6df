//! All lessons on one page: to print, or to search with the browser.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{MOST, Skin, Text, anchors, page_path};

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

/// Not of one lesson, whose page is that already, nor of too much for one page.
pub fn is_made_of(lessons: &[Text]) -> bool {
    let size: usize = lessons.iter().map(|text| text.woven.html.len()).sum();
    lessons.len() > 1 && size <= MOST
}

/// # Errors
///
/// Where the theme cannot show it.
pub fn body(lessons: &[Text], skin: &Skin) -> Result<String, String> {
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
            body: anchors::moved(
                &text.woven.html,
                &anchors::Move { name, page: &page, deeper: true },
            ),
        }
    });
    skin.render("all.html", &All { lessons: lessons.collect() })
}
