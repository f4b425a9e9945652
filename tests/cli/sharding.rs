//! A manifest judged in shares, and the shares joined: the same as one run over the whole.

use std::fs;

use serde_json::{Value, json};

use super::base_models::cached;
use super::harness::{HARMFUL, HARMLESS, Ran, Workspace};

/// Models good and bad, one that is not there, the same source twice, profiles with waivers of
/// their own, base models that other entries are, and that nobody is.
const MANIFEST: &str = "version: 1
models:
  - name: good
    source: ./good
  - name: bad
    source: ./bad.pkl
  - name: gone
    source: ./gone
  - name: bad-again
    source: ./bad.pkl
    files: [\"*.pkl\"]
  - name: waived
    source: ./waived.pkl
  - name: adapter
    source: ./adapter
  - name: internal
    source: ./internal.pkl
    profile: internal
  - source: hf://acme/base
  - name: other-adapter
    source: ./other-adapter
  - name: strict
    source: ./strict.pkl
    profile: strict
";

const POLICY: &str = "version: 1
extends: [baseline]
follow_base_models: true
rules: { unpinned-revision: low }
profiles:
  internal:
    fail_on: critical
    waivers:
      - { rule: denied-global, model: internal, reason: ours, expires: 2999-01-01 }
      - { rule: link, reason: never met, expires: 2999-01-01 }
  strict:
    rules: { unused-waiver: low, missing-safetensors: medium }
waivers:
  - { rule: denied-global, model: waived, reason: known, expires: 2999-01-01 }
  - { rule: denied-global, model: bad, reason: was known, expires: 2020-01-01 }
  - { rule: denied-global, file: \"*.bin\", reason: nothing has it, expires: 2999-01-01 }
  - { rule: unlisted-model, file: \"**/tool.py\", reason: a tool, expires: 2999-01-01 }
  - { rule: unjudged-base-model, model: adapter, reason: elsewhere, expires: 2999-01-01 }
";

const LOCK: &str = "version: 1
models:
  - name: vanished
    source: ./vanished.pkl
    files:
      - path: vanished.pkl
        size: 3
        sha256: 0000000000000000000000000000000000000000000000000000000000000000
";

fn project() -> Workspace {
    let adapter = |base: &str| format!("{{\"base_model_name_or_path\": \"{base}\"}}");
    let workspace = Workspace::new()
        .with("models.yaml", MANIFEST)
        .with("weighstation.yaml", POLICY)
        .with("models.lock", LOCK)
        .with("good/config.json", "{}")
        .with("good/README.md", "# A card\n")
        .with("bad.pkl", HARMFUL)
        .with("waived.pkl", HARMFUL)
        .with("internal.pkl", HARMFUL)
        .with("strict.pkl", HARMLESS)
        .with("adapter/adapter_config.json", adapter("acme/base"))
        .with("adapter/README.md", "---\nbase_model: [acme/root, acme/base]\n---\n")
        .with("other-adapter/adapter_config.json", adapter("acme/root"))
        .with("src/app.py", "AutoModel.from_pretrained('acme/unlisted')\n")
        .with(
            "src/tool.py",
            "from transformers import AutoModel\nAutoModel.from_pretrained('acme/x')\n",
        );
    let workspace = cached(workspace, "base", &[("a.pkl", HARMLESS)]);
    cached(
        workspace,
        "root",
        &[("README.md", b"---\nbase_model: acme/none\n---\n"), ("b.pkl", HARMFUL)],
    )
}

fn check(workspace: &Workspace, name: &str, more: &[&str]) -> Ran {
    let json = format!("json={name}.json");
    let sarif = format!("sarif={name}.sarif");
    let all = ["check", "--discovered", "src", "--output", &json, "--output", &sarif];
    workspace.run(&[&all[..], more].concat())
}

/// Judges every share of `total` and joins them, the last one first.
fn joined(workspace: &Workspace, total: u32) -> Ran {
    let mut paths = Vec::new();
    for number in (1..=total).rev() {
        let name = format!("shard-{number}-of-{total}");
        check(workspace, &name, &["--shard", &format!("{number}/{total}")]);
        paths.push(format!("{name}.json"));
    }
    let mut arguments = vec!["merge".to_owned()];
    arguments.extend(paths);
    for output in weighstation::report::OUTPUTS {
        arguments.push("--output".to_owned());
        arguments.push(format!("{0}=joined.{0}", output.name));
    }
    workspace.run(&arguments)
}

/// A document without what differs between runs.
fn steady(mut document: Value) -> Value {
    if let Some(time) = document.get_mut("scan_timestamp") {
        *time = Value::Null;
    }
    if let Some(time) = document.pointer_mut("/runs/0/invocations/0/startTimeUtc") {
        *time = Value::Null;
    }
    document
}

#[test]
fn shards_joined_are_one_whole_run_finding_by_finding() {
    let workspace = project();
    let whole = check(&workspace, "whole", &[]);
    let document = steady(workspace.json("whole.json"));
    // The project has something of everything, or the comparison proves little.
    let text = document["findings"].to_string();
    for rule in [
        "denied-global",
        "unused-waiver",
        "expired-waiver",
        "stale-lock",
        "unlisted-model",
        "unjudged-base-model",
        "missing-card",
        "unlocked-model",
    ] {
        assert!(text.contains(&format!("\"{rule}\"")), "{rule}: {document:#}");
    }
    assert!(text.contains("\"repeats\":{"), "{text}");
    assert_eq!(document["incidents"].as_array().unwrap().len(), 2, "{document:#}");
    let names: Vec<&str> = document["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["model_name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"adapter → acme/root"), "{names:?}");
    for total in [1, 2, 3, 16] {
        let merged = joined(&workspace, total);
        assert_eq!(merged.code, whole.code, "{}", merged.stderr);
        let other = steady(workspace.json("joined.json"));
        for key in ["models", "findings", "incidents", "waivers", "rules"] {
            assert_eq!(
                serde_json::to_string_pretty(&other[key]).unwrap(),
                serde_json::to_string_pretty(&document[key]).unwrap(),
                "{key} of {total}"
            );
        }
        assert_eq!(other, document, "{total}");
        let sarif = |path: &str| steady(workspace.json(path));
        assert_eq!(sarif("joined.sarif"), sarif("whole.sarif"), "{total}");
        let without_time = |text: &str| {
            let front = text.rsplit_once(" in ").map_or(text, |(front, _)| front);
            front.trim_end().lines().take_while(|it| !it.contains("policy ")).collect::<String>()
        };
        assert_eq!(without_time(&merged.stdout), without_time(&whole.stdout), "{total}");
        for output in weighstation::report::OUTPUTS {
            let length = fs::metadata(workspace.path(&format!("joined.{}", output.name)));
            assert!(length.unwrap().len() > 0, "{}", output.name);
        }
    }
}

#[test]
fn the_followed_models_of_two_shards_are_one() {
    let workspace = project();
    joined(&workspace, 2);
    let models = workspace.json("joined.json")["models"].clone();
    let root = models.as_array().unwrap().iter().filter(|it| it["source"] == "hf://acme/root");
    assert_eq!(root.count(), 1, "{models:#}");
}

fn small() -> Workspace {
    let models = ["a", "b", "c"].map(|name| format!("  - source: ./{name}.pkl\n")).concat();
    Workspace::new()
        .with("models.yaml", format!("models:\n{models}"))
        .with("weighstation.yaml", "extends: [baseline]\n")
        .with("a.pkl", HARMLESS)
        .with("b.pkl", HARMLESS)
        .with("c.pkl", HARMLESS)
}

fn shard(workspace: &Workspace, text: &str, path: &str) -> i32 {
    workspace.code(&["check", "--shard", text, "--output", &format!("json={path}")])
}

#[test]
fn a_missing_shard_is_incomplete_and_named() {
    let workspace = small();
    assert_eq!(shard(&workspace, "1/5", "1.json"), 0);
    assert_eq!(shard(&workspace, "4/5", "4.json"), 0, "it has no entry");
    let ran = workspace.run(&["merge", "1.json", "4.json", "--format", "json"]);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let message = document["incidents"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("3 of 5 shards are missing: 2/5, 3/5, 5/5; "), "{message}");
    assert_eq!(document["outcome"], "incomplete");
    assert_eq!(workspace.code(&["merge", "1.json", "4.json", "--allow-incomplete"]), 0);
    // What fails is the stronger statement.
    fs::write(workspace.path("a.pkl"), HARMFUL).unwrap();
    assert_eq!(shard(&workspace, "1/5", "1.json"), 1);
    assert_eq!(workspace.code(&["merge", "1.json", "4.json"]), 1);
}

#[test]
fn what_does_not_belong_together_is_said() {
    let workspace = small();
    shard(&workspace, "1/2", "1.json");
    shard(&workspace, "2/3", "2-of-3.json");
    workspace.run(&["check", "--output", "json=whole.json"]);
    let policy = ["--fail-on", "low", "--shard", "2/2", "--output", "json=policy.json"];
    workspace.run(&[&["check"][..], &policy].concat());
    fs::write(workspace.path("models.yaml"), "models: [{ source: ./a.pkl }]\n").unwrap();
    shard(&workspace, "2/2", "manifest.json");
    let later = fs::read_to_string(workspace.path("1.json")).unwrap();
    let later = later.replace("\"version\": \"0.1.0\"", "\"version\": \"0.2.0\"");
    let workspace =
        workspace.with("version.json", later).with("cut.json", "{\"schema_version\": 1");
    for (paths, message) in [
        (&["1.json", "2-of-3.json"][..], "`1.json` is one of 2 shards and `2-of-3.json` one of 3"),
        (&["1.json", "1.json"], "`1.json` and `1.json` are both shard 1/2"),
        (&["1.json", "whole.json"], "`whole.json` is about a whole run"),
        (
            &["1.json", "policy.json"],
            "`1.json` and `policy.json` were judged by different policies",
        ),
        (&["1.json", "manifest.json"], "were judged by different manifests"),
        (&["version.json"], "`version.json` was written by weighstation 0.2.0, and this is 0.1.0"),
        (&["cut.json"], "it ends in the middle"),
        (&["none.json"], "the report `none.json` cannot be read"),
    ] {
        let ran = workspace.run(&[&["merge"][..], paths].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{paths:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{paths:?}: {}", ran.stderr);
    }
}

#[test]
fn one_whole_report_is_written_in_other_formats() {
    let workspace = Workspace::quickstart();
    let whole = workspace.run(&["check", "--output", "json=a.json", "--output", "sarif=a.sarif"]);
    let ran = workspace.run(&["merge", "a.json", "--format", "sarif"]);
    assert_eq!(ran.code, whole.code);
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap(), workspace.json("a.sarif"));
}

#[test]
fn shards_count_from_1_and_indices_from_0() {
    let workspace = small();
    let models = |arguments: &[&str]| -> Vec<Value> {
        let ran = workspace.run(&[&["check", "--format", "json"][..], arguments].concat());
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        let models = document["models"].as_array().unwrap().iter();
        models.map(|model| model["model_name"].clone()).collect()
    };
    assert_eq!(models(&["--shard", "1/2"]), [json!("a.pkl"), json!("c.pkl")]);
    assert_eq!(models(&["--shard-index", "1/2"]), [json!("b.pkl")]);
    for (arguments, message) in [
        (&["--shard", "0/2"][..], "shards are counted from 1"),
        (&["--shard", "3/2"], "there is no shard 3 of 2"),
        (&["--shard", "2"], "expected NUMBER/TOTAL"),
        (&["--shard-index", "2/2"], "the last index is 1"),
        (&["--shard", "1/2", "--model", "a.pkl"], "cannot be used with"),
        (&["--shard", "1/2", "--baseline", "a.json"], "cannot be used with"),
    ] {
        let ran = workspace.run(&[&["check"][..], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.stderr.contains(message), "{arguments:?}: {}", ran.stderr);
    }
}
