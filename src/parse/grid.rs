//! Pandoc's grid tables: borders of `+`, `-`, `=` and `|` around cells that hold blocks.
//!
//! ```text
//! +-------+-----------+
//! | Fruit | Good for  |
//! +=======+:=========:+
//! | Apple | - pie     |
//! |       | - juice   |
//! +-------+-----------+
//! ```

use std::collections::BTreeSet;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::model::course::Alignment;

/// A table, as its borders part it.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Each line, from border to border.
    pub lines: Vec<Range<usize>>,
    pub alignments: Vec<Alignment>,
    /// Of the columns, in characters.
    pub widths: Vec<usize>,
    /// How many of the rows are the table's head.
    pub head: usize,
    pub rows: Vec<Vec<GridCell>>,
}

#[derive(Clone, Debug)]
pub struct GridCell {
    /// What it holds, line by line, without the blanks beside the borders.
    pub lines: Vec<Range<usize>>,
    /// The column that it begins in.
    pub column: usize,
    /// How many columns and rows it takes.
    pub columns: usize,
    pub rows: usize,
}

/// Why what begins like a grid table is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    NoBottom,
    /// A line is not as wide as the top border.
    Uneven,
    /// A border ends without meeting another.
    Open,
    /// A cell stands in the head and below it.
    AcrossHead,
}

/// Reads the table that begins at `start`; none where no border begins there. A flaw comes with
/// the line that shows it.
pub fn grid(text: &str, start: usize) -> Option<Result<Grid, (Flaw, Range<usize>)>> {
    let lines = lines(text, start);
    let is_top = |line: &str| {
        line.starts_with('+')
            && line.trim_matches(['+', '-', ':']).is_empty()
            && line.ends_with('+')
    };
    let is_border = |line: &Range<usize>| text[line.clone()].starts_with('+');
    let [top, .., bottom] = &lines[..] else { return None };
    if !is_top(&text[top.clone()]) || lines.iter().all(is_border) {
        return None;
    }
    if !is_border(bottom) {
        return Some(Err((Flaw::NoBottom, bottom.clone())));
    }
    let canvas: Vec<Vec<(char, usize)>> =
        lines.iter().map(|line| columns(text, line.clone())).collect();
    if let Some(uneven) = canvas.iter().position(|line| line.len() != canvas[0].len()) {
        return Some(Err((Flaw::Uneven, lines[uneven].clone())));
    }
    let drawing = Drawing::of(&canvas);
    let grid = drawing.areas().and_then(|areas| drawing.grid(text, &lines, &areas));
    Some(grid.map_err(|(flaw, line)| (flaw, lines[line].clone())))
}

/// Whether a line could be one of a table: it begins with a border, and not with an item's marker.
pub fn is_drawn(line: &str) -> bool {
    line.starts_with('|') || line.strip_prefix('+').is_some_and(|rest| rest.starts_with(is_bar))
}

/// The lines that could be a table's, without what a container puts before them.
fn lines(text: &str, start: usize) -> Vec<Range<usize>> {
    let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let margin = text[begin..start].chars().count();
    let mut lines = vec![];
    let mut at = begin;
    for line in text[begin..].split_inclusive('\n') {
        let first = if at == begin { start } else { at + margin };
        let end = at + line.trim_end().len();
        let Some(content) = text.get(first..end.max(first)) else { break };
        let is_container = |before: &str| before.trim_matches([' ', '\t', '>']).is_empty();
        if !is_drawn(content) || at > begin && !is_container(&text[at..first]) {
            break;
        }
        lines.push(first..end);
        at += line.len();
    }
    lines
}

/// Each column's character and where it stands. A wide character takes two columns.
fn columns(text: &str, line: Range<usize>) -> Vec<(char, usize)> {
    let wide = |(at, c): (usize, char)| {
        std::iter::repeat_n((c, line.start + at), c.width().unwrap_or_default())
    };
    text[line.clone()].char_indices().flat_map(wide).collect()
}

/// The lines and columns at which borders can cross.
struct Drawing<'a> {
    canvas: &'a [Vec<(char, usize)>],
    lines: Vec<usize>,
    columns: Vec<usize>,
}

/// A rectangle between borders, by indices into the lines and columns of the drawing.
struct Area {
    lines: Range<usize>,
    columns: Range<usize>,
}

impl<'a> Drawing<'a> {
    fn of(canvas: &'a [Vec<(char, usize)>]) -> Self {
        let (mut lines, mut columns) = (BTreeSet::new(), BTreeSet::new());
        for (line, drawn) in canvas.iter().enumerate() {
            let is_bar = |column: usize| drawn.get(column).is_some_and(|(c, _)| is_bar(*c));
            for (column, (c, _)) in drawn.iter().enumerate() {
                if *c == '+' && (is_bar(column + 1) || column > 0 && is_bar(column - 1)) {
                    lines.insert(line);
                    columns.insert(column);
                }
            }
        }
        let (lines, columns) = (lines.into_iter().collect(), columns.into_iter().collect());
        Self { canvas, lines, columns }
    }

