//! Whole lessons through the module's door.

use super::*;
use crate::model::course::{
    Attributes, BlockKind, Bracketed, Cell, Chunk, CodeLine, Inline, Trial, plain_text, walk,
};
use crate::model::diagnostic::Severity;
use crate::model::source::Span;

const ID: SourceId = SourceId(0);

fn lesson(name: &str, id: SourceId, source: &Source) -> Diagnosed<Lesson> {
    super::lesson(&Context::default(), name, id, source)
}

fn index(id: SourceId, source: &Source) -> Diagnosed<(Settings, Lesson)> {
    super::index(&Context::default(), id, source)
}

fn source(text: &str) -> Source {
    Source::new("a.md", "lessons/a.md", text)
}

/// A lesson that is as it should be.
fn parse(text: &str) -> Lesson {
    let Diagnosed { value, diagnostics } = lesson("a", ID, &source(text));
    assert_eq!(diagnostics, []);
    value
}

/// `line:column code message`, with an `E` in front of an error.
fn complaints(diagnostics: &[Diagnostic], source: &Source) -> Vec<String> {
    let shown = diagnostics.iter().map(|diagnostic| {
        let at = source.line_column(diagnostic.span().unwrap().start);
        let error = if diagnostic.severity == Severity::Error { "E " } else { "" };
        format!("{error}{}:{} {}: {}", at.line, at.column, diagnostic.code, diagnostic.message)
    });
    shown.collect()
}

fn found(text: &str) -> Vec<String> {
    let source = source(text);
    complaints(&lesson("a", ID, &source).diagnostics, &source)
}

/// The shape of a tree: `challenge"Title"(p list(plain) code)`.
fn shape(blocks: &[Block]) -> String {
    blocks.iter().map(block_shape).collect::<Vec<_>>().join(" ")
}

fn block_shape(block: &Block) -> String {
    match &block.kind {
        BlockKind::Paragraph(_) => "p".to_string(),
        BlockKind::Plain(_) => "plain".to_string(),
        BlockKind::Heading(heading) => format!("h{}", heading.level),
        BlockKind::Quote(blocks) => format!("quote({})", shape(blocks)),
        BlockKind::List(list) => {
            let items: Vec<_> = list.items.iter().map(|item| shape(&item.blocks)).collect();
            format!("list({})", items.join(" | "))
        }
        BlockKind::Definitions(definitions) => {
            let meanings = definitions.iter().flat_map(|definition| &definition.meanings);
            format!("definitions({})", meanings.map(|it| shape(it)).collect::<Vec<_>>().join(" | "))
        }
        BlockKind::Table(_) => "table".to_string(),
        BlockKind::Code(_) => "code".to_string(),
        BlockKind::Div(div) => {
            let kind = div.kind.map_or("?", |kind| kind.class());
            let title = div.title.as_ref().map(|title| format!("{:?}", plain_text(title)));
            format!("{kind}{}({})", title.unwrap_or_default(), shape(&div.blocks))
        }
        BlockKind::Woven(woven) => format!("woven({})", shape(&woven.blocks)),
        BlockKind::Footnote { blocks, .. } => format!("footnote({})", shape(blocks)),
        BlockKind::Html(_) => "html".to_string(),
        BlockKind::Rule => "rule".to_string(),
    }
}

fn chunks(text: &str) -> Vec<Chunk> {
    parse(text).chunks().into_iter().cloned().collect()
}

fn lines<'a>(chunk: &Chunk, text: &'a str) -> Vec<&'a str> {
    chunk.lines.iter().map(|line| &text[line.span.range()]).collect()
}

fn inlines(text: &str) -> Vec<Inline> {
    let blocks = parse(text).blocks;
    match &blocks[..] {
        [Block { kind: BlockKind::Paragraph(inlines), .. }] => inlines.clone(),
        _ => panic!("expected a paragraph, found {blocks:?}"),
    }
}

fn text(text: &str) -> Inline {
    Inline::Text(text.to_string())
}

fn class(class: &str) -> Attributes {
    Attributes { classes: vec![class.to_string()], ..Attributes::default() }
}

