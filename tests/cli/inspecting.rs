//! `inspect`, `explain` and `rules`.

use super::harness::{HARMFUL, Workspace};

#[test]
fn inspect_tells_what_loading_would_do() {
    let ran = Workspace::new().with("m.pkl", HARMFUL).run(&["inspect", "m.pkl", "--sha256"]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn inspect_writes_the_evidence_as_json() {
    let ran =
        Workspace::new().with("m.pkl", HARMFUL).run(&["inspect", "m.pkl", "--format", "json"]);
    let evidence: weighstation::evidence::FileEvidence = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(evidence.size, HARMFUL.len() as u64);
    assert!(!evidence.evidence.is_empty());
}

#[test]
fn every_rule_can_be_explained() {
    let workspace = Workspace::new();
    for rule in weighstation::rules::RULES {
        let meta = rule.meta();
        let ran = workspace.run(&["explain", meta.id]);
        assert_eq!(ran.code, 0);
        assert!(ran.stdout.contains("How to fix"), "{}: {}", meta.id, ran.stdout);
    }
}

#[test]
fn an_unknown_rule_suggests_a_known_one() {
    let ran = Workspace::new().run(&["explain", "denied-globals"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: there is no rule `denied-globals`\n  help: did you mean `denied-global`?\n"
    );
}

#[test]
fn rules_are_listed_in_every_format() {
    let workspace = Workspace::new();
    let json = workspace.run(&["rules", "--format", "json"]).stdout;
    let rules: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(rules.len(), weighstation::rules::RULES.len());
    for format in ["human", "markdown"] {
        let text = workspace.run(&["rules", "--format", format]).stdout;
        for rule in weighstation::rules::RULES {
            assert!(text.contains(rule.meta().id), "{format}: {}", rule.meta().id);
        }
    }
}
