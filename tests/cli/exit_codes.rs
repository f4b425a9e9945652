//! One test for each row of the table: 0 pass · 1 violated · 2 unusable · 3 incomplete.

use super::harness::{HARMFUL, HARMLESS, Workspace};

/// A project with one model of one file.
fn project(content: &[u8]) -> Workspace {
    Workspace::new()
        .with("models.yaml", "version: 1\nmodels:\n  - source: ./m.pkl\n")
        .with("weighstation.yaml", "version: 1\nextends: [baseline]\n")
        .with("m.pkl", content)
}

#[test]
fn pass_is_0() {
    assert_eq!(project(HARMLESS).code(&["check"]), 0);
    assert_eq!(project(HARMLESS).code(&["scan", "m.pkl"]), 0);
}

#[test]
fn a_violation_is_1() {
    assert_eq!(project(HARMFUL).code(&["check"]), 1);
    assert_eq!(project(HARMFUL).code(&["scan", "m.pkl"]), 1);
    // Writing a report changes nothing about it.
    assert_eq!(project(HARMFUL).code(&["scan", "m.pkl", "--format", "sarif"]), 1);
}

/// A score is asked for, and nothing is known of where a local model comes from.
#[test]
fn a_local_model_fails_presets_that_ask_for_trust_unless_it_is_told_to_be_local() {
    let workspace = Workspace::new().with("model.json", "{}");
    for preset in ["walkthrough", "strict"] {
        let scan = ["scan", "model.json", "--policy", preset];
        let ran = workspace.run(&scan);
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        assert!(ran.stdout.contains("[low-trust]"), "{}", ran.stdout);
        let ran = workspace.run(&[&scan[..], &["--profile", "local"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stdout);
    }
}

#[test]
fn bad_usage_is_2() {
    let workspace = project(HARMLESS);
    for arguments in [
        &["frobnicate"][..],
        &["check", "--frobnicate"],
        &["scan"],
        &["check", "--format", "xml"],
        &["check", "--output", "xml=a"],
        &["check", "--output", "json"],
        &["check", "--fail-on", "severe"],
        &["check", "--jobs", "0"],
        &["check", "--model", "nobody"],
        &["check", "--manifest", "nowhere.yaml"],
        &["check", "--policy", "nowhere.yaml"],
        &["check", "--profile", "nobody"],
        &["scan", "nowhere.pkl"],
        &["explain", "no-such-rule"],
        &["inspect", "nowhere.pkl"],
        &["inspect", "."],
    ] {
        let ran = workspace.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("error"), "{arguments:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{arguments:?}");
    }
}

#[test]
fn a_bad_policy_is_2() {
    let policy = "version: 1\nrules: { denied-globl: off }\n";
    let ran = project(HARMFUL).with("weighstation.yaml", policy).run(&["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean `denied-global`?"), "{}", ran.stderr);
}

#[test]
fn no_policy_and_two_policies_are_2() {
    let none = Workspace::new()
        .with("models.yaml", "version: 1\nmodels:\n  - source: ./m.pkl\n")
        .with("m.pkl", HARMLESS);
    let ran = none.run(&["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("weighstation init"), "{}", ran.stderr);
    let two = project(HARMLESS).with(".github/weighstation.yml", "version: 1\n");
    let ran = two.run(&["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains(".github/weighstation.yml"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_judged_is_3() {
    let gone = "version: 1\nmodels:\n  - source: ./gone\n";
    let hub = "version: 1\nmodels:\n  - source: hf://acme/tiny\n";
    let glob = "version: 1\nmodels:\n  - source: .\n    files: [\"*.onnx\"]\n";
    for manifest in [gone, hub, glob] {
        let ran = project(HARMLESS).with("models.yaml", manifest).run(&["check"]);
        assert_eq!(ran.code, 3, "{manifest}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("not judged"), "{}", ran.stdout);
    }
    let workspace = project(HARMLESS);
    std::fs::create_dir(workspace.path("empty")).unwrap();
    assert_eq!(workspace.code(&["scan", "empty", "--fail-on", "critical"]), 3);
}

#[test]
fn a_violation_beats_what_cannot_be_judged() {
    let manifest = "version: 1\nmodels:\n  - source: ./m.pkl\n  - source: ./gone\n";
    let workspace = project(HARMFUL).with("models.yaml", manifest);
    let ran = workspace.run(&["check"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("denied-global") && ran.stdout.contains("./gone"));
    assert_eq!(workspace.code(&["check", "--exit-zero"]), 3);
    assert_eq!(workspace.code(&["check", "--exit-zero", "--allow-incomplete"]), 0);
}

#[test]
fn exit_zero_forgives_findings_and_allow_incomplete_the_rest() {
    assert_eq!(project(HARMFUL).code(&["check", "--exit-zero"]), 0);
    assert_eq!(project(HARMFUL).code(&["check", "--allow-incomplete"]), 1);
    let gone = "version: 1\nmodels:\n  - source: ./gone\n";
    let workspace = project(HARMLESS).with("models.yaml", gone);
    assert_eq!(workspace.code(&["check", "--exit-zero"]), 3);
    assert_eq!(workspace.code(&["check", "--allow-incomplete"]), 0);
}

#[test]
fn an_output_that_cannot_be_written_is_2_and_the_others_are_written() {
    let outputs = ["--output", "json=no/such/folder/a.json", "--output", "sarif=b.sarif"];
    let workspace = project(HARMLESS);
    let ran = workspace.run(&[&["check"][..], &outputs].concat());
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no/such/folder/a.json"), "{}", ran.stderr);
    assert!(ran.stdout.contains("1 model passes"), "{}", ran.stdout);
    assert!(workspace.path("b.sarif").exists());
    // A violation is the stronger statement.
    assert_eq!(project(HARMFUL).code(&[&["check"][..], &outputs].concat()), 1);
}

#[test]
fn help_and_version_are_0() {
    for arguments in [&["--help"][..], &["--version"], &["check", "--help"], &["rules"]] {
        assert_eq!(Workspace::new().code(arguments), 0, "{arguments:?}");
    }
}
