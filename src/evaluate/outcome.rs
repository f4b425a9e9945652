//! The verdict of a run.

use crate::finding::{Outcome, Report};

/// A violation is the stronger statement and beats what could not be judged.
pub(super) fn of(report: &Report) -> Outcome {
    if report.findings.iter().any(|finding| report.fails(finding)) {
        Outcome::Fail
    } else if !report.incidents.is_empty()
        || report.models.iter().all(|model| model.files.is_empty())
    {
        Outcome::Incomplete
    } else {
        Outcome::Pass
    }
}
