//! The first look at some bytes.

use std::io;

use crate::base::{ReadAt, read_up_to};

/// The first look at some bytes: enough to tell the format.
#[derive(Clone, Copy)]
pub struct Probe<'a> {
    /// The path or member name, untrusted, a hint at most.
    pub name: &'a str,
    /// The first bytes, at most [`Probe::HEAD`].
    pub head: &'a [u8],
    /// The last bytes, at most [`Probe::TAIL`]; empty as long as reading them would mean to
    /// decompress everything in front of them.
    pub tail: &'a [u8],
    /// All of the bytes.
    pub bytes: &'a dyn ReadAt,
}

impl Probe<'_> {
    /// Bytes of head: enough for every magic and for a tar's first headers.
    pub const HEAD: usize = 64 << 10;
    /// Bytes of tail: a zip's end record with the longest comment.
    pub const TAIL: usize = 65_557;

    /// The file name's last extension, lower-cased, without the dot.
    pub fn extension(&self) -> Option<String> {
        let base = self.name.rsplit(['/', '\\', '!']).next()?;
        let (stem, extension) = base.rsplit_once('.')?;
        (!stem.is_empty() || !extension.is_empty()).then(|| extension.to_lowercase())
    }

    /// Whether `magic` stands at `offset` of the head.
    pub fn has(&self, offset: usize, magic: &[u8]) -> bool {
        self.head.get(offset..).is_some_and(|rest| rest.starts_with(magic))
    }
}

/// Reads the first bytes of `bytes` for a probe.
pub(super) fn read_head(bytes: &dyn ReadAt) -> io::Result<Vec<u8>> {
    let mut head = vec![0; Probe::HEAD];
    let count = read_up_to(bytes, 0, &mut head)?;
    head.truncate(count);
    Ok(head)
}

/// Reads the last bytes of `bytes` for a probe; the head itself where it holds them.
pub(super) fn read_tail(bytes: &dyn ReadAt) -> io::Result<Vec<u8>> {
    let length = bytes.len()?;
    let start = length.saturating_sub(Probe::TAIL as u64);
    let mut tail = vec![0; usize::try_from(length.saturating_sub(start)).unwrap_or(Probe::TAIL)];
    let count = read_up_to(bytes, start, &mut tail)?;
    tail.truncate(count);
    Ok(tail)
}
