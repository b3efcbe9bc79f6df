//! `lessonc check` and `lessonc explain` as they are called: formats, exit status, mends.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
};

use cargo_metadata::{
    CompilerMessage, Message,
    diagnostic::{Applicability, DiagnosticLevel},
};
use lessonc::{
    execute::{Give, Runner},
    lint::codes::{self, Code, Found},
    model::{
        package::Program,
        source::{Source, Sources},
    },
    pipeline,
    weave::Theme,
};
use serde_json::Value;
use tempfile::TempDir;

/// Knows of no run.
struct NoRecords;

impl Runner for NoRecords {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        (0..programs.len()).for_each(|index| give(index, Err(io::ErrorKind::NotFound.into())));
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_code_of_the_crate_is_explained_and_none_is_left_over() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut used = BTreeSet::new();
    for path in rust_files(&src) {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for call in ["Diagnostic::error(", "Diagnostic::warning("] {
            for after in text.split(call).skip(1) {
                // What is no literal is the compiler's own code.
                let literal = after.trim_start().strip_prefix('"');
                used.extend(literal.and_then(|code| code.split('"').next()).map(str::to_owned));
            }
        }
    }
    let explained: BTreeSet<String> = codes::all().map(|code| code.name.to_owned()).collect();
    assert_eq!(used, explained, "codes used in src/ (left) and those of src/lint/codes/ (right)");
}

#[test]
fn bad_examples_draw_their_code_and_good_ones_do_not() {
    let by_text = |code: &&Code| matches!(code.found, Found::Always | Found::ByCheck);
    for code in codes::all().filter(by_text) {
        let name = code.name;
        let drawn = codes_of(code, code.bad);
        assert!(
            drawn.contains(&(name.to_owned(), code.severity)),
            "{name} is not drawn: {drawn:?}"
        );
        let drawn = codes_of(code, code.good);
        assert!(
            drawn.iter().all(|(drawn, _)| drawn != name),
            "{name} is drawn by its good example"
        );
    }
}

fn codes_of(code: &Code, text: &str) -> Vec<(String, lessonc::model::diagnostic::Severity)> {
    let mut sources = Sources::default();
    for (file, other) in [("index.md", "# A course\n"), ("lesson.md", "# A lesson\n")] {
        sources.add(Source::new(file, file, if file == code.file { text } else { other }));
    }
    if code.file == "config.yaml" {
        sources.add(Source::new(code.file, code.file, text));
    }
    let files = ["fig/stack.svg", "data/measurements.csv"].map(str::to_owned);
    let files = Arc::new(BTreeSet::from(files));
    let theme = Arc::new(Theme::new(&[]).unwrap());
    let found = pipeline::check(&sources, &files, &theme, &mut NoRecords);
    found.into_iter().map(|found| (found.code.into_owned(), found.severity)).collect()
}

/// A course in a folder of its own.
struct Course(TempDir);

impl Course {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join("lessons").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_lessonc"))
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join("lessons").join(path)).unwrap()
    }
}

/// The settings of a course whose lessons need only be what a test is about.
const QUIET: &str = "\
---
title: A course
check:
  missing-times: off
  missing-questions: off
  missing-objectives: off
  missing-keypoints: off
---
";

