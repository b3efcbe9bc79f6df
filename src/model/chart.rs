//! What a `.plot` block becomes.

/// Data as a drawing, and as numbers for those who want them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Its own in the whole site, and fit for an HTML id and a file's name.
    pub id: String,
    /// An `<svg>` element that takes its colours from the page. Every id in it begins with the
    /// chart's.
    pub svg: String,
    /// What is to be said of the statistics: of how many runs a point is the median.
    pub note: Option<String>,
    /// The data's columns by name, and its rows.
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub csv: String,
}
