//! TXT: text is judged as text last. Whatever a loader could take for a pickle is one, under any
//! name; and what people write stays text, under any name.

use weighstation::analyse::{NoSiblings, analyse_file};
use weighstation::base::Limits;
use weighstation::evidence::{Fact, FileEvidence, Format, PickleFact};

use crate::catalogue::assemble::compression::gzip;
use crate::catalogue::assemble::tar::{file, tar};
use crate::catalogue::assemble::zip::{deflated, stored, zip};
use crate::catalogue::assemble::*;
use crate::catalogue::verdict::{Folder, check, check_folders, fails, passes};

/// Names that some loader is given, and names that promise nothing.
const NAMES: &[&str] = &[
    "pytorch_model.bin",
    "model.pt",
    "model.pth",
    "model.ckpt",
    "model.pkl",
    "model.joblib",
    "model.npy",
    "model.model",
    "model.weights",
    "model.safetensors",
    "model.pth.tar",
    "model",
    "vocab",
    "vocab.txt",
    "merges.txt",
    "README.md",
    "config.json",
    "data.csv",
    "a.yaml",
    "a.xml",
    "a.py",
    ".gitattributes",
    "LICENSE",
    "0",
];

/// What may stand in front of the stream that does something, all of it ASCII.
fn beginnings() -> Vec<Vec<u8>> {
    let mut beginnings: Vec<Vec<u8>> = [
        "",
        "N.",
        "I1\n.",
        "I01\n.",
        "L0x1950a86a20f9469cfc6cL\n.",
        "I119547037146038801333356\n.I1001\n.(dp0\n.",
        "L119547037146038801333356L\n.I1001\n.(dS'little_endian'\nI01\ns.",
        "F1.5\n.",
        "S'a'\n.",
        "S\"a\"\n.",
        "Va\n.",
        "(t.",
        "(l.",
        "(d.",
        ").",
        "].",
        "}.",
        "(lp0\nI1\na.",
        "N0N.",
        "N2.",
        "(0",
        "(1",
        "N0",
        "Popaque\n",
        "Popaque\n.",
        "(S'a'\nQ.",
        "S'a'\nQ0",
        "N.N.N.",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    beginnings.push(b"I1\n.".repeat(500));
    beginnings.push(b"V a text\n0".repeat(20_000));
    beginnings
}

/// Streams that call `posix.system`, in every spelling that ASCII has.
const CALLS: &[&str] = &[
    "cposix\nsystem\n(S'true'\ntR.",
    "cposix\nsystem\n(Vtrue\ntR.",
    "cposix\nsystem\np0\n0g0\n(S\"true\"\ntR.",
    "(S'true'\niposix\nsystem\n.",
    "(cposix\nsystem\nS'true'\no.",
    "cposix\nsystem\nS'true'\nR.",
    "(dp0\nS'a'\ncposix\nsystem\n(S'true'\ntRs.",
    "(lp0\ncposix\nsystem\n(S'true'\ntRa.",
    "cposix\nsystem\n(S'true'\ntR0N.",
    "cposix\nsystem\n(S'true'\ntR and then no opcode",
    "cposix\nsystem\n(S'true'\ntR",
    "cposix\nsystem\n.",
];

fn analyse(name: &str, bytes: &[u8]) -> FileEvidence {
    analyse_file(name, &bytes, &NoSiblings, &Limits::default())
}

fn imports_system(file: &FileEvidence) -> bool {
    file.evidence.iter().any(|piece| {
        matches!(&piece.fact, Fact::Pickle(PickleFact::Import(import))
            if import.global() == "posix.system")
    })
}

#[test]
fn every_spelling_of_a_pickle_is_read_under_every_name() {
    let mut missed = Vec::new();
    for beginning in beginnings() {
        // Long ones take their time.
        let most = if beginning.len() > 1000 { 3 } else { usize::MAX };
        for call in CALLS.iter().take(most) {
            let bytes = join(&[&beginning, call.as_bytes()]);
            for name in NAMES.iter().take(most) {
                if !imports_system(&analyse(name, &bytes)) {
                    let begins = beginning.get(..30).unwrap_or(&beginning);
                    missed.push(format!("{name}: {:?} {call:?}", String::from_utf8_lossy(begins)));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} missed, as {:#?}", missed.len(), &missed[..missed.len().min(9)]);
}

#[test]
fn a_pickle_is_read_in_every_container() {
    let mut missed = Vec::new();
    for beginning in ["", "N.", "S'a'\n.", "Popaque\n", "I119547037146038801333356\n.I1001\n.(d."] {
        let bytes = join(&[beginning.as_bytes(), b"cposix\nsystem\n(S'true'\ntR."]);
        for name in NAMES {
            let (first, rest) = bytes.split_at(beginning.len());
            for (container, packed) in [
                ("x.zip", zip(&[stored(name, &bytes)])),
                ("model.pt", zip(&[deflated(name, &bytes)])),
                ("x.tar.gz", gzip(&tar(&[file(name, &bytes)]))),
                ("model.nemo", tar(&[file(name, &bytes)])),
                ("x.gz", join(&[&gzip(first), &gzip(rest)])),
                ("vocab.txt", gzip(&bytes)),
            ] {
                if !imports_system(&analyse(container, &packed)) {
                    missed.push(format!("{container}!{name}: {beginning:?}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn the_gate_fails_them() {
    let evil = b"cposix\nsystem\n(S'true'\ntR.";
    let legacy = join(&[b"L0x1950a86a20f9469cfc6cL\n.I1001\n.(dp0\n.", evil]);
    let denied = &["denied-global"];
    check(vec![
        fails("TXT-001a", "pytorch_model.bin", legacy.clone(), denied),
        fails("TXT-001b", "model", legacy.clone(), denied),
        fails("TXT-002a", "model.bin", join(&[b"S'hello'\n.", evil]), denied),
        fails("TXT-002b", "vocab.txt", join(&[b"N.", evil]), denied),
        fails("TXT-003", "two.pkl.gz", join(&[&gzip(b"N."), &gzip(evil)]), denied),
        fails("TXT-004", "x.bin", join(&[b"Popaque\n", evil]), denied),
        fails("TXT-005", "x.tar.gz", gzip(&tar(&[file("a/0", &legacy)])), denied),
        passes("TXT-006", "words.txt", b"cos\ncot\ncow\nbat\n".to_vec()),
        passes("TXT-007", "pytorch_model.bin", b"Paris\ncat\ndog\n".to_vec()),
    ]);
    check_folders(vec![Folder::fails(
        "TXT-008",
        vec![("config.json", b"{}".to_vec()), ("pytorch_model.bin", legacy)],
        denied,
    )]);
}

/// Words of small letters and of what tokenizers have, the same each time.
fn word_list(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    // Letters that are opcodes stand here more often than in any language.
    let letters: Vec<char> =
        "abcdefghijklmnopqrstuvwxyzcccbipgsaeoPQRSTUVXNIFLGKMJ'#".chars().collect();
    let count = 2 + next(60);
    (0..count)
        .map(|_| {
            let length = 1 + next(9);
            let word: String =
                (0..length).map(|_| letters[next(letters.len() as u64) as usize]).collect();
            word + "\n"
        })
        .collect()
}

#[test]
fn a_word_list_stays_a_word_list() {
    let mut taken = Vec::new();
    for seed in 1..1000 {
        let words = word_list(seed);
        for name in ["vocab.txt", "vocab", "pytorch_model.bin", "spiece.model", "words.csv"] {
            let analysed = analyse(name, words.as_bytes());
            if analysed.formats != [Format::new("text")] && analysed.formats != [Format::new("csv")]
            {
                taken.push(format!("{name} ({:?}): {words:?}", analysed.formats));
            }
        }
    }
    assert!(taken.is_empty(), "{} taken, as {:#?}", taken.len(), &taken[..taken.len().min(5)]);
}

/// The texts of this repository: documentation, programs, tables, configurations.
fn texts(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(&*name, "target" | ".git" | "fixtures" | "corpus") {
            texts(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

#[test]
fn real_texts_stay_texts_under_every_name() {
    let mut paths = Vec::new();
    texts(std::path::Path::new(env!("CARGO_MANIFEST_DIR")), &mut paths);
    let mut taken = Vec::new();
    let mut count = 0;
    for path in &paths {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        count += 1;
        let bytes = text.as_bytes();
        for name in NAMES.iter().filter(|name| !name.ends_with("pkl") && !name.ends_with("joblib"))
        {
            let analysed = analyse(name, bytes);
            if analysed.formats.contains(&Format::new("pickle")) {
                taken.push(format!("{} as {name}", path.display()));
            }
        }
    }
    assert!(count > 500, "{count} texts");
    assert!(taken.is_empty(), "{} of {count}: {taken:#?}", taken.len());
}

#[test]
fn application_containers_and_costs() {
    // PROTO 4, GLOBAL os system, a text, TUPLE1, REDUCE, STOP.
    let encoded = "gARjb3MKc3lzdGVtClgEAAAAdHJ1ZYVSLg==";
    let json = format!("{{\"policy_class\": {{\":serialized:\": \"{encoded}\"}}}}");
    let denied = &["denied-global", "nested-payload"];
    let cost = &["load-cost"];
    check(vec![
        fails("TXT-010a", "model.zip", zip(&[stored("data", json.as_bytes())]), denied),
        fails("TXT-010b", "config.json", json, denied),
        fails("TXT-010c", "a.yaml", format!("a: {encoded}\n"), denied),
        fails("TXT-010d", "a.xml", format!("<a b='{encoded}'/>"), denied),
        fails(
            "TXT-011",
            "model.pmml",
            "<?xml version='1.0'?><!DOCTYPE PMML [<!ENTITY x SYSTEM 'file:///x'>]><PMML/>",
            &["unscanned-file"],
        ),
        fails("TXT-012a", "m.pkl", b"\x80\x02Nr\xff\xff\xff\x7f.".to_vec(), cost),
        fails("TXT-012b", "m.pkl", b"Np2147483647\n.".to_vec(), cost),
        fails("TXT-012c", "model", b"Np2147483647\n.".to_vec(), cost),
        fails(
            "TXT-013a",
            "m.pkl",
            protocol2(b"c__builtin__\nlist\nc__builtin__\nxrange\nL99999999999L\n\x85R\x85R"),
            cost,
        ),
        fails(
            "TXT-013b",
            "m.pkl",
            protocol2(b"cfractions\nFraction\nX\x0c\0\0\x001e9999999999\x85R"),
            cost,
        ),
        fails(
            "TXT-013c",
            "m.pkl",
            protocol2(b"cnumpy\nndarray\nJ\0\0\0\x7fJ\0\0\x10\0\x86\x85R"),
            cost,
        ),
        fails("TXT-013d", "m.pkl", protocol2(b"c__builtin__\nbytes\nJ\0\0\0\x7f\x85R"), &[]),
        passes("TXT-014b", "m.pkl", protocol2(&join(&[&b"]".repeat(500), &b"a".repeat(499)]))),
        passes("TXT-014c", "m.pkl", protocol2(b"c__builtin__\nxrange\nK\0K\x64K\x01\x87R")),
    ]);
}
