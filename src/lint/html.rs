//! Links and images that an author wrote as HTML.

use crate::model::{
    course::{Block, BlockKind, Inline, walk as walk_blocks},
    source::{Sources, Span},
    walk,
};

/// One opening tag.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    pub span: Span,
    /// In lower case: `img`.
    pub name: String,
    /// Names in lower case; the value of one without any is empty.
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Every opening tag of a lesson's HTML, but for scripts and the like, whose text is no markup.
pub fn tags(blocks: &[Block], sources: &Sources) -> Vec<Tag> {
    let mut tags = vec![];
    let mut read = |block: &Block, html: &str| {
        let lower = html.to_ascii_lowercase();
        if !["<script", "<style", "<pre", "<textarea"].iter().any(|tag| lower.contains(tag)) {
            // The tree knows the place of the block only.
            let text = sources.text(block.span);
            let mut read = 0;
            tags.extend(of_html(html).map(|(written, name, attributes)| {
                let span = text[read..].find(written).map_or(block.span, |at| {
                    let start = block.span.start + read + at;
                    read += at + written.len();
                    Span { start, end: start + written.len(), ..block.span }
                });
                Tag { span, name, attributes }
            }));
        }
    };
    walk_blocks(blocks, &mut |block| {
        if let BlockKind::Html(html) = &block.kind {
            read(block, html);
        }
    });
    walk::inlines(blocks, &mut |block, inline| {
        if let Inline::Html(html) = inline {
            read(block, html);
        }
    });
    tags
}

type Read<'a> = (&'a str, String, Vec<(String, String)>);

fn of_html(html: &str) -> impl Iterator<Item = Read<'_>> {
    html.match_indices('<').filter_map(|(at, _)| {
        let rest = &html[at + 1..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric())?;
        (length > 0).then_some(())?;
        let (name, mut rest) = rest.split_at(length);
        let mut attributes = vec![];
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if let Some(after) = rest.strip_prefix('>') {
                let written = &html[at..html.len() - after.len()];
                return Some((written, name.to_ascii_lowercase(), attributes));
            }
            let end = rest.find(|c: char| c.is_whitespace() || "=<>/".contains(c))?;
            let (key, after) = rest.split_at(end);
            let (value, after) = match after.trim_start().strip_prefix('=') {
                Some(after) => value(after.trim_start())?,
                // Each round reads something.
                None if key.is_empty() => return None,
                None => ("", after),
            };
            attributes.push((key.to_ascii_lowercase(), value.replace("&amp;", "&")));
            rest = after;
        }
    })
}

/// The value that a text begins with, and what follows it.
fn value(text: &str) -> Option<(&str, &str)> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => text[1..].split_once(quote),
        _ => Some(text.split_at(text.find(|c: char| c.is_whitespace() || c == '>')?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_browsers_read_them() {
        let html =
            "a < b <IMG src=fig/a.png alt='x > \"y\"' hidden/><a\nhref = \"b?x&amp;y\">c</a>";
        let tags: Vec<String> = of_html(html)
            .map(|(written, name, attributes)| format!("{} {name} {attributes:?}", written.len()))
            .collect();
        assert_eq!(
            tags,
            [
                r#"41 img [("src", "fig/a.png"), ("alt", "x > \"y\""), ("hidden", "")]"#,
                r#"22 a [("href", "b?x&y")]"#,
            ]
        );
    }

    #[test]
    fn what_has_no_end_is_no_tag() {
        for html in
            ["<", "<img", "<img src", "<img src=", "<img src='a>", "<é>", "<img =", "<a <b", "</a>"]
        {
            assert_eq!(of_html(html).count(), 0, "{html}");
        }
    }
}
