//! ZIP: zip and torch's zip.

use crate::catalogue::assemble::compression::{bz2, raw_lzma, zstd};
use crate::catalogue::assemble::sevenz::sevenz;
use crate::catalogue::assemble::torch::*;
use crate::catalogue::assemble::zip::{
    Member, behind, deflated, end_record, framed, lay_out, packed, stored, zip, zip64_end,
};
use crate::catalogue::assemble::*;
use crate::catalogue::verdict::{check, fails, passes};

const DENIED: &[&str] = &["denied-global"];
const TRICK: &[&str] = &["archive-anomaly", "denied-global"];
const ANOMALY: &[&str] = &["archive-anomaly"];
const BIN: &str = "pytorch_model.bin";

/// The smallest thing that all loaders call ELF.
fn elf() -> Vec<u8> {
    let mut out = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
    out.resize(64, 0);
    out
}

/// A checkpoint in which `data.pkl` is the canary and something else may be changed.
fn evil_with(change: impl Fn(Member) -> Member) -> Vec<u8> {
    let mut members = records(&evil(), &[]);
    let first = change(members.remove(0));
    members.insert(0, first);
    checkpoint_of(members)
}

/// `data.pkl` without a descriptor, so that its headers can say something.
fn evil_seekable(change: impl Fn(Member) -> Member) -> Vec<u8> {
    evil_with(|_| change(stored("archive/data.pkl", &evil())))
}

#[test]
fn names_and_headers() {
    let benign = weights();
    let two = |first: &[u8], second: &[u8]| {
        let mut members = records(first, &[("0", &floats())]);
        members.push(record("archive", "data.pkl", second));
        checkpoint_of(members)
    };
    check(vec![
        fails("ZIP-001", BIN, checkpoint(&evil(), &[]), DENIED),
        fails(
            "ZIP-002a",
            "model.pt",
            sevenz("archive/data.pkl", &evil()),
            &["denied-global", "format-mismatch"],
        ),
        fails(
            "ZIP-002b",
            BIN,
            sevenz("model.pt", &checkpoint(&evil(), &[])),
            &["denied-global", "format-mismatch"],
        ),
        fails("ZIP-003", BIN, two(&evil(), &benign), TRICK),
        fails("ZIP-004", BIN, two(&benign, &evil()), TRICK),
        fails(
            "ZIP-005",
            BIN,
            checkpoint_of(vec![
                record("archive", "DATA.PKL", &evil()),
                record("archive", "version", b"3\n"),
            ]),
            TRICK,
        ),
        fails("ZIP-006", BIN, checkpoint_with(vec![record("archive", "Data.pkl", &evil())]), TRICK),
        fails(
            "ZIP-007a",
            BIN,
            evil_seekable(|member| member.with(|header| header.checksum = 0)),
            TRICK,
        ),
        fails(
            "ZIP-007b",
            BIN,
            evil_seekable(|_| {
                deflated("archive/data.pkl", &evil()).with(|header| header.checksum = 0)
            }),
            TRICK,
        ),
        fails("ZIP-008a", BIN, evil_with(|member| member.with(|header| header.flags |= 1)), TRICK),
        fails("ZIP-008b", BIN, evil_with(|member| member.local(|header| header.flags |= 1)), TRICK),
        fails(
            "ZIP-008c",
            BIN,
            evil_with(|member| member.central(|header| header.flags |= 1)),
            TRICK,
        ),
        fails(
            "ZIP-008d",
            BIN,
            evil_seekable(|_| {
                deflated("archive/data.pkl", &evil()).with(|header| header.flags |= 1)
            }),
            TRICK,
        ),
        fails(
            "ZIP-008e",
            BIN,
            evil_with(|member| member.with(|header| header.flags |= 0x2040)),
            TRICK,
        ),
        fails(
            "ZIP-009",
            BIN,
            evil_with(|member| member.local(|header| header.name = b"archive/note.txt".to_vec())),
            TRICK,
        ),
        fails(
            "ZIP-010a",
            BIN,
            evil_seekable(|member| member.local(|header| header.method = 8)),
            TRICK,
        ),
        fails(
            "ZIP-010b",
            BIN,
            evil_seekable(|member| member.central(|header| header.method = 8)),
            TRICK,
        ),
        fails(
            "ZIP-010c",
            BIN,
            evil_seekable(|member| {
                member.central(|header| (header.size, header.compressed) = (2, 2))
            }),
            TRICK,
        ),
        fails(
            "ZIP-010d",
            BIN,
            evil_seekable(|member| {
                member.local(|header| (header.size, header.compressed) = (2, 2))
            }),
            TRICK,
        ),
        fails(
            "ZIP-011a",
            BIN,
            checkpoint_with(vec![record("archive", "x", &evil()).ghost()]),
            TRICK,
        ),
        fails(
            "ZIP-011b",
            BIN,
            checkpoint_with(vec![stored("archive/data.pkl", &evil()).ghost()]),
            TRICK,
        ),
        fails(
            "ZIP-011c",
            BIN,
            checkpoint_with(vec![record("archive", "x", b"N.").behind(&evil())]),
            ANOMALY,
        ),
    ]);
}

