//! A run compared with an earlier one: what was there before does not fail.

use std::collections::{HashMap, HashSet};

use crate::finding::{BaselineReport, BaselineState, EarlierFinding, EarlierReport, Report};
use crate::rules::{Rule, by_id};

use super::outcome;

/// Marks what the baseline has, and says what is gone.
///
/// A finding is known if the baseline has its fingerprint, at least as grave and under no waiver: a
/// waiver is an exception with an end, and a baseline must not make it endless. What could not be
/// judged stays so.
pub fn compare(report: &mut Report, baseline: &EarlierReport) {
    let mut before: HashMap<&str, &EarlierFinding> = HashMap::new();
    for finding in baseline.findings.iter().filter(|finding| !finding.is_waived) {
        let worst = before.entry(&finding.fingerprint).or_insert(finding);
        if finding.severity > worst.severity {
            *worst = finding;
        }
    }
    for finding in report.findings.iter_mut().filter(|finding| finding.waiver.is_none()) {
        let known = before.get(finding.fingerprint.as_str());
        let is_known = known.is_some_and(|known| known.severity >= finding.severity);
        finding.baseline = Some(if is_known { BaselineState::Known } else { BaselineState::New });
    }
    let fixed = fixed(report, baseline);
    report.baseline = Some(BaselineReport {
        path: baseline.path.clone(),
        timestamp: baseline.timestamp.clone(),
        fixed,
    });
    report.outcome = outcome::of(report);
}

/// What was there and is not any more, of all that this run looked at without an incident.
fn fixed(report: &Report, baseline: &EarlierReport) -> Vec<EarlierFinding> {
    let now: HashSet<&str> =
        report.findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
    let unjudged: HashSet<Option<&str>> =
        report.incidents.iter().map(|incident| incident.model.as_deref()).collect();
    let judged: HashSet<&str> = report
        .models
        .iter()
        .filter(|model| !model.files.is_empty() && !unjudged.contains(&Some(model.name.as_str())))
        .map(|model| model.name.as_str())
        .collect();
    let is_looked_at = |finding: &EarlierFinding| {
        if by_id(&finding.rule).is_some_and(Rule::judges_references) {
            report.is_code_read && !unjudged.contains(&None)
        } else if finding.model.is_empty() {
            report.shard.is_none() && unjudged.is_empty()
        } else {
            judged.contains(finding.model.as_str())
        }
    };
    let mut said = HashSet::new();
    let gone = baseline.findings.iter().filter(|finding| {
        !finding.is_waived
            && !now.contains(finding.fingerprint.as_str())
            && is_looked_at(finding)
            && said.insert(finding.fingerprint.as_str())
    });
    gone.cloned().collect()
}
