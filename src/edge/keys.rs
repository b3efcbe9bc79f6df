//! Keys pressed in the terminal, one by one. The only file that knows rustix.

#[cfg(unix)]
use std::io::Read;

use super::changes::{Event, Events};

/// Gives the terminal back as it was when it is dropped.
pub struct Keys(#[cfg(unix)] Option<rustix::termios::Termios>);

#[cfg(unix)]
impl Keys {
    /// Sends what the keys mean from now on. Where standard input is no terminal, or another's, none
    /// are read.
    pub fn listen(events: Events) -> Self {
        use rustix::{process::getpgrp, stdio::stdin, termios};
        let is_ours = termios::tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp());
        let before = termios::tcgetattr(stdin()).ok().filter(|_| is_ours);
        let Some(before) = before else { return Self(None) };
        let mut single = before.clone();
        // Keys one by one and unseen; Ctrl-C and Ctrl-Z stay what they are.
        single.local_modes.remove(termios::LocalModes::ICANON | termios::LocalModes::ECHO);
        if termios::tcsetattr(stdin(), termios::OptionalActions::Now, &single).is_err() {
            return Self(None);
        }
        std::thread::spawn(move || {
            let mut key = [0];
            while std::io::stdin().read_exact(&mut key).is_ok() {
                let event = match &key {
                    b"r" => Event::Rerun,
                    b"o" => Event::Open,
                    b"q" => Event::Stop,
                    _ => continue,
                };
                events.send(event);
            }
        });
        Self(Some(before))
    }

    /// Whether keys are read.
    pub fn are_read(&self) -> bool {
        self.0.is_some()
    }
}

#[cfg(unix)]
impl Drop for Keys {
    fn drop(&mut self) {
        use rustix::{stdio::stdin, termios};
        if let Some(before) = &self.0 {
            // A terminal that is gone needs nothing back.
            let _ = termios::tcsetattr(stdin(), termios::OptionalActions::Now, before);
        }
    }
}

#[cfg(not(unix))]
impl Keys {
    pub fn listen(_: Events) -> Self {
        Self()
    }

    pub fn are_read(&self) -> bool {
        false
    }
}