/// A few passages of the lesson that the project began with.
const SEED: &str = r#"---
title: 'Asyncio'
teaching: 30
exercises: 10
---

:::questions
- What is Asyncio?
- When is asyncio usefull?
:::

# Introduction to Asyncio
The gears in `asyncio` are called **coroutines**.

[![](https://mermaid.ink/img/a?type=png)](https://mermaid.live/edit#a)

<details>
<summary>Mermaid code for above diagram</summary>

```mermaid
sequenceDiagram
  Caller->>+Function: Could you please answer me: what is f(x)?
```
</details>

### Coroutines
:::instructor
This section goes rather in depth on coroutines.
:::

``` {.output}
Venus      000
````

``` {.python #async-timer}
from dataclasses import dataclass


@dataclass
class Elapsed:
```

:::challenge
## Compute $\pi$ in a script
Collect what we have done so far to compute $\pi$ in parallel into a script and run it.

::::solution
Make sure that you create an `async` main function.

``` {.python file="src/calc_pi/async_pi.py"}
# file: calc_pi/async_pi.py

async def main():
    <<async-calc-pi-main>>
```

![timings](fig/asyncio-timings.svg){alt="a dip at njobs=10 and overhead ~0.1ms per task"}

You may run this using `python -m calc_pi.async_pi`.
::::
:::

:::keypoints
- Use `await` to call coroutines.
:::
"#;

#[test]
fn the_seed() {
    let lesson = parse(SEED);
    assert_eq!(lesson.title(), "Asyncio");
    assert_eq!((lesson.meta.teaching, lesson.meta.exercises), (Some(30), Some(10)));
    assert_eq!(lesson.package, "a");
    assert_eq!(
        shape(&lesson.blocks),
        "questions(list(plain | plain)) h1 p p html plain html code html h3 instructor(p) code code \
         challenge\"Compute \\\\pi in a script\"(p solution(p code p p)) keypoints(list(plain))"
    );
    let chunks = lesson.chunks();
    assert_eq!(chunks[1].language.as_deref(), Some("output"));
    assert_eq!(chunks[2].name(), Some("async-timer"));
    assert_eq!(
        lines(chunks[2], SEED),
        ["from dataclasses import dataclass", "", "", "@dataclass", "class Elapsed:"]
    );
    assert_eq!(chunks[3].target(), Some("src/calc_pi/async_pi.py"));
    assert_eq!(&SEED[chunks[3].info.range()], "{.python file=\"src/calc_pi/async_pi.py\"}");
    assert!(chunks.iter().all(|chunk| chunk.cell.is_none()));
}

#[test]
fn offsets_are_those_of_the_file() {
    let lesson = parse(SEED);
    walk(&lesson.blocks, &mut |block| match &block.kind {
        BlockKind::Code(chunk) => assert!(SEED[chunk.span.range()].starts_with("```")),
        BlockKind::Div(div) => {
            assert!(SEED[div.opener.range()].starts_with(":::"));
            assert!(
                SEED[block.span.range()].ends_with("\n:::")
                    || SEED[block.span.range()].ends_with("\n::::")
            );
        }
        _ => {}
    });
}

#[test]
fn any_closer_closes_the_innermost_div() {
    assert_eq!(
        shape(&parse("::: challenge\na\n\n::::: hint\nb\n:::\nc\n::::::::\nd").blocks),
        "challenge(p hint(p) p) p"
    );
}

#[test]
fn divs_stand_in_lists_and_quotes() {
    assert_eq!(
        shape(&parse("1. a\n\n   ::: hint\n   b\n   :::\n\n   c\n2. d\n").blocks),
        "list(p hint(p) p | p)"
    );
    assert_eq!(
        shape(&parse("> ::: hint\n> # T\n> b\n> :::\n> c\n").blocks),
        "quote(hint\"T\"(p) p)"
    );
    assert_eq!(shape(&parse("::: hint\n- a\n- b\n:::\nc").blocks), "hint(list(plain | plain)) p");
    assert_eq!(
        shape(&parse("t\n:   a\n\n    ::: hint\n    b\n    :::\n").blocks),
        "definitions(p hint(p))"
    );
}

