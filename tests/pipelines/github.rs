//! docs/pipelines/github.md and deploy.md.

use serde_json::{Value, json};

use crate::pipelines::project::{documents, example};
use crate::pipelines::runner::Runner;
use crate::pipelines::workflow::{Artifacts, Done, job};

fn workflow(path: &str) -> Value {
    documents(&example(path)).remove(0)
}

fn only_job(path: &str, runner: &Runner) -> Done {
    let workflow = workflow(path);
    assert_eq!(workflow["permissions"], json!({}), "nothing is granted to all jobs");
    let jobs = workflow["jobs"].as_object().unwrap();
    assert_eq!(jobs.len(), 1);
    job(runner, jobs.values().next().unwrap(), &json!({}), &mut Vec::new())
}

#[test]
fn the_shortest_workflow_blocks_bad_models_and_passes_good_ones() {
    let pull_request = || Runner::new().pull_request_from(Some("acme/shop"));
    let done = only_job("github/models.yml", &pull_request().quickstart("."));
    assert!(!done.passed);
    assert_eq!(done.actions[0].annotations().len(), 4);
    assert!(done.actions[0].summary.contains("5 models"));
    let done = only_job("github/models.yml", &pull_request().good_and_locked());
    assert!(done.passed, "{}", done.actions[0].log);
}

#[test]
fn code_scanning_gets_its_file_from_pull_requests_of_the_repository() {
    for (head, uploads) in [("acme/shop", 1), ("stranger/shop", 0)] {
        let runner = Runner::new().pull_request_from(Some(head)).quickstart(".");
        let done = only_job("github/code-scanning.yml", &runner);
        assert!(!done.passed);
        assert_eq!(done.actions[0].used.len(), uploads, "{head}");
        assert_eq!(done.actions[0].annotations().is_empty(), uploads == 1, "{head}");
    }
    let granted = &workflow("github/code-scanning.yml")["jobs"]["weighstation"]["permissions"];
    assert_eq!(granted["security-events"], "write");
}

/// Runs the shards that are asked for, then the verdict.
fn sharded(runner: impl Fn() -> Runner, present: impl Fn(&Value) -> bool) -> Done {
    let workflow = workflow("github/matrix.yml");
    let shard = &workflow["jobs"]["shard"];
    let mut artifacts = Artifacts::new();
    for number in shard["strategy"]["matrix"]["shard"].as_array().unwrap() {
        if present(number) {
            let done = job(&runner(), shard, &json!({ "shard": number }), &mut artifacts);
            assert!(done.passed, "{done:?}");
        }
    }
    job(&runner(), &workflow["jobs"]["verdict"], &json!({}), &mut artifacts)
}

#[test]
fn shards_of_a_matrix_become_one_verdict() {
    let done = sharded(|| Runner::new().quickstart("."), |_| true);
    let outputs = &done.actions[0].outputs;
    assert!(!done.passed);
    assert_eq!((&*outputs["outcome"], &*outputs["models"]), ("fail", "5"), "{done:?}");
    assert_eq!(done.actions[0].annotations().len(), 4);
    let good = || Runner::new().good_and_locked();
    let done = sharded(good, |_| true);
    assert!(done.passed, "{done:?}");
    let done = sharded(good, |number| *number != json!(3));
    assert_eq!(done.actions[0].outputs["outcome"], "incomplete", "{done:?}");
    assert!(!done.passed);
    // Without a single report there is nothing to join.
    let done = sharded(good, |_| false);
    assert_eq!((done.passed, &*done.actions[0].outputs["outcome"]), (false, "error"));
}

#[test]
fn a_release_is_checked_before_it_is_deployed() {
    let done = only_job("github/deploy.yml", &Runner::new().good_and_locked());
    assert!(done.passed, "{done:?}");
    // The publisher's side has changed.
    let runner = Runner::new().good_and_locked();
    crate::pipelines::project::flip(&runner.path("models/distilbert-sst2/model.safetensors"));
    let done = only_job("github/deploy.yml", &runner);
    assert!(!done.passed && done.log.is_empty(), "{done:?}");
    assert!(done.actions[0].log.contains("lock-mismatch"), "{done:?}");
    // What is shipped has changed.
    let text = example("github/deploy.yml");
    let tampered = text.replace(
        "release/sentiment\n",
        "release/sentiment; echo x >> release/sentiment/config.json\n",
    );
    assert_ne!(text, tampered);
    let workflow = documents(&tampered).remove(0);
    let runner = Runner::new().good_and_locked();
    let done = job(&runner, &workflow["jobs"]["deploy"], &json!({}), &mut Vec::new());
    assert!(!done.passed && done.actions[0].passed, "{done:?}");
    assert!(done.log.contains("lock-mismatch"), "{done:?}");
}
