//! The values that a lesson's runs give names to.

use std::collections::BTreeMap;

use super::{
    Plain,
    quantity::{self, NUMBER, Quantity, SECONDS, Unit},
};
use crate::model::{
    course::{Chunk, Lesson},
    record::{Output, Part, Record},
    samples::Samples,
    table::Table,
};

/// Every value of a lesson by its name, which begins with that of its block:
///
/// - `granularity.overhead`, where the block `#granularity` printed `overhead: 0.12 ms` or `overhead = 0.12 ms`;
/// - `granularity.time`, how long the block took, if it printed no such line;
/// - `granularity.time` and `granularity.time.min`, the median and the least of several runs, where the
///   block is measured;
/// - `granularity.seconds.min`, where `granularity` is a table that has a column `seconds`.
///
/// Of what is given more than once, the last holds.
pub fn values(
    lesson: &Lesson,
    record: &Record,
    tables: &BTreeMap<String, Table>,
    plain: Plain,
) -> BTreeMap<String, Quantity> {
    let columns = tables.iter().flat_map(|(name, table)| columns(name, table));
    let mut values: BTreeMap<String, Quantity> = columns.collect();
    for chunk in lesson.chunks() {
        let Some(name) = chunk.name() else { continue };
        let outputs = record.outputs.iter().filter(|output| output.chunk == chunk.span);
        let mut micros = None;
        for output in outputs {
            *micros.get_or_insert(0) += output.micros;
            let printed = printed(output, plain);
            let named = printed.lines().filter_map(named);
            values.extend(named.map(|(label, value)| (format!("{name}.{label}"), value)));
        }
        if let Some(micros) = micros.filter(|micros| *micros > 0) {
            let time = Quantity::new(micros as f64 * 1e-6, SECONDS);
            // A program that tells its own time knows better.
            values.entry(format!("{name}.time")).or_insert(time);
        }
        if let Some(samples) = samples(chunk, record) {
            values.extend(timing(name, &samples));
        }
    }
    values
}

/// What the columns of a table tell that hold nothing but numbers.
fn columns(name: &str, table: &Table) -> Vec<(String, Quantity)> {
    let mut values = vec![];
    for (at, column) in table.columns.iter().enumerate() {
        let numbers =
            table.rows.iter().map(|row| row[at].parse().ok().filter(|it: &f64| it.is_finite()));
        let Some(numbers) = numbers.collect::<Option<Vec<f64>>>() else { continue };
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { continue };
        let Some(label) = label(column) else { continue };
        let unit = unit(column);
        let Some(samples) = Samples::new(numbers.iter().copied()) else { continue };
        let told = [
            ("first", *first, unit),
            ("last", *last, unit),
            ("max", samples.greatest(), unit),
            ("mean", samples.mean(), unit),
            ("median", samples.median(), unit),
            ("min", samples.least(), unit),
            ("n", samples.count() as f64, NUMBER),
        ];
        values.extend(told.map(|(statistic, number, unit)| {
            (format!("{name}.{label}.{statistic}"), Quantity::new(number, unit))
        }));
    }
    values
}

/// What the numbers of a column count, as far as its name tells: `seconds`, `time (ms)`, `time_ms`.
fn unit(column: &str) -> Unit {
    let in_brackets = column.strip_suffix([')', ']']).and_then(|it| it.rsplit(['(', '[']).next());
    let unit = match in_brackets {
        Some(unit) => Unit::named(unit.trim()),
        None => {
            let last = column.rsplit(['_', '-', ' ']).next().unwrap_or_default();
            Unit::spelt_out(last).or_else(|| {
                // `h` may be a height, and `min` the least.
                Unit::named(last).filter(|unit| unit.name.chars().count() == 2)
            })
        }
    };
    unit.unwrap_or(NUMBER)
}

/// How many seconds a block took in each of several runs; none where it is not measured.
pub fn samples(chunk: &Chunk, record: &Record) -> Option<Samples> {
    Samples::new(record.samples(chunk.span).map(|micros| micros * 1e-6))
}

fn timing(name: &str, samples: &Samples) -> [(String, Quantity); 5] {
    let (low, high) = samples.middle_half();
    let told = [
        ("", samples.median(), SECONDS),
        (".iqr", high - low, SECONDS),
        (".max", samples.greatest(), SECONDS),
        (".min", samples.least(), SECONDS),
        (".n", samples.count() as f64, NUMBER),
    ];
    told.map(|(statistic, number, unit)| {
        (format!("{name}.time{statistic}"), Quantity::new(number, unit))
    })
}

fn printed(output: &Output, plain: Plain) -> String {
    let parts = output.parts.iter().filter_map(|part| match part {
        Part::Stdout(text) | Part::Value(text) => Some(text.as_str()),
        Part::Stderr(_) | Part::Compiler(_) | Part::Note(_) => None,
    });
    plain(&parts.collect::<String>())
}

/// `overhead: 0.12 ms` or `overhead = about 0.12 ms` as a name and a value. Blanks in the name become
/// hyphens.
fn named(line: &str) -> Option<(String, Quantity)> {
    let (label, value) = line.split_once(": ").or_else(|| line.split_once(" = "))?;
    let (_, value) = quantity::find(value)?;
    Some((self::label(label)?, value))
}

/// What a program or a table calls a value, as a part of its name, if it can be one: brackets around
/// a unit are left out, and blanks become hyphens.
fn label(text: &str) -> Option<String> {
    let label = text.replace(['(', ')', '[', ']'], " ");
    let label = label.split_whitespace().collect::<Vec<_>>().join("-");
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    (label.starts_with(char::is_alphabetic) && label.chars().all(is_name)).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_says_of_a_value_has_its_name() {
        let read = |line| named(line).map(|(name, value)| (name, value.number, value.unit.name));
        assert_eq!(read("overhead: 0.12 ms"), Some(("overhead".into(), 0.12, "ms")));
        assert_eq!(read("mean time = about 3 s a job"), Some(("mean-time".into(), 3.0, "s")));
        for line in ["", "that took 3 s", "overhead: none", "1: 2", "a::b: 3", "note: x = y"] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn the_name_of_a_column_tells_its_unit() {
        for (column, expected, called) in [
            ("seconds", "s", Some("seconds")),
            ("time (ms)", "ms", Some("time-ms")),
            ("height [m]", "", Some("height-m")),
            ("wall_time_us", "µs", Some("wall_time_us")),
            ("time (h)", "h", Some("time-h")),
            ("x-min", "", Some("x-min")),
            ("jobs", "", Some("jobs")),
            ("h", "", Some("h")),
            ("1", "", None),
            ("a, b", "", None),
        ] {
            assert_eq!((unit(column).name, label(column).as_deref()), (expected, called));
        }
    }
}
