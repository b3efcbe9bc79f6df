//! The parser's events to inlines, with what pandoc adds to CommonMark: attributes behind images,
//! code, links and bracketed spans, and sub- and superscripts within words.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, LinkType, Tag};

use super::attributes;
use super::chunk::{as_text, bad_attributes};
use super::link;
use super::mask::unmask;
use super::tree::{Tree, ends_inlines};
use crate::model::course::{Attributes, Bracketed, Image, Inline, Link, plain_text};
use crate::model::diagnostic::Diagnostic;

/// Reads inlines up to the block's end, which is not consumed; gives them and where they end.
pub fn inlines(tree: &mut Tree) -> (Vec<Inline>, usize) {
    let count = tree.elements.count();
    let (mut inlines, end) = run(tree);
    push_html(&mut inlines, tree.elements.end_text(count));
    // Blanks are left at the edges where attributes or a comment stood.
    while matches!(inlines.last(), Some(Inline::SoftBreak | Inline::HardBreak))
        || trim(inlines.last_mut(), str::trim_end)
    {
        inlines.pop();
    }
    while matches!(inlines.first(), Some(Inline::SoftBreak | Inline::HardBreak))
        || trim(inlines.first_mut(), str::trim_start)
    {
        inlines.remove(0);
    }
    (inlines, end)
}

/// Pushes HTML, if there is any.
pub fn push_html(inlines: &mut Vec<Inline>, html: String) {
    inlines.extend((!html.is_empty()).then_some(Inline::Html(html)));
}

/// Trims a text; says whether nothing is left of it.
fn trim(inline: Option<&mut Inline>, trimmed: fn(&str) -> &str) -> bool {
    let Some(Inline::Text(text)) = inline else { return false };
    let kept = trimmed(text);
    if kept.len() < text.len() {
        *text = kept.to_string();
    }
    text.is_empty()
}

/// What was read so far of a run of inlines.
#[derive(Default)]
struct Run {
    inlines: Vec<Inline>,
    /// The text at the end, not yet searched for scripts, and the bytes of it that were escaped.
    text: String,
    escaped: Vec<usize>,
    brackets: Vec<Bracket>,
    /// Where text in brackets stands in the source that was the last to be closed.
    bracketed: Range<usize>,
}

/// A `[` that is no link's.
struct Bracket {
    place: Place,
    /// Where it stands in the source.
    at: usize,
    /// How deep those stand in each other that were closed behind it.
    depth: usize,
}

/// Where a bracket stands in its run.
#[derive(Clone, Copy)]
enum Place {
    /// In the text at the end.
    Text(usize),
    /// Among the inlines, as one of its own.
    Inline(usize),
}

impl Run {
    fn push(&mut self, inline: Inline) {
        self.flush();
        self.inlines.push(inline);
    }

    fn push_text(&mut self, text: &str, escaped: bool) {
        if escaped {
            self.escaped.push(self.text.len());
        }
        self.text.push_str(text);
    }

    fn flush(&mut self) {
        let (text, escaped) = (std::mem::take(&mut self.text), std::mem::take(&mut self.escaped));
        let first = self.brackets.partition_point(|it| matches!(it.place, Place::Inline(_)));
        let mut done = 0;
        for bracket in &mut self.brackets[first..] {
            // What may become its content must be told from what stands before it.
            let Place::Text(at) = bracket.place else { continue };
            let escaped = moved(&escaped, done..at, 0).collect();
            search(text[done..at].to_string(), escaped, &mut self.inlines);
            bracket.place = Place::Inline(self.inlines.len());
            self.inlines.push(Inline::Text("[".to_string()));
            done = at + 1;
        }
        if done == 0 {
            search(text, escaped, &mut self.inlines);
        } else {
            let escaped = moved(&escaped, done..text.len(), 0).collect();
            search(text[done..].to_string(), escaped, &mut self.inlines);
        }
    }

