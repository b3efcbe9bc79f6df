//! Builds programs with cargo and runs them: the [`Runner`](crate::execute::Runner) of real life.

mod batch;
mod build;
mod elsewhere;
mod load;
mod sandbox;
mod so_far;

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Seek, Write},
    path::{Path, PathBuf},
    process::Stdio,
    rc::Rc,
    sync::{Arc, mpsc::Sender},
    time::{Duration, Instant, SystemTime},
};

use tokio::{process::Command, runtime::Runtime};

use super::{
    files,
    process::{self, Allowance, Ended, Stop},
    terminal::Progress,
    with_path,
};
use build::{Build, LINES, SeenBy, shows_lines};
use elsewhere::without_runner;

pub use so_far::SoFar;

use crate::{
    execute::{NONCE, Splitter, fingerprint, without_chatter},
    model::{
        package::{self, Action, Given, Program, Step, Workspace},
        record::{CapturedFile, CompilerMessage, End, Made, Part, StepTrace, Trace},
    },
};

/// Files of these kinds that a program writes are kept with its record.
const CAPTURED: &[&str] =
    &["csv", "gif", "jpeg", "jpg", "json", "png", "svg", "tsv", "txt", "webp"];

/// What a program may take before its first cell begins: in a program that repeats others, these
/// have their own time.
const START: Allowance = Allowance { time: Duration::from_secs(600), output: 16 << 20 };

fn allowance(step: &Step) -> Allowance {
    let output = usize::try_from(step.bounds.output_size.0).unwrap_or(usize::MAX);
    Allowance { time: Duration::from_secs(step.bounds.timeout.into()), output }
}

/// What a run sees of our own environment; the rest is fixed, so that runs can be compared.
const PASSED_ON: &[&str] = &["PATH", "HOME", "USER", "SYSTEMROOT"];

pub struct Cargo {
    /// The folder for everything private to the course.
    folder: PathBuf,
    course: PathBuf,
    /// The versions that the course is recorded with, and then those that it is built with.
    lock: RefCell<String>,
    offline: bool,
    /// Our own program, which confines runs.
    lessonc: PathBuf,
    /// What is being built.
    workspace: Arc<Workspace>,
    /// Folders of members that cargo takes for broken, with its words, and of those that need them.
    /// The others are built without them.
    left_out: RefCell<BTreeMap<String, String>>,
    /// Whether it was told what this system does not keep runs from.
    is_told: Cell<bool>,
    toolchain: OnceCell<Toolchain>,
    runtime: Rc<Runtime>,
    stop: Stop,
    progress: Arc<Progress>,
    /// Who is told what programs give while they run.
    told: Option<Sender<SoFar>>,
}

impl Cargo {
    pub fn new(
        folder: PathBuf,
        course: PathBuf,
        lock: String,
        offline: bool,
        lessonc: PathBuf,
        progress: Arc<Progress>,
    ) -> io::Result<Self> {
        let runtime = Rc::new(process::runtime()?);
        let stop = process::stop(&runtime)?;
        Ok(Self {
            folder,
            course,
            lock: RefCell::new(lock),
            offline,
            lessonc,
            workspace: Arc::default(),
            left_out: RefCell::default(),
            is_told: Cell::new(false),
            toolchain: OnceCell::new(),
            runtime,
            stop,
            progress,
            told: None,
        })
    }

    /// Ends what runs when this comes to its end, as if the user did.
    pub fn ended_by(mut self, also: impl Future<Output = ()> + 'static) -> Self {
        self.stop = process::either(self.stop, also);
        self
    }

    /// Where everything is built.
    fn workspace_folder(&self) -> PathBuf {
        self.folder.join("build")
    }

    async fn run_notebook(
        &self,
        program: &Program,
        given: &Given,
        build: Build,
    ) -> io::Result<Trace> {
        let Some(path) = build.binary else {
            return self.not_built(build);
        };
        let runs = self.folder.join("runs").join(&program.lesson).join(&program.name);
        let folder = files::fresh_folder(runs)?;
        let temporary = self.temporary(program)?;
        let own = [folder.as_path(), temporary.path()];
        let mut command = self.begun(program, program.held(), &own, path.as_ref())?;
        self.environment(&mut command, temporary.path());
        let nonce = nonce();
        command.envs(&given.env).current_dir(&folder).env(NONCE, &nonce);
        let command = self.by_way_of_runner(program, command)?;
        let steps = program.steps.len();
        let splitter = RefCell::new(Splitter::new(&nonce, steps));
        let task = self.progress.begin(&program.lesson, "running its cells");
        self.lay_out(program, &folder)?;
        let before = listing(&folder)?;
        let mut begun = 0;
        let stdin = stdin(&given.stdin)?;
        let run = process::run_with_input(&self.stop, command, stdin, START, |stream, bytes| {
            let mut splitter = splitter.borrow_mut();
            splitter.push(stream, bytes);
            let before = std::mem::replace(&mut begun, splitter.steps());
            if begun == before {
                return None;
            }
            task.detail(&format!("cell {begun} of {steps}"));
            program.steps.get(begun - 1).map(allowance)
        });
        let ended = self.telling(program, &splitter, run).await.map_err(without_runner(program))?;
        let (mut traces, reached_end) = splitter.into_inner().finish();
        // What a cell prints last may have come together with the beginning of the next.
        let too_much = traces
            .iter()
            .zip(&program.steps)
            .position(|(given, step)| given.printed() as u64 > step.bounds.output_size.0);
        let end = match ended {
            _ if too_much.is_some() => End::Flooded,
            // One that leaves in its last cell leaves nothing out.
            Ended::Status(0) if reached_end || traces.len() == steps => End::Finished,
            Ended::Status(status) => End::Exited(status),
            Ended::Signal(signal) => End::Killed(signal),
            Ended::Flooded => End::Flooded,
            Ended::TimedOut => End::TimedOut,
        };
        traces.truncate(too_much.map_or(traces.len(), |at| at + 1));
        let files = captured(&folder, &before)?;
        self.trace(end, traces, files, build.messages)
    }

