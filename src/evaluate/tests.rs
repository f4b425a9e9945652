//! Severities, waivers, order and verdict on models made by hand.

#![allow(clippy::arithmetic_side_effects, reason = "sums of small literals")]

use std::sync::Arc;

use jiff::civil::date;

use super::*;
use crate::base::{Digest, Severity};
use crate::document::{Document, Place, Span};
use crate::evidence::{
    CoverageFact, Dossier, Fact, FileFact, ReferenceFact, ReferenceKind, UnscannedReason,
};
use crate::finding::{Incident, Inputs, NamedBy, Outcome, Report, Verdict};
use crate::lock::Comparison;
use crate::manifest::Entry;
use crate::policy::{GlobalPattern, Policy, RuleSetting, Waiver};
use crate::rules::tests::dossiers::{
    call_fact, dossier, entry, file, import_fact, on_the_hub, one, policy, repository, stream_fact,
};

/// A policy that is silent on cards and formats, so that tests see only what they are about.
fn quiet() -> Policy {
    let mut policy = policy();
    for rule in ["missing-card", "unsafe-format", "missing-safetensors"] {
        policy.rules.insert(rule.to_owned(), RuleSetting::Off);
    }
    policy
}

fn with_waivers(waivers: impl IntoIterator<Item = Waiver>) -> Policy {
    let mut policy = quiet();
    policy.waivers = waivers.into_iter().collect();
    policy
}

/// A waiver that is written as the `nth` of the policy file.
fn waiver(nth: usize, rule: &str, expires: &str) -> Waiver {
    let text = format!("{}- rule: {rule}\n", "\n".repeat(nth));
    let span =
        Span { line: u32::try_from(nth).unwrap() + 1, column: 1, start: nth, end: text.len() - 1 };
    Waiver {
        rule: Some(rule.to_owned()),
        fingerprint: None,
        model: None,
        file: None,
        sha256: None,
        reason: "reviewed, ticket ML-1".to_owned(),
        expires: expires.to_owned(),
        place: Place {
            document: Arc::new(Document { path: "weighstation.yaml".to_owned(), text }),
            span,
        },
    }
}

fn judged(name: &str, dossier: Dossier, policy: Policy) -> Judged {
    let mut entry = entry("./models/ranker", None);
    entry.name = name.to_owned();
    Judged {
        name: name.to_owned(),
        source: entry.source.clone(),
        entry: Some(entry),
        revision: None,
        dossier,
        named_by: None,
        policy: Arc::new(policy),
    }
}

fn run(cases: Vec<Judged>, policy: Policy) -> Report {
    evaluate(
        cases,
        Run {
            version: "0.1.0",
            timestamp: "2026-10-01T00:00:00Z".to_owned(),
            today: date(2026, 10, 1),
            now: "2026-10-01T00:00:00Z".parse().unwrap(),
            lock: None,
            policy: Arc::new(policy),
            policy_name: "weighstation.yaml".to_owned(),
            manifest: Some("models.yaml".to_owned()),
            references: Vec::new(),
            incidents: Vec::new(),
            inputs: Inputs::default(),
            shard: None,
            is_code_read: false,
        },
    )
}

/// One model under one policy.
fn run_one(dossier: Dossier, policy: Policy) -> Report {
    run(vec![judged("ranker", dossier, policy.clone())], policy)
}

fn rules_of(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.rule).collect()
}

fn hostile() -> Dossier {
    one("model.bin", [import_fact("os", "system"), call_fact("os.system", "('id',)", None)])
}

fn clean() -> Dossier {
    one("model.pkl", [stream_fact(), import_fact("collections", "OrderedDict")])
}

#[test]
fn a_clean_model_passes() {
    let report = run_one(clean(), quiet());
    assert_eq!(rules_of(&report), [] as [&str; 0]);
    assert_eq!(report.outcome, Outcome::Pass);
    assert_eq!(report.models[0].files[0].globals[0].verdict, Verdict::Allowed);
}

