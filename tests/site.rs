//! A whole site as it is written to disk: every link and every anchor in it leads somewhere.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod project;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use project::Project;

/// Where the page for missing pages takes the site to be; see the settings of `tests/course`.
const ADDRESS: &str = "/";

#[test]
fn every_link_and_anchor_of_a_site_with_every_kind_of_page_resolves() {
    let folder = tempfile::tempdir().unwrap();
    let pages = build(Path::new("tests/course"), folder.path());
    let names: Vec<&str> = pages.keys().map(String::as_str).collect();
    for name in ["404", "all", "citation", "exercises", "first", "index", "keypoints", "reference"]
    {
        assert!(names.contains(&&*format!("{name}.html")), "{name} is missing: {names:?}");
    }
    let ids: BTreeMap<&str, Vec<&str>> =
        pages.iter().map(|(path, html)| (path.as_str(), values(html, "id"))).collect();
    let mut problems = vec![];
    let mut walked = 0;
    for (path, html) in &pages {
        let own = &ids[path.as_str()];
        let unique: BTreeSet<&&str> = own.iter().collect();
        if unique.len() < own.len() {
            problems.push(format!("{path}: an id stands twice among {own:?}"));
        }
        let refers = ["aria-describedby", "aria-labelledby", "aria-controls"];
        let within = refers.iter().flat_map(|attribute| values(html, attribute));
        for id in within.flat_map(str::split_whitespace).filter(|id| !own.contains(id)) {
            problems.push(format!("{path}: nothing has the id {id}"));
        }
        for link in values(html, "href").into_iter().chain(values(html, "src")) {
            let link = link.replace("&amp;", "&");
            let link = if path == "404.html" { link.trim_start_matches(ADDRESS) } else { &*link };
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            walked += 1;
            let (target, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = target.split('?').next().unwrap();
            let target = if target.is_empty() { path.as_str() } else { target };
            if !folder.path().join(target).is_file() {
                problems.push(format!("{path}: {link} leads to no file"));
            } else if !fragment.is_empty() && !ids[target].contains(&fragment) {
                problems.push(format!("{path}: {link} leads to no id"));
            }
        }
    }
    assert!(walked > 200, "only {walked} links were seen");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn what_the_settings_say_is_on_the_pages_and_files_beside_the_lessons_are_copied() {
    let (course, site) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let settings = "---\ndescription: On moons.\nrepository: https://example.org/moons\nlang: de\ntranslations: { fr: https://example.org/lunes, eo: https://example.org/lunoj }\n---\n";
    let lesson = "```python\nfor moon in moons: pass\n```\n";
    for (path, text) in [
        ("index.md", settings),
        ("io.md", lesson),
        ("data/moons.csv", "Io\n"),
        ("files/moons.zip", "no zip"),
        ("fig/io.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ] {
        let path = course.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let pages = build(course.path(), site.path());
    assert!(pages["index.html"].contains("<meta name=\"description\" content=\"On moons.\">"));
    assert!(pages["io.html"].contains("href=\"https://example.org/moons\""));
    assert!(pages["io.html"].contains("<html lang=\"de\">"));
    let french = "<a href=\"https://example.org/lunes/\" hreflang=\"fr\" lang=\"fr\">Français</a>";
    assert!(pages["io.html"].contains(french) && pages["io.html"].contains(">eo</a>"));
    let alternate = "<link rel=\"alternate\" hreflang=\"fr\" href=\"https://example.org/lunes/\">";
    assert!(pages["index.html"].contains(alternate) && !pages["io.html"].contains(alternate));
    for copied in ["data/moons.csv", "files/moons.zip", "fig/io.svg"] {
        assert!(site.path().join(copied).is_file(), "{copied} was not copied");
    }
}

#[test]
fn what_the_search_finds_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let pages = build(Path::new("tests/course"), folder.path());
    let value = |name: &str| -> serde_json::Value {
        let script = fs::read_to_string(folder.path().join(format!("search/{name}.js"))).unwrap();
        let value = script.strip_prefix(&format!("lessoncSearch(\"{name}\", ")).unwrap();
        serde_json::from_str(value.strip_suffix(");\n").unwrap()).unwrap()
    };
    let (index, sections) = (value("index"), value("sections-0"));
    let mut sections = sections.as_array().unwrap().iter();
    let mut seen = vec![];
    for page in index["pages"].as_array().unwrap() {
        let path = page[0].as_str().unwrap();
        for section in sections.by_ref().take(page[2].as_u64().unwrap() as usize) {
            let id = section[0].as_str().unwrap();
            assert!(id.is_empty() || values(&pages[path], "id").contains(&id), "{path}#{id}");
            seen.push(format!("{path}#{id}"));
        }
    }
    assert!(sections.next().is_none());
    for found in ["first.html#twice", "first.html#windows", "reference.html#"] {
        assert!(seen.contains(&found.to_owned()), "{found} is missing: {seen:?}");
    }
    assert!(!seen.iter().any(|place| place.starts_with("all.html")), "{seen:?}");
}

#[test]
fn signs_in_titles_are_listed_as_themselves_and_searched_by_name_too() {
    let project = Project::new(&[("circle.md", "## The number $\\pi$\n\nIt is round.\n")]);
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    assert!(
        project
            .read("site/circle.html")
            .contains("<li><a href=\"#the-number-pi\">The number π</a></li>")
    );
    assert!(project.read("site/search/sections-0.js").contains("\"The number π\""));
    let words = project.read("site/search/words-0.js");
    assert!(words.contains("\"pi\"") && words.contains("\"π\""), "{words}");
}

#[test]
fn a_lesson_that_is_broken_stays_in_the_search_as_its_page_does() {
    let sound = "Here are lemmings.\n";
    let project = Project::new(&[("one.md", "Here are lions.\n"), ("two.md", sound)]);
    let build = || project.lessonc(&["build"]);
    assert_eq!(build().0, Some(0));
    project.write("two.md", "Here are llamas.\n\n:::no-such-class\n");
    assert_eq!(build().0, Some(1));
    let words = || project.read("site/search/words-0.js");
    assert!(words().contains("lemmings") && !words().contains("llamas"), "{}", words());
    project.write("two.md", "Here are llamas.\n");
    assert_eq!(build().0, Some(0));
    assert!(!words().contains("lemmings") && words().contains("llamas"), "{}", words());
}

#[test]
fn a_lesson_that_is_listed_and_not_yet_written_holds_up_no_other() {
    let settings = |listed: &str| format!("---\nlessons: [{listed}]\n---\n");
    let project = Project::new(&[("index.md", &settings("one, two")), ("one.md", "Before.\n")]);
    let build = || project.lessonc(&["build"]);
    project.write("two.md", "Words.\n");
    assert_eq!(build().0, Some(0));
    project.write("index.md", &settings("one, two, three"));
    project.write("one.md", "After.\n");
    let (status, told) = build();
    assert!(status == Some(1) && told.contains("error[unknown-lesson]"), "{told}");
    assert!(project.read("site/one.html").contains("After."));
    // One that is misspelt would put the others in another order.
    project.write("index.md", &settings("one, tow"));
    project.write("one.md", "Later.\n");
    assert_eq!(build().0, Some(1));
    assert!(project.read("site/one.html").contains("After."));
}

#[test]
fn what_crawlers_are_told_holds_whole_addresses_of_pages_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let pages = build(Path::new("tests/course"), folder.path());
    let sitemap = fs::read_to_string(folder.path().join("sitemap.xml")).unwrap();
    let listed: BTreeSet<&str> = sitemap
        .split("<loc>https://example.org/")
        .skip(1)
        .map(|rest| rest.split("</loc>").next().unwrap())
        .collect();
    let found: BTreeSet<&str> =
        pages.keys().map(String::as_str).filter(|path| *path != "404.html").collect();
    assert_eq!(listed, found);
    let robots = fs::read_to_string(folder.path().join("robots.txt")).unwrap();
    assert!(robots.contains("\nSitemap: https://example.org/sitemap.xml"), "{robots}");
}

/// Builds a course, and gives its pages by their path.
fn build(course: &Path, out: &Path) -> BTreeMap<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lessonc"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let built = command.arg("build").arg(course).args(["--frozen", "--out"]).arg(out).output();
    let built = built.unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let paths = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
    let pages = paths.filter(|path: &PathBuf| path.extension().is_some_and(|it| it == "html"));
    pages
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The values of an attribute. Text has its quotes escaped, so what is found stands in a tag.
fn values<'h>(html: &'h str, attribute: &str) -> Vec<&'h str> {
    let before = format!(" {attribute}=\"");
    html.split(before.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn each_page_says_what_it_is_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let pages = build(Path::new("tests/course"), folder.path());
    for (path, html) in &pages {
        let data = html.split("<script type=\"application/ld+json\">").nth(1).unwrap();
        let data = data.split("</script>").next().unwrap();
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        let address = match path.as_str() {
            "404.html" => None,
            "index.html" => Some("https://example.org/".to_owned()),
            path => Some(format!("https://example.org/{path}")),
        };
        assert_eq!(data["url"].as_str(), address.as_deref(), "{path}");
        let canonical =
            address.map(|address| format!("<link rel=\"canonical\" href=\"{address}\">"));
        assert_eq!(html.contains("rel=\"canonical\""), canonical.is_some(), "{path}");
        assert!(canonical.is_none_or(|canonical| html.contains(&canonical)), "{path}");
    }
    let data = pages["first.html"].split("ld+json\">").nth(1).unwrap();
    assert!(data.contains("\"timeRequired\":\"PT35M\""), "{data}");
}

#[test]
fn pages_of_a_large_course_list_the_lessons_near_them_and_lead_to_all() {
    let folder = tempfile::tempdir().unwrap();
    let course = folder.path().join("lessons");
    fs::create_dir(&course).unwrap();
    for number in 0..101 {
        fs::write(course.join(format!("l{number:03}.md")), "Text.\n").unwrap();
    }
    let pages = build(&course, &folder.path().join("site"));
    assert!(pages.contains_key("all.html"), "many short lessons are no long page");
    let listed = |page: &str| {
        let links: BTreeSet<String> = values(&pages[page], "href")
            .into_iter()
            .filter(|link| link.starts_with('l') && link.ends_with(".html"))
            .map(str::to_owned)
            .collect();
        (links.first().cloned().unwrap(), links.last().cloned().unwrap(), links.len())
    };
    assert_eq!(listed("l000.html"), ("l000.html".into(), "l059.html".into(), 60));
    assert_eq!(listed("l050.html"), ("l020.html".into(), "l079.html".into(), 60));
    assert_eq!(listed("l100.html"), ("l041.html".into(), "l100.html".into(), 60));
    assert_eq!(listed("index.html").2, 101, "the schedule lists them all");
    assert!(values(&pages["l050.html"], "href").contains(&"index.html#schedule"));
    assert!(values(&pages["index.html"], "id").contains(&"schedule"));
}

#[test]
fn a_course_looks_as_its_settings_say() {
    let settings = "---\ntheme:\n  accent: \"#8a1538\"\n  font: Inter, sans-serif\n  code-font: files/mono.woff2\n  \
                    logo: fig/logo.svg\n  footer: By the *Institute*, see [one](one.md).\n---\n";
    let logo = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"30\" height=\"10\"/>";
    let project = Project::new(&[("index.md", settings), ("one.md", "One.\n")]);
    for (path, text) in [
        ("files/mono.woff2", "a font"),
        ("fig/logo.svg", logo),
        ("templates/css/own.css", "h1 { color: red; }\n"),
    ] {
        fs::create_dir_all(project.path("lessons").join(path).parent().unwrap()).unwrap();
        project.write(path, text);
    }
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let page = project.read("site/one.html");
    let logo = "<img class=\"logo\" src=\"fig/logo.svg\" alt=\"\" width=\"30\" height=\"10\">";
    assert!(page.contains(logo), "{page}");
    let footer = "<p>By the <em>Institute</em>, see <a href=\"one.html\">one</a>.</p>";
    assert!(page.contains(footer) && project.read("site/index.html").contains(footer), "{page}");
    assert_eq!(page.matches("rel=\"stylesheet\"").count(), 1);
    let css = project.read("site/assets/lessonc.css");
    let ours = css.find("h1 { color: red; }").unwrap();
    let settings = &css[ours..];
    assert!(settings.contains("--accent: light-dark(#8a1538, #"), "{settings}");
    assert!(settings.contains("--font-text: \"Inter\", var(--sans)"), "{settings}");
    assert!(settings.contains("url(\"../files/mono.woff2\")"), "{settings}");
    assert!(project.path("site/files/mono.woff2").is_file());
}

#[test]
fn a_broken_template_is_told_once_with_its_line_and_what_there_is() {
    let project = Project::new(&[("one.md", "```sh\nls\n```\n\n```sh\nls\n```\n")]);
    fs::create_dir(project.path("lessons/templates")).unwrap();
    project.write("templates/code.html", "<pre>\n{{ cod }}</pre>\n");
    project.write("templates/cde.html", "");
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(1), "{words}");
    assert_eq!(words.matches("error[template]").count(), 1, "{words}");
    assert!(
        words.contains("templates/code.html:2:4") && words.contains("caption, code,"),
        "{words}"
    );
    assert!(words.contains("unused-template") && words.contains("`code.html`"), "{words}");
    project.write("templates/code.html", "{% if %}");
    let (status, words) = project.lessonc(&["build"]);
    assert_ne!(status, Some(0), "{words}");
    assert!(words.contains("templates/code.html:1:"), "{words}");
}

