//! The order of what a report says.

use std::collections::HashMap;

use crate::finding::{Finding, Report};

/// Findings with the indices of their models: worst first, then by model, then by place. Stable:
/// equal ones stay in the order of rules and evidence.
pub(super) fn findings(mut findings: Vec<(usize, Finding)>) -> Vec<Finding> {
    findings.sort_by(|(left_model, left), (right_model, right)| {
        right
            .severity
            .cmp(&left.severity)
            .then_with(|| left_model.cmp(right_model))
            .then_with(|| left.location.cmp(&right.location))
    });
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// Puts incidents in the order of their models, those of the run as a whole first.
pub(super) fn incidents(report: &mut Report) {
    let index: HashMap<&str, usize> = indices(report);
    let mut incidents = report.incidents.clone();
    incidents.sort_by_key(|incident| {
        incident.model.as_deref().and_then(|name| index.get(name).copied())
    });
    report.incidents = incidents;
}

/// The index of each model by its name, the first of several.
pub(super) fn indices(report: &Report) -> HashMap<&str, usize> {
    let mut indices = HashMap::new();
    for (index, model) in report.models.iter().enumerate() {
        indices.entry(model.name.as_str()).or_insert(index);
    }
    indices
}
