//! What models build on, from folders and from a cache that stands in for the Hub.

use serde_json::{Value, json};

use super::harness::{HARMFUL, HARMLESS, Ran, Workspace};

const COMMIT: &str = "5bb9fc53add422c252f7351a8e28c438cb98ea21";

/// A policy that judges nothing but bytes and base models.
const FOLLOW: &str = "extends: [baseline]\nfollow_base_models: true\n";

/// A model that was downloaded whole into the cache: its folder, and the listing that tells so.
pub(crate) fn cached(workspace: Workspace, name: &str, files: &[(&str, &[u8])]) -> Workspace {
    let folder = format!("hub/models--acme--{name}");
    let listed =
        files.iter().map(|(path, content)| ((*path).to_owned(), json!({ "size": content.len() })));
    let listing = json!({ "format_version": 1, "files": Value::Object(listed.collect()) });
    let workspace = workspace
        .with(&format!("{folder}/refs/main"), COMMIT)
        .with(&format!("{folder}/trees/{COMMIT}.json"), listing.to_string());
    files.iter().fold(workspace, |workspace, (path, content)| {
        workspace.with(&format!("{folder}/snapshots/{COMMIT}/{path}"), content)
    })
}

/// An adapter for `acme/base`, which builds on `acme/root`, which names both.
fn workspace(policy: &str, root: &[u8]) -> Workspace {
    let adapter = r#"{"base_model_name_or_path": "acme/base", "revision": null}"#;
    let workspace = Workspace::new()
        .with("weighstation.yaml", policy)
        .with("models.yaml", "models:\n  - source: ./adapter\n")
        .with("adapter/adapter_config.json", adapter)
        .with("adapter/weights.pkl", HARMLESS);
    let card = b"---\nbase_model: acme/root\n---\n# Base\n";
    let workspace = cached(workspace, "base", &[("README.md", card), ("a.pkl", HARMLESS)]);
    let card = b"---\nbase_model: [acme/base, acme/root]\n---\n";
    cached(workspace, "root", &[("README.md", card), ("b.pkl", root)])
}

fn checked(workspace: &Workspace) -> (Ran, Value) {
    let ran = workspace.run(&["check", "--format", "json"]);
    let document = serde_json::from_str(&ran.stdout).unwrap();
    (ran, document)
}

fn rules(document: &Value) -> Vec<(&str, &str)> {
    let findings = document["findings"].as_array().unwrap().iter();
    findings.map(|it| (it["rule"].as_str().unwrap(), it["model"].as_str().unwrap())).collect()
}

#[test]
fn what_an_adapter_is_loaded_onto_is_judged_with_it() {
    let workspace = workspace(FOLLOW, HARMFUL);
    let (ran, document) = checked(&workspace);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let models = document["models"].as_array().unwrap();
    let names: Vec<_> = models.iter().map(|model| model["model_name"].as_str().unwrap()).collect();
    let (base, root) = ("adapter → acme/base", "adapter → acme/base → acme/root");
    assert_eq!(names, ["adapter", base, root]);
    assert_eq!(models[1]["revision"], COMMIT);
    assert_eq!(
        models[0]["base_models"],
        json!([{ "target": "acme/base", "revision": null, "kind": "adapter-base",
                 "named_in": "adapter_config.json", "judged_as": base }])
    );
    assert_eq!(models[2]["base_models"][0]["judged_as"], base, "a circle ends");
    assert_eq!(models[2]["base_models"].as_array().unwrap().len(), 1, "nobody builds on himself");
    let found = rules(&document);
    assert!(found.contains(&("denied-global", root)), "{found:?}");
    assert!(found.contains(&("unpinned-revision", base)), "{found:?}");
    assert!(!found.iter().any(|(rule, _)| *rule == "unjudged-base-model"), "{found:?}");
    let finding = document["findings"].as_array().unwrap().iter();
    let denied = finding.clone().find(|finding| finding["rule"] == "denied-global").unwrap();
    let place = &denied["manifest"];
    assert_eq!((&place["file"], &place["line"]), (&json!("models.yaml"), &json!(2)));
    assert_eq!(place["column"], 13);
    let human = workspace.run(&["check"]).stdout;
    assert!(human.contains("builds on acme/base (judged as adapter → acme/base)"), "{human}");
}

