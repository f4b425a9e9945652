//! Models that were downloaded before.

use std::fs;
use std::path::Path;

use super::super::super::Completeness;
use super::*;
use crate::evidence::CoverageFact;

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A cache that has one of the two files.
fn cache() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let repository = root.path().join("models--acme--tiny");
    write(&repository.join("refs/main"), COMMIT);
    write(&repository.join("snapshots").join(COMMIT).join("config.json"), "config");
    root
}

fn tree_book(root: &Path, json: &str) {
    write(&root.join("models--acme--tiny/trees").join(format!("{COMMIT}.json")), json);
}

fn offline(root: &Path, id: &str, revision: Option<&str>) -> Result<Snapshot, SourceError> {
    let wanted = Wanted { revision, files: &[] };
    resolve_offline(&id.parse().unwrap(), wanted, Some(root))
}

#[test]
fn files_that_were_downloaded_before_are_read_from_the_cache() {
    let root = cache();
    let hub = hub(&[]);
    let source = hub.source(&[("HF_HUB_CACHE", root.path().to_str().unwrap())]);
    let snapshot = source.resolve(&"acme/tiny".parse().unwrap(), Wanted::default()).unwrap();
    let config = snapshot.file("config.json").unwrap();
    assert!(matches!(config.content, Content::File(_)));
    let digest = ListedDigest::GitBlob(BLOB.parse().unwrap());
    let listing = Listing { size: 6, digest, authority: Authority::Hub };
    assert_eq!(config.listing, Some(listing), "the Hub's word counts, not the cache's");
    let model = snapshot.file("onnx/model.bin").unwrap();
    assert!(matches!(model.content, Content::Remote(_)));
}

#[test]
fn a_cached_file_of_another_size_is_not_the_one() {
    let root = cache();
    write(
        &root.path().join("models--acme--tiny/snapshots").join(COMMIT).join("config.json"),
        "con",
    );
    let hub = hub(&[]);
    let source = hub.source(&[("HF_HUB_CACHE", root.path().to_str().unwrap())]);
    let snapshot = source.resolve(&"acme/tiny".parse().unwrap(), Wanted::default()).unwrap();
    assert!(matches!(snapshot.file("config.json").unwrap().content, Content::Remote(_)));
}

#[cfg(unix)]
#[test]
fn a_withheld_digest_is_taken_from_the_cache_and_the_cache_is_named() {
    let root = cache();
    let repository = root.path().join("models--acme--tiny");
    write(&repository.join("blobs").join(SHA256), "weights");
    let link = repository.join("snapshots").join(COMMIT).join("onnx/model.bin");
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(format!("../../../blobs/{SHA256}"), link).unwrap();
    let masked = |text: String| text.replace(SHA256, &"*".repeat(64)).replace("548118077", "7");
    let tree = ok(masked(format!("[{},{}]", model_entry(), config_entry())));
    let hub = hub(&[(INFO, ok(masked(info("")))), (tree_at().as_str(), tree)]);
    let source = hub.source(&[("HF_HUB_CACHE", root.path().to_str().unwrap())]);
    let snapshot = source.resolve(&"acme/tiny".parse().unwrap(), Wanted::default()).unwrap();
    let digest = ListedDigest::Sha256(SHA256.parse().unwrap());
    let listing = Listing { size: 7, digest, authority: Authority::Cache };
    assert_eq!(snapshot.file("onnx/model.bin").unwrap().listing, Some(listing));
}

#[test]
fn without_the_network_the_cache_is_the_model() {
    let root = cache();
    for revision in [None, Some("main"), Some(COMMIT)] {
        let snapshot = offline(root.path(), "acme/tiny", revision).unwrap();
        assert_eq!(paths(&snapshot), ["config.json"]);
        assert_eq!(snapshot.revision, Some(COMMIT.parse().unwrap()));
        assert!(snapshot.repository.is_none() && snapshot.is_repository);
        assert_eq!(snapshot.completeness, Completeness::Unproven);
    }
}

#[test]
fn a_file_that_the_cache_lacks_cannot_be_judged() {
    let root = cache();
    tree_book(
        root.path(),
        &format!(
            r#"{{"format_version":1,"files":{{"config.json":{{"size":6,"blob_id":"{BLOB}"}},
            "onnx/model.bin":{{"size":7,"blob_id":"{BLOB}","lfs_sha256":"{SHA256}"}}}}}}"#
        ),
    );
    let snapshot = offline(root.path(), "acme/tiny", None).unwrap();
    assert_eq!(paths(&snapshot), ["config.json", "onnx/model.bin"]);
    assert_eq!(snapshot.completeness, Completeness::Whole);
    let digest = ListedDigest::GitBlob(BLOB.parse().unwrap());
    let listing = Listing { size: 6, digest, authority: Authority::Cache };
    assert_eq!(snapshot.file("config.json").unwrap().listing, Some(listing));
    let missing = snapshot.file("onnx/model.bin").unwrap();
    assert!(matches!(missing.content, Content::Withheld));
    assert!(matches!(missing.facts[..], [Fact::Coverage(CoverageFact::Unfetched { .. })]));
}

#[test]
fn what_the_cache_does_not_have_is_an_error_with_a_way_out() {
    let root = cache();
    let message = |id, revision| offline(root.path(), id, revision).unwrap_err().to_string();
    let text = message("acme/other", None);
    assert!(text.contains("hf download acme/other") && text.contains("models--acme--other"));
    let text = message("acme/tiny", Some("v9"));
    assert!(text.contains("has no revision `v9`") && text.contains(COMMIT), "{text}");
    assert!(message("acme/tiny", Some(OLDER)).contains("has no revision"));
    let error = resolve_offline(&"a/b".parse().unwrap(), Wanted::default(), None).unwrap_err();
    assert!(error.to_string().contains("no cache folder is known"), "{error}");
    tree_book(root.path(), "{");
    let text = message("acme/tiny", None);
    assert!(text.contains("a listing that cannot be used"), "{text}");
}
