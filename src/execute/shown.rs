//! What a notebook that stands alone carries to show the values that its cells end in.
// Compiled in the library as well, so that it is known to be right, but used only by what readers take along.
#![allow(dead_code)]

use std::fmt::Debug;

/// Gives `evcxr_display` to all values. A type that has one of its own shows itself.
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
