//! Writes the workspace and builds what programs need: all of it in one call of cargo, and so that
//! one lesson's mistake stops no other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::PathBuf,
};

use cargo_metadata::{
    Message,
    diagnostic::{Diagnostic as Rustc, DiagnosticLevel, DiagnosticSpan},
};
use tokio::process::Command;

use super::{
    super::{
        files,
        process::{self, Allowance, Ended},
        terminal::plural,
        with_path,
    },
    Cargo,
};
use crate::{
    execute::{NOTEBOOKS, Stream, local_paths},
    model::{
        package::{Action, Member, Package, Program},
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

/// How the variables begin that cargo does not get of ours. A cargo that runs us sets the first for us, not
/// for the packages that we build. The others say how to compile, which no record's key speaks of.
const NOT_PASSED_ON: [&str; 8] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_DIR",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTFLAGS",
];

impl Cargo {
    /// Makes everything that is built be as the lessons give it. Commands see a workspace of packages alone: what
    /// they do in all of it is not for notebooks, nor for the blocks in these that are to fail.
    pub fn write_workspace(&self, seen_by: SeenBy) -> io::Result<()> {
        let workspace = &self.workspace;
        let mut all = vec![];
        let mut folders = vec![];
        let is_wanted = |member: &&Member| !self.left_out.borrow().contains_key(&member.folder);
        for member in workspace.members.iter().filter(is_wanted) {
            let is_seen = seen_by == SeenBy::Us || !member.folder.starts_with(NOTEBOOKS);
            if is_seen && member.package.has_manifest() {
                folders.push(member.folder.as_str());
            }
            let way = files::way(&self.workspace_folder().join(&member.folder), &self.course)?;
            all.extend(member.package.files.iter().map(|file| {
                (format!("{}/{}", member.folder, file.path), file.text_at(&way).into_bytes())
            }));
            all.extend(self.included(member)?);
        }
        let manifest = workspace_manifest(&folders, &workspace.profile);
        all.push(("Cargo.toml".to_owned(), manifest.into_bytes()));
        let folder = self.workspace_folder();
        files::mirror(&folder, &all, &["Cargo.lock"])?;
        for Member { folder: inside, package, .. } in workspace.members.iter().filter(is_wanted) {
            for file in &package.files {
                if let Some(mode) = file.mode {
                    files::set_mode(&folder.join(inside).join(&file.path), mode)?;
                }
            }
        }
        let lock = self.lock.borrow();
        if !lock.is_empty() {
            files::write(&folder.join("Cargo.lock"), lock.as_bytes())?;
        }
        Ok(())
    }

    /// The files that a member's code may take in, where it looks for them: a program of the package by
    /// the way from its own file, a cell as when it reads them.
    fn included(&self, member: &Member) -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut included = vec![];
        let wanted = if member.includes_files() { Some(&member.data) } else { None };
        for path in wanted.into_iter().flatten() {
            let from = self.course.join(path);
            let bytes = match fs::read(&from) {
                // That is told of the lesson which declares it, and is no matter to others.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                read => read.map_err(with_path(&from))?,
            };
            let folders: &[&str] =
                if member.folder.starts_with(NOTEBOOKS) { &["src/", "src/bin/"] } else { &[""] };
            let places = folders.iter().map(|folder| format!("{}/{folder}{path}", member.folder));
            included.extend(places.map(|place| (place, bytes.clone())));
        }
        Ok(included)
    }

    /// Learns the versions that all is built with, which cargo has settled before it compiles.
    fn read_lock(&self) -> io::Result<()> {
        let path = self.workspace_folder().join("Cargo.lock");
        match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => _ = self.lock.replace(read.map_err(with_path(&path))?),
        }
        Ok(())
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(self.workspace_folder());
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if NOT_PASSED_ON.iter().any(|start| name_text.starts_with(start)) {
                cargo.env_remove(name);
            }
        }
        cargo.env("CARGO_TARGET_DIR", self.folder.join("target"));
        // What a build script says in its panic is the same for all authors.
        cargo.env("RUST_BACKTRACE", "0");
        cargo
    }

    /// Builds what programs need, and hands over for each how that went: each once, as soon as it is known.
    pub async fn build(&self, programs: &[&Program], done: Done<'_>) -> io::Result<()> {
        let mut groups: BTreeMap<Flags, Vec<usize>> = BTreeMap::new();
        for (index, program) in programs.iter().enumerate() {
            let package = program.workspace.member(&program.member);
            if package.is_some_and(Package::has_manifest) {
                groups.entry(flags(program)).or_default().push(index);
            } else {
                done(index, Build { succeeded: true, ..Build::default() });
            }
        }
        for (flags, group) in groups {
            // What one call leaves open because others failed in it is built by further ones.
            let mut calls = vec![group];
            while let Some(group) = calls.pop() {
                calls.extend(self.build_together(programs, group, flags, done).await?);
            }
        }
        Ok(())
    }

    /// Builds some of the programs in one call. Gives those groups of them of which it is not known
    /// yet how it went.
    async fn build_together(
        &self,
        programs: &[&Program],
        group: Vec<usize>,
        flags: Flags,
        done: Done<'_>,
    ) -> io::Result<Vec<Vec<usize>>> {
        let said = |index: usize| self.left_out.borrow().get(&programs[index].member).cloned();
        let (out, mut group): (Vec<usize>, Vec<usize>) =
            group.into_iter().partition(|index| said(*index).is_some());
        for index in out {
            let said = said(index).unwrap_or_default();
            done(index, Build { said, ..Build::default() });
        }
        if group.is_empty() {
            return Ok(vec![]);
        }
        self.write_workspace(SeenBy::Us)?;
        let chosen: Vec<&Program> = group.iter().map(|index| programs[*index]).collect();
        let all = group.len();
        let mut built = |call: &Call, target: &Target| {
            // All that the compiler has to say of it is said then.
            let built = group.extract_if(.., |index| target.is(programs[*index]));
            built.for_each(|index| done(index, call.of(programs[index]).unwrap_or_default()));
        };
        let call = self.call(&chosen, flags, &mut built).await?;
        self.read_lock()?;
        let is_cargos = !call.succeeded && !call.messages.iter().any(|(_, it)| it.error);
        if is_cargos && self.leave_out_culprits(&call.said) {
            return Ok(vec![group]);
        }
        if let [index] = group[..]
            && all == 1
        {
            done(index, call.of_all(programs[index]));
            return Ok(vec![]);
        }
        let mut open = vec![];
        for index in group {
            match call.of(programs[index]) {
                Some(build) => done(index, build),
                None => open.push(index),
            }
        }
        Ok(match open.len() {
            0 => vec![],
            left if left < all => vec![open],
            _ => open.into_iter().map(|index| vec![index]).collect(),
        })
    }

    /// Leaves out the members that cargo complains of, and says whether there was one.
    fn leave_out_culprits(&self, said: &str) -> bool {
        let before = self.left_out.borrow().len();
        let folder = self.workspace_folder();
        for member in &self.workspace.members {
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
        self.left_out.borrow().len() > before
    }

    fn leave_out(&self, culprit: &Member, said: &str) {
        if self.left_out.borrow().contains_key(&culprit.folder) {
            return;
        }
        self.left_out.borrow_mut().insert(culprit.folder.clone(), said.to_owned());
        let name = culprit.package.cargo_name();
        for member in &self.workspace.members {
            if member.package.dependencies.contains_key(&*name) {
                self.leave_out(member, said);
            }
        }
    }

    /// Calls cargo once, and tells of each program that is built what is known then.
    async fn call(
        &self,
        programs: &[&Program],
        flags: Flags,
        built: &mut dyn FnMut(&Call, &Target),
    ) -> io::Result<Call> {
        let task = self.progress.begin(&lessons(programs), "compiling");
        let mut cargo = self.cargo();
        cargo.envs(flags.lines.then_some(LINES));
        if flags.is_seeded {
            // Every crate is compiled otherwise than for the others. What runs while compiling is not,
            // since a target is named.
            cargo.env("CARGO_TARGET_DIR", self.folder.join("seeded")).env(SEEDED.0, SEEDED.1);
            cargo.env("CARGO_BUILD_TARGET", "host-tuple");
        }
        cargo.args(["build", "--keep-going", "--message-format=json"]);
        let packages: BTreeSet<String> = programs.iter().flat_map(|it| cargo_names(it)).collect();
        cargo.args(packages.iter().flat_map(|package| ["--package", package]));
        if flags.all_targets {
            cargo.arg("--all-targets");
        } else if programs.iter().all(|program| program.binary().is_some()) {
            let binaries = programs.iter().filter_map(|program| program.binary());
            cargo.args(binaries.flat_map(|binary| ["--bin", binary]));
        }
        if self.offline {
            cargo.arg("--offline");
        }
        let mut call = Call::default();
        let (mut stdout, mut stderr) = (vec![], vec![]);
        let ended = process::run(&self.stop, cargo, Allowance::UNLIMITED, |stream, bytes| {
            match stream {
                Stream::Stdout => {
                    stdout.extend_from_slice(bytes);
                    let whole =
                        stdout.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                    let lines: Vec<u8> = stdout.drain(..whole).collect();
                    for message in Message::parse_stream(&lines[..]).flatten() {
                        if let Some(target) = self.take(&mut call, message) {
                            _ = self.read_lock();
                            built(&call, &target);
                        }
                    }
                }
                Stream::Stderr => {
                    stderr.extend_from_slice(bytes);
                    if let Some(line) = String::from_utf8_lossy(bytes).lines().last() {
                        // Behind it stands where a package is.
                        task.detail(line.split(" (").next().unwrap_or_default().trim());
                    }
                }
            }
            None
        })
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                io::Error::other("cargo was not found; install Rust from https://rustup.rs")
            }
            _ => error,
        })?;
        call.succeeded = ended == Ended::Status(0);
        call.said = String::from_utf8_lossy(&stderr).into_owned();
        Ok(call)
    }

    /// Takes what cargo says, and gives the program that it says is built.
    fn take(&self, call: &mut Call, message: Message) -> Option<Target> {
        match message {
            Message::CompilerMessage(message) => {
                let target = self.target(&message.target);
                call.messages.push((target, compiler_message(&message.message)));
                None
            }
            Message::CompilerArtifact(artifact) if !artifact.profile.test => {
                let target = self.target(&artifact.target);
                call.binaries.insert(target.clone(), artifact.executable?.into_std_path_buf());
                Some(target)
            }
            _ => None,
        }
    }

    fn target(&self, target: &cargo_metadata::Target) -> Target {
        let inside = target.src_path.as_std_path().strip_prefix(self.workspace_folder()).ok();
        let members = self.workspace.members.iter().map(|member| &member.folder);
        let own = members.filter(|folder| inside.is_some_and(|path| path.starts_with(folder)));
        let is_of_its_own =
            target.is_bin() || target.is_test() || target.is_example() || target.is_bench();
        Target {
            member: own.max_by_key(|folder| folder.len()).cloned(),
            program: is_of_its_own.then(|| target.name.clone()),
        }
    }
}