    /// Takes out a bracket and what stands behind it, and gives the latter.
    fn behind(&mut self, bracket: Place) -> Run {
        match bracket {
            Place::Text(at) => {
                let text = self.text.split_off(at + 1);
                self.text.pop();
                let escaped = moved(&self.escaped, at + 1..usize::MAX, 0).collect();
                self.escaped.retain(|escaped| *escaped < at);
                Run { text, escaped, ..Run::default() }
            }
            Place::Inline(index) => {
                self.flush();
                let inlines = self.inlines.split_off(index + 1);
                self.inlines.pop();
                Run { inlines, ..Run::default() }
            }
        }
    }

    /// Takes out the `^` of a footnote, unless it was taken for the beginning of a superscript.
    fn drop_caret(&mut self) {
        if self.text.ends_with('^') {
            self.text.pop();
        } else if let Some(Inline::Text(before)) = self.inlines.last_mut()
            && self.text.is_empty()
            && before.ends_with('^')
        {
            before.pop();
        }
    }

    fn finish(mut self) -> Vec<Inline> {
        // What is open now is text.
        self.brackets.clear();
        self.flush();
        self.inlines.dedup_by(|inline, before| match (before, inline) {
            (Inline::Text(before), Inline::Text(text)) => {
                before.push_str(text);
                true
            }
            _ => false,
        });
        self.inlines.shrink_to_fit();
        self.inlines
    }
}

/// Pushes a text with what pandoc sees in it.
fn search(text: String, escaped: Vec<usize>, out: &mut Vec<Inline>) {
    if !text.is_empty() {
        let (text, escaped) = emoji(text, escaped);
        scripts(text, &escaped, out);
    }
}

/// Reads up to an end that belongs to somebody else.
fn run(tree: &mut Tree) -> (Vec<Inline>, usize) {
    let mut run = Run::default();
    let mut flattened = 0;
    let mut end = 0;
    while let Some((event, range)) = tree.peek() {
        let is_end = matches!(event, Event::End(_));
        if ends_inlines(event) || (is_end && flattened == 0) {
            break;
        }
        end = end.max(range.end);
        let Some((event, range)) = tree.next() else { break };
        let (before, after) = unattributed(tree, &range);
        let left = before.len() + after.len();
        match event {
            Event::End(_) => flattened -= 1,
            _ if left == 0 && !range.is_empty() => {
                if let Event::Start(_) = event {
                    tree.deeper(range, |tree| {
                        self::run(tree);
                        tree.next();
                    });
                }
            }
            Event::Start(tag) => {
                let inline = tree.deeper(range.clone(), |tree| {
                    let outer = tree.in_link;
                    tree.in_link |= matches!(tag, Tag::Link { .. } | Tag::Image { .. });
                    let container = tree.elements.enter();
                    let (mut content, _) = self::run(tree);
                    push_html(&mut content, tree.elements.leave(container));
                    tree.in_link = outer;
                    tree.next();
                    spanning(tree, tag, range, content)
                });
                match inline {
                    Some(inlines) => inlines.into_iter().for_each(|inline| run.push(inline)),
                    None => flattened += 1,
                }
            }
            // The edge of attributes lies within it: what remains is text, whatever it was.
            _ if left < range.len() => {
                let text = tree.passage.text;
                run.push_text(&text[before], false);
                push_linked(tree, &mut run, &text[after.clone()], after, false);
            }
            Event::Text(text) => push_text(tree, &mut run, &unmask(text), range),
            Event::Code(text) => {
                let attributes = attributes_at(tree, range.end, false).map(Box::new);
                run.push(Inline::Code { text: unmask(text).into_string(), attributes });
            }
            Event::InlineHtml(html) if html.starts_with("<!--") => {}
            Event::InlineHtml(html) => {
                let span = tree.span(range);
                run.push(Inline::Html(tree.elements.read(&unmask(html), |_| span)));
            }
            Event::InlineMath(tex) => run.push(math(tree, tex, range, false)),
            Event::DisplayMath(tex) => run.push(math(tree, tex, range, true)),
            Event::FootnoteReference(label) => {
                let (span, label) = (tree.span(range.clone()), unmask(label).into_string());
                if tree.around.definitions.has_note(&label) {
                    run.push(Inline::FootnoteReference { span, label });
                } else {
                    undefined_label(tree, &(0..0), range.clone());
                    run.push_text(&tree.passage.text[range], false);
                }
            }
            Event::SoftBreak => run.push(Inline::SoftBreak),
            Event::HardBreak => run.push(Inline::HardBreak),
            Event::TaskListMarker(done) => tree.task = Some(done),
            Event::Rule | Event::Html(_) => {}
        }
    }
    unclosed_notes(tree, &run.brackets);
    (run.finish(), end)
}

