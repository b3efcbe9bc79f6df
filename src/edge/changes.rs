//! What happens to a course while it is served: edits on the disk, keys in the terminal, the end.
//! The only file that knows notify.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockWriteGuard,
        mpsc::{self, Receiver},
    },
    time::Duration,
};

use notify::{
    EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};

use tokio::sync::watch;

use super::{course, files};

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Changed,
    /// A reader asks for what waits for that.
    Requested,
    /// What readers search became files.
    Indexed,
    Rerun,
    Open,
    Stop,
}

/// Where events are sent to. [`Event::Rerun`] and `Stop` end what runs, and so does `Changed`, unless somebody else
/// judges that: it is to begin anew, or not at all.
#[derive(Clone, Debug)]
pub struct Events {
    queue: mpsc::Sender<Event>,
    ends: watch::Sender<()>,
    /// Who is told of changes, and knows whether they end what runs.
    judge: Arc<Mutex<Option<mpsc::Sender<()>>>>,
}

impl Events {
    /// With the end from which they are taken.
    pub fn new() -> (Self, Receiver<Event>) {
        let (queue, events) = mpsc::channel();
        (Self { queue, ends: watch::Sender::new(()), judge: Arc::default() }, events)
    }

    /// Where nobody listens any more, all ends anyway.
    pub fn send(&self, event: Event) {
        let _ = self.queue.send(event);
        let is_judged = || {
            let judge = self.judge.lock().unwrap_or_else(PoisonError::into_inner);
            judge.as_ref().is_some_and(|judge| judge.send(()).is_ok())
        };
        match event {
            Event::Changed if is_judged() => {}
            Event::Changed | Event::Rerun | Event::Stop => self.end_runs(),
            Event::Requested | Event::Indexed | Event::Open => {}
        }
    }

    /// Leaves it to others, from now on, whether a change ends what runs.
    pub fn tell_changes(&self, judge: Option<mpsc::Sender<()>>) {
        *self.judge.lock().unwrap_or_else(PoisonError::into_inner) = judge;
    }

    /// Ends what runs.
    pub fn end_runs(&self) {
        self.ends.send_replace(());
    }

    /// Comes to its end with the next event from now on that ends what runs.
    pub fn end(&self) -> impl Future<Output = ()> + 'static {
        let mut ends = self.ends.subscribe();
        async move { _ = ends.changed().await }
    }
}

/// All that happened until it was quiet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Happened {
    pub changed: bool,
    pub requested: bool,
    pub indexed: bool,
    pub rerun: bool,
    pub open: bool,
    pub stop: bool,
}

/// How long it has to be quiet: editors save in several steps.
pub const QUIET: Duration = Duration::from_millis(5);

/// Waits until something happens, and then until nothing more does.
pub fn wait(events: &Receiver<Event>) -> Happened {
    let mut happened = Happened::default();
    let mut next = events.recv().ok();
    // Where nobody is left to tell of anything, there is nothing to wait for.
    happened.stop = next.is_none();
    while let Some(event) = next {
        match event {
            Event::Changed => happened.changed = true,
            Event::Requested => happened.requested = true,
            Event::Indexed => happened.indexed = true,
            Event::Rerun => happened.rerun = true,
            Event::Open => happened.open = true,
            Event::Stop => happened.stop = true,
        }
        next = events.recv_timeout(QUIET).ok();
    }
    happened
}

/// Watches a course's folder, and what its links lead to.
pub struct Changes {
    watcher: RecommendedWatcher,
    course: PathBuf,
    places: Arc<RwLock<Places>>,
}

#[derive(Default)]
struct Places {
    /// The course's folder as it is called, and where it really is.
    course: BTreeSet<PathBuf>,
    /// Whether that is still the folder that is watched.
    is_same: bool,
    /// Files elsewhere that links in the course lead to.
    linked: BTreeSet<PathBuf>,
}

impl Changes {
    /// Sends an event for each change to what the course is made of.
    ///
    /// # Errors
    ///
    /// Where the system cannot watch.
    pub fn watch(course: &Path, events: Events) -> io::Result<Self> {
        let places = Arc::new(RwLock::new(Places::default()));
        let known = Arc::clone(&places);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
            if event.is_ok_and(|event| known.take(&event)) {
                events.send(Event::Changed);
            }
        });
        let course = std::path::absolute(course)?;
        let mut changes = Self { watcher: watcher.map_err(io::Error::other)?, course, places };
        // To see the course's own folder go and come back.
        if let Some(above) = changes.course.parent() {
            let above = files::real(above)?;
            changes.watcher.watch(&above, RecursiveMode::NonRecursive).map_err(io::Error::other)?;
        }
        changes.attend();
        Ok(changes)
    }

    /// Watches the course's folder, which may be another of the same name by now. What is not there
    /// is seen when it comes.
    pub fn attend(&mut self) {
        let real = files::real(&self.course).unwrap_or_else(|_| self.course.clone());
        let named = self.course.parent().and_then(|above| files::real(above).ok());
        let named = named.zip(self.course.file_name()).map(|(above, name)| above.join(name));
        let mut places = self.places();
        let is_same = std::mem::replace(&mut places.is_same, true) && places.course.contains(&real);
        places.course = named.into_iter().chain([real.clone()]).collect();
        drop(places);
        if !is_same {
            let _ = self.watcher.unwatch(&real);
            let is_watched = self.watcher.watch(&real, RecursiveMode::Recursive).is_ok();
            self.places().is_same &= is_watched;
        }
    }

    /// Watches files elsewhere, and no others any more. Says whether there are new ones among them,
    /// which may have changed before they were watched.
    pub fn attend_links(&mut self, links: BTreeSet<PathBuf>) -> bool {
        let before = std::mem::replace(&mut self.places().linked, links.clone());
        for folder in links.difference(&before).filter_map(|file| file.parent()) {
            let _ = self.watcher.watch(folder, RecursiveMode::NonRecursive);
        }
        !links.is_subset(&before)
    }

    fn places(&self) -> RwLockWriteGuard<'_, Places> {
        self.places.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Places {
    /// Whether an event may be one of a change to the course.
    fn take(&mut self, event: &notify::Event) -> bool {
        let is_folder = event.paths.iter().any(|path| self.course.contains(path));
        self.is_same &= !(is_folder && writes(&event.kind));
        // Where the system lost count, all may have changed.
        let counts = |path: &PathBuf| {
            let inside = self.course.iter().find_map(|course| path.strip_prefix(course).ok());
            self.linked.contains(path) || inside.is_some_and(course::is_part)
        };
        event.need_rescan() || writes(&event.kind) && (is_folder || event.paths.iter().any(counts))
    }
}

/// Whether an event may change what a file holds: reading it does not.
fn writes(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(access) => *access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}
