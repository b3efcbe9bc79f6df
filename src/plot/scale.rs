//! Axes: where a number stands on them, which numbers are written at them, and how.

use std::ops::Range;

/// How an axis is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    #[default]
    Linear,
    Log2,
    Log10,
}

impl Scale {
    pub const ALL: [Self; 3] = [Self::Linear, Self::Log2, Self::Log10];

    /// The word behind `x-scale=`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Log2 => "log2",
            Self::Log10 => "log10",
        }
    }

    /// Whether it has places for numbers above zero only.
    pub fn is_logarithmic(self) -> bool {
        self != Self::Linear
    }

    /// Where a number stands.
    pub fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log2 => value.log2(),
            Self::Log10 => value.log10(),
        }
    }

    fn base(self) -> f64 {
        if self == Self::Log2 { 2.0 } else { 10.0 }
    }

    /// The numbers that an axis goes from and to, so that no point stands at its very end.
    pub fn range(self, values: impl Iterator<Item = f64>) -> Range<f64> {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        if self.is_logarithmic() {
            let (first, last) = (self.place(low), self.place(high));
            let margin = if first == last { 1.0 } else { (last - first) / 24.0 };
            let power = |place| self.base().powf(place).clamp(f64::MIN_POSITIVE, f64::MAX);
            return power(first - margin)..power(last + margin);
        }
        let margin = match high - low {
            0.0 if low == 0.0 => 1.0,
            0.0 => low.abs() / 4.0,
            span => span / 24.0,
        };
        // What is nearly there goes down to nothing, and nothing else below it.
        let begins_at_zero = low >= 0.0 && (low - margin < 0.0 || low < high / 4.0);
        (if begins_at_zero { 0.0 } else { low - margin })..high + margin
    }
}

/// A number that is written at an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub value: f64,
    pub label: String,
}

/// More would be read no better.
const MOST: usize = 9;

/// The numbers at an axis: the most of those that divide it well and fit.
pub fn ticks(scale: Scale, range: &Range<f64>, fits: impl Fn(&[Tick]) -> bool) -> Vec<Tick> {
    let is_good = |ticks: &Vec<Tick>| ticks.len() <= MOST && fits(ticks);
    let powers = if scale.is_logarithmic() { powers(scale, range) } else { vec![] };
    let powers = powers.into_iter().filter(|ticks| ticks.len() > 2).find(is_good);
    // Over less than a power or two, the numbers that divide an even axis divide this one as well.
    let has_place = |tick: &Tick| !scale.is_logarithmic() || tick.value > 0.0;
    let even = |count| even(range, count).into_iter().filter(has_place).collect();
    let even = || (1..MOST).rev().map(even).find(is_good);
    powers.or_else(even).unwrap_or_default()
}

/// Round numbers at equal distances, about so many.
fn even(range: &Range<f64>, count: usize) -> Vec<Tick> {
    let rough = (range.end - range.start) / count as f64;
    let power = rough.log10().floor();
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * 10_f64.powf(power));
    let Some(step) = steps.into_iter().find(|step| *step >= rough * 0.999) else { return vec![] };
    let decimals = (step.log10() + 1e-9).floor();
    // A step more or less is not to hang on how a number is rounded.
    let hair = step * 1e-9;
    let first = ((range.start - hair) / step).ceil();
    let values = (0..=2 * MOST).map(|at| (first + at as f64) * step);
    let values = values.take_while(|value| *value <= range.end + hair);
    values.map(|value| Tick { value, label: number(value, decimals as i32) }).collect()
}

/// Powers of the scale's base, and of ten also what stands between them: from the most to the
/// fewest.
fn powers(scale: Scale, range: &Range<f64>) -> Vec<Vec<Tick>> {
    let (base, between): (f64, &[&[f64]]) = match scale {
        Scale::Log2 => (2.0, &[&[1.0]]),
        _ => (10.0, &[&[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]]),
    };
    let first = scale.place(range.start).floor() as i32;
    let last = scale.place(range.end).ceil() as i32;
    let tick = |power: i32, times: f64| {
        let value = times * base.powi(power);
        let is_plain =
            if base == 2.0 { (-4..=20).contains(&power) } else { (-4..=5).contains(&power) };
        let label = match (is_plain, times == 1.0) {
            (true, _) => number(value, power),
            (false, true) => format!("{base}{}", superscript(power)),
            (false, false) => format!("{times}×{base}{}", superscript(power)),
        };
        Tick { value, label }
    };
    let all = |times: &[f64], stride: i32| -> Vec<Tick> {
        let powers = (first..=last).filter(|power| power.rem_euclid(stride) == 0);
        let ticks = powers.flat_map(|power| times.iter().map(move |times| (power, *times)));
        let ticks = ticks.map(|(power, times)| tick(power, times));
        ticks.filter(|tick| range.contains(&tick.value)).collect()
    };
    let dense = between.iter().map(|times| all(times, 1));
    let sparse = [2, 3, 4, 5, 10, 20, 50, 100, 200, 500].map(|stride| all(&[1.0], stride));
    dense.chain(sparse).collect()
}

