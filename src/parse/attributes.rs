//! Attributes as pandoc and rustdoc write them: `{.class #id key="value"}` behind a fence, an image
//! or a heading, and the plain words of an info string, `rust,no_run #name .class key=value`.

use crate::model::course::Attributes;

/// What is wrong with an attribute, and where in the text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub at: usize,
    pub message: String,
}

/// Reads `{…}` at the very start of `text`; gives the attributes and how many bytes they take.
pub fn braced(text: &str) -> Result<(Attributes, usize), Problem> {
    let mut attributes = Attributes::default();
    let mut cursor = Cursor { text, at: 0, braced: false };
    cursor.braces(&mut attributes, Bare::Refused)?;
    Ok((attributes, cursor.at))
}

/// Reads a code block's info string. Its language is the first of the classes. What was understood
/// before a problem is given too, so that a typing error costs no more than itself.
pub fn info(text: &str) -> (Attributes, Option<Problem>) {
    let mut attributes = Attributes::default();
    let mut cursor = Cursor { text, at: 0, braced: false };
    let problem = cursor.info(&mut attributes).err();
    (attributes, problem)
}

/// Whether a word without `.`, `#` or `=` is a class. In an info string it is; between braces only
/// knitr writes so, `{r label, echo=FALSE}`, and there the first word is one.
#[derive(Clone, Copy, PartialEq)]
enum Bare {
    Refused,
    IfFirst,
    Class,
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// Whether a `}` ends what is being read.
    braced: bool,
}

impl<'a> Cursor<'a> {
    fn info(&mut self, attributes: &mut Attributes) -> Result<(), Problem> {
        loop {
            self.separators()?;
            match self.peek() {
                None => return Ok(()),
                Some('{') => self.braces(attributes, Bare::IfFirst)?,
                Some(_) => self.attribute(attributes, Bare::Class)?,
            }
        }
    }

    fn braces(&mut self, attributes: &mut Attributes, mut bare: Bare) -> Result<(), Problem> {
        let opener = self.at;
        if !self.eat('{') {
            return Err(self.problem("expected `{`"));
        }
        self.braced = true;
        loop {
            self.separators()?;
            match self.peek() {
                None => return Err(problem(opener, "this `{` has no `}`")),
                Some('}') => {
                    self.at += 1;
                    self.braced = false;
                    return Ok(());
                }
                Some(first) => {
                    if bare == Bare::IfFirst {
                        let is_word = first.is_alphanumeric() && !self.word_has_value();
                        bare = if is_word { Bare::Class } else { Bare::Refused };
                    }
                    self.attribute(attributes, bare)?;
                }
            }
        }
    }

    fn attribute(&mut self, attributes: &mut Attributes, bare: Bare) -> Result<(), Problem> {
        let start = self.at;
        let word = self.take_while(|c| !ends_word(c));
        if self.peek() == Some('=') && is_key(word) {
            self.at += 1;
            let value = self.value()?;
            set(attributes, start, word, value)
        } else if let Some(class) = word.strip_prefix('.') {
            if class.is_empty() {
                return Err(problem(start, "expected the name of a class after `.`"));
            }
            // `{.a.b}` is two classes, as in a CSS selector.
            attributes.classes.extend(class.split('.').map(String::from));
            Ok(())
        } else if let Some(id) = word.strip_prefix('#') {
            if id.is_empty() {
                return Err(problem(start, "expected a name after `#`"));
            }
            set(attributes, start, "id", id.to_string())
        } else if word == "-" {
            // Pandoc's short form for headings.
            attributes.classes.push("unnumbered".to_string());
            Ok(())
        } else if word.is_empty() && self.eat('=') {
            // `{=html}` marks raw output in pandoc.
            let format = self.take_while(|c| !ends_word(c));
            attributes.classes.push(format!("={format}"));
            Ok(())
        } else if bare == Bare::Class && !word.is_empty() {
            attributes.classes.push(word.to_string());
            Ok(())
        } else {
            let found = if word.is_empty() { self.char_here() } else { word.to_string() };
            let message = format!("expected `.class`, `#name` or `key=\"value\"`, found `{found}`");
            Err(problem(start, message))
        }
    }

