//! What a package depends on: what its course says, and in place of it or beside it its lessons.

use std::{collections::BTreeMap, sync::Arc};

use crate::model::{
    course::{Dependency, Lesson, Settings},
    diagnostic::Diagnostic,
    package::{COURSE, Dependencies},
    source::{Sources, Span},
};

/// Each dependency, and where it is asked for. A lesson's requirement takes the place of its course's.
/// Lessons that share a package must agree.
pub fn dependencies(
    lessons: &[Arc<Lesson>],
    settings: &Settings,
    packages: &[String],
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Dependencies, BTreeMap<String, Span>) {
    let mut of_lessons: BTreeMap<&str, &Dependency> = BTreeMap::new();
    for (name, dependency) in lessons.iter().flat_map(|lesson| &lesson.meta.dependencies) {
        let first = *of_lessons.entry(name).or_insert(dependency);
        if first.requirement != dependency.requirement {
            let place = sources.place(first.span);
            let message = format!("lessons of one package ask for `{name}` in two ways");
            diagnostics.push(
                Diagnostic::error("dependency-twice", message)
                    .at(dependency.span, "asked for so here")
                    .also(first.span, "and otherwise here")
                    .hint(format!("write it as at {place}, or leave it out here")),
            );
        }
    }
    let of_course = settings.dependencies.iter().map(|(name, it)| (name.as_str(), it));
    let mut all: BTreeMap<&str, &Dependency> = of_course.collect();
    all.extend(of_lessons);
    let asked =
        all.iter().map(|(name, dependency)| ((*name).to_owned(), dependency.span)).collect();
    let placed = all.into_iter().map(|(name, dependency)| {
        let mut requirement = dependency.requirement.clone();
        if let Some(toml::Value::String(path)) = requirement.get_mut("path") {
            *path = placed(path, packages);
        }
        (name.to_owned(), requirement)
    });
    (placed.collect(), asked)
}

/// A relative path leads from the course's folder, unless it is that of a package beside this one.
fn placed(path: &str, packages: &[String]) -> String {
    let sibling = path.strip_prefix("../").map(|rest| rest.trim_end_matches('/'));
    let is_package = sibling.is_some_and(|name| packages.iter().any(|package| package == name));
    let is_absolute = path.starts_with(['/', '\\']) || path.chars().nth(1) == Some(':');
    if is_package || is_absolute { path.to_owned() } else { format!("{COURSE}/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_the_course() {
        let packages = ["one".to_owned()];
        assert_eq!(placed("../mylib", &packages), format!("{COURSE}/../mylib"));
        assert_eq!(placed("files/mylib", &packages), format!("{COURSE}/files/mylib"));
        for path in ["../one", "../one/", "/abs", "C:\\abs"] {
            assert_eq!(placed(path, &packages), path);
        }
    }
}
