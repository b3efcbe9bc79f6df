//! The values that a lesson's runs give names to.

use std::collections::BTreeMap;

use super::{
    Plain,
    quantity::{self, Quantity, SECONDS},
};
use crate::model::{
    course::Lesson,
    record::{Output, Part, Record},
};

/// Every value of a lesson by its name, which begins with that of its block:
///
/// - `granularity.overhead`, where the block `#granularity` printed `overhead: 0.12 ms` or `overhead = 0.12 ms`;
/// - `granularity.time`, how long the block took, if it printed no such line.
///
/// Of what is given more than once, the last holds.
pub fn values(lesson: &Lesson, record: &Record, plain: Plain) -> BTreeMap<String, Quantity> {
    let mut values = BTreeMap::new();
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
    }
    values
}

fn printed(output: &Output, plain: Plain) -> String {
    let parts = output.parts.iter().filter_map(|part| match part {
        Part::Stdout(text) | Part::Value(text) => Some(text.as_str()),
        Part::Stderr(_) | Part::Compiler(_) => None,
    });
    plain(&parts.collect::<String>())
}

/// `overhead: 0.12 ms` or `overhead = about 0.12 ms` as a name and a value. Blanks in the name become
/// hyphens.
fn named(line: &str) -> Option<(String, Quantity)> {
    let (label, value) = line.split_once(": ").or_else(|| line.split_once(" = "))?;
    let label = label.split_whitespace().collect::<Vec<_>>().join("-");
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let is_label = label.starts_with(char::is_alphabetic) && label.chars().all(is_name);
    let (_, value) = quantity::find(value).filter(|_| is_label)?;
    Some((label, value))
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
}
