//! Splits what a program printed into what each step gave.

use std::{borrow::Cow, collections::VecDeque, iter};

use crate::model::record::{Part, StepTrace};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    fn other(self) -> Self {
        match self {
            Self::Stdout => Self::Stderr,
            Self::Stderr => Self::Stdout,
        }
    }
}

/// Takes the bytes of both streams as they arrive, and gives them step by step, in the order in which they
/// were printed: each mark is in both streams, and what stands before it in one goes before what stands
/// behind it in the other. Between two marks it is the order in which they arrive.
#[derive(Clone, Debug, Default)]
pub struct Splitter {
    /// What a mark begins with; empty where there are no marks.
    mark: Vec<u8>,
    /// How many steps can be marked.
    most: usize,
    stdout: Scan,
    stderr: Scan,
    /// How many pieces have arrived.
    arrived: u64,
    steps: Vec<StepTrace>,
    ended: bool,
    /// When the current step began, in microseconds of the run.
    began: u64,
}

/// What of one stream is not yet given away.
#[derive(Clone, Debug, Default)]
struct Scan {
    buffer: Vec<u8>,
    /// Up to here there is no mark.
    searched: usize,
    /// The number of the last mark.
    turn: u64,
    step: usize,
    in_value: bool,
    /// What is searched, and waits for its turn.
    waiting: VecDeque<Piece>,
}

/// What a stream held between two marks, or a part of that.
#[derive(Clone, Debug)]
struct Piece {
    /// The number of the mark before it, and when it came: the order of pieces.
    turn: u64,
    arrived: u64,
    step: usize,
    in_value: bool,
    bytes: Vec<u8>,
}

impl Piece {
    fn place(&self) -> (u64, u64) {
        (self.turn, self.arrived)
    }
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
    /// For a program that marks so many steps with this nonce.
    pub fn new(nonce: &str, most: usize) -> Self {
        Self { mark: format!("\x1e{nonce} ").into_bytes(), most, ..Self::default() }
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
            self.queue(stream, at);
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
        self.queue(stream, cut);
        self.scan(stream).searched -= cut;
        while let Some(piece) = self.next_piece(false) {
            self.give(piece);
        }
    }

    /// What each begun step gave, and whether the program said that it reached its end.
    pub fn finish(mut self) -> (Vec<StepTrace>, bool) {
        self.flush();
        (self.steps, self.ended)
    }

