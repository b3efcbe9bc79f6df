//! The commands and their options. The only file that knows clap.

use std::{ffi::OsString, net::IpAddr, path::PathBuf, process::ExitCode};

use clap::{Arg, Args, Parser, Subcommand, ValueEnum};

use crate::{
    edge::{self, Outcome, formats, records::Use},
    pipeline::Part,
};

/// Tangles, runs and weaves markdown lessons into a lesson site.
///
/// A course is a folder of markdown files. Their Rust cells run when the site is built, and the
/// site shows what they gave; their named blocks become a crate of its own.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    New(New),
    #[command(mut_args(only_with_serve))]
    Build(Build),
    /// Build a course and show it in the browser, again whenever it changes
    #[command(mut_arg("serve", |serve| serve.default_value("true").hide(true)), after_help = SERVE_HELP)]
    Serve(Build),
    Check(Check),
    Explain(Explain),
    Tangle(Tangle),
    Locate(Locate),
    Run(Run),
    Why(Why),
    #[cfg(target_os = "linux")]
    #[command(hide = true)]
    Confine(Confine),
}

/// Begin a course, or a further lesson of one.
#[derive(Args)]
#[command(after_help = "\
Examples:
  lessonc new my-course             a course of one lesson, which builds at once
  lessonc new my-course --github    ... with a workflow that publishes it on GitHub Pages
  lessonc new --lesson traits       a further lesson, lessons/traits.md

Nothing is written over: where a file is there already, none is written.

Exit status: 0 written, 2 a file is there already or could not be written.")]
struct New {
    /// The folder of the new course; with --lesson, that of the lessons [default: lessons]
    #[arg(required_unless_present = "lesson")]
    folder: Option<PathBuf>,
    /// Add a workflow that publishes the site on GitHub Pages
    #[arg(long)]
    github: bool,
    /// Add a pipeline that publishes the site on GitLab Pages
    #[arg(long)]
    gitlab: bool,
    /// Add a lesson to a course instead
    #[arg(long, value_name = "NAME", conflicts_with_all = ["github", "gitlab"])]
    lesson: Option<String>,
}

/// Build the site of a course: run what has no valid record, and weave all pages.
#[derive(Args)]
#[command(after_help = "\
Examples:
  lessonc build                     build lessons/ into site/
  lessonc build --serve             ... and show it in the browser, again whenever it changes
  lessonc build --frozen            run nothing; fail where a record is stale (for CI)
  lessonc build --rerun             run everything afresh
  lessonc build --rerun asyncio     run one lesson afresh

Exit status: 0 built, 1 something in the course is wrong, 2 it could not be read or written.")]
struct Build {
    /// The course's folder
    #[arg(default_value = "lessons")]
    course: PathBuf,
    /// Where to put the site
    #[arg(long, value_name = "DIR", default_value = "site")]
    out: PathBuf,
    /// Run nothing: every output must have a valid record
    #[arg(long, conflicts_with = "rerun")]
    frozen: bool,
    /// Run everything, or one lesson, even where a record is valid
    #[arg(long, value_name = "LESSON", num_args = 0..=1)]
    rerun: Option<Option<String>>,
    /// Don't let cargo use the network
    #[arg(long)]
    offline: bool,
    /// How to tell what is wrong
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Print where the time went, stage by stage, and of what ran lesson by lesson
    #[arg(long)]
    timings: bool,
    /// Serve the site, and build it again whenever the course changes
    #[arg(long)]
    serve: bool,
    /// The address to serve at
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port to serve at; the next free one if it is taken
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// Open the browser
    #[arg(long)]
    open: bool,
    /// Let the open page go to where you edit
    #[arg(long)]
    follow: bool,
    /// Where the links of mistakes lead, with `{file}`, `{line}` and `{column}`
    #[arg(
        long,
        value_name = "URL",
        default_value = "vscode://file{file}:{line}:{column}",
        value_parser = editor
    )]
    editor: String,
}

/// An address that leads into an editor.
fn editor(url: &str) -> Result<String, String> {
    if url.contains("{file}") {
        return Ok(url.to_owned());
    }
    Err("it has no `{file}`, as in `zed://file{file}:{line}`, and would lead nowhere".to_owned())
}

fn only_with_serve(arg: Arg) -> Arg {
    match arg.get_id().as_str() {
        "host" | "port" | "open" | "follow" | "editor" => arg.requires("serve"),
        _ => arg,
    }
}

const SERVE_HELP: &str = "\
Examples:
  lessonc serve                     show lessons/ at http://127.0.0.1:8000/
  lessonc serve --open              ... and open the browser
  lessonc serve --editor 'zed://file{file}:{line}'
                                    let mistakes lead into another editor

In the terminal, r runs what waits for that (`run: on-request`), or else everything afresh, o opens the
browser, and q quits.";

/// Run the programs of a course, or a part of them, and record what they give; weave nothing.
#[derive(Args)]
#[command(after_help = "\
Examples:
  lessonc run                            run what has no valid record
  lessonc run --shard 2/8                ... of the second of eight parts
  lessonc run --shard 2/8 --out part     ... and put what was recorded into a folder of its own