#[test]
fn carriage_returns_change_nothing() {
    let crlf = SEED.replace('\n', "\r\n");
    assert_eq!(shape(&parse(&crlf).blocks), shape(&parse(SEED).blocks));
    let (unix, windows) = (parse(SEED), parse(&crlf));
    for (a, b) in unix.chunks().into_iter().zip(windows.chunks()) {
        assert_eq!(lines(a, SEED), lines(b, &crlf));
    }
    assert_eq!(unix.meta, windows.meta);
}

#[test]
fn references_reach_across_divs() {
    let lesson = parse("::: hint\n[a] and [^1]\n:::\n\n[a]: b.md\n[^1]: c\n");
    assert_eq!(shape(&lesson.blocks), "hint(p) footnote(p)");
    let hint = format!("{:?}", lesson.blocks[0]);
    assert!(hint.contains("b.md") && hint.contains("FootnoteReference"), "{hint}");
}

#[test]
fn unbalanced_and_unknown_divs() {
    assert_eq!(
        found("::: prereqs\na\n\n::: hint\n"),
        [
            "1:1 unknown-div: `prereqs` is no kind of div",
            "E 1:1 unclosed-div: this div is never closed",
            "E 4:1 unclosed-div: this div is never closed",
        ]
    );
    assert_eq!(
        found("a\n\n- b\n\n  :::\n"),
        ["E 5:3 surplus-div-closer: there is no open div to close here"]
    );
    assert_eq!(
        found("a\n::: hint\n"),
        ["2:1 div-in-paragraph: a div can't begin in the middle of a paragraph"]
    );
    assert_eq!(found("::: {.hint\n:::\n"), ["E 1:5 bad-attributes: this `{` has no `}`"]);
    let unclosed = lesson("a", ID, &source("- ::: hint\n  b\n- c")).value;
    assert_eq!(shape(&unclosed.blocks), "list(hint(plain) | plain)");
    assert_eq!(shape(&parse("::: {#x}\n# T {#y}\n:::").blocks), "?\"T\"()");
}

#[test]
fn what_looks_like_a_fence_and_is_text_is_kept() {
    let lesson = lesson("a", ID, &source("a\n::: hint\n::: b c\n")).value;
    let BlockKind::Paragraph(inlines) = &lesson.blocks[0].kind else { panic!() };
    assert_eq!(plain_text(inlines), "a ::: hint ::: b c");
    assert_eq!(inlines_of_code("`a\n:::\nb`"), "a ::: b");
}

fn inlines_of_code(text: &str) -> String {
    plain_text(&inlines(text))
}

#[test]
fn cells() {
    let cell = |info: &str| chunks(&format!("```{info}\n$ a\n```\n"))[0].cell;
    for info in
        ["rust", "{.rust}", "rust .cell", "rust #a .cell", "{.rust #a .cell}", "rust timeout=3"]
    {
        assert_eq!(cell(info), Some(Cell::Rust), "{info}");
    }
    for info in [
        "",
        "python",
        "output",
        "rust #a",
        "rust file=a.rs",
        "rust .cell file=a.rs",
        "rust,ignore",
        "rust,no_run #a",
        "console",
    ] {
        assert_eq!(cell(info), None, "{info}");
    }
    for (info, trial) in [
        ("rust,no_run .cell #a", Trial::NoRun),
        ("rust,should_panic", Trial::ShouldPanic),
        ("rust compile_fail,E0382", Trial::CompileFail),
    ] {
        assert_eq!(cell(info), Some(Cell::Trial(trial)), "{info}");
    }
    assert_eq!(cell("{.console .cell}"), Some(Cell::Console));
}

