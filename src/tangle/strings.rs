//! Which lines of a piece of code begin inside a string literal, where every blank counts.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

/// For each line, whether a string literal that began on an earlier one goes on in it.
///
/// Known for Rust and Python; any other language is taken to have none.
pub fn lines_in_strings(language: Option<&str>, lines: &[&str]) -> Vec<bool> {
    match language {
        Some("rust") => rust(lines),
        Some("python" | "py" | "python3") => python(lines),
        _ => vec![false; lines.len()],
    }
}

fn rust(lines: &[&str]) -> Vec<bool> {
    let code = lines.join("\n");
    let mut inside = vec![false; lines.len()];
    let (mut offset, mut line) = (0, 0);
    for token in tokenize(&code, FrontmatterAllowed::No) {
        let text = &code[offset..offset + token.len as usize];
        offset += text.len();
        let breaks = text.matches('\n').count();
        if is_string(token.kind) {
            inside[line + 1..=line + breaks].fill(true);
        }
        line += breaks;
    }
    inside
}

fn is_string(kind: TokenKind) -> bool {
    let TokenKind::Literal { kind, .. } = kind else { return false };
    matches!(
        kind,
        LiteralKind::Str { .. }
            | LiteralKind::ByteStr { .. }
            | LiteralKind::CStr { .. }
            | LiteralKind::RawStr { .. }
            | LiteralKind::RawByteStr { .. }
            | LiteralKind::RawCStr { .. }
    )
}

/// Follows Python's lexical rules for comments, short strings and triple-quoted ones.
///
/// Source: the Python language reference, 2.4.1 "String and bytes literals".
fn python(lines: &[&str]) -> Vec<bool> {
    let mut open: Option<&str> = None;
    let mut inside = vec![];
    for line in lines {
        inside.push(open.is_some());
        let mut rest = *line;
        while !rest.is_empty() {
            let taken = match open {
                Some(quote) if rest.starts_with(quote) => {
                    open = None;
                    quote.len()
                }
                None if rest.starts_with('#') => rest.len(),
                None => match ["\"\"\"", "'''", "\"", "'"].iter().find(|q| rest.starts_with(**q)) {
                    Some(quote) => {
                        open = Some(quote);
                        quote.len()
                    }
                    None => first_char_len(rest),
                },
                Some(_) if rest.starts_with('\\') => 1 + first_char_len(&rest[1..]),
                Some(_) => first_char_len(rest),
            };
            rest = &rest[taken..];
        }
        let goes_on = line.ends_with('\\');
        open = open.filter(|quote| quote.len() == 3 || goes_on);
    }
    inside
}

fn first_char_len(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::lines_in_strings;

    fn inside(language: &str, code: &str) -> Vec<usize> {
        let lines: Vec<&str> = code.split('\n').collect();
        let inside = lines_in_strings(Some(language), &lines);
        inside.iter().enumerate().filter(|(_, inside)| **inside).map(|(line, _)| line).collect()
    }

    #[test]
    fn rust_strings_span_lines() {
        assert_eq!(
            inside("rust", "let a = \"x\n  y\";\nlet b = r#\"\n\"\n\"#;\n// \"\nc"),
            [1, 3, 4]
        );
        assert_eq!(inside("rust", "br##\"\n\"#\n\"##;\nb\"\n\";\nc\"\n\""), [1, 2, 4, 6]);
        assert_eq!(inside("rust", "/* \" /* \" */\n\" */ a\nb"), [0usize; 0]);
        assert_eq!(inside("rust", "let quote = '\"';\nlet life: &'static str;"), [0usize; 0]);
    }

    #[test]
    fn python_strings_span_lines() {
        assert_eq!(inside("python", "a = '''\n  b\n'''\nc = 'it' # '''\nd"), [1, 2]);
        assert_eq!(inside("python", "a = rb\"\"\"\n'''\\\"\"\"\n\"\"\"\nb"), [1, 2]);
        assert_eq!(inside("py", "f\"{d[\"k\"]} '''\"\nf'''{\n  x}\n'''"), [2, 3]);
        assert_eq!(inside("python", "a = 'x\\\ny'\nb = \"\\\"\"\nc"), [1]);
    }
}
