#![allow(clippy::arithmetic_side_effects, reason = "tests compute small numbers")]

use std::io::Write as _;

use proptest::prelude::*;

use super::*;
use crate::analyse::{NoSiblings, analyse_file};
use crate::base::Limits;
use crate::evidence::{ArchiveAnomaly as Anomaly, ArchiveFact, Fact, FileEvidence, TorchFact};

const DATA: &[u8] = b"\xfe\x01some bytes of no known format\xff";

struct Entry {
    name: Vec<u8>,
    kind: u8,
    data: Vec<u8>,
    link: &'static [u8],
    magic: &'static [u8],
    size: Option<u64>,
    wrong_checksum: bool,
}

fn entry(name: &str, kind: u8, data: &[u8]) -> Entry {
    Entry {
        name: name.into(),
        kind,
        data: data.to_vec(),
        link: b"",
        magic: b"ustar\x0000",
        size: None,
        wrong_checksum: false,
    }
}

fn file(name: &str) -> Entry {
    entry(name, b'0', DATA)
}

fn member(entry: &Entry) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..entry.name.len()].copy_from_slice(&entry.name);
    block[100..108].copy_from_slice(b"0000644\0");
    let size = entry.size.unwrap_or(entry.data.len() as u64);
    block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    block[156] = entry.kind;
    block[157..157 + entry.link.len()].copy_from_slice(entry.link);
    block[257..257 + entry.magic.len()].copy_from_slice(entry.magic);
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    let sum = sum + u32::from(entry.wrong_checksum);
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block.extend_from_slice(&entry.data);
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

fn tar(entries: &[Entry]) -> Vec<u8> {
    let mut bytes: Vec<u8> = entries.iter().flat_map(member).collect();
    bytes.resize((bytes.len() + 1024).next_multiple_of(10_240), 0);
    bytes
}

