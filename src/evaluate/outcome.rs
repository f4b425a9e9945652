//! The verdict of a run.

use crate::finding::{Outcome, Report};

/// A violation is the stronger statement and beats what could not be judged.
pub(super) fn of(report: &Report) -> Outcome {
    let thresholds = report.thresholds();
    if report.findings.iter().any(|finding| thresholds.fails(finding)) {
        Outcome::Fail
    } else if !report.incidents.is_empty() || is_nothing_judged(report) {
        Outcome::Incomplete
    } else {
        Outcome::Pass
    }
}

/// A share of a manifest without an entry leaves nothing unjudged.
fn is_nothing_judged(report: &Report) -> bool {
    let is_empty_share = report.shard.is_some() && report.models.is_empty();
    !is_empty_share && report.models.iter().all(|model| model.files.is_empty())
}