#[test]
fn the_trust_score_is_that_of_the_models_own_policy() {
    let mut trusting = quiet();
    trusting.trust.trusted_publishers = vec!["acme".to_owned()];
    let hub = || on_the_hub(repository("acme/ranker"), [file("README.md")]);
    let cases = vec![
        judged("trusted", hub(), trusting),
        judged("unknown", hub(), quiet()),
        judged("local", clean(), quiet()),
    ];
    let report = run(cases, quiet());
    let scores: Vec<Option<u8>> =
        report.models.iter().map(|model| model.trust.as_ref().map(|trust| trust.score)).collect();
    assert_eq!(scores, [Some(5), Some(3), None]);
}

#[test]
fn a_low_score_fails_and_its_finding_stands_at_the_source() {
    let mut asking = quiet();
    asking.trust.minimum_score = 4;
    let report = run_one(on_the_hub(repository("acme/ranker"), [file("README.md")]), asking);
    assert_eq!((rules_of(&report), report.outcome), (vec!["low-trust"], Outcome::Fail));
    assert_eq!(report.findings[0].manifest.as_ref().unwrap().line, 2);
}

#[test]
fn a_hostile_model_fails_and_points_at_the_manifest() {
    let report = run_one(hostile(), quiet());
    assert_eq!(rules_of(&report), ["denied-global"]);
    assert_eq!(report.outcome, Outcome::Fail);
    let finding = &report.findings[0];
    let place = finding.manifest.as_ref().unwrap();
    assert_eq!((place.line, place.column, place.end_column), (2, 13, 28));
    assert_eq!(place.snippet, "./models/ranker");
    assert_eq!(place.line_text, "  - source: ./models/ranker");
    assert_eq!(finding.location.origin.offset, Some(10));
    assert_eq!(finding.severity, Severity::Critical);
    assert_eq!(finding.fingerprint.len(), 16);
}

#[test]
fn nothing_judged_is_incomplete() {
    // OTH-039
    let mut empty = judged("ranker", Dossier::default(), quiet());
    empty.entry.as_mut().unwrap().files = vec!["*.safetensors".to_owned()];
    let report = run(vec![empty], quiet());
    assert_eq!(report.outcome, Outcome::Incomplete);
    assert!(report.incidents[0].message.contains("`files:`"), "{:?}", report.incidents);

    assert_eq!(run(Vec::new(), quiet()).outcome, Outcome::Incomplete);
    assert_eq!(run(Vec::new(), quiet()).incidents.len(), 1);

    // One model without files spoils the verdict on the other, but no violation is hidden by it.
    let cases =
        |dossier| vec![judged("a", Dossier::default(), quiet()), judged("b", dossier, quiet())];
    assert_eq!(run(cases(clean()), quiet()).outcome, Outcome::Incomplete);
    assert_eq!(run(cases(hostile()), quiet()).outcome, Outcome::Fail);
}

#[test]
fn an_incident_is_incomplete_and_not_told_twice() {
    let mut at_fault = Run {
        version: "0.1.0",
        timestamp: String::new(),
        today: date(2026, 10, 1),
        now: jiff::Timestamp::UNIX_EPOCH,
        lock: None,
        policy: Arc::new(quiet()),
        policy_name: String::new(),
        manifest: None,
        references: Vec::new(),
        incidents: Vec::new(),
        is_code_read: false,
        inputs: Inputs::default(),
        shard: None,
    };
    at_fault.incidents.push(Incident { model: Some("a".into()), message: "no such folder".into() });
    let cases = vec![judged("a", Dossier::default(), quiet()), judged("b", clean(), quiet())];
    let report = evaluate(cases, at_fault);
    assert_eq!(report.incidents.len(), 1);
    assert_eq!(report.outcome, Outcome::Incomplete);
}

