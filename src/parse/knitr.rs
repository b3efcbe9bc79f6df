//! Chunks of knitr whose output is known without running R: pictures that they include.

use crate::model::course::{Attributes, Chunk, Image, Inline};

/// Whether an info string is a knitr chunk's: `{r label, option=value}`.
pub fn is_knitr(info: &str) -> bool {
    let Some(inside) = info.strip_prefix('{') else { return false };
    let word = inside.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    word.len() < inside.len() && word.starts_with([' ', ',', '}'])
}

/// Whether a chunk says that something is not to be: `echo=FALSE`.
pub fn refuses(info: &str, option: &str) -> bool {
    let value = options(info).find(|(name, _)| *name == option).map(|(_, value)| value);
    value.is_some_and(|value| value.starts_with("FALSE"))
}

/// The picture of a chunk that shows nothing else: `knitr::include_graphics("fig/a.png")`, its code
/// hidden.
pub fn picture(info: &str, code: &str, chunk: &Chunk) -> Option<Image> {
    if !is_knitr(info) || !refuses(info, "echo") {
        return None;
    }
    let mut lines =
        code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (line, None) = (lines.next()?, lines.next()) else { return None };
    let call = line.strip_prefix("knitr::").unwrap_or(line).strip_prefix("include_graphics(")?;
    let target = quoted(call.trim_start())?.to_owned();
    let said = |option: &str| {
        let value = options(info).find(|(name, _)| *name == option)?.1;
        quoted(value).or_else(|| chunk.attributes.get(option)).map(str::to_owned)
    };
    let pairs = [("alt", said("fig.alt")), ("width", said("out.width"))];
    let pairs = pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Some(Image {
        span: chunk.span,
        target,
        title: String::new(),
        caption: said("fig.cap").map(Inline::Text).into_iter().collect(),
        attributes: Attributes { pairs: pairs.collect(), ..Attributes::default() },
    })
}

/// The options of a chunk, each with all that stands behind its sign.
fn options(info: &str) -> impl Iterator<Item = (&str, &str)> {
    let signs = info.match_indices('=').map(|(at, _)| at);
    signs.map(|at| {
        let before = info[..at].trim_end();
        let name = before.rfind([' ', ',', '{']).map_or(0, |at| at + 1);
        (&before[name..], info[at + 1..].trim_start())
    })
}

/// What stands in the quotes that `text` begins with.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| "\"'".contains(*c))?;
    text[1..].split_once(quote).map(|(inside, _)| inside)
}
