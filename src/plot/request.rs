//! What the author of a `.plot` block asks for.

use super::scale::Scale;
use crate::model::{
    course::Chunk,
    diagnostic::{Diagnosed, Diagnostic, did_you_mean},
    source::{Sources, Span},
};

/// A block's attributes, read.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    pub kind: Kind,
    pub x: Axis<'a>,
    pub y: Axis<'a>,
    /// The column whose values part the rows into series.
    pub series: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    LinesAndPoints,
    Lines,
    Points,
    /// They lie, so that names of any length can stand before them.
    Bars,
}

impl Kind {
    const ALL: [Self; 4] = [Self::LinesAndPoints, Self::Lines, Self::Points, Self::Bars];

    fn word(self) -> &'static str {
        match self {
            Self::LinesAndPoints => "lines+points",
            Self::Lines => "lines",
            Self::Points => "points",
            Self::Bars => "bars",
        }
    }

    pub fn has_lines(self) -> bool {
        matches!(self, Self::LinesAndPoints | Self::Lines)
    }

    pub fn has_points(self) -> bool {
        matches!(self, Self::LinesAndPoints | Self::Points)
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Axis<'a> {
    /// The column of its numbers; where none is said, the first is `x` and the second `y`.
    pub column: Option<&'a str>,
    pub scale: Scale,
    label: Option<&'a str>,
    unit: Option<&'a str>,
}

impl Axis<'_> {
    /// What is written at it: the column's name, unless the author says another, and the unit.
    pub fn title(&self, column: &str) -> String {
        let label = self.label.unwrap_or(column);
        self.unit.map_or_else(|| label.to_owned(), |unit| format!("{label} ({unit})"))
    }
}

/// Every attribute that a `.plot` block can have.
const KEYS: [&str; 13] = [
    "data", "kind", "x", "y", "series", "x-scale", "y-scale", "x-label", "y-label", "x-unit",
    "y-unit", "caption", "alt",
];

pub fn read<'a>(chunk: &'a Chunk, sources: &Sources) -> Diagnosed<Request<'a>> {
    let mut diagnostics = vec![];
    let wrong = |key: &str, message: String| {
        Diagnostic::error("plot-attribute", message).at(attribute(chunk, key, sources), "")
    };
    for (key, _) in &chunk.attributes.pairs {
        if !KEYS.contains(&key.as_str()) {
            let diagnostic = wrong(key, format!("a plot has no `{key}`"));
            let meant = did_you_mean(key, KEYS);
            diagnostics.push(match meant {
                Some(meant) => diagnostic.hint(format!("did you mean `{meant}`?")),
                None => diagnostic.hint(format!("it has: {}", KEYS.join(", "))),
            });
        }
    }
    let get = |key: &str| chunk.attributes.get(key).filter(|value| !value.is_empty());
    let mut word = |key: &str, known: &[&str]| {
        let said = get(key)?;
        let found = known.iter().position(|word| *word == said);
        if found.is_none() {
            let diagnostic = wrong(key, format!("`{key}` can't be `{said}`"));
            diagnostics.push(diagnostic.hint(format!("it is one of: {}", known.join(", "))));
        }
        found
    };
    let kind = word("kind", &Kind::ALL.map(Kind::word)).map(|at| Kind::ALL[at]);
    let mut scale = |key: &str| {
        let found = word(key, &Scale::ALL.map(Scale::word));
        found.map(|at| Scale::ALL[at]).unwrap_or_default()
    };
    let mut request = Request {
        kind: kind.unwrap_or_default(),
        x: Axis {
            column: get("x"),
            scale: scale("x-scale"),
            label: get("x-label"),
            unit: get("x-unit"),
        },
        y: Axis {
            column: get("y"),
            scale: scale("y-scale"),
            label: get("y-label"),
            unit: get("y-unit"),
        },
        series: get("series"),
    };
    if request.kind == Kind::Bars {
        for (key, axis) in [("x-scale", &mut request.x), ("y-scale", &mut request.y)] {
            if axis.scale.is_logarithmic() {
                let message = "bars begin at zero, which a logarithmic axis doesn't have";
                let hint = "draw points, `kind=\"points\"`, or take the scale out";
                diagnostics.push(wrong(key, message.to_owned()).hint(hint));
                axis.scale = Scale::Linear;
            }
        }
    }
    Diagnosed { value: request, diagnostics }
}

/// Where a block says an attribute, from the key's beginning to the value's end. Behind the fence,
/// where it isn't found.
pub fn attribute(chunk: &Chunk, key: &str, sources: &Sources) -> Span {
    let text = sources.text(chunk.info);
    let mut quote = None;
    let mut word_start = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c.is_whitespace() || matches!(c, '{' | '}' | ',') => {
                let word = &text[word_start..at];
                if word.strip_prefix(key).is_some_and(|value| value.starts_with('=')) {
                    let start = chunk.info.start + word_start;
                    return Span { start, end: start + word.len(), ..chunk.info };
                }
                word_start = at + c.len_utf8();
            }
            None => {}
        }
    }
    chunk.info
}
