//! What a code block asks for by its attributes: whether they are known, make sense where they
//! stand, and have values that can be read.

use std::ops::Range;

use super::passage::Passage;
use crate::model::course::{Attributes, Cell, Drift, Show};
use crate::model::diagnostic::{Diagnostic, Fix, did_you_mean, only_near};
use crate::model::limits::Size;
use crate::model::source::Span;

/// The blocks that an attribute says something of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    All,
    /// Those that run.
    Cells,
    /// Those that run in a notebook.
    Notebooks,
    Consoles,
}

const KNOWN: [(&str, Of); 14] = [
    ("alt", Of::Notebooks),
    ("caption", Of::All),
    ("chatter", Of::Consoles),
    ("data", Of::All),
    ("drift", Of::Cells),
    ("env", Of::Cells),
    ("file", Of::All),
    ("mode", Of::All),
    ("output", Of::Cells),
    ("output-size", Of::Cells),
    ("runs", Of::Cells),
    ("session", Of::Notebooks),
    ("stdin", Of::Cells),
    ("timeout", Of::Cells),
];

/// Tells what is wrong with the attributes of a code block, behind whose fence stands `info`.
pub fn check(
    passage: Passage,
    info: Range<usize>,
    attributes: &Attributes,
    cell: Option<Cell>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (key, value) in &attributes.pairs {
        let place = passage.span(place(passage.text, info.clone(), key));
        let Some((_, of)) = KNOWN.iter().find(|(known, _)| known == key) else {
            if !key.starts_with("data-") {
                diagnostics.push(unknown(key, place));
            }
            continue;
        };
        if let Some(wanted) = idle(*of, cell) {
            let message = format!("`{key}=` says nothing of this block");
            let diagnostic = Diagnostic::warning("idle-attribute", message).at(place, "");
            diagnostics.push(diagnostic.hint(format!("it is for blocks that run {wanted}")));
        }
        if let Some((message, hint)) = mistake(key, value) {
            let diagnostic = Diagnostic::error("bad-attributes", message).at(place, "");
            diagnostics.push(diagnostic.hint(hint));
        }
    }
}

/// Where a block would have to run for an attribute to mean something, if it does not run there.
fn idle(of: Of, cell: Option<Cell>) -> Option<&'static str> {
    let is_console = cell == Some(Cell::Console);
    match of {
        Of::Cells if cell.is_none() => Some("as cells or commands"),
        Of::Notebooks if cell.is_none() || is_console => Some("in a notebook"),
        Of::Consoles if !is_console => Some("commands: `.console .cell`"),
        _ => None,
    }
}

fn unknown(key: &str, place: Span) -> Diagnostic {
    let known = || KNOWN.iter().map(|(known, _)| *known);
    let message = format!("`{key}=` is no known attribute of a code block");
    let diagnostic = Diagnostic::warning("unknown-attribute", message).at(place, "");
    let fix = only_near(key, known()).map(|near| {
        let end = place.start + key.len();
        let key = Span { end, ..place };
        Fix::replace(key, near, format!("write `{near}`"))
    });
    let hint = match did_you_mean(key, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", known().collect::<Vec<_>>().join(", ")),
    };
    diagnostic.hint(hint).fixed_by(fix)
}

/// What is wrong with a value, and how to mend it.
fn mistake(key: &str, value: &str) -> Option<(String, String)> {
    let told = |what: &str, hint: &str| Some((what.to_owned(), hint.to_owned()));
    match key {
        "timeout" if value.parse::<u32>().is_err() => told(
            &format!("`timeout={value}` is no number of seconds"),
            "write a whole number: `timeout=120`",
        ),
        "session" if !is_session(value) => told(
            &format!("a notebook cannot be called `{value}`"),
            "take small letters, digits and hyphens: `session=\"second-try\"`",
        ),
        "output" if Show::from_word(value).is_none() => {
            let words = Show::ALL.map(Show::word);
            let hint = match did_you_mean(value, words) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write one of {}", words.join(", ")),
            };
            Some((format!("`{value}` is no way to show an output"), hint))
        }
        "output-size" if value.parse::<Size>().is_err() => told(
            &format!("`output-size={value}` is no size"),
            "write a whole number and its unit: `output-size=2MB`",
        ),
        "drift" if Drift::ALL.iter().all(|drift| drift.word() != value) => told(
            &format!("`drift={value}` is no way to compare outputs"),
            &format!("write one of {}", Drift::ALL.map(Drift::word).join(", ")),
        ),
        "chatter" if !matches!(value, "true" | "false") => told(
            &format!("`chatter={value}` is neither true nor false"),
            "write `chatter=true` to keep what cargo tells of its progress",
        ),
        "env" => {
            let word = value.split_whitespace().find(|word| !is_variable(word))?;
            told(
                &format!("`{word}` sets no environment variable"),
                "write `env=\"NAME=value OTHER=value\"`, without blanks in names and values",
            )
        }
        _ => None,
    }
}

fn is_session(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(is_plain)
}

fn is_variable(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(is_plain)
}

/// From a key on, as far as its value goes on without a blank; all that stands behind the fence where
/// the key is said in a comment instead.
fn place(text: &str, info: Range<usize>, key: &str) -> Range<usize> {
    let said = &text[info.clone()];
    let is_key = |(at, _): &(usize, &str)| {
        let before = said[..*at].chars().next_back();
        let behind = said[at + key.len()..].trim_start();
        behind.starts_with('=') && before.is_none_or(|c| c.is_whitespace() || "{,".contains(c))
    };
    let Some((at, _)) = said.match_indices(key).find(is_key) else { return info };
    let value = at + said[at..].find('=').map_or(key.len(), |equals| equals + 1);
    let is_quote = |c: &char| matches!(c, '"' | '\'');
    let length = match said[value..].chars().next().filter(is_quote) {
        Some(quote) => said[value + 1..].find(quote).map(|length| length + 2),
        None => said[value..].find(|c: char| c.is_whitespace() || ",}".contains(c)),
    };
    let end = length.map_or(said.len(), |length| value + length);
    info.start + at..info.start + end
}
