//! The page of a text that was edited, among all others as they were: what its author waits for. All that is
//! made for it is known when the whole is built after it.

use std::{collections::BTreeSet, sync::Arc};

use super::{Files, Memo, compose, course, downloads, runs};
use crate::{
    execute::Runner,
    memo::Extent,
    model::{
        course::{Course, Lesson},
        diagnostic::has_errors,
        site::Page,
        source::{SourceId, Sources},
    },
    weave::{self, Theme},
};

/// A course as it was when all of it was built last.
pub struct Before {
    course: Course,
    sources: Sources,
    files: Files,
}

impl Before {
    pub fn new(course: &Course, sources: &Sources, files: &Files) -> Self {
        let (course, sources, files) = (course.clone(), sources.clone(), Arc::clone(files));
        Self { course, sources, files }
    }

    /// The one text that was edited since, if there is no other change.
    fn edited(&self, sources: &Sources, files: &Files) -> Option<SourceId> {
        let is_like_it =
            self.sources.iter().len() == sources.iter().len() && Arc::ptr_eq(&self.files, files);
        let texts = self.sources.iter().zip(sources.iter());
        let mut edited = texts.filter(|((_, before), (_, now))| !Arc::ptr_eq(before, now));
        let ((id, before), (_, now)) = edited.next().filter(|_| is_like_it)?;
        (before.path == now.path && edited.next().is_none()).then_some(id)
    }
}

/// The page of the one text that was edited since the course was built last. None where that is not all that
/// changed, where what was built does not say enough, where something is wrong, or where `recall`, which
/// runs nothing, does not know what the text's programs give.
pub fn edited(
    sources: &Sources,
    files: &Files,
    theme: &Arc<Theme>,
    recall: &mut dyn Runner,
    memo: &mut Memo,
) -> Option<Page> {
    let before = memo.before.as_ref()?;
    let edited = before.edited(sources, files)?;
    let course = course::with_edited(&before.course, edited, sources, &mut memo.course)?;
    let (words, pictures) = (memo.words.clone()?, memo.pictures.output(&())?);
    let part = part(&course, edited)?;
    let mut diagnostics = vec![];
    let (tangled, plan) = compose(&part, Extent::Part, sources, files, memo, &mut diagnostics);
    let needs_others = tangled
        .packages
        .iter()
        .flat_map(|package| package.dependencies.values())
        .any(|dependency| dependency.get("path").is_some());
    if has_errors(&diagnostics) || needs_others {
        return None;
    }
    let road = runs::Road { course: &part, sources, files };
    let none = BTreeSet::new();
    let ran = runs::run(&road, Extent::Part, &plan, &none, recall, &mut memo.runs);
    if ran.values().any(|ran| ran.has_failed || has_errors(&ran.diagnostics)) {
        return None;
    }
    let judged = runs::judge(&road, &ran, |_| true, &words, recall, &mut memo.runs);
    if judged.iter().any(|judged| has_errors(&judged.diagnostics)) {
        return None;
    }
    let downloads =
        downloads::downloads(&road, Extent::Part, &tangled, &plan, recall, &mut memo.downloads);
    let given = super::given(&part, &judged, &downloads);
    let (text, given) = part.texts().zip(given).find(|(text, _)| text.source == edited)?;
    let around = weave::Around { course: &course, files, pictures: &pictures, sources, theme };
    weave::among_others(&around, text, &given, &mut memo.woven)
}

/// What a text is built with: the lessons whose code makes its package, or itself alone.
fn part(course: &Course, edited: SourceId) -> Option<Course> {
    let settings = Arc::clone(&course.settings);
    let none = Course { settings, ..Course::default() };
    let of = |texts: &[Arc<Lesson>]| texts.iter().find(|text| text.source == edited).cloned();
    match (of(&course.lessons), of(&course.pages)) {
        (Some(lesson), _) => {
            let lessons = course.lessons.iter().filter(|it| it.package == lesson.package);
            Some(Course { lessons: lessons.cloned().collect(), ..none })
        }
        (None, Some(page)) => Some(Course { pages: vec![page], ..none }),
        (None, None) => None,
    }
}
