//! Console blocks: `$ command` lines that run in the package's folder.

use std::{collections::BTreeSet, sync::Arc};

use super::data::declared;
use crate::model::{
    course::{Cell, Course, Lesson},
    package::{Action, Command, Expected, File, Given, Member, Program, Step, Workspace},
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
        let output_size = course.output_size(lesson, chunk);
        let env = chunk.env().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let given = Given { env: env.collect(), stdin: chunk.stdin().unwrap_or_default() };
        let timing = chunk.timing();
        for line in &chunk.lines {
            let typed = sources.text(line.span).strip_prefix(PROMPT).map(str::trim);
            if let Some(typed) = typed.filter(|typed| !typed.is_empty()) {
                let (text, status) = expected_status(typed);
                commands.push(Command {
                    text: text.to_owned(),
                    given: given.clone(),
                    status,
                    chatter: chunk.chatter(),
                });
                let span = line.span;
                steps.push(Step { chunk: chunk.span, span, timeout, output_size, timing });
            }
        }
    }
    let uses = others(&lesson.package(), &commands, workspace);
    (!commands.is_empty()).then(|| Program {
        lesson: lesson.name.clone(),
        name: "console".to_owned(),
        workspace: Arc::clone(workspace),
        member: lesson.package(),
        uses,
        action: Action::Console(commands),
        expected: Expected::Success,
        sandbox: course.sandbox(lesson),
        is_seeded: false,
        data: declared(lesson),
        steps,
    })
}

/// The folders of other members that commands may use: those that they name, if they look beyond their
/// own package at all, or every one, if they name none.
fn others(own: &str, commands: &[Command], workspace: &Workspace) -> Vec<String> {
    // A script of the package's own says what commands do.
    let files = workspace.member(own).into_iter().flat_map(|package| &package.files);
    let scripts = files.filter(|file| ![".rs", ".toml"].iter().any(|end| file.path.ends_with(end)));
    let commands = commands.iter().map(|command| command.text.clone());
    let texts: Vec<String> = commands.chain(scripts.map(File::text)).collect();
    let beyond: Vec<&String> = texts.iter().filter(|text| looks_beyond(text)).collect();
    if beyond.is_empty() {
        return vec![];
    }
    let is_in_name = |c: char| c.is_alphanumeric() || "-_".contains(c);
    let words = beyond.iter().flat_map(|text| text.split(|c| !is_in_name(c)));
    let words: BTreeSet<&str> = words.collect();
    let is_named = |member: &&Member| {
        words.contains(&*member.folder) || words.contains(&*member.package.cargo_name())
    };
    let members = &workspace.members;
    let is_vague = beyond.iter().any(|text| ALL.iter().any(|all| text.contains(all)))
        || !members.iter().any(|member| is_named(&member));
    let used = members.iter().filter(|member| is_vague || is_named(member));
    used.map(|member| member.folder.clone()).filter(|folder| folder != own).collect()
}

/// What makes cargo take every package.
const ALL: [&str; 2] = ["--workspace", "--all"];

/// Whether a command may use other packages than the one in whose folder it runs.
fn looks_beyond(text: &str) -> bool {
    let leads_out = |word: &str| {
        let flags = ["-p", "--package", "--manifest-path", "-C", "--workspace", "--all"];
        let flag = word.split('=').next().unwrap_or_default();
        word.split('/').any(|part| part == "..") || flags.contains(&flag)
    };
    text.split(|c: char| c.is_whitespace() || "\"'();&|".contains(c)).any(leads_out)
}

/// A command without the comment `# exit 1` behind it, and the exit status that this expects.
fn expected_status(typed: &str) -> (&str, i32) {
    let said = typed.rsplit_once('#').and_then(|(command, comment)| {
        let status = comment.trim().strip_prefix("exit ")?.trim().parse().ok()?;
        Some((command.trim_end(), status))
    });
    said.unwrap_or((typed, 0))
}

/// What a command printed without cargo's lines about its progress (`Compiling`, `Finished`), which
/// differ from run to run.
///
/// They are told from all else by their look: a bold word in colour, written to end at the twelfth
/// column.
///
/// Source: cargo, `Shell::status`.
pub fn without_chatter(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !is_status(line)).collect()
}

fn is_status(line: &str) -> bool {
    let word = line.strip_prefix("\x1b[1m\x1b[").and_then(|line| {
        let (word, _) = line.split_once("\x1b[0m ")?;
        let (colour, word) = word.split_once('m')?;
        colour.parse::<u8>().is_ok().then_some(word)
    });
    word.is_some_and(|word| {
        word.len() == 12 && word.trim_start().chars().all(|c| c.is_ascii_alphabetic() || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_says_how_a_command_ends() {
        assert_eq!(expected_status("false # exit 1"), ("false", 1));
        assert_eq!(expected_status("echo '#1' # exit 0"), ("echo '#1'", 0));
        assert_eq!(expected_status("echo exit 1"), ("echo exit 1", 0));
        assert_eq!(expected_status("exit 1 # exits"), ("exit 1 # exits", 0));
    }

    #[test]
    fn only_lines_of_progress_are_left_out() {
        let status = "\x1b[1m\x1b[92m   Compiling\x1b[0m orbit v0.1.0\n";
        let tests = "\x1b[1m\x1b[92m   Doc-tests\x1b[0m orbit\n";
        let kept = "\x1b[1m\x1b[91merror\x1b[0m: no\n   Compiling by hand\n";
        assert_eq!(without_chatter(&[status, kept, tests].concat()), kept);
    }
}
