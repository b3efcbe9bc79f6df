//! Cells that are measured to be compared: side by side in one chart.

use std::collections::BTreeMap;

use super::{
    data::{Data, Point, Series},
    draw,
    request::{self, Axis, Kind, Request},
    table,
};
use crate::model::{
    chart::Chart,
    course::{Chunk, Lesson},
    diagnostic::{Diagnosed, Diagnostic},
    record::Record,
    samples::Samples,
    source::{Sources, Span},
    table::Table,
    words::Words,
};

/// A cell, and how many microseconds it took in each run.
struct Measured<'a> {
    name: &'a str,
    micros: Vec<f64>,
    samples: Samples,
}

/// The charts of cells that say the same `compare=`, by the place of the last of each.
pub fn compare(
    lesson: &Lesson,
    record: Option<&Record>,
    words: &Words,
    sources: &Sources,
) -> Diagnosed<BTreeMap<Span, Chart>> {
    let mut groups: BTreeMap<&str, Vec<&Chunk>> = BTreeMap::new();
    for chunk in lesson.chunks().into_iter().filter(|chunk| chunk.timing().is_some()) {
        if let Some(word) = chunk.compared() {
            groups.entry(word).or_default().push(chunk);
        }
    }
    let mut diagnostics = vec![];
    let mut charts = BTreeMap::new();
    for (word, chunks) in groups {
        let (Some(last), true) = (chunks.last(), chunks.len() > 1) else {
            let message = format!("nothing else says `compare={word}`");
            let place = request::attribute(chunks[0], "compare", sources);
            let diagnostic = Diagnostic::warning("lone-comparison", message).at(place, "");
            diagnostics.push(diagnostic.hint("say it of another cell that is measured, too"));
            continue;
        };
        let measured = chunks.iter().filter_map(|chunk| measured(chunk, record?));
        let measured: Vec<Measured> = measured.collect();
        if measured.len() > 1 {
            let id = super::html_id(&format!("{}-compare-{word}", lesson.name));
            charts.insert(last.span, chart(id, &measured, record, words));
        }
    }
    Diagnosed { value: charts, diagnostics }
}

fn measured<'a>(chunk: &'a Chunk, record: &Record) -> Option<Measured<'a>> {
    let micros: Vec<f64> = record.samples(chunk.span).collect();
    let samples = Samples::new(micros.iter().copied())?;
    Some(Measured { name: chunk.name()?, micros, samples })
}

/// The unit that reads best for times of so many microseconds, and how many of these it is.
fn unit(greatest: f64) -> (&'static str, f64) {
    match greatest {
        1e6.. => ("s", 1e6),
        1e3.. => ("ms", 1e3),
        _ => ("µs", 1.0),
    }
}

fn chart(id: String, measured: &[Measured], record: Option<&Record>, words: &Words) -> Chart {
    let [cell, run, time] =
        ["compare_cell", "compare_run", "compare_time"].map(|key| words.get(key).to_owned());
    let greatest = measured.iter().map(|it| it.samples.greatest()).fold(0.0, f64::max);
    let (unit, factor) = unit(greatest);
    let request = Request {
        kind: Kind::Bars,
        y: Axis { unit: Some(unit), ..Axis::default() },
        ..Request::default()
    };
    let points = measured.iter().enumerate().filter_map(|(at, cell)| {
        let ys = Samples::new(cell.micros.iter().map(|micros| micros / factor))?;
        Some(Point { x: at as f64, ys })
    });
    let data = Data {
        x: cell.clone(),
        y: time.clone(),
        series: vec![Series { name: String::new(), points: points.collect() }],
        categories: measured.iter().map(|cell| cell.name.to_owned()).collect(),
    };
    let rows = measured.iter().flat_map(|cell| {
        let runs = cell.micros.iter().enumerate();
        runs.map(|(at, micros)| {
            vec![cell.name.to_owned(), (at + 1).to_string(), (micros / factor).to_string()]
        })
    });
    let table = Table {
        columns: vec![cell, run, format!("{time} ({unit})")],
        rows: rows.collect(),
        lines: vec![],
    };
    let ratios = ratios(measured, words);
    let title = words.get("compare_title");
    let description = format!("{} {ratios}", super::describe(&request, &data, words));
    let made = record.and_then(Record::only_made);
    let made =
        made.map(|made| format!(" {}", words.say("measured", &[("made", &made.told(words))])));
    let made = made.unwrap_or_default();
    let note = super::note(&data, words).unwrap_or_default();
    Chart {
        svg: draw::draw(&request, &data).svg(&id, title, description.trim_end()),
        id,
        note: Some(format!("{ratios} {note}{made}").trim().to_owned()),
        csv: table::csv(&table),
        columns: table.columns,
        rows: table.rows,
    }
}

/// How many times as fast as the first each cell is.
fn ratios(measured: &[Measured], words: &Words) -> String {
    let [first, others @ ..] = measured else { return String::new() };
    let ratio = |other: &Measured| {
        let times = first.samples.median() / other.samples.median();
        let rounded = format!("{times:.1}");
        let gaps = [("name", other.name), ("times", &*rounded), ("other", first.name)];
        times.is_finite().then(|| words.say("times_as_fast", &gaps))
    };
    others.iter().filter_map(ratio).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(name: &str, micros: [f64; 3]) -> Measured<'_> {
        let samples = Samples::new(micros).unwrap();
        Measured { name, micros: micros.to_vec(), samples }
    }

    #[test]
    fn cells_stand_side_by_side_with_how_they_compare() {
        let words = Words::read(include_str!("../../templates/words/en.toml")).unwrap();
        let cells = [
            measured("serial", [606_000.0, 600_000.0, 630_000.0]),
            measured("parallel", [364_000.0, 303_000.0, 300_000.0]),
        ];
        let chart = chart("id".to_owned(), &cells, None, &words);
        assert_eq!(
            chart.note.as_deref(),
            Some(
                "parallel is 2.0× as fast as serial. Medians, n = 3; whiskers from the least to \
                 the greatest."
            )
        );
        assert!(chart.svg.contains(">time (ms)<") && chart.svg.contains(">parallel<"));
        assert!(chart.csv.starts_with("cell,run,time (ms)\nserial,1,606\nserial,2,600\n"));
    }
}