    fn value(&mut self) -> Result<String, Problem> {
        match self.peek() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            _ => {
                let braced = self.braced;
                let value = self.take_while(|c| !(c.is_whitespace() || braced && c == '}'));
                Ok(value.strip_suffix(',').unwrap_or(value).to_string())
            }
        }
    }

    /// A value in quotes. It may go over several lines, but a blank line ends a paragraph, and with
    /// it all that could belong to the value.
    fn quoted(&mut self, quote: char) -> Result<String, Problem> {
        let opener = self.at;
        self.at += quote.len_utf8();
        let mut value = String::new();
        while let Some(c) = self.peek() {
            if c == '\n' && self.blank_line_follows() {
                break;
            }
            self.at += c.len_utf8();
            self.quote_signs(c);
            match (c, self.peek()) {
                (c, _) if c == quote => return Ok(value),
                ('\\', Some(escaped @ ('"' | '\'' | '\\'))) => {
                    self.at += 1;
                    value.push(escaped);
                }
                ('\r', Some('\n')) => {}
                _ => value.push(c),
            }
        }
        Err(problem(opener, format!("this quote has no closing `{quote}`")))
    }

    /// Skips what stands between attributes: blanks, line ends but no blank line, and commas.
    fn separators(&mut self) -> Result<(), Problem> {
        while let Some(c) = self.peek().filter(|c| c.is_whitespace() || *c == ',') {
            if c == '\n' && self.blank_line_follows() {
                return Err(self.problem("attributes end before a blank line"));
            }
            self.at += c.len_utf8();
            self.quote_signs(c);
        }
        Ok(())
    }

    /// Skips what begins a line of a quote, behind the end of the line before. Outside of quotes no
    /// line of a paragraph begins so.
    fn quote_signs(&mut self, before: char) {
        while before == '\n'
            && let Some(behind) = self.rest().trim_start_matches([' ', '\t']).strip_prefix('>')
        {
            self.at = self.text.len() - behind.len();
        }
    }

    fn blank_line_follows(&self) -> bool {
        let next = self.rest().strip_prefix('\n').and_then(|rest| rest.split('\n').next());
        next.is_some_and(|line| {
            line.trim_matches(|c: char| c.is_whitespace() || c == '>').is_empty()
        })
    }

    fn word_has_value(&self) -> bool {
        self.rest().trim_start_matches(|c| !ends_word(c)).starts_with('=')
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn char_here(&self) -> String {
        self.peek().map(String::from).unwrap_or_default()
    }

    fn eat(&mut self, c: char) -> bool {
        let eaten = self.peek() == Some(c);
        self.at += if eaten { c.len_utf8() } else { 0 };
        eaten
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn problem(&self, message: &str) -> Problem {
        problem(self.at, message)
    }
}

fn problem(at: usize, message: impl Into<String>) -> Problem {
    Problem { at, message: message.into() }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '=' | ',' | '{' | '}' | '"' | '\'')
}

fn is_key(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// `id="x"` and `class="a b"` are long forms of `#x` and `.a .b`.
fn set(attributes: &mut Attributes, at: usize, key: &str, value: String) -> Result<(), Problem> {
    match key {
        "id" => {
            if let Some(first) = &attributes.id {
                let message = format!("`#{first}` is the name already, there can be no second");
                return Err(problem(at, message));
            }
            attributes.id = Some(value);
        }
        "class" => attributes.classes.extend(value.split_whitespace().map(String::from)),
        _ => attributes.pairs.push((key.to_string(), value)),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `#id .class .class key=value`, whatever the order in the source.
    fn shown(attributes: &Attributes) -> String {
        let id = attributes.id.iter().map(|id| format!("#{id}"));
        let classes = attributes.classes.iter().map(|class| format!(".{class}"));
        let pairs = attributes.pairs.iter().map(|(key, value)| format!("{key}={value:?}"));
        id.chain(classes).chain(pairs).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn info_strings() {
        let table = [
            ("", ""),
            ("rust", ".rust"),
            ("rust #timer .cell timeout=5", r#"#timer .rust .cell timeout="5""#),
            ("rust,ignore", ".rust .ignore"),
            ("rust,compile_fail,E0382", ".rust .compile_fail .E0382"),
            ("rust, no_run edition=2021", r#".rust .no_run edition="2021""#),
            (".rust #a", "#a .rust"),
            ("{.output}", ".output"),
            (
                r#"{.python file="src/calc pi/__init__.py"}"#,
                r#".python file="src/calc pi/__init__.py""#,
            ),
            (r#"{.rust #a file='a "b".rs'}"#, r#"#a .rust file="a \"b\".rs""#),
            (r#"{.plot title="say \"π\" \\ \d"}"#, r#".plot title="say \"π\" \\ \\d""#),
            ("rust {.cell #a}", "#a .rust .cell"),
            ("{.rust.cell}", ".rust .cell"),
            ("{r fig1, echo=FALSE}", r#".r .fig1 echo="FALSE""#),
            ("{=html}", ".=html"),
            (r#"rust id="a" class="b c""#, "#a .rust .b .c"),
            ("c++ k=", r#".c++ k="""#),
        ];
        for (text, expected) in table {
            let (attributes, problem) = info(text);
            assert_eq!((shown(&attributes).as_str(), problem), (expected, None), "{text}");
        }
    }

    #[test]
    fn problems_say_where_and_what() {
        let table = [
            ("{.python #a", 0, "this `{` has no `}`"),
            (r#"{.python file="a}"#, 14, "this quote has no closing `\"`"),
            ("{.python word}", 9, "expected `.class`, `#name` or `key=\"value\"`, found `word`"),
            ("rust #", 5, "expected a name after `#`"),
            ("rust .", 5, "expected the name of a class after `.`"),
            ("rust #a #b", 8, "`#a` is the name already, there can be no second"),
            (r#"rust "x""#, 5, "expected `.class`, `#name` or `key=\"value\"`, found `\"`"),
        ];
        for (text, at, message) in table {
            assert_eq!(info(text).1, Some(problem(at, message)), "{text}");
        }
    }

    #[test]
    fn braces_may_go_over_lines_but_not_over_a_blank_one() {
        let (attributes, length) = braced("{alt='a\r\n  b'\n .c} rest").unwrap();
        assert_eq!(shown(&attributes), r#".c alt="a\n  b""#);
        assert_eq!(length, 18);
        assert!(braced("{alt='a\n\nb'}").is_err());
        assert!(braced("{.a\n \n.b}").is_err());
        assert!(braced("{1, 2}").is_err());
    }
}
