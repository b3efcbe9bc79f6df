//! Splits what a program printed into what each step gave.

use std::{borrow::Cow, iter};

use crate::model::record::{Part, StepTrace};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// Takes the bytes of both streams as they arrive, and gives them step by step.
#[derive(Debug, Default)]
pub struct Splitter {
    /// What a mark begins with; empty where there are no marks.
    mark: Vec<u8>,
    stdout: Scan,
    stderr: Scan,
    steps: Vec<StepTrace>,
    ended: bool,
    /// When the current step began, in microseconds of the run.
    began: u64,
}

/// What of one stream is not yet given away.
#[derive(Debug, Default)]
struct Scan {
    buffer: Vec<u8>,
    /// Up to here there is no mark.
    searched: usize,
    step: usize,
    in_value: bool,
}

/// Lines that are longer are given on in pieces.
const LONG_LINE: usize = 64 * 1024;

impl Scan {
    fn next_mark(&mut self, mark: &[u8]) -> Option<(usize, String)> {
        let Some(first) = mark.first() else {
            self.searched = self.buffer.len();
            return None;
        };
        loop {
            let rest = &self.buffer[self.searched..];
            let Some(at) = rest.iter().position(|byte| byte == first) else {
                self.searched = self.buffer.len();
                return None;
            };
            self.searched += at;
            let rest = &self.buffer[self.searched..];
            if let Some(words) = rest.strip_prefix(mark) {
                let end = words.iter().position(|byte| *byte == b'\n')?;
                return Some((self.searched, String::from_utf8_lossy(&words[..end]).into_owned()));
            }
            if mark.starts_with(rest) {
                return None;
            }
            self.searched += 1;
        }
    }
}

/// The end of the last whole character.
fn last_boundary(bytes: &[u8]) -> usize {
    let is_start = |byte: &u8| *byte & 0b1100_0000 != 0b1000_0000;
    let start = bytes.iter().rev().take(4).position(is_start);
    start.map_or(bytes.len(), |back| bytes.len() - back - 1)
}

/// Bytes as text. What of them is no UTF-8 is written as Rust writes it, `\xff`, so that no byte is
/// lost.
fn text(bytes: &[u8]) -> String {
    let pieces = bytes.utf8_chunks().flat_map(|chunk| {
        let invalid = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}").into());
        iter::once(Cow::from(chunk.valid())).chain(invalid)
    });
    pieces.collect()
}

impl Splitter {
    /// For a program that marks its steps with this nonce.
    pub fn new(nonce: &str) -> Self {
        Self { mark: format!("\x1e{nonce} ").into_bytes(), ..Self::default() }
    }

    /// For programs that are one step each.
    pub fn unmarked() -> Self {
        Self::default()
    }

    /// From here on, all that arrives belongs to the next step. For programs without marks.
    pub fn next_step(&mut self) {
        self.flush();
        self.steps.push(StepTrace::default());
        self.stdout.step = self.steps.len() - 1;
        self.stderr.step = self.stdout.step;
    }

    pub fn push(&mut self, stream: Stream, bytes: &[u8]) {
        self.scan(stream).buffer.extend_from_slice(bytes);
        while let Some((at, mark)) = self.next_mark(stream) {
            self.give(stream, at);
            let whole = self.mark.len() + mark.len() + 1;
            self.scan(stream).buffer.drain(..whole);
            self.scan(stream).searched = 0;
            self.obey(stream, &mark);
        }
        // Only whole lines are given on, so that no character is cut in two, unless one is so long
        // that it would be searched again and again.
        let scan = self.scan(stream);
        let searched = &scan.buffer[..scan.searched];
        let lines = searched.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let cut =
            if lines == 0 && searched.len() > LONG_LINE { last_boundary(searched) } else { lines };
        self.give(stream, cut);
        self.scan(stream).searched -= cut;
    }

    /// What each begun step gave, and whether the program said that it reached its end.
    pub fn finish(mut self) -> (Vec<StepTrace>, bool) {
        self.flush();
        (self.steps, self.ended)
    }

    /// The steps that were begun so far.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// Sets how long the current step took, in microseconds. For programs without marks.
    pub fn set_micros(&mut self, micros: u64) {
        if let Some(step) = self.steps.last_mut() {
            step.micros = micros;
        }
    }

