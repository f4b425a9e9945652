//! Branches, tags, pull requests, renames: what a revision means.

use loopback_hub::{File, LoopbackHub, Repository};

use super::harness::Project;
use super::models;
use super::verdicts::assert_bad;

/// Good on `main` and `v1`, bad on `dev`, `refs/pr/1` and a branch with a slash.
fn hub() -> LoopbackHub {
    let repository = models::good("acme/model")
        .tag("v1")
        .branch("dev")
        .file(models::BAD_FILE, File::lfs(models::bad_checkpoint().content()))
        .commit("Other weights")
        .reference("refs/pr/1")
        .branch("feature/x")
        .file("more.json", File::git("{}"))
        .commit("More")
        .branch("main");
    LoopbackHub::builder().repository(repository.formerly("acme/once").formerly("model")).start()
}

#[test]
fn each_revision_is_judged_as_it_is() {
    let hub = hub();
    for (revision, is_bad) in
        [("main", false), ("v1", false), ("dev", true), ("refs/pr/1", true), ("feature/x", true)]
    {
        let report = Project::new(&[("acme/model", Some(revision))]).check(&hub);
        if is_bad {
            assert_bad(&report);
        } else {
            report.assert_passes();
        }
        let commit = hub.commit_id("acme/model", revision);
        assert_eq!(report.json["models"][0]["revision"], commit, "{revision}");
        assert_eq!(report.findings("unpinned-revision").len(), 1, "{revision}: {}", report.all());
    }
}

#[test]
fn no_revision_is_the_default_branch_and_unpinned() {
    let hub = hub();
    let report = Project::new(&[("acme/model", None)]).check(&hub);
    report.assert_passes();
    assert_eq!(report.findings("unpinned-revision").len(), 1, "{}", report.all());
    assert_eq!(report.json["models"][0]["revision"], hub.commit_id("acme/model", "main"));
}

#[test]
fn a_commit_is_pinned() {
    let hub = hub();
    let report = Project::pinned(&hub, "acme/model").check(&hub);
    report.assert_passes();
    assert!(report.findings("unpinned-revision").is_empty(), "{}", report.all());
}

#[test]
fn an_unknown_revision_is_an_incident() {
    let hub = hub();
    let commit = "0123456789012345678901234567890123456789";
    for revision in ["nope", commit] {
        let report = Project::new(&[("acme/model", Some(revision))]).check(&hub);
        report.assert_incomplete(&["acme/model", revision]);
    }
}

#[test]
fn a_renamed_model_is_judged_and_told() {
    let hub = hub();
    let report = Project::new(&[("acme/once", Some("dev"))]).check(&hub);
    assert_bad(&report);
    let renamed = report.findings("renamed-repository");
    assert_eq!(renamed.len(), 1, "{}", report.all());
    assert!(renamed[0]["description"].as_str().unwrap().contains("acme/model"));
}

#[test]
fn a_renamed_private_model_keeps_its_token() {
    let hub = LoopbackHub::builder()
        .repository(models::bad("acme/secret").formerly("acme/once").private())
        .user(loopback_hub::User::new("me", super::harness::TOKEN).member_of("acme"))
        .start();
    assert_bad(&Project::new(&[("acme/once", Some("main"))]).token().check(&hub));
}

#[test]
fn a_commit_off_the_default_branch_is_told() {
    let hub = hub();
    let dev = hub.commit_id("acme/model", "dev");
    let report = Project::new(&[("acme/model", Some(&dev))]).check(&hub);
    assert_bad(&report);
    assert_eq!(report.findings("revision-not-on-default-branch").len(), 1, "{}", report.all());
    let report = Project::pinned(&hub, "acme/model").check(&hub);
    assert!(report.findings("revision-not-on-default-branch").is_empty(), "{}", report.all());
}

#[test]
fn an_empty_repository_is_no_pass() {
    let hub = LoopbackHub::builder().repository(Repository::new("acme/empty")).start();
    let report = Project::pinned(&hub, "acme/empty").check(&hub);
    assert_eq!(report.code, 3, "{}", report.all());
}
