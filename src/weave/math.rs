//! LaTeX formulas as MathML. The only file that knows math-core.

use std::ops::Range;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use super::macros::{Macro, Macros, expand};
use crate::model::course::Settings;

pub struct Formulas {
    converter: LatexToMathML,
}

/// What is wrong with a formula.
#[derive(Debug)]
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
    /// Never: only a macro of the configuration can be refused, and there is none.
    pub fn new() -> Self {
        let config = MathCoreConfig { annotation: true, ..MathCoreConfig::default() };
        let converter = LatexToMathML::new(config).unwrap_or_else(|_| unreachable!("no macros"));
        Self { converter }
    }

    /// A formula as MathML; nothing where all that it holds are definitions, which are added to the
    /// macros.
    pub fn render(
        &self,
        tex: &str,
        display: bool,
        macros: &mut Macros,
    ) -> Result<String, MathError> {
        let expanded = expand(tex, macros)?;
        if expanded.tex.trim().is_empty() && !tex.trim().is_empty() {
            return Ok(String::new());
        }
        let style = if display { MathDisplay::Block } else { MathDisplay::Inline };
        match self.converter.convert_with_local_state(&expanded.tex, style) {
            Ok(result) => Ok(result.mathml),
            Err(error) => {
                let range = expanded.in_source(error.0.clone());
                Err(MathError { message: error.error_message(), range })
            }
        }
    }
}

/// The macros that every page begins with.
pub fn macros(settings: &Settings) -> Macros {
    let names = NAMES.map(|(name, tex)| (name.to_owned(), tex.to_owned()));
    let mut macros = Macros::new();
    for (name, body) in names.into_iter().chain(settings.macros.iter().cloned()) {
        // What is wrong with it is told where it is used.
        let body = expand(&body, &mut macros).map_or(body, |expanded| expanded.tex);
        // As many arguments as its text has signs for.
        let has = |number: &usize| body.contains(&format!("#{number}"));
        let parameters = (1..=9).rev().find(has).unwrap_or_default();
        macros.insert(name, Macro { parameters, body });
    }
    macros
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_mathml_and_mistakes_are_located() {
        let (formulas, mut macros) = (Formulas::new(), macros(&Settings::default()));
        let mut render = |tex| formulas.render(tex, false, &mut macros);
        let html = render("\\pi").unwrap_or_default();
        assert!(html.starts_with("<math") && html.contains('π'), "{html}");
        assert!(render("\\LaTeX").is_ok_and(|html| html.contains("LaTeX")));
        assert_eq!(render("a + \\nosuch").unwrap_err().range, 4..11);
        assert_eq!(render("\\def\\a{\\nosuch}").unwrap(), "");
        assert_eq!(render("b + \\a").unwrap_err().range, 4..6);
    }
}
