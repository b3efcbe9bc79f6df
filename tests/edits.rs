//! Build, change something, build again: what is run anew, and what is left alone.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod project;

use std::{fs, process::Command, sync::Arc};

use lessonc::{
    edge::records::{Recorded, Store, Use, lock},
    execute::{Give, Runner},
    model::{
        diagnostic::Diagnostic,
        package::Program,
        record::{End, Made, Part, StepTrace, Trace},
        source::{Source, Sources},
    },
    pipeline::{self, Memo},
    weave::Theme,
};
use project::{Project, status_and_words, wait_for};
use tempfile::TempDir;

/// Notes what it is asked to run, and says that each step printed its number.
#[derive(Default)]
struct Fake {
    ran: Vec<String>,
}

impl Runner for &mut Fake {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        for (index, program) in programs.iter().enumerate() {
            self.ran.push(format!("{}/{}", program.lesson, program.name));
            let steps = (0..program.steps.len()).map(|step| StepTrace {
                micros: 1,
                samples: vec![],
                parts: vec![Part::Stdout(format!("step {step}\n"))],
                is_old: false,
            });
            let trace = Trace {
                made: Made { date: "2026-01-01".into(), ..Made::default() },
                end: End::Finished,
                steps: steps.collect(),
                files: vec![],
                opened: Default::default(),
                messages: vec![],
                lock: String::new(),
            };
            give(index, Ok(trace));
        }
    }
}

