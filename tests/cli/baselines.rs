//! Runs compared with earlier ones: `--baseline` and `diff`.

use std::fs;

use serde_json::Value;

use super::harness::{HARMFUL, HARMLESS, Workspace, snapshots};

const POLICY: &str = "version: 1\nextends: [baseline]\n";

fn project() -> Workspace {
    let models = ["a", "b", "c"].map(|name| format!("  - source: ./{name}.pkl\n")).concat();
    Workspace::new()
        .with("models.yaml", format!("models:\n{models}"))
        .with("weighstation.yaml", POLICY)
        .with("a.pkl", HARMFUL)
        .with("b.pkl", HARMLESS)
        .with("c.pkl", HARMFUL)
}

/// A project whose earlier report is `old.json`.
fn with_old() -> Workspace {
    let workspace = project();
    assert_eq!(workspace.code(&["check", "--output", "json=old.json"]), 1);
    workspace
}

fn states(document: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["severity"] != "info")
        .map(|it| (text(&it["model"]), text(&it["rule"]), text(&it["baseline"])))
        .collect()
}

fn state(model: &str, rule: &str, state: &str) -> (String, String, String) {
    (model.to_owned(), rule.to_owned(), state.to_owned())
}

#[test]
fn only_what_is_new_fails_and_what_is_fixed_is_said() {
    let workspace = with_old();
    let same = workspace.run(&["check", "--baseline", "old.json"]);
    assert_eq!(same.code, 0, "{}", same.stdout);
    fs::write(workspace.path("b.pkl"), HARMFUL).unwrap();
    fs::write(workspace.path("c.pkl"), HARMLESS).unwrap();
    let outputs = ["--output", "json=new.json", "--output", "sarif=new.sarif"];
    let ran = workspace.run(&[&["check", "--baseline", "old.json"][..], &outputs].concat());
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let mut settings = snapshots();
    settings.add_filter(r"of \d{4}-\d\d-\d\d", "of @@DAY@@");
    settings.bind(|| insta::assert_snapshot!("baseline-human", ran.stdout));
    let document = workspace.json("new.json");
    assert!(states(&document).contains(&state("a.pkl", "denied-global", "known")));
    assert!(states(&document).contains(&state("b.pkl", "denied-global", "new")));
    assert_eq!(document["baseline"]["path"], "old.json");
    let fixed = document["baseline"]["fixed"].as_array().unwrap();
    assert!(fixed.iter().any(|it| it["model"] == "c.pkl" && it["rule"] == "denied-global"));
    let sarif = workspace.json("new.sarif");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let of = |model: &str| {
        let of_rule = results.iter().filter(|it| it["ruleId"] == "denied-global");
        let mut found = of_rule.filter(|it| it["properties"]["model"] == model);
        found.next().map(|it| it["baselineState"].clone())
    };
    assert_eq!(of("a.pkl"), Some("unchanged".into()));
    assert_eq!(of("b.pkl"), Some("new".into()));
    assert_eq!(of("c.pkl"), None, "what is gone is left out, and closed by that");
    // What fails is annotated, what is known is not.
    let ran = workspace.run(&["check", "--baseline", "old.json", "--format", "github"]);
    assert!(ran.stdout.contains("line=3") && !ran.stdout.contains("line=2"), "{}", ran.stdout);
}

