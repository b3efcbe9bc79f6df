//! How large a picture is, from its bytes: so a page keeps its place until it is loaded. The only
//! file that knows imagesize.

use crate::model::site::PictureSize;

/// The size of a PNG, JPEG, GIF, WebP or SVG in pixels; none of anything else, or where an SVG does
/// not say.
pub fn picture_size(bytes: &[u8]) -> Option<PictureSize> {
    if let Ok(size) = imagesize::blob_size(bytes) {
        let (width, height) = (size.width.try_into().ok()?, size.height.try_into().ok()?);
        return Some(PictureSize { width, height });
    }
    svg_size(std::str::from_utf8(bytes).ok()?)
}

/// What the attributes of an SVG's first tag say: its width and height if both are pixels, or else
/// those of its `viewBox`.
fn svg_size(text: &str) -> Option<PictureSize> {
    let mut rests = text.match_indices("<svg").map(|(at, tag)| &text[at + tag.len()..]);
    let tag = rests.find(|rest| rest.starts_with(char::is_whitespace))?;
    let tag = &tag[..tag.find('>')?];
    let own = pixels(attribute(tag, "width")).zip(pixels(attribute(tag, "height")));
    let (width, height) = own.or_else(|| {
        let numbers = attribute(tag, "viewBox")?.split([' ', ',', '\t', '\n', '\r']);
        let numbers: Vec<&str> = numbers.filter(|number| !number.is_empty()).collect();
        let [_, _, width, height] = numbers[..] else { return None };
        pixels(Some(width)).zip(pixels(Some(height)))
    })?;
    Some(PictureSize { width, height })
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let after = tag.match_indices(name).find_map(|(at, _)| {
        let is_whole = tag[..at].ends_with(char::is_whitespace);
        tag[at + name.len()..].trim_start().strip_prefix('=').filter(|_| is_whole)
    })?;
    let value = after.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}

/// `640`, `640.5` or `640px` as whole pixels, of which there is one at least.
fn pixels(length: Option<&str>) -> Option<u32> {
    let length = length?.trim();
    let number: f64 = length.strip_suffix("px").unwrap_or(length).parse().ok()?;
    (number > 0.0 && number <= f64::from(u32::MAX)).then(|| (number.round() as u32).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Option<(u32, u32)> {
        picture_size(bytes).map(|PictureSize { width, height }| (width, height))
    }

    #[test]
    fn an_svg_says_its_size_in_pixels_or_by_what_it_shows() {
        for (svg, size) in [
            ("<svg xmlns=\"x\" width=\"640\" height='480.4px'>", Some((640, 480))),
            ("<?xml?><!-- <svgs> --><svg\nviewBox=\"0 0 30,20\">", Some((30, 20))),
            ("<svg width=\"100%\" height=\"9em\" viewBox=\" 0 0  3 2\">", Some((3, 2))),
            ("<svg stroke-width=\"2\" data-width=\"3\" height=\"2\">", None),
            ("<svg viewBox=\"0 0 1\">", None),
            ("<svg width=\"-1\" height=\"NaN\">", None),
            ("<svg width", None),
            ("<svg width=\"", None),
            ("no picture", None),
        ] {
            assert_eq!(of(svg.as_bytes()), size, "{svg}");
        }
    }

    #[test]
    fn the_first_bytes_of_other_pictures_say_it() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0";
        assert_eq!(of(png), Some((640, 480)));
        assert_eq!(of(b"GIF89a\x0a\0\x14\0\0\0\0"), Some((10, 20)));
        let jpeg = b"\xff\xd8\xff\xc0\0\x11\x08\0\x14\0\x0a\x03\0\0\0\0\0\0\0\0\0\xff\xd9";
        assert_eq!(of(jpeg), Some((10, 20)));
        assert_eq!(of(&png[..12]), None);
        assert_eq!(of(b"\xff\xfe\x00"), None);
    }
}