#[test]
fn code_lines_leave_out_what_stands_around() {
    let table: [(&str, &[&str]); 8] = [
        ("```\na\n\n  b\n```", &["a", "", "  b"]),
        ("```\n\n\n```", &["", ""]),
        ("```\n```", &[]),
        ("- ~~~\n  a\n\n    b\n  ~~~~\n", &["a", "", "  b"]),
        ("> ```\r\n> a\r\n>\r\n>\r\n> é\r\n> ```\r\n", &["a", "", "", "é"]),
        ("> - ```\n>   a\n>\n>    b\n>   ```", &["a", "", " b"]),
        ("    a\n\n      b\n", &["a", "", "  b"]),
        ("`````\n```rust\n:::\n```\n`````", &["```rust", ":::", "```"]),
    ];
    for (text, expected) in table {
        assert_eq!(lines(&chunks(text)[0], text), expected, "{text:?}");
    }
    let unclosed = lesson("a", ID, &source("```\na"));
    assert_eq!(unclosed.diagnostics[0].code, "unclosed-fence");
    assert_eq!(lines(unclosed.value.chunks()[0], "```\na"), ["a"]);
    let indented = &chunks("    a\n")[0];
    assert_eq!((indented.language.as_deref(), indented.info.range()), (None, 4..4));
}

#[test]
fn hidden_lines_of_rust() {
    let text = "```rust\n# use a;\n#\n#[b]\n##c\n    # d\n```\n\n```sh\n# e\n```\n";
    let chunks = chunks(text);
    assert_eq!(lines(&chunks[0], text), ["use a;", "", "#[b]", "#c", "d"]);
    let hidden: Vec<_> = chunks[0].lines.iter().map(|line| line.hidden).collect();
    assert_eq!(hidden, [true, true, false, false, true]);
    assert_eq!(lines(&chunks[1], text), ["# e"]);
}

#[test]
fn malformed_attributes_of_a_chunk() {
    assert_eq!(
        found("a\n\n```{.rust file=\"x}\n```\n\n> ~~~rust #\n> ~~~"),
        [
            "E 3:16 bad-attributes: this quote has no closing `\"`",
            "E 6:11 bad-attributes: expected a name after `#`",
        ]
    );
}

#[test]
fn attributes_behind_images_and_others() {
    let text_ = "![*a*](x.svg \"t\"){alt=\"it's --\n  \\\"two\\\" *b*\" width=50% .c} rest";
    let [Inline::Image(image), Inline::Text(rest)] = &inlines(text_)[..] else { panic!() };
    assert_eq!(
        (image.target.as_str(), image.title.as_str(), rest.as_str()),
        ("x.svg", "t", " rest")
    );
    assert_eq!(image.caption, [Inline::Emphasis(vec![text("a")])]);
    assert_eq!(image.alt(), "it's -- \"two\" *b*");
    assert_eq!(image.attributes.get("width"), Some("50%"));
    assert_eq!(image.span, Span::new(ID, 0..text_.len() - " rest".len()));

    let code = Inline::Code { text: "a".into(), attributes: Some(class("rust").into()) };
    assert_eq!(inlines("`a`{.rust}"), [code]);
    let content = vec![text("b "), Inline::Strong(vec![text("c")])];
    let bracketed = Bracketed { span: Span::new(ID, 2..15), attributes: class("d"), content };
    let bracketed = Inline::Bracketed(bracketed.into());
    assert_eq!(inlines("a [b **c**]{.d} e"), [text("a "), bracketed, text(" e")]);
    assert_eq!(inlines("[a] `b`{c}").len(), 3);
    assert_eq!(found("![a](b){alt='c}\n"), ["1:13 bad-attributes: this quote has no closing `'`"]);
}

#[test]
fn headings_with_attributes() {
    for (markdown, title, id) in [
        ("# A {#b .c k=\"v w\"} ##", "A", Some("b")),
        ("A *b* {#c}\n=====", "A b", Some("c")),
        ("# `A`{.rust} {#b}", "A", Some("b")),
        ("# Sets {1, 2}", "Sets {1, 2}", None),
        ("# C# ", "C#", None),
    ] {
        let blocks = parse(markdown).blocks;
        let [Block { kind: BlockKind::Heading(heading), .. }] = &blocks[..] else { panic!() };
        assert_eq!(plain_text(&heading.content), title);
        assert_eq!(heading.attributes.id.as_deref(), id);
    }
}

