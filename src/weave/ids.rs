//! Identifiers for headings, as pandoc makes them, and as GitHub does where that differs.

use std::collections::{HashMap, HashSet};

use super::{escape::escape, glossary};
use crate::model::{
    course::{Block, BlockKind, DivKind, Inline, Lesson, plain_text, walk},
    source::Span,
};

/// The identifiers of one page: each stands on it once.
///
/// What authors give is theirs. Headings and titled divs get the identifier that pandoc would make,
/// and answer to GitHub's too where nothing else on the page does.
///
/// Sources: the Pandoc user's guide, "Extension: `auto_identifiers`" and
/// "`gfm_auto_identifiers`".
#[derive(Debug, Default)]
pub struct Identifiers {
    /// By the span of a heading's block, or of a div's opener.
    by_span: HashMap<Span, (String, Option<String>)>,
}

/// An identifier that the theme itself uses on every page, and one that it uses on the landing page.
const THEME: [&str; 2] = ["page-text", "schedule"];

impl Identifiers {
    /// Those of a lesson, in the order of its text, wherever on the page its parts are shown.
    pub fn of(lesson: &Lesson) -> Self {
        let theme = if lesson.name == "index" { &THEME[..] } else { &THEME[..1] };
        let mut taken: HashSet<String> = theme.iter().map(|id| (*id).to_owned()).collect();
        let (mut diagrams, mut footnotes) = (0, 0);
        let mut named = vec![];
        walk(&lesson.blocks, &mut |block| match &block.kind {
            BlockKind::Heading(heading) => {
                named.push((block.span, &heading.attributes, Some(&heading.content)));
            }
            BlockKind::Div(div) => {
                let title = div.title.as_ref();
                // Challenges are linked from the page of all exercises.
                let is_challenge = div.kind == Some(DivKind::Challenge);
                let has_anchor = div.attributes.id.is_some() || title.is_some() || is_challenge;
                named.extend(has_anchor.then_some((div.opener, &div.attributes, title)));
            }
            BlockKind::Code(chunk) if chunk.language.as_deref() == Some("mermaid") => {
                diagrams += 1;
                taken.insert(format!("diagram-{diagrams}"));
            }
            BlockKind::Code(chunk) if chunk.is_plot() => taken.extend(chunk.attributes.id.clone()),
            BlockKind::Code(chunk) => {
                taken.extend(chunk.name().filter(|id| id.starts_with("lst-")).map(str::to_owned));
            }
            BlockKind::Footnote { .. } => {
                footnotes += 1;
                taken.extend([format!("fn-{footnotes}"), format!("fnref-{footnotes}")]);
            }
            _ => {}
        });
        walk(&lesson.blocks, &mut |block| in_inlines(block, &mut taken));
        taken.extend(glossary::taken(lesson));

        let mut numbers = HashMap::new();
        let mut ids = Self::default();
        // Given ones first: one that is made never takes another's, wherever that stands.
        for (span, attributes, _) in &named {
            if let Some(id) = &attributes.id {
                let id = first_free(id, &taken, &mut numbers);
                taken.insert(id.clone());
                ids.by_span.insert(*span, (id, None));
            }
        }
        let mut made = vec![];
        for (span, _, content) in named.iter().filter(|(_, attributes, _)| attributes.id.is_none())
        {
            let text = content.map_or("challenge".to_owned(), |content| plain_text(content));
            let id = first_free(&pandoc(&text), &taken, &mut numbers);
            taken.insert(id.clone());
            ids.by_span.insert(*span, (id, None));
            made.push((*span, text));
        }
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (span, text) in made {
            let form = github(&text);
            let count = seen.entry(form.clone()).or_default();
            let form = if *count == 0 { form } else { format!("{form}-{count}") };
            *count += 1;
            if !form.is_empty() && taken.insert(form.clone()) {
                ids.by_span.entry(span).and_modify(|(_, also)| *also = Some(form));
            }
        }
        ids
    }

