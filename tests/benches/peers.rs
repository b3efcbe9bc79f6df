//! lessonc beside other generators of static sites, with the same lessons.
//!
//! `tests/benches/peers.sh` installs those that package registries have, and `cargo bench --bench peers` prints for a
//! course of a thousand lessons a row for each that is installed, all measured in one run:
//!
//! - build: the whole site, into a folder that is not there yet
//! - without: the same without what the settings can switch off: highlighting, and with mdBook, which leaves that to the
//!   browser, the index that readers search
//! - memory: the most that the process of that build, with all switched on, held at once
//! - saved: from saving prose of one lesson until that lesson's page in the output folder holds it, while the
//!   generator watches, and works at nothing else
//!
//! `cargo bench --bench peers -- 100` measures a course of that size. Each lesson is the project's own on async Rust.
//! lessonc gives it with the runs that were recorded of it, with charts, diagrams, navigation and search. The others
//! get the same text, with just the language of each block; mdBook and Zensical make it a page of their own theme,
//! Hugo and Eleventy a page with nothing around it.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod course;

use std::{
    env,
    fs::{self, File},
    mem,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use lessonc::model::source::Sources;
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/peers");

const ROUNDS: usize = 3;
const EDITS: usize = 5;
/// What takes as long in all is not measured once more.
const LONG: Duration = Duration::from_secs(30);
/// The longest that a build may take, and then an edit.
const LONGEST_BUILD: Duration = Duration::from_secs(400);
const LONGEST_EDIT: Duration = Duration::from_secs(120);

/// A generator, and how to use it. In what it is given, `{peers}` stands for the folder where it is installed,
/// `{port}` for one that is free, `{lesson}` for the name of a lesson, and `{switch}` for true or false.
struct Generator {
    name: &'static str,
    program: &'static str,
    /// The argument with which it tells its version.
    version: &'static str,
    /// The folder with the lessons.
    lessons: &'static str,
    /// Makes the lessons in their folder its own.
    adapt: fn(&Path, &Sources),
    /// The other files that it needs, each with its text.
    settings: &'static [(&'static str, &'static str)],
    /// The arguments for a build; none where another row has it.
    build: &'static [&'static str],
    /// The arguments to build again after every edit.
    serve: &'static [&'static str],
    page: &'static str,
}

const LESSONC: Generator = Generator {
    name: "lessonc",
    program: env!("CARGO_BIN_EXE_lessonc"),
    version: "--version",
    lessons: "lessons",
    adapt: course::record,
    settings: &[],
    build: &["build", "--frozen"],
    serve: &["build", "--serve", "--port", "{port}"],
    page: "site/{lesson}.html",
};
const MDBOOK: Generator = Generator {
    name: "mdBook",
    program: "bin/mdbook",
    version: "--version",
    lessons: "src",
    adapt: chapters,
    settings: &[("book.toml", "[output.html.search]\nenable = {switch}\n")],
    build: &["build"],
    serve: &["serve", "--port", "{port}"],
    page: "book/{lesson}.html",
};
const HUGO: Generator = Generator {
    name: "Hugo",
    program: "bin/hugo",
    version: "version",
    lessons: "content",
    adapt: plain,
    settings: &[
        ("hugo.toml", "[markup.highlight]\ncodeFences = {switch}\n"),
        ("layouts/all.html", "<!doctype html><title>{{ .Title }}</title>{{ .Content }}"),
    ],
    build: &["build"],
    serve: &["server", "--port", "{port}"],
    page: "public/{lesson}/index.html",
};
const ZENSICAL: Generator = Generator {
    name: "Zensical",
    program: "bin/zensical",
    version: "--version",
    lessons: "docs",
    adapt: plain,
    settings: &[("zensical.toml", "[project]\nsite_name = \"Course\"\n")],
    build: &["build"],
    serve: &["serve", "--dev-addr", "127.0.0.1:{port}"],
    page: "site/{lesson}/index.html",
};
const ELEVENTY: Generator = Generator {
    name: "Eleventy",
    program: "bin/eleventy",
    version: "--version",
    lessons: "lessons",
    adapt: plain,
    settings: &[
        (
            "eleventy.config.mjs",
            "import highlight from '{peers}/npm/node_modules/@11ty/eleventy-plugin-syntaxhighlight/.eleventy.js';
export default function (settings) {
    if ({switch}) settings.addPlugin(highlight);
    settings.addGlobalData('layout', 'page.liquid');
    return { markdownTemplateEngine: false };
}",
        ),
        ("_includes/page.liquid", "<!doctype html><title>{{ title }}</title>{{ content }}"),
    ],
    build: &["--quiet"],
    serve: &["--quiet", "--serve", "--port={port}"],
    page: "_site/lessons/{lesson}/index.html",
};
const GENERATORS: [Generator; 6] = [
    LESSONC,
    MDBOOK,
    HUGO,
    ZENSICAL,
    ELEVENTY,
    Generator {
        name: "Eleventy --incremental",
        build: &[],
        serve: &["--quiet", "--serve", "--incremental", "--port={port}"],
        ..ELEVENTY
    },
];

