//! Whether a run gave again what is recorded of it, cell by cell.
//!
//! What varies from run to run is no drift. Of times that is known beforehand: a number with a unit
//! of time behind it is measured, and the record may give another one of the same unit and about
//! the same size. Two fresh runs would not show it, since they often agree on a rounded one.
//!
//! What else varies is known by running the program twice: where the two fresh runs differ from each
//! other, the record may differ from them as well.
//!
//! - Where they have as many lines, they are compared line by line and token by token: words,
//!   numbers, signs. What is a number in both is a hole for a number, so that a changed unit is
//!   seen; what else differs is a hole for any text of the line.
//! - Where one has more lines than the other, the lines in which they differ, and all that are like
//!   these, are holes for any lines.
//! - Where both give the same lines in another order, numbers aside, the record's may come in any
//!   order.
//!
//! A cell's `drift=` says otherwise: see [`Drift`]. Where lines may come in any order, they are compared in an order of
//! their own, and may vary all the same.

use std::{collections::BTreeSet, iter};

use super::{
    data::place_of,
    outputs::{Plain, fits},
};
use crate::model::{
    course::{Chunk, Drift, Lesson},
    diagnostic::{Diagnostic, Remark, RemarkKind},
    difference::{Stretch, stretches, unified},
    package::Program,
    record::{Output, Part, Record},
};

/// Tells which cells of a lesson do not give what is recorded of them. Without `again`, what a
/// further run gave, nothing but times is known to vary.
pub fn drifted(
    lesson: &Lesson,
    recorded: &Record,
    fresh: &Record,
    again: Option<&Record>,
    plain: Plain,
) -> Vec<Diagnostic> {
    let chunks = lesson.chunks();
    let mut diagnostics = vec![];
    for (index, (before, now)) in recorded.outputs.iter().zip(&fresh.outputs).enumerate() {
        let drift = chunks.iter().find(|chunk| chunk.span == now.chunk).and_then(|it| it.drift());
        let again = again.and_then(|again| again.outputs.get(index));
        let differing = STREAMS.iter().filter(|stream| {
            let text = |output: &Output| text(output, stream.parts);
            !holds(drift, &text(before), &text(now), again.map(text).as_deref(), plain)
        });
        let mut differing = differing.peekable();
        if differing.peek().is_none() {
            continue;
        }
        let message = "the cell does not give what is recorded of it";
        let mut diagnostic = Diagnostic::error("drift", message).at(now.span, "");
        for Stream { name, parts } in differing {
            let [before, now] = [before, now].map(|output| plain(&text(output, *parts)));
            let again = again.map(|output| plain(&text(output, *parts)));
            let diff = difference(drift, &before, &now, again.as_deref());
            let text = format!("{name}, as recorded (-) and now (+):\n{diff}");
            diagnostic = diagnostic.remark(Remark::new(RemarkKind::Diff, text));
        }
        diagnostics.push(diagnostic.hint(
            "mend the cell, take what it gives with `--update`, or say with `drift=` what may vary",
        ));
    }
    diagnostics
}

/// Tells which files a program does not write as they are recorded: in the way in which the cell that
/// names them is compared.
pub fn drifted_files(
    lesson: &Lesson,
    program: &Program,
    [recorded, fresh]: [&Record; 2],
    again: Option<&Record>,
    plain: Plain,
) -> Vec<Diagnostic> {
    let chunks = lesson.chunks();
    let paths: BTreeSet<&str> =
        recorded.files.iter().chain(&fresh.files).map(|file| &*file.path).collect();
    let drifted = paths.into_iter().filter_map(|path| {
        let name = path.rsplit('/').next().unwrap_or_default();
        let place = place_of(program, name).or(program.steps.first().map(|step| step.span))?;
        let holds_place =
            |chunk: &&&Chunk| (chunk.span.start..chunk.span.end).contains(&place.start);
        let drift = chunks.iter().find(holds_place).and_then(|chunk| chunk.drift());
        let [before, now] = [recorded, fresh].map(|record| bytes(record, path));
        let message = match (before, now) {
            (Some(before), Some(now)) => {
                let again = again.and_then(|again| bytes(again, path));
                if file_holds(drift, before, now, again, plain) {
                    return None;
                }
                format!("`{path}` is not written as it is recorded")
            }
            // It may come and go.
            _ if again.is_some_and(|again| bytes(again, path).is_some() != now.is_some()) => {
                return None;
            }
            (_, None) => format!("`{path}` is recorded, and not written"),
            (None, _) => format!("`{path}` is written, and not recorded"),
        };
        let mut diagnostic = Diagnostic::error("drift", message).at(place, "");
        if let [Some(Ok(before)), Some(Ok(now))] = [before, now].map(|it| it.map(str::from_utf8)) {
            let again = again.and_then(|again| str::from_utf8(bytes(again, path)?).ok());
            let diff = difference(drift, before, now, again);
            let text = format!("as recorded (-) and now (+):\n{diff}");
            diagnostic = diagnostic.remark(Remark::new(RemarkKind::Diff, text));
        }
        Some(diagnostic.hint("mend the cell, or take what it writes with `--update`"))
    });
    drifted.collect()
}

