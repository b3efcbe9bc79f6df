//! From lines of generated files to the lesson's text that they were made from.

use std::fmt::Write as _;

use crate::model::{
    diagnostic::CELL,
    package::{Action, Expected, File, Origin, Program},
    record::{CompilerSpan, Part},
    source::{LineColumn, Sources, Span},
};

/// Where a generated line (from one) comes from.
pub fn origin<'p>(program: &'p Program, path: &str, line: usize) -> Option<&'p Origin> {
    file(program, path)?.origin(line)
}

/// The lesson's text at a place of a file that is named as programs and compilers name it.
pub fn place(program: &Program, path: &str, line: usize, column: usize) -> Option<Span> {
    file(program, path)?.place(line, column)
}

/// A generated file by what a program calls it: below the workspace, or below the program's package,
/// where console commands run.
fn file<'p>(program: &'p Program, path: &str) -> Option<&'p File> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let workspace = &program.workspace;
    workspace.file(path).or_else(|| workspace.member(&program.member)?.file(path))
}

/// The end of the last line of an author's at or above a line that is no author's.
pub fn end_above(program: &Program, span: &CompilerSpan) -> Option<Span> {
    let file = program.workspace.file(&span.file)?;
    let above = file.lines.get(..span.start.0.min(file.lines.len()))?;
    let origin = above.iter().rev().find_map(|line| line.origin.as_ref())?;
    Some(Span { start: origin.span.end, ..origin.span })
}

/// The references that took in a line (from one) of a generated file, innermost first.
pub fn uses(program: &Program, path: &str, line: usize) -> Vec<Span> {
    origin(program, path, line).map(|origin| origin.uses().collect()).unwrap_or_default()
}

/// The lesson's text that a compiler's span covers, of what was written there, or else of the call
/// of the macro that made it.
///
/// The first stretch is where the span begins. Others follow where it goes on in other blocks.
pub fn stretches(program: &Program, span: &CompilerSpan, sources: &Sources) -> Vec<Span> {
    let file = program.workspace.file(&span.file);
    let written = file.map(|file| stretches_in(file, span, sources)).unwrap_or_default();
    match span.called.as_deref() {
        Some(called) if written.is_empty() => stretches(program, called, sources),
        _ => written,
    }
}

fn stretches_in(file: &File, span: &CompilerSpan, sources: &Sources) -> Vec<Span> {
    let mut stretches: Vec<Span> = vec![];
    let Some(mut place) = file.place(span.start.0, span.start.1) else { return stretches };
    for line in span.start.0..=span.end.0 {
        if line > span.start.0 {
            let Some(next) = file.place(line, 1) else { continue };
            place = next;
        }
        if line == span.end.0 {
            if line > span.start.0 && span.end.1 == 1 {
                // It ends with the line before.
                break;
            }
            place.end = file.place(line, span.end.1).map_or(place.end, |end| end.start);
            place.end = place.end.max(place.start);
        }
        match stretches.iter_mut().find(|stretch| is_one_block(**stretch, place, sources)) {
            Some(stretch) => stretch.end = place.end.max(stretch.end),
            None => stretches.push(place),
        }
    }
    stretches
}

/// Whether a place goes on after a stretch in the same code block: no fence is between them.
fn is_one_block(stretch: Span, place: Span, sources: &Sources) -> bool {
    if stretch.source != place.source || stretch.start > place.start {
        return false;
    }
    let between = stretch.end.min(place.start)..place.start;
    let between = &sources.get(place.source).text[between];
    let is_fence = |line: &str| {
        let line = line.trim_start_matches([' ', '\t', '>']);
        line.starts_with("```") || line.starts_with("~~~")
    };
    !between.lines().any(is_fence)
}

/// Rewrites the places in what a program printed (`src/main.rs:12:5`, as panics, `dbg!` and
/// backtraces have them) to places in the lesson.
pub fn with_lesson_places(part: Part, program: &Program, sources: &Sources) -> Part {
    each_line(part, |line| match is_of_compiler(line) {
        true => in_package(line, program),
        false => rewritten(&without_thread_number(line), program, sources),
    })
}

/// The same to those that readers see: who types the commands of a console has the package's files.
pub fn with_readers_places(part: Part, program: &Program, sources: &Sources) -> Part {
    match program.action {
        Action::Console(_) => {
            each_line(part, |line| in_package(&without_thread_number(line), program))
        }
        _ => with_lesson_places(part, program, sources),
    }
}

fn each_line(mut part: Part, line: impl FnMut(&str) -> String) -> Part {
    let text = part.text_mut();
    if text.contains(".rs:") || text.contains(OVERFLOW) {
        *text = text.split_inclusive('\n').map(line).collect();
    }
    part
}

