//! Footnotes that readers don't see.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    course::{BlockKind, Inline, Lesson, walk as walk_blocks},
    diagnostic::Diagnostic,
    source::{Sources, Span},
    walk,
};

/// Footnotes that nothing refers to, and such as have a label that another one behind them has.
pub fn lint(lesson: &Lesson, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
    let mut used = BTreeSet::new();
    walk::inlines(&lesson.blocks, &mut |_, inline| {
        if let Inline::FootnoteReference { label, .. } = inline {
            used.insert(label.as_str());
        }
    });
    let mut defined: BTreeMap<&str, Span> = BTreeMap::new();
    walk_blocks(&lesson.blocks, &mut |block| {
        let BlockKind::Footnote { label, .. } = &block.kind else { return };
        // What is written in the text itself has no sign of its own.
        let sign = format!("[^{label}]:");
        if !sources.text(block.span).starts_with(&sign) {
            return;
        }
        let span = Span { end: block.span.start + sign.len(), ..block.span };
        if let Some(above) = defined.insert(label, span) {
            let message = format!("the footnote `{label}` is written twice");
            let diagnostic = Diagnostic::warning("unseen-note", message).at(span, "again");
            let diagnostic = diagnostic.also(above, "this one is not shown");
            diagnostics.push(diagnostic.hint("give one of them another label"));
        } else if !used.contains(label.as_str()) {
            let message = format!("nothing refers to the footnote `{label}`");
            let diagnostic = Diagnostic::warning("unseen-note", message).at(span, "is not shown");
            let hint = format!("write `[^{label}]` where it belongs, or take it out");
            diagnostics.push(diagnostic.hint(hint));
        }
    });
}