fn bytes<'r>(record: &'r Record, path: &str) -> Option<&'r [u8]> {
    record.files.iter().find(|file| file.path == path).map(|file| &*file.bytes)
}

/// Whether what is recorded of a file still holds. What is no text is the same or another.
fn file_holds(
    drift: Option<Drift>,
    recorded: &[u8],
    fresh: &[u8],
    again: Option<&[u8]>,
    plain: Plain,
) -> bool {
    match (str::from_utf8(recorded), str::from_utf8(fresh), again.map(str::from_utf8).transpose()) {
        (Ok(recorded), Ok(fresh), Ok(again)) => holds(drift, recorded, fresh, again, plain),
        _ => recorded == fresh || again.is_some_and(|again| again != fresh),
    }
}

/// Tells of cells whose output nothing is compared with: they leave it to a block that is not there.
pub fn unchecked(lesson: &Lesson) -> Vec<Diagnostic> {
    let expectations = lesson.expectations();
    let is_alone = |chunk: &&Chunk| {
        chunk.cell.is_some()
            && chunk.drift() == Some(Drift::Pattern)
            && !expectations.iter().any(|(cell, _)| cell.span == chunk.span)
    };
    let alone = lesson.chunks().into_iter().filter(is_alone);
    alone
        .map(|chunk| {
            Diagnostic::warning("no-pattern", "nothing says what this cell is to give")
                .at(chunk.info, "`drift=pattern` leaves it to an `output` block below")
                .hint("add an `output` block, with `[..]` and `...` where it may vary")
        })
        .collect()
}

/// A part of what a cell gives, which is compared by itself: in which order two of them come is
/// up to the system.
struct Stream {
    name: &'static str,
    parts: fn(&Part) -> Option<&str>,
}

const STREAMS: [Stream; 4] = [
    Stream {
        name: "standard output",
        parts: |part| if let Part::Stdout(text) = part { Some(text) } else { None },
    },
    Stream { name: "standard error", parts: Part::stderr },
    Stream {
        name: "its value",
        parts: |part| if let Part::Value(text) = part { Some(text) } else { None },
    },
    Stream {
        name: "the compiler's words",
        parts: |part| if let Part::Compiler(text) = part { Some(text) } else { None },
    },
];

fn text(output: &Output, part: fn(&Part) -> Option<&str>) -> String {
    output.parts.iter().filter_map(part).collect()
}

/// Whether what is recorded still holds.
fn holds(
    drift: Option<Drift>,
    recorded: &str,
    fresh: &str,
    again: Option<&str>,
    plain: Plain,
) -> bool {
    if recorded == fresh {
        return true;
    }
    let text = |text| arranged(drift, plain(text));
    let (recorded, fresh, again) = (text(recorded), text(fresh), again.map(text));
    match drift {
        None | Some(Drift::Unordered) => {
            recorded == fresh || varies_so(&recorded, &fresh, again.as_deref().unwrap_or(&fresh))
        }
        Some(Drift::Exact) => false,
        Some(Drift::Pattern) => true,
        Some(Drift::Shape) => shapes(&recorded) == shapes(&fresh),
    }
}

/// A text whose lines may come in any order, in one of its own: what is like each other stands together.
fn arranged(drift: Option<Drift>, text: String) -> String {
    if drift != Some(Drift::Unordered) {
        return text;
    }
    let lines = sorted(text.lines().map(|line| (shape(line), timeless(line), line)));
    lines.iter().flat_map(|(.., line)| [line, "\n"]).collect()
}

