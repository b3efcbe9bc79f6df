//! A table's rows become the series of a chart.

use super::{
    Plot,
    request::{Kind, Request},
    scale::Scale,
    table::Table,
};
use crate::model::diagnostic::{Diagnostic, did_you_mean};

/// What is to be drawn: at least one point.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// The names of the columns.
    pub x: String,
    pub y: String,
    /// In the order in which the table begins them.
    pub series: Vec<Series>,
    /// What the bars stand for; of points and lines nothing.
    pub categories: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Empty where the rows are not parted.
    pub name: String,
    /// From the least `x` to the greatest.
    pub points: Vec<Point>,
}

/// All rows of a series that have one `x`.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Of a bar the place of its category.
    pub x: f64,
    /// From the least to the greatest; never empty.
    ys: Vec<f64>,
}

impl Point {
    pub fn median(&self) -> f64 {
        let middle = self.ys.len() / 2;
        match self.ys.len() % 2 {
            // Halved one by one, since the sum may be too large.
            0 => self.ys[middle - 1] / 2.0 + self.ys[middle] / 2.0,
            _ => self.ys[middle],
        }
    }

    pub fn least(&self) -> f64 {
        self.ys[0]
    }

    pub fn greatest(&self) -> f64 {
        self.ys[self.ys.len() - 1]
    }

    pub fn count(&self) -> usize {
        self.ys.len()
    }
}

impl Data {
    pub fn points(&self) -> impl Iterator<Item = &Point> {
        self.series.iter().flat_map(|series| &series.points)
    }
}

/// More could not be told apart.
pub const MOST_SERIES: usize = 12;

/// More would be a page of their own.
const MOST_BARS: usize = 60;

/// What is farther from zero is no measurement, or nearer to it: its differences, or its logarithm,
/// may be no number.
const GREATEST: f64 = 1e300;
const LEAST: f64 = 1e-300;