    /// What each begun step gave so far, to the last character that has arrived.
    pub fn so_far(&self) -> Vec<StepTrace> {
        let mut copy = self.clone();
        for stream in [Stream::Stdout, Stream::Stderr] {
            let scan = copy.scan(stream);
            // Behind that may be the beginning of a mark, and at its end that of a character.
            let searched = &scan.buffer[..scan.searched];
            let begun = searched.utf8_chunks().last().map_or(0, |chunk| chunk.invalid().len());
            let whole = searched.len() - begun;
            copy.queue(stream, whole);
        }
        while let Some(piece) = copy.next_piece(true) {
            copy.give(piece);
        }
        copy.steps
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

    /// Gives all that has arrived, whether or not the other stream has come as far.
    fn flush(&mut self) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let rest = self.scan(stream).buffer.len();
            self.queue(stream, rest);
            self.scan(stream).searched = 0;
        }
        while let Some(piece) = self.next_piece(true) {
            self.give(piece);
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

    /// `mark` is `NUMBER WHAT INDEX MICROS`, where `WHAT` is `step`, `value`, `turn`, `aside` or `end`.
    fn obey(&mut self, stream: Stream, mark: &str) {
        let mut words = mark.split(' ');
        let number =
            |word: Option<&str>| word.and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
        let scan = self.scan(stream);
        // Processes that share both streams may count each for itself.
        scan.turn = scan.turn.max(number(words.next()));
        let what = words.next();
        let (index, micros) = (number(words.next()) as usize, number(words.next()));
        let is_first = stream == Stream::Stdout;
        match what {
            Some("value") => self.scan(stream).in_value = true,
            // A program can learn its nonce, and must not make us count to what it likes.
            Some("step") if index < self.most => {
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

    /// Queues the first `length` bytes of a stream's buffer.
    fn queue(&mut self, stream: Stream, length: usize) {
        let arrived = self.arrived;
        let scan = self.scan(stream);
        let bytes: Vec<u8> = scan.buffer.drain(..length).collect();
        if bytes.is_empty() || scan.step == usize::MAX {
            return;
        }
        let Scan { turn, step, in_value, .. } = *scan;
        scan.waiting.push_back(Piece { turn, arrived, step, in_value, bytes });
        self.arrived += 1;
    }

    /// Takes the piece whose turn it is, and the stream that it is of; `all` waits for no other.
    fn next_piece(&mut self, all: bool) -> Option<(Stream, Piece)> {
        let first = |scan: &Scan| scan.waiting.front().map(Piece::place);
        let stream = match (first(&self.stdout), first(&self.stderr)) {
            (Some(out), Some(err)) if out < err => Stream::Stdout,
            (Some(_), None) => Stream::Stdout,
            (_, Some(_)) => Stream::Stderr,
            (None, None) => return None,
        };
        let reached = self.scan(stream.other()).turn;
        let waiting = &mut self.scan(stream).waiting;
        let piece = waiting.pop_front_if(|piece| all || piece.turn <= reached)?;
        Some((stream, piece))
    }

    /// Adds a piece to its step.
    fn give(&mut self, (stream, piece): (Stream, Piece)) {
        let Piece { step, in_value, bytes, .. } = piece;
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
        let mut splitter = Splitter::new(nonce, 9);
        for bytes in stdout.as_bytes().chunks(chunk) {
            splitter.push(Stream::Stdout, bytes);
        }
        splitter.finish()
    }

    #[test]
    fn output_is_split_at_marks_however_it_arrives() {
        let printed = "\x1en 1 step 0 10\nhä\nno newline\x1en 1 step 1 30\n\x1en 1 value 0 31\n42\n\x1en 1 end 0 40\ndropped\n";
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
        let (steps, _) = split("n", &format!("\x1en 1 step 0 1\n{line}"), 4096);
        assert_eq!(steps[0].parts, [Part::Stdout(line)]);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown() {
        let mut splitter = Splitter::new("n", 9);
        splitter.push(Stream::Stdout, b"\x1en 1 step 0 1\nh\xc3\xa4 \xff\xfe \xe2\x82\n");
        let (steps, _) = splitter.finish();
        assert_eq!(steps[0].parts, [Part::Stdout("hä \\xff\\xfe \\xe2\\x82\n".into())]);
    }

    /// Splits two streams that arrive in pieces of some lengths, in turns.
    fn split_both(stdout: &str, stderr: &str, lengths: (usize, usize)) -> Vec<Part> {
        let mut splitter = Splitter::new("n", 1);
        let mut out = stdout.as_bytes().chunks(lengths.0);
        let mut err = stderr.as_bytes().chunks(lengths.1);
        loop {
            let pieces = [(Stream::Stdout, out.next()), (Stream::Stderr, err.next())];
            if pieces.iter().all(|(_, piece)| piece.is_none()) {
                return splitter.finish().0.remove(0).parts;
            }
            for (stream, piece) in pieces {
                piece.into_iter().for_each(|piece| splitter.push(stream, piece));
            }
        }
    }

    #[test]
    fn both_streams_come_in_the_order_printed_however_they_arrive() {
        let stdout = "\x1en 1 step 0 1\na\n\x1en 2 turn 0 0\n\x1en 3 turn 0 0\nb\nc\n\x1en 4 turn 0 0\n\x1en 5 value 0 2\n42\n";
        let stderr = "\x1en 1 step 0 1\n\x1en 2 turn 0 0\nx\n\x1en 3 turn 0 0\n\x1en 4 turn 0 0\ny\n\x1en 5 value 0 2\n";
        let parts = [
            Part::Stdout("a\n".into()),
            Part::Stderr("x\n".into()),
            Part::Stdout("b\nc\n".into()),
            Part::Stderr("y\n".into()),
            Part::Value("42\n".into()),
        ];
        for out in 1..=stdout.len() {
            for err in 1..=stderr.len() {
                assert_eq!(split_both(stdout, stderr, (out, err)), parts, "{out} {err}");
            }
        }
    }

    #[test]
    fn what_is_there_so_far_ends_where_a_mark_may_begin() {
        let mut splitter = Splitter::new("n", 9);
        splitter.push(Stream::Stdout, b"\x1en 1 step 0 1\nloading .");
        assert_eq!(splitter.so_far()[0].parts, [Part::Stdout("loading .".into())]);
        splitter.push(Stream::Stdout, b". h\xc3");
        assert_eq!(splitter.so_far()[0].parts, [Part::Stdout("loading .. h".into())]);
        splitter.push(Stream::Stdout, b"\xa4\x1en 2 st");
        assert_eq!(splitter.so_far()[0].parts, [Part::Stdout("loading .. h\u{e4}".into())]);
        splitter.push(Stream::Stdout, b"ep 1 2\nnext");
        let parts = splitter.so_far().into_iter().map(|step| step.parts);
        let [first, second] =
            [Part::Stdout("loading .. h\u{e4}".into()), Part::Stdout("next".into())];
        assert_eq!(parts.collect::<Vec<_>>(), [[first], [second]]);
    }

    #[test]
    fn a_stream_that_is_never_marked_loses_nothing() {
        let parts = split_both("\x1en 1 step 0 1\na\n\x1en 2 turn 0 0\nb\n", "x\n", (3, 1));
        assert_eq!(parts, [Part::Stderr("x\n".into()), Part::Stdout("a\nb\n".into())]);
    }

    #[test]
    fn a_forged_mark_is_text() {
        let (steps, ended) =
            split("real", "\x1ereal 1 step 0 1\n\x1efake 1 step 1 2\n\x1efake 1 end 0 3\n", 7);
        assert!(!ended);
        assert_eq!(steps.len(), 1);
        assert_eq!(
            steps[0].parts,
            [Part::Stdout("\x1efake 1 step 1 2\n\x1efake 1 end 0 3\n".into())]
        );
    }

    #[test]
    fn a_mark_of_a_step_that_is_not_there_begins_none() {
        let (steps, _) =
            split("n", &format!("\x1en 1 step 0 1\n\x1en 1 step {} 2\nx\n", 1_u64 << 40), 7);
        assert_eq!(steps.len(), 1);
        assert_eq!(steps[0].parts, [Part::Stdout("x\n".into())]);
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