/// What was measured of a generator: in seconds, MiB and milliseconds.
#[derive(Default)]
struct Measured {
    build: Vec<f64>,
    without: Vec<f64>,
    memory: Vec<f64>,
    saved: Vec<f64>,
}

fn main() {
    // `cargo test --benches` asks for one quick round.
    let is_bench = env::args().any(|word| word == "--bench");
    let (size, rounds, edits) = if is_bench { (1_000, ROUNDS, EDITS) } else { (3, 1, 1) };
    let asked: Vec<usize> = env::args().filter_map(|word| word.parse().ok()).collect();
    let sizes = if asked.is_empty() { vec![size] } else { asked };
    sizes.into_iter().for_each(|lessons| measure(lessons, rounds, edits));
}

fn measure(lessons: usize, rounds: usize, edits: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut rows: Vec<(String, &Generator, Measured)> =
        GENERATORS.iter().filter_map(|it| Some((it.version()?, it, Measured::default()))).collect();
    for round in 0..rounds {
        for (index, (_, generator, measured)) in rows.iter_mut().enumerate() {
            // Folders that are not there yet: to make files where others were just removed costs some file systems
            // more than all the rest.
            let folder = folder.path().join(format!("build-{index}-{round}"));
            generator.measure_builds(&folder, lessons, measured);
        }
    }
    for (index, (_, generator, measured)) in rows.iter_mut().enumerate() {
        let folder = folder.path().join(format!("serve-{index}"));
        generator.lay_out(&folder, lessons, true);
        measured.saved = generator.edits(&folder, lessons, edits).unwrap_or_default();
    }
    print(lessons, &rows);
}

fn print(lessons: usize, rows: &[(String, &Generator, Measured)]) {
    let heading = format!("{lessons} lessons");
    println!(
        "{heading:<34} {:>9} {:>11} {:>12} {:>10}",
        "build, s", "without, s", "memory, MiB", "saved, ms"
    );
    for (version, generator, measured) in rows {
        let name = format!("{} {version}", generator.name);
        let [build, without] = [&measured.build, &measured.without].map(|it| median(it, 2));
        let [memory, saved] = [&measured.memory, &measured.saved].map(|it| median(it, 0));
        println!("{name:<34} {build:>9} {without:>11} {memory:>12} {saved:>10}");
    }
    if rows.len() < GENERATORS.len() {
        println!("tests/benches/peers.sh installs the others");
    }
}

/// A dash for what was not measured.
fn median(numbers: &[f64], decimals: usize) -> String {
    let mut numbers = numbers.to_vec();
    numbers.sort_by(f64::total_cmp);
    let median = numbers.get(numbers.len() / 2);
    median.map_or("-".to_owned(), |median| format!("{median:.decimals$}"))
}

