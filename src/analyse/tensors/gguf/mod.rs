//! GGUF: the weights, vocabulary and chat template of llama.cpp in one file.
//!
//! Versions 2 and 3 in both byte orders, and version 1, whose counts are 32 bits wide. Every
//! count, length, alignment and offset is checked as the specification (ggml `docs/gguf.md`) and
//! llama.cpp's reader (`gguf.cpp`) demand: readers have trusted them (CVE-2024-23496,
//! CVE-2024-23605, CVE-2024-21802, CVE-2026-33298, CVE-2026-27940). Tensor data is numbers, and
//! not looked into.

mod cursor;
mod metadata;
mod tensors;

use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::evidence::{Format, WeightsFact};
use cursor::{Cursor, Order};

/// Keys of metadata that one file may have: as many as the reference demands of readers.
const KEYS: u64 = 65_536;

/// The format itself.
pub(in crate::analyse) struct Gguf;

impl Gguf {
    /// The format's name.
    const FORMAT: Format = Format::new("gguf");
}

impl Analyser for Gguf {
    fn format(&self) -> Format {
        Self::FORMAT
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        probe.has(0, b"GGUF")
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let mut cursor = Cursor::new(artifact.bytes, 4)?;
        let version = version(&mut cursor)?;
        let tensors = cursor.count()?;
        let keys = cursor.count()?;
        if keys > KEYS {
            return Err(Stop::malformed(cursor.offset(), format!("{keys} keys of metadata")));
        }
        let most = examination.limits().tensors;
        if tensors > most {
            let budget = crate::base::Budget::Tensors;
            return Err(Stop::Exhausted { budget, limit: most, offset: Some(cursor.offset()) });
        }
        let known = metadata::read(&mut cursor, keys, examination)?;
        known.check(version)?;
        let data_length = tensors::read(&mut cursor, tensors, known.alignment)?;
        examination.record(0, WeightsFact::Header { tensors, metadata: keys, data_length });
        Ok(())
    }
}

/// The version, and with it the byte order: of a file in the other order its low bytes are zero.
fn version(cursor: &mut Cursor<'_>) -> Result<u32, Stop> {
    let at = cursor.offset();
    let written = cursor.u32()?;
    let version = if written & 0xFFFF == 0 {
        cursor.order = Order::Big;
        written.swap_bytes()
    } else {
        written
    };
    match version {
        1 => cursor.narrow = true,
        2 | 3 => {}
        _ => return Err(Stop::malformed(at, format!("version {version}, known are 1 to 3"))),
    }
    Ok(version)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute with small numbers")]
mod tests;