/// Tells of footnotes that begin, `^[`, and have no end.
fn unclosed_notes(tree: &mut Tree, open: &[Bracket]) {
    for at in open.iter().map(|bracket| bracket.at) {
        if is_note(&tree.passage.text[..at]) {
            let diagnostic = Diagnostic::warning("unclosed-note", "this footnote is never closed");
            tree.diagnostics.push(
                diagnostic
                    .at(tree.span(at - 1..at + 1), "this is text")
                    .hint("close it with `]` in the same paragraph; a caret is written `\\^`"),
            );
        }
    }
}

/// Whether a bracket behind that text begins a footnote.
pub fn is_note(before: &str) -> bool {
    before.ends_with('^') && !before.ends_with("\\^")
}

/// What is left of a range without the attributes in it: what stands before and what behind them.
fn unattributed(tree: &Tree, range: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let end = tree.leaf_end.clamp(range.start, range.end);
    let before = range.start..tree.attributed.start.clamp(range.start, end);
    let after = tree.attributed.end.clamp(range.start, end)..end;
    (before, after)
}

fn math(tree: &mut Tree, tex: CowStr, range: Range<usize>, display: bool) -> Inline {
    let is_stray = |at: &usize| tex[*at..].starts_with('$') && !tex[..*at].ends_with('\\');
    // In a text within a formula there may be another formula.
    let has_text = ["\\text", "\\mbox"].iter().any(|command| tex.contains(command));
    let stray = tex.match_indices('$').map(|(at, _)| at).find(is_stray).filter(|_| !has_text);
    if let Some(at) = stray.map(|at| range.start + 1 + usize::from(display) + at) {
        let message = "a formula goes on over this `$`";
        tree.diagnostics.push(unclosed_math(message).at(tree.span(at..at + 1), ""));
    }
    Inline::Math { span: tree.span(range), tex: unmask(tex).into_string(), display }
}

/// The inlines of a tag: one, but for scripts that pandoc would not take for such.
fn spanning(tree: &mut Tree, tag: Tag, range: Range<usize>, content: Vec<Inline>) -> Vec<Inline> {
    let inline = match tag {
        Tag::Emphasis => Inline::Emphasis(content),
        Tag::Strong => Inline::Strong(content),
        Tag::Strikethrough => Inline::Strikethrough(content),
        Tag::Superscript | Tag::Subscript if plain_text(&content).contains(char::is_whitespace) => {
            let sign = if matches!(tag, Tag::Superscript) { "^" } else { "~" };
            let sign = || Inline::Text(sign.to_string());
            let is_note = matches!(content.first(), Some(Inline::FootnoteReference { span, .. })
                if span.start == range.start);
            let before = (!is_note).then(sign);
            return before.into_iter().chain(content).chain([sign()]).collect();
        }
        Tag::Superscript => Inline::Superscript(content),
        Tag::Subscript => Inline::Subscript(content),
        Tag::Image { dest_url, title, .. } => {
            let attributes = attributes_at(tree, range.end, true);
            let end = if attributes.is_some() { tree.attributed.end } else { range.end };
            Inline::Image(Box::new(Image {
                span: tree.span(range.start..end),
                target: unmask(dest_url).into_string(),
                title: unmask(title).into_string(),
                caption: content,
                attributes: attributes.unwrap_or_default(),
            }))
        }
        Tag::Link { link_type, dest_url, title, .. } => {
            let mail = if link_type == LinkType::Email { "mailto:" } else { "" };
            let link = Inline::Link(Box::new(Link {
                span: tree.span(range.clone()),
                target: format!("{mail}{}", unmask(dest_url)),
                title: unmask(title).into_string(),
                content,
            }));
            match attributes_at(tree, range.end, false) {
                Some(attributes) => Inline::Bracketed(Box::new(Bracketed {
                    span: tree.span(range.start..tree.attributed.end),
                    attributes,
                    content: vec![link],
                })),
                None => link,
            }
        }
        _ => return content,
    };
    vec![inline]
}

