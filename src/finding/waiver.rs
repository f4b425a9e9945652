//! What became of the waivers of a run.

use super::ManifestPlace;
use crate::base::{Digest, Fingerprint, Severity};

/// A waiver of the policies in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverReport {
    /// The rule's id; `None` only where the finding is named.
    pub rule: Option<String>,
    /// The one finding that it is for; `None` for all.
    pub fingerprint: Option<Fingerprint>,
    /// Glob over entry names; `None` for all.
    pub model: Option<String>,
    /// Glob over paths inside the model; `None` for all.
    pub file: Option<String>,
    /// The bytes that it is bound to.
    pub sha256: Option<Digest>,
    /// Why, in its author's words.
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: String,
    /// Where it is written.
    pub place: ManifestPlace,
    /// Whether that day was over when the run began.
    pub expired: bool,
    /// Whether it may cover something that could not be judged: that it covers nothing then says
    /// nothing.
    pub excused: bool,
    /// The severity of `expired-waiver` for it; `None` where the rule is off.
    pub expired_severity: Option<Severity>,
    /// The severity of `unused-waiver` for it; `None` where the rule is off.
    pub unused_severity: Option<Severity>,
}

/// That a waiver fits a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaiverMatch {
    /// Which: an index in [`Report::waivers`](super::Report::waivers).
    pub waiver: usize,
    /// How well.
    pub fit: WaiverFit,
}

/// How well a waiver fits a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverFit {
    /// It covers it.
    Covers,
    /// It would cover it if it had not expired.
    Expired,
    /// All fits but the digest of the file.
    OtherBytes,
}
