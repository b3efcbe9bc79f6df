//! Runs the suites in `tests/spec/`: markdown files that read as the dialect's manual.
//!
//! Under each `## heading` stands a case: one or more lessons in fences with the word `lesson`
//! (`lesson other.md` for a further one, `lesson config.yaml` for settings, `file fig/x.png` for any
//! other file), then what they must give, in fences with these words:
//!
//! - `html`: the woven body of the page of each lesson and page that the case writes
//! - `colours`: each token of such a body that has a colour, a line each, `class: token`
//! - `page all.html`: the body of one page of the site
//! - `findings`: each diagnostic as `file:line:column: severity[code]: message`, a line each
//! - `check`: what `lessonc check --format short` says, where nothing was ever run; a fence with the
//!   word `files` lists the course's other files before it, a path a line
//! - `report`: the diagnostics as the terminal shows them
//! - `contents`: what the navigation lists, a line each: titles of units behind `=`, pages beside the
//!   lessons behind `-`, those made of lessons behind `*`
//! - `tangled`: every generated file that is no manifest, behind a line `== path`, or `== path (755)`
//! - `manifest`: the generated `Cargo.toml`
//!
//! A lesson fence that says `crlf` holds lines that end as on Windows.
//! Cells of a case whose lesson fence says `run` are run with real cargo; in all others nothing is.
//! `UPDATE=1 cargo test --test spec` writes what comes out into the suites: review the diff.
//! `SUITE=divs` looks at that suite only.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use lessonc::{
    edge::{cargo::Cargo, formats, terminal},
    execute::{Give, Runner},
    model::{
        diagnostic::{Diagnostic, Severity},
        package::Program,
        record::{End, Made, Trace},
        site::Page,
        source::{Source, Sources},
    },
    pipeline::{self, Files, Memo},
    report,
    weave::Theme,
};

#[test]
fn every_suite_gives_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec");
    let mut suites: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    suites.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    if let Some(wanted) = std::env::var_os("SUITE") {
        suites.retain(|path| path.file_stem() == Some(&wanted));
    }
    suites.sort();
    assert!(!suites.is_empty(), "there are no suites");
    let update = std::env::var_os("UPDATE").is_some();
    let mut failures = String::new();
    let mut checked = 0;
    // What runs is built by cargo, which uses one core most of the time.
    let given: Vec<(PathBuf, String, String, usize)> = thread::scope(|scope| {
        let begin = |path: PathBuf| {
            scope.spawn(move || {
                let before = fs::read_to_string(&path).unwrap();
                let (after, count) = fill_in(path.file_stem().unwrap(), &before);
                (path, before, after, count)
            })
        };
        let threads: Vec<_> = suites.into_iter().map(begin).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (path, before, after, count) in given {
        checked += count;
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if count == 0 {
            write!(failures, "{name} checks nothing\n\n").unwrap();
        }
        if before != after {
            if update {
                fs::write(&path, after).unwrap();
            } else {
                write!(failures, "{name}\n{}\n", difference(&before, &after)).unwrap();
            }
        }
    }
    println!("{checked} expectations checked");
    assert!(
        failures.is_empty(),
        "{failures}If this is right: UPDATE=1 cargo test --test spec, and review the diff."
    );
}

/// A suite with what really comes out in the place of what it expects, and how much that was.
fn fill_in(name: &OsStr, suite: &str) -> (String, usize) {
    let mut out = String::new();
    // One folder for all cases and runs of a suite, so that dependencies are compiled once.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("spec").join(name);
    let mut case = Case::new(&folder);
    let mut checked = 0;
    let mut lines = suite.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line.starts_with("## ") {
            case = Case::new(&folder);
        }
        let fence: String = line.chars().take_while(|c| *c == '`').collect();
        if fence.len() < 3 {
            continue;
        }
        let mut body = String::new();
        for line in lines.by_ref().take_while(|line| *line != fence) {
            body.push_str(line);
            body.push('\n');
        }
        let words: Vec<&str> = line[fence.len()..].split_whitespace().collect();
        match words[..] {
            ["lesson", ref options @ ..] => {
                case.runs |= options.contains(&"run");
                let name = options.iter().find(|word| word.contains('.'));
                let ending = if options.contains(&"crlf") { "\r\n" } else { "\n" };
                case.add(name.unwrap_or(&"lesson.md"), &body.replace('\n', ending));
            }
            ["files"] => {
                Arc::make_mut(&mut case.files).extend(body.lines().map(str::to_owned));
            }
            ["file", name] => {
                Arc::make_mut(&mut case.files).insert(name.to_owned());
                case.contents.insert(name.to_owned(), body.clone());
            }
            [
                expected @ ("html" | "colours" | "contents" | "findings" | "check" | "report"
                | "tangled" | "manifest"),
            ] => {
                body = case.give(expected);
                checked += 1;
            }
            ["page", path] => {
                body = case.page(path);
                checked += 1;
            }
            _ => {}
        }
        out.push_str(&body);
        out.push_str(&fence);
        out.push('\n');
    }
    (out, checked)
}

