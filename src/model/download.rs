//! What readers take along of lessons.

use std::collections::BTreeMap;

use super::{site::Asset, source::Span};

#[derive(Clone, Debug, Default)]
pub struct Downloads {
    /// By the lesson's name.
    pub lessons: BTreeMap<String, Download>,
    /// The files themselves.
    pub files: Vec<Asset>,
}

/// What readers take along of one lesson. Files are paths in the site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Download {
    /// The package that its code goes to.
    pub archive: Option<String>,
    /// Each of its notebooks as one file.
    pub notebooks: Vec<String>,
    /// The program that a cell and those before it make, for the Rust playground: of cells that can run
    /// there.
    pub programs: BTreeMap<Span, String>,
}
