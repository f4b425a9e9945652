//! What a rule is.

use super::case::Case;
use super::discovery::ReferenceCase;
use super::waivers::WaiverUse;
use crate::base::Severity;
use crate::document::Place;
use crate::finding::{Location, RuleMeta, WaiverReport};
use crate::lock::LockedModel;

/// A rule: what there is to know of it, and what it judges.
#[derive(Debug)]
pub struct Rule {
    /// What there is to know of it.
    pub meta: RuleMeta,
    /// How it judges what it judges; a rule may judge things of several kinds.
    pub checks: &'static [Check],
}

impl Rule {
    /// What there is to know of it.
    pub const fn meta(&self) -> &RuleMeta {
        &self.meta
    }

    /// Adds what the rule says of one model to `violations`.
    pub fn check(&self, case: &Case<'_>, violations: &mut Vec<Violation>) {
        for check in self.checks {
            if let Check::Model(check) | Check::Card(check) = check {
                check(case, violations);
            }
        }
    }

    /// Whether it judges the model card. Of a card that could not be fetched nothing is known, not
    /// even that something is missing in it, so that such a rule is not asked then.
    pub fn judges_card(&self) -> bool {
        self.checks.iter().any(|check| matches!(check, Check::Card(_)))
    }

    /// Whether it judges the models that the project's own text names.
    pub fn judges_references(&self) -> bool {
        self.checks.iter().any(|check| matches!(check, Check::Reference(_)))
    }

    /// Whether it judges the policy's waivers.
    pub fn judges_waivers(&self) -> bool {
        self.checks.iter().any(|check| matches!(check, Check::Waiver { .. }))
    }
}

/// How a rule judges one kind of thing.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// A model with all that is known of it.
    Model(fn(&Case<'_>, &mut Vec<Violation>)),
    /// The same, by what its model card says.
    Card(fn(&Case<'_>, &mut Vec<Violation>)),
    /// A model that the project's own text names.
    Reference(fn(&ReferenceCase) -> Option<Violation>),
    /// A waiver of the policy, once all models are judged.
    Waiver {
        /// What is to be said of it, with the severity that the waiver keeps for the rule.
        judge: fn(&WaiverReport, &WaiverUse) -> Option<(Severity, Violation)>,
        /// Where it keeps that: the highest of all policies that hold the waiver, `None` where the
        /// rule is off.
        severity: fn(&mut WaiverReport) -> &mut Option<Severity>,
    },
    /// A model that the lock names and the manifest does not.
    VanishedModel(fn(&LockedModel) -> Violation),
}

/// A violation before severities and waivers are applied.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Violation {
    /// Where in the model.
    pub location: Location,
    /// Where in the manifest, if not at the entry's `source`.
    pub manifest: Option<Place>,
    /// What is wrong, untrusted text escaped.
    pub description: String,
    /// What to do about it.
    pub recommendation: String,
    /// What makes this finding itself, beside rule, model, path and member: the global's name,
    /// the anomaly. Never an offset.
    pub subject: String,
}
