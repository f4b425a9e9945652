//! A compressed stream that can be read like a file.

use std::io::{self, Read as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flate2::Crc;

use super::codec::{Codec, StreamRules, Streams};
use crate::analyse::{DecompressionAllowance, Stop};
use crate::base::{Budget, ReadAt, Window};

/// What a compressed stream yields, readable at any offset with bounded memory.
///
/// The first 4 MiB are decoded when it is made, and kept: most members end before and are as good
/// as a file in memory. Behind them, reading forwards decodes as it goes, and the last 128 KiB or
/// more stay readable; reading further back starts again from the beginning. Every decoded byte,
/// also of a repetition, is charged to the file's allowance.
///
/// Reading fails with [`Stop::Malformed`] where the data is corrupt, and yields every byte in front
/// of that. [`ReadAt::len`] is the number of bytes that can be read, corrupt or not; it fails only
/// when the allowance or the memory is exhausted.
pub(crate) struct Decompressed<'a> {
    bytes: Window<'a>,
    codec: Arc<dyn Codec>,
    rules: StreamRules,
    allowance: Arc<DecompressionAllowance>,
    state: Mutex<State<'a>>,
}

/// What there is to know at the end of a stream.
#[derive(Debug)]
pub(crate) struct End {
    /// Bytes that were decoded.
    pub(crate) length: u64,
    /// Compressed bytes that were taken; what stands behind them is something else.
    pub(crate) compressed: u64,
    /// CRC-32 of the decoded bytes.
    pub(crate) checksum: u32,
    /// Why it ended early, if it did.
    pub(crate) fault: Option<Stop>,
}

/// The decoded bytes that are kept from the beginning on.
const PREFIX: usize = 4 << 20;
/// The decoded bytes that are kept behind the current position: a zip's end record with the
/// longest comment, and the head that a probe has read.
const BEHIND: usize = 128 << 10;
/// Bytes decoded at once.
const CHUNK: usize = 64 << 10;
/// A decoder that failed is fed byte by byte from this far in front of where it failed.
const CAREFUL: u64 = 96 << 10;

struct State<'a> {
    streams: Streams<'a>,
    /// Decoded bytes so far, in this pass.
    position: u64,
    prefix: Vec<u8>,
    /// The last bytes in front of `position`, as far as they are behind the prefix.
    window: Vec<u8>,
    chunk: Vec<u8>,
    checksum: Crc,
    single_bytes_from: u64,
    ended: Option<Ended>,
}

#[derive(Clone)]
struct Ended {
    length: u64,
    compressed: u64,
    checksum: u32,
    fault: Option<Fault>,
}

/// A [`Stop`] that can be told again.
#[derive(Clone, Debug)]
enum Fault {
    Malformed { offset: u64, reason: String },
    Exhausted { budget: Budget, limit: u64, offset: u64 },
    Io(io::ErrorKind, String),
}

impl Fault {
    fn new(stop: Stop, offset: u64) -> Self {
        match stop.unwrapped() {
            Stop::Malformed { reason, .. } => Self::Malformed { offset, reason },
            Stop::Exhausted { budget, limit, .. } => Self::Exhausted { budget, limit, offset },
            Stop::Io(error) => Self::Io(error.kind(), error.to_string()),
        }
    }

    fn stop(&self) -> Stop {
        match self {
            Self::Malformed { offset, reason } => Stop::malformed(*offset, reason.clone()),
            Self::Exhausted { budget, limit, offset } => {
                Stop::Exhausted { budget: *budget, limit: *limit, offset: Some(*offset) }
            }
            Self::Io(kind, text) => Stop::Io(io::Error::new(*kind, text.clone())),
        }
    }
}

