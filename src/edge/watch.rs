//! `lessonc serve`: builds a course, shows it, and builds it again whenever it changes.

use std::{
    collections::BTreeSet,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        mpsc::{self, Receiver},
    },
    thread,
    time::{Instant, SystemTime},
};

use super::{
    Outcome,
    build::{self, Made, Published, Shelf},
    changes::{Changes, Event, Events, wait},
    course::{self, CourseFolder},
    formats,
    keys::Keys,
    problems,
    records::{self, Last, Store, Use, Versions},
    run,
    serve::{self, Live},
    shown::Shown,
    terminal::{self, plural},
    timings::Clock,
};
use crate::{
    memo,
    model::{
        diagnostic::Diagnostic,
        site::{Asset, Site},
    },
    pipeline::{self, Memo},
    weave::{Index, Theme, page_path},
};

/// What `lessonc serve` was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    pub build: build::Options,
    pub host: IpAddr,
    pub port: u16,
    /// Whether to show the course in the browser at once.
    pub open: bool,
    /// Where a place is edited: an address with `{file}`, `{line}` and `{column}` in it.
    pub editor: String,
}

/// Serves a course until the user ends it. No mistake in the course does.
///
/// # Errors
///
/// Where it cannot be served at all.
pub fn watch(options: &Options) -> io::Result<Outcome> {
    let Options { build, host, port, .. } = options;
    build::check_out(build)?;
    let course = course::read(&build.course)?;
    if let Use::NoneOf(lesson) = &build.records {
        run::check_name(lesson, &course, "serve", "--rerun")?;
    }
    let (sender, events) = Events::new();
    let live = Live::new(Shown::new(milliseconds()));
    let address = serve::start(Arc::clone(&live), &build.out, (*host, *port), sender.clone())?;
    let mut changes = Changes::watch(&build.course, sender.clone())?;
    let keys = Keys::listen(sender.clone());
    greet(options, address, &keys);
    if options.open {
        show(address);
    }

    let mut desk = Desk::default();
    let mut records = build.records.clone();
    loop {
        let edited = sender.end();
        changes.attend();
        let course = desk.reader.read(&build.course);
        let links = course.as_ref().map(|course| course.links(&build.course)).unwrap_or_default();
        if changes.attend_links(links) {
            continue;
        }
        let round = course.and_then(|course| desk.round(options, &records, course, &live, edited));
        match round {
            Ok(Done::Interrupted) => {}
            Ok(Done::Whole) => {
                records = options.later_records();
                desk.index(&sender);
            }
            Err(error) => {
                live.change(|shown| shown.set_problems(problems::headline(&error)));
                desk.told.error(&error);
            }
        }
        loop {
            let happened = wait(&events);
            if happened.stop {
                return Ok(Outcome::Fine);
            }
            if happened.open {
                show(address);
            }
            if happened.indexed {
                desk.take_index(options, &live)?;
            }
            if happened.rerun && records != Use::Frozen {
                records = Use::None;
            }
            if happened.changed || happened.rerun {
                break;
            }
        }
    }
}

impl Options {
    /// Which records are used when all that was asked for was run once.
    fn later_records(&self) -> Use {
        match self.build.records {
            Use::Frozen => Use::Frozen,
            _ => Use::Valid,
        }
    }
}

enum Done {
    Whole,
    /// A run was ended, by an edit or by the user.
    Interrupted,
}

/// What is kept from one build to the next, so that nothing is done twice.
#[derive(Default)]
struct Desk {
    reader: course::Reader,
    /// Made of the course's own templates.
    theme: memo::Memo<(), Vec<(String, String)>, Arc<Theme>>,
    versions: memo::Memo<(), String, Versions>,
    memo: Memo,
    shelf: Shelf,
    /// What was made last, and of what.
    made: Option<(Made, CourseFolder)>,
    searched: Searched,
    told: Told,
}

/// What readers search.
#[derive(Default)]
struct Searched {
    files: Vec<Asset>,
    /// Where the files come from that are being made.
    coming: Option<Receiver<Vec<Asset>>>,
}

impl Desk {
    /// Builds once, and shows and tells what came of it.
    fn round(
        &mut self,
        options: &Options,
        records: &Use,
        course: CourseFolder,
        live: &Live,
        edited: impl Future<Output = ()> + 'static,
    ) -> io::Result<Done> {
        let start = Instant::now();
        let build = build::Options { records: records.clone(), ..options.build.clone() };
        let theme = self.theme(&course)?;
        let lock = records::lock(&build.course)?;
        let versions = self.versions.one((), lock, |lock| Versions::from(lock.clone()));
        let mut last = Last::new(Store::new(&build.course, versions));
        let memo = &mut self.memo;
        let built = pipeline::build(&course.sources, &course.files, &theme, &mut last, memo);
        let mut made = if last.stale.is_empty() && matches!(records, Use::Valid | Use::Frozen) {
            Made::of(built, 0)
        } else {
            if *records != Use::Frozen {
                show_last(&built.site, &last.stale, live);
            }
            let made = build::make(&build, &course, &theme, edited, memo, &mut Clock::default())?;
            let Some(made) = made else { return Ok(Done::Interrupted) };
            made
        };
        if self.made.is_none() {
            // Beside a site that nobody sees yet there is nothing that could wait.
            self.searched.files = made.take_index().iter().flat_map(Index::files).collect();
        }
        made.searched.clone_from(&self.searched.files);
        let Published { written, gone } =
            build::publish(&mut made, &course, &build, &mut self.shelf)?;
        // Where a run failed, the last good page is shown again, which stands in the site's folder.
        let is_made = |path: &String| made.site.pages.iter().any(|page| page.path == *path);
        let pages = last.stale.iter().map(|lesson| page_path(lesson));
        let withheld: Vec<String> = pages.filter(|path| !is_made(path)).collect();
        let problems = problems::html(&made.diagnostics, &course.sources, &options.editor);
        let pages = made.site.pages.iter().map(|page| (&*page.path, &page.html));
        let news = live.change(|shown| {
            shown.set_problems(problems);
            shown.set_running(BTreeSet::new());
            shown.take([], &[], &withheld);
            shown.take(pages, &written, &gone)
        });
        let before = self.told.take(&made.diagnostics);
        if !self.told.diagnostics.is_subset(&before) {
            formats::tell(build.format, &made.diagnostics, &course.sources);
        }
        if !news.is_empty() || made.ran > 0 || before != self.told.diagnostics {
            eprintln!("{} {}", clock(), line(&news, &made, start));
        }
        self.made = Some((made, course));
        Ok(Done::Whole)
    }

