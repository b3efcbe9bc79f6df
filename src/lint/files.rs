//! Files that nothing uses.

use super::Surroundings;
use crate::model::diagnostic::Diagnostic;

/// Files of the course whose name no lesson's text holds, be it in a link, a cell or a command. A
/// program may still find them by listing their folder: that is what `allow` is for.
pub fn unused(known: &Surroundings<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let is_named = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        known.sources.iter().any(|(_, source)| {
            source.text.contains(name) || source.text.contains(&name.replace(' ', "%20"))
        })
    };
    for path in known.files.iter().filter(|path| !is_named(path)) {
        diagnostics.push(
            Diagnostic::warning("unused-file", format!("no lesson uses `{path}`"))
                .hint("link it or show it, or take it out: readers would not find it"),
        );
    }
}
