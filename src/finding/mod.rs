//! Judgements: what rules say, and how a whole run ended.

mod baseline;
mod difference;
mod report;
mod shard;
mod waiver;

pub use baseline::{BaselineReport, BaselineState, EarlierFinding, EarlierModel, EarlierReport};
pub use difference::{Added, Changed, Difference};
pub use report::{
    BaseModelReport, CardReport, FileReport, GlobalReport, Incident, Inputs, LicenseReport,
    ModelReport, NamedBy, Outcome, Report, TRUST_SIGNALS, Tally, Thresholds, TrustReport,
    TrustSignal, Verdict,
};
pub use shard::{Shard, ShardError};
pub use waiver::{WaiverFit, WaiverMatch, WaiverReport};

use crate::base::Severity;
use crate::evidence::Origin;

/// What there is to know of a rule, stated once: reports, `explain`, the documentation, the
/// policy's schema and its did-you-mean all read it from here.
#[derive(Debug)]
pub struct RuleMeta {
    /// Kebab-case and stable: it stands in policies and waivers.
    pub id: &'static str,
    /// A title of a few words, without what is specific to one finding.
    pub title: &'static str,
    /// One sentence on what it finds, at most 1 024 characters.
    pub summary: &'static str,
    /// The severity unless the policy says otherwise.
    pub severity: Severity,
    /// What it is about: `pickle`, `archive`, `provenance`, `documentation` …
    pub tags: &'static [&'static str],
    /// The weakness it prevents, as a CWE number, if there is one.
    pub cwe: Option<u32>,
    /// The version that brought it.
    pub since: &'static str,
    /// Markdown with the headings "What it checks", "Why", "How to fix" and "Example": the `.md`
    /// file beside the rule.
    pub help: &'static str,
}

/// A rule's judgement on one place of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// The rule's title.
    pub title: &'static str,
    /// In force, after policy and profile.
    pub severity: Severity,
    /// The name of the manifest entry; empty for a finding about the policy itself (a waiver) or
    /// the lock, whose [`manifest`](Self::manifest) is a place there.
    pub model: String,
    /// What is wrong, in one or two sentences; untrusted text in it is already escaped.
    pub description: String,
    /// What to do about it.
    pub recommendation: String,
    /// Where in the model.
    pub location: Location,
    /// Where in the manifest the model is named; `None` for a scan without manifest.
    pub manifest: Option<ManifestPlace>,
    /// Stable across runs, line moves and offsets: 16 hexadecimal digits.
    pub fingerprint: String,
    /// Which finding it repeats: all that makes a fingerprint is equal. `None` for the first.
    pub repeats: Option<Repeat>,
    /// The waiver that covers it, if one does. A waived finding never fails the gate.
    pub waiver: Option<AppliedWaiver>,
    /// Every waiver that fits it, in the order of the policy.
    pub matched_waivers: Vec<WaiverMatch>,
    /// Whether the baseline has it; `None` without a baseline, and for a waived finding.
    pub baseline: Option<BaselineState>,
}

/// Which finding another one repeats, as the same source in two entries of a manifest does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// The fingerprint of the first.
    pub first: String,
    /// Which one of all that are equal it is, from 2.
    pub number: u64,
}

/// A place in a model.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file; `None` for the model as a whole (untrusted).
    pub path: Option<String>,
    /// The place inside it (untrusted).
    pub origin: Origin,
}

/// A place in the manifest, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestPlace {
    /// The manifest's path as shown.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// Behind the last character, on the same line, from 1.
    pub end_column: u32,
    /// The text of the region.
    pub snippet: String,
    /// The whole line, without its line break.
    pub line_text: String,
    /// The hash by which GitHub recognises the line ([`line_hashes`](crate::document::line_hashes)).
    pub line_hash: Option<String>,
}

/// The waiver that covers a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedWaiver {
    /// Why, in the waiver's own words.
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: String,
}
