//! The nouns: plain data that every stage shares, and no verbs.

pub mod chart;
pub mod colour;
pub mod course;
pub mod diagnostic;
pub mod difference;
pub mod download;
pub mod excerpt;
pub mod limits;
pub mod package;
pub mod record;
pub mod samples;
pub mod site;
pub mod source;
pub mod table;
pub mod walk;
pub mod words;
