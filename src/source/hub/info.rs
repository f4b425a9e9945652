//! `GET /api/models/{id}[/revision/{revision}]`: everything about a model in one reply.
//!
//! The route is documented by its clients alone, so that nothing is required but the id.

use serde::Deserialize;

use super::super::lenient::{Bounded, Object, Scalar};
use super::super::listing::MAXIMUM_FILES;
use super::entry::{Description, Lfs};
use super::scan::{Issue, RepositoryStatus};
use crate::evidence::{CardData, Gate, ScanProgress};

/// What the Hub says of a model.
#[derive(Debug)]
pub(super) struct Info {
    /// The canonical id (untrusted).
    pub(super) id: String,
    /// The commit (untrusted); a repository without one has no files.
    pub(super) sha: Option<String>,
    pub(super) downloads: Option<u64>,
    pub(super) likes: Option<u64>,
    pub(super) gate: Gate,
    pub(super) private: bool,
    pub(super) disabled: bool,
    pub(super) card_data: Option<CardData>,
    pub(super) scans: ScanProgress,
    /// Files with which the scanners have an issue.
    pub(super) issues: Vec<Issue>,
    /// The files, in the Hub's order; `None` if the reply does not list them.
    pub(super) siblings: Option<Vec<(String, Description)>>,
}

#[derive(Deserialize)]
struct WrittenInfo {
    #[serde(default)]
    id: Scalar,
    #[serde(default, rename = "modelId")]
    model_id: Scalar,
    #[serde(default)]
    sha: Scalar,
    #[serde(default)]
    downloads: Scalar,
    #[serde(default)]
    likes: Scalar,
    #[serde(default)]
    gated: Scalar,
    #[serde(default)]
    private: Scalar,
    #[serde(default)]
    disabled: Scalar,
    #[serde(default, rename = "cardData")]
    card_data: Object<WrittenCardData>,
    #[serde(default, rename = "securityRepoStatus")]
    security: Object<RepositoryStatus>,
    siblings: Option<Bounded<WrittenSibling, MAXIMUM_FILES>>,
}

#[derive(Deserialize)]
struct WrittenCardData {
    #[serde(default)]
    license: Scalar,
    #[serde(default)]
    base_model: Scalar,
}

#[derive(Deserialize)]
#[serde(try_from = "WrittenSiblingFields")]
struct WrittenSibling(String, Description);

#[derive(Deserialize)]
struct WrittenSiblingFields {
    rfilename: String,
    #[serde(default)]
    size: Scalar,
    #[serde(default, rename = "blobId")]
    blob_id: Scalar,
    #[serde(default)]
    lfs: Object<Lfs>,
}

impl TryFrom<WrittenSiblingFields> for WrittenSibling {
    type Error = super::entry::Contradiction;

    fn try_from(written: WrittenSiblingFields) -> Result<Self, Self::Error> {
        let WrittenSiblingFields { rfilename, size, blob_id, lfs } = written;
        Ok(Self(rfilename, Description::new(&size, blob_id, lfs, false)?))
    }
}

impl Info {
    /// Reads a reply.
    pub(super) fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        let written: WrittenInfo = serde_json::from_slice(body)?;
        let (scans, issues) =
            written.security.0.map_or_else(Default::default, RepositoryStatus::read);
        let id = written.id.text().or(written.model_id.text());
        let missing = || <serde_json::Error as serde::de::Error>::missing_field("id");
        Ok(Self {
            id: id.ok_or_else(missing)?,
            sha: written.sha.text(),
            downloads: written.downloads.number(),
            likes: written.likes.number(),
            gate: gate(written.gated),
            private: written.private.flag().unwrap_or_default(),
            disabled: written.disabled.flag().unwrap_or_default(),
            card_data: written.card_data.0.map(|card| CardData {
                licenses: card.license.texts(),
                base_models: card.base_model.texts(),
            }),
            scans,
            issues,
            siblings: written.siblings.map(|siblings| {
                siblings.0.into_iter().map(|WrittenSibling(path, is)| (path, is)).collect()
            }),
        })
    }
}