    fn flush(&mut self) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let rest = self.scan(stream).buffer.len();
            self.give(stream, rest);
        }
    }

    fn scan(&mut self, stream: Stream) -> &mut Scan {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }

    /// The next whole mark: where it begins, and what it says. Nothing is searched twice.
    fn next_mark(&mut self, stream: Stream) -> Option<(usize, String)> {
        let mark = std::mem::take(&mut self.mark);
        let found = self.scan(stream).next_mark(&mark);
        self.mark = mark;
        found
    }

    /// `mark` is `step INDEX MICROS`, `value 0 MICROS`, `aside 0 MICROS` or `end 0 MICROS`.
    fn obey(&mut self, stream: Stream, mark: &str) {
        let mut words = mark.split(' ');
        let what = words.next();
        let mut number = || words.next().and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
        let (index, micros) = (number() as usize, number());
        let is_first = stream == Stream::Stdout;
        match what {
            Some("value") => self.scan(stream).in_value = true,
            Some("step") => {
                if is_first {
                    self.end_step(micros);
                }
                self.begin(stream, index);
            }
            Some("end") => {
                if is_first {
                    self.end_step(micros);
                    self.ended = true;
                }
                // What a runtime prints when everything is over belongs to no cell.
                self.begin(stream, usize::MAX);
            }
            Some("aside") => self.begin(stream, usize::MAX),
            _ => {}
        }
    }

    fn begin(&mut self, stream: Stream, index: usize) {
        if index != usize::MAX && self.steps.len() <= index {
            self.steps.resize(index + 1, StepTrace::default());
        }
        let scan = self.scan(stream);
        scan.step = index;
        scan.in_value = false;
    }

    fn end_step(&mut self, micros: u64) {
        let step = self.stdout.step;
        if let Some(step) = self.steps.get_mut(step) {
            step.micros = micros.saturating_sub(self.began);
        }
        self.began = micros;
    }

    /// Gives the first `length` bytes of a stream's buffer to its current step.
    fn give(&mut self, stream: Stream, length: usize) {
        let scan = self.scan(stream);
        let (step, in_value) = (scan.step, scan.in_value);
        let bytes: Vec<u8> = scan.buffer.drain(..length).collect();
        if bytes.is_empty() || step == usize::MAX {
            return;
        }
        if self.steps.len() <= step {
            self.steps.resize(step + 1, StepTrace::default());
        }
        let text = text(&bytes);
        let parts = &mut self.steps[step].parts;
        match (stream, parts.last_mut()) {
            (Stream::Stdout, Some(Part::Value(last))) if in_value => last.push_str(&text),
            (Stream::Stdout, Some(Part::Stdout(last))) if !in_value => last.push_str(&text),
            (Stream::Stderr, Some(Part::Stderr(last))) => last.push_str(&text),
            (Stream::Stdout, _) if in_value => parts.push(Part::Value(text)),
            (Stream::Stdout, _) => parts.push(Part::Stdout(text)),
            (Stream::Stderr, _) => parts.push(Part::Stderr(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(nonce: &str, stdout: &str, chunk: usize) -> (Vec<StepTrace>, bool) {
        let mut splitter = Splitter::new(nonce);
        for bytes in stdout.as_bytes().chunks(chunk) {
            splitter.push(Stream::Stdout, bytes);
        }
        splitter.finish()
    }

    #[test]
    fn output_is_split_at_marks_however_it_arrives() {
        let printed = "\x1en step 0 10\nhä\nno newline\x1en step 1 30\n\x1en value 0 31\n42\n\x1en end 0 40\ndropped\n";
        for chunk in 1..printed.len() {
            let (steps, ended) = split("n", printed, chunk);
            assert!(ended);
            assert_eq!(steps.len(), 2, "chunks of {chunk}");
            assert_eq!(steps[0].parts, [Part::Stdout("hä\nno newline".into())]);
            assert_eq!(steps[0].micros, 20);
            assert_eq!(steps[1].parts, [Part::Value("42\n".into())]);
            assert_eq!(steps[1].micros, 10);
        }
    }

    #[test]
    fn long_lines_are_whole_and_no_character_is_cut() {
        let line = "πé€".repeat(100_000);
        let (steps, _) = split("n", &format!("\x1en step 0 1\n{line}"), 4096);
        assert_eq!(steps[0].parts, [Part::Stdout(line)]);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown() {
        let mut splitter = Splitter::new("n");
        splitter.push(Stream::Stdout, b"\x1en step 0 1\nh\xc3\xa4 \xff\xfe \xe2\x82\n");
        let (steps, _) = splitter.finish();
        assert_eq!(steps[0].parts, [Part::Stdout("hä \\xff\\xfe \\xe2\\x82\n".into())]);
    }

    #[test]
    fn a_forged_mark_is_text() {
        let (steps, ended) =
            split("real", "\x1ereal step 0 1\n\x1efake step 1 2\n\x1efake end 0 3\n", 7);
        assert!(!ended);
        assert_eq!(steps.len(), 1);
        assert_eq!(steps[0].parts, [Part::Stdout("\x1efake step 1 2\n\x1efake end 0 3\n".into())]);
    }

    #[test]
    fn commands_are_steps_of_their_own() {
        let mut splitter = Splitter::unmarked();
        splitter.next_step();
        splitter.push(Stream::Stdout, b"one");
        splitter.next_step();
        splitter.push(Stream::Stderr, b"two\n");
        let (steps, _) = splitter.finish();
        assert_eq!(steps[0].parts, [Part::Stdout("one".into())]);
        assert_eq!(steps[1].parts, [Part::Stderr("two\n".into())]);
    }
}
