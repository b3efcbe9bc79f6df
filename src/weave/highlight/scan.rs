//! A lexer for any language that has comments, strings, numbers and words.
//!
//! It goes over the text once. What seems to begin a string and never ends is none: lessons show
//! parts of programs, and prose with an apostrophe.

use super::Html;

/// How a language is written.
pub struct Language {
    /// As fences call it, in lower case.
    pub names: &'static [&'static str],
    pub comments: &'static [Comment],
    /// Those that begin alike have the longer first.
    pub strings: &'static [Quote],
    /// Words that may touch a string's opener and belong to it, in lower case.
    pub prefixes: &'static [&'static str],
    /// What else than letters, digits and `_` may stand in a word.
    pub in_words: &'static str,
    pub ignores_case: bool,
    pub keywords: &'static [&'static str],
    pub types: &'static [&'static str],
    pub constants: &'static [&'static str],
    /// Signs that belong to the word behind them, and the class of both.
    pub sigils: &'static [(char, &'static str)],
    /// What stands behind a key.
    pub key: Option<Key>,
    /// What a line begins with that is no word, and the class of what goes on to the given sign, or to
    /// the line's end.
    pub lines: &'static [(&'static str, &'static str, Option<char>)],
    /// Whether words that begin with a capital are types.
    pub has_capital_types: bool,
}

pub const NONE: Language = Language {
    names: &[],
    comments: &[],
    strings: &[],
    prefixes: &[],
    in_words: "",
    ignores_case: false,
    keywords: &[],
    types: &[],
    constants: &[],
    sigils: &[],
    key: None,
    lines: &[],
    has_capital_types: false,
};

pub struct Comment {
    pub begin: &'static str,
    /// None for one that ends with its line.
    pub end: Option<&'static str>,
    /// Whether it begins a line or stands behind a blank: else it is part of a word.
    pub stands_apart: bool,
    pub nests: bool,
}

pub struct Quote {
    pub begin: &'static str,
    pub end: &'static str,
    pub has_escapes: bool,
    pub spans_lines: bool,
}

#[derive(Clone, Copy)]
pub struct Key {
    pub sign: char,
    /// Whether a blank or the line's end must follow.
    pub needs_blank: bool,
}

/// What stands at a place.
struct Token {
    length: usize,
    class: Option<&'static str>,
}

pub fn scan(language: &Language, code: &str, html: &mut Html) {
    let mut scanner = Scanner { language, code, at: 0, begins_line: true, endless: 0 };
    let mut done = 0;
    while let Some(Token { length, class }) = scanner.token() {
        let end = scanner.at + length;
        if let Some(class) = class {
            html.plain(&code[done..scanner.at]);
            html.push(class, &code[scanner.at..end]);
            done = end;
        }
        let text = &code[scanner.at..end];
        scanner.begins_line = text.ends_with('\n')
            || scanner.begins_line && text.chars().all(|c| c == ' ' || c == '\t');
        scanner.at = end;
    }
    html.plain(&code[done..]);
}

