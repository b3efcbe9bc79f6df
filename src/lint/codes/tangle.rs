//! What tangling finds.

use super::{CODE, Code, Found};
use crate::model::diagnostic::Severity;

pub const CODES: &[Code] = &[
    Code {
        name: "bad-manifest",
        severity: Severity::Error,
        meaning: "a lesson's own `Cargo.toml` is none that Cargo could take",
        explanation: "A lesson may write its package's manifest itself, with `file=\"Cargo.toml\"`; then it must be one.
It is a member of the workspace that a course's packages make, so that it cannot be a workspace.",
        bad: r#"``` {.toml file="Cargo.toml"}
[package]
name = dice
```
"#,
        good: r#"``` {.toml file="Cargo.toml"}
[package]
name = "dice"
```
"#,
        ..CODE
    },
    Code {
        name: "dependency-twice",
        severity: Severity::Error,
        meaning: "lessons of one package ask for a dependency in two ways",
        explanation: "Lessons with the same `crate:` grow one package, which has one manifest. What one of them asks of a
dependency goes for all of them, and need not be said again. What a lesson asks for does take the place of what the
course's settings say.",
        bad: r#"---
crate: shared
dependencies:
  rand: "0.9"
---

beside a lesson with the same `crate:` and

  rand: "0.8"
"#,
        good: r#"---
crate: shared
dependencies:
  rand: "0.9"
---

beside a lesson with the same `crate:` that doesn't name `rand`
"#,
        found: Found::ByFolder,
        ..CODE
    },
    Code {
        name: "edited-file",
        severity: Severity::Error,
        meaning: "a generated file was edited since it was written",
        explanation: "Tangling never writes over what somebody changed. The edit is shown as a patch, and each part of it at the
lesson's line to which it belongs: bring it into the lesson, and the file is what the lesson gives. `--force` takes the
lesson's text, and the edit is gone. Nothing of the file's package is written until then.",
        bad: r#"``` {.rust file="src/lib.rs"}
pub const ANSWER: u32 = 41;
```

and in the file that was written of it

pub const ANSWER: u32 = 42;
"#,
        good: r#"``` {.rust file="src/lib.rs"}
pub const ANSWER: u32 = 42;
```
"#,
        found: Found::ByTangling,
        ..CODE
    },
    Code {
        name: "inline-reference",
        meaning: "a reference has other code on its line, or blanks around its name",
        explanation: r#"Only `<<name>>` alone on its line is replaced by the block that it names. This one is left as it
stands. Where that is meant, write `\<<name>>`."#,
        bad: r#"``` {.rust #answer}
42
```

``` {.rust file="src/lib.rs"}
const ANSWER: u32 = <<answer>>;
```
"#,
        good: r#"``` {.rust #answer}
42
```

``` {.rust file="src/lib.rs"}
const ANSWER: u32 =
    <<answer>>
;
```
"#,
        ..CODE
    },
    Code {
        name: "package-name",
        severity: Severity::Error,
        meaning: "a lesson's package cannot have the name that it would have",
        explanation: "Each lesson's code goes to a package of the lesson's own name. Cargo knows packages by their names \
alone, so that no two may share one, unless their lessons say so with the same `crate:`; nor can a package be called as \
one of its own dependencies is.",
        bad: r#"---
crate: rand
dependencies:
  rand: "0.9"
---

``` {.rust file="src/lib.rs"}
pub fn f() {}
```
"#,
        good: r#"---
crate: dice
dependencies:
  rand: "0.9"
---

``` {.rust file="src/lib.rs"}
pub fn f() {}
```
"#,
        ..CODE
    },
    Code {
        name: "reference-cycle",
        severity: Severity::Error,
        meaning: "a block contains itself",
        explanation: "A reference is replaced by the block that it names, and so are the references in there. A way that
leads back to where it began has no end.",
        bad: r#"``` {.rust #a}
<<b>>
```

``` {.rust #b}
<<a>>
```

``` {.rust file="src/lib.rs"}
<<a>>
```
"#,
        good: r#"``` {.rust #a}
<<b>>
```

``` {.rust #b}
fn b() {}
```

``` {.rust file="src/lib.rs"}
<<a>>
```
"#,
        ..CODE
    },
    Code {
        name: "target-case",
        severity: Severity::Error,
        meaning: "two targets differ in upper and lower case alone",
        explanation: "On many systems, `Notes.txt` and `notes.txt` are one file, and one block would be written over
the other.",
        bad: r#"``` {.text file="Notes.txt"}
one
```

``` {.text file="notes.txt"}
two
```
"#,
        good: r#"``` {.text file="notes.txt"}
one
```

``` {.text file="notes.txt"}
two
```
"#,
        ..CODE
    },
    Code {
        name: "target-folder",
        severity: Severity::Error,
        meaning: "a target is the folder of another",
        explanation: "A path names a file or a folder, never both.",
        bad: r#"``` {.text file="notes"}
one
```

``` {.text file="notes/today"}
two
```
"#,
        good: r#"``` {.text file="notes/index"}
one
```

``` {.text file="notes/today"}
two
```
"#,
        ..CODE
    },
    Code {
        name: "target-mode",
        severity: Severity::Error,
        meaning: "a file's permissions cannot be what `mode=` says",
        explanation: "`mode=` gives a target its Unix permissions, in octal: 755 for a script that everybody may run.
Its owner must be able to read and write it, or it could not be tangled again. Blocks that are joined to one file say
one mode, or none.",
        bad: r#"``` {.bash file="run.sh" mode=rwx}
cargo run
```
"#,
        good: r#"``` {.bash file="run.sh" mode=755}
cargo run
```
"#,
        ..CODE
    },
    Code {
        name: "target-name",
        severity: Severity::Error,
        meaning: "a target has a name that not every system can write",
        explanation: r#"A `file=` names a file in the same way on all systems: with `/` between folders, without the
characters `< > : " | ? *`, without a dot or blank at the end, and none of its parts is a device of Windows, such as
`aux` or `con.txt`."#,
        bad: r#"``` {.rust file="src/aux.rs"}
fn f() {}
```
"#,
        good: r#"``` {.rust file="src/auxiliary.rs"}
fn f() {}
```
"#,
        ..CODE
    },
    Code {
        name: "target-outside",
        severity: Severity::Error,
        meaning: "a block would be written outside of its package",
        explanation: "A `file=` names a file below the package that the lesson writes. Absolute paths and `..` would
let a lesson write over files that are not its own.",
        bad: r#"``` {.rust file="../lib.rs"}
fn f() {}
```
"#,
        good: r#"``` {.rust file="src/lib.rs"}
fn f() {}
```
"#,
        ..CODE
    },
    Code {
        name: "target-taken",
        severity: Severity::Error,
        meaning: "something else stands where a target would be written",
        explanation: "A target is written where nothing stands, or what tangling wrote there before. A file of somebody else's is
written over with `--force` only; a folder, a link and the lessons themselves never are. Nothing of the package is written
until the place is free.",
        bad: r#"``` {.text file="notes.txt"}
one
```

where `notes.txt` is there already, and written by hand
"#,
        good: r#"``` {.text file="generated.txt"}
one
```
"#,
        found: Found::ByTangling,
        ..CODE
    },
    Code {
        name: "target-twice",
        severity: Severity::Error,
        meaning: "one file is written by blocks of two names",
        explanation: "Blocks for one `file=` are joined in their order, and may share a name. Two names for one file mean
that one of the paths was not meant.",
        bad: r#"``` {.rust #a file="src/lib.rs"}
fn a() {}
```

``` {.rust #b file="src/lib.rs"}
fn b() {}
```
"#,
        good: r#"``` {.rust #a file="src/lib.rs"}
fn a() {}
```

``` {.rust #b file="src/b.rs"}
fn b() {}
```
"#,
        ..CODE
    },
    Code {
        name: "too-long",
        severity: Severity::Error,
        meaning: "references grow a target without measure",
        explanation: "References are followed two hundred deep, and a target grows to a million lines at most. A few dozen \
blocks that each take in the next one twice would fill any disk.",
        bad: r#"``` {.text #one}
<<two>>
<<two>>
```

and so on, thirty blocks deep
"#,
        good: r#"``` {.text #one}
<<two>>
```
"#,
        found: Found::ByRunning,
        ..CODE
    },
    Code {
        name: "unknown-reference",
        severity: Severity::Error,
        meaning: "a reference names no block",
        explanation: "A `<<name>>` alone on its line is replaced by the block `#name` of the same package.",
        bad: r#"``` {.rust #greet}
fn greet() {}
```

``` {.rust file="src/lib.rs"}
<<great>>
```
"#,
        good: r#"``` {.rust #greet}
fn greet() {}
```

``` {.rust file="src/lib.rs"}
<<greet>>
```
"#,
        ..CODE
    },
    Code {
        name: "unused-block",
        meaning: "nothing uses a named block",
        explanation: "A named block is a piece: it gets into a program by a `<<reference>>`, a `file=` of its own, or
`.cell`. This one is only shown, and nothing makes sure that it is right.",
        bad: "``` {.rust #greet}
fn greet() {}
```
",
        good: r#"``` {.rust #greet file="src/lib.rs"}
fn greet() {}
```
"#,
        ..CODE
    },
];
