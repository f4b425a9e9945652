//! ST: safetensors and its index.

use crate::catalogue::assemble::safetensors::{
    entry, file, plain, plain_with, with_header, with_length,
};
use crate::catalogue::assemble::torch::{checkpoint, weights};
use crate::catalogue::assemble::*;
use crate::catalogue::verdict::{Folder, check, check_folders, fails, passes};

const INVALID: &[&str] = &["invalid-safetensors"];
const NAME: &str = "model.safetensors";

#[test]
fn headers() {
    let header = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    let padded = |front: &str, back: &str| with_header(&format!("{front}{header}{back}"), &[1; 8]);
    let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    check(vec![
        fails("ST-001a", NAME, with_length(1 << 63, header.as_bytes(), &[0; 8]), INVALID),
        fails("ST-001b", NAME, with_length(1000, header.as_bytes(), &[0; 8]), INVALID),
        fails("ST-001c", NAME, with_length(100_000_001, header.as_bytes(), &[0; 8]), INVALID),
        fails("ST-001d", NAME, with_length(0, b"", b""), &["unscanned-file"]),
        fails("ST-001e", NAME, with_length(u64::MAX, header.as_bytes(), &[0; 8]), INVALID),
        fails("ST-002a", NAME, evil(), &["denied-global", "format-mismatch"]),
        fails("ST-002b", NAME, checkpoint(&evil(), &[]), &["denied-global", "format-mismatch"]),
        fails("ST-002c", NAME, b"cos\ngetpid\n)R.".to_vec(), &["denied-global", "format-mismatch"]),
        fails(
            "ST-003",
            NAME,
            file(&[entry("a", "F32", "[1]", 0, 4), entry("a", "F32", "[1]", 4, 8)], &[1; 8]),
            INVALID,
        ),
        fails(
            "ST-003b",
            NAME,
            with_header(
                r#"{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
                &[1; 8],
            ),
            INVALID,
        ),
        fails(
            "ST-003c",
            NAME,
            with_header(
                &format!(
                    "{{{},{}}}",
                    entry("a", "F32", "[1]", 0, 4),
                    entry("\\u0061", "F32", "[1]", 4, 8)
                ),
                &[1; 8],
            ),
            INVALID,
        ),
        fails(
            "ST-004",
            NAME,
            plain_with(&[
                r#""__metadata__":{"format":"pt"}"#.into(),
                r#""__metadata__":{"format":"tf"}"#.into(),
            ]),
            INVALID,
        ),
        fails("ST-010a", NAME, padded(" ", ""), INVALID),
        fails("ST-010b", NAME, padded("\n", ""), INVALID),
        fails("ST-010c", NAME, padded("\u{feff}", ""), INVALID),
        fails("ST-010d", NAME, with_header("[1]", b""), INVALID),
        fails("ST-010e", NAME, padded("", "\0"), INVALID),
        fails("ST-010f", NAME, padded("", "x"), INVALID),
        fails("ST-010g", NAME, padded("", "{}"), INVALID),
        passes("ST-010h", NAME, padded("", "     ")),
        fails(
            "ST-011",
            NAME,
            with_header(
                r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":1}}"#,
                &[1; 8],
            ),
            INVALID,
        ),
        fails(
            "ST-011b",
            NAME,
            with_header(r#"{"a":{"dtype":"F32","shape":[2]}}"#, &[1; 8]),
            INVALID,
        ),
        fails("ST-012a", NAME, plain_with(&[r#""__metadata__":{"a":1}"#.into()]), INVALID),
        fails("ST-012b", NAME, plain_with(&[r#""__metadata__":{"a":{"b":"c"}}"#.into()]), INVALID),
        fails("ST-012c", NAME, plain_with(&[r#""__metadata__":["a"]"#.into()]), INVALID),
        fails("ST-012d", NAME, plain_with(&[r#""__metadata__":null"#.into()]), INVALID),
        fails(
            "ST-013a",
            NAME,
            plain_with(&[r#""__metadata__":{"config":"{\"_target_\":\"os.getpid\"}"}"#.into()]),
            &["metadata-payload"],
        ),
        fails(
            "ST-013b",
            NAME,
            plain_with(&[
                r#""__metadata__":{"c":"{\"a\":[{\"_target_\":\"builtins.exec\"}]}"}"#.into()
            ]),
            &["metadata-payload"],
        ),
        fails(
            "ST-014a",
            NAME,
            plain_with(&[r#""__metadata__":{"state":"gAJjb3MKZ2V0cGlkCilSLg=="}"#.into()]),
            &["metadata-payload"],
        ),
        fails(
            "ST-014b",
            NAME,
            plain_with(&[r#""__metadata__":{"state":"cos\ngetpid\n)R."}"#.into()]),
            &["metadata-payload"],
        ),
        fails("ST-021a", NAME, with_header(&deep, b""), INVALID),
        fails("ST-021b", NAME, with_header(&"[".repeat(1 << 20), b""), INVALID),
        fails("ST-021c", NAME, with_header(&r#"{"a":"#.repeat(1 << 20), b""), INVALID),
    ]);
}

#[test]
fn tensors() {
    let one = |entry: &str, data: &[u8]| file(&[entry.to_owned()], data);
    let offsets = |offsets: &str, data: &[u8]| {
        one(&format!(r#""a":{{"dtype":"F32","shape":[2],"data_offsets":{offsets}}}"#), data)
    };
    let two = |first: (u64, u64), second: (u64, u64), data: &[u8]| {
        let shape = |(begin, end): (u64, u64)| format!("[{}]", (end - begin) / 4);
        file(
            &[
                entry("a", "F32", &shape(first), first.0, first.1),
                entry("b", "F32", &shape(second), second.0, second.1),
            ],
            data,
        )
    };
    let shape = |dtype: &str, shape: &str, data: &[u8]| {
        one(&entry("a", dtype, shape, 0, data.len() as u64), data)
    };
    let hidden = {
        let mut data = vec![1; 4];
        data.extend(evil());
        data.resize(24, b'.');
        two((0, 4), (20, 24), &data)
    };
    let polyglot = {
        // PROTO, and a text of three bytes that ends where the header's first key begins. That
        // key is a STOP. As a header's length it is 56 MB.
        let length = u64::from_le_bytes([0x80, 2, b'X', 3, 0, 0, 0, 0]);
        let header = format!("{{{}}}", entry(".", "F32", "[1]", 0, 4));
        let blanks = " ".repeat(usize::try_from(length).unwrap() - header.len());
        with_header(&format!("{header}{blanks}"), &[1; 4])
    };
    let zero = |begin: u64| {
        file(&[entry("a", "F32", "[2]", 0, 8), entry("z", "F32", "[0]", begin, begin)], &[1; 8])
    };
    check(vec![
        fails("ST-005a", NAME, two((0, 8), (4, 12), &[1; 12]), INVALID),
        fails("ST-005b", NAME, two((0, 8), (0, 8), &[1; 8]), INVALID),
        fails("ST-006a", NAME, two((0, 4), (8, 12), &[1; 12]), INVALID),
        fails("ST-006b", NAME, hidden, INVALID),
        fails("ST-006c", NAME, two((4, 8), (8, 12), &[1; 12]), INVALID),
        fails("ST-007a", NAME, join(&[&plain(), b"\0"]), INVALID),
        fails("ST-007b", NAME, join(&[&plain(), &evil()]), INVALID),
        fails("ST-007c", NAME, join(&[&plain(), &checkpoint(&evil(), &[])]), &["denied-global"]),
        fails("ST-008a", NAME, offsets("[0,12]", &[1; 8]), INVALID),
        fails("ST-008b", NAME, offsets("[8,0]", &[1; 8]), INVALID),
        fails("ST-008c", NAME, offsets("[-8,0]", &[1; 8]), INVALID),
        fails("ST-008d", NAME, offsets("[0.0,8.0]", &[1; 8]), INVALID),
        fails("ST-008e", NAME, offsets("[0,8e0]", &[1; 8]), INVALID),
        fails("ST-008f", NAME, offsets("[0,18446744073709551624]", &[1; 8]), INVALID),
        fails("ST-008g", NAME, offsets(r#"["0","8"]"#, &[1; 8]), INVALID),
        fails("ST-008h", NAME, offsets("[0,4,8]", &[1; 8]), INVALID),
        fails("ST-008i", NAME, offsets("[00,8]", &[1; 8]), INVALID),
        fails("ST-009a", NAME, shape("F32", "[3]", &[1; 8]), INVALID),
        fails("ST-009b", NAME, shape("F32", "[4294967296,4294967296,2]", &[1; 8]), INVALID),
        fails("ST-009c", NAME, shape("F32", "[-2]", &[1; 8]), INVALID),
        fails("ST-009d", NAME, shape("F32", "[2.0]", &[1; 8]), INVALID),
        passes("ST-009e", NAME, shape("F32", "[]", &[1; 4])),
        fails("ST-016a", NAME, zero(4), INVALID),
        passes("ST-016b", NAME, zero(8)),
        fails("ST-016c", NAME, zero(12), INVALID),
        fails("ST-017a", NAME, shape("F4", "[3]", &[1; 2]), INVALID),
        passes("ST-017b", NAME, shape("F4", "[4]", &[1; 2])),
        fails("ST-017c", NAME, shape("F6_E2M3", "[3]", &[1; 3]), INVALID),
        fails("ST-018", NAME, shape("F128", "[1]", &[1; 16]), INVALID),
        fails("ST-018b", NAME, shape("f32", "[1]", &[1; 4]), INVALID),
        fails("ST-022a", NAME, polyglot, &["polyglot-file"]),
        passes("ST-024a", NAME, shape("BF16", "[2,2]", &[1; 8])),
    ]);
}

#[test]
fn large_headers() {
    let entries: Vec<String> =
        (0..300_000).map(|index| entry(&format!("t{index}"), "U8", "[0]", 0, 0)).collect();
    check(vec![passes("ST-015", NAME, file(&entries, b""))]);
}

#[test]
fn indexes_and_shards() {
    let shard = |name: &str| file(&[entry(name, "BF16", "[2]", 0, 4)], &[1; 4]);
    let first = "model-00001-of-00002.safetensors";
    let second = "model-00002-of-00002.safetensors";
    let index = |map: &[(&str, &str)]| {
        let map: Vec<String> =
            map.iter().map(|(name, file)| format!("\"{name}\":\"{file}\"")).collect();
        format!(r#"{{"metadata":{{"total_size":8}},"weight_map":{{{}}}}}"#, map.join(","))
            .into_bytes()
    };
    let sharded = |map: &[(&str, &str)]| -> Vec<(&'static str, Vec<u8>)> {
        vec![
            ("model.safetensors.index.json", index(map)),
            (first, shard("a")),
            (second, shard("b")),
        ]
    };
    let bad = &["safetensors-index"];
    check_folders(vec![
        Folder::fails("ST-019a", sharded(&[("a", first), ("b", "../../x.safetensors")]), bad),
        Folder::fails("ST-019b", sharded(&[("a", first), ("b", "pytorch_model.bin")]), bad),
        Folder::fails("ST-019c", sharded(&[("a", first), ("b", "/etc/x.safetensors")]), bad),
        Folder::fails(
            "ST-020a",
            sharded(&[("a", first), ("b", "model-00003-of-00002.safetensors")]),
            bad,
        ),
        Folder::fails("ST-020b", sharded(&[("a", first)]), &["unlisted-shard"]),
        Folder::fails("ST-020c", sharded(&[("a", first), ("b", first)]), bad),
        Folder::fails("ST-020d", sharded(&[("a", second), ("b", first)]), bad),
        Folder::fails("ST-020e", sharded(&[("a", first), ("b", second), ("a", second)]), bad),
        Folder::fails(
            "ST-020f",
            vec![
                ("model.safetensors.index.json", index(&[("a", first), ("b", second)])),
                (first, shard("a")),
                (
                    second,
                    file(&[entry("b", "U8", "[1]", 0, 1), entry("a", "U8", "[1]", 1, 2)], b"ab"),
                ),
            ],
            bad,
        ),
        Folder::fails(
            "ST-023a",
            vec![(NAME, plain()), ("pytorch_model.bin", checkpoint(&evil(), &[]))],
            &["denied-global"],
        ),
        Folder::passes("ST-023b", vec![(NAME, plain()), ("config.json", b"{}\n".to_vec())]),
        Folder::passes("ST-024b", sharded(&[("a", first), ("b", second)])),
    ]);
    // A twin does not excuse what the other file does, and weights alone are no offence.
    check_folders(vec![Folder::passes(
        "ST-023c",
        vec![
            (NAME, plain()),
            ("pytorch_model.bin", checkpoint(&weights(), &[("0", &torch::floats())])),
        ],
    )]);
}