What the parts record is laid together by copying: into _runs/ in the course's folder. `lessonc
build --frozen` then weaves the site of it.

Exit status: 0 recorded, 1 something in the course is wrong, 2 it could not be read or written.")]
struct Run {
    /// The course's folder
    #[arg(default_value = "lessons")]
    course: PathBuf,
    /// Which of how many parts to run
    #[arg(long, value_name = "PART/PARTS", value_parser = part, default_value = "1/1", hide_default_value = true)]
    shard: Part,
    /// Where to put what is recorded, instead of among the course's recorded runs
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Run everything, or one lesson, even where a record is valid
    #[arg(long, value_name = "LESSON", num_args = 0..=1)]
    rerun: Option<Option<String>>,
    /// Don't let cargo use the network
    #[arg(long)]
    offline: bool,
    /// How to tell what is wrong
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Reads `2/8`.
fn part(text: &str) -> Result<Part, String> {
    let numbers = text
        .split_once('/')
        .and_then(|(number, of)| Some(Part { number: number.parse().ok()?, of: of.parse().ok()? }));
    match numbers {
        Some(part) if (1..=part.of).contains(&part.number) => Ok(part),
        _ => Err("expected a part and how many there are, such as 2/8".to_owned()),
    }
}

/// Say all that is wrong with a course, without running anything unless asked to.
#[derive(Args)]
#[command(after_help = "\
Examples:
  lessonc check                     check lessons/
  lessonc check --fix               ... and mend what can be mended without asking
  lessonc check --run               ... and run everything afresh, to compare with what is recorded
  lessonc check --run asyncio       ... or one lesson
  lessonc check --run --update      ... and record what differs, and write it into `output` blocks
  lessonc check --format github     tell it as annotations of a pull request
  lessonc explain vague-link        tell more of a code

A finding that is meant so is allowed by a comment before it or at the end of its line:
  <!-- lessonc: allow vague-link -->
and how loud a code is, for the whole course, by `check: {vague-link: off}` in index.md.

Exit status: 0 nothing is wrong, 1 something is, 2 the course could not be read or written.")]
struct Check {
    /// The course's folder
    #[arg(default_value = "lessons")]
    course: PathBuf,
    /// How to tell what is wrong
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Mend what can be mended without asking, and say what is left
    #[arg(long, conflicts_with = "run")]
    fix: bool,
    /// Run everything afresh, or one lesson, and compare with what is recorded
    #[arg(long, value_name = "LESSON", num_args = 0..=1)]
    run: Option<Option<String>>,
    /// Take what the fresh runs gave: record it, and write it into `output` blocks that do not hold
    #[arg(long, requires = "run")]
    update: bool,
    /// Don't let cargo use the network
    #[arg(long, requires = "run")]
    offline: bool,
}

/// Tell what a code means, with an example.
#[derive(Args)]
#[command(after_help = "\
Examples:
  lessonc explain                   list all codes
  lessonc explain unused-block      explain one

Exit status: 0 told, 2 there is no such code.")]
struct Explain {
    /// The code; without it, all are listed
    code: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people: the text, with carets
    Human,
    /// A line each, `file:line:column: severity[code]: message`
    Short,
    /// A JSON object on a line each, in the shape of `cargo build --message-format=json`
    Json,
    /// A SARIF 2.1.0 log, as code hosts and editors read it
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
}

impl From<Format> for formats::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Human => Self::Human,
            Format::Short => Self::Short,
            Format::Json => Self::Json,
            Format::Sarif => Self::Sarif,
            Format::Github => Self::Github,
        }
    }
}

/// Write the generated crate of a course: a Cargo workspace, one package per lesson.
#[derive(Args)]
#[command(after_help = "\
Examples:
  lessonc tangle                    write lessons/ below target/lessonc/lessons/crates
  lessonc tangle --out crates       write into a folder of its own, to be committed
  lessonc tangle --out crates --check
                                    say what in there is not as the lessons give it (for CI)
  lessonc tangle --print timer      print the block `timer`, its references replaced
  lessonc tangle --print asyncio/src/lib.rs
                                    print one file of the package `asyncio`

What somebody edited there is told with the lesson's lines and never written over, unless --force
says so. All files of a package change together, or none.

Exit status: 0 written, or nothing differs; 1 something in the course is wrong, or differs;
2 it could not be read or written.")]
struct Tangle {
    /// The course's folder
    #[arg(default_value = "lessons")]
    course: PathBuf,
    /// Where to write
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write over files that somebody edited since, or wrote
    #[arg(long)]
    force: bool,
    /// Write nothing; say what differs from what the lessons give, as a patch
    #[arg(long, conflicts_with = "force")]
    check: bool,
    /// Write nothing; print one block or file, its references replaced
    #[arg(long, value_name = "NAME|FILE", conflicts_with_all = ["out", "force", "check"])]
    print: Option<String>,
}

/// Tell where a generated line stands in the lessons, or where a lesson's line is generated.
#[derive(Args)]
#[command(after_help = "\
Examples:
  lessonc locate crates/asyncio/src/lib.rs:12     lessons/asyncio.md:40:1
  lessonc locate src/bin/x.rs:12:5                a path in the package is enough, if only one has it
  lessonc locate lessons/asyncio.md:40            every generated line that is written there

Exit status: 0 found, 2 there is no such place.")]
struct Locate {
    /// `path:line`, or `path:line:column`
    place: String,
    /// The course's folder
    #[arg(default_value = "lessons")]
    course: PathBuf,
    /// Where the packages are written
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Tell which recorded runs hold, and what changed for those that do not.
#[derive(Args)]
#[command(after_help = "\
Examples:
  lessonc why                              every run of the course
  lessonc why asyncio                      those of one lesson
  lessonc why async-calc-pi                those of a cell that has this name
  lessonc why lessons/asyncio.md:40        those of the code block at a line

Exit status: 0 all hold, 1 something is stale, 2 there is no such lesson or block.")]
struct Why {
    /// A lesson, a named cell, or `path:line` of a code block
    what: Option<String>,
    /// The course's folder
    #[arg(default_value = "lessons")]
    course: PathBuf,
}

/// Start a program confined: how lessonc starts what lessons run.
#[cfg(target_os = "linux")]
#[derive(Args)]
struct Confine {
    /// What it may take and touch, as JSON
    confinement: String,
    /// The program and its arguments
    #[arg(last = true)]
    program: Vec<OsString>,
}

/// Does what the command line says.
pub fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        #[cfg(target_os = "linux")]
        Command::Confine(Confine { confinement, program }) => {
            match edge::confine::confine(&confinement, &program) {
                Ok(status) => return status,
                Err(error) => Err(error),
            }
        }
        Command::New(new) => edge::new::new(&new.wanted()),
        Command::Build(build) | Command::Serve(build) => match build.serving() {
            Some(options) => edge::watch::watch(&options),
            None => edge::build::build(&build.options()),
        },
        Command::Check(check) => edge::check::check(&check.options()),
        Command::Explain(Explain { code }) => edge::check::explain(code.as_deref()),
        Command::Tangle(Tangle { course, print: Some(name), .. }) => {
            edge::lookup::print(&course, &name)
        }
        Command::Tangle(Tangle { course, out, force, check, print: None }) => {
            edge::tangle::tangle(&edge::tangle::Options { course, out, force, check })
        }
        Command::Run(Run { course, shard, out, rerun, offline, format }) => {
            edge::run::run(&edge::run::Options {
                course,
                part: shard,
                records: to_use(rerun.as_ref()),
                out,
                offline,
                format: format.into(),
            })
        }
        Command::Why(Why { what, course }) => edge::why::why(&edge::why::Options { what, course }),
        Command::Locate(Locate { place, course, out }) => {
            edge::lookup::locate(&edge::lookup::Locate { place, course, out })
        }
    };
    match outcome {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        // What shells expect of a command that SIGINT ended.
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(error) => {
            edge::terminal::error(&error);
            ExitCode::from(2)
        }
    }
}

/// Which records may be used where these are to be run again.
fn to_use(rerun: Option<&Option<String>>) -> Use {
    match rerun {
        None => Use::Valid,
        Some(None) => Use::None,
        Some(Some(lesson)) => Use::NoneOf(name(lesson)),
    }
}

impl New {
    fn wanted(self) -> edge::new::Wanted {
        let Self { folder, github, gitlab, lesson } = self;
        let folder = folder.unwrap_or_else(|| "lessons".into());
        match lesson {
            Some(lesson) => edge::new::Wanted::Lesson { course: folder, name: name(&lesson) },
            None => edge::new::Wanted::Course { folder, github, gitlab },
        }
    }
}

impl Build {
    fn serving(&self) -> Option<edge::watch::Options> {
        self.serve.then(|| edge::watch::Options {
            build: self.options(),
            host: self.host,
            port: self.port,
            open: self.open,
            follow: self.follow,
            editor: self.editor.clone(),
        })
    }

    fn options(&self) -> edge::build::Options {
        let records = if self.frozen { Use::Frozen } else { to_use(self.rerun.as_ref()) };
        edge::build::Options {
            course: self.course.clone(),
            out: self.out.clone(),
            records,
            offline: self.offline,
            format: self.format.into(),
            timings: self.timings,
        }
    }
}

impl Check {
    fn options(self) -> edge::check::Options {
        let (update, offline) = (self.update, self.offline);
        let run = self.run.map(|lesson| {
            let lesson = lesson.as_deref().map(name);
            edge::rerun::Options { lesson, update, offline }
        });
        let format = self.format.into();
        edge::check::Options { course: self.course, format, fix: self.fix, run }
    }
}

/// `asyncio` and `asyncio.md` are one lesson.
fn name(lesson: &str) -> String {
    lesson.strip_suffix(".md").unwrap_or(lesson).to_owned()
}