#[test]
fn a_rule_that_is_off_does_not_run_and_a_severity_is_the_policys() {
    let mut off = quiet();
    off.rules.insert("denied-global".into(), RuleSetting::Off);
    let report = run_one(hostile(), off);
    assert_eq!(report.outcome, Outcome::Pass);
    let in_force =
        |report: &Report, id| report.rules.iter().find(|(meta, _)| meta.id == id).unwrap().1;
    assert_eq!(in_force(&report, "denied-global"), None);
    // The verdict on the global stays what it is.
    assert_eq!(report.models[0].files[0].globals[0].verdict, Verdict::Denied);

    let mut low = quiet();
    low.rules.insert("denied-global".into(), RuleSetting::Severity(Severity::Low));
    let report = run_one(hostile(), low.clone());
    assert_eq!(report.findings[0].severity, Severity::Low);
    assert_eq!(report.outcome, Outcome::Pass);

    // The highest of the profiles is the rule's severity in the report.
    let report = run(vec![judged("a", clean(), low), judged("b", clean(), quiet())], quiet());
    assert_eq!(in_force(&report, "denied-global"), Some(Severity::Critical));
}

#[test]
fn every_model_fails_by_its_own_policy() {
    let link = || one("a.bin", [FileFact::Link { target: "b.bin".into(), escapes: false }.into()]);
    let mut strict = quiet();
    strict.fail_on = Severity::Low;
    let report = run(vec![judged("a", link(), quiet())], quiet());
    assert_eq!(report.outcome, Outcome::Pass);
    let cases = vec![judged("a", link(), quiet()), judged("b", link(), strict)];
    let report = run(cases, quiet());
    assert_eq!(report.outcome, Outcome::Fail);
    let thresholds = report.thresholds();
    let fails: Vec<bool> =
        report.findings.iter().map(|finding| thresholds.fails(finding)).collect();
    assert_eq!(fails, [false, true]);
}

#[test]
fn the_worst_comes_first_and_then_the_order_of_the_manifest() {
    let both = || {
        dossier([
            file("b.bin").in_member("y").fact(import_fact("os", "system")),
            file("a.bin")
                .fact(import_fact("acme", "X"))
                .fact(import_fact("posix", "system"))
                .in_member("x")
                .fact(import_fact("nt", "system")),
        ])
    };
    let cases = vec![judged("z", both(), quiet()), judged("a", both(), quiet())];
    let report = run(cases, quiet());
    let order: Vec<(&str, &str, &str, Option<u64>)> = report
        .findings
        .iter()
        .map(|finding| {
            (
                finding.rule,
                finding.model.as_str(),
                finding.location.path.as_deref().unwrap_or_default(),
                finding.location.origin.offset,
            )
        })
        .collect();
    assert_eq!(
        order,
        [
            ("denied-global", "z", "a.bin", Some(20)),
            ("denied-global", "z", "a.bin", Some(30)),
            ("denied-global", "z", "b.bin", Some(10)),
            ("denied-global", "a", "a.bin", Some(20)),
            ("denied-global", "a", "a.bin", Some(30)),
            ("denied-global", "a", "b.bin", Some(10)),
            ("unlisted-global", "z", "a.bin", Some(10)),
            ("unlisted-global", "a", "a.bin", Some(10)),
        ]
    );
    // Both entries have the same source: the fingerprints differ all the same.
    let mut ids: Vec<&str> =
        report.findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 8);
}

#[test]
fn a_subject_is_one_finding_and_a_global_is_listed_once_per_member() {
    let twice = dossier([file("a.bin")
        .in_member("x")
        .fact(import_fact("os", "system"))
        .fact(import_fact("os", "system"))
        .fact(import_fact("os", "system"))
        .in_member("y")
        .fact(import_fact("os", "system"))]);
    let report = run_one(twice, quiet());
    assert_eq!(report.findings.len(), 2);
    assert!(
        report.findings[0].description.ends_with("There are 2 more of the kind here."),
        "{}",
        report.findings[0].description
    );
    let globals = &report.models[0].files[0].globals;
    let members: Vec<_> = globals.iter().map(|global| global.member.as_deref().unwrap()).collect();
    assert_eq!(members, ["x", "y"]);
    assert_eq!(globals[0].offset, 10);
}

