//! A lesson written for The Carpentries Workbench, built by the program itself.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

const FILES: &[(&str, &str)] = &[
    (
        "config.yaml",
        "carpentry: incubator\ntitle: 'Made up'\nlang: de\nlicense: 'CC-BY 4.0'\n\
         source: 'https://example.org/made-up'\nbranch: main\ncontact: ada@example.org\n\
         episodes:\n- two.md\n- one.Rmd\nlearners:\ninstructors:\nprofiles:\n",
    ),
    (
        "index.md",
        "---\nsite: sandpaper::sandpaper_site\n---\n\n\
         Welcome. See [setup](learners/setup.md) and the [notes](instructors/instructor-notes.md).\n",
    ),
    ("links.md", "[ref]: ../learners/reference.md#term\n"),
    (
        "episodes/one.Rmd",
        "---\ntitle: One\nteaching: 5\nexercises: 1\n---\n\n::: questions\n- Why?\n:::\n\n\
         ```{r a-plot, fig.cap = \"A\"}\nplot(1)\n```\n\n![A picture](fig/a.svg){alt='An a'}\n\n\
         A [term][ref], [two](two.md#a-heading), [the data](data/a.csv).\n",
    ),
    (
        "episodes/two.md",
        "---\ntitle: Two\n---\n\n# A heading\n\n```rust\nthis is shown, and no Rust\n```\n\n\
         [one](one.html), [one](../episodes/one.Rmd), [setup](../setup.html)\n",
    ),
    ("episodes/draft.md", "---\ntitle: Draft\n---\n"),
    ("episodes/fig/a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n"),
    ("episodes/data/a.csv", "a\n1\n"),
    ("learners/setup.md", "---\ntitle: Setup\n---\n\n[A picture](../episodes/fig/a.svg)\n"),
    ("learners/reference.md", "---\ntitle: Glossary\n---\n\n[term]{#term}\n:   What is meant.\n"),
    ("learners/files/a.zip", "zip\n"),
    ("instructors/instructor-notes.md", "---\ntitle: Notes\n---\n\n[home](../index.md)\n"),
    ("profiles/learner-profiles.md", "---\ntitle: Profiles\n---\n\nFIXME\n"),
    ("LICENSE.md", "---\ntitle: Licenses\n---\n\nAs you like.\n"),
    ("README.md", "# Not a page [broken](\n::: challenge\n"),
    ("CONTRIBUTING.md", "Not a page.\n"),
    ("site/README.md", "This folder is the Workbench's.\n"),
];

fn course() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn lessonc(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_lessonc");
    Command::new(program).current_dir(folder).args(arguments).output().unwrap()
}

fn build(folder: &Path, arguments: &[&str]) -> String {
    let output = lessonc(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("warning") && !said.contains("error"), "{said}");
    said
}

fn page(site: &Path, name: &str) -> String {
    fs::read_to_string(site.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_workbench_lesson_is_a_course_as_it_is() {
    let course = course();
    let said = build(course.path(), &["build", "."]);
    assert!(said.contains("10 pages") && said.contains("0 programs"), "{said}");

    let site = course.path().join("site");
    let index = page(&site, "index.html");
    assert!(index.contains("<html lang=\"de\">") && index.contains("<h1>Made up</h1>"), "{index}");
    assert!(
        index.contains("href=\"setup.html\"") && index.contains("href=\"instructor-notes.html\"")
    );
    let (two, one) = (index.find("two.html").unwrap(), index.find("one.html").unwrap());
    assert!(two < one && one < index.find("class=\"lessons pages\"").unwrap(), "{index}");

    let one = page(&site, "one.html");
    for expected in [
        "plot",
        "src=\"fig/a.svg\"",
        "href=\"reference.html#term\"",
        "href=\"two.html#a-heading\"",
        "href=\"data/a.csv\"",
    ] {
        assert!(one.contains(expected), "{expected}: {one}");
    }
    let two = page(&site, "two.html");
    assert!(two.contains("data-language=\"rust\"") && !two.contains("code runs"), "{two}");
    assert!(!two.contains(".Rmd") && !two.contains("../"), "{two}");
    assert!(page(&site, "setup.html").contains("href=\"fig/a.svg\""));
    assert!(page(&site, "reference.html").contains("id=\"term\""));
    assert!(page(&site, "instructor-notes.html").contains("href=\"index.html\""));

    for file in ["fig/a.svg", "data/a.csv", "learners/files/a.zip", "README.md"] {
        assert!(site.join(file).is_file(), "{file}");
    }
    for file in ["draft.html", "README.html", "CONTRIBUTING.html", "links.html", "config.html"] {
        assert!(!site.join(file).exists(), "{file}");
    }
}

#[test]
fn no_link_of_a_site_leads_to_nothing_in_it() {
    let course = course();
    build(course.path(), &["build", "."]);
    let site = course.path().join("site");
    let mut followed = 0;
    for entry in fs::read_dir(&site).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let html = fs::read_to_string(&path).unwrap();
        for piece in html.split(" href=\"").skip(1).chain(html.split(" src=\"").skip(1)) {
            let (target, _) = piece.split_once('"').unwrap();
            if target.contains("://") {
                continue;
            }
            let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
            let wanted = if file.is_empty() { path.clone() } else { site.join(file) };
            assert!(wanted.is_file(), "{}: {target}", path.display());
            if !fragment.is_empty() {
                let anchor = format!("id=\"{fragment}\"");
                let html = fs::read_to_string(&wanted).unwrap();
                assert!(html.contains(&anchor), "{}: {target}", path.display());
            }
            followed += 1;
        }
    }
    assert!(followed > 100, "{followed} links were followed");
}

#[test]
fn it_can_be_given_from_elsewhere_and_keeps_out_of_its_folder() {
    let course = course();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = course.path().to_string_lossy().into_owned();
    build(elsewhere.path(), &["build", &path]);
    let first = page(&elsewhere.path().join("site"), "one.html");
    assert!(!course.path().join("target").exists());
    assert!(!course.path().join("site/index.html").exists());

    // The second build writes nothing, and the first of another place gives the same bytes.
    let said = build(elsewhere.path(), &["build", &path]);
    assert!(said.contains("(0 written)"), "{said}");
    build(course.path(), &["build", "."]);
    assert_eq!(page(&course.path().join("site"), "one.html"), first);
}

#[test]
fn a_workbench_without_episodes_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.yaml"), "title: Empty\n").unwrap();
    let output = lessonc(folder.path(), &["build", "."]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("episodes: there is no lesson here"), "{said}");
}

#[test]
fn a_mistake_is_told_at_the_line_that_the_author_sees() {
    let course = course();
    fs::write(course.path().join("episodes/two.md"), "---\ntitle: Two\n---\n\n::: challenge\n")
        .unwrap();
    let output = lessonc(course.path(), &["build", "."]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("--> episodes/two.md:5:1"), "{said}");
}