#[test]
fn a_graver_finding_is_new_and_another_policy_is_no_obstacle() {
    let workspace = project();
    let mild = format!("{POLICY}rules: {{ denied-global: medium }}\n");
    fs::write(workspace.path("weighstation.yaml"), mild).unwrap();
    workspace.run(&["check", "--output", "json=old.json"]);
    fs::write(workspace.path("weighstation.yaml"), POLICY).unwrap();
    let ran = workspace.run(&["check", "--baseline", "old.json", "--format", "json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, 1);
    assert!(states(&document).contains(&state("a.pkl", "denied-global", "new")));
    // The other way round it is known.
    workspace.run(&["check", "--output", "json=old.json"]);
    let ran = workspace.run(&["check", "--baseline", "old.json", "--policy", "strict"]);
    assert!(!ran.stdout.contains("critical[denied-global] in"), "{}", ran.stdout);
}

#[test]
fn a_baseline_neither_hides_an_incident_nor_prolongs_a_waiver() {
    let workspace = with_old();
    fs::remove_file(workspace.path("a.pkl")).unwrap();
    let ran = workspace.run(&["check", "--baseline", "old.json", "--format", "json"]);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["baseline"]["fixed"], serde_json::json!([]), "a.pkl was not judged");
    let waivers = "waivers: [{ rule: denied-global, reason: x, expires: 2999-01-01 }]\n";
    let workspace = project();
    fs::write(workspace.path("weighstation.yaml"), format!("{POLICY}{waivers}")).unwrap();
    assert_eq!(workspace.code(&["check", "--output", "json=old.json"]), 0);
    fs::write(workspace.path("weighstation.yaml"), POLICY).unwrap();
    assert_eq!(workspace.code(&["check", "--baseline", "old.json"]), 1);
}

#[test]
fn a_second_entry_of_the_same_source_is_new() {
    let workspace = Workspace::new()
        .with("models.yaml", "models:\n  - { name: one, source: ./a.pkl }\n")
        .with("weighstation.yaml", POLICY)
        .with("a.pkl", HARMFUL);
    workspace.run(&["check", "--output", "json=old.json"]);
    let two = "models:\n  - { name: one, source: ./a.pkl }\n  - { name: two, source: ./a.pkl, files: [\"*.pkl\"] }\n";
    fs::write(workspace.path("models.yaml"), two).unwrap();
    let ran = workspace.run(&["check", "--baseline", "old.json", "--format", "json"]);
    assert_eq!(ran.code, 1);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(states(&document).contains(&state("one", "denied-global", "known")));
    assert!(states(&document).contains(&state("two", "denied-global", "new")));
}

#[test]
fn a_baseline_that_cannot_be_read_is_2_with_its_place() {
    let workspace = with_old();
    let text = fs::read_to_string(workspace.path("old.json")).unwrap();
    let broken = text.replacen("\"critical\"", "\"dire\"", 1);
    let workspace = workspace
        .with("broken.json", broken)
        .with("other.json", "{\"runs\": []}")
        .with("foreign.json", "{}");
    let ran = workspace.run(&["check", "--baseline", "broken.json"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("unknown variant `dire`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("^^^^^^"), "{}", ran.stderr);
    for (path, message) in [
        ("foreign.json", "it is no JSON report of weighstation"),
        ("other.json", "it is SARIF that holds no report of weighstation"),
        ("none.json", "cannot be read"),
    ] {
        for command in [&["check"][..], &["scan", "a.pkl"]] {
            let ran = workspace.run(&[command, &["--baseline", path]].concat());
            assert_eq!(ran.code, 2, "{}", ran.stdout);
            assert!(ran.stderr.contains(message), "{}", ran.stderr);
        }
    }
    workspace.run(&["check", "--shard", "1/2", "--output", "json=shard.json"]);
    let ran = workspace.run(&["check", "--baseline", "shard.json"]);
    assert!(ran.stderr.contains("`shard.json` is shard 1/2 and no whole report"), "{}", ran.stderr);
}

#[test]
fn scans_and_merged_shards_have_baselines_too() {
    let workspace = with_old();
    workspace.run(&["scan", "a.pkl", "--output", "json=scan.json"]);
    assert_eq!(workspace.code(&["scan", "a.pkl", "--baseline", "scan.json"]), 0);
    for shard in ["1/2", "2/2"] {
        let path = format!("json={}.json", &shard[..1]);
        workspace.run(&["check", "--shard", shard, "--output", &path]);
    }
    assert_eq!(workspace.code(&["merge", "1.json", "2.json"]), 1);
    assert_eq!(workspace.code(&["merge", "1.json", "2.json", "--baseline", "old.json"]), 0);
}

#[test]
fn a_difference_says_what_is_new_fixed_and_changed() {
    let workspace = with_old();
    fs::write(workspace.path("b.pkl"), HARMFUL).unwrap();
    fs::write(workspace.path("c.pkl"), HARMLESS).unwrap();
    let models = ["a", "b", "c", "d"].map(|name| format!("  - source: ./{name}.pkl\n")).concat();
    fs::write(workspace.path("models.yaml"), format!("models:\n{models}")).unwrap();
    fs::write(workspace.path("d.pkl"), HARMLESS).unwrap();
    let waivers =
        "waivers: [{ rule: denied-global, model: a.pkl, reason: x, expires: 2999-01-01 }]\n";
    fs::write(workspace.path("weighstation.yaml"), format!("{POLICY}{waivers}")).unwrap();
    workspace.run(&["check", "--output", "json=new.json"]);
    let ran = workspace.run(&["diff", "old.json", "new.json"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let mut settings = snapshots();
    settings.add_filter(r"\d{4}-\d\d-\d\d\)", "@@DAY@@)");
    settings.bind(|| insta::assert_snapshot!("diff-human", ran.stdout));
    let ran = workspace.run(&["diff", "old.json", "new.json", "--format", "json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    settings.bind(|| {
        insta::assert_snapshot!("diff-json", serde_json::to_string_pretty(&document).unwrap());
    });
    assert_eq!(workspace.code(&["diff", "new.json", "new.json"]), 0);
    // The waiver that is gone makes the finding count again.
    let ran = workspace.run(&["diff", "new.json", "old.json"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("changed critical, waived → critical"), "{}", ran.stdout);
    fs::remove_file(workspace.path("d.pkl")).unwrap();
    workspace.run(&["check", "--output", "json=gone.json"]);
    assert_eq!(workspace.code(&["diff", "new.json", "gone.json"]), 3);
    assert_eq!(workspace.code(&["diff", "new.json", "nowhere.json"]), 2);
}
