//! What each lesson's programs gave, and what its author says of that: run where nothing valid is known,
//! held against the lesson's own words, and drawn.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
};

use rayon::prelude::*;

use super::Files;
use crate::{
    execute::{self, Composed, Plan, Runner, Stamp},
    measure,
    memo::{self, Extent, Same},
    model::{
        chart::Chart,
        course::{Course, Lesson, Settings},
        diagnostic::{Diagnosed, Diagnostic},
        package::{Package, Program},
        record::{Record, Trace},
        source::{SourceId, Sources, Span},
        table::Tables,
        words::Words,
    },
    plot::{self, Origins},
    report, weave,
};

/// What runs are of.
#[derive(Clone, Copy)]
pub struct Road<'a> {
    pub course: &'a Course,
    pub sources: &'a Sources,
    /// The course's other files.
    pub files: &'a Files,
}

/// What the runs of each lesson gave last, and what came of that.
#[derive(Default)]
pub struct Memo {
    ran: memo::Memo<String, RanOf, Arc<Ran>>,
    judged: memo::Memo<SourceId, JudgedOf, Arc<Judged>>,
}

/// What a lesson's runs are made of.
#[derive(PartialEq)]
struct RanOf {
    lesson: Same<Lesson>,
    composed: Same<Diagnosed<Composed>>,
    /// The packages that its programs are built from.
    packages: Vec<Same<Package>>,
    /// The files that these may take in.
    included: BTreeSet<String>,
    /// Whether another lesson's programs build its package.
    elsewhere: bool,
    settings: Same<Settings>,
    files: Files,
    stamp: Stamp,
}

/// What one lesson's runs gave.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    pub record: Record,
    pub diagnostics: Vec<Diagnostic>,
    /// Why programs could not be run at all.
    pub stopped: Vec<Diagnostic>,
    /// Whether a program gave something else than it should, or nothing.
    pub has_failed: bool,
    /// The names of the programs.
    pub programs: Vec<String>,
    /// The files of the course that they read.
    reads: BTreeSet<String>,
    /// Whether they use crates beside the course, of which no stamp speaks.
    pub reads_crates: bool,
}

impl Ran {
    /// All that there is to tell.
    pub fn told(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().chain(&self.stopped)
    }

    /// Whether what a program gave is not known.
    pub fn is_unknown(&self) -> bool {
        !self.stopped.is_empty()
    }
}

/// What the programs of each lesson give, by the lessons' names. Those of `broken` lessons are not run:
/// what they print would not be shown. What fails stops no other: all mistakes are told at once.
pub fn run(
    road: &Road,
    extent: Extent,
    plan: &Plan,
    broken: &BTreeSet<String>,
    runner: &mut dyn Runner,
    memo: &mut Memo,
) -> BTreeMap<String, Arc<Ran>> {
    let mut all = BTreeMap::new();
    let (mut stale, mut programs) = (vec![], vec![]);
    let lessons = road.course.lessons.iter().enumerate();
    let whole = lessons.filter(|(_, lesson)| !broken.contains(&lesson.name));
    let lessons = whole.map(|(at, lesson)| (at, lesson, memo.ran.output(&lesson.name)));
    let lessons: Vec<_> = lessons.collect();
    let with_one = lessons.iter().filter_map(|(_, lesson, ran)| Some((lesson, ran.as_ref()?)));
    let asked: Vec<_> = with_one.map(|(lesson, ran)| (&*lesson.name, &ran.reads)).collect();
    let mut stamps = runner.stamps(&asked).into_iter();
    for (at, lesson, before) in &lessons {
        let (at, stamp) = (*at, before.as_ref().and_then(|_| stamps.next().flatten()));
        let known =
            stamp.and_then(|stamp| memo.ran.get(&lesson.name, &made_of(road, plan, at, stamp)));
        match known {
            Some(ran) => _ = all.insert(lesson.name.clone(), ran),
            None => {
                let own = plan.programs(at, road.sources);
                let reads = reads(&own);
                let stamp = runner.stamp(Some(&lesson.name), &reads);
                stale.push((at, reads, stamp));
                programs.extend(own);
            }
        }
    }
    execute::in_turn(&mut programs);
    let mut ran = run_all(road, programs, runner);
    for (at, reads, stamp) in stale {
        let name = &road.course.lessons[at].name;
        let ran = Arc::new(Ran { reads, ..ran.remove(name).unwrap_or_default() });
        // Where what they take changed meanwhile, nobody knows what they had of it.
        let after = runner.stamp(Some(name), &ran.reads).filter(|after| Some(*after) == stamp);
        if let Some(stamp) = after.filter(|_| !ran.is_unknown() && !ran.reads_crates) {
            memo.ran.keep(name.clone(), made_of(road, plan, at, stamp), Arc::clone(&ran));
        }
        all.insert(name.clone(), ran);
    }
    if extent == Extent::Whole {
        memo.ran.retain(|name| all.contains_key(name));
    }
    all
}

