//! Facts about what could not be analysed.

use serde::{Deserialize, Serialize};

use super::Format;
use crate::base::Budget;

/// A fact about what could not be analysed. None of these is ever a pass by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CoverageFact {
    /// The bytes break the format's rules here; what stands before it was analysed.
    Malformed {
        /// The format that it was read as.
        format: Format,
        /// What is wrong (untrusted).
        reason: String,
    },
    /// A budget ran out; what was found before was kept.
    BudgetExhausted {
        /// Which one.
        budget: Budget,
        /// The limit in force.
        limit: u64,
    },
    /// The bytes could not be read at all.
    Unreadable {
        /// Why, in the operating system's words.
        reason: String,
    },
    /// The network did not bring the bytes: nothing is known of the file, which is no judgement on
    /// it. What was found before stays.
    Unfetched {
        /// What happened and what to do.
        reason: String,
    },
    /// The bytes were read and say nothing that could be judged.
    Unscanned {
        /// Why.
        reason: UnscannedReason,
    },
}

/// Why readable bytes could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UnscannedReason {
    /// A Git LFS pointer stands in place of the content.
    LfsPointer {
        /// The object id it names, `sha256:…` (untrusted).
        oid: String,
        /// The size it names, in bytes.
        size: u64,
    },
    /// An encrypted member.
    Encrypted,
    /// A compression or container that cannot be opened here.
    Unsupported {
        /// Which one.
        what: String,
    },
    /// A known model format without an analyser.
    NoAnalyser {
        /// Which one.
        format: Format,
    },
    /// Binary content of no known format.
    UnknownContent,
    /// No bytes at all, or zeros only, where a model was promised.
    Empty,
}
