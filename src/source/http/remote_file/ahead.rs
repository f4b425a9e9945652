//! How much more than was asked for is fetched.

use super::extents::Gap;
use crate::source::http::content_range::ByteRange;

/// Files of at most this size are fetched as a whole.
pub(super) const SMALL: u64 = 64 << 10;

/// The end of a file, which is fetched as a whole when something in it is asked for: archives
/// keep their directories there.
const TAIL: u64 = 32 << 10;

/// What is fetched at first, and the most that is fetched at once: more would be faster still, and
/// too much memory for many readers.
const FIRST: u64 = 16 << 10;
pub(super) const MOST: u64 = 1 << 20;

/// How far a reader may jump over bytes and still be taken for one that reads on.
const STEP: u64 = 4 << 10;

/// How much to fetch at once: little for a reader that jumps, and twice as much each time for one
/// that reads on.
#[derive(Debug)]
pub(super) struct ReadAhead {
    /// Behind the last byte that was fetched.
    next: u64,
    window: u64,
}

impl Default for ReadAhead {
    fn default() -> Self {
        Self { next: u64::MAX, window: FIRST }
    }
}

impl ReadAhead {
    /// What to fetch from a file of `size` bytes because `wanted` bytes at `offset` are wanted,
    /// which lies in `gap`. Begins at or before `offset` and holds at least the byte there;
    /// `None` behind the end.
    pub(super) fn plan(
        &mut self,
        offset: u64,
        wanted: u64,
        size: u64,
        gap: Gap,
    ) -> Option<ByteRange> {
        if offset >= size {
            return None;
        }
        let gap_end = gap.end.min(size);
        if size <= SMALL {
            return ByteRange::new(gap.start, gap_end);
        }
        let reads_on = offset.checked_sub(self.next).is_some_and(|step| step <= STEP);
        self.window = if reads_on { self.window.saturating_mul(2).min(MOST) } else { FIRST };
        let tail = size.saturating_sub(TAIL);
        let start = if offset >= tail { gap.start.max(tail).min(offset) } else { offset };
        let length = self.window.max(wanted.min(MOST));
        let mut end = offset.saturating_add(length).min(gap_end);
        if offset >= tail {
            end = gap_end;
        }
        self.next = end;
        ByteRange::new(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Gap = Gap { start: 0, end: u64::MAX };
    const SIZE: u64 = 1 << 30;

    fn plan(ahead: &mut ReadAhead, offset: u64, wanted: u64) -> (u64, u64) {
        let range = ahead.plan(offset, wanted, SIZE, FREE).unwrap();
        (range.start(), range.length())
    }

    #[test]
    fn a_reader_that_reads_on_gets_more_and_one_that_jumps_does_not() {
        let mut ahead = ReadAhead::default();
        let mut at = 1000;
        for kib in [16, 32, 64, 128, 256, 512, 1024, 1024] {
            assert_eq!(plan(&mut ahead, at, 10), (at, kib << 10));
            at = at.saturating_add(kib << 10);
        }
        assert_eq!(plan(&mut ahead, 5, 10), (5, FIRST));
        assert_eq!(plan(&mut ahead, 5 + FIRST + STEP, 10), (5 + FIRST + STEP, 2 * FIRST));
        assert_eq!(plan(&mut ahead, 9 << 20, 100 << 10), (9 << 20, 100 << 10));
        assert_eq!(plan(&mut ahead, 90 << 20, 100 << 20), (90 << 20, MOST));
    }

    #[test]
    fn the_tail_comes_at_once() {
        let mut ahead = ReadAhead::default();
        assert_eq!(plan(&mut ahead, SIZE - 22, 22), (SIZE - TAIL, TAIL));
        assert_eq!(plan(&mut ahead, SIZE - 65_557, 65_557), (SIZE - 65_557, 65_557));
        let gap = Gap { start: SIZE - 100, end: SIZE - 10 };
        let range = ahead.plan(SIZE - 50, 5, SIZE, gap).unwrap();
        assert_eq!((range.start(), range.end()), (gap.start, gap.end));
        assert_eq!(ahead.plan(SIZE, 1, SIZE, FREE), None);
    }

    #[test]
    fn small_files_come_as_a_whole_and_nothing_comes_twice() {
        let mut ahead = ReadAhead::default();
        let range = ahead.plan(500, 1, SMALL, FREE).unwrap();
        assert_eq!((range.start(), range.end()), (0, SMALL));
        let range = ahead.plan(500, 100, SIZE, Gap { start: 400, end: 550 }).unwrap();
        assert_eq!((range.start(), range.end()), (500, 550));
    }
}
