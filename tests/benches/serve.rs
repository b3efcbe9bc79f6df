//! From an edit to the browser, in a course that is served.
//!
//! `cargo bench --bench serve` prints for a course of a hundred and of a thousand lessons the median, in
//! milliseconds, from saving
//!
//! - prose to the event that tells browsers of it, and what of that was lessonc's own work, which is without
//!   the quiet that it waits for
//! - prose to the page that shows it, in a browser that is open on it, where there is one
//! - a template to that page, which comes before the others
//!
//! `cargo bench --bench serve -- 300` measures a course of that size alone. All stand
//! beside the least that could be done: a program that waits for the file and copies it.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod course;

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant, SystemTime},
};

use notify::{RecursiveMode, Watcher};
use thirtyfour::prelude::*;

const EDITS: usize = 20;

fn main() {
    // `cargo test --benches` asks for one quick round.
    let is_bench = env::args().any(|word| word == "--bench");
    let (sizes, edits) = if is_bench { (vec![100, 1_000], EDITS) } else { (vec![10], 2) };
    let asked: Vec<usize> = env::args().filter_map(|word| word.parse().ok()).collect();
    let sizes = if asked.is_empty() { sizes } else { asked };
    sizes.into_iter().for_each(|lessons| measure(lessons, edits));
}

fn measure(lessons: usize, edits: usize) {
    let folder = tempfile::tempdir().unwrap();
    let lessons_folder = folder.path().join("lessons");
    let sources = course::write(&lessons_folder, lessons);
    course::record(&lessons_folder, &sources);
    let name = format!("lesson-{:05}", lessons / 2);
    let path = lessons_folder.join(format!("{name}.md"));
    let text = fs::read_to_string(&path).unwrap();
    let edited = |number: usize| text.replacen("\n## ", &format!("\nEdit {number}.\n\n## "), 1);

    let template = lessons_folder.join("templates/colophon.html");
    fs::create_dir(template.parent().unwrap()).unwrap();
    fs::write(&template, "<footer>No edit.</footer>").unwrap();

    let copied = copied(&path, edits, edited);
    let mut server = Server::start(folder.path());
    let events = server.events();
    let mut told = vec![];
    for number in 0..edits {
        pause();
        while events.try_recv().is_ok() {}
        let start = Instant::now();
        fs::write(&path, edited(number)).unwrap();
        events.recv_timeout(Duration::from_secs(60)).unwrap();
        told.push(millis(start));
    }
    // It tells the browser first.
    pause();
    let own = server.own_work(edits);
    let shown = painted(&server.address, &name, edits, |number| {
        fs::write(&path, edited(1_000 + number)).unwrap();
    });
    let restyled = painted(&server.address, &name, edits, |number| {
        fs::write(&template, format!("<footer>Edit {number}.</footer>")).unwrap();
    });
    println!("{:<44} {:>8}", format!("{lessons} lessons, median of {edits}"), "ms");
    row("a file saved, copied by a program that waits", Some(copied));
    row("prose saved to the event", Some(told));
    row("  of which own work", Some(own));
    row("prose saved to its page in the browser", shown);
    row("a template saved to that page", restyled);
}

fn row(name: &str, millis: Option<Vec<f64>>) {
    let Some(mut millis) = millis else {
        println!("{name:<44} LEFT OUT: needs chromium and chromedriver");
        return;
    };
    millis.sort_by(f64::total_cmp);
    println!("{name:<44} {:>8.1}", millis[millis.len() / 2]);
}

