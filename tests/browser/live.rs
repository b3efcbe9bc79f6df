//! What an open page does while its course is edited.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use thirtyfour::prelude::*;

use super::{Page, in_browser_with};

#[test]
fn a_prose_edit_changes_the_page_and_nothing_that_its_reader_did() {
    let filling = "Words.\n\n".repeat(60);
    let lesson = format!(
        "# One\n\n```text\ncode\n```\n\n{filling}::: solution\n## Fold\n\nin the fold\n:::\n\n\
         ::: tab\n## Linux\n\none\n\n## Mac\n\ntwo\n:::\n\nBefore. Selected.\n\n{filling}"
    );
    let page = include_str!("../../templates/page.html");
    let strict = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\">";
    let page = page.replace("<head>", &format!("<head>{strict}"));
    live(&[("one.md", &lesson), ("templates/page.html", &page)], async |course, page| {
        page.open("one.html").await?;
        let fold = page.driver.find(By::Css("details.solution > summary")).await?;
        fold.click().await?;
        page.js::<Value>(
            "document.querySelectorAll('details.tab')[1].open = true;
            const text = [...document.querySelectorAll('main p')]
                .find((it) => it.textContent.startsWith('Before.')).firstChild;
            getSelection().setBaseAndExtent(text, 8, text, 16);
            scrollTo(0, 700);
            window.isSame = true;",
        )
        .await?;
        page.settle().await?;
        let state = async || {
            page.js::<Value>(
                "return [scrollY, document.querySelector('details.solution').open,
                [...document.querySelectorAll('details.tab')].map((it) => it.open),
                document.querySelectorAll('.code > .copy').length,
                document.querySelector('.theme').hidden,
                document.activeElement.matches('details.solution > summary'),
                String(getSelection()), window.isSame]",
            )
            .await
        };
        let before = state().await?;
        course.edit("one.md", "in the fold", "anew in the fold");
        page.until("document.querySelector('.solution').textContent.includes('anew')").await?;
        course.edit("one.md", "one\n\n## Mac", "*one*\n\n## Mac");
        page.until("document.querySelector('.tab em')").await?;
        // One paragraph less further on, and one code block more.
        course.edit("one.md", "Selected.\n\nWords.", "Selected.\n\n```text\nmore\n```");
        page.until("document.querySelectorAll('.code > .copy').length === 2").await?;
        let mut after = state().await?;
        assert_eq!(after[3].take(), 2);
        after[3] = 1.into();
        assert_eq!(after, before);
        let left = before.as_array().unwrap()[1..].to_vec();
        let open = serde_json::json!([true, [false, true], 1, false, true, "Selected", true]);
        assert_eq!(Value::from(left), open);
        for path in ["one.html", "index.html", "assets/lessonc.js"] {
            let published = fs::read_to_string(course.path(&format!("site/{path}"))).unwrap();
            assert!(!published.contains(".lessonc/"), "{path} knows how it was served");
        }
        let complaints = page.driver.browser_log().await?;
        assert!(complaints.is_empty(), "{complaints:#?}");
        Ok(())
    });
}

