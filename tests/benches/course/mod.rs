//! Courses of any size for benchmarks: copies of the project's own lesson, with what was recorded of it.

use std::{collections::BTreeMap, fs, path::Path};

use lessonc::{
    edge::{
        last::Last,
        records::{self, Store, Use},
    },
    execute::Runner,
    model::{
        package::Program,
        record::Trace,
        source::{Source, Sources},
    },
    pipeline,
};

const LESSON: &str = include_str!("../../../lessons/asyncio.md");
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/lessons");
/// A course of as many lessons.
pub fn write(course: &Path, lessons: usize) -> Sources {
    fs::create_dir_all(course.join("learners")).unwrap();
    // The lesson's words are explained there.
    let glossary = Path::new(RECORDED).join("learners/reference.md");
    fs::copy(glossary, course.join("learners/reference.md")).unwrap();
    // What the compiler said of a block is not known of a run that no longer holds.
    let lesson = LESSON.replace("rust,compile_fail,E0728", "rust,ignore");
    let mut sources = Sources::default();
    for number in 0..lessons {
        let name = format!("lesson-{number:05}.md");
        let text = lesson.replacen("'Async Rust'", &format!("'Async Rust {number}'"), 1);
        fs::write(course.join(&name), &text).unwrap();
        sources.add(Source::new(name.clone(), name, text));
    }
    sources
}

/// Records for each lesson what was recorded of the one that all are copies of.
pub fn record(course: &Path, sources: &Sources) {
    let recorded = Path::new(RECORDED);
    let mut one = Sources::default();
    for name in ["index.md", "asyncio.md"] {
        one.add(Source::new(name, name, fs::read_to_string(recorded.join(name)).unwrap()));
    }
    let programs = pipeline::programs(&one, &Default::default()).value;
    let programs: Vec<&Program> = programs.iter().collect();
    let lock = records::lock(recorded).unwrap();
    let mut traces: BTreeMap<&str, Trace> = BTreeMap::new();
    let mut last = Last::new(Store::new(recorded, lock.clone()), Use::Valid, Default::default());
    last.run(&programs, &mut |index, trace| {
        // One that was never recorded is none of those that the copies have.
        traces.extend(trace.ok().map(|trace| (&*programs[index].name, trace)));
    });
    let lock = lock_of_copies(&lock, sources);
    fs::create_dir(course.join("_runs")).unwrap();
    fs::write(course.join("_runs/Cargo.lock"), &lock).unwrap();
    let mut store = Store::new(course, lock);
    for program in pipeline::programs(sources, &Default::default()).value {
        let outside = store.outside(&program).unwrap();
        store.keep(&program, &traces[&*program.name], &outside).unwrap();
    }
}

/// The `Cargo.lock` with the packages of all copies in it.
fn lock_of_copies(lock: &str, sources: &Sources) -> String {
    const PACKAGE: &str = "\n[[package]]\n";
    let (own, others): (Vec<&str>, Vec<&str>) =
        lock.split(PACKAGE).partition(|package| package.contains("\"asyncio"));
    let copies = sources.iter().flat_map(|(_, source)| {
        let name = format!("\"{}", source.path.trim_end_matches(".md"));
        own.iter().map(move |package| package.replace("\"asyncio", &name))
    });
    let packages: Vec<String> = others.into_iter().map(str::to_owned).chain(copies).collect();
    packages.join(PACKAGE)
}
