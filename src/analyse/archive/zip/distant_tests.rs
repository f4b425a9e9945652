//! What a torch checkpoint behind a network costs: bytes and round trips.

use std::sync::Mutex;

use crate::analyse::{NoSiblings, analyse_file};
use crate::base::{Limits, ReadAt};
use crate::evidence::{ArchiveFact, Fact, FileEvidence, Format, PickleFact, TorchFact};

/// A file of which only some bytes are written down; the others are numbers.
struct Sparse {
    pieces: Vec<(u64, Vec<u8>)>,
    length: u64,
}

impl Sparse {
    fn new() -> Self {
        Self { pieces: Vec::new(), length: 0 }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.pieces.push((self.length, bytes.to_vec()));
        self.length += bytes.len() as u64;
    }

    /// Bytes of numbers: bfloat16 of about a hundredth.
    fn byte(at: u64) -> u8 {
        let mut mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        if at % 2 == 1 { 0x3c | (mixed >> 48) as u8 & 0x81 } else { (mixed >> 56) as u8 }
    }
}

impl ReadAt for Sparse {
    fn len(&self) -> std::io::Result<u64> {
        Ok(self.length)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap();
        let count = left.min(buffer.len());
        for (at, byte) in (offset..).zip(&mut buffer[..count]) {
            let piece = self.pieces.partition_point(|(start, _)| *start <= at);
            let (start, bytes) = &self.pieces[piece.saturating_sub(1)];
            let inside = at.checked_sub(*start).and_then(|inside| bytes.get(inside as usize));
            *byte = inside.copied().unwrap_or(Self::byte(at));
        }
        Ok(count)
    }
}

/// Behind a network: what was fetched stays, announced ranges are fetched together, everything
/// else in pieces of 16 KiB, as the source for the Hub does it.
struct Network<'a> {
    bytes: &'a dyn ReadAt,
    state: Mutex<Fetched>,
}

#[derive(Default)]
struct Fetched {
    held: Vec<(u64, u64)>,
    bytes: u64,
    round_trips: u64,
    requests: u64,
}

impl Fetched {
    fn holds(&self, start: u64) -> Option<u64> {
        self.held.iter().filter(|(from, to)| *from <= start && start < *to).map(|it| it.1).max()
    }

    fn missing(&self, mut start: u64, end: u64) -> bool {
        while start < end {
            match self.holds(start) {
                Some(to) => start = to,
                None => return true,
            }
        }
        false
    }

    fn fetch(&mut self, start: u64, end: u64) {
        self.requests += 1;
        self.bytes += end - start;
        self.held.push((start, end));
    }
}

impl<'a> Network<'a> {
    fn new(bytes: &'a dyn ReadAt) -> Self {
        Self { bytes, state: Mutex::default() }
    }
}

