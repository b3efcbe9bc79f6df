//! Where the lessons' programs run: what they may write to, and how they are started so that they are
//! held to it.

use std::{ffi::OsStr, fs, io, path::Path};

use tempfile::TempDir;
use tokio::process::Command;

use super::{super::with_path, Cargo};
use crate::model::{
    limits::{Held, Sandbox},
    package::{Action, Program},
};

impl Cargo {
    /// Says once of what the programs that run are not kept.
    pub async fn tell_what_is_open(&self, programs: &[&Program]) -> io::Result<()> {
        let is_run = |it: &&&Program| matches!(it.action, Action::Run { .. } | Action::Console(_));
        let Some(program) = programs.iter().find(is_run).filter(|_| !self.is_told.get()) else {
            return Ok(());
        };
        self.is_told.set(true);
        if let [runner, ..] = &program.workspace.runner[..] {
            self.progress
                .note(&format!("it is left to `{runner}` what programs may write and reach"));
        }
        let open = self.left_open().await?;
        if !open.is_empty() {
            let open = open.join(" or ");
            self.progress.note(&format!("this system does not keep programs from {open}"));
        }
        Ok(())
    }

    /// A folder for temporary files of a program's run, removed when that is over. It stands beside the
    /// run's own folder, so that a program that looks around there finds only what it wrote.
    pub fn temporary(&self, program: &Program) -> io::Result<TempDir> {
        let all = self.folder.join("tmp").join(&program.lesson);
        fs::create_dir_all(&all).map_err(with_path(&all))?;
        // The name is the same each time, since programs may print it; what was killed leaves its own.
        _ = fs::remove_dir_all(all.join(&program.name));
        let mut folder = tempfile::Builder::new();
        folder.prefix(&program.name).rand_bytes(0).tempdir_in(&all).map_err(with_path(&all))
    }
}

#[cfg(target_os = "linux")]
mod system {
    use super::*;
    use crate::edge::{
        confine::Confinement,
        process::{self, Allowance},
    };

    impl Cargo {
        /// A command that starts a program so that it can write to what is its own and to what the sandbox
        /// opens, and holds no more than it may. Its arguments are still to come.
        ///
        /// # Errors
        ///
        /// Where something that the sandbox opens is not there.
        pub fn confined(
            &self,
            sandbox: &Sandbox,
            held: Held,
            own: &[&Path],
            program: &OsStr,
        ) -> io::Result<Command> {
            let mut command = self.confine(sandbox, held, own)?;
            command.arg(program);
            Ok(command)
        }

        /// What this system does not keep a program from.
        pub async fn left_open(&self) -> io::Result<Vec<String>> {
            let mut said = vec![];
            let sandbox = Sandbox::default();
            let command = self.confine(&sandbox, sandbox.held, &[])?;
            process::run(&self.stop, command, Allowance::UNLIMITED, |_, bytes| {
                said.extend_from_slice(bytes);
                None
            })
            .await?;
            Ok(String::from_utf8_lossy(&said).lines().map(str::to_owned).collect())
        }

        fn confine(&self, sandbox: &Sandbox, held: Held, own: &[&Path]) -> io::Result<Command> {
            let course = std::path::absolute(&self.course)?;
            let opened = sandbox.write.iter().map(|path| {
                course.join(path).canonicalize().map_err(|error| {
                    let message = format!("`write` names `{path}`: {error}");
                    io::Error::new(error.kind(), message)
                })
            });
            let own = own.iter().map(|path| Ok(path.to_path_buf()));
            let confinement = Confinement {
                parent: std::process::id(),
                write: own.chain(opened).collect::<io::Result<_>>()?,
                network: sandbox.network,
                memory: held.memory.0,
                file_size: held.file_size.0,
            };
            let mut command = Command::new(&self.lessonc);
            command.args(confinement.arguments()?);
            Ok(command)
        }
    }
}

/// Other systems confine nothing.
#[cfg(not(target_os = "linux"))]
impl Cargo {
    pub fn confined(
        &self,
        _: &Sandbox,
        _: Held,
        _: &[&Path],
        program: &OsStr,
    ) -> io::Result<Command> {
        Ok(Command::new(program))
    }

    async fn left_open(&self) -> io::Result<Vec<String>> {
        let open =
            ["writing outside of their folder", "ending other programs", "reaching the network"];
        Ok(open.map(str::to_owned).to_vec())
    }
}
