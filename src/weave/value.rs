//! Values that show themselves, by the convention of evcxr's notebooks: what they print between two
//! lines of their own is a picture, HTML or text, as the first of these lines says.
//!
//! Source: evcxr, "Custom display for types".

use base64::{Engine, prelude::BASE64_STANDARD};

/// A stretch of what a value printed.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    Text(&'t str),
    Html(&'t str),
    Picture {
        /// How files of its kind end: `svg`.
        kind: &'static str,
        /// None where the text is no picture of this kind.
        bytes: Option<Vec<u8>>,
    },
}

const BEGIN: &str = "EVCXR_BEGIN_CONTENT ";
const END: &str = "\nEVCXR_END_CONTENT";

/// What a value printed, in its order.
pub fn pieces(printed: &str) -> Vec<Piece<'_>> {
    let mut pieces = vec![];
    let mut rest = printed;
    while let Some((before, kind, content, after)) = next_content(rest) {
        push_text(&mut pieces, before);
        pieces.push(piece(kind, content));
        rest = after;
    }
    push_text(&mut pieces, rest);
    pieces
}

fn push_text<'t>(pieces: &mut Vec<Piece<'t>>, text: &'t str) {
    if !text.trim().is_empty() {
        pieces.push(Piece::Text(text));
    }
}

/// The text before the first content, its kind, itself, and the text after it.
fn next_content(text: &str) -> Option<(&str, &str, &str, &str)> {
    let begins = |(at, _): &(usize, &str)| *at == 0 || text[..*at].ends_with('\n');
    let (start, _) = text.match_indices(BEGIN).find(begins)?;
    let (kind, content) = text[start + BEGIN.len()..].split_once('\n')?;
    let (content, after) = content.split_once(END)?;
    Some((&text[..start], kind.trim(), content, after))
}

fn piece<'t>(kind: &str, content: &'t str) -> Piece<'t> {
    let decoded = |kind| {
        let unbroken: String = content.split_whitespace().collect();
        Piece::Picture { kind, bytes: BASE64_STANDARD.decode(unbroken).ok() }
    };
    match kind {
        "text/html" => match drawing(content) {
            Some(svg) => Piece::Picture { kind: "svg", bytes: svg_file(svg) },
            None => Piece::Html(content),
        },
        "image/svg+xml" => Piece::Picture { kind: "svg", bytes: svg_file(content.trim()) },
        "image/png" => decoded("png"),
        "image/jpeg" => decoded("jpg"),
        "image/gif" => decoded("gif"),
        "image/webp" => decoded("webp"),
        _ => Piece::Text(content),
    }
}

/// The drawing, if some HTML is nothing else in an element without a style: so plotters' figures are.
fn drawing(html: &str) -> Option<&str> {
    let inside = html.trim().strip_prefix("<div")?.strip_suffix("</div>")?;
    let (attributes, svg) = inside.split_once('>')?;
    let svg = svg.trim();
    let is_alone = svg.starts_with("<svg") && svg.ends_with("</svg>");
    let is_plain = matches!(attributes.trim(), "" | "style=\"\"");
    (is_alone && is_plain && svg.matches("<svg").count() == 1).then_some(svg)
}

/// A file of a drawing. As a picture of its own it runs no script, and its identifiers are nobody
/// else's.
fn svg_file(svg: &str) -> Option<Vec<u8>> {
    let start = svg.find("<svg")?;
    let (root, _) = svg[start..].split_once('>')?;
    // HTML knows what it is without its namespace, a file does not.
    let file = match root.contains("xmlns=") {
        true => svg.to_owned(),
        false => svg.replacen("<svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"", 1),
    };
    Some(file.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_stands_between_text() {
        let printed = "a\nEVCXR_BEGIN_CONTENT text/html\n<b>x</b>\nEVCXR_END_CONTENT\nEVCXR_BEGIN_CONTENT text/plain\ny\nEVCXR_END_CONTENT\nz\n";
        let expected =
            [Piece::Text("a\n"), Piece::Html("<b>x</b>"), Piece::Text("y"), Piece::Text("\nz\n")];
        assert_eq!(pieces(printed), expected);
        for text in
            ["EVCXR_BEGIN_CONTENT text/html\n<b>", "x EVCXR_BEGIN_CONTENT a\nEVCXR_END_CONTENT"]
        {
            assert_eq!(pieces(text), [Piece::Text(text)]);
        }
    }

    #[test]
    fn pictures_become_files() {
        let picture = |kind: &str, content: &str| {
            let printed = format!("{BEGIN}{kind}\n{content}{END}\n");
            match pieces(&printed).remove(0) {
                Piece::Picture { kind, bytes } => Some((kind, bytes)),
                Piece::Text(_) | Piece::Html(_) => None,
            }
        };
        let file = b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\"></svg>".to_vec();
        let bare = "<svg width=\"1\"></svg>";
        assert_eq!(picture("image/svg+xml", bare), Some(("svg", Some(file.clone()))));
        let plotters = format!("<div style=\"\">{bare}\n</div>");
        assert_eq!(picture("text/html", &plotters), Some(("svg", Some(file))));
        assert_eq!(picture("text/html", &format!("<div>{bare}{bare}</div>")), None);
        assert_eq!(
            picture("image/png", "iVBO\nRw0K"),
            Some(("png", Some(b"\x89PNG\r\n".to_vec())))
        );
        assert_eq!(picture("image/png", "no base64!"), Some(("png", None)));
    }
}
