//! For any course of blocks and references: what tangling gives is what a naive reading gives, and
//! every generated line leads back to the markdown line that it was written in.

use std::collections::BTreeMap;

use lessonc::{
    model::{
        package::{Line, Origin},
        source::{Source, Sources},
    },
    pipeline,
    tangle::locate,
};
use proptest::{collection::vec, prelude::*};

/// A code block: its names and targets are few, so that they often meet.
#[derive(Clone, Debug)]
struct Block {
    name: Option<&'static str>,
    file: Option<&'static str>,
    /// What the markdown puts before each of its lines.
    container: &'static str,
    lines: Vec<String>,
}

const NAMES: [&str; 4] = ["a", "b", "long-name", "π"];
const FILES: [&str; 2] = ["x.txt", "src/y.txt"];

/// A line that mostly asks for a name from `later` on, so that not every course has a cycle.
fn line(later: usize) -> impl Strategy<Value = String> {
    let reference = |names: &'static [&'static str]| {
        let parts = (" {0,3}", prop::sample::select(names), " ?");
        parts.prop_map(|(indent, name, after)| format!("{indent}<<{name}>>{after}"))
    };
    let odd = vec!["\\<<a>>", "  \\<<b>>", "<<a>>;", "1 << 2 >> 1", "<<>>", "\\"];
    prop_oneof![
        50 => "[ π]{0,3}[a-z<>{}]{0,6} ?",
        50 => reference(&NAMES[later.min(NAMES.len() - 1)..]),
        1 => reference(&["a", "missing"]),
        20 => prop::sample::select(odd).prop_map(str::to_owned),
    ]
}

fn block() -> impl Strategy<Value = Block> {
    let named = (0..NAMES.len()).prop_map(|index| (Some(NAMES[index]), None, index + 1));
    let target = prop::sample::select(&FILES[..]).prop_map(|file| (None, Some(file), 0));
    let both = Just((Some(NAMES[0]), Some(FILES[0]), 1));
    let block = prop_oneof![3 => named, 3 => target, 1 => both, 1 => Just((None, None, 0))];
    let container = prop::sample::select(vec!["", "> ", "> > "]);
    (block, container).prop_flat_map(|((name, file, later), container)| {
        // The last name is the end of every way.
        let lines = if later == NAMES.len() {
            vec("[ a-z]{0,4}", 1..3).boxed()
        } else {
            vec(line(later), 0..5).boxed()
        };
        lines.prop_map(move |lines| Block { name, file, container, lines })
    })
}

/// A block's lines, each with the number of the markdown line that it stands in.
type Numbered = Vec<(usize, String)>;

/// The markdown of some blocks, and what it defines.
fn written(blocks: &[Block], ending: &str) -> (String, BTreeMap<&'static str, Numbered>) {
    let (mut text, mut number) = (String::new(), 0);
    let mut defined: BTreeMap<&str, Numbered> = BTreeMap::new();
    for Block { name, file, container, lines } in blocks {
        let attributes = name.map(|name| format!(" #{name}")).into_iter();
        let attributes: String =
            attributes.chain(file.map(|file| format!(" file={file}"))).collect();
        let fence = [format!("```text{attributes}")];
        let close = ["```".to_owned()];
        let mut numbered = vec![];
        for line in fence.iter().chain(lines).chain(&close) {
            text.push_str(&format!("{container}{line}{ending}"));
            number += 1;
            numbered.push((number, line.clone()));
        }
        text.push_str(ending);
        number += 1;
        for key in name.iter().chain(file) {
            defined.entry(key).or_default().extend_from_slice(&numbered[1..=lines.len()]);
        }
    }
    (text, defined)
}

/// What references ask for, put in its place; none where one leads nowhere or back to itself.
fn expanded(
    key: &str,
    indent: &str,
    open: &[&str],
    defined: &BTreeMap<&'static str, Numbered>,
) -> Option<Numbered> {
    if open.contains(&key) {
        return None;
    }
    let mut all = vec![];
    for (number, line) in defined.get(key)? {
        let trimmed = line.trim();
        let reference = trimmed.strip_prefix("<<").and_then(|rest| rest.strip_suffix(">>"));
        let reference =
            reference.filter(|name| !name.is_empty() && !name.contains(['<', '>', ' ']));
        match reference {
            Some(name) => {
                let blanks = line.split('<').next().unwrap_or_default();
                let open = [open, &[key]].concat();
                all.extend(expanded(name, &format!("{indent}{blanks}"), &open, defined)?);
            }
            None if trimmed.is_empty() => all.push((*number, String::new())),
            None if ["\\<<a>>", "\\<<b>>"].contains(&trimmed) => {
                all.push((*number, format!("{indent}{}", line.replace('\\', ""))));
            }
            None => all.push((*number, format!("{indent}{line}"))),
        }
    }
    Some(all)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn tangling_is_what_a_naive_reading_gives_and_knows_where_from(
        blocks in vec(block(), 0..16),
        ending in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let (text, defined) = written(&blocks, ending);
        let mut sources = Sources::default();
        let id = sources.add(Source::new("lesson.md", "lesson.md", text.as_str()));
        let tangled = pipeline::tangle(&sources).value;
        let files = FILES.iter().filter(|file| defined.contains_key(**file));
        let expected: Option<Vec<(&str, Numbered)>> = files
            .map(|file| Some((*file, expanded(file, "", &[], &defined)?)))
            .collect();
        // What no file takes in may be wrong as well.
        let is_whole = defined.keys().all(|key| expanded(key, "", &[], &defined).is_some());
        let Some(mut expected) = expected.filter(|_| is_whole) else {
            prop_assert!(tangled.packages.is_empty(), "a broken package was given");
            return Ok(());
        };
        expected.sort_by_key(|(path, _)| *path);
        prop_assert_eq!(tangled.packages.len(), 1, "{}", text);
        let files = &tangled.packages[0].files;
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        prop_assert_eq!(paths, expected.iter().map(|(path, _)| *path).collect::<Vec<_>>());
        let markdown: Vec<&str> = text.lines().collect();
        for (file, (_, expected)) in files.iter().zip(&expected) {
            let texts = |lines: &Numbered| lines.iter().map(|line| line.1.clone()).collect::<Vec<_>>();
            let given: Vec<String> = file.lines.iter().map(|line| line.text.clone()).collect();
            prop_assert_eq!(given, texts(expected), "{}", text);
            for (index, (Line { text, origin }, (number, _))) in file.lines.iter().zip(expected).enumerate() {
                let Origin { span, indent, .. } = origin.clone().expect("every line stands in a lesson");
                let place = sources.get(id).line_column(span.start);
                prop_assert_eq!(place.line, *number);
                let said = sources.text(span);
                prop_assert!(markdown[number - 1].ends_with(said));
                let said = if said.trim().is_empty() { "" } else { said };
                prop_assert_eq!(&text[indent..], said.replace("\\<<", "<<"));
                // And back again.
                let there = locate::generated(&tangled, &sources, id, place);
                let here = (format!("lesson/{}", file.path), index + 1);
                prop_assert!(there.iter().any(|(path, at)| (path.clone(), at.line) == here));
            }
        }
    }
}