#[test]
fn a_waiver_covers_what_it_names_and_nothing_else() {
    let mut for_model = waiver(0, "denied-global", "2026-10-01");
    for_model.model = Some("rank*".into());
    for_model.file = Some("*.bin".into());
    let report = run_one(hostile(), with_waivers([for_model.clone()]));
    assert_eq!(report.outcome, Outcome::Pass, "{:#?}", report.findings);
    assert_eq!(report.findings.len(), 1, "a waived finding stays in the report");
    let applied = report.findings[0].waiver.as_ref().unwrap();
    assert_eq!(applied.reason, "reviewed, ticket ML-1");
    assert_eq!(report.tally().waived, 1);

    let does_not_cover = |change: &dyn Fn(&mut Waiver), dossier: Dossier| {
        let mut waiver = for_model.clone();
        change(&mut waiver);
        let report = run_one(dossier, with_waivers([waiver]));
        assert_eq!(report.outcome, Outcome::Fail);
        assert_eq!(rules_of(&report).last(), Some(&"unused-waiver"));
    };
    does_not_cover(&|waiver| waiver.rule = Some("unlisted-global".into()), hostile());
    does_not_cover(&|waiver| waiver.model = Some("other".into()), hostile());
    does_not_cover(&|waiver| waiver.file = Some("*.pt".into()), hostile());
    does_not_cover(&|waiver| waiver.file = Some("[".into()), hostile());
    let deep = || one("deep/model.bin", [import_fact("os", "system")]);
    does_not_cover(&|waiver| waiver.file = Some("other/*.bin".into()), deep());
    does_not_cover(&|waiver| waiver.file = Some("d*l.bin".into()), deep());
    let covered = run_one(deep(), with_waivers([for_model.clone()]));
    assert_eq!(covered.outcome, Outcome::Pass);
    // A finding on the model as a whole has no file.
    let mut card = for_model;
    card.rule = Some("missing-card".into());
    let mut policy = with_waivers([card]);
    policy.rules.remove("missing-card");
    assert_eq!(run_one(clean(), policy).outcome, Outcome::Fail);
}

#[test]
fn a_waiver_with_a_fingerprint_covers_that_finding_only() {
    let two = || one("m.bin", [import_fact("os", "system"), import_fact("os", "popen")]);
    let open = run_one(two(), quiet());
    assert_eq!(rules_of(&open), ["denied-global", "denied-global"]);
    let mut one_of_two = waiver(0, "denied-global", "2027-01-01");
    one_of_two.rule = None;
    one_of_two.fingerprint = Some(open.findings[1].fingerprint.parse().unwrap());
    let report = run_one(two(), with_waivers([one_of_two.clone()]));
    let waived: Vec<bool> = report.findings.iter().map(|it| it.waiver.is_some()).collect();
    assert_eq!(waived, [false, true]);

    // All that a waiver names must be so.
    let mut of_other_rule = one_of_two.clone();
    of_other_rule.rule = Some("unlisted-global".into());
    let mut of_other_file = one_of_two.clone();
    of_other_file.file = Some("*.pkl".into());
    let mut of_nothing = one_of_two.clone();
    of_nothing.fingerprint = None;
    for wrong in [of_other_rule, of_other_file, of_nothing] {
        let report = run_one(two(), with_waivers([wrong]));
        assert!(report.findings.iter().all(|finding| finding.waiver.is_none()));
    }

    // Without a rule it is called by its finding.
    let fingerprint = open.findings[1].fingerprint.clone();
    let report = run_one(clean(), with_waivers([one_of_two]));
    let unused = format!("The waiver for finding `{fingerprint}` covered no finding.");
    assert_eq!(report.findings[0].description, unused);
}