    /// How pages look: another theme only where the course's own templates are others.
    fn theme(&mut self, course: &CourseFolder) -> io::Result<Arc<Theme>> {
        if let Some(theme) = self.theme.get(&(), &course.templates) {
            return Ok(theme);
        }
        let theme = Arc::new(Theme::new(&course.templates).map_err(io::Error::other)?);
        self.theme.keep((), course.templates.clone(), Arc::clone(&theme));
        Ok(theme)
    }

    /// Begins to make the files that readers search, beside all else.
    fn index(&mut self, events: &Events) {
        let index = self.made.as_mut().and_then(|(made, _)| made.take_index());
        let Some(index) = index else { return };
        let (sender, coming) = mpsc::channel();
        let events = events.clone();
        self.searched.coming = Some(coming);
        thread::spawn(move || {
            // Where nobody waits for it any more, a newer one is being made.
            if sender.send(index.files()).is_ok() {
                events.send(Event::Indexed);
            }
        });
    }

    /// Publishes the files that readers search, when they are made.
    fn take_index(&mut self, options: &Options, live: &Live) -> io::Result<()> {
        let files = self.searched.coming.as_ref().and_then(|coming| coming.try_recv().ok());
        let (Some(files), Some((made, course))) = (files, &mut self.made) else { return Ok(()) };
        made.searched.clone_from(&files);
        self.searched = Searched { files, coming: None };
        let published = build::publish(made, course, &options.build, &mut self.shelf)?;
        live.change(|shown| _ = shown.take([], &published.written, &published.gone));
        Ok(())
    }
}

/// Shows the words of today around what programs gave last, until they have run.
fn show_last(site: &Site, stale: &BTreeSet<String>, live: &Live) {
    let pages = site.pages.iter().map(|page| (&*page.path, &page.html));
    live.change(|shown| {
        shown.take(pages, &[], &[]);
        shown.set_running(stale.iter().map(|lesson| page_path(lesson)).collect());
    });
}

/// What the terminal has already said, so that it is said once.
#[derive(Default)]
struct Told {
    diagnostics: BTreeSet<(String, String)>,
    error: String,
}

impl Told {
    /// Takes what is wrong now, and gives what was wrong before.
    fn take(&mut self, diagnostics: &[Diagnostic]) -> BTreeSet<(String, String)> {
        let now = diagnostics.iter().map(|it| (it.code.to_string(), it.message.clone())).collect();
        self.error.clear();
        std::mem::replace(&mut self.diagnostics, now)
    }

    fn error(&mut self, error: &io::Error) {
        let message = error.to_string();
        if message != self.error {
            terminal::error(error);
            self.error = message;
        }
    }
}

/// `asyncio: woven in 8 ms`.
fn line(news: &BTreeSet<String>, made: &Made, start: Instant) -> String {
    let (pages, files): (Vec<&str>, Vec<&str>) =
        news.iter().map(String::as_str).partition(|path| path.ends_with(".html"));
    let pages: Vec<&str> = pages.iter().map(|path| path.trim_end_matches(".html")).collect();
    let what = match (&pages[..], &files[..]) {
        ([], []) => "no page changed".to_owned(),
        ([], files) => format!("{}: copied", listed(files)),
        (pages, _) => format!("{}: woven", listed(pages)),
    };
    let ran = match made.ran {
        0 => String::new(),
        ran => format!(", {} run,", plural(ran, "program")),
    };
    let took = start.elapsed();
    let took = match took.as_millis() {
        long @ 1000.. => format!("{:.1} s", long as f64 / 1000.0),
        short => format!("{short} ms"),
    };
    let left = match terminal::count(&made.diagnostics) {
        count if count.is_empty() => count,
        count => format!("; {count}"),
    };
    format!("{what}{ran} in {took}{left}")
}

/// The first few of some names.
fn listed(names: &[&str]) -> String {
    match names {
        [first, second, _, _, ..] => format!("{first}, {second} and {} more", names.len() - 2),
        _ => names.join(", "),
    }
}

fn greet(options: &Options, address: SocketAddr, keys: &Keys) {
    let out = options.build.out.display();
    let how = if keys.are_read() { "r reruns, o opens, q quits" } else { "Ctrl-C to stop" };
    eprintln!("Serving {out} at http://{address}/ ({how})");
}

fn show(address: SocketAddr) {
    if let Err(error) = open::that_detached(format!("http://{address}/")) {
        eprintln!("The browser could not be opened: {error}");
    }
}

fn clock() -> String {
    jiff::Zoned::now().strftime("%H:%M:%S").to_string()
}

fn milliseconds() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    now.as_millis() as u64
}
