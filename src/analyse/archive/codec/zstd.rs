//! Zstandard (RFC 8878): frames, and skippable frames between them.

use std::io::{self, Read};

use ruzstd::decoding::FrameDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::{Codec, Input, Stream};
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
        let decoder = StreamingDecoder::new_with_decoder(input, decoder)
            .map_err(|error| Stop::malformed(None, format!("zstd: {error}")))?;
        Ok(Box::new(Frame { decoder, ended: false }))
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
    decoder: StreamingDecoder<Input<'a>, FrameDecoder>,
    ended: bool,
}

impl Read for Frame<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        match self.decoder.read(buffer) {
            Ok(0) => {
                self.ended = true;
                let stored = self.decoder.decoder.get_checksum_from_data();
                if stored.is_some() && stored != self.decoder.decoder.get_calculated_checksum() {
                    let stop = Stop::malformed(None, "zstd: the checksum does not match");
                    return Err(stop.into_io());
                }
                Ok(0)
            }
            Ok(count) => Ok(count),
            Err(error) => {
                self.ended = true;
                Err(match self.decoder.get_mut().failure() {
                    Some(stop) => stop.into_io(),
                    None => Stop::malformed(None, format!("zstd: {error}")).into_io(),
                })
            }
        }
    }
}

impl<'a> Stream<'a> for Frame<'a> {
    fn position(&self) -> u64 {
        self.decoder.get_ref().position()
    }

    fn into_input(self: Box<Self>) -> Input<'a> {
        self.decoder.into_inner()
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
