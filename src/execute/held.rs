//! Holds each cell to what it may take, where cells of one notebook may take different amounts: they are
//! one process, and how much that may have is another from cell to cell.

#[cfg(target_os = "linux")]
mod system {
    use std::ffi::{c_int, c_ulong};

    #[repr(C)]
    struct Limit {
        now: c_ulong,
        most: c_ulong,
    }

    unsafe extern "C" {
        fn getrlimit(resource: c_int, limit: *mut Limit) -> c_int;
        fn setrlimit(resource: c_int, limit: *const Limit) -> c_int;
    }

    const FILE_SIZE: c_int = 1;
    const MEMORY: c_int = 2;

    /// From here on the process may have so much memory, and files may grow to so much, in bytes.
    pub fn hold(memory: u64, file_size: u64) {
        for (resource, bytes) in [(MEMORY, memory), (FILE_SIZE, file_size)] {
            let mut limit = Limit { now: 0, most: 0 };
            if unsafe { getrlimit(resource, &mut limit) } == 0 {
                limit.now = limit.most.min(c_ulong::try_from(bytes).unwrap_or(c_ulong::MAX));
                unsafe { setrlimit(resource, &limit) };
            }
        }
    }
}

/// Other systems hold nobody to anything.
#[cfg(not(target_os = "linux"))]
mod system {
    pub fn hold(_memory: u64, _file_size: u64) {}
}

pub use system::hold;
