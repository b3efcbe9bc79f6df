//! What a block of HTML is made of: tags, comments, and text between them, which is markdown.

use std::ops::Range;

/// A part of a block of HTML, by its place there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Tags of blocks, with what stands in such as hide it from markdown.
    Tags(Range<usize>),
    Comment(Range<usize>),
    /// A comment without an end.
    Open(Range<usize>),
    Markdown {
        text: Range<usize>,
        /// Whether a text alone is a paragraph: in a `div` on lines of its own, or before a blank
        /// line.
        is_paragraph: bool,
    },
}

/// Tags whose content is no markdown.
const RAW: [&str; 4] = ["pre", "script", "style", "textarea"];

/// Tags of blocks, as CommonMark lists them. All others may stand within a text.
const BLOCKS: [&str; 59] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "legend",
    "li",
    "link",
    "main",
    "menu",
    "menuitem",
    "nav",
    "noframes",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Tags of HTML that may stand within a text, of those that need an end.
const SPANS: [&str; 28] = [
    "a", "abbr", "audio", "b", "bdi", "bdo", "button", "cite", "code", "data", "del", "dfn", "em",
    "i", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup",
    "u", "video",
];

/// Tags without an end, and those whose end may be left out.
const ENDLESS: [&str; 33] = [
    "area", "base", "body", "br", "caption", "col", "colgroup", "dd", "dt", "embed", "head", "hr",
    "html", "img", "input", "li", "link", "meta", "optgroup", "option", "p", "param", "rp", "rt",
    "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
];

/// A tag that begins or ends an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub range: Range<usize>,
    pub is_end: bool,
    /// Whether no paragraph can hold it.
    pub is_block: bool,
}

/// The tags that need each other, outside of comments and of scripts and their like.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut tags = vec![];
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        at += found;
        let rest = &html[at..];
        if rest.starts_with("<!--") {
            at += rest.find("-->").unwrap_or(rest.len());
            continue;
        }
        let Some((name, length)) = tag(rest) else {
            at += 1;
            continue;
        };
        let range = at..at + length;
        let is_end = rest.starts_with("</");
        // HTML ignores the slash but in what it takes from SVG and MathML.
        let is_html = BLOCKS.contains(&&*name) || RAW.contains(&&*name) || SPANS.contains(&&*name);
        let is_closed = rest[..length].ends_with("/>") && !is_html;
        let is_whole = is_closed || ENDLESS.contains(&&*name);
        at += length;
        if RAW.contains(&&*name) && !is_end {
            at = range.start + raw_text(rest, &name).unwrap_or(rest.len());
        }
        if !is_whole {
            let is_block = BLOCKS.contains(&&*name) || RAW.contains(&&*name);
            tags.push(Tag { name, range, is_end, is_block });
        }
    }
    tags
}

/// Whether an inline's HTML is a tag of a block, which no paragraph can hold.
pub fn is_block(html: &str) -> bool {
    tag(html).is_some_and(|(name, _)| BLOCKS.contains(&&*name))
}

/// Parts a block at its tags; what stands in none of the parts is blank.
pub fn parts(html: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = vec![];
    let (mut done, mut at) = (0, 0);
    let mut is_div = false;
    while let Some(found) = html[at..].find(['<', '`']) {
        at += found;
        let rest = &html[at..];
        if rest.starts_with('`') {
            at += code(rest);
            continue;
        }
        let (end, part) = if let Some(comment) = rest.strip_prefix("<!--") {
            match comment.find("-->") {
                Some(length) => {
                    let end = at + "<!--".len() + length + "-->".len();
                    (end, Part::Comment(at..end))
                }
                None => (html.len(), Part::Open(at..html.len())),
            }
        } else {
            let Some((name, length)) = tag(rest) else {
                at += 1;
                continue;
            };
            let is_raw = RAW.contains(&&*name);
            if !is_raw && !BLOCKS.contains(&&*name) {
                at += length;
                continue;
            }
            let end = if is_raw { at + raw(rest, &name).max(length) } else { at + length };
            (end, Part::Tags(at..end))
        };
        parts.extend(markdown(html, done..at, is_div));
        if let Part::Tags(tags) = &part {
            is_div = tag(&html[tags.clone()]).is_some_and(|(name, _)| name == "div");
        }
        match (parts.last_mut(), part) {
            (Some(Part::Tags(before)), Part::Tags(tags)) => before.end = tags.end,
            (_, part) => parts.push(part),
        }
        (done, at) = (end, end);
    }
    parts.extend(markdown(html, done..html.len(), true));
    parts
}

