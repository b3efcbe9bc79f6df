//! The programs of a course together: compiled in one call, run side by side, stopped together.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod project;

use std::{
    fs,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use lessonc::{
    edge::records::{Recorded, Store, Use, lock},
    execute::{Give, Runner},
    model::{
        diagnostic::Diagnostic,
        package::Program,
        record::{End, Made, Trace},
        source::{Source, Sources},
    },
    pipeline::{self, Memo},
};
use project::{Project, wait_for};

/// A cell that is done only when the notebook of another lesson runs as well.
fn waits_for(other: &str) -> String {
    format!(
        "```rust
use std::{{fs, path::Path, thread, time::{{Duration, Instant}}}};
fs::write(\"here\", \"\")?;
let start = Instant::now();
while !Path::new(\"../../{other}/notebook/here\").exists() {{
    assert!(start.elapsed() < Duration::from_secs(50), \"{other} does not run\");
    thread::sleep(Duration::from_millis(5));
}}
thread::sleep(Duration::from_millis(100));
fs::write(\"done\", \"\")?;
println!(\"{other} was there\");
```
"
    )
}

const MEASURES: &str = "```{.rust .timing}
for other in [\"a\", \"b\"] {
    assert!(std::fs::exists(format!(\"../../{other}/notebook/done\"))?, \"{other} still runs\");
}
println!(\"alone\");
```
";

const PACKAGE: &str = "``` {.rust file=\"src/main.rs\"}
fn main() {
    println!(\"made of {}\", 7);
}
```

``` {.console .cell}
$ cargo run
```
";

#[cfg(unix)]
#[test]
fn all_is_compiled_in_one_call_and_runs_side_by_side_but_what_measures() {
    use std::os::unix::fs::PermissionsExt;
    let mistake =
        "```rust,compile_fail,E0308\nlet x: u8 = \"\";\n```\n\n```rust\nnowhere();\n```\n";
    let project = Project::new(&[
        ("a.md", &waits_for("b")),
        ("b.md", &waits_for("a")),
        ("c.md", MEASURES),
        ("d.md", mistake),
        ("e.md", PACKAGE),
    ]);
    // Notes with what cargo is called.
    let cargo = project.path("cargo");
    let real = std::env::var("CARGO").unwrap();
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> '{}'\nexec '{real}' \"$@\"\n",
        project.path("calls").display()
    );
    fs::write(&cargo, script).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let mut build = project.command(&["build"]);
    let (status, words) = project::status_and_words(build.env("CARGO", cargo).output().unwrap());

    // The mistake of one lesson is told, and costs no other.
    assert_eq!(status, Some(1), "{words}");
    assert!(words.contains("error[E0425]") && words.contains("lessons/d.md:6:1"), "{words}");
    assert_eq!(words.matches("error[").count(), 1, "{words}");
    for (page, said) in
        [("a", "b was there"), ("b", "a was there"), ("c", "alone"), ("e", "made of 7")]
    {
        assert!(project.read(&format!("site/{page}.html")).contains(said), "{page}: {words}");
    }
    assert!(project.read("site/d.html").contains("not run: cannot find function `nowhere`"));
    // What the first call leaves open, since it failed for `d`, is asked for once more.
    let calls = project.read("calls");
    let packages = |call: &str| {
        call.split(' ').filter(|word| word.ends_with("-notebook") || *word == "e").count()
    };
    assert_eq!(calls.lines().map(packages).collect::<Vec<_>>(), [5, 1], "{calls}");
    // And how busy the machine was is in the record of what measures, and in no other.
    assert!(project.read("lessons/_runs/c/notebook.json").contains("\"load\": "));
    assert!(!project.read("lessons/_runs/a/notebook.json").contains("\"load\": "));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_all_and_what_was_done_is_kept() {
    let sleeps = "```rust
std::fs::write(\"pid\", std::process::id().to_string())?;
std::thread::sleep(std::time::Duration::from_secs(600));
```
";
    let quick = "```rust\nprintln!(\"quick\");\n```\n";
    let measures = "```{.rust .timing}\nstd::fs::write(\"begun\", \"\")?;\n```\n";
    let project = Project::new(&[("a.md", sleeps), ("b.md", quick), ("c.md", measures)]);
    let mut build = project.command(&["build"]).spawn().unwrap();
    let pid = wait_for(&project.path("target/lessonc/lessons/runs/a/notebook/pid"));
    wait_for(&project.path("lessons/_runs/b/notebook.json"));
    let start = Instant::now();
    let signal = Command::new("kill").args(["-INT", &build.id().to_string()]).status().unwrap();
    assert!(signal.success());
    assert_eq!(build.wait().unwrap().code(), Some(130));
    // A second at most; the machine of a test may be slow.
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "the program lives on: {state}");
    assert!(!project.path("lessons/_runs/a/notebook.json").exists());
    assert!(!project.path("target/lessonc/lessons/runs/c").exists(), "another began");
    let (_, words) = project.lessonc(&["why"]);
    assert!(words.contains("b (its cells): holds"), "{words}");
}

/// Ends a build at moments spread over all that it does, by Ctrl-C and by the signal that nobody can
/// catch, in turns. `LESSONC_KILLS=50` says how often.
#[cfg(unix)]
#[test]
fn whenever_a_build_is_killed_its_records_and_site_are_whole() {
    let kills: u32 = std::env::var("LESSONC_KILLS").map_or(4, |kills| kills.parse().unwrap());
    let notebook = |round: u32| {
        format!(
            "```rust\nstd::fs::write(\"drawn.svg\", \"<svg>{round}</svg>\")?;\n\
             println!(\"round {round} of {{}}\", \"x\".repeat(50_000));\n```\n\n![D](drawn.svg){{alt=\"d\"}}\n"
        )
    };
    let console = |round: u32| format!("``` {{.console .cell}}\n$ echo round {round}\n```\n");
    let project = Project::new(&[]);
    let write = |round| {
        project.write("a.md", &notebook(round));
        project.write("b.md", &notebook(round));
        project.write("c.md", &console(round));
    };
    write(0);
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    write(1);
    let start = Instant::now();
    assert_eq!(project.lessonc(&["build", "--rerun"]).0, Some(0));
    let whole = start.elapsed();
    let (mut stale, mut held) = (0, 0);
    for kill in 0..kills {
        let round = kill + 2;
        write(round);
        let mut build = project.command(&["build", "--rerun"]);
        let mut build = build.stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * (2 * kill + 1) / (2 * kills));
        let signal = if kill % 2 == 0 { "-KILL" } else { "-INT" };
        // It may have ended by itself.
        let _ = Command::new("kill").args([signal, &build.id().to_string()]).output().unwrap();
        build.wait().unwrap();

        // The site is that of some round, page by page and file by file.
        for page in ["a", "b"] {
            let html = project.read(&format!("site/{page}.html"));
            assert!(html.contains("round ") && html.trim_end().ends_with("</html>"), "{kill}");
            let drawn = project.read(&format!("site/{page}/drawn.svg"));
            assert!(drawn.starts_with("<svg>") && drawn.ends_with("</svg>"), "{kill}: {drawn}");
        }
        let (status, words) = project.lessonc(&["build", "--frozen", "--out", "frozen"]);
        match status {
            Some(0) => {
                held += 1;
                for page in ["a", "b", "c"] {
                    let html = project.read(&format!("frozen/{page}.html"));
                    assert!(html.contains(&format!("round {round}")), "{kill}: {page}");
                }
                let drawn = project.read("frozen/a/drawn.svg");
                assert_eq!(drawn, format!("<svg>{round}</svg>"), "{kill}");
            }
            Some(1) => {
                stale += 1;
                let errors = words.matches("error[").count();
                assert!(errors > 0, "{kill}: {words}");
                assert_eq!(
                    words.matches("and --frozen runs nothing").count(),
                    errors,
                    "{kill}: {words}"
                );
            }
            _ => panic!("{kill}: {words}"),
        }
    }
    println!("{kills} kills: {held} left all records valid, {stale} some stale");
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    assert_eq!(project.lessonc(&["build", "--frozen"]).0, Some(0));
}

#[cfg(unix)]
#[test]
fn programs_run_by_way_of_a_command_that_knows_nothing_of_us() {
    use std::os::unix::fs::PermissionsExt;
    let lesson = "``` {.rust env=\"HAIL=it's;me\"}
std::fs::write(\"made.txt\", \"here\")?;
println!(\"{:?} {:?} {}\", std::env::var(\"TZ\"), std::env::var(\"OURS\"), std::env::var(\"HAIL\")?);
```

``` {.console .cell}
$ echo \"in $TZ, $(basename $PWD)\"; echo \"${OURS:-nothing}\" >&2
$ test -d src # exit 1
```
";
    let project = Project::new(&[("a.md", lesson)]);
    // What another machine is like by way of `ssh`: another folder, another environment, words that are parted
    // once more.
    let far = "#!/bin/sh\necho \"$@\" >> \"$1\"; shift\ncd /\nexec env -i PATH=\"$PATH\" OURS=1 sh -c \"$*\"\n";
    fs::write(project.path("far"), far).unwrap();
    fs::set_permissions(project.path("far"), fs::Permissions::from_mode(0o755)).unwrap();
    let (far, log) = (project.path("far"), project.path("log"));
    let settings = format!("---\nrunner: {{ command: [{:?}, {:?}] }}\n---\n", far, log);
    project.write("index.md", &settings);
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let page = project.read("site/a.html");
    assert!(page.contains("Ok(&quot;UTC&quot;) Err(NotPresent) it's;me"), "{page}");
    assert!(page.contains("in UTC, a\nnothing</samp>"), "{page}");
    assert_eq!(project.read("lessons/_runs/a/notebook/made.txt"), "here");
    assert_eq!(project.read("log").lines().count(), 3, "the notebook and two commands");
    // Where it runs can change what it gives.
    project.write("index.md", "---\ntitle: Right here\n---\n");
    let (_, words) = project.lessonc(&["why"]);
    let why = "is stale\n  it is run by another command now\n";
    assert_eq!(words, format!("a (its cells): {why}a (its commands): {why}"));
}

#[test]
fn what_a_shell_says_of_compiling_is_in_no_record() {
    let lesson = "```rust\nprintln!(\"{} {}\", cfg!(debug_assertions), cfg!(ours));\n```\n";
    let project = Project::new(&[("a.md", lesson)]);
    let mut build = project.command(&["build"]);
    build.env("CARGO_PROFILE_DEV_DEBUG_ASSERTIONS", "false");
    build.env("CARGO_BUILD_RUSTFLAGS", "--cfg ours");
    let (status, words) = project::status_and_words(build.output().unwrap());
    assert_eq!(status, Some(0), "{words}");
    assert!(project.read("lessons/_runs/a/notebook.json").contains("true false"), "{words}");
}

#[test]
fn parts_are_laid_together_by_copying() {
    let lesson = "```rust\n1 + 1\n```\n\n``` {.console .cell}\n$ echo two > two.txt\n```\n";
    let project = Project::new(&[("a.md", lesson), ("b.md", "```rust\n2 + 2\n```\n")]);
    let (status, words) = project.lessonc(&["run", "--shard", "1/2", "--out", "one"]);
    assert_eq!(status, Some(0), "{words}");
    assert!(words.ends_with("lessons, part 1 of 2: 2 programs run, 0 recalled\n"), "{words}");
    assert!(!project.path("lessons/_runs").exists() && !project.path("site").exists());
    assert_eq!(project.lessonc(&["run", "--shard", "2/2", "--out", "two"]).0, Some(0));
    assert_eq!(project.lessonc(&["build", "--frozen"]).0, Some(1));
    for part in ["one", "two"] {
        let mut copy = Command::new("cp");
        copy.args(["-r", &format!("{part}/."), "lessons/_runs"]).current_dir(project.path(""));
        fs::create_dir_all(project.path("lessons/_runs")).unwrap();
        assert!(copy.status().unwrap().success());
    }
    assert_eq!(project.lessonc_without_cargo(&["build", "--frozen"]).0, Some(0));
    assert!(project.read("lessons/_runs/a/console/two.txt").contains("two"));
    // Without a part it is all of them, and nothing that holds is run again.
    let (status, words) = project.lessonc_without_cargo(&["run"]);
    assert_eq!(status, Some(0));
    assert!(words.ends_with("lessons: 0 programs run, 3 recalled\n"), "{words}");
    for shard in ["0/2", "3/2", "2", "1/0"] {
        assert_eq!(project.lessonc(&["run", "--shard", shard]).0, Some(2), "{shard}");
    }
}

/// What a program gives that ends well and says nothing.
fn finished() -> Trace {
    Trace {
        made: Made::default(),
        end: End::Finished,
        steps: vec![],
        files: vec![],
        opened: Default::default(),
        messages: vec![],
        lock: String::new(),
    }
}

/// Says that it built with these versions.
struct Versions(&'static str, Vec<String>);

impl Runner for &mut Versions {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        for (index, program) in programs.iter().enumerate() {
            self.1.push(program.lesson.clone());
            let lock = format!(
                "[[package]]\nname = \"two-notebook\"\nversion = \"0.1.0\"\ndependencies = [\"x\"]\n\
                 [[package]]\nname = \"x\"\nversion = \"{}\"\n",
                self.0
            );
            give(index, Ok(Trace { lock, ..finished() }));
        }
    }
}

#[test]
fn with_other_versions_a_record_that_seemed_to_hold_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let run = |one: &str, version| {
        let mut sources = Sources::default();
        sources.add(Source::new("one.md", "one.md", format!("```rust\n{one}\n```\n")));
        sources.add(Source::new("two.md", "two.md", "```rust\n2\n```\n"));
        let mut versions = Versions(version, vec![]);
        let store = Store::new(folder.path(), lock(folder.path()).unwrap());
        let mut runner = Recorded::new(&mut versions, store, Use::Valid);
        let programs = pipeline::programs(&sources, &Default::default()).value;
        let mut given = vec![];
        runner.run(&programs.iter().collect::<Vec<_>>(), &mut |index, trace| {
            trace.unwrap();
            given.push(index);
        });
        given.sort_unstable();
        assert_eq!(given, [0, 1], "each is given once");
        versions.1
    };
    assert_eq!(run("1", "1.0.0"), ["one", "two"]);
    assert_eq!(run("1", "1.0.0"), [""; 0]);
    assert_eq!(run("10", "1.0.0"), ["one"]);
    assert_eq!(run("100", "2.0.0"), ["one", "two"]);
}

/// Changes a file while it runs, as an author may.
struct Changes(std::path::PathBuf, &'static str, usize);

impl Runner for &mut Changes {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        self.2 += programs.len();
        fs::write(&self.0, self.1).unwrap();
        (0..programs.len()).for_each(|index| give(index, Ok(finished())));
    }
}

#[test]
fn a_run_whose_data_changed_meanwhile_is_not_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.csv");
    fs::write(&data, "1").unwrap();
    let mut sources = Sources::default();
    sources.add(Source::new("a.md", "a.md", "```rust data=data.csv\n1\n```\n"));
    let programs = pipeline::programs(&sources, &Default::default()).value;
    let run = |becomes| {
        let mut changes = Changes(data.clone(), becomes, 0);
        let store = Store::new(folder.path(), lock(folder.path()).unwrap());
        Recorded::new(&mut changes, store, Use::Valid)
            .run(&programs.iter().collect::<Vec<_>>(), &mut |_, trace| assert!(trace.is_ok()));
        changes.2
    };
    assert_eq!(run("2"), 1);
    assert_eq!(run("2"), 1, "what was recorded is of data that it may not have seen");
    assert_eq!(run("2"), 0);
}

#[test]
fn what_was_measured_on_a_busy_machine_is_told_at_the_cell() {
    struct Busy(u32);
    impl Runner for Busy {
        fn run(&mut self, programs: &[&Program], give: Give<'_>) {
            for index in 0..programs.len() {
                let made = Made { load: Some(self.0), ..Made::default() };
                give(index, Ok(Trace { made, ..finished() }));
            }
        }
    }
    let mut sources = Sources::default();
    sources.add(Source::new(
        "a.md",
        "a.md",
        "# A\n\n```rust\n1\n```\n\n```{.rust runs=5}\n2\n```\n",
    ));
    let theme = Arc::new(lessonc::weave::Theme::new(&[]).unwrap());
    let findings = |load| {
        let (files, memo) = (Default::default(), &mut Memo::default());
        pipeline::build(&sources, &files, &theme, &mut Busy(load), memo).diagnostics
    };
    assert_eq!(findings(20), []);
    let [Diagnostic { code, message, labels, .. }] = &findings(45)[..] else { panic!() };
    assert_eq!(code, "busy-machine");
    assert!(message.contains("45 % busy"), "{message}");
    assert_eq!(sources.place(labels[0].span), "a.md:8:1");
}

#[test]
fn a_program_that_changes_what_it_reads_is_not_recorded_and_that_is_told() {
    let lesson = "---\nwrite: [data]\ndata: [data/count.txt]\n---\n\n```rust\n\
                  std::fs::write(\"COUNT\", std::process::id().to_string())?;\n```\n";
    let project = Project::new(&[]);
    fs::create_dir(project.path("lessons/data")).unwrap();
    project.write("data/count.txt", "1");
    let count = project.path("lessons/data/count.txt");
    project.write("one.md", &lesson.replace("COUNT", &count.to_string_lossy()));
    let (_, words) = project.lessonc(&["build"]);
    assert!(words.contains("one: what its notebook reads was changed while it ran"), "{words}");
    let (status, words) = project.lessonc(&["build", "--frozen"]);
    assert!(status == Some(1) && words.contains("error[stale-record]"), "{words}");
}
