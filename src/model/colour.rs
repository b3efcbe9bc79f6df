//! Colours, and whether one can be read on another.

use std::{fmt, str::FromStr};

/// Red, green and blue in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

pub const WHITE: Colour = Colour([255; 3]);
pub const BLACK: Colour = Colour([0; 3]);

impl Colour {
    /// How far the two are apart for the eye, from 1 to 21.
    ///
    /// Source: WCAG 2.2, "contrast ratio".
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Source: WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let linear = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// The colour, or the first on the way to another that is so far apart from a ground.
    pub fn towards(self, end: Self, ground: Self, contrast: f64) -> Self {
        const STEPS: u16 = 32;
        let mixed = |step: u16| {
            let part = |at: usize| {
                let (from, to) = (u16::from(self.0[at]), u16::from(end.0[at]));
                // Both parts are below 256, so their mean is too.
                ((from * (STEPS - step) + to * step + STEPS / 2) / STEPS) as u8
            };
            Self([part(0), part(1), part(2)])
        };
        let found = (0..STEPS).map(mixed).find(|it| it.contrast(ground) >= contrast);
        found.unwrap_or(end)
    }
}

impl FromStr for Colour {
    type Err = ();

    /// `#1a5a96` or `#15a`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('#').ok_or(())?;
        let digits: Option<Vec<u8>> =
            digits.chars().map(|c| Some(c.to_digit(16)?.to_le_bytes()[0])).collect();
        match digits.ok_or(())?[..] {
            [r, g, b] => Ok(Self([17 * r, 17 * g, 17 * b])),
            [r, s, g, h, b, c] => Ok(Self([16 * r + s, 16 * g + h, 16 * b + c])),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_as_the_guidelines_have_it() {
        let grey: Colour = "#767676".parse().unwrap();
        assert!((WHITE.contrast(BLACK) - 21.0).abs() < 1e-9);
        assert!((grey.contrast(WHITE) - 4.54).abs() < 0.01, "{}", grey.contrast(WHITE));
        assert_eq!("#F0a".parse(), Ok(Colour([255, 0, 170])));
        for wrong in ["red", "#12", "#12345", "#gggggg", "#1a5a96ff", "#ééé"] {
            assert_eq!(wrong.parse::<Colour>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn a_colour_goes_no_further_than_it_must() {
        let yellow: Colour = "#ffd000".parse().unwrap();
        let legible = yellow.towards(BLACK, WHITE, 4.5);
        assert!(legible.contrast(WHITE) >= 4.5 && legible.contrast(WHITE) < 5.0, "{legible}");
        assert_eq!(BLACK.towards(WHITE, WHITE, 4.5), BLACK);
    }
}
