//! Confines a run, on Linux: what it may take, write and reach, and that nothing of it is left when it
//! is over.
//!
//! None of that can be done to another process, so `lessonc` starts itself again as `lessonc confine`,
//! which starts the program and stays beside it until both end. Each thing that is forbidden is asked of
//! the kernel by itself: where a kernel, or the container around it, does not grant one, the others hold.

use std::{
    env,
    ffi::{CString, OsString},
    fs, io,
    os::unix::{
        ffi::OsStrExt,
        process::{ExitStatusExt, parent_id},
    },
    path::PathBuf,
    process::{ExitCode, ExitStatus},
    thread,
    time::Duration,
};

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, RestrictionStatus, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, Scope, path_beneath_rules,
};
use nix::{
    errno::Errno,
    sched::{CloneFlags, unshare},
    spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawnp},
    sys::{
        prctl,
        resource::{Resource, setrlimit},
        signal::{SigSet, Signal, kill, raise},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{Pid, getgid, getuid},
};
use serde::{Deserialize, Serialize};

/// What a run may take, write and reach.
#[derive(Debug, Serialize, Deserialize)]
pub struct Confinement {
    /// The process that the run is for, and that it does not outlive.
    pub parent: u32,
    /// Files and folders that it may write to.
    pub write: Vec<PathBuf>,
    pub network: bool,
    /// Bytes that each process may ask for.
    pub memory: u64,
    /// Bytes that a file may grow to.
    pub file_size: u64,
}

impl Confinement {
    /// The arguments of `lessonc` that start a program confined. Behind them come the program and its own.
    ///
    /// # Errors
    ///
    /// Where a path is no text.
    pub fn arguments(&self) -> io::Result<[String; 3]> {
        Ok(["confine".to_owned(), serde_json::to_string(self)?, "--".to_owned()])
    }
}

/// Starts a program confined, and ends as it ends; nothing that it started is left then. Without a
/// program, prints what this system does not keep one from, a line each.
///
/// # Errors
///
/// Where the program cannot be started, or a limit cannot be set.
pub fn confine(confinement: &str, program: &[OsString]) -> io::Result<ExitCode> {
    let confinement: Confinement = serde_json::from_str(confinement)?;
    // A process that has threads may not do this.
    let left = Left::leave(confinement.network);
    let signals =
        SigSet::from_iter([Signal::SIGCHLD, Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM]);
    // Asked for one by one below, so that no moment is left in which one would pass unseen.
    signals.thread_block()?;
    prctl::set_pdeathsig(Signal::SIGTERM)?;
    if parent_id() != confinement.parent {
        // It ended before we asked to be told.
        return Ok(ExitCode::FAILURE);
    }
    // What the program leaves behind becomes our child, whatever group or session it has made its own.
    prctl::set_child_subreaper(true)?;
    confinement.set_limits()?;
    let Some((program, arguments)) = program.split_first() else {
        let status = confinement.restrict_thread().map_err(io::Error::other)?;
        left_open(&status, left).iter().for_each(|what| println!("{what}"));
        return Ok(ExitCode::SUCCESS);
    };
    let child = confinement.start(program, arguments)?;
    let status = wait(child, &signals)?;
    end_descendants();
    Ok(status.map_or(ExitCode::FAILURE, end_as))
}

/// What anybody may write to.
const DEVICES: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty"];

impl Confinement {
    fn set_limits(&self) -> io::Result<()> {
        // Not the address space: allocators, sanitizers and languages other than Rust reserve far more of
        // that than they ever use. This counts what a process may write to and shares with nobody: its
        // heap, and the stacks of its threads.
        setrlimit(Resource::RLIMIT_DATA, self.memory, self.memory)?;
        setrlimit(Resource::RLIMIT_FSIZE, self.file_size, self.file_size)?;
        // Nobody looks at what a crash would leave in a folder that is swept before the next run.
        Ok(setrlimit(Resource::RLIMIT_CORE, 0, 0)?)
    }

    /// Starts the program from a thread of its own, which alone is restricted: the program cannot end us,
    /// and we can end it. It gets the signals that we have asked to wait, as any program does; we don't, at
    /// no moment, for one that ended us now would leave it behind.
    fn start(&self, program: &OsString, arguments: &[OsString]) -> io::Result<Pid> {
        let words = std::iter::once(program).chain(arguments).map(|word| text(word.as_bytes()));
        let words: Vec<CString> = words.collect::<io::Result<_>>()?;
        let variables = env::vars_os()
            .map(|(name, value)| text(&[name.as_bytes(), b"=", value.as_bytes()].concat()));
        let variables: Vec<CString> = variables.collect::<io::Result<_>>()?;
        let start = || {
            self.restrict_thread().map_err(io::Error::other)?;
            let mut attributes = PosixSpawnAttr::init()?;
            attributes.set_sigmask(&SigSet::empty())?;
            // The one that Rust's programs ignore.
            attributes.set_sigdefault(&SigSet::from(Signal::SIGPIPE))?;
            attributes.set_flags(
                PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF,
            )?;
            let files = PosixSpawnFileActions::init()?;
            Ok(posix_spawnp(&words[0], &files, &attributes, &words, &variables)?)
        };
        thread::scope(|scope| scope.spawn(start).join())
            .unwrap_or_else(|_| Err(io::Error::other("the program could not be started")))
    }

