//! What prose says of a lesson's measurements: `[0.1 ms]{value="granularity.overhead"}` shows the measured
//! value, `[faster]{claim="parallel.time < serial.time"}` stands only as long as it is true, and the
//! `alt` of an image or a plot may hold values too.

mod expression;
mod quantity;
mod values;

use std::{collections::BTreeMap, ops::Range};

use crate::model::{
    course::{Attributes, Bracketed, Chunk, Inline, Lesson, plain_text},
    diagnostic::{Diagnostic, Fix, did_you_mean},
    record::{Record, Timed},
    samples::Samples,
    source::{Sources, Span},
    table::Table,
    walk,
};
use expression::Fault;
use quantity::{Format, Quantity, SECONDS};

/// Gives printed text as readers see it, without colours and what was written over.
pub type Plain = fn(&str) -> String;

/// How far a value may be from what its author wrote, as a part of the value, where nothing is said:
/// a doubling is told, the difference from one machine to the next is not.
const TOLERANCE: f64 = 0.5;

/// Digits that count, of a value that is shown.
const DIGITS: usize = 2;

/// Puts into a lesson's record what its prose shows of its values, and tells where prose and
/// measurement differ. `tables` are those of its programs and plots, by their names.
pub fn measure(
    lesson: &Lesson,
    record: &mut Record,
    tables: &BTreeMap<String, Table>,
    plain: Plain,
    sources: &Sources,
) -> Vec<Diagnostic> {
    let values = values::values(lesson, record, tables, plain);
    let mut prose = Prose { values, sources, shown: BTreeMap::new(), diagnostics: vec![] };
    walk::inlines(&lesson.blocks, &mut |_, inline| match inline {
        Inline::Bracketed(bracketed) => {
            let Bracketed { span, attributes, content } = &**bracketed;
            prose.value(*span, attributes, content);
            prose.claim(*span, attributes);
        }
        Inline::Image(image) => {
            let alt = image.attributes.get("alt");
            let words = alt.and_then(|alt| prose.words(alt, image.span));
            prose.shown.extend(words.map(|words| (image.span, words)));
            prose.claim(image.span, &image.attributes);
        }
        _ => {}
    });
    let timed = |chunk: &&Chunk| Some((chunk.span, timed(&values::samples(chunk, record)?)));
    let timed: BTreeMap<Span, Timed> = lesson.chunks().iter().filter_map(timed).collect();
    record.timed = timed;
    for chunk in lesson.chunks().into_iter().filter(|chunk| chunk.is_plot()) {
        for key in ["caption", "alt"] {
            let words = chunk.attributes.get(key).and_then(|it| prose.words(it, chunk.info));
            record.said.extend(words.map(|words| ((chunk.span, key.to_owned()), words)));
        }
        prose.claim(chunk.info, &chunk.attributes);
    }
    record.shown = prose.shown;
    prose.diagnostics
}

/// What there is to say of a block's runs.
fn timed(samples: &Samples) -> Timed {
    let median = Quantity::new(samples.median(), SECONDS).readable();
    let shown = |seconds| Quantity::new(seconds, SECONDS).to(median.unit).with_digits(3);
    let (low, high) = samples.middle_half();
    Timed {
        median: median.with_digits(3),
        low: shown(low),
        high: shown(high),
        runs: samples.count(),
        outliers: samples.outliers(),
    }
}

struct Prose<'a> {
    values: BTreeMap<String, Quantity>,
    sources: &'a Sources,
    shown: BTreeMap<Span, String>,
    diagnostics: Vec<Diagnostic>,
}

