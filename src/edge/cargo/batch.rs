//! The programs of a course together: they are built in one call and run side by side, each as soon as it is
//! built, and at last, one after the other, those that measure.

use std::{collections::BTreeSet, io, rc::Rc, sync::Arc};

use futures_util::{StreamExt, future::join};
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::{
    super::{process, reads::Reads},
    Cargo,
    build::{Build, SeenBy},
    cores, load, toolchain,
};
use crate::{
    execute::{Give, Runner},
    model::{
        course::Timing,
        package::{Action, Command, Program},
        record::{End, Trace},
    },
};

impl Runner for Cargo {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        let Some(first) = programs.first() else { return };
        if !Arc::ptr_eq(&self.workspace, &first.workspace) {
            self.workspace = Arc::clone(&first.workspace);
            self.left_out.take();
        }
        let runtime = Rc::clone(&self.runtime);
        runtime.block_on(self.run_all(programs, give));
    }
}

impl Cargo {
    /// Builds and runs programs. A notebook runs as soon as it is built, beside those that still are; a
    /// console when all are, since it calls cargo itself; and what measures when all else is done.
    async fn run_all(&self, programs: &[&Program], give: Give<'_>) {
        if let Err(error) = self.write_workspace(SeenBy::Us) {
            (0..programs.len()).for_each(|index| give(index, Err(again(&error))));
            return;
        }
        let (ready, readied) = mpsc::unbounded_channel();
        let (mut consoles, mut measuring) = (vec![], vec![]);
        let mut unknown: BTreeSet<usize> = (0..programs.len()).collect();
        let compile = async {
            let mut done = |index, build| {
                unknown.remove(&index);
                match programs[index] {
                    program if program.measures() => measuring.push((index, build)),
                    Program { action: Action::Console(_), .. } => consoles.push((index, build)),
                    _ => _ = ready.send((index, build)),
                }
            };
            let built = self.build(programs, &mut done).await;
            consoles.into_iter().for_each(|console| _ = ready.send(console));
            drop(ready);
            built
        };
        let turns = Turns { cores: Semaphore::new(cores()), consoles: Semaphore::new(1) };
        let running = async {
            // Cargo builds meanwhile.
            let learnt = self.learn(programs).await;
            let run = async |(index, build): (usize, Build)| {
                let program = programs[index];
                let _turn = match program.action {
                    Action::Console(_) => Some(turns.consoles.acquire().await),
                    _ => None,
                };
                let _core = turns.cores.acquire().await;
                let trace = match &learnt {
                    Ok(()) => self.run_one(program, build).await,
                    Err(error) => Err(again(error)),
                };
                (index, trace)
            };
            let readied = UnboundedReceiverStream::new(readied).map(&run);
            let mut traces = readied.buffer_unordered(programs.len());
            while let Some((index, trace)) = traces.next().await {
                give(index, trace);
            }
        };
        let (built, ()) = join(compile, running).await;
        if let Err(error) = built {
            unknown.into_iter().for_each(|index| give(index, Err(again(&error))));
        }
        for (index, build) in measuring {
            give(index, self.measure(programs[index], build).await);
        }
    }

    /// Learns what compiles, and tells what the system does not keep programs from.
    async fn learn(&self, programs: &[&Program]) -> io::Result<()> {
        if self.toolchain.get().is_none() {
            let toolchain = toolchain(&self.stop, &self.workspace_folder()).await?;
            _ = self.toolchain.set(toolchain);
        }
        self.tell_what_is_open(programs).await
    }

    async fn run_one(&self, program: &Program, build: Build) -> io::Result<Trace> {
        process::go_on(&self.stop)?;
        let reads = Reads::begin(&self.course);
        let mut trace = match &program.action {
            // What its commands are to say of that, they say.
            Action::Console(commands)
                if !build.succeeded && commands.iter().any(fails_to_build) =>
            {
                self.run_console(program, commands, Build::default()).await
            }
            _ if !build.succeeded => self.not_built(build),
            Action::Run { given, .. } => self.run_notebook(program, given, build).await,
            Action::Console(commands) => self.run_console(program, commands, build).await,
            Action::Compile { .. } | Action::Build => {
                self.trace(End::Finished, vec![], vec![], build.messages)
            }
        }?;
        trace.opened = reads.map(Reads::end).unwrap_or_default();
        Ok(trace)
    }

    /// Runs a program that has the machine to itself, as far as that is for us to say, as often as its
    /// cells ask for.
    async fn measure(&self, program: &Program, build: Build) -> io::Result<Trace> {
        process::go_on(&self.stop)?;
        let load = load::of_others().await;
        let mut trace = self.run_one(program, build.clone()).await?;
        let mut runs = vec![micros(&trace)];
        while trace.end == End::Finished && runs.len() < program.runs() as usize {
            let next = self.run_one(program, build.clone()).await?;
            runs.push(micros(&next));
            if next.end != End::Finished {
                // What fails at times is to be told, and never recorded.
                trace = next;
            }
        }
        if runs.len() > 1 {
            keep_samples(program, &runs, &mut trace);
        }
        trace.made.load = load;
        Ok(trace)
    }
}

/// Whether a command shows how code does not compile.
fn fails_to_build(command: &Command) -> bool {
    command.status != 0 && command.text.contains("cargo")
}

/// How long each step took.
fn micros(trace: &Trace) -> Vec<u64> {
    trace.steps.iter().map(|step| step.micros).collect()
}

/// Adds to the first run how long its steps took in those that count for them.
fn keep_samples(program: &Program, runs: &[Vec<u64>], trace: &mut Trace) {
    for (at, (step, given)) in program.steps.iter().zip(&mut trace.steps).enumerate() {
        let Some(Timing { warmup, runs: count }) = step.timing else { continue };
        let counting = runs.iter().skip(warmup as usize).take(count as usize);
        given.samples = counting.filter_map(|run| run.get(at).copied()).collect();
    }
}

/// Who may run beside whom.
struct Turns {
    cores: Semaphore,
    /// Commands change what is in the workspace, and call cargo, which would wait for another: so
    /// consoles run one after the other, beside whatever else there is.
    consoles: Semaphore,
}

/// An error once more: each program has its own.
fn again(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}