    /// Parts the table at its borders.
    fn areas(&self) -> Result<Vec<Area>, (Flaw, usize)> {
        let (height, width) = (self.lines.len() - 1, self.columns.len() - 1);
        let mut taken = vec![vec![false; width]; height];
        let mut areas = vec![];
        for line in 0..height {
            for column in 0..width {
                if taken[line][column] {
                    continue;
                }
                let right = (column + 1..width).find(|it| self.has_border_left(line, *it));
                let below = (line + 1..height).find(|it| self.has_border_above(*it, column));
                let lines = line..below.unwrap_or(height);
                let columns = column..right.unwrap_or(width);
                // What is drawn inside is the cell's own: another table, say.
                let mut is_closed = true;
                for line in lines.clone() {
                    for taken in &mut taken[line][columns.clone()] {
                        is_closed &= !std::mem::replace(taken, true);
                    }
                    is_closed &= self.has_border_left(line, columns.start);
                    is_closed &= self.has_border_left(line, columns.end);
                }
                for column in columns.clone() {
                    is_closed &= self.has_border_above(lines.start, column);
                    is_closed &= self.has_border_above(lines.end, column);
                }
                if !is_closed {
                    return Err((Flaw::Open, self.lines[line]));
                }
                areas.push(Area { lines, columns });
            }
        }
        Ok(areas)
    }

    fn has_border_above(&self, line: usize, column: usize) -> bool {
        let drawn = &self.canvas[self.lines[line]];
        let mut between = drawn[self.columns[column]..=self.columns[column + 1]].iter();
        between.all(|(c, _)| *c == '+' || is_bar(*c))
    }

    fn has_border_left(&self, line: usize, column: usize) -> bool {
        let mut between = self.canvas[self.lines[line]..=self.lines[line + 1]].iter();
        between.all(|drawn| matches!(drawn[self.columns[column]].0, '+' | '|'))
    }

    fn grid(
        &self,
        text: &str,
        lines: &[Range<usize>],
        areas: &[Area],
    ) -> Result<Grid, (Flaw, usize)> {
        // Where nothing begins and ends, what looked like a crossing was a cell's text.
        let edges = |of: fn(&Area) -> &Range<usize>| -> Vec<usize> {
            let edges = areas.iter().map(of).flat_map(|range| [range.start, range.end]);
            edges.collect::<BTreeSet<_>>().into_iter().collect()
        };
        let (rows, columns) = (edges(|area| &area.lines), edges(|area| &area.columns));
        let place = |edges: &[usize], edge| edges.partition_point(|other| *other < edge);
        let line_of = |row: usize| self.lines[rows[row]];
        let is_double = |row: &usize| {
            let (line, drawn) = (rows[*row], &self.canvas[line_of(*row)]);
            let mut columns = 0..self.columns.len() - 1;
            columns.any(|it| {
                drawn[self.columns[it + 1] - 1].0 == '=' && self.has_border_above(line, it)
            })
        };
        let head = (1..rows.len() - 1).find(is_double).unwrap_or(0);

        let mut cells: Vec<Vec<GridCell>> = vec![vec![]; rows.len() - 1];
        for area in areas {
            let first = place(&rows, area.lines.start);
            let last = place(&rows, area.lines.end);
            if first < head && head < last {
                return Err((Flaw::AcrossHead, line_of(head)));
            }
            cells[first].push(GridCell {
                lines: self.content(text, area),
                column: place(&columns, area.columns.start),
                columns: place(&columns, area.columns.end) - place(&columns, area.columns.start),
                rows: last - first,
            });
        }
        let sides = |pair: &[usize]| (self.columns[pair[0]], self.columns[pair[1]]);
        let line = &self.canvas[line_of(head)];
        let align = |(left, right): (usize, usize)| match (
            line[left + 1].0 == ':',
            line[right - 1].0 == ':',
        ) {
            (true, true) => Alignment::Center,
            (true, false) => Alignment::Left,
            (false, true) => Alignment::Right,
            (false, false) => Alignment::None,
        };
        Ok(Grid {
            lines: lines.to_vec(),
            alignments: columns.windows(2).map(sides).map(align).collect(),
            widths: columns.windows(2).map(sides).map(|(left, right)| right - left).collect(),
            head,
            rows: cells,
        })
    }

    /// What stands within an area, without the one blank that keeps all of it off the border.
    fn content(&self, text: &str, area: &Area) -> Vec<Range<usize>> {
        let lines = self.lines[area.lines.start] + 1..self.lines[area.lines.end];
        let (left, right) = (self.columns[area.columns.start], self.columns[area.columns.end]);
        let mut content: Vec<Range<usize>> = self.canvas[lines]
            .iter()
            .map(|drawn| {
                let start = drawn[left].1 + 1;
                let line = text[start..drawn[right].1].trim_end_matches([' ', '\t']);
                start..start + line.len()
            })
            .collect();
        let is_off = |line: &Range<usize>| line.is_empty() || text[line.clone()].starts_with(' ');
        if content.iter().all(is_off) {
            content.iter_mut().for_each(|line| line.start = line.end.min(line.start + 1));
        }
        content
    }
}

fn is_bar(c: char) -> bool {
    matches!(c, '-' | '=' | ':')
}
