//! A folder with a course in it, and the command as it is called there.
#![allow(dead_code, reason = "no test needs all of it")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

/// The command itself, with real cargo, in a folder of its own.
pub struct Project {
    folder: TempDir,
}

impl Project {
    pub fn new(lessons: &[(&str, &str)]) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(project.path("lessons")).unwrap();
        for (name, text) in lessons {
            project.write(name, text);
        }
        project
    }

    pub fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path("lessons").join(name), text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lessonc"));
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    pub fn lessonc(&self, arguments: &[&str]) -> (Option<i32>, String) {
        status_and_words(self.command(arguments).output().unwrap())
    }

    /// Where no cargo can be found.
    pub fn lessonc_without_cargo(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = self.command(arguments);
        command.env("CARGO", self.path("no-such-cargo"));
        status_and_words(command.output().unwrap())
    }
}

pub fn status_and_words(output: Output) -> (Option<i32>, String) {
    let words = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(words).unwrap())
}

/// The text of a file, as soon as there is one.
pub fn wait_for(path: &Path) -> String {
    for _ in 0..6_000 {
        if let Some(text) = fs::read_to_string(path).ok().filter(|text| !text.is_empty()) {
            return text;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{} was never written", path.display());
}
