//! docs/pipelines/gitlab.md, and the template that it includes.

use std::path::Path;

use serde_json::Value;

use crate::pipelines::machine::{Machine, Ran};
use crate::pipelines::project::{documents, example};

fn template() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/weighstation.yml");
    documents(&std::fs::read_to_string(path).unwrap()).remove(0)
}

/// Runs a job's script as GitLab does: one shell, which ends at the first command that fails.
fn run(machine: &mut Machine, job: &Value) -> Ran {
    for (name, value) in job["variables"].as_object().into_iter().flatten() {
        machine.set(name, value.as_str().unwrap());
    }
    let lines: Vec<&str> =
        job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    machine.run(&["sh", "-e", "-c"], &lines.join("\n"))
}

/// Every file that the job promises is there.
fn keeps_its_promises(machine: &Machine, job: &Value) {
    assert_eq!(job["artifacts"]["when"], "always");
    let reports = job["artifacts"]["reports"].as_object().into_iter().flatten();
    let paths = job["artifacts"]["paths"].as_array().into_iter().flatten();
    for path in reports.map(|(_, path)| path).chain(paths) {
        let path = path.as_str().unwrap();
        assert!(machine.holds(path), "{path}");
    }
}

#[test]
fn the_template_blocks_bad_models_and_writes_every_report() {
    let template = template();
    let job = &template["weighstation"];
    assert!(job["image"]["name"].as_str().unwrap().ends_with("-shell"), "GitLab needs a shell");
    for (mut machine, code) in [(Machine::quickstart(), 1), (Machine::good(), 0)] {
        let ran = run(&mut machine, job);
        assert_eq!(ran.code, code, "{}", ran.log);
        keeps_its_promises(&machine, job);
    }
}

#[test]
fn variables_name_another_manifest_and_policy() {
    let template = template();
    let mut machine = Machine::good();
    std::fs::rename(machine.path("models.yaml"), machine.path("other models.yaml")).unwrap();
    machine.set("WEIGHSTATION_POLICY", "strict");
    // A project's own variables come before the template's.
    let mut job = template["weighstation"].clone();
    job["variables"]["WEIGHSTATION_MANIFEST"] = "other models.yaml".into();
    let ran = run(&mut machine, &job);
    assert!(
        ran.log.contains("policy preset strict") || ran.log.contains("policy strict"),
        "{}",
        ran.log
    );
    assert_eq!(ran.code, 1, "{}", ran.log);
}

#[test]
fn the_include_names_the_template_of_this_version() {
    let include = &documents(&example("gitlab/.gitlab-ci.yml"))[0]["include"][0];
    let file = include["file"].as_str().unwrap();
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(file).exists());
    assert_eq!(include["ref"], concat!("v", env!("CARGO_PKG_VERSION")));
}

#[test]
fn parallel_jobs_become_one_verdict() {
    let pipeline = documents(&example("gitlab/parallel.yml")).remove(0);
    for (machine, missing, code) in [
        (Machine::quickstart as fn() -> Machine, None, 1),
        (Machine::good, None, 0),
        (Machine::good, Some(2), 3),
    ] {
        let mut verdict = machine();
        let total = pipeline["shards"]["parallel"].as_u64().unwrap();
        for number in 1..=total {
            let mut node = machine();
            node.set("CI_NODE_INDEX", &number.to_string());
            node.set("CI_NODE_TOTAL", &total.to_string());
            let ran = run(&mut node, &pipeline["shards"]);
            assert_eq!(ran.code, 0, "{}", ran.log);
            let report = format!("shard-{number}.json");
            assert!(node.holds(&report));
            if missing != Some(number) {
                std::fs::copy(node.path(&report), verdict.path(&report)).unwrap();
            }
        }
        let ran = run(&mut verdict, &pipeline["verdict"]);
        assert_eq!(ran.code, code, "{}", ran.log);
        keeps_its_promises(&verdict, &pipeline["verdict"]);
    }
}