struct Scanner<'a> {
    language: &'a Language,
    code: &'a str,
    at: usize,
    /// Whether nothing but blanks stands before it on its line.
    begins_line: bool,
    /// A bit for each kind of string that has no end from here on.
    endless: u64,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.code[self.at..]
    }

    fn before(&self) -> Option<char> {
        self.code[..self.at].chars().next_back()
    }

    fn is_word(&self, c: char) -> bool {
        c.is_alphanumeric() || c == '_' || self.language.in_words.contains(c)
    }

    fn token(&mut self) -> Option<Token> {
        let first = self.rest().chars().next()?;
        let one = |class| Token { length: first.len_utf8(), class };
        if first.is_whitespace() {
            return Some(one(None));
        }
        if let Some(length) = self.comment() {
            return Some(Token { length, class: Some("comment") });
        }
        if let Some(token) = self.line() {
            return Some(token);
        }
        if let Some(length) = self.string(self.at) {
            let class = if self.is_key(length) { "property" } else { "string" };
            return Some(Token { length, class: Some(class) });
        }
        let follows_word = self.before().is_some_and(|c| self.is_word(c));
        if first.is_ascii_digit() && !follows_word {
            return Some(Token { length: number(self.rest()), class: Some("number") });
        }
        if let Some((sign, class)) = self.language.sigils.iter().find(|it| it.0 == first)
            && !(follows_word && *sign != '$')
            && let Some(length) = self.behind_sigil(*sign)
        {
            return Some(Token { length: first.len_utf8() + length, class: Some(class) });
        }
        if self.is_word(first) {
            return Some(self.word());
        }
        // What is escaped begins nothing.
        if first == '\\' {
            let escaped = self.rest()[1..].chars().next().filter(|c| !c.is_whitespace());
            return Some(Token { length: 1 + escaped.map_or(0, char::len_utf8), class: None });
        }
        Some(one(None))
    }

    fn comment(&self) -> Option<usize> {
        let rest = self.rest();
        let stands_apart = self.before().is_none_or(char::is_whitespace);
        let begins =
            |it: &&Comment| rest.starts_with(it.begin) && (stands_apart || !it.stands_apart);
        let Comment { begin, end, nests, .. } = self.language.comments.iter().find(begins)?;
        let Some(end) = end else { return Some(line(rest)) };
        let (mut at, mut depth) = (begin.len(), 1);
        // One without an end reaches to that of the text, as compilers see it.
        while depth > 0 && at < rest.len() {
            if rest[at..].starts_with(end) {
                at += end.len();
                depth -= 1;
            } else if *nests && rest[at..].starts_with(begin) {
                at += begin.len();
                depth += 1;
            } else {
                at += rest[at..].chars().next().map_or(0, char::len_utf8);
            }
        }
        Some(at)
    }

    fn line(&self) -> Option<Token> {
        let rest = self.rest();
        let lines = if self.begins_line { self.language.lines } else { &[] };
        let (_, class, end) = lines.iter().find(|(begin, ..)| rest.starts_with(begin))?;
        let length = match end {
            Some(end) => rest[..line(rest)].rfind(*end)? + end.len_utf8(),
            None => line(rest),
        };
        Some(Token { length, class: Some(class) })
    }

    /// The length of the string that begins at `at`.
    fn string(&mut self, at: usize) -> Option<usize> {
        let rest = &self.code[at..];
        let mut quotes = self.language.strings.iter().enumerate();
        let (index, quote) = quotes.find(|(_, quote)| rest.starts_with(quote.begin))?;
        let follows_word = at == self.at && self.before().is_some_and(char::is_alphanumeric);
        // An apostrophe, or the transpose of a matrix.
        let is_in_word = follows_word && quote.begin == "'";
        let is_endless = is_in_word || self.endless & (1 << index) != 0;
        let length = if is_endless { None } else { quote.length(rest) };
        if length.is_none() && quote.spans_lines && !follows_word {
            self.endless |= 1 << index;
        }
        length
    }

    /// Whether what stands here is a key.
    fn is_key(&self, length: usize) -> bool {
        let Some(Key { sign, needs_blank }) = self.language.key else { return false };
        let behind = self.rest()[length..].trim_start_matches([' ', '\t']);
        let ends = |text: &str| text.is_empty() || text.starts_with(char::is_whitespace);
        behind.strip_prefix(sign).is_some_and(|behind| !needs_blank || ends(behind))
    }

    /// The length of what belongs to a sigil and stands behind it.
    fn behind_sigil(&self, sign: char) -> Option<usize> {
        let behind = &self.rest()[sign.len_utf8()..];
        let word = |text: &str| text.find(|c| !self.is_word(c)).unwrap_or(text.len());
        if sign == '$' {
            if let Some(inside) = behind.strip_prefix('{') {
                let (name, end) = (word(inside), inside.as_bytes().get(word(inside)));
                return Some(1 + name + usize::from(end == Some(&b'}')));
            }
            if behind.starts_with(|c: char| "?@#*!-$<^".contains(c)) {
                return Some(1);
            }
        }
        let length = word(behind);
        (length > 0).then_some(length)
    }

    fn word(&mut self) -> Token {
        let rest = self.rest();
        let length = rest.find(|c| !self.is_word(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        let is_one_of = |words: &[&str]| {
            let is = |it: &&str| {
                if self.language.ignores_case { it.eq_ignore_ascii_case(word) } else { *it == word }
            };
            words.iter().any(is)
        };
        let is_prefix = self.language.prefixes.iter().any(|it| it.eq_ignore_ascii_case(word));
        let behind = &rest[length..];
        let class = if self.is_key(length) {
            Some("property")
        } else if is_one_of(self.language.keywords) {
            Some("keyword")
        } else if is_one_of(self.language.constants) {
            Some("constant")
        } else if is_one_of(self.language.types)
            || self.language.has_capital_types && is_capitalised(word)
        {
            Some("type")
        } else if behind.starts_with('(') {
            Some("function")
        } else {
            None
        };
        if is_prefix && let Some(string) = self.string(self.at + length) {
            return Token { length: length + string, class: Some("string") };
        }
        Token { length, class }
    }
}

/// Whether a word is written as types are, `Elapsed`, and not as constants are.
fn is_capitalised(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase)
}

impl Quote {
    /// The length of the string that `text` begins with; none if it has no end.
    fn length(&self, text: &str) -> Option<usize> {
        let mut at = self.begin.len();
        while let Some(c) = text[at..].chars().next() {
            if text[at..].starts_with(self.end) {
                return Some(at + self.end.len());
            }
            match c {
                '\n' if !self.spans_lines => return None,
                '\\' if self.has_escapes => {
                    at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
                }
                c => at += c.len_utf8(),
            }
        }
        None
    }
}

/// The length of a line without its end.
fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// The length of the number that `text` begins with, with what tells its kind or unit.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_based = matches!(bytes.get(..2), Some(b"0x" | b"0X" | b"0b" | b"0o"));
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        let is_part = match byte {
            b'.' => next.is_none_or(|next| *next != b'.' && !next.is_ascii_alphabetic()),
            b'+' | b'-' => {
                !is_based
                    && matches!(bytes[at - 1], b'e' | b'E')
                    && next.is_some_and(u8::is_ascii_digit)
            }
            b'_' | b'%' => true,
            byte => byte.is_ascii_alphanumeric(),
        };
        if !is_part {
            break;
        }
        at += 1;
    }
    at
}
