//! Where a text of the course can be edited on the host of its repository.

use crate::model::course::Course;

/// A host's ways to name a folder of a branch, and to edit a file in it.
struct Host {
    /// What its name has in it.
    name: &'static str,
    folder: &'static str,
    edit: &'static str,
}

const HOSTS: [Host; 3] = [
    Host { name: "github", folder: "/tree/", edit: "/edit/" },
    Host { name: "gitlab", folder: "/-/tree/", edit: "/-/edit/" },
    Host { name: "codeberg", folder: "/src/branch/", edit: "/_edit/" },
];

/// The branch and folder of lessons where the setting names the repository alone.
const USUAL: &str = "main/lessons";

/// None for a host that we don't know. `path` is the text's in its course.
///
/// `repository` may lead to the folder of the lessons, as a browser shows it:
/// `https://github.com/ada/loops/tree/main/course`.
pub fn url(course: &Course, path: &str) -> Option<String> {
    let repository = course.settings.repository.as_deref()?.trim_end_matches('/');
    let (_, address) = repository.split_once("://")?;
    let host = address.split('/').next()?;
    let Host { folder, edit, .. } = HOSTS.iter().find(|known| host.contains(known.name))?;
    let (repository, folder) = repository.split_once(folder).unwrap_or((repository, USUAL));
    let repository = repository.trim_end_matches(".git");
    Some(format!("{repository}{edit}{folder}/{path}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::course::Settings;

    #[test]
    fn each_host_has_its_own_way() {
        for (repository, edit) in [
            ("https://github.com/a/b", Some("https://github.com/a/b/edit/main/lessons/x.md")),
            ("https://github.com/a/b.git", Some("https://github.com/a/b/edit/main/lessons/x.md")),
            ("https://github.com/a/b/tree/dev", Some("https://github.com/a/b/edit/dev/x.md")),
            (
                "https://github.com/a/b/tree/dev/c/d/",
                Some("https://github.com/a/b/edit/dev/c/d/x.md"),
            ),
            (
                "https://gitlab.com/g/a/b/-/tree/dev/c",
                Some("https://gitlab.com/g/a/b/-/edit/dev/c/x.md"),
            ),
            (
                "https://codeberg.org/a/b/src/branch/dev/c",
                Some("https://codeberg.org/a/b/_edit/dev/c/x.md"),
            ),
            ("https://example.org/a/b", None),
            ("git@github.com:a/b", None),
        ] {
            let repository = Some(repository.to_owned());
            let settings = Arc::new(Settings { repository, ..Settings::default() });
            let course = Course { settings, ..Course::default() };
            assert_eq!(url(&course, "x.md").as_deref(), edit, "{course:?}");
        }
    }
}
