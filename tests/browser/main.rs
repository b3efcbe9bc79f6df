//! The built course in a real browser: what a reader sees, presses and waits for.
//!
//! Each test has a server, a driver and a browser of its own, so that none can lean on another.
//! Without Chromium and its driver they are left out, and say so; with `LESSONC_REQUIRE_BROWSER`
//! set they fail instead. `CHROME` and `CHROMEDRIVER` name programs that are not on the path, and
//! `LESSONC_AXE` the file `axe.min.js` of the npm package axe-core.

// A test looks at the site from outside, and starts what shows it.
#![allow(clippy::disallowed_methods)]

mod axe;
mod live;
mod readers;
mod search;

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::{LoggingPrefsLogLevel, prelude::*};

const LESSON: &str = "asyncio.html";
const PAGES: [&str; 5] =
    ["index.html", LESSON, "manual-boxes.html", "manual-cells.html", "manual-numbers.html"];
/// A course with every kind of page, and one page of each.
const EVERY_KIND: &str = "tests/course";
const KINDS: [&str; 10] = [
    "index.html",
    "first.html",
    "first.html?view=instructor",
    "instructor-notes.html?view=instructor",
    "reference.html",
    "keypoints.html",
    "exercises.html",
    "all.html",
    "citation.html",
    "404.html",
];
const SOLUTION: &str = "details.solution";

#[test]
fn a_lesson_begins_with_its_title_and_overview() {
    in_browser(async |page| {
        page.open(LESSON).await?;
        assert!(page.driver.title().await?.starts_with("Async Rust – "));
        assert_eq!(page.text("h1").await?, "Async Rust");
        assert_eq!(page.text(".overview h2").await?, "Overview");
        assert_eq!(page.text(".overview .minutes").await?, "30 min teaching\n10 min exercises");
        assert!(page.text(".overview .questions").await?.contains("What is async Rust?"));
        assert!(page.text(".overview .objectives").await?.contains("Perform parallel"));
        Ok(())
    });
}

