//! docs/pipelines/azure.md.

use crate::pipelines::machine::Machine;
use crate::pipelines::project::{documents, example};

/// Runs the steps; returns the first exit code that is not 0, and the log.
fn run(machine: &Machine) -> (i32, String) {
    let pipeline = documents(&example("azure/azure-pipelines.yml")).remove(0);
    let (mut code, mut log) = (0, String::new());
    for step in pipeline["steps"].as_array().unwrap() {
        let condition = step.get("condition").and_then(|it| it.as_str());
        assert!(condition.is_none_or(|it| it == "succeededOrFailed()"), "{condition:?}");
        if code != 0 && condition.is_none() {
            continue;
        }
        if let Some(script) = step["bash"].as_str() {
            let ran = machine.run(&["bash", "--noprofile", "--norc", "-c"], script);
            log += &ran.log;
            code = if code == 0 { ran.code } else { code };
        } else if let Some(file) = step["publish"].as_str() {
            assert!(machine.holds(file), "{file}");
        } else if step["task"] == "PublishTestResults@2" {
            assert!(machine.holds(step["inputs"]["testResultsFiles"].as_str().unwrap()));
        } else {
            assert_eq!(step["checkout"], "self");
        }
    }
    (code, log)
}

#[test]
fn the_pipeline_blocks_bad_models_and_tells_them_as_issues() {
    let (code, log) = run(&Machine::quickstart());
    assert_eq!(code, 1, "{log}");
    let issues: Vec<&str> =
        log.lines().filter(|line| line.starts_with("##vso[task.logissue type=error;")).collect();
    assert_eq!(issues.len(), 4, "{log}");
    assert!(issues[0].contains("sourcepath=models.yaml;linenumber=10;"), "{log}");
}

#[test]
fn the_pipeline_passes_good_models() {
    let machine = Machine::good();
    // Nothing to tell: the file is there and empty.
    let (code, log) = run(&machine);
    assert_eq!(code, 0, "{log}");
    assert!(!log.contains("##vso"), "{log}");
    assert!(machine.path("weighstation.log").exists());
}