struct Case<'f> {
    folder: &'f Path,
    sources: Sources,
    files: Files,
    contents: BTreeMap<String, String>,
    runs: bool,
    /// Pages and findings.
    built: Option<(Vec<Page>, Vec<Diagnostic>)>,
}

impl<'f> Case<'f> {
    fn new(folder: &'f Path) -> Self {
        let (sources, files) = (Sources::default(), Files::default());
        let contents = BTreeMap::new();
        Self { folder, sources, files, contents, runs: false, built: None }
    }

    fn add(&mut self, name: &str, text: &str) {
        self.sources.add(Source::new(name, name, text));
        self.built = None;
    }

    fn give(&mut self, what: &str) -> String {
        match what {
            "tangled" => self.tangled(|path| path != "Cargo.toml"),
            "manifest" => self.tangled(|path| path == "Cargo.toml"),
            "check" => self.check(),
            "contents" => self.contents(),
            "html" => shown(&self.html()),
            "colours" => colours(&self.html()),
            "findings" => {
                self.built();
                let (_, diagnostics) = self.built.as_ref().unwrap();
                diagnostics.iter().map(|d| self.finding(d)).collect()
            }
            _ => {
                self.built();
                let (_, diagnostics) = self.built.as_ref().unwrap();
                let reports = diagnostics.iter().map(|d| report::plain(d, &self.sources));
                reports.collect::<Vec<_>>().join("\n\n") + "\n"
            }
        }
    }

    /// The pages of what the case writes.
    fn html(&mut self) -> String {
        let written = self.sources.iter().map(|(_, source)| source.path.clone());
        let written: Vec<String> = written.filter(|path| path != "index.md").collect();
        let is_written = |page: &&Page| {
            let name = page.path.trim_end_matches(".html");
            written.iter().any(|path| {
                let file = path.rsplit('/').next().unwrap_or(path);
                file.rsplit_once('.').is_some_and(|(stem, _)| stem == name)
            })
        };
        let pages = self.built().0.iter().filter(is_written);
        pages.map(|page| page.html.to_string()).collect::<Vec<_>>().join("\n")
    }

    fn page(&mut self, path: &str) -> String {
        let page = self.built().0.iter().find(|page| page.path == path);
        page.map_or("there is none\n".to_owned(), |page| shown(&page.html.to_string()))
    }

    fn built(&mut self) -> &(Vec<Page>, Vec<Diagnostic>) {
        if self.built.is_none() {
            self.built = Some(self.build());
        }
        self.built.as_ref().unwrap()
    }

    fn build(&self) -> (Vec<Page>, Vec<Diagnostic>) {
        // The body alone, and of outputs what does not differ from run to run.
        let theme = Theme::new(&[
            ("page.html".to_owned(), "{{ page.body | safe }}".to_owned()),
            ("output.html".to_owned(), include_str!("spec/output.html").to_owned()),
            ("icon.html".to_owned(), String::new()),
        ])
        .unwrap();
        let folder = self.folder.to_owned();
        let mut cargo = Cargo::new(
            folder.clone(),
            folder,
            String::new(),
            false,
            env!("CARGO_BIN_EXE_lessonc").into(),
            Arc::new(terminal::Progress::silent()),
        )
        .unwrap();
        let theme = Arc::new(theme);
        let mut nothing = Nothing(&self.contents);
        let runner: &mut dyn Runner = if self.runs { &mut cargo } else { &mut nothing };
        let built =
            pipeline::build(&self.sources, &self.files, &theme, runner, &mut Memo::default());
        let mut diagnostics = built.diagnostics;
        diagnostics.sort_by_key(Diagnostic::span);
        ([built.site.pages, built.unfinished.pages].concat(), diagnostics)
    }

