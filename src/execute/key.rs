//! The key of a record: a hash of all that could change what a program gives.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Deserialize;

use super::notebook::STEP;
use crate::model::{
    course::Timing,
    limits::{Sandbox, Size},
    package::{Action, Command, File, Given, Member, Program},
    record::Inputs,
};

/// Grows when the same inputs would be run or captured in another way.
const FORMAT: &str = "lessonc record 3";

/// What a program is made of, part by part: its code, how that is compiled, of `lock` what it depends
/// on, `local`, a hash of what is in the [`local_paths`], and of each
/// declared file of `data` a hash. Prose and other lessons are not part of it.
pub fn inputs(
    program: &Program,
    lock: &Lock,
    local: Option<&str>,
    data: BTreeMap<&str, String>,
) -> Inputs {
    let action = match &program.action {
        Action::Run { .. } => "run",
        Action::Compile { .. } => "compile",
        // Older ones printed to two.
        Action::Console(_) => "console, one stream",
        Action::Build => "build",
    };
    let mut parts = vec![
        (Part::Format, FORMAT.to_owned()),
        (Part::Action, action.to_owned()),
        (Part::Profile, program.workspace.profile.clone()),
        (Part::Sandbox, sandbox(program)),
    ];
    parts.extend(local.map(|local| (Part::Local, local.to_owned())));
    parts.extend(data.into_iter().map(|(path, hash)| (Part::Data(path.to_owned()), hash)));
    if let (Action::Run { .. } | Action::Console(_), [_, ..]) =
        (&program.action, &program.workspace.runner[..])
    {
        parts.push((Part::Runner, program.workspace.runner.join("\n")));
    }
    parts.extend(program.measures().then(|| (Part::Measures, timings(program))));
    let mut steps = vec![];
    if let Action::Console(commands) = &program.action {
        steps.extend(commands.iter().map(|it| fingerprint(command(it).as_bytes())));
    }
    if let Action::Run { given: it, .. } = &program.action
        && *it != Given::default()
    {
        parts.push((Part::Given, given(it)));
    }
    for (folder, file) in files(program) {
        let mode = file.mode.map(|mode| format!("mode {mode:o}")).unwrap_or_default();
        parts.push((Part::File(format!("{folder}/{}", file.path)), mode + &file.text()));
        steps.extend(cells(file).iter().map(|cell| fingerprint(cell.as_bytes())));
    }
    let is_own = |name: &str| program.workspace.named(name).is_some();
    let members = program.members();
    let below = members.iter().flat_map(|member| lock.below(&member.package.cargo_name(), is_own));
    parts.extend(below.map(|(package, from)| (Part::Crate(package), from)));
    let hashed = |(part, text): (Part, String)| (part.to_string(), fingerprint(text.as_bytes()));
    Inputs { parts: parts.into_iter().map(hashed).collect(), steps }
}

fn timings(program: &Program) -> String {
    let timings = program.steps.iter().map(|step| match step.timing {
        Some(Timing { warmup, runs }) => format!("{warmup} {runs}\n"),
        None => "\n".to_owned(),
    });
    timings.collect()
}

fn command(Command { text, given: it, status, chatter }: &Command) -> String {
    let chatter = if *chatter { "\nchatter" } else { "" };
    let status = if *status == 0 { String::new() } else { format!("\nexit {status}") };
    format!("{text}{status}{chatter}{}", given(it))
}

fn given(Given { env, stdin }: &Given) -> String {
    let env: String = env.iter().map(|(name, value)| format!("\nenv {name}={value}")).collect();
    let stdin = if stdin.is_empty() { String::new() } else { format!("\nstdin {stdin}") };
    env + &stdin
}

/// The key under which what a program gave is kept.
pub fn key(inputs: &Inputs) -> String {
    let parts = inputs.parts.iter().flat_map(|(part, hash)| [part, hash]);
    let all: Vec<&str> = parts.chain(&inputs.steps).map(String::as_str).collect();
    fingerprint(all.join("\n").as_bytes())
}

/// A part of what a program is made of. Displayed, it is the part's name in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Format,
    Action,
    Profile,
    /// Its environment and its standard input.
    Given,
    Sandbox,
    Local,
    /// By its path in the course.
    Data(String),
    /// By what command it is run.
    Runner,
    /// That it has the machine to itself, and how often it is run.
    Measures,
    /// By its path in the workspace.
    File(String),
    /// A name and a version.
    Crate(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format => f.write_str("format"),
            Self::Action => f.write_str("action"),
            Self::Profile => f.write_str("profile"),
            Self::Given => f.write_str("given"),
            Self::Sandbox => f.write_str("sandbox"),
            Self::Local => f.write_str("local crates"),
            Self::Data(path) => write!(f, "data {path}"),
            Self::Runner => f.write_str("runner"),
            Self::Measures => f.write_str("measures"),
            Self::File(path) => write!(f, "file {path}"),
            Self::Crate(package) => write!(f, "crate {package}"),
        }
    }
}