#[test]
fn what_its_reader_holds_stays_whatever_comes_and_goes_before_it() {
    let lesson = "# One\n\nFirst words.\n\nSecond words.\n\nThird words.\n\n- a point\n- one more\n\
                  - a [link](https://example.org/)\n\nSelected.\n\nThe same.\n\nThe same.\n\n0 edits.\n";
    live(&[("one.md", lesson)], async |course, page| {
        page.open("one.html").await?;
        page.js::<Value>(
            "const paragraph = [...document.querySelectorAll('main p')]
                .find((it) => it.textContent === 'Selected.');
            getSelection().setBaseAndExtent(paragraph.firstChild, 0, paragraph.firstChild, 8);
            const link = document.querySelector('main li a');
            link.focus();
            window.held = [paragraph, link];",
        )
        .await?;
        let edits = [
            ("First words.", "New words.\n\nFirst words.\n\nMore words."),
            ("Second words.\n\n", ""),
            ("Third words.", "```text\ncode\n```\n\nAnother third."),
            ("- a point", "- new point\n- a point"),
            ("- one more\n", ""),
            ("Another third.", "The same.\n\n## Heading\n\nIts words."),
            ("# One\n", "# One\n\n> quoted\n\n::: callout\n## Mind\n\nthis\n:::\n"),
        ];
        for (done, (before, after)) in edits.into_iter().enumerate() {
            let text = fs::read_to_string(course.path("lessons/one.md")).unwrap();
            assert!(text.contains(before));
            let next = format!("{} edits", done + 1);
            let text = text.replacen(before, after, 1).replace(&format!("{done} edits"), &next);
            course.write("one.md", &text);
            let main = "document.querySelector('main').textContent";
            page.until(&format!("{main}.includes('{next}')")).await?;
            let held: Value = page
                .js("return [String(getSelection()), document.activeElement === window.held[1],
                    window.held.every((it) => it.isConnected)]")
                .await?;
            assert_eq!(held, serde_json::json!(["Selected", true, true]), "after {after:?}");
        }
        let kept: usize =
            page.js("return document.querySelectorAll('[id^=lessonc-same]').length").await?;
        assert_eq!(kept, 0, "what the morph was told stands in the page");
        Ok(())
    });
}

#[test]
fn mistakes_are_shown_over_the_last_good_page_until_they_are_mended() {
    live(&[("one.md", "# One\n\nGood.\n")], async |course, page| {
        page.open("one.html").await?;
        let panel = "document.querySelector('lessonc-live').shadowRoot.querySelector('details')";
        course.edit("one.md", "Good.", "Bad.\n\n::: solution\n\nx\n");
        page.until(panel).await?;
        let (text, href, below): (String, String, String) = page
            .js(&format!(
                "const panel = {panel};
                return [panel.innerText, panel.querySelector('a').href, document.querySelector('main').innerText]"
            ))
            .await?;
        assert!(text.contains("error[unclosed-div]: this div is never closed"), "{text}");
        assert!(text.contains("| ^^^^^^^^^^^^"), "{text}");
        let place = format!("vscode://file{}:5:1", course.path("lessons/one.md"));
        assert_eq!(href, place);
        assert!(below.contains("Good."), "{below}");
        course.edit("one.md", "x\n", "x\n:::\n");
        page.until(&format!("!{panel}")).await?;
        assert!(page.text("main").await?.contains("Bad."));
        // Templates too: where they cannot be read, and where they can't be shown.
        for (template, words, place) in
            [("\n{% if %}", "Found", "2:7"), ("{{ course.title }}\n{{ corse }}", "corse", "2:4")]
        {
            course.write("templates/colophon.html", template);
            page.until(&format!("{panel}?.innerText.includes('{words}')")).await?;
            let href: String =
                page.js(&format!("return [...{panel}.querySelectorAll('a')].at(-1).href")).await?;
            let file = course.path("lessons/templates/colophon.html");
            assert_eq!(href, format!("vscode://file{file}:{place}"));
        }
        Ok(())
    });
}

#[test]
fn styles_and_pictures_are_exchanged_alone() {
    let picture = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\"/>";
    let files = [
        ("one.md", "# One\n\n![A square](fig/a.svg){alt=\"a square\"}\n"),
        ("fig/a.svg", picture),
        ("templates/assets/lessonc.css", "h1 { color: rgb(1, 2, 3); }"),
    ];
    live(&files, async |course, page| {
        page.open("one.html").await?;
        page.unfold().await?;
        page.js::<Value>("window.isSame = true").await?;
        course.edit("templates/assets/lessonc.css", "1, 2, 3", "4, 5, 6");
        page.until("getComputedStyle(document.querySelector('h1')).color === 'rgb(4, 5, 6)'")
            .await?;
        page.until("document.querySelectorAll('link[rel=stylesheet][href*=assets]').length === 1")
            .await?;
        course.edit("fig/a.svg", "width=\"10\"", "width=\"20\"");
        page.until("document.querySelector('main img').naturalWidth === 20").await?;
        course.edit("one.md", "A square", "Another square");
        page.until("document.querySelector('figcaption').textContent === 'Another square'").await?;
        assert_eq!(
            page.js::<u32>("return document.querySelector('main img').naturalWidth").await?,
            20
        );
        assert!(page.js::<bool>("return window.isSame").await?, "the page was loaded anew");
        Ok(())
    });
}