#[test]
fn offsets_and_directories() {
    let benign = || records(&weights(), &[("0", &floats())]);
    let overlap = {
        // A directory entry that shows into the data of another member.
        let inner = lay_out(b"", 0, &[stored("archive/inner.pkl", &evil())]).body;
        let outer = stored("archive/outer.txt", &inner);
        let start = u32::try_from(30 + outer.local.name.len()).unwrap();
        let mut alias = stored("archive/inner.pkl", &evil());
        alias.central_only = true;
        alias.offset = Some(start);
        zip(&[outer, alias])
    };
    let alias = {
        let mut alias = stored("archive/data.pkl", &evil());
        alias.central_only = true;
        alias.offset = Some(0);
        zip(&[stored("archive/other", &evil()), alias])
    };
    let two_ends = |first_evil: bool| {
        let evil = vec![record("archive", "data.pkl", &evil())];
        let (first, second) = if first_evil { (evil, benign()) } else { (benign(), evil) };
        let layout = lay_out(b"", 0, &first);
        let mut out = layout.body;
        let offset = u32::try_from(out.len()).unwrap();
        out.extend_from_slice(&layout.directory);
        let size = u32::try_from(layout.directory.len()).unwrap();
        out.extend(end_record(layout.count, size, offset, b""));
        let layout = lay_out(&out, 0, &second);
        let mut out = layout.body;
        let offset = u32::try_from(out.len()).unwrap();
        out.extend_from_slice(&layout.directory);
        let size = u32::try_from(layout.directory.len()).unwrap();
        out.extend(end_record(layout.count, size, offset, b""));
        out
    };
    let second_end_in_comment = {
        let layout = lay_out(b"", 0, &benign());
        let mut hidden = stored("archive/data.pkl", &evil());
        hidden.central_only = true;
        let mut members = vec![stored("archive/data.pkl", &evil())];
        members[0].central = None;
        let mut out = layout.body;
        let at = u32::try_from(out.len()).unwrap();
        out.extend(lay_out(b"", 0, &members).body);
        hidden.offset = Some(at);
        let other = lay_out(b"", 0, &[hidden]).directory;
        let offset = u32::try_from(out.len()).unwrap();
        let size = u32::try_from(other.len()).unwrap();
        out.extend_from_slice(&other);
        let inner = end_record(1, size, offset, b"");
        let offset = u32::try_from(out.len()).unwrap();
        let size = u32::try_from(layout.directory.len()).unwrap();
        out.extend_from_slice(&layout.directory);
        // A reader that searches backwards meets the record inside of the comment.
        out.extend(end_record(layout.count, size, offset, &inner));
        out
    };
    let zip64 = {
        let layout = lay_out(b"", 0, &benign());
        let mut out = layout.body;
        let at = u32::try_from(out.len()).unwrap();
        let mut ghost = stored("archive/data.pkl", &evil());
        ghost.central = None;
        out.extend(lay_out(b"", 0, &[ghost]).body);
        let mut listed = stored("archive/data.pkl", &evil());
        listed.central_only = true;
        listed.offset = Some(at);
        let wide = lay_out(b"", 0, &[listed]).directory;
        let wide_at = out.len() as u64;
        out.extend_from_slice(&wide);
        let offset = u32::try_from(out.len()).unwrap();
        let size = u32::try_from(layout.directory.len()).unwrap();
        out.extend_from_slice(&layout.directory);
        let record_at = out.len() as u64;
        out.extend(zip64_end(1, wide.len() as u64, wide_at, record_at));
        out.extend(end_record(layout.count, size, offset, b""));
        out
    };
    let count = {
        let layout = lay_out(b"", 0, &records(&evil(), &[]));
        let mut out = layout.body;
        let offset = u32::try_from(out.len()).unwrap();
        let size = u32::try_from(layout.directory.len()).unwrap();
        out.extend_from_slice(&layout.directory);
        out.extend(end_record(layout.count - 1, size, offset, b""));
        out
    };
    check(vec![
        fails("ZIP-012a", BIN, overlap, TRICK),
        fails("ZIP-012b", BIN, alias, TRICK),
        fails("ZIP-013a", BIN, two_ends(true), TRICK),
        fails("ZIP-013b", BIN, two_ends(false), TRICK),
        fails("ZIP-013c", BIN, second_end_in_comment, TRICK),
        fails("ZIP-013d", BIN, count, TRICK),
        fails("ZIP-014", BIN, zip64, TRICK),
        fails(
            "ZIP-015a",
            BIN,
            framed(&elf(), &benign(), b"", b""),
            &["archive-anomaly", "executable-file"],
        ),
        fails("ZIP-015b", BIN, behind(&elf(), &benign()), &["archive-anomaly", "executable-file"]),
        fails("ZIP-015c", BIN, framed(b"#!/bin/sh\nexit 0\n", &benign(), b"", b""), ANOMALY),
        fails(
            "ZIP-016a",
            BIN,
            framed(&evil(), &benign(), b"", b""),
            &["denied-global", "archive-anomaly", "polyglot-file"],
        ),
        fails(
            "ZIP-016b",
            BIN,
            behind(&protocol2(b"N"), &records(&evil(), &[])),
            &["denied-global", "archive-anomaly", "polyglot-file"],
        ),
        fails("ZIP-017a", BIN, framed(b"", &benign(), b"", &evil()), ANOMALY),
        fails("ZIP-017b", BIN, framed(b"", &benign(), b"a comment", &evil()), ANOMALY),
    ]);
}

