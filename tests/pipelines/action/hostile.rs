//! Inputs and models of somebody who wants more than a verdict.

use std::fs;
use std::path::Path;

use crate::pipelines::runner::Runner;

fn project() -> Runner {
    Runner::new()
        .file("models.yaml", "version: 1\nmodels:\n  - source: ./models\n")
        .file("weighstation.yaml", "version: 1\nextends: [baseline]\n")
        .file("models/a.pkl", b"cos\nsystem\n(S'true'\ntR.")
}

/// Whether a file of this name is anywhere below the folder.
fn holds(folder: &Path, name: &str) -> bool {
    fs::read_dir(folder).unwrap().map(Result::unwrap).any(|entry| {
        let is_folder = entry.file_type().unwrap().is_dir();
        entry.file_name() == name || is_folder && holds(&entry.path(), name)
    })
}

#[test]
fn inputs_are_never_run_and_never_options() {
    let payloads = [
        "\"; touch owned; \"",
        "'; touch owned; '",
        "$(touch owned)",
        "`touch owned`",
        "x || touch owned",
        "a\ntouch owned\n",
        "a\noutcome=pass\nexit-code=0\n",
        "--exit-zero",
        "-h",
        "*",
    ];
    for input in [
        "manifest",
        "policy",
        "profile",
        "fail-on",
        "category",
        "working-directory",
        "shard",
        "merge",
    ] {
        for payload in payloads {
            let runner = project().with(input, payload);
            let ran = runner.run();
            assert!(!holds(runner.root(), "owned"), "{input}: {payload}");
            // A category may be any word.
            let (code, outcome) = match payload {
                "--exit-zero" | "-h" if input == "category" => (1, "fail"),
                _ => (2, "error"),
            };
            assert_eq!(ran.codes["run"], code, "{input}: {payload}: {}", ran.log);
            assert!(!ran.passed);
            assert_eq!(ran.outputs["outcome"], outcome, "{input}: {payload}");
            assert_eq!(ran.annotations().len(), 1, "{input}: {payload}: {}", ran.log);
        }
    }
    // These are words or nothing.
    for input in ["locked", "discovered", "upload-sarif", "continue-on-failure", "token", "cache"] {
        for payload in payloads.iter().skip(2).step_by(2) {
            let runner = project().with(input, payload);
            let ran = runner.run();
            assert!(!holds(runner.root(), "owned"), "{input}: {payload}");
            assert!(!ran.passed && ran.outputs["outcome"] != "pass", "{input}: {payload}");
        }
    }
}

#[test]
fn versions_are_never_run_and_never_paths() {
    for payload in [
        "1.2.3; touch owned",
        "$(touch owned)",
        "../../1.2.3",
        "1.2.3/../1.2.3",
        "a\n1.2.3",
        "-h",
        ".",
        "1.2.3 x86_64-unknown-linux-musl",
    ] {
        let runner = project().with("version", payload);
        let ran = runner.run();
        assert!(!holds(runner.root(), "owned"), "{payload}");
        assert_eq!(ran.codes["install"], 2, "{payload}: {}", ran.log);
        assert!(!ran.codes.contains_key("run") && runner.releases().asked().is_empty());
    }
}

#[test]
fn names_of_models_command_no_runner() {
    let names = [
        "a\n::error::owned.pkl",
        "::set-output name=outcome::pass.pkl",
        "b\r::stop-commands::x.pkl",
        "c\noutcome=pass.pkl",
        "</table><img src=x>.pkl",
        "```\n# owned.pkl",
        "%0A::warning::x.pkl",
    ];
    let mut runner = project();
    for name in names {
        runner = runner.file(&format!("models/{name}"), b"cos\nsystem\n(S'::error::x'\ntR.");
    }
    let ran = runner.run();
    assert_eq!(ran.outputs["outcome"], "fail");
    assert_eq!(ran.annotations().len(), 1, "{:#?}", ran.annotations());
    for text in ["owned", "x>"] {
        let escaped = ran.summary.lines().all(|line| !line.starts_with(text));
        assert!(escaped && !ran.summary.contains("<img"), "{}", ran.summary);
    }
    assert!(!ran.log.contains('\r') && !ran.log.contains('\u{1b}'));
}

/// A wrong manifest is quoted in the summary, where it must stay text.
#[test]
fn what_a_wrong_manifest_says_stays_text() {
    let manifest = "version: 1\nmodels:\n  - source: ./models\n    \"::error::x\\n```\\n# y\": 1\n";
    let ran = project().file("models.yaml", manifest).run();
    assert_eq!(ran.codes["run"], 2);
    assert_eq!(ran.annotations().len(), 1, "{}", ran.log);
    let text = ran.summary.lines().skip(1).filter(|line| !line.is_empty());
    assert!(text.clone().count() > 1);
    for line in text {
        assert!(line.starts_with("    "), "{line}");
    }
}
