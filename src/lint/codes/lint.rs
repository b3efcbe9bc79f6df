//! What only `check` finds.

use super::{CODE, Code, Found};
use crate::model::diagnostic::Severity;

pub const CODES: &[Code] = &[
    Code {
        name: "broken-link",
        severity: Severity::Error,
        found: Found::ByCheck,
        meaning: "a link leads to a lesson that does not exist",
        explanation: "Lessons are linked by their file, `other.md`, or by their page, `other.html`; folders before it are
not needed. Links that leave the course are not checked: that would need the network.",
        bad: "Read [the first lesson](leson.md) before.
",
        good: "Read [the first lesson](lesson.md) before.
",
        ..CODE
    },
    Code {
        name: "check-setting",
        found: Found::ByCheck,
        meaning: "a setting or comment that steers the check cannot be followed",
        explanation: "Under `check:` the front matter of `index.md` gives codes a level: `off`, `warning` or `error`. In a
lesson, `<!-- lessonc: allow CODE -->` says that a finding is meant so. Errors that leave a page
without its meaning can be neither lowered nor allowed.",
        file: "index.md",
        bad: "---
check: {vage-link: off}
---
",
        good: "---
check: {vague-link: off}
---
",
        ..CODE
    },
    Code {
        name: "empty-tab",
        found: Found::ByCheck,
        meaning: "a tab has no content, or a group of tabs no tab",
        explanation: "In a `tab` or `group-tab` div each heading begins a tab, and what follows is its content.",
        bad: "::: tab
### Linux

### Windows

Use the installer.
:::
",
        good: "::: tab
### Linux

Use your package manager.

### Windows

Use the installer.
:::
",
        ..CODE
    },
    Code {
        name: "missing-alt",
        found: Found::ByCheck,
        meaning: "an image has no alternative text",
        explanation: "Those who do not see an image hear its `alt`; failing that, its caption. An empty `alt` says that
the image only decorates.",
        bad: "![](fig/stack.svg)
",
        good: r#"![](fig/stack.svg){alt="Three stack frames, the newest on top."}
"#,
        ..CODE
    },
    Code {
        name: "missing-anchor",
        severity: Severity::Error,
        found: Found::ByCheck,
        meaning: "a link leads to a heading that does not exist",
        explanation: "The part of a link behind `#` is the id of a heading or div: the one given as `{#id}`, or else its
words in lower case with hyphens.",
        bad: "# Call stacks

As said [about call stacks](#callstacks), ...
",
        good: "# Call stacks

As said [about call stacks](#call-stacks), ...
",
        ..CODE
    },
    Code {
        name: "missing-file",
        severity: Severity::Error,
        found: Found::ByCheck,
        meaning: "a link leads to a file that does not exist",
        explanation: "Files that lessons link stand in the course's `fig/`, `data/` or `files/`. A file that a program of
the lesson writes can be linked too.",
        bad: "Download [the measurements](data/mesurements.csv).
",
        good: "Download [the measurements](data/measurements.csv).
",
        ..CODE
    },
    Code {
        name: "missing-image",
        severity: Severity::Error,
        found: Found::ByCheck,
        meaning: "an image does not exist",
        explanation: "Images stand in the course's `fig/`, or are written by the lesson's programs. Where one of these has
no valid record, nothing is said: running it may write the image.",
        bad: "![The call stack](fig/stak.svg)
",
        good: "![The call stack](fig/stack.svg)
",
        ..CODE
    },
    Code {
        name: "missing-keypoints",
        found: Found::ByCheck,
        meaning: "a lesson has no key points",
        explanation: "Key points say in a few sentences what readers should remember. They answer the questions.",
        bad: "# A lesson
",
        good: "# A lesson

::: keypoints
- A future does nothing until it is polled.
:::
",
        ..CODE
    },
    Code {
        name: "empty-div",
        found: Found::ByCheck,
        meaning: "a div of questions, objectives or key points holds nothing",
        explanation: "Readers would see a title with nothing below it. What follows a div's closing line is not part of it.",
        bad: "# A lesson

::: keypoints
:::
",
        good: "# A lesson

::: keypoints
- A future does nothing until it is polled.
:::
",
        ..CODE
    },
    Code {
        name: "missing-objectives",
        found: Found::ByCheck,
        meaning: "a lesson has no objectives",
        explanation: "Objectives say what readers will be able to do. Learners choose by them, instructors plan by them.",
        bad: "# A lesson
",
        good: "::: objectives
- Write an `async` function.
:::
",
        ..CODE
    },
    Code {
        name: "missing-questions",
        found: Found::ByCheck,
        meaning: "a lesson has no questions",
        explanation: "Questions say what readers will be able to answer, in words that they know before.",
        bad: "# A lesson
",
        good: "::: questions
- When is asynchronous code useful?
:::
",
        ..CODE
    },
    Code {
        name: "missing-times",
        found: Found::ByCheck,
        meaning: "a lesson does not say how long it takes",
        explanation: "Minutes of teaching and of exercises make the schedule of the course. No exercises are `0`.",
        bad: "---
title: A lesson
teaching: 20
---
",
        good: "---
title: A lesson
teaching: 20
exercises: 0
---
",
        ..CODE
    },
    Code {
        name: "repeated-id",
        found: Found::ByCheck,
        meaning: "an id stands twice on a page",
        explanation: "Links lead to the first element of an id, so the second cannot be reached.",
        bad: "# One {#part}

# Two {#part}
",
        good: "# One {#part-1}

# Two {#part-2}
",
        ..CODE
    },
    Code {
        name: "skipped-heading-level",
        found: Found::ByCheck,
        meaning: "a heading is more than one level below the one before it",
        explanation: "Those who listen to a page move by its headings, and take a skipped level for a part they missed.
Headings within a div are counted by themselves.",
        bad: "# One

### Two
",
        good: "# One

## Two
",
        ..CODE
    },
    Code {
        name: "unseen-note",
        found: Found::ByCheck,
        meaning: "a footnote is not shown",
        explanation: r#"Footnotes are shown where something refers to them, `[^label]`. One that nothing refers to is left out, and so is
one whose label another has that is written behind it."#,
        bad: r#"Threads share memory.

[^stacks]: But not their stacks.
"#,
        good: r#"Threads share memory.[^stacks]

[^stacks]: But not their stacks.
"#,
        ..CODE
    },
    Code {
        name: "unused-allow",
        found: Found::ByCheck,
        meaning: "a comment allows what is not there",
        explanation: "What it allowed was mended, or stands elsewhere by now. Left where it is it would hide the next
mistake.",
        bad: "<!-- lessonc: allow vague-link -->
Read [the Rust book](https://doc.rust-lang.org/book/).
",
        good: "<!-- lessonc: allow vague-link -->
Read [this](https://doc.rust-lang.org/book/).
",
        ..CODE
    },
    Code {
        name: "unused-file",
        found: Found::ByCheck,
        meaning: "no lesson names a file of the course",
        explanation: "Files in `fig/`, `data/` and `files/` are published. One whose name stands in no lesson's text is
often left over, or its link is misspelt.",
        bad: "The stack grows upwards.
",
        good: "The stack grows upwards: ![Three frames](fig/stack.svg), see
[the measurements](data/measurements.csv).
",
        ..CODE
    },
    Code {
        name: "vague-link",
        found: Found::ByCheck,
        meaning: "a link's text does not say where it leads",
        explanation: r#"Screen readers list the links of a page by their texts. "Here", "this link" and "read more" say
nothing there."#,
        bad: "The book is [here](https://doc.rust-lang.org/book/).
",
        good: "Read [the Rust book](https://doc.rust-lang.org/book/).
",
        ..CODE
    },
];
