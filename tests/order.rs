//! What a program prints, in the order in which it printed it.
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