fn judge(bytes: &[u8]) -> FileEvidence {
    analyse_file("x", &bytes.to_vec(), &NoSiblings, &Limits::default())
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

fn examined(file: &FileEvidence) -> Vec<&str> {
    let mut names: Vec<&str> =
        file.evidence.iter().filter_map(|piece| piece.origin.member.as_deref()).collect();
    names.dedup();
    names
}

#[test]
fn an_ordinary_tar_has_nothing_odd() {
    let judged = judge(&tar(&[
        entry("folder/", b'5', b""),
        file("folder/a"),
        entry("empty", b'0', b""),
        Entry { magic: b"ustar  \0", ..file("gnu") },
        Entry { kind: 0, magic: b"", ..file("old") },
    ]));
    assert_eq!(judged.formats, [FORMAT]);
    assert_eq!(anomalies(&judged), []);
    assert_eq!(examined(&judged), ["folder/a", "gnu", "old"]);
}

#[test]
fn a_tar_without_magic_is_a_tar() {
    let judged = judge(&tar(&[Entry { magic: b"", ..file("pickle") }]));
    assert_eq!(judged.formats, [FORMAT]);
    assert_eq!(examined(&judged), ["pickle"]);
}

#[test]
fn extensions_name_the_next_member() {
    let pax = entry("PaxHeaders/x", b'x', b"15 path=pickle\n");
    let judged = judge(&tar(&[pax, file("harmless"), file("b")]));
    assert_eq!(examined(&judged), ["pickle", "b"]);
    let long = entry("././@LongLink", b'L', &[b"../".as_slice(), &[b'n'; 200], b"\0"].concat());
    let judged = judge(&tar(&[long, file("short")]));
    assert_eq!(anomalies(&judged), [Anomaly::UnsafePath]);
    let global = entry("g", b'g', b"13 path=one\n");
    assert_eq!(anomalies(&judge(&tar(&[global, file("a")]))), [Anomaly::MalformedHeader]);
    let global = entry("g", b'g', b"12 path=one\n");
    let judged = judge(&tar(&[global, file("a")]));
    assert_eq!(examined(&judged), ["one"]);
}

#[test]
fn an_extension_overrides_the_size() {
    let pax = entry("x", b'x', format!("11 size={}\n", DATA.len()).as_bytes());
    let judged = judge(&tar(&[pax, Entry { size: Some(0), ..file("a") }, file("b")]));
    assert_eq!(anomalies(&judged), []);
    assert_eq!(examined(&judged), ["a", "b"]);
    let pax = entry("x", b'x', format!("11 size={}\n", DATA.len()).as_bytes());
    let judged = judge(&tar(&[pax, Entry { size: Some(3), ..file("a") }, file("b")]));
    assert_eq!(anomalies(&judged), [Anomaly::HeaderMismatch]);
}

#[test]
fn links_and_devices_are_noted() {
    for kind in [b'1', b'2'] {
        let link = Entry { link: b"/etc/passwd", data: Vec::new(), kind, ..file("storages") };
        assert_eq!(anomalies(&judge(&tar(&[link, file("a")]))), [Anomaly::Link]);
    }
    for kind in [b'3', b'4', b'6', b'Z'] {
        let special = Entry { data: Vec::new(), ..entry("x", kind, b"") };
        assert_eq!(anomalies(&judge(&tar(&[special, file("a")]))), [Anomaly::SpecialMember]);
    }
}

#[test]
fn data_of_a_link_is_looked_at_both_ways() {
    // Python finds the member `hidden` in what GNU tar takes for the data of the link.
    let link = Entry { link: b"x", ..entry("link", b'2', &member(&file("hidden"))) };
    let judged = judge(&tar(&[link, file("a")]));
    assert!(anomalies(&judged).contains(&Anomaly::HeaderMismatch));
    assert!(examined(&judged).contains(&"hidden"));
    assert!(examined(&judged).contains(&"a"));
}

#[test]
fn names_and_duplicates_are_noted() {
    for name in ["../x", "/x", "a\\b", "a\u{1}"] {
        assert_eq!(anomalies(&judge(&tar(&[file(name)]))), [Anomaly::UnsafePath], "{name}");
    }
    let judged = judge(&tar(&[file("a"), file("./a")]));
    assert_eq!(anomalies(&judged), [Anomaly::DuplicateMember]);
    assert_eq!(examined(&judged), ["a", "./a"]);
}

#[test]
fn a_wrong_checksum_is_noted_and_the_rest_examined() {
    let broken = Entry { wrong_checksum: true, ..file("broken") };
    let judged = judge(&tar(&[file("a"), broken, file("b")]));
    assert_eq!(anomalies(&judged), [Anomaly::Checksum]);
    assert_eq!(examined(&judged), ["a", "broken", "b"]);
    let mut bytes = tar(&[file("a"), file("b"), file("c")]);
    bytes[1024..1536].fill(0x41);
    let judged = judge(&bytes);
    assert_eq!(anomalies(&judged), [Anomaly::MalformedHeader]);
    assert_eq!(examined(&judged), ["a", "c"]);
}

#[test]
fn bytes_behind_the_end_are_noted_and_read() {
    let judged = judge(&[tar(&[file("a")]), tar(&[file("b")])].concat());
    assert_eq!(anomalies(&judged), [Anomaly::SuffixBytes]);
    assert_eq!(examined(&judged), ["a", "b"]);
    let judged = judge(&[tar(&[file("a")]), b"x".to_vec()].concat());
    assert!(anomalies(&judged).contains(&Anomaly::SuffixBytes));
}

#[test]
fn a_tar_that_breaks_off_is_malformed() {
    let bytes = tar(&[file("a"), entry("b", b'0', &[1; 5000])]);
    let judged = judge(&bytes[..3000]);
    assert!(
        judged
            .evidence
            .iter()
            .any(|piece| matches!(piece.fact, Fact::Coverage(CoverageFact::Malformed { .. })))
    );
    assert_eq!(examined(&judged), ["a", "b"]);
    // Without the zero blocks it is whole.
    let bytes = member(&file("a"));
    assert_eq!(anomalies(&judge(&bytes)), []);
}

#[test]
fn sparse_files_are_unscanned() {
    let judged = judge(&tar(&[entry("holes", b'S', DATA), file("a")]));
    assert_eq!(anomalies(&judged), [Anomaly::SpecialMember]);
    assert_eq!(examined(&judged), ["holes", "a"]);
}

#[test]
fn the_checkpoints_of_torch_0_1_are_recognised() {
    let judged =
        judge(&tar(&[file("sys_info"), file("pickle"), file("tensors"), file("storages")]));
    assert_eq!(judged.formats, [Format::new("torch-tar")]);
    assert_eq!(judged.evidence[0].fact, TorchFact::LegacyTar.into());
}

#[test]
fn a_large_compressed_tar_is_read_once() {
    let noise: Vec<u8> = (0..9_u32 << 20).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect();
    let bytes = tar(&[file("a"), entry("big", b'0', &noise), file("b")]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&bytes).unwrap();
    let packed = encoder.finish().unwrap();
    let limits = Limits {
        decompressed_ratio: 1,
        decompressed_floor: bytes.len() as u64,
        ..Limits::default()
    };
    let judged = analyse_file("x", &packed, &NoSiblings, &limits);
    assert_eq!(anomalies(&judged), []);
    let mut inside = examined(&judged);
    inside.retain(|name| *name != "gzip");
    assert_eq!(inside, ["gzip!a", "gzip!big", "gzip!b"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn mutated_archives_do_no_harm(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        valid in any::<bool>(),
    ) {
        let mut bytes = tar(&[
            entry("x", b'x', b"15 path=pickle\n"),
            file("a"),
            entry("L", b'L', b"name\0"),
            file("b"),
            entry("S", b'S', DATA),
        ]);
        for (place, value) in changes {
            let at = place.index(4096);
            bytes[at] = value;
        }
        if valid {
            for block in bytes.chunks_exact_mut(512).take(8) {
                block[148..156].fill(b' ');
                let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
                block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            }
        }
        judge(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        judge(&bytes);
    }
}
