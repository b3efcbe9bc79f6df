//! `lessonc check --run`: what is recorded against what the cells give now.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod project;

use std::fs;

use project::Project;

fn project(lesson: &str) -> Project {
    Project::new(&[("index.md", SETTINGS), ("a.md", lesson)])
}

/// Changes what is recorded of the notebook, as if it had given something else.
fn remember(project: &Project, from: &str, to: &str) {
    let record = project.read(RECORD);
    assert!(record.contains(from), "{record}");
    fs::write(project.path(RECORD), record.replace(from, to)).unwrap();
}

const SETTINGS: &str = "---\ntitle: Course\ncheck:\n  missing-times: off\n  missing-questions: off\n  \
                        missing-objectives: off\n  missing-keypoints: off\n---\n";

const RECORD: &str = "lessons/_runs/a/notebook.json";

const VARYING: &str = r#"```rust
println!("six times seven is {}", 6 * 7);
println!("that took {} s", std::process::id());
```

```output
six times [..] is 42
that took [..] s
```
"#;

#[test]
fn what_is_not_as_recorded_is_told_at_the_cell_and_taken_if_asked_to() {
    let project = project(VARYING);
    let (status, words) = project.lessonc(&["check", "--run", "a"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("warning[no-record]"), "{words}");
    assert!(!project.path(RECORD).exists(), "a check recorded something");
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    // Another process has another id: that varies from run to run.
    let (status, words) = project.lessonc(&["check", "--run"]);
    assert_eq!(status, Some(0), "{words}");

    remember(&project, "seven is 42", "nine is 42");
    project.write("a.md", &VARYING.replace("[..] is 42", "nine [..]"));
    let record = project.read(RECORD);
    let (status, words) = project.lessonc(&["check", "--run"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("error[drift]") && words.contains("lessons/a.md:2:1"), "{words}");
    let diff = "-six times nine is 42\n";
    assert!(words.contains(diff) && words.contains("+six times seven is 42\n"), "{words}");
    assert!(words.contains("error[other-output]") && words.contains("lessons/a.md:7:1"), "{words}");
    assert_eq!(project.read(RECORD), record, "a check recorded something");

    let (status, words) = project.lessonc(&["check", "--run", "--update"]);
    assert_eq!(status, Some(0), "{words}");
    assert!(project.read(RECORD).contains("six times seven is 42"));
    // The hole that still fits is kept.
    let mended = VARYING.replace("six times [..] is 42", "six times seven is 42");
    assert_eq!(project.read("lessons/a.md"), mended);
    let (status, words) = project.lessonc(&["check", "--run"]);
    assert_eq!(status, Some(0), "{words}");
    assert_eq!(project.lessonc(&["build", "--frozen"]).0, Some(0));
}

#[test]
fn a_time_that_two_runs_agree_on_is_no_drift() {
    // As if the clock had said so twice.
    let project = project("```rust\nprintln!(\"6 * 7 = {} took 100 ms\", 6 * 7);\n```\n");
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    let mut recorded = "42 took 100 ms";
    for (other, status) in [("42 took 101 ms", 0), ("42 took 100 s", 1), ("41 took 101 ms", 1)] {
        remember(&project, recorded, other);
        recorded = other;
        let (given, words) = project.lessonc(&["check", "--run"]);
        assert_eq!(given, Some(status), "{other}: {words}");
        assert_eq!(words.contains("error[drift]"), status == 1, "{other}: {words}");
    }
}

#[test]
fn files_are_compared_as_well() {
    let cell = "std::fs::write(\"took.csv\", format!(\"seconds\\n{}\", std::process::id()))?;
std::fs::write(\"orbit.csv\", \"days\\n687\")?;
std::fs::write(\"bytes.png\", [0xff, 0xfe])?;
";
    let project = project(&format!("```rust\n{cell}```\n"));
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    let (status, words) = project.lessonc(&["check", "--run"]);
    assert_eq!(status, Some(0), "{words}");
    // As if it had been recorded when the cell wrote something else.
    for (file, bytes) in [("orbit.csv", &b"days\n365"[..]), ("bytes.png", &[0xff, 0xfd])] {
        let path = project.path("lessons/_runs/a/notebook").join(file);
        let hash = |path| lessonc::execute::fingerprint(&fs::read(path).unwrap());
        let before = hash(&path);
        fs::write(&path, bytes).unwrap();
        remember(&project, &before, &hash(&path));
    }
    let (status, words) = project.lessonc(&["check", "--run"]);
    assert_eq!(status, Some(1));
    assert_eq!(words.matches("error[drift]").count(), 2, "{words}");
    assert!(words.contains("lessons/a.md:3:1") && words.contains("-365\n"), "{words}");
    assert!(words.contains("`bytes.png` is not written as it is recorded"), "{words}");
    assert_eq!(project.lessonc(&["check", "--run", "--update"]).0, Some(0));
    assert_eq!(project.read("lessons/_runs/a/notebook/orbit.csv"), "days\n687");
}

#[test]
fn a_run_that_fails_is_told_and_not_taken() {
    let project = project("");
    fs::write(project.path("note"), "there").unwrap();
    let read = format!("std::fs::read_to_string({:?})?", project.path("note"));
    project.write("a.md", &format!("```rust\n{read}\n```\n"));
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let record = project.read(RECORD);
    fs::remove_file(project.path("note")).unwrap();
    let (status, words) = project.lessonc(&["check", "--run", "--update"]);
    assert_eq!(status, Some(1));
    assert!(words.contains("lessons/a.md:2:1") && words.contains("NotFound"), "{words}");
    assert_eq!(project.read(RECORD), record);
}

#[test]
fn how_long_a_cell_took_is_no_drift() {
    let project =
        project("```{.rust .cell .timing #work runs=2 warmup=0}\nprintln!(\"done\");\n```\n");
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let record = project.read(RECORD);
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["steps"][0]["samples"].as_array().map(Vec::len), Some(2), "{record}");
    let mut other = record;
    other["steps"][0]["samples"] = serde_json::json!([1, 2]);
    fs::write(project.path(RECORD), other.to_string()).unwrap();
    let (_, words) = project.lessonc(&["check", "--run", "a"]);
    let told = ["error[", "[no-record]"].iter().any(|told| words.contains(told));
    assert!(!told, "{words}");
}
