//! Code blocks: their info string, their lines, and whether the notebook runs them.

use std::ops::Range;

use super::knitr::{is_knitr, refuses};
use super::passage::Passage;
use super::{Cells, asked, attributes};
use crate::model::course::{Attributes, Cell, Chunk, CodeLine, Trial, is_name};
use crate::model::diagnostic::{Diagnostic, Severity};

/// What is shown as it is, and begins with no comment of ours.
const NO_CODE: [&str; 8] =
    ["text", "output", "error", "warning", "console", "markdown", "md", "mermaid"];

/// Makes a chunk of a code block's range, and of the ranges in which the parser saw code.
pub fn chunk(
    passage: Passage,
    block: Range<usize>,
    fenced: bool,
    code: &[Range<usize>],
    cells: Cells,
    diagnostics: &mut Vec<Diagnostic>,
) -> Chunk {
    let text = passage.text;
    let info = if fenced { info(text, block.start) } else { block.start..block.start };
    let (mut attributes, problem) = attributes::info(&text[info.clone()]);
    let knitr = is_knitr(&text[info.clone()]);
    // Knitr's options are R: what of it is no attribute is no mistake either.
    if let Some(problem) = problem.filter(|_| !knitr) {
        diagnostics.push(bad_attributes(passage, info.start, problem));
    }
    let has_language = !attributes.classes.is_empty();
    let language = has_language.then(|| attributes.classes.remove(0));
    let end = block.start + text[block.clone()].trim_end().len();
    if fenced && !is_closed(&text[block.start..end]) {
        let fence = block.start..info.start.max(block.start + 3);
        diagnostics.push(
            Diagnostic::warning("unclosed-fence", "this block of code is never closed")
                .at(passage.span(fence), "all that follows in its container is code")
                .hint("close it with a line of as many backticks or tildes"),
        );
    }
    let mut lines = lines(text, block.end, code);
    if language.as_deref().is_some_and(|language| !NO_CODE.contains(&language)) {
        let said =
            lines.iter().map_while(|line| Some((line.clone(), option(&text[line.clone()])?)));
        let said: Vec<_> = said.collect();
        lines.drain(..said.len());
        for (line, (key, value)) in said {
            if let Err(message) = set(&mut attributes, key, value) {
                let diagnostic = Diagnostic::error("bad-attributes", message);
                diagnostics.push(diagnostic.at(passage.span(line), "").hint("say it once"));
            }
        }
    }
    let cell = cell(language.as_deref(), &attributes, cells);
    if cell == Some(Cell::Console) {
        diagnostics.extend(asked::commands(passage, info.clone(), &lines));
        diagnostics.extend(asked::without_effect(passage, &lines));
    }
    let mut lines = code_lines(passage, lines, language.as_deref());
    if knitr && refuses(&text[info.clone()], "include") {
        lines.iter_mut().for_each(|line| line.hidden = true);
    }
    if let Some(name) = attributes.id.as_deref().filter(|name| !is_name(name)) {
        let message = format!("no reference can ask for a block called `{name}`");
        let diagnostic = Diagnostic::error("bad-attributes", message);
        let place = passage.span(info.clone());
        diagnostics.push(diagnostic.at(place, "").hint("take a name without blanks, `<` and `>`"));
    }
    // Knitr's and a chart's are told of by who reads them, or not at all.
    if !knitr && !attributes.has_class("plot") && language.as_deref() != Some("plot") {
        asked::check(passage, info.clone(), &attributes, cell, diagnostics);
        let language = language.as_deref();
        diagnostics.extend(asked::woven(passage, info.clone(), language, &attributes));
        diagnostics.extend(asked::idle_cell(passage, info.clone(), language, &attributes, cell));
    }
    if language.as_deref() == Some("rust") {
        asked::misspelt(passage, info.clone(), &attributes, diagnostics);
    }
    Chunk {
        span: passage.span(block.start..end),
        info: passage.span(info),
        cell,
        lines,
        language,
        attributes,
    }
}

/// Whether a fenced block ends with a fence as long as the one that it begins with.
fn is_closed(block: &str) -> bool {
    let Some((_, last)) = block.rsplit_once('\n') else { return false };
    let sign = if block.starts_with('~') { '~' } else { '`' };
    let length = |text: &str| text.len() - text.trim_start_matches(sign).len();
    let fence = last.trim_matches([' ', '\t', '>', '\r']);
    length(fence) == fence.len() && fence.len() >= length(block)
}

