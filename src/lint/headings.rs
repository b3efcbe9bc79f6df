//! Headings and ids: levels that skip one, ids that stand twice.

use std::collections::BTreeMap;

use super::Surroundings;
use crate::model::{
    course::{Block, BlockKind, Inline, Lesson, walk as walk_blocks},
    diagnostic::Diagnostic,
    source::Span,
    walk,
};

pub fn lint(lesson: &Lesson, known: &Surroundings<'_>, diagnostics: &mut Vec<Diagnostic>) {
    levels(&lesson.blocks, diagnostics);
    repeated_ids(lesson, known, diagnostics);
}

/// A heading more than one level below the one before it. What stands in a div, or is woven as an
/// example, has an order of its own: a callout may be moved without changing its headings.
///
/// Source: WCAG 2.2, technique G141, and `validate_headings()` of the Workbench's pegboard.
fn levels(blocks: &[Block], diagnostics: &mut Vec<Diagnostic>) {
    let mut apart: Vec<&[Block]> = vec![];
    let mut before: Option<(u8, Span)> = None;
    in_order(blocks, &mut |block| match &block.kind {
        BlockKind::Heading(heading) => {
            if let Some((level, span)) = before
                && heading.level > level + 1
            {
                let (from, to) = (level, heading.level);
                let message = format!("this heading's level skips from {from} to {to}");
                diagnostics.push(
                    Diagnostic::warning("skipped-heading-level", message)
                        .at(block.span, "")
                        .also(span, "the heading before it")
                        .hint(format!("begin it with `{}`", "#".repeat(level as usize + 1))),
                );
            }
            before = Some((heading.level, block.span));
        }
        BlockKind::Div(div) => apart.push(&div.blocks),
        BlockKind::Woven(woven) => apart.push(&woven.blocks),
        _ => {}
    });
    for blocks in apart {
        levels(blocks, diagnostics);
    }
}

/// Visits the blocks of one order.
fn in_order<'a>(blocks: &'a [Block], visit: &mut impl FnMut(&'a Block)) {
    for block in blocks {
        visit(block);
        if !matches!(block.kind, BlockKind::Div(_) | BlockKind::Woven(_)) {
            for children in block.children() {
                in_order(children, visit);
            }
        }
    }
}

/// Ids that an author gave and that stand on the page more than once.
fn repeated_ids(lesson: &Lesson, known: &Surroundings<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut given: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    walk_blocks(&lesson.blocks, &mut |block| {
        let (id, span) = match &block.kind {
            BlockKind::Heading(heading) => (&heading.attributes.id, block.span),
            BlockKind::Div(div) => (&div.attributes.id, div.opener),
            BlockKind::Code(chunk) if chunk.is_plot() => (&chunk.attributes.id, chunk.info),
            _ => return,
        };
        given.entry(id.as_deref().unwrap_or_default()).or_default().push(span);
    });
    walk::inlines(&lesson.blocks, &mut |block, inline| {
        let attributes = match inline {
            Inline::Bracketed(bracketed) => &bracketed.attributes,
            Inline::Image(image) => &image.attributes,
            _ => return,
        };
        let id = attributes.id.as_deref().unwrap_or_default();
        given.entry(id).or_default().push(block.span);
    });
    given.remove("");
    let on_page = known.ids.get(&lesson.source);
    for (id, mut spans) in given {
        spans.sort();
        let message = format!("the id `{id}` is given twice on this page");
        let diagnostic = |span| {
            Diagnostic::warning("repeated-id", &*message)
                .at(span, "again")
                .hint("links lead to the first of them: give this one another id")
        };
        let first = spans[0];
        diagnostics.extend(spans[1..].iter().map(|span| diagnostic(*span).also(first, "first")));
        // The other may be one that weaving made: of another heading's words, say.
        let times = on_page.and_then(|ids| ids.get(id)).copied().unwrap_or_default();
        if spans.len() == 1 && times > 1 {
            diagnostics.push(diagnostic(first).note("the other is made of a heading's words"));
        }
    }
}
