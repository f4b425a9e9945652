//! `GET /api/models/{id}/tree/{commit}`: the files at a commit, with what scanners say of each.

use serde::Deserialize;

use super::super::lenient::{Bounded, Object, Scalar};
use super::super::listing::MAXIMUM_FILES;
use super::entry::{Contradiction, Description, Lfs};
use super::scan::FileStatus;
use crate::base::Commit;
use crate::evidence::HubScan;

/// A file of the tree.
#[derive(Debug)]
pub(super) struct TreeFile {
    pub(super) path: String,
    pub(super) description: Description,
    /// The last commit that changed it, if the reply is an expanded one.
    pub(super) last_commit: Option<Commit>,
    /// What the Hub's scanners say, if the reply is an expanded one.
    pub(super) scan: Option<HubScan>,
}

/// A page of the tree.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) files: Vec<TreeFile>,
    /// Files, folders and submodules together.
    pub(super) entries: usize,
}

/// A file; `None` for a folder or submodule, which have no bytes.
#[derive(Deserialize)]
#[serde(try_from = "WrittenEntry")]
struct Entry(Option<TreeFile>);

#[derive(Deserialize)]
struct WrittenEntry {
    #[serde(default, rename = "type")]
    kind: Scalar,
    path: String,
    #[serde(default)]
    oid: Scalar,
    #[serde(default)]
    size: Scalar,
    #[serde(default)]
    lfs: Object<Lfs>,
    #[serde(default, rename = "xetHash")]
    xet_hash: Scalar,
    #[serde(default, rename = "lastCommit")]
    last_commit: Object<LastCommit>,
    #[serde(default, rename = "securityFileStatus")]
    security: Object<FileStatus>,
}

#[derive(Deserialize)]
struct LastCommit {
    #[serde(default)]
    id: Scalar,
}

impl TryFrom<WrittenEntry> for Entry {
    type Error = Contradiction;

    fn try_from(written: WrittenEntry) -> Result<Self, Self::Error> {
        // `directory`, and `unknown` for submodules.
        if !matches!(&written.kind, Scalar::Text(kind) if kind == "file") {
            return Ok(Self(None));
        }
        let xet = written.xet_hash.text().is_some();
        let last_commit = written.last_commit.0.and_then(|commit| commit.id.text());
        Ok(Self(Some(TreeFile {
            path: written.path,
            description: Description::new(&written.size, written.oid, written.lfs, xet)?,
            last_commit: last_commit.and_then(|id| id.parse().ok()),
            scan: written.security.0.map(FileStatus::read),
        })))
    }
}

impl Page {
    /// Reads a reply.
    pub(super) fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        let Bounded(entries) = serde_json::from_slice::<Bounded<Entry, MAXIMUM_FILES>>(body)?;
        let count = entries.len();
        Ok(Self {
            files: entries.into_iter().filter_map(|entry| entry.0).collect(),
            entries: count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{ListedDigest, ScanStatus};

    #[test]
    fn files_are_kept_and_folders_counted() {
        let page = Page::read(
            br#"[{"type":"directory","oid":"d03ec5ec179df58241d27d55f92a674f5f44197f","size":0,"path":"onnx",
               "lastCommit":{"id":"ae329b6937f31305a0d6c6779f6cd4072cc4097e","title":"x"}},
              {"type":"unknown","path":"submodule","oid":"x"},
              {"type":"file","oid":"11f855591b3269c74652daee461f96fc238875ed","size":548118077,
               "lfs":{"oid":"7c5d3f4b8b76583b422fcb9189ad6c89d5d97a094541ce8932dce3ecabde1421",
                "size":548118077,"pointerSize":134},
               "xetHash":"03d2dc814eb3c85f9acaf2ff2c5bb925c319f1032f61fca6f20ec2054839ef56",
               "path":"pytorch_model.bin",
               "lastCommit":{"id":"ae329b6937f31305a0d6c6779f6cd4072cc4097e"},
               "securityFileStatus":{"status":"queued","jFrogScan":{"status":"queued","message":""}}},
              {"type":"file","oid":"10c66461e4c109db5a2196bff4bb59be30396ed8","size":665,
               "path":"config.json","securityFileStatus":null}]"#,
        )
        .unwrap();
        assert_eq!((page.entries, page.files.len()), (4, 2));
        let model = &page.files[0];
        assert_eq!(model.description.size, Some(548_118_077));
        assert!(matches!(model.description.digest, ListedDigest::Sha256(_)));
        assert_eq!(model.scan.as_ref().unwrap().status, ScanStatus::Queued);
        assert!(model.last_commit.is_some());
        let config = &page.files[1];
        assert!(matches!(config.description.digest, ListedDigest::GitBlob(_)));
        assert!(config.scan.is_none() && config.last_commit.is_none());
    }

    #[test]
    fn what_is_no_tree_is_an_error() {
        for json in ["{}", "[1]", r#"[{"type":"file"}]"#, r#"{"error":"x"}"#, "[", "null"] {
            assert!(Page::read(json.as_bytes()).is_err(), "{json}");
        }
    }
}
