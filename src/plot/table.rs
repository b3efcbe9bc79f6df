//! Data as text: CSV, TSV and JSON become a table. The only file that knows the csv crate.

use csv::{ReaderBuilder, Trim};
use serde_json::{Map, Value};

/// Rows with as many fields as there are columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// The line that each row begins in, counted from one, where the text has a line for each.
    pub lines: Vec<u64>,
}

/// Why a text is no table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub message: String,
    /// Counted from one.
    pub line: Option<u64>,
}

impl Table {
    /// Reads a table as its file's ending says; CSV where it says nothing.
    ///
    /// # Errors
    ///
    /// The first place where the text is no table.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, Unreadable> {
        let table = match name.rsplit_once('.') {
            Some((_, "json")) => json(bytes)?,
            Some((_, "tsv")) => separated(bytes, b'\t')?,
            _ => separated(bytes, b',')?,
        };
        let mut columns = table.columns.iter().enumerate();
        match columns.find(|(at, column)| table.columns[..*at].contains(column)) {
            Some((_, twice)) => Err(at(Some(1), format!("two columns are called `{twice}`"))),
            None => Ok(table),
        }
    }

    /// The table as CSV.
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(vec![]);
        let mut rows = std::iter::once(&self.columns).chain(&self.rows);
        let written = rows.try_for_each(|row| writer.write_record(row));
        let bytes = written.ok().and_then(|()| writer.into_inner().ok());
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }
}

fn at(line: Option<u64>, message: impl Into<String>) -> Unreadable {
    Unreadable { message: message.into(), line }
}

fn separated(bytes: &[u8], delimiter: u8) -> Result<Table, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        at(u64::try_from(line).ok(), "this line is not UTF-8")
    })?;
    // Spreadsheets begin what they save with a mark of its encoding. Lines that end as on Windows
    // would be counted wrongly.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).trim(Trim::All).from_reader(text.as_bytes());
    let row = |row: &csv::StringRecord| row.iter().map(str::to_owned).collect::<Vec<_>>();
    let columns = row(reader.headers().map_err(explain)?);
    let mut table = Table { columns, ..Table::default() };
    for record in reader.records() {
        let record = record.map_err(explain)?;
        table.lines.extend(record.position().map(csv::Position::line));
        table.rows.push(row(&record));
    }
    Ok(table)
}

fn explain(error: csv::Error) -> Unreadable {
    let line = error.position().map(csv::Position::line);
    let count = |count: u64, noun: &str| match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    };
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!(
            "this row has {}, and there are {}",
            count(*len, "field"),
            count(*expected_len, "column")
        ),
        _ => error.to_string(),
    };
    at(line, message)
}

/// A list of objects, a row each. A column begins where the first object has it.
fn json(bytes: &[u8]) -> Result<Table, Unreadable> {
    let objects: Vec<Map<String, Value>> = serde_json::from_slice(bytes).map_err(|error| {
        let line = u64::try_from(error.line()).ok();
        at(line, format!("expected a list of objects, `[{{\"x\": 1}}]`: {error}"))
    })?;
    let mut columns: Vec<String> = vec![];
    for key in objects.iter().flat_map(Map::keys) {
        if !columns.contains(key) {
            columns.push(key.clone());
        }
    }
    let field = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let row = |object: &Map<String, Value>| {
        columns.iter().map(|key| object.get(key).map(field).unwrap_or_default()).collect()
    };
    let rows = objects.iter().map(row).collect();
    Ok(Table { columns, rows, lines: vec![] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_gives_the_same_table() {
        let table = Table::read("a.csv", b"\xef\xbb\xbfx, y\r\n1,\"a, b\"\r\n2,c\r\n").unwrap();
        assert_eq!(table.columns, ["x", "y"]);
        assert_eq!(table.rows, [["1", "a, b"], ["2", "c"]]);
        assert_eq!(table.lines, [2, 3]);
        assert_eq!(Table::read("a.tsv", b"x\ty\n1\ta, b\n2\tc\n").unwrap(), table);
        let json = br#"[{"x": 1, "y": "a, b"}, {"y": "c", "x": 2}]"#;
        assert_eq!(Table::read("a.json", json).unwrap().rows, table.rows);
        assert_eq!(Table::read("a.csv", table.csv().as_bytes()).unwrap(), table);
    }

    #[test]
    fn a_broken_table_names_its_line() {
        let line = |name: &str, text: &str| Table::read(name, text.as_bytes()).unwrap_err().line;
        assert_eq!(line("a.csv", "x,y\n1,2\n3\n"), Some(3));
        assert_eq!(line("a.csv", "x,x\n1,2\n"), Some(1));
        assert_eq!(line("a.json", "[\n{\"x\": }]"), Some(2));
        assert_eq!(Table::read("", b"").unwrap(), Table::default());
    }
}
