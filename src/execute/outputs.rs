//! What authors expect of a cell, in an `output`, `error` or `warning` block below it, against what it
//! gave.

use crate::model::{
    course::{Cell, Chunk, CodeLine, Lesson},
    diagnostic::{Diagnostic, Remark, RemarkKind, Replacement},
    record::{Part, Record},
    source::{Sources, Span},
};

/// Any lines, none included.
const ANY_LINES: &str = "...";

/// Any text within a line.
const ANY_TEXT: &str = "[..]";

/// Gives printed text as readers see it, without colours and what was written over.
pub type Plain = fn(&str) -> String;

/// What is not as the lesson's author says.
pub fn compare(
    lesson: &Lesson,
    record: &Record,
    plain: Plain,
    sources: &Sources,
) -> Vec<Diagnostic> {
    let expectations = lesson.expectations().into_iter();
    expectations.filter_map(|(cell, said)| difference(cell, said, record, plain, sources)).collect()
}

fn difference(
    cell: &Chunk,
    said: &Chunk,
    record: &Record,
    plain: Plain,
    sources: &Sources,
) -> Option<Diagnostic> {
    // Consoles print all to one stream.
    let is_console = cell.cell == Some(Cell::Console);
    let is_of_stdout = is_console || said.language.as_deref() == Some("output");
    let outputs = record.outputs.iter().filter(|output| output.chunk == cell.span);
    let parts = outputs.flat_map(|output| &output.parts).filter_map(|part| match part {
        Part::Stdout(text) | Part::Value(text) if is_of_stdout => Some(text.as_str()),
        Part::Stderr(text) | Part::Compiler(text) if !is_of_stdout => Some(text.as_str()),
        _ => None,
    });
    let given = plain(&parts.collect::<String>());
    let given: Vec<&str> = given.trim_matches('\n').lines().map(str::trim_end).collect();
    let lines: Vec<&str> = said.lines.iter().map(|line| sources.text(line.span)).collect();
    let expected = lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>();
    let blank = |line: &&&str| line.is_empty();
    let before = expected.iter().take_while(blank).count();
    let after = expected[before..].iter().rev().take_while(blank).count();
    let expected = &expected[before..expected.len() - after];
    if matches(expected, &given) {
        return None;
    }
    let is_same = |(line, given): &(&&str, &&str)| is_like(line, given);
    let same = expected.iter().zip(&given).take_while(is_same).count();
    let place = said.lines.get(before + same).or(said.lines.last()).map_or(said.info, |it| it.span);
    let label = match (expected.get(same), given.get(same)) {
        (Some(_), Some(given)) => format!("it gives `{given}`"),
        (None, Some(given)) => format!("it gives `{given}` after this"),
        (_, None) => "it gives nothing more".to_owned(),
    };
    let ends = expected[same..].iter().rev().zip(given[same..].iter().rev());
    let same_at_end = ends.take_while(is_same).count();
    // What is as expected stays as its author wrote it, one line of that where nothing else is left.
    let (mut from, mut to) = (same, expected.len() - same_at_end);
    if from == to || given.len() == same + same_at_end {
        from = from.saturating_sub(1);
        to = if from == same { expected.len().min(to + 1) } else { to };
    }
    let end = expected.len() - same_at_end;
    let rewritten = rewritten(&expected[same..end], &given[same..given.len() - same_at_end]);
    let as_given = [&expected[from..same], &rewritten, &expected[end..to]].concat();
    let diagnostic = Diagnostic::error("other-output", "the cell gives something else")
        .at(place, label)
        .also(cell.info, "this cell");
    let lines = &said.lines[before + from..before + to];
    Some(diagnostic.remark(patched(said, lines, &as_given, sources)))
}

