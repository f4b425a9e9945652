//! Compressed streams. xz and lzma come from a small encoder of literals and runs, because the
//! crate brings none.

use std::io::Write as _;

use super::zip::crc32;

/// Compresses.
pub(crate) type Pack = fn(&[u8]) -> Vec<u8>;

/// Raw deflate.
pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// gzip with header fields: `FEXTRA` (4), `FNAME` (8), `FCOMMENT` (16).
pub(crate) fn gzip_with_fields(flags: u8, fields: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 2, 3];
    out.extend_from_slice(fields);
    out.extend(deflate(bytes));
    out.extend_from_slice(&crc32(bytes).to_le_bytes());
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
    out
}

/// zlib.
pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    zlib_at(bytes, 9)
}

/// zlib at a level, which shows in its second byte.
pub(crate) fn zlib_at(bytes: &[u8], level: u32) -> Vec<u8> {
    let level = flate2::Compression::new(level);
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// bz2.
pub(crate) fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An lz4 frame.
pub(crate) fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A zstd frame.
pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// joblib up to 0.9: `ZF`, the length in hexadecimal, zlib.
pub(crate) fn zfile(bytes: &[u8]) -> Vec<u8> {
    let mut out = format!("ZF{:<19}", format!("{:#x}", bytes.len())).into_bytes();
    out.extend(zlib(bytes));
    out
}

/// An lzma-alone stream with a dictionary of 8 MiB.
pub(crate) fn lzma(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x5d];
    out.extend_from_slice(&(8_u32 << 20).to_le_bytes());
    out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    out.extend(raw_lzma(bytes));
    out
}

/// An xz stream of one block of LZMA2.
pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let flags = [0, 1];
    let mut out = b"\xfd7zXZ\0".to_vec();
    out.extend_from_slice(&flags);
    out.extend_from_slice(&crc32(&flags).to_le_bytes());
    let header = [2, 0, 0x21, 1, 22, 0, 0, 0];
    let mut block = header.to_vec();
    block.extend_from_slice(&crc32(&header).to_le_bytes());
    block.extend_from_slice(&lzma2(bytes));
    let unpadded = block.len() as u64 + 4;
    block.resize(block.len().next_multiple_of(4), 0);
    block.extend_from_slice(&crc32(bytes).to_le_bytes());
    out.extend_from_slice(&block);
    let mut index = vec![0, 1];
    index.extend(varint(unpadded));
    index.extend(varint(bytes.len() as u64));
    index.resize(index.len().next_multiple_of(4), 0);
    let sum = crc32(&index);
    index.extend_from_slice(&sum.to_le_bytes());
    out.extend_from_slice(&index);
    let mut footer = u32::try_from(index.len() / 4 - 1).unwrap().to_le_bytes().to_vec();
    footer.extend_from_slice(&flags);
    out.extend_from_slice(&crc32(&footer).to_le_bytes());
    out.extend_from_slice(&footer);
    out.extend_from_slice(b"YZ");
    out
}

/// A number in xz's variable-length form.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

/// LZMA2: chunks that each begin anew, and the end mark.
pub(crate) fn lzma2(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in bytes.chunks(1 << 21) {
        let data = raw_lzma(chunk);
        if data.len() > 1 << 16 {
            for (index, piece) in chunk.chunks(1 << 16).enumerate() {
                out.push(if index == 0 { 1 } else { 2 });
                out.extend_from_slice(&u16::try_from(piece.len() - 1).unwrap().to_be_bytes());
                out.extend_from_slice(piece);
            }
            continue;
        }
        // Dictionary, state and properties are reset.
        let size = u32::try_from(chunk.len() - 1).unwrap();
        out.push(0xe0 | u8::try_from(size >> 16).unwrap());
        out.extend_from_slice(&size.to_be_bytes()[2..]);
        out.extend_from_slice(&u16::try_from(data.len() - 1).unwrap().to_be_bytes());
        out.push(0x5d);
        out.extend_from_slice(&data);
    }
    out.push(0);
    out
}