#[test]
fn scripts_and_strikethrough() {
    let sub = |it| Inline::Subscript(vec![text(it)]);
    let sup = |it| Inline::Superscript(vec![text(it)]);
    assert_eq!(inlines("H~2~O x^2^"), [text("H"), sub("2"), text("O x"), sup("2")]);
    assert_eq!(inlines("~~a~~"), [Inline::Strikethrough(vec![text("a")])]);
    assert_eq!(inlines("~a b~ ~1 to ~2 \\^a^ a^b c^"), [text("~a b~ ~1 to ~2 ^a^ a^b c^")]);
}

#[test]
fn math_comments_and_punctuation() {
    let math = |range, tex: &str, display| Inline::Math {
        span: Span::new(ID, range),
        tex: tex.into(),
        display,
    };
    assert_eq!(
        inlines("$\\pi$ $$a$$"),
        [math(0..5, "\\pi", false), text(" "), math(6..11, "a", true)]
    );
    assert_eq!(inlines("a <!-- b --> \"c\" -- d…"), [text("a  “c” – d…")]);
    assert_eq!(shape(&parse("<!-- a\n\nb -->\n\n<!-- c --> d\n").blocks), "p");
    assert_eq!(found("a\n\n<!-- b\n"), ["E 3:1 unclosed-comment: this comment is never closed"]);
}

#[test]
fn lists_tables_definitions_footnotes() {
    let blocks = parse("- [ ] a\n- [x] b\n  1. c\n").blocks;
    let BlockKind::List(list) = &blocks[0].kind else { panic!() };
    assert_eq!(
        list.items.iter().map(|item| item.task).collect::<Vec<_>>(),
        [Some(false), Some(true)]
    );
    assert_eq!(shape(&blocks), "list(plain | plain list(plain))");
    assert_eq!(
        shape(&parse("|a|b|\n|-|-|\n|c|d|\n\nt\n: d\n\n---\n\n- e\n\n- f").blocks),
        "table definitions(plain) rule list(p | p)"
    );
}

#[test]
fn front_matter_of_a_lesson() {
    let lesson = parse(
        "---\ntitle: 2024\nteaching: 30\ncrate: asyncio\ndependencies:\n  rand: 0.10\n  tokio: { version: 1, features: [y, full] }\n---\n",
    );
    assert_eq!(lesson.title(), "2024");
    assert_eq!(lesson.package, "asyncio");
    let dependencies = lesson.meta.dependencies.into_iter();
    let dependencies = dependencies.map(|(name, it)| (name, it.requirement));
    let dependencies = toml::to_string(&dependencies.collect::<toml::Table>()).unwrap();
    assert_eq!(
        dependencies,
        "rand = \"0.10\"\n\n[tokio]\nversion = \"1\"\nfeatures = [\"y\", \"full\"]\n"
    );
    assert_eq!(parse("a\n").meta, Meta::default());
    assert_eq!(shape(&parse("---\n---\na").blocks), "p");
    assert_eq!(shape(&parse("---\n\na\n").blocks), "rule p");
    assert_eq!(shape(&parse("\u{feff}---\ntitle: a\n---\n# é\n").blocks), "h1");
}

#[test]
fn mistakes_in_front_matter_are_told_together() {
    assert_eq!(
        found(
            "---\ntitel: π\nteaching: half an hour\ntitle: [a]\nexercises: -1\ncrate: b\ncrate: c\ndependencies:\n  - rand\n---\n"
        ),
        [
            "2:1 unknown-key: `titel` is no known key",
            "E 3:11 front-matter: expected a whole number of minutes",
            "E 4:8 front-matter: expected text, found a list",
            "E 5:12 front-matter: expected a whole number of minutes",
            "E 7:1 front-matter: `crate` is given twice",
            "E 9:3 front-matter: expected dependencies as Cargo takes them, found a list",
        ]
    );
    assert_eq!(
        found("---\ntitle: 'π\n---\n"),
        ["E 2:8 front-matter: the front matter is not valid YAML: unclosed quote"]
    );
    assert_eq!(found("---\r\nπ: a\r\ntitle: π: b\r\n---\r\n").len(), 1);
    assert_eq!(found("---\ntitle: a\n"), ["E 1:1 front-matter: the front matter has no end"]);
    assert_eq!(
        found("---\n- a\n---\n"),
        ["E 2:1 front-matter: expected `key: value` lines, found a list"]
    );
}

