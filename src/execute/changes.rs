//! Why a record does not hold any more, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::key::Part;
use crate::model::{
    package::{Action, Program, Step},
    record::Inputs,
    source::Sources,
};

/// What changed between two states of what a program is made of, a phrase each.
pub fn changes(program: &Program, before: &Inputs, now: &Inputs, sources: &Sources) -> Vec<String> {
    let mut changes = changed_steps(program, before, now, sources);
    let has_steps = !changes.is_empty();
    let crates = |inputs: &Inputs| -> BTreeMap<String, BTreeSet<String>> {
        let mut crates: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for part in inputs.parts.keys() {
            if let Some(Part::Crate(package)) = Part::read(part) {
                let (name, version) = package.split_once(' ').unwrap_or((&package, ""));
                crates.entry(name.to_owned()).or_default().insert(version.to_owned());
            }
        }
        crates
    };
    let (crates_before, crates_now) = (crates(before), crates(now));
    let names: BTreeSet<&String> = before.parts.keys().chain(now.parts.keys()).collect();
    let differing =
        names.into_iter().filter(|name| before.parts.get(*name) != now.parts.get(*name));
    let differing: Vec<Part> = differing.filter_map(|name| Part::read(name)).collect();
    // What holds the cells together is of one kind with it.
    let is_around = |path: &str| is_ours(path) || path.ends_with(SEEDED) || path.ends_with(HELD);
    let has_ours = differing.iter().any(|part| matches!(part, Part::File(path) if is_around(path)));
    let is_uneven = now.parts.keys().any(|part| part.ends_with(HELD));
    for part in differing {
        let change = match &part {
            Part::Format => "lessonc runs and records in another way now".to_owned(),
            Part::Action | Part::Profile => "it is compiled or run in another way now".to_owned(),
            Part::Given => "its `env=` or `stdin=` changed".to_owned(),
            Part::Sandbox => {
                "what it may take or touch changed: `memory`, `network` or `write`".to_owned()
            }
            Part::Runner => "it is run by another command now".to_owned(),
            Part::Measures => "it measures in another way, or how often".to_owned(),
            Part::Local => "a crate beside the course changed".to_owned(),
            Part::Data(path) => {
                let place = program.data.get(path).map(|span| sources.place(*span));
                let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
                let part = part.to_string();
                match (before.parts.contains_key(&part), now.parts.contains_key(&part)) {
                    (_, false) => format!("`{path}` is not declared any more"),
                    (true, _) => format!("`{path}`{place} changed"),
                    (false, _) => format!("`{path}` is declared now{place}"),
                }
            }
            Part::File(path) if path.ends_with("/Cargo.toml") => {
                "its dependencies, or what else its `Cargo.toml` says, changed".to_owned()
            }
            Part::File(path) if is_ours(path) => {
                "lessonc's own part of the program changed".to_owned()
            }
            Part::File(path) if path.ends_with(SEEDED) => "its seed changed".to_owned(),
            Part::File(path) if path.ends_with(HELD) => {
                "what its cells may take changed: `memory=` or `file-size=`".to_owned()
            }
            Part::File(path) if is_root(program, path) => {
                if has_steps || has_ours {
                    continue;
                }
                let held = if is_uneven { ", or may take more or less" } else { "" };
                format!(
                    "the cells before it changed, or stand in other divs or another order{held}"
                )
            }
            Part::File(path) => {
                let place = program.workspace.file(path).and_then(|file| file.info);
                let place = place.map(|span| format!(" ({})", sources.place(span)));
                format!("`{path}` changed{}", place.unwrap_or_default())
            }
            Part::Crate(package) => {
                let name = package.split_once(' ').map_or(&**package, |(name, _)| name);
                let versions = |crates: &BTreeMap<String, BTreeSet<String>>| {
                    let versions = crates.get(name).into_iter().flatten();
                    versions.map(String::as_str).collect::<Vec<_>>().join(" and ")
                };
                match (&*versions(&crates_before), &*versions(&crates_now)) {
                    ("", now) => format!("the crate `{name}` {now} is new"),
                    (before, "") => format!("the crate `{name}` {before} is gone"),
                    (before, now) if before == now => format!("the crate `{name}` is another"),
                    (before, now) => format!("the crate `{name}` was {before}, and is {now}"),
                }
            }
        };
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    changes
}

fn changed_steps(
    program: &Program,
    before: &Inputs,
    now: &Inputs,
    sources: &Sources,
) -> Vec<String> {
    let what = match &program.action {
        Action::Console(_) => "command",
        _ => "cell",
    };
    let gone = gone_steps(before, now);
    let how = if gone == 0 { "is new" } else { "changed" };
    let new = new_steps(program, before, now).into_iter();
    let mut changes: Vec<String> =
        new.map(|step| format!("the {what} at {} {how}", sources.place(step.span))).collect();
    if gone > changes.len() {
        let more = gone - changes.len();
        changes.push(if more == 1 {
            format!("a {what} was taken out")
        } else {
            format!("{more} {what}s were taken out")
        });
    }
    changes
}

/// The steps whose own code was not among those before.
pub fn new_steps<'p>(program: &'p Program, before: &Inputs, now: &Inputs) -> Vec<&'p Step> {
    let steps = program.steps.iter().zip(&now.steps);
    steps.filter(|(_, hash)| !before.steps.contains(hash)).map(|(step, _)| step).collect()
}

/// How many of the steps before are no more.
pub fn gone_steps(before: &Inputs, now: &Inputs) -> usize {
    before.steps.iter().filter(|hash| !now.steps.contains(hash)).count()
}

/// The files of a notebook with a seed, and of one whose cells may not all take the same.
const SEEDED: &str = "/src/lessonc_seeded.rs";
const HELD: &str = "/src/lessonc_held.rs";

/// Whether a file is what we put into every notebook.
fn is_ours(path: &str) -> bool {
    let ours = ["/src/lessonc.rs", "/src/lessonc_shown.rs", "/src/lessonc_turns.rs"];
    ours.iter().any(|end| path.ends_with(end))
}

/// Whether a file is the notebook's own, which changes with every cell.
fn is_root(program: &Program, path: &str) -> bool {
    let is_notebook = matches!(program.action, Action::Run { .. } | Action::Compile { .. });
    is_notebook && path.starts_with(&format!("{}/src/", program.member))
}
