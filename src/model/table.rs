//! Data as rows and columns.

use std::collections::BTreeMap;

use super::source::Span;

/// Rows with as many fields as there are columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// The line that each row begins in, counted from one, where the text has a line for each.
    pub lines: Vec<u64>,
}

impl Table {
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }
}

/// The tables that a lesson has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    /// What plots draw, by their blocks' places.
    pub drawn: BTreeMap<Span, Table>,
    /// All that can be called by a name: that of a plot, of the cell that printed it, or of the file
    /// that a program wrote, without folders and ending.
    pub named: BTreeMap<String, Table>,
}
