//! How wide a text is.

use unicode_width::UnicodeWidthChar;

/// Widths of the characters from the blank to `~`, in thousandths of the font's size.
///
/// Source: the Adobe font metrics of Helvetica; Arial and Liberation Sans were made to the same.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// What stands for the rest of a text that was cut.
const ELLIPSIS: char = '…';

/// The width of a text in the unit of the font's size. Of other alphabets it is rather too much
/// than too little.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(thousandths).sum::<f64>() * size / 1000.0
}

/// As much of a text as is no wider than that.
pub fn cut(text: &str, size: f64, widest: f64) -> String {
    if width(text, size) <= widest {
        return text.to_owned();
    }
    let mut left = widest - width(&ELLIPSIS.to_string(), size);
    let fits = |c: &char| {
        left -= thousandths(*c) * size / 1000.0;
        left >= 0.0
    };
    let kept: String = text.chars().take_while(fits).collect();
    kept.trim_end().to_owned() + &ELLIPSIS.to_string()
}

fn thousandths(c: char) -> f64 {
    let known = (c as usize).checked_sub(' ' as usize).and_then(|at| HELVETICA.get(at));
    match (known, c.width()) {
        (Some(width), _) => f64::from(*width),
        (None, Some(0)) => 0.0,
        (None, Some(1)) if "⁰¹²³⁴⁵⁶⁷⁸⁹⁻".contains(c) => 450.0,
        (None, _) if c == ELLIPSIS => 1000.0,
        (None, Some(1)) if c.is_uppercase() => 900.0,
        (None, Some(1)) => 700.0,
        (None, _) => 1000.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_count_and_not_bytes() {
        assert_eq!(width("ab", 10.0), 11.12);
        assert_eq!(width("µ", 10.0), 7.0);
        assert_eq!(width("漢", 10.0), 10.0);
        assert_eq!(width("e\u{301}", 10.0), 5.56);
    }

    #[test]
    fn what_is_cut_fits() {
        assert_eq!(cut("serial", 10.0, 100.0), "serial");
        let short = cut("a very long name of a series", 10.0, 60.0);
        assert_eq!(short, "a very long…");
        assert!(width(&short, 10.0) <= 60.0);
    }
}
