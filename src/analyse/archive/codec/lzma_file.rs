//! The files that Python's `LZMAFile` reads: xz and lzma-alone streams, one kind behind the other.

use std::io;

use super::input::Input;
use super::stream::{Codec, Stream};
use super::{lzma, xz};
use crate::analyse::Stop;

/// A file that begins with a stream of xz.
pub(in crate::analyse::archive) struct Xz;

/// A file that begins in the old `.lzma` format, "lzma alone".
pub(in crate::analyse::archive) struct Lzma;

impl Lzma {
    /// Whether these bytes begin like an lzma-alone file that any common writer makes.
    pub(in crate::analyse::archive) fn header(head: &[u8]) -> bool {
        lzma::begins_alone(head)
    }
}

fn begins(head: &[u8]) -> bool {
    head.starts_with(&xz::MAGIC) || lzma::begins_alone(head)
}

impl Codec for Xz {
    fn name(&self) -> &'static str {
        "xz"
    }

    fn begins(&self, head: &[u8]) -> bool {
        begins(head)
    }

    fn skip_padding(&self, input: &mut Input<'_>) -> io::Result<()> {
        input.skip_zeros()
    }

    fn open<'a>(
        &self,
        mut input: Input<'a>,
        memory: u64,
    ) -> Result<Box<dyn Stream<'a> + 'a>, Stop> {
        let (head, _) = input.peek::<6>()?;
        if lzma::begins_alone(&head) {
            return Ok(lzma::open_alone(input, memory));
        }
        Ok(xz::open(input, memory))
    }
}

impl Codec for Lzma {
    fn name(&self) -> &'static str {
        "lzma"
    }

    fn begins(&self, head: &[u8]) -> bool {
        begins(head)
    }

    fn open<'a>(
        &self,
        mut input: Input<'a>,
        memory: u64,
    ) -> Result<Box<dyn Stream<'a> + 'a>, Stop> {
        let (head, _) = input.peek::<6>()?;
        if head == xz::MAGIC {
            return Ok(xz::open(input, memory));
        }
        Ok(lzma::open_alone(input, memory))
    }
}
