//! GOOD: what ordinary libraries write, and what must pass.

use crate::catalogue::assemble::compression::{bz2, gzip, lz4, lzma, xz, zlib};
use crate::catalogue::assemble::joblib::{Stream, doubles, two_arrays};
use crate::catalogue::assemble::numpy::{array, array4, npy, npz};
use crate::catalogue::assemble::safetensors::{entry, file, plain};
use crate::catalogue::assemble::torch::*;
use crate::catalogue::assemble::*;
use crate::catalogue::verdict::{Case, Folder, check, check_folders, passes};

#[test]
fn plain_pickles() {
    let framed = |body: &[u8]| {
        let body = join(&[body, b"."]);
        join(&[b"\x80\x04", &frame(body.len() as u64), &body])
    };
    let counter = join(&[
        b"](",
        &stack_global("collections", "OrderedDict"),
        b"\x94)R\x94(",
        &text("a"),
        b"\x94K\x01",
        &text("b"),
        b"\x94K\x02u",
        &stack_global("collections", "Counter"),
        b"\x94}\x94(h\x02K\x03u\x85\x94R\x94e",
    ]);
    let mixed = join(&[
        b"](",
        &stack_global("argparse", "Namespace"),
        b")\x81}",
        &text("lr"),
        b"G?\x84z\xe1G\xae\x14{sb",
        &stack_global("pathlib", "PurePosixPath"),
        b"(",
        &text("/"),
        &text("tmp"),
        b"tR",
        &stack_global("datetime", "timedelta"),
        b"K\x01K\x02K\x03\x87Re",
    ]);
    check(vec![
        passes("GOOD-001 p0", "x.pkl", b"(dp0\nVa\np1\n(lp2\nI1\naI01\naF1.5\na(I2\nNtp3\nas.".to_vec()),
        passes(
            "GOOD-001 p1",
            "x.pkl",
            b"}q\0(X\x01\0\0\0aq\x01]q\x02(K\x01M\x00\x01G?\xf8\0\0\0\0\0\0(K\x02Ntq\x03eu.".to_vec(),
        ),
        passes("GOOD-001 p2", "x.pkl", protocol2(b"}q\0(X\x01\0\0\0aq\x01]q\x02(K\x01\x88K\x02N\x86q\x03eu")),
        passes("GOOD-001 p3", "x.pkl", b"\x80\x03}q\0X\x01\0\0\0aq\x01C\x03abcq\x02s.".to_vec()),
        passes("GOOD-001 p4", "x.pkl", framed(b"}\x94(\x8c\x01a\x94\x8f\x94(K\x01K\x02\x90\x8c\x01b\x94Nu")),
        passes(
            "GOOD-001 p5",
            "x.pkl",
            b"\x80\x05\x95\x0f\0\0\0\0\0\0\0\x96\x03\0\0\0\0\0\0\0abc\x94N\x86.".to_vec(),
        ),
        passes("GOOD-002", "x.pkl", framed(&counter)),
        passes("GOOD-003 1.x", "x.pkl", join(&[b"\x80\x03", &array("numpy.core", &[1.0, 2.0]), b"."])),
        passes("GOOD-003 2.x", "x.pkl", join(&[b"\x80\x03", &array("numpy._core", &[1.0, 2.0]), b"."])),
        passes(
            "GOOD-003 p4",
            "x.pkl",
            framed(&join(&[b"}(", &text("a"), &array4("numpy.core", &[1.0]), &text("b"), &array4("numpy._core", &[2.0]), b"u"])),
        ),
        passes(
            "GOOD-003 p5",
            "x.pkl",
            b"\x80\x05\x8c\x13numpy._core.numeric\x8c\x0b_frombuffer\x93(\x96\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\xf0?\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02f8\x89\x88\x87R(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tbK\x01\x85\x8c\x01CtR.".to_vec(),
        ),
        passes("GOOD-004", "x.pkl", framed(&mixed)),
    ]);
}