#[test]
fn a_waiver_for_other_bytes_does_not_cover() {
    // OTH-036
    let named = |content: &str| {
        dossier([file("model.bin").content(content).fact(import_fact("os", "system"))])
    };
    let mut bound = waiver(0, "denied-global", "2027-01-01");
    bound.sha256 = Some(Digest::of(b"A"));
    assert_eq!(run_one(named("A"), with_waivers([bound.clone()])).outcome, Outcome::Pass);

    let report = run_one(named("B"), with_waivers([bound.clone()]));
    assert_eq!(report.outcome, Outcome::Fail);
    assert_eq!(rules_of(&report), ["denied-global", "unused-waiver"]);
    assert!(report.findings[1].description.contains("other bytes"));

    // A digest that nobody computed is not the right one.
    assert_eq!(run_one(hostile(), with_waivers([bound.clone()])).outcome, Outcome::Fail);

    bound.file = Some("*.bin".into());
    let policy = with_waivers([bound]);
    assert!(binds_digest(&policy, "ranker", "model.bin"));
    assert!(!binds_digest(&policy, "ranker", "model.txt"));
    assert!(!binds_digest(&quiet(), "ranker", "model.bin"));
}

#[test]
fn an_expired_waiver_covers_nothing_and_is_told() {
    // OTH-037: the last day is the day before.
    let expired = waiver(2, "denied-global", "2026-09-30");
    let report = run_one(hostile(), with_waivers([expired]));
    assert_eq!(report.outcome, Outcome::Fail);
    assert_eq!(rules_of(&report), ["denied-global", "expired-waiver"]);
    let finding = &report.findings[1];
    assert_eq!(finding.model, "");
    assert_eq!(
        finding.description,
        "The waiver for `denied-global` expired on 2026-09-30. One finding that it covered counts \
         again."
    );
    let place = finding.manifest.as_ref().unwrap();
    assert_eq!((place.file.as_str(), place.line), ("weighstation.yaml", 3));
    assert_eq!(place.snippet, "- rule: denied-global");

    // It fails the gate by itself, and a date that cannot be read never holds.
    let report = run_one(clean(), with_waivers([waiver(0, "denied-global", "2026-09-30")]));
    assert_eq!(report.outcome, Outcome::Fail);
    let report = run_one(hostile(), with_waivers([waiver(0, "denied-global", "someday")]));
    assert_eq!(rules_of(&report), ["denied-global", "expired-waiver"]);
}

#[test]
fn an_unused_waiver_is_a_note_told_once() {
    let policy = with_waivers([waiver(0, "denied-global", "2027-01-01")]);
    let cases = vec![judged("a", clean(), policy.clone()), judged("b", clean(), policy.clone())];
    let report = run(cases, policy.clone());
    assert_eq!(rules_of(&report), ["unused-waiver"]);
    assert_eq!(report.outcome, Outcome::Pass);

    // Used by one model, it is used.
    let cases = vec![judged("a", clean(), policy.clone()), judged("b", hostile(), policy.clone())];
    assert_eq!(rules_of(&run(cases, policy.clone())), ["denied-global"]);

    // The run's own policy is looked after even if no model is judged by it.
    let report = run(vec![judged("a", clean(), quiet())], policy);
    assert_eq!(rules_of(&report), ["unused-waiver"]);
}

#[test]
fn no_waiver_covers_what_is_said_of_waivers() {
    let policy = with_waivers([
        waiver(0, "denied-global", "2026-01-01"),
        waiver(1, "expired-waiver", "2027-01-01"),
    ]);
    let report = run_one(clean(), policy);
    assert_eq!(report.outcome, Outcome::Fail);
    assert_eq!(rules_of(&report), ["expired-waiver", "unused-waiver"]);
}

#[test]
fn what_could_not_be_judged_fails_by_default() {
    let facts: [Fact; 4] = [
        CoverageFact::Malformed { format: crate::evidence::Format::new("zip"), reason: "x".into() }
            .into(),
        CoverageFact::BudgetExhausted { budget: crate::base::Budget::Members, limit: 1 }.into(),
        CoverageFact::Unreadable { reason: "x".into() }.into(),
        CoverageFact::Unscanned { reason: UnscannedReason::UnknownContent }.into(),
    ];
    for fact in facts {
        let report = run_one(one("a.bin", [fact.clone()]), quiet());
        assert_eq!(report.outcome, Outcome::Fail, "{fact:?}");
    }
}

