//! Weaving a hundred and a thousand lessons from recorded runs, beside the least that could be done
//! with as many pages.
//!
//! `cargo bench --bench weave` prints for each size, measured in turns in one run:
//!
//! - floor: every lesson is read, parsed with pulldown-cmark, its code cut into tokens by the
//!   compiler's lexer, and a page of it written
//! - weave: `lessonc build --frozen` into an empty folder
//! - stat: a program that looks at every file of the course, its records and its site
//! - nothing changed: `lessonc build --frozen` once more
//!
//! `cargo bench --bench weave -- 100 10000` measures courses of those sizes. Each lesson is the project's own
//! on async Rust, with the runs that were recorded of it.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod course;

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use lessonc::model::source::Sources;
use nix::sys::resource::{UsageWho, getrusage};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use ra_ap_rustc_lexer::{FrontmatterAllowed, tokenize};

const ROUNDS: usize = 3;

fn main() {
    // `cargo test --benches` asks for one quick round.
    let is_bench = std::env::args().any(|word| word == "--bench");
    let (sizes, rounds) = if is_bench { (vec![100, 1_000], ROUNDS) } else { (vec![10], 1) };
    let asked: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let sizes = if asked.is_empty() { sizes } else { asked };
    sizes.into_iter().for_each(|lessons| measure(lessons, rounds));
}

fn measure(lessons: usize, rounds: usize) {
    let folder = tempfile::tempdir().unwrap();
    let folder_of_course = folder.path().join("lessons");
    let sources = course::write(&folder_of_course, lessons);
    course::record(&folder_of_course, &sources);
    let mut seconds = [vec![], vec![], vec![], vec![]];
    for round in 0..rounds {
        // Folders that are not there yet: to make files where others were just removed costs some file systems
        // more than all the rest.
        let (plain, site) = (format!("floor-{round}"), format!("site-{round}"));
        seconds[0].push(timed(|| floor(&sources, &folder.path().join(plain))));
        seconds[1].push(timed(|| weave(folder.path(), &site)));
        // What was written a moment ago is not trusted.
        thread::sleep(Duration::from_millis(200));
        weave(folder.path(), &site);
        let looked_at = [folder_of_course.clone(), folder.path().join(&site)];
        let look = || looked_at.iter().flat_map(|folder| files(folder)).count();
        seconds[2].push(timed(|| _ = std::hint::black_box(look())));
        seconds[3].push(timed(|| weave(folder.path(), &site)));
    }
    let [floor, weave, stat, again] = seconds.map(|mut seconds| {
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2]
    });
    println!("{:<22} {:>8} {:>8}", format!("{lessons} lessons"), "seconds", "times");
    for (row, seconds, base) in [
        ("floor", floor, floor),
        ("weave", weave, floor),
        ("stat", stat, stat),
        ("nothing changed", again, stat),
    ] {
        println!("{row:<22} {seconds:>8.3} {:>8.2}", seconds / base);
    }
    // The greatest of all builds so far: sizes grow.
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss();
    println!("memory, KB a lesson    {:>8}", peak / lessons as i64);
}

fn weave(folder: &Path, site: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lessonc"));
    command.args(["build", "--frozen", "--out", site]).current_dir(folder).stdin(Stdio::null());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn floor(sources: &Sources, out: &Path) {
    fs::create_dir_all(out).unwrap();
    for (_, source) in sources.iter() {
        let course = out.with_file_name("lessons");
        let text = fs::read_to_string(course.join(&source.path)).unwrap();
        fs::write(out.join(&source.path), plain_page(&text)).unwrap();
    }
}

fn plain_page(text: &str) -> String {
    let mut html = String::with_capacity(text.len() * 4);
    let mut is_code = false;
    for event in Parser::new_ext(text, Options::all()) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Text(code) if is_code => {
                let mut at = 0;
                for token in tokenize(&code, FrontmatterAllowed::No) {
                    let end = at + token.len as usize;
                    html.extend(["<span>", &code[at..end], "</span>"]);
                    at = end;
                }
            }
            Event::Text(text) | Event::Code(text) => html.push_str(&text),
            Event::Start(tag) => write!(html, "<{:?}>", tag.to_end()).unwrap(),
            Event::End(tag) => write!(html, "</{tag:?}>").unwrap(),
            _ => {}
        }
    }
    html
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| match fs::metadata(&path).unwrap().is_dir() {
        true => files(&path),
        false => vec![path],
    });
    files.collect()
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}
