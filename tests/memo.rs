//! What is kept from build to build: it gives what a build without it gives, whatever was edited, and what
//! did not change is not made again.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::Arc,
};

use lessonc::{
    execute::{Give, Runner, Stamp, fingerprint},
    model::{
        package::Program,
        record::{CapturedFile, End, Made, Part, StepTrace, Trace},
        site::Page,
        source::{Source, Sources},
    },
    pipeline::{self, Built, Files, Memo},
    weave::Theme,
};
use proptest::{prelude::*, sample::Index as Pick};

/// A course as it is edited.
#[derive(Clone, Debug, Default)]
struct Course {
    texts: BTreeMap<String, String>,
    files: BTreeSet<String>,
    templates: Vec<(String, String)>,
}

/// Gives for each step what the code before it is, and says what was run.
#[derive(Default)]
struct Echo {
    ran: Vec<String>,
}

impl Runner for Echo {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        for (index, program) in programs.iter().enumerate() {
            self.ran.push(format!("{}/{}", program.lesson, program.name));
            let code: String = program
                .members()
                .iter()
                .flat_map(|member| &member.package.files)
                .map(lessonc::model::package::File::text)
                .collect();
            let said = |step: usize| StepTrace {
                micros: 1,
                parts: vec![Part::Stdout(format!("{step} {}\n", fingerprint(code.as_bytes())))],
                ..StepTrace::default()
            };
            let file = CapturedFile { path: "x.txt".to_owned(), bytes: code.as_bytes().into() };
            let trace = Trace {
                made: Made::default(),
                end: if code.contains("fails_here") { End::Exited(101) } else { End::Finished },
                steps: (0..program.steps.len()).map(said).collect(),
                files: vec![file],
                opened: BTreeSet::new(),
                messages: vec![],
                lock: String::new(),
            };
            give(index, Ok(trace));
        }
    }

    fn stamp(&mut self, _: Option<&str>, _: &BTreeSet<String>) -> Option<Stamp> {
        Some(Stamp::default())
    }
}

/// A server's memory of one course.
#[derive(Default)]
struct Server {
    memo: Memo,
    sources: BTreeMap<String, Arc<Source>>,
    files: Option<Files>,
    themes: lessonc::memo::Memo<(), Vec<(String, String)>, Arc<Theme>>,
}

impl Server {
    fn build(&mut self, course: &Course) -> (Built, Vec<String>) {
        let (sources, files, theme) = self.read(course);
        let mut echo = Echo::default();
        let built = pipeline::build(&sources, &files, &theme, &mut echo, &mut self.memo);
        (built, echo.ran)
    }

    /// Some of the pages, before all others are made.
    fn pages(&mut self, course: &Course, needed: &BTreeSet<String>) -> Vec<Page> {
        let (sources, files, theme) = self.read(course);
        let mut echo = Echo::default();
        pipeline::pages(&sources, &files, &theme, needed, &mut echo, &mut self.memo)
    }

    /// The page of the text that was edited, before the whole is made, and what was asked for it.
    fn edited(&mut self, course: &Course) -> (Option<Page>, Vec<String>) {
        let (sources, files, theme) = self.read(course);
        let mut echo = Echo::default();
        let page = pipeline::edited(&sources, &files, &theme, &mut echo, &mut self.memo);
        (page, echo.ran)
    }

    fn read(&mut self, course: &Course) -> (Sources, Files, Arc<Theme>) {
        let mut sources = Sources::default();
        for (path, text) in &course.texts {
            let before = self.sources.get(path).filter(|source| source.text == *text).cloned();
            let source = before.unwrap_or_else(|| Arc::new(Source::new(&**path, &**path, &**text)));
            self.sources.insert(path.clone(), Arc::clone(&source));
            sources.add(source);
        }
        let files = lessonc::memo::settled(&mut self.files, &course.files);
        let before = self.themes.output(&());
        let theme = self.themes.one((), course.templates.clone(), |templates| {
            let edited = before.map(|theme| theme.edited(templates));
            Arc::new(edited.unwrap_or_else(|| Theme::new(templates)).unwrap())
        });
        (sources, files, theme)
    }
}

/// All that a build gives, as text.
fn shown(built: &Built) -> String {
    let mut out = String::new();
    for page in built.site.pages.iter().chain(&built.unfinished.pages) {
        writeln!(out, "== {}\n{}", page.path, page.html).unwrap();
    }
    let mut assets: Vec<String> =
        built.site.assets.iter().map(|asset| format!("{asset:?}")).collect();
    assets.sort();
    let index = built.index.iter().flat_map(|index| index.files(None));
    let index = index.map(|file| format!("{file:?}"));
    writeln!(out, "{}\n{}", assets.join("\n"), index.collect::<Vec<_>>().join("\n")).unwrap();
    writeln!(out, "{:?}\n{:#?}", built.programs, built.diagnostics).unwrap();
    out
}