/// A line without its times.
fn timeless(line: &str) -> String {
    let tokens = tokens(line);
    let pattern = timed(tokens.into_iter().map(Tokens::Same).collect());
    let shown =
        |token: &Tokens| if let Tokens::Same(same) = token { *same } else { "#" }.to_owned();
    pattern.iter().map(shown).collect()
}

/// Whether a text differs from two others no more than these from each other, times aside.
fn varies_so(recorded: &str, fresh: &str, again: &str) -> bool {
    let (one, other) = (shapes(fresh), shapes(again));
    if one != other && sorted(one.iter()) == sorted(other.iter()) {
        return sorted(shapes(recorded).iter()) == sorted(one.iter());
    }
    let given: Vec<&str> = recorded.lines().collect();
    let (one, other): (Vec<&str>, Vec<&str>) = (fresh.lines().collect(), again.lines().collect());
    fits(&pattern(&one, &other), &given, Lines::is_any, Lines::fits)
}

/// What two runs have in common.
enum Lines<'a> {
    /// Any lines, none included.
    Any,
    Same(&'a str),
    /// One line, and what of it varies.
    Varying(Vec<Tokens<'a>>),
}

enum Tokens<'a> {
    /// Any tokens, none included.
    Any,
    Number,
    /// The number of a time, in the unit that follows.
    Time(&'a str),
    Same(&'a str),
}

impl Lines<'_> {
    fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    fn fits(&self, line: &&str) -> bool {
        match self {
            Self::Any => true,
            Self::Same(same) => same == line,
            Self::Varying(pattern) => fits(pattern, &tokens(line), Tokens::is_any, Tokens::fits),
        }
    }
}

impl Tokens<'_> {
    fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    fn fits(&self, token: &&str) -> bool {
        match self {
            Self::Any => true,
            Self::Number => is_number(token),
            Self::Time(time) => is_number(token) && is_like_time(time, token),
            Self::Same(same) => same == token,
        }
    }
}

/// More lines of a text, or tokens of a line, are not aligned with each other: that takes time which
/// grows with their square.
const MOST_ALIGNED: usize = 5_000;

fn pattern<'a>(one: &[&'a str], other: &[&'a str]) -> Vec<Lines<'a>> {
    let line = |(one, other): (&&'a str, &&'a str)| {
        let pattern = timed(line_pattern(&tokens(one), &tokens(other)));
        let is_same = one == other && !pattern.iter().any(|it| matches!(it, Tokens::Time(_)));
        if is_same { Lines::Same(one) } else { Lines::Varying(pattern) }
    };
    if one.len() == other.len() {
        return one.iter().zip(other).map(line).collect();
    }
    if one.len().max(other.len()) > MOST_ALIGNED {
        return vec![Lines::Any];
    }
    let shapes = |lines: &[&str]| lines.iter().map(|line| shape(line)).collect::<Vec<_>>();
    let (shapes, others) = (shapes(one), shapes(other));
    let parts = stretches(&shapes, &others);
    let differing = parts.iter().filter(|part| !part.is_same);
    let varying: BTreeSet<&String> = differing
        .flat_map(|part| shapes[part.one.clone()].iter().chain(&others[part.other.clone()]))
        .collect();
    let lines =
        parts.iter().flat_map(|Stretch { is_same, one: here, other: there }| match is_same {
            true => {
                let pairs = iter::zip(here.clone(), there.clone());
                pairs
                    .map(|(at, there)| match varying.contains(&shapes[at]) {
                        true => Lines::Any,
                        false => line((&one[at], &other[there])),
                    })
                    .collect()
            }
            false => vec![Lines::Any],
        });
    lines.collect()
}

fn line_pattern<'a>(one: &[&'a str], other: &[&'a str]) -> Vec<Tokens<'a>> {
    let are_numbers = |one: &[&str], other: &[&str]| {
        let mut pairs = iter::zip(one, other);
        one.len() == other.len() && pairs.all(|(a, b)| a == b || is_number(a) && is_number(b))
    };
    let numbers = |one: &[&'a str], other: &[&'a str]| -> Vec<Tokens<'a>> {
        let pairs = iter::zip(one.to_vec(), other.to_vec());
        pairs.map(|(a, b)| if a == b { Tokens::Same(a) } else { Tokens::Number }).collect()
    };
    if are_numbers(one, other) {
        return numbers(one, other);
    }
    if one.len().max(other.len()) > MOST_ALIGNED {
        return vec![Tokens::Any];
    }
    let tokens = stretches(one, other).into_iter().flat_map(|part| {
        let (one, other) = (&one[part.one], &other[part.other]);
        if are_numbers(one, other) { numbers(one, other) } else { vec![Tokens::Any] }
    });
    tokens.collect()
}

