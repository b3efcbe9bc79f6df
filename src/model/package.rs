//! What tangling makes: packages of files whose every line knows where it was written, and the
//! programs that can be run with them.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    course::{Lesson, Timing},
    limits::{Bounds, Held, Sandbox},
    source::Span,
};

/// Cargo's `[dependencies]`, as Cargo takes them.
pub type Dependencies = BTreeMap<String, toml::Value>;

/// Stands in generated manifests for the course's folder. Only who writes them knows the way.
pub const COURSE: &str = "${course}";

/// Everything that one lesson, or several that share a `crate`, tangle to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Package {
    pub name: String,
    /// By path, each once.
    pub files: Vec<File>,
    /// What its generated manifest lists.
    pub dependencies: Dependencies,
    /// Where front matter asks for each dependency.
    pub asked: BTreeMap<String, Span>,
    pub edition: String,
}

impl Package {
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The first block with a `file=` in it: where to tell of what no block stands behind.
    pub fn place(&self) -> Option<Span> {
        self.files.iter().filter_map(|file| file.info).min()
    }

    /// The name that Cargo knows it by: a lesson may tangle a `Cargo.toml` of its own.
    pub fn cargo_name(&self) -> Cow<'_, str> {
        let own = self.file("Cargo.toml").filter(|manifest| manifest.info.is_some());
        let own: Option<toml::Table> = own.and_then(|own| toml::from_str(&own.text()).ok());
        let name = own.as_ref().and_then(|own| own.get("package")?.get("name")?.as_str());
        name.map_or(Cow::Borrowed(&self.name), |name| Cow::Owned(name.to_owned()))
    }

    /// Whether Cargo can build it.
    pub fn has_manifest(&self) -> bool {
        self.file("Cargo.toml").is_some()
    }

    /// The `Cargo.toml` that says what it is.
    pub fn manifest(&self) -> File {
        let mut text = format!(
            "[package]\nname = {:?}\nversion = \"0.1.0\"\nedition = {:?}\npublish = false\n",
            self.name, self.edition
        );
        if !self.dependencies.is_empty() {
            text.push_str("\n[dependencies]\n");
        }
        for (name, requirement) in &self.dependencies {
            let is_bare = name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
            let key = if is_bare { name.clone() } else { format!("{name:?}") };
            text.push_str(&format!("{key} = {requirement}\n"));
        }
        File::generated("Cargo.toml", &text)
    }

    /// Whether other programs can `use` it.
    pub fn has_library(&self) -> bool {
        self.file("src/lib.rs").is_some()
    }
}

/// A generated file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Below the package's folder, with `/` between folders.
    pub path: String,
    pub lines: Arc<[Line]>,
    /// Unix permissions, if not the usual ones.
    pub mode: Option<u32>,
    /// What stands behind the fence of the block that names it first; none where no block does.
    pub info: Option<Span>,
}

impl File {
    /// A file that no lesson line stands behind.
    pub fn generated(path: impl Into<String>, text: &str) -> Self {
        Self {
            path: path.into(),
            lines: text.lines().map(Line::generated).collect(),
            mode: None,
            info: None,
        }
    }

    /// Where a line (from one) comes from.
    pub fn origin(&self, line: usize) -> Option<&Origin> {
        self.lines.get(line.checked_sub(1)?)?.origin.as_ref()
    }

    /// The lesson's text from a line and column (both from one, in characters) on to the line's end.
    pub fn place(&self, line: usize, column: usize) -> Option<Span> {
        let origin = self.origin(line)?;
        let text = self.lines[line - 1].text.chars();
        let before: usize = text.take(column.saturating_sub(1)).map(char::len_utf8).sum();
        let start = (origin.span.start + before.saturating_sub(origin.indent)).min(origin.span.end);
        Some(Span { start, ..origin.span })
    }

    /// The file's text where `course` is the way from its package to the course's folder.
    pub fn text_at(&self, course: &str) -> String {
        let text = self.text();
        if self.info.is_none() { text.replace(COURSE, course) } else { text }
    }

    /// The file's text, each line ended by `\n`.
    pub fn text(&self) -> String {
        self.lines.iter().flat_map(|line| [line.text.as_str(), "\n"]).collect()
    }
}

/// One line of a generated file, without its ending.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub text: String,
    /// None for what only holds a program together.
    pub origin: Option<Origin>,
}

impl Line {
    pub fn generated(text: impl Into<String>) -> Self {
        Self { text: text.into(), origin: None }
    }
}

/// Where the text of a generated line stands in a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub span: Span,
    /// Bytes that tangling put before it.
    pub indent: usize,
    /// The reference that took it in; none where its block is the target or the cell itself.
    pub used: Option<Arc<Use>>,
}

/// A reference, as one of its expansions came to be.
#[derive(Debug, PartialEq, Eq)]
pub struct Use {
    /// The reference: `<<name>>`.
    pub span: Span,
    /// The reference that took in the block which it stands in.
    pub outer: Option<Arc<Use>>,
}

