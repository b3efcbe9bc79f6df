//! The `lessonc` command.

fn main() -> std::process::ExitCode {
    lessonc::cli::run()
}
