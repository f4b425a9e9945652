//! Torch checkpoints of any size: a zip whose tensors are zeros that nobody stores.

use crate::content::Content;

/// Where zip's 32-bit numbers end.
const LARGEST_32: u64 = 0xffff_ffff;

/// A checkpoint as torch's writer makes it since 1.6: stored members whose sizes follow them,
/// data at multiples of 64, and zip64 records where a number needs them. Its pickle is a state
/// dict of float tensors.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    tensors: u32,
    floats: u32,
    call: Option<(String, String, String)>,
}

struct Member {
    name: String,
    /// `None`: zeros.
    data: Option<Vec<u8>>,
    length: u64,
    checksum: u32,
    offset: u64,
}

impl Checkpoint {
    /// So many tensors of so many floats.
    #[must_use]
    pub fn new(tensors: u32, floats: u32) -> Self {
        Self { tensors, floats, call: None }
    }

    /// So many tensors that fill a file of about so many bytes.
    #[must_use]
    pub fn of_size(tensors: u32, bytes: u64) -> Self {
        let floats = bytes / 4 / u64::from(tensors.max(1));
        Self::new(tensors, u32::try_from(floats).expect("tensors below 16 GiB"))
    }

    /// Its pickle also calls something with one text: what a hostile file does.
    #[must_use]
    pub fn calling(mut self, module: &str, name: &str, argument: &str) -> Self {
        self.call = Some((module.to_owned(), name.to_owned(), argument.to_owned()));
        self
    }

    /// The pickle, protocol 2.
    fn pickle(&self) -> Vec<u8> {
        let mut out = b"\x80\x02".to_vec();
        if let Some((module, name, argument)) = &self.call {
            out.extend(format!("c{module}\n{name}\n").bytes());
            out.extend(text(argument));
            // TUPLE1, REDUCE, POP.
            out.extend_from_slice(b"\x85R0");
        }
        out.extend_from_slice(b"ccollections\nOrderedDict\n)R(");
        for number in 0..self.tensors {
            out.extend(text(&format!("layers.{number}.weight")));
            out.extend_from_slice(b"ctorch._utils\n_rebuild_tensor_v2\n((");
            out.extend(text("storage"));
            out.extend_from_slice(b"ctorch\nFloatStorage\n");
            out.extend(text(&number.to_string()));
            out.extend(text("cpu"));
            out.extend(integer(self.floats));
            // The storage; offset 0, one dimension, stride 1, no gradient, no hooks.
            out.extend_from_slice(b"tQK\x00");
            out.extend(integer(self.floats));
            out.extend_from_slice(b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR");
        }
        out.extend_from_slice(b"u.");
        out
    }

    /// The file.
    #[must_use]
    pub fn content(&self) -> Content {
        let length = u64::from(self.floats) * 4;
        let zeros = crc32_of_zeros(length);
        let small = |name: &str, data: &[u8]| Member {
            name: format!("archive/{name}"),
            length: data.len() as u64,
            checksum: crc32(data),
            data: Some(data.to_vec()),
            offset: 0,
        };
        let mut members = vec![
            small("data.pkl", &self.pickle()),
            small(".format_version", b"1"),
            small(".storage_alignment", b"64"),
            small("byteorder", b"little"),
        ];
        members.extend((0..self.tensors).map(|number| Member {
            name: format!("archive/data/{number}"),
            data: None,
            length,
            checksum: zeros,
            offset: 0,
        }));
        members.push(small("version", b"3\n"));
        members.push(small(".data/serialization_id", &b"0123456789".repeat(4)));

        let mut extents: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut at = 0;
        for member in &mut members {
            member.offset = at;
            let head = member.local_header();
            at += head.len() as u64;
            extents.push((member.offset, head));
            if let Some(data) = &member.data {
                extents.push((at, data.clone()));
            }
            at += member.length;
            let descriptor = member.descriptor();
            extents.push((at, descriptor.clone()));
            at += descriptor.len() as u64;
        }
        let directory: Vec<u8> = members.iter().flat_map(Member::central_header).collect();
        let mut tail = directory.clone();
        tail.extend(end_records(members.len() as u64, directory.len() as u64, at));
        let total = at + tail.len() as u64;
        extents.push((at, tail));
        extents
            .into_iter()
            .fold(Content::sparse(total), |content, (offset, bytes)| content.extent(offset, bytes))
    }
}

impl Member {
    fn local_header(&self) -> Vec<u8> {
        let mut out = b"PK\x03\x04".to_vec();
        // Sizes follow, names are UTF-8, stored, midnight of 1980.
        for half in [20_u16, 0x0808, 0, 0, 0x21] {
            out.extend(half.to_le_bytes());
        }
        out.extend([0; 12]);
        // The field `FB`, with which torch moves the data.
        let start = self.offset + 30 + self.name.len() as u64 + 4;
        let padding = (64 - start % 64) % 64;
        out.extend(short(self.name.len() as u64));
        out.extend(short(4 + padding));
        out.extend(self.name.bytes());
        out.extend_from_slice(b"FB");
        out.extend(short(padding));
        out.extend(std::iter::repeat_n(b'Z', padding as usize));
        out
    }

