//! Where links and images lead, and what they say of it.

use super::{Surroundings, Written, html};
use crate::model::{
    course::{Cell, Chunk, Course, Inline, Lesson, plain_text},
    diagnostic::{Diagnostic, Fix, did_you_mean, only_near},
    source::Span,
    walk,
};

pub fn lint(
    course: &Course,
    lesson: &Lesson,
    known: &Surroundings<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    walk::inlines(&lesson.blocks, &mut |_, inline| match inline {
        Inline::Link(link) => {
            diagnostics.extend(broken(course, lesson, known, link.span, &link.target));
            diagnostics.extend(vague(link.span, &link.content));
        }
        Inline::Image(image) => {
            diagnostics.extend(missing_image(lesson, known, image.span, &image.target));
            let is_silent = image.alt().is_empty() && image.attributes.get("alt").is_none();
            diagnostics.extend(is_silent.then(|| missing_alt(image.span)));
        }
        _ => {}
    });
    for tag in html::tags(&lesson.blocks, known.sources) {
        match &*tag.name {
            "a" => diagnostics.extend(
                tag.get("href").and_then(|target| broken(course, lesson, known, tag.span, target)),
            ),
            "img" => {
                let target = tag.get("src").unwrap_or_default();
                diagnostics.extend(missing_image(lesson, known, tag.span, target));
                diagnostics.extend(tag.get("alt").is_none().then(|| missing_alt(tag.span)));
            }
            _ => {}
        }
    }
}

/// An image that no file of the course and no program gives.
///
/// Where a program of the lesson has no valid record and may write the file, nothing is said.
fn missing_image(
    lesson: &Lesson,
    known: &Surroundings<'_>,
    span: Span,
    target: &str,
) -> Option<Diagnostic> {
    if target.is_empty() {
        let diagnostic = Diagnostic::error("missing-image", "this image has no file");
        return Some(diagnostic.at(span, "").hint("write its path in the round brackets"));
    }
    let target = Target::read(target)?;
    (!is_file(lesson, known, &target.path)).then_some(())?;
    let message = format!("there is no image `{}`", target.written);
    let diagnostic = Diagnostic::error("missing-image", message).at(span, "");
    Some(mend_path(diagnostic, known, span, &target))
}

/// An image that says nothing to those who don't see it. An empty `alt` says that there is nothing
/// to say.
///
/// Source: WCAG 2.2, success criterion 1.1.1; for empty ones technique H67.
fn missing_alt(span: Span) -> Diagnostic {
    Diagnostic::warning("missing-alt", "this image has no alternative text")
        .at(span, "says nothing to those who don't see it")
        .hint("say what it shows in an `alt=\"…\"`; an empty one, if it only decorates")
}

/// A link to a lesson, file or heading that does not exist.
fn broken(
    course: &Course,
    lesson: &Lesson,
    known: &Surroundings<'_>,
    span: Span,
    target: &str,
) -> Option<Diagnostic> {
    if target.is_empty() {
        let diagnostic = Diagnostic::error("broken-link", "this link has no target");
        return Some(diagnostic.at(span, "").hint("write it in the round brackets"));
    }
    let target = Target::read(target)?;
    if target.path.is_empty() {
        return missing_anchor(lesson, lesson, known, span, &target);
    }
    if let Some(other) = find_lesson(course, known, &target.path) {
        return missing_anchor(lesson, other, known, span, &target);
    }
    if is_file(lesson, known, &target.path) {
        return None;
    }
    let Some(name) = page_name(&target.path) else {
        let message = format!("there is no file `{}`", target.written);
        let diagnostic = Diagnostic::error("missing-file", message).at(span, "");
        return Some(mend_path(diagnostic, known, span, &target));
    };
    let names = || course.texts().map(|lesson| last_part(&lesson.name));
    let diagnostic =
        Diagnostic::error("broken-link", format!("there is no lesson `{name}`")).at(span, "");
    let meant = did_you_mean(name, names());
    Some(match meant {
        Some(meant) => {
            let file = last_part(&target.path);
            let ending = if file == name { ".md" } else { &file[name.len()..] };
            let fix = only_near(name, names()).and_then(|meant| {
                replace_in_target(known, span, target.written, file, &format!("{meant}{ending}"))
            });
            diagnostic.hint(format!("did you mean `{meant}.md`?")).fixed_by(fix)
        }
        None => {
            let names: Vec<&str> = names().collect();
            diagnostic.hint(format!("there is: {}", names.join(", ")))
        }
    })
}

