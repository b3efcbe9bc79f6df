//! What weaving finds.

use super::{CODE, Code, Found};
use crate::model::diagnostic::Severity;

pub const CODES: &[Code] = &[
    Code {
        name: "math",
        severity: Severity::Error,
        meaning: "a formula cannot be read",
        explanation: r#"Between `$` and `$`, or `$$` and `$$`, stands LaTeX. A dollar sign that is none of these is written
`\$`."#,
        bad: r#"The area is $\pii r^{2}$.
"#,
        good: r#"The area is $\pi r^{2}$.
"#,
        ..CODE
    },
    Code {
        name: "mermaid",
        severity: Severity::Error,
        meaning: "a diagram cannot be drawn",
        explanation: "A `mermaid` block is drawn when the site is built, so what is wrong in it is told by then.",
        bad: "```mermaid
sequenceDiagram
  A->>
```
",
        good: "```mermaid
sequenceDiagram
  A->>B: What is f(x)?
```
",
        ..CODE
    },
    Code {
        name: "missing-words",
        meaning: "the theme has not all its words in the course's language",
        explanation: "The theme speaks English, German, French, Spanish and Dutch. `templates/words/` of a course
can hold another language: one file, named after the language's tag. Until then readers see English words.",
        file: "index.md",
        bad: "---
language: it
---
",
        good: "---
language: de-CH
---
",
        ..CODE
    },
    Code {
        name: "low-contrast",
        meaning: "links in the chosen colour are hard to read",
        explanation: "`accent` in the settings' `theme` is the colour of links on light pages, `accent-dark` on dark ones; of one the
other is made. Text needs a contrast of 4.5 to its ground (WCAG 2.2, 1.4.3), or many cannot read it.",
        file: "index.md",
        bad: "---
theme:
  accent: \"#ffd000\"
---
",
        good: "---
theme:
  accent: \"#8a1538\"
---
",
        ..CODE
    },
    Code {
        name: "unused-template",
        found: Found::ByFolder,
        meaning: "a template of the course is shown nowhere",
        explanation: "A file in `templates/` takes the place of the theme's of the same name, or is included by one that does.",
        file: "templates/nva.html",
        bad: "A file `templates/nva.html`.
",
        good: "A file `templates/nav.html`.
",
        ..CODE
    },
    Code {
        name: "unknown-term",
        meaning: "a term is not in the glossary",
        explanation: "`[task]{.term}` links the term to its definition in `learners/reference.md` and shows its meaning
where it stands. Case and a plural's s don't matter; `[them]{.term term=\"task\"}` says which is meant.",
        bad: "A [tsak]{.term} is run by an executor.
",
        good: "A task is run by an executor.
",
        ..CODE
    },
    Code {
        name: "citation",
        found: Found::ByFolder,
        meaning: "the citation file cannot be read",
        explanation: "`CITATION.cff`, beside the lessons or in a folder above them up to the repository's root, says how the
course is to be cited. The site's page on that shows what of it can be read.",
        file: "CITATION.cff",
        bad: "authors: Ada Lovelace
",
        good: "authors:
  - family-names: Lovelace
    given-names: Ada
",
        ..CODE
    },
    Code {
        name: "no-picture",
        found: Found::ByRunning,
        meaning: "a value says that it is a picture, and is none",
        explanation: "A type may show itself by a method `evcxr_display`, which prints `EVCXR_BEGIN_CONTENT image/png`, the
picture in base64, and `EVCXR_END_CONTENT`, each on lines of their own; an SVG is printed as it is.",
        bad: "A cell that ends in a value which prints `EVCXR_BEGIN_CONTENT image/png` and then bytes.
",
        good: "A cell that ends in a value which prints `EVCXR_BEGIN_CONTENT image/png` and then base64.
",
        ..CODE
    },
    Code {
        name: "unknown-figure",
        severity: Severity::Error,
        meaning: "a reference to a figure or listing that does not exist",
        explanation: "`@fig-name` becomes a link that reads “Figure 2”. It leads to the image or plot with the id `#fig-name`, on the
same page or another; `@lst-name` leads to the block of code with the id `#lst-name`.",
        bad: "As @fig-sped shows, two are faster.

``` {.plot #fig-speed}
jobs,seconds
1,2.3
2,1.2
```
",
        good: "As @fig-speed shows, two are faster.

``` {.plot #fig-speed}
jobs,seconds
1,2.3
2,1.2
```
",
        ..CODE
    },
    Code {
        name: "template",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "the theme cannot show something",
        explanation: "A course's own `templates/` can ask for what is not there. The note names the template and its line.",
        bad: "Any lesson, with a `templates/page.html` that holds `{{ page.boddy }}`.
",
        good: "Any lesson, with a `templates/page.html` that holds `{{ page.body | safe }}`.
",
        ..CODE
    },
];
