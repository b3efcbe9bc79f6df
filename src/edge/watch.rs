//! `lessonc serve`: builds a course, shows it, and builds it again whenever it changes.

use std::{
    collections::{BTreeSet, HashSet},
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, Receiver},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use super::{
    Outcome,
    build::{self, Made, Published, Shelf},
    changes::{Changes, Event, Events, wait},
    course::{self, CourseFolder},
    formats,
    keys::Keys,
    last::Runs,
    private_folder, problems,
    records::Use,
    round::{KnownVersions, Round},
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
        site::{Asset, Page},
    },
    pipeline::Memo,
    weave::{IndexMemo, Theme, page_path},
};

/// What `lessonc serve` was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    pub build: build::Options,
    pub host: IpAddr,
    pub port: u16,
    /// Whether to show the course in the browser at once.
    pub open: bool,
    /// Whether open pages go to where they are edited.
    pub follow: bool,
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
    let live = Live::new(Shown::new(milliseconds(), options.follow));
    let address = serve::start(Arc::clone(&live), &build.out, (*host, *port), sender.clone())?;
    let mut changes = Changes::watch(&build.course, sender.clone())?;
    let keys = Keys::listen(sender.clone());
    greet(options, address, &keys);
    if options.open {
        show(address);
    }

    let mut desk = Desk::new(Arc::clone(&live), sender.clone());
    let mut records = build.records.clone();
    loop {
        let mut timings = Clock::default();
        timings.begins("read");
        let edited = sender.end();
        changes.attend();
        let course = desk.reader.read(&build.course);
        let links = course.as_ref().map(|course| course.links.clone()).unwrap_or_default();
        if changes.attend_links(links) {
            continue;
        }
        desk.is_current = false;
        let round =
            course.and_then(|course| desk.round(options, &records, course, &mut timings, edited));
        match round {
            Ok(Done::Interrupted) => {}
            Ok(Done::Whole) => {
                records = options.later_records();
                desk.is_current = true;
                desk.index();
            }
            Err(error) => {
                let problems = problems::headline(&error, &build.course, &options.editor);
                live.change(|shown| shown.set_problems(problems));
                desk.told.error(&error);
            }
        }
        loop {
            let happened = wait(&events);
            if happened.stop {
                desk.is_current &= !happened.changed;
                desk.tidy_up(build)?;
                return Ok(Outcome::Fine);
            }
            if happened.open {
                show(address);
            }
            if happened.indexed {
                desk.take_index(options)?;
            }
            // What waits to be asked for is asked for, and what failed begins again; where nothing does, nor was, all is.
            let asks = |shown: &mut Shown| shown.request(|_| true) || !shown.requested().is_empty();
            if happened.rerun {
                let failures = std::mem::take(&mut desk.failures);
                let failed = !failures.is_empty();
                let lessons = failures.into_keys().map(|(lesson, _)| page_path(&lesson));
                live.change(|shown| shown.ask_for(lessons));
                if !live.change(asks) && !failed && records != Use::Frozen {
                    records = Use::None;
                }
            }
            if happened.changed || happened.rerun || happened.requested {
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
struct Desk {
    live: Arc<Live>,
    events: Events,
    reader: course::Reader,
    /// Made of the course's own templates.
    theme: memo::Memo<(), Vec<(String, String)>, Arc<Theme>>,
    versions: KnownVersions,
    failures: Runs,
    memo: Memo,
    shelf: Shelf,
    /// What was made last, and of what.
    made: Option<(Made, CourseFolder)>,
    /// Whether that is of the course as it was when it was looked at last.
    is_current: bool,
    searched: Searched,
    told: Told,
}

/// How long it has to be quiet before what readers search is made anew.
const PAUSE: Duration = Duration::from_millis(500);

/// What readers search.
#[derive(Default)]
struct Searched {
    files: Vec<Asset>,
    /// Where the files come from that are being made, and what tells that they are still wanted.
    coming: Option<(Receiver<Vec<Asset>>, Arc<()>)>,
    /// What was read for them last: in one hand at a time.
    memo: Arc<Mutex<IndexMemo>>,
}

impl Searched {
    fn memo(&self) -> MutexGuard<'_, IndexMemo> {
        self.memo.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    fn new(live: Arc<Live>, events: Events) -> Self {
        Self {
            live,
            events,
            reader: course::Reader::default(),
            theme: memo::Memo::default(),
            versions: KnownVersions::default(),
            failures: Runs::default(),
            memo: Memo::default(),
            shelf: Shelf::default(),
            made: None,
            is_current: false,
            searched: Searched::default(),
            told: Told::default(),
        }
    }

    /// Builds once, and shows and tells what came of it, and how long that is after `timings` began.
    fn round(
        &mut self,
        options: &Options,
        records: &Use,
        course: CourseFolder,
        timings: &mut Clock,
        edited: impl Future<Output = ()> + 'static,
    ) -> io::Result<Done> {
        let start = timings.start();
        let build = build::Options { records: records.clone(), ..options.build.clone() };
        let before = self.theme.output(&());
        let theme = self.theme(&course)?;
        let is_restyled =
            before.is_some_and(|before| !Arc::ptr_eq(&before.templates, &theme.templates));
        let requested = self.live.look(|shown| shown.requested().clone());
        let mut round = Round {
            options: &build,
            course,
            reader: &mut self.reader,
            events: &self.events,
            theme: &theme,
            is_restyled,
            live: &self.live,
            memo: &mut self.memo,
            versions: &mut self.versions,
            failures: &mut self.failures,
            start,
            clock: timings,
            shown_first: None,
        };
        let Some((mut made, pages)) = round.build(&requested, edited)? else {
            return Ok(Done::Interrupted);
        };
        if self.made.is_none() {
            // Beside a site that nobody sees yet there is nothing that could wait.
            let index = made.take_index();
            let files = index.map(|index| index.files(Some(&mut self.searched.memo())));
            self.searched.files = files.unwrap_or_default();
        }
        let Round { course, shown_first, .. } = round;
        timings.begins("write");
        made.searched.clone_from(&self.searched.files);
        let problems =
            problems::html(&made.diagnostics, &course.sources, &build.course, &options.editor);
        let news = self.show(&mut made, &pages, problems, &course, &build)?;
        let before = self.told.take(&made.diagnostics);
        if !self.told.diagnostics.is_subset(&before) {
            formats::tell(build.format, &made.diagnostics, &course.sources);
        }
        if !news.is_empty() || made.ran > 0 || before != self.told.diagnostics {
            eprintln!("{} {}", clock(), line(&news, &made, shown_first, start.elapsed()));
            if build.timings {
                eprint!("{}", timings.table(Instant::now()));
            }
        }
        self.made = Some((made, course));
        Ok(Done::Whole)
    }

    /// Shows the pages that were made and publishes the site, and says what of it is another.
    fn show(
        &mut self,
        made: &mut Made,
        pages: &[Page],
        problems: String,
        course: &CourseFolder,
        build: &build::Options,
    ) -> io::Result<BTreeSet<String>> {
        // Where a run failed, the last good page is shown again, which stands in the site's folder.
        let shown: HashSet<&str> = pages.iter().map(|page| &*page.path).collect();
        let is_made = |path: &str| shown.contains(path);
        let stale = made.stale.iter().map(|lesson| page_path(lesson));
        let withheld: Vec<String> = stale.filter(|path| !is_made(path)).collect();
        let pages = || pages.iter().map(|page| (&*page.path, &page.html));
        // What is given from memory need not wait until it is written.
        let mut news = self.live.change(|shown| {
            shown.set_problems(problems);
            shown.set_running(BTreeSet::new());
            shown.forget_requests();
            shown.set_waiting(made.waiting.iter().map(|lesson| page_path(lesson)).collect());
            shown.take([], &[], &withheld);
            let held: Vec<_> = pages().filter(|(path, _)| shown.holds(path)).collect();
            shown.take(held, &[], &[])
        });
        let Published { written, gone } = build::publish(made, course, build, &mut self.shelf)?;
        made.end();
        let filled_in = made.site.pages.iter().filter(|page| !is_made(&page.path));
        let filled_in = filled_in.map(|page| (&*page.path, &page.html));
        news.extend(
            self.live.change(|shown| shown.take(pages().chain(filled_in), &written, &gone)),
        );
        // What was shown as it came about is news to nobody but the terminal.
        news.extend(written);
        Ok(news)
    }

    /// How pages look: another theme only where the course's own templates are others.
    fn theme(&mut self, course: &CourseFolder) -> io::Result<Arc<Theme>> {
        if let Some(theme) = self.theme.get(&(), &course.templates) {
            return Ok(theme);
        }
        let theme = match self.theme.output(&()) {
            Some(theme) => theme.edited(&course.templates),
            None => Theme::new(&course.templates),
        };
        let theme = Arc::new(theme.map_err(io::Error::other)?);
        self.theme.keep((), course.templates.clone(), Arc::clone(&theme));
        Ok(theme)
    }

    /// Begins to make the files that readers search, beside all else.
    fn index(&mut self) {
        let index = self.made.as_mut().and_then(|(made, _)| made.take_index());
        let Some(index) = index else { return };
        let (sender, coming) = mpsc::channel();
        let (events, wanted) = (self.events.clone(), Arc::new(()));
        let memo = Arc::clone(&self.searched.memo);
        let is_wanted = Arc::downgrade(&wanted);
        self.searched.coming = Some((coming, wanted));
        thread::spawn(move || {
            // Who writes edits on; what they look at comes first.
            thread::sleep(PAUSE);
            if is_wanted.upgrade().is_none() {
                return;
            }
            let mut memo = memo.lock().unwrap_or_else(PoisonError::into_inner);
            if sender.send(index.files(Some(&mut memo))).is_ok() {
                events.send(Event::Indexed);
            }
        });
    }

    /// Forgets the records that nothing asks for: not before, for what is gone may come back. Files are away for a
    /// moment while editors save them and while another branch is checked out.
    fn tidy_up(&self, options: &build::Options) -> io::Result<()> {
        let Some((made, _)) = self.made.as_ref().filter(|_| self.is_current) else { return Ok(()) };
        // Another build does it itself.
        let alone = run::alone_now(&private_folder(&options.course)?)?;
        if alone.is_some() { build::prune(made, options) } else { Ok(()) }
    }

    /// Publishes the files that readers search, when they are made.
    fn take_index(&mut self, options: &Options) -> io::Result<()> {
        let files = self.searched.coming.as_ref().and_then(|(coming, _)| coming.try_recv().ok());
        let (Some(files), Some((made, course))) = (files, &mut self.made) else { return Ok(()) };
        made.searched.clone_from(&files);
        self.searched.files = files;
        self.searched.coming = None;
        let published = build::publish(made, course, &options.build, &mut self.shelf)?;
        self.live.change(|shown| _ = shown.take([], &published.written, &published.gone));
        Ok(())
    }
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

/// `asyncio: woven in 8 ms`, or, where the page of a text that was edited was shown before the others were made,
/// `asyncio: shown in 3 ms, all woven in 8 ms`.
fn line(news: &BTreeSet<String>, made: &Made, first: Option<Duration>, took: Duration) -> String {
    let (pages, files): (Vec<&str>, Vec<&str>) =
        news.iter().map(String::as_str).partition(|path| path.ends_with(".html"));
    let pages: Vec<&str> = pages.iter().map(|path| path.trim_end_matches(".html")).collect();
    let what = match (&pages[..], &files[..]) {
        ([], []) => "nothing changed".to_owned(),
        ([], files) => format!("{}: copied", listed(files, "file")),
        (pages, _) => match first {
            Some(first) => {
                format!("{}: shown in {}, all woven", listed(pages, "page"), told(first))
            }
            None => format!("{}: woven", listed(pages, "page")),
        },
    };
    let ran = match made.ran {
        0 => String::new(),
        ran => format!(", {} run,", plural(ran, "program")),
    };
    let left = match terminal::count(&made.diagnostics) {
        count if count.is_empty() => count,
        count => format!("; {count}"),
    };
    let waiting = match made.waiting.len() {
        0 => String::new(),
        1 => "; 1 lesson waits for `r`".to_owned(),
        several => format!("; {several} lessons wait for `r`"),
    };
    format!("{what}{ran} in {}{left}{waiting}", told(took))
}

fn told(took: Duration) -> String {
    match took.as_millis() {
        long @ 1000.. => format!("{:.1} s", long as f64 / 1000.0),
        short => format!("{short} ms"),
    }
}

/// A few names, or how many there are.
fn listed(names: &[&str], noun: &str) -> String {
    if names.len() <= 3 { names.join(", ") } else { plural(names.len(), noun) }
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
