//! Reading on end, in a byte order, with every length checked against what is left.

use crate::analyse::Stop;
use crate::base::{ReadAt, read_up_to};

/// Bytes that are read at a time.
const CHUNK: usize = 64 << 10;

/// The order of the bytes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// A place in a file from which it is read on.
pub(super) struct Cursor<'a> {
    bytes: &'a dyn ReadAt,
    length: u64,
    chunk: Vec<u8>,
    /// Offset of the chunk's first byte.
    chunk_offset: u64,
    offset: u64,
    pub(super) order: Order,
    /// Whether counts and lengths have 32 bits, as in version 1.
    pub(super) narrow: bool,
}

impl<'a> Cursor<'a> {
    /// Reads from `offset` on.
    pub(super) fn new(bytes: &'a dyn ReadAt, offset: u64) -> Result<Self, Stop> {
        let length = bytes.len()?;
        let (chunk, chunk_offset, order) = (Vec::new(), 0, Order::Little);
        Ok(Self { bytes, length, chunk, chunk_offset, offset, order, narrow: false })
    }

    /// Offset of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes of the whole file.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Bytes behind the place.
    pub(super) fn left(&self) -> u64 {
        self.length.saturating_sub(self.offset)
    }

    /// Passes over bytes without reading them.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), Stop> {
        self.must_have(count)?;
        self.offset = self.offset.saturating_add(count);
        Ok(())
    }

    fn must_have(&self, count: u64) -> Result<(), Stop> {
        if count <= self.left() {
            return Ok(());
        }
        let left = self.left();
        Err(Stop::malformed(
            self.offset,
            format!("{count} bytes are announced and {left} are left"),
        ))
    }

    /// The next bytes, at most a chunk of them.
    fn peek(&mut self, count: usize) -> Result<&[u8], Stop> {
        self.must_have(count as u64)?;
        let inside =
            self.offset.checked_sub(self.chunk_offset).and_then(|at| usize::try_from(at).ok());
        let held = inside.and_then(|at| self.chunk.get(at..at.saturating_add(count))).is_some();
        let start = match inside {
            Some(start) if held => start,
            _ => {
                self.chunk.resize(CHUNK.max(count), 0);
                let read = read_up_to(self.bytes, self.offset, &mut self.chunk)?;
                self.chunk.truncate(read);
                self.chunk_offset = self.offset;
                0
            }
        };
        self.chunk
            .get(start..start.saturating_add(count))
            .ok_or_else(|| Stop::malformed(self.offset, "the file became shorter"))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let at = self.offset;
        let bytes = self.peek(N)?.first_chunk::<N>().copied();
        let bytes = bytes.ok_or_else(|| Stop::malformed(at, "the file became shorter"))?;
        self.offset = self.offset.saturating_add(N as u64);
        Ok(bytes)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Stop> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Stop> {
        let bytes = self.array()?;
        Ok(match self.order {
            Order::Little => u32::from_le_bytes(bytes),
            Order::Big => u32::from_be_bytes(bytes),
        })
    }

    pub(super) fn u64(&mut self) -> Result<u64, Stop> {
        let bytes = self.array()?;
        Ok(match self.order {
            Order::Little => u64::from_le_bytes(bytes),
            Order::Big => u64::from_be_bytes(bytes),
        })
    }

    /// A count or a length: at most as many as there are bytes left, since each takes one.
    pub(super) fn count(&mut self) -> Result<u64, Stop> {
        let at = self.offset;
        let count = if self.narrow { u64::from(self.u32()?) } else { self.u64()? };
        if count > self.left() {
            let left = self.left();
            return Err(Stop::malformed(at, format!("a count of {count} with {left} bytes left")));
        }
        Ok(count)
    }

    /// A text: its length and UTF-8. `most` bounds what is read; of a longer one nothing is kept.
    pub(super) fn text(&mut self, most: usize) -> Result<Option<String>, Stop> {
        let length = self.count()?;
        let Some(length) = usize::try_from(length).ok().filter(|length| *length <= most) else {
            self.skip(length)?;
            return Ok(None);
        };
        let at = self.offset;
        let text = String::from_utf8_lossy(self.peek(length)?).into_owned();
        self.offset = at.saturating_add(length as u64);
        Ok(Some(text))
    }
}
