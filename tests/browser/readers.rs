//! What readers do with a page besides reading it: they copy, go about by the keyboard, print, and
//! make it larger.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{search::published, *};

const CODE: &str = "```console\n$ cargo run\nHello\n$ ls \\\n  -l\ntotal 0\n```\n\n\
                    ```rust,ignore\n# fn hidden() {}\nlet a = 1;\n```\n";

#[test]
fn what_is_copied_is_what_one_would_type() {
    let course = tempfile::tempdir().unwrap();
    fs::write(course.path().join("code.md"), CODE).unwrap();
    in_browser_of(course.path(), async |page| {
        page.open("code.html").await?;
        let allowed = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        page.driver.cdp().send_raw("Browser.grantPermissions", allowed).await?;
        let copied = async |block: usize| {
            let blocks = page.driver.find_all(By::Css(".code")).await?;
            page.driver.action_chain().move_to_element_center(&blocks[block]).perform().await?;
            let button = blocks[block].find(By::Css(".copy")).await?;
            button.click().await?;
            page.settle().await?;
            assert_eq!(button.text().await?, "Copied");
            page.js_async::<String>("return await navigator.clipboard.readText()").await
        };
        assert_eq!(copied(0).await?, "cargo run\nls \\\n  -l\n", "prompts or outputs come along");
        assert_eq!(copied(1).await?, "let a = 1;\n", "what is folded comes along");
        page.driver.find(By::Css(".code-unfold > input")).await?.click().await?;
        assert_eq!(copied(1).await?, "fn hidden() {}\nlet a = 1;\n", "what is unfolded does not");
        Ok(())
    });
}