    async fn run_console(
        &self,
        program: &Program,
        commands: &[package::Command],
        build: Build,
    ) -> io::Result<Trace> {
        // Those before it may have changed what is there; it begins with what tangling gave.
        self.write_workspace(SeenBy::Commands)?;
        let folder = self.workspace_folder().join(&program.member);
        fs::create_dir_all(&folder).map_err(with_path(&folder))?;
        self.lay_out(program, &folder)?;
        let before = listing(&folder)?;
        let temporary = self.temporary(program)?;
        let target = self.folder.join("target");
        fs::create_dir_all(&target).map_err(with_path(&target))?;
        // Cargo locks a file in the one and may write a lock file into the other.
        let workspace = self.workspace_folder();
        let own = [&*workspace, &*target, temporary.path()];
        let splitter = RefCell::new(Splitter::unmarked());
        let mut end = End::Finished;
        for (command, step) in commands.iter().zip(&program.steps) {
            let package::Command { text, given, status: expected, .. } = command;
            if !folder.is_dir() {
                return Err(io::Error::other(format!(
                    "`{text}` cannot run: a command before it removed the package's folder"
                )));
            }
            let _task = self.progress.begin(&program.lesson, &format!("$ {text}"));
            let (interpreter, flag) = SHELL;
            let held = step.bounds.held;
            let mut shell = self.begun(program, held, &own, interpreter.as_ref())?;
            shell.args([flag, &in_one_stream(text)]);
            self.environment(&mut shell, temporary.path());
            shell.current_dir(&folder);
            shell.env("CARGO_TARGET_DIR", &target);
            shell.env("CARGO_TERM_COLOR", "always");
            shell.envs(shows_lines(program).then_some(LINES)).envs(&given.env);
            let shell = self.by_way_of_runner(program, shell)?;
            let stdin = stdin(&given.stdin)?;
            splitter.borrow_mut().next_step();
            let start = Instant::now();
            let take = |stream, bytes: &[u8]| {
                splitter.borrow_mut().push(stream, bytes);
                None
            };
            let run = process::run_with_input(&self.stop, shell, stdin, allowance(step), take);
            let ended = self.telling(program, &splitter, run).await;
            let ended = ended.map_err(without_runner(program))?;
            splitter.borrow_mut().set_micros(start.elapsed().as_micros() as u64);
            match ended {
                Ended::Status(status) if status == *expected => continue,
                Ended::Signal(signal) if package::status_of_signal(signal) == *expected => continue,
                Ended::Status(status) => end = End::Exited(status),
                Ended::Signal(signal) => end = End::Killed(signal),
                Ended::Flooded => end = End::Flooded,
                Ended::TimedOut => end = End::TimedOut,
            }
            break;
        }
        let files = captured(&folder, &before)?;
        let (mut traces, _) = splitter.into_inner().finish();
        leave_out_chatter(program, &mut traces);
        self.trace(end, traces, files, build.messages)
    }

    /// Puts the files that a program reads where it looks for them.
    fn lay_out(&self, program: &Program, folder: &Path) -> io::Result<()> {
        for path in program.data.keys() {
            let from = self.course.join(path);
            let bytes = fs::read(&from).map_err(with_path(&from))?;
            files::write(&folder.join(path), &bytes)?;
        }
        Ok(())
    }

