//! Writes the workspace and builds its members, so that one lesson's mistake stops no other.

use std::{collections::BTreeMap, io, path::PathBuf, sync::Arc};

use cargo_metadata::{
    Message,
    diagnostic::{Diagnostic as Rustc, DiagnosticLevel, DiagnosticSpan},
};
use tokio::process::Command;

use super::{
    super::{
        files,
        process::{self, Allowance, Ended},
    },
    Cargo,
};
use crate::{
    execute::Stream,
    model::{
        package::{Member, Package},
        record::{CompilerMessage, CompilerSpan},
    },
    tangle::workspace_manifest,
};

/// Makes cargo put line numbers into programs, for their backtraces. Compiling takes a third longer
/// with them, so only programs do that show one.
pub const LINES: (&str, &str) = ("CARGO_PROFILE_DEV_DEBUG", "line-tables-only");

/// Makes the crate `getrandom` ask the program, and not the system.
///
/// Source: the documentation of getrandom 0.3 and 0.4, "Custom backend".
const SEEDED: (&str, &str) = ("RUSTFLAGS", "--cfg getrandom_backend=\"custom\"");

impl Cargo {
    pub fn write_workspace(&mut self) -> io::Result<()> {
        if self.is_written {
            return Ok(());
        }
        let workspace = &self.workspace;
        let mut all = vec![];
        let mut folders = vec![];
        let is_wanted = |member: &&Member| !self.left_out.contains_key(&member.folder);
        for member in workspace.members.iter().filter(is_wanted) {
            if member.package.has_manifest() {
                folders.push(member.folder.as_str());
            }
            let way = files::way(&self.workspace_folder().join(&member.folder), &self.course)?;
            all.extend(member.package.files.iter().map(|file| {
                (format!("{}/{}", member.folder, file.path), file.text_at(&way).into_bytes())
            }));
        }
        let manifest = workspace_manifest(&folders, &workspace.profile);
        all.push(("Cargo.toml".to_owned(), manifest.into_bytes()));
        let folder = self.workspace_folder();
        files::mirror(&folder, &all, &["Cargo.lock"])?;
        for Member { folder: inside, package } in workspace.members.iter().filter(is_wanted) {
            for file in &package.files {
                if let Some(mode) = file.mode {
                    files::set_mode(&folder.join(inside).join(&file.path), mode)?;
                }
            }
        }
        if !self.lock.is_empty() {
            files::write(&folder.join("Cargo.lock"), self.lock.as_bytes())?;
        }
        self.is_written = true;
        Ok(())
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(self.workspace_folder());
        // A cargo that runs us sets these for us, not for the packages that we build.
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if name_text.starts_with("CARGO_PKG_") || name_text == "CARGO_MANIFEST_DIR" {
                cargo.env_remove(name);
            }
        }
        cargo.env("CARGO_TARGET_DIR", self.folder.join("target"));
        cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        // What a build script says in its panic is the same for all authors.
        cargo.env("RUST_BACKTRACE", "0");
        cargo
    }

    /// Builds a member. What cargo cannot even read or resolve of other members is left out: one
    /// lesson's mistake stops no other.
    pub fn build(&mut self, member: &str, options: Options<'_>) -> io::Result<Build> {
        let package = self.workspace.member(member).map(Package::cargo_name).unwrap_or_default();
        loop {
            if let Some(said) = self.left_out.get(member) {
                return Ok(Build { said: said.clone(), ..Build::default() });
            }
            self.write_workspace()?;
            let build = self.build_package(&package, member, options)?;
            let is_cargos = !build.messages.iter().any(|message| message.error);
            if build.succeeded || !is_cargos || !self.leave_out_culprits(&build.said) {
                return Ok(build);
            }
        }
    }

    /// Leaves out the members that cargo complains of, and says whether there was one.
    fn leave_out_culprits(&mut self, said: &str) -> bool {
        let before = self.left_out.len();
        let workspace = Arc::clone(&self.workspace);
        let folder = self.workspace_folder();
        for member in &workspace.members {
            let path = folder.join(&member.folder);
            // `required by package `x v0.1.0 (/path)``, `manifest for workspace member `/path``, or a
            // manifest that cannot be read.
            let manifest = path.join("Cargo.toml").display().to_string();
            let named =
                [format!("({})", path.display()), format!("`{}`", path.display()), manifest];
            if named.iter().any(|name| said.contains(name)) {
                self.leave_out(member, said);
            }
        }
        self.left_out.len() > before
    }

    fn leave_out(&mut self, culprit: &Member, said: &str) {
        if self.left_out.contains_key(&culprit.folder) {
            return;
        }
        self.left_out.insert(culprit.folder.clone(), said.to_owned());
        self.is_written = false;
        let workspace = Arc::clone(&self.workspace);
        let name = culprit.package.cargo_name();
        for member in &workspace.members {
            if member.package.dependencies.contains_key(&name) {
                self.leave_out(member, said);
            }
        }
    }

    /// Gives what the compiler said, the binaries, and what cargo said.
    fn build_package(
        &mut self,
        package: &str,
        member: &str,
        options: Options<'_>,
    ) -> io::Result<Build> {
        let mut cargo = self.cargo();
        cargo.envs(options.with_lines.then_some(LINES));
        if options.is_seeded {
            // Every crate is compiled otherwise than for the others. What runs while compiling is not,
            // since a target is named.
            cargo.env("CARGO_TARGET_DIR", self.folder.join("seeded")).env(SEEDED.0, SEEDED.1);
            cargo.env("CARGO_BUILD_TARGET", "host-tuple");
        }
        cargo.args(["build", "--package", package, "--keep-going", "--message-format=json"]);
        if let Some(binary) = options.binary {
            cargo.args(["--bin", binary]);
        } else if self.workspace.member(member).is_some_and(has_more_targets) {
            cargo.arg("--all-targets");
        }
        if self.offline {
            cargo.arg("--offline");
        }
        let (mut stdout, mut stderr) = (vec![], vec![]);
        let progress = Arc::clone(&self.progress);
        let ended = process::run(&self.runtime, cargo, Allowance::UNLIMITED, |stream, bytes| {
            match stream {
                Stream::Stdout => stdout.extend_from_slice(bytes),
                Stream::Stderr => {
                    stderr.extend_from_slice(bytes);
                    if let Some(line) = String::from_utf8_lossy(bytes).lines().last() {
                        progress.detail(line.trim());
                    }
                }
            }
            None
        })
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                io::Error::other("cargo was not found; install Rust from https://rustup.rs")
            }
            _ => error,
        })?;
        let mut build = Build {
            succeeded: ended == Ended::Status(0),
            messages: vec![],
            binaries: BTreeMap::new(),
            said: String::from_utf8_lossy(&stderr).into_owned(),
        };
        for message in Message::parse_stream(&stdout[..]) {
            match message? {
                Message::CompilerMessage(message) => {
                    build.messages.push(compiler_message(&message.message));
                }
                Message::CompilerArtifact(artifact) => {
                    if let Some(path) = artifact.executable {
                        build.binaries.insert(artifact.target.name, path.into_std_path_buf());
                    }
                }
                _ => {}
            }
        }
        Ok(build)
    }
}

