//! Ranges that are about to be read, fetched at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::RemoteFile;
use super::ahead::SMALL;
use crate::source::http::content_range::ByteRange;
use crate::source::http::permits::Permit;

/// The most that is fetched with one request: several of them at once are faster than a longer one.
const MOST: u64 = 256 << 10;

/// Ranges with fewer bytes than this between them are fetched as one.
const CLOSE: u64 = 2 << 10;

/// Most bytes that are fetched for one hint, so that the first of them are not pushed out by the
/// last ones before they are read.
const IN_ALL: u64 = 1 << 20;

/// A thread that fetches small ranges needs little.
const STACK: usize = 512 << 10;

impl RemoteFile {
    /// Fetches ranges, several at once, as far as there are permits. What goes wrong shows when
    /// the bytes are read.
    pub(super) fn fetch_ahead(&self, ranges: &[(u64, u64)]) {
        let mut ranges = coalesced(ranges, self.size);
        ranges.retain(|range| !self.client.extents().holds(self.id, range.start(), range.end()));
        let mut ranges = ranges.iter().copied();
        if self.location_is_unknown() {
            // One request finds out where the bytes are; all others go there directly.
            let Some(first) = ranges.next() else { return };
            if !self.fetch_hinted(first, &self.client.permits().acquire()) {
                return;
            }
        }
        let ranges: Vec<ByteRange> = ranges.collect();
        let queue = Queue { ranges: &ranges, next: AtomicUsize::new(0) };
        let queue = &queue;
        thread::scope(|scope| {
            loop {
                // Helpers come with a permit that is free now: there are never more of them than
                // permits, however many files are read at the same time.
                for _ in 1..queue.left() {
                    let Some(permit) = self.client.permits().try_acquire() else { break };
                    let helper = move || {
                        while let Some(range) = queue.next() {
                            if !self.fetch_hinted(range, &permit) {
                                queue.abandon();
                            }
                        }
                    };
                    let builder = thread::Builder::new().stack_size(STACK);
                    if builder.spawn_scoped(scope, helper).is_err() {
                        break;
                    }
                }
                let Some(range) = queue.next() else { break };
                if !self.fetch_hinted(range, &self.client.permits().acquire()) {
                    queue.abandon();
                }
            }
        });
    }

    /// Fetches one range; false if it was given up. The reason counts when the bytes are wanted
    /// and fail again, unless it is one for good or has cost much time.
    fn fetch_hinted(&self, range: ByteRange, permit: &Permit<'_>) -> bool {
        if self.failure.get().is_some() {
            return false;
        }
        match self.fetch(range, permit) {
            Ok(_) => true,
            Err(error) => {
                if !error.is_transient() || error.ran_out_of_time() {
                    let _ = self.failed(&error);
                }
                false
            }
        }
    }

    fn location_is_unknown(&self) -> bool {
        self.location.lock().map_or(true, |location| location.is_none())
    }
}

/// Ranges that several threads fetch.
struct Queue<'a> {
    ranges: &'a [ByteRange],
    next: AtomicUsize,
}

impl Queue<'_> {
    fn next(&self) -> Option<ByteRange> {
        let left = |next: usize| (next < self.ranges.len()).then(|| next.saturating_add(1));
        let next = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).ok()?;
        self.ranges.get(next).copied()
    }

    fn left(&self) -> usize {
        self.ranges.len().saturating_sub(self.next.load(Ordering::Relaxed))
    }

    /// Nothing more is fetched: what failed once with all patience would fail each time.
    fn abandon(&self) {
        self.next.store(self.ranges.len(), Ordering::Relaxed);
    }
}

/// The ranges, given as offset and length, in order, the close ones as one, up to the limit for
/// all of them.
fn coalesced(ranges: &[(u64, u64)], size: u64) -> Vec<ByteRange> {
    let mut wanted: Vec<ByteRange> = ranges
        .iter()
        .filter_map(|(offset, length)| {
            let end = offset.saturating_add((*length).min(MOST)).min(size);
            ByteRange::new(*offset, end)
        })
        .collect();
    if size <= SMALL && !wanted.is_empty() {
        return ByteRange::new(0, size).into_iter().collect();
    }
    wanted.sort_by_key(|range| (range.start(), range.end()));
    let mut merged: Vec<ByteRange> = Vec::new();
    for range in wanted {
        let joined = merged.last().and_then(|last| {
            let end = last.end().max(range.end());
            let is_close = range.start() <= last.end().saturating_add(CLOSE);
            (is_close && end.saturating_sub(last.start()) <= MOST)
                .then(|| ByteRange::new(last.start(), end))
                .flatten()
        });
        match (joined, merged.last_mut()) {
            (Some(joined), Some(last)) => *last = joined,
            _ => merged.push(range),
        }
    }
    let mut total = 0_u64;
    merged.retain(|range| {
        total = total.saturating_add(range.length());
        total <= IN_ALL
    });
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(ranges: &[(u64, u64)], size: u64) -> Vec<(u64, u64)> {
        coalesced(ranges, size).iter().map(|range| (range.start(), range.end())).collect()
    }

    #[test]
    fn close_ranges_are_one_and_nothing_reaches_behind_the_end() {
        let size = 1 << 30;
        assert_eq!(
            plain(&[(10_000, 100), (0, 64), (2_000, 64), (size - 10, 100)], size),
            [(0, 2_064), (10_000, 10_100), (size - 10, size)]
        );
        assert_eq!(plain(&[(size, 1), (u64::MAX, u64::MAX), (5, 0)], size), []);
        assert_eq!(plain(&[(70, 1)], 100), [(0, 100)]);
    }

    #[test]
    fn a_hint_is_bounded() {
        let size = 1 << 40;
        let ranges: Vec<(u64, u64)> = (0..100_u64).map(|at| (at << 30, u64::MAX)).collect();
        let total: u64 = coalesced(&ranges, size).iter().map(|range| range.length()).sum();
        assert!(total <= IN_ALL, "{total}");
        let dense: Vec<(u64, u64)> = (0..10_000_u64).map(|at| (at << 10, 1 << 10)).collect();
        let dense = coalesced(&dense, size);
        assert!(dense.iter().all(|range| range.length() <= MOST) && dense.len() == 4, "{dense:?}");
    }
}
