//! bzip2.

use bzip2::{Decompress, Status};

use super::input::Input;
use super::push::{Outcome, Push, PushStream, Pushed};
use super::stream::{Codec, Stream};
use crate::analyse::Stop;

/// bzip2. A decoder takes at most 4 MB, for the largest blocks.
pub(in crate::analyse::archive) struct Bz2;

impl Bz2 {
    /// Whether these bytes begin with a bzip2 header and the magic of a block or of the end.
    pub(in crate::analyse::archive) fn header(head: &[u8]) -> bool {
        let Some((start, rest)) = head.split_at_checked(4) else { return false };
        matches!(start, [b'B', b'Z', b'h', b'1'..=b'9'])
            && (rest.starts_with(b"1AY&SY") || rest.starts_with(b"\x17\x72\x45\x38\x50\x90"))
    }
}

impl Codec for Bz2 {
    fn name(&self) -> &'static str {
        "bz2"
    }

    fn begins(&self, head: &[u8]) -> bool {
        head.starts_with(b"BZh")
    }

    fn open<'a>(&self, input: Input<'a>, _memory: u64) -> Result<Box<dyn Stream<'a> + 'a>, Stop> {
        Ok(Box::new(PushStream::new(input, Decoder(Decompress::new(false)))))
    }
}

struct Decoder(Decompress);

impl Push for Decoder {
    fn name(&self) -> &'static str {
        "bz2"
    }

    fn push(&mut self, input: &[u8], _last: bool, output: &mut [u8]) -> Pushed {
        let (taken, made) = (self.0.total_in(), self.0.total_out());
        let result = self.0.decompress(input, output);
        let count = |now: u64, before: u64| usize::try_from(now.wrapping_sub(before)).unwrap_or(0);
        let outcome = match result {
            Ok(Status::StreamEnd) => Outcome::Ended { surplus: 0 },
            Ok(Status::MemNeeded) => {
                Outcome::Failed(Stop::malformed(None, "bz2: no memory for a block"))
            }
            Ok(_) => Outcome::More,
            Err(error) => Outcome::Failed(Stop::malformed(None, error.to_string())),
        };
        Pushed {
            consumed: count(self.0.total_in(), taken),
            produced: count(self.0.total_out(), made),
            outcome,
        }
    }
}