/// A `#fragment` that nothing on the page answers to.
fn missing_anchor(
    from: &Lesson,
    page: &Lesson,
    known: &Surroundings<'_>,
    span: Span,
    target: &Target<'_>,
) -> Option<Diagnostic> {
    let anchor = target.fragment.as_deref()?;
    // To browsers, `#` and `#top` are the top of any page.
    if anchor.is_empty() || anchor == "top" {
        return None;
    }
    let ids = known.ids.get(&page.source)?;
    // Authors' own HTML may quote its ids otherwise, or use names, as it was once done.
    let is_own = |tag: &html::Tag| {
        let name = tag.get("name").filter(|_| tag.name == "a");
        tag.get("id") == Some(anchor) || name == Some(anchor)
    };
    if ids.contains_key(anchor) || html::tags(&page.blocks, known.sources).iter().any(is_own) {
        return None;
    }
    let is_here = from.source == page.source;
    let place = if is_here { "on this page".into() } else { format!("in “{}”", page.title()) };
    let message = format!("no heading {place} answers to `#{anchor}`");
    let diagnostic = Diagnostic::error("missing-anchor", message).at(span, "");
    let near = || ids.keys().map(String::as_str);
    let mut others = known.ids.iter().filter(|(_, ids)| ids.contains_key(anchor));
    let elsewhere = others.next().map(|(source, _)| *source).filter(|_| others.next().is_none());
    Some(match did_you_mean(anchor, near()) {
        Some(meant) => {
            let fix = only_near(anchor, near()).and_then(|meant| {
                let meant = format!("#{meant}");
                replace_in_target(known, span, target.written, &format!("#{anchor}"), &meant)
            });
            diagnostic.hint(format!("did you mean `#{meant}`?")).fixed_by(fix)
        }
        None if let Some(other) = elsewhere => {
            let path = &known.sources.get(other).path;
            diagnostic.hint(format!("`{path}` has it: `{path}#{anchor}`"))
        }
        None => diagnostic.hint(format!("give the heading that you mean the id: `{{#{anchor}}}`")),
    })
}

/// Texts that say nothing of where a link leads, in lower case and without what stands around.
///
/// Source: `link_descriptive()` and `link_length()` in `R/validate_links.R` of pegboard, the
/// Workbench's own validator; it follows WebAIM's "Links and Hypertext: Uninformative Link Text".
const VAGUE: &[&str] = &[
    "link",
    "this",
    "this link",
    "a link",
    "link to",
    "here",
    "click here",
    "over here",
    "more",
    "more info",
    "more information",
    "read more",
    "read on",
];

fn vague(span: Span, content: &[Inline]) -> Option<Diagnostic> {
    if content.iter().any(|inline| matches!(inline, Inline::Image(_))) {
        return None;
    }
    let text = plain_text(content);
    let lower = text.trim().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let words = lower.split_whitespace().collect::<Vec<_>>().join(" ");
    let core = words.strip_prefix("for ").filter(|rest| rest.starts_with("more"));
    let core = core.unwrap_or(&words);
    let core = core.strip_suffix(" for").or(core.strip_suffix(" about")).unwrap_or(core);
    let message = if VAGUE.contains(&core) {
        format!("the link text `{}` doesn't say where it leads", text.trim())
    } else if text.trim().chars().count() < 2 {
        "this link's text is too short to say where it leads".to_owned()
    } else {
        return None;
    };
    let hint = "name what readers find there: it is all that some of them hear of it";
    Some(Diagnostic::warning("vague-link", message).at(span, "").hint(hint))
}

/// A target within the course.
struct Target<'a> {
    written: &'a str,
    /// With `/` between folders, without what leads to the course's root or to its lessons.
    path: String,
    fragment: Option<String>,
}

impl<'a> Target<'a> {
    /// What stands before the first colon: `https`.
    fn scheme(written: &str) -> Option<&str> {
        let (scheme, _) = written.split_once(':')?;
        let is_scheme = scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        (!scheme.is_empty() && is_scheme).then_some(scheme)
    }

    /// None where it leads out of the course, which can't be checked without the network.
    fn read(written: &'a str) -> Option<Self> {
        // A drive has one letter. It and `file:` lead into the author's own computer.
        let is_elsewhere = |scheme: &str| scheme.len() > 1 && scheme != "file";
        if Self::scheme(written).is_some_and(is_elsewhere) || written.starts_with('/') {
            return None;
        }
        let (path, fragment) = match written.split_once('#') {
            Some((path, fragment)) => (path, Some(decode(fragment))),
            None => (written, None),
        };
        let path = path.split('?').next().unwrap_or(path);
        let parts: Vec<&str> = path.split('/').filter(|p| !matches!(*p, "" | "." | "..")).collect();
        let path = decode(&parts.join("/"));
        let path = path.strip_prefix("episodes/").map(str::to_owned).unwrap_or(path);
        Some(Self { written, path, fragment })
    }
}

