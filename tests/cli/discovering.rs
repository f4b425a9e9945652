//! `discover` and `check --discovered`.

use serde_json::Value;

use crate::cli::harness::Workspace;

const COMMIT: &str = "714eb0fa89d2f80546fda750413ed43d93601a13";

const CODE: &str = "from transformers import AutoModel\n\n\
    first = AutoModel.from_pretrained(\"acme/ranker\")\n\
    local = AutoModel.from_pretrained(\"./models/own\")\n\
    other = AutoModel.from_pretrained(name)\n";

fn project() -> Workspace {
    Workspace::new()
        .with("app/rank.py", CODE)
        .with("models/own/config.json", "{}\n")
        .with("weighstation.yaml", "version: 1\n")
        .with("models.yaml", "# ours\nversion: 1\nmodels:\n  - source: ./models/own # kept\n")
}

#[test]
fn references_are_listed_and_the_missing_ones_added_once() {
    let project = project();
    let listed = project.run(&["discover"]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    assert!(listed.stdout.contains("app/rank.py:3:36"), "{}", listed.stdout);
    assert!(
        listed.stdout.contains("1 in models.yaml, 1 missing, 1 not known"),
        "{}",
        listed.stdout
    );
    let written = project.run(&["discover", "--write"]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    let manifest = || std::fs::read_to_string(project.path("models.yaml")).unwrap();
    let once = manifest();
    assert_eq!(
        once,
        "# ours\nversion: 1\nmodels:\n  - source: ./models/own # kept\n  - source: hf://acme/ranker\n"
    );
    let again = project.run(&["discover", "--write"]);
    assert!(again.stdout.ends_with("Nothing to add.\n"), "{}", again.stdout);
    assert_eq!(manifest(), once);
}

#[test]
fn a_manifest_is_written_where_there_is_none() {
    let project = Workspace::new().with(
        "a.sh",
        format!("hf download acme/ranker --revision {COMMIT}\nhf download other/ranker\n"),
    );
    let written = project.run(&["discover", "--write", "--format", "json"]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    let document: Value = serde_json::from_str(&written.stdout).unwrap();
    assert_eq!(document["added"], 2);
    assert_eq!(document["references"][0]["manifest"]["standing"], "listed");
    assert_eq!(
        std::fs::read_to_string(project.path("models.yaml")).unwrap(),
        format!(
            "version: 1\nmodels:\n  - source: hf://acme/ranker\n    revision: {COMMIT}\n  \
             - name: other/ranker\n    source: hf://other/ranker\n"
        )
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    let project =
        Workspace::new().with("broken.py", "def f(:\n").with("deep.py", "(".repeat(100_000));
    let listed = project.run(&["discover"]);
    assert_eq!(listed.code, 3, "{}", listed.stdout);
    assert!(listed.stdout.contains("`broken.py"), "{}", listed.stdout);
    assert!(listed.stdout.contains("`deep.py`"), "{}", listed.stdout);
}

#[test]
fn an_unlisted_model_fails_the_gate_at_its_own_line() {
    let project = project();
    let plain = project.run(&["check", "--format", "json"]);
    let document: Value = serde_json::from_str(&plain.stdout).unwrap();
    let of_code = |document: &Value| -> Vec<Value> {
        let findings = document["findings"].as_array().unwrap().clone();
        findings
            .into_iter()
            .filter(|finding| finding["location"]["path"] == "app/rank.py")
            .collect()
    };
    assert!(of_code(&document).is_empty());
    let checked =
        project.run(&["check", "--discovered", "--format", "json", "--output", "sarif=x.sarif"]);
    assert_eq!(checked.code, 1, "{}", checked.stderr);
    let document: Value = serde_json::from_str(&checked.stdout).unwrap();
    let findings = of_code(&document);
    assert_eq!(findings.len(), 2, "{findings:#?}");
    assert_eq!(findings[0]["rule"], "unlisted-model");
    assert_eq!(findings[0]["severity"], "high");
    assert_eq!(findings[0]["model"], "hf://acme/ranker");
    assert_eq!(findings[0]["manifest"]["file"], "app/rank.py");
    assert_eq!(
        (&findings[0]["manifest"]["line"], &findings[0]["manifest"]["column"]),
        (&3.into(), &36.into())
    );
    assert_eq!(findings[1]["rule"], "unresolved-reference");
    assert_eq!(findings[1]["severity"], "info");
    let sarif = std::fs::read_to_string(project.path("x.sarif")).unwrap();
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let result = results.iter().find(|result| result["ruleId"] == "unlisted-model").unwrap();
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "app/rank.py");
    assert_eq!(place["region"]["startLine"], 3);
    assert_eq!(place["region"]["snippet"]["text"], "acme/ranker");
    assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
    let human = project.run(&["check", "--discovered"]);
    assert!(human.stdout.contains("--> app/rank.py:3:36"), "{}", human.stdout);
}

#[test]
fn a_waiver_of_the_file_covers_it_and_another_revision_fails() {
    let project = project().with(
        "weighstation.yaml",
        "version: 1\nwaivers:\n  - rule: unlisted-model\n    file: \"app/**\"\n    reason: tests\n    expires: 2999-01-01\n",
    );
    let checked = project.run(&["check", "--discovered", "--format", "json"]);
    let document: Value = serde_json::from_str(&checked.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == "unlisted-model").unwrap();
    assert_eq!(finding["waiver"]["reason"], "tests");
    let pinned = project
        .with(
            "models.yaml",
            format!("models:\n  - source: ./models/own\n  - source: hf://acme/ranker\n    revision: {COMMIT}\n"),
        )
        .with("b.sh", "hf download acme/ranker --revision v2\n")
        .with("c.sh", "hf download acme/ranker --revision 714eb0f\n");
    let checked = pinned.run(&["check", "--discovered", "--format", "json"]);
    let document: Value = serde_json::from_str(&checked.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let of = |rule: &str| -> Vec<&str> {
        let of_rule = findings.iter().filter(|finding| finding["rule"] == rule);
        of_rule.map(|finding| finding["location"]["path"].as_str().unwrap()).collect()
    };
    assert_eq!(of("unlisted-revision"), ["b.sh"]);
    assert_eq!(of("unpinned-reference"), ["app/rank.py"]);
    assert_eq!(of("unlisted-model"), [""; 0]);
}
