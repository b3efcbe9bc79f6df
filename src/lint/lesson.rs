//! What a lesson should have: questions, objectives, key points, times, and content in its tabs.

use crate::model::{
    course::{Block, BlockKind, Div, DivKind, Lesson, plain_text, walk, walk_own},
    diagnostic::Diagnostic,
    source::{Sources, Span},
};

/// What a lesson should have and has not.
///
/// Source: The Carpentries, "Workbench Component Guide": each episode has questions, objectives,
/// key points, and its times of teaching and exercises.
pub fn parts(lesson: &Lesson, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
    let source = sources.get(lesson.source);
    let mut kinds = vec![];
    walk_own(&lesson.blocks, &mut |block| {
        if let BlockKind::Div(div) = &block.kind {
            kinds.extend(div.kind);
        }
    });
    walk(&lesson.blocks, &mut |block| {
        if let BlockKind::Div(div) = &block.kind {
            diagnostics.extend(empty_list(div));
        }
    });
    let line = source.text.lines().next().unwrap_or_default().trim_end().len();
    let whole = Span { source: lesson.source, start: 0, end: line };
    let lacks = |kind| !kinds.contains(&kind);
    let missing = [
        lacks(DivKind::Questions).then(|| {
            Diagnostic::warning("missing-questions", "this lesson has no questions").hint(
                "what will readers be able to answer? List it between `:::questions` and `:::`",
            )
        }),
        lacks(DivKind::Objectives).then(|| {
            Diagnostic::warning("missing-objectives", "this lesson has no objectives")
                .hint("what will readers be able to do? List it between `:::objectives` and `:::`")
        }),
        lacks(DivKind::Keypoints).then(|| {
            Diagnostic::warning("missing-keypoints", "this lesson has no key points")
                .hint("what should readers remember? List it between `:::keypoints` and `:::`")
        }),
    ];
    diagnostics.extend(missing.into_iter().flatten().map(|diagnostic| diagnostic.at(whole, "")));
    let times = [("teaching", lesson.meta.teaching), ("exercises", lesson.meta.exercises)];
    let is_misread = |key: &str| lesson.meta.misread.iter().any(|misread| misread == key);
    let missing = times.iter().filter(|(key, minutes)| minutes.is_none() && !is_misread(key));
    let missing: Vec<&str> = missing.map(|(key, _)| *key).collect();
    if !missing.is_empty() {
        let keys: Vec<String> = missing.iter().map(|key| format!("`{key}: 10`")).collect();
        let message = format!("this lesson doesn't say its minutes of {}", missing.join(" and "));
        diagnostics.push(
            Diagnostic::warning("missing-times", message)
                .at(whole, "")
                .hint(format!("add {} to its front matter", keys.join(" and "))),
        );
    }
}

/// Questions, objectives or key points of which there are none.
fn empty_list(div: &Div) -> Option<Diagnostic> {
    let kind = div.kind.filter(|_| div.blocks.is_empty())?;
    let is_list = matches!(kind, DivKind::Questions | DivKind::Objectives | DivKind::Keypoints);
    is_list.then(|| {
        Diagnostic::warning("empty-div", format!("this `{}` div holds nothing", kind.class()))
            .at(div.opener, "")
            .hint("list in it, between its fences, what it is for: `- …`")
    })
}

/// Tabs without content, and groups of tabs without tabs.
pub fn tabs(lesson: &Lesson, diagnostics: &mut Vec<Diagnostic>) {
    walk(&lesson.blocks, &mut |block| {
        if let BlockKind::Div(div) = &block.kind
            && matches!(div.kind, Some(DivKind::Tab | DivKind::GroupTab))
        {
            diagnostics.extend(empty_tabs(div));
        }
    });
}

fn empty_tabs(div: &Div) -> Vec<Diagnostic> {
    // Each heading begins a tab; the first of them is the div's title.
    let title = div.title.as_ref().map(|title| (plain_text(title), div.opener));
    let mut tabs: Vec<(String, Span, bool)> =
        title.into_iter().map(|(title, span)| (title, span, true)).collect();
    for Block { span, kind } in &div.blocks {
        match (kind, tabs.last_mut()) {
            (BlockKind::Heading(heading), _) => {
                tabs.push((plain_text(&heading.content), *span, true));
            }
            (_, Some((.., is_empty))) => *is_empty = false,
            (_, None) => {}
        }
    }
    if tabs.is_empty() {
        let diagnostic = Diagnostic::warning("empty-tab", "this div has no tabs")
            .at(div.opener, "")
            .hint("begin each tab with a heading, its name");
        return vec![diagnostic];
    }
    let empty = tabs.into_iter().filter(|(.., is_empty)| *is_empty);
    empty
        .map(|(title, span, _)| {
            Diagnostic::warning("empty-tab", format!("the tab `{title}` has no content"))
                .at(span, "")
                .hint("put something below its heading, or take the heading out")
        })
        .collect()
}
