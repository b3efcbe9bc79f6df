//! The support code that every notebook program carries as `src/lessonc.rs`: standard library only.
//!
//! It tells the outputs of cells apart by marks that hold a nonce, which the runner makes for each
//! run and passes in the environment, from which it is taken at once, so that nothing a lesson prints is ever taken for a mark.
//! Without a nonce there are no marks, and the program can be run by hand.
// Compiled in the library as well, so that its tests run, but used only by generated programs.
#![allow(dead_code)]

use std::{
    error::Error,
    fmt::{self, Debug, Write as _},
    io::{self, Write as _},
    panic::Location,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

/// The environment variable that the nonce comes in.
pub const NONCE: &str = "LESSONC_NONCE";

/// This run's nonce.
static OF_RUN: OnceLock<String> = OnceLock::new();

/// How many marks were made. Each says its number, for it goes into both streams: what stands before it
/// in one was printed before what stands behind it in the other.
static MARKS: AtomicU64 = AtomicU64::new(0);

/// Puts bytes into a stream past all buffers: 1 is standard output, 2 is standard error.
pub type Put = fn(i32, &[u8]);

/// A notebook that runs.
pub struct Notebook {
    put: Put,
    start: Instant,
}

impl Notebook {
    pub fn start(put: Put, nonce: Option<String>) -> Self {
        if let Some(nonce) = nonce {
            let _ = OF_RUN.set(nonce);
        }
        Self { put, start: Instant::now() }
    }

    /// From here on, what is printed belongs to this cell.
    pub fn step(&self, index: usize) {
        self.mark("step", index);
    }

    /// From here on, until a cell begins, what is printed belongs to none.
    pub fn aside(&self) {
        self.mark("aside", 0);
    }

    /// All cells were reached.
    pub fn end(&self) {
        self.mark("end", 0);
    }

    /// From here on, until a cell begins, what is printed is the value that a cell ends in; `()` is
    /// nothing to show.
    pub fn value<'v, T: ?Sized>(&self, value: &'v T) -> &'v T {
        if std::any::type_name::<T>() != "()" {
            self.mark("value", 0);
        }
        value
    }

    fn mark(&self, what: &str, index: usize) {
        // A closed pipe is no reason to end a lesson's program.
        let _ = io::stdout().flush();
        let micros = self.start.elapsed().as_micros();
        put_mark(self.put, format_args!("{what} {index} {micros}"));
    }
}

/// Marks that what is printed from here on comes after all that was, whichever streams they are. It
/// takes no memory, so that whoever prints may call it.
pub fn turn(put: Put) {
    put_mark(put, format_args!("turn 0 0"));
}

fn put_mark(put: Put, words: fmt::Arguments<'_>) {
    let Some(nonce) = OF_RUN.get() else { return };
    let number = 1 + MARKS.fetch_add(1, Ordering::SeqCst);
    let mut line = Line { bytes: [0; 128], length: 0 };
    if writeln!(line, "\x1e{nonce} {number} {words}").is_ok() {
        [1, 2].into_iter().for_each(|stream| put(stream, &line.bytes[..line.length]));
    }
}

/// A line that is put into a stream in one piece.
struct Line {
    bytes: [u8; 128],
    length: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let place = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// What a notebook ends with where a `?` at the top of a cell fails. It knows where that is.
pub struct LessoncError {
    error: Box<dyn Error>,
    place: &'static Location<'static>,
}

/// Whatever `?` takes in a function that gives a `Box<dyn Error>`.
impl<E> From<E> for LessoncError
where
    Box<dyn Error>: From<E>,
{
    #[track_caller]
    fn from(error: E) -> Self {
        Self { error: error.into(), place: Location::caller() }
    }
}

/// What `main` prints of it, behind `Error: `.
impl Debug for LessoncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}\n{PLACE}{}", self.error, self.place)
    }
}

/// What stands before the place of a `?` that failed, below its error.
pub const PLACE: &str = "    at ";

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    thread_local! {
        static PRINTED: RefCell<Vec<(i32, String)>> = const { RefCell::new(vec![]) };
    }

    fn put(stream: i32, bytes: &[u8]) {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        PRINTED.with_borrow_mut(|printed| printed.push((stream, text)));
    }

    #[test]
    fn marks_carry_the_nonce_and_are_absent_without_one() {
        let notebook = Notebook::start(put, None);
        notebook.step(3);
        assert!(PRINTED.take().is_empty());
        OF_RUN.set("n0nce".to_owned()).unwrap();
        notebook.step(3);
        turn(put);
        let printed = PRINTED.take();
        let [(1, out), (2, err), (1, turn), (2, _)] = &printed[..] else { panic!("{printed:?}") };
        assert!(out.starts_with("\x1en0nce 1 step 3 ") && out.ends_with('\n'), "{out}");
        assert_eq!(out, err);
        assert_eq!(turn, "\x1en0nce 2 turn 0 0\n");
    }
}