#[test]
#[cfg_attr(not(feature = "mermaid"), ignore = "diagrams are drawn with the feature `mermaid` only")]
fn diagrams_are_drawn() {
    in_browser(async |page| {
        page.open(LESSON).await?;
        let drawn: Vec<String> = page
            .js("return [...document.querySelectorAll('.diagram svg')]
                .filter((svg) => svg.getBoundingClientRect().height > 100)
                .map((svg) => svg.textContent)")
            .await?;
        assert_eq!(drawn.len(), 2, "{drawn:?}");
        assert!(drawn[0].contains("what is f(x)?"), "{drawn:?}");
        assert!(drawn[1].contains("I will be dropped"), "{drawn:?}");
        Ok(())
    });
}

#[test]
fn formulas_are_mathml() {
    in_browser(async |page| {
        page.open(LESSON).await?;
        let formulas: Vec<String> = page
            .js("return [...document.querySelectorAll('main math')]
                .filter((math) => math instanceof MathMLElement && math.checkVisibility())
                .map((math) => math.querySelector('mi').textContent)")
            .await?;
        assert!(formulas.iter().any(|formula| formula == "π"), "{formulas:?}");
        assert!(!page.text("main").await?.contains('$'), "a formula is shown as its source");
        Ok(())
    });
}

#[test]
fn a_figure_shows_its_chart_and_describes_it() {
    in_browser(async |page| {
        page.open(LESSON).await?;
        page.unfold().await?;
        let (points, about, caption): (usize, String, String) = page
            .js("const figure = document.querySelector('#fig-granularity');
                const box = figure.querySelector('svg.chart').getBoundingClientRect();
                const marks = figure.querySelector('svg .mark');
                const place = marks.getBoundingClientRect();
                const inside = place.width > 200 && place.left >= box.left && place.right <= box.right;
                return [inside ? marks.getAttribute('d').match(/M/g).length : 0,
                    figure.querySelector('svg > desc').textContent,
                    figure.querySelector('figcaption').textContent]")
            .await?;
        assert_eq!(points, 13, "one for each number of jobs");
        assert!(about.starts_with("Line chart"), "{about}");
        assert!(caption.starts_with("Figure 1: Time to throw"), "{caption}");
        Ok(())
    });
}

#[test]
fn what_a_cell_gave_stands_right_below_it() {
    in_browser(async |page| {
        page.open(LESSON).await?;
        let cells: Vec<(String, Option<String>)> = page
            .js("return [...document.querySelectorAll('.code.runs')].map((cell) => [
                cell.querySelector('code').textContent.trim(),
                cell.nextElementSibling?.matches('.output')
                    ? cell.nextElementSibling.querySelector('samp').textContent : null])")
            .await?;
        let gives = |code: &str| {
            let found = cells.iter().find(|(cell, _)| cell.contains(code));
            found.unwrap_or_else(|| panic!("no cell has {code:?}")).1.as_deref()
        };
        assert_eq!(gives("for i in integers()"), Some("1\n2\n3\n4\n5"));
        assert_eq!(gives("outbox.send(\"Earth\")"), Some("Mercury\nVenus\nEarth"));
        assert_eq!(gives("struct Integers"), None, "a definition prints nothing");
        for (code, output) in &cells {
            let is_value = code.lines().last().is_some_and(|line| !line.ends_with([';', '}']));
            if code.contains("println!(") || code.starts_with("$ ") || is_value {
                let output = output.as_deref().unwrap_or_default();
                assert!(!output.trim().is_empty(), "nothing is shown below\n{code}");
            }
        }
        Ok(())
    });
}

#[test]
fn a_solution_is_folded_and_opens_by_click_and_by_keyboard() {
    in_browser(async |page| {
        page.open(LESSON).await?;
        let is_shown = async || {
            let shown = "return document.querySelector('details.solution > .callout-body')";
            page.js::<bool>(&format!("{shown}.checkVisibility()")).await
        };
        let summary = page.driver.find(By::Css("details.solution > summary")).await?;
        assert!(!is_shown().await?, "it is not folded");
        summary.click().await?;
        assert!(is_shown().await?, "a click does not open it");
        summary.click().await?;
        assert!(!is_shown().await?, "a second click does not close it");
        let keys = || page.driver.action_chain();
        for (name, key) in [("Enter", Key::Enter), ("the space bar", Key::Space)] {
            // Away and back by Tab: without a mouse there is no other way.
            keys()
                .send_keys(Key::Tab)
                .key_down(Key::Shift)
                .send_keys(Key::Tab)
                .key_up(Key::Shift)
                .perform()
                .await?;
            let at = "return document.activeElement.matches('details.solution > summary')";
            assert!(page.js::<bool>(at).await?, "Tab does not lead to it");
            keys().send_keys(key.clone()).perform().await?;
            assert!(is_shown().await?, "{name} does not open it");
            keys().send_keys(key).perform().await?;
            assert!(!is_shown().await?, "{name} does not close it");
        }
        Ok(())
    });
}

#[test]
fn one_panel_of_tabs_is_open_and_groups_are_in_step() {
    let panels = "## Linux\n\none\n\n## Windows\n\ntwo\n\n## Mac\n\nthree\n\n:::\n\n";
    let groups = ["group-tab", "group-tab", "tab"].map(|kind| format!("::: {kind}\n\n{panels}"));
    let course = tempfile::tempdir().unwrap();
    fs::write(course.path().join("tabs.md"), groups.concat()).unwrap();
    in_browser_of(course.path(), async |page| {
        page.open("tabs.html").await?;
        // Of each group, the titles of the panels whose text can be seen.
        let open = async || {
            page.settle().await?;
            page.js::<Vec<String>>(
                "const panels = [...document.querySelectorAll('main details')];
                const shown = panels.filter((it) => it.querySelector('p').checkVisibility());
                return [1, 2, 3].map((group) => shown.filter((it) => it.name === `tabs-${group}`)
                    .map((it) => it.querySelector('.callout-title').textContent).join())",
            )
            .await
        };
        let press = async |index: usize| {
            let summaries = page.driver.find_all(By::Css("main details > summary")).await?;
            summaries[index].click().await
        };
        assert_eq!(open().await?, ["Linux", "Linux", "Linux"]);
        press(1).await?;
        assert_eq!(open().await?, ["Windows", "Windows", "Linux"], "the other group follows");
        press(5).await?;
        assert_eq!(open().await?, ["Mac", "Mac", "Linux"], "and leads as well");
        press(7).await?;
        assert_eq!(open().await?, ["Mac", "Mac", "Windows"], "tabs without a group stand alone");
        Ok(())
    });
}

#[test]
fn the_theme_follows_the_system_until_a_reader_chooses() {
    in_browser(async |page| {
        let ground = async || {
            page.js::<String>("return getComputedStyle(document.documentElement).backgroundColor")
                .await
        };
        let pressed = async || {
            let button = "return document.querySelector('.theme [aria-pressed=true]')";
            page.js::<String>(&format!("{button}.dataset.setTheme")).await
        };
        let choose = async |theme: &str| {
            let button = By::Css(format!(".theme [data-set-theme={theme}]"));
            page.driver.find(button).await?.click().await
        };
        page.system_theme("light").await?;
        page.open(LESSON).await?;
        let light = ground().await?;
        assert_eq!(pressed().await?, "auto");
        page.system_theme("dark").await?;
        let dark = ground().await?;
        assert_ne!(dark, light, "it does not follow the system");

        for (theme, colour) in [("light", &light), ("dark", &dark)] {
            // Against the system, or a switch that does nothing would pass.
            page.system_theme(if theme == "light" { "dark" } else { "light" }).await?;
            choose(theme).await?;
            assert_eq!(&ground().await?, colour, "{theme} chosen");
            page.driver.refresh().await?;
            assert_eq!(&ground().await?, colour, "{theme} chosen, after a reload");
            assert_eq!(pressed().await?, theme);
            page.open("index.html").await?;
            assert_eq!(&ground().await?, colour, "{theme} chosen, on another page");
        }
        choose("auto").await?;
        assert_eq!(ground().await?, light, "back to what the system says");
        page.driver.refresh().await?;
        assert_eq!(pressed().await?, "auto");
        Ok(())
    });
}

#[test]
fn no_page_scrolls_sideways() {
    in_browser(async |page| none_scrolls_sideways(page, &PAGES).await);
    in_browser_of(Path::new(EVERY_KIND), async |page| none_scrolls_sideways(page, &KINDS).await);
}

async fn none_scrolls_sideways(page: &Page, paths: &[&str]) -> WebDriverResult<()> {
    for path in paths {
        page.open(path).await?;
        page.unfold().await?;
        for width in [320, 390, 640, 768, 1280, 1920] {
            page.width(width).await?;
            let (inner, whole): (u32, u32) =
                page.js("return [innerWidth, document.documentElement.scrollWidth]").await?;
            assert_eq!(inner, width, "the browser did not take the width");
            assert!(whole <= width, "{path} is {whole} wide in a window of {width}");
        }
    }
    Ok(())
}

#[test]
fn notes_for_instructors_show_in_their_view_which_is_kept() {
    in_browser_of(Path::new(EVERY_KIND), async |page| {
        let is_shown = async |selector: &str| {
            page.js::<bool>(&format!(
                "return document.querySelector('{selector}').checkVisibility()"
            ))
            .await
        };
        let note = "details.instructor > summary";
        let listed = ".sidebar .for-instructors";
        page.width(1280).await?;
        page.open("first.html").await?;
        assert!(!is_shown(note).await? && !is_shown(listed).await?, "learners see them");
        let button = async || page.driver.find(By::Css(".tools .view")).await;
        button().await?.click().await?;
        assert!(is_shown(note).await? && is_shown(listed).await?, "the button does nothing");
        page.open("second.html").await?;
        assert!(is_shown(listed).await?, "the next page forgot it");
        button().await?.click().await?;
        page.open("first.html").await?;
        assert!(!is_shown(note).await?, "there is no way back");
        page.open("first.html?view=instructor").await?;
        assert!(is_shown(note).await?, "a link cannot ask for it");
        page.open("second.html").await?;
        assert!(is_shown(listed).await?, "what a link asks for is not kept");
        Ok(())
    });
}

#[test]
fn all_folds_open_and_close_at_once() {
    in_browser_of(Path::new(EVERY_KIND), async |page| {
        page.open("exercises.html").await?;
        let open = async || {
            page.js::<(u32, u32)>(
                "const folds = [...document.querySelectorAll('main details')];
                return [folds.filter((fold) => fold.open).length, folds.length]",
            )
            .await
        };
        let (before, all) = open().await?;
        assert!(before == 0 && all == 2, "{before} of {all}");
        let button = page.driver.find(By::Css(".tools .unfold")).await?;
        button.click().await?;
        assert_eq!(open().await?, (all, all));
        button.click().await?;
        assert_eq!(open().await?, (0, all));
        Ok(())
    });
}

#[test]
fn paper_shows_what_is_folded_on_the_screen() {
    in_browser_of(Path::new(EVERY_KIND), async |page| {
        page.open("exercises.html").await?;
        let shown = async || {
            page.js::<Vec<bool>>(
                "return ['.solution > .callout-body', '.hint > .callout-body', '.side', '.in-place']
                    .map((it) => document.querySelector(it).checkVisibility({ contentVisibilityAuto: true }))",
            )
            .await
        };
        assert_eq!(shown().await?, [false, false, true, true]);
        let print = json!({ "media": "print" });
        page.driver.cdp().send_raw("Emulation.setEmulatedMedia", print).await?;
        page.settle().await?;
        assert_eq!(shown().await?, [true, true, false, false]);
        Ok(())
    });
}

#[test]
fn paper_shows_the_lines_of_code_that_are_folded_on_the_screen() {
    in_browser(async |page| {
        page.open("manual-cells.html").await?;
        let shown = async || {
            page.js::<Vec<bool>>(
                "return ['.hidden-lines', '.code-unfold', '.code-head:has(> .code-unfold)']
                    .map((it) => document.querySelector(it).checkVisibility())",
            )
            .await
        };
        assert_eq!(shown().await?, [false, true, true]);
        let print = json!({ "media": "print" });
        page.driver.cdp().send_raw("Emulation.setEmulatedMedia", print).await?;
        page.settle().await?;
        assert_eq!(shown().await?, [true, false, false]);
        Ok(())
    });
}

#[test]
fn the_section_being_read_is_marked() {
    in_browser(async |page| {
        page.open(LESSON).await?;
        page.width(1280).await?;
        let sections: Vec<String> = page
            .js("return [...document.querySelectorAll('.sidebar .sections a')].map((it) => it.hash)")
            .await?;
        // A jump past a heading, which is never seen on the way.
        page.js::<Value>("scrollTo(0, 2600)").await?;
        page.settle().await?;
        let marked =
            "return document.querySelector('.sidebar [aria-current=location]')?.hash ?? ''";
        assert_eq!(page.js::<String>(marked).await?, sections[0]);
        for section in [&sections[2], &sections[0], &sections[1]] {
            page.js::<Value>(&format!(
                "document.getElementById('{}').scrollIntoView()",
                section.trim_start_matches('#')
            ))
            .await?;
            page.settle().await?;
            let marked: Vec<String> = page
                .js("return [...document.querySelectorAll('.sidebar [aria-current=location]')].map((it) => it.hash)")
                .await?;
            assert_eq!(&marked, std::slice::from_ref(section));
        }
        Ok(())
    });
}

#[test]
fn a_terms_meaning_shows_on_hover_and_focus_and_goes_by_escape() {
    in_browser_of(Path::new(EVERY_KIND), async |page| {
        page.open("first.html").await?;
        let is_shown = async || {
            page.js::<bool>("return document.querySelector('main p .meaning').checkVisibility()")
                .await
        };
        assert!(!is_shown().await?);
        page.js::<Value>("document.querySelector('main p .term > a').focus()").await?;
        assert!(is_shown().await?, "the focus does not show it");
        page.driver.action_chain().send_keys(Key::Escape).perform().await?;
        assert!(!is_shown().await?, "Escape does not hide it");
        page.js::<Value>("document.activeElement.blur()").await?;
        let term = page.driver.find(By::Css("main p .term > a")).await?;
        page.driver.action_chain().move_to_element_center(&term).perform().await?;
        assert!(is_shown().await?, "pointing at it does not show it");
        Ok(())
    });
}

#[test]
fn a_terms_meaning_is_as_wide_as_its_paragraph_in_bold_as_well() {
    let course = tempfile::tempdir().unwrap();
    fs::create_dir(course.path().join("learners")).unwrap();
    let meaning = "what an executor runs ".repeat(8);
    fs::write(course.path().join("learners/reference.md"), format!("task\n: {meaning}\n")).unwrap();
    let lesson = "# Tasks\n\nA **[task]{.term}** is run.\n\n- *A [task]{.term}*\n";
    fs::write(course.path().join("tasks.md"), lesson).unwrap();
    in_browser_of(course.path(), async |page| {
        page.open("tasks.html").await?;
        let widths: Vec<(f64, f64)> = page
            .js("return [...document.querySelectorAll('main .term')].map((term) => {
                term.querySelector('a').focus();
                const width = (element) => element.getBoundingClientRect().width;
                return [width(term.querySelector('.meaning')), width(term.closest('p, li'))];
            })")
            .await?;
        assert_eq!(widths.len(), 2);
        assert!(widths.iter().all(|(meaning, whole)| meaning == whole), "{widths:?}");
        Ok(())
    });
}

#[test]
fn a_callouts_icon_stands_before_a_title_of_several_lines() {
    let course = tempfile::tempdir().unwrap();
    let lesson = "# Boxes\n\n:::challenge\n## Challenge: to count all of the even numbers\n\nNow.\n:::\n\n\
        :::spoiler\n## On all kinds of machines that one may have\n\nNow.\n:::\n";
    fs::write(course.path().join("boxes.md"), lesson).unwrap();
    in_browser_of(course.path(), async |page| {
        page.open("boxes.html").await?;
        page.width(320).await?;
        let heads: Vec<(f64, f64, f64)> = page
            .js("return [...document.querySelectorAll('.callout-head, .callout > summary')].map((head) => {
                const lines = [...head.querySelector('.callout-title').getClientRects()];
                const icon = head.querySelector('.icon').getBoundingClientRect();
                return [lines.length, icon.top - lines[0].top, lines[0].left - icon.right];
            })")
            .await?;
        assert_eq!(heads.len(), 2);
        for (lines, below, before) in &heads {
            assert!(*lines > 1.0 && (0.0..8.0).contains(below) && *before > 0.0, "{heads:?}");
        }
        Ok(())
    });
}

