//! Where two lists or texts differ; the only file that knows imara-diff.

use std::{fmt::Write as _, hash::Hash, ops::Range};

use imara_diff::{Algorithm, Diff, InternedInput, Interner};

/// A stretch of two lists: what they have in common, or what stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub is_same: bool,
    pub one: Range<usize>,
    pub other: Range<usize>,
}

/// Two lists, stretch by stretch, from their beginning to their end.
pub fn stretches<T: Hash + Eq>(one: &[T], other: &[T]) -> Vec<Stretch> {
    let interner = Interner::new(one.len() + other.len());
    let mut input = InternedInput { before: vec![], after: vec![], interner };
    input.update_before(one.iter());
    input.update_after(other.iter());
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_no_heuristic(&input);
    let index = |range: Range<u32>| range.start as usize..range.end as usize;
    let changes = diff.hunks().map(|hunk| (index(hunk.before), index(hunk.after)));
    let end = (one.len()..one.len(), other.len()..other.len());
    let mut stretches = vec![];
    let (mut here, mut there) = (0, 0);
    for (before, after) in changes.chain([end]) {
        let same = Stretch { is_same: true, one: here..before.start, other: there..after.start };
        stretches.extend((!same.one.is_empty()).then_some(same));
        (here, there) = (before.end, after.end);
        let differs = !(before.is_empty() && after.is_empty());
        stretches.extend(differs.then_some(Stretch { is_same: false, one: before, other: after }));
    }
    stretches
}

/// The changes that make one text of another, with `around` lines before and behind each, as
/// `diff -u` tells them; nothing where there are none.
pub fn unified(from: &str, to: &str, around: usize) -> String {
    let (from, to) = (lines(from), lines(to));
    let mut out = String::new();
    let mut hunk: Vec<Stretch> = vec![];
    let stretches = stretches(&from, &to);
    let last = stretches.len().saturating_sub(1);
    for (index, stretch) in stretches.into_iter().enumerate() {
        let Stretch { is_same, one, other } = stretch;
        if !is_same {
            hunk.push(Stretch { is_same, one, other });
            continue;
        }
        let before = if index == 0 { 0 } else { one.len().min(around) };
        let behind = if index == last { 0 } else { one.len().min(around) };
        let whole = |a: usize, b: usize| Stretch {
            is_same,
            one: one.start + a..one.start + b,
            other: other.start + a..other.start + b,
        };
        if index > 0 && index < last && one.len() <= 2 * around {
            hunk.push(whole(0, one.len()));
            continue;
        }
        hunk.push(whole(0, before));
        push_hunk(&mut out, &hunk, &from, &to);
        hunk = vec![whole(one.len() - behind, one.len())];
    }
    push_hunk(&mut out, &hunk, &from, &to);
    out
}

fn push_hunk(out: &mut String, hunk: &[Stretch], from: &[&str], to: &[&str]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return };
    if hunk.iter().all(|stretch| stretch.is_same) {
        return;
    }
    let place = |start: usize, end: usize| match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        length => format!("{},{length}", start + 1),
    };
    let one = place(first.one.start, last.one.end);
    let other = place(first.other.start, last.other.end);
    let _ = writeln!(out, "@@ -{one} +{other} @@");
    for Stretch { is_same, one, other } in hunk {
        let (sign, other) = if *is_same { (' ', 0..0) } else { ('-', other.clone()) };
        from[one.clone()].iter().for_each(|line| push_line(out, sign, line));
        to[other].iter().for_each(|line| push_line(out, '+', line));
    }
}

fn push_line(out: &mut String, sign: char, line: &str) {
    out.push(sign);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn changes_are_told_with_what_stands_around_them() {
        let text =
            |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let from = text(&["a", "b", "c", "d", "e", "f", "g", "h"]);
        let to = text(&["a", "B", "c", "d", "f", "g", "h", "i"]);
        assert_eq!(
            unified(&from, &to, 1),
            "@@ -1,6 +1,5 @@\n a\n-b\n+B\n c\n d\n-e\n f\n@@ -8 +7,2 @@\n h\n+i\n"
        );
        assert_eq!(unified("a\n", "a\n", 3), "");
        assert_eq!(unified("", "a\n", 3), "@@ -0,0 +1 @@\n+a\n");
        assert_eq!(
            unified("a\nb", "a\nb\n", 0),
            "@@ -2 +2 @@\n-b\n\\ No newline at end of file\n+b\n"
        );
    }
}
