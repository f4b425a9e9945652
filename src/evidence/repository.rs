//! Facts about a repository on the Hub, as the Hub tells them.
//!
//! All of it is the word of the Hub or of whoever uploaded: names, titles and messages are
//! untrusted text, and nothing proves who really wrote a commit (hub: no e-mail, no signature).

use serde::{Deserialize, Serialize};

use crate::base::{Commit, Digest, GitBlobId};

/// A repository at one commit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repository {
    /// As it was asked for: `organisation/name` or `name`.
    pub asked: String,
    /// The canonical id in the Hub's answer (untrusted). Another one than `asked` means that the
    /// repository was renamed.
    pub id: String,
    /// The revision that was asked for; `None` for the default branch.
    pub revision: Option<String>,
    /// What it resolved to.
    pub commit: Commit,
    /// Whether the commit belongs to the default branch.
    pub branch: BranchMembership,
    /// Downloads of the last month.
    pub downloads: Option<u64>,
    /// Likes.
    pub likes: Option<u64>,
    /// Who may read the files.
    pub gate: Gate,
    /// Whether only members see it.
    pub private: bool,
    /// The front matter of the model card as the Hub parsed it.
    pub card_data: Option<CardData>,
    /// How many commits lead to this one, if the Hub says so.
    pub commit_count: Option<u64>,
    /// The latest commits up to this one, newest first, as many as were asked for.
    pub commits: Vec<RepositoryCommit>,
    /// How far the Hub's own scanners are.
    pub scans: ScanProgress,
    /// Every file at the commit, sorted by path, whether or not the project loads it.
    pub listing: Vec<ListedFile>,
}

/// Whether a commit is part of the default branch's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BranchMembership {
    /// It is.
    Default,
    /// It is not: the whole history was read.
    Elsewhere {
        /// The commit at which the default branch stands.
        head: Commit,
    },
    /// It could not be told.
    Unknown,
}

/// Who may read the files of a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// Everybody.
    #[default]
    Open,
    /// Whoever accepts the terms.
    Automatic,
    /// Whom the publisher lets in.
    Manual,
}

/// The front matter of a model card as the Hub parsed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardData {
    /// `license` (untrusted).
    pub licenses: Vec<String>,
    /// `base_model` (untrusted).
    pub base_models: Vec<String>,
}

/// A commit in a repository's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryCommit {
    /// Its id.
    pub id: Commit,
    /// The first line of its message (untrusted).
    pub title: String,
    /// The Hub accounts that the Hub shows as authors; co-authors that the message names count as
    /// such, so that it is a claim (untrusted).
    pub authors: Vec<String>,
    /// When, RFC 3339.
    pub date: String,
    /// The files of the listing that this commit was the last to change.
    pub changed: Vec<String>,
}

/// How far the Hub's own scanners are with a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScanProgress {
    /// The Hub says nothing of scans.
    #[default]
    Unknown,
    /// Some are still to come.
    Unfinished,
    /// All are done.
    Done,
}

/// A file in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedFile {
    /// The path inside the repository (untrusted).
    pub path: String,
    /// Bytes of the content, not of an LFS pointer.
    pub size: u64,
    /// What the listing says of the content.
    pub digest: ListedDigest,
}

/// The digest that somebody who should know gives for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListedDigest {
    /// SHA-256 of the content: LFS and Xet files.
    Sha256(Digest),
    /// The git blob id of the content: all other files.
    GitBlob(GitBlobId),
    /// Withheld, as the Hub does for gated files without access, or not said. Equal to nothing.
    Unknown,
}

/// What the Hub's scanners say of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubScan {
    /// The Hub's summary.
    pub status: ScanStatus,
    /// Every scanner by itself.
    pub scanners: Vec<ScannerResult>,
    /// `module.name` of what the Hub's own scanner found in pickles (untrusted); `None` if it did
    /// not run or did not apply.
    pub imports: Option<Vec<String>>,
}

/// What one scanner says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannerResult {
    /// The Hub's key: `avScan`, `pickleImportScan`, `jFrogScan` (untrusted).
    pub scanner: String,
    /// Its verdict.
    pub status: ScanStatus,
    /// Its words (untrusted).
    pub message: Option<String>,
}

/// A scanner's verdict. "Safe" is evidence of nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScanStatus {
    /// Not looked at.
    Unscanned,
    /// Nothing found.
    Safe,
    /// Waiting.
    Queued,
    /// The scan failed.
    Error,
    /// To be looked at.
    Caution,
    /// Suspicious.
    Suspicious,
    /// Harmful.
    Unsafe,
    /// A word that is not known here (untrusted).
    Other(String),
}