/// Unicode has two signs for micro.
const UNITS_OF_TIME: [&str; 8] = ["h", "min", "s", "ms", "µs", "μs", "us", "ns"];

/// The same pattern, where the numbers that have a unit of time behind them are times.
fn timed(mut pattern: Vec<Tokens>) -> Vec<Tokens> {
    for at in 0..pattern.len() {
        match pattern[at..] {
            [Tokens::Same(number), Tokens::Same(unit), ..]
            | [Tokens::Same(number), Tokens::Same(" "), Tokens::Same(unit), ..]
                if is_number(number) && UNITS_OF_TIME.contains(&unit) =>
            {
                pattern[at] = Tokens::Time(number);
            }
            _ => {}
        }
    }
    pattern
}

/// Whether two numbers of one unit may be how long the same took: neither is more than twice the
/// other, or one is nothing and the other the least that can be told with as many digits. These are
/// rounded, and what takes a millisecond may give `0 ms` and `1 ms`.
fn is_like_time(one: &str, other: &str) -> bool {
    let value = |number: &str| number.parse().unwrap_or(f64::NAN);
    let is_least_beside = |nothing: &str, least: &str| {
        let same = nothing.strip_suffix('0');
        value(nothing) == 0.0 && same.is_some() && same == least.strip_suffix('1')
    };
    let (a, b) = (value(one), value(other));
    a <= 2.0 * b && b <= 2.0 * a || is_least_beside(one, other) || is_least_beside(other, one)
}

/// The words, numbers and signs of a line. How many blanks stand between them is left out, since
/// columns are filled up with them.
fn tokens(line: &str) -> Vec<&str> {
    let mut tokens = vec![];
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '0'..='9' => number(rest),
            _ if is_of_word(first) => rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        tokens.push(&rest[..length]);
        rest = &rest[length..];
        let next = rest.trim_start();
        if next.len() < rest.len() && !next.is_empty() {
            tokens.push(" ");
        }
        rest = next;
    }
    tokens
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How many bytes of a text that begins with a digit are a number: `12`, `0.25`, `1e-7`.
fn number(text: &str) -> usize {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
    };
    let mut length = digits(0);
    if text[length..].starts_with('.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if text[length..].starts_with(['e', 'E']) {
        let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        length += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    length
}

fn is_number(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_digit())
}

/// A line, its numbers replaced.
fn shape(line: &str) -> String {
    let shown = |token| if is_number(token) { "#" } else { token };
    tokens(line).into_iter().map(shown).collect()
}

fn shapes(text: &str) -> Vec<String> {
    text.lines().map(shape).collect()
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items
}

/// Lines of a difference that somebody reads.
const MOST_SHOWN: usize = 30;

/// What differs, but for what may vary.
fn difference(drift: Option<Drift>, recorded: &str, fresh: &str, again: Option<&str>) -> String {
    let text = |text: &str| arranged(drift, text.to_owned());
    let (recorded, fresh, again) = (text(recorded), text(fresh), again.map(text));
    let again = again.as_deref().unwrap_or(&fresh);
    let changed = |recorded: &str| {
        let diff = unified(&whole_lines(recorded), &whole_lines(&fresh), 1);
        let lines = diff.lines().filter(|line| !line.starts_with("@@")).map(str::to_owned);
        lines.collect::<Vec<_>>()
    };
    let mut lines = changed(&evened(drift, &recorded, &fresh, again));
    if lines.is_empty() {
        lines = changed(&recorded);
    }
    if lines.is_empty() {
        return "they differ in their colours, or in how the last line ends".to_owned();
    }
    let mut shown = lines[..lines.len().min(MOST_SHOWN)].join("\n");
    if lines.len() > MOST_SHOWN {
        shown.push_str(&format!("\n… and {} lines more", lines.len() - MOST_SHOWN));
    }
    shown
}

fn whole_lines(text: &str) -> String {
    text.lines().flat_map(|line| [line, "\n"]).collect()
}

