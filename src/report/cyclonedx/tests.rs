use std::collections::HashSet;

use serde_json::Value;

use super::super::sample;
use super::*;
use crate::evidence::{Card, ListedDigest};
use crate::finding::{CardReport, LicenseReport};

const COMMIT: &str = "0123456789ABCDEF0123456789abcdef01234567";

/// The sample with models of the Hub in it, one of them twice.
fn report() -> Report {
    let mut report = sample::failing();
    let hub = &mut report.models[0];
    hub.source = "hf://acme/sentiment".into();
    hub.repository = Some("acme/sentiment".parse().unwrap());
    hub.revision = Some(COMMIT.into());
    hub.licenses =
        vec![LicenseReport { stated: "apache-2.0".into(), meaning: "apache-2.0".parse().ok() }];
    let card = hub.card.as_mut().unwrap().card.as_mut().unwrap();
    *card = Card {
        path: "README.md".into(),
        words: 42,
        datasets: vec!["acme/reviews".into(), "our own, unpublished".into()],
        task: Some("text-classification".into()),
        ..Card::default()
    };
    hub.files[0].evidence.sha256 = Some(crate::base::Digest::of(b"card"));
    hub.files[1].evidence.listed = Some(ListedDigest::Sha256(crate::base::Digest::of(b"weights")));
    let base = |kind, target: &str, revision: Option<&str>| BaseModelReport {
        kind,
        target: target.into(),
        revision: revision.map(str::to_owned),
        named_in: None,
        judged_as: None,
    };
    hub.base_models = vec![
        base(ReferenceKind::AdapterBase, "Acme/Base", Some("v1")),
        base(ReferenceKind::BaseModel, "acme/base", Some("v1")),
        base(ReferenceKind::BaseModel, "../else where", None),
    ];
    let mut again = hub.clone();
    again.name = "sentiment-again".into();
    again.card = Some(CardReport::default());
    again.licenses.clear();
    report.models.push(again);
    report
}

fn document(report: &Report) -> Value {
    serde_json::from_str(&sample::written(write, report, &sample::presentation())).unwrap()
}

/// Every component, those within others included.
fn all<'v>(components: &'v Value, into: &mut Vec<&'v Value>) {
    for component in components.as_array().into_iter().flatten() {
        into.push(component);
        all(&component["components"], into);
    }
}

#[test]
fn the_whole_document_of_a_failing_run() {
    insta::assert_snapshot!(sample::written(write, &report(), &sample::presentation()));
}

#[test]
fn references_are_unique_and_lead_somewhere() {
    for report in [report(), sample::failing(), sample::passing(), sample::incomplete()] {
        let document = document(&report);
        let mut components = Vec::new();
        all(&document["components"], &mut components);
        let references: Vec<&str> =
            components.iter().map(|component| component["bom-ref"].as_str().unwrap()).collect();
        let known: HashSet<&str> = references.iter().copied().collect();
        assert_eq!(known.len(), references.len(), "{references:?}");
        let mut told = HashSet::new();
        for dependency in document["dependencies"].as_array().unwrap() {
            let reference = dependency["ref"].as_str().unwrap();
            assert!(known.contains(reference) && told.insert(reference), "{reference}");
            for on in dependency["dependsOn"].as_array().into_iter().flatten() {
                assert!(known.contains(on.as_str().unwrap()) && on != reference, "{on}");
            }
        }
        for component in document["components"].as_array().unwrap() {
            assert!(told.contains(component["bom-ref"].as_str().unwrap()));
        }
        for composition in document["compositions"].as_array().into_iter().flatten() {
            for reference in composition["assemblies"].as_array().unwrap() {
                assert!(known.contains(reference.as_str().unwrap()));
            }
        }
        for component in &components {
            for hash in component["hashes"].as_array().into_iter().flatten() {
                let content = hash["content"].as_str().unwrap();
                assert_eq!((hash["alg"].as_str(), content.len()), (Some("SHA-256"), 64));
                assert!(content.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
            }
        }
    }
}

#[test]
fn the_same_report_gives_the_same_document_and_another_one_another() {
    let first = document(&report());
    assert_eq!(document(&report()), first);
    let mut other = report();
    other.timestamp = "2026-11-23T07:30:01Z".into();
    assert_ne!(document(&other)["serialNumber"], first["serialNumber"]);
}

#[test]
fn a_base_model_that_was_judged_is_the_model_itself() {
    let mut report = report();
    let ranker = &mut report.models[1].base_models;
    ranker[0].kind = ReferenceKind::AdapterBase;
    let document = document(&report);
    let dependency = &document["dependencies"][1];
    let purl = "pkg:huggingface/acme/sentiment@0123456789abcdef0123456789abcdef01234567";
    assert_eq!(dependency["dependsOn"][0], purl);
    let ancestor = &document["components"][1]["pedigree"]["ancestors"][0];
    assert_eq!((&ancestor["purl"], &ancestor["bom-ref"]), (&purl.into(), &Value::Null));
}
