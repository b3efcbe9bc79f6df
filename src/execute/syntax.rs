//! What must be known of a cell's Rust before it is put into a program: the value that it ends in, and
//! whether it is whole by itself.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};
use syn::{MacroDelimiter, Stmt, parse::Parser, spanned::Spanned};

use crate::model::{course::Chunk, diagnostic::Diagnostic, package::Line, source::Span};

/// Brackets within brackets that are read; the parser would run out of stack at some depth.
const DEEPEST: usize = 100;

/// Where the expression begins that a cell ends in, in bytes.
///
/// Code that is no Rust has none: the compiler says better what is wrong with it.
pub fn tail(code: &str) -> Option<usize> {
    let (after_semicolon, after_item) = last_part(code)?;
    let read = |start: usize| syn::Block::parse_within.parse_str(&code[start..]).ok();
    // Braces within an item, as in `impl A<{ N }> for B {}`, may look like its end.
    let short = read(after_item).map(|statements| (after_item, statements));
    let (start, statements) = short.or_else(|| Some((after_semicolon, read(after_semicolon)?)))?;
    let last = statements.last()?;
    let is_value = match last {
        Stmt::Expr(_, None) => true,
        // With braces it stands as a statement, as `thread_local! { … }` does.
        Stmt::Macro(call) => {
            call.semi_token.is_none() && !matches!(call.mac.delimiter, MacroDelimiter::Brace(_))
        }
        _ => false,
    };
    is_value.then(|| start + last.span().byte_range().start)
}

/// Where the part begins that stands behind the last semicolon outside of all brackets, and the part of that
/// behind the last item that ends in braces: what comes before it need not be parsed to know in what code ends.
/// None where nothing stands behind it, or what the parser cannot read.
fn last_part(code: &str) -> Option<(usize, usize)> {
    let (mut depth, mut deepest, mut is_empty) = (0_usize, 0, true);
    let (mut after_semicolon, mut after_item) = (0, 0);
    // Of the part: whether it begins as an item, where its first word says so.
    let mut is_item = None;
    let mut end = 0;
    for token in tokenize(code, FrontmatterAllowed::No) {
        let text = &code[end..end + token.len as usize];
        end += token.len as usize;
        match token.kind {
            TokenKind::Whitespace
            | TokenKind::LineComment { .. }
            | TokenKind::BlockComment { .. } => continue,
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket => depth = depth.saturating_sub(1),
            TokenKind::CloseBrace => {
                depth = depth.saturating_sub(1);
                if depth == 0 && is_item == Some(true) {
                    (after_item, is_empty, is_item) = (end, true, None);
                    continue;
                }
            }
            TokenKind::Semi if depth == 0 => {
                (after_semicolon, after_item) = (end, end);
                (is_empty, is_item) = (true, None);
                continue;
            }
            // What these stand before can be an item or none.
            TokenKind::Ident if matches!(text, "async" | "unsafe" | "const") => {}
            TokenKind::Ident if depth == 0 && is_item.is_none() => {
                is_item = Some(ITEMS.contains(&text));
            }
            // Attributes come before both.
            TokenKind::Pound | TokenKind::Bang if is_item.is_none() => {}
            _ if depth == 0 => is_item = is_item.or(Some(false)),
            _ => {}
        }
        is_empty = false;
        deepest = deepest.max(depth);
    }
    (!is_empty && deepest <= DEEPEST).then_some((after_semicolon, after_item))
}

/// The words that items begin with which end in braces, unless in a semicolon.
const ITEMS: [&str; 7] = ["fn", "pub", "struct", "enum", "impl", "trait", "mod"];

/// Behind the last `?` of the expression that code begins with, in bytes: of those of one chain it is not known
/// which failed.
pub fn last_try(code: &str) -> Option<usize> {
    let (mut depth, mut at, mut last) = (0_usize, 0, None);
    for token in tokenize(code, FrontmatterAllowed::No) {
        at += token.len as usize;
        match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => break,
                }
            }
            TokenKind::Semi | TokenKind::Comma if depth == 0 => break,
            TokenKind::Question if depth == 0 => last = Some(at),
            _ => {}
        }
    }
    last
}