/// A course that is changed between builds; the records are kept in a folder.
struct Course {
    folder: TempDir,
    lessons: Vec<(&'static str, String)>,
}

impl Course {
    fn new(lessons: &[(&'static str, &str)]) -> Self {
        let lessons = lessons.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        Self { folder: tempfile::tempdir().unwrap(), lessons }
    }

    fn change(&mut self, name: &str, from: &str, to: &str) -> &mut Self {
        let (_, text) = self.lessons.iter_mut().find(|(other, _)| *other == name).unwrap();
        assert!(text.contains(from));
        *text = text.replace(from, to);
        self
    }

    /// What was run, what was found, and the pages.
    fn build(&self, records: Use) -> (Vec<String>, Vec<Diagnostic>, String) {
        let mut sources = Sources::default();
        for (name, text) in &self.lessons {
            sources.add(Source::new(*name, *name, text.as_str()));
        }
        let mut fake = Fake::default();
        let lock = lock(self.folder.path()).unwrap();
        let store = Store::new(self.folder.path(), lock);
        let mut runner = Recorded::new(&mut fake, store, records);
        let theme = Arc::new(Theme::new(&[]).unwrap());
        let (files, memo) = (Default::default(), &mut Memo::default());
        let built = pipeline::build(&sources, &files, &theme, &mut runner, memo);
        let html = built.site.pages.iter().map(|page| page.html.to_string()).collect();
        (fake.ran, built.diagnostics, html)
    }
}

const ONE: &str = "Prose.\n\n```rust\nlet x = 1;\n```\n\n``` {.console .cell}\n$ ls\n```\n";
const TWO: &str = "More prose.\n\n```rust\nlet y = 2;\n```\n";

#[test]
fn a_prose_edit_runs_nothing_and_is_on_the_page() {
    let mut course = Course::new(&[("one.md", ONE), ("two.md", TWO)]);
    let (ran, diagnostics, first) = course.build(Use::Valid);
    assert_eq!(ran, ["one/notebook", "two/notebook", "one/console"]);
    assert_eq!(diagnostics, []);
    assert!(first.contains("step 0"));
    course.change("one.md", "Prose.", "Other words, on\nmore lines, above the cell.\n");
    let (ran, _, html) = course.build(Use::Valid);
    assert_eq!(ran, [""; 0]);
    assert!(html.contains("Other words") && html.contains("step 0"));
}

#[test]
fn how_a_cell_is_shown_compared_and_bounded_runs_nothing() {
    let mut course = Course::new(&[("one.md", ONE), ("two.md", TWO)]);
    course.build(Use::Valid);
    for (from, to) in [
        ("```rust\n", "```rust drift=exact timeout=9 .wide\n"),
        ("let y = 2;", "# let y = 2;"),
        ("More prose.", "---\ntitle: Two\nteaching: 3\n---\nMore prose."),
    ] {
        course.change("two.md", from, to);
        let (ran, diagnostics, _) = course.build(Use::Valid);
        assert_eq!((ran, diagnostics), (vec![], vec![]), "{to}");
    }
}

#[test]
fn a_code_edit_runs_its_program_alone() {
    let mut course = Course::new(&[("one.md", ONE), ("two.md", TWO)]);
    course.build(Use::Valid);
    course.change("two.md", "let y = 2;", "let y = 3;");
    assert_eq!(course.build(Use::Valid).0, ["two/notebook"]);
    course.change("one.md", "$ ls", "$ ls -a");
    assert_eq!(course.build(Use::Valid).0, ["one/console"]);
    // And back: only the newest run is kept.
    course.change("two.md", "let y = 3;", "let y = 2;");
    assert_eq!(course.build(Use::Valid).0, ["two/notebook"]);
}

#[test]
fn a_new_dependency_runs_the_lesson_again() {
    let mut course = Course::new(&[("one.md", ONE), ("two.md", TWO)]);
    course.build(Use::Valid);
    course.change("two.md", "More prose.", "---\ndependencies: {rand: \"0.9\"}\n---\nMore prose.");
    assert_eq!(course.build(Use::Valid).0, ["two/notebook"]);
}

#[test]
fn a_seed_runs_notebooks_again_and_no_commands() {
    let mut course = Course::new(&[("index.md", "# Course\n"), ("one.md", ONE), ("two.md", TWO)]);
    course.build(Use::Valid);
    course.change("two.md", "More prose.", "---\nseed: 42\n---\nMore prose.");
    assert_eq!(course.build(Use::Valid).0, ["two/notebook"]);
    course.change("two.md", "42", "43");
    assert_eq!(course.build(Use::Valid).0, ["two/notebook"]);
    // What a lesson says goes before what the course says.
    course.change("index.md", "# Course", "---\nseed: 1\n---\n# Course");
    assert_eq!(course.build(Use::Valid).0, ["one/notebook"]);
}

#[test]
fn frozen_runs_nothing_and_names_the_cells_that_are_stale() {
    const THREE: &str = "# Three\n\n```rust\nlet a = 1;\n```\n\n```rust\nlet b = 2;\n```\n\n```rust\nlet c = 3;\n```\n";
    let mut course = Course::new(&[("one.md", ONE), ("three.md", THREE)]);
    let places = |diagnostics: &[Diagnostic]| {
        let labels = diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels);
        labels.map(|label| label.span.start).collect::<Vec<_>>()
    };
    let (_, diagnostics, _) = course.build(Use::Frozen);
    let [notebook, commands, three] = &diagnostics[..] else { panic!("{diagnostics:?}") };
    let never = |cells, lesson| {
        format!("{cells} of lesson `{lesson}` do not hold, and --frozen runs nothing")
    };
    let expected = never("the records of the cells at lines 4, 8 and 12", "three");
    assert_eq!(three.message, expected);
    assert!(notebook.message.starts_with("the record of the cell at line 4 of lesson `one` does"));
    assert!(commands.message.starts_with("the record of the command at line 8 of lesson `one`"));

    course.build(Use::Valid);
    let (ran, diagnostics, _) = course.build(Use::Frozen);
    assert_eq!((ran.len(), diagnostics.len()), (0, 0));
    course.change("three.md", "let b = 2;", "let b = 20;");
    course.change("three.md", "let c = 3;", "let c = 30;");
    let (ran, diagnostics, html) = course.build(Use::Frozen);
    assert_eq!((ran.len(), diagnostics.len()), (0, 1));
    let three = &course.lessons[1].1;
    assert_eq!(places(&diagnostics), [three.find("let b").unwrap(), three.find("let c").unwrap()]);
    assert!(diagnostics[0].message.contains("at lines 8 and 12 of"), "{diagnostics:?}");
    assert!(!html.contains("let a"), "a page without its outputs was woven");

    // What is in no cell concerns all of them.
    course.change("three.md", "let b = 20;", "let b = 2;");
    course.change("three.md", "let c = 30;", "let c = 3;");
    course.change("three.md", "# Three", "---\ndependencies: {rand: \"0.9\"}\n---\n");
    let (_, diagnostics, _) = course.build(Use::Frozen);
    assert!(diagnostics[0].message.contains("at lines 7, 11 and 15 of"), "{diagnostics:?}");
    let said = &diagnostics[0].remarks[0].text;
    assert!(said.starts_with("its dependencies, or what else"), "{said}");
}

#[test]
fn rerun_runs_what_it_is_told_to() {
    let course = Course::new(&[("one.md", ONE), ("two.md", TWO)]);
    course.build(Use::Valid);
    assert_eq!(course.build(Use::None).0.len(), 3);
    assert_eq!(course.build(Use::NoneOf("two".to_owned())).0, ["two/notebook"]);
}

#[test]
fn a_record_that_was_changed_by_hand_or_cut_short_is_not_used() {
    let course = Course::new(&[("two.md", TWO)]);
    course.build(Use::Valid);
    let record = course.folder.path().join("_runs/two/notebook.json");
    let text = fs::read_to_string(&record).unwrap();
    fs::write(&record, &text[..text.len() / 2]).unwrap();
    assert_eq!(course.build(Use::Valid).0, ["two/notebook"]);
    assert_eq!(fs::read_to_string(&record).unwrap(), text);
}

const REAL: &str = "First words.\n\n```rust\nprintln!(\"six times seven is {}\", 6 * 7);\n```\n";

#[test]
fn with_real_cargo_a_change_in_a_crate_beside_the_course_is_seen() {
    let lesson =
        "---\ndependencies: {mylib: {path: ../mylib}}\n---\n\n```rust\nmylib::answer()\n```\n";
    let project = Project::new(&[("a.md", lesson)]);
    fs::create_dir_all(project.path("mylib/src")).unwrap();
    let manifest = "[package]\nname = \"mylib\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    fs::write(project.path("mylib/Cargo.toml"), manifest).unwrap();
    let answer = |answer: u32| {
        let code = format!("pub fn answer() -> u32 {{ {answer} }}\n");
        fs::write(project.path("mylib/src/lib.rs"), code).unwrap();
    };
    answer(41);
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    assert!(project.read("site/a.html").contains("41"));
    assert_eq!(project.lessonc_without_cargo(&["build", "--frozen"]).0, Some(0));
    answer(42);
    let (status, words) = project.lessonc_without_cargo(&["build", "--frozen"]);
    assert_eq!(status, Some(1), "{words}");
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    assert!(project.read("site/a.html").contains("42"));
}

#[test]
fn with_real_cargo_a_change_in_a_declared_file_is_seen() {
    let lesson = "---\ndata: [data/planets.csv]\n---\n\n```rust\n\
                  std::fs::read_to_string(\"data/planets.csv\")?.lines().count()\n```\n\n\
                  ``` {.console .cell data=\"files/more.txt\"}\n$ cat files/more.txt\n```\n";
    let project = Project::new(&[("a.md", lesson)]);
    let write = |path: &str, text: &str| {
        fs::create_dir_all(project.path(path).parent().unwrap()).unwrap();
        fs::write(project.path(path), text).unwrap();
    };
    write("lessons/data/planets.csv", "Venus\nEarth\n");
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(1));
    assert!(
        words.contains("error[missing-data]: the course has no file `files/more.txt`"),
        "{words}"
    );
    assert!(!project.path("lessons/_runs/a").exists(), "what cannot be whole was run");
    write("lessons/files/more.txt", "and more\n");
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let page = project.read("site/a.html");
    assert!(page.contains(">2<") && page.contains("and more"), "{page}");
    assert!(!project.path("lessons/_runs/a/notebook").exists(), "what was only read was kept");
    assert_eq!(project.lessonc_without_cargo(&["build", "--frozen"]).0, Some(0));