/// A number whose last digit that counts stands at this power of ten.
fn number(value: f64, last: i32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let power = value.abs().log10().floor() as i32;
    let text = if (-4..6).contains(&power) && (last >= -6 || power >= 0) {
        let decimals = usize::try_from(-last).unwrap_or(0).min(16);
        let text = format!("{value:.decimals$}");
        if text.contains('.') { trim_zeros(&text).to_owned() } else { text }
    } else {
        let decimals = usize::try_from(power - last).unwrap_or(0).min(16);
        let text = format!("{value:.decimals$e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        let power = superscript(power.parse().unwrap_or(0));
        let digits = if digits.contains('.') { trim_zeros(digits) } else { digits };
        format!("{digits}×10{power}")
    };
    text.replace('-', "−")
}

fn trim_zeros(digits: &str) -> &str {
    digits.trim_end_matches('0').trim_end_matches('.')
}

fn superscript(power: i32) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        _ => "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c as usize - '0' as usize).unwrap_or(c),
    };
    power.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, range: Range<f64>) -> String {
        let ticks = ticks(scale, &range, |ticks| ticks.len() <= 7);
        ticks.iter().map(|tick| tick.label.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn numbers_at_an_axis_are_round() {
        for (scale, range, expected) in [
            (Scale::Linear, 0.0..1.05, "0 0.2 0.4 0.6 0.8 1"),
            (Scale::Linear, -3.0..3.1, "−3 −2 −1 0 1 2 3"),
            (Scale::Linear, 0.0..4e9, "0 1×10⁹ 2×10⁹ 3×10⁹ 4×10⁹"),
            (Scale::Linear, 1e-9..3e-9, "1×10⁻⁹ 1.5×10⁻⁹ 2×10⁻⁹ 2.5×10⁻⁹ 3×10⁻⁹"),
            (
                Scale::Linear,
                1e9..1e9 + 4.0,
                "1×10⁹ 1.000000001×10⁹ 1.000000002×10⁹ 1.000000003×10⁹ 1.000000004×10⁹",
            ),
            (Scale::Log10, 0.009..120.0, "0.01 0.1 1 10 100"),
            (Scale::Log10, 0.9..60.0, "1 2 5 10 20 50"),
            (Scale::Log10, 1.15..1.95, "1.2 1.4 1.6 1.8"),
            (Scale::Log10, 20.0..80.0, "20 30 40 50 60 70 80"),
            (Scale::Log10, 0.5e-30..2e30, "10⁻³⁰ 10⁻²⁰ 10⁻¹⁰ 1 10¹⁰ 10²⁰ 10³⁰"),
            (Scale::Log2, 0.9..70.0, "1 2 4 8 16 32 64"),
            (Scale::Log2, 0.9..1100.0, "1 4 16 64 256 1024"),
        ] {
            assert_eq!(labels(scale, range.clone()), expected, "{scale:?} {range:?}");
        }
    }

    #[test]
    fn no_range_is_empty_or_without_end() {
        for values in
            [&[0.0][..], &[5.0], &[-1e300, 1e300], &[1e-300, 2e-300], &[1e17, 1e17 + 16.0]]
        {
            for scale in Scale::ALL {
                if scale.is_logarithmic() && values[0] <= 0.0 {
                    continue;
                }
                let range = scale.range(values.iter().copied());
                assert!(range.start < range.end && (range.end - range.start).is_finite());
                assert!(
                    values.iter().all(|value| (range.start..=range.end).contains(value)),
                    "{values:?}"
                );
                assert!(!ticks(scale, &range, |_| true).is_empty(), "{scale:?} {values:?}");
            }
        }
    }
}
