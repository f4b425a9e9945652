//! Runs the binary on one sample and compares its verdict.

use std::path::Path;
use std::process::Command;

/// What the gate must say of a sample.
pub(crate) enum Expect {
    /// Exit code 1, and all of these rules fire.
    Fail(&'static [&'static str]),
    /// Exit code 0.
    Pass,
}

/// One sample.
pub(crate) struct Case {
    pub(crate) id: &'static str,
    /// The file's name.
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) expect: Expect,
}

/// A sample that must fail by these rules.
pub(crate) fn fails(
    id: &'static str,
    name: &'static str,
    bytes: impl Into<Vec<u8>>,
    rules: &'static [&'static str],
) -> Case {
    Case { id, name, bytes: bytes.into(), expect: Expect::Fail(rules) }
}

/// A sample that must pass.
pub(crate) fn passes(id: &'static str, name: &'static str, bytes: impl Into<Vec<u8>>) -> Case {
    Case { id, name, bytes: bytes.into(), expect: Expect::Pass }
}

/// A model of several files.
pub(crate) struct Folder {
    id: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
    expect: Expect,
}

impl Folder {
    /// Files that must fail together by these rules.
    pub(crate) fn fails(
        id: &'static str,
        files: Vec<(&'static str, Vec<u8>)>,
        rules: &'static [&'static str],
    ) -> Self {
        Self { id, files, expect: Expect::Fail(rules) }
    }

    /// Files that must pass together.
    pub(crate) fn passes(id: &'static str, files: Vec<(&'static str, Vec<u8>)>) -> Self {
        Self { id, files, expect: Expect::Pass }
    }
}

/// What the binary did.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// Runs the binary in a folder, without any environment.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_weighstation"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    Run { code: output.status.code(), stdout: output.stdout, stderr: output.stderr }
}

/// The exit code and the rules that fired for one path in a folder.
pub(crate) fn judge_path(
    folder: &Path,
    arguments: &[&str],
) -> (Option<i32>, Vec<String>, serde_json::Value) {
    let output = run(folder, arguments);
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{arguments:?}: {error}: {}", String::from_utf8_lossy(&output.stderr))
        });
    let rules = report["findings"].as_array().unwrap().iter();
    let rules = rules.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
    (output.code, rules, report)
}

/// The exit code and the rules that fired for one file.
pub(crate) fn judge(name: &str, bytes: &[u8]) -> (Option<i32>, Vec<String>, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    judge_path(folder.path(), &["scan", "--format", "json", name])
}

/// What is wrong with a verdict, if anything is.
fn disagreement(expect: &Expect, code: Option<i32>, rules: &[String]) -> Option<String> {
    match expect {
        Expect::Pass => (code != Some(0)).then(|| "must pass".to_owned()),
        Expect::Fail(wanted) => {
            let missing: Vec<_> =
                wanted.iter().filter(|rule| !rules.iter().any(|fired| fired == *rule)).collect();
            (code != Some(1) || !missing.is_empty()).then(|| format!("lacks {missing:?}"))
        }
    }
}

/// Judges all cases and reports every disagreement at once.
pub(crate) fn check(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    let count = cases.len();
    for case in cases {
        let (code, rules, _) = judge(case.name, &case.bytes);
        if let Some(disagreement) = disagreement(&case.expect, code, &rules) {
            wrong.push(format!("{}: {disagreement}: exit {code:?}, fired {rules:?}", case.id));
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Judges folders, each as one model.
pub(crate) fn check_folders(cases: Vec<Folder>) {
    let mut wrong = Vec::new();
    let count = cases.len();
    for case in cases {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in &case.files {
            let path = folder.path().join("model").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let (code, rules, _) = judge_path(folder.path(), &["scan", "--format", "json", "model"]);
        if let Some(disagreement) = disagreement(&case.expect, code, &rules) {
            wrong.push(format!("{}: {disagreement}: exit {code:?}, fired {rules:?}", case.id));
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
