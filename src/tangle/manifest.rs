//! What Cargo asks of generated packages.

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
