//! Pandoc and we read the same tree out of divs, wherever they stand.
//!
//! Documents are made up from a fixed seed: divs in lists, quotes and divs, next to comments, code
//! and text, with and without blank lines between. Without pandoc the test is left out, and says so,
//! unless `LESSONC_REQUIRE_PANDOC` is set. With `SHRINK` set, it takes lines out of what differs.
//!
//! Differences that are meant, and therefore not made up here:
//!
//! - A div that is never closed, and a closer without an opener, are errors here and text in pandoc.
//!   Documents in which we report either are not compared.
//! - Code whose fence stands behind two markers, `1. - ~~~`, is inline code in pandoc. Here, as in
//!   CommonMark, it is code like any other. (Without this, 5 of the documents differ.)
//! - Pandoc takes the sign of a comment in code that an item begins with, or in a quote in an item,
//!   `> ~~~`, `> <!--`, for a comment's, and reads the item's text to its end. CommonMark looks at the
//!   code and the quote first. (34 and 3 differ.)
//! - In an item whose marker is four wide, code or a comment at its beginning and a line below that
//!   begins with `>`, all of which stand four columns in, are indented code to pandoc, or more text.
//!   (110 differ.)
//! - Lists, quotes and code can interrupt a paragraph in CommonMark, which needs no blank line before
//!   them, as pandoc does.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{fmt::Write as _, fs, process::Command};

use lessonc::{
    model::{
        course::{Block, BlockKind, plain_text},
        source::{Source, SourceId},
    },
    parse,
};
use serde_json::Value;

const DOCUMENTS: usize = 4000;

/// Begins what belongs to the next document in pandoc's answer.
const MARK: &str = "document";

#[test]
fn pandoc_reads_the_same_tree() {
    if Command::new("pandoc").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("LESSONC_REQUIRE_PANDOC").is_none(),
            "LESSONC_REQUIRE_PANDOC is set, and there is no pandoc"
        );
        println!("LEFT OUT: there is no pandoc to compare with");
        return;
    }
    let mut chance = Chance(11);
    let documents: Vec<String> = (0..DOCUMENTS).map(|_| document(&mut chance)).collect();
    let balanced: Vec<String> = documents.into_iter().filter(|text| ours(text).is_some()).collect();
    assert!(balanced.len() > DOCUMENTS * 3 / 4, "only {} can be compared", balanced.len());
    let mut report = String::new();
    let mut different = 0;
    for (text, theirs) in balanced.iter().zip(pandoc(&balanced)) {
        if ours(text).is_some_and(|ours| ours != theirs) {
            different += 1;
            if different <= 4 {
                let text =
                    if std::env::var_os("SHRINK").is_some() { shrink(text) } else { text.clone() };
                let (ours, theirs) = (ours(&text), pandoc(std::slice::from_ref(&text)).remove(0));
                let ours = ours.unwrap_or_default();
                writeln!(report, "\n{text}\npandoc: {theirs}\n  ours: {ours}").unwrap();
            }
        }
    }
    println!("{} documents compared", balanced.len());
    assert!(different == 0, "{different} documents differ:\n{report}");
}

/// The tree that we read; none where a div is unbalanced.
fn ours(text: &str) -> Option<String> {
    let read = parse::lesson(
        &parse::Context::default(),
        "a",
        SourceId(0),
        &Source::new("a.md", "a.md", text),
    );
    let unbalanced = ["unclosed-div", "surplus-div-closer"];
    let balanced = !read.diagnostics.iter().any(|it| unbalanced.contains(&it.code.as_ref()));
    balanced.then(|| our_blocks(&read.value.blocks, text))
}

