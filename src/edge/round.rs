//! One round of a served course: the words of today stand around what programs gave last, then around what
//! they give as they run, and at last it is whole.

use std::{
    collections::BTreeSet,
    io,
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    build::{self, Made},
    cargo::SoFar,
    changes::{Events, QUIET},
    course::{self, CourseFolder},
    last::{Given, Last, Runs},
    private_folder,
    records::{self, Store, Use, Versions},
    run,
    serve::Live,
    timings::Clock,
};
use crate::{
    execute::Runner,
    memo,
    model::{package::Program, site::Page},
    pipeline::{self, Built, Memo},
    weave::{Theme, page_path},
};

pub struct Round<'r> {
    pub options: &'r build::Options,
    pub course: CourseFolder,
    /// What reads the course again where it is edited meanwhile.
    pub reader: &'r mut course::Reader,
    pub events: &'r Events,
    pub theme: &'r Arc<Theme>,
    /// Whether other templates make all pages others.
    pub is_restyled: bool,
    pub live: &'r Live,
    pub memo: &'r mut Memo,
    pub versions: &'r mut KnownVersions,
    /// The runs that failed, which are not begun again as long as nothing of theirs is another.
    pub failures: &'r mut Runs,
    /// When the round began, and after what time the page of a text that was edited was shown, if it was before
    /// the others.
    pub start: Instant,
    /// Where its time goes.
    pub clock: &'r mut Clock,
    pub shown_first: Option<Duration>,
}

/// What happens while programs run.
enum News {
    /// A program, by its lesson and its name, gave something.
    Gave((String, String), Given),
    Edited,
}

/// How long a browser may have to itself to show the page that is looked at.
const TO_PAINT: Duration = Duration::from_millis(80);

/// What the versions of a course say, which are read when they are others.
pub type KnownVersions = memo::Memo<(), String, Versions>;

