use super::*;
use crate::analyse::{NoSiblings, analyse_file};
use crate::base::Limits;
use crate::evidence::{Fact, FileEvidence, Status};

fn analyse(name: &str, bytes: &[u8]) -> FileEvidence {
    analyse_file(name, &bytes, &NoSiblings, &Limits::default())
}

fn unanalysed(file: &FileEvidence) -> Vec<String> {
    file.evidence
        .iter()
        .filter_map(|piece| match &piece.fact {
            Fact::Coverage(CoverageFact::Unscanned {
                reason: UnscannedReason::NoAnalyser { format },
            }) => Some(format.to_string()),
            _ => None,
        })
        .collect()
}

/// A length-delimited field; contents here are short.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![(number << 3) | 2, u8::try_from(content.len()).unwrap()];
    bytes.extend_from_slice(content);
    bytes
}

fn piece(text: &str) -> Vec<u8> {
    let mut content = field(1, text.as_bytes());
    content.extend([0x15, 0, 0, 0x80, 0xBF, 0x18, 2]);
    field(1, &content)
}

#[test]
fn model_formats_without_an_analyser_are_never_clean() {
    let mut hdf5 = vec![7; 512];
    hdf5.extend(b"\x89HDF\r\n\x1a\n\0\0");
    let onnx = [&[0x08, 8][..], &field(7, b"\x12\x01x"), &field(8, b"\x10\x11")].concat();
    let saved_model = [&[0x08, 1][..], &field(2, b"\x0a\0")].concat();
    let graph = [field(1, b"\x0a\x01x\x12\x02No"), field(4, b"\x08\x01")].concat();
    let core_ml = [&[0x08, 4][..], &field(2, b"\x0a\0"), b"\xa2\x1f\x02\x08\x01"].concat();
    let mut checkpoint = vec![0; 40];
    checkpoint.extend(b"\x57\xfb\x80\x8b\x24\x75\x47\xdb");
    for (bytes, format) in [
        (&hdf5[..], "hdf5"),
        (b"\x1c\0\0\0TFL3\0\0", "tflite"),
        (b"\x1c\0\0\0ET12\0\0", "executorch"),
        (b"\x1c\0\0\0ORTM\0\0", "onnxruntime"),
        (b"CBM1\x10\0\0\0", "catboost"),
        (b"tree\nversion=v4\nnum_class=1\n", "lightgbm"),
        (b"X\n\0\0\0\x03\0\x04\x02", "r-data"),
        (b"<?xml version=\"1.0\"?>\n<!-- x > y -->\n<net name=\"m\">", "openvino"),
        (b"\xef\xbb\xbf<PMML version=\"4.4\">", "pmml"),
        (b"<!DOCTYPE PMML [<!ENTITY x SYSTEM \"a>]\">]><PMML>", "pmml"),
        (b"<?xml version='1.0'?><!DOCTYPE p:PMML><!-- <net > --><p:PMML a='b'/>", "pmml"),
        (b"<!DOCTYPE net [<!-- ]> -->]>\n<net name='x'>", "openvino"),
        (&onnx, "onnx"),
        (&saved_model, "tensorflow-saved-model"),
        (&graph, "tensorflow-graph"),
        (&core_ml, "coreml"),
        (&checkpoint, "tensorflow-checkpoint"),
    ] {
        let file = analyse("model.bin", bytes);
        assert_eq!(unanalysed(&file), [format], "{format}");
        assert_eq!(file.formats, [Format::new(format)], "{format}");
        assert_eq!(file.status, Status::Unreadable, "{format}");
    }
    assert_eq!(
        unanalysed(&analyse("m.data-00000-of-00001", b"\x01\x02\xff")),
        ["tensorflow-checkpoint"]
    );
}

#[test]
fn two_magics_are_both_told() {
    let mut bytes = b"RKNN".to_vec();
    bytes.resize(512, 1);
    bytes.extend(b"\x89HDF\r\n\x1a\n");
    let file = analyse("x", &bytes);
    assert_eq!(unanalysed(&file), ["hdf5", "rknn"]);
    assert!(file.evidence.iter().any(|p| matches!(p.fact, Fact::File(FileFact::Polyglot { .. }))));
}

#[test]
fn a_tokenizer_is_data() {
    let model = [piece("<unk>"), piece("▁the"), piece("s"), field(2, b"\x1a\x01x")].concat();
    for name in ["tokenizer.model", "spiece.model", "x"] {
        let file = analyse(name, &model);
        assert_eq!(file.formats, [SentencePiece::FORMAT], "{name}");
        assert_eq!(file.evidence, [], "{name}");
    }
}

#[test]
fn what_departs_from_a_tokenizer_is_none() {
    let good = [piece("<unk>"), field(2, b"\x1a\x01x")].concat();
    let tail = [&good[..], b"\x80\x04."].concat();
    let strange_field = [&good[..], &field(9, b"x")].concat();
    let not_text = [field(1, b"\x0a\x01\xff"), field(2, b"")].concat();
    let cut = &good[..good.len() - 1];
    for bytes in [&tail[..], &strange_field, &not_text, cut] {
        let file = analyse("tokenizer.model", bytes);
        assert!(!file.formats.contains(&SentencePiece::FORMAT));
        assert_ne!(file.status, Status::Analysed);
    }
}

#[test]
fn unknown_empty_and_zero_files_are_unscanned() {
    let unscanned = |name: &str, bytes: &[u8]| {
        analyse(name, bytes).evidence.into_iter().find_map(|piece| match piece.fact {
            Fact::Coverage(CoverageFact::Unscanned { reason }) => Some(reason),
            _ => None,
        })
    };
    for name in ["a.bin", "a.pt", "a.safetensors", "a.npy", "a.h5", "a.onnx", "weights"] {
        assert_eq!(unscanned(name, b""), Some(UnscannedReason::Empty), "{name}");
        assert_eq!(unscanned(name, &[0; 100]), Some(UnscannedReason::Empty), "{name}");
        assert_ne!(unscanned(name, b"\x01"), Some(UnscannedReason::Empty), "{name}");
    }
    let noise: Vec<u8> =
        (0..2000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert_eq!(unscanned("weights.dat", &noise), Some(UnscannedReason::UnknownContent));
    for name in ["__init__.py", "notes.txt", "LICENSE", ".gitkeep"] {
        assert_eq!(unscanned(name, b""), None, "{name}");
    }
}

#[test]
fn a_large_vocabulary_is_walked_in_pieces() {
    let mut model: Vec<u8> =
        (0..20_000).flat_map(|number| piece(&format!("▁word{number}"))).collect();
    model.extend(field(3, b"\x0a\x04nfkc"));
    assert_eq!(analyse("tokenizer.model", &model).formats, [SentencePiece::FORMAT]);
    model.push(0x0A);
    assert_ne!(analyse("tokenizer.model", &model).status, Status::Analysed);
}
