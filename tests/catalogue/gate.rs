//! OTH and REPO: containers in containers, native code, links, waivers, what the gate itself says.

use std::fs;

use crate::catalogue::assemble::compression::{gzip, gzip_with_fields};
use crate::catalogue::assemble::safetensors::plain;
use crate::catalogue::assemble::sevenz::sevenz;
use crate::catalogue::assemble::tar;
use crate::catalogue::assemble::torch::checkpoint;
use crate::catalogue::assemble::zip::{Member, deflated, end_record, lay_out, stored, zip};
use crate::catalogue::assemble::*;
use crate::catalogue::verdict::{
    Folder, check, check_folders, fails, judge, judge_path, passes, run,
};

const DENIED: &[&str] = &["denied-global"];
const NATIVE: &[&str] = &["executable-file"];

fn native(magic: &[u8]) -> Vec<u8> {
    let mut bytes = magic.to_vec();
    bytes.resize(256, 0);
    bytes
}

/// A PE: the pointer at 0x3c leads to its header.
fn pe() -> Vec<u8> {
    let mut bytes = native(b"MZ");
    bytes[0x3c] = 0x80;
    bytes[0x80..0x86].copy_from_slice(b"PE\0\0\x64\x86");
    bytes
}

/// An ELF header of 64 bits.
fn elf() -> Vec<u8> {
    native(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0")
}

#[test]
fn containers() {
    let quine = {
        // An archive whose member is the archive's own beginning, over and over.
        let mut members: Vec<Member> = Vec::new();
        for index in 0..200 {
            let mut member = stored(&format!("{index}"), b"");
            member.central_only = index > 0;
            member.offset = Some(0);
            members.push(member.with(|header| (header.size, header.compressed) = (30_000, 30_000)));
        }
        let layout = lay_out(b"", 0, &members);
        let mut out = layout.body;
        let offset = u32::try_from(out.len()).unwrap();
        out.extend_from_slice(&layout.directory);
        let size = u32::try_from(layout.directory.len()).unwrap();
        out.extend(end_record(layout.count, size, offset, b""));
        out
    };
    let matryoshka = |members: usize, levels: usize| {
        let mut inner = b"{}".to_vec();
        for _ in 0..levels {
            let member = deflated("", &inner);
            let copies: Vec<Member> = (0..members)
                .map(|index| {
                    member.clone().with(|header| header.name = format!("{index}").into_bytes())
                })
                .collect();
            inner = zip(&copies);
        }
        inner
    };
    let name = vec![b'n'; 8 << 20];
    let many = gzip(b"").repeat(50_000);
    check(vec![
        fails(
            "OTH-014",
            "model.pkl",
            protocol4(&join(&[
                &stack_global("xgboost.core", "Booster"),
                b")\x81}",
                &text("handle"),
                &canary(),
                b"sb",
            ])),
            DENIED,
        ),
        fails("OTH-021a", "model.7z", sevenz("a.pkl", &evil()), DENIED),
        fails("OTH-021b", "model.rar", native(b"Rar!\x1a\x07\x01\0"), &["unscanned-file"]),
        fails("OTH-021c", "model.rar", native(b"Rar!\x1a\x07\0"), &["unscanned-file"]),
        fails("OTH-021d", "model.cab", native(b"MSCF\0\0\0\0"), &["unscanned-file"]),
        fails("OTH-021e", "model.lz", native(b"LZIP\x01"), &["unscanned-file"]),
        fails("OTH-021f", "model.7z", native(b"7z\xbc\xaf\x27\x1c\0\x04"), &[]),
        fails(
            "OTH-022a",
            "model.gz",
            gzip(&zip(&[deflated("x", &tar::tar(&[tar::file("y", &evil())]))])),
            DENIED,
        ),
        fails("OTH-023a", "a.zip", quine, &["archive-anomaly"]),
        fails("OTH-023b", "a.zip", matryoshka(4, 12), &["budget-exhausted"]),
        fails("OTH-023c", "a.zip", matryoshka(16, 8), &["budget-exhausted"]),
        fails("OTH-023d", "a.zip", matryoshka(100, 4), &["budget-exhausted"]),
        passes("OTH-023e", "a.zip", matryoshka(10, 3)),
        fails(
            "OTH-024",
            "a.tar",
            tar::tar(&[tar::link("x", b'1', "/etc/hosts"), tar::file("x", b"{}")]),
            &["archive-link"],
        ),
        fails(
            "OTH-024b",
            "a.tar",
            tar::tar(&[tar::link("x", b'2', ".."), tar::file("x/y", b"{}")]),
            &["archive-link"],
        ),
        fails("OTH-025a", "a.gz", gzip_with_fields(8, &join(&[&name, b"\0"]), &evil()), DENIED),
        fails(
            "OTH-025b",
            "a.gz",
            gzip_with_fields(4, &join(&[b"\xff\xff", &[0; 65_535]]), &evil()),
            DENIED,
        ),
        fails("OTH-025c", "a.gz", gzip_with_fields(16, &join(&[&name, b"\0"]), &evil()), DENIED),
        fails("OTH-025d", "a.gz", gzip_with_fields(8, &name, b""), &[]),
        fails("OTH-025e", "a.gz", join(&[&many, &gzip(&evil())]), DENIED),
    ]);
}

#[test]
fn containers_nest_to_the_budget_and_no_deeper() {
    let mut nested = evil();
    for depth in 1..=12 {
        nested = gzip(&nested);
        let (code, rules, _) = judge("x.bin", &nested);
        let wanted = if depth <= 8 { "denied-global" } else { "budget-exhausted" };
        assert_eq!(code, Some(1), "{depth}: {rules:?}");
        assert!(rules.iter().any(|rule| rule == wanted), "{depth}: {rules:?}");
    }
}

#[test]
fn native_code_and_other_files() {
    check(vec![
        fails("OTH-019a", "model.gguf", native(b"MZqFpD='\n\n"), &["executable-file", "format-mismatch"]),
        fails("OTH-019b", "model.bin", native(b"MZqFpD='\n\n"), NATIVE),
        fails("OTH-020a", "model.bin", elf(), NATIVE),
        fails("OTH-020b", "model.bin", pe(), NATIVE),
        fails("OTH-020c", "model.bin", native(b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x02\0\0\0"), NATIVE),
        fails("OTH-032", "weights.dat", (0..=255).cycle().skip(7).take(1 << 20).collect::<Vec<u8>>(), &["unscanned-file"]),
        fails(
            "REPO-032",
            "model.safetensors",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n".to_vec(),
            &["unscanned-file"],
        ),
        fails("REPO-040a", "x.so", elf(), NATIVE),
        fails(
            "REPO-040b",
            "x.whl",
            zip(&[deflated("x/__init__.py", b"import os\n"), deflated("x.dist-info/METADATA", b"Name: x\n")]),
            &["script-file"],
        ),
        fails("REPO-040c", "x.whl", zip(&[deflated("x/native.so", &elf())]), NATIVE),
        fails(
            "REPO-040d",
            "x.ipynb",
            br#"{"cells":[{"cell_type":"code","source":["import os"],"metadata":{},"outputs":[],"execution_count":null}],"metadata":{},"nbformat":4,"nbformat_minor":5}"#.to_vec(),
            &["script-file"],
        ),
        fails("REPO-040e", "run.sh", b"#!/bin/sh\nexit 0\n".to_vec(), &["script-file"]),
    ]);
}

/// Extensions that some parser would claim.
const EXTENSIONS: [&str; 24] = [
    "pkl",
    "bin",
    "pt",
    "pth",
    "ckpt",
    "joblib",
    "npy",
    "npz",
    "safetensors",
    "zip",
    "tar",
    "gz",
    "bz2",
    "xz",
    "lzma",
    "lz4",
    "zst",
    "7z",
    "h5",
    "keras",
    "gguf",
    "onnx",
    "tflite",
    "dat",
];

#[test]
fn nothing_and_almost_nothing_is_never_a_pass() {
    for extension in EXTENSIONS {
        let name = format!("x.{extension}");
        let cases: [(&str, Vec<u8>); 5] = [
            ("empty", Vec::new()),
            ("one zero", vec![0]),
            ("one byte", vec![0x80]),
            ("zeros", vec![0; 4096]),
            ("noise", (1..=255).rev().cycle().take(3000).collect()),
        ];
        for (what, bytes) in cases {
            let (code, rules, _) = judge(&name, &bytes);
            assert_eq!(code, Some(1), "{name}, {what}: {rules:?}");
        }
    }
}

#[test]
fn a_sparse_terabyte_ends_soon() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["x.bin", "x.pkl", "x.safetensors", "x.npy"] {
        let file = fs::File::create(folder.path().join(name)).unwrap();
        if file.set_len(1 << 40).is_err() {
            // The file system has no holes of that size.
            return;
        }
        let (code, rules, _) = judge_path(folder.path(), &["scan", "--format", "json", name]);
        assert_eq!(code, Some(1), "{name}: {rules:?}");
    }
}

#[test]
fn the_digest_is_of_the_bytes_that_were_judged() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x.pkl"), protocol2(b"N")).unwrap();
    let arguments = ["scan", "--sha256", "--format", "json", "x.pkl"];
    let (code, _, report) = judge_path(folder.path(), &arguments);
    assert_eq!(code, Some(0));
    let file = &report["models"][0]["files"][0];
    // printf '\x80\x02N.' | sha256sum
    assert_eq!(file["sha256"], "e71559db7df35982f168ca0bd6d35a0270e621095a7bfd0c3a1773ed09ae1a44");
    assert_eq!(file["size"], 4);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_model_are_told_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.pkl");
    fs::write(&secret, evil()).unwrap();
    let model = folder.path().join("model");
    fs::create_dir(&model).unwrap();
    fs::write(model.join("model.safetensors"), plain()).unwrap();
    for target in ["../secret.pkl", "/", secret.to_str().unwrap()] {
        let link = model.join("data.pkl");
        std::os::unix::fs::symlink(target, &link).unwrap();
        let (code, rules, _) = judge_path(folder.path(), &["scan", "--format", "json", "model"]);
        fs::remove_file(link).unwrap();
        assert_eq!(code, Some(1), "{target}: {rules:?}");
        assert!(rules.contains(&"escaping-link".to_owned()), "{target}: {rules:?}");
        assert!(!rules.contains(&"denied-global".to_owned()), "{target}: {rules:?}");
    }
}

#[test]
fn file_names_come_out_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a\u{1b}]0;x\u{7}\n::error::owned\u{202e}|[x](http:y)`.pkl";
    fs::create_dir(folder.path().join("model")).unwrap();
    fs::write(folder.path().join("model").join(name), evil()).unwrap();
    let member = zip(&[stored("b\u{1b}[2J\r::set-output\u{200b}", &evil())]);
    fs::write(folder.path().join("model/b.zip"), member).unwrap();
    for format in ["human", "json", "sarif"] {
        let output = run(folder.path(), &["scan", "--format", format, "model"]);
        assert_eq!(output.code, Some(1), "{format}");
        let written = String::from_utf8(output.stdout).unwrap();
        let written = written + std::str::from_utf8(&output.stderr).unwrap();
        for raw in ['\u{1b}', '\u{7}', '\r', '\u{202e}', '\u{200b}'] {
            assert!(!written.contains(raw), "{format} has {raw:?}");
        }
        assert!(!written.lines().any(|line| line.trim_start().starts_with("::")), "{format}");
    }
}

/// A folder with a manifest of one model and a policy.
fn project(policy: &str, bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("m")).unwrap();
    fs::write(folder.path().join("m/x.pkl"), bytes).unwrap();
    fs::write(
        folder.path().join("models.yaml"),
        "version: 1\nmodels:\n  - name: m\n    source: ./m\n",
    )
    .unwrap();
    fs::write(folder.path().join("weighstation.yaml"), policy).unwrap();
    folder
}

fn waiver(digest: &str, expires: &str) -> String {
    format!(
        "version: 1\nextends: [baseline]\nwaivers:\n  - rule: denied-global\n    model: m\n    \
         file: x.pkl\n    sha256: {digest}\n    reason: a test\n    expires: {expires}\n"
    )
}

fn digest_of(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x.pkl"), bytes).unwrap();
    let (_, _, report) =
        judge_path(folder.path(), &["scan", "--sha256", "--format", "json", "x.pkl"]);
    report["models"][0]["files"][0]["sha256"].as_str().unwrap().to_owned()
}

#[test]
fn waivers_are_for_their_bytes_and_their_time() {
    let check = ["check", "--format", "json"];
    let digest = digest_of(&evil());
    let folder = project(&waiver(&digest, "2999-12-31"), &evil());
    let (code, rules, _) = judge_path(folder.path(), &check);
    assert_eq!(code, Some(0), "{rules:?}");
    // OTH-036: other bytes under the same name.
    let other = protocol2(&join(&[b"N0", &canary()]));
    let folder = project(&waiver(&digest, "2999-12-31"), &other);
    let (code, rules, _) = judge_path(folder.path(), &check);
    assert_eq!(code, Some(1), "{rules:?}");
    // OTH-037: too late.
    let folder = project(&waiver(&digest, "2020-12-31"), &evil());
    let (code, rules, _) = judge_path(folder.path(), &check);
    assert_eq!(code, Some(1), "{rules:?}");
    assert!(rules.contains(&"expired-waiver".to_owned()), "{rules:?}");
}

#[test]
fn a_typo_in_the_policy_is_an_error() {
    // OTH-038
    let policy = "version: 1\nextends: [baseline]\npickle:\n  allow_globls: [os.getpid]\n";
    let folder = project(policy, &protocol2(b"N"));
    let output = run(folder.path(), &["check"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.code, Some(2), "{said}");
    assert!(said.contains("allow_globls") && said.contains("weighstation.yaml"), "{said}");
}

#[test]
fn nothing_scanned_is_incomplete() {
    // OTH-039
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("model")).unwrap();
    assert_eq!(run(folder.path(), &["scan", "model"]).code, Some(3));
}

#[test]
fn every_file_counts() {
    check_folders(vec![
        Folder::fails(
            "OTH-030",
            vec![("w2v.model", protocol2(b"N")), ("w2v.model.vectors.npy", evil())],
            DENIED,
        ),
        Folder::fails(
            "REPO-015",
            vec![("model.safetensors", plain()), ("optimizer.pt", checkpoint(&evil(), &[]))],
            DENIED,
        ),
        Folder::fails("hidden", vec![("model.safetensors", plain()), (".cache/x", evil())], DENIED),
    ]);
}
