//! Jobs of GitHub workflows, as far as the examples use them. Any other action, key or expression
//! panics.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value, json};

use crate::pipelines::expression::{Contexts, evaluated, holds};
use crate::pipelines::runner::{Ran, Runner, texts};

/// Artifacts of a workflow run: name, file name, content.
pub(crate) type Artifacts = Vec<(String, String, Vec<u8>)>;

/// What a job did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) passed: bool,
    /// Each run of our action.
    pub(crate) actions: Vec<Ran>,
    /// What other steps wrote.
    pub(crate) log: String,
}

/// Runs a job on a runner that has the repository checked out.
pub(crate) fn job(runner: &Runner, job: &Value, matrix: &Value, artifacts: &mut Artifacts) -> Done {
    assert_eq!(job["runs-on"], "ubuntu-24.04");
    let mut contexts = Contexts {
        values: json!({
            "github": runner.github, "matrix": matrix, "env": {}, "secrets": {}, "steps": {},
        }),
        failed: false,
    };
    let mut done = Done { passed: false, actions: Vec::new(), log: String::new() };
    for step in job["steps"].as_array().unwrap() {
        let text = |key: &str| step.get(key).and_then(Value::as_str);
        let condition = text("if").unwrap_or("success()");
        if !holds(&evaluated(condition.trim_start_matches("${{").trim_end_matches("}}"), &contexts))
        {
            continue;
        }
        let mut outputs = Map::new();
        let given = texts(step.get("with"), &contexts);
        match text("uses").map(|used| used.split('@').next().unwrap()) {
            Some("actions/checkout") => {
                assert_eq!(given.get("persist-credentials").map(String::as_str), Some("false"));
            }
            Some("weighstation/weighstation") => {
                let ran = runner.action(&given);
                contexts.failed |= !ran.passed;
                outputs.extend(
                    ran.outputs
                        .iter()
                        .map(|(name, value)| (name.clone(), json!(in_place(runner, value)))),
                );
                done.actions.push(ran);
            }
            Some("actions/upload-artifact") => upload(&given, artifacts, &mut contexts.failed),
            Some("actions/download-artifact") => download(runner, &given, artifacts),
            Some(other) => panic!("the action {other}"),
            None => {
                let mut ran = Ran::default();
                let environment = texts(step.get("env"), &contexts);
                let script = text("run").unwrap();
                assert!(!script.contains("${{") && text("shell") == Some("bash"));
                let code = runner.script(script, environment, &mut outputs, &mut ran);
                contexts.failed |= code != 0;
                done.log += &ran.log;
            }
        }
        if let Some(id) = text("id") {
            contexts.values["steps"][id] = json!({ "outputs": outputs });
        }
    }
    done.passed = !contexts.failed;
    done
}

/// Outputs were scrubbed for snapshots.
fn in_place(runner: &Runner, value: &str) -> String {
    value.replace("@@RUNNER@@", runner.root().to_str().unwrap())
}

fn upload(given: &BTreeMap<String, String>, artifacts: &mut Artifacts, failed: &mut bool) {
    assert_eq!(given["if-no-files-found"], "error");
    match fs::read(&given["path"]) {
        Ok(content) => {
            let file = given["path"].rsplit('/').next().unwrap().to_owned();
            assert!(artifacts.iter().all(|(name, ..)| *name != given["name"]), "a name twice");
            artifacts.push((given["name"].clone(), file, content));
        }
        Err(_) => *failed = true,
    }
}

/// Each artifact into a folder of its name.
fn download(runner: &Runner, given: &BTreeMap<String, String>, artifacts: &Artifacts) {
    assert!(!given.contains_key("merge-multiple"), "{given:?}");
    let prefix = given["pattern"].strip_suffix('*').unwrap();
    for (name, file, content) in artifacts.iter().filter(|(name, ..)| name.starts_with(prefix)) {
        let folder = runner.path(&given["path"]).join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(file), content).unwrap();
    }
}