#[test]
fn with_another_template_the_page_that_is_looked_at_comes_first() {
    let files = [
        ("one.md", "# One\n\n:::keypoints\n- Because.\n:::\n"),
        ("two.md", "# Two\n\nWords.\n"),
        ("templates/colophon.html", "<footer>before</footer>"),
    ];
    live(&files, async |course, page| {
        page.open("two.html").await?;
        page.until("document.querySelector('footer').textContent === 'before'").await?;
        course.edit("templates/colophon.html", "before", "after");
        page.until("document.querySelector('footer').textContent === 'after'").await?;
        course.until_published("site/one.html", "<footer>after").await;
        course.until_published("site/two.html", "<footer>after").await;
        // At which version of the site each page changed last.
        let changed = "return (async () => {
            const news = async (since) => {
                const reader = (await fetch(`/.lessonc/events?since=${since}`)).body.getReader();
                const { value } = await reader.read();
                reader.cancel();
                return JSON.parse(new TextDecoder().decode(value).replace('data:', ''));
            };
            const { version } = await news(0);
            const versions = {};
            for (let since = version - 5; since < version; since++)
                for (const path of (await news(since)).changed) versions[path] = since + 1;
            return versions;
        })()";
        let changed: HashMap<String, u64> = page.js(changed).await?;
        assert!(changed["two.html"] < changed["one.html"], "{changed:?}");
        assert_eq!(changed["one.html"], changed["keypoints.html"]);
        Ok(())
    });
}

#[test]
fn while_code_runs_the_page_shows_what_it_gave_before() {
    let lesson = "Prose.\n\n```rust\nprintln!(\"first\");\n```\n";
    live(&[("one.md", lesson)], async |course, page| {
        page.open("one.html").await?;
        let output = "document.querySelector('.output')?.textContent";
        page.until(&format!("{output}?.includes('first')")).await?;
        let running = "document.querySelector('[data-running]')";
        page.until(&format!("!{running}")).await?;
        // What does not end by itself, an edit ends.
        let endless =
            "println!(\"never\");\nstd::thread::sleep(std::time::Duration::from_secs(50));";
        course.edit("one.md", "println!(\"first\");", endless);
        page.until(&format!("{running} && {output}.includes('first')")).await?;
        assert!(page.text(".code").await?.contains("never"), "the page waits for its program");
        let published = fs::read_to_string(course.path("site/one.html")).unwrap();
        assert!(!published.contains("never"), "what is not yet true was published");
        course.edit("one.md", endless, "println!(\"second\");");
        page.until(&format!("!{running} && {output}.includes('second')")).await?;
        course.edit("one.md", "println!(\"second\");", "println!(\"third\"); nothing();");
        let panel = "document.querySelector('lessonc-live').shadowRoot.querySelector('details')";
        page.until(&format!("!{running} && {panel}")).await?;
        assert!(page.text(".code").await?.contains("second"), "the last good page is gone");
        Ok(())
    });
}

