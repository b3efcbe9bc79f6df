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

use std::collections::{BTreeMap, BTreeSet};

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
    // Where nothing is found, nothing can be meant so.
    let found: BTreeSet<SourceId> =
        diagnostics.iter().filter_map(Diagnostic::span).map(|span| span.source).collect();
    let without_place = diagnostics.iter().any(|diagnostic| diagnostic.span().is_none());
    let is_index =
        |lesson: &Lesson| course.index.as_ref().is_some_and(|index| index.source == lesson.source);
    let lessons = course.texts().map(|lesson| &**lesson).filter(|lesson| {
        all_is_found || found.contains(&lesson.source) || without_place && is_index(lesson)
    });
    let mut allows: Vec<Allow> = lessons.flat_map(|lesson| comments(lesson, sources)).collect();
    let index = course.index.as_ref().map(|index| index.source);
    let lines = by_line(&allows);
    let allowed: Vec<Option<usize>> = diagnostics
        .iter()
        .map(|diagnostic| allow_for(diagnostic, &lines, index, sources))
        .collect();
    allowed.iter().flatten().for_each(|allow| allows[*allow].is_used = true);
    let mut settled: Vec<Diagnostic> = diagnostics
        .into_iter()
        .zip(allowed)
        .filter_map(|(diagnostic, allow)| allow.is_none().then_some(diagnostic))
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
    NoColon,
    NoDirective,
    NoCode,
    UnknownCode,
    Fixed,
}

impl Allow {
    fn new(word: &str, span: Span, line: usize, mistake: Option<Mistake>) -> Self {
        Self { word: word.to_owned(), span, line, is_used: false, mistake }
    }

    fn complaint(&self) -> Option<Diagnostic> {
        let Self { word, span, .. } = self;
        let setting = |message: String| Diagnostic::warning("check-setting", message).at(*span, "");
        Some(match self.mistake {
            Some(Mistake::NoColon) => setting("this allows nothing".to_owned())
                .hint("put a colon behind the first word: `<!-- lessonc: allow CODE -->`"),
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

/// The first of the allows for each code and each line.
type ByLine<'a> = BTreeMap<(SourceId, &'a str, usize), usize>;

fn by_line(allows: &[Allow]) -> ByLine<'_> {
    let mut lines = ByLine::new();
    for (index, Allow { word, span, line, mistake, .. }) in allows.iter().enumerate() {
        if mistake.is_none() {
            lines.entry((span.source, word.as_str(), *line)).or_insert(index);
        }
    }
    lines
}

/// The allow that speaks for what a diagnostic tells.
fn allow_for(
    diagnostic: &Diagnostic,
    lines: &ByLine,
    index: Option<SourceId>,
    sources: &Sources,
) -> Option<usize> {
    if is_fixed(diagnostic) {
        return None;
    }
    let everywhere = 0..=usize::MAX;
    let (source, spoken_for) = match diagnostic.span() {
        None => (index?, everywhere),
        Some(span) => {
            let source = sources.get(span.source);
            let first = source.line_column(span.start).line;
            let last = source.line_column(span.end).line;
            (span.source, if first == 1 { everywhere } else { first..=last })
        }
    };
    let at = |line: usize| (source, &*diagnostic.code, line);
    let (_, allow) = lines.range(at(*spoken_for.start())..=at(*spoken_for.end())).next()?;
    Some(*allow)
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
    const OPENER: &str = "<!-- lessonc";
    let source = sources.get(lesson.source);
    let text = &source.text;
    let mut code: Vec<Span> = lesson.chunks().iter().map(|chunk| chunk.span).collect();
    code.sort_by_key(|span| span.start);
    let mut code = code.into_iter().peekable();
    let mut code_end = 0;
    let mut place = Place::default();
    let mut spoken_for = 0..0;
    let mut done = 0;
    let mut allows = vec![];
    for (at, _) in text.match_indices(OPENER) {
        while let Some(span) = code.next_if(|span| span.start <= at) {
            code_end = code_end.max(span.end);
        }
        place.go_to(text, at);
        if at < code_end || at < done || place.ticks % 2 == 1 {
            continue;
        }
        let Some(length) = text[at..].find("-->") else { break };
        let end = at + length;
        done = end;
        let whole = Span::new(lesson.source, at..end + 3);
        let written = &text[at + OPENER.len()..end];
        let Some(directive) = written.strip_prefix(':') else {
            if written.trim_start().starts_with("allow") {
                allows.push(Allow::new("", whole, place.line, Some(Mistake::NoColon)));
            }
            continue;
        };
        let start = end - directive.len();
        let is_alone = |text: &str| {
            text.trim_matches(|c: char| c.is_whitespace() || ">*+-".contains(c)).is_empty()
        };
        let rest_of_line = || text[end + 3..].split('\n').next().unwrap_or_default();
        let mut line = place.line;
        if is_alone(&text[place.line_start..at]) && is_alone(rest_of_line()) {
            let last = line + text[at..end].matches('\n').count();
            // Those of one comment below another speak for the same line.
            if !spoken_for.contains(&last) {
                spoken_for = last..line_spoken_for(&text[end..], last);
            }
            line = spoken_for.end;
        }
        let words = words(&text[start..end]);
        let span = |range: std::ops::Range<usize>| {
            Span::new(lesson.source, start + range.start..start + range.end)
        };
        let allow = |word, span, mistake| Allow::new(word, span, line, mistake);
        match words.split_first() {
            Some(((_, "allow"), [])) => allows.push(allow("", whole, Some(Mistake::NoCode))),
            Some(((_, "allow"), codes)) => allows.extend(codes.iter().map(|(range, code)| {
                let mistake = match codes::find(code) {
                    None => Some(Mistake::UnknownCode),
                    Some(_) if !codes::may_be_lowered(code) => Some(Mistake::Fixed),
                    Some(_) => None,
                };
                allow(code, span(range.clone()), mistake)
            })),
            Some(((range, word), _)) => {
                allows.push(allow(word, span(range.clone()), Some(Mistake::NoDirective)));
            }
            None => allows.push(allow("", whole, Some(Mistake::NoCode))),
        }
    }
    allows
}

/// A place in a text that is read from its beginning to its end.
struct Place {
    at: usize,
    /// Counted from one.
    line: usize,
    line_start: usize,
    /// The backticks before it in its line.
    ticks: usize,
}

impl Default for Place {
    fn default() -> Self {
        Self { at: 0, line: 1, line_start: 0, ticks: 0 }
    }
}

impl Place {
    fn go_to(&mut self, text: &str, at: usize) {
        let passed = &text[self.at..at];
        if let Some(newline) = passed.rfind('\n') {
            self.line += passed.matches('\n').count();
            self.line_start = self.at + newline + 1;
            self.ticks = 0;
        }
        self.ticks += text[self.line_start.max(self.at)..at].matches('`').count();
        self.at = at;
    }
}

/// The first line after `line` that holds more than such a comment; `rest` is what stands from
/// somewhere in that line on.
fn line_spoken_for(rest: &str, line: usize) -> usize {
    let skipped = rest.lines().skip(1).take_while(|line| {
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