/// Reads attributes that begin at `offset`, so that they are not read as text. What is malformed
/// is text, which is told where attributes are `expected`, or begin as nothing else does.
fn attributes_at(tree: &mut Tree, offset: usize, expected: bool) -> Option<Attributes> {
    let rest = tree.passage.text.get(offset..tree.leaf_end)?;
    if !rest.starts_with('{') {
        return None;
    }
    match attributes::braced(rest) {
        Ok((attributes, length)) => {
            tree.attributed = offset..offset + length;
            Some(attributes)
        }
        Err(problem) => {
            // A brace alone may be text; nobody writes so but for attributes.
            if expected || rest[1..].starts_with(['.', '#']) {
                let diagnostic = bad_attributes(tree.passage, offset, problem);
                tree.diagnostics.push(as_text(diagnostic));
            }
            None
        }
    }
}

fn unclosed_math(message: &str) -> Diagnostic {
    Diagnostic::warning("unclosed-math", message)
        .hint("close each brace of a formula before its end; a dollar sign is written `\\$`")
}

/// Tells of what begins as a formula and is text: `$$`, and `$` before a command. Once in a
/// paragraph, for what ends a formula looks the same.
fn text_that_is_no_math(tree: &mut Tree, range: &Range<usize>) {
    let text = tree.passage.text;
    for (at, _) in text[range.clone()].match_indices('$') {
        let at = range.start + at;
        let begins = text[at + 1..].starts_with('$') && !text[..at].ends_with('$')
            || text[at + 1..]
                .strip_prefix('\\')
                .is_some_and(|it| it.starts_with(char::is_alphabetic));
        if !begins || text[..at].ends_with('\\') {
            continue;
        }
        let is_parted = |before| text[before..at].lines().any(|line| line.trim().is_empty());
        if tree.dollar.replace(at).is_none_or(is_parted) {
            let length = 1 + usize::from(text[at + 1..].starts_with('$'));
            let diagnostic =
                unclosed_math("no formula begins here: it has no end, or an open brace");
            let diagnostic = diagnostic.at(tree.span(at..at + length), "this is text");
            tree.diagnostics.push(diagnostic);
        }
    }
}