#[test]
fn what_cells_print_is_shown_as_they_print_it() {
    let lesson = "```rust\nprintln!(\"one\");\n```\n\n```rust\nprintln!(\"two\");\n2\n```\n\n\
                  ``` {.console .cell}\n$ echo three\n```\n";
    live(&[("one.md", lesson)], async |course, page| {
        page.open("one.html").await?;
        let output = |at: usize| format!("document.querySelectorAll('.output')[{at}]?.textContent");
        page.until(&format!("{}?.includes('three')", output(2))).await?;
        page.until("!document.querySelector('[data-running]')").await?;
        // Prints, and waits to be told to go on.
        let waits = "println!(\"one\"); eprint!(\"half a line\"); let go = std::path::Path::new(\"go\"); \
                     while !go.exists() { std::thread::sleep(std::time::Duration::from_millis(10)); } \
                     println!(\"went\");";
        course.edit("one.md", "println!(\"one\");", waits);
        page.until(&format!("{}?.includes('half a line')", output(0))).await?;
        let state: (Vec<bool>, String, bool) = page
            .js(&format!(
                "return [[...document.querySelectorAll('.output')].map((it) => it.classList.contains('old')),
                {}, document.documentElement.hasAttribute('data-running')]",
                output(1)
            ))
            .await?;
        // The console is another program, and nothing of it changed.
        assert_eq!(state.0, [false, true, false]);
        assert!(
            state.1.contains("two"),
            "what is not there yet is what was there before: {}",
            state.1
        );
        assert!(state.2, "nothing says that it runs");
        let published = fs::read_to_string(course.path("site/one.html")).unwrap();
        assert!(!published.contains("half a line"), "what is not whole was published");
        let folder = course.path("target/lessonc/lessons/runs/one/notebook/go");
        fs::write(folder, "").unwrap();
        page.until(&format!(
            "{}?.includes('went') && !document.querySelector('.output.old')",
            output(0)
        ))
        .await?;
        page.until("!document.querySelector('[data-running]')").await?;
        // What is shown is published when all of it is there.
        course.until_published("site/one.html", "half a line").await;
        let published = fs::read_to_string(course.path("site/one.html")).unwrap();
        assert!(published.contains("went") && !published.contains("output old"));
        Ok(())
    });
}

#[test]
fn words_are_edited_while_code_runs_and_it_runs_on() {
    let waits = "println!(\"run {}\", std::process::id()); while !std::path::Path::new(\"go\").exists() \
                 { std::thread::sleep(std::time::Duration::from_millis(10)); } println!(\"went\");";
    let lesson = format!("Prose.\n\n```rust\n{waits}\n```\n");
    live(&[("one.md", &lesson), ("two.md", "Beside it.\n")], async |course, page| {
        page.open("one.html").await?;
        let output = "document.querySelector('.output')?.textContent";
        let shows = |words: &str| format!("{output}?.includes('{words}')");
        page.until(&shows("run")).await?;
        let run: String = page.js(&format!("return {output}.match(/run [0-9]+/)[0]")).await?;
        course.edit("one.md", "Prose.", "Other words.\n\nAnd more of them.");
        page.until("document.querySelector('main').textContent.includes('And more of them.')")
            .await?;
        // It has a title in all others' navigation.
        course.write("two.md", "---\ntitle: The second\n---\n\nOther words.\n");
        page.until("document.querySelector('.sidebar').textContent.includes('The second')").await?;
        assert!(
            page.js::<bool>("return document.documentElement.matches('[data-running]')").await?
        );
        fs::write(course.path("target/lessonc/lessons/runs/one/notebook/go"), "").unwrap();
        page.until(&format!("{} && !document.querySelector('[data-running]')", shows("went")))
            .await?;
        assert!(page.js::<bool>(&format!("return {}", shows(&run))).await?, "it ran once more");
        course.until_published("site/one.html", "And more of them.").await;
        course.until_published("site/one.html", &run).await;
        // Other code ends it.
        let again = waits.replace("went", "went again");
        course.edit("one.md", waits, &again);
        page.until(&format!("{} && !{}", shows("run"), shows("went"))).await?;
        course.edit("one.md", &again, "println!(\"no more\");");
        page.until(&format!("{} && !document.querySelector('[data-running]')", shows("no more")))
            .await?;
        Ok(())
    });
}

