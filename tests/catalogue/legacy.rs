//! LEG: torch's formats before the zip: five pickles, and the tar.

use crate::catalogue::assemble::torch::*;
use crate::catalogue::assemble::*;
use crate::catalogue::verdict::{Case, check, fails, judge, passes};

const DENIED: &[&str] = &["denied-global"];
const BIN: &str = "pytorch_model.bin";
const NUMBER: &str = "1950a86a20f9469cfc6c";

/// The magic number as protocols 0 and 1 write it.
const DIGITS: &[u8] = b"L119547037146038801333356L\n.";

/// The persistent id that stands for a class in a whole module, with its source beside it.
fn module_id(class: &str) -> Vec<u8> {
    let parts: [&[u8]; 4] =
        [&unicode("module"), class.as_bytes(), &unicode("net.py"), &unicode("class Net:")];
    join(&[&tuple(&parts), b"Q"])
}

#[test]
fn whole_modules_and_several_checkpoints() {
    let module = |class: &str, rest: &[u8]| {
        let class = module_id(class);
        legacy(|legacy| legacy.object = protocol2(&join(&[&class, b")\x81}", rest, b"b"])))
    };
    let net = "ccollections\nOrderedDict\n";
    let system = module("cos\nsystem\n", b"");
    let called = legacy(|legacy| {
        legacy.object = protocol2(&join(&[&module_id("cposix\nsystem\n"), b"(X\x02\0\0\0idtR"]));
    });
    let two = join(&[&Legacy::plain().bytes(), &Legacy::plain().bytes()]);
    let second = join(&[&Legacy::plain().bytes(), &legacy(|legacy| legacy.object = evil())]);
    let (code, rules, _) = judge(BIN, &module(net, b""));
    let unknown = ["indirect-call", "object-mutation", "persistent-id"];
    assert!(!rules.iter().any(|rule| unknown.contains(&&**rule)), "{code:?} {rules:?}");
    check(vec![
        fails("LEG-030", BIN, system, DENIED),
        fails("LEG-031", BIN, called, DENIED),
        fails("LEG-032", BIN, module("cacme\nNet\n", b""), &["unlisted-global"]),
        passes("LEG-033", BIN, two),
        fails("LEG-034", BIN, second, DENIED),
        passes("LEG-035", BIN, legacy(|legacy| legacy.magic = DIGITS.to_vec())),
        fails(
            "LEG-036",
            BIN,
            legacy(|legacy| legacy.tail.extend_from_slice(b"\0\0\0\0")),
            &["torch-layout"],
        ),
    ]);
}

/// A plain legacy file with something changed.
fn legacy(change: impl Fn(&mut Legacy)) -> Vec<u8> {
    let mut legacy = Legacy::plain();
    change(&mut legacy);
    legacy.bytes()
}

/// The same for the tar.
fn old_tar(change: impl Fn(&mut OldTar)) -> Vec<u8> {
    let mut old = OldTar::plain();
    change(&mut old);
    old.bytes()
}

/// Any tar on top of the plain one's members.
fn with_entries(change: impl Fn(&mut Vec<tar::Entry>)) -> Vec<u8> {
    let mut entries = OldTar::plain().entries();
    change(&mut entries);
    tar::tar(&entries)
}

