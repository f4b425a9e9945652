use super::*;
use crate::evidence::{
    Call, CallOpcode, Callee, CoverageFact, Divergence, FileFact, Import, ImportOpcode, Origin,
    StreamSummary,
};

fn piece(member: Option<&str>, offset: Option<u64>, fact: impl Into<Fact>) -> Evidence {
    let origin = Origin { member: member.map(str::to_owned), offset };
    Evidence { origin, fact: fact.into() }
}

fn checkpoint() -> FileEvidence {
    let pickle = Some("archive/data.pkl");
    let member =
        |name: &str, size, formats| ArchiveFact::Member { name: name.to_owned(), size, formats };
    FileEvidence {
        listed: None,
        path: "pytorch_\u{1b}[31mmodel.bin".to_owned(),
        size: 123_456,
        sha256: None,
        formats: vec![Format::new("torch-zip")],
        status: Status::Partial,
        evidence: vec![
            piece(None, None, FileFact::ExecutablePermission { mode: 0o755 }),
            piece(None, Some(0), member("archive/data.pkl", 214, vec![Format::new("pickle")])),
            piece(None, Some(300), member("archive/data/0", 120_000, Vec::new())),
            piece(
                pickle,
                Some(31),
                PickleFact::Import(Import {
                    module: Some("posix".to_owned()),
                    name: Some("system".to_owned()),
                    written: None,
                    opcode: ImportOpcode::StackGlobal,
                    protocol: 4,
                    stream: 0,
                    times: 2,
                    followed: false,
                    of_reader: false,
                }),
            ),
            piece(
                pickle,
                Some(52),
                PickleFact::Call(Call {
                    callee: Callee::Global("posix.system".to_owned()),
                    opcode: CallOpcode::Reduce,
                    arguments: "'id'".to_owned(),
                    values: None,
                    known: false,
                    through: None,
                    departure: Some("no writer calls it".to_owned()),
                    stream: 0,
                    times: 1,
                }),
            ),
            piece(
                pickle,
                Some(60),
                PickleFact::Divergence {
                    form: Divergence::FrameCrossed,
                    detail: "BINUNICODE crosses the frame's end".to_owned(),
                },
            ),
            piece(
                pickle,
                Some(0),
                PickleFact::Stream(StreamSummary {
                    index: 0,
                    protocol: 4,
                    opcodes: 1234,
                    length: 214,
                    complete: false,
                }),
            ),
            piece(
                pickle,
                Some(213),
                CoverageFact::Malformed {
                    format: Format::new("pickle"),
                    reason: "the stream ends inside an opcode".to_owned(),
                },
            ),
        ],
    }
}

#[test]
fn a_checkpoint_is_told_in_the_order_of_loading() {
    let mut out = Vec::new();
    write_inspection(&checkpoint(), 80, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string());
}

#[test]
fn the_json_reads_back_as_the_same_evidence() {
    let mut out = Vec::new();
    write_inspection_json(&checkpoint(), &mut out).unwrap();
    let read: FileEvidence = serde_json::from_slice(&out).unwrap();
    assert_eq!(read, checkpoint());
}