impl Prose<'_> {
    /// A value in prose, and whether it is about what its author wrote.
    fn value(&mut self, span: Span, attributes: &Attributes, content: &[Inline]) {
        let Some(name) = attributes.get("value") else { return };
        let place = self.place(span, name);
        let Some(measured) = self.values.get(name).copied() else {
            let unknown = self.unknown(name, place);
            self.diagnostics.push(unknown);
            return;
        };
        let written = plain_text(content);
        let Some((at, said)) = quantity::find(&written) else {
            let diagnostic =
                Diagnostic::error("malformed-value", "there is no number to show a value for");
            let example = measured.readable().with_digits(DIGITS);
            self.diagnostics.push(diagnostic.at(span, "").hint(format!(
                "write in the brackets what you expect: `[{example}]{{value=\"{name}\"}}`"
            )));
            return;
        };
        if said.unit.measure != measured.unit.measure {
            let diagnostic = Diagnostic::error("malformed-value", "the units do not agree").at(
                span,
                format!(
                    "this is {}, and `{name}` is {}",
                    said.unit.measure.name(),
                    measured.unit.measure.name()
                ),
            );
            let shown = measured.readable().with_digits(DIGITS);
            self.diagnostics.push(diagnostic.hint(format!("it was measured as {shown}")));
            return;
        }
        let Some(shown) = self.written(span, attributes, said, &written[at.clone()], measured)
        else {
            return;
        };
        let text = [&written[..at.start], &shown, &written[at.end..]].concat();
        let Some(tolerance) = self.tolerance(span, attributes, said) else { return };
        let off = (said.base() - measured.base()).abs();
        if off > tolerance.unwrap_or(measured.base().abs() * TOLERANCE) {
            // In steps of ten, so that the next run may give another.
            let percent = (off / said.base().abs() * 10.0).ceil() * 10.0;
            let or = if percent.is_finite() {
                format!(", or say how far it may be: `tolerance=\"{percent}%\"`")
            } else {
                String::new()
            };
            let brackets =
                Span { end: span.start + 1 + written.len(), start: span.start + 1, ..span };
            // Markup or line breaks inside are the author's to rewrite.
            let is_plain = self.sources.text(span).get(1..1 + written.len()) == Some(&written);
            let fix = is_plain.then(|| Fix::replace(brackets, &*text, format!("write `{text}`")));
            self.diagnostics.push(
                Diagnostic::warning("other-value", format!("`{name}` was measured as {shown}"))
                    .at(span, "readers see the measured value, here stands another")
                    .hint(format!("write the measured one{or}"))
                    .fixed_by(fix),
            );
        }
        self.shown.insert(span, text);
    }

    /// A measured value as it is to be shown: as `format=` says, or else in the unit that the author
    /// wrote, unless there it would be too small or too large to be read.
    fn written(
        &mut self,
        span: Span,
        attributes: &Attributes,
        said: Quantity,
        number: &str,
        measured: Quantity,
    ) -> Option<String> {
        let Some(format) = attributes.get("format") else {
            let same = measured.to(said.unit);
            let reads_well = same.number == 0.0 || (0.01..10_000.0).contains(&same.number.abs());
            let digits = number.chars().filter(char::is_ascii_digit).collect::<String>();
            let digits = digits.trim_start_matches('0').len().max(DIGITS);
            let quantity = if reads_well { same } else { measured.readable() };
            return Some(quantity.with_digits(digits));
        };
        let written = Format::read(format).and_then(|it| it.write(measured, DIGITS));
        if written.is_none() {
            let place = self.place(span, format);
            self.malformed_format(place, measured);
        }
        written
    }

    fn malformed_format(&mut self, place: Span, measured: Quantity) {
        let hint = match measured.readable().unit.name {
            "" => "write `.1`".to_owned(),
            unit => format!("write `.1`, or `.1 {unit}`"),
        };
        self.diagnostics.push(
            Diagnostic::error("malformed-value", "this format cannot be followed")
                .at(place, "expected decimals, a unit, or both")
                .hint(hint),
        );
    }

    /// How far from the measured value the written one may be, in its measure's base unit. `Some(None)`
    /// where nothing is said.
    fn tolerance(
        &mut self,
        span: Span,
        attributes: &Attributes,
        said: Quantity,
    ) -> Option<Option<f64>> {
        let Some(text) = attributes.get("tolerance") else { return Some(None) };
        let read = quantity::read(text.trim()).filter(|(_, length)| *length == text.trim().len());
        match read.map(|(quantity, _)| quantity) {
            Some(part) if part.unit.name == "%" => Some(Some(said.base().abs() * part.base())),
            Some(bound) if bound.unit.measure == said.unit.measure => Some(Some(bound.base())),
            _ => {
                let place = self.place(span, text);
                self.diagnostics.push(
                    Diagnostic::error("malformed-value", "this tolerance cannot be followed")
                        .at(place, "expected a part, or a bound in the value's unit")
                        .hint(format!("write `20%`, or `{}`", said.with_digits(1))),
                );
                None
            }
        }
    }

    /// Something that is said because values are so.
    fn claim(&mut self, span: Span, attributes: &Attributes) {
        let Some(claim) = attributes.get("claim") else { return };
        let whole = self.place(span, claim);
        // Escapes and line breaks in the attribute make its text longer than what was read of it.
        let is_literal = self.sources.text(whole) == claim;
        let part = |at: Range<usize>| match is_literal {
            true => Span { start: whole.start + at.start, end: whole.start + at.end, ..whole },
            false => whole,
        };
        let diagnostic = match expression::judge(claim, |name| self.values.get(name).copied()) {
            Ok(verdict) if verdict.holds => return,
            Ok(verdict) => Diagnostic::error("untrue-claim", "this is not what was measured")
                .at(whole, format!("{} does not hold", verdict.evaluated))
                .also(span, "said here")
                .hint("say what is true, or run again if the measurement was disturbed: `--rerun`"),
            Err(Fault::Unknown { at }) => self.unknown(&claim[at.clone()], part(at)),
            Err(Fault::Malformed { at, message }) => {
                Diagnostic::error("malformed-claim", "this claim cannot be judged")
                    .at(part(at), message)
                    .hint(
                        "compare values and numbers: `claim=\"parallel.time < 0.7 * serial.time\"`",
                    )
            }
        };
        self.diagnostics.push(diagnostic);
    }

    /// The words of an attribute with their values in them, if they ask for some: `alt="falls to
    /// {granularity.fastest}"`, `{x.y:.1 ms}`.
    fn words(&mut self, text: &str, span: Span) -> Option<String> {
        let mut shown = String::new();
        let mut rest = text;
        let mut has_values = false;
        while let Some(opener) = rest.find('{') {
            let (before, behind) = (&rest[..opener], &rest[opener + 1..]);
            let inner = behind
                .split_once('}')
                .map(|(inner, _)| inner)
                .filter(|inner| expression::is_name(inner.split(':').next().unwrap_or_default()));
            let Some(inner) = inner else {
                shown.push_str(&rest[..=opener]);
                rest = behind;
                continue;
            };
            let (name, format) = inner.split_once(':').unwrap_or((inner, ""));
            shown.push_str(before);
            match self.values.get(name).copied() {
                Some(value) => match Format::read(format).and_then(|it| it.write(value, DIGITS)) {
                    Some(text) => shown.push_str(&text),
                    None => {
                        let place = self.place(span, format);
                        self.malformed_format(place, value);
                    }
                },
                None => {
                    let place = self.place(span, name);
                    let unknown = self.unknown(name, place);
                    self.diagnostics.push(unknown);
                }
            }
            has_values = true;
            rest = &behind[inner.len() + 1..];
        }
        shown.push_str(rest);
        has_values.then(|| shown.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Where an attribute's text stands in what it belongs to, or all of that.
    fn place(&self, span: Span, text: &str) -> Span {
        let whole = self.sources.text(span);
        let at = whole.rfind(text).filter(|_| !text.is_empty());
        at.map_or(span, |at| {
            let start = span.start + at;
            Span { start, end: start + text.len(), ..span }
        })
    }

    fn unknown(&self, name: &str, place: Span) -> Diagnostic {
        let diagnostic =
            Diagnostic::error("unknown-value", format!("nothing gives the value `{name}`"))
                .at(place, "no run of this lesson gives it");
        let names = self.values.keys().map(String::as_str);
        let block = name.split('.').next().unwrap_or_default();
        let of_block = |name: &&str| name.split('.').next() == Some(block);
        let siblings: Vec<String> =
            names.clone().filter(of_block).map(|name| format!("`{name}`")).collect();
        diagnostic.hint(match (did_you_mean(name, names), siblings.is_empty()) {
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            (None, false) => format!("`{block}` gives {}", siblings.join(", ")),
            (None, true) => format!(
                "a block named `#{block}` gives it by printing a line such as `{}: 0.12 ms`",
                name.split('.').nth(1).unwrap_or("overhead")
            ),
        })
    }
}