/// Raw LZMA (lc 3, lp 0, pb 2) without an end mark: runs of one byte as repeated matches of
/// distance 1, all else as literals.
pub(crate) fn raw_lzma(bytes: &[u8]) -> Vec<u8> {
    let mut coder = RangeCoder { low: 0, range: u32::MAX, cache: 0, pending: 1, out: Vec::new() };
    let mut model = Model::new();
    let mut state = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let previous = if at == 0 { None } else { Some(bytes[at - 1]) };
        let run = bytes[at..].iter().take(273).take_while(|next| Some(**next) == previous).count();
        let aligned = at & 3;
        // The last distance is 1 from the beginning.
        if run >= 2 {
            coder.encode(&mut model.is_match[state][aligned], 1);
            coder.encode(&mut model.is_rep[state], 1);
            coder.encode(&mut model.is_rep_g0[state], 0);
            coder.encode(&mut model.is_rep0_long[state][aligned], 1);
            model.encode_length(&mut coder, run, aligned);
            state = if state < 7 { 8 } else { 11 };
            at += run;
            continue;
        }
        coder.encode(&mut model.is_match[state][aligned], 0);
        let probabilities = &mut model.literals[usize::from(previous.unwrap_or(0) >> 5)];
        if state < 7 {
            coder.literal(probabilities, byte);
        } else {
            coder.matched_literal(probabilities, byte, previous.unwrap_or(0));
        }
        state = match state {
            0..4 => 0,
            4..10 => state - 3,
            _ => state - 6,
        };
        at += 1;
    }
    for _ in 0..5 {
        coder.shift_low();
    }
    coder.out
}

const HALF: u16 = 1024;

struct Model {
    is_match: [[u16; 4]; 12],
    is_rep: [u16; 12],
    is_rep_g0: [u16; 12],
    is_rep0_long: [[u16; 4]; 12],
    literals: Vec<[u16; 0x300]>,
    choice: [u16; 2],
    low: [[u16; 8]; 4],
    mid: [[u16; 8]; 4],
    high: [u16; 256],
}

impl Model {
    fn new() -> Self {
        Self {
            is_match: [[HALF; 4]; 12],
            is_rep: [HALF; 12],
            is_rep_g0: [HALF; 12],
            is_rep0_long: [[HALF; 4]; 12],
            literals: vec![[HALF; 0x300]; 8],
            choice: [HALF; 2],
            low: [[HALF; 8]; 4],
            mid: [[HALF; 8]; 4],
            high: [HALF; 256],
        }
    }

    fn encode_length(&mut self, coder: &mut RangeCoder, length: usize, aligned: usize) {
        let length = length - 2;
        if length < 8 {
            coder.encode(&mut self.choice[0], 0);
            coder.tree(&mut self.low[aligned], 3, length);
        } else if length < 16 {
            coder.encode(&mut self.choice[0], 1);
            coder.encode(&mut self.choice[1], 0);
            coder.tree(&mut self.mid[aligned], 3, length - 8);
        } else {
            coder.encode(&mut self.choice[0], 1);
            coder.encode(&mut self.choice[1], 1);
            coder.tree(&mut self.high, 8, length - 16);
        }
    }
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

    fn tree(&mut self, probabilities: &mut [u16], bits: u32, value: usize) {
        let mut node = 1_usize;
        for shift in (0..bits).rev() {
            let bit = value >> shift & 1;
            self.encode(&mut probabilities[node], u32::try_from(bit).unwrap());
            node = node << 1 | bit;
        }
    }

    fn literal(&mut self, probabilities: &mut [u16], byte: u8) {
        self.tree(probabilities, 8, usize::from(byte));
    }

    fn matched_literal(&mut self, probabilities: &mut [u16], byte: u8, matched: u8) {
        let mut node = 1_usize;
        let mut same = true;
        for shift in (0..8).rev() {
            let bit = usize::from(byte >> shift & 1);
            let expected = usize::from(matched >> shift & 1);
            let index = if same { ((1 + expected) << 8) + node } else { node };
            self.encode(&mut probabilities[index], u32::try_from(bit).unwrap());
            same &= bit == expected;
            node = node << 1 | bit;
        }
    }

    fn shift_low(&mut self) {
        if self.low < 0xff00_0000 || self.low > 0xffff_ffff {
            let carry = self.low >> 32 == 1;
            let mut byte = self.cache;
            while self.pending > 0 {
                self.out.push(byte.wrapping_add(u8::from(carry)));
                byte = 0xff;
                self.pending -= 1;
            }
            self.cache = u8::try_from(self.low >> 24 & 0xff).unwrap();
        }
        self.pending += 1;
        self.low = (self.low & 0x00ff_ffff) << 8;
    }
}
