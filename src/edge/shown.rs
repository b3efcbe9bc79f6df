//! What a served course is at the moment, as plain data: its pages, what changed when, and what is
//! wrong.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use serde::Serialize;

use crate::model::site::Html;

/// What browsers are shown.
#[derive(Debug)]
pub struct Shown {
    /// Whether open pages go to where their author edits.
    follow: bool,
    /// Counts the changes. It goes on from server to server, so that a page that an earlier one gave
    /// is old.
    version: u64,
    /// Pages by their path; others stand in the site's folder.
    pages: HashMap<String, Arc<Html>>,
    /// At which version each path of the site changed last.
    changed: BTreeMap<String, u64>,
    /// What is wrong, as HTML; empty where nothing is.
    problems: String,
    /// Pages that show what their programs gave before, while these run.
    running: BTreeSet<String>,
    /// Pages that show it until somebody asks for their programs to be run.
    waiting: BTreeSet<String>,
    /// Those of which somebody did.
    requested: BTreeSet<String>,
}

/// What a browser that knows an older version must be told.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct News<'a> {
    pub version: u64,
    pub changed: Vec<&'a str>,
    pub problems: &'a str,
    pub running: &'a BTreeSet<String>,
    pub waiting: &'a BTreeSet<String>,
    pub follow: bool,
}

impl Shown {
    pub fn new(version: u64, follow: bool) -> Self {
        Self {
            follow,
            version,
            pages: HashMap::new(),
            changed: BTreeMap::new(),
            problems: String::new(),
            running: BTreeSet::new(),
            waiting: BTreeSet::new(),
            requested: BTreeSet::new(),
        }
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn page(&self, path: &str) -> Option<Arc<Html>> {
        self.pages.get(path).cloned()
    }

    pub fn holds(&self, path: &str) -> bool {
        self.pages.contains_key(path)
    }

    /// Takes new pages, and says which paths are news: those, and what else of the site was
    /// `written`. The other pages stay.
    pub fn take<'a>(
        &mut self,
        pages: impl IntoIterator<Item = (&'a str, &'a Arc<Html>)>,
        written: &[String],
        gone: &[String],
    ) -> BTreeSet<String> {
        let mut news: BTreeSet<String> = written.iter().chain(gone).cloned().collect();
        gone.iter().for_each(|path| _ = self.pages.remove(path));
        for (path, html) in pages {
            match self.pages.get(path) {
                Some(before) if Arc::ptr_eq(before, html) || before == html => {
                    news.remove(path);
                    continue;
                }
                Some(_) => _ = news.insert(path.to_owned()),
                // What was in the site's folder before is no news when it is first held here.
                None => {}
            }
            self.pages.insert(path.to_owned(), Arc::clone(html));
        }
        if !news.is_empty() {
            self.version += 1;
            self.changed.extend(news.iter().map(|path| (path.clone(), self.version)));
        }
        news
    }

    /// Takes what is wrong now.
    pub fn set_problems(&mut self, problems: String) {
        if self.problems != problems {
            self.problems = problems;
            self.version += 1;
        }
    }

    /// Takes the pages whose programs run now.
    pub fn set_running(&mut self, running: BTreeSet<String>) {
        if self.running != running {
            self.running = running;
            self.version += 1;
        }
    }

    /// Takes the pages whose programs wait to be asked for.
    pub fn set_waiting(&mut self, waiting: BTreeSet<String>) {
        if self.waiting != waiting {
            self.waiting = waiting;
            self.version += 1;
        }
    }

    /// Asks for the programs of pages, and says whether some of these were waiting for that.
    pub fn request(&mut self, is_wanted: impl Fn(&str) -> bool) -> bool {
        let wanted = self.waiting.iter().filter(|page| is_wanted(page));
        let before = self.requested.len();
        self.requested.extend(wanted.cloned());
        self.requested.len() > before
    }

    /// Asks for the programs of pages, whether or not they wait for that.
    pub fn ask_for(&mut self, pages: impl IntoIterator<Item = String>) {
        self.requested.extend(pages);
    }

    /// The pages whose programs were asked for.
    pub fn requested(&self) -> &BTreeSet<String> {
        &self.requested
    }

    /// Forgets what was asked for, since it is there.
    pub fn forget_requests(&mut self) {
        self.requested.clear();
    }

    /// What is new since a version.
    pub fn since(&self, version: u64) -> News<'_> {
        // One from the future is another server's, before the clock was set back.
        let version = if version > self.version { 0 } else { version };
        let changed = self.changed.iter().filter(|(_, at)| **at > version);
        News {
            version: self.version,
            changed: changed.map(|(path, _)| path.as_str()).collect(),
            problems: &self.problems,
            running: &self.running,
            waiting: &self.waiting,
            follow: self.follow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_news() {
        let [one, two] = ["1", "2"].map(|html| Arc::new(Html::around(&"".into(), html)));
        let mut shown = Shown::new(7, false);
        let written = ["a.html".to_owned(), "x.css".to_owned()];
        let news = shown.take([("a.html", &one), ("b.html", &one)], &written, &[]);
        assert_eq!(news.into_iter().collect::<Vec<_>>(), written, "b.html stood there before");
        assert_eq!(shown.since(8).changed, [""; 0]);
        assert!(shown.take([("a.html", &one), ("b.html", &one)], &[], &[]).is_empty());
        assert_eq!(shown.version(), 8);
        shown.take([("b.html", &two)], &[], &[]);
        shown.set_problems("<p>".to_owned());
        shown.set_running(["b.html".to_owned()].into());
        let (changed, running) = (vec!["b.html"], &["b.html".to_owned()].into());
        let waiting = &BTreeSet::new();
        assert_eq!(
            shown.since(8),
            News { version: 11, changed, problems: "<p>", running, waiting, follow: false }
        );
        for foreign in [0, 99] {
            assert_eq!(shown.since(foreign).changed, ["a.html", "b.html", "x.css"]);
        }
        shown.take([], &[], &["a.html".to_owned()]);
        assert_eq!((shown.page("a.html"), shown.page("b.html")), (None, Some(two)));
        assert_eq!(shown.since(11).changed, ["a.html"]);
    }

    #[test]
    fn only_what_waits_can_be_asked_for() {
        let mut shown = Shown::new(7, false);
        shown.set_waiting(["a.html".to_owned(), "b.html".to_owned()].into());
        assert!(!shown.request(|page| page == "c.html"));
        assert!(shown.request(|page| page == "a.html") && !shown.request(|page| page == "a.html"));
        assert_eq!(*shown.requested(), ["a.html".to_owned()].into());
        shown.forget_requests();
        assert!(shown.requested().is_empty());
    }
}
