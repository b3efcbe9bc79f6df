#![allow(unused)]

fn main() -> Result<(), Box<dyn std::error::Error>> {
use shown::Display as _;

// Cell 1
{
shown::Left::show((&(
2 * 225
)).evcxr_display());
}

Ok(())
}

/// Shows the values that cells end in.
mod shown {
    use std::fmt::Debug;

    pub trait Display {
        fn evcxr_display(&self) -> ByDebug<'_, Self> {
            ByDebug(self)
        }
    }

    impl<T: ?Sized> Display for T {}

    pub struct ByDebug<'v, T: ?Sized>(&'v T);

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

    const LONGEST_LINE: usize = 80;
}