    fn check(&self) -> String {
        let theme = Arc::new(Theme::new(&[]).unwrap());
        let mut findings = pipeline::check(&self.sources, &self.files, &theme, &mut NoRecords);
        terminal::put_in_order(&mut findings);
        findings.iter().map(|finding| formats::short(finding, &self.sources) + "\n").collect()
    }

    fn contents(&self) -> String {
        const CONTENTS: &str = "{% for unit in units %}\
                                {% if unit.title %}= {{ unit.title }}\n{% endif %}\
                                {% for it in unit.lessons %}{{ it.url }} {{ it.title }}\n{% endfor %}\
                                {% endfor %}\
                                {% for it in pages %}- {{ it.url }} {{ it.title }}\n{% endfor %}\
                                {% for it in views %}* {{ it.url }} {{ it.title }}\n{% endfor %}";
        let theme = Theme::new(&[("page.html".to_owned(), CONTENTS.to_owned())]).unwrap();
        let (theme, mut nothing) = (Arc::new(theme), Nothing(&self.contents));
        let memo = &mut Memo::default();
        let built = pipeline::build(&self.sources, &self.files, &theme, &mut nothing, memo);
        let page = built.site.pages.iter().find(|page| page.path == "index.html").unwrap();
        page.html.to_string()
    }

    fn finding(&self, diagnostic: &Diagnostic) -> String {
        let place = diagnostic.span().map_or("-".to_owned(), |span| self.sources.place(span));
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Diagnostic { code, message, .. } = diagnostic;
        format!("{place}: {severity}[{code}]: {message}\n")
    }

    fn tangled(&self, wanted: impl Fn(&str) -> bool) -> String {
        let tangled = pipeline::tangle(&self.sources).value;
        let several = tangled.packages.len() > 1;
        let mut out = String::new();
        for package in &tangled.packages {
            for file in package.files.iter().filter(|file| wanted(&file.path)) {
                let package = if several { format!("{}/", package.name) } else { String::new() };
                let mode = file.mode.map(|mode| format!(" ({mode:o})")).unwrap_or_default();
                write!(out, "== {package}{}{mode}\n{}", file.path, file.text()).unwrap();
            }
        }
        out
    }
}

/// A page's body as the suites hold it.
fn shown(html: &str) -> String {
    without_colours(html.trim_end()) + "\n"
}

/// HTML without the spans that colour code, which would drown what a suite is about.
fn without_colours(html: &str) -> String {
    let mut pieces = html.split("<span class=\"hl-");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (_, piece) = piece.split_once('>').unwrap_or_default();
        out.push_str(&piece.replacen("</span>", "", 1));
    }
    out
}

/// The tokens that have a colour.
fn colours(html: &str) -> String {
    let tokens = html.split("<span class=\"hl-").skip(1).filter_map(|piece| {
        let (class, piece) = piece.split_once("\">")?;
        let (token, _) = piece.split_once("</span>")?;
        Some(format!("{class}: {token}\n"))
    });
    tokens.collect()
}

/// Runs nothing, and says that all went well; reads the files that a case has.
struct Nothing<'c>(&'c BTreeMap<String, String>);

impl Runner for Nothing<'_> {
    fn read(&mut self, path: &str) -> io::Result<Vec<u8>> {
        let content = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(content.clone().into_bytes())
    }

    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        for index in 0..programs.len() {
            let trace = Trace {
                made: Made::default(),
                end: End::Finished,
                steps: vec![],
                files: vec![],
                opened: Default::default(),
                messages: vec![],
                lock: String::new(),
            };
            give(index, Ok(trace));
        }
    }
}

/// Knows of no run.
struct NoRecords;

impl Runner for NoRecords {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        (0..programs.len()).for_each(|index| give(index, Err(io::ErrorKind::NotFound.into())));
    }
}

/// The lines that differ, as a plain list: what was expected, what came out.
fn difference(before: &str, after: &str) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.lines().collect(), after.lines().collect());
    let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - same;
    let tail = before.iter().rev().zip(after.iter().rev()).take(rest);
    let tail = tail.take_while(|(a, b)| a == b).count();
    let mut text = format!("from line {}:\n", same + 1);
    for line in &before[same..before.len() - tail] {
        writeln!(text, "  expected | {line}").unwrap();
    }
    for line in &after[same..after.len() - tail] {
        writeln!(text, "  came out | {line}").unwrap();
    }
    text
}