#[test]
fn what_failed_runs_again_when_it_is_another() {
    let fails = "```rust\npanic!(\"boom {}\", std::process::id());\n```\n";
    let lesson = format!("---\ndata: [data/a.csv]\n---\n\nProse.\n\n{fails}");
    let files = [("one.md", &*lesson), ("two.md", "Beside it.\n"), ("data/a.csv", "a\n1\n")];
    live(&files, async |course, page| {
        page.open("two.html").await?;
        let panel =
            "document.querySelector('lessonc-live').shadowRoot.querySelector('details')?.innerText";
        let boom = format!("({panel} ?? '').match(/boom [0-9]+/)?.[0]");
        page.until(&boom).await?;
        let first: String = page.js(&format!("return {boom}")).await?;
        // At another line.
        course.edit("one.md", "Prose.", "Other words.\n\nAnd more.");
        page.until(&format!("{panel}.includes('one.md:10')")).await?;
        course.edit("two.md", "Beside", "Still beside");
        course.until_published("site/two.html", "Still beside").await;
        page.settle().await?;
        assert_eq!(page.js::<String>(&format!("return {boom}")).await?, first);
        // What it reads is another.
        course.edit("data/a.csv", "1", "2");
        page.until(&format!("{boom} && {boom} !== '{first}'")).await?;
        course.edit("one.md", "boom", "doom");
        page.until(&format!("{panel}.includes('doom')")).await?;
        course.edit("one.md", "panic!", "println!");
        page.until(&format!("!{panel}")).await?;
        course.until_published("site/one.html", "doom").await;
        Ok(())
    });
}

#[test]
fn a_lesson_that_runs_on_request_waits_for_it() {
    let lesson = "---\nrun: on-request\n---\n\nNew.\n\n```rust\nprintln!(\"first\");\n```\n\n\
                  ```output\n[..]\n```\n\n```rust,should_panic\npanic!(\"on purpose\")\n```\n";
    live(&[("one.md", lesson)], async |course, page| {
        page.open("one.html").await?;
        let button = "document.querySelector('lessonc-live').shadowRoot.querySelector('button')";
        let output = "document.querySelector('.output')?.textContent";
        page.until(button).await?;
        assert!(
            !Path::new(&course.path("lessons/_runs/one")).exists(),
            "it ran without being asked for"
        );
        assert!(page.text("main").await?.contains("New."), "it can't be read before it ran");
        let problems = "document.querySelector('lessonc-live').shadowRoot.querySelector('details')";
        page.until(&format!("!{problems}")).await?;
        page.js::<Value>(&format!("{button}.click()")).await?;
        page.until(&format!("{output}?.includes('first') && !{button}")).await?;
        course.edit("one.md", "first", "second");
        page.until(&format!("{button} && document.querySelector('.output.old')")).await?;
        assert!(page.text(".code").await?.contains("second"));
        assert!(page.text(".output").await?.contains("first"));
        // A page beside it is woven and published meanwhile, and its own stays.
        course.write("two.md", "---\ntitle: Two\n---\n\nBeside it.\n");
        page.until("document.querySelector('.sidebar').textContent.includes('Two')").await?;
        let published = |path: &str| fs::read_to_string(course.path(path)).unwrap_or_default();
        course.until_published("site/two.html", "Beside it.").await;
        let one = published("site/one.html");
        assert!(one.contains("first") && !one.contains("second"), "what is not true was published");
        page.js::<Value>(&format!("{button}.click()")).await?;
        page.until(&format!("{output}?.includes('second') && !{button}")).await?;
        page.until("!document.querySelector('.output.old')").await?;
        course.until_published("site/one.html", "second").await;
        Ok(())
    });
}

#[test]
fn a_page_that_follows_goes_to_the_place_of_the_edit() {
    let filling = "Words.\n\n".repeat(80);
    let lesson =
        format!("# One\n\nTop.\n\n{filling}::: solution\nFold.\n:::\n\n{filling}Bottom.\n");
    live_with(&["--follow"], &[("one.md", &lesson)], async |course, page| {
        page.open("one.html").await?;
        assert_eq!(page.js::<f64>("return scrollY").await?, 0.0);
        course.edit("one.md", "Bottom.", "Bottom of it.");
        page.until("scrollY > 500 && document.querySelector('main').textContent.includes('of it')")
            .await?;
        course.edit("one.md", "Top.", "Top.\n\nAnother.");
        page.until("scrollY < 300").await?;
        course.edit("one.md", "Fold.", "Fold, unfolded.");
        page.until("scrollY > 500 && document.querySelector('main details').open").await?;
        assert!(page.text("main details").await?.contains("unfolded"));
        Ok(())
    });
}

