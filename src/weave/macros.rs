//! TeX's macros: what formulas and settings define for the formulas behind them, with `\newcommand`,
//! `\renewcommand`, `\def` and `\DeclareMathOperator`.

use std::collections::BTreeMap;
use std::ops::Range;

/// How much longer a formula may get by its macros: some double at every step.
const LONGEST: usize = 4096;

/// How deep macros may stand in each other's arguments.
const DEEPEST: usize = 16;

/// Macros by their names.
pub type Macros = BTreeMap<String, Macro>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Macro {
    pub parameters: usize,
    /// With `#1` for the first argument, and without other macros.
    pub body: String,
}

/// What is wrong with a formula.
#[derive(Debug)]
pub struct MathError {
    pub message: String,
    /// Where, in bytes of the formula.
    pub range: Range<usize>,
}

/// A formula with its macros replaced by what they stand for.
#[derive(Debug, Default)]
pub struct Expanded {
    pub tex: String,
    pieces: Vec<Piece>,
}

/// Where a part of an expanded formula comes from.
#[derive(Debug)]
struct Piece {
    start: usize,
    source: Range<usize>,
    is_macro: bool,
}

impl Expanded {
    /// The place in the formula as it was written: of a macro all of it.
    pub fn in_source(&self, range: Range<usize>) -> Range<usize> {
        let next = self.pieces.partition_point(|piece| piece.start <= range.start);
        match next.checked_sub(1).map(|piece| &self.pieces[piece]) {
            Some(piece) if !piece.is_macro => {
                let start = piece.source.start + range.start - piece.start;
                start..start + range.len()
            }
            Some(piece) => piece.source.clone(),
            None => range,
        }
    }

    fn push(&mut self, text: &str, source: Range<usize>, is_macro: bool) {
        push(&mut self.tex, text);
        let start = self.tex.len() - text.len();
        self.pieces.push(Piece { start, source, is_macro });
    }
}

/// Expands a formula. What it defines is added to the macros, and left out of it.
pub fn expand(tex: &str, macros: &mut Macros) -> Result<Expanded, MathError> {
    expand_within(tex, macros, 0)
}

fn expand_within(tex: &str, macros: &mut Macros, depth: usize) -> Result<Expanded, MathError> {
    let mut expanded = Expanded::default();
    let mut reader = Reader { tex, at: 0 };
    let mut done = 0;
    while let Some(at) = tex[reader.at..].find('\\') {
        reader.at += at;
        let start = reader.at;
        let word = reader.command()?;
        if matches!(word, "newcommand" | "renewcommand" | "DeclareMathOperator" | "def") {
            expanded.push(&tex[done..start], done..start, false);
            let (name, parameters, body) = reader.definition(word)?;
            let mut inner = expand_within(&tex[body.clone()], macros, depth).map_err(|error| {
                let range = body.start + error.range.start..body.start + error.range.end;
                MathError { range, ..error }
            })?;
            if word == "DeclareMathOperator" {
                inner.tex = format!("\\operatorname{{{}}}", inner.tex);
            }
            macros.insert(name.to_owned(), Macro { parameters, body: inner.tex });
            done = reader.at;
        } else if let Some(Macro { parameters, body }) = macros.get(word).cloned() {
            expanded.push(&tex[done..start], done..start, false);
            let mut arguments = vec![];
            for _ in 0..parameters {
                let argument = reader.argument()?;
                if depth == DEEPEST {
                    return Err(error("macros stand too deep in each other", start..reader.at));
                }
                let at_macro = |error| MathError { range: start..reader.at, ..error };
                let argument = expand_within(argument, macros, depth + 1).map_err(at_macro)?;
                arguments.push(argument.tex);
            }
            expanded.push(&substitute(&body, &arguments), start..reader.at, true);
            if expanded.tex.len() > tex.len() + LONGEST {
                return Err(error("this grows too long by its macros", start..reader.at));
            }
            done = reader.at;
        }
    }
    expanded.push(&tex[done..], done..tex.len(), false);
    Ok(expanded)
}

