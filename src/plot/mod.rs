//! Data to charts: what a `.plot` block asks for is drawn as SVG. The only folder that knows
//! plotters.
//!
//! ```text
//! bytes ─ table ─> Table ─────────┬ data ─> Data ─ draw ─> Chart
//! attributes ─ request ─> Request ┘
//! ```
//!
//! Architecture Invariant: the same data gives the same bytes. No number reaches a drawing other
//! than with fixed decimals, and no map without an order is walked.

mod compare;
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
use table::Unreadable;

use crate::model::{
    chart::Chart,
    course::{Chunk, Lesson},
    diagnostic::{Diagnosed, Diagnostic, did_you_mean},
    record::{Part, Record},
    source::{Sources, Span},
    table::{Table, Tables},
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

/// The tables that a lesson's plots draw, and those that its runs gave besides.
pub fn read(lesson: &Lesson, mut origins: Origins<'_>, sources: &Sources) -> Diagnosed<Tables> {
    let mut tables = Tables::default();
    let mut diagnostics = vec![];
    let chunks = lesson.chunks();
    let text = &sources.get(lesson.source).text;
    // Nobody asks for a column of what is not named with one.
    let is_named = |name: &str| text.contains(&format!("{name}."));
    let given = origins.record.into_iter().flat_map(|record| given(&chunks, record, is_named));
    tables.named.extend(given);
    for chunk in chunks.iter().filter(|chunk| chunk.is_plot()) {
        match (Plot { chunk, sources }).table(&chunks, &mut origins) {
            Ok(Some(table)) => {
                tables.named.extend(chunk.name().map(|name| (name.to_owned(), table.clone())));
                tables.drawn.insert(chunk.span, table);
            }
            Ok(None) => {}
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    Diagnosed { value: tables, diagnostics }
}

/// The charts of a lesson, of its plots and of cells that are compared, by their blocks' places.
/// `record` knows what was measured, and which values a plot's words show.
pub fn plot(
    lesson: &Lesson,
    tables: &Tables,
    record: Option<&Record>,
    sources: &Sources,
) -> Diagnosed<BTreeMap<Span, Chart>> {
    let mut diagnostics = vec![];
    let mut charts = compare::compare(lesson, record, sources).into_value(&mut diagnostics);
    let chunks = lesson.chunks();
    for (at, chunk) in chunks.into_iter().filter(|chunk| chunk.is_plot()).enumerate() {
        let plot = Plot { chunk, sources };
        let request = request::read(chunk, sources).into_value(&mut diagnostics);
        let Some(table) = tables.drawn.get(&chunk.span) else { continue };
        if let Some(data) = data::data(&request, table, &plot, &mut diagnostics) {
            let id = id(lesson, chunk, at);
            let [title, description] = ["caption", "alt"].map(|key| chunk.says(key, record));
            let title = title.map_or_else(|| name(&request, &data), str::to_owned);
            let description = description.map_or_else(|| describe(&request, &data), str::to_owned);
            let chart = Chart {
                svg: draw::draw(&request, &data).svg(&id, &title, &description),
                id,
                note: note(&data),
                columns: table.columns.clone(),
                rows: table.rows.clone(),
                csv: table::csv(table),
            };
            charts.insert(chunk.span, chart);
        }
    }
    Diagnosed { value: charts, diagnostics }
}

/// What runs gave that can be read as a table, by the names of cells and files. Text that happens to
/// be one does no harm: nobody asks for its columns.
fn given<'a>(
    chunks: &'a [&Chunk],
    record: &'a Record,
    is_named: impl Fn(&str) -> bool + Copy,
) -> impl Iterator<Item = (String, Table)> {
    let names = chunks.iter().filter(|chunk| chunk.cell.is_some()).filter_map(|it| it.name());
    let names: BTreeSet<&str> = names.filter(|name| is_named(name)).collect();
    let printed = names.into_iter().filter_map(|name| {
        let printed = printed(chunks.iter().filter(|chunk| chunk.name() == Some(name)), record);
        Some((name.to_owned(), table::read("", printed.as_bytes()).ok()?))
    });
    let written = record.files.iter().filter_map(move |file| {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let (stem, _) = name.rsplit_once('.').filter(|_| is_table(name))?;
        is_named(stem).then_some(())?;
        Some((stem.to_owned(), table::read(name, &file.bytes).ok()?))
    });
    printed.chain(written)
}

/// All that cells wrote to their standard output.
fn printed<'a>(cells: impl Iterator<Item = &'a &'a Chunk> + Clone, record: &Record) -> String {
    let is_of_cell = |chunk: Span| cells.clone().any(|cell| cell.span == chunk);
    let outputs = record.outputs.iter().filter(|output| is_of_cell(output.chunk));
    let parts = outputs.flat_map(|output| &output.parts).filter_map(|part| match part {
        Part::Stdout(text) => Some(text.as_str()),
        _ => None,
    });
    parts.collect()
}

fn is_table(file: &str) -> bool {
    [".csv", ".tsv", ".json"].iter().any(|ending| file.ends_with(ending))
}

/// What the ids of the chart's own begin with, on whatever page it is shown.
fn id(lesson: &Lesson, chunk: &Chunk, at: usize) -> String {
    let name = chunk.name().map_or_else(|| format!("chart-{}", at + 1), str::to_owned);
    html_id(&format!("{}-{name}", lesson.name))
}

fn html_id(name: &str) -> String {
    name.replace(|c: char| !c.is_alphanumeric() && c != '_', "-")
}

/// What a chart is called where its author doesn't say.
fn name(request: &Request, data: &Data) -> String {
    match request.kind {
        Kind::Bars => format!("{} for each {}", data.y, data.x),
        _ => format!("{} over {}", data.y, data.x),
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
    let y_range = range(&mut data.points().map(|point| point.ys.median()));
    if data.categories.is_empty() {
        let x_range = range(&mut data.points().map(|point| point.x));
        format!("{y} over {x}.{series} {x} {x_range}, {y} {y_range}.")
    } else {
        format!("Bars of {y} for each {x}: {}.{series} {y} {y_range}.", data.categories.join(", "))
    }
}

/// Of how many rows a point is made, if of more than one.
fn note(data: &Data) -> Option<String> {
    let counts = || data.points().map(|point| point.ys.count());
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
        let table = bytes.map(|bytes| table::read(name, &bytes)).transpose();
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
        let named: Vec<&&Chunk> =
            chunks.iter().filter(|chunk| chunk.name() == Some(cell)).collect();
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
        Ok(record.map(|record| printed(named.into_iter(), record)))
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
            return Ok(Some(file.bytes.to_vec()));
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
        let known = written.iter().map(|file| file.path.as_str());
        let known: Vec<&str> = known
            .chain(origins.files.iter().map(String::as_str))
            .filter(|it| is_table(it))
            .collect();
        let message = format!("no program of this lesson writes `{path}`, and the course has none");
        let hint = match (did_you_mean(path, known.iter().copied()), &known[..]) {
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            (None, []) => "write it from a cell, or put it into `data/`".to_owned(),
            (None, known) => format!("there is: {}", known.join(", ")),
        };
        Err(Box::new(error(message).hint(hint)))
    }
}
