//! Every inline of a lesson, wherever it stands.

use super::course::{Block, BlockKind, Inline, walk};

/// Calls `visit` for every inline, parents before children, with the block that it stands in.
pub fn inlines<'a>(blocks: &'a [Block], visit: &mut impl FnMut(&'a Block, &'a Inline)) {
    walk(blocks, &mut |block| {
        for inlines in texts(block) {
            each(block, inlines, visit);
        }
    });
}

/// The runs of inlines that stand in a block itself and not in its children.
fn texts(block: &Block) -> Vec<&[Inline]> {
    match &block.kind {
        BlockKind::Paragraph(inlines) | BlockKind::Plain(inlines) => vec![inlines],
        BlockKind::Heading(heading) => vec![&heading.content],
        BlockKind::Div(div) => div.title.iter().map(|title| &title[..]).collect(),
        BlockKind::Definitions(definitions) => {
            definitions.iter().map(|definition| &definition.term[..]).collect()
        }
        BlockKind::Table(table) => table.caption.iter().map(|caption| &caption[..]).collect(),
        _ => vec![],
    }
}

fn each<'a>(
    block: &'a Block,
    inlines: &'a [Inline],
    visit: &mut impl FnMut(&'a Block, &'a Inline),
) {
    for inline in inlines {
        visit(block, inline);
        match inline {
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Superscript(content)
            | Inline::Subscript(content) => each(block, content, visit),
            Inline::Bracketed(bracketed) => each(block, &bracketed.content, visit),
            Inline::Link(link) => each(block, &link.content, visit),
            Inline::Image(image) => each(block, &image.caption, visit),
            _ => {}
        }
    }
}
