//! Small reads at neighbouring places.

use std::io;

use crate::base::{ReadAt, read_up_to};

/// Serves small reads from a piece of the bytes that was read at once.
pub(super) struct Pages<'a> {
    bytes: &'a dyn ReadAt,
    /// Bytes read at once, at least.
    piece: usize,
    buffer: Vec<u8>,
    start: u64,
    filled: usize,
}

impl<'a> Pages<'a> {
    /// Reads at least `piece` bytes at once.
    pub(super) fn new(bytes: &'a dyn ReadAt, piece: usize) -> Self {
        Self { bytes, piece, buffer: Vec::new(), start: 0, filled: 0 }
    }

    /// The `length` bytes at `offset`, fewer at the end.
    pub(super) fn at(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let within = offset.checked_sub(self.start).and_then(|at| usize::try_from(at).ok());
        let kept = within.is_some_and(|at| at.saturating_add(length) <= self.filled);
        if !kept {
            let wanted = length.max(self.piece);
            self.buffer.resize(wanted, 0);
            self.start = offset;
            self.filled = 0;
            self.filled = read_up_to(self.bytes, offset, &mut self.buffer)?;
        }
        let at = offset.checked_sub(self.start).and_then(|at| usize::try_from(at).ok());
        let at = at.unwrap_or(0);
        let end = at.saturating_add(length).min(self.filled);
        Ok(self.buffer.get(at..end).unwrap_or(&[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_serve_what_is_there() {
        let bytes: Vec<u8> = (0..100).collect();
        let mut pages = Pages::new(&bytes, 10);
        assert_eq!(pages.at(5, 3).unwrap(), [5, 6, 7]);
        assert_eq!(pages.at(8, 7).unwrap(), [8, 9, 10, 11, 12, 13, 14]);
        assert_eq!(pages.at(5, 20).unwrap().len(), 20);
        assert_eq!(pages.at(97, 10).unwrap(), [97, 98, 99]);
        assert!(pages.at(1000, 1).unwrap().is_empty());
        assert_eq!(pages.at(0, 1).unwrap(), [0]);
    }
}
