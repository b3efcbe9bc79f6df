//! What is wrong with a course beyond what reading and tangling find: links that lead nowhere,
//! pictures without words, lessons without questions.
//!
//! Architecture Invariant: a lint reads the course's tree, the ids of the woven pages and lists of
//! files; it reads no markdown of its own. The one exception is [`allow`], whose comments are not
//! part of the tree.

pub mod allow;
pub mod codes;
mod files;
pub mod fix;
mod headings;
mod html;
mod lesson;
mod links;
mod notes;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    course::Course,
    diagnostic::Diagnostic,
    source::{SourceId, Sources, Span},
};

/// What is known beside the course's own text.
pub struct Surroundings<'a> {
    pub sources: &'a Sources,
    /// The course's other files, by their path in the course: `fig/stack.svg`.
    pub files: &'a BTreeSet<String>,
    /// Every path in the woven site.
    pub site: BTreeSet<String>,
    /// The ids on each lesson's page, and how often each stands there.
    pub ids: BTreeMap<SourceId, BTreeMap<String, usize>>,
    /// Files that each lesson's programs write.
    pub written: BTreeMap<SourceId, Written>,
}

/// The files that a lesson's programs write, as far as that is known without running them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub paths: BTreeSet<String>,
    /// The code that may write more: all of the lesson's package, if a program of the lesson has no
    /// valid record.
    pub code: Vec<Span>,
}

/// All that is wrong with a course as it is read and woven.
pub fn lint(course: &Course, known: &Surroundings<'_>) -> Vec<Diagnostic> {
    let mut diagnostics = vec![];
    for lesson in course.texts() {
        headings::lint(lesson, known, &mut diagnostics);
        links::lint(course, lesson, known, &mut diagnostics);
        notes::lint(lesson, known.sources, &mut diagnostics);
        lesson::tabs(lesson, &mut diagnostics);
    }
    for lesson in &course.lessons {
        lesson::parts(lesson, known.sources, &mut diagnostics);
    }
    files::unused(known, &mut diagnostics);
    diagnostics
}

/// The ids in a page, and how often each stands there.
pub fn ids(html: &str) -> BTreeMap<String, usize> {
    let mut ids = BTreeMap::new();
    // Text has its quotes escaped, so what is found stands in a tag.
    for after in html.split(" id=\"").skip(1) {
        let id = after.split('"').next().unwrap_or_default();
        *ids.entry(unescape(id)).or_default() += 1;
    }
    ids
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::ids;

    #[test]
    fn ids_are_counted() {
        let ids = ids(
            "<h2 class=\"a\" id=\"x\">x</h2><p id=\"a&amp;b\">id=&quot;y&quot;</p><i id=\"x\">",
        );
        assert_eq!(ids.into_iter().collect::<Vec<_>>(), [("a&b".into(), 1), ("x".into(), 2)]);
    }
}
