//! What lies on a disk beside ordinary files.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use serde_json::Value;

use super::harness::{HARMFUL, HARMLESS, Workspace};

fn scanned(workspace: &Workspace, path: &str) -> (i32, Value) {
    let ran = workspace.run(&["scan", path, "--format", "json"]);
    (ran.code, serde_json::from_str(&ran.stdout).unwrap())
}

fn file<'a>(document: &'a Value, path: &str) -> &'a Value {
    let files = document["models"][0]["files"].as_array().unwrap();
    files.iter().find(|file| file["path"] == path).unwrap()
}

#[test]
fn a_fifo_is_never_opened() {
    let workspace = Workspace::new().with("model/a.pkl", HARMLESS);
    let made = Command::new("mkfifo").arg(workspace.path("model/pipe.pkl")).status().unwrap();
    assert!(made.success());
    // A gate that opened it would wait for a writer for ever.
    let (code, document) = scanned(&workspace, "model");
    assert_ne!(code, 0);
    assert_eq!(file(&document, "pipe.pkl")["status"], "unreadable");
    assert_eq!(workspace.code(&["scan", "model/pipe.pkl"]), 3);
}

#[test]
fn a_link_that_leaves_the_model_is_not_followed() {
    let workspace = Workspace::new().with("model/a.pkl", HARMLESS).with("secret.pkl", HARMFUL);
    symlink("../secret.pkl", workspace.path("model/b.pkl")).unwrap();
    let (code, document) = scanned(&workspace, "model");
    assert_eq!(code, 1);
    assert_eq!(file(&document, "b.pkl")["size"], 0);
    assert!(!document.to_string().contains("os.system"));
}

#[test]
fn a_cache_folder_is_resolved_and_its_links_are_followed() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let workspace = Workspace::new()
        .with("models--acme--tiny/blobs/aa", HARMFUL)
        .with("models--acme--tiny/refs/main", commit);
    let snapshot = workspace.path("models--acme--tiny/snapshots").join(commit);
    fs::create_dir_all(&snapshot).unwrap();
    symlink("../../blobs/aa", snapshot.join("model.pkl")).unwrap();
    let (code, document) = scanned(&workspace, "models--acme--tiny");
    assert_eq!(code, 1);
    assert_eq!(document["models"][0]["model_name"], "acme/tiny");
    assert_eq!(document["models"][0]["revision"], commit);
    assert_eq!(file(&document, "model.pkl")["globals"][0]["name"], "system");
}

#[test]
fn a_file_that_may_not_be_read_is_unreadable() {
    let workspace = Workspace::new().with("model/a.pkl", HARMLESS);
    let path = workspace.path("model/a.pkl");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        // Whoever may read everything cannot be refused: the file is judged like any other.
        assert_eq!(file(&scanned(&workspace, "model").1, "a.pkl")["status"], "analysed");
        return;
    }
    let (code, document) = scanned(&workspace, "model");
    assert_ne!(code, 0);
    assert_eq!(file(&document, "a.pkl")["status"], "unreadable");
}

#[test]
fn globs_decide_what_the_project_loads() {
    let manifest = "version: 1\nmodels:\n  - source: ./model\n    files: [\"*.json\"]\n";
    let workspace = Workspace::new()
        .with("models.yaml", manifest)
        .with("weighstation.yaml", "version: 1\nextends: [baseline]\n")
        .with("model/a.pkl", HARMFUL)
        .with("model/sub/config.json", "{}");
    let ran = workspace.run(&["check", "--format", "json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let files = document["models"][0]["files"].as_array().unwrap();
    let paths: Vec<_> = files.iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["sub/config.json"]);
}

#[test]
fn digests_are_computed_when_asked_for() {
    let workspace = Workspace::new().with("a.pkl", b"\x80\x04].");
    let (_, document) = scanned(&workspace, "a.pkl");
    assert_eq!(file(&document, "a.pkl")["sha256"], Value::Null);
    let ran = workspace.run(&["scan", "a.pkl", "--format", "json", "--sha256"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let digest = file(&document, "a.pkl")["sha256"].as_str().unwrap().to_owned();
    let summed = Command::new("sha256sum").arg(workspace.path("a.pkl")).output().unwrap();
    assert!(String::from_utf8(summed.stdout).unwrap().starts_with(&digest));
}

#[test]
fn no_folder_stands_in_for_a_model_on_the_hub() {
    let manifest = "models:\n  - source: hf://acme/bert\n";
    let workspace = Workspace::new()
        .with("hf:/acme/bert/a.pkl", HARMLESS)
        .with("weighstation.yaml", "extends: [baseline]\n")
        .with("models.yaml", manifest);
    for command in [&["check"][..], &["scan", "hf://acme/bert"]] {
        let ran = workspace.run(command);
        assert_eq!(ran.code, 3, "{}", ran.stdout);
        assert!(ran.stdout.contains("is not in the local cache"), "{}", ran.stdout);
    }
}

#[test]
fn without_the_network_a_model_of_the_hub_is_what_the_cache_has() {
    let commit = "5bb9fc53add422c252f7351a8e28c438cb98ea21";
    let workspace = Workspace::new()
        .with("hub/models--acme--bert/refs/main", commit)
        .with(&format!("hub/models--acme--bert/snapshots/{commit}/a.pkl"), HARMLESS);
    let ran = workspace.run(&["scan", "hf://acme/bert"]);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("nothing tells whether the local cache has all"), "{}", ran.stdout);
    let size = HARMLESS.len();
    let workspace = workspace.with(
        &format!("hub/models--acme--bert/trees/{commit}.json"),
        format!(r#"{{"format_version":1,"files":{{"a.pkl":{{"size":{size}}}}}}}"#),
    );
    let ran = workspace.run(&["scan", "hf://acme/bert", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["models"][0]["revision"], commit);
    assert_eq!(file(&document, "a.pkl")["status"], "analysed");
}
