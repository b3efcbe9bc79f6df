//! The identifiers of headings beside those that pandoc makes.
//!
//! Without pandoc this is left out and says so; with `LESSONC_REQUIRE_PANDOC` set it fails instead.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{
    io::{self, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use lessonc::{
    execute::{Give, Runner},
    model::{
        package::Program,
        source::{Source, Sources},
    },
    pipeline::{self, Files, Memo},
    weave::Theme,
};

/// What headings are made of: words, numbers, punctuation, markup and scripts.
const PIECES: &[&str] = &[
    "Cats",
    "dogs",
    "&",
    "3.",
    "1.2",
    "42",
    "2nd",
    "naïve",
    "d'hôtel",
    "`Vec<T>`",
    "*very*",
    "**so**",
    "–",
    "--",
    "---",
    "Ünder",
    "C++",
    "x_y",
    "a-b",
    "Straße",
    "ΑΒΓ",
    "Ж",
    "日本語",
    "½",
    "(see",
    "below)",
    "What?",
    "Why!",
    "…",
    "...",
    ".",
    "e.g.",
    "[linked](x.md)",
    "H~2~O",
    "x^2^",
    "\\*",
    "<kbd>K</kbd>",
    "~~old~~",
    "\"quoted\"",
    "'single'",
    "🎉",
    "/",
    "@",
    "#1",
    "$x^2$",
    "_",
    "-",
    "é",
    "ﬁ",
    "א",
    "٣",
    "Ⅳ",
    "²",
    "ª",
];

const DOCUMENTS: u64 = 60;
const HEADINGS: usize = 50;

#[test]
fn headings_have_the_identifiers_that_pandoc_gives_them() {
    let version = Command::new("pandoc").arg("--version").stdout(Stdio::null()).status();
    if version.is_err() {
        assert!(
            std::env::var_os("LESSONC_REQUIRE_PANDOC").is_none(),
            "LESSONC_REQUIRE_PANDOC is set, and there is no pandoc"
        );
        println!("LEFT OUT: there is no pandoc to compare with");
        return;
    }
    let mut compared = 0;
    for seed in 0..DOCUMENTS {
        let document = document(seed);
        let (ours, theirs) = (ours(&document), theirs(&document));
        for ((heading, ours), theirs) in document.split("\n\n").zip(&ours).zip(&theirs) {
            assert_eq!(ours, theirs, "{heading:?} of document {seed}");
        }
        assert_eq!(ours.len(), theirs.len(), "document {seed}");
        compared += ours.len();
    }
    println!("{compared} identifiers compared");
    assert_eq!(compared, DOCUMENTS as usize * HEADINGS);
}

/// Headings made by chance, the same in every run; some come again.
fn document(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = move |end: usize| {
        // Source: G. Marsaglia, "Xorshift RNGs", 2003.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % end as u64) as usize
    };
    let mut headings: Vec<String> = vec![];
    for _ in 0..HEADINGS {
        let heading = match headings.len() {
            made @ 1.. if below(4) == 0 => headings[below(made)].clone(),
            _ => {
                let pieces: Vec<&str> =
                    (0..1 + below(5)).map(|_| PIECES[below(PIECES.len())]).collect();
                format!("{} {}", "#".repeat(1 + below(3)), pieces.join(" "))
            }
        };
        headings.push(heading);
    }
    headings.join("\n\n")
}

fn ours(document: &str) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add(Source::new("a.md", "a.md", document));
    let theme = [("page.html".to_owned(), "{{ page.body | safe }}".to_owned())];
    let theme = Arc::new(Theme::new(&theme).unwrap());
    let memo = &mut Memo::default();
    let built = pipeline::build(&sources, &Files::default(), &theme, &mut Nothing, memo);
    ids(&built.site.pages.iter().find(|page| page.path == "a.html").unwrap().html.to_string())
}

fn theirs(document: &str) -> Vec<String> {
    let mut pandoc = Command::new("pandoc")
        .args(["--from", "markdown", "--to", "html", "--wrap", "none"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    pandoc.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let output = pandoc.wait_with_output().unwrap();
    assert!(output.status.success());
    ids(&String::from_utf8(output.stdout).unwrap())
}

/// The identifiers of the headings in HTML, in order.
fn ids(html: &str) -> Vec<String> {
    let openings = html
        .match_indices("<h")
        .filter(|(at, _)| html[at + 2..].starts_with(|c: char| ('1'..='6').contains(&c)));
    let id = |tag: &str| Some(tag.split_once("id=\"")?.1.split_once('"')?.0.to_owned());
    openings
        .map(|(at, _)| id(html[at..].split('>').next().unwrap_or_default()).unwrap_or_default())
        .collect()
}

/// There is nothing to run.
struct Nothing;

impl Runner for Nothing {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        (0..programs.len()).for_each(|index| give(index, Err(io::ErrorKind::Unsupported.into())));
    }
}