#[test]
fn nothing_is_asked_of_other_hosts_and_nothing_complains() {
    in_browser(async |page| {
        for path in PAGES {
            page.open(path).await?;
            page.unfold().await?;
        }
        let mut asked = vec![];
        for entry in page.driver.get_log("performance").await? {
            let event: Value = serde_json::from_str(&entry.message)?;
            let event = &event["message"];
            if event["method"] == "Network.requestWillBeSent" {
                asked.push(event["params"]["request"]["url"].as_str().unwrap_or("?").to_owned());
            }
        }
        let styles = format!("{}assets/lessonc.css", page.site);
        assert!(asked.contains(&styles), "requests are not seen: {asked:?}");
        // The browser's own first page is made of `chrome:` parts.
        let fine = [&page.site, "data:", "chrome:"];
        asked.retain(|url| !fine.iter().any(|start| url.starts_with(start)));
        assert!(asked.is_empty(), "{asked:?}");
        let complaints = page.driver.browser_log().await?;
        assert!(complaints.is_empty(), "{complaints:#?}");
        Ok(())
    });
}

#[test]
fn charts_are_legible_on_a_phone_and_in_either_theme() {
    let course = tempfile::tempdir().unwrap();
    fs::write(course.path().join("charts.md"), charts()).unwrap();
    in_browser_of(course.path(), async |page| {
        page.open("charts.html").await?;
        page.width(390).await?;
        let sizes: Vec<f64> = page
            .js("return [...document.querySelectorAll('main > .plot > .chart text')].map((text) =>
                parseFloat(text.getAttribute('font-size')) * text.getScreenCTM().a)")
            .await?;
        assert!(sizes.len() > 40 && sizes.iter().all(|size| *size >= 11.0), "{sizes:?}");
        let mut colours = vec![];
        for theme in ["light", "dark"] {
            page.system_theme(theme).await?;
            let found: Vec<String> = page
                .js("return [...document.querySelectorAll('.chart .line')].map((line) =>
                    getComputedStyle(line).stroke)")
                .await?;
            colours.push(found);
        }
        let (light, dark) = (&colours[0], &colours[1]);
        let all_differ = light.iter().zip(dark).all(|(light, dark)| light != dark);
        assert!(light.len() > 12 && all_differ, "{colours:?}");
        Ok(())
    });
}

