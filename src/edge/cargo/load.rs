//! How busy the machine is before something is measured on it.

use std::{fs, time::Duration};

/// How long to look. What was busy a moment before, such as our own compiler, no longer counts: so
/// the system's average load is of no use.
const LOOK: Duration = Duration::from_millis(50);

/// How much of the processors' time others take while we wait, in percent; none where the system
/// doesn't tell.
pub async fn of_others() -> Option<u32> {
    let before = times()?;
    tokio::time::sleep(LOOK).await;
    let after = times()?;
    share(before, after)
}

/// The time that all processors were busy, and all their time, since the system began.
fn times() -> Option<(u64, u64)> {
    read(&fs::read_to_string("/proc/stat").ok()?)
}

/// Source: proc_stat(5). Time of guests is part of the user's.
fn read(stat: &str) -> Option<(u64, u64)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let times: Vec<u64> = line.split_whitespace().map_while(|time| time.parse().ok()).collect();
    let [user, nice, system, idle, waiting, rest @ ..] = &times[..] else { return None };
    let busy = user + nice + system + rest.iter().take(3).sum::<u64>();
    Some((busy, busy + idle + waiting))
}

fn share(before: (u64, u64), after: (u64, u64)) -> Option<u32> {
    let busy = after.0.checked_sub(before.0)?;
    let all = after.1.checked_sub(before.1)?;
    u32::try_from((100 * busy).checked_div(all)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_busy_time_is_told() {
        let before = read("cpu  100 0 50 1000 10 0 0 0 0 0\ncpu0 1 2 3 4").unwrap();
        let after = read("cpu  103 0 51 1012 14 0 0 0 0 0\ncpu0 1 2 3 4").unwrap();
        assert_eq!(share(before, after), Some(20));
        assert_eq!(share(after, after), None);
        assert_eq!(read("no such thing"), None);
    }
}