#[test]
fn joblib_and_numpy() {
    let mut cases: Vec<Case> = vec![
        passes("GOOD-005 p3", "m.joblib", two_arrays(Stream::unframed())),
        passes("GOOD-005 p4", "m.joblib", two_arrays(Stream::framed())),
    ];
    let packers: [Pack; 6] = [zlib, gzip, bz2, xz, lzma, lz4];
    for pack in packers {
        cases.push(passes("GOOD-006", "m.joblib", pack(&two_arrays(Stream::framed()))));
        cases.push(passes("GOOD-006", "m.pkl.gz", pack(&protocol4(b"}"))));
    }
    for version in 1..=3 {
        let f8 = npy(version, "'<f8'", "(3,)", &doubles(3));
        cases.push(passes("GOOD-010", "x.npy", f8.clone()));
        cases.push(passes("GOOD-010", "x.npz", npz(&[("a.npy", &f8), ("b.npy", &f8)])));
    }
    let record = "[('a', '<f8'), ('b', '<i4', (2,)), ('c', '|S4'), ('d', '<U1'), ('e', '|b1')]";
    cases.push(passes("GOOD-010", "x.npy", npy(1, record, "(1,)", &[1; 25])));
    cases.push(passes("GOOD-010", "x.npy", npy(1, "'<f8'", "()", &doubles(1))));
    cases.push(passes("GOOD-010", "x.npy", npy(1, "'<f8'", "(0, 5)", b"")));
    cases.push(passes("GOOD-010", "x.npy", npy(1, "'<M8[ns]'", "(1,)", &[1; 8])));
    check(cases);
}

#[test]
fn torch_and_safetensors() {
    let tied = state_dict(&[
        ("a", &tensor(&storage("BFloat16Storage", "0", 8), 0, &[2, 4], &[4, 1])),
        ("b", &tensor(&storage("BFloat16Storage", "0", 8), 0, &[2, 4], &[4, 1])),
        ("view", &tensor(&storage("BFloat16Storage", "0", 8), 4, &[4], &[1])),
        ("transposed", &tensor(&storage("BFloat16Storage", "0", 8), 0, &[4, 2], &[1, 4])),
        ("scalar", &tensor(&storage("LongStorage", "1", 1), 0, &[], &[])),
        ("empty", &tensor(&storage("FloatStorage", "2", 0), 0, &[0], &[1])),
    ]);
    let arguments = protocol4(&join(&[
        &stack_global("transformers.training_args", "TrainingArguments"),
        b")\x81}(",
        &text("output_dir"),
        &text("out"),
        &text("evaluation_strategy"),
        &stack_global("transformers.trainer_utils", "IntervalStrategy"),
        &text("steps"),
        b"\x85Rub",
    ]));
    let big_endian = {
        let members = records(&weights(), &[("0", &floats())]);
        let members = members.into_iter().map(|member| {
            if member.local.name.ends_with(b"byteorder") {
                record("archive", "byteorder", b"big")
            } else {
                member
            }
        });
        checkpoint_of(members.collect())
    };
    check(vec![
        passes("GOOD-007a", "pytorch_model.bin", checkpoint(&weights(), &[("0", &floats())])),
        passes(
            "GOOD-007b",
            "model.pt",
            checkpoint(&tied, &[("0", &[1; 16]), ("1", &[0; 8]), ("2", b"")]),
        ),
        passes("GOOD-007c", "model.pth", big_endian),
        passes("GOOD-008", "training_args.bin", checkpoint(&arguments, &[])),
        passes("GOOD-009", "pytorch_model.bin", Legacy::plain().bytes()),
        passes("GOOD-011a", "model.safetensors", plain()),
        passes("GOOD-011b", "model.safetensors", file(&[], b"")),
        passes(
            "GOOD-011c",
            "model.safetensors",
            file(
                &[
                    r#""__metadata__":{"format":"pt","license":"MIT \u00e9"}"#.to_owned(),
                    entry("a.weight", "BF16", "[2,3]", 0, 12),
                    entry("a.bias", "F8_E4M3", "[4]", 12, 16),
                ],
                &[7; 16],
            ),
        ),
    ]);
    check_folders(vec![Folder::passes(
        "a repository",
        vec![
            ("config.json", br#"{"model_type":"bert","hidden_size":8}"#.to_vec()),
            ("README.md", b"---\nlicense: mit\n---\n# A model\n".to_vec()),
            (".gitattributes", b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n".to_vec()),
            ("tokenizer.json", br#"{"version":"1.0","added_tokens":[]}"#.to_vec()),
            ("vocab.txt", b"[PAD]\n[UNK]\nthe\nc\nos\n".to_vec()),
            ("merges.txt", "#version: 0.2\n\u{120} t\nh e\n".as_bytes().to_vec()),
            ("model.safetensors", plain()),
            ("pytorch_model.bin", checkpoint(&weights(), &[("0", &floats())])),
            ("runs/scalars.npz", npz(&[("a.npy", &npy(1, "'<f8'", "(1,)", &doubles(1)))])),
        ],
    )]);
}
