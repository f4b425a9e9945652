//! `trees/<commit>.json`: the whole listing of a commit, as `huggingface_hub` 2 leaves it after it
//! has downloaded all of it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::super::lenient::{BoundedMap, Scalar};
use super::super::listing::{MAXIMUM_FILES, check_path, git_blob, sha256};
use super::super::snapshot::Listing;
use super::record;
use crate::base::{Commit, Untrusted};
use crate::evidence::{Authority, ListedDigest};

/// Largest listing that is read.
const LARGEST: u64 = 16 << 20;

/// The format of the file that is known; another one is as good as no file.
const FORMAT_VERSION: u64 = 1;

/// The files of a commit by their paths, each of which is checked to be one inside the model.
pub(in crate::source) type Tree = BTreeMap<String, Listing>;

#[derive(Deserialize)]
struct WrittenTree {
    #[serde(default)]
    format_version: Scalar,
    files: Option<BoundedMap<WrittenFile, MAXIMUM_FILES>>,
}

#[derive(Deserialize)]
struct WrittenFile {
    size: u64,
    #[serde(default)]
    blob_id: Scalar,
    #[serde(default)]
    lfs_sha256: Scalar,
    #[serde(default)]
    lfs_size: Scalar,
    #[serde(default)]
    xet_hash: Scalar,
}

impl WrittenFile {
    fn listing(self) -> Listing {
        // The blob of a file in LFS or Xet is that of the pointer.
        let in_git = self.lfs_sha256 == Scalar::Other && self.xet_hash == Scalar::Other;
        let digest = match sha256(self.lfs_sha256) {
            ListedDigest::Unknown if in_git => git_blob(self.blob_id),
            digest => digest,
        };
        let size = self.lfs_size.number().unwrap_or(self.size);
        Listing { size, digest, authority: Authority::Cache }
    }
}

/// Reads `<trees>/<commit>.json`; `None` if there is none of the known format.
///
/// # Errors
/// Why the file that is there cannot be used, in words.
pub(in crate::source) fn read(trees: &Path, commit: &Commit) -> Result<Option<Tree>, String> {
    let path = trees.join(format!("{commit}.json"));
    let bytes = record::read(&path, LARGEST).map_err(|error| error.to_string())?;
    bytes.map_or(Ok(None), |bytes| parse(&bytes))
}

fn parse(bytes: &[u8]) -> Result<Option<Tree>, String> {
    let written: WrittenTree = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if written.format_version.number() != Some(FORMAT_VERSION) {
        return Ok(None);
    }
    let Some(BoundedMap(files)) = written.files else { return Ok(None) };
    let mut tree = Tree::new();
    for (path, file) in files {
        if let Err(reason) = check_path(&path) {
            return Err(format!("the path `{:.200}` cannot be used: {reason}", Untrusted(&path)));
        }
        tree.insert(path, file.listing());
    }
    Ok(Some(tree))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "1793445f28e413031c83a5a8ae7b098c05ade373d8c2ceafa965c03f988f4dce";
    const BLOB: &str = "dcfe1df2dbd4c6be60ab07028bf47ab47716978e";

    #[test]
    fn files_of_git_and_of_lfs_have_their_own_digests() {
        let json = format!(
            r#"{{"format_version":1,"files":{{
            "config.json":{{"size":54,"blob_id":"{BLOB}"}},
            "model.safetensors":{{"size":123,"blob_id":"{BLOB}","lfs_sha256":"{SHA256}",
              "lfs_size":123,"xet_hash":"6e871997"}},
            "xet.bin":{{"size":1,"blob_id":"{BLOB}","lfs_sha256":null,"xet_hash":"6e87"}},
            "gated.bin":{{"size":2,"blob_id":"{BLOB}","lfs_sha256":"{}"}}}}}}"#,
            "*".repeat(64)
        );
        let tree = parse(json.as_bytes()).unwrap().unwrap();
        let digest = |path: &str| tree[path].digest;
        assert_eq!(digest("config.json"), ListedDigest::GitBlob(BLOB.parse().unwrap()));
        assert_eq!(digest("model.safetensors"), ListedDigest::Sha256(SHA256.parse().unwrap()));
        assert_eq!(digest("xet.bin"), ListedDigest::Unknown);
        assert_eq!(digest("gated.bin"), ListedDigest::Unknown);
        assert_eq!(tree["config.json"].size, 54);
    }

    #[test]
    fn another_format_is_no_listing_and_a_hostile_one_is_an_error() {
        assert_eq!(parse(br#"{"format_version":2,"files":{}}"#), Ok(None));
        assert_eq!(parse(br#"{"files":{}}"#), Ok(None));
        for json in [
            "",
            "[]",
            r#"{"format_version":1,"files":{"a":{"size":-1}}}"#,
            r#"{"format_version":1,"files":{"../a":{"size":1}}}"#,
            r#"{"format_version":1,"files":{"a":{"size":1},"a":{"size":2}}}"#,
        ] {
            assert!(parse(json.as_bytes()).is_err(), "{json}");
        }
    }
}
