use super::*;
use crate::evidence::{CardData, CoverageFact, License};
use crate::policy::{TrustPolicy, TrustWeights};
use crate::rules::tests::dossiers::{COMMIT, dossier};
use crate::rules::tests::dossiers::{card, commit, file, listed_file, on_the_hub, repository};

fn policy() -> TrustPolicy {
    TrustPolicy { trusted_publishers: vec!["google".to_owned()], ..TrustPolicy::default() }
}

/// The points and detail of one signal.
fn signal(dossier: &Dossier, name: &str) -> (i64, String) {
    let report = trust_report(dossier, &policy()).unwrap();
    let signal = report.signals.into_iter().find(|signal| signal.signal == name).unwrap();
    (signal.points, signal.detail)
}

/// The points of one signal of a repository.
fn points(name: &str, change: impl FnOnce(&mut Repository)) -> (i64, String) {
    let mut repository = repository("acme/ranker");
    change(&mut repository);
    signal(&on_the_hub(repository, []), name)
}

#[test]
fn the_signals_stand_in_a_fixed_order_and_add_up() {
    let mut best = repository("google/ranker");
    best.downloads = Some(1_234_567);
    best.commit_count = Some(57);
    best.gate = Gate::Manual;
    let report = trust_report(&on_the_hub(best, []), &policy()).unwrap();
    let names: Vec<(&str, i64)> =
        report.signals.iter().map(|signal| (signal.signal, signal.points)).collect();
    assert_eq!(
        names,
        [
            ("publisher", 2),
            ("downloads", 2),
            ("license", 1),
            ("safetensors", 2),
            ("history", 1),
            ("gate", 1),
            ("signature", 0),
        ]
    );
    assert_eq!((report.score, report.maximum, report.assessment()), (9, 10, "high"));
}

#[test]
fn a_score_is_never_below_zero_or_above_ten() {
    let mut worst = repository("acme/ranker");
    worst.listing.clear();
    worst.card_data = None;
    let worst = on_the_hub(worst, []);
    assert_eq!(trust_report(&worst, &policy()).unwrap().score, 0);
    let weights = TrustWeights {
        no_publisher: 10,
        unlisted_publisher: 10,
        no_card_metadata: 10,
        ..policy().weights
    };
    let generous = TrustPolicy { weights, ..policy() };
    let report = trust_report(&worst, &generous).unwrap();
    assert_eq!((report.score, report.signals[0].points), (10, 10));
    let weights = TrustWeights {
        no_publisher: i64::MIN,
        unlisted_publisher: i64::MIN,
        license: i64::MIN,
        ..weights
    };
    let absurd = TrustPolicy { weights, ..policy() };
    assert_eq!(trust_report(&on_the_hub(repository("a/b"), []), &absurd).unwrap().score, 0);
}

#[test]
fn assessments_begin_at_seven_and_four() {
    for (score, word) in [(10, "high"), (7, "high"), (6, "moderate"), (4, "moderate"), (3, "low")] {
        assert_eq!(TrustReport { score, maximum: 10, signals: Vec::new() }.assessment(), word);
    }
}

#[test]
fn a_model_on_this_machine_has_no_score() {
    assert_eq!(trust_report(&dossier([file("model.safetensors")]), &policy()), None);
}

#[test]
fn downloads_count_beyond_their_thresholds() {
    let said = |count| points("downloads", |repository| repository.downloads = count);
    let (points, detail) = said(Some(1_234_567));
    assert_eq!((points, &*detail), (2, "1,234,567 downloads last month, more than 1,000,000"));
    assert_eq!(said(Some(1_000_001)).0, 2);
    assert_eq!(said(Some(1_000_000)).0, 1);
    assert_eq!(said(Some(10_001)).0, 1);
    assert_eq!(said(Some(10_000)).0, 0);
    assert_eq!(said(Some(1)).1, "1 download last month, not more than 10,000");
    let (points, detail) = said(None);
    assert_eq!(points, 0);
    assert!(detail.contains("the Hub did not say"), "{detail}");
}