    write("lessons/data/planets.csv", "Venus\nEarth\nMars\n");
    write("lessons/data/other.csv", "that nobody declares\n");
    let (status, words) = project.lessonc(&["why"]);
    assert_eq!(status, Some(1));
    let changed = "  `data/planets.csv` (lessons/a.md:2:8) changed\n";
    let stale = |what: &str| format!("a (its {what}): is stale\n{changed}");
    assert_eq!(words, stale("cells") + &*stale("commands"));
    let (status, words) = project.lessonc_without_cargo(&["build", "--frozen"]);
    assert_eq!(status, Some(1), "{words}");
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    assert!(project.read("site/a.html").contains(">3<"));
}

#[test]
fn with_real_cargo_declared_files_can_be_taken_in_by_code() {
    const CELL: &str = "```rust\ninclude_str!(\"data/planets.csv\").lines().count()\n```\n\n\
                        ```rust,should_panic\nlet planets = include_bytes!(\"data/planets.csv\");\n\
                        panic!(\"{} bytes\", planets.len());\n```\n\n\
                        ```rust,no_run\nlet planets: &[u8; 12] = include_bytes!(\"data/planets.csv\");\n```\n\n\
                        ``` {.rust file=\"src/main.rs\"}\nfn main() {\n    \
                        print!(\"{}\", include_str!(\"../data/planets.csv\"));\n}\n```\n\n\
                        ``` {.console .cell}\n$ cargo run\n```\n";
    let project = Project::new(&[("a.md", CELL)]);
    fs::create_dir(project.path("lessons/data")).unwrap();
    let planets = |text: &str| fs::write(project.path("lessons/data/planets.csv"), text).unwrap();
    planets("Venus\nEarth\n");
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("couldn't read"), "{words}");
    assert!(words.contains("warning[undeclared-data]: `data/planets.csv` is named"), "{words}");
    project.write("a.md", &format!("---\ndata: [data/planets.csv]\n---\n\n{CELL}"));
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let page = project.read("site/a.html");
    assert!(
        page.contains(">2<") && page.contains("12 bytes") && page.contains("Venus\n"),
        "{page}"
    );

    // All of them are made of it, what is only compiled among them.
    planets("Venus\nEarth\nMars\n");
    let (_, words) = project.lessonc(&["why"]);
    assert_eq!(
        words.matches("  `data/planets.csv` (lessons/a.md:2:8) changed\n").count(),
        4,
        "{words}"
    );
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("error[E0308]") && words.contains("lessons/a.md:15:26"), "{words}");
    planets("Pluto\nMoon\n\n");
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let page = project.read("site/a.html");
    assert!(page.contains(">3<") && page.contains("Pluto\n"), "{page}");
}

#[test]
fn commands_depend_on_the_packages_that_they_call() {
    let program = "```{.rust file=src/main.rs}\nfn main() {}\n```\n";
    let console = |command: &str| format!("``` {{.console .cell}}\n$ {command}\n```\n");
    let named = ["cargo run -p one", "cargo run --package=one", "(cd ../one && cargo run)"];
    let vague = ["cargo build --workspace", "cargo test --manifest-path \"$(cat path)\"", "ls .."];
    for command in named.into_iter().chain(vague).chain(["cargo run", "cat one..two"]) {
        let mut course = Course::new(&[("one.md", program), ("two.md", &console(command))]);
        course.build(Use::Valid);
        assert_eq!(course.build(Use::Valid).0, [""; 0], "{command}");
        course.change("one.md", "{}", "{ println!() }");
        let (ran, ..) = course.build(Use::Valid);
        let is_seen = ran.contains(&"two/console".to_owned());
        assert_eq!(
            is_seen,
            !["cargo run", "cat one..two"].contains(&command),
            "{command}: {ran:?}"
        );
        assert!(ran.contains(&"one/package".to_owned()), "{command}: {ran:?}");
    }
    // One that is named is called, and no other.
    let mut course = Course::new(&[
        ("one.md", program),
        ("other.md", program),
        ("two.md", &console("cargo run -p one")),
    ]);
    course.build(Use::Valid);
    course.change("other.md", "{}", "{ println!() }");
    assert_eq!(course.build(Use::Valid).0, ["other/package"]);
    // A script of the package's own may call another.
    let script = format!(
        "```{{.sh file=all.sh mode=755}}\ncargo run -p one\n```\n\n{}",
        console("./all.sh")
    );
    let mut course = Course::new(&[("one.md", program), ("two.md", &script)]);
    course.build(Use::Valid);
    course.change("one.md", "{}", "{ println!() }");
    assert_eq!(course.build(Use::Valid).0, ["two/console", "one/package"]);
}

#[test]
fn a_record_outlives_its_compiler_and_says_which_it_was() {
    let course = Course::new(&[("one.md", ONE)]);
    course.build(Use::Valid);
    let record = course.folder.path().join("_runs/one/notebook.json");
    let text = fs::read_to_string(&record).unwrap();
    let other = text.replace("\"rustc\": \"\"", "\"rustc\": \"rustc 1.60.0\"");
    assert_ne!(text, other);
    fs::write(&record, other).unwrap();
    let (ran, diagnostics, html) = course.build(Use::Frozen);
    assert_eq!((ran.len(), diagnostics.len()), (0, 0));
    assert!(html.contains("rustc 1.60.0"), "{html}");
}

#[test]
fn with_real_cargo_a_file_that_is_read_and_not_declared_is_told() {
    let project = Project::new(&[]);
    let console = "``` {.console .cell}\n$ echo planets.csv\n```\n";
    let lesson = |path: &std::path::Path| {
        let cell = format!("let path = {path:?};\nstd::fs::read_to_string(path)?.len()");
        format!("```rust\n{cell}\n```\n\n{console}")
    };
    fs::create_dir(project.path("lessons/data")).unwrap();
    for name in ["planets.csv", "moons.csv"] {
        fs::write(project.path("lessons/data").join(name), "Venus\n").unwrap();
    }
    // Where it does not stand while the program runs, the run fails, and why is told.
    project.write("a.md", &lesson("data/planets.csv".as_ref()));
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(1));
    let place = "--> lessons/a.md:2:1\n";
    assert!(words.contains("warning[undeclared-data]: `data/planets.csv` is named"), "{words}");
    assert!(words.contains(place) && !words.contains("moons.csv"), "{words}");
    if cfg!(target_os = "linux") {
        project.write("a.md", &lesson(&project.path("lessons/data/planets.csv")));
        let (status, words) = project.lessonc(&["build"]);
        assert_eq!(status, Some(0), "{words}");
        assert!(words.contains("warning[undeclared-data]: `data/planets.csv` is read"), "{words}");
        assert!(words.contains(place) && words.contains("data: [data/planets.csv]"), "{words}");
        assert_eq!(words.matches("undeclared-data").count(), 1, "{words}");
    }
}