#[test]
fn a_waiver_names_what_was_followed() {
    let policy = format!(
        "{FOLLOW}waivers:\n  - rule: denied-global\n    model: \"*acme/root\"\n    reason: x\n    \
         expires: 2999-01-01\n"
    );
    assert_eq!(workspace(&policy, HARMFUL).code(&["check"]), 0);
}

#[test]
fn without_the_wish_base_models_are_only_listed() {
    let workspace = workspace("extends: [baseline]\n", HARMFUL);
    let (ran, document) = checked(&workspace);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(document["models"].as_array().unwrap().len(), 1);
    assert_eq!(document["models"][0]["base_models"][0]["judged_as"], Value::Null);
    assert!(rules(&document).contains(&("unjudged-base-model", "adapter")));
    let human = workspace.run(&["check"]).stdout;
    assert!(human.contains("builds on acme/base (not judged)"), "{human}");
}

#[test]
fn a_base_model_that_is_not_there_leaves_the_run_incomplete() {
    let adapter = r#"{"base_model_name_or_path": "acme/gone"}"#;
    let workspace = workspace(FOLLOW, HARMLESS).with("adapter/adapter_config.json", adapter);
    let (ran, document) = checked(&workspace);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert_eq!(document["incidents"][0]["model"], "adapter → acme/gone");
    assert!(rules(&document).contains(&("unjudged-base-model", "adapter")));
}

#[test]
fn a_path_is_named_and_never_followed() {
    let adapter = r#"{"base_model_name_or_path": "../base"}"#;
    let workspace = workspace(FOLLOW, HARMLESS)
        .with("adapter/adapter_config.json", adapter)
        .with("base/a.pkl", HARMFUL);
    let (ran, document) = checked(&workspace);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(document["models"][0]["base_models"][0]["target"], "../base");
    assert_eq!(document["models"].as_array().unwrap().len(), 1);
}

#[test]
fn an_entry_is_not_judged_twice() {
    let manifest = format!(
        "models:\n  - source: ./adapter\n  - name: base\n    source: hf://acme/base\n    revision: \
         {COMMIT}\n  - source: hf://acme/root\n    revision: {COMMIT}\n"
    );
    let workspace = workspace(FOLLOW, HARMLESS).with("models.yaml", manifest);
    let (ran, document) = checked(&workspace);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(document["models"].as_array().unwrap().len(), 3);
    assert_eq!(document["models"][0]["base_models"][0]["judged_as"], "base");
}

#[test]
fn a_scan_follows_too() {
    let workspace = workspace(FOLLOW, HARMFUL);
    let ran = workspace.run(&["scan", "adapter", "--policy", "weighstation.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("adapter → acme/base → acme/root"), "{}", ran.stdout);
}

#[test]
fn code_of_another_repository_fails_followed_or_not() {
    let configuration = r#"{"rope": NaN, "auto_map": {"AutoModel": "acme/root--m.Model"}}"#;
    for (policy, judged) in
        [(FOLLOW, json!("adapter → acme/root")), ("extends: [baseline]\n", Value::Null)]
    {
        let workspace = workspace(policy, HARMLESS).with("adapter/config.json", configuration);
        let (ran, document) = checked(&workspace);
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        assert!(rules(&document).contains(&("foreign-remote-code", "adapter")));
        let code = &document["models"][0]["base_models"][1];
        assert_eq!((&code["kind"], &code["judged_as"]), (&json!("remote-code"), &judged));
    }
}

#[test]
fn a_lock_names_all_that_is_resolved() {
    let workspace = workspace(FOLLOW, HARMLESS);
    let ran = workspace.run(&["lock"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(workspace.code(&["check"]), 0);
    let ran = workspace.run(&["check", "--locked"]);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert!(ran.stdout.contains("`acme/base`, which the lock does not name"), "{}", ran.stdout);
}
