//! What authors write in braces.

use crate::{
    model::course::{Attributes, OF_VALUES},
    weave::escape::escape,
};

/// Attributes that HTML knows on any element, on images and on links. All others become `data-…`,
/// as they do in pandoc.
const HTML_ATTRIBUTES: [&str; 11] =
    ["alt", "dir", "height", "hidden", "lang", "rel", "role", "style", "target", "title", "width"];

pub(super) fn classes(own: &str, attributes: &Attributes) -> String {
    let classes = std::iter::once(own).chain(attributes.classes.iter().map(String::as_str));
    escape(&classes.filter(|class| !class.is_empty()).collect::<Vec<_>>().join(" "))
}

/// What an author wrote in braces, as HTML: with a blank before each attribute.
pub(super) fn attributes(attributes: &Attributes) -> String {
    let mut html = String::new();
    if let Some(id) = &attributes.id {
        html.push_str(&format!(" id=\"{}\"", escape(id)));
    }
    if !attributes.classes.is_empty() {
        html.push_str(&format!(" class=\"{}\"", classes("", attributes)));
    }
    html + &pairs(attributes)
}

pub(super) fn pairs(attributes: &Attributes) -> String {
    let pairs = attributes.pairs.iter().filter(|(key, _)| !OF_VALUES.contains(&key.as_str()));
    let written = pairs.map(|(key, value)| {
        let known = HTML_ATTRIBUTES.contains(&key.as_str())
            || key.starts_with("data-")
            || key.starts_with("aria-");
        let data = if known { "" } else { "data-" };
        let value = match key.as_str() {
            "width" | "height" => value.trim_end_matches("px"),
            _ => value,
        };
        format!(" {data}{}=\"{}\"", escape(key), escape(value))
    });
    written.collect()
}
