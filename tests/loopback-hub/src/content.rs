//! The bytes of a file, which may be many more than there is memory.

use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

use crate::digests::hex;

/// The bytes of a file: some written, all others zero.
#[derive(Clone, Debug)]
pub struct Content {
    length: u64,
    /// Sorted by offset, apart from each other, inside the length.
    extents: Vec<(u64, Vec<u8>)>,
    sha256: OnceLock<String>,
}

impl Content {
    /// Exactly these bytes.
    #[must_use]
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let length = bytes.len() as u64;
        Self { length, extents: vec![(0, bytes)], sha256: OnceLock::new() }
    }

    /// Zeros, to which [`Self::extent`] adds. They take neither memory nor disk, but their SHA-256
    /// takes time: give one with [`Self::with_sha256`] where nobody computes it.
    #[must_use]
    pub fn sparse(length: u64) -> Self {
        Self { length, extents: Vec::new(), sha256: OnceLock::new() }
    }

    /// Writes bytes at an offset.
    ///
    /// # Panics
    /// They reach over the end or into bytes that were written before.
    #[must_use]
    pub fn extent(mut self, offset: u64, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let end = offset + bytes.len() as u64;
        assert!(end <= self.length, "an extent up to {end} in a file of {} bytes", self.length);
        let at = self.extents.partition_point(|(start, _)| *start < offset);
        let free_from = at.checked_sub(1).map_or(0, |before| {
            let (start, written) = &self.extents[before];
            start + written.len() as u64
        });
        let free_to = self.extents.get(at).map_or(self.length, |(start, _)| *start);
        assert!(free_from <= offset && end <= free_to, "extents overlap at {offset}");
        self.extents.insert(at, (offset, bytes));
        self.sha256 = OnceLock::new();
        self
    }

    /// Says what the SHA-256 is; it is not checked, so that it may be a lie.
    #[must_use]
    pub fn with_sha256(self, hexadecimal: &str) -> Self {
        Self { sha256: OnceLock::from(hexadecimal.to_owned()), ..self }
    }

    /// How many bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The SHA-256 in hexadecimal, computed when it is first asked for.
    #[must_use]
    pub fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| {
            let mut hasher = Sha256::new();
            let mut buffer = vec![0; 1 << 20];
            let mut at = 0;
            while at < self.length {
                let count = (self.length - at).min(buffer.len() as u64) as usize;
                self.read_at(at, &mut buffer[..count]);
                hasher.update(&buffer[..count]);
                at += count as u64;
            }
            hex(&hasher.finalize())
        })
    }

    /// Fills the buffer from an offset.
    ///
    /// # Panics
    /// The file ends before.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) {
        let end = offset + buffer.len() as u64;
        assert!(end <= self.length, "a read up to {end} in a file of {} bytes", self.length);
        buffer.fill(0);
        for (start, bytes) in &self.extents {
            let stop = start + bytes.len() as u64;
            let (from, to) = (offset.max(*start), end.min(stop));
            if from < to {
                buffer[(from - offset) as usize..(to - offset) as usize]
                    .copy_from_slice(&bytes[(from - start) as usize..(to - start) as usize]);
            }
        }
    }

    /// All bytes; for what is small.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.length as usize];
        self.read_at(0, &mut bytes);
        bytes
    }
}

impl<T: Into<Vec<u8>>> From<T> for Content {
    fn from(bytes: T) -> Self {
        Self::bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digests::sha256_hex;

    #[test]
    fn sparse_bytes_read_like_written_ones() {
        let sparse = Content::sparse(20).extent(12, "def").extent(3, "abc");
        let whole = b"\0\0\0abc\0\0\0\0\0\0def\0\0\0\0\0";
        assert_eq!(sparse.to_vec(), whole);
        for from in 0..20 {
            for to in from..=20 {
                let mut buffer = vec![7; to - from];
                sparse.read_at(from as u64, &mut buffer);
                assert_eq!(buffer, whole[from..to]);
            }
        }
        assert_eq!(sparse.sha256(), sha256_hex(whole));
    }

    #[test]
    fn five_gigabytes_take_no_memory() {
        let large = Content::sparse(5_000_000_000).extent(4_999_999_999, "x");
        let mut tail = [9; 2];
        large.read_at(4_999_999_998, &mut tail);
        assert_eq!(tail, *b"\0x");
    }

    #[test]
    #[should_panic(expected = "overlap")]
    fn extents_do_not_overlap() {
        let _ = Content::sparse(10).extent(0, "abc").extent(2, "d");
    }
}
