//! Deflate, raw (zip) and in zlib's wrapping (RFC 1950, 1951).

use flate2::{Decompress, FlushDecompress, Status};

use super::input::Input;
use super::push::{Outcome, Push, PushStream, Pushed};
use super::stream::{Codec, Stream};
use crate::analyse::Stop;

/// Raw deflate, as in zip members. Its window is 32 KiB.
pub(in crate::analyse::archive) struct Deflate;

/// Deflate in zlib's wrapping, as joblib writes it by default.
pub(in crate::analyse::archive) struct Zlib;

/// A deflate decoder.
pub(super) struct Inflate {
    state: Decompress,
    name: &'static str,
}

impl Inflate {
    pub(super) fn raw(name: &'static str) -> Self {
        Self { state: Decompress::new(false), name }
    }
}

impl Push for Inflate {
    fn name(&self) -> &'static str {
        self.name
    }

    fn push(&mut self, input: &[u8], _last: bool, output: &mut [u8]) -> Pushed {
        let (taken, made) = (self.state.total_in(), self.state.total_out());
        let result = self.state.decompress(input, output, FlushDecompress::None);
        let count = |now: u64, before: u64| usize::try_from(now.wrapping_sub(before)).unwrap_or(0);
        let outcome = match result {
            Ok(Status::StreamEnd) => Outcome::Ended { surplus: 0 },
            Ok(Status::Ok | Status::BufError) => Outcome::More,
            Err(error) => {
                let why = if error.needs_dictionary().is_some() {
                    "a preset dictionary is asked for"
                } else {
                    error.message().unwrap_or("the data is corrupt")
                };
                Outcome::Failed(Stop::malformed(None, format!("{}: {why}", self.name)))
            }
        };
        Pushed {
            consumed: count(self.state.total_in(), taken),
            produced: count(self.state.total_out(), made),
            outcome,
        }
    }
}

impl Codec for Deflate {
    fn name(&self) -> &'static str {
        "deflate"
    }

    fn begins(&self, _head: &[u8]) -> bool {
        false
    }

    fn open<'a>(&self, input: Input<'a>, _memory: u64) -> Result<Box<dyn Stream<'a> + 'a>, Stop> {
        Ok(Box::new(PushStream::new(input, Inflate::raw(self.name()))))
    }
}

impl Zlib {
    /// Whether these bytes begin with a zlib header: deflate, a window of 32 KiB, and a valid
    /// check. joblib decides by the `78` alone.
    pub(in crate::analyse::archive) fn header(head: &[u8]) -> bool {
        matches!(head, [0x78, flags, ..] if 0x7800_u16.saturating_add(u16::from(*flags)) % 31 == 0)
    }
}

impl Codec for Zlib {
    fn name(&self) -> &'static str {
        "zlib"
    }

    fn begins(&self, head: &[u8]) -> bool {
        Self::header(head)
    }

    fn open<'a>(&self, input: Input<'a>, _memory: u64) -> Result<Box<dyn Stream<'a> + 'a>, Stop> {
        let decoder = Inflate { state: Decompress::new(true), name: self.name() };
        Ok(Box::new(PushStream::new(input, decoder)))
    }
}
