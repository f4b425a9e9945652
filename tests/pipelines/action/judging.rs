//! What a person and the next step get: exit, outputs, annotations, summary, upload.

use crate::pipelines::runner::{Ran, Runner};

const UPLOAD: &str = "github/codeql-action/upload-sarif";

/// A pickle that imports and calls `os.system`; its command does nothing.
const HARMFUL: &[u8] = b"cos\nsystem\n(S'true'\ntR.";

/// A repository with one model, which is harmless.
fn good() -> Runner {
    Runner::new()
        .file("models.yaml", "version: 1\nmodels:\n  - source: ./model.pkl\n")
        .file("weighstation.yaml", "version: 1\nextends: [baseline]\n")
        .file("model.pkl", b"\x80\x04].")
}

fn bad() -> Runner {
    good().file("model.pkl", HARMFUL)
}

fn incomplete() -> Runner {
    good().file("models.yaml", "version: 1\nmodels:\n  - source: ./gone\n")
}

fn snapshot(name: &str, ran: &Ran) {
    let mut settings = insta::Settings::clone_current();
    // Where the last line is broken depends on how long the run took.
    settings.add_filter(r"(?:\n\s*| · )(policy [\w/. ]+\.yaml)", " · $1");
    settings.add_filter(
        r"(?:\n\s*| · )(\d+ files?, [\d.]+ k?B) in (\d+ ms|less than 1 ms|\d+\.\d s)",
        " · $1 in @@TIME@@",
    );
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, ran.told()));
}

#[test]
fn good_models_are_green() {
    let ran = good().run();
    assert!(ran.annotations().is_empty());
    snapshot("good", &ran);
}

/// Paths are the repository's, whatever the working directory.
#[test]
fn bad_models_are_red_and_annotated_at_the_line_of_the_repository() {
    let ran = Runner::new()
        .quickstart("my project/gate")
        .with("working-directory", "my project/gate")
        .pull_request_from(Some("acme/shop"))
        .run();
    assert_eq!(ran.codes["run"], 1);
    assert_eq!(ran.annotations().len(), 4);
    for annotation in ran.annotations() {
        assert!(annotation.contains("file=my project/gate/models.yaml,line="), "{annotation}");
    }
    assert!(ran.used.is_empty());
    snapshot("bad", &ran);
}

#[test]
fn what_could_not_be_judged_is_red() {
    let ran = incomplete().run();
    assert_eq!(ran.codes["run"], 3);
    snapshot("incomplete", &ran);
}

#[test]
fn a_wrong_policy_is_red_and_told_in_the_summary() {
    let ran = bad().file("weighstation.yaml", "version: 1\nrules: { denied-globl: off }\n").run();
    assert_eq!(ran.codes["run"], 2);
    snapshot("wrong-policy", &ran);
}

#[test]
fn an_upload_takes_the_place_of_annotations() {
    let ran = Runner::new()
        .quickstart("gate")
        .with("working-directory", "gate/")
        .with("upload-sarif", "true")
        .with("category", "nightly")
        .pull_request_from(Some("acme/shop"))
        .run();
    assert_eq!((ran.passed, ran.annotations().len(), ran.used.len()), (false, 0, 1));
    let (action, given) = &ran.used[0];
    assert!(action.starts_with(UPLOAD), "{action}");
    assert_eq!(given["category"], "nightly");
    let log = std::fs::read_to_string(&given["sarif_file"]).unwrap_err();
    assert_eq!(log.kind(), std::io::ErrorKind::NotFound, "the runner is gone with its files");
}

#[test]
fn what_is_uploaded_names_files_of_the_repository_and_its_category() {
    let runner = Runner::new()
        .quickstart("gate")
        .with("working-directory", "gate")
        .with("upload-sarif", "true")
        .with("category", "nightly");
    let ran = runner.run();
    let log = std::fs::read_to_string(&ran.used[0].1["sarif_file"]).unwrap();
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "weighstation/nightly/");
    let results = run["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uri"], "gate/models.yaml");
    }
}

/// Alerts close only when a later upload lacks them.
#[test]
fn a_green_run_is_uploaded_too_and_a_wrong_policy_uploads_nothing() {
    let ran = good().with("upload-sarif", "true").run();
    assert_eq!((ran.passed, ran.used.len()), (true, 1));
    let ran = good().with("upload-sarif", "true").with("policy", "nowhere.yaml").run();
    assert_eq!((ran.passed, ran.used.len()), (false, 0));
    assert_eq!(ran.annotations().len(), 1, "{}", ran.log);
}

