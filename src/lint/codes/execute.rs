//! What composing and running a lesson's programs finds.

use super::{CODE, Code, Found};
use crate::model::diagnostic::Severity;

pub const CODES: &[Code] = &[
    Code {
        name: "busy-machine",
        found: Found::ByRunning,
        meaning: "something was measured while the machine did other things",
        explanation: "What measures, a cell with the class `.timing` or the attribute `runs=`, is run alone, and as often as
`runs=` and `warmup=` say, when all else is compiled and done. But other programs of the machine were at work just before, so what it shows may be too slow, or
differ from run to run. How busy the machine was stands in the record.",
        bad: "```{.rust .timing}
let start = std::time::Instant::now();
```

while a video is converted
",
        good: "```{.rust .timing}
let start = std::time::Instant::now();
```

with `lessonc build --rerun` on a quiet machine
",
        ..CODE
    },
    Code {
        name: "cannot-run",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a program could not be run at all",
        explanation: "Cargo is missing, or the folder for generated code cannot be written. The message says which.",
        bad: "```rust
1 + 1
```

where no Rust is installed
",
        good: "```rust
1 + 1
```

where it is, or with a record that holds: what is recorded needs no cargo
",
        ..CODE
    },
    Code {
        name: "compiles",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a block compiles that says `compile_fail`",
        explanation: "Readers would be told that the compiler refuses what it takes. The block sees what the cells before it
define, and leaves nothing behind.",
        bad: "```rust,compile_fail
let planet = String::from(\"Venus\");
println!(\"{planet}\");
```
",
        good: "```rust,compile_fail,E0382
let planet = String::from(\"Venus\");
drop(planet);
println!(\"{planet}\");
```
",
        ..CODE
    },
    Code {
        name: "drift",
        severity: Severity::Error,
        found: Found::ByRerunning,
        meaning: "a cell does not give any more what is recorded of it",
        explanation: "What varies from run to run is no drift. A number with a unit of time
behind it (h, min, s, ms, µs, us, ns) is measured: it may be another one, up to twice or half as much, in the same unit.
So `took 0.2005 s` may have been `took 0.2011 s`, but not `took 0.2011 ms` or `took 2 s`.

Where another difference shows, the program is run once more, and where these two runs differ from each other, the
record may differ as well. What is a number in both may be any number. What else differs may be any text of the line;
lines that come and go may be any lines; lines whose order varies may come in any order.

`drift=` behind the fence of a cell says otherwise: `exact`, every byte is the same; `unordered`, the same lines in any
order, which may vary as above; `shape`, as many lines of the same words, whatever their numbers; `pattern`, only the `output` block below the
cell decides, with its `[..]` and `...`.

`lessonc check --run --update` records what the cells give now.",
        bad: "```rust
println!(\"{} cores\", std::thread::available_parallelism()?);
```

on another machine than it was recorded on
",
        good: "```rust drift=shape
println!(\"{} cores\", std::thread::available_parallelism()?);
```
",
        ..CODE
    },
    Code {
        name: "file-size-limit",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a cell or command wrote more into a file than it may",
        explanation: "A file may grow to 256 MB, so that a mistake fills no disk. The program was ended with all that it had
started; nothing of its run is recorded. Another limit is set by `file-size=` behind the fence, or by `file-size:` in the
front matter of the lesson or of index.md.",
        bad: "``` {.console .cell}
$ head -c 300000000 /dev/zero > zeros
```
",
        good: "---
file-size: 400 MB
---

``` {.console .cell}
$ head -c 300000000 /dev/zero > zeros
```
",
        ..CODE
    },
    Code {
        name: "memory-limit",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a cell or command asked for more memory than there is for it",
        explanation: "Each process may ask for 4 GB, the stacks of its threads included. The program was ended with all that it had
started; nothing of its run is recorded. Another limit is set by `memory=` behind the fence, or by `memory:` in the front
matter of the lesson or of index.md.",
        bad: "```rust
let planets = vec![1_u8; 5_000_000_000];
```
",
        good: "---
memory: 6 GB
---

```rust
let planets = vec![1_u8; 5_000_000_000];
```
",
        ..CODE
    },
    Code {
        name: "missing-data",
        severity: Severity::Error,
        meaning: "a lesson declares a file that its programs read, and the course has none such",
        explanation: "`data:` in a lesson's front matter, or `data=` on a cell, names files of the course: in its folders `data/`,
`files/` or `fig/`. The lesson's programs find them at the same path, and run again when one of them changes.",
        bad: "---
data: [data/measurement.csv]
---

```rust
std::fs::read_to_string(\"data/measurement.csv\")?.lines().count()
```
",
        good: "---
data: [data/measurements.csv]
---

```rust
std::fs::read_to_string(\"data/measurements.csv\")?.lines().count()
```
",
        ..CODE
    },
    Code {
        name: "no-panic",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a block ends well that says `should_panic`",
        explanation: "The block is run after the cells before it, in a program of its own. It came to its end.",
        bad: "```rust,should_panic
let planets = [\"Venus\", \"Earth\"];
planets[1];
```
",
        good: "```rust,should_panic
let planets = [\"Venus\", \"Earth\"];
let n = planets.len();
planets[n];
```
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
        name: "no-pattern",
        found: Found::ByCheck,
        meaning: "a cell says `drift=pattern`, and no `output` block stands below it",
        explanation: "Then what it gives is compared with nothing.",
        bad: "```rust drift=pattern
std::process::id()
```
",
        good: "```rust drift=pattern
std::process::id()
```

```output
[..]
```
",
        ..CODE
    },
    Code {
        name: "no-record",
        found: Found::ByRerunning,
        meaning: "a program has no valid record that it could be compared with",
        explanation: "It was never recorded, or changed since. `lessonc build`
records it, and so does `lessonc check --run --update`.",
        bad: "```rust
1 + 1
```

with `lessonc check --run` before it was ever built
",
        good: "```rust
1 + 1
```

with `lessonc build` before
",
        ..CODE
    },
    Code {
        name: "other-error",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "the compiler refuses a block for another reason than the one it names",
        explanation: "Behind `compile_fail` stands the code that the lesson is about. If the compiler gives others only, the block
does not show what it is to show: often an import or a dependency is missing.",
        bad: "```rust,compile_fail,E0382
let map = HashMap::new();
drop(map);
drop(map);
```
",
        good: "```rust,compile_fail,E0382
use std::collections::HashMap;
let map: HashMap<u8, u8> = HashMap::new();
drop(map);
drop(map);
```
",
        ..CODE
    },
    Code {
        name: "other-output",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a cell gives something else than its author says below it",
        explanation: "An `output` block directly below a cell says what is expected on standard output and as the cell's value,
`error` and `warning` what is expected on standard error. Readers see what the cell really gave. `[..]` stands for
any text of a line, a line `...` for any lines.",
        bad: "```rust
println!(\"{} planets\", 2 * 4);
```

```output
9 planets
```
",
        good: "```rust
println!(\"{} planets\", 2 * 4);
```

```output
[..] planets
```
",
        ..CODE
    },
    Code {
        name: "output-limit",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a cell or command printed more than it may",
        explanation: "A mebibyte is more than anybody reads. The program was ended with all that it had started; nothing of its
run is recorded. Another limit is set by `output-size=` behind the fence, or by `output-size:` in the front matter of the
lesson or of index.md.",
        bad: "```rust
loop {
    println!(\"Venus\");
}
```
",
        good: "```rust
for _ in 0..3 {
    println!(\"Venus\");
}
```
",
        ..CODE
    },
    Code {
        name: "panic",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a cell or command panicked",
        explanation: "The program ended there, and later cells did not run. Where a panic is what the lesson wants to show,
say so with `should_panic`. What a program may not do, it often panics of: on Linux it writes to its own folder only and
reaches no network, unless the front matter of the lesson or of index.md says `write: [FOLDER]` or `network: true`.",
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
        name: "same-file",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "two programs of a lesson write different files of one name",
        explanation: "The files that a lesson's notebooks and commands write stand beside its page, in one folder, so that
the page can link and show them. Of two files of one name it would show one, below the code that wrote the other.",
        bad: "```rust
std::fs::write(\"orbit.csv\", \"1\")?;
```

```rust session=second
std::fs::write(\"orbit.csv\", \"2\")?;
```
",
        good: "```rust
std::fs::write(\"orbit.csv\", \"1\")?;
```

```rust session=second
std::fs::write(\"second.csv\", \"2\")?;
```
",
        ..CODE
    },
    Code {
        name: "stale-record",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "what a cell gives is not recorded, and `--frozen` forbids to run it",
        explanation: "The page would show what the code beside it did not give. Each cell that changed since it was recorded
is named; where something else changed that its program is made of, a dependency or a file of data, that is, and all of
its cells.",
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
        name: "undeclared-data",
        found: Found::ByRunning,
        meaning: "a program reads a file of the course that no lesson declares",
        explanation: "What is recorded would hold though the file changed. Declared in the front matter, or by `data=` on the
cell, it counts, and the program finds it at the path that it has in the course. On Linux it is seen that a file is opened
while a program runs that names it; elsewhere, only a program that fails is told of what it names.",
        bad: "```rust
std::fs::read_to_string(\"data/measurements.csv\")?.lines().count()
```
",
        good: "---
data: [data/measurements.csv]
---

```rust
std::fs::read_to_string(\"data/measurements.csv\")?.lines().count()
```
",
        ..CODE
    },
    Code {
        name: "uncalled-main",
        severity: Severity::Warning,
        meaning: "a cell defines `main`, and no cell calls it",
        explanation: "A cell runs by itself, without a `main` around it. One that is only defined never runs, and prints nothing.",
        bad: "```rust
fn main() {
    println!(\"Hello, world!\");
}
```
",
        good: "```rust
println!(\"Hello, world!\");
```
",
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
    Code {
        name: "time-limit",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a cell or command took longer than it may",
        explanation: "Each may take 60 seconds. The program was ended with all that it had started; nothing of its run is
recorded. Another limit is set by `timeout=` behind the fence, or by `timeout:` in the front matter of the lesson or of
index.md, in seconds.",
        bad: "```rust
std::thread::sleep(std::time::Duration::from_secs(90));
```
",
        good: "```rust timeout=120
std::thread::sleep(std::time::Duration::from_secs(90));
```
",
        ..CODE
    },
];
