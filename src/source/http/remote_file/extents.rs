//! The bytes of remote files that were fetched and may be asked for again.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

/// Most bytes that one file may keep, so that a file that is read through does not push out what
/// was fetched ahead for the others.
const PER_FILE: usize = 2 << 20;

/// What an extent costs beyond its bytes, so that many tiny ones are bounded as well.
const OVERHEAD: usize = 128;

/// The bytes of remote files that were fetched, as far as there is room: what was not asked for
/// the longest goes first. One for all files of a client, so that memory is bounded whatever
/// their number.
///
/// Extents of a file never overlap.
#[derive(Debug)]
pub(in crate::source::http) struct ExtentCache {
    room: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By file and first byte.
    extents: BTreeMap<(u64, u64), Extent>,
    /// By the moment of the last use.
    uses: BTreeMap<u64, (u64, u64)>,
    /// By file: how many bytes it keeps.
    kept: BTreeMap<u64, usize>,
    total: usize,
    clock: u64,
}

#[derive(Debug)]
struct Extent {
    bytes: Arc<[u8]>,
    used: u64,
}

/// Where a position lies between extents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// The end of the extent before, or zero.
    pub(super) start: u64,
    /// The start of the extent behind, or the end of all offsets.
    pub(super) end: u64,
}

impl ExtentCache {
    pub(in crate::source::http) fn new(room: usize) -> Self {
        Self { room, state: Mutex::default() }
    }

    /// Copies what is there from `offset` on into `buffer`; `None` if nothing is.
    pub(super) fn read(&self, file: u64, offset: u64, buffer: &mut [u8]) -> Option<usize> {
        let (start, bytes) = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let (start, end) = state.covering(file, offset)?;
            (offset < end).then(|| state.used(file, start))??
        };
        // The bytes are copied outside the lock: other files need not wait for it.
        let from = usize::try_from(offset.checked_sub(start)?).ok()?;
        let rest = bytes.get(from..)?;
        let count = rest.len().min(buffer.len());
        buffer.get_mut(..count)?.copy_from_slice(rest.get(..count)?);
        Some(count)
    }

    /// Whether all bytes from `start` up to and without `end` are there.
    pub(super) fn holds(&self, file: u64, start: u64, end: u64) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut at = start;
        while at < end {
            match state.covering(file, at) {
                Some((_, covered)) if covered > at => at = covered,
                _ => return false,
            }
        }
        true
    }

    /// The gap between extents in which `offset` lies; empty if it lies in an extent.
    pub(super) fn gap(&self, file: u64, offset: u64) -> Gap {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let start = state.covering(file, offset).map_or(0, |(_, end)| end);
        let behind = (Bound::Excluded((file, offset)), Bound::Included((file, u64::MAX)));
        let end = state.extents.range(behind).next().map_or(u64::MAX, |((_, start), _)| *start);
        Gap { start, end }
    }

    /// Keeps `bytes`, which begin at `start`, as far as they are not there yet.
    pub(super) fn keep(&self, file: u64, start: u64, bytes: &[u8]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let end = start.saturating_add(bytes.len() as u64);
        let mut at = start;
        while at < end {
            if let Some((_, covered)) = state.covering(file, at).filter(|(_, end)| *end > at) {
                at = covered;
                continue;
            }
            let behind = (Bound::Excluded((file, at)), Bound::Included((file, u64::MAX)));
            let next = state.extents.range(behind).next().map_or(end, |((_, next), _)| *next);
            let until = next.min(end);
            let part = |offset: u64| usize::try_from(offset.saturating_sub(start)).ok();
            let (Some(from), Some(to)) = (part(at), part(until)) else { return };
            let Some(piece) = bytes.get(from..to) else { return };
            state.insert(file, at, piece.into());
            at = until;
        }
        state.shrink(file, PER_FILE.min(self.room), self.room);
    }

    /// Forgets everything about a file.
    pub(super) fn forget(&self, file: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let starts: Vec<u64> = state
            .extents
            .range((file, 0)..=(file, u64::MAX))
            .map(|((_, start), _)| *start)
            .collect();
        for start in starts {
            state.remove(file, start);
        }
        state.kept.remove(&file);
    }

    #[cfg(test)]
    pub(super) fn total(&self) -> usize {
        self.state.lock().unwrap().total
    }
}

impl State {
    /// Start and end of the last extent that begins at or before `offset`.
    fn covering(&self, file: u64, offset: u64) -> Option<(u64, u64)> {
        let ((_, start), extent) = self.extents.range((file, 0)..=(file, offset)).next_back()?;
        Some((*start, start.saturating_add(extent.bytes.len() as u64)))
    }

    /// The extent, which is now the one used last.
    fn used(&mut self, file: u64, start: u64) -> Option<(u64, Arc<[u8]>)> {
        self.clock = self.clock.saturating_add(1);
        let extent = self.extents.get_mut(&(file, start))?;
        self.uses.remove(&extent.used);
        extent.used = self.clock;
        self.uses.insert(self.clock, (file, start));
        Some((start, Arc::clone(&extent.bytes)))
    }

