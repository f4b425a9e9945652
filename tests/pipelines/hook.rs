//! docs/pipelines/pre-commit.md, and the hook that it names.

use std::path::Path;

use serde_json::Value;

use crate::pipelines::machine::Machine;
use crate::pipelines::project::{documents, example};

fn hook() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    documents(&std::fs::read_to_string(path).unwrap())[0][0].clone()
}

#[test]
fn the_configuration_names_the_hook_of_this_version() {
    let repository = &documents(&example("pre-commit/.pre-commit-config.yaml"))[0]["repos"][0];
    assert_eq!(repository["rev"], concat!("v", env!("CARGO_PKG_VERSION")));
    assert_eq!(repository["hooks"][0]["id"], hook()["id"]);
}

#[test]
fn the_hook_blocks_bad_models() {
    let hook = hook();
    assert_eq!((&hook["language"], &hook["pass_filenames"]), (&"rust".into(), &false.into()));
    let entry = hook["entry"].as_str().unwrap();
    for (machine, code) in [(Machine::quickstart(), 1), (Machine::good(), 0)] {
        let ran = machine.run(&["sh", "-c"], entry);
        assert_eq!(ran.code, code, "{}", ran.log);
    }
}

#[test]
fn the_hook_runs_when_what_it_reads_is_changed() {
    let files = hook()["files"].as_str().unwrap().to_owned();
    let mut machine = Machine::good();
    machine.set("FILES", &files);
    for (path, runs) in [
        ("models.yaml", true),
        ("services/rank/models.yml", true),
        ("models.lock", true),
        (".github/weighstation.yaml", true),
        ("my-models.yaml", false),
        ("models.yaml.bak", false),
        ("src/main.py", false),
    ] {
        machine.set("CHANGED", path);
        let ran = machine.run(&["bash", "-c"], r#"[[ $CHANGED =~ $FILES ]]"#);
        assert_eq!(ran.code == 0, runs, "{path}");
    }
}