    fn descriptor(&self) -> Vec<u8> {
        let mut out = b"PK\x07\x08".to_vec();
        out.extend(self.checksum.to_le_bytes());
        for _ in 0..2 {
            out.extend(long(self.length).expect("members below 4 GiB"));
        }
        out
    }

    fn central_header(&self) -> Vec<u8> {
        let far = long(self.offset).is_none();
        let mut out = b"PK\x01\x02".to_vec();
        let version = if far { 45 } else { 20 };
        for half in [version, version, 0x0808_u16, 0, 0, 0x21] {
            out.extend(half.to_le_bytes());
        }
        out.extend(self.checksum.to_le_bytes());
        for _ in 0..2 {
            out.extend(long(self.length).expect("members below 4 GiB"));
        }
        out.extend(short(self.name.len() as u64));
        out.extend(short(if far { 12 } else { 0 }));
        // No comment, first disk, no attributes.
        out.extend([0; 10]);
        out.extend(long(self.offset).unwrap_or([0xff; 4]));
        out.extend(self.name.bytes());
        if far {
            out.extend(short(1));
            out.extend(short(8));
            out.extend(self.offset.to_le_bytes());
        }
        out
    }
}

/// The records that end a zip: with zip64's two where the directory lies beyond 4 GiB.
fn end_records(count: u64, length: u64, offset: u64) -> Vec<u8> {
    let mut out = Vec::new();
    if long(offset).is_none() {
        out.extend_from_slice(b"PK\x06\x06");
        out.extend(44_u64.to_le_bytes());
        out.extend([45, 0, 45, 0]);
        out.extend([0; 8]);
        for number in [count, count, length, offset] {
            out.extend(number.to_le_bytes());
        }
        out.extend_from_slice(b"PK\x06\x07");
        out.extend([0; 4]);
        out.extend((offset + length).to_le_bytes());
        out.extend(1_u32.to_le_bytes());
    }
    out.extend_from_slice(b"PK\x05\x06");
    out.extend([0; 4]);
    out.extend(short(count));
    out.extend(short(count));
    out.extend(long(length).expect("a directory below 4 GiB"));
    out.extend(long(offset).unwrap_or([0xff; 4]));
    out.extend([0; 2]);
    out
}

fn short(number: u64) -> [u8; 2] {
    u16::try_from(number).expect("a number of 16 bits").to_le_bytes()
}

/// `None` if zip needs 64 bits for it.
fn long(number: u64) -> Option<[u8; 4]> {
    (number < LARGEST_32).then(|| (number as u32).to_le_bytes())
}

/// `BINUNICODE`.
fn text(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("a short text");
    [b"X", length.to_le_bytes().as_slice(), text.as_bytes()].concat()
}

/// `LONG1` of five bytes, so that it is never negative.
fn integer(number: u32) -> Vec<u8> {
    [b"\x8a\x05", number.to_le_bytes().as_slice(), &[0]].concat()
}

/// One step of CRC-32 for every byte.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
};

fn step(crc: u32, byte: u8) -> u32 {
    TABLE[((crc ^ u32::from(byte)) & 0xff) as usize] ^ crc >> 8
}

/// CRC-32 as zip has it.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| step(crc, *byte))
}

fn crc32_of_zeros(length: u64) -> u32 {
    !(0..length).fold(!0, |crc, _| step(crc, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_right() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32_of_zeros(1000), crc32(&[0; 1000]));
    }

    #[test]
    fn a_large_file_has_its_directory_beyond_four_gigabytes() {
        let content = Checkpoint::of_size(100, 5_000_000_000).content();
        assert!(content.length() > 5_000_000_000);
        let mut tail = vec![0; 98];
        content.read_at(content.length() - 98, &mut tail);
        assert_eq!(&tail[..4], b"PK\x06\x06");
        assert_eq!(&tail[56..60], b"PK\x06\x07");
        assert_eq!(&tail[76..80], b"PK\x05\x06");
        let offset = u64::from_le_bytes(tail[48..56].try_into().unwrap());
        let mut first = [0; 4];
        content.read_at(offset, &mut first);
        assert_eq!(&first, b"PK\x01\x02");
    }

    #[test]
    fn data_lies_at_multiples_of_64() {
        let content = Checkpoint::new(2, 16).content().to_vec();
        let pickle = Checkpoint::new(2, 16).pickle();
        let at = content.windows(pickle.len()).position(|part| part == pickle).unwrap();
        assert_eq!(at % 64, 0);
    }
}
