//! Console blocks: `$ command` lines that run in the package's folder.

use std::{collections::BTreeSet, sync::Arc};

use super::{data::declared, notebook::NOTEBOOKS};
use crate::model::{
    course::{Cell, Lesson, PROMPT, Settings},
    package::{Action, Command, Expected, File, Given, Member, Package, Program, Step, Workspace},
    source::Sources,
};

/// Whether a lesson has a console that runs something.
pub fn is_in(lesson: &Lesson, sources: &Sources) -> bool {
    let consoles = lesson.chunks().into_iter().filter(|chunk| chunk.cell == Some(Cell::Console));
    let mut lines = consoles.flat_map(|chunk| &chunk.lines);
    lines.any(|line| typed(sources.text(line.span)).is_some())
}

/// The command that a line of a console block holds.
fn typed(line: &str) -> Option<&str> {
    line.strip_prefix(PROMPT).map(str::trim).filter(|typed| !typed.is_empty())
}

/// The console blocks of a lesson as one program, since a command may use what an earlier one left
/// in the folder; none where there is nothing to run.
pub fn program(
    settings: &Settings,
    lesson: &Lesson,
    workspace: &Arc<Workspace>,
    uses: &[String],
    sources: &Sources,
) -> Option<Program> {
    let mut commands = vec![];
    let mut steps = vec![];
    for chunk in lesson.chunks().into_iter().filter(|chunk| chunk.cell == Some(Cell::Console)) {
        let bounds = settings.bounds(lesson, chunk);
        let env = chunk.env().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let given = Given { env: env.collect(), stdin: chunk.stdin().unwrap_or_default() };
        let timing = chunk.timing();
        for line in &chunk.lines {
            if let Some(typed) = typed(sources.text(line.span)) {
                let (text, status) = expected_status(typed);
                commands.push(Command {
                    text: text.to_owned(),
                    given: given.clone(),
                    status,
                    chatter: chunk.chatter(),
                });
                steps.push(Step { chunk: chunk.span, span: line.span, bounds, timing });
            }
        }
    }
    (!commands.is_empty()).then(|| Program {
        lesson: lesson.name.clone(),
        name: "console".to_owned(),
        workspace: Arc::clone(workspace),
        member: lesson.package.clone(),
        uses: uses.to_vec(),
        action: Action::Console(commands),
        expected: Expected::Success,
        sandbox: settings.sandbox(lesson),
        is_seeded: false,
        data: declared(lesson),
        steps,
    })
}

/// What of the course's other packages a lesson's commands may call.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    /// The words of all that looks beyond the lesson's own package.
    words: BTreeSet<String>,
    /// Whether some of it may mean every package.
    is_vague: bool,
}

impl Calls {
    pub fn of(lesson: &Lesson, package: Option<&Package>, sources: &Sources) -> Self {
        let consoles = lesson.chunks().into_iter().filter(|it| it.cell == Some(Cell::Console));
        let lines = consoles.flat_map(|chunk| &chunk.lines);
        let commands = lines.filter_map(|line| typed(sources.text(line.span)).map(str::to_owned));
        let mut texts: Vec<String> = commands.collect();
        if texts.is_empty() {
            return Self::default();
        }
        // A script of the package's own says what commands do.
        let files = package.into_iter().flat_map(|package| &package.files);
        let is_script = |file: &&File| ![".rs", ".toml"].iter().any(|it| file.path.ends_with(it));
        texts.extend(files.filter(is_script).map(File::text));
        texts.retain(|text| looks_beyond(text));
        let is_in_name = |c: char| c.is_alphanumeric() || "-_".contains(c);
        let words = texts.iter().flat_map(|text| text.split(|c| !is_in_name(c)));
        Self {
            words: words.map(str::to_owned).collect(),
            is_vague: texts.iter().any(|text| ALL.iter().any(|all| text.contains(all))),
        }
    }

    /// The folders of the members that may be called: those that are named, or every one, if none is.
    pub fn folders(&self, own: &str, workspace: &Workspace) -> Vec<String> {
        if self.words.is_empty() {
            return vec![];
        }
        let is_named = |member: &&Member| {
            self.words.contains(&member.folder)
                || self.words.contains(&*member.package.cargo_name())
        };
        // Notebooks are ours, and no commands' concern.
        let members = || workspace.members.iter().filter(|it| !it.folder.starts_with(NOTEBOOKS));
        let is_vague = self.is_vague || !members().any(|member| is_named(&member));
        let called = members().filter(|member| is_vague || is_named(member));
        called.map(|member| member.folder.clone()).filter(|folder| folder != own).collect()
    }
}

/// What makes cargo take every package.
const ALL: [&str; 2] = ["--workspace", "--all"];

/// Whether a command may use other packages than the one in whose folder it runs: it speaks of another folder,
/// or tells cargo of packages.
fn looks_beyond(text: &str) -> bool {
    let words = || text.split(|c: char| c.is_whitespace() || "\"'();&|".contains(c));
    let flags = ["-p", "--package", "--manifest-path", "-C", "--workspace", "--all"];
    let is_flag = |word: &str| flags.contains(&word.split('=').next().unwrap_or_default());
    words().any(|word| word.split('/').any(|part| part == ".."))
        || words().any(|word| word == "cargo") && words().any(is_flag)
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
    fn commands_that_may_use_other_packages() {
        for text in ["cargo run -p moon", "cd .. && ls", "(cargo test --workspace)", "cat ../x"] {
            assert!(looks_beyond(text), "{text}");
        }
        for text in ["mkdir -p sub", "ls --all", "cargo run", "tar -C sub -x", "echo a..b"] {
            assert!(!looks_beyond(text), "{text}");
        }
    }

    #[test]
    fn only_lines_of_progress_are_left_out() {
        let status = "\x1b[1m\x1b[92m   Compiling\x1b[0m orbit v0.1.0\n";
        let tests = "\x1b[1m\x1b[92m   Doc-tests\x1b[0m orbit\n";
        let kept = "\x1b[1m\x1b[91merror\x1b[0m: no\n   Compiling by hand\n";
        assert_eq!(without_chatter(&[status, kept, tests].concat()), kept);
    }
}
