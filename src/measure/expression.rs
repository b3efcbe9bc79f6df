//! Claims: comparisons of sums and products of named values, and nothing more.

use std::ops::Range;

use super::quantity::{self, Measure, NUMBER, Quantity};

/// What came of a claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub holds: bool,
    /// The claim with its values put in: `0.32 s < 0.43 s`.
    pub evaluated: String,
}

/// Why a claim says nothing, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no comparison, or compares what cannot be compared.
    Malformed { at: Range<usize>, message: String },
    /// No value has this name.
    Unknown { at: Range<usize> },
}

/// Whether what a text claims is so: `parallel.time < 0.7 * serial.time`, `1 ms < x.y <= 2 ms`.
pub fn judge(claim: &str, value: impl Fn(&str) -> Option<Quantity>) -> Result<Verdict, Fault> {
    let mut reader = Reader { text: claim, at: 0, value: &value, depth: 0 };
    let mut left = reader.sum()?;
    let mut verdict = Verdict { holds: true, evaluated: shown(left) };
    loop {
        reader.skip_blanks();
        let start = reader.at;
        let Some(comparison) = reader.comparison() else { break };
        let right = reader.sum()?;
        if left.unit.measure != right.unit.measure {
            return Err(reader.mixed(start, "compares", left, right));
        }
        verdict.holds &= comparison.1(left.base(), right.base());
        verdict.evaluated += &format!(" {} {}", comparison.0, shown(right));
        left = right;
    }
    if reader.at < claim.len() {
        return Err(reader.expected("an operator"));
    }
    if !COMPARISONS.iter().any(|(sign, _)| claim.contains(sign)) {
        return Err(reader.expected("a comparison, such as `<`"));
    }
    Ok(verdict)
}

/// The name of a value: `granularity.overhead`.
pub fn is_name(text: &str) -> bool {
    name_length(text) == text.len() && text.contains('.')
}

/// How much of a text a name takes that it begins with. A hyphen belongs to it between letters or digits:
/// a difference has blanks around its sign.
fn name_length(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return 0;
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let length = text.find(|c: char| !is_part(c)).unwrap_or(text.len());
    text[..length].trim_end_matches(['-', '.']).len()
}

type Compare = fn(f64, f64) -> bool;

const COMPARISONS: [(&str, Compare); 6] = [
    ("<=", |left, right| left <= right),
    (">=", |left, right| left >= right),
    ("==", |left, right| left == right),
    ("!=", |left, right| left != right),
    ("<", |left, right| left < right),
    (">", |left, right| left > right),
];

fn shown(quantity: Quantity) -> String {
    quantity.readable().with_digits(3)
}

/// Brackets and signs in brackets and signs.
const DEEPEST: usize = 64;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    value: &'a dyn Fn(&str) -> Option<Quantity>,
    depth: usize,
}