/// `false`, `"auto"` or `"manual"`; a word that is not known here is a gate all the same.
fn gate(gated: Scalar) -> Gate {
    match gated {
        Scalar::Text(text) if text == "auto" => Gate::Automatic,
        Scalar::Text(_) | Scalar::Flag(true) => Gate::Manual,
        _ => Gate::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::Issue;
    use super::*;
    use crate::evidence::{ListedDigest, ScanStatus};

    fn read(json: &str) -> Info {
        Info::read(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_whole_reply_is_read() {
        let info = read(
            r#"{"_id":"621ffdc136468d709f17ddb4","author":"mcpotato","downloads":5,"likes":3,
            "gated":"auto","private":true,"id":"mcpotato/42-eicar-street","disabled":false,
            "modelId":"mcpotato/42-eicar-street","model-index":null,"widgetData":[{"text":"x"}],
            "sha":"8b3861f6931c4026b0cd22b38dbc09e7668983ac","cardData":{"license":"mit",
            "base_model":["a/b","c/d"],"datasets":["x"]},
            "siblings":[
              {"rfilename":"danger.dat","size":66,"blobId":"8acd02161fff53f9df9597e377e22b04bc34feff"},
              {"rfilename":"pytorch_model.bin","size":22,"blobId":"cd1c6d8bde5006076655711a49feae66f07d707e",
               "lfs":{"pointerSize":127,"size":22,
                "sha256":"f9343d7d7ec5c3d8bcced056c438fc9f1d3819e9ca3d42418a40857050e10e20"}}],
            "securityRepoStatus":{"scansDone":true,
              "filesWithIssues":[{"path":"danger.dat","level":"unsafe"}]},"usedStorage":22}"#,
        );
        assert_eq!(info.id, "mcpotato/42-eicar-street");
        assert_eq!(info.sha.as_deref(), Some("8b3861f6931c4026b0cd22b38dbc09e7668983ac"));
        assert_eq!((info.downloads, info.likes, info.gate), (Some(5), Some(3), Gate::Automatic));
        assert!(info.private && !info.disabled);
        let card = info.card_data.unwrap();
        assert_eq!((card.licenses, card.base_models.len()), (vec!["mit".to_owned()], 2));
        assert_eq!(info.scans, ScanProgress::Done);
        let issue = Issue { path: "danger.dat".to_owned(), level: ScanStatus::Unsafe };
        assert_eq!(info.issues, [issue]);
        let siblings = info.siblings.unwrap();
        let blob = "8acd02161fff53f9df9597e377e22b04bc34feff".parse().unwrap();
        let expected = Description { size: Some(66), digest: ListedDigest::GitBlob(blob) };
        assert_eq!(siblings[0], ("danger.dat".to_owned(), expected));
        assert!(matches!(siblings[1].1.digest, ListedDigest::Sha256(_)));
    }

    #[test]
    fn nearly_everything_may_be_missing_or_odd() {
        let info = read(r#"{"modelId":"gpt2","sha":null,"gated":false,"cardData":[],"likes":"3"}"#);
        assert_eq!((info.id.as_str(), info.sha, info.likes), ("gpt2", None, None));
        assert_eq!(
            (info.gate, info.card_data, info.scans),
            (Gate::Open, None, ScanProgress::Unknown)
        );
        assert!(info.siblings.is_none());
        assert_eq!(read(r#"{"id":"a/b","gated":"somehow"}"#).gate, Gate::Manual);
        assert_eq!(read(r#"{"id":"a/b","cardData":{}}"#).card_data, Some(CardData::default()));
        let queued = read(r#"{"id":"a/b","securityRepoStatus":{"scansDone":false}}"#);
        assert_eq!(queued.scans, ScanProgress::Unfinished);
        let null = read(r#"{"id":"a/b","securityRepoStatus":null}"#);
        assert_eq!(null.scans, ScanProgress::Unknown);
    }

    #[test]
    fn what_is_no_info_is_an_error() {
        for json in [
            "",
            "[]",
            "<html>",
            "{}",
            r#"{"id":7}"#,
            r#"{"id":"a/b","siblings":[{"size":1}]}"#,
            r#"{"id":"a/b","siblings":{}}"#,
            r#"{"id":"a/b","id":"c/d"}"#,
            r#"{"id":"a/b","siblings":[{"rfilename":"x","size":1,"lfs":{"size":2}}]}"#,
        ] {
            assert!(Info::read(json.as_bytes()).is_err(), "{json}");
        }
    }
}
