//! `lessonc` tangles, runs and weaves markdown lessons into a lesson site.
//!
//! ```text
//! lessons/*.md ─ parse ─> Course ─ tangle ─> Packages ─ execute ─> Records ─ weave ─> Site ─> site/
//!                  │                 │                     │                  │
//!                  └───── spans of the markdown travel all the way: every diagnostic names a
//!                         lesson's line
//! ```
//!
//! The map, in the order in which the data flows. Arrows point down only:
//! `main -> cli -> edge -> pipeline -> { parse, tangle, execute, measure, plot, weave, lint, report }
//! -> { memo, model }`. The stages never import each other, and are pure: no files, processes, clocks or printing
//! outside of [`edge`].
//!
//! - [`cli`]: the commands and their options; the only file that knows clap
//! - [`edge`]: everything that touches the world: disk, cargo, processes, recorded runs, watching,
//!   serving, the terminal
//! - [`pipeline`]: sources to site, on one page: read it first
//! - [`parse`]: a source becomes a lesson; the only folder that knows pulldown-cmark
//! - [`tangle`]: a course becomes packages; who defines and uses a name
//! - [`execute`]: packages become programs, and what they gave becomes records, without running
//!   anything
//! - [`measure`]: prose shows the values that were measured, and its claims are judged by them
//! - [`plot`]: data becomes charts; the only folder that knows plotters
//! - [`weave`]: a course and its records become a site; `template.rs` is the only file that knows
//!   tera
//! - [`lint`]: a course and its woven site become findings, and every code has its explanation
//! - [`memo`]: what a step gave last, and of what it was made, so that nothing is done twice
//! - [`report`]: a diagnostic becomes text with carets; the only file that knows annotate-snippets
//! - [`model`]: the nouns, plain data that every stage shares

pub mod cli;
pub mod edge;
pub mod execute;
pub mod lint;
pub mod measure;
pub mod memo;
pub mod model;
pub mod parse;
pub mod pipeline;
pub mod plot;
pub mod report;
pub mod tangle;
pub mod weave;