fn our_blocks(blocks: &[Block], text: &str) -> String {
    let shown = blocks.iter().filter_map(|block| {
        Some(match &block.kind {
            BlockKind::Paragraph(inlines) | BlockKind::Plain(inlines) => {
                format!("p({})", words(&plain_text(inlines)))
            }
            BlockKind::Heading(heading) => format!("h({})", words(&plain_text(&heading.content))),
            BlockKind::Quote(blocks) => format!("quote({})", our_blocks(blocks, text)),
            BlockKind::List(list) => {
                let kind = if list.start.is_some() { "ol" } else { "ul" };
                let items = list.items.iter().map(|item| our_blocks(&item.blocks, text));
                format!("{kind}({})", items.collect::<Vec<_>>().join(" | "))
            }
            BlockKind::Code(chunk) => {
                let lines = chunk.lines.iter().map(|line| text[line.span.range()].trim());
                format!("code({})", lines.collect::<Vec<_>>().join("/"))
            }
            BlockKind::Div(div) => {
                let title = div.title.as_ref();
                let title = title.map(|title| format!("h({}) ", words(&plain_text(title))));
                let class = div.attributes.classes.join(".");
                let inside = title.unwrap_or_default() + &our_blocks(&div.blocks, text);
                format!("{class}({})", inside.trim())
            }
            BlockKind::Rule => "rule".to_owned(),
            // Comments are left out here and kept there.
            BlockKind::Html(_) => return None,
            other => format!("{other:?}"),
        })
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// The trees that pandoc reads.
fn pandoc(documents: &[String]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("pandoc");
    command.args(["-f", "markdown-smart", "-t", "json", "--file-scope"]).current_dir(&folder);
    for (index, document) in documents.iter().enumerate() {
        let name = format!("{index}.md");
        fs::write(folder.path().join(&name), format!("# {MARK}\n\n{document}\n")).unwrap();
        command.arg(name);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let blocks = read["blocks"].as_array().unwrap();
    let is_mark = |block: &Value| {
        // Pandoc may put what it reads from a file into a div of its own.
        block["t"] == "Header" && inline_text(&block["c"][2]) == MARK
    };
    let documents_read: Vec<String> = blocks.split(is_mark).skip(1).map(their_blocks).collect();
    assert_eq!(documents_read.len(), documents.len());
    documents_read
}

fn their_blocks(blocks: &[Value]) -> String {
    let all = |value: &Value| their_blocks(value.as_array().unwrap());
    let items = |value: &Value| {
        let items = value.as_array().unwrap().iter().map(all);
        items.collect::<Vec<_>>().join(" | ")
    };
    let shown = blocks.iter().filter_map(|block| {
        let content = &block["c"];
        Some(match block["t"].as_str().unwrap() {
            "Para" | "Plain" => {
                let text = inline_text(content);
                // A comment within a line is all that stood here.
                if text.is_empty() {
                    return None;
                }
                format!("p({text})")
            }
            "Header" => format!("h({})", inline_text(&content[2])),
            "BlockQuote" => format!("quote({})", all(content)),
            "BulletList" => format!("ul({})", items(content)),
            "OrderedList" => format!("ol({})", items(&content[1])),
            "CodeBlock" => {
                let lines = content[1].as_str().unwrap().split('\n').map(str::trim);
                format!("code({})", lines.collect::<Vec<_>>().join("/"))
            }
            "Div" => {
                let classes = content[0][1].as_array().unwrap().iter();
                let classes = classes.map(|class| class.as_str().unwrap()).collect::<Vec<_>>();
                format!("{}({})", classes.join("."), all(&content[1]))
            }
            "HorizontalRule" => "rule".to_owned(),
            "RawBlock" => return None,
            _ => block.to_string(),
        })
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn inline_text(inlines: &Value) -> String {
    let mut text = String::new();
    for inline in inlines.as_array().unwrap() {
        match inline["t"].as_str().unwrap() {
            "Str" => text.push_str(inline["c"].as_str().unwrap()),
            "Code" => text.push_str(inline["c"][1].as_str().unwrap()),
            "Space" | "SoftBreak" | "LineBreak" => text.push(' '),
            "RawInline" => {}
            _ => text.push_str(&inline.to_string()),
        }
    }
    words(&text)
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes lines out for as long as the two still differ.
fn shrink(text: &str) -> String {
    let mut text = text.to_owned();
    loop {
        let lines: Vec<&str> = text.lines().collect();
        let without = |skip: usize| {
            let kept = lines.iter().enumerate().filter(|(index, _)| *index != skip);
            kept.map(|(_, line)| *line).collect::<Vec<_>>().join("\n")
        };
        // One fence of two would make a new difference out of an old one.
        let is_fence =
            |line: &str| ["```", "~~~", "<!--", "-->"].iter().any(|it| line.contains(it));
        let may_go = (0..lines.len()).filter(|index| !is_fence(lines[*index]));
        let shorter: Vec<String> =
            may_go.map(without).filter(|text| ours(text).is_some()).collect();
        if shorter.is_empty() {
            return text;
        }
        let theirs = pandoc(&shorter);
        let differs =
            shorter.iter().zip(theirs).find(|(text, theirs)| ours(text).as_ref() != Some(theirs));
        match differs {
            Some((shorter, _)) => text = shorter.clone(),
            None => return text,
        }
    }
}

/// A linear congruential generator, so that every run tries the same.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % limit
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

fn document(chance: &mut Chance) -> String {
    let mut word = 0;
    blocks(chance, 0, &mut word).join("\n") + "\n"
}

/// A few blocks, as lines.
fn blocks(chance: &mut Chance, depth: usize, word: &mut usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    let mut last = Kind::Div;
    for index in 0..1 + chance.below(3) {
        let kind = match chance.below(if depth > 1 { 5 } else { 12 }) {
            0 | 1 => Kind::Text,
            2 => Kind::Code,
            3 => Kind::Comment,
            4 => Kind::Heading,
            5 => Kind::Quote,
            6 | 7 => Kind::List,
            _ => Kind::Div,
        };
        // Two lists in a row would be one.
        let kind = if (kind, last) == (Kind::List, Kind::List) { Kind::Text } else { kind };
        let may_touch = match (last, kind) {
            // Rarely, for then the opener is text.
            (Kind::Text, Kind::Div) => chance.one_in(8),
            (Kind::Div | Kind::Code | Kind::Heading, Kind::Div) => chance.one_in(2),
            (Kind::Div, Kind::Text | Kind::Heading | Kind::Code) => chance.one_in(2),
            _ => false,
        };
        if index > 0 && !may_touch {
            lines.push(String::new());
        }
        lines.extend(block(chance, kind, depth, word));
        last = kind;
    }
    lines
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Code,
    Comment,
    Heading,
    Quote,
    List,
    Div,
}

fn block(chance: &mut Chance, kind: Kind, depth: usize, word: &mut usize) -> Vec<String> {
    match kind {
        Kind::Text => {
            let mut lines: Vec<String> = (0..1 + chance.below(2)).map(|_| next(word)).collect();
            match chance.below(8) {
                0 => {
                    lines.extend(["`".to_owned() + &next(word), ":::".to_owned(), "x`".to_owned()])
                }
                1 => lines.push(next(word) + " ::: a"),
                2 => lines.push("::: a b".to_owned()),
                3 => lines.push(next(word) + " <!-- ::: -->"),
                _ => {}
            }
            lines
        }
        Kind::Code => {
            let fence = chance.pick(&["```", "````", "~~~", "~~~~~"]).to_owned();
            let mut lines = vec![fence.clone()];
            for _ in 0..chance.below(4) {
                lines.push(
                    chance.pick(&[":::", "::: a", "x", "", "- y", "> z", "``", "<!--"]).into(),
                );
            }
            lines.push(fence);
            lines
        }
        Kind::Comment => {
            let mut lines = vec!["<!--".to_owned()];
            for _ in 0..chance.below(3) {
                lines.push(chance.pick(&[":::", "::: a", "x", ""]).into());
            }
            lines.push("-->".to_owned());
            lines
        }
        Kind::Heading => vec!["## ".to_owned() + &next(word)],
        Kind::Quote => {
            let lines = blocks(chance, depth + 1, word).into_iter();
            lines.map(|line| format!("> {line}").trim_end().to_owned()).collect()
        }
        Kind::List => {
            let items = (0..1 + chance.below(3)).map(|_| blocks(chance, depth + 1, word));
            let items: Vec<Vec<String>> = items.collect();
            let goes_narrow = |item: &Vec<String>| {
                begins_with_code(item)
                    || item.first().is_some_and(|line| line.starts_with("<!--"))
                    || item.iter().skip(1).any(|line| line.starts_with('>'))
            };
            let marker = if items.iter().any(goes_narrow) {
                chance.pick(&["- ", "* ", "1. "])
            } else {
                chance.pick(&["- ", "* ", "1. ", "-   ", "10. "])
            };
            let mut lines = vec![];
            for mut item in items {
                let is_behind_two = item.first().is_some_and(|line| line.starts_with(is_marker));
                let has_comment = item.iter().any(|line| line.contains("<!--"));
                if begins_with_code(&item) && (is_behind_two || has_comment) {
                    item.splice(..0, [next(word), String::new()]);
                }
                for line in item.iter_mut().filter(|line| line.contains("> ")) {
                    *line = line.replace("<!--", "w").replace("-->", "w");
                }
                for (index, line) in item.into_iter().enumerate() {
                    let before = if index == 0 { marker } else { &" ".repeat(marker.len()) };
                    lines.push(format!("{before}{line}").trim_end().to_owned());
                }
                if chance.one_in(2) {
                    lines.push(String::new());
                }
            }
            while lines.last().is_some_and(String::is_empty) {
                lines.pop();
            }
            lines
        }
        Kind::Div => {
            let colons = ":".repeat(3 + chance.below(6));
            let class =
                chance.pick(&["a", " b", " {.c}", " {.d #e k=\"v w\"}", " f :::", "g:::::"]);
            let mut lines = vec![format!("{colons}{class}")];
            lines.extend(chance.one_in(4).then(String::new));
            lines.extend(blocks(chance, depth + 1, word));
            lines.extend(chance.one_in(2).then(String::new));
            lines.push(":".repeat(3 + chance.below(6)));
            lines
        }
    }
}

/// Whether the fence of code stands behind an item's marker, or behind others that stand there.
fn begins_with_code(item: &[String]) -> bool {
    let first = item.iter().find(|line| !line.is_empty() && !line.starts_with(':'));
    let behind = first.map(|line| line.trim_start_matches(is_marker));
    behind.is_some_and(|line| line.starts_with(['`', '~']))
}

fn is_marker(c: char) -> bool {
    c.is_ascii_digit() || "-*. ".contains(c)
}

/// A word that stands once in its document.
fn next(word: &mut usize) -> String {
    *word += 1;
    format!("w{word}")
}