#[test]
fn the_whole_of_a_page_is_reached_by_the_keyboard_and_one_sees_where_one_is() {
    in_browser_of(Path::new(EVERY_KIND), async |page| {
        for (path, width) in KINDS.into_iter().flat_map(|path| [(path, 390), (path, 1280)]) {
            page.open(path).await?;
            page.width(width).await?;
            let count: usize = page
                .js("const seen = (it) => it.checkVisibility({ visibilityProperty: true });
                    window.stops = [...document.querySelectorAll(
                        'a[href], button, input, summary, [tabindex=\"0\"]')].filter(seen);
                    return stops.length")
                .await?;
            assert!(count > 5, "{path}: only {count} can be reached");
            for stop in 0..count {
                page.press(Key::Tab).await?;
                let (at, told, ring): (i64, String, bool) = page
                    .js("const at = document.activeElement, style = getComputedStyle(at);
                        return [stops.indexOf(at), at.outerHTML.slice(0, 99),
                            style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]")
                    .await?;
                assert_eq!(at, stop as i64, "{path} at {width} pixels: {told}");
                assert!(ring, "{path} at {width} pixels: nothing shows that this is it: {told}");
            }
        }
        Ok(())
    });
}

#[test]
fn the_skip_link_leads_past_the_contents_and_buttons_answer_to_keys() {
    in_browser_of(Path::new(EVERY_KIND), async |page| {
        page.width(1280).await?;
        page.open("first.html").await?;
        page.press(Key::Tab).await?;
        assert_eq!(page.text(":focus").await?, "Skip to the text");
        page.press(Key::Enter).await?;
        assert!(page.js::<bool>("return document.activeElement.matches('main')").await?);
        page.press(Key::Tab).await?;
        assert!(page.js::<bool>("return document.activeElement.matches('main *')").await?);
        for (button, sign) in [
            (".theme [data-set-theme=dark]", "document.documentElement.dataset.theme === 'dark'"),
            (".tools .view", "document.documentElement.dataset.view === 'instructor'"),
            (".tools .unfold", "document.querySelector('details.solution').open"),
        ] {
            page.js::<Value>(&format!("document.querySelector('{button}').focus()")).await?;
            page.press(Key::Space).await?;
            assert!(page.js::<bool>(&format!("return {sign}")).await?, "{button} does nothing");
        }
        Ok(())
    });
}

#[test]
fn a_printed_page_holds_what_is_folded_and_where_links_lead() {
    let Some(reader) = needed("pdftotext (poppler-utils)", program("PDFTOTEXT", &["pdftotext"]))
    else {
        return;
    };
    let lesson = "---\ntitle: On paper\n---\n\nSee [the book](https://doc.rust-lang.org/book/).\n\n\
                  :::challenge\nWhy?\n\n::::solution\nBecause of folds.\n::::\n:::\n\n\
                  :::spoiler\n## More\nAnd of spoilers.\n:::\n\n\
                  ::: tab\n\n## Linux\n\nOne penguin.\n\n## Windows\n\nTwo panes.\n\n:::\n";
    let course = tempfile::tempdir().unwrap();
    fs::write(course.path().join("paper.md"), lesson).unwrap();
    in_browser_of(course.path(), async |page| {
        page.system_theme("dark").await?;
        page.open("paper.html").await?;
        let printed = page.driver.cdp().send_raw("Page.printToPDF", json!({})).await?;
        let pdf = BASE64_STANDARD.decode(printed["data"].as_str().unwrap()).unwrap();
        let file = course.path().join("paper.pdf");
        fs::write(&file, pdf).unwrap();
        let text = Command::new(&reader).arg("-layout").arg(&file).arg("-").output().unwrap();
        let text = String::from_utf8_lossy(&text.stdout).into_owned();
        for shown in [
            "On paper",
            "https://doc.rust-lang.org/book/",
            "Because of folds.",
            "And of spoilers.",
            "One penguin.",
            "Two panes.",
        ] {
            assert!(text.contains(shown), "{shown:?} is not printed:\n{text}");
        }
        for left_out in ["Search", "Contents", "Open all folds", "Copy"] {
            assert!(!text.contains(left_out), "{left_out:?} is printed:\n{text}");
        }
        let open = "return document.querySelectorAll('details.solution[open]').length";
        page.wait_for(&format!("{open} === 0")).await?;
        Ok(())
    });
}

#[test]
fn text_can_be_made_twice_as_large() {
    in_browser_of(Path::new(EVERY_KIND), async |page| {
        for path in KINDS {
            page.open(path).await?;
            page.unfold().await?;
            for width in [640, 1280] {
                page.width(width).await?;
                // The text alone, as some browsers do; a page made larger as a whole is one in a
                // narrower window, and tried as such.
                let (before, after, whole): (f64, f64, u32) = page
                    .js("const size = () => parseFloat(getComputedStyle(document.querySelector('main')).fontSize);
                        const root = document.documentElement, before = size();
                        root.style.fontSize = '200%';
                        const sizes = [before, size(), root.scrollWidth];
                        root.style.fontSize = '';
                        return sizes")
                    .await?;
                assert_eq!(after, 2.0 * before, "{path}");
                assert!(whole <= width, "{path} is {whole} wide in a window of {width}");
            }
        }
        Ok(())
    });
}

#[test]
fn nothing_moves_while_a_page_loads() {
    for course in ["lessons", EVERY_KIND] {
        let paths = if course == EVERY_KIND { &KINDS[..] } else { &PAGES[..] };
        in_browser_of(Path::new(course), async |page| {
            for (path, width) in paths.iter().flat_map(|path| [(path, 390), (path, 1280)]) {
                page.width(width).await?;
                page.open(path).await?;
                let moved: Vec<String> = page
                    .js_async(
                        "const moved = [];
                        const named = ({ node, previousRect: { x, y }, currentRect: to }) =>
                            `${node?.nodeName}.${node?.className} ${[x, y]} to ${[to.x, to.y]}`;
                        const watch = new PerformanceObserver((list) => {
                            for (const { value, sources } of list.getEntries())
                                moved.push(`${value}: ${sources.map(named)}`);
                        });
                        watch.observe({ type: 'layout-shift', buffered: true });
                        for (let at = 0; at < document.body.scrollHeight; at += 600) {
                            scrollTo(0, at);
                            await new Promise((next) => requestAnimationFrame(() => setTimeout(next, 20)));
                        }
                        await Promise.allSettled([...document.images].map((it) => it.decode()));
                        await new Promise((next) => setTimeout(next, 100));
                        return moved",
                    )
                    .await?;
                assert!(moved.is_empty(), "{path} at {width} pixels: {moved:#?}");
            }
            Ok(())
        });
    }
}

/// A browser may show any part of a page that has come so far: what it shows stays where it is when
/// the rest comes. Seen once as `.theme` that moved when its buttons came.
#[test]
fn what_stands_beside_the_text_stays_where_it_is_when_the_rest_of_it_comes() {
    in_browser_of(Path::new(EVERY_KIND), async |page| {
        for (path, width) in KINDS.iter().flat_map(|path| [(path, 390), (path, 1280)]) {
            page.width(width).await?;
            page.open(path).await?;
            let moved: Vec<String> = page
                .js(
                    "const side = document.querySelector('.side');
                    const walker = document.createTreeWalker(side);
                    const nodes = [];
                    do nodes.push(walker.currentNode); while (walker.nextNode());
                    const place = (it) => {
                        if (!it.checkVisibility?.({ contentVisibilityAuto: true })) return null;
                        const { x, y, width, height } = it.getBoundingClientRect();
                        return width && height ? `${x},${y}` : null;
                    };
                    const whole = nodes.map(place);
                    const named = (it) => `${it.nodeName}.${it.className}`;
                    const moved = [];
                    // As it came, backwards.
                    for (let last = nodes.length - 1; last > 0; last--) {
                        const { parentNode, nodeType } = nodes[last];
                        nodes[last].remove();
                        // A short text comes with its element.
                        if (nodeType === Node.TEXT_NODE && !parentNode.hasChildNodes()) continue;
                        for (let at = 0; at < last; at++) {
                            const now = place(nodes[at]);
                            if (now && now !== whole[at])
                                moved.push(`${named(nodes[at])} from ${now} to ${whole[at]} by ${named(nodes[last])}`);
                        }
                    }
                    return moved",
                )
                .await?;
            assert!(moved.is_empty(), "{path} at {width} pixels: {moved:#?}");
        }
        Ok(())
    });
}

#[test]
fn a_page_glides_only_for_those_who_have_not_asked_it_not_to() {
    in_browser_of(Path::new(EVERY_KIND), async |page| {
        page.open("first.html").await?;
        for (wish, behaviour) in [("reduce", "auto"), ("no-preference", "smooth")] {
            let media =
                json!({ "features": [{ "name": "prefers-reduced-motion", "value": wish }] });
            page.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await?;
            let found = "return getComputedStyle(document.documentElement).scrollBehavior";
            assert_eq!(page.js::<String>(found).await?, behaviour, "{wish}");
            let moving: Vec<String> = page
                .js("return [...document.querySelectorAll('*')].filter((it) => {
                    const { animationName, transitionDuration } = getComputedStyle(it);
                    return animationName !== 'none' || parseFloat(transitionDuration) > 0;
                }).map((it) => it.outerHTML.slice(0, 99))")
                .await?;
            assert!(moving.is_empty(), "{moving:#?}");
        }
        Ok(())
    });
}

#[test]
fn every_kind_of_page_is_whole_below_a_path_with_a_strict_policy() {
    published(async |page| {
        // The page for what is missing is shown at any depth: it asks for its style where the settings
        // say that the site is.
        for path in KINDS.into_iter().filter(|path| *path != "404.html") {
            page.open(path).await?;
            page.unfold().await?;
            let styled =
                "return getComputedStyle(document.querySelector('main')).maxWidth !== 'none'";
            assert!(page.js::<bool>(styled).await?, "{path} has no style");
            assert!(page.driver.find(By::Css(".theme")).await?.is_displayed().await?, "{path}");
            let broken: Vec<String> = page
                .js("return [...document.images].filter((it) => !it.naturalWidth).map((it) => it.src)")
                .await?;
            assert!(broken.is_empty(), "{path}: {broken:?}");
        }
        let complaints = page.driver.browser_log().await?;
        assert!(complaints.is_empty(), "{complaints:#?}");
        Ok(())
    });
}

#[test]
fn instructors_are_led_from_headings_to_their_lines() {
    in_browser_of(Path::new(EVERY_KIND), async |page| {
        for (view, is_shown) in [("learner", false), ("instructor", true)] {
            page.open(&format!("first.html?view={view}")).await?;
            let link = page.driver.find(By::Css("h2 > .edit")).await?;
            assert_eq!(link.is_displayed().await?, is_shown, "{view}");
            let leads = link.attr("href").await?.unwrap();
            let text = fs::read_to_string("tests/course/first.md").unwrap();
            let line = leads.rsplit_once("#L").unwrap().1.parse::<usize>().unwrap();
            assert_eq!(text.lines().nth(line - 1), Some("# What a task is"), "{leads}");
        }
        Ok(())
    });
}
