//! Several outputs of one run, colour, and readers that go away.

use std::io::Read as _;
use std::process::Stdio;

use super::harness::{HARMFUL, HARMLESS, Workspace};

#[test]
fn several_outputs_of_one_run_say_the_same() {
    let workspace = Workspace::quickstart();
    let ran = workspace.run(&["check", "--output", "json=a.json", "--output", "sarif=a.sarif"]);
    assert_eq!(ran.code, 1);
    let json = workspace.json("a.json");
    let sarif = workspace.json("a.sarif");
    assert_eq!(json["outcome"], "fail");
    assert_eq!(sarif["runs"][0]["invocations"][0]["exitCode"], 1);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    for finding in json["findings"].as_array().unwrap() {
        let rule = &finding["rule"];
        assert!(results.iter().any(|result| result["ruleId"] == *rule), "{rule}");
    }
}

#[test]
fn a_bill_of_materials_has_the_digest_of_every_file() {
    let workspace = Workspace::quickstart();
    assert_eq!(workspace.code(&["check", "--output", "cyclonedx=bom.json"]), 1);
    let bom = workspace.json("bom.json");
    let models = bom["components"].as_array().unwrap();
    let files: Vec<_> =
        models.iter().flat_map(|model| model["components"].as_array().unwrap()).collect();
    assert_eq!((models.len(), files.len()), (5, 11));
    assert!(files.iter().all(|file| file["hashes"][0]["alg"] == "SHA-256"), "{bom:#}");
    assert_eq!(models[0]["licenses"][0]["license"]["id"], "Apache-2.0");
}

#[test]
fn colour_is_for_terminals_unless_asked_for_and_never_with_no_color() {
    let workspace = Workspace::new().with("m.pkl", HARMFUL);
    let escapes = |arguments: &[&str]| workspace.run(arguments).stdout.contains('\u{1b}');
    assert!(!escapes(&["scan", "m.pkl"]));
    assert!(escapes(&["scan", "m.pkl", "--color", "always"]));
    assert!(!escapes(&["scan", "m.pkl", "--color", "never"]));
    let mut command = workspace.command(&["scan", "m.pkl", "--color", "always"]);
    let output = command.env("NO_COLOR", "1").output().unwrap();
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn quiet_is_silent_on_a_pass() {
    let ran = Workspace::new().with("m.pkl", HARMLESS).run(&["scan", "-q", "m.pkl"]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let workspace = Workspace::quickstart();
    let mut command = workspace.command(&["check", "--format", "sarif"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(stderr, "");
}

#[test]
fn the_same_run_with_other_threads_writes_the_same() {
    let workspace = Workspace::quickstart();
    let document = |jobs: &str| {
        let ran = workspace.run(&["check", "--format", "json", "--sha256", "--jobs", jobs]);
        let mut document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        document["scan_timestamp"] = serde_json::Value::Null;
        document
    };
    let one = document("1");
    for jobs in ["2", "7"] {
        assert_eq!(document(jobs), one);
    }
}

#[test]
fn a_hostile_name_neither_colours_nor_commands() {
    let name = "x\u{1b}[31m\n::error::owned\u{202e}.pkl";
    let workspace = Workspace::new().with(name, HARMFUL);
    for format in ["human", "json", "sarif"] {
        let ran = workspace.run(&["scan", ".", "--format", format]);
        assert_eq!(ran.code, 1);
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains('\u{202e}'), "{format}");
        let commands = ran.stdout.lines().filter(|line| line.trim_start().starts_with("::"));
        assert_eq!(commands.count(), 0, "{format}: {}", ran.stdout);
    }
}