    /// What a lesson's program sees: the same on every machine.
    fn environment(&self, command: &mut Command, temporary: &Path) {
        command.env_clear();
        for (name, value) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            let is_tool = ["CARGO_HOME", "RUSTUP_", "SSL_CERT_", "http_proxy", "https_proxy"]
                .iter()
                .any(|start| name_text.starts_with(start));
            if is_tool || PASSED_ON.contains(&name_text.as_ref()) {
                command.env(name, value);
            }
        }
        for (name, value) in [
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("TERM", "dumb"),
            ("COLUMNS", "80"),
            ("RUST_BACKTRACE", "0"),
        ] {
            command.env(name, value);
        }
        command.envs(["TMPDIR", "TEMP", "TMP"].map(|name| (name, temporary)));
    }

    fn not_built(&self, build: Build) -> io::Result<Trace> {
        let said = StepTrace { parts: vec![Part::Stderr(build.said)], ..StepTrace::default() };
        self.trace(End::NotBuilt, vec![said], vec![], build.messages)
    }

    fn trace(
        &self,
        end: End,
        mut steps: Vec<StepTrace>,
        files: Vec<CapturedFile>,
        messages: Vec<CompilerMessage>,
    ) -> io::Result<Trace> {
        for part in steps.iter_mut().flat_map(|step| &mut step.parts) {
            self.hide_folders(part.text_mut());
        }
        let (made, lock) = (self.made(), self.lock.borrow().clone());
        Ok(Trace { made, end, steps, files, opened: BTreeSet::new(), messages, lock })
    }

    /// Names files as they are named below the workspace: where that stands is nobody's concern,
    /// and differs from machine to machine.
    fn hide_folders(&self, text: &mut String) {
        let folders =
            [("build", ""), ("target", "target/"), ("seeded", "target/"), ("tmp", "/tmp/")];
        for (folder, shown) in folders {
            let folder = format!("{}/", self.folder.join(folder).display());
            if text.contains(&folder) {
                *text = text.replace(&folder, shown);
            }
        }
    }

    fn made(&self) -> Made {
        let Toolchain { rustc, host } = self.toolchain.get().cloned().unwrap_or_default();
        let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        Made { date, rustc, host, cpu: cpu_name(), cores: cores(), load: None }
    }
}

/// Leaves out what cargo tells of its progress in a console, unless it is asked for.
fn leave_out_chatter(program: &Program, steps: &mut [StepTrace]) {
    let Action::Console(commands) = &program.action else { return };
    for (given, command) in steps.iter_mut().zip(commands) {
        for part in given.parts.iter_mut().filter(|_| !command.chatter) {
            *part.text_mut() = without_chatter(part.text_mut());
        }
        given.parts.retain_mut(|part| !part.text_mut().is_empty());
    }
}

/// What compiles.
#[derive(Clone, Default)]
struct Toolchain {
    /// Its name and version.
    rustc: String,
    /// What it compiles for.
    host: String,
}

async fn toolchain(stop: &Stop, folder: &Path) -> io::Result<Toolchain> {
    let mut rustc = Command::new("rustc");
    rustc.arg("-vV").current_dir(folder);
    let mut said = vec![];
    process::run(stop, rustc, Allowance::UNLIMITED, |_, bytes| {
        said.extend_from_slice(bytes);
        None
    })
    .await?;
    let said = String::from_utf8_lossy(&said);
    let version = said.lines().next().unwrap_or_default();
    let rustc = version.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(Toolchain { rustc, host: host.unwrap_or_default().to_owned() })
}

/// Threads that the system runs at once.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A standard input that holds this text, and nothing where that is empty.
fn stdin(text: &str) -> io::Result<Stdio> {
    if text.is_empty() {
        return Ok(Stdio::null());
    }
    let mut file = tempfile::tempfile()?;
    file.write_all(text.as_bytes())?;
    file.rewind()?;
    Ok(file.into())
}

/// What runs a command, and how to hand it one.
const SHELL: (&str, &str) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };

/// A command that prints to one stream all that it would print to two. A terminal shows both in the order
/// in which they are written, and nobody can tell that order who reads them from two pipes.
fn in_one_stream(command: &str) -> String {
    if cfg!(windows) { format!("({command}) 2>&1") } else { format!("exec 2>&1; {command}") }
}

/// A word that nothing a lesson prints can hold by chance.
fn nonce() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    fingerprint(format!("{} {}", now.as_nanos(), std::process::id()).as_bytes())
}

/// The processor's name, where the system tells it.
fn cpu_name() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name"));
    let name = name.and_then(|line| line.split_once(':')).map(|(_, name)| name.trim());
    name.unwrap_or_default().to_owned()
}

/// When each file of a working directory was last written.
fn listing(folder: &Path) -> io::Result<BTreeMap<String, Option<SystemTime>>> {
    let paths = files::list(folder, &["target", "Cargo.lock"])?;
    let time = |path: &str| fs::metadata(folder.join(path)).and_then(|data| data.modified()).ok();
    Ok(paths.into_iter().map(|path| (path.clone(), time(&path))).collect())
}

/// The files of a working directory that were written since `before`.
fn captured(
    folder: &Path,
    before: &BTreeMap<String, Option<SystemTime>>,
) -> io::Result<Vec<CapturedFile>> {
    let mut captured = vec![];
    for (path, time) in listing(folder)? {
        let kind = path.rsplit_once('.').map(|(_, kind)| kind.to_ascii_lowercase());
        let is_wanted = kind.is_some_and(|kind| CAPTURED.contains(&kind.as_str()));
        if is_wanted && before.get(&path) != Some(&time) {
            let full = folder.join(&path);
            captured.push(CapturedFile {
                bytes: fs::read(&full).map_err(with_path(&full))?.into(),
                path,
            });
        }
    }
    Ok(captured)
}
