//! What must be known of a cell's Rust before it is put into a program: the value that it ends in, and
//! whether it is whole by itself.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};
use syn::{MacroDelimiter, Stmt, parse::Parser, spanned::Spanned};

use crate::model::{course::Chunk, diagnostic::Diagnostic, package::Line, source::Span};

/// Brackets within brackets that are read; the parser would run out of stack at some depth.
const DEEPEST: usize = 100;

fn depth(code: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for c in code.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Where the expression begins that a cell ends in, in bytes.
///
/// Code that is no Rust has none: the compiler says better what is wrong with it.
pub fn tail(code: &str) -> Option<usize> {
    if depth(code) > DEEPEST || ends_a_statement(code) {
        return None;
    }
    let statements = syn::Block::parse_within.parse_str(code).ok()?;
    let last = statements.last()?;
    let is_value = match last {
        Stmt::Expr(_, None) => true,
        // With braces it stands as a statement, as `thread_local! { … }` does.
        Stmt::Macro(call) => {
            call.semi_token.is_none() && !matches!(call.mac.delimiter, MacroDelimiter::Brace(_))
        }
        _ => false,
    };
    is_value.then(|| last.span().byte_range().start)
}

/// Whether the last that stands in code is a semicolon: most cells end so, and need not be parsed to know
/// that no value does.
fn ends_a_statement(code: &str) -> bool {
    let tokens = tokenize(code, FrontmatterAllowed::No).map(|token| token.kind);
    let is_code = |kind: &TokenKind| {
        !matches!(
            kind,
            TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
        )
    };
    tokens.filter(is_code).last() == Some(TokenKind::Semi)
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
        let line = code[..at].matches('\n').count();
        let column = at - code[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let span =
            lines.get(line).and_then(|line| line.origin.as_ref()).map_or(chunk.info, |origin| {
                let start = origin.span.start + column.saturating_sub(origin.indent);
                Span { start, end: start + length, ..origin.span }
            });
        Diagnostic::error("unbalanced-cell", message).at(span, "").hint(hint)
    }
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
        for code in ["let x = 1;", "fn f() {}", "use std::fmt;", "", "// only", "thread_local! {}"]
        {
            assert_eq!(value(code), None, "{code}");
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
