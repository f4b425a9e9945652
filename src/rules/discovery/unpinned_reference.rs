//! `unpinned-reference`: code that does not say which of the judged bytes it wants.

use super::wording::{loaded_by, violation};
use super::{Agreement, ManifestStatus, ReferenceCase};
use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Check, Rule, Violation};

/// A reference without the revision that the manifest pins.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unpinned-reference",
        title: "Code loads a pinned model without its revision",
        summary: "The manifest pins a model to a revision and the code loads it without one, or with one that is not known before it runs, so that what is loaded may be newer than what was judged.",
        severity: Severity::Low,
        tags: &["discovery", "provenance"],
        cwe: Some(494),
        since: "0.1.0",
        help: include_str!("unpinned_reference.md"),
    },
    checks: &[Check::Reference(check)],
};

fn check(reference: &ReferenceCase) -> Option<Violation> {
    let ManifestStatus::Listed {
        name,
        revision: pin,
        pinned: Agreement::Nothing | Agreement::Unknown,
    } = &reference.status
    else {
        return None;
    };
    let source = reference.source();
    let pin = pin.as_deref().unwrap_or("main");
    let description = format!(
        "{} is loaded {} without a revision that can be read here; {} was judged as {}.",
        quoted(&source),
        loaded_by(reference),
        quoted(pin),
        quoted(name),
    );
    let recommendation = format!("Load it with `revision` {}.", quoted(pin));
    Some(violation(reference, description, recommendation, source))
}