fn made_of(road: &Road, plan: &Plan, at: usize, stamp: Stamp) -> RanOf {
    let (composed, elsewhere) = plan.composed(at);
    let (packages, included) = plan.packages(at);
    RanOf {
        lesson: Same::of(&road.course.lessons[at]),
        composed: Same::of(composed),
        packages: packages.into_iter().map(Same).collect(),
        included,
        elsewhere,
        settings: Same::of(&road.course.settings),
        files: Arc::clone(road.files),
        stamp,
    }
}

fn reads(programs: &[Program]) -> BTreeSet<String> {
    programs.iter().flat_map(execute::data).map(str::to_owned).collect()
}

/// What these programs give, by the lessons that they are of.
pub fn run_all(
    road: &Road,
    programs: Vec<Program>,
    runner: &mut dyn Runner,
) -> BTreeMap<String, Ran> {
    let given = traces(runner, programs.iter().collect());
    let mut of_lessons: BTreeMap<&str, Vec<(&Program, io::Result<Trace>)>> = BTreeMap::new();
    for (program, trace) in given {
        of_lessons.entry(&program.lesson).or_default().push((program, trace));
    }
    let of_lessons: Vec<_> = of_lessons.into_iter().collect();
    let all = of_lessons.into_par_iter().map(|(lesson, given)| {
        let mut ran = Ran::default();
        given.into_iter().for_each(|(program, trace)| ran.add(program, trace, road));
        (lesson.to_owned(), ran)
    });
    all.collect::<Vec<_>>().into_iter().collect()
}

impl Ran {
    fn add(&mut self, program: &Program, trace: io::Result<Trace>, road: &Road) {
        self.programs.push(program.name.clone());
        self.reads_crates |= !execute::local_paths(program).is_empty();
        match trace {
            Ok(trace) => {
                self.diagnostics.extend(execute::undeclared_data(program, &trace, road.files));
                self.has_failed |= !execute::is_as_expected(program, &trace);
                self.diagnostics.extend(take(&mut self.record, program, trace, road.sources));
            }
            Err(error) => {
                self.has_failed = true;
                self.stopped.push(cannot_run(program, &error, road.sources));
            }
        }
    }
}

/// What programs give, in their own order and not in that in which they end: so that what is said
/// of a course is the same each time.
pub fn traces<'p>(
    runner: &mut dyn Runner,
    programs: Vec<&'p Program>,
) -> Vec<(&'p Program, io::Result<Trace>)> {
    let mut given = BTreeMap::new();
    runner.run(&programs, &mut |index, trace| {
        given.insert(index, trace);
    });
    given.into_iter().map(|(index, trace)| (programs[index], trace)).collect()
}

pub fn take(
    record: &mut Record,
    program: &Program,
    trace: Trace,
    sources: &Sources,
) -> Vec<Diagnostic> {
    execute::add_to_record(record, program, trace, report::in_block, sources)
}

pub fn cannot_run(program: &Program, error: &io::Error, sources: &Sources) -> Diagnostic {
    if let Some(stale) = error.get_ref().and_then(|error| error.downcast_ref::<execute::Stale>()) {
        return stale.diagnostic(program, sources);
    }
    let diagnostic = Diagnostic::error("cannot-run", error.to_string());
    match program.steps.first() {
        Some(step) => diagnostic.at(step.span, "needed for this output"),
        None => diagnostic,
    }
}

/// What a text's author says of what its runs gave is held against.
#[derive(PartialEq)]
struct JudgedOf {
    lesson: Same<Lesson>,
    ran: Option<Same<Ran>>,
    is_whole: bool,
    files: Files,
    words: Same<Words>,
    stamp: Stamp,
}

/// A text beside what its runs gave.
#[derive(Debug)]
pub struct Judged {
    /// With what its values and claims came to; none where nothing is known of its runs.
    pub record: Option<Arc<Record>>,
    /// By their blocks' places.
    pub charts: Arc<BTreeMap<Span, Chart>>,
    pub diagnostics: Vec<Diagnostic>,
    /// The files of the course that were read for it.
    reads: BTreeSet<String>,
}