/// A lesson with a chart of every kind.
fn charts() -> String {
    let series = (0..12).flat_map(|series| {
        (1..5).map(move |x| format!("{x},{},series {series}\n", x * (series + 1)))
    });
    let series: String = series.collect();
    format!(
        "# Charts\n\nSee @fig-bars and @fig-series.\n\n\
        ``` {{.plot #fig-bars kind=bars caption=\"Bars\"}}\nhow,seconds\nserial,2\nserial,3\nasync,1\n```\n\n\
        ``` {{.plot #fig-series series=s y-scale=log10 y-unit=\"µs\" caption=\"Twelve\"}}\nx,y,s\n{series}```\n\n\
        ``` {{.plot kind=points}}\nx,y\n1,2\n2,1\n```\n"
    )
}

#[test]
fn a_lesson_is_whole_without_javascript() {
    in_browser(async |page| {
        let off = json!({ "value": true });
        page.driver.cdp().send_raw("Emulation.setScriptExecutionDisabled", off).await?;
        page.open(LESSON).await?;
        let theme = page.driver.find(By::Css(".theme")).await?;
        assert!(!theme.is_displayed().await?, "a switch that nothing answers");
        let find = page.driver.find(By::Css(".find")).await?;
        assert!(!find.is_displayed().await?, "a search that nothing answers");
        let tools = page.driver.find(By::Css(".tools")).await?;
        assert!(!tools.is_displayed().await?, "buttons that nothing answers");
        let notes = page.driver.find(By::Css("details.instructor > summary")).await?;
        assert!(notes.is_displayed().await?, "notes that nobody could reach");
        assert_eq!(page.text("h1").await?, "Async Rust");
        page.driver.find(By::Css("details.solution > summary")).await?.click().await?;
        assert!(page.text(SOLUTION).await?.contains("even_integers"));
        Ok(())
    });
}

