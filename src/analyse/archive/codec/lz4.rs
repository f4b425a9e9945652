//! lz4: frames, legacy frames, and skippable frames between them.

use std::io::{self, Read};

use lz4_flex::frame::FrameDecoder;

use super::input::Input;
use super::stream::{Codec, Stream, broken_off};
use super::zstd::skippable;
use crate::analyse::Stop;
use crate::base::read_up_to;

/// lz4. A decoder takes at most 17 MiB: two blocks of the legacy size and a window.
pub(in crate::analyse::archive) struct Lz4;

/// The magic of a frame.
const MAGIC: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
/// The magic of the format before frames (`lz4 -l`).
const LEGACY_MAGIC: [u8; 4] = [0x02, 0x21, 0x4c, 0x18];

/// Whether a frame, new or legacy, begins with these bytes.
pub(in crate::analyse::archive) fn begins(head: &[u8]) -> bool {
    head.starts_with(&MAGIC) || head.starts_with(&LEGACY_MAGIC)
}

impl Codec for Lz4 {
    fn name(&self) -> &'static str {
        "lz4"
    }

    fn begins(&self, head: &[u8]) -> bool {
        begins(head) || skippable(head).is_some()
    }

    fn open<'a>(
        &self,
        mut input: Input<'a>,
        _memory: u64,
    ) -> Result<Box<dyn Stream<'a> + 'a>, Stop> {
        let (head, count) = input.peek::<8>()?;
        let frame = match skippable(head.get(..count).unwrap_or(&[])) {
            Some(length) => {
                input.skip(length);
                return Ok(Box::new(super::zstd::Skipped(input)));
            }
            None => head.starts_with(&MAGIC),
        };
        // The flags stand behind the magic; bit 2 says that a checksum follows the end mark.
        let checksum = head.get(4).is_some_and(|flags| flags & 0b100 != 0);
        Ok(Box::new(Frame { decoder: FrameDecoder::new(input), frame, checksum, ended: false }))
    }
}

struct Frame<'a> {
    decoder: FrameDecoder<Input<'a>>,
    /// Whether it is a frame, which has an end mark, or the legacy format, which has none.
    frame: bool,
    checksum: bool,
    ended: bool,
}

impl Frame<'_> {
    /// The decoder takes bytes that break off between two blocks for the end; the end mark, four
    /// zeros, tells.
    fn has_end_mark(&mut self) -> io::Result<bool> {
        let behind = if self.checksum { 8 } else { 4 };
        let at = self.decoder.get_ref().position().saturating_sub(behind);
        let mut mark = [1; 4];
        let count = read_up_to(self.decoder.get_ref().bytes(), at, &mut mark)?;
        Ok(count == mark.len() && mark == [0; 4])
    }
}

impl Read for Frame<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        match self.decoder.read(buffer) {
            Ok(0) => {
                self.ended = true;
                if self.frame && !self.has_end_mark()? {
                    return Err(broken_off("lz4").into_io());
                }
                Ok(0)
            }
            Ok(count) => Ok(count),
            Err(error) => {
                self.ended = true;
                Err(match self.decoder.get_mut().failure() {
                    Some(stop) => stop.into_io(),
                    None => Stop::malformed(None, format!("lz4: {error}")).into_io(),
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
