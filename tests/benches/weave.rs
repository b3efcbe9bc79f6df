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
//! Each lesson is the project's own on async Rust, with the runs that were recorded of it.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use lessonc::{
    edge::records::{self, Last, Store},
    execute::Runner,
    model::{
        package::Program,
        record::Trace,
        source::{Source, Sources},
    },
    pipeline,
};
use nix::sys::resource::{UsageWho, getrusage};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use ra_ap_rustc_lexer::{FrontmatterAllowed, tokenize};

const LESSON: &str = include_str!("../../lessons/asyncio.md");
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/lessons");
const ROUNDS: usize = 3;

fn main() {
    // `cargo test --benches` asks for one quick round.
    let is_bench = std::env::args().any(|word| word == "--bench");
    let (sizes, rounds): (&[usize], usize) =
        if is_bench { (&[100, 1_000], ROUNDS) } else { (&[10], 1) };
    sizes.iter().for_each(|lessons| measure(*lessons, rounds));
}

fn measure(lessons: usize, rounds: usize) {
    let folder = tempfile::tempdir().unwrap();
    let course = folder.path().join("lessons");
    let sources = write_course(&course, lessons);
    record(&course, &sources);
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
        let looked_at = [course.clone(), folder.path().join(&site)];
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

/// A course of as many lessons.
fn write_course(course: &Path, lessons: usize) -> Sources {
    fs::create_dir(course).unwrap();
    // What the compiler said of a block is not known of a run that no longer holds.
    let lesson = LESSON.replace("rust,compile_fail,E0728", "rust,ignore");
    let mut sources = Sources::default();
    for number in 0..lessons {
        let name = format!("lesson-{number:05}.md");
        let text = lesson.replacen("'Async Rust'", &format!("'Async Rust {number}'"), 1);
        fs::write(course.join(&name), &text).unwrap();
        sources.add(Source::new(name.clone(), name, text));
    }
    sources
}

/// Records for each lesson what was recorded of the one that all are copies of.
fn record(course: &Path, sources: &Sources) {
    let recorded = Path::new(RECORDED);
    let mut one = Sources::default();
    for name in ["index.md", "asyncio.md"] {
        one.add(Source::new(name, name, fs::read_to_string(recorded.join(name)).unwrap()));
    }
    let programs = pipeline::programs(&one, &Default::default()).value;
    let programs: Vec<&Program> = programs.iter().collect();
    let lock = records::lock(recorded).unwrap();
    let mut traces: BTreeMap<&str, Trace> = BTreeMap::new();
    Last::new(Store::new(recorded, lock.clone())).run(&programs, &mut |index, trace| {
        // One that was never recorded is none of those that the copies have.
        traces.extend(trace.ok().map(|trace| (&*programs[index].name, trace)));
    });
    let lock = lock_of_copies(&lock, sources);
    fs::create_dir(course.join("_runs")).unwrap();
    fs::write(course.join("_runs/Cargo.lock"), &lock).unwrap();
    let mut store = Store::new(course, lock);
    for program in pipeline::programs(sources, &Default::default()).value {
        let outside = store.outside(&program).unwrap();
        store.keep(&program, &traces[&*program.name], &outside).unwrap();
    }
}

/// The `Cargo.lock` with the packages of all copies in it.
fn lock_of_copies(lock: &str, sources: &Sources) -> String {
    const PACKAGE: &str = "\n[[package]]\n";
    let (own, others): (Vec<&str>, Vec<&str>) =
        lock.split(PACKAGE).partition(|package| package.contains("\"asyncio"));
    let copies = sources.iter().flat_map(|(_, source)| {
        let name = format!("\"{}", source.path.trim_end_matches(".md"));
        own.iter().map(move |package| package.replace("\"asyncio", &name))
    });
    let packages: Vec<String> = others.into_iter().map(str::to_owned).chain(copies).collect();
    packages.join(PACKAGE)
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
