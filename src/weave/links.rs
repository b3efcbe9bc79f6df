//! Where links and images of a lesson lead in the site.

use std::collections::BTreeSet;

use crate::model::{course::Lesson, record::Record};

/// What a link can lead to.
pub struct Links<'a> {
    /// Paths of the course's other files: `fig/stack.svg`.
    pub files: &'a BTreeSet<String>,
}

impl Links<'_> {
    /// A link as an author writes it, `other.md#x`, to the page that is made of it.
    pub fn page(&self, target: &str) -> String {
        if is_elsewhere(target) {
            return target.to_owned();
        }
        let (path, fragment) = match target.split_once('#') {
            Some((path, fragment)) => (path, format!("#{fragment}")),
            None => (target, String::new()),
        };
        match path.strip_suffix(".md") {
            Some(lesson) => format!("{lesson}.html{fragment}"),
            None => target.to_owned(),
        }
    }

    /// An image: a file of the course, or one that the lesson's programs wrote.
    pub fn image(&self, lesson: &Lesson, record: Option<&Record>, target: &str) -> String {
        let path = target.trim_start_matches("./");
        if is_elsewhere(target) || self.files.contains(path) {
            return path.to_owned();
        }
        match captured(record, path) {
            Some(captured) => captured_path(lesson, captured),
            None => path.to_owned(),
        }
    }
}

/// The file that a program wrote and an image asks for: `asyncio-timings.svg`, also where it is
/// asked for as `fig/asyncio-timings.svg`.
pub fn captured<'r>(record: Option<&'r Record>, path: &str) -> Option<&'r str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let files = record.map(|record| &record.files[..]).unwrap_or_default();
    let find = |wanted: &str| files.iter().rev().find(|file| file.path == wanted);
    find(path).or_else(|| find(name)).map(|file| file.path.as_str())
}

/// Where in the site a file stands that a lesson's program wrote.
pub fn captured_path(lesson: &Lesson, path: &str) -> String {
    format!("{}/{path}", lesson.name)
}

/// Whether a link leaves the course, or stays on the page.
fn is_elsewhere(target: &str) -> bool {
    target.starts_with(['#', '/'])
        || target.split_once(':').is_some_and(|(scheme, _)| {
            !scheme.is_empty()
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_between_lessons_lead_to_their_pages() {
        let links = Links { files: &BTreeSet::new() };
        assert_eq!(links.page("other.md#a.md"), "other.html#a.md");
        for same in ["https://example.org/a.md", "mailto:a@b.md", "#top", "data/x.csv"] {
            assert_eq!(links.page(same), same);
        }
    }
}
