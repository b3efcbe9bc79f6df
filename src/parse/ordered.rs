//! The markers of ordered lists as pandoc takes them: `1.`, `a)`, `(iv)`, `#.` and their like.
//!
//! CommonMark knows only numbers before a dot or a parenthesis. Each other marker is overwritten
//! with one of the same length that it knows, where the parser then sees an item.

use crate::model::course::Numerals;

/// The longest marker of CommonMark's: nine digits and a sign.
const LONGEST: usize = 10;

/// How many blanks may stand behind a marker, before one that an author wrote.
const BLANKS: usize = 3;

/// What stands around a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Dot,
    Parenthesis,
    Parentheses,
}

/// What all markers of one list have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub numerals: Numerals,
    sign: Sign,
}

/// A marker by its looks.
#[derive(Clone, Copy)]
struct Marker<'a> {
    number: &'a str,
    sign: Sign,
    length: usize,
}

/// The marker that `text` begins with.
fn marker(text: &str) -> Option<Marker<'_>> {
    let opened = text.strip_prefix('(');
    let inside = opened.unwrap_or(text);
    let is_example = opened.is_some_and(|inside| inside.starts_with('@'));
    let is_number = |c: char| match c {
        '@' | '_' | '-' => is_example,
        _ => c.is_ascii_alphanumeric() || c == '#',
    };
    let end = inside.find(|c: char| !is_number(c))?;
    let (number, behind) = inside.split_at(end);
    let sign = match (opened, behind.as_bytes().first()?) {
        (None, b'.') => Sign::Dot,
        (None, b')') => Sign::Parenthesis,
        (Some(_), b')') => Sign::Parentheses,
        _ => return None,
    };
    let length = text.len() - behind.len() + 1;
    let blank = text[length..].is_empty() || text[length..].starts_with([' ', '\t', '\r', '\n']);
    let longest = if is_example { LONGEST + BLANKS } else { LONGEST };
    (!number.is_empty() && length <= longest && blank).then_some(Marker { number, sign, length })
}

/// The style of a list that begins with the marker at the start of `text`, and its number.
pub fn first(text: &str) -> Option<(Style, u64)> {
    let Marker { number, sign, .. } = marker(text)?;
    let is_one = matches!(number, "i" | "I");
    let alone = number.len() == 1 && !is_one;
    let (numerals, number) = match number.as_bytes()[0] {
        b'0'..=b'9' => (Numerals::Decimal, number.parse().ok()?),
        b'#' if alone => (Numerals::Decimal, 1),
        b'@' => (Numerals::Example, 1),
        b'a'..=b'z' if alone => (Numerals::LowerAlpha, letter(number)?),
        b'A'..=b'Z' if alone => (Numerals::UpperAlpha, letter(number)?),
        b'a'..=b'z' => (Numerals::LowerRoman, roman(number, false)?),
        b'A'..=b'Z' => (Numerals::UpperRoman, roman(number, true)?),
        _ => return None,
    };
    Some((Style { numerals, sign }, number))
}

/// Whether the marker at the start of `text` goes on with a list of that style.
pub fn continues(style: Style, text: &str) -> bool {
    let Some(Marker { number, sign, .. }) = marker(text) else { return false };
    let fits = match style.numerals {
        Numerals::Decimal => number.bytes().all(|byte| byte.is_ascii_digit()),
        Numerals::LowerAlpha => number.len() == 1 && number.as_bytes()[0].is_ascii_lowercase(),
        Numerals::UpperAlpha => number.len() == 1 && number.as_bytes()[0].is_ascii_uppercase(),
        Numerals::LowerRoman => roman(number, false).is_some(),
        Numerals::UpperRoman => roman(number, true).is_some(),
        Numerals::Example => number.starts_with('@'),
    };
    sign == style.sign && (fits || number == "#")
}

