use proptest::prelude::*;

use super::*;
use crate::analyse::{NoSiblings, analyse_file};
use crate::base::Limits;
use crate::evidence::{CoverageFact, Fact, FileEvidence, Origin, PickleFact, Status};

fn npy(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend([version, 0]);
    let length = header.len();
    match version {
        1 => bytes.extend(u16::try_from(length).unwrap().to_le_bytes()),
        _ => bytes.extend(u32::try_from(length).unwrap().to_le_bytes()),
    }
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(data);
    bytes
}

fn header(descr: &str, shape: &str) -> String {
    format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}         \n")
}

fn analyse(bytes: &[u8]) -> FileEvidence {
    analyse_file("a.npy", &bytes, &NoSiblings, &Limits::default())
}

fn malformed(file: &FileEvidence) -> Option<String> {
    file.evidence.iter().find_map(|piece| match &piece.fact {
        Fact::Coverage(CoverageFact::Malformed { reason, .. }) => Some(reason.clone()),
        _ => None,
    })
}

#[test]
fn arrays_of_numbers_pass() {
    for (version, descr, shape, size) in [
        (1, "'<f4'", "(2, 3)", 24),
        (2, "'|u1'", "()", 1),
        (3, "'>i8'", "(2,)", 16),
        (1, "'<f4'", "(2L, 3L)", 24),
        (1, "'|b1'", "(0, 99999999999, 99999999999)", 0),
        (1, "'<U10'", "(3,)", 120),
        (1, "'|S5'", "(3,)", 15),
        (1, "'<M8[ns]'", "(3,)", 24),
        (1, "'<m8[25s]'", "(1,)", 8),
        (1, "'<c16'", "(1,)", 16),
        (1, "'|V2'", "(4,)", 8),
        (1, "[('a', '<f4'), (('title', 'b'), '|i1', (2, 2)), ('', '|V3')]", "(2,)", 22),
        (3, "[('größe', [('x', '<f2'), (u'y', '<f2')])]", "(5,)", 20),
        (1, "('<f4', (3,))", "(2,)", 24),
    ] {
        let bytes = npy(version, &header(descr, shape), &vec![1; size]);
        let file = analyse(&bytes);
        assert_eq!(file.evidence, [], "{version} {descr} {shape}");
        assert_eq!(file.formats, [Npy::FORMAT]);
    }
}

#[test]
fn real_files_pass() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/real/numpy");
    let mut count = 0;
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "npy") {
            continue;
        }
        count += 1;
        let bytes = crate::base::FileBytes::open(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name == "array-dump.npy" {
            // A plain pickle, as `ndarray.dump` writes it.
            continue;
        }
        let file = analyse_file(name, &bytes, &NoSiblings, &Limits::default());
        let objects = file.evidence.iter().any(|p| p.fact == FileFact::ObjectArray.into());
        let expected = name.starts_with("object") || name == "several-arrays.npy";
        assert_eq!(objects, expected, "{name}");
        assert_eq!(malformed(&file), None, "{name}");
        assert!(objects || file.evidence.is_empty(), "{name}");
    }
    assert!(count > 5);
}

#[test]
fn objects_anywhere_make_the_array_a_pickle() {
    for descr in [
        "'|O'",
        "'O'",
        "'|O8'",
        "[('a', '<f4'), ('b', '|O')]",
        "[('a', [('b', '|O', (2,))])]",
        "('|O', (2,))",
    ] {
        let file = analyse(&npy(1, &header(descr, "(1,)"), b"\x80\x04N."));
        assert_eq!(file.evidence[0].fact, FileFact::ObjectArray.into(), "{descr}");
    }
    // Offsets are those of the file.
    let text = header("'|O'", "(1,)");
    let file = analyse(&npy(1, &text, b"\x80\x04\x8c\x02os\x8c\x06getpid\x93."));
    let import = file.evidence.iter().find_map(|piece| match &piece.fact {
        Fact::Pickle(PickleFact::Import(import)) => Some((import.global(), piece.origin.clone())),
        _ => None,
    });
    let (global, origin) = import.unwrap();
    assert_eq!(global, "os.getpid");
    assert_eq!(origin, Origin { member: None, offset: Some(10 + text.len() as u64 + 14) });
}