impl Part {
    pub fn read(name: &str) -> Option<Self> {
        Some(match name.split_once(' ') {
            Some(("data", path)) => Self::Data(path.to_owned()),
            Some(("file", path)) => Self::File(path.to_owned()),
            Some(("crate", package)) => Self::Crate(package.to_owned()),
            _ => match name {
                "format" => Self::Format,
                "action" => Self::Action,
                "profile" => Self::Profile,
                "given" => Self::Given,
                "sandbox" => Self::Sandbox,
                "local crates" => Self::Local,
                "runner" => Self::Runner,
                "measures" => Self::Measures,
                _ => return None,
            },
        })
    }
}

/// What of a run's limits it can notice, and live to tell of. What goes beyond the others is ended,
/// and never recorded.
fn sandbox(program: &Program) -> String {
    let Sandbox { held, network, write, on_request: _ } = &program.sandbox;
    let mut memory: Vec<Size> = program.steps.iter().map(|it| it.bounds.held.memory).collect();
    if memory.iter().all(|size| *size == memory[0]) {
        memory.truncate(1);
    }
    let memory = if memory.is_empty() { vec![held.memory] } else { memory };
    let memory: Vec<String> = memory.iter().map(Size::to_string).collect();
    format!("memory {}, network {network}, write {write:?}", memory.join(" "))
}

/// The code of each cell of a notebook's file.
fn cells(file: &File) -> Vec<String> {
    let mut cells: Vec<String> = vec![];
    for line in file.lines.iter() {
        if line.origin.is_none() && line.text.starts_with(STEP) {
            cells.push(String::new());
        } else if let (Some(cell), Some(_)) = (cells.last_mut(), &line.origin) {
            cell.push_str(&line.text);
            cell.push('\n');
        }
    }
    cells
}

/// Folders outside of the course's packages that a program depends on, as its manifests name them.
pub fn local_paths(program: &Program) -> BTreeSet<&str> {
    let dependencies =
        program.members().into_iter().flat_map(|it| it.package.dependencies.values());
    let paths = dependencies.filter_map(|dependency| dependency.get("path")?.as_str());
    paths.filter(|path| !path.starts_with("../")).collect()
}

/// A hash of some bytes, for telling whether they are the same as before.
pub fn fingerprint(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..32].to_owned()
}

/// The files that a program is made of, with the folder of their package: all of its own, and what
/// Cargo builds of the course's other packages that it depends on.
pub fn files(program: &Program) -> Vec<(&str, &File)> {
    let mut files = vec![];
    for Member { folder, package, .. } in program.members() {
        let is_own = *folder == program.member;
        let is_in = |file: &&File| match &program.action {
            // Of the member's programs it is one alone.
            Action::Run { binary, .. } | Action::Compile { binary } if is_own => {
                let is_main = *binary == package.cargo_name() && file.path == "src/main.rs";
                is_main
                    || file.path == format!("src/bin/{binary}.rs")
                    || !is_program_of_its_own(&file.path)
            }
            // A command may call any of them.
            Action::Console(_) if is_own || program.uses.contains(folder) => true,
            _ => is_own || !is_program_of_its_own(&file.path),
        };
        files.extend(package.files.iter().filter(is_in).map(|file| (folder.as_str(), file)));
    }
    files.sort_by_key(|(folder, file)| (*folder, file.path.as_str()));
    files
}

/// Whether a file is the root of a program that Cargo leaves out when it builds the library alone.
fn is_program_of_its_own(path: &str) -> bool {
    let is_root = |folder: &str| {
        path.strip_prefix(folder).is_some_and(|rest| rest.ends_with(".rs") && !rest.contains('/'))
    };
    path == "src/main.rs"
        || ["src/bin/", "examples/", "tests/", "benches/"].into_iter().any(is_root)
}

