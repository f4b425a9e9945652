//! META: properties of every case.

use std::fs;

use crate::catalogue::assemble::compression::{bz2, gzip, lz4, lzma, xz, zlib, zstd};
use crate::catalogue::assemble::joblib::{Stream, Wrapper, doubles};
use crate::catalogue::assemble::numpy::npy;
use crate::catalogue::assemble::sevenz::sevenz;
use crate::catalogue::assemble::torch::{Legacy, OldTar, checkpoint, checkpoint_with, record};
use crate::catalogue::assemble::zip::{deflated, stored, zip};
use crate::catalogue::assemble::{
    Pack, canary, evil, join, protocol2, protocol4, safetensors, stack_global, tar, text,
};
use crate::catalogue::verdict::{judge, judge_path};

/// Failing files of every format that carries a pickle.
fn failing() -> Vec<(&'static str, Vec<u8>)> {
    let legacy = |change: fn(&mut Legacy)| {
        let mut legacy = Legacy::plain();
        change(&mut legacy);
        legacy.bytes()
    };
    let framed = join(&[&stack_global("os", "getpid"), b")R."]);
    vec![
        ("protocol 2", evil()),
        ("protocol 0", b"cos\ngetpid\n(tR.".to_vec()),
        ("protocol 4", protocol4(&join(&[&stack_global("os", "getpid"), b")R"]))),
        (
            "framed",
            join(&[b"\x80\x04", &crate::catalogue::assemble::frame(framed.len() as u64), &framed]),
        ),
        ("inst", b"(ios\ngetpid\n.".to_vec()),
        ("unlisted", protocol2(b"cmylib\nThing\n)\x81")),
        ("broken", join(&[b"\x80\x02", &canary(), b"\xff"])),
        ("second stream", join(&[&protocol2(b"N"), &evil()])),
        ("torch zip", checkpoint(&evil(), &[])),
        ("torch zip, other record", checkpoint_with(vec![record("archive", "x", &evil())])),
        ("torch legacy, object", legacy(|legacy| legacy.object = evil())),
        ("torch legacy, keys", legacy(|legacy| legacy.keys = evil())),
        ("torch tar", OldTar { object: evil(), ..OldTar::plain() }.bytes()),
        (
            "joblib",
            Stream::framed().array(&Wrapper::new("f8", 2), &doubles(2)).opcodes(&canary()).end(),
        ),
        ("npy", npy(1, "'|O'", "(1,)", &evil())),
        ("safetensors", join(&[&safetensors::plain(), b"\0"])),
        ("zip", zip(&[deflated("a/b", &evil())])),
        ("7z", sevenz("a", &evil())),
    ]
}

/// Extensions of other formats, and none.
const NAMES: [&str; 16] = [
    "x",
    "x.bin",
    "x.pt",
    "x.pkl",
    "x.joblib",
    "x.npy",
    "x.npz",
    "x.safetensors",
    "x.json",
    "x.md",
    "x.txt",
    "x.png",
    "x.h5",
    "x.gguf",
    "x.tar.gz",
    "x.unheard-of",
];

#[test]
fn renaming_changes_nothing() {
    for (what, bytes) in failing() {
        for name in NAMES {
            let (code, rules, _) = judge(name, &bytes);
            assert_eq!(code, Some(1), "{what} as {name}: {rules:?}");
        }
    }
}

/// Containers.
const WRAPS: [(&str, Pack); 12] = [
    ("gzip", gzip),
    ("zlib", zlib),
    ("bz2", bz2),
    ("xz", xz),
    ("lzma", lzma),
    ("lz4", lz4),
    ("zstd", zstd),
    ("zip, stored", |bytes| zip(&[stored("archive/data/0", bytes)])),
    ("zip, deflated", |bytes| zip(&[deflated("README.md", bytes)])),
    ("torch zip", |bytes| checkpoint_with(vec![record("archive", "extra/x.json", bytes)])),
    ("tar", |bytes| tar::tar(&[tar::file("config.json", bytes)])),
    ("7z", |bytes| sevenz("a.txt", bytes)),
];