#[test]
fn what_readers_take_along_runs_as_it_is() {
    let lesson = "---\ndata: [data/a.csv]\n---\n\n```rust\nlet x = 1;\n```\n\n```rust\nlet x = x + 1;\nx\n```\n\n\
        ``` {.rust file=\"src/lib.rs\"}\npub fn three() -> u8 {\n    3\n}\n```\n\n\
        ``` {.rust file=\"src/bin/zwei.rs\"}\nfn main() {\n    print!(\"{}\", std::fs::read_to_string(\"data/a.csv\").unwrap());\n}\n```\n\n\
        ``` {.rust file=\"src/bin/drei.rs\"}\nfn main() {\n    println!(\"{}\", one::three());\n}\n```\n";
    let project = Project::new(&[("one.md", lesson)]);
    fs::create_dir(project.path("lessons/data")).unwrap();
    project.write("data/a.csv", "from the file\n");
    let (status, words) = project.lessonc(&["build"]);
    assert_eq!(status, Some(0), "{words}");
    let page = project.read("site/one.html");
    for path in ["code/one.zip", "code/one.rs"] {
        assert!(page.contains(&format!("href=\"{path}\" download")), "{page}");
    }
    let zip = fs::read(project.path("site/code/one.zip")).unwrap();
    project.lessonc(&["build", "--out", "again"]);
    assert_eq!(fs::read(project.path("again/code/one.zip")).unwrap(), zip, "other bytes");

    let archive = rawzip::ZipArchive::from_slice(&zip).unwrap();
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().unwrap() {
        let path = entry.file_path().try_normalize().unwrap();
        let path = project.path(path.as_ref());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, archive.get_entry(entry.wayfinder()).unwrap().data()).unwrap();
    }
    let run = |arguments: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        let ran = cargo.args(arguments).current_dir(project.path("one")).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    };
    assert_eq!(run(&["run", "--offline"]), "from the file\n", "the program that comes first");
    assert_eq!(run(&["run", "--offline", "--bin", "drei"]), "3\n");
    assert_eq!(run(&["run", "--offline", "--example", "one"]), "2\n");
}

