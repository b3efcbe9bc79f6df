//! Makes chance repeatable: the crate `getrandom`, from which `rand` takes what it begins with, asks
//! here and not the system. Each word is the next of SplitMix64, whichever thread asks.

use std::{
    num::NonZero,
    sync::atomic::{AtomicU64, Ordering},
};

static STATE: AtomicU64 = AtomicU64::new(SEED);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
fn next() -> u64 {
    let mut word = STATE.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Source: the documentation of getrandom 0.3 and 0.4, "Custom backend", where the error is one
/// `NonZero<i32>`; there is none here.
///
/// # Safety
///
/// `len` bytes can be written at `dest`.
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(
    dest: *mut u8,
    len: usize,
) -> Result<(), NonZero<i32>> {
    for at in (0..len).step_by(8) {
        let word = next().to_le_bytes();
        unsafe { std::ptr::copy_nonoverlapping(word.as_ptr(), dest.add(at), (len - at).min(8)) };
    }
    Ok(())
}