#[test]
fn history_counts_beyond_ten_commits() {
    let said = |count| points("history", |repository| repository.commit_count = count).0;
    assert_eq!([said(Some(11)), said(Some(10)), said(None)], [1, 0, 0]);
    let listed = points("history", |repository| {
        repository.commit_count = None;
        repository.commits = (0..11).map(|_| commit(COMMIT, &[], "", &[])).collect();
    });
    assert_eq!(listed, (1, "at least 11 commits".to_owned()));
}

#[test]
fn both_kinds_of_gate_count() {
    let said = |gate| points("gate", |repository| repository.gate = gate).0;
    assert_eq!([said(Gate::Open), said(Gate::Automatic), said(Gate::Manual)], [0, 1, 1]);
}

#[test]
fn a_license_may_be_missing_in_two_ways() {
    let said = |data| points("license", |repository| repository.card_data = data);
    let of = |licenses: &[&str]| {
        let licenses = licenses.iter().map(|&id| id.to_owned()).collect();
        Some(CardData { licenses, base_models: Vec::new() })
    };
    assert_eq!(said(of(&["mit"])), (1, "the model card says `mit`".to_owned()));
    assert_eq!(said(of(&[" ", "mit"])).0, 1);
    let (points, detail) = said(of(&[" "]));
    assert_eq!(points, -1);
    assert!(detail.contains("names no license"), "{detail}");
    let (points, detail) = said(None);
    assert_eq!(points, -1);
    assert!(detail.contains("no front matter"), "{detail}");

    // The card at the commit counts where the Hub says nothing.
    let mut told = repository("acme/ranker");
    told.card_data = None;
    let mut dossier = on_the_hub(told, []);
    let mut own = card("Use", "x", 1);
    own.license = Some(License { ids: vec!["apache-2.0".to_owned()], name: None, link: None });
    dossier.card = Some(own);
    assert_eq!(signal(&dossier, "license"), (1, "the model card says `apache-2.0`".to_owned()));
}

#[test]
fn safetensors_are_judged_by_their_bytes_where_they_were_read() {
    let of = |files: Vec<_>| signal(&on_the_hub(repository("acme/ranker"), files), "safetensors").0;
    let model = || file("model.safetensors");
    assert_eq!(of(Vec::new()), 2);
    assert_eq!(of(vec![model().format("safetensors")]), 2);
    assert_eq!(of(vec![model().format("pickle")]), 0);
    assert_eq!(of(vec![model()]), 0);
    let reason = "connection reset".to_owned();
    assert_eq!(of(vec![model().fact(CoverageFact::Unfetched { reason })]), 2);
    let listing = |path: &str, size| {
        let file = listed_file(path, size);
        points("safetensors", |repository| repository.listing = vec![file]).0
    };
    assert_eq!(listing("model.safetensors", 0), 0);
    assert_eq!(listing("model.safetensors.index.json", 9), 0);
    assert_eq!(listing("sub/x.safetensors", 9), 2);
}

#[test]
fn publishers_are_named_with_the_reason() {
    let of = |id: &str| signal(&on_the_hub(repository(id), []), "publisher");
    assert_eq!(of("Google/x"), (2, "`Google` is a trusted publisher".to_owned()));
    assert_eq!(of("acme/x").0, 0);
    assert_eq!(of("gpt2"), (-1, "`gpt2` names no publisher".to_owned()));
    let nobody = TrustPolicy::default();
    let report = trust_report(&on_the_hub(repository("google/x"), []), &nobody).unwrap();
    assert_eq!(report.signals[0].points, 0);
    assert!(report.signals[0].detail.contains("the policy lists no trusted publishers"));
    let hostile = of("ac\u{202e}me`\n/x").1;
    assert!(!hostile.contains(['\n', '\u{202e}']), "{hostile}");
}
