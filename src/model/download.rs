//! What readers take along of a lesson.

use std::collections::BTreeMap;

use super::source::Span;

/// Its code for readers' own machines. Files are paths in the site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Download {
    /// The package that it goes to.
    pub archive: Option<String>,
    /// Each of its notebooks as one file.
    pub notebooks: Vec<String>,
    /// The program that a cell and those before it make, for the Rust playground: of cells that can run
    /// there.
    pub programs: BTreeMap<Span, String>,
}
