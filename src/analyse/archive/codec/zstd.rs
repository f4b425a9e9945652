//! Zstandard (RFC 8878): frames, and skippable frames between them.

use std::io::{self, Read};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::input::Input;
use super::stream::{Codec, Stream};
use crate::analyse::Stop;
use crate::analyse::archive::fields::u32_at;
use crate::base::Budget;

/// Zstandard.
pub(in crate::analyse::archive) struct Zstd;

/// The magic of a frame.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The whole length of the skippable frame that begins here (zstd and lz4 have them in common).
pub(in crate::analyse::archive) fn skippable(head: &[u8]) -> Option<u64> {
    let magic = u32_at(head, 0)?;
    (magic & 0xffff_fff0 == 0x184d_2a50).then_some(())?;
    Some(u64::from(u32_at(head, 4)?).saturating_add(8))
}

/// Whether a frame begins with these bytes.
pub(in crate::analyse::archive) fn begins(head: &[u8]) -> bool {
    head.starts_with(&MAGIC)
}

impl Codec for Zstd {
    fn name(&self) -> &'static str {
        "zstd"
    }

    fn begins(&self, head: &[u8]) -> bool {
        begins(head) || skippable(head).is_some()
    }

    fn open<'a>(
        &self,
        mut input: Input<'a>,
        memory: u64,
    ) -> Result<Box<dyn Stream<'a> + 'a>, Stop> {
        let (head, count) = input.peek::<18>()?;
        let head = head.get(..count).unwrap_or(&[]);
        if let Some(length) = skippable(head) {
            input.skip(length);
            return Ok(Box::new(Skipped(input)));
        }
        if window_size(head).is_some_and(|size| size > memory) {
            return Err(Stop::Exhausted {
                budget: Budget::DecompressorMemory,
                limit: memory,
                offset: None,
            });
        }
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(memory);
        if let Err(error) = decoder.init(&mut input) {
            let stop = input.failure();
            return Err(stop.unwrap_or_else(|| Stop::malformed(None, format!("zstd: {error}"))));
        }
        Ok(Box::new(Frame { input, decoder, failed: None, ended: false }))
    }
}

/// Bytes of window that a frame asks for (RFC 8878, 3.1.1.1), as far as its header is whole.
fn window_size(head: &[u8]) -> Option<u64> {
    let descriptor = *head.get(4)?;
    let single_segment = descriptor & 0x20 != 0;
    if !single_segment {
        let byte = *head.get(5)?;
        let base = 1_u64.checked_shl(u32::from(byte >> 3).saturating_add(10))?;
        return Some(base.saturating_add((base / 8).saturating_mul(u64::from(byte & 7))));
    }
    // The content size is the window; in front of it stands the dictionary's id.
    let at = 5_usize.saturating_add(match descriptor & 3 {
        0 => 0,
        1 => 1,
        2 => 2,
        _ => 4,
    });
    let field = head.get(at..)?;
    match descriptor >> 6 {
        0 => field.first().map(|byte| u64::from(*byte)),
        1 => field.first_chunk().map(|two| u64::from(u16::from_le_bytes(*two)).saturating_add(256)),
        2 => field.first_chunk().map(|four| u64::from(u32::from_le_bytes(*four))),
        _ => field.first_chunk().map(|eight| u64::from_le_bytes(*eight)),
    }
}

struct Frame<'a> {
    input: Input<'a>,
    decoder: FrameDecoder,
    /// Why there are no more blocks, told when all bytes in front of it were.
    failed: Option<Stop>,
    ended: bool,
}

impl Frame<'_> {
    /// Decodes blocks until there is something to read.
    fn decode(&mut self) {
        /// An empty last block, and a checksum.
        const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];
        let one = || BlockDecodingStrategy::UptoBlocks(1);
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            let Err(error) = self.decoder.decode_blocks(&mut self.input, one()) else { continue };
            let stop = self.input.failure();
            self.failed =
                Some(stop.unwrap_or_else(|| Stop::malformed(None, format!("zstd: {error}"))));
            // The decoder keeps its window to itself until it has seen the last block.
            if !self.decoder.is_finished()
                && self.decoder.decode_blocks(&LAST_BLOCK[..], one()).is_err()
            {
                self.ended = true;
            }
            return;
        }
    }

    fn checksum_differs(&self) -> bool {
        let stored = self.decoder.get_checksum_from_data();
        stored.is_some() && stored != self.decoder.get_calculated_checksum()
    }
}

impl Read for Frame<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.ended {
            self.decode();
            let count = self.decoder.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            self.ended = true;
            if self.failed.is_none() && self.checksum_differs() {
                self.failed = Some(Stop::malformed(None, "zstd: the checksum does not match"));
            }
        }
        self.failed.take().map_or(Ok(0), |stop| Err(stop.into_io()))
    }
}

impl<'a> Stream<'a> for Frame<'a> {
    fn position(&self) -> u64 {
        self.input.position()
    }

    fn into_input(self: Box<Self>) -> Input<'a> {
        self.input
    }
}

/// A skippable frame: it yields nothing.
pub(super) struct Skipped<'a>(pub(super) Input<'a>);

impl Read for Skipped<'_> {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl<'a> Stream<'a> for Skipped<'a> {
    fn position(&self) -> u64 {
        self.0.position()
    }

    fn into_input(self: Box<Self>) -> Input<'a> {
        self.0
    }
}
