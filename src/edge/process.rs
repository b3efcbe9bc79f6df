//! Runs one program to its end, whatever that is, and hands on what it prints as it prints it.

use std::{io, process::Stdio, time::Duration};

use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};
use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop, ProcessGroup};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
    runtime::Runtime,
    time::{Instant, sleep_until},
};

use crate::execute::Stream;

/// How long a stream may stay open after the program has ended: a child that it left behind may
/// hold it, and must not hold up the build.
const AFTER_END: Duration = Duration::from_millis(200);

/// How long one that is asked to end may take.
const TO_END: Duration = Duration::from_millis(500);

/// A runtime for [`run`].
pub fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// How a process ended: its exit status, or the signal that ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Status(i32),
    Signal(i32),
    /// It printed more than it may, and was ended.
    Flooded,
    /// It took longer than it may, and was ended.
    TimedOut,
}

/// What a process may take from some moment on.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    pub time: Duration,
    /// Bytes that it may print.
    pub output: usize,
}

impl Allowance {
    /// For what is ours or cargo's, and ends by itself.
    pub const UNLIMITED: Self = Self { time: Duration::MAX, output: usize::MAX };
}

/// Is over as soon as somebody wants us to stop, and remains so: who asks later is told as well.
pub type Stop = Shared<LocalBoxFuture<'static, ()>>;

/// Listens, from now on, to whoever wants us to stop.
pub fn stop(runtime: &Runtime) -> io::Result<Stop> {
    let _inside = runtime.enter();
    Ok(stopped()?.boxed_local().shared())
}

/// Is over as soon as one of two things is.
pub fn either(stop: Stop, also: impl Future<Output = ()> + 'static) -> Stop {
    let either = async {
        tokio::select! {
            () = stop => {}
            () = also => {}
        }
    };
    either.boxed_local().shared()
}

/// # Errors
///
/// `Interrupted` when we are to stop.
pub fn go_on(stop: &Stop) -> io::Result<()> {
    match stop.clone().now_or_never() {
        Some(()) => Err(io::ErrorKind::Interrupted.into()),
        None => Ok(()),
    }
}

/// Runs a command in a process group of its own with no standard input. Where it goes beyond its
/// allowance it is ended, with all its children. `on_output` may give a new one, which holds from
/// then on.
///
/// # Errors
///
/// `Interrupted` when the user pressed Ctrl-C, or somebody else ended us: the whole group is ended
/// then, and no other begins.
pub async fn run(
    stop: &Stop,
    command: Command,
    allowance: Allowance,
    on_output: impl FnMut(Stream, &[u8]) -> Option<Allowance>,
) -> io::Result<Ended> {
    run_with_input(stop, command, Stdio::null(), allowance, on_output).await
}

/// The same with a standard input.
pub async fn run_with_input(
    stop: &Stop,
    mut command: Command,
    stdin: Stdio,
    allowance: Allowance,
    mut on_output: impl FnMut(Stream, &[u8]) -> Option<Allowance>,
) -> io::Result<Ended> {
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    go_on(stop)?;
    let mut stopped = stop.clone();
    let mut wrap = CommandWrap::from(command);
    wrap.wrap(ProcessGroup::leader()).wrap(KillOnDrop);
    let mut child = wrap.spawn()?;
    let mut stdout = child.stdout().take();
    let mut stderr = child.stderr().take();
    let (mut out, mut err) = ([0; 16 * 1024], [0; 16 * 1024]);
    let mut status = None;
    let mut deadline = None;
    let (mut allowance, mut since, mut printed) = (allowance, Instant::now(), 0);
    let mut take = |stream, bytes: &[u8]| {
        printed += bytes.len();
        if let Some(next) = on_output(stream, bytes) {
            (allowance, since, printed) = (next, Instant::now(), 0);
        }
        // Further away than any clock goes is never.
        let deadline = since.checked_add(allowance.time);
        (printed > allowance.output, deadline)
    };
    let (mut is_over, mut latest) = take(Stream::Stdout, &[]);
    while status.is_none() || stdout.is_some() || stderr.is_some() {
        // What is there to be read goes before the deadline, so that no last word is lost.
        tokio::select! {
            biased;
            () = &mut stopped => {
                end_early(&mut *child).await;
                return Err(io::Error::from(io::ErrorKind::Interrupted));
            }
            read = read(&mut stdout, &mut out) => match read? {
                0 => stdout = None,
                length => (is_over, latest) = take(Stream::Stdout, &out[..length]),
            },
            read = read(&mut stderr, &mut err) => match read? {
                0 => stderr = None,
                length => (is_over, latest) = take(Stream::Stderr, &err[..length]),
            },
            ended = leader(&mut *child), if status.is_none() => {
                status = Some(ended?);
                deadline = Some(Instant::now() + AFTER_END);
            }
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => break,
            () = sleep_until(latest.unwrap_or_else(Instant::now)),
                if latest.is_some() && status.is_none() => {}
        }
        let is_late = status.is_none() && latest.is_some_and(|latest| Instant::now() >= latest);
        if is_over || is_late {
            end_early(&mut *child).await;
            return Ok(if is_over { Ended::Flooded } else { Ended::TimedOut });
        }
    }
    end_group(&mut *child).await;
    Ok(ended(status))
}