#[test]
fn a_lesson_with_its_style_and_script_is_light() {
    const LIMIT: usize = 60_000;
    let folder = tempfile::tempdir().unwrap();
    build(Path::new("lessons"), folder.path());
    let compressed = |path: &str| {
        let gzip = Command::new("gzip").arg("-9c").arg(folder.path().join(path)).output().unwrap();
        assert!(gzip.status.success(), "{path}: {}", String::from_utf8_lossy(&gzip.stderr));
        gzip.stdout.len()
    };
    let files = ["asyncio.html", "assets/lessonc.css", "assets/lessonc.js"];
    let sizes = files.map(compressed);
    assert!(sizes.iter().sum::<usize>() < LIMIT, "{files:?} are {sizes:?} bytes");
    // There is nothing else that a page asks for before its readers do.
    let page = fs::read_to_string(folder.path().join("asyncio.html")).unwrap();
    let asked = page.matches("<script src=").count() + page.matches("rel=\"stylesheet\"").count();
    assert_eq!(asked, 2);
}

#[test]
fn a_course_that_is_too_long_for_one_page_has_none_of_all_lessons() {
    let folder = tempfile::tempdir().unwrap();
    let course = folder.path().join("lessons");
    fs::create_dir(&course).unwrap();
    for (name, size) in [("a", 2_500_000), ("b", 1_000_000)] {
        fs::write(course.join(format!("{name}.md")), "A word. ".repeat(size / 8)).unwrap();
    }
    let site = folder.path().join("site");
    assert!(build(&course, &site).contains_key("all.html"));
    fs::write(course.join("c.md"), "A word. ".repeat(100_000)).unwrap();
    assert!(!build(&course, &site).contains_key("all.html"));
}

#[test]
fn exercises_that_are_too_long_for_one_page_are_named_on_it() {
    let long = "Words and words. ".repeat(120_000);
    let lesson = |title: &str| {
        format!("Prose.\n\n:::challenge\n## {title}\n\n{long}\n:::\n\n:::challenge\nShort.\n:::\n")
    };
    let project = Project::new(&[("a.md", &lesson("*Short* of breath")), ("b.md", "None.\n")]);
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    assert!(project.read("site/exercises.html").contains("Words and words. Words"));
    project.write("b.md", &lesson("Long & longer"));
    assert_eq!(project.lessonc(&["build"]).0, Some(0));
    let page = project.read("site/exercises.html");
    assert!(!page.contains("Words and words. Words"));
    for link in [
        "a.html#short-of-breath\">Short of breath",
        "b.html#long-longer\">Long &amp; longer",
        "\">Challenge",
    ] {
        assert!(page.contains(&format!("{link}</a>")), "{link}");
    }
}