    /// Reading stays free. What a thread starts is restricted as it is.
    fn restrict_thread(&self) -> Result<RestrictionStatus, RulesetError> {
        let write = AccessFs::from_write(ABI::V3);
        let mut ruleset = Ruleset::default().handle_access(write)?.scope(Scope::Signal)?;
        if !self.network {
            ruleset = ruleset
                .handle_access(AccessNet::from_all(ABI::V4))?
                .scope(Scope::AbstractUnixSocket)?;
        }
        ruleset
            .create()?
            .add_rules(path_beneath_rules(&self.write, write))?
            .add_rules(path_beneath_rules(DEVICES, write))?
            .restrict_self()
    }
}

/// What a system does not keep a program from.
fn left_open(status: &RestrictionStatus, left: Left) -> Vec<&'static str> {
    let abi = match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => effective_abi,
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => ABI::Unsupported,
    };
    let mut open = vec![];
    if abi < ABI::V3 {
        open.push("writing outside of their folder");
    }
    if abi < ABI::V6 {
        open.push("ending other programs");
    }
    if !left.user && getuid().is_root() {
        open.push("changing the machine as root may");
    }
    if !left.network {
        let is_tcp_closed = abi >= ABI::V4;
        open.push(if is_tcp_closed {
            "reaching the network by UDP"
        } else {
            "reaching the network"
        });
    }
    open
}

/// What the kernel lets us leave.
#[derive(Clone, Copy)]
struct Left {
    /// The user namespace: whoever we are, root included, we may change nothing of the machine itself,
    /// such as its clock or its name.
    user: bool,
    network: bool,
}

impl Left {
    fn leave(with_network: bool) -> Self {
        let network = if with_network { CloneFlags::empty() } else { CloneFlags::CLONE_NEWNET };
        let (user, group) = (getuid(), getgid());
        if unshare(CloneFlags::CLONE_NEWUSER | network).is_err() {
            let is_left = !with_network && unshare(network).is_ok();
            return Self { user: false, network: is_left };
        }
        for (file, text) in [
            ("setgroups", "deny".to_owned()),
            ("uid_map", format!("{user} {user} 1")),
            ("gid_map", format!("{group} {group} 1")),
        ] {
            // Where this is refused we are called nobody, and may write to what we might before.
            _ = fs::write(format!("/proc/self/{file}"), text);
        }
        Self { user: true, network: !with_network }
    }
}

/// A word as the system takes it.
fn text(bytes: &[u8]) -> io::Result<CString> {
    Ok(CString::new(bytes)?)
}

/// Waits until the program ends, or we are to end it: then there is no status.
fn wait(child: Pid, signals: &SigSet) -> io::Result<Option<ExitStatus>> {
    loop {
        match waitpid(child, Some(WaitPidFlag::WNOHANG))? {
            WaitStatus::Exited(_, code) => return Ok(Some(ExitStatus::from_raw(code << 8))),
            WaitStatus::Signaled(_, signal, _) => {
                return Ok(Some(ExitStatus::from_raw(signal as i32)));
            }
            _ => {}
        }
        if signals.wait()? != Signal::SIGCHLD {
            return Ok(None);
        }
    }
}

/// Ends our children, and theirs when they have become ours, until there are none.
fn end_descendants() {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Err(Errno::ECHILD) => return,
            Ok(status) if status.pid().is_some() => continue,
            _ => {}
        }
        for child in children() {
            _ = kill(child, Signal::SIGKILL);
        }
        // A signal takes a moment.
        thread::sleep(Duration::from_micros(200));
    }
}

fn children() -> Vec<Pid> {
    let own = std::process::id().to_string();
    let parent = |pid: &str| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // `PID (NAME) STATE PARENT …`, and the name may hold anything.
        Some(stat.rsplit_once(") ")?.1.split(' ').nth(1)?.to_owned())
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let pids = pids.filter(|pid| pid.starts_with(|c: char| c.is_ascii_digit()));
    let ours = pids.filter(|pid| parent(pid).as_deref() == Some(&own));
    ours.filter_map(|pid| Some(Pid::from_raw(pid.parse().ok()?))).collect()
}

/// Ends as another process ended: by the same signal, if it was one.
fn end_as(status: ExitStatus) -> ExitCode {
    let signal = status.signal();
    if let Some(signal) = signal.and_then(|signal| Signal::try_from(signal).ok()) {
        _ = SigSet::empty().thread_set_mask();
        // The handler that Rust has for some takes itself away and lets the first pass.
        _ = raise(signal);
        _ = raise(signal);
    }
    // What shells say of a signal is left for the one that Rust ignores.
    let status = status.code().or(signal.map(|signal| 128 + signal));
    status.and_then(|status| u8::try_from(status).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
