//! Several measurements of one thing, and what they tell together.

/// At least one number.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// From the least to the greatest.
    sorted: Vec<f64>,
}

/// How many interquartile ranges an outlier is away from the middle half.
///
/// Source: J. W. Tukey, Exploratory Data Analysis (1977).
const FENCE: f64 = 1.5;

impl Samples {
    /// None where there are no numbers.
    pub fn new(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        (!sorted.is_empty()).then_some(Self { sorted })
    }

    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    pub fn least(&self) -> f64 {
        self.sorted[0]
    }

    pub fn greatest(&self) -> f64 {
        self.sorted[self.sorted.len() - 1]
    }

    pub fn mean(&self) -> f64 {
        let count = self.sorted.len() as f64;
        // Divided one by one, since the sum may be too large.
        self.sorted.iter().map(|number| number / count).sum()
    }

    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The first and the third quartile: half of all lies between them.
    pub fn middle_half(&self) -> (f64, f64) {
        (self.quantile(0.25), self.quantile(0.75))
    }

    /// How many lie far from the others.
    pub fn outliers(&self) -> usize {
        let (low, high) = self.middle_half();
        let far = FENCE * (high - low);
        let is_out = |number: &&f64| **number < low - far || **number > high + far;
        self.sorted.iter().filter(is_out).count()
    }

    /// The number below which that part of all lies; between two numbers, what lies between them.
    ///
    /// Source: R. J. Hyndman and Y. Fan, Sample quantiles in statistical packages (1996), definition 7.
    fn quantile(&self, part: f64) -> f64 {
        let place = part * (self.sorted.len() - 1) as f64;
        let (below, above) =
            (self.sorted[place.floor() as usize], self.sorted[place.ceil() as usize]);
        let share = place.fract();
        // Their difference may be too large.
        if share == 0.0 { below } else { below * (1.0 - share) + above * share }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_told_by_their_median_and_middle_half() {
        let told = |numbers: &[f64]| {
            let samples = Samples::new(numbers.iter().copied()).unwrap();
            (samples.median(), samples.middle_half(), samples.outliers())
        };
        assert_eq!(told(&[3.0]), (3.0, (3.0, 3.0), 0));
        assert_eq!(told(&[4.0, 1.0]), (2.5, (1.75, 3.25), 0));
        assert_eq!(told(&[5.0, 1.0, 3.0, 2.0, 4.0]), (3.0, (2.0, 4.0), 0));
        assert_eq!(told(&[5.0, 1.0, 3.0, 2.0, 30.0]), (3.0, (2.0, 5.0), 1));
        assert_eq!(told(&[-1e300, 1e300]).0, 0.0);
        assert_eq!(Samples::new([]), None);
    }
}
