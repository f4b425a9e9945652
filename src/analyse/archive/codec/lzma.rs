//! LZMA without xz around it: the old file format, the raw streams of zip and of 7z.

use std::io;

use lzma_rust2::filter::FilterConfig;
use lzma_rust2::{Action, Lzma2Stream, LzmaStream, Status, StreamResult};

use super::input::Input;
use super::push::{Outcome, Push, PushStream, Pushed};
use super::stream::{Codec, Stream, broken_off};
use crate::analyse::Stop;
use crate::base::Budget;

/// A raw LZMA stream, whose properties stand elsewhere.
pub(in crate::analyse::archive) struct RawLzma {
    /// Bytes when decoded, where the stream has no end marker.
    pub(in crate::analyse::archive) size: Option<u64>,
    /// The properties, where they don't stand in front of the data as in zip (method 14): the
    /// byte of lc, lp and pb, and the size of the dictionary.
    pub(in crate::analyse::archive) properties: Option<(u8, u32)>,
    /// What the decoded bytes run through.
    pub(in crate::analyse::archive) filter: Option<FilterConfig>,
}

/// A raw LZMA2 stream of 7z.
pub(in crate::analyse::archive) struct FilteredLzma2 {
    /// Bytes of dictionary.
    pub(in crate::analyse::archive) dictionary: u32,
    /// What the decoded bytes run through.
    pub(in crate::analyse::archive) filter: Option<FilterConfig>,
}

/// Whether these bytes begin like an lzma-alone file that any common writer makes: the default
/// properties, as joblib tells it.
pub(super) fn begins_alone(head: &[u8]) -> bool {
    head.starts_with(&[0x5d, 0])
}

/// Begins to decode the old `.lzma` file format, "lzma alone".
pub(super) fn open_alone<'a>(input: Input<'a>, memory: u64) -> Box<dyn Stream<'a> + 'a> {
    let stream = LzmaStream::new_mem_limit(memory_in_kib(memory), None);
    Box::new(PushStream::new(input, Alone { stream, memory }))
}

impl Codec for RawLzma {
    fn name(&self) -> &'static str {
        "lzma"
    }

    fn begins(&self, _head: &[u8]) -> bool {
        false
    }

    fn open<'a>(
        &self,
        mut input: Input<'a>,
        memory: u64,
    ) -> Result<Box<dyn Stream<'a> + 'a>, Stop> {
        let (properties, dictionary) = match self.properties {
            Some(properties) => properties,
            None => zip_properties(&mut input)?,
        };
        let needed = lzma_rust2::lzma_get_memory_usage_by_props(dictionary, properties)
            .map_err(|error| stop("lzma", &error, memory))?;
        if needed > memory_in_kib(memory) {
            return Err(too_large(memory));
        }
        let size = self.size.unwrap_or(u64::MAX);
        let mut stream = LzmaStream::new_with_props(size, properties, dictionary, None)
            .map_err(|error| stop("lzma", &error, memory))?;
        let filters: Vec<FilterConfig> = self.filter.iter().cloned().collect();
        stream.set_filters(&filters).map_err(|error| stop("lzma", &error, memory))?;
        Ok(Box::new(PushStream::new(input, Alone { stream, memory })))
    }
}

/// Takes the properties in front of a zip member's LZMA data: two bytes of version, two of length
/// (5), the properties (APPNOTE 5.8.8).
fn zip_properties(input: &mut Input<'_>) -> Result<(u8, u32), Stop> {
    let [_, _, low, high, properties, dictionary @ ..] =
        input.take_exact::<9>()?.ok_or_else(|| broken_off("lzma"))?;
    let length = u16::from_le_bytes([low, high]);
    if length != 5 {
        return Err(Stop::malformed(None, format!("lzma: {length} bytes of properties, not 5")));
    }
    Ok((properties, u32::from_le_bytes(dictionary)))
}

impl Codec for FilteredLzma2 {
    fn name(&self) -> &'static str {
        "lzma2"
    }

    fn begins(&self, _head: &[u8]) -> bool {
        false
    }

    fn open<'a>(&self, input: Input<'a>, memory: u64) -> Result<Box<dyn Stream<'a> + 'a>, Stop> {
        let mut stream = Lzma2Stream::new_mem_limit(self.dictionary, memory_in_kib(memory));
        let filters: Vec<FilterConfig> = self.filter.iter().cloned().collect();
        stream.set_filters(&filters).map_err(|error| stop("lzma2", &error, memory))?;
        Ok(Box::new(PushStream::new(input, Lzma2 { stream, memory })))
    }
}

/// The limit in the unit of the decoder; a limit beyond its range is none.
pub(super) fn memory_in_kib(bytes: u64) -> u32 {
    u32::try_from(bytes / 1024).unwrap_or(u32::MAX)
}

/// The window asks for more memory than there is.
pub(super) fn too_large(memory: u64) -> Stop {
    Stop::Exhausted { budget: Budget::DecompressorMemory, limit: memory, offset: None }
}

/// Why a decoder of this family failed.
pub(super) fn stop(name: &str, error: &io::Error, memory: u64) -> Stop {
    if error.kind() == io::ErrorKind::OutOfMemory {
        too_large(memory)
    } else {
        Stop::malformed(None, format!("{name}: {error}"))
    }
}

fn pushed(
    result: io::Result<StreamResult>,
    name: &str,
    memory: u64,
    (before, after): (u64, u64),
    surplus: usize,
) -> Pushed {
    match result {
        Ok(result) => Pushed {
            consumed: result.bytes_consumed,
            produced: result.bytes_produced,
            outcome: match result.status {
                Status::Ok => Outcome::More,
                Status::StreamEnd => Outcome::Ended { surplus: surplus as u64 },
            },
        },
        Err(error) => Pushed {
            consumed: 0,
            produced: usize::try_from(after.wrapping_sub(before)).unwrap_or(0),
            outcome: Outcome::Failed(stop(name, &error, memory)),
        },
    }
}

struct Alone {
    stream: LzmaStream,
    memory: u64,
}

impl Push for Alone {
    fn name(&self) -> &'static str {
        "lzma"
    }

    fn push(&mut self, input: &[u8], last: bool, output: &mut [u8]) -> Pushed {
        let action = if last { Action::Finish } else { Action::Run };
        let before = self.stream.total_out();
        let result = self.stream.process(input, output, action);
        let counts = (before, self.stream.total_out());
        let surplus = self.stream.unused_input().len();
        pushed(result, self.name(), self.memory, counts, surplus)
    }
}

struct Lzma2 {
    stream: Lzma2Stream,
    memory: u64,
}

impl Push for Lzma2 {
    fn name(&self) -> &'static str {
        "lzma2"
    }

    fn push(&mut self, input: &[u8], last: bool, output: &mut [u8]) -> Pushed {
        let action = if last { Action::Finish } else { Action::Run };
        let before = self.stream.total_out();
        let result = self.stream.process(input, output, action);
        let counts = (before, self.stream.total_out());
        pushed(result, self.name(), self.memory, counts, 0)
    }
}
