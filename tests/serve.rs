//! However a course came to be what it is while it was served: its site is that of a fresh build.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use proptest::prelude::*;
use tempfile::TempDir;

const LESSONS: [&str; 4] = ["one.md", "two.md", "learners/setup.md", "index.md"];

const TEXTS: [&str; 7] = [
    "## Words\n\nSome *prose*, and [the second](two.md).\n",
    "---\ntitle: A title\nteaching: 10\n---\n\n## Words\n\n$$x^2$$\n",
    "---\ntitle: Another\n---\n\n::: questions\n- Why?\n:::\n\n![Drawn](fig/a.svg){alt=\"a\"}\n",
    "---\ntitle: Looks\nlanguage: de\ntheme: { accent: \"#8a1538\", logo: fig/a.svg, footer: \"See [two](two.md).\" }\n---\n\n\
     ## Words\n\n::: instructor\n\nSlowly.\n\n:::\n",
    // Mistakes: the last good page stays.
    "::: solution\n\nNever closed.\n",
    "---\ntitle: [\n---\n",
    "",
];

const FILES: [(&str, &str); 5] = [
    ("fig/a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 3 2\"/>"),
    ("fig/a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>"),
    ("templates/figure.html", "<figure>{{ caption }}</figure>"),
    ("templates/css/code.css", "h2 { color: red }"),
    ("templates/assets/more.css", "h1 { color: red }"),
];

