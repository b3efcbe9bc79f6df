//! What the parser makes nothing of in pipe tables: those whose first two lines don't go together, which
//! are a paragraph to it, and cells that are too many, which it leaves out.

use std::ops::Range;

use super::passage::Passage;
use crate::model::diagnostic::Diagnostic;

/// Tells of the first table in a text of which the parser made none.
pub fn complaint(passage: Passage, text: Range<usize>) -> Option<Diagnostic> {
    let (place, head, below) = delimiters(&passage.text[text.clone()])?;
    let message =
        format!("the head of this table has {head} columns, and the line below it {below}");
    let place = passage.span(text.start + place.start..text.start + place.end);
    let diagnostic = Diagnostic::warning("not-a-table", message).at(place, "this is text");
    Some(diagnostic.hint("give both as many columns"))
}

/// Tells of the cells of a row that the table has no columns for.
pub fn surplus(passage: Passage, row: Range<usize>, columns: usize) -> Option<Diagnostic> {
    let line = passage.text[row.clone()].lines().next()?.trim_end();
    let cells = inner(line);
    let end = separators(cells).nth(columns.checked_sub(1)?)?;
    let surplus = cells[end + 1..].trim();
    let start = row.start + line.find(cells)? + cells.rfind(surplus)?;
    let message =
        format!("this row has {} cells, and the head of its table {columns}", self::columns(line));
    (!surplus.is_empty()).then(|| {
        Diagnostic::warning("surplus-cell", message)
            .at(passage.span(start..start + surplus.len()), "is not shown")
            .hint("a `|` that parts no cells is written `\\|`, even in code and formulas")
    })
}

/// The first line that would part a head from what is below it, but for its columns: its place, how
/// many columns the head has, and how many it has itself.
fn delimiters(text: &str) -> Option<(Range<usize>, usize, usize)> {
    let mut above = "";
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_matches([' ', '\t', '\r', '\n', '>']);
        if above.contains('|') && is_delimiter(content) {
            let at = start + line.len() - line.trim_start_matches([' ', '\t', '>']).len();
            let (head, below) = (columns(above), columns(content));
            return (head != below).then_some((at..at + content.len(), head, below));
        }
        above = content;
        start += line.len();
    }
    None
}

/// Whether a line is of dashes between pipes.
fn is_delimiter(line: &str) -> bool {
    let is_cell = |cell: &str| {
        let cell = cell.trim();
        let dashes = cell.strip_prefix(':').unwrap_or(cell);
        let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
        !dashes.is_empty() && dashes.bytes().all(|byte| byte == b'-')
    };
    line.contains('|') && inner(line).split('|').all(is_cell)
}

fn columns(line: &str) -> usize {
    separators(inner(line)).count() + 1
}

/// Where the pipes of a row stand that are no text.
fn separators(row: &str) -> impl Iterator<Item = usize> {
    let pipes = row.match_indices('|').map(|(at, _)| at);
    pipes.filter(|at| !row[..*at].ends_with('\\'))
}

/// A row without the pipes around it.
fn inner(row: &str) -> &str {
    let row = row.strip_prefix('|').unwrap_or(row);
    row.strip_suffix('|').filter(|inner| !inner.ends_with('\\')).unwrap_or(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_as_a_table_parts_them() {
        let found = |text| delimiters(text).map(|(place, head, below)| (&text[place], head, below));
        assert_eq!(found("| a | b |\n|---|\n"), Some(("|---|", 2, 1)));
        assert_eq!(found("> a \\| b | c\n> :-: | - | -\n"), Some((":-: | - | -", 2, 3)));
        assert_eq!(found("x\n| a |\r\n| - | - |\r\n"), Some(("| - | - |", 1, 2)));
        assert_eq!(found("> | a |\n|---|"), None);
        assert_eq!(found("| a |\n| b |\n|\n|| --"), None);
        assert_eq!(found("a\n---|---"), None);
    }
}
