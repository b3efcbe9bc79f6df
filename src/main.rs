//! The `lessonc` command.

use std::panic;

fn main() -> std::process::ExitCode {
    end_with_the_reader();
    lessonc::cli::run()
}

/// Lets us end without a word where nobody reads on what we print, as in `lessonc explain | head`.
fn end_with_the_reader() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to stdout") {
            std::process::exit(STATUS);
        }
        tell(panic);
    }));
}

/// The status that shells give for a command that a closed pipe ended.
const STATUS: i32 = 128 + 13;