fn markdown(html: &str, text: Range<usize>, may_be_paragraph: bool) -> Option<Part> {
    let whole = &html[text.clone()];
    let begins_line = whole.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    let is_paragraph = may_be_paragraph && (begins_line || text.end == html.len());
    (!whole.trim().is_empty()).then_some(Part::Markdown { text, is_paragraph })
}

/// The name and the length of the tag that `html` begins with.
fn tag(html: &str) -> Option<(String, usize)> {
    let behind = html.strip_prefix('<')?;
    let behind = behind.strip_prefix('/').unwrap_or(behind);
    let length = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?;
    let (name, mut rest) = behind.split_at(length);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    loop {
        let end = rest.find(['>', '"', '\'', '<'])?;
        let (sign, behind) = rest[end..].split_at(1);
        rest = match sign {
            ">" => return Some((name.to_ascii_lowercase(), html.len() - behind.len())),
            "<" => return None,
            quote => behind.split_once(quote)?.1,
        };
    }
}

/// The length of an element whose content is no markdown.
fn raw(html: &str, name: &str) -> usize {
    let end = |closer: usize| html[closer..].find('>').map(|length| closer + length + 1);
    raw_text(html, name).and_then(end).unwrap_or(html.len())
}

/// Where the closer stands of such an element.
fn raw_text(html: &str, name: &str) -> Option<usize> {
    let closes = |at: &usize| {
        let end = &html.as_bytes()[at + 2..];
        end.get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes()))
    };
    html.match_indices("</").map(|(at, _)| at).find(closes)
}

/// The length of the code that `text` begins with, or of its backticks alone.
fn code(text: &str) -> usize {
    let ticks = text.len() - text.trim_start_matches('`').len();
    let mut at = ticks;
    while let Some(found) = text[at..].find('`') {
        at += found;
        let run = text[at..].len() - text[at..].trim_start_matches('`').len();
        at += run;
        if run == ticks {
            return at;
        }
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each part behind a sign of its kind.
    fn shown(html: &str) -> Vec<String> {
        let shown = parts(html).into_iter().map(|part| match part {
            Part::Tags(range) => format!("t {}", &html[range]),
            Part::Comment(range) => format!("c {}", &html[range]),
            Part::Open(range) => format!("o {}", &html[range]),
            Part::Markdown { text, is_paragraph } => {
                format!("{} {}", if is_paragraph { "p" } else { "m" }, html[text].trim())
            }
        });
        shown.collect()
    }

    #[test]
    fn a_block_is_parted_at_its_tags() {
        assert_eq!(
            shown("<details open><summary>**a** <b>b</b></summary>\nc\n"),
            ["t <details open><summary>", "m **a** <b>b</b>", "t </summary>", "p c"]
        );
        assert_eq!(shown("<div>\n*a*\n</div>"), ["t <div>", "p *a*", "t </div>"]);
        assert_eq!(shown("<DIV title='>'>a</DIV >"), ["t <DIV title='>'>", "m a", "t </DIV >"]);
        assert_eq!(
            shown("<p>`<p>` 1 < 2 <pre>*a* <p></PRE> b"),
            ["t <p>", "m `<p>` 1 < 2", "t <pre>*a* <p></PRE>", "p b"]
        );
        assert_eq!(shown("<!-- <p> --> a <!-- b"), ["c <!-- <p> -->", "m a", "o <!-- b"]);
        assert_eq!(shown("<br>\n*a* <p"), ["p <br>\n*a* <p"]);
    }
}