impl<'a> Decompressed<'a> {
    /// Decodes `bytes`, which are compressed with `codec`.
    pub(super) fn new(
        bytes: Window<'a>,
        codec: Arc<dyn Codec>,
        rules: StreamRules,
        allowance: Arc<DecompressionAllowance>,
    ) -> Self {
        let streams = Streams::new(Arc::clone(&codec), bytes, rules, u64::MAX);
        let state = State {
            streams,
            position: 0,
            prefix: Vec::new(),
            window: Vec::new(),
            chunk: Vec::new(),
            checksum: Crc::new(),
            single_bytes_from: u64::MAX,
            ended: None,
        };
        let this = Self { bytes, codec, rules, allowance, state: Mutex::new(state) };
        {
            let mut state = this.lock();
            while state.ended.is_none() && state.position < PREFIX as u64 {
                // A failure is kept in the state and told to whoever reads.
                if this.advance(&mut state).is_err() {
                    break;
                }
            }
        }
        this
    }

    /// Decodes to the end, and says what is known there.
    pub(crate) fn end(&self) -> End {
        let mut state = self.lock();
        let ended = self.run_to_end(&mut state);
        End {
            length: ended.length,
            compressed: ended.compressed,
            checksum: ended.checksum,
            fault: ended.fault.as_ref().map(Fault::stop),
        }
    }

    /// Whether the end is known already, so that [`Self::end`] costs nothing.
    pub(crate) fn has_ended(&self) -> bool {
        self.lock().ended.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        // The state is consistent after every step, also if a panic in a decoder poisoned it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run_to_end(&self, state: &mut State<'a>) -> Ended {
        loop {
            if let Some(ended) = &state.ended {
                return ended.clone();
            }
            if let Err(fault) = self.advance(state)
                && state.ended.is_none()
            {
                return Ended {
                    length: state.position,
                    compressed: state.streams.position(),
                    checksum: 0,
                    fault: Some(fault),
                };
            }
        }
    }

    fn restart(&self, state: &mut State<'a>) {
        state.streams =
            Streams::new(Arc::clone(&self.codec), self.bytes, self.rules, state.single_bytes_from);
        state.position = 0;
        state.window.clear();
        state.checksum.reset();
    }

    /// Decodes the next chunk. An error says why there is none; the end is no error.
    fn advance(&self, state: &mut State<'a>) -> Result<(), Fault> {
        if state.chunk.is_empty() {
            state.chunk = vec![0; CHUNK];
        }
        let mut chunk = std::mem::take(&mut state.chunk);
        let result = state.streams.read(&mut chunk);
        let outcome = match result {
            Ok(count) => match self.allowance.spend(count as u64) {
                Ok(()) => {
                    state.keep(chunk.get(..count).unwrap_or(&[]));
                    if count == 0 {
                        state.end(None);
                    }
                    Ok(())
                }
                Err(stop) => Err(Fault::new(stop, state.position)),
            },
            Err(error) => Err(Fault::new(error.into(), state.position)),
        };
        state.chunk = chunk;
        let Err(fault) = outcome else { return Ok(()) };
        if matches!(fault, Fault::Malformed { .. }) && state.single_bytes_from == u64::MAX {
            // Once more, carefully: the decoder may have swallowed bytes with the error.
            state.single_bytes_from = state.streams.position().saturating_sub(CAREFUL);
            let known = state.position;
            self.restart(state);
            while state.position < known && state.ended.is_none() {
                self.advance(state)?;
            }
            return Ok(());
        }
        state.end(Some(fault.clone()));
        Err(fault)
    }
}