/// `my%20file.csv` as the file is called.
fn decode(text: &str) -> String {
    let mut bytes = vec![];
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Endings of a lesson's file or page.
const PAGES: &[&str] = &[".md", ".Rmd", ".html"];

/// The lesson that a path means: `other` of `../learners/other.md`. None where it means a file.
fn page_name(path: &str) -> Option<&str> {
    let name = last_part(path);
    let page = PAGES.iter().find_map(|ending| name.strip_suffix(ending));
    page.or_else(|| (!name.contains('.')).then_some(name))
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The lesson whose file or page this is. Folders count only where two lessons have one name.
fn find_lesson<'c>(course: &'c Course, known: &Surroundings<'_>, path: &str) -> Option<&'c Lesson> {
    // Authors write the address without its ending too: `setup`, `setup/`.
    let bare = path.trim_end_matches('/');
    let path = PAGES.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(bare);
    let lessons = || course.texts().map(|lesson| &**lesson);
    let is_path = |lesson: &&Lesson| {
        let own = &known.sources.get(lesson.source).path;
        lesson.name == path || own.strip_suffix(".md") == Some(path)
    };
    lessons()
        .find(is_path)
        .or_else(|| lessons().find(|lesson| last_part(&lesson.name) == last_part(path)))
}

/// Whether a path leads to a file: one of the course, of the woven site, or one that a program of
/// the lesson writes or may write.
fn is_file(lesson: &Lesson, known: &Surroundings<'_>, path: &str) -> bool {
    let below = format!("/{path}");
    let nothing = Written::default();
    let written = known.written.get(&lesson.source).unwrap_or(&nothing);
    let is_page = PAGES.iter().any(|ending| path.ends_with(ending));
    path.is_empty()
        || known.files.contains(path)
        || known.files.iter().any(|file| file.ends_with(&below))
        || known.files.iter().any(|file| file.starts_with(&format!("{path}/")))
        || known.site.contains(path)
        || written.paths.contains(path)
        || written.paths.contains(last_part(path))
        || !is_page && may_write(lesson, known, &written.code, path)
}

/// Whether code may write a file: somewhere it says how the file's name ends, or the lesson runs
/// commands, which need not say what they write.
fn may_write(lesson: &Lesson, known: &Surroundings<'_>, code: &[Span], path: &str) -> bool {
    let Some((_, ending)) = last_part(path).rsplit_once('.') else { return false };
    let is_command = |chunk: &&Chunk| chunk.cell == Some(Cell::Console);
    code.iter().any(|span| known.sources.text(*span).contains(ending))
        || !code.is_empty() && lesson.chunks().iter().any(is_command)
}

/// Names the file that was probably meant.
fn mend_path(
    diagnostic: Diagnostic,
    known: &Surroundings<'_>,
    span: Span,
    target: &Target<'_>,
) -> Diagnostic {
    let files = || known.files.iter().map(String::as_str);
    let names = || files().filter(|file| last_part(file) == last_part(&target.path));
    match did_you_mean(&target.path, files()).or_else(|| names().next()) {
        Some(meant) => {
            let stem = last_part(&target.path).split('.').next().unwrap_or_default();
            let is_only = stem.len() > 3 && only_near(&target.path, files()) == Some(meant);
            let fix = is_only
                .then(|| replace_in_target(known, span, target.written, &target.path, meant))
                .flatten();
            diagnostic.hint(format!("did you mean `{meant}`?")).fixed_by(fix)
        }
        None => diagnostic.hint(match target.written {
            written if written.starts_with("www.") => {
                "write `https://` before the address of a site"
            }
            written if written.contains('@') => "write `mailto:` before an address of mail",
            written if Target::scheme(written).is_some() => {
                "readers have no file of your own: put it into `fig/`, `data/` or `files/`"
            }
            written if written.contains('\\') => "write `/` between folders",
            _ => "files for lessons stand in `fig/`, `data/` and `files/`",
        }),
    }
}

/// Writes one word of a link's target anew, where it is clear which bytes those are.
fn replace_in_target(
    known: &Surroundings<'_>,
    span: Span,
    target: &str,
    old: &str,
    new: &str,
) -> Option<Fix> {
    let text = known.sources.text(span);
    let from = text.rfind("](")? + 2;
    let at = from + text[from..].find(target)?;
    let path = if old.starts_with('#') { target } else { target.split('#').next()? };
    let within = path.rfind(old)?;
    let start = span.start + at + within;
    let place = Span { start, end: start + old.len(), ..span };
    Some(Fix::replace(place, new, format!("write `{new}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_targets_within_the_course_are_looked_for() {
        for out in ["https://example.org", "mailto:a@b.c", "//host/x", "/root"] {
            assert!(Target::read(out).is_none(), "{out}");
        }
        let target = Target::read("../episodes/a%20b.md#%CF%80").unwrap();
        assert_eq!((target.path.as_str(), target.fragment.as_deref()), ("a b.md", Some("π")));
        assert_eq!(Target::read("./100%.csv").unwrap().path, "100%.csv");
    }

    #[test]
    fn links_are_vague_as_the_workbench_finds_them() {
        let vague = |text: &str| {
            let span = Span::new(crate::model::source::SourceId(0), 0..1);
            vague(span, &[Inline::Text(text.to_owned())]).is_some()
        };
        for text in ["here", "Click here", "(this link)", "for more info about", "Read on", "x", ""]
        {
            assert!(vague(text), "{text}");
        }
        for text in ["the Rust book", "more about futures", "here be dragons", "π day"] {
            assert!(!vague(text), "{text}");
        }
    }
}