#[test]
fn settings_of_a_course() {
    let source = source(
        "---\ntitle: A\ndescription: >-\n  b\n  c\nlessons:\n  - asyncio\n  - \"é\"\nedition: 2024\nlisence: MIT\n---\n# Welcome\n",
    );
    let Diagnosed { value: (settings, index), diagnostics } = index(ID, &source);
    assert_eq!(settings.title.as_deref(), Some("A"));
    assert_eq!(settings.description.as_deref(), Some("b c"));
    assert_eq!(settings.edition.as_deref(), Some("2024"));
    let names: Vec<_> = settings
        .lessons
        .iter()
        .map(|(name, span)| (name.as_str(), &source.text[span.range()]))
        .collect();
    assert_eq!(names, [("asyncio", "asyncio"), ("é", "\"é\"")]);
    assert_eq!(complaints(&diagnostics, &source), ["10:1 unknown-key: `lisence` is no known key"]);
    assert_eq!(diagnostics[0].hints().collect::<Vec<_>>(), ["did you mean `license`?"]);
    assert_eq!((index.title(), shape(&index.blocks).as_str()), ("A", "h1"));
}

/// Checks that every span lies in the text and on boundaries of characters.
fn check_spans(text: &str) {
    let source = source(text);
    let lesson = lesson("a", ID, &source);
    walk(&lesson.value.blocks, &mut |block| {
        if let BlockKind::Code(chunk) = &block.kind {
            let in_order = |pair: &[CodeLine]| pair[0].span.end <= pair[1].span.start;
            assert!(chunk.lines.windows(2).all(in_order), "{text:?}");
        }
    });
    for shown in [format!("{lesson:?}"), format!("{:?}", index(ID, &source))] {
        for (start, end) in spans(&shown) {
            assert!(text.get(start..end).is_some(), "{start}..{end} in {text:?}");
        }
    }
    check_guess(text);
}

/// Checks that a text whose fences were guessed is read as one whose fences the parser was asked for.
fn check_guess(text: &str) {
    let (context, passage) = (Context::default(), Passage::whole(ID, text));
    let around = Around { cells: Cells::Unnamed, definitions: &context.definitions, depth: 0 };
    let guessed = body(&context, ID, text, 0, Cells::Unnamed);
    let asked = blocks(passage, &markdown(text, 0), around, &mut Elements::default());
    assert_eq!(guessed.value, asked.value, "{text:?}");
    assert_eq!(guessed.diagnostics, asked.diagnostics, "{text:?}");
}

/// Every span in what was printed for debugging, so that none of any field is forgotten.
fn spans(shown: &str) -> impl Iterator<Item = (usize, usize)> {
    shown.split("Span { source: SourceId(0), start: ").skip(1).map(|rest| {
        let (start, rest) = rest.split_once(", end: ").unwrap();
        let (end, _) = rest.split_once(" }").unwrap();
        (start.parse().unwrap(), end.parse().unwrap())
    })
}

#[test]
fn no_span_is_forgotten() {
    let text = "::: hint\n# [t](u)\n:::\n\n+---+\n| $x$ |\n+---+\n\n+-----+\n| $x$ |\n+-----+\n";
    let source = source(text);
    let shown = format!("{:?}", lesson("a", ID, &source));
    let found: Vec<&str> = spans(&shown).map(|(start, end)| &text[start..end]).collect();
    for place in ["::: hint", "[t](u)", "$x$", "| $x$ |", "+-----+\n| $x$ |\n+-----+"] {
        assert!(found.contains(&place), "{place} in {found:?}");
    }
}

/// A linear congruential generator, so that every run tries the same.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % limit
    }
}