impl State<'_> {
    /// Keeps the next decoded bytes.
    fn keep(&mut self, bytes: &[u8]) {
        if self.ended.is_none() {
            self.checksum.update(bytes);
        }
        let room = (PREFIX as u64).saturating_sub(self.position);
        let room = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
        let (front, back) = bytes.split_at(room);
        if self.position == self.prefix.len() as u64 {
            self.prefix.extend_from_slice(front);
        }
        self.window.extend_from_slice(back);
        if self.window.len() > BEHIND.saturating_mul(2) {
            let surplus = self.window.len().saturating_sub(BEHIND);
            self.window.drain(..surplus);
        }
        self.position = self.position.saturating_add(bytes.len() as u64);
    }

    fn end(&mut self, fault: Option<Fault>) {
        if self.ended.is_none() {
            self.ended = Some(Ended {
                length: self.position,
                compressed: self.streams.position(),
                checksum: self.checksum.sum(),
                fault,
            });
        }
    }

    /// The kept bytes from `offset` on, if they are kept.
    fn kept(&self, offset: u64) -> Option<&[u8]> {
        let at = usize::try_from(offset).ok()?;
        if at < self.prefix.len() {
            return self.prefix.get(at..);
        }
        let from_end = usize::try_from(self.position.checked_sub(offset)?).ok()?;
        let start = self.window.len().checked_sub(from_end)?;
        (from_end > 0).then(|| self.window.get(start..))?
    }
}

