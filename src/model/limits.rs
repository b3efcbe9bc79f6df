//! What runs may take, and what they may touch.

use std::{fmt, str::FromStr};

/// What a course's settings, a lesson or a code block say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Seconds that each cell or command may take.
    pub timeout: Option<u32>,
    /// How much each may print.
    pub output_size: Option<Size>,
    /// How much memory each process may ask for.
    pub memory: Option<Size>,
    /// How large a file may grow.
    pub file_size: Option<Size>,
    /// Whether the network can be reached.
    pub network: Option<bool>,
    /// What may be written beside a run's own folder. Relative paths lead from the course's folder.
    pub write: Vec<String>,
    /// Whether runs wait until they are asked for while the course is served.
    pub on_request: Option<bool>,
}

/// Seconds that a cell or command may take where nothing is said.
pub const TIMEOUT: u32 = 60;

/// What it may print.
pub const OUTPUT_SIZE: Size = Size(1 << 20);

/// More than a lesson's data needs, and less than most machines have: what runs away is ended
/// before it presses everything else out of memory.
pub const MEMORY: Size = Size(4_000_000_000);

/// A disk takes many of these, and a lesson writes none that is as large.
pub const FILE_SIZE: Size = Size(256_000_000);

/// What one cell or command may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Seconds.
    pub timeout: u32,
    /// How much it may print.
    pub output_size: Size,
    pub held: Held,
}

impl Bounds {
    /// What comes first goes before what comes after it.
    pub fn new<'l>(said: impl Iterator<Item = &'l Limits> + Clone) -> Self {
        Self {
            timeout: said.clone().find_map(|it| it.timeout).unwrap_or(TIMEOUT),
            output_size: said.clone().find_map(|it| it.output_size).unwrap_or(OUTPUT_SIZE),
            held: Held::new(said),
        }
    }
}

/// What the system holds each process to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub memory: Size,
    pub file_size: Size,
}

impl Held {
    /// What comes first goes before what comes after it.
    fn new<'l>(said: impl Iterator<Item = &'l Limits> + Clone) -> Self {
        Self {
            memory: said.clone().find_map(|it| it.memory).unwrap_or(MEMORY),
            file_size: said.clone().find_map(|it| it.file_size).unwrap_or(FILE_SIZE),
        }
    }

    /// What lets through all that one or the other does.
    pub fn or(self, other: Self) -> Self {
        Self {
            memory: self.memory.max(other.memory),
            file_size: self.file_size.max(other.file_size),
        }
    }
}

/// What holds for one run as a whole, and for each process of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox {
    /// Where a cell or command says nothing else.
    pub held: Held,
    pub network: bool,
    /// As in [`Limits::write`].
    pub write: Vec<String>,
    /// Whether it waits until it is asked for while the course is served.
    pub on_request: bool,
}

impl Sandbox {
    /// What a lesson says goes before what its course says, but each may name more to write to.
    pub fn new(course: &Limits, lesson: &Limits) -> Self {
        Self {
            held: Held::new([lesson, course].into_iter()),
            network: lesson.network.or(course.network).unwrap_or(false),
            write: course.write.iter().chain(&lesson.write).cloned().collect(),
            on_request: lesson.on_request.or(course.on_request).unwrap_or(false),
        }
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new(&Limits::default(), &Limits::default())
    }
}

/// A number of bytes, as people write it: `4 GB`, `1 MiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// From the largest to the smallest.
const UNITS: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

impl fmt::Display for Size {
    /// In the largest unit that gives a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, bytes) =
            UNITS.into_iter().find(|(_, bytes)| self.0.is_multiple_of(*bytes)).unwrap_or(("B", 1));
        write!(f, "{} {unit}", self.0 / bytes)
    }
}

impl FromStr for Size {
    type Err = ();

    /// A whole number that is not 0, and a unit, in capitals or not.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let is_meant = |(name, _): &(&str, u64)| name.eq_ignore_ascii_case(unit.trim_start());
        let (_, bytes) = UNITS.into_iter().find(is_meant).ok_or(())?;
        let number: u64 = number.parse().map_err(|_| ())?;
        number.checked_mul(bytes).filter(|bytes| *bytes > 0).map(Self).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in
            [("4 GB", 4_000_000_000), ("1MiB", 1 << 20), ("20 kb", 20_000), ("7 B", 7)]
        {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for text in ["", "GB", "4", "4 G", "-1 GB", "1.5 GB", "0 MB", "99999999999 GiB", "4 GB x"] {
            assert_eq!(text.parse::<Size>(), Err(()), "{text}");
        }
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_they_were_given_in() {
        for text in ["4 GB", "1 MiB", "256 MB", "3 KiB", "1500 kB", "7 B"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
    }
}
