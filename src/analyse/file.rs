//! From a file of a model to the facts about it.

use super::formats::ANALYSERS;
use super::{Examination, Siblings};
use crate::base::{Limits, ReadAt};
use crate::evidence::{CoverageFact, Evidence, Fact, FileEvidence, Format, Status};

/// Analyses one file of a model.
pub fn analyse_file(
    path: &str,
    bytes: &dyn ReadAt,
    siblings: &dyn Siblings,
    limits: &Limits,
) -> FileEvidence {
    let size = bytes.len();
    let length = size.as_ref().copied().unwrap_or(0);
    let mut examination = Examination::new(path, length, ANALYSERS, siblings, limits);
    if let Err(error) = size {
        examination.record_stop(&Format::new("unknown"), error.into());
    }
    let (formats, evidence) = examination.finish(bytes);
    let status = status_of(&evidence);
    FileEvidence { formats, evidence, ..FileEvidence::new(path, length, status) }
}

/// Whether facts tell of bytes that were not understood.
fn status_of(evidence: &[Evidence]) -> Status {
    let mut status = Status::Analysed;
    let mut found_anything = false;
    for piece in evidence {
        let worst = match &piece.fact {
            Fact::Coverage(CoverageFact::Unreadable { .. } | CoverageFact::Unscanned { .. }) => {
                Status::Unreadable
            }
            Fact::Coverage(_) => Status::Partial,
            _ => {
                found_anything = true;
                Status::Analysed
            }
        };
        status = status.max(worst);
    }
    if status == Status::Unreadable && found_anything { Status::Partial } else { status }
}
