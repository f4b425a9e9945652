//! What the network costs, counted while it happens.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of what a run asks of the network and gets from it, for the progress bar and for a line
/// of statistics. The numbers are for people: nothing is decided by them.
#[derive(Debug, Default)]
pub struct Activity {
    bytes: AtomicU64,
    requests: AtomicU64,
    repeated: AtomicU64,
    waiting: AtomicU64,
}

impl Activity {
    /// Bytes of reply bodies so far; headers and encryption come on top.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Requests sent so far; each step of a redirect and each repetition is one.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// How often a request was repeated because it failed or was put off.
    pub fn repeated(&self) -> u64 {
        self.repeated.load(Ordering::Relaxed)
    }

    /// How many requests wait at this moment before they are repeated.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(crate) fn received(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn requested(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Does `wait` while it is counted as waiting.
    pub(crate) fn while_waiting(&self, wait: impl FnOnce()) {
        self.repeated.fetch_add(1, Ordering::Relaxed);
        self.waiting.fetch_add(1, Ordering::Relaxed);
        wait();
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_counted_while_it_lasts() {
        let activity = Activity::default();
        activity.while_waiting(|| assert_eq!(activity.waiting(), 1));
        assert_eq!((activity.waiting(), activity.repeated()), (0, 1));
    }
}
