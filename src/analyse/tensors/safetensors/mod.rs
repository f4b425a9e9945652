//! safetensors: weights without code, if the header keeps every rule.
//!
//! Every rule is checked by itself, so that a defect has a name and a place. Tensor data is not
//! looked into: readers take it as numbers and nothing else, random weights can begin with any
//! bytes, and what could make the file something else as well stands at its beginning or end,
//! where the analysers of those formats look.

mod defects;
mod dtype;
mod header;
mod index;
mod names;

pub(in crate::analyse) use index::SafetensorsIndex;

use crate::analyse::text::{lfs_pointer, plain};
use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop, payload};
use crate::evidence::{Format, SafetensorsFact};
use defects::{Defects, cut};
use header::HeaderItem;

/// The format itself.
pub(in crate::analyse) struct Safetensors;

impl Safetensors {
    /// The format's name.
    pub(in crate::analyse) const FORMAT: Format = Format::new("safetensors");
}

impl Analyser for Safetensors {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    /// By structure; by name where the bytes are nothing else that we know, so that a header
    /// which is too broken to be recognised is told as such.
    fn claims(&self, probe: &Probe<'_>) -> bool {
        has_header(probe)
            || (probe.extension().as_deref() == Some("safetensors")
                && !is_something_else(probe.head))
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let limits = examination.limits();
        let mut defects = Defects::default();
        let layout = header::read_header(artifact.bytes, limits, &mut |item| match item {
            HeaderItem::Tensor { .. } => {}
            HeaderItem::Metadata { key, value, offset } => {
                if let Some(holds) = payload::in_metadata(key, value, limits) {
                    let key = cut(key);
                    let fact = SafetensorsFact::MetadataPayload { key, holds };
                    examination.record(offset, fact);
                }
            }
            HeaderItem::Defect { defect, detail, offset } => {
                defects.record_with(examination, offset, defect, detail);
            }
        });
        defects.finish(examination);
        if let Some(layout) = layout? {
            let header::Layout { tensors, data_length } = layout;
            examination.record(8, SafetensorsFact::Header { tensors, data_length });
        }
        Ok(())
    }
}

/// Whether the bytes begin as the format does: a length that fits, and `{`, where blanks and a
/// byte-order mark in front of it are tolerated because some reader does.
fn has_header(probe: &Probe<'_>) -> bool {
    let Some((length, rest)) = probe.head.split_first_chunk::<8>() else { return false };
    let length = u64::from_le_bytes(*length);
    let rest = rest.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(rest);
    let first = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    length > 0
        && length <= header::MAX_HEADER
        && first == Some(&b'{')
        && probe.bytes.len().is_ok_and(|size| length.saturating_add(8) <= size)
}

/// Whether a file that is called safetensors is clearly something else, which is for others to
/// tell.
fn is_something_else(head: &[u8]) -> bool {
    const MAGICS: [&[u8]; 14] = [
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\x1f\x8b\x08",
        b"BZh",
        b"\xfd7zXZ\0",
        b"7z\xbc\xaf\x27\x1c",
        b"\x28\xb5\x2f\xfd",
        b"\x04\x22\x4d\x18",
        b"\x7fELF",
        b"\x89HDF\r\n\x1a\n",
        b"\x89PNG\r\n",
        b"\x93NUMPY",
        b"GGUF",
        b"Rar!",
    ];
    // A pickle: PROTO and then no zero, which is no opcode but may belong to a length.
    let pickle = matches!(head, [0x80, 0..=5, next, ..] if *next != 0);
    head.iter().all(|byte| *byte == 0)
        || pickle
        || MAGICS.iter().any(|magic| head.starts_with(magic))
        || lfs_pointer::is_pointer(head)
        || (head.len() >= 8 && plain::is_text_head(head))
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute with small numbers")]
mod tests;
