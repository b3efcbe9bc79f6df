//! The search, where a site is published: below a path, with a policy that lets nothing through
//! but its own files; and in a folder, without any server.

use std::net::{TcpListener, TcpStream};

use super::*;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[test]
fn a_section_is_found_and_opened_by_the_keyboard_alone() {
    published(async |page| {
        page.open("second.html").await?;
        page.js::<Value>("document.querySelector('.turn a').focus()").await?;
        assert_eq!(page.asked_for("/search").await?, 0, "it is loaded before it is wanted");
        page.press("/").await?;
        page.press("exéc").await?;
        page.results(2).await?;
        assert_eq!(page.text(".search-status").await?, "2 results");
        assert_eq!(page.selected().await?, "What a task is The first lesson");
        page.press(Key::Down).await?;
        assert_eq!(page.selected().await?, "Glossary");
        page.press(Key::Down).await?;
        assert_eq!(
            page.selected().await?,
            "What a task is The first lesson",
            "the first comes after the last"
        );
        page.press(Key::Up).await?;
        assert_eq!(page.selected().await?, "Glossary", "the last comes before the first");
        page.press(Key::Escape).await?;
        assert!(!page.is_open().await?, "Escape does not close it");
        let focused = "return document.activeElement.matches('.turn a')";
        assert!(page.js::<bool>(focused).await?, "the focus is not given back");

        let control_k = page.driver.action_chain().key_down(Key::Control).send_keys("k");
        control_k.key_up(Key::Control).perform().await?;
        assert!(page.is_open().await?, "Ctrl-K does not open it");
        page.press("double exe").await?;
        page.results(1).await?;
        page.press(Key::Enter).await?;
        page.wait_for("return location.pathname.endsWith('first.html')").await?;
        assert_eq!(page.js::<String>("return location.hash").await?, "#what-a-task-is");
        assert_eq!(page.driver.browser_log().await?.len(), 0, "the policy was broken");
        Ok(())
    });
}

#[test]
fn learners_do_not_find_what_is_for_instructors() {
    published(async |page| {
        for (view, count) in [("learner", 0), ("instructor", 1)] {
            for words in ["speak slowly", "ask them"] {
                page.open(&format!("index.html?view={view}")).await?;
                page.driver.find(By::Css(".find")).await?.click().await?;
                page.press(words).await?;
                page.wait_for("return document.querySelector('.search-status').textContent")
                    .await?;
                page.results(count).await?;
            }
        }
        Ok(())
    });
}

#[test]
fn it_works_in_a_folder_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    build(Path::new(EVERY_KIND), folder.path());
    in_browser_at(format!("file://{}/", folder.path().display()), async |page| {
        page.open("index.html").await?;
        page.driver.find(By::Css(".find")).await?.click().await?;
        page.press("quadruple").await?;
        page.results(1).await?;
        page.driver.find(By::Css(".search-result")).await?.click().await?;
        page.wait_for("return location.pathname.endsWith('first.html')").await?;
        Ok(())
    });
}

#[test]
fn axe_finds_nothing_in_the_search() {
    let Some(axe) = needed("LESSONC_AXE, the path of axe.min.js", env::var("LESSONC_AXE").ok())
    else {
        return;
    };
    let axe = fs::read_to_string(axe).unwrap();
    in_browser_of(Path::new(EVERY_KIND), async |page| {
        page.open("index.html").await?;
        page.js::<Value>(&axe).await?;
        page.driver.find(By::Css(".find")).await?.click().await?;
        for (words, count) in [("", 0), ("task", 4), ("zzz", 0)] {
            let input = page.driver.find(By::Css(".search input")).await?;
            input.clear().await?;
            input.send_keys(words).await?;
            page.results(count).await?;
            for theme in ["light", "dark"] {
                page.system_theme(theme).await?;
                let found = "return axe.run('.search').then(({violations}) =>
                    violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target}`)))";
                let findings: Vec<String> = page.js_async(found).await?;
                assert!(findings.is_empty(), "{words:?}, {theme}: {findings:#?}");
            }
        }
        Ok(())
    });
}

impl Page {
    pub async fn press(&self, keys: impl Into<TypingData>) -> WebDriverResult<()> {
        self.driver.action_chain().send_keys(keys).perform().await
    }

    /// Waits until a script says something else than nothing.
    pub async fn wait_for(&self, script: &str) -> WebDriverResult<()> {
        for _ in 0..200 {
            let said: Value = self.js(script).await?;
            if !matches!(said, Value::Null | Value::Bool(false)) && said != "" {
                return Ok(());
            }
            self.settle().await?;
        }
        panic!("it never came true: {script}");
    }

    /// Waits until the search shows so many results.
    async fn results(&self, count: usize) -> WebDriverResult<()> {
        let shown = "document.querySelectorAll('.search-result').length";
        self.wait_for(&format!("return {shown} === {count}")).await
    }

    /// The section and the page of the selected result.
    async fn selected(&self) -> WebDriverResult<String> {
        self.js(
            "const id = document.querySelector('.search input').getAttribute('aria-activedescendant');
            const [...parts] = document.getElementById(id).children;
            return parts.slice(0, -1).map((part) => part.textContent).join(' ')",
        )
        .await
    }

    async fn is_open(&self) -> WebDriverResult<bool> {
        self.js("return document.querySelector('dialog.search').open").await
    }

    /// How many files with this in their path the page has asked for.
    async fn asked_for(&self, path: &str) -> WebDriverResult<usize> {
        let entries = "performance.getEntriesByType('resource')";
        self.js(&format!("return {entries}.filter(({{ name }}) => name.includes('{path}')).length"))
            .await
    }
}

/// Gives a test a browser that sees a course as a host shows it.
pub fn published(test: impl AsyncFnOnce(&Page) -> WebDriverResult<()>) {
    let folder = tempfile::tempdir().unwrap();
    build(Path::new(EVERY_KIND), folder.path());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let files = folder.path().to_owned();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let files = files.clone();
            // A browser that goes away in the midst of an answer is no failure.
            thread::spawn(move || answer(stream, &files));
        }
    });
    in_browser_at(format!("http://{address}/ada/loops/"), test);
}

fn answer(mut stream: TcpStream, files: &Path) -> io::Result<()> {
    let mut request = String::new();
    BufReader::new(&stream).read_line(&mut request)?;
    let path = request.split([' ', '?']).nth(1).and_then(|path| path.strip_prefix("/ada/loops/"));
    let (status, body) = match path.and_then(|path| fs::read(files.join(path)).ok()) {
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", vec![]),
    };
    let kind = match path.and_then(|path| Path::new(path).extension()?.to_str()) {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        _ => "image/svg+xml",
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Content-Security-Policy: {POLICY}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)
}
