//! Facts that are kept between runs come back as they were, whatever they are: those of real files,
//! of thousands of broken ones, and any text that a model's author may have put into them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot do its work is to fail there and then"
)]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use weighstation::analyse::{NoSiblings, analyse_file, read_card};
use weighstation::base::{Digest, Limits};
use weighstation::evidence::{
    ArchiveAnomaly, ArchiveFact, Argument, Call, CallOpcode, Callee, ContainerKind, CoverageFact,
    Evidence, Fact, FileEvidence, Format, Import, ImportOpcode, ListedDigest, Origin, PickleFact,
    Status, UnscannedReason,
};
use weighstation::facts_cache::{Digests, Entry, seal, unseal};

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

fn comes_back(entry: &Entry) {
    let key = "key".to_owned();
    let sealed = seal(&key, entry).unwrap();
    assert_eq!(unseal::<String, Entry>(&key, &sealed).as_ref(), Ok(entry));
}

fn kept(evidence: FileEvidence) -> Entry {
    Entry::Facts { evidence, digests: None }
}

#[test]
fn facts_of_real_and_of_broken_files_come_back_as_they_were() {
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/real"), &mut paths);
    paths.sort();
    assert!(paths.len() > 20, "the fixtures are there");
    let limits = Limits { decompressed_floor: 8 << 20, ..Limits::default() };
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap()
    };
    let mut facts = 0;
    for path in &paths {
        let bytes = std::fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        comes_back(&Entry::Card(read_card(name, &bytes, &limits)));
        let rounds = if bytes.len() > 100_000 { 2 } else { 12 };
        for round in 0..rounds {
            let mut bytes = bytes.clone();
            for _ in 0..round.min(bytes.len()) {
                let at = next() % bytes.len();
                bytes[at] = u8::try_from(next() % 256).unwrap();
            }
            let evidence = analyse_file(name, &bytes, &NoSiblings, &limits);
            facts += evidence.evidence.len();
            comes_back(&kept(evidence));
        }
    }
    assert!(facts > 1000, "{facts}");
}

fn origin() -> impl Strategy<Value = Origin> {
    (any::<Option<String>>(), any::<Option<u64>>())
        .prop_map(|(member, offset)| Origin { member, offset })
}

/// Facts with every kind of field: texts, numbers, pairs, options, unit variants, newtypes.
fn fact() -> impl Strategy<Value = Fact> {
    let import = (any::<[Option<String>; 2]>(), any::<Option<(String, String)>>(), any::<u64>());
    prop_oneof![
        import.prop_map(|([module, name], written, times)| {
            let (opcode, protocol, stream) = (ImportOpcode::StackGlobal, 4, times);
            let followed = times > 7;
            PickleFact::Import(Import {
                module,
                name,
                written,
                opcode,
                protocol,
                stream,
                times,
                followed,
                of_reader: !followed,
            })
            .into()
        }),
        (any::<String>(), any::<Option<String>>(), any::<bool>()).prop_map(
            |(text, departure, known)| {
                let callee = if known {
                    Callee::Global(text.clone())
                } else {
                    Callee::Computed(text.clone())
                };
                let values = departure.clone().map(|text| {
                    let items = Some(vec![Argument::Text(Some(text)), Argument::Integer(None)]);
                    vec![Argument::Container { kind: ContainerKind::Tuple, constant: known, items }]
                });
                PickleFact::Call(Call {
                    callee,
                    opcode: CallOpcode::NewobjEx,
                    arguments: text.clone(),
                    values,
                    known,
                    departure,
                    through: known.then_some(text),
                    stream: 0,
                    times: 1,
                })
                .into()
            }
        ),
        any::<i64>().prop_map(|code| PickleFact::Extension { code }.into()),
        Just(PickleFact::OutOfBandBuffer.into()),
        any::<String>().prop_map(|detail| {
            ArchiveFact::Anomaly { anomaly: ArchiveAnomaly::GhostMember, detail }.into()
        }),
        (any::<String>(), any::<u64>()).prop_map(|(name, size)| {
            let formats = vec![Format::new("pickle"), Format::new("torch-zip")];
            ArchiveFact::Member { name, size, formats }.into()
        }),
        (any::<String>(), any::<u64>()).prop_map(|(oid, size)| {
            CoverageFact::Unscanned { reason: UnscannedReason::LfsPointer { oid, size } }.into()
        }),
    ]
}

proptest! {
    #[test]
    fn any_text_and_number_comes_back(
        path: String,
        size: u64,
        listed: [u8; 3],
        pieces in proptest::collection::vec((origin(), fact()), 0..20),
    ) {
        let evidence = pieces.into_iter().map(|(origin, fact)| Evidence { origin, fact });
        let digest = Digest::of(&listed);
        let evidence = FileEvidence {
            path,
            size,
            sha256: Some(digest),
            listed: Some(ListedDigest::Sha256(digest)),
            formats: vec![Format::new("zip")],
            status: Status::Partial,
            evidence: evidence.collect(),
        };
        let digests = Some(Digests { sha256: Some(digest), git_blob: None });
        comes_back(&Entry::Facts { evidence, digests });
    }

    #[test]
    fn any_bytes_are_no_entry(bytes: Vec<u8>) {
        prop_assert!(unseal::<String, Entry>(&"key".to_owned(), &bytes).is_err());
    }

    #[test]
    fn any_change_of_an_entry_is_noticed(at: prop::sample::Index, byte: u8, text: String) {
        let key = "key".to_owned();
        let evidence = FileEvidence::new(text, 0, Status::Analysed);
        let mut sealed = seal(&key, &kept(evidence)).unwrap();
        let at = at.index(sealed.len());
        prop_assume!(sealed[at] != byte);
        sealed[at] = byte;
        prop_assert!(unseal::<String, Entry>(&key, &sealed).is_err());
    }
}