#[test]
fn roots_and_records() {
    let with_root = |root: &str, pickle: &[u8]| {
        vec![record(root, "data.pkl", pickle), record(root, "version", b"3\n")]
    };
    let float = |key: &str, elements: i64| storage("FloatStorage", key, elements);
    let one = |tensor: &[u8]| checkpoint(&state_dict(&[("weight", tensor)]), &[("0", &floats())]);
    let id = |items: &[&[u8]]| one(&join(&[&tuple(items), b"Q"]));
    let kind: &[u8] = b"ctorch\nFloatStorage\n";
    let (s, k, c, n) = (unicode("storage"), unicode("0"), unicode("cpu"), int(4));
    let payload = |content: &[u8]| {
        let mut content = content.to_vec();
        content.resize(content.len().next_multiple_of(4), b'.');
        let elements = i64::try_from(content.len() / 4).unwrap();
        let tensor = tensor(&float("0", elements), 0, &[elements], &[1]);
        checkpoint(&state_dict(&[("weight", &tensor)]), &[("0", &content)])
    };
    let dummy = {
        let mut members = vec![record("x", "dummy", b"x"), record("x", "data.pkl", &evil())];
        members.extend(records(&weights(), &[("0", &floats())]));
        checkpoint_of(members)
    };
    let roots = {
        let mut members = with_root("a", &protocol2(b"N"));
        members.extend(with_root("b", &protocol2(b"N")));
        checkpoint_of(members)
    };
    check(vec![
        fails("ZIP-018", BIN, dummy, &["denied-global", "torch-layout"]),
        fails("ZIP-019", BIN, roots, &["torch-layout"]),
        fails(
            "ZIP-020",
            BIN,
            checkpoint_with(vec![record("archive", "constants", &evil())]),
            DENIED,
        ),
        fails("ZIP-021a", BIN, payload(&evil()), DENIED),
        fails("ZIP-021b", BIN, payload(&elf()), &["executable-file"]),
        fails("ZIP-021c", BIN, payload(&checkpoint(&evil(), &[])), DENIED),
        fails(
            "ZIP-022a",
            BIN,
            one(&tensor(&float("0", 5), 0, &[2, 2], &[2, 1])),
            &["torch-layout"],
        ),
        fails("ZIP-022b", BIN, one(&tensor(&float("0", 3), 0, &[3], &[1])), &["torch-layout"]),
        fails(
            "ZIP-022c",
            BIN,
            one(&tensor(&float("0", i64::MAX), 0, &[2, 2], &[2, 1])),
            &["torch-layout"],
        ),
        fails("ZIP-023a", BIN, id(&[&s, kind, &k, &c]), &["persistent-id"]),
        fails(
            "ZIP-023b",
            BIN,
            id(&[&s, b"cos\ngetpid\n", &k, &c, &n]),
            &["persistent-id", "denied-global"],
        ),
        fails("ZIP-023c", BIN, id(&[&s, kind, &unicode("../0"), &c, &n]), &["persistent-id"]),
        fails("ZIP-023d", BIN, id(&[&s, kind, &int(0), &c, &n]), &["persistent-id"]),
        fails("ZIP-023e", BIN, id(&[&s, kind, &k, &c, &unicode("4")]), &["persistent-id"]),
        fails("ZIP-023f", BIN, id(&[&unicode("module"), kind, &k, &c, &n]), &["persistent-id"]),
        fails("ZIP-023g", BIN, one(&join(&[&unicode("0"), b"Q"])), &["persistent-id"]),
        fails("ZIP-023h", BIN, one(&tensor(&float("1", 4), 0, &[4], &[1])), &["torch-layout"]),
        fails("ZIP-024a", BIN, one(&tensor(&float("0", 4), 0, &[5], &[1])), &["torch-layout"]),
        fails(
            "ZIP-024b",
            BIN,
            one(&tensor(&float("0", 4), 0, &[2, 2], &[3, 1])),
            &["torch-layout"],
        ),
        fails("ZIP-024c", BIN, one(&tensor(&float("0", 4), 1, &[4], &[1])), &["torch-layout"]),
        fails(
            "ZIP-024d",
            BIN,
            one(&tensor(&float("0", 4), -1, &[4], &[1])),
            &["unexpected-arguments"],
        ),
        fails(
            "ZIP-024e",
            BIN,
            one(&tensor(&float("0", 4), 0, &[4], &[-1])),
            &["unexpected-arguments"],
        ),
        fails(
            "ZIP-024f",
            BIN,
            one(&tensor(&float("0", 4), 0, &[i64::MAX, i64::MAX], &[i64::MAX, 1])),
            &["torch-layout"],
        ),
        passes("ZIP-024g", BIN, one(&tensor(&float("0", 4), 0, &[1000, 4], &[0, 1]))),
        passes("ZIP-024h", BIN, one(&tensor(&float("0", 4), 9, &[0, 4], &[4, 1]))),
        fails(
            "ZIP-025a",
            BIN,
            one(&join(&[&tensor(&float("0", 4), 0, &[4], &[1]), b"K\0", &int(1), b"s"])),
            &["object-mutation"],
        ),
        fails(
            "ZIP-025b",
            BIN,
            one(&join(&[&tensor(&float("0", 4), 0, &[4], &[1]), b"(K\0", &int(1), b"u"])),
            &["object-mutation"],
        ),
        fails(
            "ZIP-042a",
            BIN,
            checkpoint_of(
                records(&weights(), &[("0", &floats())])
                    .into_iter()
                    .map(|member| match member.local.name.ends_with(b"byteorder") {
                        true => record("archive", "byteorder", b"middle"),
                        false => member,
                    })
                    .collect(),
            ),
            &["torch-oddity"],
        ),
        fails(
            "ZIP-042b",
            BIN,
            checkpoint_with(vec![record("archive", "data/7", &floats())]),
            &["torch-oddity"],
        ),
    ]);
}

