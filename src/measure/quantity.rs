//! Numbers with units, as programs print them and authors write them.

use std::ops::Range;

/// A number of some unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    pub number: f64,
    pub unit: Unit,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// As it is written; empty for a bare number.
    pub name: &'static str,
    pub measure: Measure,
    /// How many of its measure's base unit it is: seconds, bytes, ones.
    pub factor: f64,
}

/// What can be compared and added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Number,
    Time,
    Bytes,
}

impl Measure {
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "a bare number",
            Self::Time => "a time",
            Self::Bytes => "a size",
        }
    }
}

const fn unit(name: &'static str, measure: Measure, factor: f64) -> Unit {
    Unit { name, measure, factor }
}

pub const NUMBER: Unit = unit("", Measure::Number, 1.0);
pub const SECONDS: Unit = unit("s", Measure::Time, 1.0);

/// Those that are understood, of each measure from small to large. Any other word behind a number is
/// only a word.
///
/// Source: The International System of Units (BIPM, 9th edition), and IEC 80000-13 for `KiB`.
const UNITS: &[Unit] = &[
    NUMBER,
    unit("%", Measure::Number, 0.01),
    unit("ns", Measure::Time, 1e-9),
    unit("µs", Measure::Time, 1e-6),
    unit("ms", Measure::Time, 1e-3),
    SECONDS,
    unit("min", Measure::Time, 60.0),
    unit("h", Measure::Time, 3600.0),
    unit("B", Measure::Bytes, 1.0),
    unit("kB", Measure::Bytes, 1e3),
    unit("KiB", Measure::Bytes, 1024.0),
    unit("MB", Measure::Bytes, 1e6),
    unit("MiB", Measure::Bytes, 1048576.0),
    unit("GB", Measure::Bytes, 1e9),
    unit("GiB", Measure::Bytes, 1073741824.0),
];

impl Unit {
    pub fn named(name: &str) -> Option<Self> {
        // The micro sign, the Greek letter, and what keyboards have.
        let name = if matches!(name, "us" | "μs") { "µs" } else { name };
        UNITS.iter().copied().find(|unit| unit.name == name)
    }

    /// By the word for many of it.
    pub fn spelt_out(word: &str) -> Option<Self> {
        Self::named(match word {
            "nanoseconds" => "ns",
            "microseconds" => "µs",
            "milliseconds" => "ms",
            "seconds" => "s",
            "minutes" => "min",
            "hours" => "h",
            "bytes" => "B",
            _ => return None,
        })
    }
}

impl Quantity {
    pub fn new(number: f64, unit: Unit) -> Self {
        Self { number, unit }
    }

    /// In its measure's base unit.
    pub fn base(self) -> f64 {
        self.number * self.unit.factor
    }

    pub fn to(self, unit: Unit) -> Self {
        Self { number: self.base() / unit.factor, unit }
    }

    /// In the unit that reads best: the largest of which there is at least one.
    pub fn readable(self) -> Self {
        let names: &[&str] = match self.unit.measure {
            Measure::Number => return self,
            Measure::Time => &["s", "ms", "µs", "ns"],
            Measure::Bytes => &["GB", "MB", "kB", "B"],
        };
        let mut units = names.iter().filter_map(|name| Unit::named(name));
        let fits = |unit: &Unit| self.to(*unit).number.abs() >= 1.0;
        units.find(fits).map_or(self, |unit| self.to(unit))
    }

    /// With so many digits that count, but never less than its whole part.
    pub fn with_digits(self, digits: usize) -> String {
        let size = self.number.abs().log10().floor();
        let size = if size.is_finite() { size as i32 } else { 0 };
        let is_whole = self.unit == NUMBER && self.number.fract() == 0.0;
        let decimals = if is_whole { 0 } else { (digits as i32 - 1 - size).clamp(0, 12) };
        self.with_decimals(decimals as usize)
    }

    pub fn with_decimals(self, decimals: usize) -> String {
        let space = if matches!(self.unit.name, "" | "%") { "" } else { " " };
        format!("{:.decimals$}{space}{}", self.number, self.unit.name)
    }
}

/// How a value is to be written: `.1`, `.1 ms`, `ms`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Format {
    pub decimals: Option<usize>,
    pub unit: Option<Unit>,
}

