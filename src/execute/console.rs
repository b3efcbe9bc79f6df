//! Console blocks: `$ command` lines that run in the package's folder.

use std::sync::Arc;

use crate::model::{
    course::{Cell, Course, Lesson},
    package::{Action, Expected, Program, Step, Workspace},
    source::Sources,
};

/// What a command's line begins with.
pub const PROMPT: &str = "$ ";

/// The console blocks of a lesson as one program, since a command may use what an earlier one left
/// in the folder; none where there is nothing to run.
pub fn program(
    course: &Course,
    lesson: &Lesson,
    workspace: &Arc<Workspace>,
    sources: &Sources,
) -> Option<Program> {
    let mut commands = vec![];
    let mut steps = vec![];
    for chunk in lesson.chunks().into_iter().filter(|chunk| chunk.cell == Some(Cell::Console)) {
        let timeout = course.timeout(lesson, chunk);
        let measures = chunk.measures();
        for line in &chunk.lines {
            let command = sources.text(line.span).strip_prefix(PROMPT).map(str::trim);
            if let Some(command) = command.filter(|command| !command.is_empty()) {
                commands.push(command.to_owned());
                steps.push(Step { chunk: chunk.span, span: line.span, timeout, measures });
            }
        }
    }
    (!commands.is_empty()).then(|| Program {
        lesson: lesson.name.clone(),
        name: "console".to_owned(),
        workspace: Arc::clone(workspace),
        member: lesson.package(),
        library: None,
        action: Action::Console(commands),
        expected: Expected::Success,
        steps,
    })
}
