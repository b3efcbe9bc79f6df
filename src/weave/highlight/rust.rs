//! Rust, by the compiler's own lexer, which is fast enough for any course.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, Token, TokenKind, tokenize};

use super::Html;

pub fn rust(code: &str, html: &mut Html) {
    let tokens: Vec<Token> = tokenize(code, FrontmatterAllowed::No).collect();
    let mut at = 0;
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let attribute = attribute_tokens(&tokens[index..]);
        let taken = attribute.max(1);
        let length: usize =
            tokens[index..index + taken].iter().map(|token| token.len as usize).sum();
        let text = &code[at..at + length];
        let class = if attribute > 0 {
            Some("attribute")
        } else {
            class(token.kind, text, &code[at + length..])
        };
        match class {
            Some(class) => html.push(class, text),
            None => html.plain(text),
        }
        at += length;
        index += taken;
    }
}

/// How many tokens an attribute takes that begins here; none where there is none.
fn attribute_tokens(tokens: &[Token]) -> usize {
    let kind = |index: usize| tokens.get(index).map(|token| token.kind);
    let open = match (kind(0), kind(1), kind(2)) {
        (Some(TokenKind::Pound), Some(TokenKind::OpenBracket), _) => 1,
        (Some(TokenKind::Pound), Some(TokenKind::Bang), Some(TokenKind::OpenBracket)) => 2,
        _ => return 0,
    };
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            TokenKind::OpenBracket => depth += 1,
            TokenKind::CloseBracket => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    0
}

fn class(kind: TokenKind, text: &str, rest: &str) -> Option<&'static str> {
    Some(match kind {
        TokenKind::LineComment { doc_style: Some(_) }
        | TokenKind::BlockComment { doc_style: Some(_), .. } => "doc",
        TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => "comment",
        TokenKind::Literal {
            kind: LiteralKind::Int { .. } | LiteralKind::Float { .. }, ..
        } => "number",
        TokenKind::Literal {
            kind: LiteralKind::Char { .. } | LiteralKind::Byte { .. }, ..
        } => "char",
        TokenKind::Literal { .. } => "string",
        TokenKind::Lifetime { .. } | TokenKind::RawLifetime => "lifetime",
        TokenKind::Ident | TokenKind::RawIdent => return identifier(text, rest),
        _ => return None,
    })
}

fn identifier(text: &str, rest: &str) -> Option<&'static str> {
    let is_call = rest.starts_with('(') || rest.starts_with("::<");
    Some(match text {
        word if KEYWORDS.contains(&word) => "keyword",
        "true" | "false" => "constant",
        _ if rest.starts_with('!') && !rest.starts_with("!=") => "macro",
        _ if PRIMITIVES.contains(&text) => "type",
        _ if is_constant(text) => "constant",
        _ if text.starts_with(char::is_uppercase) => "type",
        _ if is_call => "function",
        _ => return None,
    })
}

fn is_constant(text: &str) -> bool {
    text.len() > 1
        && text.chars().any(char::is_uppercase)
        && text.chars().all(|c| c.is_uppercase() || c.is_numeric() || c == '_')
}

/// Source: the Rust reference, "Keywords", strict ones and the weak `union` left out.
const KEYWORDS: &[&str] = &[
    "Self", "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum",
    "extern", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "type", "unsafe", "use",
    "where", "while", "yield",
];

const PRIMITIVES: &[&str] = &[
    "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "str", "u128", "u16",
    "u32", "u64", "u8", "usize",
];
