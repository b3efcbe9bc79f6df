//! What a page tells search engines and those who link to it.

use serde::Serialize;
use serde_json::json;

use super::{
    page::course_title,
    page_path,
    sheet::{Kind, Sheet},
};
use crate::model::course::{Course, Settings};

#[derive(Serialize)]
pub struct Metadata {
    /// The page's own address, where that of the site is known.
    canonical: Option<String>,
    /// JSON-LD, ready to stand in a script element.
    data: String,
}

/// Source: schema.org, `LearningResource` and `Course`.
pub fn metadata(course: &Course, sheet: &Sheet) -> Metadata {
    let Settings { description, license, url, .. } = &*course.settings;
    let is_found = sheet.kind != Kind::Missing;
    let canonical = url.as_ref().filter(|_| is_found).map(|url| match sheet.kind {
        Kind::Landing => url.clone(),
        _ => format!("{url}{}", page_path(sheet.name)),
    });
    let minutes = sheet.text.map_or(0, |text| {
        let meta = &text.lesson.meta;
        meta.teaching.unwrap_or(0) + meta.exercises.unwrap_or(0)
    });
    let whole = json!({ "@type": "Course", "name": course_title(course), "url": url });
    let data = json!({
        "@context": "https://schema.org",
        "@type": if sheet.kind == Kind::Landing { "Course" } else { "LearningResource" },
        "name": sheet.title,
        "description": description,
        "inLanguage": course.settings.language(),
        "license": license,
        "url": canonical,
        "timeRequired": (minutes > 0).then(|| format!("PT{minutes}M")),
        "isPartOf": (sheet.kind != Kind::Landing).then_some(whole),
    });
    // Nothing in it may end the element that it stands in.
    Metadata { canonical, data: without_nulls(data).to_string().replace('<', "\\u003c") }
}

fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        other => other,
    }
}
