//! Colours code by classes. Rust by the compiler's own lexer, which is fast enough for any course;
//! consoles by their prompts; other languages are shown plain.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, Token, TokenKind, tokenize};

use super::escape::escape;
use crate::model::course::reference;

/// Code as HTML, one `<span class="hl-…">` around each token that has a colour.
pub fn highlight(language: Option<&str>, code: &str) -> String {
    match language {
        Some("rust") => rust(code),
        Some("console") => console(code),
        _ => escape(code),
    }
}

/// Coloured code in which the lines that are hidden, stretch by stretch, stand in an element of their
/// own. Colours go on over the ends of stretches.
pub fn fold_lines(html: &str, hidden: &[bool]) -> String {
    let mut out = String::with_capacity(html.len() * 2);
    let mut colour: Option<&str> = None;
    let mut was_hidden = false;
    let close = |out: &mut String, colour: Option<&str>| {
        out.push_str(colour.map_or("", |_| "</span>"));
    };
    let lines = html.split_inclusive('\n').zip(hidden.iter().copied());
    for (line, is_hidden) in lines.chain([("", false)]) {
        if is_hidden != was_hidden {
            close(&mut out, colour);
            out.push_str(if is_hidden { "<span class=\"hidden-lines\">" } else { "</span>" });
            out.push_str(colour.unwrap_or_default());
            was_hidden = is_hidden;
        }
        out.push_str(line);
        colour = match (line.rfind("<span"), line.rfind("</span>")) {
            (Some(open), close) if close.is_none_or(|close| close < open) => {
                line[open..].find('>').map(|end| &line[open..=open + end])
            }
            (_, Some(_)) => None,
            (_, None) => colour,
        };
    }
    out
}

fn span(class: &str, text: &str) -> String {
    format!("<span class=\"hl-{class}\">{}</span>", escape(text))
}

fn console(code: &str) -> String {
    let lines = code.split_inclusive('\n').map(|line| match line.strip_prefix("$ ") {
        Some(command) => format!("{}{}", span("prompt", "$ "), escape(command)),
        None => escape(line),
    });
    lines.collect()
}

fn rust(code: &str) -> String {
    let mut html = String::with_capacity(code.len() * 2);
    let mut from = 0;
    let mut at = 0;
    // References are no Rust: what stands between them is coloured piece by piece.
    for line in code.split_inclusive('\n') {
        if reference(line).is_some() {
            html.push_str(&rust_piece(&code[from..at]));
            let name = line.trim();
            let (before, after) = line.split_once(name).unwrap_or_default();
            html.push_str(&format!("{before}{}{after}", span("reference", name)));
            from = at + line.len();
        }
        at += line.len();
    }
    html.push_str(&rust_piece(&code[from..]));
    html
}

fn rust_piece(code: &str) -> String {
    let tokens: Vec<Token> = tokenize(code, FrontmatterAllowed::No).collect();
    let mut html = String::with_capacity(code.len() * 2);
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
            Some(class) => html.push_str(&span(class, text)),
            None => html.push_str(&escape(text)),
        }
        at += length;
        index += taken;
    }
    html
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

#[cfg(test)]
mod tests {
    use super::{fold_lines, highlight};

    #[test]
    fn colours_go_on_over_hidden_lines() {
        let html = "<span class=\"c\">/*\nb\n*/</span> x\ny\n";
        assert_eq!(
            fold_lines(html, &[true, false, true, true]),
            "<span class=\"hidden-lines\"><span class=\"c\">/*\n</span></span><span class=\"c\">b\n\
             </span><span class=\"hidden-lines\"><span class=\"c\">*/</span> x\ny\n</span>"
        );
    }

    #[test]
    fn rust_is_coloured_by_its_tokens() {
        let html = highlight(Some("rust"), "#[tokio::main]\nasync fn main() { let π = \"<\"; }");
        assert_eq!(
            html,
            "<span class=\"hl-attribute\">#[tokio::main]</span>\n\
             <span class=\"hl-keyword\">async</span> <span class=\"hl-keyword\">fn</span> \
             <span class=\"hl-function\">main</span>() { <span class=\"hl-keyword\">let</span> π = \
             <span class=\"hl-string\">&quot;&lt;&quot;</span>; }"
        );
    }

    #[test]
    fn references_are_not_taken_for_operators() {
        let html = highlight(Some("rust"), "fn f() {\n    <<body-of-f>>\n}\n");
        assert!(
            html.contains("    <span class=\"hl-reference\">&lt;&lt;body-of-f&gt;&gt;</span>\n}"),
            "{html}"
        );
    }

    #[test]
    fn what_is_no_code_at_all_is_kept() {
        for code in ["#[", "'", "\"", "r#\"", "/*", "é#[é"] {
            let html = highlight(Some("rust"), code);
            let text: String =
                html.split('<').map(|s| s.split_once('>').map_or(s, |s| s.1)).collect();
            assert_eq!(text.replace("&quot;", "\"").replace("&#39;", "'"), code);
        }
    }
}
