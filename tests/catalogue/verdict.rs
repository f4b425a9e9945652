//! Runs the binary on one sample and compares its verdict.

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

/// The exit code and the rules that fired.
pub(crate) fn judge(name: &str, bytes: &[u8]) -> (Option<i32>, Vec<String>, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_weighstation"))
        .args(["scan", "--format", "json", name])
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{name}: {error}: {}", String::from_utf8_lossy(&output.stderr))
        });
    let rules = report["findings"].as_array().unwrap().iter();
    let rules = rules.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
    (output.status.code(), rules, report)
}

/// Judges all cases and reports every disagreement at once.
pub(crate) fn check(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for case in &cases {
        let (code, rules, _) = judge(case.name, &case.bytes);
        let disagreement = match case.expect {
            Expect::Pass if code != Some(0) => Some("must pass".to_owned()),
            Expect::Pass => None,
            Expect::Fail(wanted) => {
                let missing: Vec<_> = wanted
                    .iter()
                    .filter(|rule| !rules.iter().any(|fired| fired == *rule))
                    .collect();
                (code != Some(1) || !missing.is_empty()).then(|| format!("lacks {missing:?}"))
            }
        };
        if let Some(disagreement) = disagreement {
            wrong.push(format!("{}: {disagreement}: exit {code:?}, fired {rules:?}", case.id));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
