//! Compressed bytes on their way into a decoder.

use std::io::{self, BufRead, Read};

use crate::analyse::Stop;
use crate::base::{ReadAt as _, Window, read_up_to};

/// Compressed bytes on their way into a decoder: buffered, and exact about how many of them the
/// decoder has taken, so that the next stream is found where the last one ended.
pub(in crate::analyse::archive) struct Input<'a> {
    bytes: Window<'a>,
    buffer: Vec<u8>,
    /// What of `buffer` is not yet taken.
    start: usize,
    end: usize,
    /// The offset of `buffer[start]`.
    position: u64,
    /// From this offset on bytes are handed out one by one. A decoder that fails loses what it
    /// decoded in the failing call; with one byte a call it loses nothing that came before.
    single_bytes_from: u64,
    /// Why the bytes could not be read, for decoders whose errors hide it.
    failure: Option<Stop>,
}

/// Bytes read at once.
const CHUNK: usize = 32 << 10;

impl<'a> Input<'a> {
    /// Reads `bytes` from their beginning.
    pub(in crate::analyse::archive) fn new(bytes: Window<'a>, single_bytes_from: u64) -> Self {
        Self {
            bytes,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            position: 0,
            single_bytes_from,
            failure: None,
        }
    }

    /// The bytes that are read.
    pub(super) fn bytes(&self) -> &Window<'a> {
        &self.bytes
    }

    /// How many bytes have been taken.
    pub(in crate::analyse::archive) fn position(&self) -> u64 {
        self.position
    }

    /// Goes on at another offset.
    pub(super) fn seek(&mut self, position: u64) {
        self.position = position;
        self.start = 0;
        self.end = 0;
    }

    /// At most `N` bytes from here on, without taking them; how many there are.
    pub(super) fn peek<const N: usize>(&mut self) -> io::Result<([u8; N], usize)> {
        let mut head = [0; N];
        let ready = self.buffer.get(self.start..self.end).unwrap_or(&[]);
        if let Some(first) = ready.first_chunk::<N>() {
            return Ok((*first, N));
        }
        let count = read_up_to(&self.bytes, self.position, &mut head);
        let count = count.map_err(|error| self.note(error))?;
        Ok((head, count))
    }

    /// Exactly `N` bytes, taken; `None` if there are fewer.
    pub(super) fn take_exact<const N: usize>(&mut self) -> io::Result<Option<[u8; N]>> {
        let (head, count) = self.peek::<N>()?;
        if count < N {
            return Ok(None);
        }
        self.skip(N as u64);
        Ok(Some(head))
    }

    /// Takes `count` bytes unseen.
    pub(super) fn skip(&mut self, count: u64) {
        match usize::try_from(count) {
            Ok(count) if count <= self.end.saturating_sub(self.start) => self.consume(count),
            _ => self.seek(self.position.saturating_add(count)),
        }
    }

    /// Takes all zero bytes from here on.
    pub(super) fn skip_zeros(&mut self) -> io::Result<()> {
        loop {
            let ready = self.fill_buf()?;
            let zeros = ready.iter().take_while(|byte| **byte == 0).count();
            let all = zeros == ready.len();
            if zeros == 0 {
                return Ok(());
            }
            self.consume(zeros);
            if !all {
                return Ok(());
            }
        }
    }

    /// Whether there are more bytes than were taken.
    pub(super) fn has_more(&mut self) -> io::Result<bool> {
        Ok(!self.fill_buf()?.is_empty())
    }

    /// Why the bytes could not be read, if that is what made a decoder fail.
    pub(super) fn failure(&mut self) -> Option<Stop> {
        self.failure.take()
    }

    fn note(&mut self, error: io::Error) -> io::Error {
        let stop = Stop::from(error).unwrapped();
        let again = io::Error::other(stop.to_string());
        self.failure = Some(stop);
        again
    }
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start >= self.end {
            if self.buffer.is_empty() {
                self.buffer = vec![0; CHUNK];
            }
            let count = loop {
                match self.bytes.read_at(self.position, &mut self.buffer) {
                    Ok(count) => break count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(self.note(error)),
                }
            };
            self.start = 0;
            self.end = count;
        }
        let one_by_one = self.position >= self.single_bytes_from;
        let end = if one_by_one { self.end.min(self.start.saturating_add(1)) } else { self.end };
        Ok(self.buffer.get(self.start..end).unwrap_or(&[]))
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(self.end.saturating_sub(self.start));
        self.start = self.start.saturating_add(count);
        self.position = self.position.saturating_add(count as u64);
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_knows_how_much_was_taken() {
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let mut input = Input::new(Window::new(&bytes, 10, 90_000), u64::MAX);
        assert_eq!(input.peek::<2>().unwrap(), ([10, 11], 2));
        assert_eq!(input.take_exact::<2>().unwrap(), Some([10, 11]));
        input.skip(50_000);
        assert_eq!(input.position(), 50_002);
        assert_eq!(input.fill_buf().unwrap()[0], bytes[50_012]);
        input.skip(39_998);
        assert!(!input.has_more().unwrap());
        assert_eq!(input.take_exact::<1>().unwrap(), None);
    }

    #[test]
    fn input_hands_out_single_bytes_where_told() {
        let bytes = [0, 0, 0, 7, 8, 9].to_vec();
        let mut input = Input::new(Window::new(&bytes, 0, 6), 4);
        input.skip_zeros().unwrap();
        assert_eq!(input.position(), 3);
        assert_eq!(input.fill_buf().unwrap(), [7, 8, 9]);
        input.consume(1);
        assert_eq!(input.fill_buf().unwrap(), [8]);
    }
}