impl ReadAt for Decompressed<'_> {
    fn len(&self) -> io::Result<u64> {
        let ended = self.run_to_end(&mut self.lock());
        match ended.fault {
            Some(fault @ (Fault::Exhausted { .. } | Fault::Io(..))) => Err(fault.stop().into_io()),
            _ => Ok(ended.length),
        }
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let mut state = self.lock();
        loop {
            if let Some(kept) = state.kept(offset) {
                let count = kept.len().min(buffer.len());
                if let (Some(to), Some(from)) = (buffer.get_mut(..count), kept.get(..count)) {
                    to.copy_from_slice(from);
                }
                return Ok(count);
            }
            if let Some(ended) = &state.ended
                && offset >= ended.length
            {
                let fault = ended.fault.as_ref();
                return fault.map_or(Ok(0), |fault| Err(fault.stop().into_io()));
            }
            if offset < state.position {
                self.restart(&mut state);
            }
            self.advance(&mut state).map_err(|fault| fault.stop().into_io())?;
        }
    }

    fn before_heavy_work(&self) -> io::Result<()> {
        self.allowance.before_heavy_work()
    }

    fn seeks_cheaply(&self) -> bool {
        self.lock().ended.as_ref().is_some_and(|ended| ended.length <= PREFIX as u64)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute small numbers")]
mod tests {
    use std::io::Write as _;

    use super::super::codec::{Deflate, Gzip, Many};
    use super::*;
    use crate::base::read_up_to;

    const RULES: StreamRules = StreamRules { memory: 1 << 26, most: Many::UpTo(1000) };

    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 28) as u8
        })
        .take(length)
        .collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn open(bytes: &dyn ReadAt, limit: u64) -> Decompressed<'_> {
        let allowance = Arc::new(DecompressionAllowance::new(limit, None));
        Decompressed::new(Window::new(bytes, 0, u64::MAX), Arc::new(Gzip), RULES, allowance)
    }

    fn read(bytes: &dyn ReadAt, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; length];
        let count = read_up_to(bytes, offset, &mut buffer)?;
        buffer.truncate(count);
        Ok(buffer)
    }

    #[test]
    fn small_streams_are_as_good_as_memory() {
        let plain = noise(100_000);
        let packed = gzip(&plain);
        let stream = open(&packed, 100_000);
        assert!(stream.seeks_cheaply());
        assert_eq!(stream.len().unwrap(), 100_000);
        for offset in [99_990, 5, 50_000, 0] {
            assert_eq!(read(&stream, offset, 10).unwrap(), &plain[offset as usize..][..10]);
        }
        let end = stream.end();
        assert!(end.fault.is_none());
        assert_eq!(end.compressed, packed.len() as u64);
        let mut checksum = Crc::new();
        checksum.update(&plain);
        assert_eq!(end.checksum, checksum.sum());
    }

    #[test]
    fn large_streams_are_read_again_from_the_beginning() {
        let plain = noise(PREFIX + 3_000_000);
        let packed = gzip(&plain);
        let stream = open(&packed, 100 << 20);
        assert!(!stream.seeks_cheaply());
        assert!(!stream.has_ended());
        assert_eq!(stream.len().unwrap(), plain.len() as u64);
        for offset in [plain.len() - 65_557, PREFIX - 5, PREFIX + 10, 3, PREFIX + 2_000_000] {
            assert_eq!(read(&stream, offset as u64, 70_000).unwrap(), {
                let rest = &plain[offset..];
                &rest[..rest.len().min(70_000)]
            });
        }
        assert!(read(&stream, plain.len() as u64, 1).unwrap().is_empty());
    }

    #[test]
    fn the_tail_costs_nothing_once_the_end_was_reached() {
        let plain = noise(PREFIX + 3_000_000);
        let packed = gzip(&plain);
        let allowance = Arc::new(DecompressionAllowance::new(plain.len() as u64, None));
        let window = Window::new(&packed, 0, u64::MAX);
        let stream = Decompressed::new(window, Arc::new(Gzip), RULES, Arc::clone(&allowance));
        assert_eq!(read(&stream, 0, plain.len()).unwrap(), plain);
        let start = plain.len() - 65_557;
        assert_eq!(read(&stream, start as u64, 65_557).unwrap(), &plain[start..]);
        assert_eq!(allowance.left(), 0);
        // Anything else is a repetition, which the allowance does not cover.
        let error = read(&stream, PREFIX as u64 + 1, 10).unwrap_err();
        assert!(matches!(Stop::from(error).unwrapped(), Stop::Exhausted { .. }));
    }

    #[test]
    fn the_allowance_ends_a_bomb() {
        let packed = gzip(&vec![0; 20 << 20]);
        let stream = open(&packed, 8 << 20);
        let error = stream.len().unwrap_err();
        assert!(matches!(
            Stop::from(error).unwrapped(),
            Stop::Exhausted { budget: Budget::Decompressed, .. }
        ));
        assert_eq!(read(&stream, 0, 10).unwrap(), [0; 10]);
    }

    #[test]
    fn corrupt_data_yields_all_that_stands_before() {
        let plain = noise(300_000);
        let mut packed = gzip(&plain);
        let middle = packed.len() / 2;
        packed.truncate(middle);
        let stream = open(&packed, 10 << 20);
        let length = stream.len().unwrap();
        assert!(length > 100_000, "{length}");
        assert_eq!(read(&stream, 0, length as usize).unwrap(), &plain[..length as usize]);
        let error = read(&stream, length, 1).unwrap_err();
        assert!(matches!(
            Stop::from(error).unwrapped(),
            Stop::Malformed { offset: Some(at), .. } if at == length
        ));
    }

    #[test]
    fn a_wrong_checksum_comes_after_all_bytes() {
        let plain = noise(1000);
        let mut packed = gzip(&plain);
        let at = packed.len() - 8;
        packed[at] ^= 1;
        let stream = open(&packed, 10 << 20);
        assert_eq!(stream.len().unwrap(), 1000);
        assert_eq!(read(&stream, 0, 1000).unwrap(), plain);
        assert!(stream.end().fault.is_some());
    }

    #[test]
    fn raw_deflate_ends_where_it_ends() {
        let plain = noise(5000);
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&plain).unwrap();
        let mut packed = encoder.finish().unwrap();
        let length = packed.len() as u64;
        packed.extend_from_slice(b"something else");
        let allowance = Arc::new(DecompressionAllowance::new(1 << 20, None));
        let window = Window::new(&packed, 0, u64::MAX);
        let rules = StreamRules { memory: 1 << 20, most: Many::One };
        let stream = Decompressed::new(window, Arc::new(Deflate), rules, allowance);
        assert_eq!(stream.len().unwrap(), 5000);
        assert_eq!(stream.end().compressed, length);
    }
}