impl Round<'_> {
    /// Builds the course, and shows it meanwhile; nothing is made where a run was interrupted. Of the lessons
    /// that wait to be asked for, those that were `requested` run. Gives also the pages that are to be shown,
    /// those among them that are not to be published yet.
    ///
    /// # Errors
    ///
    /// Where what is recorded cannot be read.
    pub fn build(
        &mut self,
        requested: &BTreeSet<String>,
        edited: impl Future<Output = ()> + 'static,
    ) -> io::Result<Option<(Made, Vec<Page>)>> {
        let build::Options { course: folder, records, offline, .. } = self.options;
        let mut last = Last::new(self.store()?, records.clone(), requested.clone());
        last.runs = std::mem::take(self.failures);
        self.clock.begins("show the edit");
        if self.is_restyled {
            self.show_open(&mut last);
        } else if *records == Use::Valid {
            self.show_edited(last.store.clone());
        }
        last.clock = std::mem::take(self.clock);
        let mut built = self.weave(&mut last);
        let (mut ran, mut alone) = (0, None);
        if !last.to_run.is_empty() {
            self.show(&built, &last);
            let private = private_folder(folder)?;
            alone = Some(run::alone(&private)?);
            let mut runner = run::runner(folder, &self.course, private, records, *offline, edited)?;
            while !last.to_run.is_empty() {
                let programs = std::mem::take(&mut last.to_run);
                // What is woven beside the run takes none of its time.
                runner.clock = std::mem::take(&mut last.clock);
                runner.clock.begins("run");
                last.begins_to_run(&programs);
                let (sender, told) = mpsc::channel();
                let (judge, edits) = mpsc::channel();
                let (news, receiver) = mpsc::channel();
                runner.runner_mut().tell(Some(sender));
                let events = self.events;
                events.tell_changes(Some(judge));
                let so_far = &mut last;
                thread::scope(|scope| {
                    let also = news.clone();
                    scope.spawn(move || {
                        told.into_iter().for_each(|SoFar { program, steps }| {
                            _ = also.send(News::Gave(program, Given::SoFar(steps)));
                        });
                    });
                    let also = news.clone();
                    scope.spawn(move || {
                        edits.into_iter().for_each(|()| _ = also.send(News::Edited));
                    });
                    let round = &mut *self;
                    scope.spawn(move || round.follow(&receiver, so_far));
                    let programs: Vec<&Program> = programs.iter().collect();
                    runner.run(&programs, &mut |index, trace| {
                        let Program { lesson, name, .. } = programs[index];
                        let given = Given::Whole(Box::new(trace));
                        _ = news.send(News::Gave((lesson.clone(), name.clone()), given));
                    });
                    drop(news);
                    runner.runner_mut().tell(None);
                    events.tell_changes(None);
                });
                if runner.was_interrupted() {
                    *self.failures = last.into_failures();
                    return Ok(None);
                }
                last.clock = std::mem::take(&mut runner.clock);
                last.ends_to_run();
                // With other versions than before, what seemed to hold may not.
                last.store = self.store()?;
                built = self.weave(&mut last);
            }
            ran = runner.ran;
        }
        *self.clock = std::mem::take(&mut last.clock);
        let pages = built.site.pages.clone();
        let waiting = std::mem::take(&mut last.waiting);
        let mut made = Made::of(built, ran).waiting_for(waiting, alone);
        made.stale = std::mem::take(&mut last.stale);
        *self.failures = last.into_failures();
        Ok(Some((made, pages)))
    }

    fn store(&mut self) -> io::Result<Store> {
        let folder = &self.options.course;
        let versions = |lock: &String| Versions::from(lock.clone());
        Ok(Store::new(folder, self.versions.one((), records::lock(folder)?, versions)))
    }

    /// Shows what programs give while they run, until they all have ended. What is edited meanwhile is shown as
    /// well; where other programs are to run then, those that do are ended.
    fn follow(&mut self, news: &Receiver<News>, last: &mut Last) {
        let mut until = Instant::now();
        while let Some(is_edited) = take_all(news, last, until) {
            if is_edited && !self.read_again() {
                return self.events.end_runs();
            }
            let start = Instant::now();
            let built = self.weave(last);
            if is_edited && !last.still_runs() {
                return self.events.end_runs();
            }
            self.show(&built, last);
            // Weaving leaves most of the time to what runs.
            until = Instant::now() + start.elapsed() * 3;
        }
    }

    /// Takes the course as it is now, and says whether that can be: with other templates all begins anew.
    fn read_again(&mut self) -> bool {
        let course = self.reader.read(&self.options.course);
        let course = course.ok().filter(|course| course.templates == self.course.templates);
        course.map(|course| self.course = course).is_some()
    }

    /// Shows the pages that somebody looks at before the others are made.
    fn show_open(&mut self, last: &mut Last) {
        let open = self.live.open();
        let names = open.iter().filter_map(|path| path.strip_suffix(".html"));
        let names: BTreeSet<String> = names.map(str::to_owned).collect();
        if names.is_empty() {
            return;
        }
        last.begin();
        let CourseFolder { sources, files, .. } = &self.course;
        let pages = pipeline::pages(sources, files, self.theme, &names, last, self.memo);
        let pages = pages.iter().map(|page| (&*page.path, &page.html));
        self.live.change(|shown| _ = shown.take(pages, &[], &[]));
        // Nobody waits for the others, and browsers have more to do than we until theirs is on the screen.
        thread::sleep(TO_PAINT);
    }

    /// Shows the page of the text that was edited before the whole is made again.
    fn show_edited(&mut self, store: Store) {
        let CourseFolder { sources, files, .. } = &self.course;
        // What it does not know is to be run, which is not for now.
        let mut recall = Last::new(store, Use::Frozen, BTreeSet::new());
        let page = pipeline::edited(sources, files, self.theme, &mut recall, self.memo);
        let Some(page) = page else { return };
        let news = self.live.change(|shown| {
            let held = Some((&*page.path, &page.html)).filter(|_| shown.holds(&page.path));
            shown.take(held, &[], &[])
        });
        self.shown_first = Some(self.start.elapsed()).filter(|_| !news.is_empty());
    }

    fn weave(&mut self, last: &mut Last) -> Built {
        last.begin();
        pipeline::build(&self.course.sources, &self.course.files, self.theme, last, self.memo)
    }

    fn show(&self, built: &Built, last: &Last) {
        let pages = |lessons: &BTreeSet<String>| -> BTreeSet<String> {
            lessons.iter().map(|lesson| page_path(lesson)).collect()
        };
        let (running, waiting) = (pages(&last.running()), pages(&last.waiting));
        let stale = pages(&last.stale);
        let is_stale = |page: &&Page| stale.contains(&page.path);
        // What is not as its author says it will be may yet become so.
        let unfinished = built.unfinished.pages.iter().filter(is_stale);
        let pages: Vec<&Page> = built.site.pages.iter().chain(unfinished).collect();
        // Whether or not there was such a page in the site's folder, there is another now.
        let news = pages.iter().copied().filter(is_stale).map(|page| page.path.clone());
        let news: Vec<String> = news.collect();
        let pages = pages.iter().map(|page| (&*page.path, &page.html));
        self.live.change(|shown| {
            shown.take(pages, &news, &[]);
            shown.set_running(running);
            shown.set_waiting(waiting);
        });
    }
}

/// Takes what programs give, at least once, until a moment or an edit. Says whether it was an edit; nothing where
/// they all have ended.
fn take_all(news: &Receiver<News>, last: &mut Last, until: Instant) -> Option<bool> {
    let mut next = news.recv().ok()?;
    let mut is_edited = false;
    loop {
        match next {
            News::Edited => is_edited = true,
            News::Gave(program, given) => last.take(&program, given),
        }
        let left = until.saturating_duration_since(Instant::now());
        match news.recv_timeout(if is_edited { QUIET } else { left }) {
            Ok(more) => next = more,
            Err(RecvTimeoutError::Timeout) => return Some(is_edited),
            Err(RecvTimeoutError::Disconnected) => return is_edited.then_some(true),
        }
    }
}
