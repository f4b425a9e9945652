//! Good models pass, bad ones fail and are told where.

use loopback_hub::{Listener, LoopbackHub, Route};

use super::harness::{Project, Report};
use super::models::{self, BAD_FILE, BAD_OFFSET};

/// The hostile file was found for what it is.
#[track_caller]
pub(crate) fn assert_bad(report: &Report) {
    assert_eq!(report.code, 1, "{}", report.all());
    let findings = report.findings("denied-global");
    assert!(
        findings.iter().any(|finding| {
            finding["location"]["path"] == BAD_FILE
                && finding["location"]["member"] == "archive/data.pkl"
                && finding["location"]["offset"] == BAD_OFFSET
        }),
        "{}",
        report.all()
    );
}

#[test]
fn a_good_model_passes_without_being_downloaded() {
    let hub = LoopbackHub::builder().repository(models::good("acme/good")).start();
    let project = Project::pinned(&hub, "acme/good");
    let report = project.check(&hub);
    report.assert_passes();
    let model = &report.json["models"][0];
    assert_eq!(model["source"], "hf://acme/good");
    assert_eq!(model["revision"], hub.commit_id("acme/good", "main"));
    let files: Vec<&str> =
        model["files"].as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect();
    assert_eq!(files, ["README.md", "config.json", "model.safetensors", BAD_FILE]);
    assert!(model["files"].as_array().unwrap().iter().all(|it| it["status"] == "analysed"));
    // Both have more than a megabyte.
    for file in ["model.safetensors", BAD_FILE] {
        let sent = hub.sent(&format!("acme/good/{file}"));
        assert!((1..256 << 10).contains(&sent), "{file}: {sent} bytes");
    }
    assert_eq!(hub.requests().iter().filter(|it| it.listener == Listener::Foreign).count(), 0);
}

#[test]
fn a_bad_model_fails_and_names_file_member_and_offset() {
    let hub = LoopbackHub::builder().repository(models::bad("acme/bad")).start();
    assert_bad(&Project::pinned(&hub, "acme/bad").check(&hub));
}

#[test]
fn scan_takes_a_model_of_the_hub() {
    let hub = LoopbackHub::builder()
        .repository(models::good("acme/good"))
        .repository(models::bad("acme/bad"))
        .start();
    let project = Project::new(&[]);
    let scan = |source: &str| Report::of(project.run(&hub, &["scan", "--format", "json", source]));
    scan("hf://acme/good").assert_passes();
    assert_bad(&scan("hf://acme/bad"));
}

#[test]
fn one_bad_model_among_good_ones_is_named() {
    let hub = LoopbackHub::builder()
        .repository(models::good("acme/good"))
        .repository(models::bad("acme/bad"))
        .repository(models::good("acme/other"))
        .start();
    let ids = ["acme/other", "acme/bad", "acme/good"];
    let commits = ids.map(|id| hub.commit_id(id, "main"));
    let pinned: Vec<_> =
        ids.iter().zip(&commits).map(|(id, commit)| (*id, Some(commit.as_str()))).collect();
    let report = Project::new(&pinned).check(&hub);
    assert_bad(&report);
    let names: Vec<_> = report.json["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["source"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["hf://acme/other", "hf://acme/bad", "hf://acme/good"]);
    assert!(
        report.findings("denied-global").iter().all(|it| it["model"] == "bad"),
        "{}",
        report.all()
    );
}

#[test]
fn only_files_that_the_project_loads_are_read() {
    let hub = LoopbackHub::builder().repository(models::bad("acme/bad")).start();
    let manifest = format!(
        "version: 1\nmodels:\n  - source: hf://acme/bad\n    revision: {}\n    \
         files: [\"*.safetensors\", \"*.json\"]\n",
        hub.commit_id("acme/bad", "main")
    );
    Project::new(&[]).with("models.yaml", manifest).check(&hub).assert_passes();
    let asked = hub.requests();
    assert!(!asked.iter().any(|it| it.subject == format!("acme/bad/{BAD_FILE}")));
    assert!(asked.iter().any(|it| it.subject == "acme/bad/model.safetensors"));
}

#[test]
fn every_file_is_read_at_the_commit_that_was_resolved() {
    let hub = LoopbackHub::builder().repository(models::good("acme/good")).start();
    Project::new(&[("acme/good", Some("main"))]).check(&hub).assert_passes();
    let commit = hub.commit_id("acme/good", "main");
    let read = hub.requests().into_iter().filter(|it| it.route == Route::Resolve);
    let targets: Vec<String> = read.map(|it| it.target).collect();
    assert!(!targets.is_empty());
    assert!(targets.iter().all(|it| it.contains(&format!("/resolve/{commit}/"))), "{targets:?}");
}
