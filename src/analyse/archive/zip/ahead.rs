//! What is asked for ahead of an archive behind a network.
//!
//! Surveying an archive reads a few bytes at hundreds of places, and looking at its members a few
//! more. Behind a network each of these would be a round trip, so they are announced together, in
//! batches of bounded size, and so small that a shard of 5 GB and 100 tensors costs a quarter of a
//! megabyte, replies' headers included. It is a hint only: what is looked at and what is checked is
//! the same for an archive on this machine.

use super::super::fields::u16_at;
use super::super::pages::Pages;
use super::header::Central;
use super::member::ZipMember;
use crate::analyse::Probe;
use crate::analyse::probe::Reach;
use crate::base::{ReadAt, read_up_to};

/// Entries whose headers are announced at once.
const ENTRIES: usize = 1000;
/// Bytes that are announced at once.
const BATCH: u64 = 512 << 10;
/// Members up to this size that are no raw numbers are announced with their headers.
const SMALL: u64 = 16 << 10;
/// The same for what is called a pickle.
const SMALL_PICKLE: u64 = 256 << 10;
/// The longest data descriptor, which stands between a member's data and the next header.
const DESCRIPTOR: u64 = 24;
/// torch lets the data of its records begin at multiples of this.
const ALIGNMENT: u64 = 64;
/// Bytes of an extra field before torch's padding: its own header, and zip64 sizes.
const EXTRA: u64 = 4;
const WIDE_EXTRA: u64 = 32;

/// What of an archive has been announced.
pub(super) struct Ahead<'a> {
    /// Where the first directory entry stands whose header was not announced.
    until: u64,
    /// Whether a member of this name holds raw numbers.
    holds_numbers: &'a dyn Fn(&str) -> bool,
}

/// What a directory entry lets expect.
struct Expected {
    header: u64,
    /// Where the data most likely begins.
    data: u64,
    size: u64,
    numbers: bool,
    pickle: bool,
}

impl Expected {
    fn of(entry: &Central, shift: u64, holds_numbers: &dyn Fn(&str) -> bool) -> Self {
        let header = entry.local_offset.saturating_add(shift);
        let size = entry.header.compressed;
        let wide = header >= 0xffff_ffff || size >= 0xffff_ffff;
        let name = String::from_utf8_lossy(&entry.header.name);
        let fixed = 30_u64.saturating_add(entry.header.name.len() as u64).saturating_add(if wide {
            WIDE_EXTRA
        } else {
            EXTRA
        });
        let data = header.saturating_add(fixed).checked_next_multiple_of(ALIGNMENT);
        Self {
            header,
            data: data.unwrap_or(u64::MAX),
            size,
            numbers: holds_numbers(&name),
            pickle: name.to_ascii_lowercase().ends_with(".pkl"),
        }
    }
}

impl<'a> Ahead<'a> {
    /// Nothing was announced yet.
    pub(super) fn new(holds_numbers: &'a dyn Fn(&str) -> bool) -> Self {
        Self { until: 0, holds_numbers }
    }

    /// A directory begins.
    pub(super) fn begin(&mut self, bytes: &dyn ReadAt, start: u64, end: u64) {
        self.until = start;
        announce(bytes, [(start, end.saturating_sub(start).min(BATCH))]);
    }

