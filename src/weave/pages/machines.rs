//! What machines that crawl the web are told of the site.

use serde::Serialize;

use super::{Kind, Sheet, Skin, page_path};
use crate::model::{
    course::Course,
    site::{Asset, Content},
};

#[derive(Serialize)]
struct Context<'a> {
    url: Option<&'a str>,
    /// Paths below it.
    pages: Vec<String>,
}

/// `robots.txt`, and where the site's address is known, `sitemap.xml`, which needs whole addresses.
///
/// # Errors
///
/// Where the theme cannot show one.
pub fn files(course: &Course, sheets: &[Sheet], skin: &Skin) -> Result<Vec<Asset>, String> {
    let found = sheets.iter().filter(|sheet| sheet.kind != Kind::Missing);
    let url = course.settings.url.as_deref();
    let context = Context { url, pages: found.map(|sheet| page_path(sheet.name)).collect() };
    let sitemap = url.map(|_| "sitemap.xml");
    let paths = std::iter::once("robots.txt").chain(sitemap);
    let file = |path: &str| {
        let text = skin.render(path, &context)?;
        Ok(Asset { path: path.to_owned(), content: Content::Bytes(text.into_bytes().into()) })
    };
    paths.map(file).collect()
}
