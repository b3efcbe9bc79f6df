//! Tangling a thousand lessons beside reading and writing the same bytes.
//!
//! `cargo bench --bench tangle` prints both, measured in turns in one run: into an empty folder, and
//! again where nothing changed. Each lesson is the project's own on async Rust, and a package of its
//! own.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

const LESSON: &str = include_str!("../../lessons/asyncio.md");
const ROUNDS: usize = 5;

/// What tangling may cost, in times of plain reading and writing.
const MOST: f64 = 3.0;

fn main() {
    // `cargo test --benches` asks for one quick round.
    let is_bench = std::env::args().any(|word| word == "--bench");
    let (lessons, rounds) = if is_bench { (1_000, ROUNDS) } else { (10, 1) };
    let folder = tempfile::tempdir().unwrap();
    let (course, out) = (folder.path().join("lessons"), folder.path().join("out"));
    fs::create_dir(&course).unwrap();
    for number in 0..lessons {
        fs::write(course.join(format!("lesson-{number}.md")), LESSON).unwrap();
    }
    tangle(folder.path());
    let written: Vec<(PathBuf, Vec<u8>)> = files(&out);
    let bytes: usize = written.iter().map(|(_, bytes)| bytes.len()).sum();
    println!(
        "{lessons} lessons of {} bytes to {} files, {bytes} bytes in all",
        LESSON.len(),
        written.len()
    );

    let mut seconds = [vec![], vec![], vec![]];
    for _ in 0..rounds {
        fs::remove_dir_all(&out).unwrap();
        seconds[0].push(timed(|| read_and_write(&course, &written)));
        fs::remove_dir_all(&out).unwrap();
        seconds[1].push(timed(|| tangle(folder.path())));
        seconds[2].push(timed(|| tangle(folder.path())));
    }
    let medians = seconds.map(|mut seconds| {
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2]
    });
    let rows = ["read and write", "tangle, empty folder", "tangle, no change"];
    println!("{:<22} {:>8} {:>8}", "", "seconds", "times");
    for (row, median) in rows.iter().zip(medians) {
        println!("{row:<22} {median:>8.3} {:>8.2}", median / medians[0]);
    }
    let worst = medians[1].max(medians[2]) / medians[0];
    assert!(!is_bench || worst <= MOST, "tangling costs {worst:.2} times reading and writing");
}

fn tangle(folder: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lessonc"));
    command.args(["tangle", "--out", "out"]).current_dir(folder);
    assert!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
}

fn read_and_write(course: &Path, written: &[(PathBuf, Vec<u8>)]) {
    for entry in fs::read_dir(course).unwrap() {
        std::hint::black_box(fs::read(entry.unwrap().path()).unwrap());
    }
    for (path, bytes) in written {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| match path.is_dir() {
        true => files(&path),
        false => vec![(path.clone(), fs::read(&path).unwrap())],
    });
    files.collect()
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}
