//! `lock`, and `check` against what was locked.

use std::fs;

use serde_json::Value;

use super::harness::{HARMFUL, HARMLESS, Ran, Workspace};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const NEWER: &str = "89abcdef0123456789abcdef0123456789abcdef";

const POLICY: &str = "version: 1\nextends: [baseline]\nrules: { missing-card: off, \
                      unsafe-format: off, missing-safetensors: off, license-missing: off }\n";

/// Two local models, of which one is a folder of two files.
fn project() -> Workspace {
    let manifest = "version: 1\nmodels:\n  - source: ./ranker\n    files: [\"*.pkl\", \
                    \"*.json\"]\n  - source: ./single.pkl\n";
    Workspace::new()
        .with("models.yaml", manifest)
        .with("weighstation.yaml", POLICY)
        .with("ranker/sub/model.pkl", HARMLESS)
        .with("ranker/config.json", "{}")
        .with("ranker/notes.txt", "not loaded")
        .with("single.pkl", HARMLESS)
}

fn locked() -> Workspace {
    let workspace = project();
    let ran = workspace.run(&["lock"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    workspace
}

fn text(workspace: &Workspace) -> String {
    fs::read_to_string(workspace.path("models.lock")).unwrap()
}

/// Rule and file of each finding.
fn findings(ran: &Ran) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = document["findings"].as_array().unwrap();
    findings.iter().map(|it| (word(&it["rule"]), word(&it["location"]["path"]))).collect()
}

fn check(workspace: &Workspace, more: &[&str]) -> Ran {
    workspace.run(&[&["check", "--format", "json"], more].concat())
}

fn pair(rule: &str, path: &str) -> (String, String) {
    (rule.to_owned(), path.to_owned())
}

#[test]
fn what_was_locked_passes_and_one_flipped_bit_fails_by_name() {
    let workspace = locked();
    for arguments in [&[][..], &["--locked"], &["--locked", "--offline"]] {
        let ran = check(&workspace, arguments);
        assert_eq!((ran.code, findings(&ran)), (0, Vec::new()), "{}", ran.stdout);
    }
    let mut bytes = HARMLESS.to_vec();
    bytes[1] ^= 1;
    let workspace = workspace.with("ranker/sub/model.pkl", &bytes);
    let ran = check(&workspace, &["--locked", "--offline"]);
    assert_eq!(ran.code, 1);
    assert!(findings(&ran).contains(&pair("lock-mismatch", "sub/model.pkl")), "{}", ran.stdout);
    assert!(ran.stdout.contains("models.lock:"), "{}", ran.stdout);
    // Without the lock nothing is compared.
    let ran = check(&workspace, &["--no-lock"]);
    assert!(!findings(&ran).iter().any(|(rule, _)| rule == "lock-mismatch"), "{}", ran.stdout);
}

#[test]
fn a_missing_and_an_additional_file_fail() {
    let workspace = locked().with("ranker/extra.json", "{}");
    fs::remove_file(workspace.path("ranker/config.json")).unwrap();
    let ran = check(&workspace, &[]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        findings(&ran),
        [pair("lock-mismatch", "config.json"), pair("lock-mismatch", "extra.json")]
    );
}

#[test]
fn nothing_moves_by_itself_and_update_moves_what_it_names() {
    let workspace =
        locked().with("ranker/config.json", "{\"a\": 1}").with("single.pkl", b"\x80\x04K\x01.");
    let before = text(&workspace);
    let ran = workspace.run(&["lock"]);
    assert_eq!(ran.stdout, "unchanged  ranker\nunchanged  single.pkl\nmodels.lock is up to date\n");
    assert_eq!(text(&workspace), before);
    let ran = workspace.run(&["lock", "--update", "ranker"]);
    assert_eq!(
        ran.stdout,
        "updated    ranker  1 file changed\nunchanged  single.pkl\nwrote models.lock\n"
    );
    assert_eq!(findings(&check(&workspace, &[])), [pair("lock-mismatch", "single.pkl")]);
    let ran = workspace.run(&["lock", "--update"]);
    assert!(ran.stdout.contains("updated    single.pkl"), "{}", ran.stdout);
    assert_eq!(check(&workspace, &["--locked"]).code, 0);
    let ran = workspace.run(&["lock", "--update", "rankr"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean `ranker`?"), "{}", ran.stderr);
}

#[test]
fn entries_come_change_and_go_with_the_manifest() {
    let manifest = "version: 1\nmodels:\n  - source: ./ranker\n  - source: ./other.pkl\n";
    let workspace = locked().with("models.yaml", manifest).with("other.pkl", HARMLESS);
    let ran = check(&workspace, &[]);
    // A model that is not in the lock fails, a lock that is behind is a note.
    assert_eq!(ran.code, 1);
    let mut found = findings(&ran);
    found.sort();
    assert_eq!(found, [pair("stale-lock", ""), pair("stale-lock", ""), pair("unlocked-model", "")]);
    assert!(ran.stdout.contains("The lock names `single.pkl`, and the manifest does not."));
    let ran = workspace.run(&["lock"]);
    assert_eq!(
        ran.stdout,
        "updated    ranker  1 file changed, another entry in the manifest\n\
         added      other.pkl  1 file\nremoved    single.pkl\nwrote models.lock\n"
    );
    assert_eq!(check(&workspace, &["--locked"]).code, 0);
}

#[test]
fn a_part_of_the_manifest_makes_no_lock_stale() {
    let ran = check(&locked(), &["--model", "ranker"]);
    assert_eq!((ran.code, findings(&ran)), (0, Vec::new()));
}

#[test]
fn what_cannot_be_resolved_leaves_the_lock_as_it_was() {
    let workspace = locked();
    let before = text(&workspace);
    let manifest = "models:\n  - source: ./other.pkl\n  - source: ./gone\n";
    let workspace = workspace.with("models.yaml", manifest).with("other.pkl", HARMLESS);
    let ran = workspace.run(&["lock"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("`gone` was not resolved"), "{}", ran.stderr);
    assert_eq!(text(&workspace), before);
    let names: Vec<_> = fs::read_dir(workspace.path("")).unwrap().collect();
    assert_eq!(names.len(), 6, "no temporary file is left: {names:?}");
}

#[test]
fn a_glob_that_matches_nothing_is_not_locked() {
    let manifest = "models:\n  - source: ./ranker\n    files: [\"*.onnx\"]\n";
    let ran = project().with("models.yaml", manifest).run(&["lock"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("`*.onnx` in `files` matches no file"), "{}", ran.stderr);
}

#[test]
fn without_a_lock_locked_is_bad_usage() {
    for arguments in [&["check", "--locked"][..], &["check", "--local-copy", "ranker=ranker"]] {
        let ran = project().run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains("`weighstation lock` writes it"), "{}", ran.stderr);
    }
    let workspace = locked();
    for arguments in [
        &["check", "--lock", "nowhere.lock"][..],
        &["check", "--no-lock", "--locked"],
        &["check", "--local-copy", "ranker"],
        &["check", "--local-copy", "ranker="],
        &["check", "--local-copy", "rankr=x"],
        &["check", "--local-copy", "ranker=a", "--local-copy", "ranker=b"],
    ] {
        let ran = workspace.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn a_broken_lock_is_never_taken_for_none() {
    let workspace = locked();
    let broken = text(&workspace).replace("sha256: ", "sha265: ");
    let workspace = workspace.with("models.lock", broken);
    for command in ["check", "lock"] {
        let ran = workspace.run(&[command]);
        assert_eq!(ran.code, 2, "{command}: {}", ran.stderr);
        assert!(ran.stderr.contains("did you mean `sha256`?"), "{}", ran.stderr);
    }
}

#[test]
fn locked_fails_what_the_lock_does_not_name_whatever_the_policy_says() {
    let manifest = "models:\n  - source: ./single.pkl\n  - source: hf://acme/tiny\n";
    let policy = "extends: [baseline]\nrules: { unlocked-model: off, unpinned-revision: off, \
                  missing-card: off }\n";
    let workspace = locked().with("models.yaml", manifest).with("weighstation.yaml", policy);
    let ran = check(&workspace, &["--locked", "--exit-zero"]);
    assert_eq!(ran.code, 3, "it was not judged: {}", ran.stdout);
    let ran = check(&workspace, &["--locked"]);
    assert_eq!(ran.code, 1);
    assert!(findings(&ran).contains(&pair("unlocked-model", "")), "{}", ran.stdout);
    assert!(ran.stdout.contains("`--locked` resolves nothing anew"), "{}", ran.stdout);
}

/// A lock for `hf://acme/tiny` at a commit, with one file.
fn hub_project(content: &[u8]) -> Workspace {
    let digest = weighstation::base::Digest::of(content);
    let lock = format!(
        "version: 1\nmodels:\n  - name: tiny\n    source: hf://acme/tiny\n    revision: main\n    \
         commit: {COMMIT}\n    files:\n      - {{ path: model.pkl, size: {}, sha256: \"{digest}\" \
         }}\n",
        content.len()
    );
    Workspace::new()
        .with("models.yaml", "models:\n  - source: hf://acme/tiny\n    revision: main\n")
        .with("weighstation.yaml", POLICY)
        .with("models.lock", lock)
}

#[test]
fn a_local_copy_stands_in_for_a_model_of_the_hub() {
    let copied = ["--locked", "--offline", "--local-copy", "tiny=copy"];
    let workspace = hub_project(HARMLESS)
        .with("copy/model.pkl", HARMLESS)
        .with("copy/.cache/huggingface/download/model.pkl.metadata", "x");
    let ran = check(&workspace, &copied);
    assert_eq!((ran.code, findings(&ran)), (0, Vec::new()), "{}", ran.stdout);
    let workspace = workspace.with("copy/model.pkl", HARMFUL);
    let ran = check(&workspace, &copied);
    assert_eq!(ran.code, 1);
    assert!(findings(&ran).contains(&pair("lock-mismatch", "model.pkl")), "{}", ran.stdout);
    // The manifest has moved on: what the copy should be is not known.
    let workspace = workspace.with("models.yaml", "models:\n  - source: hf://acme/tiny\n");
    let ran = check(&workspace, &copied);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("only if the lock says what its files are"), "{}", ran.stderr);
}

#[test]
fn a_hub_model_without_a_commit_in_the_lock_was_not_accepted() {
    let workspace = hub_project(HARMLESS);
    let lock = text(&workspace).replace(&format!("    commit: {COMMIT}\n"), "");
    let workspace = workspace.with("models.lock", lock).with("copy/model.pkl", HARMLESS);
    let ran = check(&workspace, &["--locked", "--offline"]);
    assert_eq!(ran.code, 1);
    assert!(findings(&ran).contains(&pair("unlocked-model", "")), "{}", ran.stdout);
    assert_eq!(check(&workspace, &["--local-copy", "tiny=copy"]).code, 2);
}

/// A folder of a Hugging Face cache as `huggingface_hub` writes it: blobs by their digests,
/// snapshots of links, references and the listing of the commit.
#[cfg(unix)]
fn cache(workspace: Workspace, folder: &str, commits: &[(&str, &[u8])]) -> Workspace {
    use std::os::unix::fs::symlink;
    let mut workspace = workspace;
    for (commit, content) in commits {
        let sha256 = weighstation::base::Digest::of(content).to_string();
        let mut hasher = weighstation::base::GitBlobHasher::new(2);
        hasher.update(b"{}");
        let config = hasher.finish().to_string();
        let tree = format!(
            "{{\"format_version\":1,\"files\":{{\"config.json\":{{\"size\":2,\"blob_id\":\
             \"{config}\"}},\"sub/model.pkl\":{{\"size\":{0},\"blob_id\":\"{config}\",\
             \"lfs_sha256\":\"{sha256}\",\"lfs_size\":{0}}}}}}}",
            content.len()
        );
        workspace = workspace
            .with(&format!("{folder}/blobs/{config}"), "{}")
            .with(&format!("{folder}/blobs/{sha256}"), content)
            .with(&format!("{folder}/trees/{commit}.json"), tree)
            .with(&format!("{folder}/refs/main"), commit);
        let snapshot = workspace.path(&format!("{folder}/snapshots/{commit}"));
        fs::create_dir_all(snapshot.join("sub")).unwrap();
        symlink(format!("../../blobs/{config}"), snapshot.join("config.json")).unwrap();
        symlink(format!("../../../blobs/{sha256}"), snapshot.join("sub/model.pkl")).unwrap();
    }
    workspace
}

#[test]
#[cfg(unix)]
fn a_cache_folder_is_judged_at_the_locked_commit() {
    let manifest = format!("models:\n  - name: tiny\n    source: ./{HUB}\n    revision: main\n");
    let workspace =
        Workspace::new().with("models.yaml", manifest).with("weighstation.yaml", POLICY);
    let workspace = cache(workspace, HUB, &[(COMMIT, HARMLESS)]);
    let ran = workspace.run(&["lock"]);
    assert_eq!(ran.stdout, "added      tiny  0123456789ab, 2 files\nwrote models.lock\n");
    assert!(text(&workspace).contains(&format!("    commit: {COMMIT}\n")));
    assert_eq!(check(&workspace, &["--locked"]).code, 0);
    // The branch moves on; what was accepted is what is judged.
    let workspace = cache(workspace, HUB, &[(NEWER, HARMFUL)]);
    let ran = check(&workspace, &[]);
    assert_eq!((ran.code, findings(&ran)), (0, vec![pair("stale-lock", "")]), "{}", ran.stdout);
    assert!(ran.stdout.contains(&format!("has moved on to {NEWER}")), "{}", ran.stdout);
    assert_eq!(findings(&check(&workspace, &["--locked"])), []);
    let ran = workspace.run(&["lock", "--update", "tiny"]);
    assert_eq!(
        ran.stdout,
        "updated    tiny  0123456789ab → 89abcdef0123, 1 file changed\nwrote models.lock\n"
    );
    assert!(findings(&check(&workspace, &[])).contains(&pair("denied-global", "sub/model.pkl")));
}

#[cfg(unix)]
const HUB: &str = "hub/models--acme--tiny";

/// A model of the Hub that was downloaded into the cache, and locked.
#[cfg(unix)]
fn cached_and_locked(revision: &str) -> Workspace {
    let manifest = format!("models:\n  - source: hf://acme/tiny\n{revision}");
    let workspace =
        Workspace::new().with("models.yaml", manifest).with("weighstation.yaml", POLICY);
    let workspace = cache(workspace, HUB, &[(COMMIT, HARMLESS)]);
    let ran = workspace.run(&["lock", "--offline"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout, "added      tiny  0123456789ab, 2 files\nwrote models.lock\n");
    workspace
}

/// The blob that holds the model in the cache.
#[cfg(unix)]
fn blob(content: &[u8]) -> String {
    format!("{HUB}/blobs/{}", weighstation::base::Digest::of(content))
}

#[test]
#[cfg(unix)]
fn a_cached_model_of_the_hub_is_what_was_locked_or_fails_by_name() {
    for revision in ["", "    revision: main\n", &format!("    revision: {COMMIT}\n")] {
        let workspace = cached_and_locked(revision);
        let ran = check(&workspace, &["--locked", "--offline"]);
        assert_eq!((ran.code, findings(&ran)), (0, Vec::new()), "{revision}: {}", ran.stdout);
        let mut bytes = HARMLESS.to_vec();
        bytes[1] ^= 1;
        let workspace = workspace.with(&blob(HARMLESS), &bytes);
        let ran = check(&workspace, &["--locked", "--offline"]);
        assert_eq!(ran.code, 1);
        assert!(findings(&ran).contains(&pair("lock-mismatch", "sub/model.pkl")), "{}", ran.stdout);
        // Nor can the changed bytes be locked: they are not what was downloaded.
        let ran = workspace.run(&["lock", "--offline", "--update"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
        assert!(ran.stderr.contains("`sub/model.pkl` has SHA-256"), "{}", ran.stderr);
    }
}

#[test]
#[cfg(unix)]
fn whoever_writes_the_cache_and_its_books_is_found_out_by_the_lock() {
    let workspace = cached_and_locked("    revision: main\n");
    // The same commit with another model, its listing and blobs in accord.
    fs::remove_dir_all(workspace.path(HUB)).unwrap();
    let workspace = cache(workspace, HUB, &[(COMMIT, b"\x80\x04K\x01.")]);
    let ran = check(&workspace, &["--locked", "--offline"]);
    assert_eq!((ran.code, findings(&ran)), (1, vec![pair("lock-mismatch", "sub/model.pkl")]));
}

#[test]
#[cfg(unix)]
fn only_the_locked_commit_is_judged_offline() {
    let workspace = cache(cached_and_locked("    revision: main\n"), HUB, &[(NEWER, HARMFUL)]);
    let ran = check(&workspace, &["--locked", "--offline"]);
    assert_eq!((ran.code, findings(&ran)), (0, Vec::new()), "{}", ran.stdout);
    // A cache without it has nothing to judge.
    fs::remove_dir_all(workspace.path(&format!("{HUB}/snapshots/{COMMIT}"))).unwrap();
    let ran = check(&workspace, &["--locked", "--offline"]);
    assert_eq!((ran.code, findings(&ran)), (3, Vec::new()), "{}", ran.stdout);
}

#[test]
#[cfg(unix)]
fn what_a_cache_lacks_is_missing_by_the_lock_and_never_locked() {
    let workspace = cached_and_locked("    revision: main\n");
    let model = workspace.path(&format!("{HUB}/snapshots/{COMMIT}/sub/model.pkl"));
    fs::remove_file(model).unwrap();
    // The listing of the commit has it.
    assert_eq!(workspace.code(&["lock", "--offline", "--update"]), 3);
    assert_eq!(check(&workspace, &["--locked", "--offline"]).code, 3);
    // Without the listing, only the lock knows.
    fs::remove_dir_all(workspace.path(&format!("{HUB}/trees"))).unwrap();
    let ran = check(&workspace, &["--locked", "--offline"]);
    assert_eq!((ran.code, findings(&ran)), (1, vec![pair("lock-mismatch", "sub/model.pkl")]));
    let ran = workspace.run(&["lock", "--offline", "--update"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("no listing of this commit"), "{}", ran.stderr);
}

#[test]
#[cfg(unix)]
fn hostile_names_are_locked_and_compared() {
    let names =
        ["a\nb.pkl", "::error::x.pkl", "\u{202e}lkp.pkl", " .pkl", "{a: b}.pkl", "~", "é.pkl"];
    let mut workspace = Workspace::new()
        .with("models.yaml", "models:\n  - name: \"x: #\\u202e y\"\n    source: ./m\n")
        .with("weighstation.yaml", POLICY);
    for name in names {
        workspace = workspace.with(&format!("m/{name}"), HARMLESS);
    }
    let ran = workspace.run(&["lock"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(!ran.stdout.contains('\u{202e}'), "{}", ran.stdout);
    assert!(!text(&workspace).contains('\u{202e}'));
    let ran = check(&workspace, &["--locked"]);
    assert!(!findings(&ran).iter().any(|(rule, _)| rule == "lock-mismatch"), "{}", ran.stdout);
    let workspace = workspace.with("m/a\nb.pkl", b"\x80\x04K\x01.");
    assert!(findings(&check(&workspace, &[])).contains(&pair("lock-mismatch", "a\nb.pkl")));
}

#[test]
fn a_lock_file_of_hermeto_is_a_manifest() {
    let manifest = |kind: &str| {
        format!(
            "metadata:\n  version: \"1.0\"\nmodels:\n  - repository: acme/tiny\n    revision: \
             {COMMIT}\n    type: model\n    include_patterns: [\"*.pkl\", \"*.safetensors\"]\n  - \
             repository: squad\n    revision: {COMMIT}\n    type: {kind}\n"
        )
    };
    let workspace = Workspace::new()
        .with("weighstation.yaml", POLICY)
        .with("huggingface.lock.yaml", manifest("dataset"));
    let arguments = ["--offline", "--manifest", "huggingface.lock.yaml"];
    let ran = check(&workspace, &arguments);
    assert_eq!(ran.code, 3);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let incidents = document["incidents"].as_array().unwrap();
    let models: Vec<_> = incidents.iter().map(|it| it["model"].as_str().unwrap()).collect();
    assert!(models.contains(&"datasets/squad"), "{models:?}");
    assert_eq!(document["models"][0]["model_name"], "acme/tiny");
    let workspace = workspace.with("huggingface.lock.yaml", manifest("space"));
    let ran = check(&workspace, &arguments);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("huggingface.lock.yaml:10:11"), "{}", ran.stderr);
}
