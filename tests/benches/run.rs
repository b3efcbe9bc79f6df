//! From an edit to the page, and a whole course, beside cargo alone.
//!
//! `cargo bench --bench run` prints both, measured in turns in one run, for a course of twelve
//! notebooks on tokio and rand. Cargo alone builds and runs the very packages that lessonc
//! generates, with the same profile, in a folder of its own. Dependencies are compiled beforehand.
//!
//! - edit: one literal in one cell of one lesson is changed; until `lessonc build` has written the
//!   page, and until `cargo build --bin x && ./x` is done
//! - all: no notebook is compiled; until `lessonc build --rerun` has written the site, and until one
//!   `cargo build` and then the programs, one after the other, are done
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

const LESSONS: usize = 12;

/// What lessonc may take, in times of cargo alone.
const MOST_FOR_EDIT: f64 = 1.25;
const MOST_FOR_ALL: f64 = 1.0;

const SETTINGS: &str = "---
title: Twelve lessons
dependencies:
  tokio: { version: \"1\", features: [macros, rt-multi-thread, sync, time] }
  rand: \"0.9\"
---
";

/// The literal that is edited is `@`.
const LESSON: &str = r#"# Lesson

```rust
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

async fn printer(mut inbox: mpsc::Receiver<&'static str>) {
    let mut lineno = 1;
    while let Some(x) = inbox.recv().await {
        println!("{lineno:03} {x}");
        lineno += 1;
    }
}
```

```rust
let (outbox, inbox) = mpsc::channel(8);
let task = tokio::spawn(printer(inbox));
for planet in ["Mercury", "Venus", "Earth", "Mars"] {
    outbox.send(planet).await?;
}
drop(outbox);
task.await?;
```

```rust
async fn sleeper(name: &'static str, seconds: f64) -> f64 {
    let start = Instant::now();
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    println!("{name} is done");
    start.elapsed().as_secs_f64()
}

let (one, two) = tokio::join!(sleeper("one", 0.02), sleeper("two", 0.03));
one < two
```

```rust
fn calc_pi(darts: usize) -> f64 {
    let mut rng = rand::rng();
    let hits = (0..darts)
        .filter(|_| {
            let (x, y): (f64, f64) = (rand::Rng::random(&mut rng), rand::Rng::random(&mut rng));
            x * x + y * y < 1.0
        })
        .count();
    4.0 * hits as f64 / darts as f64
}

let pi = calc_pi(@);
(pi - std::f64::consts::PI).abs() < 0.1
```
"#;

fn main() {
    // `cargo test --benches` asks for one quick round.
    let is_bench = std::env::args().any(|word| word == "--bench");
    let (edits, builds) = if is_bench { (10, 3) } else { (1, 1) };
    let course = Course::new();
    println!("{:<8} {:>8} {:>8} {:>8}", "", "lessonc", "cargo", "times");

    let mut seconds = [vec![], vec![]];
    for round in 0..edits {
        let lesson = round % LESSONS;
        course.edit(lesson, 100_001 + round);
        seconds[0].push(timed(|| course.lessonc(&["build", "--offline"])));
        seconds[1].push(timed(|| course.alone(&[lesson])));
    }
    let edit = ratio("edit", seconds);

    let mut seconds = [vec![], vec![]];
    let all: Vec<usize> = (0..LESSONS).collect();
    for _ in 0..builds {
        course.forget_notebooks();
        seconds[0].push(timed(|| course.lessonc(&["build", "--offline", "--rerun"])));
        seconds[1].push(timed(|| course.alone(&all)));
    }
    let all = ratio("all", seconds);

    assert!(!is_bench || edit <= MOST_FOR_EDIT, "an edit takes {edit:.2} times as long");
    assert!(!is_bench || all <= MOST_FOR_ALL, "all takes {all:.2} times as long");
}

/// Prints the medians, and gives the first in times of the second.
fn ratio(row: &str, seconds: [Vec<f64>; 2]) -> f64 {
    let [ours, alone] = seconds.map(|mut seconds| {
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2]
    });
    println!("{row:<8} {ours:>8.3} {alone:>8.3} {:>8.2}", ours / alone);
    ours / alone
}

/// A course that was built once, and beside it, in a workspace of its own, what it generates.
struct Course {
    folder: tempfile::TempDir,
}

impl Course {
    fn new() -> Self {
        let course = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(course.path("lessons")).unwrap();
        fs::write(course.path("lessons/index.md"), SETTINGS).unwrap();
        (0..LESSONS).for_each(|lesson| course.write(lesson, 100_000));
        course.lessonc(&["build"]);
        let generated = course.path("target/lessonc/lessons/build");
        fs::create_dir(course.path("alone")).unwrap();
        copy(&generated, &course.path("alone"));
        course.alone(&(0..LESSONS).collect::<Vec<_>>());
        course
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, lesson: usize, darts: usize) {
        let text = LESSON.replace('@', &darts.to_string());
        fs::write(self.path(&format!("lessons/lesson-{lesson}.md")), text).unwrap();
    }

    /// Changes one literal, here and there.
    fn edit(&self, lesson: usize, darts: usize) {
        self.write(lesson, darts);
        let main = self.path(&format!("alone/notebooks/lesson-{lesson}/src/main.rs"));
        let text = fs::read_to_string(&main).unwrap();
        let (before, after) = text.rsplit_once("calc_pi(").unwrap();
        let (_, after) = after.split_once(')').unwrap();
        fs::write(&main, format!("{before}calc_pi({darts}){after}")).unwrap();
    }

    fn lessonc(&self, arguments: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lessonc"));
        succeed(command.args(arguments).current_dir(self.folder.path()));
    }

    /// Builds and runs the notebooks of some lessons with cargo alone.
    fn alone(&self, lessons: &[usize]) {
        let names: Vec<String> =
            lessons.iter().map(|lesson| format!("lesson-{lesson}-notebook")).collect();
        let mut cargo = cargo(&self.path("alone"), "target");
        cargo.args(["build", "--offline"]).args(names.iter().flat_map(|name| ["--bin", name]));
        succeed(&mut cargo);
        for name in names {
            succeed(&mut Command::new(self.path("alone/target/debug").join(name)));
        }
    }

    /// Makes both compile all notebooks anew.
    fn forget_notebooks(&self) {
        let names = (0..LESSONS).map(|lesson| format!("lesson-{lesson}-notebook"));
        let names: Vec<String> = names.collect();
        for mut cargo in [
            cargo(&self.path("alone"), "target"),
            cargo(&self.path("target/lessonc/lessons/build"), "../target"),
        ] {
            cargo.args(["clean", "--offline"]);
            succeed(cargo.args(names.iter().flat_map(|name| ["--package", name])));
        }
    }
}

fn cargo(folder: &Path, target: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder).env("CARGO_TARGET_DIR", folder.join(target));
    cargo
}

fn succeed(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            fs::create_dir(&to).unwrap();
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}
