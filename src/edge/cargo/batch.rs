//! The programs of a course together: all are built first, then they run side by side, and at last,
//! one after the other, those that measure.

use std::{io, rc::Rc, sync::Arc};

use futures_util::{StreamExt, future::join, stream::FuturesUnordered};
use tokio::sync::Semaphore;

use super::{
    super::{process, reads::Reads},
    Cargo,
    build::Build,
    cores, load, toolchain,
};
use crate::{
    execute::{Give, Runner},
    model::{
        course::Timing,
        package::{Action, Program},
        record::{End, Trace},
    },
};

impl Runner for Cargo {
    fn run(&mut self, programs: &[&Program], give: Give<'_>) {
        let Some(first) = programs.first() else { return };
        if !Arc::ptr_eq(&self.workspace, &first.workspace) {
            self.workspace = Arc::clone(&first.workspace);
            self.left_out.clear();
        }
        let runtime = Rc::clone(&self.runtime);
        runtime.block_on(self.run_all(programs, give));
    }
}

impl Cargo {
    async fn run_all(&mut self, programs: &[&Program], give: Give<'_>) {
        let builds = match self.prepare(programs).await {
            Ok(builds) => builds,
            Err(error) => {
                (0..programs.len()).for_each(|index| give(index, Err(again(&error))));
                return;
            }
        };
        let (measuring, others): (Vec<_>, Vec<_>) = programs
            .iter()
            .zip(builds)
            .enumerate()
            .partition(|(_, (program, _))| program.measures());
        let turns = Turns { cores: Semaphore::new(cores()), consoles: Semaphore::new(1) };
        let (this, turns) = (&*self, &turns);
        let mut running: FuturesUnordered<_> = others
            .into_iter()
            .map(|(index, (program, build))| async move {
                let _turn = match program.action {
                    Action::Console(_) => Some(turns.consoles.acquire().await),
                    _ => None,
                };
                let _core = turns.cores.acquire().await;
                (index, this.run_one(program, build).await)
            })
            .collect();
        while let Some((index, trace)) = running.next().await {
            give(index, trace);
        }
        for (index, (program, build)) in measuring {
            give(index, self.measure(program, build).await);
        }
    }

    /// Builds all, and learns with what.
    async fn prepare(&mut self, programs: &[&Program]) -> io::Result<Vec<Build>> {
        self.write_workspace()?;
        let (stop, folder) = (self.stop.clone(), self.workspace_folder());
        let is_known = !self.toolchain.rustc.is_empty();
        let known = self.toolchain.clone();
        let learn = async { if is_known { Ok(known) } else { toolchain(&stop, &folder).await } };
        let (builds, toolchain) = join(self.build(programs), learn).await;
        let builds = builds?;
        self.toolchain = toolchain?;
        self.lock = self.read_lock()?;
        self.tell_what_is_open(programs).await?;
        Ok(builds)
    }

    async fn run_one(&self, program: &Program, build: Build) -> io::Result<Trace> {
        process::go_on(&self.stop)?;
        let reads = Reads::begin(&self.course);
        let mut trace = match &program.action {
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