/// A macro's body with its arguments put in.
fn substitute(body: &str, arguments: &[String]) -> String {
    let mut parts = body.split('#');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let number = part.chars().next().and_then(|c| c.to_digit(10)).unwrap_or_default() as usize;
        match number.checked_sub(1).and_then(|index| arguments.get(index)) {
            Some(argument) => {
                push(&mut out, argument);
                push(&mut out, &part[1..]);
            }
            None => out.extend(["#", part]),
        }
    }
    out
}

/// Adds a text that does not become part of a command's name at the end of `out`.
fn push(out: &mut String, text: &str) {
    let is_letter = |c: char| c.is_ascii_alphabetic();
    let ends_in_command = out.trim_end_matches(is_letter).ends_with('\\');
    if ends_in_command && out.ends_with(is_letter) && text.starts_with(is_letter) {
        out.push(' ');
    }
    out.push_str(text);
}

struct Reader<'t> {
    tex: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    /// `\word`, or a backslash and one sign; gives what follows the backslash.
    fn command(&mut self) -> Result<&'t str, MathError> {
        if !self.eat("\\") {
            return Err(self.expected("a command, `\\name`"));
        }
        let rest = &self.tex[self.at..];
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let length = letters.max(rest.chars().next().map_or(0, char::len_utf8));
        self.at += length;
        Ok(&rest[..length])
    }

    /// What stands behind the `word` of a definition: the name, the number of arguments, the text.
    fn definition(&mut self, word: &str) -> Result<(&'t str, usize, Range<usize>), MathError> {
        self.eat("*");
        let name = self.name()?;
        let parameters = if word == "def" { self.signs()? } else { self.count()? };
        Ok((name, parameters, self.group()?))
    }

    /// `{\name}` or `\name`.
    fn name(&mut self) -> Result<&'t str, MathError> {
        self.blanks();
        if !self.eat("{") {
            return self.command();
        }
        self.blanks();
        let name = self.command()?;
        self.blanks();
        if self.eat("}") { Ok(name) } else { Err(self.expected("`}` behind the macro's name")) }
    }

    /// `[2]`, if it is there.
    fn count(&mut self) -> Result<usize, MathError> {
        self.blanks();
        if !self.eat("[") {
            return Ok(0);
        }
        let rest = &self.tex[self.at..];
        let length = rest.find(']').unwrap_or(rest.len());
        let Some(count) = rest[..length].trim().parse().ok().filter(|count| *count <= 9) else {
            return Err(self.expected("the number of arguments, at most 9"));
        };
        self.at += (length + 1).min(rest.len());
        self.blanks();
        if self.tex[self.at..].starts_with('[') {
            return Err(error("arguments have no defaults here", self.at..self.at + 1));
        }
        Ok(count)
    }

    /// `#1#2`.
    fn signs(&mut self) -> Result<usize, MathError> {
        let mut count = 0;
        while !self.tex[self.at..].trim_start().starts_with('{') {
            count += 1;
            self.blanks();
            if !self.eat(&format!("#{count}")) {
                return Err(self.expected("`{` and the macro's text"));
            }
        }
        Ok(count)
    }

    /// The inside of `{…}`.
    fn group(&mut self) -> Result<Range<usize>, MathError> {
        self.blanks();
        let start = self.at;
        let mut depth = 0;
        let mut is_escaped = false;
        for (at, c) in self.tex[start..].char_indices() {
            match c {
                _ if is_escaped => {}
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            is_escaped = c == '\\' && !is_escaped;
            if depth == 0 {
                break;
            }
            self.at = start + at + 1;
        }
        if depth != 0 || self.at == start {
            self.at = start;
            return Err(self.expected("`{` and the macro's text"));
        }
        self.at += 1;
        Ok(start + 1..self.at - 1)
    }

    /// One argument: a group, a command or a sign.
    fn argument(&mut self) -> Result<&'t str, MathError> {
        self.blanks();
        let start = self.at;
        match self.tex[start..].chars().next() {
            Some('{') => return Ok(&self.tex[self.group()?]),
            Some('\\') => {
                self.command()?;
            }
            Some(c) => self.at += c.len_utf8(),
            None => return Err(self.expected("another argument of the macro")),
        }
        Ok(&self.tex[start..self.at])
    }

    fn blanks(&mut self) {
        self.at = self.tex.len() - self.tex[self.at..].trim_start().len();
    }

    fn eat(&mut self, text: &str) -> bool {
        let eaten = self.tex[self.at..].starts_with(text);
        self.at += if eaten { text.len() } else { 0 };
        eaten
    }

    fn expected(&self, what: &str) -> MathError {
        let length = self.tex[self.at..].chars().next().map_or(0, char::len_utf8);
        error(&format!("expected {what}"), self.at..self.at + length)
    }
}