#[test]
fn the_exit_status_tells_findings_from_trouble() {
    let fine = Course::new(&[("index.md", QUIET), ("a.md", "Fine.\n")]);
    assert_eq!(fine.run(&["check"]).0, Some(0));
    assert_eq!(fine.run(&["check", "elsewhere"]).0, Some(2));
    assert_eq!(fine.run(&["check", "--format", "xml"]).0, Some(2));
    let wrong = Course::new(&[("index.md", QUIET), ("a.md", "[here](a.md)\n")]);
    let (status, stdout, stderr) = wrong.run(&["check"]);
    assert_eq!((status, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("warning[vague-link]") && stderr.contains("^^^^"), "{stderr}");
}

#[test]
fn this_projects_own_course_draws_no_finding() {
    let output = Command::new(env!("CARGO_BIN_EXE_lessonc"))
        .args(["check", "lessons", "--format", "short"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

/// Two findings: one with a hint, and one with a fix behind a character of two bytes.
fn two_findings() -> Course {
    Course::new(&[
        ("index.md", QUIET),
        ("a,b.md", "Übung\n\nclick [here](a,b.md)\n\nSee π [in the other](othr.md), 100%.\n"),
        ("other.md", "Fine.\n"),
    ])
}

#[test]
fn short_findings_are_a_line_each() {
    let (status, stdout, _) = two_findings().run(&["check", "--format", "short"]);
    assert_eq!(status, Some(1));
    assert_eq!(
        stdout,
        "lessons/a,b.md:3:7: warning[vague-link]: the link text `here` doesn't say where it leads\n\
         lessons/a,b.md:5:7: error[broken-link]: there is no lesson `othr`\n"
    );
}

/// What reads cargo's messages reads ours: here cargo_metadata, as editors use it.
#[test]
fn json_has_the_shape_of_cargos() {
    let (_, stdout, _) = two_findings().run(&["check", "--format", "json"]);
    let messages: Vec<CompilerMessage> = Message::parse_stream(stdout.as_bytes())
        .map(|message| match message.unwrap() {
            Message::CompilerMessage(message) => message,
            other => panic!("not a compiler's message: {other:?}"),
        })
        .collect();
    assert_eq!(messages.len(), 2);
    let found = &messages[1].message;
    assert_eq!(found.level, DiagnosticLevel::Error);
    assert_eq!(found.code.as_ref().unwrap().code, "broken-link");
    let span = &found.spans[0];
    assert_eq!(span.file_name, "lessons/a,b.md");
    assert_eq!((span.line_start, span.column_start, span.line_end, span.column_end), (5, 7, 5, 30));
    assert_eq!((span.byte_start, span.byte_end), (37, 60));
    assert_eq!((span.text[0].highlight_start, span.text[0].highlight_end), (7, 30));
    assert!(found.rendered.as_ref().unwrap().starts_with("error[broken-link]: there is no lesson"));
    let help = &found.children[0];
    assert_eq!((help.level, &*help.message), (DiagnosticLevel::Help, "did you mean `other.md`?"));
    let fix = &found.children[1].spans[0];
    assert_eq!(fix.suggested_replacement.as_deref(), Some("other.md"));
    assert_eq!(fix.suggestion_applicability, Some(Applicability::MachineApplicable));
    assert_eq!(fix.byte_start, 52);
    let fixes = messages[0].message.children.iter().flat_map(|child| &child.spans);
    assert_eq!(fixes.count(), 0);
}

#[test]
fn github_commands_are_escaped() {
    let (_, stdout, _) = two_findings().run(&["check", "--format", "github"]);
    assert_eq!(
        stdout.lines().last().unwrap(),
        "::error file=lessons/a%2Cb.md,line=5,col=7,endLine=5,title=broken-link\
         ::there is no lesson `othr`%0Adid you mean `other.md`?"
    );
}

/// The properties that the SARIF 2.1.0 schema requires, and those that hosts of code ask for.
#[test]
fn sarif_has_what_the_standard_requires() {
    let (_, stdout, _) = two_findings().run(&["check", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "lessonc");
    let rules = driver["rules"].as_array().unwrap();
    for rule in rules {
        assert!(rule["id"].is_string());
        assert!(rule["shortDescription"]["text"].is_string());
        assert!(rule["fullDescription"]["text"].is_string());
        assert!(rule["help"]["text"].is_string());
        assert!(
            ["warning", "error"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap())
        );
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "lessons/a%2Cb.md");
        let region = &place["region"];
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(region[key].as_u64().unwrap() >= 1, "{key}");
        }
    }
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let change = &results[1]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "lessons/a%2Cb.md");
    let replacement = &change["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "other.md");
    assert_eq!(replacement["deletedRegion"]["byteOffset"], 52);
}

#[test]
fn a_build_tells_in_the_same_forms_and_heeds_the_settings() {
    let lesson = "::: prereqs\nPatience.\n:::\n\n$\\frca{1}{2}$\n";
    let course = Course::new(&[("index.md", QUIET), ("a.md", lesson)]);
    let (status, stdout, _) = course.run(&["build", "--format", "short"]);
    assert_eq!(status, Some(1));
    let codes: Vec<&str> =
        stdout.lines().filter_map(|line| line.split(['[', ']']).nth(1)).collect();
    assert_eq!(codes, ["unknown-div", "math"]);

    // A warning can be silenced; an error that leaves a hole in the page can't.
    let quieter = QUIET.replace("check:", "check:\n  unknown-div: off\n  math: off");
    let course = Course::new(&[("index.md", &quieter), ("a.md", lesson)]);
    let (status, stdout, _) = course.run(&["build", "--format", "short"]);
    assert_eq!((status, stdout.lines().count()), (Some(1), 1), "{stdout}");
    assert!(stdout.contains("error[math]"), "{stdout}");
}

#[test]
fn what_has_no_place_has_one_where_hosts_ask_for_it() {
    let course = Course::new(&[("index.md", QUIET), ("a.md", ""), ("fig/left.svg", "<svg/>")]);
    let (_, stdout, _) = course.run(&["check", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&stdout).unwrap();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "lessons/index.md");
    let (_, stdout, _) = course.run(&["check", "--format", "github"]);
    assert!(stdout.starts_with("::warning title=unused-file::"), "{stdout}");
}

#[test]
fn explain_tells_of_one_code_or_lists_all() {
    let course = Course::new(&[]);
    let (status, stdout, _) = course.run(&["explain", "vague-link"]);
    assert_eq!(status, Some(0));
    assert!(stdout.starts_with("warning[vague-link]: "), "{stdout}");
    assert!(stdout.contains("Instead of") && stdout.contains("lessonc: allow vague-link"));
    let (status, stdout, _) = course.run(&["explain"]);
    assert_eq!((status, stdout.lines().count()), (Some(0), codes::all().count()));
    let (status, _, stderr) = course.run(&["explain", "vage-link"]);
    assert_eq!(status, Some(2));
    assert!(stderr.contains("did you mean `vague-link`?"), "{stderr}");
    assert_eq!(course.run(&["explain", "E0382"]).0, Some(0));
}

#[test]
fn a_text_that_is_not_utf8_is_told_beside_all_else_and_left_as_it_is() {
    let course = Course::new(&[("index.md", QUIET), ("b.md", "See [there](gone.md).\n")]);
    let text = b"# A\n\nIn a caf\xe9, [clik](#a).\n\n::: solutoin\n:::\n";
    let path = course.0.path().join("lessons/a.md");
    fs::write(&path, text).unwrap();
    let (status, stdout, stderr) = course.run(&["check", "--fix", "--format", "short"]);
    assert_eq!(status, Some(1));
    let told: Vec<&str> = stdout.lines().chain(stderr.lines()).collect();
    for line in [
        "lessons/a.md:3:9: error[not-utf8]: the text is not UTF-8",
        "lessons/a.md:5:1: warning[unknown-div]: `solutoin` is no kind of div",
        "lessons/b.md:1:5: error[broken-link]: there is no lesson `gone`",
        "lessons: 3 files checked, 3 findings",
    ] {
        assert!(told.contains(&line), "{line} is not in {told:#?}");
    }
    assert_eq!(fs::read(path).unwrap(), text);
    // The others are built.
    fs::write(course.0.path().join("lessons/b.md"), "Words.\n").unwrap();
    assert_eq!(course.run(&["build"]).0, Some(1));
    assert!(course.0.path().join("site/b.html").exists());
    assert!(!course.0.path().join("site/a.html").exists());
}

#[test]
fn mends_are_made_once_and_change_nothing_more() {
    let lesson = "\
---
titel: Mended
---

::: prereqs
See [the other](othr.md#prat), [again](./othr.md \"a title\"), ![it](fig/stak.svg), [here](other.md).
:::

<!-- lessonc: allow vage-link -->
See [here](other.md#part).

`othr.md` stays as it is, and so does [what is far off](elsewhere.md).

``` {.rust #greet}
fn greet() {}
```

``` {.rust file=src/lib.rs}
    <<gret>>
```
";
    let course = Course::new(&[
        ("index.md", &QUIET.replace("missing-times", "missing-time")),
        ("a.md", lesson),
        ("other.md", "# Part\n"),
        ("fig/stack.svg", "<svg/>"),
    ]);
    let (status, stdout, stderr) = course.run(&["check", "--fix", "--format", "short"]);
    assert_eq!(status, Some(1));
    let mended = "\
---
title: Mended
---

::: prereq
See [the other](other.md#part), [again](./other.md \"a title\"), ![it](fig/stack.svg), [here](other.md).
:::

<!-- lessonc: allow vague-link -->
See [here](other.md#part).

`othr.md` stays as it is, and so does [what is far off](elsewhere.md).

``` {.rust #greet}
fn greet() {}
```

``` {.rust file=src/lib.rs}
    <<greet>>
```
";
    assert_eq!(course.read("a.md"), mended, "{stderr}");
    assert_eq!(course.read("index.md"), QUIET);
    assert!(stderr.contains("lessons/a.md:2:1: mended: write `title`"), "{stderr}");
    assert!(stderr.contains("9 mends made, 2 findings"), "{stderr}");
    let codes: Vec<&str> =
        stdout.lines().filter_map(|line| line.split(['[', ']']).nth(1)).collect();
    assert_eq!(codes, ["vague-link", "broken-link"]);
    let (_, again, stderr) = course.run(&["check", "--fix", "--format", "short"]);
    assert_eq!((course.read("a.md").as_str(), again), (mended, stdout));
    assert!(!stderr.contains("mend"), "{stderr}");
}

#[test]
fn who_reads_no_further_is_no_mistake() {
    let mut lessonc = Command::new(env!("CARGO_BIN_EXE_lessonc"));
    lessonc.args(["explain", "E0382"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut lessonc = lessonc.spawn().unwrap();
    // Before it has begun: all that it prints finds nobody.
    drop(lessonc.stdout.take());
    let output = lessonc.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