/// What a `Cargo.lock` says.
#[derive(Default)]
pub struct Lock {
    /// Each version of a package, by the package's name.
    packages: BTreeMap<String, Vec<Locked>>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Lock {
    /// Of a text that is no `Cargo.lock`, nothing.
    pub fn read(text: &str) -> Self {
        #[derive(Default, Deserialize)]
        struct File {
            #[serde(default, rename = "package")]
            packages: Vec<Locked>,
        }
        let mut lock = Self::default();
        for package in toml::from_str::<File>(text).unwrap_or_default().packages {
            lock.packages.entry(package.name.clone()).or_default().push(package);
        }
        lock
    }

    /// What `root` depends on: names and versions, and where each is from. The course's own
    /// packages, whose files count by themselves, are left out.
    fn below(&self, root: &str, is_own: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
        let named = |name: &str| self.packages.get(name).into_iter().flatten();
        let mut found = BTreeMap::new();
        let mut to_visit: Vec<&Locked> = named(root).collect();
        let mut visited = BTreeSet::new();
        while let Some(package) = to_visit.pop() {
            if !visited.insert((&package.name, &package.version, &package.source)) {
                continue;
            }
            if package.source.is_some() || !is_own(&package.name) {
                let checksum = package.checksum.as_deref().unwrap_or_default();
                let source = package.source.as_deref().unwrap_or_default();
                let name = format!("{} {}", package.name, package.version);
                found.insert(name, format!("{source} {checksum}"));
            }
            for dependency in &package.dependencies {
                // `name`, or `name version` where the lock holds several versions.
                let mut words = dependency.split(' ');
                let (name, version) = (words.next().unwrap_or_default(), words.next());
                to_visit.extend(named(name).filter(|it| version.is_none_or(|v| it.version == v)));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::package::{Expected, Package, Workspace};

    const LOCK: &str = r#"
        [[package]]
        name = "a"
        version = "0.1.0"
        dependencies = ["rand 0.9.0"]
        [[package]]
        name = "b"
        version = "0.1.0"
        dependencies = ["rand 0.8.0"]
        [[package]]
        name = "rand"
        version = "0.8.0"
        checksum = "eight"
        [[package]]
        name = "rand"
        version = "0.9.0"
        checksum = "nine"
    "#;

    fn program(member: &str, code: &str) -> Program {
        let member_of = |folder: &str, name: &str, path: &str, code: &str| Member {
            folder: folder.into(),
            package: Arc::new(Package {
                name: name.into(),
                files: vec![File::generated(path, code)],
                ..Package::default()
            }),
            data: BTreeSet::new(),
        };
        let members = vec![
            member_of("a", "a", "src/bin/x.rs", code),
            member_of("notebooks/a", "a-notebook", "src/main.rs", "cells"),
        ];
        let workspace = Workspace::new(members, String::new(), vec![], &mut None);
        Program {
            lesson: "a".into(),
            name: "p".into(),
            workspace: Arc::new(workspace),
            member: member.into(),
            uses: Some("a".into()).filter(|library| library != member).into_iter().collect(),
            action: match member {
                "a" => Action::Build,
                _ => Action::Run { binary: "a-notebook".into(), given: Given::default() },
            },
            expected: Expected::Success,
            sandbox: Sandbox::default(),
            is_seeded: false,
            data: BTreeMap::new(),
            steps: vec![],
        }
    }

    #[test]
    fn only_what_a_package_depends_on_counts() {
        let below = Lock::read(LOCK).below("a", |name| ["a", "b"].contains(&name));
        assert_eq!(below, [("rand 0.9.0".into(), " nine".into())].into());
        let key = |lock: &str| {
            let lock = Lock::read(lock);
            key(&inputs(&program("a", "x"), &lock, None, BTreeMap::new()))
        };
        assert_eq!(key(&LOCK.replace("eight", "8")), key(LOCK));
        assert_ne!(key(&LOCK.replace("nine", "9")), key(LOCK));
    }

    #[test]
    fn a_notebook_does_not_depend_on_other_programs_of_the_package() {
        let key = |member, code| {
            key(&inputs(&program(member, code), &Lock::default(), None, BTreeMap::new()))
        };
        assert_ne!(key("a", "x"), key("a", "y"));
        assert_eq!(key("notebooks/a", "x"), key("notebooks/a", "y"));
    }

    #[test]
    fn what_a_program_is_given_counts() {
        let key = |given| {
            let mut program = program("notebooks/a", "x");
            program.action = Action::Run { binary: "a-notebook".into(), given };
            key(&inputs(&program, &Lock::default(), None, BTreeMap::new()))
        };
        let env = BTreeMap::from([("PLANET".to_owned(), "Venus".to_owned())]);
        let plain = key(Given::default());
        assert_ne!(key(Given { env: env.clone(), ..Given::default() }), plain);
        assert_ne!(key(Given { stdin: "42\n".into(), ..Given::default() }), plain);
        let command = |command: Command| {
            let mut program = program("a", "x");
            program.action = Action::Console(vec![command]);
            self::key(&inputs(&program, &Lock::default(), None, BTreeMap::new()))
        };
        let plain = command(Command::default());
        assert_ne!(command(Command { status: 1, ..Command::default() }), plain);
        assert_ne!(command(Command { chatter: true, ..Command::default() }), plain);
        let given = Given { env, ..Given::default() };
        assert_ne!(command(Command { given, ..Command::default() }), plain);
    }
}
