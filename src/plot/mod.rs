//! Data to charts: what a `.plot` block asks for is drawn as SVG. The only folder that knows
//! plotters.
//!
//! ```text
//! attributes ─ request ─> Request ┐
//! bytes ─ table ─> Table ─────────┴ data ─> Data ─ draw ─> Chart
//! ```
//!
//! Architecture Invariant: the same data gives the same bytes. No number reaches a drawing other
//! than with fixed decimals, and no map without an order is walked.

mod data;
mod draw;
mod request;
mod scale;
mod svg;
mod table;
mod text;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use data::Data;
use request::{Kind, Request};
use table::{Table, Unreadable};

use crate::model::{
    chart::Chart,
    course::{Chunk, Lesson},
    diagnostic::{Diagnosed, Diagnostic, did_you_mean},
    record::{Part, Record},
    source::{Sources, Span},
};

/// Where data can come from.
pub struct Origins<'a> {
    /// What the lesson's runs gave; none where that isn't known in full.
    pub record: Option<&'a Record>,
    /// The course's other files, by their paths.
    pub files: &'a BTreeSet<String>,
    /// Reads one of them.
    pub read: &'a mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
}

/// The charts of a lesson, by their blocks' places.
pub fn plot(
    lesson: &Lesson,
    mut origins: Origins<'_>,
    sources: &Sources,
) -> Diagnosed<BTreeMap<Span, Chart>> {
    let mut charts = BTreeMap::new();
    let mut diagnostics = vec![];
    let chunks = lesson.chunks();
    for (at, chunk) in chunks.iter().filter(|chunk| chunk.is_plot()).enumerate() {
        let plot = Plot { chunk, sources };
        let request = request::read(chunk, sources).into_value(&mut diagnostics);
        let table = match plot.table(&chunks, &mut origins) {
            Ok(Some(table)) => table,
            Ok(None) => continue,
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                continue;
            }
        };
        if let Some(data) = data::data(&request, &table, &plot, &mut diagnostics) {
            let id = id(lesson, chunk, at);
            charts.insert(chunk.span, chart(id, chunk, &request, &data, table));
        }
    }
    Diagnosed { value: charts, diagnostics }
}

/// What the ids of the chart's own begin with, on whatever page it is shown.
fn id(lesson: &Lesson, chunk: &Chunk, at: usize) -> String {
    let name = chunk.name().map_or_else(|| format!("chart-{}", at + 1), str::to_owned);
    let id = format!("{}-{name}", lesson.name);
    id.replace(|c: char| !c.is_alphanumeric() && c != '_', "-")
}

fn chart(id: String, chunk: &Chunk, request: &Request, data: &Data, table: Table) -> Chart {
    let title = chunk.attributes.get("caption").map(str::to_owned);
    let title = title.unwrap_or_else(|| match request.kind {
        Kind::Bars => format!("{} for each {}", data.y, data.x),
        _ => format!("{} over {}", data.y, data.x),
    });
    let description = chunk.attributes.get("alt").map(str::to_owned);
    let description = description.unwrap_or_else(|| describe(request, data));
    let csv = table.csv();
    Chart {
        svg: draw::draw(request, data).svg(&id, &title, &description),
        id,
        note: note(data),
        columns: table.columns,
        rows: table.rows,
        csv,
    }
}

/// What a chart shows, in words, where its author gives none.
fn describe(request: &Request, data: &Data) -> String {
    let (x, y) = (request.x.title(&data.x), request.y.title(&data.y));
    let range = |values: &mut dyn Iterator<Item = f64>| {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        if low == high { format!("is {low}") } else { format!("goes from {low} to {high}") }
    };
    let series = match data.series.len() {
        1 => String::new(),
        count => {
            let names: Vec<&str> = data.series.iter().map(|series| series.name.as_str()).collect();
            format!(" {count} series: {}.", names.join(", "))
        }
    };
    let y_range = range(&mut data.points().map(data::Point::median));
    if data.categories.is_empty() {
        let x_range = range(&mut data.points().map(|point| point.x));
        format!("{y} over {x}.{series} {x} {x_range}, {y} {y_range}.")
    } else {
        format!("Bars of {y} for each {x}: {}.{series} {y} {y_range}.", data.categories.join(", "))
    }
}

/// Of how many rows a point is made, if of more than one.
fn note(data: &Data) -> Option<String> {
    let counts = || data.points().map(data::Point::count);
    let (least, most) = (counts().min()?, counts().max()?);
    let n = match (least, most) {
        (_, 1) => return None,
        (least, most) if least == most => format!("n = {most}"),
        (least, most) => format!("n = {least} to {most}"),
    };
    Some(format!("Medians, {n}; whiskers from the least to the greatest."))
}

/// A `.plot` block: where its data is, and where to tell of it.
struct Plot<'a> {
    chunk: &'a Chunk,
    sources: &'a Sources,
}