const NAMES: [&str; 5] =
    ["one.md", "two.md", "three.md", "learners/reference.md", "learners/setup.md"];

/// What a lesson can hold: each speaks of others, or is spoken of by them.
const PIECES: [&str; 16] = [
    "Words.\n",
    "## A section\n",
    "```rust\n1 + 1\n```\n",
    "``` {.rust #shared}\nfn shared() {}\n```\n",
    "``` {.rust file=\"src/lib.rs\"}\n<<shared>>\n```\n",
    "``` {.console .cell}\n$ ls\n```\n",
    "![A figure](fig/x.svg){#fig-x alt=\"x\"}\n",
    "See @fig-x, and [two](two.md#a-section), and [this]{.term term=\"task\"}.\n",
    "task\n: what is done\n",
    ":::questions\n- Why?\n:::\n",
    ":::challenge\n## Try\n\n:::solution\nSo.\n:::\n:::\n",
    ":::keypoints\n- Because.\n:::\n",
    ":::unclosed\n",
    "```rust\nfails_here();\n```\n",
    "```mermaid\nsequenceDiagram\n  A->>B: Hi\n```\n",
    "$\\pi$ and `code`{.rust}, *and* [text]{.class}[^note].\n\n[^note]: A note.\n",
];

const FRONTS: [&str; 5] = [
    "",
    "---\ntitle: Another\nteaching: 10\n---\n\n",
    "---\ncrate: together\n---\n\n",
    "---\nteaching: 5\nbreak: 5\n---\n\n",
    "---\ntilte: A mistake\n---\n\n",
];

const SETTINGS: [&str; 5] = [
    "---\ntitle: All\n---\n\nHello.\n",
    "---\ntitle: All\nlessons: [two, one]\n---\n\nHello.\n",
    "---\ntitle: All\nlanguage: de\n---\n\nOther words.\n",
    "---\ntitle: All\nlessons:\n- First: [one]\n- Then: [two, three]\n---\n",
    "---\ntitle: All\nurl: https://example.org/x/\nedition: \"2021\"\n---\n",
];

const TEMPLATES: [(&str, &str); 4] = [
    ("figure.html", "<b>{{ alt }}</b>"),
    ("keypoints.html", "<i>key points</i>"),
    ("css/code.css", "code { color: red }"),
    ("words/en.toml", "note = \"Nota bene\""),
];

/// Pages that somebody may look at.
const LOOKED_AT: [&str; 7] = ["one", "two", "index", "all", "keypoints", "reference", "404"];

#[derive(Clone, Debug)]
enum Edit {
    Write { name: Pick, front: Pick, pieces: Vec<Pick> },
    Add { name: Pick, piece: Pick },
    Remove(Pick),
    Settings(Pick),
    NoSettings,
    Figure,
    Template(Pick),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let pick = any::<Pick>;
    let edit = prop_oneof![
        4 => (pick(), pick(), prop::collection::vec(pick(), 0..5))
            .prop_map(|(name, front, pieces)| Edit::Write { name, front, pieces }),
        6 => (pick(), pick()).prop_map(|(name, piece)| Edit::Add { name, piece }),
        1 => pick().prop_map(Edit::Remove),
        2 => pick().prop_map(Edit::Settings),
        1 => Just(Edit::NoSettings),
        1 => Just(Edit::Figure),
        2 => pick().prop_map(Edit::Template),
    ];
    prop::collection::vec(edit, 1..12)
}