    /// Announces the local headers of the next entries, if that of the entry at `at` was not
    /// announced yet: with each the end of the data in front of it and the beginning of its own,
    /// and all of a small member.
    pub(super) fn headers(&mut self, bytes: &dyn ReadAt, at: u64, end: u64, shift: u64) {
        if at < self.until {
            return;
        }
        let mut pages = Pages::new(bytes, 64 << 10);
        let mut expected = Vec::new();
        let mut next = at;
        while next < end && expected.len() < ENTRIES {
            // What can't be read shows when it is read for its own sake.
            let Ok(Some(entry)) = Central::read(&mut pages, next) else { break };
            next = next.saturating_add(entry.length);
            expected.push(Expected::of(&entry, shift, self.holds_numbers));
        }
        self.until = next.max(at.saturating_add(1));
        let before = (Reach::GLANCE.tail as u64).saturating_add(DESCRIPTOR);
        let mut left = BATCH;
        let contents = expected.iter().map(|one| {
            let whole = if one.pickle { SMALL_PICKLE } else { SMALL };
            match () {
                () if one.numbers => one.size.min(Reach::GLANCE.head as u64),
                () if one.size <= whole.min(left) => {
                    left = left.saturating_sub(one.size);
                    one.size
                }
                () => 0,
            }
        });
        let contents: Vec<u64> = contents.collect();
        let ranges = expected.iter().zip(&contents).map(|(one, content)| {
            let start = one.header.saturating_sub(before);
            (start, one.data.saturating_add(*content).saturating_sub(start))
        });
        announce(bytes, ranges);
        let longer = expected.iter().zip(&contents).filter_map(|(one, content)| {
            let data = one.header.saturating_add(header_length(bytes, one.header)?);
            let rest = data.saturating_add(*content).saturating_sub(one.data);
            (data > one.data).then_some((one.data, rest))
        });
        announce(bytes, longer);
    }
}

/// Announces ranges, as offset and length, as far as they are not part of the ends of the archive,
/// which were read to tell that it is one.
fn announce(bytes: &dyn ReadAt, ranges: impl IntoIterator<Item = (u64, u64)>) {
    let Ok(length) = bytes.len() else { return };
    let head = Probe::HEAD as u64;
    let tail = length.saturating_sub(Probe::TAIL as u64);
    let beyond = ranges.into_iter().filter_map(|(start, count)| {
        let end = start.saturating_add(count).min(tail);
        let start = start.max(head);
        end.checked_sub(start).filter(|count| *count > 0).map(|count| (start, count))
    });
    bytes.prefetch(&beyond.collect::<Vec<_>>());
}

/// The length of the local header at `at`, which was announced: it is longer than expected where
/// a writer lets data begin at pages.
fn header_length(bytes: &dyn ReadAt, at: u64) -> Option<u64> {
    let mut fixed = [0; 30];
    let count = read_up_to(bytes, at, &mut fixed).ok()?;
    let lengths = [u16_at(fixed.get(..count)?, 26)?, u16_at(&fixed, 28)?];
    Some(lengths.iter().fold(30, |sum, length| sum.saturating_add(u64::from(*length))))
}

/// Announces the ends of members, batch by batch: [`next`](Self::next) is asked before each member
/// is looked at.
pub(super) struct Ends<'a> {
    bytes: &'a dyn ReadAt,
    reach: Reach,
    /// Members that were announced and not yet asked about.
    announced: usize,
}

impl<'a> Ends<'a> {
    /// For members of the archive in `bytes`, of which `reach` is looked at.
    pub(super) fn new(bytes: &'a dyn ReadAt, reach: Reach) -> Self {
        Self { bytes, reach, announced: 0 }
    }

    /// For members that are examined by content.
    pub(super) fn whole(bytes: &'a dyn ReadAt) -> Self {
        Self::new(bytes, Reach { head: Probe::HEAD, tail: Probe::TAIL })
    }

    /// Announces the first of `members`, which are still to be looked at, and those behind it.
    pub(super) fn next<'m>(&mut self, members: impl Iterator<Item = &'m ZipMember>) {
        if !self.bytes.is_distant() {
            return;
        }
        if let Some(left) = self.announced.checked_sub(1) {
            self.announced = left;
            return;
        }
        let mut ranges = Vec::new();
        let mut left = BATCH;
        let mut count = 0_usize;
        for member in members.take(ENTRIES) {
            let size = member.compressed_size;
            let head = size.min(self.reach.head as u64);
            let tail = size.saturating_sub(head).min(self.reach.tail as u64);
            let cost = head.saturating_add(tail);
            if count > 0 && cost > left {
                break;
            }
            left = left.saturating_sub(cost);
            count = count.saturating_add(1);
            ranges.push((member.data_offset, head));
            let end = member.data_offset.saturating_add(size);
            // Compressed data is read from its beginning.
            if tail > 0 && member.method == 0 {
                ranges.push((end.saturating_sub(tail), tail));
            }
        }
        self.announced = count.saturating_sub(1);
        announce(self.bytes, ranges);
    }
}