    /// The identifier of a heading or div, empty where it has none, and an anchor for the other
    /// form where it has one.
    pub fn at(&self, span: Span) -> (String, String) {
        let Some((id, also)) = self.by_span.get(&span) else { return Default::default() };
        let also = also.as_ref().map(|also| format!("<span id=\"{}\"></span>", escape(also)));
        (id.clone(), also.unwrap_or_default())
    }
}

/// Identifiers in the text of a block: those of bracketed spans, and in HTML.
fn in_inlines(block: &Block, taken: &mut HashSet<String>) {
    match &block.kind {
        BlockKind::Html(html) => in_html(html, taken),
        BlockKind::Paragraph(inlines) | BlockKind::Plain(inlines) => of_inlines(inlines, taken),
        BlockKind::Heading(heading) => of_inlines(&heading.content, taken),
        BlockKind::Table(table) => {
            table.caption.iter().for_each(|caption| of_inlines(caption, taken));
        }
        BlockKind::Definitions(definitions) => {
            definitions.iter().for_each(|definition| of_inlines(&definition.term, taken));
        }
        _ => {}
    }
}

fn of_inlines(inlines: &[Inline], taken: &mut HashSet<String>) {
    for inline in inlines {
        match inline {
            Inline::Html(html) => in_html(html, taken),
            Inline::Image(image) => taken.extend(image.attributes.id.clone()),
            Inline::Bracketed(bracketed) => {
                taken.extend(bracketed.attributes.id.clone());
                of_inlines(&bracketed.content, taken);
            }
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content) => of_inlines(content, taken),
            Inline::Link(link) => of_inlines(&link.content, taken),
            _ => {}
        }
    }
}

fn in_html(html: &str, taken: &mut HashSet<String>) {
    for (at, _) in html.match_indices("id=") {
        let value = &html[at + "id=".len()..];
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let id = match quote {
            Some(quote) => value[1..].split(quote).next(),
            None => value.split([' ', '>', '/']).next(),
        };
        taken.extend(id.filter(|id| !id.is_empty()).map(str::to_owned));
    }
}

/// The identifier, with a number behind it where it is taken. `numbers` says how far they were
/// tried.
fn first_free(id: &str, taken: &HashSet<String>, numbers: &mut HashMap<String, usize>) -> String {
    if !taken.contains(id) {
        return id.to_owned();
    }
    let number = numbers.entry(id.to_owned()).or_default();
    loop {
        *number += 1;
        let numbered = format!("{id}-{number}");
        if !taken.contains(&numbered) {
            return numbered;
        }
    }
}

/// As pandoc makes it of a heading's text.
pub fn pandoc(text: &str) -> String {
    let lower: String = text.chars().flat_map(char::to_lowercase).collect();
    let kept: String = lower
        .chars()
        .filter(|c| c.is_alphanumeric() || c.is_whitespace() || "_-.".contains(*c))
        .collect();
    let words = kept.split_whitespace().collect::<Vec<_>>().join("-");
    let slug = words.trim_start_matches(|c: char| !c.is_alphabetic() || c.is_numeric());
    if slug.is_empty() { "section".to_owned() } else { slug.to_owned() }
}

fn github(text: &str) -> String {
    let lower = text.trim().chars().flat_map(char::to_lowercase);
    let kept = lower.filter(|c| c.is_alphanumeric() || c.is_whitespace() || "_-".contains(*c));
    kept.map(|c| if c.is_whitespace() { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{github, pandoc};

    #[test]
    fn identifiers_are_made_as_pandoc_and_as_github_make_them() {
        for (text, id, other) in [
            ("Heading identifiers in HTML", "heading-identifiers-in-html", ""),
            ("Maître d'hôtel", "maître-dhôtel", ""),
            ("*Dogs*?--in *my* house?", "dogs--in-my-house", ""),
            ("3. Applications", "applications", "3-applications"),
            ("Version 1.2", "version-1.2", "version-12"),
            ("Cats & dogs", "cats-dogs", "cats--dogs"),
            ("33", "section", "33"),
        ] {
            assert_eq!(pandoc(text), id);
            assert_eq!(github(text), if other.is_empty() { id } else { other });
        }
    }
}