/// What of a package to build, and how.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// One of its binaries, or else all that cargo builds of it.
    pub binary: Option<&'a str>,
    /// Whether programs know their line numbers.
    pub with_lines: bool,
    /// Whether chance is asked of the program's own code.
    pub is_seeded: bool,
}

/// Whether there is more in a package than its library and programs: what of it does not compile is
/// a mistake like any other.
fn has_more_targets(package: &Package) -> bool {
    let folders = ["tests/", "examples/", "benches/"];
    package.files.iter().any(|file| folders.iter().any(|folder| file.path.starts_with(folder)))
}

#[derive(Default)]
pub struct Build {
    pub succeeded: bool,
    pub messages: Vec<CompilerMessage>,
    pub binaries: BTreeMap<String, PathBuf>,
    pub said: String,
}

fn compiler_message(message: &Rustc) -> CompilerMessage {
    CompilerMessage {
        error: matches!(message.level, DiagnosticLevel::Error | DiagnosticLevel::Ice),
        code: message.code.as_ref().map(|code| code.code.clone()),
        text: message.message.clone(),
        spans: message.spans.iter().map(compiler_span).collect(),
        children: message.children.iter().map(compiler_message).collect(),
        level: match message.level {
            DiagnosticLevel::Help => "help".to_owned(),
            _ => "note".to_owned(),
        },
    }
}

fn compiler_span(span: &DiagnosticSpan) -> CompilerSpan {
    CompilerSpan {
        file: span.file_name.replace('\\', "/"),
        start: (span.line_start, span.column_start),
        end: (span.line_end, span.column_end),
        primary: span.is_primary,
        label: span.label.clone().unwrap_or_default(),
        suggestion: span.suggested_replacement.clone(),
        called: span.expansion.as_ref().map(|made| Box::new(compiler_span(&made.span))),
    }
}
