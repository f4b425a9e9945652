//! `weighstation waive`: a policy that is written to, and policies that are not.

use std::fs;

use super::harness::{HARMFUL, Ran, Workspace, snapshots};

const POLICY: &str = "\
# What we allow.
version: 1
extends: [baseline]

waivers:
  # The old one.
  - rule: missing-card   # yes
    reason: written in spring
    expires: 2999-03-31

profiles:
  internal: {}
";

/// A folder with one model that fails.
fn workspace(policy: impl AsRef<[u8]>) -> Workspace {
    Workspace::new()
        .with("models/churn/model.pkl", HARMFUL)
        .with("models.yaml", "version: 1\nmodels:\n  - source: ./models/churn\n")
        .with("weighstation.yaml", policy)
}

/// The fingerprint of the denied global, after a run that wrote `report.json`.
fn reported(workspace: &Workspace) -> String {
    assert_eq!(workspace.code(&["check", "--sha256", "--output", "json=report.json"]), 1);
    let report = workspace.json("report.json");
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == "denied-global").unwrap();
    finding["fingerprint"].as_str().unwrap().to_owned()
}

fn waive(workspace: &Workspace, more: &[&str]) -> Ran {
    let arguments = ["waive", "--reason", "our own job, ML-412", "--expires", "2999-12-31"];
    workspace.run(&[&arguments, more].concat())
}

fn policy(workspace: &Workspace) -> String {
    fs::read_to_string(workspace.path("weighstation.yaml")).unwrap()
}

/// Everything that was said.
fn told(ran: &Ran) -> String {
    format!("{}{}(exit {})", ran.stdout, ran.stderr, ran.code)
}

#[test]
fn a_finding_of_a_report_is_waived_and_the_gate_opens() {
    let workspace = workspace(POLICY);
    let fingerprint = reported(&workspace);
    let prefix = &fingerprint[..6];
    let shown = waive(&workspace, &[prefix, "--report", "report.json", "--dry-run"]);
    assert_eq!(policy(&workspace), POLICY, "nothing is written");
    let written = waive(&workspace, &[prefix, "--report", "report.json"]);
    let mut settings = snapshots();
    settings.add_filter(r"\d+ days from today", "@@DAYS@@ days from today");
    settings.bind(|| {
        insta::assert_snapshot!("waive-dry-run", told(&shown));
        insta::assert_snapshot!("waive-written", told(&written));
        insta::assert_snapshot!("waive-policy", policy(&workspace));
    });
    assert_eq!(workspace.code(&["check"]), 0);
    // Once is enough.
    let again = waive(&workspace, &[&fingerprint]);
    assert_eq!(
        told(&again),
        format!(
            "error: weighstation.yaml:10: `{fingerprint}` is waived already, until 2999-12-31\n(exit 2)"
        )
    );
    assert_eq!(workspace.code(&["check", "--output", "json=report.json"]), 0);
    let again = waive(&workspace, &[prefix, "--report", "report.json"]);
    assert!(again.stderr.contains("is waived already, until 2999-12-31: our own job"));
}

#[test]
fn a_waiver_is_bound_to_the_bytes_of_the_report() {
    let workspace = workspace(POLICY);
    let fingerprint = reported(&workspace);
    assert_eq!(waive(&workspace, &[&fingerprint, "--report", "report.json", "--bind"]).code, 0);
    assert!(policy(&workspace).contains("    sha256: "));
    assert_eq!(workspace.code(&["check"]), 0);
    let changed = [HARMFUL, b"more"].concat();
    let workspace = workspace.with("models/churn/model.pkl", changed);
    assert_eq!(workspace.code(&["check"]), 1);
    workspace.run(&["check", "--output", "json=report.json"]);
    let fingerprint = &fingerprint[..8];
    let unknown = waive(&workspace, &[fingerprint, "--report", "report.json", "--bind"]);
    assert!(unknown.code == 2, "{}", told(&unknown));
}

#[test]
fn a_whole_fingerprint_needs_no_report() {
    let workspace = workspace("version: 1\r\nextends: [baseline]\r\nwaivers: []  # none\r\n");
    let fingerprint = reported(&workspace);
    assert_eq!(waive(&workspace, &[&fingerprint]).code, 0);
    let written = policy(&workspace);
    assert!(
        written.starts_with("version: 1\r\nextends: [baseline]\r\nwaivers:  # none\r\n  - fing")
    );
    assert_eq!(written.matches('\n').count(), written.matches("\r\n").count());
    assert_eq!(workspace.code(&["check"]), 0);
}

#[test]
fn the_human_report_names_the_command() {
    let workspace = workspace(POLICY);
    let fingerprint = reported(&workspace);
    let hint = format!("weighstation waive {fingerprint} --reason … --expires …\n");
    assert!(workspace.run(&["check"]).stdout.ends_with(&hint));
    // Nothing can be written into a preset.
    let scan = workspace.run(&["scan", "models/churn"]);
    assert!(scan.code == 1 && !scan.stdout.contains("weighstation waive"));
}

#[test]
fn a_report_lists_what_can_be_waived() {
    let workspace = workspace(POLICY);
    reported(&workspace);
    let listed = workspace.run(&["waive", "--report", "report.json"]);
    snapshots().bind(|| insta::assert_snapshot!("waive-listed", told(&listed)));
}

#[test]
fn what_is_asked_wrongly_changes_nothing() {
    let workspace = workspace(POLICY).with("empty.json", "{}").with(
        "broken.yaml",
        "version: 1\nwaivers:\n  - rule: brief-crad\n    reason: so\n    expires: 2999-01-01\n",
    );
    let fingerprint = reported(&workspace);
    let run = |arguments: &[&str]| {
        told(&workspace.run(&[&["waive"], arguments].concat()))
            .replace(&fingerprint, "@@FINGERPRINT@@")
    };
    let good = ["--reason", "so", "--expires", "2999-01-01"];
    let with = |more: &[&str]| run(&[&good, more].concat());
    let all = [
        run(&[&fingerprint, "--reason", " ", "--expires", "2999-01-01"]),
        run(&[&fingerprint, "--reason", "so", "--expires", "2020-01-01"])
            .split(": today")
            .next()
            .unwrap()
            .to_owned(),
        run(&[&fingerprint, "--reason", "so", "--expires", "2999-02-30"]),
        run(&[&fingerprint]),
        with(&["3f2"]),
        with(&["3f2a"]),
        with(&["ffff", "--report", "report.json"]),
        with(&["ffff", "--report", "empty.json"]),
        with(&["ffff", "--report", "none.json"]),
        with(&[&fingerprint, "--policy", "strict"]),
        with(&[&fingerprint, "--policy", "none.yaml"]),
        with(&[&fingerprint, "--policy", "broken.yaml"]),
    ]
    .join("\n\n");
    snapshots().bind(|| insta::assert_snapshot!("waive-refused", all));
    assert_eq!(policy(&workspace), POLICY);
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_links_are_followed() {
    use std::os::unix::fs::PermissionsExt as _;
    let workspace = workspace("x").with("policies/ours.yaml", POLICY);
    let real = workspace.path("policies/ours.yaml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    let link = workspace.path("weighstation.yaml");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("policies/ours.yaml", &link).unwrap();
    let fingerprint = reported(&workspace);
    assert_eq!(waive(&workspace, &[&fingerprint]).code, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains(&fingerprint));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(workspace.path("policies")).unwrap().count(), 1);
}
