#![allow(clippy::arithmetic_side_effects, reason = "tests compute small numbers")]

use std::io::Write as _;

use proptest::prelude::*;

use super::*;
use crate::analyse::{NoSiblings, analyse_file};
use crate::base::{Budget, Limits};
use crate::evidence::{ArchiveAnomaly as Anomaly, ArchiveFact, Fact, FileEvidence};

/// A member to be written, every field open to lies.
#[derive(Clone)]
pub(in crate::analyse) struct Entry {
    name: Vec<u8>,
    local_name: Option<Vec<u8>>,
    data: Vec<u8>,
    method: u16,
    local_method: Option<u16>,
    flags: u16,
    local_flags: Option<u16>,
    checksum: u32,
    size: u32,
    compressed: Option<u32>,
    attributes: u32,
    extra: Vec<u8>,
    listed: bool,
    descriptor: Option<Vec<u8>>,
    /// Bytes behind the data.
    behind: Vec<u8>,
    /// Use the local header of an earlier member.
    alias: Option<usize>,
    disk: u16,
}

fn sum(bytes: &[u8]) -> u32 {
    checksum(&bytes.to_vec()).unwrap()
}

pub(in crate::analyse) fn stored(name: &str, data: &[u8]) -> Entry {
    Entry {
        name: name.into(),
        local_name: None,
        data: data.to_vec(),
        method: 0,
        local_method: None,
        flags: 0,
        local_flags: None,
        checksum: sum(data),
        size: data.len() as u32,
        compressed: None,
        attributes: 0,
        extra: Vec::new(),
        listed: true,
        descriptor: None,
        behind: Vec::new(),
        alias: None,
        disk: 0,
    }
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn deflated(name: &str, data: &[u8]) -> Entry {
    Entry { method: 8, data: deflate(data), ..packed(name, data) }
}

fn packed(name: &str, data: &[u8]) -> Entry {
    stored(name, data)
}

pub(in crate::analyse) struct Builder {
    prefix: Vec<u8>,
    entries: Vec<Entry>,
    comment: Vec<u8>,
    suffix: Vec<u8>,
    count: Option<u16>,
    end_record: bool,
}

pub(in crate::analyse) fn zip(entries: &[Entry]) -> Builder {
    Builder {
        prefix: Vec::new(),
        entries: entries.to_vec(),
        comment: Vec::new(),
        suffix: Vec::new(),
        count: None,
        end_record: true,
    }
}

fn le16(to: &mut Vec<u8>, values: &[u16]) {
    values.iter().for_each(|value| to.extend_from_slice(&value.to_le_bytes()));
}

fn le32(to: &mut Vec<u8>, values: &[u32]) {
    values.iter().for_each(|value| to.extend_from_slice(&value.to_le_bytes()));
}

impl Builder {
    fn bytes(&self) -> Vec<u8> {
        let mut out = self.prefix.clone();
        let mut offsets = Vec::new();
        for entry in &self.entries {
            if let Some(alias) = entry.alias {
                offsets.push(offsets[alias]);
                continue;
            }
            offsets.push((out.len() - self.prefix.len()) as u32);
            let streamed = entry.descriptor.is_some();
            let flags = entry.local_flags.unwrap_or(entry.flags) | if streamed { 8 } else { 0 };
            let name = entry.local_name.as_ref().unwrap_or(&entry.name);
            out.extend_from_slice(b"PK\x03\x04");
            le16(&mut out, &[20, flags, entry.local_method.unwrap_or(entry.method), 0, 0]);
            let compressed = entry.compressed.unwrap_or(entry.data.len() as u32);
            let numbers = [entry.checksum, compressed, entry.size];
            le32(&mut out, &if streamed { [0; 3] } else { numbers });
            le16(&mut out, &[name.len() as u16, entry.extra.len() as u16]);
            out.extend_from_slice(name);
            out.extend_from_slice(&entry.extra);
            out.extend_from_slice(&entry.data);
            out.extend_from_slice(entry.descriptor.as_deref().unwrap_or(&[]));
            out.extend_from_slice(&entry.behind);
        }
        if !self.end_record {
            return out;
        }
        let directory = out.len();
        let listed = self.entries.iter().zip(&offsets).filter(|(entry, _)| entry.listed);
        let mut count = 0;
        for (entry, offset) in listed {
            count += 1;
            let streamed = entry.descriptor.is_some();
            out.extend_from_slice(b"PK\x01\x02");
            let flags = entry.flags | if streamed { 8 } else { 0 };
            le16(&mut out, &[0x0314, 20, flags, entry.method, 0, 0]);
            let compressed = entry.compressed.unwrap_or(entry.data.len() as u32);
            le32(&mut out, &[entry.checksum, compressed, entry.size]);
            le16(&mut out, &[entry.name.len() as u16, 0, 0, entry.disk, 0]);
            le32(&mut out, &[entry.attributes, *offset]);
            out.extend_from_slice(&entry.name);
        }
        let size = (out.len() - directory) as u32;
        let count = self.count.unwrap_or(count);
        out.extend_from_slice(b"PK\x05\x06");
        le16(&mut out, &[0, 0, count, count]);
        le32(&mut out, &[size, (directory - self.prefix.len()) as u32]);
        le16(&mut out, &[self.comment.len() as u16]);
        out.extend_from_slice(&self.comment);
        out.extend_from_slice(&self.suffix);
        out
    }

    pub(in crate::analyse) fn judge(&self) -> FileEvidence {
        judge(&self.bytes())
    }

    fn anomalies(&self) -> Vec<Anomaly> {
        anomalies(&self.judge())
    }
}

fn judge(bytes: &[u8]) -> FileEvidence {
    analyse_file("x.zip", &bytes.to_vec(), &NoSiblings, &Limits::default())
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

/// The members below the archive in which something was examined.
fn examined(file: &FileEvidence) -> Vec<String> {
    let mut names: Vec<String> =
        file.evidence.iter().filter_map(|piece| piece.origin.member.clone()).collect();
    names.sort();
    names.dedup();
    names
}

fn coverage(file: &FileEvidence) -> Vec<CoverageFact> {
    let coverage = file.evidence.iter().filter_map(|piece| match &piece.fact {
        Fact::Coverage(fact) => Some(fact.clone()),
        _ => None,
    });
    let unknown = UnscannedReason::UnknownContent;
    coverage.filter(|fact| *fact != CoverageFact::Unscanned { reason: unknown.clone() }).collect()
}

const DATA: &[u8] = b"\xfe\x01some bytes of no known format\xff";

#[test]
fn an_ordinary_zip_has_nothing_odd() {
    let mut padded = stored("archive/data/0", DATA);
    padded.extra = b"FB\x08\x00ZZZZZZZZ".to_vec();
    let mut streamed = deflated("streamed", DATA);
    let plain = ZipMember {
        size: DATA.len() as u64,
        compressed_size: streamed.data.len() as u64,
        ..member("streamed", DATA)
    };
    for (signature, wide) in [(&b"PK\x07\x08"[..], false), (b"", false), (b"PK\x07\x08", true)] {
        streamed.descriptor = Some(plain.descriptor(signature, wide));
        let entries = [
            padded.clone(),
            streamed.clone(),
            stored("folder/", b""),
            stored("empty", b""),
            deflated("deflated/", b""),
        ];
        let mut archive = zip(&entries);
        archive.comment = b"a comment".to_vec();
        let file = archive.judge();
        assert_eq!(anomalies(&file), []);
        assert_eq!(coverage(&file), []);
        assert_eq!(file.formats, [Format::new("zip")]);
        assert_eq!(examined(&file), ["archive/data/0", "streamed"]);
        let listed = file.evidence.iter().filter_map(|piece| match &piece.fact {
            Fact::Archive(ArchiveFact::Member { name, size, .. }) => Some((name.as_str(), *size)),
            _ => None,
        });
        assert_eq!(listed.count(), 5);
    }
}

fn member(name: &str, data: &[u8]) -> ZipMember {
    let header = header::Header {
        name: name.into(),
        checksum: sum(data),
        size: data.len() as u64,
        compressed: data.len() as u64,
        ..header::Header::default()
    };
    let local = header::Local { header: header.clone(), at: 0, data: 0 };
    ZipMember::new(&header, &local, true)
}

#[test]
fn an_empty_zip_is_a_zip() {
    let file = zip(&[]).judge();
    assert_eq!(anomalies(&file), []);
    assert_eq!(file.formats, [Format::new("zip")]);
}

#[test]
fn duplicates_are_noted_and_all_examined() {
    let archive = zip(&[stored("a/data.pkl", DATA), stored("a/data.pkl", &[DATA, DATA].concat())]);
    assert_eq!(archive.anomalies(), [Anomaly::DuplicateMember]);
    let archive = zip(&[stored("a/weights", DATA), stored("A/WEIGHTS", DATA)]);
    assert_eq!(archive.anomalies(), [Anomaly::DuplicateMember]);
    assert_eq!(examined(&archive.judge()), ["A/WEIGHTS", "a/weights"]);
}

#[test]
fn a_wrong_checksum_is_noted_and_nothing_else() {
    for mut entry in [stored("a", DATA), deflated("a", DATA)] {
        entry.checksum = 0;
        let file = zip(&[entry]).judge();
        assert_eq!(anomalies(&file), [Anomaly::Checksum]);
        assert_eq!(examined(&file), ["a"]);
    }
}

#[test]
fn flags_on_plain_data_are_noted_and_the_data_examined() {
    for flags in [1, 1 << 6, 1 << 5, 1 << 13, 0x61] {
        for entry in [stored("a", DATA), deflated("a", DATA)] {
            let both = zip(&[Entry { flags, ..entry.clone() }]).judge();
            assert!(anomalies(&both).contains(&Anomaly::MisleadingFlags), "{flags:#x}");
            assert_eq!(coverage(&both), []);
            assert_eq!(examined(&both), ["a"]);
            let local = zip(&[Entry { local_flags: Some(flags), ..entry }]).anomalies();
            assert!(local.contains(&Anomaly::MisleadingFlags));
            assert!(local.contains(&Anomaly::HeaderMismatch));
        }
    }
}

#[test]
fn encrypted_data_is_unscanned() {
    let mut entry = deflated("secret", DATA);
    entry.flags = 1;
    entry.data = (0..80_u8).map(|i| i.wrapping_mul(67) ^ 0xff).collect();
    let file = zip(&[entry.clone()]).judge();
    let encrypted = CoverageFact::Unscanned { reason: UnscannedReason::Encrypted };
    assert_eq!(coverage(&file), std::slice::from_ref(&encrypted));
    assert_eq!(anomalies(&file), []);
    entry.method = 0;
    assert_eq!(coverage(&zip(&[entry.clone()]).judge()), std::slice::from_ref(&encrypted));
    entry.method = 99;
    assert_eq!(coverage(&zip(&[entry]).judge()), [encrypted]);
    let empty = Entry { flags: 1, ..stored("empty", b"") };
    assert_eq!(coverage(&zip(&[empty]).judge()), []);
}

#[test]
fn both_names_of_a_member_are_examined() {
    let entry =
        Entry { local_name: Some(b"archive/evil.pkl".to_vec()), ..stored("archive/data", DATA) };
    let file = zip(&[entry]).judge();
    assert_eq!(anomalies(&file), [Anomaly::HeaderMismatch]);
    assert_eq!(examined(&file), ["archive/data", "archive/evil.pkl"]);
}

#[test]
fn both_methods_of_a_member_are_examined() {
    let data = deflate(&zip(&[stored("inner", DATA)]).bytes());
    let entry = Entry { local_method: Some(8), ..stored("a", &data) };
    let file = zip(&[entry]).judge();
    assert!(anomalies(&file).contains(&Anomaly::HeaderMismatch));
    assert!(examined(&file).contains(&"a!inner".to_owned()));
}

#[test]
fn a_ghost_member_is_found_and_examined() {
    let ghost = Entry { listed: false, ..stored("ghost", DATA) };
    for place in 0..3 {
        let mut entries = vec![stored("a", DATA), stored("b", DATA)];
        entries.insert(place, ghost.clone());
        let file = zip(&entries).judge();
        assert_eq!(anomalies(&file), [Anomaly::GhostMember], "{place}");
        assert_eq!(examined(&file), ["a", "b", "ghost"]);
    }
    let streamed = Entry { descriptor: Some(b"PK\x07\x08............".to_vec()), ..ghost };
    let file = zip(&[stored("a", DATA), streamed, stored("b", DATA)]).judge();
    assert_eq!(anomalies(&file), [Anomaly::GhostMember]);
    assert_eq!(examined(&file), ["a", "b", "ghost"]);
}

#[test]
fn loose_bytes_are_noted_and_searched() {
    let inner = zip(&[stored("hidden", DATA)]);
    let mut local_only = inner.bytes();
    local_only.truncate(30 + 6 + DATA.len());
    let behind = [&b"junk"[..], &local_only].concat();
    let file = zip(&[Entry { behind, ..stored("a", DATA) }, stored("b", DATA)]).judge();
    assert_eq!(anomalies(&file), [Anomaly::GhostMember, Anomaly::GapBytes]);
    assert_eq!(examined(&file), ["a", "b", "hidden"]);
    let zeros = Entry { behind: vec![0; 100], ..stored("a", DATA) };
    assert_eq!(zip(&[zeros, stored("b", DATA)]).anomalies(), []);
}

#[test]
fn bytes_around_the_archive_are_noted() {
    let mut archive = zip(&[stored("a", DATA)]);
    archive.prefix = b"#!/bin/sh\nexit\n".to_vec();
    assert_eq!(archive.anomalies(), [Anomaly::PrefixBytes]);
    assert_eq!(examined(&archive.judge()), ["a"]);
    let mut archive = zip(&[stored("a", DATA)]);
    archive.suffix = b"behind".to_vec();
    assert_eq!(archive.anomalies(), [Anomaly::SuffixBytes]);
}

#[test]
fn two_end_records_are_noted_and_both_followed() {
    let first = zip(&[stored("first", DATA)]).bytes();
    let mut second = zip(&[stored("second", DATA)]);
    second.prefix = first.clone();
    let file = second.judge();
    assert!(anomalies(&file).contains(&Anomaly::EndRecord));
    assert_eq!(examined(&file), ["first", "second"]);
}

#[test]
fn an_archive_in_an_archive_is_no_second_end_record() {
    let inner = zip(&[stored("inner", DATA)]).bytes();
    let file = zip(&[stored("a.zip", &inner), stored("b", DATA)]).judge();
    assert_eq!(anomalies(&file), []);
    assert_eq!(examined(&file), ["a.zip", "a.zip!inner", "b"]);
}

#[test]
fn a_wrong_count_is_noted() {
    let mut archive = zip(&[stored("a", DATA), stored("b", DATA)]);
    archive.count = Some(1);
    assert_eq!(archive.anomalies(), [Anomaly::EndRecord]);
    assert_eq!(examined(&archive.judge()), ["a", "b"]);
}

#[test]
fn a_zip64_record_that_says_otherwise_is_noted() {
    let first = zip(&[stored("first", DATA)]).bytes();
    let first_directory = (30 + 5 + DATA.len()) as u64;
    let second = Builder { prefix: first.clone(), ..zip(&[stored("second", DATA)]) }.bytes();
    let end = second.len() - 22;
    let mut both = second[..end].to_vec();
    let record_at = both.len() as u64;
    both.extend_from_slice(b"PK\x06\x06");
    both.extend_from_slice(&44_u64.to_le_bytes());
    le16(&mut both, &[45, 45]);
    le32(&mut both, &[0, 0]);
    for value in [1, 1, 46 + 5, first_directory] {
        both.extend_from_slice(&u64::to_le_bytes(value));
    }
    both.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    both.extend_from_slice(&record_at.to_le_bytes());
    le32(&mut both, &[1]);
    let mut record = second[end..].to_vec();
    let offset = (first.len() + 30 + 6 + DATA.len()) as u32;
    record[16..20].copy_from_slice(&offset.to_le_bytes());
    both.extend_from_slice(&record);
    let file = judge(&both);
    assert!(anomalies(&file).contains(&Anomaly::EndRecord));
    let examined = examined(&file);
    assert!(examined.contains(&"first".to_owned()), "{examined:?}");
    assert!(examined.contains(&"second".to_owned()), "{examined:?}");
}

#[test]
fn members_that_share_bytes_are_noted() {
    let alias = Entry { alias: Some(0), ..stored("a", DATA) };
    let found = zip(&[stored("a", DATA), alias]).anomalies();
    assert!(found.contains(&Anomaly::Overlap));
    let long = DATA.len() as u32 + 20;
    let lying = Entry { compressed: Some(long), size: long, ..stored("a", DATA) };
    assert!(zip(&[lying, stored("b", DATA)]).anomalies().contains(&Anomaly::Overlap));
}

#[test]
fn names_links_and_disks_are_noted() {
    for name in ["../x", "/x", "C:\\x", "a\0b", "a\\b", "x.", "a\u{7}"] {
        assert_eq!(zip(&[stored(name, DATA)]).anomalies(), [Anomaly::UnsafePath], "{name}");
    }
    let link = Entry { attributes: 0xa1ff_0000, ..stored("link", b"/etc") };
    assert_eq!(zip(&[link]).anomalies(), [Anomaly::Link]);
    let device = Entry { attributes: 0x61ff_0000, ..stored("device", b"x") };
    assert_eq!(zip(&[device]).anomalies(), [Anomaly::SpecialMember]);
    let far = Entry { disk: 3, ..stored("far", b"x") };
    assert_eq!(zip(&[far]).anomalies(), [Anomaly::SeveralDisks]);
}

#[test]
fn other_methods_are_decoded_or_unscanned() {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(DATA).unwrap();
    let bz2 = Entry { method: 12, data: encoder.finish().unwrap(), ..packed("a", DATA) };
    let file = zip(&[bz2]).judge();
    assert_eq!((anomalies(&file), coverage(&file)), (vec![], vec![]));
    let zstd = ruzstd::encoding::compress_to_vec(DATA, ruzstd::encoding::CompressionLevel::Fastest);
    let file = zip(&[Entry { method: 93, data: zstd, ..packed("a", DATA) }]).judge();
    assert_eq!((anomalies(&file), coverage(&file)), (vec![], vec![]));
    let file = zip(&[Entry { method: 9, ..stored("a", DATA) }]).judge();
    let what = "zip compression method 9".to_owned();
    let reason = UnscannedReason::Unsupported { what };
    assert_eq!(coverage(&file), [CoverageFact::Unscanned { reason }]);
}

#[test]
fn a_truncated_zip_is_walked_by_its_local_headers() {
    let mut archive = zip(&[stored("a", DATA), deflated("b", DATA), stored("c", DATA)]);
    archive.end_record = false;
    let file = archive.judge();
    assert_eq!(examined(&file), ["a", "b", "c"]);
    assert_eq!(anomalies(&file), []);
    assert!(matches!(coverage(&file)[..], [CoverageFact::Malformed { .. }]));
}

#[test]
fn corrupt_deflate_keeps_what_came_before() {
    let inner = [zip(&[stored("inner", DATA)]).bytes(), vec![7; 100_000]].concat();
    let mut entry = deflated("a", &inner);
    entry.data.truncate(entry.data.len() - 20);
    let file = zip(&[entry]).judge();
    assert!(matches!(coverage(&file)[..], [CoverageFact::Malformed { .. }, ..]));
    assert!(examined(&file).contains(&"a!inner".to_owned()));
}

#[test]
fn a_bomb_ends_with_the_budget() {
    let bomb = deflated("zeros", &vec![0; 3 << 20]);
    let limits = Limits { decompressed_floor: 2 << 20, decompressed_ratio: 1, ..Limits::default() };
    let bytes = zip(&[bomb]).bytes();
    let file = analyse_file("x", &bytes, &NoSiblings, &limits);
    assert!(coverage(&file).iter().any(|fact| matches!(
        fact,
        CoverageFact::BudgetExhausted { budget: Budget::Decompressed, .. }
    )));
}

#[test]
fn nesting_ends_with_the_budget() {
    let mut bytes = zip(&[stored("bottom", DATA)]).bytes();
    for _ in 0..9 {
        bytes = zip(&[stored("a", &bytes)]).bytes();
    }
    let file = judge(&bytes);
    assert!(coverage(&file).iter().any(|fact| matches!(
        fact,
        CoverageFact::BudgetExhausted { budget: Budget::Nesting, limit: 8 }
    )));
}

#[test]
fn many_anomalies_leave_room_for_other_evidence() {
    let entries: Vec<Entry> = (0..3000).map(|_| stored("same", DATA)).collect();
    let file = zip(&entries).judge();
    assert_eq!(anomalies(&file).len(), 51);
    let listed = file
        .evidence
        .iter()
        .filter(|piece| matches!(&piece.fact, Fact::Archive(ArchiveFact::Member { .. })));
    assert_eq!(listed.count(), 2000);
}

#[test]
fn an_npz_is_a_zip_of_arrays() {
    let file = zip(&[stored("arr_0.npy", DATA)]).judge();
    assert_eq!(file.formats, [Format::new("npz")]);
    let file = zip(&[stored("arr_0.npy", DATA), stored("other", DATA)]).judge();
    assert_eq!(file.formats, [Format::new("zip")]);
}

#[test]
fn an_archive_of_itself_ends_soon() {
    // Every member reaches from its header to the end of the archive.
    let entries: Vec<Entry> = (0..50)
        .map(|i| Entry { compressed: Some(10_000), size: 10_000, ..stored(&i.to_string(), DATA) })
        .collect();
    let file = zip(&entries).judge();
    assert!(anomalies(&file).contains(&Anomaly::Overlap));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        judge(&[b"PK\x03\x04", &bytes[..]].concat());
        judge(&bytes);
    }

    #[test]
    fn mutated_archives_do_no_harm(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let inner = zip(&[stored("x", DATA)]).bytes();
        let mut bytes =
            zip(&[stored("a.zip", &inner), deflated("b", DATA), stored("c/", b"")]).bytes();
        for (place, value) in changes {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        judge(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        judge(&bytes);
    }
}