/// Where code defines a function `main` of its own, in bytes, and whether it calls one.
pub fn main_in(code: &str) -> (Option<usize>, bool) {
    let (mut defined, mut is_called) = (None, false);
    let (mut depth, mut at) = (0_usize, 0);
    let mut before = [("", 0); 2];
    for token in tokenize(code, FrontmatterAllowed::No) {
        let (start, text) = (at, &code[at..at + token.len as usize]);
        at += token.len as usize;
        match token.kind {
            TokenKind::Whitespace
            | TokenKind::LineComment { .. }
            | TokenKind::BlockComment { .. } => continue,
            TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseBrace => depth = depth.saturating_sub(1),
            TokenKind::OpenParen => match before {
                [("fn", at), ("main", _)] if depth == 0 => defined = defined.or(Some(at)),
                [(first, _), ("main", _)] => is_called |= first != "fn",
                _ => {}
            },
            _ => {}
        }
        before = [before[1], (text, start)];
    }
    (defined, is_called)
}

/// What would make the cells after this one part of it.
pub enum Unbalanced {
    Unclosed { at: usize, bracket: char },
    Surplus { at: usize, bracket: char },
    Unterminated { at: usize, what: &'static str },
}

impl Unbalanced {
    /// Whether something has no end, rather than no beginning.
    pub fn is_left_open(&self) -> bool {
        !matches!(self, Self::Surplus { .. })
    }

    pub fn diagnostic(self, chunk: &Chunk, lines: &[Line], code: &str) -> Diagnostic {
        let (at, length, message, hint) = match self {
            Self::Unclosed { at, bracket } => (
                at,
                1,
                format!("this cell opens `{bracket}` and does not close it"),
                "close it in the same cell: each cell is whole by itself",
            ),
            Self::Surplus { at, bracket } => (
                at,
                1,
                format!("this cell closes `{bracket}` without opening it"),
                "take it out, or open it in the same cell",
            ),
            Self::Unterminated { at, what } => (
                at,
                1,
                format!("this cell begins {what} that has no end"),
                "end it in the same cell",
            ),
        };
        let span = span_in(chunk, lines, code, at, length);
        Diagnostic::error("unbalanced-cell", message).at(span, "").hint(hint)
    }
}

/// So many bytes of the lesson's text from where a byte of a cell's code comes from.
pub fn span_in(chunk: &Chunk, lines: &[Line], code: &str, at: usize, length: usize) -> Span {
    let line = code[..at].matches('\n').count();
    let column = at - code[..at].rfind('\n').map_or(0, |newline| newline + 1);
    lines.get(line).and_then(|line| line.origin.as_ref()).map_or(chunk.info, |origin| {
        let start = origin.span.start + column.saturating_sub(origin.indent);
        Span { start, end: start + length, ..origin.span }
    })
}

pub fn unbalanced(code: &str) -> Option<Unbalanced> {
    let mut open: Vec<(usize, char)> = vec![];
    let mut at = 0;
    for token in tokenize(code, FrontmatterAllowed::No) {
        match token.kind {
            TokenKind::OpenBrace => open.push((at, '{')),
            TokenKind::OpenParen => open.push((at, '(')),
            TokenKind::OpenBracket => open.push((at, '[')),
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                let (bracket, opener) = match token.kind {
                    TokenKind::CloseBrace => ('}', '{'),
                    TokenKind::CloseParen => (')', '('),
                    _ => (']', '['),
                };
                match open.pop() {
                    Some((_, last)) if last == opener => {}
                    Some((at, bracket)) => return Some(Unbalanced::Unclosed { at, bracket }),
                    None => return Some(Unbalanced::Surplus { at, bracket }),
                }
            }
            TokenKind::BlockComment { terminated: false, .. } => {
                return Some(Unbalanced::Unterminated { at, what: "a comment" });
            }
            TokenKind::Literal { kind, .. } if !is_terminated(kind) => {
                return Some(Unbalanced::Unterminated { at, what: "a literal" });
            }
            _ => {}
        }
        at += token.len as usize;
    }
    open.pop().map(|(at, bracket)| Unbalanced::Unclosed { at, bracket })
}