/// Entangled's and knitr's way to say an attribute: a comment `#| key: value` at the very top of a
/// block, which is no part of the code.
fn option(line: &str) -> Option<(&str, &str)> {
    const COMMENTS: [&str; 6] = ["#|", "//|", "--|", "%|", ";|", ";;|"];
    let line = line.trim();
    let said = COMMENTS.iter().find_map(|comment| line.strip_prefix(comment))?;
    let (key, value) = said.trim().split_once(':')?;
    let is_key =
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    is_key.then(|| (key, value.trim()))
}

/// Adds what such a comment says to what stands behind the fence.
fn set(attributes: &mut Attributes, key: &str, value: &str) -> Result<(), String> {
    let unquoted = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value);
    match (key, &attributes.id) {
        ("id", Some(first)) => {
            return Err(format!("`#{first}` is the name already, there can be no second"));
        }
        ("id", None) => attributes.id = Some(unquoted.to_string()),
        ("file", _) if attributes.get("file").is_some() => {
            return Err("the block has a `file=` already, there can be no second".to_string());
        }
        ("classes", _) => {
            let list = value.trim_start_matches('[').trim_end_matches(']').split(',');
            attributes.classes.extend(list.map(|class| class.trim().to_string()));
        }
        _ => attributes.pairs.push((key.to_string(), unquoted.to_string())),
    }
    Ok(())
}

fn code_lines(passage: Passage, lines: Vec<Range<usize>>, language: Option<&str>) -> Vec<CodeLine> {
    let line = |range: Range<usize>| {
        let (skipped, hidden) = match language {
            Some("rust") => hash(&passage.text[range.clone()]),
            _ => (0, false),
        };
        CodeLine { span: passage.span(range.start + skipped..range.end), hidden }
    };
    lines.into_iter().map(line).collect()
}

/// How many bytes of a line of Rust are rustdoc's `#`, and whether they hide the line.
fn hash(line: &str) -> (usize, bool) {
    let code = line.trim_start();
    let indent = line.len() - code.len();
    if code.trim_end() == "#" {
        (line.len(), true)
    } else if code.starts_with("# ") {
        (indent + 2, true)
    } else {
        (usize::from(line.starts_with("##")), false)
    }
}

pub fn bad_attributes(passage: Passage, start: usize, problem: attributes::Problem) -> Diagnostic {
    let at = start + problem.at;
    let end = at + passage.text[at..].chars().next().map_or(0, char::len_utf8);
    Diagnostic::error("bad-attributes", problem.message)
        .at(passage.span(at..end), "")
        .hint("attributes are written `{.class #name key=\"value\"}`")
}

/// Attributes that are shown as they are written need no mending before the page can be seen.
pub fn as_text(mut diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.severity = Severity::Warning;
    diagnostic.labels.iter_mut().for_each(|label| label.text = "this is text".to_string());
    diagnostic
}

/// What stands behind the fence that begins at `fence`.
pub fn info(text: &str, fence: usize) -> Range<usize> {
    let line = text[fence..].lines().next().unwrap_or_default();
    let behind = line.trim_start_matches(['`', '~']);
    let start = fence + line.len() - behind.trim_start().len();
    start..start + behind.trim().len()
}

/// One range for each line. The parser's ranges leave out what lists and quotes put before a line,
/// but join lines where nothing stands between, and part them at a carriage return.
pub fn lines(text: &str, end: usize, code: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut lines: Vec<Range<usize>> = vec![];
    for range in code {
        let mut start = range.start;
        for piece in text[range.clone()].split_inclusive('\n') {
            let next_line = text[start..end].find('\n').map_or(end, |at| start + at);
            let line_end = next_line - usize::from(text[..next_line].ends_with('\r'));
            if lines.last().is_none_or(|last| last.end != line_end) {
                lines.push(start.min(line_end)..line_end);
            }
            start += piece.len();
        }
    }
    lines
}

fn cell(language: Option<&str>, attributes: &Attributes, cells: Cells) -> Option<Cell> {
    let asked = attributes.has_class("cell") && cells != Cells::None;
    match language? {
        "rust" => {
            let unnamed = cells == Cells::Unnamed && attributes.id.is_none();
            let is_shown_only = attributes.has_class("ignore") || attributes.get("file").is_some();
            if !(asked || unnamed) || is_shown_only {
                return None;
            }
            let trial = Trial::ALL.into_iter().find(|trial| attributes.has_class(trial.word()));
            Some(trial.map_or(Cell::Rust, Cell::Trial))
        }
        "console" if asked => Some(Cell::Console),
        _ => None,
    }
}