impl Generator {
    /// None where it is not installed.
    fn version(&self) -> Option<String> {
        let output = self.command(&[self.version]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let mut numbers = text.split(|it: char| !it.is_ascii_digit() && it != '.');
        numbers.find(|it| it.contains('.')).map(str::to_owned)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(Path::new(PEERS).join(self.program));
        command.args(arguments.iter().map(|it| it.replace("{port}", &port.to_string())));
        command
    }

    fn lay_out(&self, folder: &Path, lessons: usize, is_on: bool) {
        let lessons_folder = folder.join(self.lessons);
        let sources = course::write(&lessons_folder, lessons);
        (self.adapt)(&lessons_folder, &sources);
        for (path, text) in self.settings {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let text = text.replace("{switch}", &is_on.to_string()).replace("{peers}", PEERS);
            fs::write(path, text).unwrap();
        }
    }

    fn measure_builds(&self, folder: &Path, lessons: usize, measured: &mut Measured) {
        let has_switch = self.settings.iter().any(|(_, text)| text.contains("{switch}"));
        for is_on in [true, false] {
            let times = if is_on { &mut measured.build } else { &mut measured.without };
            let is_asked = !self.build.is_empty() && (is_on || has_switch);
            if !is_asked || times.iter().sum::<f64>() > LONG.as_secs_f64() {
                continue;
            }
            let folder = folder.join(is_on.to_string());
            self.lay_out(&folder, lessons, is_on);
            if let Some((seconds, memory)) = self.build(&folder) {
                times.push(seconds);
                measured.memory.extend(is_on.then_some(memory));
            }
        }
    }

    /// The seconds that it takes, and the MiB; none where it takes too long.
    fn build(&self, folder: &Path) -> Option<(f64, f64)> {
        let start = Instant::now();
        let mut process = self.start(self.build, folder);
        let mut memory = 0.0;
        let mut status = None;
        wait(LONGEST_BUILD, || {
            memory = process.memory().unwrap_or(memory);
            status = process.child.try_wait().unwrap();
            status.is_some()
        })?;
        let seconds = start.elapsed().as_secs_f64();
        assert!(status?.success(), "{}: {}", self.name, fs::read_to_string(&process.log).unwrap());
        Some((seconds, memory))
    }

    /// The milliseconds of each edit; none where one takes too long.
    fn edits(&self, folder: &Path, lessons: usize, edits: usize) -> Option<Vec<f64>> {
        let name = format!("lesson-{:05}", lessons / 2);
        let path = folder.join(self.lessons).join(&name).with_extension("md");
        let page = folder.join(self.page.replace("{lesson}", &name));
        let text = fs::read_to_string(&path).unwrap();
        let server = self.start(self.serve, folder);
        wait(LONGEST_BUILD, || page.exists())?;
        let edits = (0..edits).map(|number| {
            server.quiet()?;
            let edit = format!("Edit {number}.");
            let start = Instant::now();
            fs::write(&path, text.replacen("\n## ", &format!("\n{edit}\n\n## "), 1)).unwrap();
            let shows = || fs::read_to_string(&page).is_ok_and(|page| page.contains(&edit));
            wait(LONGEST_EDIT, shows)?;
            Some(start.elapsed().as_secs_f64() * 1_000.0)
        });
        edits.collect()
    }

    fn start(&self, arguments: &[&str], folder: &Path) -> Process {
        // Beside the folder, which is watched.
        let log = folder.with_extension("log");
        let output = File::create(&log).unwrap();
        let mut command = self.command(arguments);
        command.current_dir(folder).process_group(0).stdin(Stdio::null());
        let child = command.stdout(output.try_clone().unwrap()).stderr(output).spawn().unwrap();
        Process { child, log }
    }
}

/// Looks each millisecond; none where it was in vain.
fn wait(longest: Duration, mut is_so: impl FnMut() -> bool) -> Option<()> {
    let start = Instant::now();
    while !is_so() {
        if start.elapsed() > longest {
            return None;
        }
        thread::sleep(Duration::from_millis(1));
    }
    Some(())
}

/// A program that ends with it, and so does all that the program started.
struct Process {
    child: Child,
    /// What it says.
    log: PathBuf,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = killpg(Pid::from_raw(self.child.id() as i32), Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

impl Process {
    /// The most memory it held so far, in MiB; none once it has ended.
    fn memory(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let (_, peak) = status.split_once("VmHWM:")?;
        let kibibytes: f64 = peak.split_whitespace().next()?.parse().ok()?;
        Some(kibibytes / 1024.0)
    }

    /// Waits for a second with next to no work: some write one page first and others after it.
    fn quiet(&self) -> Option<()> {
        let mut last = self.ticks()?;
        wait(LONGEST_BUILD, || {
            thread::sleep(Duration::from_secs(1));
            let now = self.ticks().unwrap_or(last);
            now - mem::replace(&mut last, now) < 10
        })
    }

    /// The hundredths of a second that it worked, on all cores.
    fn ticks(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let (_, numbers) = status.rsplit_once(')')?;
        let ticks = numbers.split_whitespace().skip(11).take(2);
        Some(ticks.filter_map(|it| it.parse::<u64>().ok()).sum())
    }
}

/// The lessons with just the language of each block, which is all that others know.
fn plain(folder: &Path, sources: &Sources) {
    for (_, source) in sources.iter() {
        let lines = source.text.lines().map(|line| match line.strip_prefix("```") {
            Some(info) => {
                let mut words = info.split([' ', '{', '.', ',', '}']);
                format!("```{}\n", words.find(|it| !it.is_empty()).unwrap_or_default())
            }
            None => format!("{line}\n"),
        });
        fs::write(folder.join(&source.path), lines.collect::<String>()).unwrap();
    }
}

/// The lessons as chapters of a book: without the fields at the beginning, and with a list of all.
fn chapters(folder: &Path, sources: &Sources) {
    plain(folder, sources);
    let mut summary = String::new();
    for (_, source) in sources.iter() {
        let path = folder.join(&source.path);
        let text = fs::read_to_string(&path).unwrap();
        let (_, body) = text.split_once("\n---\n").unwrap();
        fs::write(path, body).unwrap();
        summary += &format!("- [{0}]({0})\n", source.path);
    }
    fs::write(folder.join("SUMMARY.md"), summary).unwrap();
}
