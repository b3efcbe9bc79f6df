//! Where links and images of a lesson lead in the site.
//!
//! Authors write them for where the markdown stands, for where the page will stand, or as they were
//! used to in an older tool. All are tried, and what leads to something in the course becomes a path
//! in the site. Pages stand side by side, so the path is the same from each, and the site works
//! below any address.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{glossary::Glossary, page_path, picture::picture_size};
use crate::model::{
    course::{Course, Lesson},
    record::{CapturedFile, Record},
    site::PictureSize,
    source::{SourceId, Sources},
};

/// What a link can lead to.
pub struct Links<'a> {
    /// Paths of the course's other files: `fig/stack.svg`.
    files: &'a Arc<BTreeSet<String>>,
    /// How large those of them are that are pictures.
    pictures: &'a Arc<BTreeMap<String, PictureSize>>,
    /// The page that is made of each text, by the text's path without its extension.
    pages: BTreeMap<&'a str, String>,
    pub glossary: Glossary<'a>,
    /// The folder that each text stands in, empty or with a `/` at its end.
    folders: HashMap<SourceId, &'a str>,
}

/// What decides where links lead, as a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    files: Arc<BTreeSet<String>>,
    pictures: Arc<BTreeMap<String, PictureSize>>,
    pages: BTreeMap<String, String>,
    terms: Vec<(String, String, String)>,
}

/// Folders of which the site makes none: what stands in them is found without them too.
const FLAT: [&str; 5] = ["episodes/", "learners/", "instructors/", "profiles/", "instructor/"];

/// The folder whose files stand at the site's top.
const EPISODES: &str = "episodes/";

impl<'a> Links<'a> {
    pub fn new(
        course: &'a Course,
        files: &'a Arc<BTreeSet<String>>,
        pictures: &'a Arc<BTreeMap<String, PictureSize>>,
        sources: &'a Sources,
    ) -> Self {
        let mut links = Self {
            files,
            pictures,
            pages: BTreeMap::new(),
            glossary: Glossary::of(course),
            folders: HashMap::new(),
        };
        for lesson in course.texts() {
            let path = sources.get(lesson.source).path.as_str();
            let folder = path.rfind('/').map_or("", |at| &path[..=at]);
            links.folders.insert(lesson.source, folder);
            links.pages.insert(without_extension(path).unwrap_or(path), page_path(&lesson.name));
        }
        links
    }

    pub fn signs(&self) -> Signs {
        let pages = self.pages.iter().map(|(text, page)| ((*text).to_owned(), page.clone()));
        Signs {
            files: Arc::clone(self.files),
            pictures: Arc::clone(self.pictures),
            pages: pages.collect(),
            terms: self.glossary.signs(),
        }
    }

    /// A link as an author writes it, `../learners/setup.md#x`, to what is made of it.
    pub fn page(&self, lesson: &Lesson, target: &str) -> String {
        self.resolve(lesson, target).unwrap_or_else(|| target.to_owned())
    }

    /// An image: a file of the course, or one that the lesson's programs wrote.
    pub fn image(&self, lesson: &Lesson, record: Option<&Record>, target: &str) -> String {
        let path = target.trim_start_matches("./");
        let is_file = self.find_file(self.folder(lesson), target).is_some();
        let captured = (!is_elsewhere(target) && !is_file).then(|| captured(record, path));
        match captured.flatten() {
            Some(captured) => captured_path(lesson, &captured.path),
            None => self.resolve(lesson, target).unwrap_or_else(|| target.to_owned()),
        }
    }

    /// How large an image is, where that is known.
    pub fn size(
        &self,
        lesson: &Lesson,
        record: Option<&Record>,
        target: &str,
    ) -> Option<PictureSize> {
        match self.find_file(self.folder(lesson), target) {
            Some(path) => self.pictures.get(path).copied(),
            None => picture_size(&captured(record, target.trim_start_matches("./"))?.bytes),
        }
    }

    /// HTML as an author wrote it, with its links and images led to where they are.
    pub fn html<'h>(&self, lesson: &Lesson, html: &'h str) -> Cow<'h, str> {
        let mut out = String::new();
        let mut done = 0;
        while let Some((start, end)) = next_address(html, done) {
            out.push_str(&html[done..start]);
            out.push_str(&self.page(lesson, &html[start..end]));
            done = end;
        }
        if done == 0 {
            return Cow::Borrowed(html);
        }
        out.push_str(&html[done..]);
        Cow::Owned(out)
    }

    fn folder(&self, lesson: &Lesson) -> &str {
        self.folders.get(&lesson.source).copied().unwrap_or_default()
    }

    /// The path in the site; none where the link leaves the course or leads to nothing in it.
    fn resolve(&self, lesson: &Lesson, target: &str) -> Option<String> {
        if is_elsewhere(target) || target.is_empty() {
            return None;
        }
        let path_end = target.find(['#', '?']).unwrap_or(target.len());
        let (path, rest) = target.split_at(path_end);
        let folder = self.folder(lesson);
        if let Some(file) = self.find_file(folder, path) {
            return Some(format!("{}{rest}", encode(file_path(file))));
        }
        if let Some(page) = self.find_page(folder, path) {
            return Some(format!("{}{rest}", encode(page)));
        }
        // Nothing of the course as it is; but from the page it can only be meant like this.
        let inside = normalise(folder, path)?;
        match inside.as_str() {
            "" => Some(format!("./{rest}")),
            _ => {
                let inside = without_folder(&inside);
                match inside.strip_suffix(".md") {
                    Some(page) => Some(format!("{page}.html{rest}")),
                    None => Some(format!("{inside}{rest}")),
                }
            }
        }
    }

    fn find_file(&self, folder: &str, path: &str) -> Option<&str> {
        candidates(folder, path).find_map(|path| self.files.get(&path)).map(String::as_str)
    }

    fn find_page(&self, folder: &str, path: &str) -> Option<&str> {
        // Servers give `setup.html` for `setup` and `setup/` too, and authors came to rely on it.
        let wanted = without_extension(path).unwrap_or(path.trim_end_matches('/'));
        let exact = candidates(folder, wanted).find_map(|path| self.pages.get(path.as_str()));
        let page = exact.or_else(|| {
            let up = wanted.trim_start_matches("../");
            let inside = normalise(folder, wanted).or_else(|| normalise("", up))?;
            let name = FLAT.iter().find_map(|flat| inside.strip_prefix(flat)).unwrap_or(&inside);
            let mut named =
                self.pages.values().filter(|page| page.strip_suffix(".html") == Some(name));
            named.next()
        })?;
        Some(page)
    }
}

