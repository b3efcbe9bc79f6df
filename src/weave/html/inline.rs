//! What stands within a line: words, links, terms, formulas, footnotes.

use serde::Serialize;

use super::{Body, attributes::attributes, figures::sized};
use crate::{
    model::{
        course::{Attributes, Bracketed, Inline, Link, plain_text},
        diagnostic::Diagnostic,
        source::Span,
    },
    weave::{escape::escape, glossary, highlight::highlight},
};

/// The longest word of code that is kept in one line: it fits on any telephone.
const LONGEST_WHOLE: usize = 24;

impl<'a> Body<'a> {
    /// What stands in the place of a text that shows a measured value.
    pub(super) fn shown(&self, span: Span) -> Option<&'a str> {
        self.record?.shown.get(&span).map(String::as_str)
    }

    pub(super) fn footnotes(&mut self) -> String {
        let mut html = String::new();
        let mut index = 0;
        // A footnote may refer to further ones, which are then added behind it.
        while let Some(label) = self.footnotes.get(index).cloned() {
            index += 1;
            let blocks = self.definitions.get(&label).copied().unwrap_or_default();
            let body = self.blocks(blocks);
            let label = self.word("back_to_text");
            let back = format!("<a href=\"#fnref-{index}\" aria-label=\"{label}\">↩</a>");
            // At the end of the last line, unless that is code or a list.
            let body = match body.trim_end().strip_suffix("</p>") {
                Some(text) => format!("{text}\u{a0}{back}</p>"),
                None => format!("{body}<p>{back}</p>"),
            };
            html.push_str(&format!("<li id=\"fn-{index}\">{body}</li>\n"));
        }
        if html.is_empty() {
            return html;
        }
        let label = self.word("footnotes");
        format!(
            "<div class=\"footnotes\" role=\"group\" aria-label=\"{label}\">\n<ol>\n{html}</ol>\n</div>\n"
        )
    }

    pub(super) fn inlines(&mut self, inlines: &[Inline]) -> String {
        let mut html = String::new();
        for inline in inlines {
            self.inline(inline, &mut html);
        }
        html
    }

    fn inline(&mut self, inline: &Inline, html: &mut String) {
        let mut around = |body: &mut Self, tag: &str, content: &[Inline]| {
            let content = body.inlines(content);
            html.push_str(&format!("<{tag}>{content}</{tag}>"));
        };
        match inline {
            Inline::Text(text) => html.push_str(&escape(text)),
            Inline::Emphasis(content) => around(self, "em", content),
            Inline::Strong(content) => around(self, "strong", content),
            Inline::Strikethrough(content) => around(self, "del", content),
            Inline::Superscript(content) => around(self, "sup", content),
            Inline::Subscript(content) => around(self, "sub", content),
            Inline::Code { text, attributes: given } => {
                let given = given.as_deref().cloned().unwrap_or_default();
                let language = given.classes.first().map(String::as_str);
                // The language is said by the colours.
                let classes = given.classes.iter().skip(1).cloned();
                let classes = classes.chain(is_whole(text).then(|| "whole".to_owned())).collect();
                let own = attributes(&Attributes { classes, ..given });
                html.push_str(&format!("<code{own}>{}</code>", highlight(language, text)));
            }
            Inline::Bracketed(bracketed) => {
                let Bracketed { span, attributes: given, content } = &**bracketed;
                if given.has_class("term") {
                    html.push_str(&self.term(*span, given.get("term"), content));
                    return;
                }
                let own = attributes(given);
                let inner = match self.shown(*span) {
                    Some(measured) => escape(measured),
                    None => self.inlines(content),
                };
                match &content[..] {
                    [Inline::Link(_)] => {
                        html.push_str(&inner.replacen("<a", &format!("<a{own}"), 1))
                    }
                    _ => html.push_str(&format!("<span{own}>{inner}</span>")),
                }
            }
            Inline::Link(link) => {
                let Link { target, title, content, .. } = &**link;
                let page = self.links.page(self.lesson, target);
                let href = escape(&page);
                let content = self.inlines(content);
                if let Some(term) = self.links.glossary.at(&page) {
                    html.push_str(&self.explained(&page, &term.meaning, content));
                    return;
                }
                html.push_str(&format!("<a href=\"{href}\"{}>{content}</a>", title_of(title)));
            }
            Inline::Image(image) => {
                let src = escape(&self.links.image(self.lesson, self.record, &image.target));
                let (alt, title) = (escape(&self.alt(image)), title_of(&image.title));
                let without_alt = image.attributes.pairs.iter().filter(|(key, _)| key != "alt");
                let own = attributes(&Attributes {
                    pairs: without_alt.cloned().collect(),
                    ..image.attributes.clone()
                });
                let is_sized =
                    ["width", "height"].iter().any(|it| image.attributes.get(it).is_some());
                let size = self.links.size(self.lesson, self.record, &image.target);
                let size = sized(size.filter(|_| !is_sized));
                html.push_str(&format!(
                    "<img src=\"{src}\" alt=\"{alt}\"{title}{own}{size} loading=\"lazy\">"
                ));
            }
            Inline::Math { span, tex, display } => html.push_str(&self.math(*span, tex, *display)),
            Inline::FootnoteReference { label, .. } => html.push_str(&self.reference(label)),
            Inline::Reference { span, id } => match self.figures.resolve(id, *span) {
                Ok((url, text)) => {
                    html.push_str(&format!("<a href=\"{}\">{}</a>", escape(&url), escape(&text)));
                }
                Err(diagnostic) => {
                    self.diagnostics.push(*diagnostic);
                    html.push_str(&escape(self.sources.text(*span)));
                }
            },
            Inline::Html(raw) => html.push_str(&self.links.html(self.lesson, raw)),
            Inline::SoftBreak => html.push('\n'),
            Inline::HardBreak => html.push_str("<br>\n"),
        }
    }

    /// A term that the glossary explains, and that `[this]{.term}` names; or else `asked`.
    fn term(&mut self, span: Span, asked: Option<&str>, content: &[Inline]) -> String {
        let text = asked.map_or_else(|| plain_text(content), str::to_owned);
        let content = self.inlines(content);
        let glossary = &self.links.glossary;
        if let Some((id, term)) = glossary.find(&text) {
            return self.explained(&glossary::link(id), &term.meaning, content);
        }
        let message = format!("the glossary does not explain `{text}`");
        let hint = match glossary.near(&text) {
            Some(near) => format!("did you mean `{near}`? Say so: `{{.term term=\"{near}\"}}`"),
            None => "define it in `learners/reference.md`: the term on a line, then `: ` and what it means".to_owned(),
        };
        self.diagnostics.push(Diagnostic::warning("unknown-term", message).at(span, "").hint(hint));
        content
    }

    fn explained(&mut self, url: &str, meaning: &str, content: String) -> String {
        #[derive(Serialize)]
        struct Term<'c> {
            url: &'c str,
            meaning: &'c str,
            content: String,
            id: String,
        }
        self.terms += 1;
        let id = format!("meaning-{}", self.terms);
        let whole = Span { source: self.lesson.source, start: 0, end: 0 };
        let html = self.render("term.html", &Term { url, meaning, content, id }, whole);
        html.trim_end().to_owned()
    }

    fn math(&mut self, span: Span, tex: &str, display: bool) -> String {
        match self.formulas.render(tex, display, &mut self.macros) {
            Ok(mathml) => mathml,
            Err(error) => {
                let source = self.sources.text(span);
                let start = span.start + source.find(tex).unwrap_or(0) + error.range.start;
                let end = (start + error.range.len()).min(span.end);
                let place = Span { start: start.min(end), end, ..span };
                self.diagnostics.push(Diagnostic::error("math", error.message).at(place, "here"));
                format!("<code>{}</code>", escape(source))
            }
        }
    }

    fn reference(&mut self, label: &str) -> String {
        let index = self.footnotes.iter().position(|other| other == label);
        let first = index.is_none();
        let index = index.unwrap_or_else(|| {
            self.footnotes.push(label.to_owned());
            self.footnotes.len() - 1
        });
        let number = index + 1;
        let id = if first { format!(" id=\"fnref-{number}\"") } else { String::new() };
        format!(
            "<sup{id}><a href=\"#fn-{number}\" aria-label=\"{} {number}\">{number}</a></sup>",
            self.word("footnote"),
        )
    }
}

/// Whether code is a short word with signs, at which browsers would break the line: `group-tab`.
fn is_whole(code: &str) -> bool {
    let is_sign = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | ':');
    code.chars().count() <= LONGEST_WHOLE
        && !code.contains(char::is_whitespace)
        && code.contains(is_sign)
}

fn title_of(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(title)) }
}
