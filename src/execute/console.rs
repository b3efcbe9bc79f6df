//! Console blocks: `$ command` lines that run in the package's folder.

use std::sync::Arc;

use crate::model::{
    course::{Cell, Lesson},
    package::{Action, Program, Step, Workspace},
    source::Sources,
};

/// What a command's line begins with.
pub const PROMPT: &str = "$ ";

/// One program for each console block of a lesson.
pub fn programs(lesson: &Lesson, workspace: &Arc<Workspace>, sources: &Sources) -> Vec<Program> {
    let mut programs: Vec<Program> = vec![];
    for chunk in lesson.chunks().into_iter().filter(|chunk| chunk.cell == Some(Cell::Console)) {
        let mut commands = vec![];
        let mut steps = vec![];
        for line in &chunk.lines {
            if let Some(command) = sources.text(line.span).strip_prefix(PROMPT) {
                commands.push(command.trim().to_owned());
                steps.push(Step { chunk: chunk.span, span: line.span });
            }
        }
        let Some(first) = commands.first() else { continue };
        let name = unused_name(&slug(first), &programs);
        programs.push(Program {
            lesson: lesson.name.clone(),
            name,
            workspace: Arc::clone(workspace),
            member: lesson.package(),
            library: None,
            action: Action::Console(commands),
            steps,
        });
    }
    programs
}

/// `cargo run --bin async_pi` as `cargo-run-bin-async_pi`: records are files named by it.
fn slug(command: &str) -> String {
    let words = command.split(|c: char| !c.is_alphanumeric() && c != '_');
    let slug = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    slug.chars().take(60).collect()
}

fn unused_name(name: &str, programs: &[Program]) -> String {
    let is_used = |name: &str| programs.iter().any(|program| program.name == name);
    if !is_used(name) {
        return name.to_owned();
    }
    (2..).map(|n| format!("{name}-{n}")).find(|name| !is_used(name)).unwrap_or_default()
}
