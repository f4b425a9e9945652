//! A 7z archive of one file.

use super::compression::lzma2;
use super::zip::crc32;

/// 7z's numbers: as many leading ones in the first byte as bytes follow it.
fn number(value: usize) -> Vec<u8> {
    let value = u32::try_from(value).unwrap();
    let mut out = vec![0xf0];
    out.extend_from_slice(&value.to_le_bytes());
    out
}

/// An archive of one file, compressed with LZMA2, its header plain.
pub(crate) fn sevenz(name: &str, content: &[u8]) -> Vec<u8> {
    let packed = lzma2(content);
    let mut header = vec![0x01, 0x04];
    // Where the packed stream is.
    header.extend_from_slice(&[0x06, 0, 1, 0x09]);
    header.extend(number(packed.len()));
    header.push(0);
    // One folder of one coder: LZMA2 with a dictionary of 8 MiB.
    header.extend_from_slice(&[0x07, 0x0b, 1, 0, 1, 0x21, 0x21, 1, 22, 0x0c]);
    header.extend(number(content.len()));
    header.push(0);
    // One file in it, with its checksum.
    header.extend_from_slice(&[0x08, 0x0a, 1]);
    header.extend_from_slice(&crc32(content).to_le_bytes());
    header.extend_from_slice(&[0, 0]);
    let names: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    header.extend_from_slice(&[0x05, 1, 0x11]);
    header.extend(number(names.len() + 1));
    header.push(0);
    header.extend_from_slice(&names);
    header.extend_from_slice(&[0, 0]);

    let mut start = (packed.len() as u64).to_le_bytes().to_vec();
    start.extend_from_slice(&(header.len() as u64).to_le_bytes());
    start.extend_from_slice(&crc32(&header).to_le_bytes());
    let mut out = b"7z\xbc\xaf\x27\x1c\0\x04".to_vec();
    out.extend_from_slice(&crc32(&start).to_le_bytes());
    out.extend_from_slice(&start);
    out.extend_from_slice(&packed);
    out.extend_from_slice(&header);
    out
}