fn is_terminated(kind: LiteralKind) -> bool {
    match kind {
        LiteralKind::Char { terminated }
        | LiteralKind::Byte { terminated }
        | LiteralKind::Str { terminated }
        | LiteralKind::ByteStr { terminated }
        | LiteralKind::CStr { terminated } => terminated,
        LiteralKind::RawStr { n_hashes }
        | LiteralKind::RawByteStr { n_hashes }
        | LiteralKind::RawCStr { n_hashes } => n_hashes.is_some(),
        LiteralKind::Int { .. } | LiteralKind::Float { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_ends_in_a_value_or_not() {
        let value = |code: &str| tail(code).map(|start| code[start..].to_owned());
        assert_eq!(value("let x = 1;\nx + 1 // the next"), Some("x + 1 // the next".to_owned()));
        assert_eq!(value("let a = 1; a"), Some("a".to_owned()));
        assert_eq!(value("vec![1, 2]"), Some("vec![1, 2]".to_owned()));
        assert_eq!(
            value("counter(\"Venus\").await?"),
            Some("counter(\"Venus\").await?".to_owned())
        );
        for (code, expected) in [
            ("fn f() {}\n#[derive(Debug)] pub struct A { b: u8 }\nf()", "f()"),
            ("async fn f() {}\nasync { 1 }", "async { 1 }"),
            ("unsafe impl Send for A {}\nunsafe { f() }", "unsafe { f() }"),
            ("const A: [u8; 1] = { [1] };\nA", "A"),
            ("fn f() -> [u8; { 1 }] { [1] }\nf()", "f()"),
            ("if true { 1 } else { 2 }", "if true { 1 } else { 2 }"),
            ("impl A<{ N }> for B {}\nf()", "f()"),
            ("struct A;\nA { }", "A { }"),
            ("{ fn f() {} }\n{ 1 }", "{ 1 }"),
            ("#![allow(x)]\nfn f() {}\n#[allow(y)] { 1 }", "#[allow(y)] { 1 }"),
        ] {
            assert_eq!(value(code), Some(expected.to_owned()), "{code}");
        }
        for code in ["let x = 1;", "fn f() {}", "use std::fmt;", "", "// only", "thread_local! {}"]
        {
            assert_eq!(value(code), None, "{code}");
        }
    }

    #[test]
    fn an_expression_ends_in_its_last_try() {
        for (code, tried) in [
            ("\"1\".parse()?;\nf()?;", Some("\"1\".parse()?")),
            ("a\n    .b(|c| c.d()?)?\n    .e()?\n}", Some("a\n    .b(|c| c.d()?)?\n    .e()?")),
            ("a()?, b()?)", Some("a()?")),
            ("Err(\"x\".into())", None),
        ] {
            assert_eq!(last_try(code).map(|end| &code[..end]), tried, "{code}");
        }
    }

    #[test]
    fn a_main_is_defined_and_called() {
        for (code, found) in [
            ("fn main() {}", (Some(0), false)),
            ("// x\nasync fn main () { f(); }\nmain().await?", (Some(11), true)),
            ("mod a { fn main() {} }\na::main();", (None, true)),
            ("let main = \"fn main()\"; domain();", (None, false)),
        ] {
            assert_eq!(main_in(code), found, "{code}");
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_are_no_brackets() {
        assert!(unbalanced("let a = \"{\"; // (\n/* [ */ let b = '{';").is_none());
        assert!(matches!(
            unbalanced("fn f() {"),
            Some(Unbalanced::Unclosed { at: 7, bracket: '{' })
        ));
        assert!(matches!(unbalanced("f())"), Some(Unbalanced::Surplus { at: 3, bracket: ')' })));
        assert!(matches!(unbalanced("let a = \"x"), Some(Unbalanced::Unterminated { at: 8, .. })));
    }
}
