//! Findings gathered: one group for each rule and manifest entry.
//!
//! Pull requests, dashboards and test reports show something at a line of a file. Two findings of
//! one rule on one manifest line look like the same to all of them and one is dropped, so that
//! they are gathered and told together; JSON and terminal have them one by one. A scan without a
//! manifest has no manifest line: there a group is for one rule and file.

mod place;
mod text;

use std::collections::HashMap;

pub(super) use place::{Place, path_of};
pub(super) use text::{told, told_shortly};

use crate::base::{Digest, Severity};
use crate::finding::{BaselineState, Finding, ModelReport, Report};

/// Findings of one rule on one entry, of which there is at least one.
pub(super) struct Gathered<'a> {
    /// The first of them.
    pub(super) first: &'a Finding,
    /// All of them, the first included.
    pub(super) findings: Vec<&'a Finding>,
    /// Their model; `None` for findings about the policy itself.
    pub(super) model: Option<&'a ModelReport>,
    /// Whether one of them fails the gate.
    pub(super) fails: bool,
    /// Whether one of them would fail it if the baseline did not have it.
    pub(super) is_known_failure: bool,
}

impl Gathered<'_> {
    /// The highest severity among them.
    pub(super) fn severity(&self) -> Severity {
        let severities = self.findings.iter().map(|finding| finding.severity);
        severities.max().unwrap_or(self.first.severity)
    }

    /// Where they are shown.
    pub(super) fn place(&self) -> Place {
        Place::of(self.model, self.first)
    }

    /// What stays the same across runs, edits of the manifest and new revisions: the rule and the
    /// source, and the file where there is no manifest.
    pub(super) fn identity(&self) -> Digest {
        let first = self.first;
        let source = self.model.map_or(first.model.as_str(), |model| model.source.as_str());
        let mut identity = format!("{}\n{source}", first.rule);
        if first.manifest.is_none() {
            identity.push('\n');
            identity.push_str(&path_of(self.model, first));
        }
        // What stands in the project's own code is told apart by its file and its words.
        if let Some(place) = &first.manifest
            && first.location.path.as_deref() == Some(place.file.as_str())
        {
            identity.push('\n');
            identity.push_str(&place.file);
            identity.push('\n');
            identity.push_str(&place.snippet);
        }
        Digest::of(identity.as_bytes())
    }
}

/// What findings have in common that are gathered.
#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    rule: &'a str,
    model: &'a str,
    manifest: Option<(&'a str, u32, u32)>,
    /// Only where there is no manifest line to gather at.
    path: Option<&'a str>,
    waived: bool,
    known: bool,
}

impl<'a> Key<'a> {
    fn of(finding: &'a Finding, split: bool) -> Self {
        let manifest = finding.manifest.as_ref();
        let path = finding.location.path.as_deref();
        Self {
            rule: finding.rule,
            model: &finding.model,
            manifest: manifest.map(|place| (place.file.as_str(), place.line, place.column)),
            path: path.filter(|_| manifest.is_none()),
            waived: finding.waiver.is_some(),
            known: split && finding.baseline == Some(BaselineState::Known),
        }
    }
}

/// The findings that no waiver covers, or all of them, gathered; worst first. What the baseline has
/// stands apart from what is new.
pub(super) fn gather(report: &Report, include_waived: bool) -> Vec<Gathered<'_>> {
    gathered(report, include_waived, true)
}

/// The same with one group for each rule and entry, known or new, where a reader compares runs by
/// itself: a group must not change its identity when a baseline is given.
pub(super) fn gather_known_and_new(report: &Report, include_waived: bool) -> Vec<Gathered<'_>> {
    gathered(report, include_waived, false)
}

fn gathered(report: &Report, include_waived: bool, split: bool) -> Vec<Gathered<'_>> {
    let models: HashMap<&str, &ModelReport> =
        report.models.iter().map(|model| (model.name.as_str(), model)).collect();
    let thresholds = report.thresholds();
    let mut groups: Vec<Gathered<'_>> = Vec::new();
    let mut index_of: HashMap<Key<'_>, usize> = HashMap::new();
    for finding in &report.findings {
        if finding.waiver.is_some() && !include_waived {
            continue;
        }
        let next = groups.len();
        let index = *index_of.entry(Key::of(finding, split)).or_insert(next);
        let fails = thresholds.fails(finding);
        let is_known_failure = thresholds.is_known_failure(finding);
        match groups.get_mut(index) {
            Some(group) => {
                group.findings.push(finding);
                group.fails |= fails;
                group.is_known_failure |= is_known_failure;
            }
            None => groups.push(Gathered {
                first: finding,
                findings: vec![finding],
                model: models.get(finding.model.as_str()).copied(),
                fails,
                is_known_failure,
            }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.severity()));
    groups
}