/// Who works in a workspace.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SeenBy {
    Us,
    Commands,
}

/// Takes how building a program went, and the program's index.
pub type Done<'a> = &'a mut dyn FnMut(usize, Build);

/// With what cargo is called beyond the names of what to build.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Flags {
    /// Whether programs know their line numbers.
    lines: bool,
    /// Whether chance is asked of the program's own code.
    is_seeded: bool,
    /// Whether tests, examples and benchmarks are compiled as well.
    all_targets: bool,
}

fn flags(program: &Program) -> Flags {
    let package = program.workspace.member(&program.member);
    Flags {
        lines: shows_lines(program),
        is_seeded: program.is_seeded,
        all_targets: program.binary().is_none() && package.is_some_and(has_more_targets),
    }
}

/// Whether a program asks for backtraces.
pub fn shows_lines(program: &Program) -> bool {
    const ASKS: &str = "RUST_BACKTRACE";
    match &program.action {
        Action::Run { given, .. } => given.env.contains_key(ASKS),
        Action::Console(commands) => {
            commands.iter().any(|it| it.text.contains(ASKS) || it.given.env.contains_key(ASKS))
        }
        Action::Compile { .. } | Action::Build => false,
    }
}

/// The packages that a program needs built: its own, and those whose programs its commands may call.
fn cargo_names(program: &Program) -> Vec<String> {
    let called = match program.action {
        Action::Console(_) => &program.uses[..],
        _ => &[],
    };
    let folders = called.iter().chain([&program.member]);
    let packages = folders.filter_map(|folder| program.workspace.member(folder));
    packages
        .filter(|package| package.has_manifest())
        .map(|it| it.cargo_name().into_owned())
        .collect()
}

