//! What reading a lesson finds.

use super::{CODE, Code, Found};
use crate::model::diagnostic::Severity;

pub const CODES: &[Code] = &[
    Code {
        name: "bad-attributes",
        severity: Severity::Error,
        meaning: "the attributes in braces cannot be read",
        explanation: r#"Attributes say what a div, a code block, a heading or an image is: `{.class #id key="value"}`.
A quote that does not end, or a brace that is missing, leaves all of them unread. Behind a word, a link, an image or code they are then shown as
written, which is a warning alone."#,
        bad: r#"``` {.rust #greet file="src/lib.rs}
fn greet() {}
```
"#,
        good: r#"``` {.rust #greet file="src/lib.rs"}
fn greet() {}
```
"#,
        ..CODE
    },
    Code {
        name: "div-in-paragraph",
        meaning: "a div begins in the middle of a paragraph",
        explanation: "A line of colons directly below a line of text belongs to that paragraph, in pandoc as here, so
readers see the colons. A blank line before it makes it a div.",
        bad: "Some text
::: callout
A callout.

:::
",
        good: "Some text

::: callout
A callout.
:::
",
        ..CODE
    },
    Code {
        name: "unclosed-note",
        meaning: "a footnote that is written in the text has no end",
        explanation: "`^[` begins a footnote in the middle of a text, and `]` ends it. Without an end in the same
paragraph readers see the signs.",
        bad: "Threads share memory.^[But not their stacks.
",
        good: "Threads share memory.^[But not their stacks.]
",
        ..CODE
    },
    Code {
        name: "foreign-markup",
        meaning: "markup of another dialect is shown as text",
        explanation: r#"Here a heading has a blank behind its `#`, callouts are divs, and no page goes through Liquid. What
other dialects and former templates wrote instead, readers see as it stands."#,
        bad: r#"> Mind the gap.
{: .callout}
"#,
        good: r#"::: callout
Mind the gap.
:::
"#,
        ..CODE
    },
    Code {
        name: "front-matter",
        severity: Severity::Error,
        meaning: "the front matter cannot be read",
        explanation: "Between the `---` lines at the top of a file stands YAML. Where it is not valid, or a value is not
of the kind that its key wants, that value is not used.",
        bad: "---
title: A lesson
teaching: soon
---
",
        good: "---
title: A lesson
teaching: 20
---
",
        ..CODE
    },
    Code {
        name: "idle-attribute",
        meaning: "an attribute stands where it says nothing",
        explanation: "Some attributes are for blocks that run: `session=`, `stdin=`, `env=`, `output=`, `timeout=`. On a block
that is only shown, or written into a file, nothing comes of them. `.woven` is for markdown, and a block that
says so is no code with a name or a file.",
        bad: "```python timeout=5
print(1 + 1)
```
",
        good: "```python
print(1 + 1)
```
",
        ..CODE
    },
    Code {
        name: "no-command",
        meaning: "a line of a console that runs is no command",
        explanation: "In a `.console .cell` each line that begins with `$ ` is run, and what it gives is woven below it. Other
lines would look like that, and nobody would know whether they are true. A command is one line: the shell's `\\` at its
end leads nowhere. Without `.cell` a console is only shown.",
        bad: "``` {.console .cell}
$ cargo run
Hello, Venus!
```
",
        good: "``` {.console .cell}
$ cargo run
```
",
        ..CODE
    },
    Code {
        name: "no-effect",
        meaning: "a command changes nothing for those below it",
        explanation: "Each command of a `.console .cell` runs in a shell of its own, in the package's folder. A learner types \
them all into one, where `cd` and `export` count for the next: what your page shows would not be what they see.",
        bad: "``` {.console .cell}
$ cd src
$ ls
```
",
        good: "``` {.console .cell}
$ cd src && ls
```
",
        ..CODE
    },
    Code {
        name: "indented-div",
        meaning: "a div's fence is indented",
        explanation: "A div begins and ends at the margin of what it stands in: the page, a quote, or a list item.
Further in, its colons are text.",
        bad: "Some text.

   ::: callout

A callout.
",
        good: "Some text.

::: callout
A callout.
:::
",
        ..CODE
    },
    Code {
        name: "not-a-div",
        meaning: "more than one word stands behind colons",
        explanation: "A div takes one word, its class, or attributes in braces. A title is written as a heading inside.",
        bad: "::: callout Mind the gap

A callout.
",
        good: "::: callout
## Mind the gap

A callout.
:::
",
        ..CODE
    },
    Code {
        name: "not-a-link",
        meaning: "a link or image is written so that it is text",
        explanation: r#"A target stands in round brackets directly behind the square ones, and has no blanks in it: `[text](target)`. One
with blanks stands between `<` and `>`. Otherwise readers see the brackets."#,
        bad: r#"Take [the data](data/all points.csv).
"#,
        good: r#"Take [the data](<data/all points.csv>).
"#,
        ..CODE
    },
    Code {
        name: "not-a-table",
        meaning: "drawn borders make no grid table",
        explanation: "A grid table begins at the margin, below a blank line. All its lines are equally wide, its cells
are rectangles with `+` at their corners, and it ends with a border. What is drawn otherwise is shown as text.",
        bad: "+-------+------+
| Fruit | Price |
+-------+------+
",
        good: "+-------+-------+
| Fruit | Price |
+-------+-------+
",
        ..CODE
    },
    Code {
        name: "surplus-cell",
        meaning: "a row of a table has more cells than the table has columns",
        explanation: r#"The head of a pipe table says how many columns it has, and readers see nothing of what is beyond them. Often
it is a `|` in code or in a formula, which is to be written `\|` there too."#,
        bad: r#"| pattern | matches |
|---------|---------|
| `a|b`   | a or b  |
"#,
        good: r#"| pattern | matches |
|---------|---------|
| `a\|b`  | a or b  |
"#,
        ..CODE
    },
    Code {
        name: "surplus-div-closer",
        severity: Severity::Error,
        meaning: "a line of colons closes nothing",
        explanation: "Each line of three or more colons without a word closes the innermost open div. One too many often
means that a div above was closed too early, or that its opening line was not one.",
        bad: "::: callout
A callout.
:::

:::
",
        good: "::: callout
A callout.
:::
",
        ..CODE
    },
    Code {
        name: "too-deep",
        severity: Severity::Error,
        meaning: "blocks stand too deep within each other",
        explanation: "Quotes, lists and divs may stand within each other, but not dozens of them: such text is rarely
meant, and what stands deeper is shown as if it stood less deep.",
        bad: "> > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > A quote.
",
        good: "> > A quote.
",
        ..CODE
    },
    Code {
        name: "unclosed-comment",
        severity: Severity::Error,
        meaning: "an HTML comment has no end",
        explanation: "A comment hides all that follows up to `-->`. Without it, that is the rest of the lesson.",
        bad: "<!-- to do: say more

The rest of the lesson.
",
        good: "<!-- to do: say more -->

The rest of the lesson.
",
        ..CODE
    },
    Code {
        name: "unclosed-math",
        meaning: "a formula has no end",
        explanation: r#"A formula goes from `$` to `$`, or from `$$` to `$$`, within one paragraph. A `$` behind an open brace
does not end it. Where none ends it, readers see its LaTeX as text. A dollar sign is written `\$`."#,
        bad: r#"$$
\frac{1}{2
$$
"#,
        good: r#"$$
\frac{1}{2}
$$
"#,
        ..CODE
    },
    Code {
        name: "unclosed-div",
        severity: Severity::Error,
        meaning: "a div has no end",
        explanation: "A div ends at a line of three or more colons. Without one it takes in the rest of what it stands in.",
        bad: "::: callout
A callout.
",
        good: "::: callout
A callout.
:::
",
        ..CODE
    },
    Code {
        name: "unknown-div",
        meaning: "a div has no class that the dialect knows",
        explanation: "Readers see such a div as plain text, without title, colour or fold. Mostly a class is misspelt.",
        bad: "::: prereqs
Know some Rust.
:::
",
        good: "::: prereq
Know some Rust.
:::
",
        ..CODE
    },
    Code {
        name: "surplus-tag",
        meaning: "a tag of HTML closes nothing",
        explanation: "In the same div, item or cell no element of that name is open. The tag is left out, since it could
close what the page itself opened.",
        bad: "Some *text*.

</section>
",
        good: "<section>

Some *text*.

</section>
",
        ..CODE
    },
    Code {
        name: "unclosed-fence",
        meaning: "a block of code is never closed",
        explanation: "It goes on to the end of the div, item or lesson that it begins in, and takes the text there for code.
A fence is closed by at least as many backticks or tildes as it begins with.",
        bad: "~~~~ text
Some code.
~~~
",
        good: "~~~~ text
Some code.
~~~~
",
        ..CODE
    },
    Code {
        name: "unclosed-tag",
        meaning: "an element of HTML is never closed",
        explanation: "It is taken to end with the paragraph, div, item or cell that it begins in. Tags whose end HTML
leaves out, as that of `<p>` and `<li>`, need none. A type such as `Vec<T>` looks like a tag where no backticks
stand around it, and readers see nothing of its `<T>`.",
        bad: "<details>
<summary>More</summary>

Some text.
",
        good: "<details>
<summary>More</summary>

Some text.

</details>
",
        ..CODE
    },
    Code {
        name: "undefined-label",
        meaning: "a footnote or a link is referred to that nothing defines",
        explanation: "`[text][label]` and `[^label]` need a line `[label]: address` or `[^label]: text`, which may stand anywhere
in the lesson; those of links also in `links.md`. Without it readers see the brackets.",
        bad: "See [the book][book].

[bok]: https://doc.rust-lang.org/book/
",
        good: "See [the book][book].

[book]: https://doc.rust-lang.org/book/
",
        ..CODE
    },
    Code {
        name: "unknown-attribute",
        meaning: "a code block has an attribute that is not known",
        explanation: "Nothing comes of it. Mostly its name is misspelt. Attributes of your own may begin with `data-`.",
        bad: "```rust timout=5
1 + 1
```
",
        good: "```rust timeout=5
1 + 1
```
",
        ..CODE
    },
    Code {
        name: "unknown-key",
        meaning: "the front matter has a key that means nothing",
        explanation: "What stands under it is not used. Mostly the key is misspelt.",
        bad: "---
titel: A lesson
---
",
        good: "---
title: A lesson
---
",
        ..CODE
    },
    Code {
        name: "not-utf8",
        severity: Severity::Error,
        found: Found::ByFolder,
        meaning: "a text is saved in another encoding than UTF-8",
        explanation: "Letters with accents are other bytes in other encodings, such as Latin-1, and nobody can tell which \
was meant. Editors have a choice of the encoding where they save a file under a name.",
        bad: "$ file lessons/cafe.md
lessons/cafe.md: ISO-8859 text
",
        good: "$ iconv --from-code latin1 --to-code utf-8 lessons/cafe.md > cafe.md && mv cafe.md lessons/
$ file lessons/cafe.md
lessons/cafe.md: UTF-8 text
",
        ..CODE
    },
    Code {
        name: "same-page",
        severity: Severity::Error,
        found: Found::ByFolder,
        meaning: "two files would become one page",
        explanation: "Pages stand side by side in the site, whatever folder their text is in, and each has the name of \
its file. The first keeps the page, the other is left out.",
        bad: "lessons/setup.md
lessons/learners/setup.md
",
        good: "lessons/first-steps.md
lessons/learners/setup.md
",
        ..CODE
    },
    Code {
        name: "listed-twice",
        meaning: "the settings list a lesson or page twice",
        explanation: r#"Its place in the course is the first of them."#,
        file: "index.md",
        bad: r#"---
lessons: [lesson, lesson]
---
"#,
        good: r#"---
lessons: [lesson]
---
"#,
        ..CODE
    },
    Code {
        name: "unknown-lesson",
        severity: Severity::Error,
        meaning: "the settings list a lesson that does not exist",
        explanation: "Under `lessons:` the front matter of `index.md` names the lessons in the order in which they are
taught, each by its file with or without `.md`.",
        file: "index.md",
        bad: "---
lessons: [leson]
---
",
        good: "---
lessons: [lesson]
---
",
        ..CODE
    },
    Code {
        name: "unknown-page",
        severity: Severity::Error,
        meaning: "the settings list a page that does not exist",
        explanation: "Under `learners:`, `instructors:` and `profiles:` the settings name the pages in the folders of \
these names, in their order.",
        file: "config.yaml",
        bad: "learners: [setpu.md]
",
        good: "title: A course
",
        ..CODE
    },
];