/// What is recorded, its lines as they are today where they may vary so.
fn evened(drift: Option<Drift>, recorded: &str, fresh: &str, again: &str) -> String {
    let lines = |text| str::lines(text).collect::<Vec<_>>();
    let (mut given, one, other) = (lines(recorded), lines(fresh), lines(again));
    let is_long = given.len().max(one.len()) > MOST_ALIGNED;
    if drift == Some(Drift::Exact) || one.len() != other.len() || is_long {
        return recorded.to_owned();
    }
    let pattern = pattern(&one, &other);
    let parts = stretches(&shapes(recorded), &shapes(fresh));
    for Stretch { is_same, one: before, other: now } in parts {
        if before.len() != now.len() {
            continue;
        }
        for (at, now) in iter::zip(before, now) {
            let is_like = is_same && drift == Some(Drift::Shape);
            if is_like || pattern[now].fits(&given[at]) {
                given[at] = one[now];
            }
        }
    }
    given.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds_by_default(recorded: &str, fresh: &str, again: &str) -> bool {
        holds(None, recorded, fresh, Some(again), str::to_owned)
    }

    #[test]
    fn what_varies_from_run_to_run_is_no_drift() {
        for (recorded, fresh, again) in [
            ("that took 0.2005 s", "that took 0.2011 s", "that took 0.2044 s"),
            ("took 200.5ms", "took 1e-7ms", "took 201ms"),
            ("id 7ffe12, then 1", "id a91b, then 1", "id 00c4, then 1"),
            ("|  9.5|", "| 10.5|", "|9.123|"),
            ("start\nend", "start\ntry 1\nend", "start\ntry 1\ntry 2\nend"),
            ("b took 1 s\na took 2 s", "a took 3 s\nb took 4 s", "b took 5 s\na took 6 s"),
        ] {
            assert!(holds_by_default(recorded, fresh, again), "{recorded:?}");
        }
    }

    #[test]
    fn what_two_runs_agree_on_is_drift() {
        for (recorded, fresh, again) in [
            ("that took 0.2005 s", "that took 0.2011 ms", "that took 0.2044 ms"),
            ("took 200.5ns", "took 201.1ms", "took 203ms"),
            ("six times seven is 41", "six times seven is 42", "six times seven is 42"),
            ("a b", "a  b", "a  b"),
            ("a\nb", "b\na", "b\na"),
            ("start", "start\ntry 1\nend", "start\ntry 1\ntry 2\nend"),
            ("c took 1 s\na took 2 s", "a took 3 s\nb took 4 s", "b took 5 s\na took 6 s"),
            ("one\n", "", ""),
        ] {
            assert!(!holds_by_default(recorded, fresh, again), "{recorded:?}");
        }
    }

    #[test]
    fn a_time_is_measured_even_where_two_runs_agree_on_it() {
        for (recorded, fresh, again) in [
            ("took 0.1 s, 101 ms", "took 0.1 s, 100 ms", "took 0.1 s, 100 ms"),
            ("101ms, 1.5µs, 2 us, 9ns", "100ms, 1.4µs, 3 us, 8ns", "100ms, 1.4µs, 3 us, 8ns"),
            ("2 min 58 s, 1 h", "2 min 59 s, 2 h", "2 min 59 s, 2 h"),
            ("|  99 ms|", "| 100 ms|", "| 100 ms|"),
            // What is less than the last digit is cut off.
            ("0 ms, 0.01 s", "1 ms, 0.00 s", "1 ms, 0.00 s"),
            // Beside what varies.
            ("101 ms, id a9", "100 ms, id 17", "100 ms, id b 4"),
            ("id 9f 1, 101 ms", "id c, 100 ms", "id d 3, 100 ms"),
            ("start\nend: 101 ms", "start\ntry 1\nend: 100 ms", "start\nend: 100 ms"),
        ] {
            assert!(holds_by_default(recorded, fresh, again), "{recorded:?}");
        }
        // Then the program need not run once more.
        assert!(holds(None, "101 ms\n42", "100 ms\n42", None, str::to_owned));
        assert!(!holds(Some(Drift::Exact), "101 ms", "100 ms", Some("99 ms"), str::to_owned));
    }

    #[test]
    fn a_time_of_another_scale_and_a_number_that_is_no_time_are_drift() {
        for (recorded, fresh) in [
            ("took 0.2011 s", "took 0.2011 ms"),
            ("took 0.2 s", "took 2 s"),
            ("took 99 ms", "took 200 ms"),
            ("took 200 ms", "took 99 ms"),
            ("took 1e10 ns", "took 1e11 ns"),
            ("took 0 ms", "took 2 ms"),
            ("took 0.0 s", "took 0.01 s"),
            ("took 101 ms", "took 100ms"),
            ("took 1000 ms", "took 1 s"),
            ("41 of 101 ms", "42 of 100 ms"),
            ("took 101 steps", "took 100 steps"),
            ("ran 10 m/s", "ran 11 m/s"),
            ("ms: 101", "ms: 100"),
            ("101, ms", "100, ms"),
            ("101\nms", "100\nms"),
            ("101 ms", "100 ms\n100 ms"),
        ] {
            assert!(!holds_by_default(recorded, fresh, fresh), "{recorded:?}");
            assert!(!holds(None, recorded, fresh, None, str::to_owned), "{recorded:?}");
        }
    }

    #[test]
    fn a_cell_says_how_strictly_it_is_compared() {
        let holds = |drift, recorded, fresh| {
            holds(Some(drift), recorded, fresh, None, |text| text.replace("\u{1b}[1m", ""))
        };
        assert!(!holds(Drift::Exact, "a", "\u{1b}[1ma"));
        assert!(holds(Drift::Unordered, "a\nb\na", "b\na\na"));
        assert!(!holds(Drift::Unordered, "a\nb\na", "b\na\nb"));
        // In any order, and varying as they may.
        let (recorded, fresh) = ("took 10ms (1)\ntook 9ms (2)", "took 10ms (2)\ntook 9ms (1)");
        assert!(holds(Drift::Unordered, recorded, fresh));
        assert!(holds(Drift::Unordered, "1 took 10.08ms\n0 took 9ms", "0 took 10ms\n1 took 11ms"));
        assert!(!holds(Drift::Unordered, "1 took 10.08ms\n0 took 9ms", "0 took 10ms\n2 took 11ms"));
        assert!(holds(Drift::Shape, "\u{1b}[1m1 s\n2 s", " 10.5 s\n2 s"));
        assert!(!holds(Drift::Shape, "1 s", "1 ms"));
        assert!(!holds(Drift::Shape, "1 s", "1 s\n1 s"));
        assert!(holds(Drift::Pattern, "a", "b"));
    }

    #[test]
    fn long_outputs_that_vary_take_no_long_time() {
        let lines = |count: usize, word: &str| format!("{word} 1\n").repeat(count);
        assert!(holds_by_default(&lines(90_000, "x"), &lines(100_000, "y"), &lines(95_000, "z")));
        let words = |count: usize, word: &str| format!("{word} ").repeat(count);
        assert!(holds_by_default(&words(90_000, "x"), &words(100_000, "y"), &words(95_000, "z")));
    }

    #[test]
    fn a_difference_is_shown_with_little_around_it() {
        let plain = |recorded, fresh| difference(None, recorded, fresh, None);
        assert_eq!(plain("a\nb\nc\nd\n", "a\nb\nC\nd"), " b\n-c\n+C\n d");
        let long = plain("", &"x\n".repeat(100));
        assert!(long.ends_with("+x\n… and 70 lines more"), "{long}");
    }

    #[test]
    fn what_may_vary_is_no_part_of_a_difference() {
        let (recorded, fresh) = ("took 100.1 ms\nid 7\n41\n", "took 100.2 ms\nid 8\n42\n");
        let again = Some("took 100.3 ms\nid 9\n42\n");
        assert_eq!(difference(None, recorded, fresh, again), " id 8\n-41\n+42");
        let exact = difference(Some(Drift::Exact), recorded, fresh, again);
        assert!(exact.starts_with("-took 100.1 ms"), "{exact}");
        let unordered = Some(Drift::Unordered);
        assert_eq!(
            difference(unordered, "alpha\nbeta 3\n", "beta 4\nalpha\n", None),
            " alpha\n-beta 3\n+beta 4"
        );
        assert_eq!(
            difference(Some(Drift::Shape), "1 s\n2 s\n", "3 s\n4 ms\n", None),
            " 3 s\n-2 s\n+4 ms"
        );
    }
}