#[test]
fn taking_an_allowance_away_never_helps() {
    let names = [
        ("collections", "OrderedDict"),
        ("uuid", "UUID"),
        ("joblib", "Parallel"),
        ("os", "system"),
        ("acme", "Ranker"),
        ("acme.deep", "Ranker"),
    ];
    let allowances: [(&str, bool); 6] = [
        ("collections.OrderedDict", false),
        ("uuid.UUID", false),
        ("joblib.Parallel", false),
        ("acme.*", true),
        ("acme.**", true),
        ("os.**", true),
    ];
    let allowing = |chosen: usize| {
        let mut policy = quiet();
        policy.pickle.allowed_globals = crate::policy::GlobalSet::default();
        for (index, (allowance, is_glob)) in allowances.iter().enumerate() {
            if chosen & (1 << index) == 0 {
                continue;
            }
            let set = &mut policy.pickle.allowed_globals;
            if *is_glob {
                set.patterns.push(GlobalPattern((*allowance).to_owned()));
            } else {
                set.exact.insert((*allowance).to_owned());
            }
        }
        policy
    };
    let fails = |chosen: usize, module: &str, name: &str| {
        run_one(one("a.pkl", [import_fact(module, name)]), allowing(chosen)).outcome
            == Outcome::Fail
    };
    for (module, name) in names {
        for chosen in 0..(1 << allowances.len()) {
            for taken in 0..allowances.len() {
                let fewer = chosen & !(1 << taken);
                assert!(
                    !fails(chosen, module, name) || fails(fewer, module, name),
                    "{module}.{name}: {chosen:b} fails and {fewer:b} does not"
                );
            }
        }
    }
}

/// A model at a source, that names others.
fn building_on(name: &str, source: &str, named: &[(&str, Option<&str>)]) -> Judged {
    let facts = named.iter().map(|(target, revision)| {
        Fact::Reference(ReferenceFact {
            kind: ReferenceKind::AdapterBase,
            target: (*target).to_owned(),
            revision: revision.map(str::to_owned),
        })
    });
    let mut judged = judged(name, one("adapter_config.json", facts), quiet());
    judged.source = source.to_owned();
    judged
}

#[test]
fn base_models_are_listed_with_the_entry_that_judges_them() {
    let commit = "714eb0fa89d2f80546fda750413ed43d93601a13";
    let mut base = building_on("base", "hf://acme/base", &[("Acme/base", None)]);
    base.revision = Some(commit.to_owned());
    let mut gone = building_on("gone", "hf://acme/gone", &[]);
    gone.dossier.files.clear();
    let named = [
        ("acme/BASE", None),
        ("acme/base", Some(commit)),
        ("acme/base", Some("v1")),
        ("acme/gone", None),
        ("./base", None),
    ];
    let cases = vec![building_on("adapter", "./adapter", &named), base, gone];
    let report = run(cases, quiet());
    let listed: Vec<_> = report.models[0]
        .base_models
        .iter()
        .map(|base| (base.target.as_str(), base.revision.as_deref(), base.judged_as.as_deref()))
        .collect();
    assert_eq!(
        listed,
        [
            ("acme/BASE", None, Some("base")),
            ("acme/base", Some(commit), Some("base")),
            ("acme/base", Some("v1"), None),
            ("acme/gone", None, None),
            ("./base", None, None),
        ]
    );
    assert_eq!(report.models[1].base_models, [], "a model does not build on itself");
    let unjudged = report.findings.iter().filter(|finding| finding.rule == "unjudged-base-model");
    assert_eq!(unjudged.count(), 3);
}