impl Origin {
    /// The references that took it in, innermost first.
    pub fn uses(&self) -> impl Iterator<Item = Span> {
        std::iter::successors(self.used.as_ref(), |used| used.outer.as_ref()).map(|it| it.span)
    }
}

/// Rust cells by their code blocks, their references replaced.
pub type Cells = BTreeMap<Span, Vec<Line>>;

/// All that a course's code blocks make.
#[derive(Clone, Debug, Default)]
pub struct Tangled {
    /// Those without a mistake, in the order in which lessons first name them.
    pub packages: Vec<Arc<Package>>,
    /// Names of the packages that have one.
    pub broken: BTreeSet<String>,
    /// The cells of each package's lessons, but for those with a reference that can't be replaced.
    pub cells: BTreeMap<String, Arc<Cells>>,
    /// Which of the packages has each name.
    places: HashMap<String, usize>,
}

impl Tangled {
    pub fn add(&mut self, package: Arc<Package>) {
        self.places.insert(package.name.clone(), self.packages.len());
        self.packages.push(package);
    }

    /// The package that a lesson's code goes to; none where it has a mistake.
    pub fn package(&self, lesson: &Lesson) -> Option<&Arc<Package>> {
        self.named(&lesson.package)
    }

    /// The package without a mistake that has this name.
    pub fn named(&self, name: &str) -> Option<&Arc<Package>> {
        self.places.get(name).map(|at| &self.packages[*at])
    }

    /// Leaves out the packages that are found to have a mistake.
    pub fn withdraw(&mut self, is_broken: impl Fn(&str) -> bool) {
        for package in std::mem::take(&mut self.packages) {
            if is_broken(&package.name) {
                self.places.remove(&package.name);
                self.broken.insert(package.name.clone());
            } else {
                self.add(package);
            }
        }
    }
}

/// All packages that are built together, under one `Cargo.lock`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Workspace {
    pub members: Vec<Member>,
    /// How everything in it is compiled: Cargo's `[profile]` tables.
    pub profile: String,
    /// The command by which notebooks are run, if they are not run right here.
    pub runner: Vec<String>,
    places: Arc<Places>,
}

/// Which members of a workspace are where. Another workspace of the same may share it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// The folder of each member, and the name by which Cargo knows it.
    listed: Vec<(String, String)>,
    /// The first that stands in each folder.
    folders: HashMap<String, usize>,
    /// The first that is known by each name.
    names: HashMap<String, usize>,
}

impl Places {
    fn of(members: &[Member]) -> Self {
        let mut places = Self::default();
        for (at, Member { folder, package, .. }) in members.iter().enumerate() {
            let name = package.cargo_name().into_owned();
            places.folders.entry(folder.clone()).or_insert(at);
            places.names.entry(name.clone()).or_insert(at);
            places.listed.push((folder.clone(), name));
        }
        places
    }

    fn are_of(&self, members: &[Member]) -> bool {
        self.listed.len() == members.len()
            && self.listed.iter().zip(members).all(|((folder, name), member)| {
                *folder == member.folder && **name == *member.package.cargo_name()
            })
    }
}

/// A package and the folder it is in.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Below the workspace's folder: `asyncio`, `notebooks/asyncio`.
    pub folder: String,
    pub package: Arc<Package>,
    /// The files of the course that its lessons declare.
    pub data: BTreeSet<String>,
}

impl Member {
    /// Whether its code may take some of these in when it is compiled, by `include_str!` and its like.
    pub fn includes_files(&self) -> bool {
        let mut lines = self.package.files.iter().flat_map(|file| file.lines.iter());
        let mut includes = || lines.any(|it| it.origin.is_some() && it.text.contains("include"));
        !self.data.is_empty() && includes()
    }
}

impl Workspace {
    /// Its members may be where those of the last one were.
    pub fn new(
        members: Vec<Member>,
        profile: String,
        runner: Vec<String>,
        last: &mut Option<Arc<Places>>,
    ) -> Self {
        let places = match last {
            Some(places) if places.are_of(&members) => Arc::clone(places),
            _ => Arc::clone(last.insert(Arc::new(Places::of(&members)))),
        };
        Self { members, profile, runner, places }
    }

    pub fn member(&self, folder: &str) -> Option<&Package> {
        self.at(folder).map(|member| &*member.package)
    }

    /// The member that stands in a folder.
    pub fn at(&self, folder: &str) -> Option<&Member> {
        self.places.folders.get(folder).map(|at| &self.members[*at])
    }

    /// The members in some folders, and those that they depend on.
    pub fn below<'f>(&self, folders: impl Iterator<Item = &'f String>) -> Vec<&Member> {
        let mut to_visit: Vec<&Member> = folders.filter_map(|folder| self.at(folder)).collect();
        let mut members: Vec<&Member> = vec![];
        while let Some(member) = to_visit.pop() {
            if members.iter().any(|other| other.folder == member.folder) {
                continue;
            }
            members.push(member);
            let dependencies = member.package.dependencies.keys();
            to_visit.extend(dependencies.filter_map(|name| self.named(name)));
        }
        members
    }

    /// The member that Cargo knows by a name.
    pub fn named(&self, name: &str) -> Option<&Member> {
        self.places.names.get(name).map(|at| &self.members[*at])
    }

    /// The file at a path below the workspace's folder, as compilers name it.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.members.iter().find_map(|member| {
            member.package.file(path.strip_prefix(&member.folder)?.strip_prefix('/')?)
        })
    }
}