/// The lessons of some programs, as a message names them.
fn lessons(programs: &[&Program]) -> String {
    let lessons: BTreeSet<&str> = programs.iter().map(|program| &*program.lesson).collect();
    match lessons.len() {
        0..=3 => lessons.into_iter().collect::<Vec<_>>().join(", "),
        count => plural(count, "lesson"),
    }
}

/// Whether there is more in a package than its library and programs: what of it does not compile is
/// a mistake like any other.
fn has_more_targets(package: &Package) -> bool {
    let folders = ["tests/", "examples/", "benches/"];
    package.files.iter().any(|file| folders.iter().any(|folder| file.path.starts_with(folder)))
}

/// What cargo compiles by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    /// The folder of the member that it belongs to; none for what is not the course's.
    member: Option<String>,
    /// Its name, if it is the root of a program, and no library or build script.
    program: Option<String>,
}

impl Target {
    /// Whether a program is just this.
    fn is(&self, program: &Program) -> bool {
        program.binary().is_some_and(|binary| self.program.as_deref() == Some(binary))
            && self.member.as_deref() == Some(&program.member)
    }

    /// Whether a program is made of it.
    fn is_part_of(&self, program: &Program) -> bool {
        let is_wanted = |name: &str| program.binary().is_none_or(|binary| binary == name);
        match &self.member {
            Some(member) if *member == program.member => {
                self.program.as_deref().is_none_or(is_wanted)
            }
            Some(member) => {
                self.program.is_none()
                    && program.members().iter().any(|other| other.folder == *member)
            }
            None => !local_paths(program).is_empty(),
        }
    }
}

