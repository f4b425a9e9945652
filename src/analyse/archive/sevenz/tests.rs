#![allow(clippy::arithmetic_side_effects, reason = "tests compute small numbers")]

use proptest::prelude::*;

use super::super::codec::encode::{PROPERTIES, lzma2, raw_lzma};
use sevenz_rust2::EncoderMethod;

use super::super::checksum::checksum;
use super::{FORMAT, MAGIC};
use crate::analyse::{NoSiblings, analyse_file};
use crate::base::{Budget, Limits};
use crate::evidence::{
    ArchiveAnomaly as Anomaly, ArchiveFact, CoverageFact, Fact, FileEvidence, UnscannedReason,
};

const DATA: &[u8] = b"\xfe\x01some bytes of no known format\xff";

fn crc(bytes: &[u8]) -> [u8; 4] {
    checksum(&bytes.to_vec()).unwrap().to_le_bytes()
}

/// Numbers below 128 are one byte; others get the longest form.
fn number(value: usize) -> Vec<u8> {
    if value < 128 {
        vec![value as u8]
    } else {
        [&[0xff][..], &(value as u64).to_le_bytes()].concat()
    }
}

/// An archive of one block of `coders` (id and properties), and files in it.
fn archive(packed: &[u8], coders: &[(&[u8], &[u8])], files: &[(&str, &[u8])]) -> Vec<u8> {
    let unpacked: usize = files.iter().map(|(_, data)| data.len()).sum();
    let mut header = vec![1, 4];
    header.extend([6, 0, 1, 9]);
    header.extend(number(packed.len()));
    header.extend([0, 7, 0x0b, 1, 0, coders.len() as u8]);
    for (id, properties) in coders {
        let has_properties = if properties.is_empty() { 0 } else { 0x20 };
        header.push(id.len() as u8 | has_properties);
        header.extend_from_slice(id);
        if !properties.is_empty() {
            header.extend(number(properties.len()));
            header.extend_from_slice(properties);
        }
    }
    // The first coder's output is the second one's input.
    for pair in 1..coders.len() {
        header.extend([pair as u8, pair as u8 - 1]);
    }
    header.push(0x0c);
    for _ in coders {
        header.extend(number(unpacked));
    }
    header.push(0);
    header.extend([8, 0x0d]);
    header.extend(number(files.len()));
    header.push(9);
    for (_, data) in &files[..files.len() - 1] {
        header.extend(number(data.len()));
    }
    header.extend([0x0a, 1]);
    for (_, data) in files {
        header.extend(crc(data));
    }
    header.extend([0, 0]);
    header.push(5);
    header.extend(number(files.len()));
    let mut names = vec![0];
    for (name, _) in files {
        for unit in name.encode_utf16().chain([0]) {
            names.extend(unit.to_le_bytes());
        }
    }
    header.push(0x11);
    header.extend(number(names.len()));
    header.extend(names);
    header.extend([0, 0]);

    let mut start = (packed.len() as u64).to_le_bytes().to_vec();
    start.extend((header.len() as u64).to_le_bytes());
    start.extend(crc(&header));
    let mut bytes = MAGIC.to_vec();
    bytes.extend([0, 4]);
    bytes.extend(crc(&start));
    bytes.extend(start);
    bytes.extend_from_slice(packed);
    bytes.extend(header);
    bytes
}

fn judge(bytes: &[u8]) -> FileEvidence {
    analyse_file("x", &bytes.to_vec(), &NoSiblings, &Limits::default())
}

fn examined(file: &FileEvidence) -> Vec<&str> {
    let mut names: Vec<&str> =
        file.evidence.iter().filter_map(|piece| piece.origin.member.as_deref()).collect();
    names.dedup();
    names
}

fn anomalies(file: &FileEvidence) -> Vec<Anomaly> {
    file.evidence
        .iter()
        .filter_map(|piece| match &piece.fact {
            Fact::Archive(ArchiveFact::Anomaly { anomaly, .. }) => Some(*anomaly),
            _ => None,
        })
        .collect()
}

fn reasons(file: &FileEvidence) -> Vec<&UnscannedReason> {
    file.evidence
        .iter()
        .filter_map(|piece| match &piece.fact {
            Fact::Coverage(CoverageFact::Unscanned { reason }) => Some(reason),
            _ => None,
        })
        .collect()
}

const FILES: [(&str, &[u8]); 2] = [("one", DATA), ("two", b"\xfdother bytes\xff\xff")];

fn solid() -> Vec<u8> {
    FILES.iter().flat_map(|(_, data)| data.to_vec()).collect()
}