/// A browser that shows the built course.
struct Page {
    driver: WebDriver,
    /// The address of the site, with a slash at its end.
    site: String,
}

impl Page {
    async fn open(&self, path: &str) -> WebDriverResult<()> {
        self.driver.goto(format!("{}{path}", self.site)).await
    }

    async fn text(&self, selector: &str) -> WebDriverResult<String> {
        self.driver.find(By::Css(selector)).await?.text().await
    }

    async fn js<T: DeserializeOwned>(&self, script: &str) -> WebDriverResult<T> {
        self.driver.execute(script, vec![]).await?.convert()
    }

    /// What the promise that a script returns comes to.
    async fn js_async<T: DeserializeOwned>(&self, script: &str) -> WebDriverResult<T> {
        let script = format!("(async () => {{ {script} }})().then(arguments[0])");
        self.driver.execute_async(script, vec![]).await?.convert()
    }

    async fn width(&self, width: u32) -> WebDriverResult<()> {
        // A real window has a least width, which is more than a phone's.
        let metrics =
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        self.settle().await
    }

    async fn system_theme(&self, theme: &str) -> WebDriverResult<()> {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await?;
        self.settle().await
    }

    /// Opens all that is folded, and loads what waits to be scrolled to.
    async fn unfold(&self) -> WebDriverResult<()> {
        self.js_async::<Value>(
            "for (const fold of document.querySelectorAll('details')) fold.open = true;
            const pictures = [...document.images];
            for (const picture of pictures) picture.loading = 'eager';
            await Promise.allSettled(pictures.map((picture) => picture.decode()));",
        )
        .await?;
        self.settle().await
    }