#[test]
fn why_a_record_does_not_hold_is_told_at_the_cell() {
    let project = Project::new(&[("a.md", REAL)]);
    let why = |what: &[&str]| project.lessonc(&[&["why"], what].concat());
    let none = "a (its cells): has no record yet, or none that can be read\n";
    assert_eq!(why(&[]), (Some(1), none.to_owned()));
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    let (status, words) = why(&["a"]);
    assert_eq!(status, Some(0), "{words}");
    assert!(words.starts_with("a (its cells): holds, made on "), "{words}");
    project.write("a.md", &REAL.replace("6 * 7", "7 * 6"));
    let stale = "a (its cells): is stale\n  the cell at lessons/a.md:4:1 changed\n";
    for what in ["a", "a.md", "lessons/a.md:4"] {
        assert_eq!(why(&[what]), (Some(1), stale.to_owned()), "{what}");
    }
    assert_eq!(why(&["a.md:1"]).0, Some(2));
    project.write("a.md", "```rust #one\n1\n```\n\n``` {.rust .cell #two}\n2\n```\n");
    for what in ["two", "#two"] {
        assert_eq!(why(&[what]).0, Some(1), "{what}");
    }
    for what in ["thr", "tw", "one"] {
        assert_eq!(why(&[what]).0, Some(2), "{what}");
    }
    project.write("a.md", &format!("{REAL}\n```rust\n2\n```\n"));
    let at = REAL.lines().count() + 3;
    let stale = format!("a (its cells): is stale\n  the cell at lessons/a.md:{at}:1 is new\n");
    assert_eq!(why(&[]), (Some(1), stale));
    project.write("a.md", &format!("---\ndependencies: {{itoa: \"1\"}}\n---\n{REAL}"));
    let (_, words) = why(&[]);
    assert!(words.contains("its dependencies, or what else its `Cargo.toml` says"), "{words}");
}

#[test]
fn with_real_cargo_a_prose_edit_needs_no_cargo_at_all() {
    let project = Project::new(&[("a.md", REAL)]);
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    assert!(project.read("site/a.html").contains("six times seven is 42"));
    project.write("a.md", &REAL.replace("First", "Second"));
    let (status, words) = project.lessonc_without_cargo(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let page = project.read("site/a.html");
    assert!(page.contains("Second words") && page.contains("six times seven is 42"));
    // The same records give the same bytes.
    let (status, words) = project.lessonc_without_cargo(&["build", "--frozen", "--out", "again"]);
    assert_eq!(status, Some(0), "{words}");
    assert_eq!(project.read("again/a.html"), page);
    // A code edit does need it.
    project.write("a.md", &REAL.replace("6 * 7", "7 * 6"));
    let (status, words) = project.lessonc_without_cargo(&["build"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("cargo was not found"), "{words}");
}

#[test]
fn a_broken_lesson_keeps_its_last_good_page_and_the_others_are_woven() {
    let project = Project::new(&[("a.md", REAL), ("b.md", "Nothing to run.\n")]);
    project.lessonc(&["build"]);
    let good = project.read("site/a.html");
    let record = project.read("lessons/_runs/a/notebook.json");
    project.write("a.md", &REAL.replace("6 * 7", "6 * \"7\""));
    project.write("b.md", "Nothing to run, still.\n");
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("error[E0277]") && words.contains("lessons/a.md:4:"), "{words}");
    assert_eq!(project.read("site/a.html"), good);
    assert!(project.read("site/b.html").contains("still"));
    // And when it panics, likewise.
    project.write("a.md", &REAL.replace("println!", "panic!"));
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("error[panic]") && words.contains("lessons/a.md:4:1"), "{words}");
    assert_eq!(project.read("site/a.html"), good);
    assert_eq!(project.read("lessons/_runs/a/notebook.json"), record, "a failure was recorded");
}

#[test]
fn a_lesson_that_fails_by_another_lessons_code_keeps_its_page_too() {
    let library = "---\ncrate: shared\n---\n\n``` {.rust file=\"src/lib.rs\"}\npub fn f() -> u32 {\n    1\n}\n```\n";
    let user = "---\ncrate: shared\n---\n\n```rust\nprintln!(\"f gives {}\", shared::f());\n```\n";
    let project = Project::new(&[("a.md", library), ("b.md", user)]);
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let good = project.read("site/b.html");
    assert!(good.contains("f gives 1"));
    project.write("a.md", &library.replace("    1", "    panic!()"));
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("lessons/a.md:7:5"), "{words}");
    assert_eq!(project.read("site/b.html"), good);
}

#[test]
fn what_a_failed_run_drew_does_not_replace_the_good_picture() {
    let text = "```rust\nstd::fs::write(\"x.svg\", \"good\")?;\n```\n\n![A](x.svg){alt=\"a\"}\n";
    let project = Project::new(&[("a.md", text)]);
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    project.write("a.md", &text.replace("good", "half").replace("?;", "?;\npanic!();"));
    assert_eq!(project.lessonc(&["build"]).0, Some(1));
    assert_eq!(project.read("site/a/x.svg"), "good");
}

#[test]
fn a_mistake_in_the_settings_changes_no_page_and_no_record() {
    let index = "---\ntitle: Course\n---\n";
    let project = Project::new(&[("a.md", REAL), ("index.md", index)]);
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    let (page, record) =
        (project.read("site/a.html"), project.read("lessons/_runs/a/notebook.json"));
    project.write("index.md", "---\ntitle: [Course\n---\n");
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("lessons/index.md:"), "{words}");
    assert_eq!(project.read("site/a.html"), page);
    assert_eq!(project.read("lessons/_runs/a/notebook.json"), record);
}

#[test]
fn lessons_whose_packages_would_be_one_are_told_apart() {
    let cell = |word: &str| format!("```rust\nprintln!(\"{{}}\", \"{word}\");\n```\n");
    let project = Project::new(&[("a b.md", &cell("one")), ("a-b.md", &cell("two"))]);
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("error[package-name]") && words.contains("a-b.md"), "{words}");
    assert!(!project.path("site/a-b.html").exists());
}

#[test]
fn commands_of_one_lesson_share_their_folder() {
    let text = "``` {.console .cell}\n$ echo one > data.csv\n```\n\n``` {.console .cell}\n$ cat data.csv\n```\n";
    let project = Project::new(&[("a.md", text)]);
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    project.write("a.md", &text.replace("$ cat", "$ wc -l <"));
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
}

#[test]
fn no_list_and_no_record_leads_out_of_its_folder() {
    let project = Project::new(&[("a.md", REAL)]);
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    fs::write(project.path("precious.txt"), "precious").unwrap();
    let list = project.read("site/.lessonc-files");
    fs::write(project.path("site/.lessonc-files"), format!("../precious.txt\n{list}")).unwrap();
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    assert_eq!(project.read("precious.txt"), "precious");
    let record = project.read("lessons/_runs/a/notebook.json");
    let led =
        record.replacen("\"key\"", "\"files\": {\"../../../precious.txt\": \"\"},\n  \"key\"", 1);
    fs::write(project.path("lessons/_runs/a/notebook.json"), led).unwrap();
    assert_eq!(project.lessonc(&["build", "--frozen"]).0, Some(1));
}

