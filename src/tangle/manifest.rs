//! What Cargo asks of generated packages.

use crate::model::{diagnostic::Diagnostic, package::File};

/// What is wrong with a manifest that a lesson writes itself.
pub fn mistake(manifest: &File) -> Option<Diagnostic> {
    let text = manifest.text();
    let error = toml::from_str::<toml::Table>(&text).err()?;
    let at = error.span().map_or(0, |span| span.start);
    let line = text.get(..at).unwrap_or(&text).matches('\n').count();
    let near = manifest.lines[..manifest.lines.len().min(line + 1)].iter().rev();
    let span = near.filter_map(|line| line.origin.as_ref()).map(|origin| origin.span).next();
    let message = format!("Cargo cannot read this: {}", error.message());
    Some(
        Diagnostic::error("bad-manifest", message)
            .at(span.or(manifest.info)?, "")
            .hint("without a `Cargo.toml` of its own, a package gets one made of `dependencies:`"),
    )
}

/// Whether Cargo takes a file for the root of a library or program.
///
/// Source: the Cargo book, "Package Layout".
pub fn is_crate_root(path: &str) -> bool {
    matches!(path, "src/lib.rs" | "src/main.rs")
        || path.strip_prefix("src/bin/").is_some_and(|rest| {
            let is_file = rest.ends_with(".rs") && !rest.contains('/');
            is_file || rest.split_once('/').is_some_and(|(_, file)| file == "main.rs")
        })
}

/// How generated packages are compiled.
///
/// The everyday profile is optimised: what a lesson measures must not be a debug build's time,
/// and whoever types `cargo run` in the folder gets what the page shows.
pub const PROFILE: &str = "[profile.dev]\nopt-level = 3\ncodegen-units = 16\ndebug = 0\n";

/// The manifest above packages in these folders.
pub fn workspace_manifest(folders: &[&str], profile: &str) -> String {
    let members: String = folders.iter().map(|folder| format!("    {folder:?},\n")).collect();
    format!("[workspace]\nresolver = \"3\"\nmembers = [\n{members}]\n\n{profile}")
}