fn error(message: &str, range: Range<usize>) -> MathError {
    MathError { message: message.to_owned(), range }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(tex: &str) -> Result<String, Range<usize>> {
        let expanded = expand(tex, &mut Macros::new());
        expanded.map(|it| it.tex.trim().to_owned()).map_err(|error| error.range)
    }

    #[test]
    fn macros_stand_for_their_text() {
        for (tex, expected) in [
            (r"\newcommand{\R}{\mathbb{R}} x \in \R", r"x \in \mathbb{R}"),
            (r"\def\pair#1#2{(#2, #1)}\pair a{b c}\pair\é1", "(b c, a)(1, \\é)"),
            (r"\newcommand*\a [1] {\{#1}\a x", r"\{x"),
            (r"\newcommand\n[1]{|#1|_#1}\n{\n x}", "||x|_x|_|x|_x"),
            (r"\DeclareMathOperator{\rank}{rank}\rank A", r"\operatorname{rank} A"),
            (r"\def\b{\mathbf}\def\c{\b x}\c{} \b{y}z", r"\mathbf x{} \mathbf{y}z"),
            (r"\newcommand\v[1]{\vec#1}\v xy", r"\vec xy"),
            (r"\def\a{\a}\a", r"\a"),
            (r"\frac12 \\ \", r"\frac12 \\ \"),
        ] {
            assert_eq!(expanded(tex).as_deref(), Ok(expected), "{tex}");
        }
    }

    #[test]
    fn mistakes_have_a_place() {
        for (tex, place) in [
            (r"\newcommand{R}{x}", 12..13),
            (r"\newcommand{\R}", 15..15),
            (r"\newcommand{\R}{x", 15..16),
            (r"\newcommand\R[x]{y}", 14..15),
            (r"\newcommand\R[1][x]{y}", 16..17),
            (r"\def\R", 6..6),
            (r"\newcommand{\R", 14..14),
            (r"\def\a#1{#1}\a", 14..14),
        ] {
            assert_eq!(expanded(tex), Err(place), "{tex}");
        }
        let doubled = ('a'..'y').zip('b'..='z').map(|(a, b)| format!(r"\def\{b}{{\{a}\{a}}}"));
        assert!(expanded(&format!(r"\def\a{{xx}}{}", doubled.collect::<String>())).is_err());
        assert!(expanded(&format!(r"\def\n#1{{#1}}{}", r"\n{".repeat(50_000))).is_err());
    }

    #[test]
    fn a_place_in_the_expansion_is_one_in_the_formula() {
        let tex = r"\def\a{xyz} b\a c";
        let expanded = expand(tex, &mut Macros::new()).unwrap();
        assert_eq!(expanded.tex, " bxyz c");
        let place = |range| &tex[expanded.in_source(range)];
        assert_eq!((place(1..2), place(3..4), place(6..7)), ("b", r"\a", "c"));
    }
}