/// Cargo names files from the workspace's folder, and readers know of the package's alone.
fn in_package(line: &str, program: &Program) -> String {
    let folder = format!("{}/", program.member);
    let is_named = |(at, _): &(usize, &str)| {
        let path = line[at + folder.len()..].split(':').next().unwrap_or_default();
        // Not `my-lesson/`; but colours end in a letter.
        let before = &line[..*at];
        path.ends_with(".rs") && (!before.ends_with(is_of_path) || ends_in_colour(before))
    };
    let place = line.match_indices(&folder).find(is_named);
    match place {
        Some((at, _)) => [&line[..at], &line[at + folder.len()..]].concat(),
        None => line.to_owned(),
    }
}

/// Whether a line says where the compiler found something. Below it stand lines of that file under
/// their own numbers.
fn is_of_compiler(line: &str) -> bool {
    let arrow = line.trim_start_matches(|c: char| c.is_control() || "[0123456789;m ".contains(c));
    arrow.starts_with("--> ") || arrow.starts_with("::: ")
}

/// A text with the lesson's places in it, each for the generated one.
pub fn rewritten(text: &str, program: &Program, sources: &Sources) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(".rs:") {
        let path_end = at + ".rs".len();
        let path_start = rest[..path_end].trim_end_matches(is_of_path).len();
        let (line, length) = number(&rest[path_end + 1..]);
        let mut end = path_end + 1 + length;
        let column = after_colon(&rest[end..]);
        end += column.map_or(0, |(_, length)| length);
        let path = rest[path_start..path_end].replace('\\', "/");
        let column_number = column.and_then(|(column, _)| column);
        let place = line
            .and_then(|line| place(program, &path, line, column_number.unwrap_or(1)))
            .map(|span| named(span, program, sources));
        if let Some((name, LineColumn { line, column: lesson_column })) = place {
            out.push_str(&rest[..path_start]);
            _ = write!(out, "{name}:{line}");
            if column.is_some() {
                _ = write!(out, ":{lesson_column}");
            }
            if let Some((line, column, length)) = range_end(&rest[end..])
                && let Some(span) = self::place(program, &path, line, column)
            {
                let (_, LineColumn { line, column }) = named(span, program, sources);
                _ = write!(out, ": {line}:{column}");
                end += length;
            }
        } else {
            out.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    out + rest
}

/// Whether a text ends in the sequence that makes a terminal change the colour.
fn ends_in_colour(text: &str) -> bool {
    let inside = text.strip_suffix('m').and_then(|text| Some(text.rsplit_once("\u{1b}[")?.1));
    inside.is_some_and(|inside| inside.chars().all(|c| c.is_ascii_digit() || c == ';'))
}

fn is_of_path(c: char) -> bool {
    c.is_alphanumeric() || "_-./\\".contains(c)
}

/// What a place of a lesson is called in what is printed: of a block that is tried, lines are counted
/// from its first, as readers see it.
fn named<'s>(span: Span, program: &Program, sources: &'s Sources) -> (&'s str, LineColumn) {
    let source = sources.get(span.source);
    let LineColumn { line, column } = source.line_column(span.start);
    let block = program.steps.first().map(|step| step.chunk);
    let is_tried = program.expected != Expected::Success;
    match block.filter(|block| is_tried && block.holds(span)) {
        Some(block) => {
            let fence = source.line_column(block.start).line;
            (CELL, LineColumn { line: line - fence, column })
        }
        None => (&source.path, LineColumn { line, column }),
    }
}

/// The line and column at which a place ends, as the compiler writes it behind where it begins,
/// `: 12:7`, and the length of that.
fn range_end(text: &str) -> Option<(usize, usize, usize)> {
    let (line, digits) = number(text.strip_prefix(": ")?);
    let before = ": ".len() + digits;
    let (column, length) = after_colon(&text[before..])?;
    Some((line?, column?, before + length))
}

/// The number behind a colon that a text begins with, and the length of both.
fn after_colon(text: &str) -> Option<(Option<usize>, usize)> {
    let (value, length) = number(text.strip_prefix(':')?);
    (length > 0).then_some((value, 1 + length))
}

/// The number that a text begins with, and how many digits it has.
fn number(text: &str) -> (Option<usize>, usize) {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    (text[..length].parse().ok(), length)
}

/// `thread 'main' panicked at …` for `thread 'main' (4711) panicked at …`: the number differs from
/// run to run.
fn without_thread_number(line: &str) -> String {
    match of_thread(line) {
        Some((thread, said)) if said.trim_end() == OVERFLOW || Panic::read(line).is_some() => {
            format!("{thread} {said}")
        }
        _ => line.to_owned(),
    }
}

const OVERFLOW: &str = "has overflowed its stack";

/// What the standard library says of a thread: `thread 'main'`, and what stands behind its number, if it has
/// one.
fn of_thread(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start().strip_prefix("thread '").map(|_| line.trim_start())?;
    let end = ["' panicked at ", "' ("].iter().filter_map(|end| line.find(end)).min()? + 1;
    let (thread, said) = (&line[..end], line[end..].trim_start());
    let Some(numbered) = said.strip_prefix('(') else { return Some((thread, said)) };
    let (digits, said) = numbered.split_once(") ")?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some((thread, said))
}