#[test]
fn the_length_must_be_exact() {
    let exact = header("'<f4'", "(2,)");
    let start = 10 + exact.len() as u64;
    let file = analyse(&npy(1, &exact, b"12345678\x80\x04N."));
    assert_eq!(malformed(&file).unwrap(), "4 bytes stand behind the array");
    let last = file.evidence.last().unwrap();
    assert_eq!(last.origin, Origin { member: None, offset: Some(start + 8) });
    // What stands there is analysed all the same.
    assert_eq!(file.evidence[0].origin.member.as_deref(), Some("trailing-bytes"));
    assert!(matches!(file.evidence[0].fact, Fact::Pickle(PickleFact::Stream(_))));
    // A second array behind the first is ordinary, and a third may be no array.
    let one = npy(1, &exact, b"12345678");
    assert_eq!(analyse(&[&one[..], &one].concat()).evidence, []);
    assert!(malformed(&analyse(&[&one[..], &one, b"x"].concat())).is_some());
    let file = analyse(&npy(1, &exact, b"1234567"));
    assert_eq!(malformed(&file).unwrap(), "8 bytes of data are promised, 7 are there");
    assert_eq!(file.status, Status::Partial);
}

#[test]
fn a_header_that_is_no_plain_dict_is_malformed() {
    for (version, text) in [
        (1, "__import__('os').getpid()".to_owned()),
        (1, "{'descr': '<f4', 'fortran_order': False}".to_owned()),
        (1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}".to_owned()),
        (1, "{'descr': '<f4', 'descr': '|O', 'fortran_order': False, 'shape': (1,)}".to_owned()),
        (1, "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}".to_owned()),
        (1, header("'<f4'", "(1)")),
        (1, header("'<f4'", "[1]")),
        (1, header("'<f4'", "(-1,)")),
        (1, header("'<f4'", "(1.0,)")),
        (1, header("'<f4'", "(True,)")),
        (1, header("'<f4'", "(99999999999, 99999999999)")),
        (1, header("'<f4'", "(9999999999999999999999,)")),
        (1, header("'<f8'", "(4611686018427387904,)")),
        (1, header("'<q99'", "(1,)")),
        (1, header("'f4,O'", "(1,)")),
        (1, header("'object'", "(1,)")),
        (1, header("['<f4']", "(1,)")),
        (1, header("None", "(1,)")),
        (1, header("[('a', '<U9223372036854775807')]", "(1,)")),
        (3, header("'<f4'", "(1L,)")),
        (1, format!("{}{}", "(".repeat(5000), ")".repeat(5000))),
        (1, String::new()),
        (2, "a".repeat(100_000)),
        (9, header("'<f4'", "(1,)")),
    ] {
        let file = analyse(&npy(version, &text, b"\x01\x02\x03\x04"));
        assert!(malformed(&file).is_some(), "{version} {:.80}", text);
    }
    assert!(malformed(&analyse(b"\x93NUMPY")).is_some());
    assert!(malformed(&analyse(b"\x93NUMPY\x01\0\xff\xff{")).is_some());
}

proptest! {
    #[test]
    fn any_bytes_behind_the_magic_are_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..200), version in 1_u8..4,
    ) {
        let mut file = MAGIC.to_vec();
        file.extend([version, 0]);
        file.extend(bytes);
        analyse(&file);
    }

    #[test]
    fn any_header_is_read_or_refused(
        text in r#"[{}()\[\]'":,LOfiU<|0-9 a-cTrueFalse\\\n-]{0,60}"#, version in 1_u8..4,
    ) {
        analyse(&npy(version, &text, b""));
        let _ = literal::parse(&text, version < 3);
    }
}
