//! What people read in the terminal: mistakes, progress, and what was done.

use std::{io::IsTerminal, sync::Mutex, time::Duration};

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use indicatif::{ProgressBar, ProgressStyle};

use crate::model::{
    diagnostic::{Diagnostic, Label, RemarkKind, Replacement, Severity},
    source::{SourceId, Sources},
};

/// Diagnostics in the order of their places, each once.
pub fn put_in_order(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(Diagnostic::span);
    diagnostics.dedup();
}

/// Tells all diagnostics, which are in order, and how many there are.
pub fn report(diagnostics: &[Diagnostic], sources: &Sources) {
    for diagnostic in diagnostics {
        anstream::eprintln!("{}\n", render(diagnostic, sources, &Renderer::styled()));
    }
    let count = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match (errors, warnings) {
        (0, 0) => {}
        (0, _) => eprintln!("{}", plural(warnings, "warning")),
        (_, 0) => eprintln!("{}", plural(errors, "error")),
        _ => eprintln!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    }
}

/// Tells why a command could not do its work at all.
pub fn error(error: &std::io::Error) {
    let title = Level::ERROR.primary_title(error.to_string());
    anstream::eprintln!("{}", Renderer::styled().render(&[Group::with_title(title)]));
}

/// `1 lesson`, `2 lessons`.
pub fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// One diagnostic in rustc's look.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&diagnostic.message).id(&*diagnostic.code);
    let mut groups = vec![];
    let mut group = Group::with_title(title).elements(snippets(&diagnostic.labels, sources));
    for remark in &diagnostic.remarks {
        let level = match remark.kind {
            RemarkKind::Note => Level::NOTE,
            RemarkKind::Help => Level::HELP,
        };
        if remark.labels.is_empty() && remark.patches.is_empty() {
            group = group.element(level.message(&remark.text));
            continue;
        }
        groups.push(group);
        group = Group::with_title(level.secondary_title(&remark.text))
            .elements(snippets(&remark.labels, sources))
            .elements(remark.patches.iter().flat_map(|patch| patched(patch, sources)));
    }
    groups.push(group);
    renderer.render(&groups)
}

/// The texts that labels speak of, with carets.
fn snippets<'a>(labels: &'a [Label], sources: &'a Sources) -> Vec<Snippet<'a, Annotation<'a>>> {
    let snippet = |(source, labels): (SourceId, Vec<&'a Label>)| {
        let source = sources.get(source);
        let annotations = labels.into_iter().map(|label| {
            let kind =
                if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let text = Some(&*label.text).filter(|text| !text.is_empty());
            kind.span(label.span.range()).label(text)
        });
        Snippet::source(&source.text).path(&source.shown).annotations(annotations)
    };
    by_source(labels).into_iter().map(snippet).collect()
}

/// The texts that replacements change, as they would read then.
fn patched<'a>(
    replacements: &'a [Replacement],
    sources: &'a Sources,
) -> Option<Snippet<'a, Patch<'a>>> {
    let source = sources.get(replacements.first()?.span.source);
    let patches = replacements
        .iter()
        .map(|replacement| Patch::new(replacement.span.range(), &*replacement.text));
    Some(Snippet::source(&source.text).path(&source.shown).patches(patches))
}

/// Labels of one source together, the source of the first primary label first.
fn by_source(labels: &[Label]) -> Vec<(SourceId, Vec<&Label>)> {
    let mut groups: Vec<(_, Vec<&Label>)> = vec![];
    let primary_first =
        labels.iter().filter(|l| l.primary).chain(labels.iter().filter(|l| !l.primary));
    for label in primary_first {
        match groups.iter_mut().find(|(source, _)| *source == label.span.source) {
            Some((_, group)) => group.push(label),
            None => groups.push((label.span.source, vec![label])),
        }
    }
    groups
}

/// Says what is being done while it takes time: a line that changes on a terminal, a line for each
/// thing elsewhere.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    way: Way,
    said: Mutex<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Terminal,
    Lines,
    Silent,
}

impl Progress {
    /// As suits standard error.
    pub fn on_stderr() -> Self {
        Self::new(if std::io::stderr().is_terminal() { Way::Terminal } else { Way::Lines })
    }

    /// Says nothing, for tests.
    pub fn silent() -> Self {
        Self::new(Way::Silent)
    }

    fn new(way: Way) -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
            bar.set_style(style);
        }
        Self { bar, way, said: Mutex::default() }
    }

    /// A lesson, and what is done for it.
    pub fn begin(&self, lesson: &str, doing: &str) {
        let line = format!("{lesson}: {doing}");
        match self.way {
            Way::Terminal => {
                self.bar.reset();
                self.bar.enable_steady_tick(Duration::from_millis(100));
                self.bar.set_message(line.clone());
            }
            Way::Lines => eprintln!("{line}"),
            Way::Silent => {}
        }
        if let Ok(mut said) = self.said.lock() {
            *said = line;
        }
    }

    /// How far it has come.
    pub fn detail(&self, detail: &str) {
        if self.way == Way::Terminal
            && let Ok(said) = self.said.lock()
        {
            self.bar.set_message(format!("{said}, {detail}"));
        }
    }

    /// It is done.
    pub fn end(&self) {
        if self.way == Way::Terminal {
            self.bar.disable_steady_tick();
            self.bar.finish_and_clear();
        }
    }
}