impl Format {
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (decimals, unit) = match text.strip_prefix('.') {
            Some(rest) => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                (Some(rest[..end].parse().ok().filter(|decimals| *decimals <= 12)?), &rest[end..])
            }
            None => (None, text),
        };
        let unit = match unit.trim() {
            "" => None,
            name => Some(Unit::named(name)?),
        };
        Some(Self { decimals, unit })
    }

    /// A value so written, with so many digits where it says nothing of them; none where the unit is
    /// of another measure.
    pub fn write(self, quantity: Quantity, digits: usize) -> Option<String> {
        let quantity = match self.unit {
            Some(unit) if unit.measure != quantity.unit.measure => return None,
            Some(unit) => quantity.to(unit),
            None => quantity.readable(),
        };
        Some(match self.decimals {
            Some(decimals) => quantity.with_decimals(decimals),
            None => quantity.with_digits(digits),
        })
    }
}

/// The first number of a text with the unit behind it, and where they stand.
pub fn find(text: &str) -> Option<(Range<usize>, Quantity)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let start = text.char_indices().find(|&(at, c)| {
        // `f64` and `x2` are names.
        c.is_ascii_digit() && !text[..at].ends_with(|before| is_word(before) || before == '.')
    })?;
    let start = start.0;
    let has_sign = text[..start].ends_with('-')
        && !text[..start - 1].ends_with(|c: char| is_word(c) || c == ')');
    let start = if has_sign { start - 1 } else { start };
    let (quantity, length) = read(&text[start..])?;
    Some((start..start + length, quantity))
}

/// Reads a number, and the unit behind it if one is known, at the very start of a text; gives how many
/// bytes they take.
pub fn read(text: &str) -> Option<(Quantity, usize)> {
    let digits = |from: usize| {
        let is_digit = |c: char| c.is_ascii_digit();
        text[from..].find(|c: char| !is_digit(c)).map_or(text.len(), |length| from + length)
    };
    let start = usize::from(text.starts_with('-'));
    let mut end = digits(start);
    if end == start {
        return None;
    }
    if text[end..].starts_with('.') && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['-', '+']));
        let exponent = digits(end + 1 + sign);
        end = if exponent > end + 1 + sign { exponent } else { end };
    }
    let number = text[..end].parse().ok()?;
    let blank = text[end..].chars().next().filter(|c| matches!(c, ' ' | '\u{a0}' | '\u{202f}'));
    let from = end + blank.map_or(0, char::len_utf8);
    let word = text[from..].find(|c: char| !c.is_alphabetic() && c != '%' && c != '/');
    let word = &text[from..word.map_or(text.len(), |length| from + length)];
    Some(match Unit::named(word).filter(|unit| *unit != NUMBER) {
        Some(unit) => (Quantity::new(number, unit), from + word.len()),
        None => (Quantity::new(number, NUMBER), end),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_with_the_units_that_are_known() {
        let found = |text: &str| {
            let (range, quantity) = find(text)?;
            Some((text[range].to_owned(), quantity.base(), quantity.unit.name))
        };
        for (text, part, base, unit) in [
            ("0.1 ms", "0.1 ms", 1e-4, "ms"),
            ("about 243.5µs per job", "243.5µs", 243.5 * 1e-6, "µs"),
            ("3 moons", "3", 3.0, ""),
            ("12 m/s", "12", 12.0, ""),
            ("-2.5e3 s", "-2.5e3 s", -2500.0, "s"),
            ("f64 is 8 B", "8 B", 8.0, "B"),
            ("70%", "70%", 0.7, "%"),
            ("10-20", "10", 10.0, ""),
            ("5.", "5", 5.0, ""),
        ] {
            let (found, value, name) = found(text).unwrap();
            assert_eq!((&*found, name), (part, unit), "{text}");
            assert!((value - base).abs() <= base.abs() * 1e-12, "{text}: {value}");
        }
        for text in ["", "none", "x2", "v1.2", "π"] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn digits_that_say_nothing_are_left_out() {
        let shown = |number, unit: &str, digits| {
            Quantity::new(number, Unit::named(unit).unwrap()).readable().with_digits(digits)
        };
        assert_eq!(shown(0.000123456, "s", 2), "123 µs");
        assert_eq!(shown(0.3182, "s", 2), "318 ms");
        assert_eq!(shown(1.8349, "", 2), "1.8");
        assert_eq!(shown(4096.0, "", 2), "4096");
        assert_eq!(shown(0.0, "s", 2), "0.0 s");
        assert_eq!(shown(1234567.0, "B", 3), "1.23 MB");
    }
}
