//! Examples for the rules on whether models are those that were accepted.

use std::sync::Arc;

use super::dossiers::{FileBuilder, dossier, entry, file, policy};
use super::{Example, NOW};
use crate::base::{Commit, Digest};
use crate::document::Document;
use crate::evidence::{CoverageFact, Dossier, FileFact, ListedDigest, Status};
use crate::lock::{Lock, LockedModel};
use crate::manifest::Entry;
use crate::rules::{Case, LockState, Violation, by_id};

const COMMIT: &str = "714eb0fa89d2f80546fda750413ed43d93601a13";
const NEWER: &str = "5d6e7f80a1b2c3d4e5f60718293a4b5c6d7e8f90";

/// What the lock says of `ranker`: two files of 100 bytes, which live as long as the tests.
fn locked(revision: Option<&str>) -> &'static LockedModel {
    let revision = revision.map(|name| format!("    revision: {name}\n")).unwrap_or_default();
    let text = format!(
        "version: 1\nmodels:\n  - name: ranker\n    source: hf://acme/ranker\n{revision}    \
         commit: {COMMIT}\n    files:\n      - {{ path: config.json, size: 100, sha256: {} }}\n      \
         - {{ path: model.bin, size: 100, sha256: {} }}\n",
        Digest::of(b"config"),
        Digest::of(b"weights"),
    );
    let document = Document { path: "models.lock".to_owned(), text };
    let lock = Lock::parse(Arc::new(document)).unwrap();
    &Box::leak(Box::new(lock)).models[0]
}

fn hub_entry() -> Entry {
    entry("hf://acme/ranker", Some("main"))
}

fn head(commit: &str) -> Option<&'static Commit> {
    let commit: Commit = commit.parse().unwrap();
    Some(Box::leak(Box::new(commit)))
}

fn as_locked(commit: &'static str, newest: Option<&'static Commit>) -> LockState<'static> {
    LockState::Locked { model: locked(Some("main")), commit: Some(commit), head: newest }
}

fn same() -> [FileBuilder; 2] {
    [file("config.json").content("config"), file("model.bin").content("weights")]
}

pub(super) fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    let mut add = |rule, says, firing, states: (LockState<'static>, LockState<'static>)| {
        let mut example = Example::new(rule, says, firing, dossier(same()));
        example.entries = Some((hub_entry(), hub_entry()));
        example.locks = Some(states);
        examples.push(example);
    };
    let fine = as_locked(COMMIT, head(COMMIT));
    let changed = |binding| LockState::Changed { model: locked(None), binding };
    add(
        "unlocked-model",
        &["does not name `ranker`"],
        dossier(same()),
        (LockState::Unlocked, LockState::NoLock),
    );
    add(
        "unlocked-model",
        &["(models.lock:3:11) for another entry: `revision` of the manifest has changed"],
        dossier(same()),
        (changed(true), changed(false)),
    );
    add(
        "stale-lock",
        &["`revision` of `ranker` in the manifest is another than in the lock (models.lock:3:11)"],
        dossier(same()),
        (changed(false), changed(true)),
    );
    add(
        "stale-lock",
        &["`main` of `ranker` has moved on to 5d6e7f80a1b2c3d4e5f60718293a4b5c6d7e8f90"],
        dossier(same()),
        (as_locked(COMMIT, head(NEWER)), fine),
    );
    add(
        "lock-mismatch",
        &["is at commit 5d6e7f80a1b2c3d4e5f60718293a4b5c6d7e8f90, and 714eb0fa89d2f80546fda75"],
        dossier(same()),
        (as_locked(NEWER, None), fine),
    );
    add(
        "lock-mismatch",
        &["`config.json` has SHA-256", "`model.bin` was accepted with SHA-256"],
        dossier([file("config.json").content("changed")]),
        (fine, fine),
    );
    let [config, model] = same();
    add(
        "lock-mismatch",
        &["`extra.json` is loaded and is not among the files"],
        dossier([config, file("extra.json").content("x"), model]),
        (fine, fine),
    );
    add(
        "lock-mismatch",
        &["`config.json` could not be compared", "`model.bin` could not be compared"],
        dossier([file("config.json"), file("model.bin").status(Status::Unreadable)]),
        (fine, fine),
    );
    examples
}

fn mismatches(dossier: &Dossier) -> Vec<Violation> {
    let mut violations = Vec::new();
    let (entry, policy) = (hub_entry(), policy());
    by_id("lock-mismatch").unwrap().check(
        &Case {
            entry: Some(&entry),
            dossier,
            policy: &policy,
            lock: as_locked(COMMIT, None),
            now: NOW,
            base_models: &[],
            named_by: None,
        },
        &mut violations,
    );
    violations
}

#[test]
fn a_mismatch_names_the_file_both_digests_and_the_line_of_the_lock() {
    let found = mismatches(&dossier([file("config.json").content("x"), same()[1].clone()]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].location.path.as_deref(), Some("config.json"));
    for part in [
        Digest::of(b"x").to_string(),
        Digest::of(b"config").to_string(),
        "models.lock:8:17".to_owned(),
    ] {
        assert!(found[0].description.contains(&part), "{}", found[0].description);
    }
    assert!(found[0].recommendation.contains("weighstation lock --update ranker"));
}

#[test]
fn the_listing_of_the_hub_stands_in_for_bytes_that_were_not_hashed() {
    let mut model = dossier(same());
    model.files[1].sha256 = None;
    model.files[1].listed = Some(ListedDigest::Sha256(Digest::of(b"weights")));
    assert_eq!(mismatches(&model), []);
    model.files[1].listed = Some(ListedDigest::Sha256(Digest::of(b"others")));
    assert_eq!(mismatches(&model).len(), 1);
    // Withheld is not equal.
    model.files[1].listed = Some(ListedDigest::Unknown);
    assert_eq!(mismatches(&model).len(), 1);
}

#[test]
fn what_the_network_did_not_bring_is_no_judgement() {
    let unfetched = CoverageFact::Unfetched { reason: "timed out".to_owned() };
    let [config, _] = same();
    let lost = file("model.bin").status(Status::Unreadable).fact(unfetched);
    assert_eq!(mismatches(&dossier([config, lost])), []);
    // Nor is a model that could not be listed at all; the run has an incident for it.
    assert_eq!(mismatches(&Dossier::default()), []);
}

#[test]
fn a_link_to_a_folder_of_the_model_is_no_file_of_its_own() {
    let link = FileFact::Link { target: "real".to_owned(), escapes: false };
    let mut model = dossier(same().into_iter().chain([file("linked").fact(link)]));
    model.files[2].size = 0;
    assert_eq!(mismatches(&model), []);
    model.files[2].size = 5;
    assert_eq!(mismatches(&model).len(), 1);
}

#[test]
fn a_lock_pins_what_the_manifest_does_not() {
    let (entry, policy, model) = (hub_entry(), policy(), dossier(same()));
    let judge = |lock| {
        let mut violations = Vec::new();
        let case = Case {
            entry: Some(&entry),
            dossier: &model,
            policy: &policy,
            lock,
            now: NOW,
            base_models: &[],
            named_by: None,
        };
        by_id("unpinned-revision").unwrap().check(&case, &mut violations);
        violations.len()
    };
    assert_eq!(judge(as_locked(COMMIT, None)), 0);
    assert_eq!(judge(LockState::Unlocked), 1);
    assert_eq!(judge(LockState::Changed { model: locked(None), binding: false }), 1);
}
