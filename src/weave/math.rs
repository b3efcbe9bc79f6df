//! LaTeX formulas as MathML. The only file that knows math-core.

use std::ops::Range;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

pub struct Formulas {
    converter: LatexToMathML,
}

/// What is wrong with a formula.
pub struct MathError {
    pub message: String,
    /// Where, in bytes of the formula.
    pub range: Range<usize>,
}

/// The names of the typesetters, which authors write as formulas.
const NAMES: [(&str, &str); 2] = [("LaTeX", r"\text{LaTeX}"), ("TeX", r"\text{TeX}")];

impl Formulas {
    /// # Panics
    ///
    /// Never: only a macro of the configuration can be refused, and they are those below.
    pub fn new() -> Self {
        let macros = NAMES.map(|(name, tex)| (name.to_owned(), tex.to_owned())).to_vec();
        let config = MathCoreConfig { annotation: true, macros, ..MathCoreConfig::default() };
        let converter = LatexToMathML::new(config).unwrap_or_else(|_| unreachable!("good macros"));
        Self { converter }
    }

    pub fn render(&self, tex: &str, display: bool) -> Result<String, MathError> {
        let style = if display { MathDisplay::Block } else { MathDisplay::Inline };
        match self.converter.convert_with_local_state(tex, style) {
            Ok(result) => Ok(result.mathml),
            Err(error) => Err(MathError { message: error.error_message(), range: error.0.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Formulas;

    #[test]
    fn formulas_become_mathml_and_mistakes_are_located() {
        let formulas = Formulas::new();
        let html = formulas.render("\\pi", false).unwrap_or_default();
        assert!(html.starts_with("<math") && html.contains('π'), "{html}");
        assert!(formulas.render("\\LaTeX", false).is_ok_and(|html| html.contains("LaTeX")));
        let error = formulas.render("a + \\nosuch", false).err().unwrap();
        assert_eq!(error.range, 4..11);
    }
}