#[test]
fn lessons_come_and_go_and_settings_change() {
    live(&[("one.md", "# One\n")], async |course, page| {
        page.open("two.html").await?;
        assert_eq!(page.text("h1").await?, "No such page");
        course.write("two.md", "---\ntitle: The second\n---\n");
        page.until("document.querySelector('h1').textContent === 'The second'").await?;
        course.write("index.md", "---\ntitle: All of it\n---\n");
        page.until("document.querySelector('.course').textContent === 'All of it'").await?;
        // As editors save: beside it, and then over it.
        course.write(".one.md.swp", "---\ntitle: The first\n---\n");
        fs::rename(course.path("lessons/.one.md.swp"), course.path("lessons/one.md")).unwrap();
        page.until("document.querySelector('.sidebar').textContent.includes('The first')").await?;
        fs::remove_dir_all(course.path("lessons")).unwrap();
        page.until("document.querySelector('lessonc-live').shadowRoot.querySelector('details')")
            .await?;
        course.write("two.md", "---\ntitle: Back again\n---\n");
        page.until("document.querySelector('h1').textContent === 'Back again'").await?;
        fs::remove_file(course.path("lessons/two.md")).unwrap();
        course.write("one.md", "# One\n");
        page.until("document.querySelector('h1').textContent === 'No such page'").await?;
        Ok(())
    });
}

/// How long something may take on a machine that has much else to do, with compiling.
const PATIENCE: Duration = Duration::from_secs(60);

/// A course that is edited while it is served.
struct Course(TempDir);

impl Course {
    fn path(&self, path: &str) -> String {
        self.0.path().join(path).to_string_lossy().into_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join("lessons").join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
        // At once, as most editors do: half an edit is another, which may end what runs.
        let beside = path.with_file_name(".new");
        fs::write(&beside, text).unwrap();
        fs::rename(beside, path).unwrap();
    }

    /// Waits until a file of the site holds some words.
    async fn until_published(&self, path: &str, words: &str) {
        let start = Instant::now();
        while !fs::read_to_string(self.path(path)).is_ok_and(|page| page.contains(words)) {
            assert!(start.elapsed() < PATIENCE, "{path} never holds `{words}`");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(&format!("lessons/{path}"))).unwrap();
        assert!(text.contains(from));
        self.write(path, &text.replacen(from, to, 1));
    }
}

fn live(files: &[(&str, &str)], test: impl AsyncFnOnce(&Course, &Page) -> WebDriverResult<()>) {
    live_with(&[], files, test);
}

fn live_with(
    options: &[&str],
    files: &[(&str, &str)],
    test: impl AsyncFnOnce(&Course, &Page) -> WebDriverResult<()>,
) {
    let course = Course(tempfile::tempdir().unwrap());
    files.iter().for_each(|(path, text)| course.write(path, text));
    let mut server = Command::new(env!("CARGO_BIN_EXE_lessonc"));
    server.current_dir(course.0.path()).args(["serve", "--port", "0"]).args(options);
    in_browser_with(server, async |page| test(&course, page).await);
}

impl Page {
    /// Waits until something holds in the page.
    async fn until(&self, condition: &str) -> WebDriverResult<()> {
        let start = Instant::now();
        // While a page is loaded anew there is nothing to ask.
        while !matches!(self.js::<bool>(&format!("return Boolean({condition})")).await, Ok(true)) {
            if start.elapsed() > PATIENCE {
                let text: String = self.js("return document.documentElement.outerHTML").await?;
                panic!("never: {condition}\n{text}");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}