/// The length of a marker that only pandoc knows, at the start of a line's rest.
pub fn fancy(rest: &str) -> Option<usize> {
    let Marker { number, sign, length } = marker(rest)?;
    if number.bytes().all(|byte| byte.is_ascii_digit()) && sign != Sign::Parentheses {
        return None;
    }
    let (style, value) = first(rest)?;
    let behind = &rest[length..];
    // The initial of a name.
    let initial = match style.numerals {
        Numerals::UpperAlpha => true,
        Numerals::UpperRoman => [1, 5, 10, 50, 100, 500, 1000].contains(&value),
        _ => false,
    };
    let narrow = behind.starts_with(' ') && !behind.starts_with("  ");
    if initial && sign == Sign::Dot && narrow {
        return None;
    }
    // The number of a page.
    let of_a_page = number == "p" && behind[1.min(behind.len())..].starts_with(digit);
    (!(of_a_page && sign == Sign::Dot)).then_some(length)
}

/// What stands for a marker of that length.
pub fn substitute(marker: &str) -> String {
    let sign = if marker.ends_with('.') { '.' } else { ')' };
    let number = format!("{:0>1$}{sign}", 1, marker.len().min(LONGEST) - 1);
    format!("{number:<0$}", marker.len())
}

/// The label of an example, if `marker` is of one; it may be empty.
pub fn example(marker: &str) -> Option<&str> {
    marker.strip_prefix("(@")?.strip_suffix(')')
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// The place of a letter in the alphabet.
fn letter(letter: &str) -> Option<u64> {
    let byte = letter.bytes().next()?.to_ascii_lowercase();
    Some(u64::from(byte.checked_sub(b'a')?) + 1)
}

fn roman(number: &str, upper: bool) -> Option<u64> {
    const PARTS: [(&str, u64, usize); 13] = [
        ("m", 1000, usize::MAX),
        ("cm", 900, 1),
        ("d", 500, 1),
        ("cd", 400, 1),
        ("c", 100, usize::MAX),
        ("xc", 90, 1),
        ("l", 50, 1),
        ("xl", 40, 1),
        ("x", 10, usize::MAX),
        ("ix", 9, 1),
        ("v", 5, 1),
        ("iv", 4, 1),
        ("i", 1, usize::MAX),
    ];
    let of_case =
        |byte: u8| if upper { byte.is_ascii_uppercase() } else { byte.is_ascii_lowercase() };
    if !number.bytes().all(of_case) {
        return None;
    }
    let lower = number.to_ascii_lowercase();
    let mut rest = lower.as_str();
    let mut value = 0;
    for (part, worth, most) in PARTS {
        let mut count = 0;
        while count < most
            && let Some(behind) = rest.strip_prefix(part)
        {
            (rest, value, count) = (behind, value + worth, count + 1);
        }
    }
    (rest.is_empty() && value > 0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_read_as_pandoc_reads_them() {
        let read = |text| first(text).map(|(style, number)| (style.numerals, number));
        assert_eq!(read("a) x"), Some((Numerals::LowerAlpha, 1)));
        assert_eq!(read("i. x"), Some((Numerals::LowerRoman, 1)));
        assert_eq!(read("v. x"), Some((Numerals::LowerAlpha, 22)));
        assert_eq!(read("(xiv)\tx"), Some((Numerals::LowerRoman, 14)));
        assert_eq!(read("MCM) x"), Some((Numerals::UpperRoman, 1900)));
        assert_eq!(read("#."), Some((Numerals::Decimal, 1)));
        assert_eq!(read("(12) x"), Some((Numerals::Decimal, 12)));
        for text in ["", "(", "()", "a", "a)x", "ab) x", "(a. x", "é) x", "Iv) x", "1a) x", "##. x"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn initials_and_pages_begin_no_list() {
        for text in ["A. Smith", "I. x", "p. 12", "1. x", "1) x"] {
            assert_eq!(fancy(text), None, "{text}");
        }
        assert_eq!(fancy("A.  x"), Some(2));
        assert_eq!(fancy("II. x"), Some(3));
        assert_eq!(fancy("p. x"), Some(2));
        assert_eq!(fancy("A.é"), None);
        assert_eq!(substitute("(xiv)"), "0001)");
        assert_eq!(substitute("#."), "1.");
        assert_eq!(substitute("(@example-1)"), "000000001)  ");
    }

    #[test]
    fn a_list_goes_on_in_its_style() {
        let style = |text| first(text).unwrap().0;
        assert!(continues(style("h. x"), "i. x"));
        assert!(!continues(style("i. x"), "j. x"));
        assert!(continues(style("i. x"), "v. x"));
        assert!(continues(style("3) x"), "#) x"));
        assert!(!continues(style("(3) x"), "4) x"));
    }
}