fn push_text(tree: &mut Tree, run: &mut Run, text: &str, range: Range<usize>) {
    text_that_is_no_math(tree, &range);
    let escaped = tree.passage.text[..range.start].ends_with('\\');
    match text {
        "[" if !escaped => {
            let place = Place::Text(run.text.len());
            run.brackets.push(Bracket { place, at: range.start, depth: 0 });
            run.push_text(text, false);
        }
        "]" if !escaped => {
            let Some(Bracket { place, at, depth }) = run.brackets.pop() else {
                // The parser does not part the `![` of an image from the text before it.
                let found = link::image_complaint(tree.passage, range.end, tree.leaf_end);
                tree.diagnostics.extend(found);
                run.push_text(text, false);
                return;
            };
            if let Place::Inline(index) = place
                && matches!(&run.inlines[index + 1..], [Inline::Reference { .. }])
                && run.text.is_empty()
            {
                // As citations are written; the brackets are not shown.
                run.inlines.remove(index);
                return;
            }
            let is_note = is_note(&tree.passage.text[..at]);
            let attributes = attributes_at(tree, range.end, false);
            let is_text = !is_note && attributes.is_none();
            let deeper = if is_text { None } else { tree.deeper_by(depth, range.clone()) };
            if let Some(outer) = run.brackets.last_mut() {
                outer.depth = outer.depth.max(deeper.unwrap_or(depth));
            }
            if deeper.is_none() {
                undefined_label(tree, &run.bracketed, at..range.end);
                let found = link::complaint(tree.passage, at..range.end, tree.leaf_end);
                tree.diagnostics.extend(found);
                run.bracketed = at..range.end;
                run.push_text(text, false);
                return;
            }
            let content = run.behind(place).finish();
            if is_note {
                run.drop_caret();
                let span = tree.span(at - 1..range.end);
                let label = tree.note(span, content);
                run.push(Inline::FootnoteReference { span, label });
            } else {
                let attributes = attributes.unwrap_or_default();
                let span = tree.span(at..tree.attributed.end);
                let bracketed = Bracketed { span, attributes, content };
                run.push(Inline::Bracketed(Box::new(bracketed)));
            }
        }
        _ if tree.passage.text[range.clone()] == *text => {
            push_linked(tree, run, text, range, escaped);
        }
        _ => run.push_text(text, escaped),
    }
}

/// Tells of `[^label]` and `[text][label]`, where no such footnote or link is defined. `before` is what
/// stood in brackets before it.
fn undefined_label(tree: &mut Tree, before: &Range<usize>, range: Range<usize>) {
    let text = tree.passage.text;
    let label = &text[range.start + 1..range.end - 1];
    let is_element = text[..before.start].ends_with(|c: char| c.is_alphanumeric());
    let (whole, what, hint) = if let Some(label) = label.strip_prefix('^') {
        (range, "footnote", format!("write `[^{label}]: …` in a paragraph of its own"))
    } else if before.end == range.start && !before.is_empty() && !is_element {
        let hint = format!("write `[{label}]: …` in a line of its own, or in `links.md`");
        (before.start..range.end, "link", hint)
    } else {
        return;
    };
    let label = label.trim_start_matches('^');
    if !label.is_empty() && !label.contains(['[', '\n']) {
        let message = format!("no {what} has the label `{label}`");
        let diagnostic = Diagnostic::warning("undefined-label", message);
        let span = tree.span(whole);
        tree.diagnostics.push(diagnostic.at(span, "this is text").hint(hint));
    }
}

/// Pushes a text in which bare URLs and addresses of mail become links.
fn push_linked(tree: &mut Tree, run: &mut Run, text: &str, range: Range<usize>, escaped: bool) {
    let source = tree.passage.text;
    let mut done = 0;
    let mut searched = 0;
    while let Some(at) = linkable(text, searched).filter(|_| !tree.in_link) {
        if let Some((number, length)) = example(tree, range.start + at) {
            run.push_text(&text[done..at], escaped && done == 0);
            run.push_text(&number.to_string(), false);
            tree.attributed = range.start + at..range.start + at + length;
            done = (at + length).min(text.len());
            searched = done;
            continue;
        }
        let behind = &source[range.start + at..tree.leaf_end.max(range.end)];
        if let Some(id) = figure(&source[..range.start + at], behind) {
            run.push_text(&text[done..at], escaped && done == 0);
            let (start, end) = (range.start + at, range.start + at + 1 + id.len());
            run.push(Inline::Reference { span: tree.span(start..end), id: id.to_string() });
            tree.attributed = start..end;
            done = (end - range.start).min(text.len());
            searched = done;
            continue;
        }
        let (before, end) = if text[at..].starts_with('@') {
            // The parser may have parted what stands before the sign.
            let before = mailbox(&source[..range.start + at]);
            let pushed = before.len().saturating_sub(at - done);
            let length = host(behind);
            let is_whole = run.text.ends_with(&before[..pushed]);
            if before.is_empty() || length == 0 || !is_whole {
                searched = at + 1;
                continue;
            }
            run.text.truncate(run.text.len() - pushed);
            (before.len(), range.start + at + length)
        } else {
            (0, range.start + at + url(behind))
        };
        let start = range.start + at - before;
        run.push_text(&text[done..at.saturating_sub(before).max(done)], escaped && done == 0);
        let content = source[start..end].to_string();
        let scheme = if before > 0 { "mailto:" } else { "" };
        run.push(Inline::Link(Box::new(Link {
            span: tree.span(start..end),
            target: format!("{scheme}{content}"),
            content: vec![Inline::Text(content)],
            title: String::new(),
        })));
        // The parser may have parted the URL, at what would be markup in a text.
        tree.attributed = start..end;
        done = (end - range.start).min(text.len());
        searched = done;
    }
    if done < text.len() {
        run.push_text(&text[done..], escaped && done == 0);
    }
}