#[test]
fn no_text_makes_it_panic() {
    const BITS: &[&str] = &[
        ":::",
        ":",
        "```",
        "`",
        "{",
        "}",
        "\n",
        "\n",
        "\n\n",
        " ",
        "  ",
        "    ",
        ">",
        "> ",
        "- ",
        "1. ",
        "#",
        "# ",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "'",
        "é",
        "\r\n",
        "\r",
        "$",
        "|",
        "|-|",
        "~",
        "^",
        "*",
        "\\",
        "<!--",
        "-->",
        "<b>",
        "</b>",
        "<details>\n",
        "=",
        ".a",
        "a",
        "::: hint\n",
        ":::\n",
        "![a](b)",
        "{alt=\"",
        "[^1]",
        "[^1]: ",
        "---\n",
        "&amp;",
        "\t",
        "_",
        "\u{1}",
        ": ",
        "{.a}",
        "- [ ] ",
        "<<a>>",
        "\0",
        "title: ",
        "https://a.b",
        ":tada:",
        "^[",
        "#| id: a\n",
        "+---+\n",
        "| a |\n",
        "Table: ",
        "+-----+\n| $é$ |\n+-----+\n",
        "+---+-----+\n| é | > x |\n|   +=====+\n| $ | ``` |\n+---+-----+\n",
        "+------------+\r\n| ::: b      |\r\n| ![é](x){a= |\r\n| - [^1] `x  |\r\n+------------+\r\n",
        "  ",
        "$$",
        "a) ",
        "(i) ",
        "(@a) ",
        "a@b.c",
        "<div>",
        "</div>\n",
        "<p title='",
    ];
    let mut chance = Chance(7);
    for _ in 0..8000 {
        let length = chance.below(40);
        let text: String = (0..length).map(|_| BITS[chance.below(BITS.len())]).collect();
        check_spans(&text);
    }
    let seed: Vec<char> = SEED.chars().collect();
    for cut in (0..seed.len()).step_by(7) {
        check_spans(&seed[..cut].iter().collect::<String>());
        let mut mutated: Vec<String> = seed.iter().map(char::to_string).collect();
        for _ in 0..1 + chance.below(8) {
            let at = chance.below(mutated.len());
            mutated[at] = BITS[chance.below(BITS.len())].to_string();
        }
        check_spans(&mutated.concat());
    }
}

#[test]
fn depth_has_an_end() {
    check_spans(&format!("https://a{}", ")".repeat(100_000)));
    check_spans(&"https://a.b ".repeat(50_000));
    for bit in
        [">", "- ", "::: a\n", "*a ", "[", "![", "**a *b ", "{", "~a ", "1. ", "a) ", "(i) x\n"]
    {
        check_spans(&bit.repeat(5000));
    }
    let mut nested = vec!["a".to_string()];
    for _ in 0..100 {
        let border = format!("+-{}-+", "-".repeat(nested[0].len()));
        let inside = nested.iter().map(|line| format!("| {line} |"));
        nested = std::iter::once(border.clone()).chain(inside).chain([border]).collect();
    }
    let nested = nested.join("\n");
    check_spans(&nested);
    assert!(found(&nested)[0].contains("too-deep"));
    check_spans(&format!("{}a{}", "*a ".repeat(3000), "*".repeat(3000)));
    check_spans(&format!("---\na: {}\n---\n", "[".repeat(5000)));
    check_spans(&format!("---\n{}\n---\n", "- ".repeat(5000)));
    let deep = lesson("a", ID, &source(&"::: hint\n".repeat(200)));
    assert!(deep.diagnostics.iter().any(|diagnostic| diagnostic.code == "too-deep"));
    assert_eq!(shape(&parse(&format!("{}a", "> ".repeat(30))).blocks).matches("quote").count(), 30);
}

