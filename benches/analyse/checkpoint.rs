//! Checkpoints whose tensors are holes.

use std::io;

use weighstation::base::ReadAt;

/// Bytes of which only some are held; all others are zero.
#[derive(Default)]
pub(crate) struct Sparse {
    /// Where each piece begins, in order.
    pieces: Vec<(u64, Vec<u8>)>,
    length: u64,
}

impl Sparse {
    fn push(&mut self, bytes: Vec<u8>) {
        let at = self.length;
        self.length += bytes.len() as u64;
        self.pieces.push((at, bytes));
    }

    fn skip(&mut self, zeros: u64) {
        self.length += zeros;
    }
}

impl ReadAt for Sparse {
    fn len(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let count = left.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..count) else { return Ok(0) };
        let end = offset + count as u64;
        buffer.fill(0);
        let behind = |(at, piece): &(u64, Vec<u8>)| at + piece.len() as u64 <= offset;
        let first = self.pieces.partition_point(behind);
        for (at, piece) in self.pieces.iter().skip(first).take_while(|(at, _)| *at < end) {
            let from = usize::try_from(offset.saturating_sub(*at)).unwrap_or(usize::MAX);
            let to = usize::try_from(at.saturating_sub(offset)).unwrap_or(usize::MAX);
            let piece = piece.get(from..).unwrap_or_default();
            for (to, from) in buffer.iter_mut().skip(to).zip(piece) {
                *to = *from;
            }
        }
        Ok(count)
    }
}

fn text(value: &str, out: &mut Vec<u8>) {
    out.push(b'X');
    out.extend_from_slice(&u32::try_from(value.len()).expect("a short text").to_le_bytes());
    out.extend_from_slice(value.as_bytes());
}

/// A state dict of so many tensors, as torch pickles it.
fn state_dict(tensors: usize, elements: u32) -> Vec<u8> {
    let mut out = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
    let elements = [b"J".as_slice(), &elements.to_le_bytes()].concat();
    for number in 0..tensors {
        text(&format!("layers.{number}.weight"), &mut out);
        out.extend_from_slice(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text("storage", &mut out);
        out.extend_from_slice(b"ctorch\nFloatStorage\n");
        text(&number.to_string(), &mut out);
        text("cpu", &mut out);
        out.extend_from_slice(&elements);
        out.extend_from_slice(b"tQK\0");
        out.extend_from_slice(&elements);
        out.extend_from_slice(b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR");
    }
    out.extend_from_slice(b"u.");
    out
}

/// A record's bytes, or how many zeros it has.
enum Content {
    Bytes(Vec<u8>),
    Zeros(u32),
}

struct Zip {
    file: Sparse,
    directory: Vec<u8>,
    records: u16,
}

impl Zip {
    fn record(&mut self, name: &str, content: Content) {
        let at = u32::try_from(self.file.length).expect("less than 4 GiB");
        let size = match &content {
            Content::Bytes(bytes) => u32::try_from(bytes.len()).expect("a short record"),
            Content::Zeros(count) => *count,
        };
        let name = format!("archive/{name}");
        let name_length = u16::try_from(name.len()).expect("a short name");
        let padding = (64 - (at as usize + 30 + name.len() + 4) % 64) % 64;
        let extra_length = u16::try_from(padding + 4).expect("less than 68");
        // Stored, UTF-8, 1980-01-01. The checksum is zero: it is not asked for of what isn't read.
        let mut fields = vec![0, 0, 0, 8, 0, 0, 0, 0, 0x21, 0, 0, 0, 0, 0];
        fields.extend_from_slice(&size.to_le_bytes());
        fields.extend_from_slice(&size.to_le_bytes());
        fields.extend_from_slice(&name_length.to_le_bytes());
        let local = [
            b"PK\x03\x04",
            fields.as_slice(),
            &extra_length.to_le_bytes(),
            name.as_bytes(),
            b"FB",
            &u16::try_from(padding).expect("less than 64").to_le_bytes(),
            &vec![b'Z'; padding],
        ];
        self.file.push(local.concat());
        match content {
            Content::Bytes(bytes) => self.file.push(bytes),
            Content::Zeros(count) => self.file.skip(count.into()),
        }
        let central = [b"PK\x01\x02\0\0", fields.as_slice(), &[0; 12], &at.to_le_bytes()];
        self.directory.extend_from_slice(&central.concat());
        self.directory.extend_from_slice(name.as_bytes());
        self.records += 1;
    }
}

/// A torch zip of so many storages, which have so many bytes together.
pub(crate) fn torch_zip(storages: usize, total: u64) -> Sparse {
    let size = total / storages as u64 / 64 * 64;
    let size = u32::try_from(size).expect("less than 4 GiB");
    let mut zip = Zip { file: Sparse::default(), directory: Vec::new(), records: 0 };
    zip.record("data.pkl", Content::Bytes(state_dict(storages, size / 4)));
    zip.record("byteorder", Content::Bytes(b"little".to_vec()));
    for number in 0..storages {
        zip.record(&format!("data/{number}"), Content::Zeros(size));
    }
    zip.record("version", Content::Bytes(b"3\n".to_vec()));
    let at = u32::try_from(zip.file.length).expect("less than 4 GiB");
    let length = u32::try_from(zip.directory.len()).expect("a short directory");
    let end = [
        zip.directory.as_slice(),
        b"PK\x05\x06\0\0\0\0",
        &zip.records.to_le_bytes(),
        &zip.records.to_le_bytes(),
        &length.to_le_bytes(),
        &at.to_le_bytes(),
        &[0, 0],
    ];
    zip.file.push(end.concat());
    zip.file
}

/// A safetensors file of so many tensors of 16 KiB, and how long its header is.
pub(crate) fn safetensors(tensors: usize) -> (Sparse, usize) {
    let mut header = "{\"__metadata__\":{\"format\":\"pt\"}".to_owned();
    for number in 0..tensors {
        let (begin, end) = (number * 16_384, (number + 1) * 16_384);
        header.push_str(&format!(
            ",\"model.layers.{number}.weight\":{{\"dtype\":\"F32\",\"shape\":[64,64],\
             \"data_offsets\":[{begin},{end}]}}"
        ));
    }
    header.push('}');
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    let length = header.len();
    let mut file = Sparse::default();
    file.push([&(length as u64).to_le_bytes(), header.as_bytes()].concat());
    file.skip(tensors as u64 * 16_384);
    (file, length)
}
