//! Without a network: the cache that the official client left, or nothing.

use std::fs;
use std::path::Path;

use loopback_hub::LoopbackHub;

use super::harness::{Project, Report, finished};

/// A cache of `acme/tiny` and `acme/gated` as huggingface_hub 2.4.0 left it after
/// `tests/loopback-hub/check-client`.
const CACHE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/hub-cache");

fn hub() -> LoopbackHub {
    loopback_hub::demonstration().start()
}

/// A project for `acme/tiny` at the commit of `main`.
fn project(commit: &str) -> Project {
    Project::new(&[("acme/tiny", Some(commit))]).variable("HF_HUB_CACHE", CACHE)
}

fn offline(project: &Project, arguments: &[&str]) -> Report {
    let arguments = [&["check", "--format", "json"], arguments].concat();
    // An endpoint where nobody listens.
    Report::of(finished(project.command(Some("http://127.0.0.1:9"), &arguments).spawn().unwrap()))
}

#[test]
fn a_cached_commit_is_judged_offline() {
    let commit = hub().commit_id("acme/tiny", "main");
    for (variable, arguments) in
        [("UNUSED", &["--offline"][..]), ("HF_HUB_OFFLINE", &[]), ("TRANSFORMERS_OFFLINE", &[])]
    {
        let report = offline(&project(&commit).variable(variable, "1"), arguments);
        report.assert_passes();
        let model = &report.json["models"][0];
        assert_eq!(model["revision"], commit);
        assert_eq!(model["files"].as_array().unwrap().len(), 5);
    }
}

#[test]
fn what_is_cached_is_not_fetched_again() {
    let hub = hub();
    let commit = hub.commit_id("acme/tiny", "main");
    project(&commit).check(&hub).assert_passes();
    let files: Vec<_> =
        hub.requests().into_iter().filter(|it| it.subject.starts_with("acme/tiny/")).collect();
    assert!(files.is_empty(), "{files:?}");
}

#[test]
fn what_is_not_cached_is_an_incident() {
    let hub = hub();
    let dev = hub.commit_id("acme/tiny", "v1.0");
    offline(&project(&dev), &["--offline"]).assert_incomplete(&["models--acme--tiny", &dev]);
    let empty = Project::new(&[("acme/tiny", Some(&dev))]);
    offline(&empty, &["--offline"]).assert_incomplete(&["acme/tiny"]);
    assert!(hub.requests().is_empty());
}

#[test]
fn a_partial_snapshot_is_not_taken_for_a_whole_one() {
    let commit = hub().commit_id("acme/gated", "main");
    let project = Project::new(&[("acme/gated", Some(&commit))]).variable("HF_HUB_CACHE", CACHE);
    let report = offline(&project, &["--offline"]);
    report.assert_incomplete(&["hf://acme/gated", "no listing of this commit"]);
}

#[test]
fn an_unreachable_hub_is_an_incident() {
    let hub = hub();
    let commit = hub.commit_id("acme/tiny", "main");
    let report = offline(&Project::new(&[("acme/tiny", Some(&commit))]), &[]);
    report.assert_incomplete(&["acme/tiny"]);
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copied(&entry.path(), &target);
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path()).unwrap(), target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_turned_bit_in_the_cache_is_found() {
    let commit = hub().commit_id("acme/tiny", "main");
    let project = Project::new(&[("acme/tiny", Some(&commit))]).with(
        "weighstation.yaml",
        "version: 1\nextends: [baseline]\nintegrity: { verify: full }\n",
    );
    let cache = project.path("cache");
    copied(Path::new(CACHE), &cache);
    let project = project.variable("HF_HUB_CACHE", cache.to_str().unwrap());
    offline(&project, &["--offline"]).assert_passes();
    let file = cache.join(format!("models--acme--tiny/snapshots/{commit}/model.safetensors"));
    let mut bytes = fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(fs::canonicalize(&file).unwrap(), bytes).unwrap();
    let report = offline(&project, &["--offline"]);
    assert_eq!(report.code, 1, "{}", report.all());
    let found = report.findings("digest-mismatch");
    assert_eq!(found[0]["location"]["path"], "model.safetensors", "{}", report.all());
}