#[derive(Clone, Debug)]
enum Edit {
    Write(&'static str, &'static str),
    Remove(&'static str),
    Rename(&'static str, &'static str),
    /// Waits until the site is as it should be.
    Look,
}

fn edit() -> impl Strategy<Value = Edit> {
    let lesson = || prop::sample::select(&LESSONS[..]);
    let file = prop::sample::select(&FILES[..]);
    prop_oneof![
        4 => (lesson(), prop::sample::select(&TEXTS[..])).prop_map(|(path, text)| Edit::Write(path, text)),
        2 => file.clone().prop_map(|(path, text)| Edit::Write(path, text)),
        1 => prop_oneof![lesson(), file.prop_map(|(path, _)| path)].prop_map(Edit::Remove),
        1 => (lesson(), lesson()).prop_map(|(from, to)| Edit::Rename(from, to)),
        2 => Just(Edit::Look),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_site_of_an_edited_course_is_that_of_a_fresh_build(edits in prop::collection::vec(edit(), 1..16)) {
        let course = Course::new();
        course.write("one.md", TEXTS[0]);
        course.write("two.md", TEXTS[1]);
        let _served = course.serve();
        course.look();
        for edit in edits {
            match edit {
                Edit::Write(path, text) => course.write(path, text),
                Edit::Remove(path) => _ = fs::remove_file(course.at(path)),
                Edit::Rename(from, to) => _ = fs::rename(course.at(from), course.at(to)),
                Edit::Look => course.look(),
            }
        }
        course.write("one.md", TEXTS[0]);
        course.write("two.md", TEXTS[2]);
        for path in [LESSONS[2], LESSONS[3]].map(|path| course.at(path)) {
            if path.exists() {
                fs::write(path, TEXTS[1]).unwrap();
            }
        }
        course.look();
    }
}

/// However editors save, and whatever they leave beside it.
#[cfg(unix)]
#[test]
fn every_way_of_saving_is_seen_and_none_ends_the_server() {
    use std::io::Write;
    let course = Course::new();
    let text = |words: &str| format!("## Words\n\n{words}\n");
    let at = |path: &str| course.at(path);
    course.write("one.md", &text("none"));
    // Settings that stand elsewhere, as those do that are kept together.
    let elsewhere = course.0.path().join("elsewhere.md");
    fs::write(&elsewhere, "---\ntitle: Before\n---\n").unwrap();
    std::os::unix::fs::symlink(&elsewhere, at("index.md")).unwrap();
    let mut served = course.serve();
    course.look();
    let mut seen = |way: &str, words: &str, page: &str| {
        let (start, page) = (Instant::now(), course.0.path().join("site").join(page));
        while !fs::read_to_string(&page).is_ok_and(|page| page.contains(words)) {
            assert!(start.elapsed() < Duration::from_secs(10), "{way}: `{words}` was not seen");
            assert!(served.0.try_wait().unwrap().is_none(), "{way} ended the server");
            thread::sleep(Duration::from_millis(5));
        }
    };

    let mut file = fs::File::create(at("one.md")).unwrap();
    thread::sleep(Duration::from_millis(50));
    file.write_all(text("cut short and written").as_bytes()).unwrap();
    drop(file);
    seen("truncating and writing", "cut short and written", "one.html");
    fs::write(at(".one.md.new"), text("renamed over")).unwrap();
    fs::rename(at(".one.md.new"), at("one.md")).unwrap();
    seen("renaming over", "renamed over", "one.html");
    // As vim does it: a probe, a backup, and a new file.
    fs::write(at("4913"), "").unwrap();
    fs::remove_file(at("4913")).unwrap();
    fs::rename(at("one.md"), at("one.md~")).unwrap();
    fs::write(at("one.md"), text("with a backup")).unwrap();
    fs::remove_file(at("one.md~")).unwrap();
    seen("keeping a backup", "with a backup", "one.html");
    // As emacs does it: a lock that leads nowhere, and a file of its own.
    std::os::unix::fs::symlink("somebody@somewhere.1", at(".#one.md")).unwrap();
    fs::write(at("#one.md#"), text("not saved yet")).unwrap();
    fs::write(at("one.md"), text("beside a lock")).unwrap();
    seen("keeping a lock", "beside a lock", "one.html");
    fs::remove_file(at(".#one.md")).unwrap();
    fs::remove_file(at("#one.md#")).unwrap();

    fs::write(&elsewhere, "---\ntitle: Written through a link\n---\n").unwrap();
    seen("writing through a link", "Written through a link", "index.html");
    let other = course.0.path().join("other.md");
    fs::write(&other, "---\ntitle: Renamed below a link\n---\n").unwrap();
    fs::rename(&other, &elsewhere).unwrap();
    seen("renaming below a link", "Renamed below a link", "index.html");
    fs::write(&elsewhere, "---\ntitle: [\n---\n").unwrap();
    fs::rename(at("one.md"), at("two.md")).unwrap();
    fs::write(&elsewhere, "---\ntitle: Mended\n---\n").unwrap();
    seen("a mistake in the settings", "Mended", "two.html");
    course.look();
}

/// What came while something was wrong goes with its text, though all else is as it was before.
#[test]
fn a_page_that_came_beside_a_mistake_goes_with_its_text() {
    let course = Course::new();
    course.write("one.md", TEXTS[0]);
    course.write("two.md", TEXTS[1]);
    let _served = course.serve();
    course.look();
    course.write("one.md", TEXTS[4]);
    course.write("learners/setup.md", TEXTS[0]);
    let (start, page) = (Instant::now(), course.0.path().join("site/setup.html"));
    while !page.exists() {
        assert!(start.elapsed() < Duration::from_secs(10), "the page never came");
        thread::sleep(Duration::from_millis(5));
    }
    fs::remove_file(course.at("learners/setup.md")).unwrap();
    course.write("one.md", TEXTS[0]);
    course.look();
    assert!(!page.exists());
}

/// While an editor saves and while another branch is checked out, lessons are away for a moment: what is
/// recorded of them is not. What is gone when the server ends is.
#[cfg(unix)]
#[test]
fn a_lesson_that_comes_back_has_its_record_still() {
    let course = Course::new();
    let lesson = "```rust\nstd::process::id()\n```\n";
    course.write("one.md", lesson);
    course.write("two.md", "Words.\n");
    let mut served = course.serve();
    let until = |what: &str, is_so: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !is_so() {
            assert!(start.elapsed() < Duration::from_secs(30), "{what}");
            thread::sleep(Duration::from_millis(5));
        }
    };
    let site = course.0.path().join("site");
    let shows = |page: &str, words: &str| {
        fs::read_to_string(site.join(page)).is_ok_and(|page| page.contains(words))
    };
    until("it never ran", &|| shows("one.html", "class=\"output"));
    let record = || fs::read(course.at("_runs/one/notebook.json"));
    let before = record().unwrap();
    for away in [true, false] {
        if away {
            fs::remove_file(course.at("one.md")).unwrap();
            until("its page stayed", &|| !site.join("one.html").exists());
        } else {
            course.write("one.md", "");
            until("its page is as it was", &|| !shows("one.html", "class=\"output"));
        }
        course.write("one.md", lesson);
        until("it never came back", &|| shows("one.html", "class=\"output"));
        assert_eq!(record().unwrap(), before, "it ran again");
    }
    fs::remove_file(course.at("one.md")).unwrap();
    until("its page stayed", &|| !site.join("one.html").exists());
    let id = served.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert!(served.0.wait().unwrap().success());
    assert!(record().is_err(), "what nothing asks for stayed");
}

/// A course that is edited while it is served.
struct Course(TempDir);

impl Course {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("lessons/learners")).unwrap();
        Self(folder)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join("lessons").join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn lessonc(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lessonc"));
        command.args(words).current_dir(self.0.path()).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn serve(&self) -> Served {
        Served(self.lessonc(&["serve", "--port", "0"]).spawn().unwrap())
    }

    /// Where a fresh build is without a mistake, waits until the site that is served is the same.
    fn look(&self) {
        let fresh = self.0.path().join("fresh");
        let _ = fs::remove_dir_all(&fresh);
        if !self.lessonc(&["build", "--out", "fresh"]).status().unwrap().success() {
            return;
        }
        let (start, fresh) = (Instant::now(), files(&fresh, &fresh));
        let site = self.0.path().join("site");
        while files(&site, &site) != fresh {
            let names = |all: &BTreeMap<PathBuf, Vec<u8>>| all.keys().cloned().collect::<Vec<_>>();
            let late = start.elapsed() > Duration::from_secs(10);
            assert!(!late, "{:?} is not {:?}", names(&files(&site, &site)), names(&fresh));
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// All files below a folder.
fn files(top: &Path, folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(top, &path));
        } else {
            // What is being written has a name for a moment that nobody else sees.
            let bytes = fs::read(&path).unwrap_or_default();
            all.insert(path.strip_prefix(top).unwrap().to_owned(), bytes);
        }
    }
    all
}

/// A server that ends with its test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
