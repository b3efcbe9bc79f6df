//! What each program gave last, whether or not that still holds, and what it gives now as far as it has come.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use rayon::prelude::*;

use super::{
    records::{Outside, Store, Use},
    timings::Clock,
};
use crate::{
    execute::{Give, Lock, Runner, Stamp, inputs, is_as_expected, key},
    model::{
        package::Program,
        record::{End, Made, StepTrace, Trace},
    },
    weave::page_path,
};

/// Runs nothing, and gives of each program the newest that there is.
pub struct Last {
    pub store: Store,
    /// Where the time goes.
    pub clock: Clock,
    records: Use,
    /// The pages whose lessons need not wait to be asked for.
    requested: BTreeSet<String>,
    /// The programs whose records do not hold, and that are to be run.
    pub to_run: Vec<Program>,
    /// The lessons that had such a program at any time.
    pub stale: BTreeSet<String>,
    /// The lessons with a program whose record does not hold that wait until they are asked for.
    pub waiting: BTreeSet<String>,
    /// Those of them that never ran.
    unknown: BTreeSet<String>,
    /// The programs that run, and those that ran.
    pub runs: Runs,
    /// Those of them that ended, and that the course still has.
    told: BTreeSet<(String, String)>,
}

/// Programs that run or ran, by their lessons and names.
pub type Runs = BTreeMap<(String, String), Run>;

pub struct Run {
    program: Program,
    /// What it is, whatever versions it is built with.
    key: String,
    /// What it takes of what lies outside of the lessons.
    outside: Option<Outside>,
    given: Option<Given>,
}

/// Where what a program gives is found.
enum Recalled {
    Run,
    Record(Option<Box<Trace>>),
}

/// What came of a program that runs.
pub enum Given {
    SoFar(Vec<StepTrace>),
    Whole(Box<io::Result<Trace>>),
}

impl Run {
    fn is_over(&self) -> bool {
        matches!(self.given, Some(Given::Whole(_)))
    }

    /// Whether the program came to another end than it should.
    fn is_failure(&self) -> bool {
        let Some(Given::Whole(trace)) = &self.given else { return false };
        // What could not be built may be another time: when there is a network, or a crate is mended.
        let is_failure =
            |trace: &Trace| trace.end != End::NotBuilt && !is_as_expected(&self.program, trace);
        trace.as_ref().as_ref().is_ok_and(is_failure)
    }
}

impl Last {
    pub fn new(store: Store, records: Use, requested: BTreeSet<String>) -> Self {
        Self {
            store,
            clock: Clock::default(),
            records,
            requested,
            to_run: vec![],
            stale: BTreeSet::new(),
            waiting: BTreeSet::new(),
            unknown: BTreeSet::new(),
            runs: Runs::new(),
            told: BTreeSet::new(),
        }
    }

    /// Forgets what was to be run: whoever asks next says it anew.
    pub fn begin(&mut self) {
        self.to_run.clear();
        self.waiting.clear();
        self.unknown.clear();
        self.told.clear();
    }

    /// Takes that these programs begin to run.
    pub fn begins_to_run(&mut self, programs: &[Program]) {
        let runs = programs.iter().map(|program| {
            let (key, outside) = (identity(program), self.store.outside(program).ok());
            (name(program), Run { program: program.clone(), key, outside, given: None })
        });
        self.runs.extend(runs);
    }

    /// Takes what a program gave.
    pub fn take(&mut self, program: &(String, String), given: Given) {
        let Some(run) = self.runs.get_mut(program) else { return };
        // What was told late is no news.
        if !run.is_over() {
            run.given = Some(given);
        }
    }

    /// Takes what the programs that ran left behind: what they changed of what they read begins no run.
    pub fn ends_to_run(&mut self) {
        let store = &self.store;
        self.runs.values_mut().for_each(|run| run.outside = store.outside(&run.program).ok());
    }

    /// Whether what runs is what is to be run, now that the course is another.
    pub fn still_runs(&self) -> bool {
        let running = self.runs.values().filter(|run| !run.is_over()).count();
        let is_running = |program| self.run_of(program).is_some_and(|run| !run.is_over());
        self.to_run.len() == running && self.to_run.iter().all(is_running)
    }

    /// The runs that failed, of programs that the course still has: they would again, and are not recorded.
    pub fn into_failures(self) -> Runs {
        let is_left =
            |(name, run): &((String, String), Run)| run.is_failure() && self.told.contains(name);
        self.runs.into_iter().filter(is_left).collect()
    }

    /// How a program runs or ran, unless it was another.
    fn run_of(&self, program: &Program) -> Option<&Run> {
        let run = self.runs.get(&name(program)).filter(|run| run.key == identity(program))?;
        (run.outside == self.store.outside(program).ok()).then_some(run)
    }