#[test]
fn programs_and_packages() {
    let script = |extra: Vec<Member>| {
        let mut members = vec![
            record("m", "data.pkl", &protocol2(b"c__torch__\nM\n)\x81}b")),
            record("m", "constants.pkl", &protocol2(b")")),
            record("m", "code/__torch__.py", b"class M(Module):\n  __parameters__ = []\n"),
            record("m", "version", b"3\n"),
        ];
        members.extend(extra);
        checkpoint_of(members)
    };
    let code = |code: &str| {
        let text = format!("def forward(self, x):\n  return {code}\n");
        script(vec![record("m", "code/__torch__/m.py", text.as_bytes())])
    };
    let pt2 = |name: &str, content: &[u8]| {
        checkpoint_of(vec![
            record("m", "archive_format", b"pt2"),
            record("m", "archive_version", b"0"),
            record("m", "models/model.json", b"{\"graph_module\":{}}"),
            record("m", name, content),
        ])
    };
    let use_pickle = |content: &[u8]| {
        let config: &[u8] =
            br#"{"config":{"w":{"path_name":"weight_0","is_param":true,"use_pickle":true}}}"#;
        checkpoint_of(vec![
            record("m", "archive_format", b"pt2"),
            record("m", "archive_version", b"0"),
            record("m", "models/model.json", b"{\"graph_module\":{}}"),
            record("m", "data/weights/model_weights_config.json", config),
            record("m", "data/weights/weight_0", content),
        ])
    };
    check(vec![
        fails("ZIP-026", "model.pt", script(vec![]), &["torchscript"]),
        fails(
            "ZIP-027",
            "model.pt",
            checkpoint_with(vec![record("archive", "Constants.PKL", &protocol2(b")"))]),
            &["torchscript", "archive-anomaly"],
        ),
        fails(
            "ZIP-028a",
            "model.pt",
            code("torch.from_file(\"x\", True, 4)"),
            &["torchscript", "torchscript-operator"],
        ),
        fails("ZIP-028b", "model.pt", code("torch.save(x, \"x\")"), &["torchscript-operator"]),
        fails("ZIP-029a", "model.pt", code("ops.custom.run(x)"), &["torchscript-operator"]),
        fails("ZIP-029b", "model.pt", code("torch.ops.custom.run(x)"), &["torchscript-operator"]),
        fails(
            "ZIP-029c",
            "model.pt",
            code("__torch__.torch.classes.custom.Reader(x)"),
            &["torchscript-operator"],
        ),
        fails(
            "ZIP-030",
            "model.pt",
            checkpoint_of(vec![
                record("p", ".data/extern_modules", b"sys\n"),
                record("p", ".data/python_version", b"3.11.4"),
                record("p", "model/model.pkl", &protocol2(b"N")),
                record("p", "model/__init__.py", b"import os\n"),
                record("p", ".data/version", b"6\n"),
                record("p", "version", b"6\n"),
            ]),
            &["torch-package"],
        ),
        fails("ZIP-031a", "model.pt2", use_pickle(&evil()), &["denied-global", "exported-program"]),
        fails(
            "ZIP-031b",
            "model.pt2",
            use_pickle(&checkpoint(&evil(), &[])),
            &["denied-global", "exported-program"],
        ),
        fails(
            "ZIP-032",
            "model.pt2",
            pt2("data/sample_inputs/model.pt", &checkpoint(&evil(), &[])),
            DENIED,
        ),
        fails("ZIP-033", "model.pt2", pt2("data/constants/custom_obj_0", &evil()), DENIED),
        fails(
            "ZIP-034",
            "model.pt2",
            pt2("data/aotinductor/model/x.so", &elf()),
            &["executable-file"],
        ),
        fails(
            "ZIP-035a",
            "model.pt2",
            pt2("extra/notes.txt", &zip(&[deflated("a", &zip(&[deflated("b", &evil())]))])),
            DENIED,
        ),
        fails("ZIP-035b", "a.zip", zip(&[stored("b.zip", &checkpoint(&evil(), &[]))]), DENIED),
    ]);
}