#[test]
fn wrapping_changes_nothing() {
    for (what, bytes) in failing() {
        let (_, bare, _) = judge("x.bin", &bytes);
        for (wrap, pack) in WRAPS {
            let (code, rules, _) = judge("x.bin", &pack(&bytes));
            assert_eq!(code, Some(1), "{what} in {wrap}: {rules:?}");
            if bare.contains(&"denied-global".to_owned()) {
                assert!(rules.contains(&"denied-global".to_owned()), "{what} in {wrap}: {rules:?}");
            }
        }
    }
}

#[test]
fn wrapping_twice_changes_nothing() {
    for (outer, pack) in WRAPS {
        for (inner, first) in WRAPS {
            let (code, rules, _) = judge("x.bin", &pack(&first(&evil())));
            assert_eq!(code, Some(1), "{inner} in {outer}: {rules:?}");
            assert!(rules.contains(&"denied-global".to_owned()), "{inner} in {outer}: {rules:?}");
        }
    }
}

#[test]
fn wrapping_again_and_again_never_passes() {
    for (wrap, pack) in WRAPS {
        let mut bytes = evil();
        for depth in 1..=10 {
            bytes = pack(&bytes);
            let (code, rules, _) = judge("x", &bytes);
            assert_eq!(code, Some(1), "{wrap} × {depth}: {rules:?}");
        }
    }
}

#[test]
fn what_stands_behind_a_call_excuses_nothing() {
    let call = join(&[b"\x80\x02", &canary()]);
    let tail = join(&[&text("and more"), b"0]K\x01a\x88\x89N."]);
    for cut in 0..=tail.len() {
        let bytes = join(&[&call, &tail[..cut]]);
        let (code, rules, _) = judge("x.bin", &bytes);
        assert_eq!(code, Some(1), "{cut}: {rules:?}");
        assert!(rules.contains(&"denied-global".to_owned()), "{cut}: {rules:?}");
    }
    let suffixes: [&[u8]; 8] =
        [b".", b"N.", b"\0\0\0\0", b"\xff", b"....", b"PK\x05\x06", b"\x80\x04N.", b"cos\n"];
    for suffix in suffixes {
        let (code, rules, _) = judge("x.bin", &join(&[&call, suffix]));
        assert_eq!(code, Some(1), "{suffix:?}: {rules:?}");
        assert!(rules.contains(&"denied-global".to_owned()), "{suffix:?}: {rules:?}");
    }
}

