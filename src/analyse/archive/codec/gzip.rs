//! gzip (RFC 1952): all members, optional header fields of any length without keeping them.

use std::io::{self, BufRead as _, Read};

use flate2::Crc;

use super::deflate::Inflate;
use super::input::Input;
use super::push::PushStream;
use super::stream::{Codec, Stream, broken_off};
use crate::analyse::Stop;

/// gzip.
pub(in crate::analyse::archive) struct Gzip;

const MAGIC: [u8; 2] = [0x1f, 0x8b];

impl Codec for Gzip {
    fn name(&self) -> &'static str {
        "gzip"
    }

    fn begins(&self, head: &[u8]) -> bool {
        head.starts_with(&MAGIC)
    }

    /// Python's `gzip` passes over zeros between members.
    fn skip_padding(&self, input: &mut Input<'_>) -> io::Result<()> {
        input.skip_zeros()
    }

    fn open<'a>(
        &self,
        mut input: Input<'a>,
        _memory: u64,
    ) -> Result<Box<dyn Stream<'a> + 'a>, Stop> {
        skip_header(&mut input)?;
        let data = PushStream::new(input, Inflate::raw("gzip"));
        Ok(Box::new(Member { data, crc: Crc::new(), ended: false }))
    }
}

/// Takes a member's header, whose optional fields may be of any length.
fn skip_header(input: &mut Input<'_>) -> Result<(), Stop> {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const CHECK: u8 = 2;

    let Some([one, two, method, flags, ..]) = input.take_exact::<10>()? else {
        return Err(broken_off("gzip"));
    };
    if [one, two] != MAGIC || method != 8 {
        return Err(Stop::malformed(None, format!("gzip: unknown compression method {method}")));
    }
    if flags & EXTRA != 0 {
        let length = input.take_exact::<2>()?.ok_or_else(|| broken_off("gzip"))?;
        input.skip(u64::from(u16::from_le_bytes(length)));
    }
    for field in [NAME, COMMENT] {
        if flags & field != 0 {
            skip_text(input)?;
        }
    }
    if flags & CHECK != 0 {
        input.skip(2);
    }
    Ok(())
}

/// Takes a text that ends with NUL.
fn skip_text(input: &mut Input<'_>) -> Result<(), Stop> {
    loop {
        let ready = input.fill_buf()?;
        if ready.is_empty() {
            return Err(broken_off("gzip"));
        }
        let nul = ready.iter().position(|byte| *byte == 0);
        let count = nul.map_or(ready.len(), |at| at.saturating_add(1));
        input.consume(count);
        if nul.is_some() {
            return Ok(());
        }
    }
}

/// The data of a member, and the checksum behind it.
struct Member<'a> {
    data: PushStream<'a, Inflate>,
    crc: Crc,
    ended: bool,
}

impl Read for Member<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        let count = self.data.read(buffer)?;
        self.crc.update(buffer.get(..count).unwrap_or(&[]));
        if count == 0 {
            self.ended = true;
            let trailer = self.data.input().take_exact::<8>()?;
            let trailer = trailer.ok_or_else(|| broken_off("gzip").into_io())?;
            let [a, b, c, d, size @ ..] = trailer;
            if u32::from_le_bytes([a, b, c, d]) != self.crc.sum() {
                return Err(Stop::malformed(None, "gzip: the checksum does not match").into_io());
            }
            if u32::from_le_bytes(size) != self.crc.amount() {
                return Err(Stop::malformed(None, "gzip: the size does not match").into_io());
            }
        }
        Ok(count)
    }
}

impl<'a> Stream<'a> for Member<'a> {
    fn position(&self) -> u64 {
        self.data.position()
    }

    fn into_input(self: Box<Self>) -> Input<'a> {
        Box::new(self.data).into_input()
    }
}