    /// Waits until the page has been laid out anew, and its script has had its turn.
    async fn settle(&self) -> WebDriverResult<()> {
        let frames = "for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);";
        self.js_async::<Value>(frames).await.map(drop)
    }
}

/// Gives a test a browser that sees this project's own course.
fn in_browser(test: impl AsyncFnOnce(&Page) -> WebDriverResult<()>) {
    in_browser_of(Path::new("lessons"), test);
}

/// Builds a course, serves it, and gives a test a browser that can see it.
fn in_browser_of(course: &Path, test: impl AsyncFnOnce(&Page) -> WebDriverResult<()>) {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    build(course, &site);
    let mut server = lessonc(course, &site);
    server.args(["--serve", "--port", "0"]);
    in_browser_with(server, test);
}

/// Builds a course from its records.
fn build(course: &Path, site: &Path) {
    let built = lessonc(course, site).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
}

fn lessonc(course: &Path, site: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lessonc"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.arg("build").arg(course).args(["--frozen", "--out"]).arg(site);
    command
}

/// Starts a server, and gives a test a browser that can see what it serves.
fn in_browser_with(server: Command, test: impl AsyncFnOnce(&Page) -> WebDriverResult<()>) {
    let (_server, address) = Server::start(server, "at http://", " ");
    in_browser_at(format!("http://{address}"), test);
}