#[test]
fn an_unpinned_base_model_says_who_named_it() {
    let mut base = building_on("adapter → acme/base", "hf://acme/base", &[]);
    base.entry = Some(Entry { origin: "hf://acme/base".parse().unwrap(), ..base.entry.unwrap() });
    base.entry.as_mut().unwrap().source = "hf://acme/base".into();
    let file = Some("adapter_config.json".to_owned());
    base.named_by = Some(NamedBy { model: "adapter".into(), file });
    let report = run(vec![base], quiet());
    let found = report.findings.iter().find(|finding| finding.rule == "unpinned-revision").unwrap();
    assert_eq!(
        found.description,
        "`hf://acme/base` is named by `adapter_config.json` of `adapter`, without the commit that \
         is meant: loaders take whatever its publisher has uploaded last."
    );
}

/// A lock that names `ranker`, whose one file holds `weights`, and `legacy`.
fn comparison(binding: bool) -> Comparison {
    let digest = Digest::of(b"weights");
    let text = format!(
        "version: 1\nmodels:\n  - name: ranker\n    source: ./models/ranker\n    files: [{{ path: \
         model.pkl, size: 100, sha256: {digest} }}]\n  - name: legacy\n    source: ./legacy\n    \
         files: [{{ path: a, size: 1, sha256: {digest} }}]\n"
    );
    let document = Document { path: "models.lock".to_owned(), text };
    Comparison {
        lock: crate::lock::Lock::parse(Arc::new(document)).unwrap(),
        binding,
        entries: vec!["ranker".to_owned()],
        heads: std::collections::BTreeMap::new(),
    }
}

fn run_locked(name: &str, content: &str, policy: Policy, lock: Comparison) -> Report {
    let dossier = dossier([file("model.pkl").content(content).fact(stream_fact())]);
    let cases = vec![judged(name, dossier, policy.clone())];
    evaluate(
        cases,
        Run {
            version: "0.1.0",
            timestamp: "2026-10-01T00:00:00Z".to_owned(),
            today: date(2026, 10, 1),
            now: "2026-10-01T00:00:00Z".parse().unwrap(),
            lock: Some(lock),
            policy: Arc::new(policy),
            policy_name: "weighstation.yaml".to_owned(),
            manifest: Some("models.yaml".to_owned()),
            references: Vec::new(),
            incidents: Vec::new(),
            inputs: Inputs::default(),
            shard: None,
            is_code_read: false,
        },
    )
}

#[test]
fn what_the_lock_names_and_the_manifest_does_not_belongs_to_no_model() {
    let report = run_locked("ranker", "weights", quiet(), comparison(true));
    assert_eq!(rules_of(&report), ["stale-lock"]);
    assert_eq!(report.outcome, Outcome::Pass);
    let finding = &report.findings[0];
    let place = finding.manifest.as_ref().unwrap();
    assert_eq!((finding.model.as_str(), place.file.as_str(), place.line), ("", "models.lock", 6));
    assert_eq!(place.snippet, "legacy");
    let mut off = quiet();
    off.rules.insert("stale-lock".to_owned(), RuleSetting::Off);
    let report = run_locked("ranker", "weights", off, comparison(true));
    assert_eq!(rules_of(&report), [] as [&str; 0]);
}

#[test]
fn other_bytes_than_the_locked_ones_fail() {
    let report = run_locked("ranker", "changed", quiet(), comparison(false));
    assert_eq!(rules_of(&report), ["lock-mismatch", "stale-lock"]);
    assert_eq!(report.outcome, Outcome::Fail);
}

#[test]
fn only_a_binding_lock_overrules_the_policy() {
    let mut off = quiet();
    off.rules.insert("unlocked-model".to_owned(), RuleSetting::Off);
    off.rules.insert("stale-lock".to_owned(), RuleSetting::Off);
    let report = run_locked("other", "weights", off.clone(), comparison(false));
    assert_eq!((rules_of(&report).len(), report.outcome), (0, Outcome::Pass));
    let report = run_locked("other", "weights", off, comparison(true));
    assert_eq!(rules_of(&report), ["unlocked-model"]);
    assert_eq!(report.findings[0].severity, Severity::Critical);
    assert_eq!(report.outcome, Outcome::Fail);
}
