use std::sync::Arc;

use super::*;
use crate::base::Severity;
use crate::discover::Found;
use crate::document::{Document, Place, Span};

fn reference(target: Reference, revision: WrittenRevision, standing: Standing) -> CodeReference {
    let document = Document { path: "src/rank.py".into(), text: "load('acme/ranker')\n".into() };
    let span = Span { line: 1, column: 7, start: 6, end: 17 };
    CodeReference {
        found: Found {
            reference: target,
            revision,
            span,
            used_on: 4,
            how: "AutoModel.from_pretrained".into(),
            cell: None,
        },
        place: Place { document: Arc::new(document), span },
        standing,
    }
}

fn hub() -> Reference {
    Reference::Hub("acme/ranker".parse().unwrap())
}

fn listed(pinned: PinnedAs) -> Standing {
    Standing::Listed { name: "ranker".into(), revision: Some("v1".into()), pinned }
}

#[test]
fn each_standing_has_its_rule_and_its_place() {
    let known = || WrittenRevision::Known("v2".into());
    let cases = [
        (hub(), known(), Standing::Unlisted, "unlisted-model", Severity::High, "hf://acme/ranker"),
        (hub(), known(), listed(PinnedAs::Another), "unlisted-revision", Severity::High, "ranker"),
        (
            hub(),
            WrittenRevision::Absent,
            listed(PinnedAs::Nothing),
            "unpinned-reference",
            Severity::Low,
            "ranker",
        ),
        (
            Reference::Unresolved { written: "args.model".into() },
            WrittenRevision::Absent,
            Standing::Unresolved,
            "unresolved-reference",
            Severity::Info,
            UNRESOLVED,
        ),
        (
            Reference::Local { written: "./out".into(), inside: None },
            WrittenRevision::Absent,
            Standing::NotHere,
            "unresolved-reference",
            Severity::Info,
            UNRESOLVED,
        ),
        (
            Reference::Elsewhere { written: "s3://bucket/model".into() },
            WrittenRevision::Absent,
            Standing::Unlisted,
            "unlisted-model",
            Severity::High,
            "s3://bucket/model",
        ),
    ];
    for (target, revision, standing, rule, severity, model) in cases {
        let judged = judge(&reference(target, revision, standing)).unwrap();
        assert_eq!(
            (judged.meta.id, judged.meta.severity, judged.model.as_str()),
            (rule, severity, model)
        );
        assert_eq!(judged.violation.location.path.as_deref(), Some("src/rank.py"));
        assert_eq!(judged.violation.manifest.as_ref().map(Place::text), Some("acme/ranker"));
        assert!(
            judged.violation.description.contains("on line 4"),
            "{}",
            judged.violation.description
        );
    }
}

#[test]
fn what_is_listed_as_it_is_loaded_is_silent() {
    let same = reference(hub(), WrittenRevision::Absent, listed(PinnedAs::Same));
    assert!(judge(&same).is_none());
}

#[test]
fn text_of_the_code_is_shown_escaped() {
    let written = "x\n::error::pwned\u{202e}`".to_owned();
    let mut hostile = reference(
        Reference::Unresolved { written: written.clone() },
        WrittenRevision::Absent,
        Standing::Unresolved,
    );
    hostile.found.how = format!("key `{written}`");
    let text = judge(&hostile).unwrap().violation.description;
    assert!(!text.contains('\n') && !text.contains('\u{202e}'), "{text}");
}