impl Course {
    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Write { name, front, pieces } => {
                let pieces: Vec<&str> = pieces.iter().map(|piece| *piece.get(&PIECES)).collect();
                let text = format!("{}{}", front.get(&FRONTS), pieces.join("\n"));
                self.texts.insert((*name.get(&NAMES)).to_owned(), text);
            }
            Edit::Add { name, piece } => {
                let text = self.texts.entry((*name.get(&NAMES)).to_owned()).or_default();
                text.push('\n');
                text.push_str(piece.get::<&str>(&PIECES));
            }
            Edit::Remove(name) => _ = self.texts.remove(*name.get(&NAMES)),
            Edit::Settings(text) => {
                self.texts.insert("index.md".to_owned(), (*text.get(&SETTINGS)).to_owned());
            }
            Edit::NoSettings => _ = self.texts.remove("index.md"),
            Edit::Figure => {
                if !self.files.remove("fig/x.svg") {
                    self.files.insert("fig/x.svg".to_owned());
                }
            }
            Edit::Template(own) => {
                if self.templates.pop().is_none() {
                    let (path, text) = own.get(&TEMPLATES);
                    self.templates.push(((*path).to_owned(), (*text).to_owned()));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_edited_the_result_is_that_of_a_fresh_build(
        edits in edits(),
        looked_at in prop::sample::subsequence(&LOOKED_AT[..], 0..3),
    ) {
        let looked_at = looked_at.into_iter().map(str::to_owned).collect();
        let mut course = Course::default();
        course.texts.insert("one.md".to_owned(), "# One\n".to_owned());
        let mut server = Server::default();
        for edit in &edits {
            course.edit(edit);
            // What is seen first of other templates remains.
            let is_restyled = matches!(edit, Edit::Template(_));
            let first = if is_restyled { server.pages(&course, &looked_at) } else { vec![] };
            // Nor does it matter what was seen of a text before the whole.
            server.edited(&course);
            let (kept, _) = server.build(&course);
            for page in &first {
                let whole = kept.site.pages.iter().find(|it| it.path == page.path);
                prop_assert!(whole.is_none_or(|it| Arc::ptr_eq(&it.html, &page.html)), "{} was old", page.path);
            }
            let (fresh, _) = Server::default().build(&course);
            prop_assert_eq!(shown(&kept), shown(&fresh), "after {:?}", edit);
            let (again, ran) = server.build(&course);
            prop_assert_eq!(ran, Vec::<String>::new());
            for (page, before) in again.site.pages.iter().zip(&kept.site.pages) {
                prop_assert!(Arc::ptr_eq(&page.html, &before.html), "{} was made again", page.path);
            }
        }
    }
}

#[test]
fn an_edit_of_a_body_makes_its_page_alone() {
    let mut course = Course::default();
    let text = "---\ntitle: T\nteaching: 5\n---\n\n## A section\n\nWords.\n\n```rust\n1 + 1\n```\n\n:::keypoints\n- K\n:::\n";
    for name in ["a.md", "b.md", "c.md"] {
        course.texts.insert(name.to_owned(), text.to_owned());
    }
    course.texts.insert("index.md".to_owned(), SETTINGS[0].to_owned());
    let mut server = Server::default();
    let (before, ran) = server.build(&course);
    assert_eq!(ran, ["a/notebook", "b/notebook", "c/notebook"]);
    let mut edited = |name: &str, from: &str, to: &str| {
        let text = course.texts.get_mut(name).unwrap();
        *text = text.replace(from, to);
        let (page, ran) = server.edited(&course);
        let (built, again) = server.build(&course);
        assert!(again.is_empty(), "{again:?}");
        let page = page.unwrap();
        let whole = built.site.pages.iter().find(|it| it.path == page.path).unwrap();
        assert!(Arc::ptr_eq(&whole.html, &page.html), "{} was made twice", page.path);
        assert!(built.diagnostics.is_empty(), "{:?}", built.diagnostics);
        let pages = built.site.pages.iter();
        let made = pages
            .filter(|page| !before.site.pages.iter().any(|it| Arc::ptr_eq(&it.html, &page.html)));
        let made: Vec<String> = made.map(|page| page.path.clone()).collect();
        (made, ran)
    };
    // `all.html` really quotes it. Its programs are asked for again, to give what is recorded of them.
    let asked = vec!["b/notebook".to_owned()];
    let own = vec!["b.html".to_owned(), "all.html".to_owned()];
    assert_eq!(edited("b.md", "Words.", "Other words.\n\nAnd more."), (own.clone(), asked.clone()));
    assert_eq!(edited("b.md", "1 + 1", "1 + 2"), (own, asked));
    assert_eq!(edited("b.md", "- K", "- L").0, ["b.html", "keypoints.html", "all.html"]);
    // What is beside it changed, or it is not to be shown.
    let other = "```rust\n1\n```\n\n```output\nnot this\n```\n";
    for (name, text) in
        [("b.md", ":::unclosed\n"), ("b.md", other), ("d.md", "# D\n"), ("index.md", SETTINGS[1])]
    {
        course.texts.insert(name.to_owned(), text.to_owned());
        assert!(server.edited(&course).0.is_none(), "{name}");
        server.build(&course);
    }
}
