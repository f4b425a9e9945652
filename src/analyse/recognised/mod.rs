//! Model formats that are recognised and not analysed: one row each.
//!
//! Such a file is told as unscanned, under its name, and never passes unseen. A format that gets
//! an analyser of its own loses its row here.

pub(super) mod layouts;
mod protobuf;
mod xml;

use super::{Analyser, Artifact, Examination, Probe, Role, Stop};
use crate::base::read_up_to;
use crate::evidence::{CoverageFact, FileFact, Format, UnscannedReason};
use protobuf::Schema;

/// How a format without an analyser is recognised.
enum Sign {
    /// These bytes at this offset.
    Magic(usize, &'static [u8]),
    /// These bytes at one of the offsets 0, 512, 1024, 2048 … inside the head.
    MagicBehindUserBlock(&'static [u8]),
    /// These letters at 4, and then two digits: a flatbuffer's file identifier with a version.
    Identifier(&'static [u8]),
    /// The text begins so, behind blanks and an XML declaration.
    Root(&'static str),
    /// These bytes at the very end.
    Ending(&'static [u8]),
    /// The name ends so and the content has no magic of its own.
    Name(fn(&str) -> bool),
    /// The whole file is a protobuf message of this shape.
    Message(&'static Schema),
}

struct Row {
    format: Format,
    sign: Sign,
}

const fn row(format: &'static str, sign: Sign) -> Row {
    Row { format: Format::new(format), sign }
}

/// Formats with a magic. Sources: the formats' own readers and `file`'s database.
static BY_MAGIC: &[Row] = &[
    row("hdf5", Sign::MagicBehindUserBlock(b"\x89HDF\r\n\x1a\n")),
    row("ggml", Sign::Magic(0, b"lmgg")),
    row("ggmf", Sign::Magic(0, b"fmgg")),
    row("ggjt", Sign::Magic(0, b"tjgg")),
    row("ggla", Sign::Magic(0, b"algg")),
    row("tflite", Sign::Magic(4, b"TFL3")),
    row("executorch", Sign::Identifier(b"ET")),
    row("onnxruntime", Sign::Magic(4, b"ORTM")),
    row("catboost", Sign::Magic(0, b"CBM1")),
    row("xgboost", Sign::Magic(0, b"binf")),
    row("xgboost-ubjson", Sign::Magic(0, b"{L\0\0\0\0\0\0\0\x07learner")),
    row("xgboost-ubjson", Sign::Magic(0, b"{i\x07learner")),
    row("xgboost-ubjson", Sign::Magic(0, b"{L\0\0\0\0\0\0\0\x07version")),
    row("lightgbm", Sign::Magic(0, b"tree\nversion=")),
    row("lightgbm", Sign::Magic(0, b"tree\r\nversion=")),
    row("rknn", Sign::Magic(0, b"RKNN")),
    row("torch-preview", Sign::Magic(0, b"PYTORCH1")),
    row("tensorrt", Sign::Magic(0, b"ptrt")),
    row("tensorrt", Sign::Magic(0, b"ftrt")),
    row("tensorizer", Sign::Magic(0, b"|TZR|")),
    row("fasttext", Sign::Magic(0, b"\xba\x16\x4f\x2f")),
    row("mxnet", Sign::Magic(0, b"\x12\x01\0\0\0\0\0\0")),
    row("ncnn", Sign::Magic(0, b"7767517\n")),
    row("r-data", Sign::Magic(0, b"X\n\0\0\0\x02")),
    row("r-data", Sign::Magic(0, b"X\n\0\0\0\x03")),
    row("r-data", Sign::Magic(0, b"B\n\x02\0\0\0")),
    row("r-data", Sign::Magic(0, b"B\n\x03\0\0\0")),
    row("r-data", Sign::Magic(0, b"A\n2\n")),
    row("r-data", Sign::Magic(0, b"A\n3\n")),
    row("r-data", Sign::Magic(0, b"RDX2\n")),
    row("r-data", Sign::Magic(0, b"RDX3\n")),
    row("r-data", Sign::Magic(0, b"RDA2\n")),
    row("r-data", Sign::Magic(0, b"RDA3\n")),
    row("r-data", Sign::Magic(0, b"RDB2\n")),
    row("r-data", Sign::Magic(0, b"RDB3\n")),
    row("matlab", Sign::Magic(0, b"MATLAB 5.0 MAT-file")),
    row("parquet", Sign::Magic(0, b"PAR1")),
    row("arrow", Sign::Magic(0, b"ARROW1\0\0")),
    row("sqlite", Sign::Magic(0, b"SQLite format 3\0")),
    row("openvino", Sign::Root("net")),
    row("pmml", Sign::Root("PMML")),
    // The magic number of the table file that lists a TensorFlow checkpoint's tensors.
    row("tensorflow-checkpoint", Sign::Ending(b"\x57\xfb\x80\x8b\x24\x75\x47\xdb")),
];

/// Formats without a magic, asked when nothing else claims the bytes.
static BY_STRUCTURE: &[Row] = &[
    row("onnx", Sign::Message(&protobuf::ONNX)),
    row("tensorflow-saved-model", Sign::Message(&protobuf::SAVED_MODEL)),
    row("tensorflow-graph", Sign::Message(&protobuf::GRAPH)),
    row("coreml", Sign::Message(&protobuf::CORE_ML)),
    row("tensorflow-checkpoint", Sign::Name(is_checkpoint_data)),
    row("msgpack", Sign::Name(|name| name.ends_with(".msgpack"))),
    row("openvino", Sign::Name(|name| name.ends_with("openvino_model.bin"))),
    row("protobuf", Sign::Name(|name| name.ends_with(".pb"))),
];

/// `model.ckpt.data-00000-of-00001`.
fn is_checkpoint_data(name: &str) -> bool {
    name.rsplit_once(".data-").is_some_and(|(_, part)| {
        part.split_once("-of-").is_some_and(|(number, count)| {
            [number, count].iter().all(|text| text.len() == 5 && text.parse::<u32>().is_ok())
        })
    })
}

impl Sign {
    fn is_there(&self, probe: &Probe<'_>) -> bool {
        match self {
            Self::Magic(offset, magic) => probe.has(*offset, magic),
            Self::MagicBehindUserBlock(magic) => {
                // Readers go on doubling to the file's end. Behind the head, such a file is
                // unknown content, and no less unscanned.
                let offsets =
                    std::iter::successors(Some(512_usize), |offset| offset.checked_mul(2))
                        .take_while(|offset| *offset < probe.head.len());
                std::iter::once(0).chain(offsets).any(|offset| probe.has(offset, magic))
            }
            Self::Identifier(letters) => {
                let digits = letters.len().saturating_add(4);
                probe.has(4, letters)
                    && probe
                        .head
                        .get(digits..digits.saturating_add(2))
                        .is_some_and(|digits| digits.iter().all(|b| b.is_ascii_alphanumeric()))
            }
            Self::Root(root) => {
                let first = probe.head.iter().find(|byte| !byte.is_ascii_whitespace());
                matches!(first, Some(b'<' | 0xEF)) && xml::has_root(probe, root)
            }
            Self::Ending(ending) => probe.tail.ends_with(ending),
            Self::Name(is_meant) => {
                !probe.head.is_empty()
                    && !probe.head.iter().all(|byte| *byte == 0)
                    && is_meant(&probe.name.to_lowercase())
            }
            Self::Message(schema) => schema.can_begin(probe.head) && schema.describes(probe.bytes),
        }
    }
}

fn analyse_rows(
    rows: &[Row],
    generic: &Format,
    artifact: &Artifact<'_>,
    examination: &mut Examination<'_>,
) -> Result<(), Stop> {
    let mut head = vec![0; Probe::HEAD];
    let count = read_up_to(artifact.bytes, 0, &mut head)?;
    head.truncate(count);
    let mut tail = Vec::new();
    if artifact.bytes.seeks_cheaply() {
        let mut ending = [0; 8];
        let start = artifact.bytes.len()?.saturating_sub(8);
        let count = read_up_to(artifact.bytes, start, &mut ending)?;
        tail.extend_from_slice(ending.get(..count).unwrap_or(&[]));
    }
    let probe = Probe { name: artifact.name, head: &head, tail: &tail, bytes: artifact.bytes };
    let mut found: Vec<Format> = Vec::new();
    for row in rows {
        // A name says something only as long as the content doesn't.
        let is_needed = found.is_empty() || !matches!(row.sign, Sign::Name(_));
        if is_needed && !found.contains(&row.format) && row.sign.is_there(&probe) {
            found.push(row.format.clone());
        }
    }
    for format in &found {
        let reason = UnscannedReason::NoAnalyser { format: format.clone() };
        examination.record(0, CoverageFact::Unscanned { reason });
    }
    if found.len() > 1 {
        examination.record(None, FileFact::Polyglot { formats: found.clone() });
    }
    if let Some(first) = found.into_iter().next() {
        examination.refine_format(generic, first);
    }
    Ok(())
}

/// Recognises formats by their magic.
pub(super) struct RecognisedByMagic;

impl RecognisedByMagic {
    const FORMAT: Format = Format::new("recognised-by-magic");
}

impl Analyser for RecognisedByMagic {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        BY_MAGIC.iter().any(|row| row.sign.is_there(probe))
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        analyse_rows(BY_MAGIC, &Self::FORMAT, artifact, examination)
    }
}

/// Recognises formats that have no magic by the structure of the whole file. Passive, since short
/// files of other formats can have such a structure by chance.
pub(super) struct RecognisedByStructure;

impl RecognisedByStructure {
    const FORMAT: Format = Format::new("recognised-by-structure");
}

impl Analyser for RecognisedByStructure {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    fn role(&self) -> Role {
        Role::Passive
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        BY_STRUCTURE.iter().any(|row| row.sign.is_there(probe))
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        analyse_rows(BY_STRUCTURE, &Self::FORMAT, artifact, examination)
    }
}

/// The vocabulary of a sentencepiece tokenizer (`tokenizer.model`, `spiece.model`): pieces of text
/// with scores, and settings. Data only, and part of many language models.
pub(super) struct SentencePiece;

impl SentencePiece {
    /// The format's name.
    pub(super) const FORMAT: Format = Format::new("sentencepiece");
}

impl Analyser for SentencePiece {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    fn role(&self) -> Role {
        Role::Passive
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        // The first field of the first message: a piece.
        probe.head.first() == Some(&0x0A) && protobuf::is_sentencepiece(probe.bytes)
    }

    fn analyse(
        &self,
        _artifact: &Artifact<'_>,
        _examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        // Claiming it has looked at every field.
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute with small numbers")]
mod tests;