/// Something that can be run, and gives outputs.
#[derive(Clone, Debug)]
pub struct Program {
    /// The lesson that it belongs to.
    pub lesson: String,
    /// What it is called in messages and records, once a lesson: `notebook`, `notebook-other`, `console`.
    pub name: String,
    pub workspace: Arc<Workspace>,
    /// The folder of the workspace member that it is built from or runs in.
    pub member: String,
    /// The folders of other members that it is made of, beside what their manifests say.
    pub uses: Vec<String>,
    pub action: Action,
    pub expected: Expected,
    /// What running it may take and touch.
    pub sandbox: Sandbox,
    /// Whether it is compiled so that it draws by chance what its own code says.
    pub is_seeded: bool,
    /// The files of the course that it reads, and where they are declared.
    pub data: BTreeMap<String, Span>,
    /// The code block of each step, in the order in which the steps run.
    pub steps: Vec<Step>,
}

impl Program {
    /// What any of its cells or commands may hold.
    pub fn held(&self) -> Held {
        let all = self.steps.iter().map(|step| step.bounds.held);
        all.reduce(Held::or).unwrap_or(self.sandbox.held)
    }

    /// Whether it tells how long something takes, and so must have the machine to itself.
    pub fn measures(&self) -> bool {
        self.steps.iter().any(|step| step.timing.is_some())
    }

    /// How often it is run, so that each step is measured as often as it asks for.
    pub fn runs(&self) -> u32 {
        let timings = self.steps.iter().filter_map(|step| step.timing);
        timings.map(|timing| timing.warmup + timing.runs).max().unwrap_or(1)
    }

    /// The packages that it is made of: its own, and those of the course that it depends on.
    pub fn members(&self) -> Vec<&Member> {
        self.workspace.below(self.uses.iter().chain([&self.member]))
    }

    /// The one binary of its member that it is, if it is one.
    pub fn binary(&self) -> Option<&str> {
        match &self.action {
            Action::Run { binary, .. } | Action::Compile { binary } => Some(binary),
            Action::Console(_) | Action::Build => None,
        }
    }
}

/// How a program is to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    Success,
    /// The compiler refuses it, with these codes if some are named.
    CompilerError {
        codes: Vec<String>,
    },
    Panic,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Build a binary of the member and run it; a step is a cell.
    Run { binary: String, given: Given },
    /// Build a binary of the member, and run nothing.
    Compile { binary: String },
    /// Run each in a shell in the member's folder; a step is a command.
    Console(Vec<Command>),
    /// Build the member, and run nothing: there are no steps that would give anything.
    Build,
}

/// What a process is given by the code blocks that it is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Environment variables beside those that every run has.
    pub env: BTreeMap<String, String>,
    /// All of its standard input.
    pub stdin: String,
}

/// One `$ command` of a console block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    pub text: String,
    pub given: Given,
    /// The exit status that it is to end with.
    pub status: i32,
    /// Whether what cargo tells of its progress is kept.
    pub chatter: bool,
}

/// The status that a shell would give for a command that a signal ended.
///
/// Source: POSIX, "Shell Command Language", "Exit Status for Commands"; the 128 is what all shells add.
pub fn status_of_signal(signal: i32) -> i32 {
    128 + signal
}

/// The exit status of a program whose main thread panicked.
///
/// Source: the Rust documentation of `std::process::Termination` and `panic!`.
pub const PANICKED: i32 = 101;

/// The status of a program whose `main` gives an error.
///
/// Source: the standard library, `std::process::ExitCode::FAILURE`.
pub const FAILED: i32 = 1;

/// One part of a program's run that has an output of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The whole code block.
    pub chunk: Span,
    /// What a message about it points at: the cell's first line, or the command.
    pub span: Span,
    pub bounds: Bounds,
    /// How it is measured, if it tells how long something takes.
    pub timing: Option<Timing>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_written_as_cargo_takes_them() {
        let tokio = toml::from_str("version = \"1\"\nfeatures = [\"rt\", \"time\"]").unwrap();
        let package = Package {
            name: "asyncio".into(),
            edition: "2024".into(),
            dependencies: [
                ("rand".to_owned(), toml::Value::String("0.9".into())),
                ("tokio".to_owned(), toml::Value::Table(tokio)),
            ]
            .into(),
            ..Package::default()
        };
        let text = package.manifest().text();
        assert!(text.contains("\nrand = \"0.9\"\n"), "{text}");
        let parsed: toml::Table = toml::from_str(&text).unwrap();
        assert_eq!(parsed["dependencies"]["tokio"]["features"][1].as_str(), Some("time"));
    }
}
