//! Parsing takes time in proportion to a lesson's length, whatever is in it.
//!
//! `cargo bench --bench parse` prints, for a megabyte of each kind of text, the time per byte, how it
//! compares with ordinary prose, and with a quarter of the text, which tells linear growth (1x) from
//! quadratic (4x). Beside it stands what pulldown-cmark alone takes for the same text, as the floor.
//! All is measured in one run, or of a few texts: `cargo bench --bench parse -- prose '<<'`.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{hint::black_box, time::Instant};

use lessonc::{
    model::source::{Source, SourceId},
    parse,
};
use pulldown_cmark::{Options, Parser};

const MEGABYTE: usize = 1 << 20;
const ROUNDS: usize = 5;

/// How often the time of prose any text may take.
const LIMIT: f64 = 3.0;

/// How often that of a quarter of it. It would be 1, but for caches and noise, and 4 if quadratic.
const GROWTH: f64 = 3.0;

fn main() {
    // `cargo test --benches` asks for one quick round.
    let size =
        if std::env::args().any(|word| word == "--bench") { MEGABYTE } else { MEGABYTE / 64 };
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|it| !it.starts_with("--b")).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let (mut whole, mut quarters) = (texts(size), texts(size / 4));
    whole.retain(|(name, _)| is_wanted(name));
    quarters.retain(|(name, _)| is_wanted(name));
    println!(
        "{:<22} {:>9} {:>9} {:>9} {:>14} {:>9}",
        "1 MB of", "ns/byte", "to prose", "growth", "pulldown alone", "to prose"
    );
    let (mut prose, mut floor_of_prose) = (None, None);
    for ((name, text), (_, quarter)) in whole.iter().zip(&quarters) {
        let ours = time(text, &parse);
        let growth = ours / time(quarter, &parse);
        let floor = time(text, &pulldown);
        let to_prose = ours / *prose.get_or_insert(ours);
        let floor_to_prose = floor / *floor_of_prose.get_or_insert(floor);
        let over = match (to_prose > LIMIT, growth > GROWTH) {
            (true, true) => "  too slow, and not linear",
            (true, false) => "  too slow",
            (false, true) => "  not linear",
            (false, false) => "",
        };
        println!(
            "{name:<22} {ours:>9.0} {to_prose:>8.1}x {growth:>8.1}x {floor:>14.0} {floor_to_prose:>8.1}x{over}"
        );
    }
}

fn parse(text: &str) {
    let source = Source::new("lesson.md", "lesson.md", text);
    black_box(parse::lesson(&parse::Context::default(), "lesson", SourceId(0), &source));
}

fn pulldown(text: &str) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_MATH
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_SUPERSCRIPT
        | Options::ENABLE_SUBSCRIPT;
    black_box(Parser::new_ext(text, options).into_offset_iter().count());
}

/// Nanoseconds for each byte, the median of a few rounds.
fn time(text: &str, parse: &dyn Fn(&str)) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            parse(text);
            start.elapsed().as_nanos() as f64 / text.len() as f64
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// Texts of `size` bytes or a little more; prose is the first.
fn texts(size: usize) -> Vec<(&'static str, String)> {
    let prose = "The scheduler drives one future until it has to wait, and *then* another. See \
                 [the book](https://doc.rust-lang.org) for `poll` and its friends.\n\n";
    let lesson = "# Section\n\n:::challenge\n## Title\n\nText.\n\n```rust\nlet x = 1;\n```\n\n\
                  ::::solution\n- a\n- b\n::::\n:::\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n";
    let repeated = |unit: &str| unit.repeat(size / unit.len() + 1);
    let nested = |depth: usize| {
        let opened: String = (0..depth).map(|_| ":::callout\n\n").collect();
        repeated(&format!("{opened}text\n\n{}\n", ":::\n".repeat(depth)))
    };
    let side = size.isqrt();
    let wide = format!(
        "+{0}\n{1}+{0}\n",
        "-+".repeat(side / 2),
        format!("|{}\n", "x|".repeat(side / 2)).repeat(side)
    );
    vec![
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
        ("1. a, b) b", repeated("1. a\n\nb) b\n\n")),
        ("nested lists", repeated("- - - - - - - - - - a\n")),
        ("> ", repeated("> ")),
        ("`", repeated("`a ")),
        ("*", repeated("*a ")),
        ("{", repeated("{.a ")),
        ("<!--", repeated("<!-- ")),
        ("$", repeated("$a ")),
        ("$$", repeated("$$ ")),
        ("![](x){", repeated("![](x){")),
        ("[a]{", repeated("[a]{")),
        ("[a](", repeated("[a](")),
        ("``` {`}", repeated("``` {`}\n")),
        ("https://", repeated("https://a.b ")),
        ("a@b.c", repeated("a@b.c ")),
        ("@", repeated("@")),
        ("(@", repeated("(@")),
        ("(@) a", repeated("(@) a\n")),
        (":a:", repeated(":a: ")),
        ("<p>", repeated("<p>")),
        ("<p>a</p>", repeated("<p>a</p>\n\n")),
        ("grid tables", repeated("+---+---+\n| a | b |\n+---+---+\n| c | d |\n+---+---+\n\n")),
        ("lines of +---+", repeated("+---+\n")),
        ("grids in vain", repeated("+---+---+\n| a | b |\n+---+   |\n| c     |\n+---+---+\n\n")),
        ("a grid without end", format!("+---+\n{}", repeated("| a |\n"))),
        ("a wide grid", wide),
    ]
}