#[test]
fn streams() {
    let numbers: Vec<(&'static str, Vec<u8>)> = vec![
        ("LEG-003", format!("L0x{NUMBER}L\n.").into_bytes()),
        ("LEG-004a", b"\x80\x02\x8a\x0b\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\0.".to_vec()),
        ("LEG-004b", b"\x80\x02\x8b\x0a\0\0\0\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec()),
        ("LEG-004c", join(&[b"\x80\x02N0", &MAGIC[2..]])),
        ("LEG-004d", b"I119547037146038801333356\n.".to_vec()),
    ];
    let mut cases: Vec<Case> = numbers
        .iter()
        .map(|(id, magic)| {
            let bytes = legacy(|legacy| {
                legacy.magic = magic.clone();
                legacy.keys = evil();
            });
            fails(id, BIN, bytes, &["divergent-stream", "denied-global"])
        })
        .collect();
    cases.extend([
        fails(
            "LEG-003 decimal",
            BIN,
            legacy(|legacy| {
                legacy.magic = DIGITS.to_vec();
                legacy.keys = evil();
            }),
            DENIED,
        ),
        fails("LEG-001", BIN, legacy(|legacy| legacy.object = evil()), DENIED),
        fails("LEG-002", BIN, legacy(|legacy| legacy.keys = evil()), DENIED),
        fails(
            "LEG-004e",
            BIN,
            legacy(|legacy| legacy.magic = numbers[2].1.clone()),
            &["divergent-stream"],
        ),
        fails("LEG-005a", BIN, legacy(|legacy| legacy.system = evil()), DENIED),
        fails("LEG-005b", BIN, legacy(|legacy| legacy.version = evil()), DENIED),
        fails(
            "LEG-005c",
            BIN,
            legacy(|legacy| {
                legacy.system = protocol2(&join(&[&canary(), b"0}X\x0d\0\0\0little_endian\x88s"]))
            }),
            DENIED,
        ),
        fails("LEG-006", BIN, legacy(|legacy| legacy.object = module()), &["torch-oddity"]),
        fails("LEG-007a", BIN, legacy(|legacy| legacy.tail.extend(evil())), &["torch-layout"]),
        fails("LEG-007b", BIN, legacy(|legacy| legacy.tail.truncate(20)), &["torch-layout"]),
        fails("LEG-007c", BIN, legacy(|legacy| legacy.tail[0] = 5), &["torch-layout"]),
        fails(
            "LEG-007d",
            BIN,
            legacy(|legacy| legacy.keys = protocol2(b"]X\x05\0\0\x0094002a")),
            &["torch-layout"],
        ),
        fails("LEG-007e", BIN, legacy(|legacy| legacy.tail = evil()), &["torch-layout"]),
        passes("LEG plain", BIN, Legacy::plain().bytes()),
    ]);
    check(cases);
}

/// A state whose module's source goes with it.
fn module() -> Vec<u8> {
    let id = tuple(&[
        &unicode("module"),
        b"ctorch.nn.modules.linear\nIdentity\n",
        &unicode("/x/linear.py"),
        &unicode("class Identity(Module):\n    pass\n"),
    ]);
    let tensor = tensor(&legacy_storage("FloatStorage", "94001", 4), 0, &[4], &[1]);
    state_dict(&[("module", &join(&[&id, b"Q"])), ("weight", &tensor)])
}

#[test]
fn tars() {
    let polyglot = {
        // The first member's name is a pickle that calls, stops, and leaves the rest to tar.
        let mut entries = OldTar::plain().entries();
        let mut name = evil();
        name.push(b'x');
        entries.insert(0, tar::Entry { name, ..tar::file("", b"{}") });
        tar::tar(&entries)
    };
    let magic_polyglot = {
        let mut name = Legacy::plain().magic;
        name.extend(evil());
        let mut entries = OldTar::plain().entries();
        entries.insert(0, tar::Entry { name, ..tar::file("", b"{}") });
        tar::tar(&entries)
    };
    check(vec![
        fails(
            "LEG-008",
            "model.pt",
            old_tar(|old| old.object = evil()),
            &["denied-global", "torch-tar"],
        ),
        fails("LEG-009a", "model.pt", old_tar(|old| old.storages = evil()), DENIED),
        fails("LEG-009b", "model.pt", old_tar(|old| old.tensors = evil()), DENIED),
        fails(
            "LEG-009c",
            "model.pt",
            old_tar(|old| old.storages.truncate(old.storages.len() - 4))
                .into_iter()
                .collect::<Vec<u8>>(),
            &["torch-tar"],
        ),
        fails(
            "LEG-009d",
            "model.pt",
            old_tar(|old| {
                // The list of views, behind the storages' bytes.
                let start = old.storages.len() - 4;
                old.storages.truncate(start);
                old.storages.extend(evil());
            }),
            DENIED,
        ),
        fails(
            "LEG-009e",
            "model.pt",
            old_tar(|old| {
                let count = b"\x80\x02K\x01.".len();
                old.tensors.truncate(count);
                old.tensors.extend(evil());
            }),
            DENIED,
        ),
        fails(
            "LEG-010",
            "model.pt",
            with_entries(|entries| {
                *entries = entries.iter().map(|entry| entry.clone().magic(tar::V7)).collect();
                entries[2] = tar::file("pickle", &evil()).magic(tar::V7);
            }),
            DENIED,
        ),
        fails("LEG-011a", "model.pt", polyglot, &["denied-global", "polyglot-file"]),
        fails("LEG-011b", "model.pt", magic_polyglot, &["denied-global", "polyglot-file"]),
        fails(
            "LEG-012a",
            "model.pt",
            with_entries(|entries| entries[0] = tar::link("storages", b'2', "/etc/passwd")),
            &["archive-link"],
        ),
        fails(
            "LEG-012b",
            "model.pt",
            with_entries(|entries| entries[0] = tar::link("storages", b'1', "tensors")),
            &["archive-link"],
        ),
        fails(
            "LEG-012c",
            "model.pt",
            with_entries(|entries| entries.push(tar::link("fifo", b'6', ""))),
            &["archive-link"],
        ),
        fails(
            "LEG-013a",
            "model.pt",
            with_entries(|entries| {
                entries.truncate(2);
                entries.push(tar::pax(&[("path", "pickle")]));
                entries.push(tar::file("harmless.txt", &evil()));
            }),
            &["denied-global", "torch-tar"],
        ),
        fails(
            "LEG-013b",
            "model.tar",
            tar::tar(&[tar::pax(&[("path", "../../x.json")]), tar::file("x.json", b"{}")]),
            &["archive-path"],
        ),
        fails(
            "LEG-013c",
            "model.tar",
            tar::tar(&[tar::gnu_name("../../x.json"), tar::file("x.json", b"{}").magic(tar::GNU)]),
            &["archive-path"],
        ),
        fails(
            "LEG-013d",
            "model.tar",
            tar::tar(&[tar::pax(&[("linkpath", "/etc/passwd")]), tar::link("data", b'2', "data2")]),
            &["archive-link"],
        ),
        fails(
            "LEG-013e",
            "model.tar",
            {
                // PAX says the member is two bytes long; the header says it is all of it.
                let hidden = join(&[b"{}", &evil()]);
                tar::tar(&[tar::pax(&[("size", "2")]), tar::file("x.json", &hidden)])
            },
            &[],
        ),
        fails(
            "LEG-013f",
            "model.tar",
            tar::tar(&[tar::file("a.json", b"{}"), tar::file("a.json", &evil())]),
            DENIED,
        ),
        fails(
            "LEG-013g",
            "model.tar",
            {
                let mut bytes = tar::tar(&[tar::file("a.json", b"{}")]);
                bytes.extend(tar::tar(&[tar::file("b.json", &evil())]));
                bytes
            },
            &[],
        ),
    ]);
}

#[test]
fn a_plain_tar_of_torch_fails_for_its_layout_only() {
    let (code, rules, _) = judge("model.pt", &OldTar::plain().bytes());
    assert_eq!(code, Some(1));
    for rule in &rules {
        assert!(
            ["torch-tar", "unsafe-format", "missing-safetensors"].contains(&rule.as_str()),
            "{rules:?}"
        );
    }
}
