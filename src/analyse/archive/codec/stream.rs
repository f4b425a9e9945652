//! What is the same for all codecs: several streams stand one after another ([`Streams`]), memory is
//! limited, and an error comes only after every byte that could be decoded in front of it.

use std::io::{self, Read};
use std::sync::Arc;

use super::input::Input;
use crate::analyse::Stop;
use crate::base::{Budget, Window};

/// A way to compress.
pub(in crate::analyse::archive) trait Codec: Send + Sync {
    /// Its name in messages.
    fn name(&self) -> &'static str;

    /// Whether, behind a stream that has ended, another one begins with these bytes (at most
    /// [`MAGIC`] of them).
    fn begins(&self, head: &[u8]) -> bool;

    /// Takes what may stand between two streams.
    fn skip_padding(&self, _input: &mut Input<'_>) -> io::Result<()> {
        Ok(())
    }

    /// Begins to decode the stream that begins here, with at most `memory` bytes for its window.
    fn open<'a>(&self, input: Input<'a>, memory: u64) -> Result<Box<dyn Stream<'a> + 'a>, Stop>;
}

/// Bytes that [`Codec::begins`] sees.
pub(in crate::analyse::archive) const MAGIC: usize = 16;

/// One stream that is being decoded. Reading yields nothing once it has ended; its errors carry a
/// [`Stop`].
pub(in crate::analyse::archive) trait Stream<'a>: Read + Send {
    /// How many compressed bytes have been taken, counted from the beginning of the input.
    fn position(&self) -> u64;

    /// Gives the input back, at the end of the stream.
    fn into_input(self: Box<Self>) -> Input<'a>;
}

/// All streams of some bytes, one after another, as one.
pub(in crate::analyse::archive) struct Streams<'a> {
    codec: Arc<dyn Codec>,
    rules: StreamRules,
    count: u64,
    at: Place<'a>,
}

/// What holds for all streams of some bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::analyse::archive) struct StreamRules {
    /// Bytes of memory that a decoder may ask for.
    pub(in crate::analyse::archive) memory: u64,
    /// How many streams there may be; behind the last, nothing is read.
    pub(in crate::analyse::archive) most: Many,
}

/// How many streams there may be in some bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::analyse::archive) enum Many {
    /// One; the rest is something else.
    One,
    /// As many as there are; more than this is an exhausted budget.
    UpTo(u64),
}

enum Place<'a> {
    Between(Input<'a>),
    Inside(Box<dyn Stream<'a> + 'a>),
    Ended(u64),
}

impl<'a> Streams<'a> {
    /// Decodes `bytes` from their beginning. From the compressed offset `single_bytes_from` on
    /// the decoder is fed byte by byte.
    pub(in crate::analyse::archive) fn new(
        codec: Arc<dyn Codec>,
        bytes: Window<'a>,
        rules: StreamRules,
        single_bytes_from: u64,
    ) -> Self {
        let at = Place::Between(Input::new(bytes, single_bytes_from));
        Self { codec, rules, count: 0, at }
    }

    /// How many compressed bytes have been taken.
    pub(in crate::analyse::archive) fn position(&self) -> u64 {
        match &self.at {
            Place::Between(input) => input.position(),
            Place::Inside(stream) => stream.position(),
            Place::Ended(position) => *position,
        }
    }

    /// Begins the next stream, if there is one.
    fn next(&mut self, mut input: Input<'a>) -> Result<Place<'a>, Stop> {
        if self.count > 0 {
            let Many::UpTo(limit) = self.rules.most else {
                return Ok(Place::Ended(input.position()));
            };
            let here = input.position();
            self.codec.skip_padding(&mut input)?;
            if !input.has_more()? {
                return Ok(Place::Ended(input.position()));
            }
            let (head, count) = input.peek::<MAGIC>()?;
            if !self.codec.begins(head.get(..count).unwrap_or(&[])) {
                return Ok(Place::Ended(here));
            }
            if self.count >= limit {
                return Err(Stop::Exhausted { budget: Budget::Members, limit, offset: None });
            }
        }
        self.count = self.count.saturating_add(1);
        Ok(Place::Inside(self.codec.open(input, self.rules.memory)?))
    }
}

impl Read for Streams<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let position = self.position();
            match std::mem::replace(&mut self.at, Place::Ended(position)) {
                Place::Ended(_) => return Ok(0),
                Place::Between(input) => self.at = self.next(input).map_err(Stop::into_io)?,
                Place::Inside(mut stream) => match stream.read(buffer) {
                    Ok(0) => self.at = Place::Between(stream.into_input()),
                    result => {
                        self.at = Place::Inside(stream);
                        return result;
                    }
                },
            }
        }
    }
}

/// Whether `head` really is compressed like this: for codecs whose magic says little. Complete
/// bytes must decode to their end or yield something substantial; cut bytes must decode until
/// they break off.
pub(in crate::analyse::archive) fn decodes(
    codec: Arc<dyn Codec>,
    head: &[u8],
    complete: bool,
    memory: u64,
) -> bool {
    /// What random bytes practically never yield.
    const SUBSTANTIAL: usize = 64;
    let bytes: &dyn crate::base::ReadAt = &head;
    let window = Window::new(bytes, 0, head.len() as u64);
    let rules = StreamRules { memory, most: Many::One };
    // Byte by byte from the beginning where that is cheap, so that nothing is lost to an error.
    let mut streams = Streams::new(codec, window, rules, 0);
    let mut buffer = [0; 4096];
    let mut yielded = 0_usize;
    while yielded < SUBSTANTIAL {
        match streams.read(&mut buffer) {
            Ok(0) => return true,
            Ok(count) => yielded = yielded.saturating_add(count),
            Err(error) => {
                // Memory is judged when the stream is analysed, not here.
                let stop = Stop::from(error).unwrapped();
                let broke_off = !complete && streams.position() >= head.len() as u64;
                return broke_off || matches!(stop, Stop::Exhausted { .. });
            }
        }
    }
    true
}

/// The error for bytes that end before their stream does.
pub(super) fn broken_off(codec: &str) -> Stop {
    Stop::malformed(None, format!("the {codec} stream breaks off"))
}