#[test]
fn no_term_is_lost_behind_a_heading() {
    let lesson = parse("# Glossary\n\n[one]{#one}\n:   First.\n\ntwo\n:   Second.\n");
    let terms = lesson.blocks.iter().flat_map(|block| match &block.kind {
        BlockKind::Definitions(all) => all.iter().map(|it| plain_text(&it.term)).collect(),
        _ => vec![],
    });
    assert_eq!(terms.collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn options_of_knitr_are_no_attributes() {
    let chunks = |text: &str| -> Vec<Chunk> { parse(text).chunks().into_iter().cloned().collect() };
    let chunk = &chunks("```{r fig, fig.cap = \"A b\", dev = c(1, 'x')}\nplot(x)\n```\n")[0];
    assert_eq!((chunk.language.as_deref(), chunk.lines[0].hidden), (Some("r"), false));
    let hidden = &chunks("```{r, include = FALSE}\nsetup()\n```\n")[0];
    assert!(hidden.lines.iter().all(|line| line.hidden));
}

#[test]
fn in_a_workbench_only_what_asks_for_it_runs() {
    let context = Context { is_workbench: true, ..Context::default() };
    let source = source("---\nlayout: x\ntittle: T\n---\n```rust\n1\n```\n```rust .cell\n2\n```\n");
    let runs = |lesson: Lesson| -> Vec<bool> {
        lesson.chunks().iter().map(|chunk| chunk.cell.is_some()).collect()
    };
    let Diagnosed { value, diagnostics } = super::lesson(&context, "a", ID, &source);
    assert_eq!(runs(value), [false, true]);
    assert_eq!(complaints(&diagnostics, &source), ["3:1 unknown-key: `tittle` is no known key"]);
    assert_eq!(runs(page(&context, "a", ID, &source).value), [false, false]);
}

/// Grid tables drawn at random, with a character of some lines changed: what is no table is told.
#[test]
fn drawn_tables_are_read_or_told() {
    const WORDS: [&str; 12] =
        ["a", "é", "表", "- x", "> y", "`", "$x$", "[^1]", "::: hint", ":::", "[l](m)", "<b>"];
    let mut chance = Chance(3);
    for _ in 0..3000 {
        let columns = 1 + chance.below(3);
        let rows = 1 + chance.below(3);
        let border = format!("+{}", "----------+".repeat(columns));
        let mut lines = vec![border.clone()];
        for _ in 0..rows {
            for _ in 0..1 + chance.below(3) {
                let cell = |chance: &mut Chance| {
                    let word = WORDS[chance.below(WORDS.len())];
                    let width = if word == "表" { 2 } else { word.chars().count() };
                    format!(" {word}{}|", " ".repeat(9 - width))
                };
                let cells: String = (0..columns).map(|_| cell(&mut chance)).collect();
                lines.push(format!("|{cells}"));
            }
            lines.push(border.clone());
        }
        let whole = lines.join("\n");
        let table = lesson("a", ID, &source(&whole)).value.blocks;
        let [Block { kind: BlockKind::Table(table), .. }] = &table[..] else { panic!("{whole}") };
        assert_eq!((table.body.len(), table.cells().count()), (rows, rows * columns), "{whole}");
        check_spans(&whole);

        let line = chance.below(lines.len());
        let mut changed: Vec<char> = lines[line].chars().collect();
        let at = chance.below(changed.len());
        changed[at] = [' ', '+', '|', '-', 'x', '表', '='][chance.below(7)];
        lines[line] = changed.into_iter().collect();
        check_spans(&lines.join("\n"));
    }
}

/// A marker that was overwritten is either an item's or text again.
#[test]
fn no_made_up_marker_is_seen() {
    const BITS: [&str; 22] = [
        "(@) ",
        "(@long_label) ",
        "a) ",
        "(b) ",
        "iv. ",
        "#. ",
        "A.  ",
        "(1) ",
        "- ",
        "> ",
        "x",
        "x\n",
        "\n",
        "\n\n",
        "   ",
        "::: a\n",
        ":::\n",
        "```\n",
        "`",
        "<b>\n",
        "|",
        "\n---\n",
    ];
    let mut chance = Chance(7);
    for _ in 0..4000 {
        let text: String = (0..14).map(|_| BITS[chance.below(BITS.len())]).collect();
        check_spans(&text);
        let blocks = format!("{:?}", lesson("a", ID, &source(&text)).value.blocks);
        let made_up = ["1)", "1."].iter().any(|sign| blocks.replace("(1)", "").contains(sign));
        assert!(!made_up, "{text:?}: {blocks}");
    }
}
