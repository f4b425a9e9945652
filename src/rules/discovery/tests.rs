use std::sync::Arc;

use super::*;
use crate::base::Severity;
use crate::document::{Document, Place, Span};
use crate::evidence::{CodeReference, Reference, WrittenRevision};
use crate::finding::RuleMeta;
use crate::rules::{Check, RULES, Violation};

fn reference(
    target: Reference,
    revision: WrittenRevision,
    status: ManifestStatus,
) -> ReferenceCase {
    let document = Document { path: "src/rank.py".into(), text: "load('acme/ranker')\n".into() };
    let span = Span { line: 1, column: 7, start: 6, end: 17 };
    ReferenceCase {
        found: CodeReference {
            reference: target,
            revision,
            span,
            used_on: 4,
            how: "AutoModel.from_pretrained".into(),
            cell: None,
        },
        place: Place { document: Arc::new(document), span },
        status,
    }
}

/// What the one rule says that has something to say.
fn judge(case: &ReferenceCase) -> Option<(&'static RuleMeta, Violation)> {
    let found = RULES.iter().flat_map(|rule| rule.checks.iter().map(move |check| (rule, check)));
    let found = found.filter_map(|(rule, check)| match check {
        Check::Reference(check) => Some((&rule.meta, check(case)?)),
        _ => None,
    });
    let found: Vec<_> = found.collect();
    assert!(found.len() <= 1, "{found:?}");
    found.into_iter().next()
}

fn hub() -> Reference {
    Reference::Hub("acme/ranker".parse().unwrap())
}

fn listed(pinned: Agreement) -> ManifestStatus {
    ManifestStatus::Listed { name: "ranker".into(), revision: Some("v1".into()), pinned }
}

#[test]
fn each_status_has_its_rule_and_its_place() {
    let known = || WrittenRevision::Known("v2".into());
    let cases = [
        (
            hub(),
            known(),
            ManifestStatus::Unlisted,
            "unlisted-model",
            Severity::High,
            "hf://acme/ranker",
        ),
        (hub(), known(), listed(Agreement::Another), "unlisted-revision", Severity::High, "ranker"),
        (
            hub(),
            WrittenRevision::Absent,
            listed(Agreement::Nothing),
            "unpinned-reference",
            Severity::Low,
            "ranker",
        ),
        (
            Reference::Unresolved { written: "args.model".into() },
            WrittenRevision::Absent,
            ManifestStatus::Unresolved,
            "unresolved-reference",
            Severity::Info,
            UNRESOLVED,
        ),
        (
            Reference::Local { written: "./out".into(), inside: None },
            WrittenRevision::Absent,
            ManifestStatus::NotHere,
            "unresolved-reference",
            Severity::Info,
            UNRESOLVED,
        ),
        (
            Reference::Elsewhere { written: "s3://bucket/model".into() },
            WrittenRevision::Absent,
            ManifestStatus::Unlisted,
            "unlisted-model",
            Severity::High,
            "s3://bucket/model",
        ),
    ];
    for (target, revision, status, rule, severity, model) in cases {
        let case = reference(target, revision, status);
        let (meta, violation) = judge(&case).unwrap();
        assert_eq!((meta.id, meta.severity, case.model().as_str()), (rule, severity, model));
        assert_eq!(violation.location.path.as_deref(), Some("src/rank.py"));
        assert_eq!(violation.manifest.as_ref().map(Place::text), Some("acme/ranker"));
        assert!(violation.description.contains("on line 4"), "{}", violation.description);
    }
}

#[test]
fn what_is_listed_as_it_is_loaded_is_silent() {
    let same = reference(hub(), WrittenRevision::Absent, listed(Agreement::Same));
    assert!(judge(&same).is_none());
}

#[test]
fn text_of_the_code_is_shown_escaped() {
    let written = "x\n::error::pwned\u{202e}`".to_owned();
    let mut hostile = reference(
        Reference::Unresolved { written: written.clone() },
        WrittenRevision::Absent,
        ManifestStatus::Unresolved,
    );
    hostile.found.how = format!("key `{written}`");
    let text = judge(&hostile).unwrap().1.description;
    assert!(!text.contains('\n') && !text.contains('\u{202e}'), "{text}");
}
