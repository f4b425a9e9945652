//! Findings by model, and similar ones folded into one block.

use std::collections::HashMap;

use super::Page;
use crate::base::Severity;
use crate::finding::{Finding, Incident, ModelReport, Report};

/// All that is to be said of one model.
pub(super) struct ModelGroup<'a> {
    /// `None` for findings that belong to no model, such as an unused waiver.
    pub(super) model: Option<&'a ModelReport>,
    pub(super) name: &'a str,
    /// At or above `fail_on`.
    pub(super) failures: Vec<&'a Finding>,
    /// Below it.
    pub(super) notes: Vec<&'a Finding>,
    /// At or above `fail_on`, and in the baseline.
    pub(super) known: Vec<&'a Finding>,
    pub(super) waived: Vec<&'a Finding>,
    pub(super) incidents: Vec<&'a Incident>,
}

impl ModelGroup<'_> {
    /// Whether there is something to say that the reader asked for.
    pub(super) fn is_worth_showing(&self, page: &Page) -> bool {
        !self.failures.is_empty() || !self.incidents.is_empty() || !page.quiet
    }

    fn worst(&self) -> (bool, Option<Severity>, bool) {
        let worst = self.failures.iter().map(|finding| finding.severity).max();
        (worst.is_some(), worst, !self.incidents.is_empty())
    }
}

/// The models, worst first; equally bad ones as in the manifest.
pub(super) fn group_by_model(report: &Report) -> Vec<ModelGroup<'_>> {
    let mut groups: Vec<ModelGroup<'_>> =
        report.models.iter().map(|model| empty(Some(model), &model.name)).collect();
    let mut index_of: HashMap<&str, usize> = HashMap::new();
    for (index, group) in groups.iter().enumerate() {
        index_of.entry(group.name).or_insert(index);
    }
    let thresholds = report.thresholds();
    for finding in &report.findings {
        let next = groups.len();
        let index = *index_of.entry(finding.model.as_str()).or_insert(next);
        if index == next {
            groups.push(empty(None, &finding.model));
        }
        let Some(group) = groups.get_mut(index) else { continue };
        if finding.waiver.is_some() {
            group.waived.push(finding);
        } else if thresholds.fails(finding) {
            group.failures.push(finding);
        } else if thresholds.is_known_failure(finding) {
            group.known.push(finding);
        } else {
            group.notes.push(finding);
        }
    }
    for incident in &report.incidents {
        let index = incident.model.as_deref().and_then(|name| index_of.get(name));
        if let Some(group) = index.and_then(|index| groups.get_mut(*index)) {
            group.incidents.push(incident);
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.worst()));
    groups
}

fn empty<'a>(model: Option<&'a ModelReport>, name: &'a str) -> ModelGroup<'a> {
    ModelGroup {
        model,
        name,
        failures: Vec::new(),
        notes: Vec::new(),
        known: Vec::new(),
        waived: Vec::new(),
        incidents: Vec::new(),
    }
}

/// Findings that are told together: the same rule and severity in the same file, pointing at the
/// same manifest line. Never empty.
pub(super) struct Fold<'a> {
    pub(super) first: &'a Finding,
    pub(super) others: Vec<&'a Finding>,
}

impl<'a> Fold<'a> {
    /// All of them, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Finding> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    pub(super) fn count(&self) -> usize {
        self.others.len().saturating_add(1)
    }
}

/// Folds findings by what `key` says, in the order in which each key is first met.
pub(super) fn fold<'a, K: std::hash::Hash + Eq>(
    findings: &[&'a Finding],
    key: impl Fn(&'a Finding) -> K,
) -> Vec<Fold<'a>> {
    let mut folds: Vec<Fold<'a>> = Vec::new();
    let mut index_of: HashMap<K, usize> = HashMap::new();
    for &finding in findings {
        let next = folds.len();
        let index = *index_of.entry(key(finding)).or_insert(next);
        match folds.get_mut(index) {
            Some(fold) => fold.others.push(finding),
            None => folds.push(Fold { first: finding, others: Vec::new() }),
        }
    }
    folds
}