impl Reader<'_> {
    fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, sign: &str) -> bool {
        self.skip_blanks();
        let is_there = self.text[self.at..].starts_with(sign);
        self.at += if is_there { sign.len() } else { 0 };
        is_there
    }

    fn comparison(&mut self) -> Option<(&'static str, Compare)> {
        COMPARISONS.into_iter().find(|(sign, _)| self.eat(sign))
    }

    fn sum(&mut self) -> Result<Quantity, Fault> {
        let mut sum = self.product()?;
        loop {
            let start = self.at;
            let sign = if self.eat("+") {
                1.0
            } else if self.eat("-") {
                -1.0
            } else {
                return Ok(sum);
            };
            let next = self.product()?;
            if sum.unit.measure != next.unit.measure {
                return Err(self.mixed(start, "adds", sum, next));
            }
            sum.number += sign * next.to(sum.unit).number;
        }
    }

    fn product(&mut self) -> Result<Quantity, Fault> {
        let mut product = self.factor()?;
        loop {
            let start = self.at;
            let is_quotient = if self.eat("*") {
                false
            } else if self.eat("/") {
                true
            } else {
                return Ok(product);
            };
            let next = self.factor()?;
            let (one, other) = (product.unit.measure, next.unit.measure);
            product = match (is_quotient, one, other) {
                (true, _, Measure::Number) => {
                    Quantity::new(product.number / next.base(), product.unit)
                }
                (true, _, _) if one == other => Quantity::new(product.base() / next.base(), NUMBER),
                (false, _, Measure::Number) => {
                    Quantity::new(product.number * next.base(), product.unit)
                }
                (false, Measure::Number, _) => {
                    Quantity::new(product.base() * next.number, next.unit)
                }
                _ => {
                    let word = if is_quotient { "divides" } else { "multiplies" };
                    return Err(self.mixed(start, word, product, next));
                }
            };
        }
    }

    fn factor(&mut self) -> Result<Quantity, Fault> {
        self.depth += 1;
        let factor = if self.depth > DEEPEST {
            Err(self.expected("fewer brackets and signs"))
        } else if self.eat("(") {
            let inner = self.sum();
            match inner {
                Ok(_) if !self.eat(")") => Err(self.expected("`)`")),
                inner => inner,
            }
        } else if self.eat("-") {
            let inner = self.factor();
            inner.map(|inner| Quantity::new(-inner.number, inner.unit))
        } else {
            self.value()
        };
        self.depth -= 1;
        factor
    }

    /// A number or the name of a value.
    fn value(&mut self) -> Result<Quantity, Fault> {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        if let Some((quantity, length)) = quantity::read(rest) {
            self.at += length;
            return Ok(quantity);
        }
        let length = name_length(rest);
        if length == 0 {
            return Err(self.expected("a number or the name of a value"));
        }
        let at = self.at..self.at + length;
        self.at = at.end;
        (self.value)(&self.text[at.clone()]).ok_or(Fault::Unknown { at })
    }

    fn expected(&self, what: &str) -> Fault {
        let rest = &self.text[self.at..];
        let end = rest.chars().next().map_or(self.at, |c| self.at + c.len_utf8());
        Fault::Malformed { at: self.at..end, message: format!("expected {what} here") }
    }

    fn mixed(&self, start: usize, word: &str, one: Quantity, other: Quantity) -> Fault {
        let [one, other] = [one, other].map(|quantity| quantity.unit.measure.name());
        let part = &self.text[start..self.at];
        let blanks = part.len() - part.trim_start().len();
        Fault::Malformed {
            at: start + blanks..start + part.trim_end().len(),
            message: format!("this {word} {one} and {other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::quantity::Unit, *};

    fn value(name: &str) -> Option<Quantity> {
        let number = |number, unit| Some(Quantity::new(number, Unit::named(unit)?));
        match name {
            "serial.time" => number(606.0, "ms"),
            "parallel.time" => number(0.364, "s"),
            "calc-pi.n" => number(10.0, ""),
            _ => None,
        }
    }

    #[test]
    fn claims_are_comparisons_of_sums_and_products() {
        for (claim, holds) in [
            ("parallel.time < 0.7 * serial.time", true),
            ("parallel.time < 0.5 * serial.time", false),
            ("serial.time / parallel.time > 1.5", true),
            ("1 ms < parallel.time <= 364 ms", true),
            ("calc-pi.n - 1 == 9", true),
            ("-(calc-pi.n + 2) * 2 == -24", true),
            ("calc-pi.n != 10", false),
            ("serial.time - parallel.time > 50% * parallel.time", true),
        ] {
            assert_eq!(judge(claim, value).map(|verdict| verdict.holds), Ok(holds), "{claim}");
        }
        let verdict = judge("parallel.time < 0.5 * serial.time", value).unwrap();
        assert_eq!(verdict.evaluated, "364 ms < 303 ms");
    }

    #[test]
    fn what_is_no_claim_is_told_where_it_goes_wrong() {
        let fault = |claim: &str| judge(claim, value).unwrap_err();
        let malformed = |claim: &str| match fault(claim) {
            Fault::Malformed { at, message } => (claim[at].to_owned(), message),
            unknown => panic!("{unknown:?}"),
        };
        for claim in ["", "1 <", "(1 < 2", "serial.time", "1 2 < 3", "2 && 1 < 1", "< 2", "1 < 2)"]
        {
            let (_, message) = malformed(claim);
            assert!(message.starts_with("expected"), "{claim}: {message}");
        }
        assert_eq!(malformed("serial.time < 3").1, "this compares a time and a bare number");
        assert_eq!(
            malformed("serial.time + 1 < 2 s"),
            ("+ 1".to_owned(), "this adds a time and a bare number".to_owned())
        );
        assert_eq!(fault("serail.time < 1 s"), Fault::Unknown { at: 0..11 });
        let deep = "(".repeat(100_000);
        assert!(matches!(fault(&deep), Fault::Malformed { .. }));
    }
}
