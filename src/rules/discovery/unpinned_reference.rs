//! `unpinned-reference`: code that does not say which of the judged bytes it wants.

use super::{loaded_by, source, violation};
use crate::base::Severity;
use crate::discover::CodeReference;
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Rule, Violation};

/// A reference without the revision that the manifest pins.
#[derive(Clone, Copy, Debug)]
pub struct UnpinnedReference;

static META: RuleMeta = RuleMeta {
    id: "unpinned-reference",
    title: "Code loads a pinned model without its revision",
    summary: "The manifest pins a model to a revision and the code loads it without one, or with one that is not known before it runs, so that what is loaded may be newer than what was judged.",
    severity: Severity::Low,
    tags: &["discovery", "provenance"],
    cwe: Some(494),
    since: "0.1.0",
    help: include_str!("unpinned_reference.md"),
};

impl UnpinnedReference {
    /// The violation that a reference to the entry `name` is, which is pinned to `pin`.
    pub(super) fn violation(reference: &CodeReference, name: &str, pin: Option<&str>) -> Violation {
        let source = source(reference);
        let pin = pin.unwrap_or("main");
        let description = format!(
            "{} is loaded {} without a revision that can be read here; {} was judged as {}.",
            quoted(&source),
            loaded_by(reference),
            quoted(pin),
            quoted(name),
        );
        let recommendation = format!("Load it with `revision` {}.", quoted(pin));
        violation(reference, description, recommendation, source)
    }
}

impl Rule for UnpinnedReference {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    /// Silent: see the module.
    fn check(&self, _case: &Case<'_>, _violations: &mut Vec<Violation>) {}
}
