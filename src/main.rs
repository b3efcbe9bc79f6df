//! The `lessonc` command.

fn main() -> std::process::ExitCode {
    lessonc::edge::terminal::end_with_the_reader();
    lessonc::cli::run()
}
