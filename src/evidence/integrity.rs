//! Facts about whether bytes are those that somebody listed.

use serde::{Deserialize, Serialize};

/// A fact about whether a file is what was listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum IntegrityFact {
    /// The bytes are not those that were listed.
    Mismatch {
        /// What differs.
        what: Listed,
        /// As listed: a digest in hexadecimal, or a number of bytes.
        listed: String,
        /// As found.
        found: String,
        /// Who listed it.
        authority: Authority,
    },
    /// The bytes were compared with the listed digest and are the same.
    Verified {
        /// By what.
        what: Listed,
        /// Who listed it.
        authority: Authority,
    },
}

/// What a listing says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listed {
    /// How many bytes it has.
    Size,
    /// Its SHA-256.
    Sha256,
    /// Its git blob id.
    GitBlob,
}

/// Who says what a file should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// The Hub's listing of the commit.
    Hub,
    /// The books of a local cache or download. They prove that the file is what was downloaded,
    /// not where it came from: whoever can write the file can write them.
    Cache,
}