fn lzma_properties() -> Vec<u8> {
    [&[PROPERTIES][..], &(1_u32 << 16).to_le_bytes()].concat()
}

#[test]
fn the_members_of_every_known_coder_are_examined() {
    let lzma = raw_lzma(&solid());
    let properties = lzma_properties();
    let two = lzma2(&solid());
    let mut deflated = Vec::new();
    {
        use std::io::Write as _;
        let level = flate2::Compression::best();
        let mut encoder = flate2::write::DeflateEncoder::new(&mut deflated, level);
        encoder.write_all(&solid()).unwrap();
        encoder.finish().unwrap();
    }
    let plain = solid();
    for (packed, id, properties) in [
        (&plain, EncoderMethod::ID_COPY, &[][..]),
        (&lzma, EncoderMethod::ID_LZMA, &properties[..]),
        (&two, EncoderMethod::ID_LZMA2, &[8]),
        (&deflated, EncoderMethod::ID_DEFLATE, &[]),
    ] {
        let file = judge(&archive(packed, &[(id, properties)], &FILES));
        assert_eq!(file.formats, [FORMAT]);
        assert_eq!(examined(&file), ["one", "two"], "{id:?}: {file:?}");
        assert_eq!(anomalies(&file), [], "{id:?}");
        assert!(reasons(&file).iter().all(|r| **r == UnscannedReason::UnknownContent));
    }
}

#[test]
fn encrypted_and_unknown_blocks_are_unscanned() {
    let aes = EncoderMethod::ID_AES256_SHA256;
    let file = judge(&archive(&solid(), &[(aes, &[1])], &FILES));
    assert_eq!(reasons(&file), [&UnscannedReason::Encrypted; 2]);
    let file = judge(&archive(&solid(), &[(EncoderMethod::ID_PPMD, &[0; 5])], &FILES));
    assert!(matches!(
        reasons(&file)[..],
        [UnscannedReason::Unsupported { .. }, UnscannedReason::Unsupported { .. }]
    ));
}

#[test]
fn an_archive_that_does_not_parse_is_unscanned() {
    let mut bytes = archive(&solid(), &[(EncoderMethod::ID_COPY, &[])], &FILES);
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert!(matches!(reasons(&judge(&bytes))[..], [UnscannedReason::Unsupported { .. }]));
    let file = judge(&[&MAGIC[..], &[0; 100]].concat());
    assert!(matches!(reasons(&file)[..], [UnscannedReason::Unsupported { .. }]));
}

#[test]
fn odd_archives_are_noted() {
    let mut bytes = archive(&solid(), &[(EncoderMethod::ID_COPY, &[])], &FILES);
    bytes.extend_from_slice(b"behind");
    assert_eq!(anomalies(&judge(&bytes)), [Anomaly::SuffixBytes]);
    bytes[40] ^= 1;
    let both = [Anomaly::SuffixBytes, Anomaly::Checksum];
    assert_eq!(anomalies(&judge(&bytes)), both);
    let files = [("../one", DATA), ("../ONE", DATA)];
    let data = [DATA, DATA].concat();
    let file = judge(&archive(&data, &[(EncoderMethod::ID_COPY, &[])], &files));
    let expected = [Anomaly::UnsafePath, Anomaly::UnsafePath, Anomaly::DuplicateMember];
    assert_eq!(anomalies(&file), expected);
}

#[test]
fn large_dictionaries_are_refused() {
    let packed = lzma2(&solid());
    let file = judge(&archive(&packed, &[(EncoderMethod::ID_LZMA2, &[40])], &FILES));
    assert!(file.evidence.iter().any(|piece| matches!(
        piece.fact,
        Fact::Coverage(CoverageFact::BudgetExhausted { budget: Budget::DecompressorMemory, .. })
    )));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn mutated_archives_do_no_harm(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let packed = raw_lzma(&solid());
        let coders: [(&[u8], &[u8]); 1] = [(EncoderMethod::ID_LZMA, &lzma_properties())];
        let mut bytes = archive(&packed, &coders, &FILES);
        let header = 32 + packed.len();
        for (place, value) in changes {
            let at = 32 + place.index(bytes.len() - 32);
            bytes[at] = value;
        }
        // With right checksums, so that the headers are read.
        let sum = crc(&bytes[header..]);
        bytes[28..32].copy_from_slice(&sum);
        let sum = crc(&bytes[12..32]);
        bytes[8..12].copy_from_slice(&sum);
        judge(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        judge(&bytes);
    }
}
