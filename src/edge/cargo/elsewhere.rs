//! Runs programs by way of another command (`runner`), which may lead to another machine: `srun`, `ssh node`,
//! `docker run …`.

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    path::Path,
};

use tokio::process::Command;

use super::{Cargo, with_path};
use crate::model::{limits::Held, package::Program};

impl Cargo {
    /// What runs a program of a lesson, in a folder of its own.
    pub fn begun(
        &self,
        program: &Program,
        held: Held,
        own: &[&Path],
        path: &OsStr,
    ) -> io::Result<Command> {
        match &program.workspace.runner[..] {
            [] => self.confined(&program.sandbox, held, own, path),
            // Where it is run there may be no lessonc to confine it.
            [..] => Ok(Command::new(path)),
        }
    }

    /// The same by way of the course's runner, if it has one. That may know neither our environment nor where
    /// we are: so both are said in a script, which stands where it can see it. It may join its words and have a
    /// shell part them again, as `ssh` does: so there are only two, and these are plain.
    pub fn by_way_of_runner(&self, program: &Program, command: Command) -> io::Result<Command> {
        let [first, rest @ ..] = &program.workspace.runner[..] else { return Ok(command) };
        let command = command.as_std();
        let mut words: Vec<OsString> = vec![];
        if let Some(folder) = command.get_current_dir() {
            words.extend(["-C".into(), folder.into()]);
        }
        words.extend(command.get_envs().map(|(name, value)| {
            [name, "=".as_ref(), value.unwrap_or_default()].into_iter().collect::<OsString>()
        }));
        words.push(command.get_program().to_owned());
        words.extend(command.get_args().map(OsStr::to_owned));
        let mut script = b"exec env -i".to_vec();
        for word in words {
            script.extend(b" '");
            for byte in word.as_encoded_bytes() {
                match byte {
                    b'\'' => script.extend(b"'\\''"),
                    byte => script.push(*byte),
                }
            }
            script.push(b'\'');
        }
        script.push(b'\n');
        let folder = self.folder.join("scripts").join(&program.lesson);
        fs::create_dir_all(&folder).map_err(with_path(&folder))?;
        let path = folder.join(format!("{}.sh", program.name));
        fs::write(&path, script).map_err(with_path(&path))?;
        let mut runner = Command::new(first);
        runner.args(rest).arg("sh").arg(path);
        command.get_current_dir().map(|folder| runner.current_dir(folder));
        Ok(runner)
    }
}

/// Why a program could not be begun, if it is the runner that is not there.
pub fn without_runner(program: &Program) -> impl Fn(io::Error) -> io::Error {
    |error| match &program.workspace.runner[..] {
        [runner, ..] if error.kind() == io::ErrorKind::NotFound => io::Error::other(format!(
            "there is no command `{runner}`, by which the settings want programs to be run (`runner`)"
        )),
        _ => error,
    }
}
