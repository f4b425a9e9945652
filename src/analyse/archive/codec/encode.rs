//! Encoders for tests, where the crates bring none: as simple as the formats allow.

#![allow(clippy::arithmetic_side_effects, reason = "tests compute small numbers")]

use flate2::Crc;

fn crc32(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

/// A number in xz's variable-length form.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// LZMA2 chunks that are not compressed, and the end mark.
pub(in crate::analyse::archive) fn lzma2(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, chunk) in bytes.chunks(1 << 16).enumerate() {
        out.push(if index == 0 { 1 } else { 2 });
        out.extend_from_slice(&((chunk.len() - 1) as u16).to_be_bytes());
        out.extend_from_slice(chunk);
    }
    out.push(0);
    out
}

/// An xz file of one block with a CRC-32 and a dictionary of 8 MiB.
pub(in crate::analyse::archive) fn xz(bytes: &[u8]) -> Vec<u8> {
    let flags = [0, 1];
    let mut out = super::XZ_MAGIC.to_vec();
    out.extend_from_slice(&flags);
    out.extend_from_slice(&crc32(&flags));
    let mut index = vec![0];
    if bytes.is_empty() {
        index.push(0);
    } else {
        let header = [2, 0, 0x21, 1, 22, 0, 0, 0];
        let mut block = header.to_vec();
        block.extend_from_slice(&crc32(&header));
        block.extend_from_slice(&lzma2(bytes));
        let unpadded = block.len() as u64 + 4;
        block.resize(block.len().next_multiple_of(4), 0);
        block.extend_from_slice(&crc32(bytes));
        out.extend_from_slice(&block);
        index.push(1);
        index.extend(varint(unpadded));
        index.extend(varint(bytes.len() as u64));
    }
    index.resize(index.len().next_multiple_of(4), 0);
    let sum = crc32(&index);
    index.extend_from_slice(&sum);
    out.extend_from_slice(&index);
    let mut footer = ((index.len() / 4 - 1) as u32).to_le_bytes().to_vec();
    footer.extend_from_slice(&flags);
    out.extend_from_slice(&crc32(&footer));
    out.extend_from_slice(&footer);
    out.extend_from_slice(b"YZ");
    out
}

/// The properties byte of [`raw_lzma`]: lc 3, lp 0, pb 2.
pub(in crate::analyse::archive) const PROPERTIES: u8 = 0x5d;

/// An lzma-alone file with a dictionary of 8 MiB.
pub(in crate::analyse::archive) fn lzma(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![PROPERTIES];
    out.extend_from_slice(&(8_u32 << 20).to_le_bytes());
    out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    out.extend(raw_lzma(bytes));
    out
}

/// Raw LZMA data of nothing but literals, without an end marker.
pub(in crate::analyse::archive) fn raw_lzma(bytes: &[u8]) -> Vec<u8> {
    let mut coder = RangeCoder { low: 0, range: u32::MAX, cache: 0, pending: 1, out: Vec::new() };
    let mut is_match = [1024_u16; 4];
    let mut literals = vec![[1024_u16; 0x100]; 8];
    let mut previous = 0_u8;
    for (position, byte) in bytes.iter().enumerate() {
        coder.encode(&mut is_match[position & 3], 0);
        let probabilities = &mut literals[usize::from(previous >> 5)];
        let mut node = 1_usize;
        for shift in (0..8).rev() {
            let bit = u32::from(byte >> shift & 1);
            coder.encode(&mut probabilities[node], bit);
            node = node << 1 | bit as usize;
        }
        previous = *byte;
    }
    for _ in 0..5 {
        coder.shift_low();
    }
    coder.out
}

struct RangeCoder {
    low: u64,
    range: u32,
    cache: u8,
    pending: u64,
    out: Vec<u8>,
}

impl RangeCoder {
    fn encode(&mut self, probability: &mut u16, bit: u32) {
        let bound = (self.range >> 11) * u32::from(*probability);
        if bit == 0 {
            self.range = bound;
            *probability += (2048 - *probability) >> 5;
        } else {
            self.low += u64::from(bound);
            self.range -= bound;
            *probability -= *probability >> 5;
        }
        while self.range < 1 << 24 {
            self.range <<= 8;
            self.shift_low();
        }
    }

    fn shift_low(&mut self) {
        if self.low < 0xff00_0000 || self.low > 0xffff_ffff {
            let carry = (self.low >> 32) as u8;
            let mut byte = self.cache;
            while self.pending > 0 {
                self.out.push(byte.wrapping_add(carry));
                byte = 0xff;
                self.pending -= 1;
            }
            self.cache = (self.low >> 24) as u8;
        }
        self.pending += 1;
        self.low = (self.low & 0x00ff_ffff) << 8;
    }
}