/// Holds what authors say against what was recorded, and draws their charts, for each text of the course.
pub fn judge(
    road: &Road,
    ran: &BTreeMap<String, Arc<Ran>>,
    is_whole: impl Fn(&str) -> bool,
    words: &Arc<Words>,
    runner: &mut dyn Runner,
    memo: &mut Memo,
) -> Vec<Arc<Judged>> {
    let lessons: BTreeSet<SourceId> = road.course.lessons.iter().map(|it| it.source).collect();
    let text = |lesson| Text {
        lesson,
        ran: ran.get(&lesson.name).filter(|_| lessons.contains(&lesson.source)),
        is_lesson: lessons.contains(&lesson.source),
        is_whole: is_whole(&lesson.name),
        words,
    };
    let texts: Vec<Text> = road.course.texts().map(text).collect();
    let known = texts.iter().map(|text| {
        let key = &text.lesson.source;
        let before = memo.judged.output(key);
        let known = before.and_then(|judged| {
            let stamp = stamp(runner, &judged.reads)?;
            memo.judged.get(key, &text.made_of(road, stamp))
        });
        known.ok_or(())
    });
    let known: Vec<Result<Arc<Judged>, ()>> = known.collect();
    // Most need no file of the course, and are read side by side.
    let read =
        texts.par_iter().zip(known).map(|(text, known)| known.map_err(|()| text.read(road, None)));
    let mut known: Vec<Result<Arc<Judged>, Read>> = read.collect();
    for (text, known) in texts.iter().zip(&mut known) {
        if let Err(read) = known
            && !read.files.is_empty()
        {
            *read = text.read(road, Some(&mut *runner));
        }
    }
    let judged = texts.par_iter().zip(&known).map(|(text, known)| match known {
        Ok(judged) => Arc::clone(judged),
        Err(read) => Arc::new(text.judge(read, road)),
    });
    let judged: Vec<Arc<Judged>> = judged.collect();
    for ((text, judged), _) in texts.iter().zip(&judged).zip(known).filter(|(_, it)| it.is_err()) {
        if let Some(stamp) = stamp(runner, &judged.reads) {
            let made_of = text.made_of(road, stamp);
            memo.judged.keep(text.lesson.source, made_of, Arc::clone(judged));
        }
    }
    judged
}

/// What files of the course hold, where any were read.
fn stamp(runner: &mut dyn Runner, reads: &BTreeSet<String>) -> Option<Stamp> {
    if reads.is_empty() { Some(Stamp::default()) } else { runner.stamp(None, reads) }
}

/// A text, and what is known of its runs.
struct Text<'a> {
    lesson: &'a Arc<Lesson>,
    ran: Option<&'a Arc<Ran>>,
    /// Whether it is one whose code runs, if it has some.
    is_lesson: bool,
    /// Whether it can be told what its runs give.
    is_whole: bool,
    /// Those that readers are spoken to in.
    words: &'a Arc<Words>,
}

/// The tables that a text's plots draw and its values name, and the files that they were read from.
struct Read {
    tables: Diagnosed<Tables>,
    files: BTreeSet<String>,
}

impl Text<'_> {
    fn made_of(&self, road: &Road, stamp: Stamp) -> JudgedOf {
        JudgedOf {
            lesson: Same::of(self.lesson),
            ran: self.ran.map(Same::of),
            is_whole: self.is_whole,
            files: Arc::clone(road.files),
            words: Same::of(self.words),
            stamp,
        }
    }

    /// Without a runner files are only named.
    fn read(&self, road: &Road, mut runner: Option<&mut dyn Runner>) -> Read {
        let nothing = Record::default();
        let record = self.ran.map_or(&nothing, |ran| &ran.record);
        let mut files = BTreeSet::new();
        let read = &mut |path: &str| {
            files.insert(path.to_owned());
            runner
                .as_mut()
                .map_or(Err(io::ErrorKind::Unsupported.into()), |runner| runner.read(path))
        };
        let record = self.is_whole.then_some(record);
        let origins = Origins { record, files: road.files, read };
        let tables = plot::read(self.lesson, origins, road.sources);
        Read { tables, files }
    }

    fn judge(&self, read: &Read, road: &Road) -> Judged {
        let Self { lesson, ran, .. } = *self;
        let Read { tables: Diagnosed { value: tables, diagnostics }, files } = read;
        let mut diagnostics = diagnostics.clone();
        let mut record = ran.map(|ran| ran.record.clone());
        if self.is_lesson && self.is_whole {
            let record = record.get_or_insert_default();
            diagnostics.extend(execute::compare(lesson, record, weave::plain, road.sources));
            let named = &tables.named;
            diagnostics.extend(measure::measure(lesson, record, named, weave::plain, road.sources));
        }
        let charts = plot::plot(lesson, tables, record.as_ref(), self.words, road.sources);
        let charts = charts.into_value(&mut diagnostics);
        Judged {
            record: record.map(Arc::new),
            charts: Arc::new(charts),
            diagnostics,
            reads: files.clone(),
        }
    }
}
