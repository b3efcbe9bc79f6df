//! Tells in which order a notebook prints to its two streams, which nobody can know who reads both: where
//! the program turns from one to the other, a mark goes into both.
//!
//! All that Rust code prints comes by the C library's `write`, whatever crate and thread it is of, panics
//! among it. A program that has a function of that name is asked instead.

#[cfg(unix)]
mod system {
    use std::{
        ffi::{CString, c_char, c_int, c_void},
        fs::File,
        io::IoSlice,
        mem::ManuallyDrop,
        os::{fd::FromRawFd, unix::fs::MetadataExt},
        sync::{
            OnceLock,
            atomic::{AtomicI32, Ordering},
        },
    };

    /// The stream that was printed to last.
    static LAST: AtomicI32 = AtomicI32::new(0);

    /// What the two streams led to when the program began.
    static LED_TO: OnceLock<[Option<(u64, u64)>; 2]> = OnceLock::new();

    unsafe extern "C" {
        fn writev(stream: c_int, pieces: *const IoSlice<'_>, count: c_int) -> isize;
    }

    unsafe extern "C" {
        fn getenv(name: *const c_char) -> *mut c_char;
    }

    /// Takes a variable out of the environment, and out of what the system shows of that.
    pub fn take(name: &str) -> Option<String> {
        let value = std::env::var(name).ok()?;
        let in_c = CString::new(name).ok()?;
        // Nothing that was begun by now reads the environment past the standard library, which sees to its own
        // readers.
        unsafe {
            let at = getenv(in_c.as_ptr());
            std::env::remove_var(name);
            if !at.is_null() {
                at.sub(name.len() + 1).write_bytes(b'-', name.len() + 1 + value.len());
            }
        }
        Some(value)
    }

    /// Begins to mark turns, and gives what puts bytes into a stream past all that.
    pub fn begin() -> fn(c_int, &[u8]) {
        _ = LED_TO.set(lead_to());
        |stream, bytes| _ = put(stream, bytes)
    }

    fn put(stream: c_int, bytes: &[u8]) -> isize {
        // An `IoSlice` has the form of the system's own, as its documentation promises.
        unsafe { writev(stream, &IoSlice::new(bytes), 1) }
    }

    /// # Safety
    ///
    /// That of the C library: `length` bytes can be read at `bytes`.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn write(stream: c_int, bytes: *const c_void, length: usize) -> isize {
        let turns = matches!(stream, 1 | 2) && LAST.swap(stream, Ordering::SeqCst) != stream;
        // A program may lead its streams elsewhere, to read what it printed itself.
        if turns && LED_TO.get() == Some(&lead_to()) {
            crate::__lessonc::turn(|stream, bytes| _ = put(stream, bytes));
        }
        put(stream, unsafe { std::slice::from_raw_parts(bytes.cast(), length) })
    }

    fn lead_to() -> [Option<(u64, u64)>; 2] {
        [1, 2].map(|stream| {
            let file = ManuallyDrop::new(unsafe { File::from_raw_fd(stream) });
            file.metadata().ok().map(|it| (it.dev(), it.ino()))
        })
    }
}

#[cfg(not(unix))]
mod system {
    use std::io::{self, Write};

    /// Takes a variable out of the environment.
    pub fn take(name: &str) -> Option<String> {
        let value = std::env::var(name).ok()?;
        unsafe { std::env::remove_var(name) };
        Some(value)
    }

    pub fn begin() -> fn(i32, &[u8]) {
        |stream, bytes| {
            let _ = match stream {
                1 => io::stdout().write_all(bytes).and_then(|()| io::stdout().flush()),
                _ => io::stderr().write_all(bytes),
            };
        }
    }
}

pub use system::{begin, take};
