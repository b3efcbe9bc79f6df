//! What composing and running a lesson's programs finds.

use super::{CODE, Code, Found};
use crate::model::diagnostic::Severity;

pub const CODES: &[Code] = &[
    Code {
        name: "cannot-run",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a program could not be run at all",
        explanation: "Cargo is missing, the folder for generated code cannot be written, or `--frozen` forbids to run
what has no valid record. The message says which.",
        bad: "```rust
1 + 1
```

with `lessonc build --frozen` before it was ever built
",
        good: "```rust
1 + 1
```

with `lessonc build`
",
        ..CODE
    },
    Code {
        name: "not-built",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a lesson's code could not be built, and the compiler does not say why",
        explanation: "The compiler's own mistakes have its own codes. This one is told where Cargo fails before: a
dependency that does not exist, a version that nobody published. The note holds Cargo's words.",
        bad: r#"---
dependencies:
  tokioo: "1"
---

```rust
1 + 1
```
"#,
        good: r#"---
dependencies:
  tokio: "1"
---

```rust
1 + 1
```
"#,
        ..CODE
    },
    Code {
        name: "panic",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a cell or command panicked",
        explanation: "The program ended there, and later cells did not run. Where a panic is what the lesson wants to show,
say so with `should_panic`.",
        bad: "```rust
let nothing: Option<u32> = None;
nothing.unwrap()
```
",
        good: "```rust,should_panic
let nothing: Option<u32> = None;
nothing.unwrap()
```
",
        ..CODE
    },
    Code {
        name: "run-failed",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a cell or command ended with a status that means failure",
        explanation: "The note holds what it said last.",
        bad: "```rust
std::process::exit(3);
```
",
        good: r#"```rust
println!("3");
```
"#,
        ..CODE
    },
    Code {
        name: "unbalanced-cell",
        severity: Severity::Error,
        meaning: "a cell opens or closes a bracket, string or comment by itself",
        explanation: "Each cell is whole by itself: what it opens it closes. Code that is told in pieces is written as
named blocks, which may be pieces of anything.",
        bad: "```rust
fn double(x: u32) -> u32 {
```

```rust
    2 * x
}
```
",
        good: "```rust
fn double(x: u32) -> u32 {
    2 * x
}
```
",
        ..CODE
    },
];
