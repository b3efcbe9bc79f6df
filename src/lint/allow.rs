//! What an author says of findings: how loud a code is, in the course's settings, and "meant so",
//! in a comment where it stands.
//!
//! ```text
//! <!-- lessonc: allow vague-link -->
//! Everything is explained [here](other.md).
//!
//! Everything is explained [here](other.md). <!-- lessonc: allow vague-link, missing-anchor -->
//! ```
//!
//! A comment speaks for its own line, or, where it stands alone, for the next line that holds
//! something. Before the first line of a lesson there is no room for one, so what is found there,
//! which is what concerns the lesson as a whole, can be allowed anywhere in it; and what has no
//! line at all, anywhere in `index.md`.

use super::codes;
use crate::model::{
    course::{Course, Lesson},
    diagnostic::{Diagnostic, Fix, Level, Severity, did_you_mean, only_near},
    source::{SourceId, Sources, Span},
};

/// Leaves out what the author allows, and tells the rest as loudly as the settings say.
///
/// Whether an `allow` that nothing uses is told as well is up to `all_is_found`: a build does not
/// look for all that they can be about.
pub fn settle(
    diagnostics: Vec<Diagnostic>,
    course: &Course,
    sources: &Sources,
    all_is_found: bool,
) -> Vec<Diagnostic> {
    let lessons: Vec<&Lesson> = course.texts().collect();
    let mut allows: Vec<Allow> =
        lessons.iter().flat_map(|lesson| comments(lesson, sources)).collect();
    let index = course.index.as_ref().map(|index| index.source);
    let mut settled: Vec<Diagnostic> = diagnostics
        .into_iter()
        .filter(|diagnostic| {
            let allow = allows.iter_mut().find(|allow| allow.is_for(diagnostic, index, sources));
            allow.map(|allow| allow.is_used = true).is_none()
        })
        .collect();
    if all_is_found {
        settled.extend(allows.iter().filter_map(Allow::complaint));
        settled.extend(settings(course));
    }
    settled.retain_mut(|diagnostic| match course.settings.check.get(&*diagnostic.code) {
        Some(_) if is_fixed(diagnostic) => true,
        Some((Level::Off, _)) => false,
        Some((Level::Warning, _)) => {
            diagnostic.severity = Severity::Warning;
            true
        }
        Some((Level::Error, _)) => {
            diagnostic.severity = Severity::Error;
            true
        }
        None => true,
    });
    settled
}

/// Whether this is an error that leaves a page without its meaning, so that no setting can make it
/// less.
fn is_fixed(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && !codes::may_be_lowered(&diagnostic.code)
}

/// One code that a comment allows.
struct Allow {
    /// What stands in the comment.
    word: String,
    span: Span,
    /// The line that it speaks for.
    line: usize,
    is_used: bool,
    /// What is wrong with the comment itself.
    mistake: Option<Mistake>,
}

enum Mistake {
    NoDirective,
    NoCode,
    UnknownCode,
    Fixed,
}

impl Allow {
    fn is_for(&self, diagnostic: &Diagnostic, index: Option<SourceId>, sources: &Sources) -> bool {
        if diagnostic.code != self.word || is_fixed(diagnostic) || self.mistake.is_some() {
            return false;
        }
        let Some(span) = diagnostic.span() else { return Some(self.span.source) == index };
        let source = sources.get(span.source);
        let first = source.line_column(span.start).line;
        let last = source.line_column(span.end).line;
        span.source == self.span.source && (first == 1 || (first..=last).contains(&self.line))
    }

    fn complaint(&self) -> Option<Diagnostic> {
        let Self { word, span, .. } = self;
        let setting = |message: String| Diagnostic::warning("check-setting", message).at(*span, "");
        Some(match self.mistake {
            Some(Mistake::NoDirective) => setting(format!("`{word}` is nothing to ask for"))
                .hint("write `<!-- lessonc: allow CODE -->`"),
            Some(Mistake::NoCode) => setting("this allows nothing".to_owned())
                .hint("name the codes that it allows, as `allow vague-link`"),
            Some(Mistake::UnknownCode) => unknown_code(word, *span),
            Some(Mistake::Fixed) => setting(format!("`{word}` can't be allowed"))
                .hint("the page would lack what it says there: mend it"),
            None if self.is_used => return None,
            None => Diagnostic::warning("unused-allow", format!("nothing here is a `{word}`"))
                .at(*span, "")
                .hint("take it out"),
        })
    }
}