#[cfg(unix)]
#[test]
fn tangling_writes_through_no_link_and_over_nobodys_file() {
    let project = Project::new(&[("a.md", TARGETS)]);
    fs::create_dir_all(project.path("out/a")).unwrap();
    fs::create_dir(project.path("outside")).unwrap();
    std::os::unix::fs::symlink("../../outside", project.path("out/a/src")).unwrap();
    let (status, words) = project.lessonc(&["tangle", "--out", "out"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("error[target-taken]: `out/a/src` is a link"), "{words}");
    assert!(words.contains("lessons/a.md:1:5"), "{words}");
    assert!(!project.path("outside/main.rs").exists());
    assert!(!project.path("out/a/notes.txt").exists(), "half of a package was written");
    // Not even when asked to.
    assert_eq!(project.lessonc(&["tangle", "--out", "out", "--force"]).0, Some(1));
    assert!(!project.path("outside/main.rs").exists());
    // A file that is there already, and as the lesson gives it, does not become ours.
    fs::remove_file(project.path("out/a/src")).unwrap();
    fs::write(project.path("out/a/notes.txt"), "old\n").unwrap();
    assert_eq!(project.lessonc(&["tangle", "--out", "out"]).0, Some(0));
    project.write("a.md", &TARGETS.replace("notes.txt", "new.txt"));
    assert_eq!(project.lessonc(&["tangle", "--out", "./out/"]).0, Some(0));
    assert_eq!(project.read("out/a/notes.txt"), "old\n");
}

#[test]
fn the_site_is_not_put_over_what_is_not_ours() {
    let project = Project::new(&[("a.md", REAL)]);
    fs::create_dir(project.path("docs")).unwrap();
    fs::write(project.path("docs/index.html"), "mine").unwrap();
    let (status, words) = project.lessonc(&["build", "--out", "docs"]);
    assert_eq!(status, Some(2));
    assert!(words.contains("not written by lessonc"), "{words}");
    assert_eq!(project.read("docs/index.html"), "mine");
    // Nor after a build that gave no page.
    project.write("index.md", "---\nlessons: [nowhere]\n---\n");
    assert_eq!(project.lessonc(&["build", "--out", "docs"]).0, Some(1));
    fs::remove_file(project.path("lessons/index.md")).unwrap();
    assert_eq!(project.lessonc(&["build", "--out", "docs"]).0, Some(2));
    assert_eq!(project.lessonc(&["build", "--out", "lessons"]).0, Some(2));
    assert_eq!(project.lessonc(&["build", "--out", "lessons/files/site"]).0, Some(2));
}

#[test]
fn what_a_failed_first_build_wrote_is_ours() {
    let project = Project::new(&[("a.md", "Text.\n"), ("b.md", REAL), ("gone.md", "Text.\n")]);
    project.write("b.md", &REAL.replace("6 * 7", "6 * \"7\""));
    assert_eq!(project.lessonc(&["build"]).0, Some(1));
    assert!(project.path("site/a.html").exists());
    // The last good pages stay until all is well, and are ours still.
    project.write("b.md", REAL);
    fs::remove_file(project.path("lessons/gone.md")).unwrap();
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    assert!(project.path("site/b.html").exists());
    assert!(!project.path("site/gone.html").exists());
}

/// Draws, and ends as it is told.
fn draws(colour: &str, end: &str) -> String {
    format!(
        "```rust\nstd::fs::write(\"dot.svg\", \"<svg>{colour}</svg>\")?;\n{end};\n```\n\n```rust\n1\n```\n"
    )
}

#[test]
fn a_run_that_fails_is_shown_only_where_there_is_no_better_page() {
    let project = Project::new(&[("a.md", &draws("red", "std::process::exit(3)"))]);
    assert_eq!(project.lessonc(&["build"]).0, Some(1));
    assert!(project.read("site/a.html").contains("not reached, because of the cell at line 2"));
    // Another attempt may take its place.
    project.write("a.md", &draws("green", "std::process::exit(4)"));
    assert_eq!(project.lessonc(&["build"]).0, Some(1));
    assert!(project.read("site/a.html").contains("ended with status 4"));
    assert_eq!(project.read("site/a/dot.svg"), "<svg>green</svg>");
    project.write("a.md", &draws("blue", "let x = 4"));
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    let good = project.read("site/a.html");
    assert!(!good.contains("unfinished"), "{good}");
    // Neither a run that fails nor one that gives something else than is said below it.
    project.write("a.md", &draws("red", "std::process::exit(3)"));
    assert_eq!(project.lessonc(&["build"]).0, Some(1));
    let other = draws("black", "let x = 4") + "\n```output\n2\n```\n";
    project.write("a.md", &other);
    assert_eq!(project.lessonc(&["build"]).0, Some(1));
    assert_eq!(project.read("site/a.html"), good);
    assert_eq!(project.read("site/a/dot.svg"), "<svg>blue</svg>");
}

#[test]
fn what_a_program_draws_is_captured_and_shown() {
    let text = "```rust\nstd::fs::write(\"dot.svg\", \"<svg xmlns='http://www.w3.org/2000/svg'/>\")?;\n```\n\n\
                ![A dot](dot.svg){alt=\"nothing much\"}\n";
    let project = Project::new(&[("a.md", text)]);
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    assert!(project.read("site/a.html").contains("src=\"a/dot.svg\" alt=\"nothing much\""));
    assert!(project.read("site/a/dot.svg").contains("<svg"));
    // It comes from the record just as well.
    fs::remove_dir_all(project.path("site")).unwrap();
    assert_eq!(project.lessonc_without_cargo(&["build", "--frozen"]).0, Some(0));
    assert!(project.read("site/a/dot.svg").contains("<svg"));
}

#[test]
fn lessons_that_are_gone_leave_no_page_and_no_record() {
    let project = Project::new(&[("a.md", REAL), ("b.md", "Text.\n")]);
    project.lessonc(&["build"]);
    fs::write(project.path("site/CNAME"), "example.org\n").unwrap();
    fs::remove_file(project.path("lessons/a.md")).unwrap();
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    assert!(!project.path("site/a.html").exists());
    assert!(!project.path("lessons/_runs/a").exists());
    assert!(project.path("site/CNAME").exists(), "a file that is not ours was removed");
}

const TARGETS: &str = "``` {.rust file=\"src/main.rs\"}\nfn main() {}\n```\n\n\
                       ``` {.text file=\"notes.txt\"}\nold\n```\n";

#[test]
fn tangling_touches_only_what_changes_and_removes_what_is_gone() {
    let project = Project::new(&[("a.md", TARGETS)]);
    let (status, words) = project.lessonc(&["tangle", "--out", "out"]);
    assert_eq!(status, Some(0), "{words}");
    let time = || fs::metadata(project.path("out/a/src/main.rs")).unwrap().modified().unwrap();
    let before = time();
    project.write("a.md", &TARGETS.replace("notes.txt", "new.txt"));
    let (status, words) = project.lessonc(&["tangle", "--out", "out"]);
    assert_eq!(status, Some(0), "{words}");
    assert_eq!(time(), before);
    assert!(!project.path("out/a/notes.txt").exists());
    assert_eq!(project.read("out/a/new.txt"), "old\n");
}

#[test]
fn an_edited_file_stays_when_no_lesson_writes_it_any_more() {
    let project = Project::new(&[("a.md", TARGETS)]);
    project.lessonc(&["tangle", "--out", "out"]);
    fs::write(project.path("out/a/notes.txt"), "old\nmine\n").unwrap();
    project.write("a.md", &TARGETS.replace("notes.txt", "words.txt"));
    project.lessonc(&["tangle", "--out", "out"]);
    assert_eq!(project.read("out/a/notes.txt"), "old\nmine\n");
}

#[test]
fn a_page_says_when_and_with_what_its_outputs_were_made() {
    let project = Project::new(&[("a.md", "```rust\n6 * 7\n```\n")]);
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let page = project.read("site/a.html");
    let (_, said) = page.split_once("class=\"provenance\">").unwrap();
    let said = said.split_once("</p>").unwrap().0;
    assert!(said.starts_with("Outputs recorded on 20") && said.contains("with rustc 1."), "{said}");
}

#[test]
fn a_generated_file_that_somebody_edited_is_not_overwritten() {
    let project = Project::new(&[("a.md", TARGETS)]);
    project.lessonc(&["tangle", "--out", "out"]);
    let main = project.read("out/a/src/main.rs");
    fs::write(project.path("out/a/notes.txt"), "old\nmine\n").unwrap();
    project.write("a.md", &TARGETS.replace("fn main() {}", "fn main() { todo!() }"));
    let (status, words) = project.lessonc(&["tangle", "--out", "out"]);
    assert_eq!(status, Some(1));
    let told = "\
error[edited-file]: `out/a/notes.txt` was edited since it was written
 --> lessons/a.md:6:1
  |
6 | old
  | ^^^ more behind it there
  |
  = note: the edit:
          --- the lesson's
          +++ out/a/notes.txt
          @@ -1 +1,2 @@
           old
          +mine
  = help: bring the edit into the lesson, or take the lesson's text with `--force`
";
    assert!(words.contains(told), "{words}");
    assert_eq!(project.read("out/a/notes.txt"), "old\nmine\n");
    assert_eq!(project.read("out/a/src/main.rs"), main, "half of a package was written");
    // Once the lesson says it, it is no edit.
    project.write("a.md", &TARGETS.replace("old\n", "old\nmine\n"));
    assert_eq!(project.lessonc(&["tangle", "--out", "out"]).0, Some(0));
    fs::write(project.path("out/a/notes.txt"), "again\n").unwrap();
    assert_eq!(project.lessonc(&["tangle", "--out", "out", "--force"]).0, Some(0));
    assert_eq!(project.read("out/a/notes.txt"), "old\nmine\n");
}

#[test]
fn tangling_spares_the_lessons_and_what_others_wrote() {
    // The package `lessons` would be the course's own folder.
    let lesson = "---\ncrate: lessons\n---\n\n``` {.text file=\"a.md\"}\ngone\n```\n";
    let project = Project::new(&[("a.md", lesson)]);
    for force in [&["tangle", "--out", "."][..], &["tangle", "--out", ".", "--force"]] {
        let (status, words) = project.lessonc(force);
        assert_eq!(status, Some(1));
        let told = "error[target-taken]: `./lessons/a.md` is a file of the course";
        assert!(words.contains(told) && words.contains("lessons/a.md:5:5"), "{words}");
        assert_eq!(project.read("lessons/a.md"), lesson);
    }
    project.write("a.md", TARGETS);
    fs::create_dir_all(project.path("out/a")).unwrap();
    fs::write(project.path("out/a/notes.txt"), "by hand\n").unwrap();
    let (status, words) = project.lessonc(&["tangle", "--out", "out"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("`out/a/notes.txt` was not written by lessonc"), "{words}");
    assert!(words.contains("lessons/a.md:5:5"), "{words}");
    assert_eq!(project.read("out/a/notes.txt"), "by hand\n");
    assert!(!project.path("out/a/src").exists(), "half of a package was written");
    assert_eq!(project.lessonc(&["tangle", "--out", "out", "--force"]).0, Some(0));
    assert_eq!(project.read("out/a/notes.txt"), "old\n");
}

#[test]
fn a_package_with_a_mistake_keeps_its_files_and_no_other_waits_for_it() {
    let project = Project::new(&[("a.md", TARGETS), ("b.md", TARGETS)]);
    assert_eq!(project.lessonc(&["tangle", "--out", "out"]).0, Some(0));
    let broken = TARGETS.replace("old", "new").replace("fn main() {}", "<<missing>>");
    project.write("a.md", &broken.replace("notes.txt", "other.txt"));
    project.write("b.md", &TARGETS.replace("old", "new"));
    assert_eq!(project.lessonc(&["tangle", "--out", "out"]).0, Some(1));
    assert_eq!(project.read("out/a/notes.txt"), "old\n");
    assert!(!project.path("out/a/other.txt").exists());
    assert_eq!(project.read("out/b/notes.txt"), "new\n");
    assert!(project.read("out/Cargo.toml").contains("\"a\""));
}

#[test]
fn a_package_whose_lesson_could_not_be_read_right_keeps_its_files() {
    let shared = format!("---\ncrate: shared\n---\n\n{TARGETS}");
    let other = "---\ncrate: shared\n---\n\n``` {.text file=\"b.txt\"}\nold\n```\n";
    let project = Project::new(&[("a.md", &shared), ("b.md", other)]);
    let tangle = || project.lessonc(&["tangle", "--out", "out"]);
    assert_eq!(tangle().0, Some(0));
    // What stands behind a broken fence may have been a part of it.
    project.write("b.md", &other.replace("b.txt\"", "b.txt"));
    let (status, words) = tangle();
    assert_eq!(status, Some(1), "{words}");
    assert_eq!(project.read("out/shared/notes.txt"), "old\n");
    // Without the settings every package would be another.
    project.write("b.md", other);
    project.write("index.md", "---\ndependencies: [\n---\n");
    assert_eq!(tangle().0, Some(1));
    assert_eq!(project.read("out/shared/notes.txt"), "old\n");
}

#[test]
fn tangle_check_says_what_differs_and_writes_nothing() {
    let project = Project::new(&[("a.md", TARGETS)]);
    let check = || project.lessonc(&["tangle", "--out", "out", "--check"]);
    let (status, words) = check();
    assert_eq!(status, Some(1));
    assert!(words.contains("out/a/src/main.rs: is missing"), "{words}");
    assert!(!project.path("out").exists());
    project.lessonc(&["tangle", "--out", "out"]);
    let (status, words) = check();
    assert_eq!(status, Some(0), "{words}");
    // The same in a fresh clone, which has no private folder.
    fs::remove_dir_all(project.path("target")).ok();
    assert_eq!(check().0, Some(0));
    project.write("a.md", &TARGETS.replace("old", "new").replace("src/main.rs", "src/bin/x.rs"));
    let (status, words) = check();
    assert_eq!(status, Some(1));
    let patch = "--- out/a/notes.txt\n+++ what the lessons give\n@@ -1 +1 @@\n-old\n+new\n";
    assert!(words.contains(patch), "{words}");
    assert!(words.contains("out/a/src/bin/x.rs: is missing"), "{words}");
    assert!(words.contains("out/a/src/main.rs: no lesson writes it any more"), "{words}");
    assert!(words.contains("3 differences"), "{words}");
    assert_eq!(project.read("out/a/notes.txt"), "old\n");
}

/// Two packages with a `src/lib.rs`; in the first, one block is used twice.
const TWICE: &str = "> ``` {.rust #inner}\n> let π = 3;\n> ```\n\n\
    ``` {.rust file=\"src/lib.rs\"}\npub fn f() {\n    <<inner>>\n}\npub fn g() {\n    <<inner>>\n}\n```\n";

#[test]
fn one_piece_is_printed() {
    let project = Project::new(&[("a.md", TWICE), ("b.md", TWICE)]);
    let (status, words) = project.lessonc(&["tangle", "--print", "b/inner"]);
    assert_eq!((status, words.as_str()), (Some(0), "let π = 3;\n"));
    let (status, words) = project.lessonc(&["tangle", "--print", "a/src/lib.rs"]);
    assert_eq!(status, Some(0));
    assert_eq!(words, "pub fn f() {\n    let π = 3;\n}\npub fn g() {\n    let π = 3;\n}\n");
    for (name, told) in [
        ("inner", "`inner` is one of several: a/inner, b/inner"),
        ("inter", "there is no block or target `inter`; did you mean `inner`?"),
    ] {
        let (status, words) = project.lessonc(&["tangle", "--print", name]);
        assert_eq!(status, Some(2));
        assert!(words.contains(told), "{words}");
    }
    assert!(!project.path("target").exists());
}

#[test]
fn generated_lines_and_lesson_lines_lead_to_each_other() {
    let project = Project::new(&[("a.md", TWICE), ("b.md", TWICE)]);
    let locate = |place: &str| project.lessonc(&["locate", place, "--out", "out"]);
    let found = |words: &str| (Some(0), words.to_owned());
    assert_eq!(locate("out/a/src/lib.rs:2:9"), found("lessons/a.md:2:7\n"));
    assert_eq!(locate("./a/src/lib.rs:5"), found("lessons/a.md:2:3\n"));
    assert_eq!(locate("target/lessonc/lessons/build/b/src/lib.rs:4"), found("lessons/b.md:9:1\n"));
    assert_eq!(locate("lessons/a.md:2:7"), found("out/a/src/lib.rs:2:9\nout/a/src/lib.rs:5:9\n"));
    assert_eq!(locate("lessons/b.md:6"), found("out/b/src/lib.rs:1:1\n"));
    // A reference, by what it takes in.
    assert_eq!(locate("lessons/b.md:7"), found("out/b/src/lib.rs:2:5\n"));
    for (place, told) in [
        ("src/lib.rs:1", "`src/lib.rs` is one of several: a/src/lib.rs, b/src/lib.rs"),
        ("a/src/lib.rs:99", "a/src/lib.rs has 6 lines"),
        ("a/Cargo.toml:1", "a/Cargo.toml:1 is written in no lesson"),
        ("lessons/a.md:4", "lessons/a.md:4 goes to no generated file"),
        ("lessons/c.md:4", "there is no generated file or lesson `lessons/c.md`"),
        ("a/src/lib.rs", "is no place"),
    ] {
        let (status, words) = locate(place);
        assert_eq!(status, Some(2), "{place}");
        assert!(words.contains(told), "{words}");
    }
    assert!(!project.path("out").exists());
}

#[test]
fn a_relative_dependency_leads_from_the_course_wherever_its_user_is_written() {
    let lesson = "---\ndependencies: { mylib: { path: ../mylib }, b: { path: ../b } }\n---\n\n\
        ``` {.rust file=\"src/main.rs\"}\nfn main() {\n    println!(\"seven is {}\", mylib::six() + b::one());\n}\n```\n\n\
        ``` {.console .cell}\n$ ./run.sh\n```\n\n\
        ``` {.bash file=\"run.sh\" mode=755}\n#!/bin/sh\ncargo run\n```\n\n\
        ```rust\nprintln!(\"cell {}\", mylib::six());\n```\n";
    let sibling = "``` {.rust file=\"src/lib.rs\"}\npub fn one() -> u32 {\n    1\n}\n```\n";
    let project = Project::new(&[("a.md", lesson), ("b.md", sibling)]);
    fs::create_dir_all(project.path("mylib/src")).unwrap();
    let manifest = "[package]\nname = \"mylib\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    fs::write(project.path("mylib/Cargo.toml"), manifest).unwrap();
    fs::write(project.path("mylib/src/lib.rs"), "pub fn six() -> u32 {\n    6\n}\n").unwrap();
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let page = project.read("site/a.html");
    assert!(page.contains("cell 6") && page.contains("seven is 7"), "{page}");
    assert_eq!(project.lessonc(&["tangle", "--out", "deep/out"]).0, Some(0));
    let manifest = project.read("deep/out/a/Cargo.toml");
    assert!(manifest.contains("path = \"../../../lessons/../mylib\""), "{manifest}");
    let mut cargo = Command::new("cargo");
    cargo.args(["check", "--offline"]).current_dir(project.path("deep/out"));
    let (status, words) = status_and_words(cargo.output().unwrap());
    assert_eq!(status, Some(0), "{words}");
}

#[cfg(unix)]
#[test]
fn permissions_are_as_the_lesson_says() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(&[]);
    let script = |mode: &str| {
        project.write("a.md", &format!("``` {{.bash file=\"run.sh\"{mode}}}\necho hello\n```\n"));
        assert_eq!(project.lessonc(&["tangle", "--out", "out"]).0, Some(0));
        fs::metadata(project.path("out/a/run.sh")).unwrap().permissions().mode() & 0o777
    };
    let usual = script("");
    assert_eq!(usual & 0o111, 0);
    assert_eq!(script(" mode=755"), 0o755);
    // The text is the same, the permissions are not.
    fs::set_permissions(project.path("out/a/run.sh"), fs::Permissions::from_mode(0o600)).unwrap();
    let (status, words) = project.lessonc(&["tangle", "--out", "out", "--check"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("run.sh: its permissions are not 755"), "{words}");
    assert_eq!(script(" mode=755"), 0o755);
    assert_eq!(script(""), usual);
}

#[test]
fn a_course_that_is_not_there_is_an_error_that_says_so() {
    let project = Project::new(&[]);
    let (status, words) = project.lessonc(&["build", "nowhere"]);
    assert_eq!(status, Some(2));
    assert!(words.contains("nowhere"), "{words}");
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(2));
    assert!(words.contains("no lesson"), "{words}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_run_and_leaves_site_and_records_whole() {
    let project = Project::new(&[("a.md", REAL)]);
    project.lessonc(&["build"]);
    let page = project.read("site/a.html");
    let record = project.read("lessons/_runs/a/notebook.json");
    let sleeps = REAL.replace(
        "println!",
        "std::fs::write(\"pid\", std::process::id().to_string())?;\n\
         std::thread::sleep(std::time::Duration::from_secs(600));\nprintln!",
    );
    project.write("a.md", &sleeps);
    let mut build = project.command(&["build"]).spawn().unwrap();
    let pid = wait_for(&project.path("target/lessonc/lessons/runs/a/notebook/pid"));
    let signal = Command::new("kill").args(["-INT", &build.id().to_string()]).status().unwrap();
    assert!(signal.success());
    assert_eq!(build.wait().unwrap().code(), Some(130));
    assert_eq!(project.read("site/a.html"), page);
    assert_eq!(project.read("lessons/_runs/a/notebook.json"), record);
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "the program lives on: {state}");
}

#[test]
fn where_nothing_changed_nothing_is_read_and_whatever_did_is_seen() {
    let project = Project::new(&[("a.md", "---\ntitle: A\n---\n\nProse.\n")]);
    fs::create_dir(project.path("lessons/fig")).unwrap();
    project.write("fig/x.txt", "x");
    // A file that was written a moment ago is not trusted.
    let built = |said: &str| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let (status, words) = project.lessonc(&["build", "--timings"]);
        assert_eq!((status, words.contains("weave ")), (Some(0), true), "{said}: {words}");
        let (status, again) = project.lessonc(&["build", "--timings"]);
        assert_eq!((status, again.contains("weave ")), (Some(0), false), "{said}: {again}");
        assert!(again.contains("site: 3 pages (0 written), 0 programs run"), "{again}");
    };
    built("at first");
    fs::write(project.path("lessons/a.md"), "---\ntitle: A\n---\n\nWords.\n").unwrap();
    built("another text of the same length");
    assert!(project.read("site/a.html").contains("Words."));
    fs::write(project.path("site/a.html"), "mine").unwrap();
    built("a page that somebody wrote over");
    assert!(project.read("site/a.html").contains("Words."));
    fs::remove_file(project.path("site/fig/x.txt")).unwrap();
    built("a file that is gone from the site");
    assert!(project.path("site/fig/x.txt").exists());
    fs::write(project.path("lessons/fig/x.txt"), "y").unwrap();
    built("another figure");
    assert_eq!(project.read("site/fig/x.txt"), "y");
    let (_, words) = project.lessonc(&["build", "--timings", "--out", "other"]);
    assert!(words.contains("weave "), "another folder is another site: {words}");
    project.write("a.md", "---\ntitle: A\n---\n\n``` {.rust #lonely}\nx\n```\n");
    for _ in 0..2 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let (_, words) = project.lessonc(&["build"]);
        assert!(
            words.contains("warning[unused-block]"),
            "what is wrong is told each time: {words}"
        );
    }
}

