//! Where a text of the course stands on the host of its repository.

use crate::model::course::Settings;

/// A host's ways to name a folder of a branch, to edit a file in it, and to show a line of it.
struct Host {
    /// What its name has in it.
    name: &'static str,
    folder: &'static str,
    edit: &'static str,
    show: &'static str,
    /// What has the host show the text itself, and not what it makes of it.
    plain: &'static str,
}

const HOSTS: [Host; 3] = [
    Host { name: "github", folder: "/tree/", edit: "/edit/", show: "/blob/", plain: "?plain=1" },
    Host {
        name: "gitlab",
        folder: "/-/tree/",
        edit: "/-/edit/",
        show: "/-/blob/",
        plain: "?plain=1",
    },
    Host {
        name: "codeberg",
        folder: "/src/branch/",
        edit: "/_edit/",
        show: "/src/branch/",
        plain: "?display=source",
    },
];

/// The branch and folder of lessons where the setting names the repository alone.
const USUAL: &str = "main/lessons";

/// A text in its repository.
pub struct Place {
    /// Where it can be edited.
    pub edit: String,
    /// Where it is shown, up to the number of a line.
    line: String,
}

impl Place {
    /// None for a host that we don't know. `path` is the text's in its course.
    ///
    /// `repository` may lead to the folder of the lessons, as a browser shows it:
    /// `https://github.com/ada/loops/tree/main/course`.
    pub fn of(settings: &Settings, path: &str) -> Option<Self> {
        let repository = settings.repository.as_deref()?.trim_end_matches('/');
        let (_, address) = repository.split_once("://")?;
        let host = address.split('/').next()?;
        let host = HOSTS.iter().find(|known| host.contains(known.name))?;
        let Host { folder, edit, show, plain, .. } = host;
        let (repository, folder) = repository.split_once(folder).unwrap_or((repository, USUAL));
        let repository = repository.trim_end_matches(".git");
        Some(Self {
            edit: format!("{repository}{edit}{folder}/{path}"),
            line: format!("{repository}{show}{folder}/{path}{plain}#L"),
        })
    }

    /// Where a line of it is shown, from one on. No host can edit from a line on, so this leads to
    /// where its own button to edit stands above the line.
    pub fn line(&self, line: usize) -> String {
        format!("{}{line}", self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let settings =
                Settings { repository: Some(repository.to_owned()), ..Settings::default() };
            let place = Place::of(&settings, "x.md").map(|place| place.edit);
            assert_eq!(place.as_deref(), edit, "{repository}");
        }
    }

    #[test]
    fn a_line_is_shown_as_it_is_written() {
        for (repository, line) in [
            ("https://github.com/a/b", "https://github.com/a/b/blob/main/lessons/x.md?plain=1#L7"),
            (
                "https://gitlab.com/g/a/b/-/tree/dev/c",
                "https://gitlab.com/g/a/b/-/blob/dev/c/x.md?plain=1#L7",
            ),
            (
                "https://codeberg.org/a/b/src/branch/dev/c",
                "https://codeberg.org/a/b/src/branch/dev/c/x.md?display=source#L7",
            ),
        ] {
            let settings =
                Settings { repository: Some(repository.to_owned()), ..Settings::default() };
            assert_eq!(Place::of(&settings, "x.md").unwrap().line(7), line);
        }
    }
}