impl ReadAt for Network<'_> {
    fn len(&self) -> std::io::Result<u64> {
        self.bytes.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.bytes.len()?;
        if offset >= length || buffer.is_empty() {
            return Ok(0);
        }
        let mut state = self.state.lock().unwrap();
        if state.holds(offset).is_none() {
            let end = offset + (buffer.len() as u64).clamp(16 << 10, 512 << 10);
            state.round_trips += 1;
            state.fetch(offset, end.min(length));
        }
        let until = state.holds(offset).unwrap();
        let count = ((until - offset) as usize).min(buffer.len());
        self.bytes.read_at(offset, &mut buffer[..count])
    }

    fn prefetch(&self, ranges: &[(u64, u64)]) {
        let length = self.bytes.len().unwrap();
        let mut wanted: Vec<(u64, u64)> =
            ranges.iter().map(|(at, count)| (*at, (at + count).min(length))).collect();
        wanted.retain(|(start, end)| start < end);
        wanted.sort_unstable();
        let mut merged: Vec<(u64, u64)> = Vec::new();
        for (start, end) in wanted {
            match merged.last_mut() {
                Some(last) if start <= last.1 + 2048 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        let mut state = self.state.lock().unwrap();
        merged.retain(|(start, end)| state.missing(*start, *end));
        state.round_trips += u64::from(!merged.is_empty());
        for (start, end) in merged {
            state.fetch(start, end);
        }
    }

    fn is_distant(&self) -> bool {
        true
    }
}

/// How torch writes a checkpoint of `tensors` tensors with `size` bytes each.
struct Checkpoint {
    name: &'static str,
    tensors: u64,
    size: u64,
    /// The number that data begins at a multiple of.
    alignment: u64,
    /// Bytes at the beginning and end of one storage.
    planted: Option<(u64, Vec<u8>, Vec<u8>)>,
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

impl Checkpoint {
    fn new(tensors: u64, size: u64) -> Self {
        let name = "pytorch_model-00001-of-00030";
        Self { name, tensors, size, alignment: 64, planted: None }
    }

    fn pickle(&self) -> Vec<u8> {
        let mut out = b"\x80\x02}(".to_vec();
        for number in 0..self.tensors {
            text(&mut out, &format!("model.layers.{number}.weight"));
            out.extend_from_slice(b"ctorch._utils\n_rebuild_tensor_v2\n((");
            text(&mut out, "storage");
            out.extend_from_slice(b"ctorch\nBFloat16Storage\n");
            text(&mut out, &number.to_string());
            text(&mut out, "cpu");
            let elements = (self.size / 2).to_le_bytes();
            out.extend_from_slice(b"\x8a\x08");
            out.extend_from_slice(&elements);
            out.extend_from_slice(b"tQK\0\x8a\x08");
            out.extend_from_slice(&elements);
            out.extend_from_slice(b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR");
        }
        out.extend_from_slice(b"u.");
        out
    }

    fn write(&self) -> Sparse {
        let mut file = Sparse::new();
        let mut directory = Vec::new();
        let mut count = 0_u64;
        let mut record = |file: &mut Sparse, record: &str, data: Result<&[u8], u64>| {
            let name = format!("{}/{record}", self.name);
            let at = file.length;
            let size = data.map_or_else(|size| size, |bytes| bytes.len() as u64);
            let mut crc = flate2::Crc::new();
            crc.update(data.unwrap_or_default());
            let fixed = at + 30 + name.len() as u64 + 4;
            let padding = (fixed.next_multiple_of(self.alignment) - fixed) as u16;
            let mut fields = [0x0808_u16, 0, 0, 0].map(u16::to_le_bytes).concat();
            fields.extend_from_slice(&crc.sum().to_le_bytes());
            fields.extend_from_slice(&(size as u32).to_le_bytes());
            fields.extend_from_slice(&(size as u32).to_le_bytes());
            fields.extend_from_slice(&(name.len() as u16).to_le_bytes());
            let mut local = b"PK\x03\x04\0\0".to_vec();
            local.extend_from_slice(&fields);
            local.extend_from_slice(&(padding + 4).to_le_bytes());
            local.extend_from_slice(name.as_bytes());
            local.extend_from_slice(b"FB");
            local.extend_from_slice(&padding.to_le_bytes());
            local.extend(std::iter::repeat_n(b'Z', padding.into()));
            file.write(&local);
            match data {
                Ok(bytes) => file.write(bytes),
                Err(size) => file.length += size,
            }
            let mut descriptor = b"PK\x07\x08".to_vec();
            descriptor.extend_from_slice(&crc.sum().to_le_bytes());
            descriptor.extend_from_slice(&(size as u32).to_le_bytes());
            descriptor.extend_from_slice(&(size as u32).to_le_bytes());
            file.write(&descriptor);
            let wide = at >= 0xffff_ffff;
            directory.extend_from_slice(b"PK\x01\x02\0\0\0\0");
            directory.extend_from_slice(&fields);
            directory.extend_from_slice(&(if wide { 12_u16 } else { 0 }).to_le_bytes());
            directory.extend_from_slice(&[0; 10]);
            let narrow = if wide { 0xffff_ffff } else { at as u32 };
            directory.extend_from_slice(&narrow.to_le_bytes());
            directory.extend_from_slice(name.as_bytes());
            if wide {
                directory.extend_from_slice(&[1, 0, 8, 0]);
                directory.extend_from_slice(&at.to_le_bytes());
            }
            count += 1;
        };
        record(&mut file, "data.pkl", Ok(&self.pickle()));
        record(&mut file, "byteorder", Ok(b"little"));
        for number in 0..self.tensors {
            let before = file.length;
            record(&mut file, &format!("data/{number}"), Err(self.size));
            if let Some((planted, head, tail)) = &self.planted
                && *planted == number
            {
                // Behind the local header, and in front of the descriptor.
                let end = file.length - 16;
                let _ = before;
                let descriptor = file.pieces.pop().unwrap();
                file.pieces.push((end - self.size, head.clone()));
                file.pieces.push((end - tail.len() as u64, tail.clone()));
                file.pieces.push(descriptor);
            }
        }
        record(&mut file, "version", Ok(b"3\n"));
        record(
            &mut file,
            ".data/serialization_id",
            Ok(b"0123456789012345678901234567890123456789"),
        );
        let start = file.length;
        file.write(&directory);
        let wide_end = file.length;
        let mut end = b"PK\x06\x06".to_vec();
        end.extend_from_slice(&44_u64.to_le_bytes());
        end.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for value in [count, count, directory.len() as u64, start] {
            end.extend_from_slice(&value.to_le_bytes());
        }
        end.extend_from_slice(b"PK\x06\x07\0\0\0\0");
        end.extend_from_slice(&wide_end.to_le_bytes());
        end.extend_from_slice(&1_u32.to_le_bytes());
        end.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        end.extend_from_slice(&(count as u16).to_le_bytes());
        end.extend_from_slice(&(count as u16).to_le_bytes());
        end.extend_from_slice(&(directory.len() as u32).to_le_bytes());
        end.extend_from_slice(&u32::try_from(start).unwrap_or(u32::MAX).to_le_bytes());
        end.extend_from_slice(&[0, 0]);
        file.write(&end);
        file
    }
}

fn analyse(bytes: &dyn ReadAt) -> FileEvidence {
    analyse_file("pytorch_model.bin", bytes, &NoSiblings, &Limits::default())
}

/// Bytes, round trips and evidence.
fn cost(file: &Sparse) -> (u64, u64, FileEvidence) {
    let network = Network::new(file);
    let evidence = analyse(&network);
    let state = network.state.into_inner().unwrap();
    (state.bytes, state.round_trips, evidence)
}

#[test]
fn a_shard_costs_little_more_than_a_kilobyte_for_a_tensor_and_four_round_trips() {
    for (tensors, size) in [(10, 500 << 20), (100, 50 << 20), (400, 12 << 20), (400, 1 << 13)] {
        let file = Checkpoint::new(tensors, size).write();
        let (bytes, round_trips, evidence) = cost(&file);
        let most = if tensors <= 100 { 256 << 10 } else { 448 << 10 };
        assert!(bytes <= most, "{tensors}: {bytes} bytes");
        assert!(round_trips <= 4, "{tensors}: {round_trips} round trips");
        assert_eq!(evidence.formats, [Format::new("torch-zip")]);
        let odd = |piece: &&crate::evidence::Evidence| {
            !matches!(
                piece.fact,
                Fact::Pickle(PickleFact::Import(_) | PickleFact::Call(_) | PickleFact::Stream(_))
                    | Fact::Archive(ArchiveFact::Member { .. })
            )
        };
        let odd: Vec<_> = evidence.evidence.iter().filter(odd).collect();
        assert!(odd.is_empty(), "{odd:?}");
    }
}

#[test]
fn records_that_begin_at_pages_cost_one_round_trip_more() {
    let file = Checkpoint { alignment: 4096, ..Checkpoint::new(100, 50 << 20) }.write();
    let (bytes, round_trips, evidence) = cost(&file);
    assert!(bytes <= 768 << 10, "{bytes}");
    assert!(round_trips <= 5, "{round_trips}");
    assert_eq!(evidence.formats, [Format::new("torch-zip")]);
}

#[test]
fn what_is_found_is_what_is_found_on_this_machine() {
    let tar = {
        let mut block = [0_u8; 512];
        block[..4].copy_from_slice(b"evil");
        block[124..136].copy_from_slice(b"00000000000\0");
        block[156] = b'0';
        let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum::<u64>() + 8 * 32;
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        block.to_vec()
    };
    let mut archive = b"PK\x03\x04".to_vec();
    archive.extend_from_slice(&[0; 26]);
    for (name, head) in [
        ("pickle", &b"\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R."[..]),
        ("padded", &[b"N0".repeat(300), b"cos\nsystem\n(S'id'\ntR.".to_vec()].concat()),
        ("elf", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"),
        ("tar", &tar),
        ("zip", &archive),
        ("script", b"#!/bin/sh\nid\n"),
    ] {
        for tensors in [10, 100, 300] {
            let planted = Some((tensors / 2, head.to_vec(), Vec::new()));
            let file = Checkpoint { planted, ..Checkpoint::new(tensors, 1 << 20) }.write();
            let (_, _, far) = cost(&file);
            let near = analyse(&file);
            let told = |file: &FileEvidence| {
                let found = file.evidence.iter().filter(|piece| {
                    // Checksums of raw numbers are compared on this machine only, and here none
                    // of them is right.
                    let checksum = matches!(
                        &piece.fact,
                        Fact::Archive(ArchiveFact::Anomaly { anomaly, .. })
                            if *anomaly == crate::evidence::ArchiveAnomaly::Checksum
                    );
                    !checksum
                });
                found.cloned().collect::<Vec<_>>()
            };
            assert_eq!(told(&far), told(&near), "{name} in {tensors}");
            let member = format!("pytorch_model-00001-of-00030/data/{}", tensors / 2);
            let found = far.evidence.iter().any(|piece| {
                piece.origin.member.as_deref().is_some_and(|it| it.starts_with(&member))
            });
            assert!(found, "{name} in {tensors}");
        }
    }
}

#[test]
fn a_legacy_checkpoint_is_read_at_its_counts_together() {
    let mut out = Vec::new();
    out.extend_from_slice(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.");
    out.extend_from_slice(b"\x80\x02M\xe9\x03.\x80\x02}(");
    text(&mut out, "little_endian");
    out.extend_from_slice(b"\x88u.\x80\x02](");
    let (tensors, elements) = (60_u64, 1_i32 << 20);
    for number in 0..tensors {
        out.extend_from_slice(b"(");
        text(&mut out, "storage");
        out.extend_from_slice(b"ctorch\nBFloat16Storage\n");
        text(&mut out, &number.to_string());
        text(&mut out, "cpu");
        out.push(b'J');
        out.extend_from_slice(&elements.to_le_bytes());
        out.extend_from_slice(b"NtQ");
    }
    out.extend_from_slice(b"e.\x80\x02](");
    (0..tensors).for_each(|number| text(&mut out, &number.to_string()));
    out.extend_from_slice(b"e.");
    let mut file = Sparse::new();
    file.write(&out);
    for _ in 0..tensors {
        file.write(&i64::from(elements).to_le_bytes());
        file.length += 2 * u64::try_from(elements).unwrap();
    }
    let (bytes, round_trips, evidence) = cost(&file);
    assert_eq!(evidence.formats, [Format::new("torch-legacy")]);
    let defects = |piece: &&crate::evidence::Evidence| {
        matches!(piece.fact, Fact::Torch(TorchFact::Defect { .. }))
    };
    assert_eq!(evidence.evidence.iter().filter(defects).count(), 0, "{:?}", evidence.evidence);
    assert!(round_trips <= 4, "{round_trips}");
    assert!(bytes <= 256 << 10, "{bytes}");
}