/// `thread 'main' (4711) panicked at notebooks/asyncio/src/main.rs:12:5:`
pub struct Panic<'a> {
    pub file: &'a str,
    pub line: usize,
    pub column: usize,
}

impl<'a> Panic<'a> {
    pub fn read(line: &'a str) -> Option<Self> {
        let (_, said) = of_thread(line.trim_end())?;
        let place = said.strip_prefix("panicked at ")?.strip_suffix(':')?;
        let (file, line, column) = file_place(place)?;
        Some(Self { file, line, column })
    }
}

/// A file, and a line and column of it: `notebooks/asyncio/src/main.rs:12:5`.
pub fn file_place(text: &str) -> Option<(&str, usize, usize)> {
    let mut parts = text.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some((parts.next()?, line, column))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{
        limits::Sandbox,
        package::{Action, Given, Line, Member, Package, Workspace},
        source::{Source, SourceId},
    };

    #[test]
    fn panics_are_read_with_and_without_a_thread_number() {
        for line in [
            "thread 'main' (4711) panicked at notebooks/a/src/main.rs:12:5:\n",
            "thread 'main' panicked at notebooks/a/src/main.rs:12:5:\n",
        ] {
            let panic = Panic::read(line).unwrap();
            assert_eq!((panic.file, panic.line, panic.column), ("notebooks/a/src/main.rs", 12, 5));
        }
        assert!(Panic::read("the horse panicked at noon").is_none());
        let panic = "thread 'a (b) c' (4711) panicked at src/main.rs:1:2:\n";
        assert_eq!(without_thread_number(panic), "thread 'a (b) c' panicked at src/main.rs:1:2:\n");
        let overflow = "thread 'a (b)' (4711) has overflowed its stack\n";
        assert_eq!(without_thread_number(overflow), "thread 'a (b)' has overflowed its stack\n");
    }

    #[test]
    fn printed_places_are_the_lessons() {
        let text = "```rust\none\ntwo\n```\n";
        let mut sources = Sources::default();
        sources.add(Source::new("b.md", "x/b.md", text));
        let at = |word: &str| {
            let start = text.find(word).unwrap();
            let span = Span::new(SourceId(0), start..start + word.len());
            let origin = Some(Origin { span, indent: 2, used: None });
            Line { text: format!("  {word}"), origin }
        };
        let lines = vec![Line::generated("head"), at("one"), at("two")];
        let file = File { lines: lines.into(), ..File::generated("src/main.rs", "") };
        let package = Package { files: vec![file], ..Package::default() };
        let (package, data) = (Arc::new(package), Default::default());
        let members = vec![Member { folder: "notebooks/b".into(), package, data }];
        let program = Program {
            lesson: "b".into(),
            name: "notebook".into(),
            workspace: Arc::new(Workspace::new(members, String::new(), vec![], &mut None)),
            member: "notebooks/b".into(),
            uses: vec![],
            action: Action::Run { binary: "b-notebook".into(), given: Given::default() },
            expected: Expected::Success,
            sandbox: Sandbox::default(),
            is_seeded: false,
            data: Default::default(),
            steps: vec![],
        };
        for (printed, shown) in [
            ("[notebooks/b/src/main.rs:3:5] x = 1\n", "[b.md:3:3] x = 1\n"),
            ("at ./src/main.rs:2 and src/main.rs:3", "at b.md:2 and b.md:3"),
            // Lines of no author, other files, and no places at all.
            ("src/main.rs:1:1 a.rs:2:3 src/main.rs:x", "src/main.rs:1:1 a.rs:2:3 src/main.rs:x"),
            ("src/main.rs:99999999999999999999999", "src/main.rs:99999999999999999999999"),
            ("π.rs:1: src/main.rs:2:", "π.rs:1: b.md:2:"),
            ("{closure@src/main.rs:2:3: 3:5}", "{closure@b.md:2:1: 3:3}"),
            ("src/main.rs:2:3: 4 is even", "b.md:2:1: 4 is even"),
        ] {
            let part = with_lesson_places(Part::Stdout(printed.into()), &program, &sources);
            assert_eq!(part, Part::Stdout(shown.into()));
        }
        let said = "thread 'main' (4711) panicked at notebooks/b/src/main.rs:2:3:\nno\n";
        let part = with_lesson_places(Part::Stderr(said.into()), &program, &sources);
        assert_eq!(part, Part::Stderr("thread 'main' panicked at b.md:2:1:\nno\n".into()));
        // In a console they are those that learners see.
        let program = Program { action: Action::Console(vec![]), ..program };
        let part = with_readers_places(Part::Stderr(said.into()), &program, &sources);
        assert_eq!(part, Part::Stderr("thread 'main' panicked at src/main.rs:2:3:\nno\n".into()));
        let other = "in my-notebooks/b/src/main.rs:2:3\n";
        let part = with_readers_places(Part::Stdout(other.into()), &program, &sources);
        assert_eq!(part, Part::Stdout(other.into()));
    }
}