/// What the settings say of codes that don't exist or can't be changed.
fn settings(course: &Course) -> Vec<Diagnostic> {
    let levels = course.settings.check.iter();
    levels
        .filter_map(|(code, (level, span))| {
            if codes::find(code).is_none() {
                return Some(unknown_code(code, *span));
            }
            let is_lower = *level != Level::Error && !codes::may_be_lowered(code);
            is_lower.then(|| {
                Diagnostic::warning("check-setting", format!("`{code}` stays an error"))
                    .at(*span, "")
                    .hint("the page would lack what it says there: mend what draws it")
            })
        })
        .collect()
}

fn unknown_code(code: &str, span: Span) -> Diagnostic {
    let known = || codes::all().map(|code| code.name);
    let diagnostic =
        Diagnostic::warning("check-setting", format!("there is no code `{code}`")).at(span, "");
    let fix = only_near(code, known().collect::<Vec<_>>())
        .map(|meant| Fix::replace(span, meant, format!("write `{meant}`")));
    match did_you_mean(code, known()) {
        Some(meant) => diagnostic.hint(format!("did you mean `{meant}`?")).fixed_by(fix),
        None => diagnostic.hint("`lessonc explain` lists all codes"),
    }
}

/// What the comments in a lesson allow, outside of code.
fn comments(lesson: &Lesson, sources: &Sources) -> Vec<Allow> {
    const OPENER: &str = "<!-- lessonc:";
    let source = sources.get(lesson.source);
    let text = &source.text;
    let code: Vec<Span> = lesson.chunks().iter().map(|chunk| chunk.span).collect();
    let mut allows = vec![];
    for (at, _) in text.match_indices(OPENER) {
        let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before = &text[line_start..at];
        let is_code = code.iter().any(|span| span.range().contains(&at))
            || before.matches('`').count() % 2 == 1;
        let Some(length) = text[at..].find("-->").filter(|_| !is_code) else { continue };
        let end = at + length;
        let line_end = text[end..].find('\n').map_or(text.len(), |newline| end + newline);
        let is_alone = |text: &str| {
            text.trim_matches(|c: char| c.is_whitespace() || ">*+-".contains(c)).is_empty()
        };
        let line = source.line_column(at).line;
        let line = if is_alone(before) && is_alone(&text[end + 3..line_end]) {
            line_spoken_for(text, source.line_column(end).line)
        } else {
            line
        };
        let start = at + OPENER.len();
        let words = words(&text[start..end]);
        let place = |range: std::ops::Range<usize>| {
            Span::new(lesson.source, start + range.start..start + range.end)
        };
        let allow = |word: &str, span, mistake| Allow {
            word: word.to_owned(),
            span,
            line,
            is_used: false,
            mistake,
        };
        let whole = Span::new(lesson.source, at..end + 3);
        match words.split_first() {
            Some(((_, "allow"), [])) => allows.push(allow("", whole, Some(Mistake::NoCode))),
            Some(((_, "allow"), codes)) => allows.extend(codes.iter().map(|(range, code)| {
                let mistake = match codes::find(code) {
                    None => Some(Mistake::UnknownCode),
                    Some(_) if !codes::may_be_lowered(code) => Some(Mistake::Fixed),
                    Some(_) => None,
                };
                allow(code, place(range.clone()), mistake)
            })),
            Some(((range, word), _)) => {
                allows.push(allow(word, place(range.clone()), Some(Mistake::NoDirective)));
            }
            None => allows.push(allow("", whole, Some(Mistake::NoCode))),
        }
    }
    allows
}

/// The first line after `line` that holds more than such a comment.
fn line_spoken_for(text: &str, line: usize) -> usize {
    let skipped = text.lines().skip(line).take_while(|line| {
        let line = line.trim_matches(|c: char| c.is_whitespace() || c == '>');
        line.is_empty() || line.starts_with("<!-- lessonc:") && line.ends_with("-->")
    });
    line + skipped.count() + 1
}

/// Words between blanks and commas, and where each stands.
fn words(text: &str) -> Vec<(std::ops::Range<usize>, &str)> {
    let mut words = vec![];
    let mut at = 0;
    for word in text.split(|c: char| c.is_whitespace() || c == ',') {
        if !word.is_empty() {
            words.push((at..at + word.len(), word));
        }
        at += word.len() + text[at + word.len()..].chars().next().map_or(0, char::len_utf8);
    }
    words
}
