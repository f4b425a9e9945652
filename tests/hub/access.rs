//! Who may not read, and what the report says of it.

use loopback_hub::{File, Gate, LoopbackHub, Repository, User};

use super::harness::{Project, TOKEN};
use super::models;
use super::verdicts::assert_bad;

/// A hub whose private and gated models are bad; the token is a member's, or that of somebody in
/// some relation to the gate.
fn hub(relation: &str) -> LoopbackHub {
    let gated = models::bad("acme/gated").gated(Gate::Manual);
    let (gated, user) = match relation {
        "member" => (gated, User::new("me", TOKEN).member_of("acme")),
        "admitted" => (gated.admit("me"), User::new("me", TOKEN)),
        "pending" => (gated.pending("me"), User::new("me", TOKEN)),
        "rejected" => (gated.rejected("me"), User::new("me", TOKEN)),
        "unknown" => (gated, User::new("me", TOKEN)),
        _ => (gated, User::new("nobody", "hf_other")),
    };
    LoopbackHub::builder()
        .repository(gated)
        .repository(models::bad("acme/private").private())
        .repository(models::good("acme/open"))
        .repository(Repository::new("acme/closed").disabled().file("config.json", File::git("{}")))
        .user(user)
        .start()
}

#[test]
fn a_gate_says_how_to_get_in() {
    let hub = hub("nobody");
    let report = Project::pinned(&hub, "acme/gated").check(&hub);
    report.assert_incomplete(&["gated", "HF_TOKEN"]);
}

#[test]
fn a_token_that_is_not_on_the_list_is_told_so() {
    for relation in ["unknown", "pending", "rejected"] {
        let hub = hub(relation);
        let report = Project::pinned(&hub, "acme/gated").token().check(&hub);
        let word = match relation {
            "pending" => "review",
            "rejected" => "rejected",
            _ => "acme/gated",
        };
        report.assert_incomplete(&["gated", word]);
    }
}

#[test]
fn whom_the_gate_lets_in_gets_a_verdict() {
    for relation in ["admitted", "member"] {
        let hub = hub(relation);
        assert_bad(&Project::pinned(&hub, "acme/gated").token().check(&hub));
    }
}

#[test]
fn masked_digests_are_unknown_and_equal_to_nothing() {
    let hub = LoopbackHub::builder()
        .repository(
            Repository::new("acme/gated")
                .gated(Gate::Automatic)
                .file("README.md", File::git("---\nlicense: mit\n---\n# x\n"))
                .file("model.safetensors", File::lfs(models::safetensors(4))),
        )
        .start();
    let project = Project::pinned(&hub, "acme/gated").with(
        "weighstation.yaml",
        "version: 1\nextends: [baseline]\nintegrity: { verify: full }\n",
    );
    let report = project.check(&hub);
    assert_eq!(report.code, 3, "{}", report.all());
    assert!(report.findings("digest-mismatch").is_empty(), "{}", report.all());
    assert!(!report.json.to_string().contains("********"), "{}", report.all());
}

#[test]
fn a_private_model_needs_the_token() {
    let member = hub("member");
    assert_bad(&Project::pinned(&member, "acme/private").token().check(&member));
    let anonymous = Project::pinned(&member, "acme/private").check(&member);
    anonymous.assert_incomplete(&["acme/private", "private", "does not exist"]);
    let stranger = hub("unknown");
    let report = Project::pinned(&stranger, "acme/private").token().check(&stranger);
    report.assert_incomplete(&["acme/private"]);
}

#[test]
fn a_token_is_read_from_its_file() {
    let hub = hub("member");
    let project = Project::pinned(&hub, "acme/private").with("hf/token", format!("{TOKEN}\n"));
    assert_bad(&project.check(&hub));
    let elsewhere = Project::pinned(&hub, "acme/private").with("secrets/token", TOKEN);
    let path = elsewhere.path("secrets/token");
    let elsewhere = elsewhere.variable("HF_TOKEN_PATH", path.to_str().unwrap());
    assert_bad(&elsewhere.check(&hub));
}

#[test]
fn a_bad_token_is_told_apart() {
    let hub = hub("nobody");
    let report = Project::pinned(&hub, "acme/open").token().check(&hub);
    report.assert_incomplete(&["token"]);
}

#[test]
fn missing_and_disabled_models_are_incidents_and_others_are_judged() {
    let hub = hub("nobody");
    let commit = hub.commit_id("acme/open", "main");
    let project = Project::new(&[
        ("acme/nothing", Some(&commit)),
        ("acme/open", Some(&commit)),
        ("acme/closed", Some(&hub.commit_id("acme/closed", "main"))),
    ]);
    let report = project.check(&hub);
    report.assert_incomplete(&["acme/nothing", "does not exist"]);
    report.assert_incomplete(&["acme/closed", "disabled"]);
    let models = report.json["models"].as_array().unwrap();
    let judged = models.iter().find(|model| model["source"] == "hf://acme/open").unwrap();
    assert_eq!(judged["files"].as_array().unwrap().len(), 4, "{}", report.all());
}

#[test]
fn findings_outrank_incidents() {
    let hub = LoopbackHub::builder().repository(models::bad("acme/bad")).start();
    let commit = hub.commit_id("acme/bad", "main");
    let project = Project::new(&[("acme/nothing", Some(&commit)), ("acme/bad", Some(&commit))]);
    let report = project.check(&hub);
    assert_bad(&report);
    assert_eq!(report.incidents().len(), 1);
}

#[test]
fn a_missing_model_with_a_good_token() {
    let hub = hub("member");
    let report = Project::new(&[("acme/nothing", None)]).token().check(&hub);
    report.assert_incomplete(&["acme/nothing"]);
}