#[test]
fn methods_names_and_costs() {
    let lzma = |content: &[u8]| {
        // Version of the LZMA SDK, size of the properties, properties, data.
        join(&[b"\x09\x14\x05\0\x5d", &(8_u32 << 20).to_le_bytes(), &raw_lzma(content)])
    };
    let evil = evil();
    let named = |name: &str| zip(&[stored(name, b"{}")]);
    let bomb = |count: usize, size: usize| {
        let zeros = deflated("x", &vec![0; size]);
        let members: Vec<Member> = (0..count)
            .map(|index| {
                zeros.clone().with(|header| header.name = format!("data/{index}").into_bytes())
            })
            .collect();
        zip(&members)
    };
    check(vec![
        fails("ZIP-036a", "a.zip", zip(&[packed("a", 12, &evil, bz2(&evil))]), DENIED),
        fails("ZIP-036b", "a.zip", zip(&[packed("a", 14, &evil, lzma(&evil))]), DENIED),
        fails("ZIP-036c", "a.zip", zip(&[packed("a", 93, &evil, zstd(&evil))]), DENIED),
        fails(
            "ZIP-036d",
            "a.zip",
            zip(&[packed("a", 97, &evil, evil.clone())]),
            &["unscanned-file"],
        ),
        fails(
            "ZIP-036e",
            BIN,
            checkpoint_with(vec![packed("archive/x", 98, &evil, evil.clone())]),
            &["unscanned-file"],
        ),
        fails("ZIP-037a", "a.zip", bomb(1, 400 << 20), &["budget-exhausted"]),
        fails("ZIP-037b", "a.zip", bomb(64, 16 << 20), &["budget-exhausted"]),
        fails(
            "ZIP-038",
            "a.zip",
            zip(&[stored("data", b"/etc").mode(0o120_777), stored("data/x", b"{}")]),
            &["archive-link"],
        ),
        fails("ZIP-039a", "a.zip", named("../x.json"), &["archive-path"]),
        fails("ZIP-039b", "a.zip", named("/etc/x.json"), &["archive-path"]),
        fails("ZIP-039c", "a.zip", named("C:\\x.json"), &["archive-path"]),
        fails("ZIP-039d", "a.zip", named("x.json\0.txt"), &["archive-path"]),
        fails("ZIP-039e", "a.zip", named("a\\..\\x.json"), &["archive-path"]),
        fails("ZIP-039f", "a.zip", named("a/../../x.json"), &["archive-path"]),
        fails("ZIP-039g", "a.zip", named("a\u{1b}[31m.json"), &["archive-path"]),
        passes("ZIP-039h", "a.zip", named("a/b..c/x.json")),
    ]);
}

