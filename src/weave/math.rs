//! LaTeX formulas as MathML. The only file that knows math-core.

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use super::macros::{Macro, Macros, MathError, expand};
use crate::model::course::Settings;

pub struct Formulas {
    converter: LatexToMathML,
}

/// How deep the parts of a formula may stand in each other: whoever reads them does so by recursion.
const DEEPEST: usize = 48;

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
        if let Some(at) = too_deep(&expanded.tex) {
            let message = format!("more than {DEEPEST} parts of a formula within each other");
            return Err(MathError { message, range: expanded.in_source(at..at + 1) });
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

/// A formula as it may stand in a line of text: signs such as `\pi` as themselves, and all else as it was written.
pub fn plain(formulas: &Formulas, tex: &str) -> String {
    let mut parts = tex.split('\\');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        match sign(formulas, name) {
            Some(sign) => {
                text.push(sign);
                text.push_str(rest.trim_start());
            }
            None => {
                text.push('\\');
                text.push_str(part);
            }
        }
    }
    text
}

/// The one sign that a command stands for, if it does.
fn sign(formulas: &Formulas, command: &str) -> Option<char> {
    let mathml = formulas.render(&format!("\\{command}"), false, &mut Macros::new()).ok()?;
    let (drawn, _) = mathml.split_once("<annotation")?;
    let mut signs =
        drawn.split('<').filter_map(|part| part.split_once('>')).flat_map(|(_, text)| text.chars());
    signs.next().filter(|sign| !sign.is_ascii() && signs.next().is_none())
}

/// Where a formula may get too deep: in groups, and in commands that could each be an argument of
/// the one before it, as in `\sqrt\hat x` and `\frac1\frac2x`.
fn too_deep(tex: &str) -> Option<usize> {
    // How many commands stand in a chain where each group begins, and behind the last of them.
    let (mut groups, mut around) = (vec![], 0);
    let (mut chain, mut behind) = (0, 0);
    let mut chars = tex.char_indices();
    while let Some((at, c)) = chars.next() {
        let command = tex[at..].strip_prefix('\\').unwrap_or_default();
        match (c, command.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default()) {
            ('{' | '[', _) | (_, "left" | "begin") => {
                groups.push(chain);
                around += chain;
                (chain, behind) = (0, 0);
            }
            ('}' | ']', _) | (_, "right" | "end") => {
                chain = groups.pop().unwrap_or_default();
                around -= chain;
                behind = 1;
            }
            ('&', _) => chain = 0,
            ('\\', "") => {
                let is_line = chars.next().is_some_and(|(_, c)| c == '\\');
                (chain, behind) = if is_line { (0, 0) } else { (chain, behind + 1) };
            }
            ('\\', word) => {
                chars.nth(word.len() - 1);
                chain = if behind > 1 { 1 } else { chain + 1 };
                behind = 0;
            }
            _ if c.is_whitespace() => {}
            _ => behind += 1,
        }
        if groups.len() + around + chain > DEEPEST {
            return Some(at);
        }
    }
    None
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

    #[test]
    fn signs_stand_in_a_line_of_text_as_themselves() {
        let plain = |tex| plain(&Formulas::new(), tex);
        assert_eq!(plain("\\pi"), "π");
        assert_eq!(plain("\\alpha x \\le 2^{25}"), "αx ≤2^{25}");
        assert_eq!(plain("\\frac{\\pi}{2} \\nosuch \\\\ \\{"), "\\frac{π}{2} \\nosuch \\\\ \\{");
    }

    #[test]
    fn what_is_too_deep_is_not_read() {
        let deep = |part: &str| too_deep(&part.repeat(10_000)).is_some();
        for part in
            ["{", "[", "\\sqrt", "\\left(a+b", "x^{", "\\frac1", "\\frac{a b}", "\\begin{cases}"]
        {
            assert!(deep(part), "{part}");
        }
        for part in ["x", "\\frac{a}{b} + 1 +", "\\alpha & \\beta \\\\", "{a}^2 [", "\\{a, \\alpha"]
        {
            assert_eq!(deep(part), part.ends_with('['), "{part}");
        }
    }

    #[test]
    fn all_that_is_let_through_can_be_read() {
        let (formulas, mut macros) = (Formulas::new(), macros(&Settings::default()));
        for part in ["{", "\\sqrt", "\\left(a+b", "x^{", "\\frac1", "\\begin{cases}"] {
            let tex = part.repeat(DEEPEST / 2);
            assert_eq!(too_deep(&tex), None);
            let _ = formulas.render(&tex, false, &mut macros);
        }
    }
}
