//! What programs print.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod project;

use project::Project;

/// Prints in turns and without a pause, from the cell, from threads and by panics, which are caught.
const TURNS: &str = r#"```rust
for turn in 0..100 {
    println!("out {turn}");
    eprintln!("err {turn}");
    std::thread::spawn(move || println!("thread {turn}")).join().unwrap();
    let _ = std::panic::catch_unwind(|| panic!("panic {turn}"));
}
```

```rust
eprintln!("the next cell");
```
"#;

#[cfg(unix)]
#[test]
fn a_hundred_turns_without_a_pause_come_in_their_order() {
    let project = Project::new(&[("a.md", TURNS)]);
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let record: serde_json::Value =
        serde_json::from_str(&project.read("lessons/_runs/a/notebook.json")).unwrap();
    let parts = |step: usize| {
        let parts = record["steps"][step]["parts"].as_array().unwrap().iter();
        parts.map(|part| {
            let (stream, text) = part.as_object().unwrap().iter().next().unwrap();
            let text = text.as_str().unwrap();
            // Where a panic is, and what to do about it, is no concern of this test.
            let lines = text.lines().filter(|line| {
                !line.is_empty()
                    && !line.starts_with("thread 'main'")
                    && !line.starts_with("note: ")
            });
            (stream.as_str(), lines.collect::<Vec<_>>().join(", "))
        })
    };
    let expected = (0..100).flat_map(|turn| {
        [
            ("stdout", format!("out {turn}")),
            ("stderr", format!("err {turn}")),
            ("stdout", format!("thread {turn}")),
            ("stderr", format!("panic {turn}")),
        ]
    });
    assert_eq!(parts(0).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    assert_eq!(parts(1).collect::<Vec<_>>(), [("stderr", "the next cell".to_owned())]);
}

/// A program that reads what it prints itself finds nothing of ours in it.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_leads_its_streams_elsewhere_finds_no_mark_there() {
    const REDIRECTS: &str = r#"```rust
use std::{fs::File, io::{Read, Seek}, os::fd::AsRawFd};
unsafe extern "C" {
    fn dup(file: i32) -> i32;
    fn dup2(from: i32, to: i32) -> i32;
}
let mut file = File::options().create(true).read(true).write(true).open("said")?;
let before = unsafe { dup(1) };
unsafe { dup2(file.as_raw_fd(), 1) };
println!("one");
eprintln!("two");
println!("three");
unsafe { dup2(before, 1) };
let mut said = String::new();
file.rewind()?;
file.read_to_string(&mut said)?;
println!("{said:?}");
```
"#;
    let project = Project::new(&[("a.md", REDIRECTS)]);
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let record = project.read("lessons/_runs/a/notebook.json");
    assert!(record.contains(r#""stdout": "\"one\\nthree\\n\"\n""#), "{record}");
}

#[test]
fn a_backtrace_is_shown_if_a_cell_asks_for_it_and_names_the_lessons_line() {
    const PANICS: &str = "```{.rust .should_panic env=\"RUST_BACKTRACE=1\"}\n\
                          fn far_from_the_sun() {\n    panic!(\"too cold\");\n}\nfar_from_the_sun();\n```\n";
    let project =
        Project::new(&[("a.md", PANICS), ("b.md", "```rust,should_panic\npanic!()\n```\n")]);
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let page = project.read("site/a.html");
    assert!(page.contains("stack backtrace:") && page.contains("far_from_the_sun"), "{page}");
    assert!(page.contains("at cell:2:5"), "{page}");
    assert!(!project.read("site/b.html").contains("stack backtrace:"));
}

/// What a program prints without end is not gathered without end.
#[cfg(target_os = "linux")]
#[test]
fn memory_stays_flat_however_much_is_printed() {
    let most = |lesson: &str| {
        let project = Project::new(&[("a.md", lesson)]);
        let mut build = project.command(&["build"]);
        let mut build = build.stderr(std::process::Stdio::null()).spawn().unwrap();
        let status = format!("/proc/{}/status", build.id());
        let mut most = 0;
        while build.try_wait().unwrap().is_none() {
            let status = std::fs::read_to_string(&status).unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
            most = most.max(peak.unwrap_or(0));
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert!(most > 0, "nothing was measured");
        most
    };
    let quiet = most("```rust\nprintln!(\"once\");\n```\n");
    let loud = most("```rust\nloop {\n    print!(\"{}\", \"x\".repeat(100_000));\n}\n```\n");
    assert!(loud < quiet + 16 * 1024, "{loud} kB, and {quiet} kB where little is printed");
}

#[cfg(unix)]
#[test]
fn cargo_is_told_to_stay_offline_if_we_are() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(&[("a.md", "```rust\n1\n```\n")]);
    let cargo = project.path("cargo");
    std::fs::write(&cargo, "#!/bin/sh\necho \"$@\" >> calls\nexit 1\n").unwrap();
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    for (arguments, is_told) in [(&["build", "--offline"][..], true), (&["build"], false)] {
        let mut build = project.command(arguments);
        assert_eq!(build.env("CARGO", &cargo).output().unwrap().status.code(), Some(1));
        let calls = project.path("target/lessonc/lessons/build/calls");
        let said = std::fs::read_to_string(&calls).unwrap();
        std::fs::remove_file(calls).unwrap();
        assert_eq!(said.contains("--offline"), is_told, "{said}");
    }
}
