//! Rules: evidence × policy → findings, as pure functions.
//!
//! A rule is one file with its documentation beside it (`x.rs`, `x.md`) and one line in
//! [`RULES`]. Whatever a rule wants to know must first become evidence.

use crate::base::Place;
use crate::evidence::Dossier;
use crate::finding::{Location, RuleMeta};
use crate::manifest::Entry;
use crate::policy::Policy;

/// One entry with all that is known of it and the policy that judges it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What the manifest says; `None` for a path given to `scan`.
    pub entry: Option<&'a Entry>,
    /// What was found.
    pub dossier: &'a Dossier,
    /// The policy in force for the entry, its profile applied.
    pub policy: &'a Policy,
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

/// A rule.
pub trait Rule: Sync {
    /// What there is to know of it.
    fn meta(&self) -> &'static RuleMeta;

    /// Judges one entry.
    fn check(&self, case: &Case<'_>, violations: &mut Vec<Violation>);
}