impl Plot<'_> {
    /// What the block names; nothing where its own lines are the data.
    fn named(&self) -> Option<&str> {
        self.chunk.attributes.get("data")
    }

    fn name(&self) -> String {
        self.named().map_or_else(|| "this block".to_owned(), |name| format!("`{name}`"))
    }

    fn attribute(&self, key: &str) -> Span {
        request::attribute(self.chunk, key, self.sources)
    }

    fn place(&self) -> Span {
        self.attribute("data")
    }

    /// A mistake in one row of the data, told at its place.
    fn at_row(&self, mistake: Diagnostic, table: &Table, row: usize) -> Diagnostic {
        match table.lines.get(row) {
            Some(line) => self.at_line(mistake, Some(*line)),
            None => mistake.at(self.place(), format!("row {} of {}", row + 1, self.name())),
        }
    }

    /// The same for a line.
    fn at_line(&self, mistake: Diagnostic, line: Option<u64>) -> Diagnostic {
        let Some(line) = line.and_then(|line| usize::try_from(line).ok()) else {
            return mistake.at(self.place(), "");
        };
        let own = self.chunk.lines.get(line.saturating_sub(1));
        match (self.named(), own) {
            (None, Some(own)) => mistake.at(own.span, ""),
            _ => mistake.at(self.place(), format!("line {line} of {}", self.name())),
        }
    }

    /// The data; none where it comes of runs that aren't known.
    fn table(
        &self,
        chunks: &[&Chunk],
        origins: &mut Origins<'_>,
    ) -> Result<Option<Table>, Box<Diagnostic>> {
        let name = self.named().unwrap_or_default();
        let own =
            self.chunk.lines.iter().find(|line| !self.sources.text(line.span).trim().is_empty());
        if let Some(own) = own.filter(|_| !name.is_empty()) {
            let message = format!("the data is `{name}`, and the block has lines of its own");
            let error = Diagnostic::error("plot-data", message).at(own.span, "");
            return Err(Box::new(error.hint("take out the lines, or `data=`")));
        }
        let bytes = match (name, name.strip_prefix('#')) {
            ("", _) => {
                let lines = self.chunk.lines.iter().map(|line| self.sources.text(line.span));
                Some(lines.flat_map(|line| [line, "\n"]).collect::<String>().into_bytes())
            }
            (_, Some(cell)) => self.printed(cell, chunks, origins.record)?.map(String::into_bytes),
            _ => self.file(name, origins)?,
        };
        let table = bytes.map(|bytes| Table::read(name, &bytes)).transpose();
        table.map_err(|Unreadable { message, line }| {
            let hint = "data is CSV, or as a file's ending says: `.csv`, `.tsv`, `.json`";
            Box::new(self.at_line(Diagnostic::error("plot-data", message), line).hint(hint))
        })
    }

    /// What the cell of this name printed.
    fn printed(
        &self,
        cell: &str,
        chunks: &[&Chunk],
        record: Option<&Record>,
    ) -> Result<Option<String>, Box<Diagnostic>> {
        let named: Vec<_> = chunks.iter().filter(|chunk| chunk.name() == Some(cell)).collect();
        let cells = chunks.iter().filter(|chunk| !chunk.is_plot());
        let names = cells.filter_map(|chunk| chunk.name());
        let error = |message| Diagnostic::error("plot-data", message).at(self.place(), "");
        match named.first() {
            None => {
                let error = error(format!("there is no cell `{cell}`"));
                let hint = match did_you_mean(cell, names) {
                    Some(meant) => format!("did you mean `#{meant}`?"),
                    None => format!("name the cell that prints it: `#{cell}`"),
                };
                return Err(Box::new(error.hint(hint)));
            }
            Some(chunk) if chunk.cell.is_none() => {
                let error = error(format!("the block `{cell}` doesn't run, so it prints nothing"));
                let error = error.also(chunk.info, "it stands here");
                return Err(Box::new(error.hint("run it, with `.cell`")));
            }
            Some(_) => {}
        }
        let Some(record) = record else { return Ok(None) };
        let is_of_cell = |chunk: Span| named.iter().any(|named| named.span == chunk);
        let outputs = record.outputs.iter().filter(|output| is_of_cell(output.chunk));
        let printed = outputs.flat_map(|output| &output.parts).filter_map(|part| match part {
            Part::Stdout(text) => Some(text.as_str()),
            _ => None,
        });
        Ok(Some(printed.collect()))
    }

    /// A file that the lesson's programs wrote, or one of the course.
    fn file(
        &self,
        name: &str,
        origins: &mut Origins<'_>,
    ) -> Result<Option<Vec<u8>>, Box<Diagnostic>> {
        let written = origins.record.map(|record| &record.files[..]).unwrap_or_default();
        let path = name.trim_start_matches("./");
        if let Some(file) = written.iter().rev().find(|file| file.path == path) {
            return Ok(Some(file.bytes.clone()));
        }
        let error = |message| Diagnostic::error("plot-data", message).at(self.place(), "");
        let below = format!("/{path}");
        let is_meant = |file: &&String| *file == path || file.ends_with(&below);
        if let Some(file) = origins.files.iter().find(is_meant) {
            let bytes = (origins.read)(file);
            let unreadable = |why| Box::new(error(format!("`{file}` cannot be read: {why}")));
            return bytes.map(Some).map_err(unreadable);
        }
        if origins.record.is_none() {
            return Ok(None);
        }
        let is_table = |file: &&str| [".csv", ".tsv", ".json"].iter().any(|it| file.ends_with(it));
        let known = written.iter().map(|file| file.path.as_str());
        let known: Vec<&str> =
            known.chain(origins.files.iter().map(String::as_str)).filter(is_table).collect();
        let message = format!("no program of this lesson writes `{path}`, and the course has none");
        let hint = match (did_you_mean(path, known.iter().copied()), &known[..]) {
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            (None, []) => "write it from a cell, or put it into `data/`".to_owned(),
            (None, known) => format!("there is: {}", known.join(", ")),
        };
        Err(Box::new(error(message).hint(hint)))
    }
}
