//! How slowly a body may trickle.

use std::time::Duration;

/// The slowest rate on average, in bytes per second. Half a modem's; at this rate nobody would
/// wait for a model, and a server that trickles to hold a run up is below it.
const SLOWEST: u64 = 4096;

/// Tells a slow connection from one that trickles: after a grace period the bytes must have come
/// at least at the slowest rate on average. A timeout for each read alone would let one byte at a
/// time hold up a run for ever.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    grace: Duration,
    spent: Duration,
    received: u64,
}

impl Pace {
    pub(super) fn new(grace: Duration) -> Self {
        Self { grace, spent: Duration::ZERO, received: 0 }
    }

    /// Notes that `bytes` came after a wait of `spent`; false if that is too slow. Only the time
    /// inside reads counts: a reader that takes its time is no slow server.
    pub(super) fn keeps_up(&mut self, spent: Duration, bytes: u64) -> bool {
        self.spent = self.spent.saturating_add(spent);
        self.received = self.received.saturating_add(bytes);
        let millis = self.received.saturating_mul(1000).checked_div(SLOWEST).unwrap_or(0);
        self.spent <= self.grace.saturating_add(Duration::from_millis(millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_trickle_run_out_of_time_and_slow_ones_do_not() {
        let second = Duration::from_secs(1);
        let mut trickle = Pace::new(Duration::from_secs(30));
        let count = (0..1000).take_while(|_| trickle.keeps_up(second, 1)).count();
        assert_eq!(count, 30);
        let mut slow = Pace::new(Duration::from_secs(30));
        assert!((0..1000).all(|_| slow.keeps_up(second, SLOWEST)));
    }

    #[test]
    fn nothing_overflows() {
        let mut pace = Pace::new(Duration::MAX);
        assert!(pace.keeps_up(Duration::MAX, u64::MAX));
        assert!(pace.keeps_up(Duration::MAX, u64::MAX));
    }
}
