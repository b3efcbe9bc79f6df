//! HTML and its like, with what stands in its scripts and styles; and markdown, as lessons show lessons.

use super::{Html, Lexer, languages, lexer, pieces};

pub fn html(code: &str, html: &mut Html) {
    let mut at = 0;
    while let Some(found) = code[at..].find(['<', '&']) {
        html.plain(&code[at..at + found]);
        at += found;
        let rest = &code[at..];
        if let Some(length) = entity(rest) {
            html.push("constant", &rest[..length]);
            at += length;
        } else if rest.starts_with("<!--") {
            let length = rest.find("-->").map_or(rest.len(), |end| end + "-->".len());
            html.push("comment", &rest[..length]);
            at += length;
        } else if rest.starts_with(['<', '&']) && !is_tag(rest) {
            html.plain(&rest[..1]);
            at += 1;
        } else {
            let name = rest.find(|c: char| !begins_tag(c)).unwrap_or(rest.len());
            html.push("keyword", &rest[..name]);
            at += name;
            at += inside_tag(&code[at..], html);
            for (tag, language) in [("<script", "javascript"), ("<style", "css")] {
                if rest[..name].eq_ignore_ascii_case(tag) {
                    let end = code[at..].find("</").map_or(code.len(), |end| at + end);
                    Lexer::read(table(language), &code[at..end], html);
                    at = end;
                }
            }
        }
    }
    html.plain(&code[at..]);
}

fn table(language: &str) -> Lexer {
    languages::find(language).map_or(Lexer::Plain, Lexer::Table)
}

/// Whether a tag, a declaration or an instruction begins here.
fn is_tag(text: &str) -> bool {
    let behind = text.strip_prefix('<').map(|it| it.strip_prefix('/').unwrap_or(it));
    behind.is_some_and(|it| it.starts_with(|c: char| c.is_alphabetic() || "!?".contains(c)))
}

fn begins_tag(c: char) -> bool {
    c.is_alphanumeric() || "<!?/-_:.".contains(c)
}

/// Reads up to the end of a tag; gives the length of that.
fn inside_tag(text: &str, html: &mut Html) -> usize {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        match c {
            '<' => return at,
            '>' => {
                html.push("keyword", ">");
                return at + 1;
            }
            '"' | '\'' => match rest[1..].find(c) {
                Some(end) => {
                    html.push("string", &rest[..end + 2]);
                    at += end + 2;
                }
                // There is no other, so nothing behind it is looked for twice.
                None => {
                    html.plain(&rest[..1]);
                    at += 1;
                }
            },
            c if c.is_alphanumeric() => {
                let name = |c: char| c.is_alphanumeric() || "-_:.".contains(c);
                let length = rest.find(|c| !name(c)).unwrap_or(rest.len());
                html.push("attribute", &rest[..length]);
                at += length;
            }
            c => {
                html.plain(&rest[..c.len_utf8()]);
                at += c.len_utf8();
            }
        }
    }
    at
}

/// The length of the `&name;` that `text` begins with.
fn entity(text: &str) -> Option<usize> {
    let name = text.strip_prefix('&')?;
    let length = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '#')?;
    (length > 0 && name[length..].starts_with(';')).then_some(length + 2)
}

/// Markdown by its lines: what makes blocks has a colour, and code has its own.
pub fn markdown(code: &str, html: &mut Html) {
    let mut rest = code;
    if let Some((front, body)) = front_matter(code) {
        Lexer::read(table("yaml"), front, html);
        rest = body;
    }
    while let Some(line) = rest.split_inclusive('\n').next() {
        rest = &rest[line.len()..];
        let text = line.trim_end_matches(['\n', '\r']);
        let content = text.trim_start_matches([' ', '\t', '>']);
        html.plain(&text[..text.len() - content.len()]);
        let fence = content.len() - content.trim_start_matches(['`', '~']).len();
        if fence >= 3 && !content[fence..].contains('`') {
            html.push("attribute", content);
            html.plain(&line[text.len()..]);
            rest = &rest[fenced(&content[..fence], &content[fence..], rest, html)..];
            continue;
        }
        let hashes = content.len() - content.trim_start_matches('#').len();
        if (1..=6).contains(&hashes) && content[hashes..].starts_with(' ') {
            html.push("keyword", content);
        } else if content.starts_with(":::") {
            html.push("attribute", content);
        } else {
            inline(content, html);
        }
        html.plain(&line[text.len()..]);
    }
}

/// The front matter that a text begins with, and what follows.
fn front_matter(code: &str) -> Option<(&str, &str)> {
    let body = code.strip_prefix("---\n")?;
    let end = body.find("\n---\n").map(|end| end + "\n---\n".len());
    let end = end.or_else(|| body.ends_with("\n---").then_some(body.len()))?;
    Some(code.split_at("---\n".len() + end))
}

/// Reads the lines of a fence, up to what closes it; gives their length.
fn fenced(fence: &str, info: &str, text: &str, html: &mut Html) -> usize {
    let closes = |line: &str| {
        let line = line.trim().as_bytes();
        line.len() >= fence.len() && line.iter().all(|sign| *sign == fence.as_bytes()[0])
    };
    let mut end = 0;
    let mut closer = None;
    for line in text.split_inclusive('\n') {
        if closes(line) {
            closer = Some(line);
            break;
        }
        end += line.len();
    }
    let name = info.trim_start_matches([' ', '{', '.']);
    let name = &name[..name.find(|c: char| !c.is_alphanumeric()).unwrap_or(name.len())];
    // A lesson in a lesson in a lesson is told no further.
    match lexer(name).filter(|it| !matches!(it, Lexer::Markdown)) {
        Some(lexer) => pieces(lexer, &text[..end], html),
        None => html.plain(&text[..end]),
    }
    let closer = closer.unwrap_or_default();
    let sign = closer.trim_end_matches(['\n', '\r']);
    html.push("attribute", sign);
    html.plain(&closer[sign.len()..]);
    end + closer.len()
}

/// A line's code, and its comments.
fn inline(line: &str, html: &mut Html) {
    let mut at = 0;
    while let Some(found) = line[at..].find(['`', '<']) {
        html.plain(&line[at..at + found]);
        at += found;
        let rest = &line[at..];
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        let (length, class) = if ticks > 0 {
            let end = rest[ticks..].find(&rest[..ticks]).map(|end| end + 2 * ticks);
            (end.unwrap_or(ticks), end.map(|_| "string"))
        } else if rest.starts_with("<!--") {
            (rest.find("-->").map_or(rest.len(), |end| end + 3), Some("comment"))
        } else {
            (1, None)
        };
        match class {
            Some(class) => html.push(class, &rest[..length]),
            None => html.plain(&rest[..length]),
        }
        at += length;
    }
    html.plain(&line[at..]);
}