#[test]
fn what_stands_in_front_of_a_call_excuses_nothing() {
    let prefixes: [(&str, &[u8]); 9] = [
        ("none", b"N0"),
        ("mark", b"(1"),
        ("number", b"I1\n0"),
        ("long", b"L1L\n0"),
        ("float", b"F1.5\n0"),
        ("memo", b"Nq\x000h\x000"),
        ("tuple", b")0"),
        ("text", b"Va\n0"),
        ("dict", b"(I1\nI2\nd0"),
    ];
    for (what, prefix) in prefixes {
        for count in [1, 100, 40_000] {
            let body = join(&[&prefix.repeat(count), &canary()]);
            for (protocol, bytes) in
                [("none", join(&[&body, b"."])), ("2", protocol2(&body)), ("4", protocol4(&body))]
            {
                for name in ["x.bin", "x.pkl"] {
                    let (code, rules, _) = judge(name, &bytes);
                    let case = format!("{what} × {count}, protocol {protocol}, {name}");
                    assert_eq!(code, Some(1), "{case}: {rules:?}");
                    if name == "x.pkl" {
                        assert!(rules.contains(&"denied-global".to_owned()), "{case}: {rules:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn spellings_of_a_name_are_one_name() {
    let spellings: [&[u8]; 12] = [
        b"c__builtin__\neval\n)R.",
        b"cbuiltins\neval\n)R.",
        b"(i__builtin__\neval\n.",
        b"(ibuiltins\neval\n.",
        b"(c__builtin__\neval\no.",
        b"\x80\x02Vbuiltins\nVeval\n\x93)R.",
        b"\x80\x02S'builtins'\nS'eval'\n\x93)R.",
        b"\x80\x02U\x08builtinsU\x04eval\x93)R.",
        b"\x80\x02T\x08\0\0\0builtinsT\x04\0\0\0eval\x93)R.",
        b"\x80\x02X\x08\0\0\0builtinsX\x04\0\0\0eval\x93)R.",
        b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93)R.",
        b"\x80\x04\x8d\x08\0\0\0\0\0\0\0builtins\x8d\x04\0\0\0\0\0\0\0eval\x93)R.",
    ];
    for bytes in spellings {
        let (code, _, report) = judge("x.pkl", bytes);
        assert_eq!(code, Some(1), "{bytes:?}");
        let globals = report["models"][0]["files"][0]["globals"].as_array().unwrap();
        assert_eq!(globals.len(), 1, "{bytes:?}");
        assert_eq!(globals[0]["global"], "builtins.eval", "{bytes:?}");
        assert_eq!(globals[0]["verdict"], "denied", "{bytes:?}");
    }
}

#[test]
fn the_same_bytes_give_the_same_report() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("model")).unwrap();
    for (index, (_, bytes)) in failing().into_iter().enumerate() {
        for copy in 0..4 {
            let name = format!("model/{copy}-{index}.bin");
            fs::write(folder.path().join(name), &bytes).unwrap();
        }
    }
    let report = |jobs: &str| {
        let arguments = ["scan", "--jobs", jobs, "--format", "json", "model"];
        let (code, _, mut report) = judge_path(folder.path(), &arguments);
        assert_eq!(code, Some(1));
        report["scan_timestamp"].take();
        report
    };
    let first = report("1");
    for jobs in ["1", "4", "4", "8"] {
        assert_eq!(first, report(jobs), "--jobs {jobs}");
    }
}

#[test]
fn allowing_less_never_passes_more() {
    let globals = ["collections.OrderedDict", "mylib.Thing", "mylib.*", "os.getpid", "builtins.*"];
    let samples: Vec<Vec<u8>> = [
        &b"ccollections\nOrderedDict\n)R"[..],
        b"cmylib\nThing\n)\x81",
        b"cmylib\na.b\n)\x81",
        b"cos\ngetpid\n)R",
        b"cbuiltins\neval\n)R",
        b"cbuiltins\nset\n](K\x01e\x85R",
        b"N",
    ]
    .into_iter()
    .map(protocol2)
    .collect();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("m")).unwrap();
    let manifest = "version: 1\nmodels:\n  - name: m\n    source: ./m\n";
    fs::write(folder.path().join("models.yaml"), manifest).unwrap();
    for bytes in &samples {
        fs::write(folder.path().join("m/x.pkl"), bytes).unwrap();
        let passes = |allowed: &[&str]| {
            let policy = format!(
                "version: 1\nrules:\n  unpinned-revision: off\n  missing-card: off\n  \
                 incomplete-card: off\npickle:\n  allowed_globals: [{}]\n",
                allowed.iter().map(|global| format!("\"{global}\"")).collect::<Vec<_>>().join(", ")
            );
            fs::write(folder.path().join("weighstation.yaml"), policy).unwrap();
            let (code, _, _) = judge_path(folder.path(), &["check", "--format", "json"]);
            code == Some(0)
        };
        for kept in 0..globals.len() {
            let less: Vec<&str> = globals[..kept].to_vec();
            let more: Vec<&str> = globals[..=kept].to_vec();
            assert!(passes(&more) || !passes(&less), "{bytes:?} without {}", globals[kept]);
        }
    }
}

#[test]
fn a_file_that_was_not_analysed_to_its_end_says_so() {
    for (what, bytes) in failing() {
        for end in [bytes.len() / 2, bytes.len() - 1] {
            let (code, rules, report) = judge("x.pkl", &bytes[..end]);
            let status = report["models"][0]["files"][0]["status"].as_str().unwrap();
            // A shorter file may be whole (a text, an end mark too few); then it is analysed.
            assert!(code == Some(1) || status == "analysed", "{what} to {end}: {status} {rules:?}");
        }
    }
}
