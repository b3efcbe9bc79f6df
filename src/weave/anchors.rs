//! A text's HTML as a part of another page.
//!
//! On its own page an id stands once; on a page that shows several texts it would not. There it is
//! `asyncio:what-is-it` instead, of the lesson `asyncio`: no lesson's name has a colon in it, and
//! neither has an id of the theme, so these are unique again.

use std::{collections::HashSet, ops::Range};

/// The text whose HTML is moved, and where to.
pub struct Move<'a> {
    /// The text's name.
    pub name: &'a str,
    /// Where a link to another page leads instead, if it does.
    pub page: &'a dyn Fn(&str) -> Option<String>,
    /// Whether headings go down a level, to stand below the text's title.
    pub deeper: bool,
}

/// The id on a page of several texts. In a drawing it has to be a name as XML has them, which a
/// digit cannot begin.
pub fn id(name: &str, id: &str) -> String {
    let mark = if name.starts_with(char::is_alphabetic) { "" } else { "_" };
    format!("{mark}{name}:{id}")
}

/// HTML with its ids made those of a page of several texts, and all that refers to them too. What
/// is referred to and stands on the text's own page only leads there.
pub fn moved(html: &str, to: &Move) -> String {
    let tags = tags(html);
    let attributes = || tags.iter().flat_map(|tag| &tag.attributes);
    let ids: HashSet<&str> = attributes()
        .filter(|attribute| html[attribute.name.clone()].eq_ignore_ascii_case("id"))
        .map(|attribute| &html[attribute.value.clone()])
        .collect();
    let mut edits: Vec<(Range<usize>, String)> = vec![];
    for tag in &tags {
        let level =
            html[tag.name.clone()].strip_prefix(['h', 'H']).and_then(|it| it.parse::<u8>().ok());
        if let Some(level @ 1..=5) = level.filter(|_| to.deeper) {
            edits.push((tag.name.clone(), format!("h{}", level + 1)));
        }
        for attribute in &tag.attributes {
            let value = &html[attribute.value.clone()];
            let new = match html[attribute.name.clone()].to_ascii_lowercase().as_str() {
                "id" | "name" => Some(id(to.name, value)),
                "for" | "headers" | "list" | "aria-labelledby" | "aria-describedby"
                | "aria-controls" => {
                    let words = value.split_whitespace().map(|word| id(to.name, word));
                    Some(words.collect::<Vec<_>>().join(" "))
                }
                "href" | "xlink:href" => match value.strip_prefix('#') {
                    Some(fragment) if ids.contains(fragment) => {
                        Some(format!("#{}", id(to.name, fragment)))
                    }
                    Some(fragment) => Some(format!("{}.html#{fragment}", to.name)),
                    None => (to.page)(value),
                },
                // A marker or a clip path of a drawing.
                _ => value
                    .contains("url(#")
                    .then(|| value.replace("url(#", &format!("url(#{}", id(to.name, "")))),
            };
            edits.extend(new.map(|new| (attribute.value.clone(), new)));
        }
    }
    let mut out = String::with_capacity(html.len() + 16 * edits.len());
    let mut done = 0;
    for (range, text) in edits {
        out.push_str(&html[done..range.start]);
        out.push_str(&text);
        done = range.end;
    }
    out + &html[done..]
}

/// A tag by its places in the HTML.
struct Tag {
    name: Range<usize>,
    attributes: Vec<Attribute>,
}

struct Attribute {
    name: Range<usize>,
    /// Without its quotes.
    value: Range<usize>,
}

/// Elements whose content is no markup.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

/// Every tag with its attributes that have values, in the order of the text.
fn tags(html: &str) -> Vec<Tag> {
    let mut tags = vec![];
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let start = at + found + 1;
        let rest = &html[start..];
        if let Some(comment) = rest.strip_prefix("!--") {
            at = comment.find("-->").map_or(html.len(), |end| start + 3 + end);
            continue;
        }
        let name_start = start + usize::from(rest.starts_with('/'));
        let name = &html[name_start..];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            at = start;
            continue;
        }
        let end = name.find(|c: char| c.is_whitespace() || "/>".contains(c)).unwrap_or(name.len());
        let name = name_start..name_start + end;
        let (attributes, end) = attributes(html, name.end);
        at = end;
        let is_raw = name_start == start
            && RAW.iter().any(|raw| html[name.clone()].eq_ignore_ascii_case(raw));
        if is_raw {
            let closer = format!("</{}", &html[name.clone()].to_ascii_lowercase());
            let rest = html[at..].to_ascii_lowercase();
            at += rest.find(&closer).unwrap_or(rest.len());
        }
        tags.push(Tag { name, attributes });
    }
    tags
}

/// The attributes of a tag, and where it ends.
fn attributes(html: &str, mut at: usize) -> (Vec<Attribute>, usize) {
    let mut found = vec![];
    let until = |at: usize, stop: &dyn Fn(char) -> bool| {
        html[at..].find(stop).map_or(html.len(), |end| at + end)
    };
    loop {
        at = until(at, &|c| !c.is_whitespace() && c != '/');
        match html[at..].chars().next() {
            None => return (found, at),
            Some('>') => return (found, at + 1),
            Some(_) => {}
        }
        // One character at least: a name may begin with `=`, by the rules of browsers.
        let first = at + html[at..].chars().next().map_or(0, char::len_utf8);
        let name = at..until(first, &|c| c.is_whitespace() || "=/>".contains(c));
        at = until(name.end, &|c| !c.is_whitespace());
        if !html[at..].starts_with('=') {
            continue;
        }
        at = until(at + 1, &|c| !c.is_whitespace());
        let quote = html[at..].chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => at + 1..until(at + 1, &|c| c == quote),
            None => at..until(at, &|c| c.is_whitespace() || c == '>'),
        };
        at = (value.end + usize::from(quote.is_some())).min(html.len());
        found.push(Attribute { name, value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_a(html: &str) -> String {
        let page = |link: &str| link.strip_suffix(".html").map(|name| format!("#{name}:"));
        moved(html, &Move { name: "a", page: &page, deeper: true })
    }

    #[test]
    fn ids_and_what_refers_to_them_move_together() {
        for (own, there) in [
            ("<h2 id=\"x\">x</h2>", "<h3 id=\"a:x\">x</h3>"),
            ("<p ID='x'><a href='#x'>", "<p ID='a:x'><a href='#a:x'>"),
            ("<a href=\"#gone\">", "<a href=\"a.html#gone\">"),
            ("<a href=\"b.html\"><a href=\"c.png\">", "<a href=\"#b:\"><a href=\"c.png\">"),
            ("<svg aria-labelledby=\"t d\">", "<svg aria-labelledby=\"a:t a:d\">"),
            ("<path marker-end=\"url(#m)\"/>", "<path marker-end=\"url(#a:m)\"/>"),
            ("<i id=x>", "<i id=a:x>"),
        ] {
            assert_eq!(of_a(own), there);
        }
    }

    #[test]
    fn what_is_no_tag_stays_as_it_is() {
        for html in [
            "<!-- <p id=\"x\"> -->",
            "<code>&lt;p id=\"x\"&gt;</code>",
            "<script>\"<p id='x'>\"</script>",
            "1 < 2 id=\"x\"",
            "<",
            "<a",
            "<a href",
            "<a href=",
            "<a href='",
            "</",
            "<π id=\"x\">",
            "<style>#x::after { content: '<h2 id=x>' }",
        ] {
            assert_eq!(of_a(html), html);
        }
    }
}