/// Lines that what was given fits, of those expected as many as still hold.
fn rewritten<'a>(expected: &[&'a str], given: &[&'a str]) -> Vec<&'a str> {
    let mut lines = vec![];
    let (mut e, mut g) = (0, 0);
    for (at, line) in expected.iter().enumerate().filter(|(_, line)| **line != ANY_LINES) {
        if let Some(skipped) = given[g..].iter().position(|given| is_like(line, given)) {
            lines.extend(between(&expected[e..at], &given[g..g + skipped]));
            lines.push(line);
            (e, g) = (at + 1, g + skipped + 1);
        }
    }
    lines.extend(between(&expected[e..], &given[g..]));
    lines
}

/// The same where no line expected holds, but what stands for any lines may.
fn between<'a>(expected: &[&'a str], given: &[&'a str]) -> Vec<&'a str> {
    let is_any = |line: &&str| *line == ANY_LINES;
    let (Some(first), Some(last)) =
        (expected.iter().position(is_any), expected.iter().rposition(is_any))
    else {
        return given.to_vec();
    };
    let after = expected.len() - 1 - last;
    if given.len() < first + after {
        return given.to_vec();
    }
    [&given[..first], &[ANY_LINES], &given[given.len() - after..]].concat()
}

/// How these lines would read to hold.
fn patched(said: &Chunk, lines: &[CodeLine], given: &[&str], sources: &Sources) -> Remark {
    let mut remark = Remark::new(
        RemarkKind::Help,
        "where it may vary, write `[..]` for any text of a line, and a line `...` for any lines",
    );
    let fence = sources.text(said.span);
    let sign = if fence.starts_with('~') { '~' } else { '`' };
    let fence = &fence[..fence.len() - fence.trim_start_matches(sign).len()];
    let would_end = given.iter().any(|line| line.trim_start().starts_with(fence));
    if let (Some(first), Some(last), false) = (lines.first(), lines.last(), would_end) {
        let margin = sources.margin(first.span);
        let span = Span { end: last.span.end, ..first.span };
        let text = given.join(&format!("\n{margin}"));
        remark.text.push_str("; this holds");
        remark.patches.push(vec![Replacement { span, text }]);
    }
    remark
}

/// Whether lines are as expected.
fn matches(expected: &[&str], given: &[&str]) -> bool {
    fits(expected, given, |line| *line == ANY_LINES, |line, given| is_like(line, given))
}

/// Whether items are as a pattern says. What stands for any items takes as few as will do, and more
/// where the rest does not fit.
pub fn fits<P, G>(
    pattern: &[P],
    given: &[G],
    is_any: impl Fn(&P) -> bool,
    fits: impl Fn(&P, &G) -> bool,
) -> bool {
    let (mut p, mut g) = (0, 0);
    // Where to go on if what follows the last of these does not fit.
    let mut again: Option<(usize, usize)> = None;
    while g < given.len() || p < pattern.len() {
        match pattern.get(p) {
            Some(item) if is_any(item) => {
                p += 1;
                again = Some((p, g));
            }
            Some(item) if given.get(g).is_some_and(|given| fits(item, given)) => {
                p += 1;
                g += 1;
            }
            _ => match again {
                Some((after, from)) if from < given.len() => {
                    again = Some((after, from + 1));
                    (p, g) = (after, from + 1);
                }
                _ => return false,
            },
        }
    }
    true
}

/// Whether a line is as expected, `[..]` standing for any text.
fn is_like(expected: &str, given: &str) -> bool {
    let Some((start, rest)) = expected.split_once(ANY_TEXT) else { return expected == given };
    let Some(mut given) = given.strip_prefix(start) else { return false };
    let mut pieces: Vec<&str> = rest.split(ANY_TEXT).collect();
    let end = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = given.find(piece) else { return false };
        given = &given[at + piece.len()..];
    }
    given.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_still_holds_of_a_block_is_kept() {
        for (expected, given, rewritten) in [
            ("one\ntook [..] s\nold", "two\ntook 1 s\nnew", "two\ntook [..] s\nnew"),
            ("old\n...\nlast", "new\na\nb\nlast", "new\n...\nlast"),
            ("...\nold", "a\nnew", "...\nnew"),
            ("a [..]\nb [..]\nc", "a 1\nc", "a [..]\nc"),
            ("old\n...\nold", "new", "new"),
            ("old", "", ""),
        ] {
            let lines = |text: &'static str| text.lines().collect::<Vec<_>>();
            let given = lines(given);
            assert_eq!(super::rewritten(&lines(expected), &given), lines(rewritten));
            assert!(matches(&lines(rewritten), &given), "{expected:?}");
        }
    }

    #[test]
    fn holes_stand_for_any_text_and_any_lines() {
        for (expected, given) in [
            ("one", "one"),
            ("took [..] s", "took 0.25 s"),
            ("[..]a[..]b", "xaxab"),
            ("...", ""),
            ("...\nlast", "first\nlast\nlast"),
            ("first\n...\nlast", "first\nlast"),
            ("...\na\n...\nb", "a\nx\na\nb"),
        ] {
            let lines = |text: &'static str| text.lines().collect::<Vec<_>>();
            assert!(matches(&lines(expected), &lines(given)), "{expected:?} {given:?}");
        }
        for (expected, given) in
            [("one", "two"), ("[..]b", "a"), ("a\n...\nc", "a\nb"), ("a", "a\nb"), ("a\nb", "a")]
        {
            let lines = |text: &'static str| text.lines().collect::<Vec<_>>();
            assert!(!matches(&lines(expected), &lines(given)), "{expected:?} {given:?}");
        }
    }
}
