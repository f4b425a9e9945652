//! The example that the README walks through, word for word.

use std::fs;

use serde_json::{Value, json};

use super::harness::{Workspace, snapshots};

#[test]
fn what_a_person_sees() {
    let ran = Workspace::quickstart().run(&["check"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    snapshots().bind(|| insta::assert_snapshot!("quickstart-human", ran.stdout));
}

#[test]
fn what_a_program_reads() {
    let ran = Workspace::quickstart().run(&["check", "--format", "json", "--sha256"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    snapshots().bind(|| insta::assert_snapshot!("quickstart-json", ran.stdout));
}

#[test]
fn what_code_scanning_reads() {
    let ran = Workspace::quickstart().run(&["check", "--format", "sarif"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    let mut log: Value = serde_json::from_str(&ran.stdout).unwrap();
    // The rules have their own documentation and tests; their number is enough here.
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().len();
    assert_eq!(rules, weighstation::rules::RULES.len());
    log["runs"][0]["tool"] = json!("@@TOOL@@");
    let text = serde_json::to_string_pretty(&log).unwrap();
    snapshots().bind(|| insta::assert_snapshot!("quickstart-sarif", text));
}

/// Snapshots prove stability; this proves that the places are right.
#[test]
fn offsets_point_at_the_opcodes_and_regions_at_the_manifest_text() {
    let workspace = Workspace::quickstart();
    workspace.run(&["check", "--output", "json=a.json", "--output", "sarif=a.sarif"]);
    let document = workspace.json("a.json");
    let models = document["models"].as_array().unwrap();
    let churn = models.iter().find(|model| model["model_name"] == "churn").unwrap();
    let file = churn["files"].as_array().unwrap().iter().find(|it| it["path"] == "model.pkl");
    let global = &file.unwrap()["globals"][0];
    assert_eq!((&global["global"], &global["verdict"]), (&json!("os.system"), &json!("denied")));
    let bytes = fs::read(workspace.path("models/churn-forest/model.pkl")).unwrap();
    let offset = global["offset"].as_u64().unwrap() as usize;
    assert_eq!(bytes[offset], b'c', "the opcode GLOBAL");

    let manifest = fs::read_to_string(workspace.path("models.yaml")).unwrap();
    let log = workspace.json("a.sarif");
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let location = &result["locations"][0]["physicalLocation"];
        assert_eq!(location["artifactLocation"]["uri"], "models.yaml");
        let region = &location["region"];
        let number = |key: &str| region[key].as_u64().unwrap() as usize;
        let line = manifest.lines().nth(number("startLine") - 1).unwrap();
        let text: String = line
            .chars()
            .skip(number("startColumn") - 1)
            .take(number("endColumn") - number("startColumn"))
            .collect();
        assert_eq!(region["snippet"]["text"], text);
        assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
    }
}