fn millis(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// Between edits: a writer needs longer.
fn pause() {
    thread::sleep(Duration::from_millis(1_500));
}

/// How long it takes to hear of a file that was saved, and to copy it.
fn copied(path: &Path, edits: usize, edited: impl Fn(usize) -> String) -> Vec<f64> {
    let (sender, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |_| _ = sender.send(())).unwrap();
    watcher.watch(path.parent().unwrap(), RecursiveMode::NonRecursive).unwrap();
    let copy = path.parent().unwrap().parent().unwrap().join("copy");
    let copied = (0..edits).map(|number| {
        thread::sleep(Duration::from_millis(50));
        while events.try_recv().is_ok() {}
        let start = Instant::now();
        fs::write(path, edited(number)).unwrap();
        events.recv().unwrap();
        fs::copy(path, &copy).unwrap();
        millis(start)
    });
    copied.collect()
}

/// `lessonc serve`, which ends with it.
struct Server {
    process: Child,
    address: String,
    lines: Receiver<String>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts it, and waits until the course is built.
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lessonc"));
        command.args(["serve", "--port", "0"]).current_dir(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut words = BufReader::new(process.stderr.take().unwrap());
        let mut greeting = String::new();
        words.read_line(&mut greeting).unwrap();
        let address = greeting.split("at http://").nth(1).unwrap();
        let address = address.split('/').next().unwrap().to_owned();
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            words.lines().map_while(Result::ok).for_each(|line| _ = sender.send(line));
        });
        lines.recv_timeout(Duration::from_secs(600)).unwrap();
        Self { process, address, lines }
    }

    /// Something for each event that it sends to browsers.
    fn events(&self) -> Receiver<()> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET /.lessonc/events HTTP/1.1\r\nHost: {}\r\n\r\n", self.address).unwrap();
        let (sender, events) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while stream.read(&mut buffer).is_ok_and(|length| length > 0) {
                let _ = sender.send(());
            }
        });
        events
    }

    /// The milliseconds that it says of each of so many builds.
    fn own_work(&mut self, builds: usize) -> Vec<f64> {
        let own = self.lines.try_iter().filter_map(|line| {
            let (_, took) = line.split_once(": shown in ")?;
            let (number, _) = took.split_once(" ms,")?;
            number.parse::<f64>().ok()
        });
        let own: Vec<f64> = own.collect();
        assert!(own.len() >= builds, "a build was not told");
        own
    }
}

/// From an edit to the page that shows it, by the browser's own clock; none where there is no browser.
fn painted(address: &str, page: &str, edits: usize, edit: impl Fn(usize)) -> Option<Vec<f64>> {
    let browser = program(&["chromium", "chromium-browser", "google-chrome"])?;
    let driver = program(&["chromedriver"])?;
    let mut driver = Command::new(driver).arg("--port=0").stdout(Stdio::piped()).spawn().ok()?;
    let lines = BufReader::new(driver.stdout.take()?).lines().map_while(Result::ok);
    let mut ports = lines.filter_map(|line| {
        let (_, port) = line.split_once("successfully on port ")?;
        Some(port.trim_end_matches('.').to_owned())
    });
    let port = ports.next()?;
    let profile = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let painted = runtime.block_on(async {
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary(&browser.to_string_lossy())?;
        let profile = format!("--user-data-dir={}", profile.path().display());
        for option in
            ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", &profile]
        {
            capabilities.add_arg(option)?;
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await?;
        let test = async |driver: WebDriver| {
            driver.goto(format!("http://{address}/{page}.html")).await?;
            driver.execute(WATCH, vec![]).await?;
            let mut painted = vec![];
            for number in 0..edits {
                tokio::time::sleep(Duration::from_millis(1_500)).await;
                driver.execute("window.painted = 0", vec![]).await?;
                let start = now();
                edit(number);
                let mut at = 0.0;
                while at <= start {
                    assert!(now() < start + 10_000.0, "the edit was not seen");
                    // Asking keeps the browser from its work.
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    at = driver.execute("return window.painted", vec![]).await?.convert()?;
                }
                painted.push(at - start);
            }
            Ok::<_, WebDriverError>(painted)
        };
        Ok::<_, WebDriverError>(driver.run_and_quit(test).await)
    });
    let _ = driver.kill();
    let _ = driver.wait();
    Some(painted.unwrap().unwrap())
}

/// Milliseconds, by the clock that browsers know too.
fn now() -> f64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64() * 1000.0
}

/// Notes when the first change to the page was painted: with the frame after the next.
const WATCH: &str = "
    new MutationObserver(() => {
        if (window.painted) return;
        window.painted = 1;
        requestAnimationFrame(() => setTimeout(() => { window.painted = performance.timeOrigin + performance.now(); }));
    }).observe(document.body, { childList: true, characterData: true, subtree: true });";

/// Where a program of one of these names is.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut places = names.iter().flat_map(|name| folders.iter().map(move |it| it.join(name)));
    places.find(|place| place.exists())
}
