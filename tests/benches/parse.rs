//! Parsing takes time in proportion to a lesson's length, whatever is in it.
//!
//! `cargo bench --bench parse` prints, for a megabyte of each kind of text, the time per byte and
//! how it compares with ordinary prose, all measured in one run.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{hint::black_box, time::Instant};

use lessonc::{
    model::source::{Source, SourceId},
    parse,
};

const MEGABYTE: usize = 1 << 20;
const ROUNDS: usize = 5;

fn main() {
    // `cargo test --benches` asks for one quick round.
    let size =
        if std::env::args().any(|word| word == "--bench") { MEGABYTE } else { MEGABYTE / 64 };
    let prose = "The scheduler drives one future until it has to wait, and *then* another. See \
                 [the book](https://doc.rust-lang.org) for `poll` and its friends.\n\n";
    let lesson = "# Section\n\n:::challenge\n## Title\n\nText.\n\n```rust\nlet x = 1;\n```\n\n\
                  ::::solution\n- a\n- b\n::::\n:::\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n";
    let repeated = |unit: &str| unit.repeat(size / unit.len() + 1);
    let nested = |depth: usize| {
        let opened: String = (0..depth).map(|_| ":::callout\n\n").collect();
        repeated(&format!("{opened}text\n\n{}\n", ":::\n".repeat(depth)))
    };
    let texts = [
        ("prose", repeated(prose)),
        ("a lesson's mixture", repeated(lesson)),
        ("nested divs", nested(20)),
        ("divs never closed", repeated(":::callout\n\n")),
        ("closers alone", repeated(":::\n\n")),
        ("<<", repeated("<<")),
        ("lines of <<name>>", repeated("<<name>>\n")),
        ("[", repeated("[")),
        ("|", repeated("|")),
        ("lines of |", repeated("| a | b |\n")),
        ("- a", repeated("- a\n")),
        ("> ", repeated("> ")),
        ("`", repeated("`a ")),
        ("*", repeated("*a ")),
        ("{", repeated("{.a ")),
        ("<!--", repeated("<!-- ")),
        ("$", repeated("$a ")),
        ("![](x){", repeated("![](x){")),
    ];
    let context = parse::Context::default();
    println!("{:<22} {:>10} {:>10}", "1 MB of", "ns/byte", "to prose");
    let mut of_prose = 0.0;
    for (name, text) in &texts {
        let source = Source::new("lesson.md", "lesson.md", text.as_str());
        let mut rounds: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                black_box(parse::lesson(&context, "lesson", SourceId(0), &source));
                start.elapsed().as_nanos() as f64 / text.len() as f64
            })
            .collect();
        rounds.sort_by(f64::total_cmp);
        let median = rounds[ROUNDS / 2];
        if of_prose == 0.0 {
            of_prose = median;
        }
        println!("{name:<22} {median:>10.0} {:>9.1}x", median / of_prose);
    }
}