/// Their token may not upload, and they have no secrets.
#[test]
fn pull_requests_from_forks_are_annotated() {
    for head in [Some("stranger/shop"), None] {
        let ran = bad().with("upload-sarif", "true").pull_request_from(head).run();
        assert_eq!(
            (ran.passed, ran.annotations().len(), ran.used.len()),
            (false, 1, 0),
            "{head:?}"
        );
    }
    // A repository that is itself a fork may.
    let ran = bad().with("upload-sarif", "true").pull_request_from(Some("acme/shop")).run();
    assert_eq!((ran.annotations().len(), ran.used.len()), (0, 1));
}

#[test]
fn findings_can_be_left_to_the_outputs_but_not_a_wrong_policy() {
    for (runner, outcome, code) in [(bad(), "fail", "1"), (incomplete(), "incomplete", "3")] {
        let ran = runner.with("continue-on-failure", "true").run();
        assert!(ran.passed);
        assert_eq!((&*ran.outputs["outcome"], &*ran.outputs["exit-code"]), (outcome, code));
        assert_eq!(ran.annotations().len(), 1);
    }
    let ran = bad().with("continue-on-failure", "true").with("policy", "nowhere.yaml").run();
    assert!(!ran.passed);
    assert_eq!((&*ran.outputs["outcome"], &*ran.outputs["exit-code"]), ("error", "2"));
}

#[test]
fn every_input_does_what_it_says() {
    let strict = |runner: Runner| runner.with("policy", "strict");
    assert_eq!(strict(good()).run().outputs["outcome"], "fail");
    let lenient = "version: 1\nextends: [baseline]\nrules: { denied-global: off }\n";
    let in_folder = |runner: Runner| {
        runner
            .file("gate/models.yaml", "version: 1\nmodels:\n  - source: ../model.pkl\n")
            .file("gate/other.yaml", "version: 1\nmodels:\n  - source: ./gone.pkl\n")
            .file("gate/policies/lenient.yaml", lenient)
            .with("working-directory", "gate")
    };
    // Without a policy beside the manifest it is the one at the root.
    assert_eq!(in_folder(bad()).run().outputs["outcome"], "fail");
    let ran = in_folder(bad()).with("policy", "policies/lenient.yaml").run();
    assert_eq!(ran.outputs["outcome"], "pass", "{}", ran.log);
    let ran = in_folder(bad()).with("manifest", "other.yaml").run();
    assert_eq!(ran.outputs["outcome"], "incomplete", "{}", ran.log);
    let policy = "version: 1\nextends: [baseline]\nrules: { missing-card: low }\n\
                  profiles: { own: { rules: { denied-global: low } } }\n";
    let ran = bad().file("weighstation.yaml", policy).with("profile", "own").run();
    assert_eq!(ran.outputs["outcome"], "pass", "{}", ran.log);
    let ran =
        bad().file("weighstation.yaml", policy).with("profile", "own").with("fail-on", "low").run();
    assert_eq!(ran.outputs["outcome"], "fail", "{}", ran.log);
    let ran = good().with("locked", "true").run();
    assert_eq!(ran.outputs["outcome"], "error", "{}", ran.log);
    assert!(ran.log.contains("weighstation lock"), "{}", ran.log);
}

#[test]
fn models_in_code_are_annotated_there() {
    let code = "from transformers import pipeline\npipeline('text-classification', 'acme/tiny')\n";
    let ran = good().file("src/app.py", code).run();
    assert_eq!(ran.outputs["outcome"], "pass", "{}", ran.log);
    let ran = good().file("src/app.py", code).with("discovered", "true").run();
    assert_eq!(ran.outputs["outcome"], "fail", "{}", ran.log);
    assert!(ran.annotations()[0].contains("file=src/app.py,line=2,"), "{}", ran.log);
}

/// A token is the binary's environment and nothing else.
#[test]
fn the_token_is_the_input_or_the_jobs() {
    let script = "#!/bin/sh\nprintf 'token %s\\n' \"$HF_TOKEN\"\n";
    let runner = |name: &str| {
        let runner = good().env("HF_TOKEN", name);
        let binary = runner.root().join("binary");
        std::fs::write(&binary, script).unwrap();
        runner
    };
    for (input, token) in [("", "of-the-job"), ("of-the-step", "of-the-step")] {
        let runner = runner("of-the-job").with("token", input);
        let text = std::fs::read_to_string(runner.root().join("action/action.yml")).unwrap();
        let text = text.replace(
            "WEIGHSTATION: ${{ steps.install.outputs.binary }}",
            "WEIGHSTATION: ../binary",
        );
        std::fs::write(runner.root().join("action/action.yml"), text).unwrap();
        std::process::Command::new("chmod")
            .arg("+x")
            .arg(runner.root().join("binary"))
            .status()
            .unwrap();
        let ran = runner.run();
        assert!(ran.log.contains(&format!("token {token}\n")), "{}", ran.log);
    }
}