#[test]
fn commands_begin_each_time_with_what_was_tangled() {
    let lesson = "``` {.console .cell}\n$ mkdir -p made/empty\n$ ln -s nowhere link\n$ echo 1 > made/Cargo.lock\n$ ls\n```\n";
    let project =
        Project::new(&[("a.md", &lesson.replace("mkdir -p made/empty", "mkdir made made/empty"))]);
    for _ in 0..2 {
        let (status, words) = project.lessonc(&["build", "--rerun"]);
        assert_eq!(status, Some(0), "{words}");
        assert!(project.read("site/a.html").contains("<samp>link\nmade</samp>"));
    }
}

#[test]
fn what_readers_take_along_is_that_of_the_page_that_they_read() {
    let project = Project::new(&[("a.md", REAL)]);
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    let good = project.read("site/code/a.rs");
    project.write("a.md", &REAL.replace("6 * 7", "6 * \"7\""));
    assert_eq!(project.lessonc(&["build"]).0, Some(1));
    assert_eq!(project.read("site/code/a.rs"), good);
    // Where there is no better page, what it names is there.
    project.write("b.md", "```rust\nlet x: u32 = \"no\";\n```\n");
    assert_eq!(project.lessonc(&["build"]).0, Some(1));
    assert!(project.read("site/b.html").contains("code/b.rs"));
    assert!(project.read("site/code/b.rs").contains("let x: u32 = \"no\";"));
}