/// Where in `text`, at `from` or later, a URL begins, or the `@` of an address stands.
fn linkable(text: &str, from: usize) -> Option<usize> {
    let begins = |at: &usize| {
        let Some(behind) = text[*at..].strip_prefix("http") else {
            return text[*at..].starts_with('@');
        };
        let behind = behind.strip_prefix('s').unwrap_or(behind).strip_prefix("://");
        !text[..*at].ends_with(char::is_alphanumeric)
            && behind.is_some_and(|host| host.starts_with(char::is_alphanumeric))
    };
    text[from..].match_indices(['h', '@']).map(|(at, _)| from + at).find(begins)
}

/// The number of an example that is referred to by its label, `(@label)`, and how long that is.
fn example(tree: &mut Tree, at: usize) -> Option<(usize, usize)> {
    let (before, behind) = tree.passage.text.split_at(at);
    let behind = behind.strip_prefix('@').filter(|_| before.ends_with('('))?;
    let length = behind.find(|c: char| !c.is_ascii_alphanumeric() && !"_-".contains(c))?;
    let (label, behind) = behind.split_at(length);
    let is_label = !label.is_empty() && behind.starts_with(')');
    let number = tree.around.definitions.example(label).filter(|_| is_label);
    // Where no example has a label, it is the name of somebody.
    if is_label && number.is_none() && tree.around.definitions.has_examples() {
        let message = format!("no example has the label `{label}`");
        let place = tree.span(at - 1..at + 2 + length);
        tree.diagnostics.push(
            Diagnostic::warning("undefined-label", message)
                .at(place, "this is text")
                .hint(format!("write `(@{label})` before the example")),
        );
    }
    Some((number?, 1 + length))
}

/// What begins the id of a figure and of a listing.
const FIGURES: [&str; 2] = ["fig-", "lst-"];

/// The id of the figure or listing that `behind` begins with a reference to: `@fig-granularity`.
fn figure<'a>(before: &str, behind: &'a str) -> Option<&'a str> {
    let is_text = before.ends_with(|c: char| c.is_alphanumeric() || c == '\\');
    let behind = behind.strip_prefix('@').filter(|_| !is_text)?;
    let ends = |c: char| !c.is_alphanumeric() && !"_-".contains(c);
    let id = &behind[..behind.find(ends).unwrap_or(behind.len())];
    // What ends a sentence or is emphasis is not part of it.
    let id = id.trim_end_matches(['-', '_']);
    let is_figure = FIGURES.iter().any(|prefix| id.len() > prefix.len() && id.starts_with(prefix));
    is_figure.then_some(id)
}

/// The longest name of a mailbox.
const LONGEST: usize = 64;

/// The name of a mailbox that `text` ends with, before its `@`; nothing where there is none.
fn mailbox(text: &str) -> &str {
    let is_part = |c: &u8| c.is_ascii_alphanumeric() || b".+-_".contains(c);
    let length = text.bytes().rev().take(LONGEST + 1).take_while(is_part).count();
    let name = &text[text.len() - length..];
    let stands_alone =
        !text[..text.len() - length].ends_with(|c: char| c.is_alphanumeric() || c == '/');
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins && stands_alone && length <= LONGEST { name } else { "" }
}

