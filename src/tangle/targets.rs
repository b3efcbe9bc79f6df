//! Targets: what blocks with a `file=` make together, where it may be written, and with which
//! permissions.
//!
//! A course is tangled on any system, so that a path is refused if any of them would.

use std::collections::BTreeMap;

use crate::model::{diagnostic::Diagnostic, source::Span};

use super::pieces::Piece;

/// What one file is made of.
#[derive(Debug, Default)]
pub struct Target<'a> {
    /// In the order in which they are joined.
    pub pieces: Vec<Piece<'a>>,
    /// What the first block with a name calls it, and where.
    name: Option<(&'a str, Span)>,
    /// The permissions that the first block with a `mode=` asks for, and where.
    pub mode: Option<(u32, Span)>,
}

impl<'a> Target<'a> {
    /// Joins one more block; all that say a name or a mode must say the same.
    pub fn add(&mut self, piece: Piece<'a>, diagnostics: &mut Vec<Diagnostic>) {
        let chunk = piece.chunk;
        let path = chunk.target().unwrap_or_default();
        if let Some(name) = chunk.name() {
            let (first, span) = *self.name.get_or_insert((name, chunk.info));
            if first != name {
                let message = format!("`{path}` has two names: `{first}`, `{name}`");
                diagnostics.push(
                    Diagnostic::error("target-twice", message)
                        .at(chunk.info, "another name here")
                        .also(span, "first named here")
                        .hint("give both blocks one name, or the second no name: blocks of one `file=` are joined in order"),
                );
            }
        }
        let mode = chunk.attributes.get("mode");
        if let Some(mode) = mode.and_then(|mode| self::mode(mode, chunk.info, diagnostics)) {
            let (first, span) = *self.mode.get_or_insert((mode, chunk.info));
            if first != mode {
                let message = format!("`{path}` has two modes: {first:o}, {mode:o}");
                diagnostics.push(
                    Diagnostic::error("target-mode", message)
                        .at(chunk.info, "another mode here")
                        .also(span, "first said here")
                        .hint("say it once: blocks of one `file=` are joined"),
                );
            }
        }
        self.pieces.push(piece);
    }
}

/// A target's path with `/` between folders and without `.`; none where it may not be written.
pub fn path(target: &str, info: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let refusal = match normalise(target) {
        Ok(path) => return Some(path),
        Err(refusal) => refusal,
    };
    let diagnostic = match refusal {
        Refusal::Outside(why) => {
            Diagnostic::error("target-outside", format!("the target `{target}` {why}"))
                .hint("name a file below the package's own folder, such as `file=\"src/lib.rs\"`")
        }
        Refusal::Name(why, hint) => {
            Diagnostic::error("target-name", format!("the target `{target}` {why}")).hint(hint)
        }
    };
    diagnostics.push(diagnostic.at(info, "cannot be written"));
    None
}

/// Why a path may not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Outside(&'static str),
    /// And what to do instead.
    Name(&'static str, &'static str),
}

fn normalise(target: &str) -> Result<String, Refusal> {
    if target.starts_with(['/', '\\']) || target.chars().nth(1) == Some(':') {
        return Err(Refusal::Outside("is an absolute path"));
    }
    if target.contains('\\') {
        return Err(Refusal::Name("has a `\\` in it", "write `/` between folders"));
    }
    let mut parts = vec![];
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(Refusal::Outside("leads out of the package")),
            part => parts.push(part),
        }
    }
    if parts.is_empty() || target.ends_with('/') || target.ends_with("/.") {
        let hint = "name a file, such as `file=\"src/lib.rs\"`";
        return Err(Refusal::Name("names no file", hint));
    }
    if !parts.iter().all(|part| is_portable(part)) {
        let hint = "take another name; this one means something else on Windows";
        return Err(Refusal::Name("cannot be written on every system", hint));
    }
    Ok(parts.join("/"))
}

/// Whether a file or folder can have this name on every system.
///
/// Source: Microsoft, "Naming Files, Paths, and Namespaces".
fn is_portable(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_device = match stem.get(..3) {
        Some("CON" | "PRN" | "AUX" | "NUL") => stem.len() == 3,
        Some("COM" | "LPT") => {
            matches!(stem.get(3..), Some(n) if n.len() == 1 && "123456789".contains(n))
        }
        _ => false,
    };
    !is_device
        && !name.ends_with(['.', ' '])
        && !name.contains(|c: char| c.is_control() || "<>:\"|?*".contains(c))
}

/// The permissions that `mode=755` names in octal.
fn mode(text: &str, info: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<u32> {
    let why = match octal(text) {
        // Or it could not be tangled again.
        Some(mode) if mode & 0o600 != 0o600 => "would keep the file's owner from it",
        Some(mode) => return Some(mode),
        None => "is no permission in octal",
    };
    diagnostics.push(
        Diagnostic::error("target-mode", format!("`mode={text}` {why}"))
            .at(info, "")
            .hint("write `mode=755` for a file that can be run"),
    );
    None
}

fn octal(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    let is_octal = matches!(digits.len(), 3 | 4) && digits.bytes().all(|c| c.is_ascii_digit());
    u32::from_str_radix(digits, 8).ok().filter(|mode| is_octal && *mode <= 0o777)
}

/// Finds targets that cannot stand beside each other: a file where another has its folder, and
/// paths that differ in nothing but upper and lower case, which are one to many systems.
pub fn report_clashes(targets: &BTreeMap<String, Target<'_>>, diagnostics: &mut Vec<Diagnostic>) {
    let mut taken: BTreeMap<String, (&str, Span)> = BTreeMap::new();
    for (path, target) in targets {
        let span = target.pieces[0].chunk.info;
        if let Some((other, first)) = taken.insert(path.to_lowercase(), (path, span)) {
            let message = format!("the targets `{other}` and `{path}` differ in case alone");
            diagnostics.push(
                Diagnostic::error("target-case", message)
                    .at(span, "one of them")
                    .also(first, "the other")
                    .hint("write one path in one way; to many systems these are one file"),
            );
        }
    }
    for (path, (inside, span)) in &taken {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        for (folder, first) in folders.filter_map(|folder| taken.get(folder)) {
            let message = format!("the target `{folder}` is the folder of another, `{inside}`");
            diagnostics.push(
                Diagnostic::error("target-folder", message)
                    .at(*first, "a file here")
                    .also(*span, "and a folder here")
                    .hint("give one of them another path"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_stay_inside_their_package() {
        assert_eq!(normalise("./src//lib.rs").as_deref(), Ok("src/lib.rs"));
        for outside in ["/etc/passwd", "../x", "src/../../x", "C:\\x", "\\x"] {
            assert!(matches!(normalise(outside), Err(Refusal::Outside(_))), "{outside}");
        }
    }

    #[test]
    fn names_that_some_system_refuses() {
        let refused = "|.|src/|src/.|a\\b|src/aux.rs|COM1|a.|ab:c|a /b|a?|a\tb";
        for name in refused.split('|') {
            assert!(matches!(normalise(name), Err(Refusal::Name(..))), "{name}");
        }
        for name in ["auxiliary.rs", "com10", "com", ".gitignore", "naïve file.txt", "com¹"] {
            assert_eq!(normalise(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn modes_are_octal() {
        for text in ["755", "0755", "0o755"] {
            assert_eq!(octal(text), Some(0o755));
        }
        for text in ["", "7", "888", "+755", "4755", "rwx", "0x755", "99999999999999"] {
            assert_eq!(octal(text), None, "{text}");
        }
    }
}