/// Waits until somebody wants us to stop: Ctrl-C, a closed terminal, a cancelled job.
#[cfg(unix)]
pub fn stopped() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

#[cfg(not(unix))]
pub fn stopped() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

/// Reads from a stream, or waits for ever where it has ended.
async fn read(stream: &mut Option<impl AsyncRead + Unpin>, buffer: &mut [u8]) -> io::Result<usize> {
    match stream {
        Some(stream) => stream.read(buffer).await,
        None => std::future::pending().await,
    }
}

/// Waits for the process itself, not for others of its group.
async fn leader(child: &mut dyn ChildWrapper) -> io::Result<std::process::ExitStatus> {
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.inner_mut().try_wait()? {
            return Ok(status);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(5));
    }
}

/// Ends a group that has not ended. It is asked to first: what confines a program then ends also what
/// has left the group.
async fn end_early(child: &mut dyn ChildWrapper) {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::SignalKind::terminate().as_raw_value();
        let _ = child.signal(terminate);
        let _ = tokio::time::timeout(TO_END, leader(child)).await;
    }
    end_group(child).await;
}

/// Ends whatever is left of the group. There may be nothing left, which is no error.
async fn end_group(child: &mut dyn ChildWrapper) {
    let _ = child.start_kill();
    let _ = tokio::time::timeout(AFTER_END, child.wait()).await;
}

fn ended(status: Option<std::process::ExitStatus>) -> Ended {
    let Some(status) = status else { return Ended::Status(-1) };
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return Ended::Signal(signal);
        }
    }
    Ended::Status(status.code().unwrap_or(-1))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run_now(
        command: Command,
        allowance: Allowance,
        on_output: impl FnMut(Stream, &[u8]) -> Option<Allowance>,
    ) -> io::Result<Ended> {
        let runtime = runtime().unwrap();
        let stop = stop(&runtime).unwrap();
        runtime.block_on(run(&stop, command, allowance, on_output))
    }

    fn shell(script: &str) -> (Ended, String, String) {
        shell_within(Duration::from_secs(60), script)
    }

    fn shell_within(time: Duration, script: &str) -> (Ended, String, String) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let (mut out, mut err) = (vec![], vec![]);
        let allowance = Allowance { time, output: 1 << 20 };
        let ended = run_now(command, allowance, |stream, bytes| {
            match stream {
                Stream::Stdout => out.extend_from_slice(bytes),
                Stream::Stderr => err.extend_from_slice(bytes),
            }
            None
        });
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (ended.unwrap(), text(out), text(err))
    }

    #[test]
    fn both_streams_and_the_status_are_captured() {
        let (ended, out, err) = shell("echo one; echo two >&2; exit 3");
        assert_eq!((ended, out.as_str(), err.as_str()), (Ended::Status(3), "one\n", "two\n"));
        assert_eq!(shell("kill -9 $$").0, Ended::Signal(9));
    }

    #[test]
    fn endless_printing_is_ended() {
        let (ended, out, _) = shell("yes");
        assert_eq!(ended, Ended::Flooded);
        assert!(out.len() < 2 << 20);
    }

    #[test]
    fn what_does_not_end_is_ended() {
        let short = Duration::from_millis(200);
        assert_eq!(shell_within(short, "sleep 60").0, Ended::TimedOut);
        // The children too: they hold the pipes.
        let children = "while true; do echo tick; sleep 0.1; done & wait";
        assert_eq!(shell_within(short, children).0, Ended::TimedOut);
    }

    #[test]
    fn a_new_allowance_holds_from_then_on() {
        let mut command = Command::new("sh");
        command.args(["-c", "for i in 1 2 3 4; do echo $i; sleep 0.4; done"]);
        let allowance = Allowance { time: Duration::from_secs(1), output: 100 };
        let ended = run_now(command, allowance, |_, _| Some(allowance));
        assert_eq!(ended.unwrap(), Ended::Status(0));
    }

    #[test]
    fn what_a_program_leaves_behind_delays_nothing_and_is_ended() {
        let start = std::time::Instant::now();
        let (ended, out, _) = shell("sleep 60 & echo $!");
        assert_eq!(ended, Ended::Status(0));
        assert!(start.elapsed() < Duration::from_secs(30), "the sleeper held up the run");
        // A signal takes a moment, and where nobody reaps it, what was ended stays as a zombie.
        let is_alive = || {
            let state = std::fs::read_to_string(format!("/proc/{}/stat", out.trim()));
            state.is_ok_and(|state| !state.contains(") Z "))
        };
        let patience = Duration::from_secs(20);
        while is_alive() {
            assert!(start.elapsed() < patience, "the sleeper lives on");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