/// What came of one call of cargo, as far as it is known.
#[derive(Default)]
struct Call {
    succeeded: bool,
    messages: Vec<(Target, CompilerMessage)>,
    binaries: BTreeMap<Target, PathBuf>,
    said: String,
}

impl Call {
    fn binary(&self, program: &Program) -> Option<PathBuf> {
        let mut binaries = self.binaries.iter();
        binaries.find(|(target, _)| target.is(program)).map(|(_, path)| path.clone())
    }

    /// How it went for the one program that it was for.
    fn of_all(self, program: &Program) -> Build {
        let binary = self.binary(program);
        let messages = self.messages.into_iter().map(|(_, message)| message).collect();
        Build { succeeded: self.succeeded, messages, binary, said: self.said }
    }

    /// How it went for one of several programs, if that is known.
    fn of(&self, program: &Program) -> Option<Build> {
        let own = self.messages.iter().filter(|(target, _)| target.is_part_of(program));
        let messages: Vec<CompilerMessage> = own.map(|(_, message)| message.clone()).collect();
        let binary = self.binary(program);
        let succeeded = self.succeeded || binary.is_some();
        let is_known = succeeded || messages.iter().any(|message| message.error);
        is_known.then(|| Build { succeeded, messages, binary, said: String::new() })
    }
}

/// How building a program went.
#[derive(Clone, Default)]
pub struct Build {
    pub succeeded: bool,
    pub messages: Vec<CompilerMessage>,
    /// The program, if it is a binary.
    pub binary: Option<PathBuf>,
    /// What cargo said, where the compiler's messages may not tell all.
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
