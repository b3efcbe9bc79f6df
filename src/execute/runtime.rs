//! The support code that every notebook program carries as `src/lessonc.rs`: standard library only.
//!
//! It tells the outputs of cells apart by marks that hold a nonce, which the runner makes for each
//! run and passes in the environment, so that nothing a lesson prints is ever taken for a mark.
//! Without a nonce there are no marks, and the program can be run by hand.
// Compiled in the library as well, so that its tests run, but used only by generated programs.
#![allow(dead_code)]

use std::{
    fmt::Debug,
    io::{self, Write},
    time::Instant,
};

/// The environment variable that the nonce comes in.
pub const NONCE: &str = "LESSONC_NONCE";

/// A notebook that runs.
pub struct Notebook {
    nonce: Option<String>,
    start: Instant,
}

impl Notebook {
    pub fn start() -> Self {
        Self { nonce: std::env::var(NONCE).ok(), start: Instant::now() }
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
            self.mark_one(&mut io::stdout(), "value", 0);
        }
        value
    }

    /// Shows what `evcxr_display` left to be shown.
    pub fn show(&self, left: impl Left) {
        left.show();
    }

    fn mark(&self, what: &str, index: usize) {
        self.mark_one(&mut io::stdout(), what, index);
        self.mark_one(&mut io::stderr(), what, index);
    }

    /// A closed pipe is no reason to end a lesson's program, so failures to write are let pass.
    fn mark_one(&self, stream: &mut impl Write, what: &str, index: usize) {
        let _ = stream.flush();
        if let Some(nonce) = &self.nonce {
            let micros = self.start.elapsed().as_micros();
            let mark = format!("\x1e{nonce} {what} {index} {micros}\n");
            let _ = stream.write_all(mark.as_bytes());
            let _ = stream.flush();
        }
    }
}

/// Gives `evcxr_display` to all values. A type that has one of its own, as notebooks of evcxr want
/// it, shows itself: the compiler takes that before the method of a trait.
pub trait Display {
    fn evcxr_display(&self) -> ByDebug<'_, Self> {
        ByDebug(self)
    }
}

impl<T: ?Sized> Display for T {}

/// A value that does not show itself.
pub struct ByDebug<'v, T: ?Sized>(&'v T);

/// What is left to do when `evcxr_display` was called.
pub trait Left {
    fn show(self);
}

impl Left for () {
    fn show(self) {}
}

impl<T: Debug + ?Sized> Left for ByDebug<'_, T> {
    fn show(self) {
        if std::any::type_name::<T>() != "()" {
            println!("{:#?}", self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Notebook;

    #[test]
    fn marks_carry_the_nonce_and_are_absent_without_one() {
        let mut out = vec![];
        let mut notebook = Notebook::start();
        notebook.nonce = Some("n0nce".to_owned());
        notebook.mark_one(&mut out, "step", 3);
        assert!(String::from_utf8(out).unwrap().starts_with("\x1en0nce step 3 "));
        let mut out = vec![];
        notebook.nonce = None;
        notebook.mark_one(&mut out, "step", 3);
        assert!(out.is_empty());
    }
}
