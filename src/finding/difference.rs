//! Two runs side by side.

use std::collections::HashMap;

use super::{EarlierFinding, EarlierModel, EarlierReport};

/// What changed from one run to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference<'a> {
    /// Findings that only the later run has, in its order.
    pub added: Vec<Added<'a>>,
    /// Findings that only the earlier run has, of models that the later one judged; in its order.
    pub fixed: Vec<&'a EarlierFinding>,
    /// Findings of both that changed in severity, or of which one is waived and the other is not.
    pub changed: Vec<Changed<'a>>,
    /// Findings of both, waived ones included, that are the same.
    pub same: usize,
    /// Models that only the later run has.
    pub models_added: Vec<&'a EarlierModel>,
    /// Models that only the earlier run has.
    pub models_removed: Vec<&'a EarlierModel>,
    /// Models of both, before and after, of which source or revision is another.
    pub models_changed: Vec<(&'a EarlierModel, &'a EarlierModel)>,
}

/// A finding that is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added<'a> {
    /// The finding.
    pub finding: &'a EarlierFinding,
    /// Whether it fails the gate.
    pub fails: bool,
}

/// A finding that is not what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed<'a> {
    /// In the earlier run.
    pub before: &'a EarlierFinding,
    /// In the later run.
    pub after: &'a EarlierFinding,
    /// Whether it fails the gate now for another reason than that it did before: it is graver, or
    /// its waiver is gone.
    pub fails: bool,
}

impl<'a> Difference<'a> {
    /// What changed from `before` to `after`. A finding is the same one if its fingerprint is.
    pub fn between(before: &'a EarlierReport, after: &'a EarlierReport) -> Self {
        let mut difference = Self::default();
        let old: HashMap<&str, &EarlierFinding> = by_fingerprint(before);
        let new: HashMap<&str, &EarlierFinding> = by_fingerprint(after);
        for finding in &after.findings {
            let fails = after.fails(finding);
            match old.get(finding.fingerprint.as_str()) {
                None => difference.added.push(Added { finding, fails }),
                Some(was)
                    if was.severity == finding.severity && was.is_waived == finding.is_waived =>
                {
                    difference.same = difference.same.saturating_add(1);
                }
                Some(was) => {
                    let is_worse = finding.severity > was.severity || was.is_waived;
                    let fails = fails && is_worse;
                    difference.changed.push(Changed { before: was, after: finding, fails });
                }
            }
        }
        let judged = |name: &str| {
            let model = after.models.iter().find(|model| model.name == name);
            let is_unjudged =
                after.incidents.iter().any(|incident| incident.model.as_deref() == Some(name));
            model.is_none_or(|model| model.is_judged && !is_unjudged)
        };
        let gone = before.findings.iter().filter(|finding| {
            !new.contains_key(finding.fingerprint.as_str()) && judged(&finding.model)
        });
        difference.fixed = gone.collect();
        difference.compare_models(before, after);
        difference
    }

    fn compare_models(&mut self, before: &'a EarlierReport, after: &'a EarlierReport) {
        let by_name = |report: &'a EarlierReport| -> HashMap<&'a str, &'a EarlierModel> {
            report.models.iter().map(|model| (model.name.as_str(), model)).collect()
        };
        let (old, new) = (by_name(before), by_name(after));
        for model in &after.models {
            match old.get(model.name.as_str()) {
                None => self.models_added.push(model),
                Some(was) if was.revision != model.revision || was.source != model.source => {
                    self.models_changed.push((was, model));
                }
                Some(_) => {}
            }
        }
        let removed = before.models.iter().filter(|model| !new.contains_key(model.name.as_str()));
        self.models_removed = removed.collect();
    }

    /// Whether something fails the gate that did not before.
    pub fn fails(&self) -> bool {
        self.added.iter().any(|added| added.fails)
            || self.changed.iter().any(|changed| changed.fails)
    }
}

fn by_fingerprint(report: &EarlierReport) -> HashMap<&str, &EarlierFinding> {
    let findings = report.findings.iter();
    findings.map(|finding| (finding.fingerprint.as_str(), finding)).collect()
}
