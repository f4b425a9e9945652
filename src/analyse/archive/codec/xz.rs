//! Streams of xz.

use lzma_rust2::{Action, Status, XzStream};

use super::input::Input;
use super::lzma::{self, memory_in_kib};
use super::push::{Outcome, Push, PushStream, Pushed};
use super::stream::Stream;

/// The magic of xz.
pub(in crate::analyse::archive) const MAGIC: [u8; 6] = [0xfd, b'7', b'z', b'X', b'Z', 0];

/// Begins to decode a stream of xz.
pub(super) fn open<'a>(input: Input<'a>, memory: u64) -> Box<dyn Stream<'a> + 'a> {
    let stream = XzStream::new_mem_limit(false, memory_in_kib(memory));
    Box::new(PushStream::new(input, Decoder { stream, memory }))
}

struct Decoder {
    stream: XzStream,
    memory: u64,
}

impl Decoder {
    /// Whether far more bytes went in than came out. The decoder remembers every block for the
    /// index, so that a stream of nothing but tiny blocks would take memory without bound.
    fn is_all_headers(&self) -> bool {
        const SLACK: u64 = 32 << 20;
        let made = self.stream.total_out();
        let plausible = made.saturating_add(made / 8).saturating_add(SLACK);
        self.stream.total_in() > plausible
    }
}

impl Push for Decoder {
    fn name(&self) -> &'static str {
        "xz"
    }

    fn push(&mut self, input: &[u8], last: bool, output: &mut [u8]) -> Pushed {
        let action = if last { Action::Finish } else { Action::Run };
        let made = self.stream.total_out();
        if self.is_all_headers() {
            return Pushed {
                consumed: 0,
                produced: 0,
                outcome: Outcome::Failed(lzma::too_large(self.memory)),
            };
        }
        match self.stream.process(input, output, action) {
            Ok(result) => Pushed {
                consumed: result.bytes_consumed,
                produced: result.bytes_produced,
                outcome: match result.status {
                    Status::Ok => Outcome::More,
                    Status::StreamEnd => Outcome::Ended { surplus: 0 },
                },
            },
            Err(error) => Pushed {
                consumed: 0,
                produced: usize::try_from(self.stream.total_out().wrapping_sub(made)).unwrap_or(0),
                outcome: Outcome::Failed(lzma::stop("xz", &error, self.memory)),
            },
        }
    }
}
