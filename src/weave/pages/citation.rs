//! How the course is to be cited.

use serde::Serialize;

use super::Skin;
use crate::model::course::{Author, Citation};

#[derive(Serialize)]
struct Context<'a> {
    message: Option<&'a str>,
    authors: String,
    year: Option<&'a str>,
    title: &'a str,
    version: Option<&'a str>,
    link: Option<String>,
    bibtex: String,
}

/// None where nothing says how, or not even a title.
///
/// # Errors
///
/// Where the theme cannot show it.
pub fn body(citation: Option<&Citation>, skin: &Skin) -> Result<Option<String>, String> {
    let Some((citation, title)) = citation.and_then(|it| Some((it, it.title.as_deref()?))) else {
        return Ok(None);
    };
    let link = citation.doi.as_deref().map(|doi| format!("https://doi.org/{doi}"));
    let context = Context {
        message: citation.message.as_deref(),
        authors: authors(&citation.authors),
        year: year(citation),
        title,
        version: citation.version.as_deref(),
        link: link.or_else(|| citation.url.clone()),
        bibtex: bibtex(citation, title),
    };
    skin.render("citation.html", &context).map(Some)
}

fn year(citation: &Citation) -> Option<&str> {
    citation.date.as_deref().and_then(|date| date.split('-').next())
}

/// `Lovelace, A., van Gogh, V., & The Rust Course Collective`
///
/// Source: Publication Manual of the American Psychological Association, 7th edition, 9.8.
fn authors(authors: &[Author]) -> String {
    let mut names: Vec<String> = authors.iter().map(in_list).collect();
    match names.pop() {
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{}, & {last}", names.join(", ")),
        None => String::new(),
    }
}

fn in_list(Author { given, family }: &Author) -> String {
    let given = given.as_deref().unwrap_or_default();
    let initials = given.split_whitespace().filter_map(|name| name.chars().next());
    let initials: String = initials.map(|initial| format!(" {initial}.")).collect();
    if initials.is_empty() { family.clone() } else { format!("{family},{initials}") }
}

fn bibtex(citation: &Citation, title: &str) -> String {
    let names = citation.authors.iter().map(|Author { given, family }| match given {
        Some(given) => format!("{}, {}", tex(family), tex(given)),
        // Braces keep a group's name in one piece.
        None => format!("{{{}}}", tex(family)),
    });
    let names = names.collect::<Vec<_>>().join(" and ");
    let fields = [
        ("author", Some(names).filter(|names| !names.is_empty())),
        ("title", Some(format!("{{{}}}", tex(title)))),
        ("year", year(citation).map(str::to_owned)),
        ("version", citation.version.as_deref().map(tex)),
        ("doi", citation.doi.clone()),
        ("url", citation.url.clone()),
    ];
    let fields = fields
        .iter()
        .filter_map(|(key, value)| value.as_ref().map(|value| format!("  {key} = {{{value}}},\n")));
    let first = citation.authors.first().map_or(title, |author| &author.family);
    let key = first.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let year = year(citation).unwrap_or_default();
    format!("@misc{{{key}{year},\n{}}}\n", fields.collect::<String>())
}

/// Text with what TeX would take for a command written as characters.
fn tex(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', c]),
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            c => out.push(c),
        }
    }
    out
}