#[test]
fn lightning() {
    let checkpoint_of_trainer = |callback: &[u8]| {
        let tensor = tensor(&storage("FloatStorage", "0", 4), 0, &[4], &[1]);
        let entry = |name: &str, value: &[u8]| join(&[&unicode(name), value]);
        let pickle = join(&[
            b"\x80\x02}(",
            &entry("epoch", b"K\x01"),
            &entry("global_step", b"K\x0a"),
            &entry("pytorch-lightning_version", &unicode("2.1.0")),
            &entry(
                "state_dict",
                &join(&[b"ccollections\nOrderedDict\n)R", &unicode("weight"), &tensor, b"s"]),
            ),
            &entry("loops", b"N"),
            &entry("callbacks", &join(&[b"}", &unicode("C"), callback, b"s"])),
            &entry("optimizer_states", b"]"),
            &entry("lr_schedulers", b"]"),
            &entry("hparams_name", &unicode("args")),
            &entry(
                "hyper_parameters",
                &join(&[b"cargparse\nNamespace\n)\x81}", &unicode("lr"), b"G?\0\0\0\0\0\0\0sb"]),
            ),
            b"u.",
        ]);
        checkpoint(&pickle, &[("0", &floats())])
    };
    check(vec![
        passes("ZIP-040", "epoch=1-step=10.ckpt", checkpoint_of_trainer(b"}")),
        fails("ZIP-041a", "last.ckpt", checkpoint_of_trainer(&canary()), DENIED),
        fails(
            "ZIP-041b",
            "last.ckpt",
            checkpoint_of_trainer(b"cmylib\nCallback\n)\x81"),
            &["unlisted-global"],
        ),
    ]);
}