    /// The lessons of which a program is to run, or runs.
    pub fn running(&self) -> BTreeSet<String> {
        self.to_run.iter().map(|program| program.lesson.clone()).collect()
    }

    /// Whether a program runs or ran, or else what is recorded of it and holds, if that may be used.
    fn recall(&self, program: &Program) -> Recalled {
        // What runs may be recorded before it is known to have ended.
        match self.run_of(program) {
            Some(_) => Recalled::Run,
            None => Recalled::Record(self.store.recall_for(&self.records, program).map(Box::new)),
        }
    }

    /// Of a program the newest that there is.
    fn newest(&mut self, program: &Program, recalled: Recalled) -> io::Result<Trace> {
        let run = matches!(recalled, Recalled::Run).then(|| self.runs.get(&name(program)));
        match run.flatten().and_then(|run| run.given.as_ref()) {
            Some(Given::Whole(trace)) => {
                // An error cannot be cloned.
                let error = |error: &io::Error| io::Error::new(error.kind(), error.to_string());
                let trace = trace.as_ref().as_ref().map_err(error).cloned();
                self.told.insert(name(program));
                return trace;
            }
            Some(Given::SoFar(steps)) => {
                let mut steps = steps.clone();
                self.is_to_run(program);
                let mut trace = self.before(program).unwrap_or_else(|_| nothing());
                steps.extend(trace.steps.drain(..).skip(steps.len()));
                return Ok(Trace { steps, ..trace });
            }
            None => {}
        }
        if let Recalled::Record(Some(trace)) = recalled {
            return Ok(*trace);
        }
        if self.records == Use::Frozen {
            return Err(self.store.stale(program));
        }
        let waits = program.sandbox.on_request && self.records == Use::Valid;
        if waits && !self.requested.contains(&page_path(&program.lesson)) {
            self.waiting.insert(program.lesson.clone());
            // A lesson that is new can be read while it waits.
            return Ok(self.before(program).unwrap_or_else(|_| {
                self.unknown.insert(program.lesson.clone());
                nothing()
            }));
        }
        self.is_to_run(program);
        self.before(program)
    }

    /// Whether what a lesson's programs gave is what they would give.
    fn is_known(&self, lesson: &str) -> bool {
        let is_settled = !self.stale.contains(lesson) && !self.waiting.contains(lesson);
        let ran = self.runs.keys().any(|(of, _)| of == lesson);
        is_settled && !ran && self.records.may_recall(lesson)
    }

    fn is_to_run(&mut self, program: &Program) {
        self.to_run.push(program.clone());
        self.stale.insert(program.lesson.clone());
    }

    /// What a program gave when it was another.
    fn before(&self, program: &Program) -> io::Result<Trace> {
        let mut trace = self.store.last(program).ok_or_else(|| self.store.stale(program))?;
        trace.steps.iter_mut().for_each(|step| step.is_old = true);
        Ok(trace)
    }
}

fn name(program: &Program) -> (String, String) {
    (program.lesson.clone(), program.name.clone())
}

/// What a program is by itself, and how it may fail, which is no part of a record.
fn identity(program: &Program) -> String {
    let key = key(&inputs(program, &Lock::default(), None, BTreeMap::new()));
    let bounds: Vec<_> = program.steps.iter().map(|step| step.bounds).collect();
    format!("{key} {:?} {:?} {bounds:?}", program.expected, program.sandbox)
}

/// What a program gave that never ended.
fn nothing() -> Trace {
    Trace {
        made: Made::default(),
        end: End::Finished,
        steps: vec![],
        files: vec![],
        opened: BTreeSet::new(),
        messages: vec![],
        lock: String::new(),
    }
}

impl Runner for Last {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        let this = &*self;
        let recalled: Vec<_> = programs.par_iter().map(|program| this.recall(program)).collect();
        for (index, (program, recalled)) in programs.iter().zip(recalled).enumerate() {
            give(index, self.newest(program, recalled));
        }
    }

    fn begins(&mut self, stage: &'static str) {
        self.clock.begins(stage);
    }

    fn knows(&self, lesson: &str) -> bool {
        !self.unknown.contains(lesson)
    }

    fn read(&mut self, path: &str) -> io::Result<Vec<u8>> {
        self.store.read_file(path)
    }

    fn stamp(&mut self, lesson: Option<&str>, files: &BTreeSet<String>) -> Option<Stamp> {
        let is_known = lesson.is_none_or(|lesson| self.is_known(lesson));
        is_known.then(|| self.store.stamp(lesson, files)).flatten()
    }

    fn stamps(&mut self, asked: &[(&str, &BTreeSet<String>)]) -> Vec<Option<Stamp>> {
        let this = &*self;
        let stamp = |(lesson, files): &(&str, &BTreeSet<String>)| {
            this.is_known(lesson).then(|| this.store.stamp(Some(lesson), files)).flatten()
        };
        asked.par_iter().map(stamp).collect()
    }
}
