//! What `lessonc confine` keeps a program from, and that nothing of it is left.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use lessonc::edge::confine::Confinement;

fn confinement(parent: u32, write: &[&Path]) -> Confinement {
    Confinement {
        parent,
        write: write.iter().map(PathBuf::from).collect(),
        network: false,
        memory: 1_000_000_000,
        file_size: 1_000_000,
    }
}

/// `lessonc` that runs a script confined.
fn command(confinement: &Confinement, script: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lessonc"));
    command.args(confinement.arguments().unwrap()).args(["sh", "-c", script]);
    command
}

fn run(script: &str, write: &[&Path]) -> Output {
    command(&confinement(std::process::id(), write), script).output().unwrap()
}

/// What the system that the tests run on does not keep programs from, in its words.
fn left_open() -> String {
    let mut lessonc = Command::new(env!("CARGO_BIN_EXE_lessonc"));
    let arguments = confinement(std::process::id(), &[]).arguments().unwrap();
    String::from_utf8(lessonc.args(arguments).output().unwrap().stdout).unwrap()
}

/// Begins a script that writes a line when it has started what is to be ended.
fn begin(mut command: Command) -> Child {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    assert_eq!(line, "started\n");
    child
}

/// Whether a process runs that was started with this argument.
fn is_alive(argument: &str) -> bool {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let mut lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let of = |line: Vec<u8>| line.split(|byte| *byte == 0).any(|it| it == argument.as_bytes());
    lines.any(of)
}

/// Seconds to sleep that no other run of these tests asks for: what sleeps them is ours.
fn seconds(whole: u32) -> String {
    format!("{whole}.{}", std::process::id())
}

/// Waits until a process runs that was started with this argument, or until none does.
fn wait_until(alive: bool, argument: &str) {
    let start = Instant::now();
    while is_alive(argument) != alive {
        assert!(start.elapsed() < Duration::from_secs(10), "{argument}: alive is not {alive}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn it_ends_as_its_program_ends() {
    assert_eq!(run("exit 7", &[]).status.code(), Some(7));
    for signal in [6, 9, 11, 15] {
        let status = run(&format!("kill -{signal} $$"), &[]).status;
        assert_eq!(status.signal(), Some(signal));
    }
    // The one that Rust's programs ignore.
    assert_eq!(run("kill -13 $$", &[]).status.code(), Some(128 + 13));
}

#[test]
fn only_what_is_opened_is_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("open")).unwrap();
    fs::write(at("kept"), "old").unwrap();
    let open = at("open");
    let script = format!(
        "cd {}; echo in > open/file; echo > new; echo new > kept; true > kept; rm kept; mv open/file out; \
         mkdir folder; ln -s kept link; cat kept open/file",
        folder.path().display()
    );
    let given = run(&script, &[&open]);
    assert_eq!(String::from_utf8_lossy(&given.stdout), "oldin\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn the_network_is_left_unless_it_is_said_otherwise() {
    let own = fs::read_link("/proc/self/ns/net").unwrap();
    let seen = |confinement: &Confinement| {
        let output = command(confinement, "readlink /proc/self/ns/net").output().unwrap();
        PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
    };
    let mut confinement = confinement(std::process::id(), &[]);
    assert_eq!(seen(&confinement) == own, left_open().contains("the network"));
    confinement.network = true;
    assert_eq!(seen(&confinement), own);
}

#[test]
fn root_is_not_root_of_the_machine() {
    let own = fs::read_link("/proc/self/ns/user").unwrap();
    let seen = run("readlink /proc/self/ns/user", &[]).stdout;
    let is_own = Path::new(String::from_utf8_lossy(&seen).trim()) == own;
    let is_root = run("id -u", &[]).stdout == b"0\n";
    assert_eq!(is_own && is_root, left_open().contains("root"));
}

#[test]
fn what_leaves_its_group_is_ended_with_it() {
    let (start, time) = (Instant::now(), seconds(71));
    let script =
        format!("setsid sleep {time} & (setsid sh -c 'sleep {time} & sleep {time}') & sleep 0.1");
    assert!(run(&script, &[]).status.success());
    assert!(!is_alive(&time));
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn asked_to_end_it_ends_all() {
    let confinement = confinement(std::process::id(), &[]);
    let time = seconds(72);
    let script = format!("trap '' TERM; setsid sleep {time} & echo started; sleep {time}");
    let mut child = begin(command(&confinement, &script));
    let pid = child.id().to_string();
    assert!(Command::new("kill").arg(&pid).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(!is_alive(&time));
}

#[test]
fn who_started_it_is_not_outlived() {
    // A shell stands for `lessonc build`, and is killed.
    let arguments = confinement(4_000_000, &[]).arguments().unwrap();
    let mut shell = Command::new("sh");
    let time = seconds(73);
    let script = format!(
        "json=$(echo \"$3\" | sed \"s/4000000/$$/\"); \"$1\" \"$2\" \"$json\" -- \
         sh -c 'setsid sleep {time} & echo started; sleep {time}' & wait"
    );
    shell.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_lessonc")]).args(&arguments[..2]);
    let mut shell = begin(shell);
    // What stands before its `&` may begin after the word that it began.
    wait_until(true, &time);
    shell.kill().unwrap();
    shell.wait().unwrap();
    wait_until(false, &time);
}

#[test]
fn a_program_cannot_end_who_confines_it() {
    let output = run("kill -9 $PPID || echo refused", &[]);
    let is_refused = output.stdout == b"refused\n";
    assert_eq!(!is_refused, left_open().contains("other programs"));
}
