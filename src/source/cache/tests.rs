use std::os::unix::fs::symlink;

use super::super::{Snapshot, Wanted, resolve_path};
use super::*;

const COMMIT: &str = "5bb9fc53add422c252f7351a8e28c438cb98ea21";
const OTHER: &str = "8b3861f6931c4026b0cd22b38dbc09e7668983ac";
const BLOB: &str = "dcfe1df2dbd4c6be60ab07028bf47ab47716978e";
const SHA256: &str = "1793445f28e413031c83a5a8ae7b098c05ade373d8c2ceafa965c03f988f4dce";

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A repository of a cache with a file of git and one of LFS, as the official client leaves it.
fn cache() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let repository = root.path().join("models--acme--tiny");
    write(&repository.join("refs/main"), COMMIT);
    write(&repository.join("blobs").join(BLOB), "config");
    write(&repository.join("blobs").join(SHA256), "weights");
    let snapshot = repository.join("snapshots").join(COMMIT);
    fs::create_dir_all(snapshot.join("sub")).unwrap();
    symlink(format!("../../blobs/{BLOB}"), snapshot.join("config.json")).unwrap();
    symlink(format!("../../../blobs/{SHA256}"), snapshot.join("sub/model.bin")).unwrap();
    root
}

fn tree(files: &str) -> String {
    format!(r#"{{"format_version":1,"files":{{{files}}}}}"#)
}

fn listing(snapshot: &Snapshot, path: &str) -> Option<Listing> {
    snapshot.file(path).unwrap().listing
}

#[test]
fn the_blobs_of_a_cache_name_the_digests_of_its_files() {
    let root = cache();
    let repository = root.path().join("models--acme--tiny");
    let folders = [repository.clone(), repository.join("snapshots").join(COMMIT)];
    for folder in folders {
        let snapshot = resolve_path(&folder, Wanted::default()).unwrap();
        assert_eq!(snapshot.revision, Some(COMMIT.parse().unwrap()));
        let expected = |size, digest| Some(Listing { size, digest, authority: Authority::Cache });
        let blob = ListedDigest::GitBlob(BLOB.parse().unwrap());
        assert_eq!(listing(&snapshot, "config.json"), expected(6, blob));
        let sha256 = ListedDigest::Sha256(SHA256.parse().unwrap());
        assert_eq!(listing(&snapshot, "sub/model.bin"), expected(7, sha256));
    }
}

#[test]
fn a_blob_in_the_shared_store_keeps_the_digest_of_the_link_to_it() {
    let root = cache();
    let repository = root.path().join("models--acme--tiny");
    let xet = "6e871997".repeat(8);
    write(&root.path().join("blobs/.huggingface-shared-blobs"), "1\n");
    write(&root.path().join("blobs/6e").join(&xet), "weights");
    let blob = repository.join("blobs").join(SHA256);
    fs::remove_file(&blob).unwrap();
    symlink(format!("../../blobs/6e/{xet}"), &blob).unwrap();
    let snapshot = resolve_path(&repository, Wanted::default()).unwrap();
    let file = snapshot.file("sub/model.bin").unwrap();
    assert!(matches!(&file.content, Content::File(path) if path.ends_with(&xet)));
    assert_eq!(file.listing.unwrap().digest, ListedDigest::Sha256(SHA256.parse().unwrap()));
    assert!(file.facts.is_empty());
}

#[test]
fn the_tree_of_a_cache_knows_sizes_and_one_that_makes_no_sense_is_left_alone() {
    let root = cache();
    let repository = root.path().join("models--acme--tiny");
    let book = repository.join(TREES).join(format!("{COMMIT}.json"));
    write(&book, &tree(&format!(r#""config.json":{{"size":99,"blob_id":"{BLOB}"}}"#)));
    let snapshot = resolve_path(&repository, Wanted::default()).unwrap();
    assert_eq!(listing(&snapshot, "config.json").unwrap().size, 99);
    write(&book, "{");
    let snapshot = resolve_path(&repository, Wanted::default()).unwrap();
    assert_eq!(listing(&snapshot, "config.json").unwrap().size, 6);
}

/// A `--local-dir` download of two files.
fn download() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let notes = root.path().join(".cache/huggingface/download");
    write(&root.path().join("config.json"), "config");
    write(&root.path().join("sub/model.bin"), "weights");
    write(&notes.join("config.json.metadata"), &format!("{COMMIT}\n{BLOB}\n1795411047.2\n"));
    write(&notes.join("sub/model.bin.metadata"), &format!("{COMMIT}\n{SHA256}\n1795411047.2\n"));
    root
}

#[test]
fn the_notes_of_a_download_name_commit_and_digests() {
    let root = download();
    write(&root.path().join("own.txt"), "added by hand");
    let snapshot = resolve_path(root.path(), Wanted::default()).unwrap();
    assert_eq!(snapshot.revision, Some(COMMIT.parse().unwrap()));
    assert_eq!(snapshot.files.len(), 3, "the notes are no part of the model");
    assert_eq!(listing(&snapshot, "config.json").unwrap().size, 6);
    let digest = listing(&snapshot, "sub/model.bin").unwrap().digest;
    assert_eq!(digest, ListedDigest::Sha256(SHA256.parse().unwrap()));
    assert_eq!(listing(&snapshot, "own.txt"), None);

    let book = root.path().join(".cache/huggingface/trees").join(format!("{COMMIT}.json"));
    write(&book, &tree(&format!(r#""config.json":{{"size":99,"blob_id":"{BLOB}"}}"#)));
    let snapshot = resolve_path(root.path(), Wanted::default()).unwrap();
    assert_eq!(listing(&snapshot, "config.json").unwrap().size, 99);
}

#[test]
fn notes_of_two_commits_name_none() {
    let root = download();
    let note = root.path().join(".cache/huggingface/download/config.json.metadata");
    write(&note, &format!("{OTHER}\n{BLOB}\n"));
    let snapshot = resolve_path(root.path(), Wanted::default()).unwrap();
    assert_eq!(snapshot.revision, None);
    assert!(listing(&snapshot, "config.json").is_some());
}

#[test]
fn hostile_notes_are_neither_followed_nor_waited_for() {
    let root = download();
    let notes = root.path().join(".cache/huggingface/download");
    let note = notes.join("config.json.metadata");
    fs::remove_file(&note).unwrap();
    symlink("/dev/zero", &note).unwrap();
    write(&notes.join("sub/model.bin.metadata"), &"5".repeat(1 << 20));
    let snapshot = resolve_path(root.path(), Wanted::default()).unwrap();
    assert!(snapshot.files.iter().all(|file| file.listing.is_none()));
}

#[test]
fn a_cached_file_is_taken_only_inside_the_cache_and_in_full() {
    let root = cache();
    let snapshot = root.path().join("models--acme--tiny/snapshots").join(COMMIT);
    write(&root.path().join("outside"), "config");
    symlink("../../../outside", snapshot.join("escape")).unwrap();
    symlink("/etc/passwd", snapshot.join("absolute")).unwrap();
    let files = CachedFiles::of(snapshot).unwrap();
    assert!(files.find("config.json", 6).unwrap().ends_with(BLOB));
    assert_eq!(files.find("config.json", 7), None);
    assert_eq!(files.find("escape", 6), None);
    assert_eq!(files.find("absolute", 6), None);
    assert_eq!(files.find("missing", 0), None);
    assert_eq!(files.find("sub", 4096), None);
    assert!(CachedFiles::of(root.path().join("nowhere")).is_none());
}