/// Paths in the course that a target can mean, the likeliest first.
fn candidates(folder: &str, path: &str) -> impl Iterator<Item = String> {
    let path = decode(path);
    let up = path.trim_start_matches("../").trim_start_matches("./");
    let tries = [
        normalise(folder, &path),
        normalise("", &path),
        normalise("", up),
        normalise(EPISODES, up),
        normalise(EPISODES, &path),
    ];
    tries.into_iter().flatten()
}

/// A path with its `.` and `..` resolved; none where it leads out of the course.
fn normalise(folder: &str, path: &str) -> Option<String> {
    let absolute = path.strip_prefix('/');
    let joined = absolute.map_or_else(|| format!("{folder}{path}"), str::to_owned);
    let mut parts: Vec<&str> = vec![];
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The path of a text without what tells its format, or of the page that is made of it.
fn without_extension(path: &str) -> Option<&str> {
    [".md", ".Rmd", ".html"].iter().find_map(|extension| path.strip_suffix(extension))
}

fn without_folder(path: &str) -> &str {
    FLAT.iter().find_map(|flat| path.strip_prefix(flat)).unwrap_or(path)
}

/// Where in the site a file of the course stands.
pub fn file_path(path: &str) -> &str {
    path.strip_prefix(EPISODES).unwrap_or(path)
}

/// A target's `%20` and the like as what they stand for.
fn decode(path: &str) -> String {
    let mut bytes = vec![];
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

/// What an address cannot hold as it is.
fn encode(path: &str) -> String {
    let mut out = String::new();
    for c in path.chars() {
        match c {
            ' ' => out.push_str("%20"),
            '%' => out.push_str("%25"),
            '#' => out.push_str("%23"),
            '?' => out.push_str("%3F"),
            c => out.push(c),
        }
    }
    out
}

/// The range of the next address in HTML: what `href` or `src` says in quotes. `from` is the text's
/// beginning or the end of the address before.
fn next_address(html: &str, from: usize) -> Option<(usize, usize)> {
    // An address that was read ends within its tag, before its quote.
    let mut in_tag = from > 0;
    let mut at = from + usize::from(in_tag);
    while let Some(found) = html.get(at..)?.find(['<', '>', '=']) {
        let sign = at + found;
        at = sign + 1;
        match html.as_bytes()[sign] {
            b'<' => in_tag = true,
            b'>' => in_tag = false,
            _ if in_tag => {
                let value = html[at..].trim_start();
                let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                    continue;
                };
                let start = html.len() - value.len() + 1;
                let end = start + html[start..].find(quote)?;
                if is_address(html[..sign].trim_end()) {
                    return Some((start, end));
                }
                at = end + 1;
            }
            _ => {}
        }
    }
    None
}

/// Whether the attribute that a text ends in holds an address.
fn is_address(before: &str) -> bool {
    ["href", "src"].iter().any(|name| {
        let split = before.len().checked_sub(name.len());
        let split = split.and_then(|at| before.split_at_checked(at));
        split.is_some_and(|(tag, last)| {
            last.eq_ignore_ascii_case(name) && tag.ends_with(char::is_whitespace)
        })
    })
}

/// The file that a program wrote and an image asks for: `asyncio-timings.svg`, also where it is
/// asked for as `fig/asyncio-timings.svg`.
pub fn captured<'r>(record: Option<&'r Record>, path: &str) -> Option<&'r CapturedFile> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let files = record.map(|record| &record.files[..]).unwrap_or_default();
    let find = |wanted: &str| files.iter().rev().find(|file| file.path == wanted);
    find(path).or_else(|| find(name))
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
    fn paths_stay_inside_the_course() {
        assert_eq!(normalise("episodes/", "../fig/./x.png").as_deref(), Some("fig/x.png"));
        assert_eq!(normalise("episodes/", "../../x.png"), None);
        assert_eq!(normalise("a/", "/x.md").as_deref(), Some("x.md"));
    }

    #[test]
    fn addresses_in_html_are_found_and_nothing_else_is() {
        let html = "<a class=x href = 'a.md'>src=\"b.md\"</a><img data-src=\"c\" src=\"d\">";
        let (start, end) = next_address(html, 0).unwrap();
        assert_eq!(&html[start..end], "a.md");
        let (start, end) = next_address(html, end).unwrap();
        assert_eq!(&html[start..end], "d");
        assert_eq!(next_address(html, end), None);
    }

    #[test]
    fn percent_signs_stand_for_what_a_file_is_called() {
        assert_eq!(decode("a%20b%2"), "a b%2");
        assert_eq!(encode("a b%2"), "a%20b%252");
    }
}