/// The length of `@` and a host with a dot in it, that `text` begins with. What ends a sentence is
/// not part of it.
fn host(text: &str) -> usize {
    let is_part = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let length = text[1..].find(|c| !is_part(c)).unwrap_or(text.len() - 1);
    let host = text[1..1 + length].trim_end_matches('.');
    let is_host = host.contains('.') && !host.ends_with(['-', '_']) && !host.starts_with('.');
    if is_host { 1 + host.len() } else { 0 }
}

/// The length of the URL that `text` begins with. What ends a sentence is not part of it.
fn url(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || "<>\"`[]{}|\\^".contains(c);
    let url = &text[..text.find(ends).unwrap_or(text.len())];
    let mut surplus = url.matches(')').count().saturating_sub(url.matches('(').count());
    let trimmed = url.trim_end_matches(|c| {
        let closes = c == ')' && surplus > 0;
        surplus -= usize::from(closes);
        closes || ".,;:!?'*_~".contains(c)
    });
    trimmed.len()
}

/// Puts pictures in the place of their names, `:smile:`. What is within a word is none.
fn emoji(text: String, escaped: Vec<usize>) -> (String, Vec<usize>) {
    let in_name = |c: char| c.is_ascii_alphanumeric() || "+-_".contains(c);
    let joins = |c: char| c.is_alphanumeric() || c == ':';
    let mut out = String::new();
    let mut kept = vec![];
    let mut done = 0;
    for (at, _) in text.match_indices(':') {
        if at < done || escaped.binary_search(&at).is_ok() || text[..at].ends_with(joins) {
            continue;
        }
        let name = &text[at + 1..];
        let name = &name[..name.find(|c| !in_name(c)).unwrap_or(name.len())];
        let Some(behind) = text[at + 1 + name.len()..].strip_prefix(':') else { continue };
        if name.is_empty() || behind.starts_with(joins) {
            continue;
        }
        let Some(emoji) = emojis::get_by_shortcode(name) else { continue };
        kept.extend(moved(&escaped, done..at, out.len()));
        out.push_str(&text[done..at]);
        out.push_str(emoji.as_str());
        done = text.len() - behind.len();
    }
    if done == 0 {
        return (text, escaped);
    }
    kept.extend(moved(&escaped, done..text.len(), out.len()));
    out.push_str(&text[done..]);
    (out, kept)
}

/// The offsets within `range`, as they are once it begins at `start`.
fn moved(offsets: &[usize], range: Range<usize>, start: usize) -> impl Iterator<Item = usize> {
    let within = offsets.partition_point(|at| *at < range.start)
        ..offsets.partition_point(|at| *at < range.end);
    offsets[within].iter().map(move |at| at - range.start + start)
}

/// Parts a text at `x^2^` and `H~2~O`. Pulldown takes neither next to a letter.
fn scripts(text: String, escaped: &[usize], out: &mut Vec<Inline>) {
    let mut done = 0;
    let mut signs = text
        .match_indices(['^', '~'])
        .filter(|(at, _)| escaped.binary_search(at).is_err())
        .peekable();
    while let Some((at, sign)) = signs.next() {
        let Some(&(end, _)) = signs.peek().filter(|(_, next)| *next == sign) else { continue };
        let content = &text[at + 1..end];
        if content.is_empty() || content.contains(char::is_whitespace) {
            continue;
        }
        signs.next();
        out.extend((done < at).then(|| Inline::Text(text[done..at].to_string())));
        let content = vec![Inline::Text(content.to_string())];
        out.push(if sign == "^" {
            Inline::Superscript(content)
        } else {
            Inline::Subscript(content)
        });
        done = end + 1;
    }
    if done == 0 {
        out.push(Inline::Text(text));
    } else if done < text.len() {
        out.push(Inline::Text(text[done..].to_string()));
    }
}