/// None where nothing can be drawn; then there is a diagnostic that says why.
pub fn data(
    request: &Request,
    table: &Table,
    plot: &Plot,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Data> {
    if table.rows.is_empty() {
        let message = format!("there are no rows in {}", plot.name());
        let diagnostic = Diagnostic::error("plot-empty", message).at(plot.place(), "");
        let hint = "a plot's data is a line with the columns' names, and a line for each row";
        diagnostics.push(diagnostic.hint(hint));
        return None;
    }
    let mut column = |key: &str, said: Option<&str>, otherwise: usize| {
        let found = match said {
            Some(name) => table.column(name),
            None => (otherwise < table.columns.len()).then_some(otherwise),
        };
        if found.is_none() {
            diagnostics.push(no_column(key, said, table, plot));
        }
        found
    };
    let (x, y) = (column("x", request.x.column, 0), column("y", request.y.column, 1));
    let parted = request.series.map(|name| column("series", Some(name), 0));
    let (x, y, parted) = (x?, y?, parted.map_or(Some(None), |found| found.map(Some))?);

    let mut categories: Vec<String> = vec![];
    let ys = numbers(table, y, request.y.scale, plot, diagnostics);
    let xs = match request.kind {
        Kind::Bars => {
            let place = |name: &String| {
                let known = categories.iter().position(|other| other == name);
                known.unwrap_or_else(|| {
                    categories.push(name.clone());
                    categories.len() - 1
                }) as f64
            };
            Some(table.rows.iter().map(|row| &row[x]).map(place).collect())
        }
        _ => numbers(table, x, request.x.scale, plot, diagnostics),
    };
    let (xs, ys): (Vec<f64>, Vec<f64>) = (xs?, ys?);

    let mut names: Vec<&str> = vec![];
    let mut rows: Vec<(usize, f64, f64)> = vec![];
    for ((row, x), y) in table.rows.iter().zip(xs).zip(ys) {
        let name = parted.map_or("", |column| &row[column]);
        let at = names.iter().position(|other| *other == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        rows.push((at, x, y));
    }
    let mut series: Vec<Series> =
        names.into_iter().map(|name| Series { name: name.to_owned(), points: vec![] }).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
    // A cloud of points is its points: that two have one `x` is chance.
    let is_one = |a: &(usize, f64, f64), b: &(usize, f64, f64)| {
        request.kind != Kind::Points && (a.0, a.1) == (b.0, b.1)
    };
    for rows in rows.chunk_by(is_one) {
        let ys = rows.iter().map(|(_, _, y)| *y).collect();
        series[rows[0].0].points.push(Point { x: rows[0].1, ys });
    }
    let (x, y) = (table.columns[x].clone(), table.columns[y].clone());
    let data = Data { x, y, series, categories };
    match crowded(&data, plot) {
        Some(diagnostic) => {
            diagnostics.push(diagnostic);
            None
        }
        None => Some(data),
    }
}

fn no_column(key: &str, said: Option<&str>, table: &Table, plot: &Plot) -> Diagnostic {
    let columns = || table.columns.iter().map(String::as_str);
    let message = match said {
        Some(name) => format!("there is no column `{name}` in {}", plot.name()),
        None => format!("{} has no column for `{key}`", plot.name()),
    };
    let place = plot.attribute(key);
    let diagnostic = Diagnostic::error("plot-column", message).at(place, "");
    match said.and_then(|name| did_you_mean(name, columns())) {
        Some(meant) => diagnostic.hint(format!("did you mean `{meant}`?")),
        None => diagnostic.hint(format!("there is: {}", columns().collect::<Vec<_>>().join(", "))),
    }
}

/// A column's numbers. The first field that is none is told, with how many more there are.
fn numbers(
    table: &Table,
    column: usize,
    scale: Scale,
    plot: &Plot,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<f64>> {
    let fields = || table.rows.iter().map(|row| row[column].as_str());
    let name = &table.columns[column];
    let is_fine = |value: &f64| *value == 0.0 || (LEAST..=GREATEST).contains(&value.abs());
    let parsed = |field: &str| field.parse::<f64>().ok().filter(is_fine);
    let values: Option<Vec<f64>> = fields().map(parsed).collect();
    let Some(values) = values else {
        let is_wrong = |field: &str| parsed(field).is_none();
        let (row, field) = fields().enumerate().find(|(_, field)| is_wrong(field))?;
        let message = match field {
            "" => format!("nothing stands in the column `{name}` here"),
            _ => format!("`{field}` in the column `{name}` is no number that can be drawn"),
        };
        let diagnostic = plot.at_row(Diagnostic::error("plot-number", message), table, row);
        let diagnostic = and_more(diagnostic, fields().filter(|field| is_wrong(field)).count());
        let hint = "write plain numbers, `0.25` or `2.5e-1`, and leave out rows that have none";
        diagnostics.push(diagnostic.hint(hint));
        return None;
    };
    if !scale.is_logarithmic() || values.iter().all(|value| *value > 0.0) {
        return Some(values);
    }
    let (row, value) = values.iter().enumerate().find(|(_, value)| **value <= 0.0)?;
    let message =
        format!("a `{}` axis has no place for the {value} in the column `{name}`", scale.word());
    let diagnostic = plot.at_row(Diagnostic::error("plot-scale", message), table, row);
    let count = values.iter().filter(|value| **value <= 0.0).count();
    let hint = "such an axis is for numbers above zero: leave those out, or take a `linear` one";
    diagnostics.push(and_more(diagnostic, count).hint(hint));
    None
}

fn and_more(diagnostic: Diagnostic, count: usize) -> Diagnostic {
    match count {
        1 => diagnostic,
        2 => diagnostic.note("it is the same with 1 more row"),
        _ => diagnostic.note(format!("it is the same with {} more rows", count - 1)),
    }
}

fn crowded(data: &Data, plot: &Plot) -> Option<Diagnostic> {
    let series = data.series.len();
    let bars = if data.categories.is_empty() { 0 } else { data.points().count() };
    let crowded = |key: &str, message: String, hint: &str| {
        let place = plot.attribute(key);
        Some(Diagnostic::error("plot-crowded", message).at(place, "").hint(hint))
    };
    if series > MOST_SERIES {
        let message =
            format!("{series} series are too many to be told apart: {MOST_SERIES} can be");
        return crowded("series", message, "draw them in several plots, or leave some out");
    }
    if bars > MOST_BARS {
        let message = format!("{bars} bars are too many for one plot: {MOST_BARS} have room");
        return crowded("kind", message, "draw lines or points, or leave some out");
    }
    None
}
