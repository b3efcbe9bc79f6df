//! What a code block asks for by its attributes: whether they are known, make sense where they
//! stand, and have values that can be read.

use std::ops::Range;

use super::passage::Passage;
use crate::model::course::{Attributes, Cell, Drift, PROMPT, Show, Timing, Trial, is_error_code};
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
    /// Those of a notebook that are measured.
    Timed,
}

const KNOWN: [(&str, Of); 18] = [
    ("alt", Of::Notebooks),
    ("caption", Of::All),
    ("chatter", Of::Consoles),
    ("compare", Of::Timed),
    ("data", Of::All),
    ("drift", Of::Cells),
    ("env", Of::Cells),
    ("file", Of::All),
    ("file-size", Of::Cells),
    ("memory", Of::Cells),
    ("mode", Of::All),
    ("output", Of::Cells),
    ("output-size", Of::Cells),
    ("runs", Of::Timed),
    ("session", Of::Notebooks),
    ("stdin", Of::Cells),
    ("timeout", Of::Cells),
    ("warmup", Of::Timed),
];

/// The class of blocks that are measured.
const TIMING: &str = "timing";

/// The class of blocks that run.
const CELL: &str = "cell";

/// The class of blocks that are shown and woven.
const WOVEN: &str = "woven";

/// Tells what is wrong with the attributes of a code block, behind whose fence stands `info`.
pub fn check(
    passage: Passage,
    info: Range<usize>,
    attributes: &Attributes,
    cell: Option<Cell>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let is_timed = attributes.has_class(TIMING) || attributes.get("runs").is_some();
    if attributes.has_class(TIMING) && cell.is_none() {
        let said = text_of_class(passage.text, info.clone(), TIMING);
        let message = "`.timing` says nothing of this block";
        let diagnostic = Diagnostic::warning("idle-attribute", message).at(passage.span(said), "");
        diagnostics.push(diagnostic.hint("it is for blocks that run: `.cell`"));
    }
    if attributes.get("compare").is_some() && attributes.id.is_none() {
        let place = passage.span(place(passage.text, info.clone(), "compare"));
        let diagnostic = Diagnostic::error("bad-attributes", "what is compared needs a name");
        diagnostics.push(diagnostic.at(place, "").hint("give it one: `#serial`"));
    }
    for (key, value) in &attributes.pairs {
        let place = passage.span(place(passage.text, info.clone(), key));
        let Some((_, of)) = KNOWN.iter().find(|(known, _)| known == key) else {
            if !key.starts_with("data-") {
                diagnostics.push(unknown(key, place));
            }
            continue;
        };
        if let Some(wanted) = idle(*of, cell, is_timed) {
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

/// Whether somebody may have meant an error's code, and wrote another word.
fn is_like_a_code(class: &str) -> bool {
    let digits = class.strip_prefix(['E', 'e']).unwrap_or_default();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number && !is_error_code(class)
}

/// Tells of a class of a Rust block that is nearly one of rustdoc's words, and so lets it run.
pub fn misspelt(
    passage: Passage,
    info: Range<usize>,
    attributes: &Attributes,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let words = || Trial::ALL.map(Trial::word).into_iter().chain(["ignore"]);
    let is_refused = attributes.has_class(Trial::CompileFail.word());
    for class in attributes.classes.iter().filter(|class| is_refused && is_like_a_code(class)) {
        let said = text_of_class(passage.text, info.clone(), class);
        let message = format!("`{class}` is no code of the compiler's");
        let diagnostic =
            Diagnostic::warning("unknown-attribute", message).at(passage.span(said), "");
        diagnostics.push(diagnostic.hint("its errors have four digits: `E0382`"));
    }
    for class in &attributes.classes {
        let near = only_near(class, words()).filter(|near| near != class);
        let said = passage.text[info.clone()].find(class.as_str()).map(|at| info.start + at);
        let (Some(near), Some(at)) = (near, said) else { continue };
        let place = passage.span(at..at + class.len());
        diagnostics.push(
            Diagnostic::warning("unknown-attribute", format!("`{class}` means nothing here"))
                .at(place, "")
                .hint(format!("did you mean `{near}`?"))
                .fixed_by(Some(Fix::replace(place, near, format!("write `{near}`")))),
        );
    }
}

/// Tells of `.cell` behind the fence of a block that cannot run.
pub fn idle_cell(
    passage: Passage,
    info: Range<usize>,
    language: Option<&str>,
    attributes: &Attributes,
    cell: Option<Cell>,
) -> Option<Diagnostic> {
    let is_idle = cell.is_none() && attributes.has_class(CELL) && language != Some("rust");
    let place = passage.span(text_of_class(passage.text, info, CELL));
    let message = "`.cell` says nothing of this block";
    let diagnostic = Diagnostic::warning("idle-attribute", message).at(place, "");
    is_idle.then(|| diagnostic.hint("what runs is Rust, and commands: `.console .cell`"))
}

/// Tells of lines of a console that runs which are no commands: they would look like what the commands gave.
pub fn commands(
    passage: Passage,
    info: Range<usize>,
    lines: &[Range<usize>],
) -> Option<Diagnostic> {
    let text = |line: &Range<usize>| &passage.text[line.clone()];
    let is_command = |line: &Range<usize>| text(line).starts_with(PROMPT);
    let (message, place) = if lines.iter().any(is_command) {
        let is_other = |line: &&Range<usize>| !is_command(line) && !text(line).trim().is_empty();
        let other = lines.iter().find(is_other)?.clone();
        ("this line is no command, and stands there like an output", other)
    } else {
        ("this console runs nothing", info)
    };
    let diagnostic = Diagnostic::warning("no-command", message).at(passage.span(place), "");
    Some(diagnostic.hint(
        "a command is one line that begins with `$ `, and what it gives is woven below; without `.cell` \
         the block is only shown",
    ))
}

/// Tells of commands that only change the shell that they run in, of which the next one knows nothing.
pub fn without_effect(passage: Passage, lines: &[Range<usize>]) -> Vec<Diagnostic> {
    let command = |line: &Range<usize>| passage.text[line.clone()].strip_prefix(PROMPT);
    let last = lines.iter().rposition(|line| command(line).is_some()).unwrap_or_default();
    let told = lines[..last].iter().filter_map(|line| {
        let command = command(line)?.trim();
        let is_whole = !command.contains(['&', '|', ';', '`', '$', '(', '#']);
        let word = command.split_whitespace().next().filter(|_| is_whole)?;
        let sets = is_variable(word) && command.len() == word.len();
        if !sets && !["cd", "export", "unset", "alias", "source", "."].contains(&word) {
            return None;
        }
        let message = "this changes nothing for the commands below it";
        let diagnostic = Diagnostic::warning("no-effect", message);
        let diagnostic = diagnostic.at(passage.span(line.clone()), "each has a shell of its own");
        Some(
            diagnostic.hint(format!("write it on one line with what needs it: `$ {command} && …`")),
        )
    });
    told.collect()
}

/// Tells of `.woven` where it says nothing, and of what says nothing of a block that is woven: its
/// text is the lesson's already, and no code.
pub fn woven(
    passage: Passage,
    info: Range<usize>,
    language: Option<&str>,
    attributes: &Attributes,
) -> Vec<Diagnostic> {
    if !attributes.has_class(WOVEN) {
        return vec![];
    }
    let text = passage.text;
    let told = |said: &str, place: Range<usize>, hint: &str| {
        let message = format!("`{said}` says nothing of this block");
        Diagnostic::warning("idle-attribute", message).at(passage.span(place), "").hint(hint)
    };
    if !matches!(language, Some("markdown" | "md")) {
        let place = text_of_class(text, info, WOVEN);
        return vec![told(".woven", place, "it is for markdown: `{.markdown .woven}`")];
    }
    let hint = "what is woven is part of the lesson: name the blocks inside it";
    let name = attributes.id.as_ref().map(|name| {
        let said = format!("#{name}");
        let place = text_of_class(text, info.clone(), &said);
        told(&said, place, hint)
    });
    let file = attributes.get("file").map(|_| told("file=", place(text, info, "file"), hint));
    name.into_iter().chain(file).collect()
}

/// Where a block would have to run for an attribute to mean something, if it does not run there.
fn idle(of: Of, cell: Option<Cell>, is_timed: bool) -> Option<&'static str> {
    let is_console = cell == Some(Cell::Console);
    match of {
        Of::Cells if cell.is_none() => Some("as cells or commands"),
        Of::Notebooks if cell.is_none() || is_console => Some("in a notebook"),
        Of::Consoles if !is_console => Some("commands: `.console .cell`"),
        Of::Timed if cell != Some(Cell::Rust) || !is_timed => {
            Some("as cells and are measured: `.timing`")
        }
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
        "timeout" if !value.parse::<u32>().is_ok_and(|seconds| seconds > 0) => told(
            &format!("`timeout={value}` is no number of seconds"),
            "write a whole number, from 1: `timeout=120`",
        ),
        "runs" if !value.parse().is_ok_and(|runs| (1..=Timing::MOST).contains(&runs)) => told(
            &format!("`runs={value}` is no number of runs"),
            &format!("write a whole number from 1 to {}: `runs=10`", Timing::MOST),
        ),
        "warmup" if !value.parse().is_ok_and(|runs: u32| runs <= Timing::MOST) => told(
            &format!("`warmup={value}` is no number of runs"),
            &format!("write a whole number from 0 to {}: `warmup=2`", Timing::MOST),
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
        "file-size" | "memory" | "output-size" if value.parse::<Size>().is_err() => told(
            &format!("`{key}={value}` is no size"),
            &format!("write a whole number and its unit: `{key}=2MB`"),
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

/// Where a class stands behind a fence; all that stands there where it is said in another way.
fn text_of_class(text: &str, info: Range<usize>, class: &str) -> Range<usize> {
    let at = text[info.clone()].find(class).map(|at| info.start + at);
    at.map_or(info, |at| at..at + class.len())
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
