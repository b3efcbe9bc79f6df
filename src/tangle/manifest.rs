//! What Cargo asks of generated packages.

use std::{borrow::Cow, sync::Arc};

use crate::model::{
    diagnostic::Diagnostic,
    package::{File, Package},
};

/// What is wrong with a manifest that a lesson writes itself. What Cargo cannot take as a member of
/// the course's workspace would break all other packages, too.
pub fn mistake(manifest: &File) -> Option<Diagnostic> {
    let text = manifest.text();
    let (at, message, hint) = match toml::from_str::<toml::Table>(&text) {
        Err(error) => (
            error.span().map_or(0, |span| span.start),
            format!("Cargo cannot read this: {}", error.message()),
            "without a `Cargo.toml` of its own, a package gets one made of `dependencies:`",
        ),
        Ok(table) if table.contains_key("workspace") => (
            text.find("[workspace").unwrap_or(0),
            "a package of the course cannot be a workspace of its own".to_owned(),
            "take `[workspace]` out: the packages of a course are a workspace already",
        ),
        Ok(table) if !table.contains_key("package") => (
            0,
            "this names no package".to_owned(),
            "let it begin with `[package]`, and a `name` and an `edition` there",
        ),
        Ok(_) => return None,
    };
    let line = text.get(..at).unwrap_or(&text).matches('\n').count();
    let near = manifest.lines[..manifest.lines.len().min(line + 1)].iter().rev();
    let span = near.filter_map(|line| line.origin.as_ref()).map(|origin| origin.span).next();
    Some(Diagnostic::error("bad-manifest", message).at(span.or(manifest.info)?, "").hint(hint))
}

/// Tells of each package whose own manifest calls it as another is called, with that package's
/// index: Cargo knows packages by their names alone, and would build none.
pub fn namesakes(packages: &[Arc<Package>]) -> Vec<(usize, Diagnostic)> {
    let names: Vec<Cow<str>> = packages.iter().map(|package| package.cargo_name()).collect();
    let own = |package: &Package| package.file("Cargo.toml").and_then(|manifest| manifest.info);
    let namesake = |(index, package): (usize, &Arc<Package>)| {
        let place = own(package)?;
        let name = &names[index];
        let is_other = |other: &usize| *other < index || own(&packages[*other]).is_none();
        let mut others = (0..packages.len()).filter(|other| *other != index && is_other(other));
        let other = others.find(|other| names[*other] == *name)?;
        let message = format!("there would be two packages `{name}`");
        let diagnostic = Diagnostic::error("package-name", message)
            .at(place, format!("that of `{}` is called so, too", packages[other].name))
            .hint("give one of them another `name`");
        Some((index, diagnostic))
    };
    packages.iter().enumerate().filter_map(namesake).collect()
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