    fn insert(&mut self, file: u64, start: u64, bytes: Arc<[u8]>) {
        self.clock = self.clock.saturating_add(1);
        let cost = bytes.len().saturating_add(OVERHEAD);
        self.uses.insert(self.clock, (file, start));
        self.extents.insert((file, start), Extent { bytes, used: self.clock });
        self.total = self.total.saturating_add(cost);
        let kept = self.kept.entry(file).or_default();
        *kept = kept.saturating_add(cost);
    }

    fn remove(&mut self, file: u64, start: u64) {
        let Some(extent) = self.extents.remove(&(file, start)) else { return };
        let cost = extent.bytes.len().saturating_add(OVERHEAD);
        self.uses.remove(&extent.used);
        self.total = self.total.saturating_sub(cost);
        if let Some(kept) = self.kept.get_mut(&file) {
            *kept = kept.saturating_sub(cost);
        }
    }

    /// Removes extents until `file` and all files together keep no more than they may. The one
    /// used last stays in any case.
    fn shrink(&mut self, file: u64, most_of_file: usize, most: usize) {
        while self.kept.get(&file).is_some_and(|kept| *kept > most_of_file) {
            let oldest = self
                .extents
                .range((file, 0)..=(file, u64::MAX))
                .min_by_key(|(_, extent)| extent.used)
                .map(|(key, extent)| (*key, extent.used));
            match oldest {
                Some(((_, start), used)) if used != self.clock => self.remove(file, start),
                _ => break,
            }
        }
        while self.total > most {
            match self.uses.first_key_value() {
                Some((used, (file, start))) if *used != self.clock => {
                    let (file, start) = (*file, *start);
                    self.remove(file, start);
                }
                _ => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

    use super::*;

    fn read(cache: &ExtentCache, file: u64, offset: u64) -> Option<Vec<u8>> {
        let mut buffer = [0; 8];
        cache.read(file, offset, &mut buffer).map(|count| buffer[..count].to_vec())
    }

    #[test]
    fn what_was_kept_is_read_and_nothing_else() {
        let cache = ExtentCache::new(1 << 20);
        cache.keep(1, 10, b"abc");
        assert_eq!(read(&cache, 1, 10).unwrap(), b"abc");
        assert_eq!(read(&cache, 1, 12).unwrap(), b"c");
        for (file, offset) in [(1, 9), (1, 13), (2, 10), (0, 10)] {
            assert_eq!(read(&cache, file, offset), None);
        }
        assert!(cache.holds(1, 10, 13) && !cache.holds(1, 10, 14) && !cache.holds(1, 9, 11));
        assert_eq!(cache.gap(1, 5), Gap { start: 0, end: 10 });
        assert_eq!(cache.gap(1, 20), Gap { start: 13, end: u64::MAX });
    }

    #[test]
    fn overlapping_bytes_fill_the_gaps() {
        let cache = ExtentCache::new(1 << 20);
        cache.keep(1, 4, b"EF");
        cache.keep(1, 8, b"IJ");
        cache.keep(1, 2, b"cdefghijkl");
        let all: Vec<u8> =
            [2, 4, 6, 8, 10].iter().flat_map(|at| read(&cache, 1, *at).unwrap()).collect();
        assert_eq!(all, b"cdEFghIJkl");
        assert!(cache.holds(1, 2, 12));
        cache.keep(1, 2, b"xxxxxxxxxx");
        assert_eq!(read(&cache, 1, 2).unwrap(), b"cd");
    }

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let cache = ExtentCache::new(100 * (100 + OVERHEAD));
        cache.keep(0, 0, &[7; 100]);
        for file in 1..1000 {
            cache.keep(file, 0, &[1; 100]);
            assert_eq!(read(&cache, 0, 0).unwrap(), [7; 8]);
        }
        assert!(cache.total() <= 100 * (100 + OVERHEAD));
        assert_eq!(read(&cache, 1, 0), None);
        assert_eq!(read(&cache, 999, 0).unwrap(), [1; 8]);
    }

    #[test]
    fn one_file_does_not_push_out_the_others() {
        let cache = ExtentCache::new(16 << 20);
        cache.keep(1, 0, b"ahead");
        for at in 0..64_u64 {
            cache.keep(2, at << 19, &vec![0; 1 << 19]);
        }
        assert!(cache.total() <= PER_FILE + 1024, "{}", cache.total());
        assert_eq!(read(&cache, 1, 0).unwrap(), b"ahead");
        assert_eq!(read(&cache, 2, 63 << 19).unwrap(), [0; 8]);
        cache.forget(2);
        assert_eq!(cache.total(), 5 + OVERHEAD);
    }
}