/// Gives a test a browser that can see the site at an address.
fn in_browser_at(site: String, test: impl AsyncFnOnce(&Page) -> WebDriverResult<()>) {
    let browser = program("CHROME", &["chromium", "chromium-browser", "google-chrome"]);
    let driver = program("CHROMEDRIVER", &["chromedriver"]);
    let (Some(browser), Some(driver)) =
        (needed("a browser (CHROME, chromium)", browser), needed("its driver", driver))
    else {
        return;
    };
    let (_driver, port) = started(&driver);

    let profile = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(async {
        let capabilities = capabilities(&browser, profile.path())?;
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await?;
        let test = async |driver| test(&Page { driver, site }).await;
        // Quits after a panic too: a driver that is killed leaves its browser behind.
        Ok::<_, WebDriverError>(driver.run_and_quit(test).await)
    });
    outcome.unwrap().unwrap();
}

/// The driver, and its port.
fn started(driver: &Path) -> (Server, String) {
    let start = || {
        let mut command = Command::new(driver);
        command.arg("--port=0");
        Server::try_start(command, "successfully on port ", ".")
    };
    // It takes a free port of IPv6 and then the same of IPv4, which may not be free: that is no fault of ours.
    let mut failures = vec![];
    for _ in 0..5 {
        match start() {
            Ok(started) => return started,
            Err(failure) => failures.push(failure),
        }
    }
    panic!("{}", failures.join("\n"));
}

fn capabilities(browser: &Path, profile: &Path) -> WebDriverResult<Capabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities.set_binary(&browser.to_string_lossy())?;
    for option in [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // A page that glides to where a test clicks isn't there yet when it does.
        "--force-prefers-reduced-motion",
        // Should a page reach for another host, the log shows it, and it gets no further.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        &format!("--user-data-dir={}", profile.display()),
    ] {
        capabilities.add_arg(option)?;
    }
    capabilities.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
    capabilities.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
    Ok(capabilities.into())
}

/// A program that a variable names, or the first of these names on the path.
fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        return Some(path.into());
    }
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut candidates =
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.find(|program| program.is_file())
}

/// What a test can't do without. Where it is missing, the test is left out or fails, as was asked.
fn needed<T>(what: &str, found: Option<T>) -> Option<T> {
    if found.is_none() {
        let test = thread::current().name().unwrap_or_default().to_owned();
        assert!(env::var_os("LESSONC_REQUIRE_BROWSER").is_none(), "{what} is missing");
        // Not by `eprintln!`, which is shown for tests that fail only.
        let word = format!("LEFT OUT: {test} needs {what}\n");
        io::stderr().write_all(word.as_bytes()).unwrap();
    }
    found
}

/// A program that serves until its test ends, in whichever way.
struct Server(Child);

impl Server {
    /// Starts a program, and waits until it has said where it serves: what stands between two
    /// marks in a line of its output.
    fn start(command: Command, before: &str, after: &str) -> (Self, String) {
        Self::try_start(command, before, after).unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// The same where it may end before it serves: then what it said.
    fn try_start(
        mut command: Command,
        before: &str,
        after: &str,
    ) -> Result<(Self, String), String> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = Self(command.spawn().unwrap());
        let (stdout, stderr) = (server.0.stdout.take().unwrap(), server.0.stderr.take().unwrap());
        // Which of the two it speaks on is its own affair.
        let (sender, lines) = std::sync::mpsc::channel();
        for stream in [Box::new(stdout) as Box<dyn Read + Send>, Box::new(stderr)] {
            let sender = sender.clone();
            thread::spawn(move || {
                // Read to the end, heard or not: a full pipe would stop the program.
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        drop(sender);
        let mut said = vec![];
        for line in lines {
            if let Some((_, rest)) = line.split_once(before) {
                return Ok((server, rest.split(after).next().unwrap_or(rest).to_owned()));
            }
            said.push(line);
        }
        Err(format!("{command:?} did not say where it serves:\n{}", said.join("\n")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
