//! Shows the values that the cells of a notebook end in: what it carries as `src/lessonc_shown.rs`, and what
//! readers take along with one that stands alone.
// Compiled in the library as well, so that it is known to be right, but used only by generated programs.
#![allow(dead_code)]

use std::fmt::Debug;

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
        if std::any::type_name::<T>() == "()" {
            return;
        }
        let line = format!("{:?}", self.0);
        if line.chars().count() <= LONGEST_LINE {
            println!("{line}");
        } else {
            println!("{:#?}", self.0);
        }
    }
}

/// The characters that a value is shown in one line with: as many as a terminal has columns.
const LONGEST_LINE: usize = 80;
