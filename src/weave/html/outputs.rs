//! What blocks of code gave.

use serde::Serialize;

use super::{Body, figures::sized, visible};
use crate::{
    model::{
        course::{Cell, Chunk, Show},
        diagnostic::Diagnostic,
        record::{Output, Part, Record, Timed},
        site::{Asset, Content},
    },
    weave::{ansi, escape::escape, links, picture::picture_size, value},
};

/// A part of what a block gave.
#[derive(Serialize)]
struct Given {
    kind: &'static str,
    html: String,
}

impl<'a> Body<'a> {
    pub(super) fn outputs(&self, chunk: &Chunk) -> impl Iterator<Item = &'a Output> + use<'a> {
        let span = chunk.span;
        let outputs = self.record.map(|record| &record.outputs[..]).unwrap_or_default();
        outputs.iter().filter(move |output| output.chunk == span)
    }

    pub(super) fn output(&mut self, output: &Output, chunk: &Chunk) -> String {
        let show = chunk.shows();
        let mut parts = vec![];
        for part in &output.parts {
            match part {
                Part::Note(text) => parts.extend(printed("note", text)),
                _ if show == Show::None => {}
                Part::Stdout(text) if show == Show::Html => parts.push(self.html(text)),
                Part::Stdout(text) => parts.extend(printed("stdout", text)),
                Part::Stderr(text) => parts.extend(printed("stderr", text)),
                Part::Compiler(text) => parts.extend(printed("compiler", text)),
                Part::Value(text) => {
                    for piece in value::pieces(text) {
                        match piece {
                            value::Piece::Text(text) => parts.extend(printed("value", text)),
                            value::Piece::Html(html) => parts.push(self.html(html)),
                            value::Piece::Picture { kind, bytes } => {
                                parts.extend(self.picture(kind, bytes, chunk));
                            }
                        }
                    }
                }
            }
        }
        let is_measured = !output.samples.is_empty();
        if parts.is_empty() && !is_measured {
            return String::new();
        }
        let duration = duration(output.micros).filter(|_| !is_measured);
        self.given(parts, duration, output.is_old, chunk)
    }

    fn html(&self, html: &str) -> Given {
        Given { kind: "html", html: self.links.html(self.lesson, html).into_owned() }
    }

    /// A picture that a value showed, as a file of the site.
    fn picture(&mut self, kind: &str, bytes: Option<Vec<u8>>, chunk: &Chunk) -> Option<Given> {
        let Some(bytes) = bytes else {
            let message = format!("the value is said to be a picture, and is no {kind}");
            let diagnostic = Diagnostic::warning("no-picture", message).at(chunk.info, "");
            self.diagnostics.push(
                diagnostic.hint(
                    "`evcxr_display` is to print an SVG as it is, and other pictures in base64",
                ),
            );
            return None;
        };
        let alt = chunk.attributes.get("alt");
        if alt.is_none() {
            let message = "this cell shows a picture, and does not say what is on it";
            let diagnostic = Diagnostic::warning("missing-alt", message).at(chunk.info, "");
            self.diagnostics.push(diagnostic.hint("say it behind the fence: `alt=\"…\"`"));
        }
        let path = format!("values/{}.{kind}", self.assets.len() + 1);
        let path = links::captured_path(self.lesson, &path);
        let html = format!(
            "<img src=\"{}\" alt=\"{}\"{} loading=\"lazy\" decoding=\"async\">",
            escape(&path),
            escape(alt.unwrap_or(self.skin.words.get("shown_by_code"))),
            sized(picture_size(&bytes)),
        );
        self.assets.push(Asset { path, content: Content::Bytes(bytes.into()) });
        Some(Given { kind: "picture", html })
    }

    /// An output that the author typed, of code that does not run here.
    pub(super) fn typed_output(&mut self, chunk: &Chunk) -> String {
        let kind = match chunk.language.as_deref() {
            Some("output") => "stdout",
            Some("warning") => "warning",
            _ => "error",
        };
        let text = visible(chunk, self.sources);
        let html = escape(text.strip_suffix('\n').unwrap_or(&text));
        self.given(vec![Given { kind, html }], None, false, chunk)
    }

    fn given(
        &mut self,
        parts: Vec<Given>,
        duration: Option<String>,
        old: bool,
        chunk: &Chunk,
    ) -> String {
        #[derive(Serialize)]
        struct Context<'t> {
            parts: Vec<Given>,
            duration: Option<String>,
            /// Of a cell that is measured.
            timing: Option<&'t Timed>,
            /// When and with what it was measured, unless a chart below says so.
            made: Option<String>,
            /// `compile_fail` and the like, where what is shown is what was expected.
            trial: Option<&'static str>,
            /// Whether it stands without a box.
            raw: bool,
            /// Whether its code is on its way to give another.
            old: bool,
        }
        let trial = match chunk.cell {
            Some(Cell::Trial(trial)) if parts.iter().all(|part| part.kind != "note") => {
                Some(trial.word())
            }
            _ => None,
        };
        let raw = chunk.shows() == Show::Raw;
        let record = self.record;
        let timing = record.and_then(|record| record.timed.get(&chunk.span));
        let made = record.and_then(Record::only_made);
        let made = made.filter(|_| timing.is_some() && chunk.compared().is_none());
        let made = made.map(|made| made.told(self.skin.words));
        let context = Context { parts, duration, timing, made, trial, raw, old };
        self.render("output.html", &context, chunk.info)
    }
}

/// What was printed, as a terminal would show it; none where that is nothing.
fn printed(kind: &'static str, text: &str) -> Option<Given> {
    // The standard library parts a panic from what stands above it, and nothing does.
    let text = text.strip_prefix('\n').filter(|it| it.starts_with("thread '")).unwrap_or(text);
    // What comes next stands below anyway.
    let html = || ansi::html(text.strip_suffix('\n').unwrap_or(text));
    (!text.is_empty()).then(|| Given { kind, html: html() })
}

/// How long something took, if it is long enough to tell readers something.
pub fn duration(micros: u64) -> Option<String> {
    match micros {
        0..10_000 => None,
        10_000..1_000_000 => Some(format!("{} ms", micros / 1000)),
        _ => Some(format!("{:.2} s", micros as f64 / 1e6)),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn only_what_takes_time_is_timed() {
        assert_eq!(duration(9_999), None);
        assert_eq!(duration(201_440).as_deref(), Some("201 ms"));
        assert_eq!(duration(2_334_000).as_deref(), Some("2.33 s"));
    }
}
