//! The result of a whole run.

use std::collections::HashMap;

use super::{BaselineReport, BaselineState, Finding, RuleMeta, Shard, WaiverReport};
use crate::base::{Digest, RepoId, Severity};
use crate::evidence::{Card, FileEvidence, ReferenceKind};
use crate::license::LicenseExpression;

/// Everything that outputs render.
#[derive(Clone, Debug)]
pub struct Report {
    /// Version of weighstation.
    pub version: &'static str,
    /// When the run began, RFC 3339, UTC.
    pub timestamp: String,
    /// The verdict.
    pub outcome: Outcome,
    /// The models in manifest order.
    pub models: Vec<ModelReport>,
    /// All findings, waived ones included: worst first, then by model in manifest order, path and
    /// place.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub incidents: Vec<Incident>,
    /// Every rule that ran, in registry order, with the severity in force: the highest where
    /// profiles differ, `None` where it is off everywhere.
    pub rules: Vec<(&'static RuleMeta, Option<Severity>)>,
    /// The lowest severity that fails the gate, for models without their own
    /// ([`ModelReport::fail_on`]).
    pub fail_on: Severity,
    /// The policy as shown: a path, or `preset baseline`.
    pub policy: String,
    /// The manifest's path as shown; `None` for a scan of paths.
    pub manifest: Option<String>,
    /// What the run was made from.
    pub inputs: Inputs,
    /// Which share of the manifest was judged; `None` for all of it. What is known of the whole
    /// only (waivers that cover nothing) is not said by a share, unless it is the only one.
    pub shard: Option<Shard>,
    /// Whether the project's own text was looked through for models (`--discovered`).
    pub is_code_read: bool,
    /// The waivers of all policies in force, in the order in which they were met.
    pub waivers: Vec<WaiverReport>,
    /// The earlier run that this one was compared with.
    pub baseline: Option<BaselineReport>,
}

/// What a run was made from, as digests: two runs of the same inputs judge by the same words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Of the manifest's text.
    pub manifest: Option<Digest>,
    /// Of all files of the policy, the profile and the `fail_on` of the command line.
    pub policy: Option<Digest>,
    /// Of the lock's text, if there is one, and of whether it binds.
    pub lock: Option<Digest>,
}

/// The verdict of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No finding at or above `fail_on`, nothing left unjudged. Exit code 0.
    Pass,
    /// At least one finding at or above `fail_on`. Exit code 1, whatever else happened.
    Fail,
    /// Something could not be judged, or nothing was there to judge. Exit code 3.
    Incomplete,
}

impl Outcome {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Incomplete => "incomplete",
        }
    }
}

/// What was looked at in one model.
#[derive(Clone, Debug, Default)]
pub struct ModelReport {
    /// The entry's name.
    pub name: String,
    /// The source as written.
    pub source: String,
    /// The 40-hex commit, if there is one.
    pub revision: Option<String>,
    /// How far the model's origin can be trusted; `None` for a model on this machine, of whose
    /// origin nothing is known.
    pub trust: Option<TrustReport>,
    /// The repository on the Hub, by its canonical name; `None` for a model on this machine.
    pub repository: Option<RepoId>,
    /// What its card and the Hub say of its license: all of them apply.
    pub licenses: Vec<LicenseReport>,
    /// The models that this one builds on, as far as it names them.
    pub base_models: Vec<BaseModelReport>,
    /// The card's completeness, if the model can have a card.
    pub card: Option<CardReport>,
    /// Every file that was judged.
    pub files: Vec<FileReport>,
    /// The lowest severity that fails the gate for this model, where its profile has its own;
    /// `None` for the run's.
    pub fail_on: Option<Severity>,
    /// The profile of the policy that its entry names.
    pub profile: Option<String>,
    /// The branch, tag or commit that was asked for, as written.
    pub requested_revision: Option<String>,
    /// What brought it into the run, if it is no entry of the manifest.
    pub named_by: Option<NamedBy>,
}

/// What brought a model into a run that the user did not list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedBy {
    /// The name of the model that builds on it.
    pub model: String,
    /// The path of that model's file that names it (untrusted); `None` for the Hub's metadata.
    pub file: Option<String>,
}

/// A file, and how its globals were judged.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// The facts.
    pub evidence: FileEvidence,
    /// The globals it imports, once per distinct name and member, in order of appearance.
    pub globals: Vec<GlobalReport>,
}

/// One imported global and the policy's verdict on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalReport {
    /// The member, as in [`Origin`](crate::evidence::Origin).
    pub member: Option<String>,
    /// Offset of the first import.
    pub offset: u64,
    /// `module.name` or `<unresolved>` (untrusted).
    pub global: String,
    /// The module, if constant (untrusted).
    pub module: Option<String>,
    /// The name, if constant (untrusted).
    pub name: Option<String>,
    /// The opcode's name.
    pub opcode: &'static str,
    /// What the policy says.
    pub verdict: Verdict,
}

/// What a policy says of a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// On the allow-list.
    Allowed,
    /// On no list: fails.
    Unlisted,
    /// Known to run code, or forbidden by the policy.
    Denied,
}

impl Verdict {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Unlisted => "unlisted",
            Self::Denied => "denied",
        }
    }
}

/// How complete a model card is.
#[derive(Clone, Debug, Default)]
pub struct CardReport {
    /// The card's facts; `None` when there is no card.
    pub card: Option<Card>,
    /// Percent of the required sections that are there, 0–100.
    pub completeness: u8,
    /// Each required section and whether it is there, in policy order.
    pub sections: Vec<(String, bool)>,
}

/// How far a model's origin can be trusted: a score for people, from signals that each show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustReport {
    /// The points of all signals together, but at least 0 and at most [`maximum`](Self::maximum).
    pub score: u8,
    /// 10.
    pub maximum: u8,
    /// The signals, in a fixed order.
    pub signals: Vec<TrustSignal>,
}

/// The names of all signals of a trust score, in their order.
pub const TRUST_SIGNALS: [&str; 7] =
    ["publisher", "downloads", "license", "safetensors", "history", "gate", "signature"];

/// One signal of a trust score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustSignal {
    /// Its name: `publisher`, `downloads`, `license` …
    pub signal: &'static str,
    /// What it gives or takes, by the weights of the policy.
    pub points: i64,
    /// What was seen, untrusted text escaped.
    pub detail: String,
}

impl TrustReport {
    /// In a word: 7 and more are high, 4 and more moderate.
    pub const fn assessment(&self) -> &'static str {
        match self.score {
            7.. => "high",
            4.. => "moderate",
            _ => "low",
        }
    }
}

/// What is said of a model's license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseReport {
    /// As it was said; for `license: other` the name beside it (untrusted).
    pub stated: String,
    /// What it means, unless it is text that is no license.
    pub meaning: Option<LicenseExpression>,
}

/// A model that another builds on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseModelReport {
    /// In which way.
    pub kind: ReferenceKind,
    /// As it is named (untrusted).
    pub target: String,
    /// The revision that is named with it (untrusted).
    pub revision: Option<String>,
    /// The path of the model card or other file that names it (untrusted); `None` for the Hub's
    /// metadata.
    pub named_in: Option<String>,
    /// The name of the model of this report that is the same, if it was judged too.
    pub judged_as: Option<String>,
}

/// Something that could not be judged at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// The entry's name; `None` for the run as a whole.
    pub model: Option<String>,
    /// What happened and what to do, in one or two sentences.
    pub message: String,
}

/// How many findings there are, by severity, waived ones apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Critical.
    pub critical: usize,
    /// High.
    pub high: usize,
    /// Medium.
    pub medium: usize,
    /// Low.
    pub low: usize,
    /// Info.
    pub info: usize,
    /// Covered by a waiver, of any severity.
    pub waived: usize,
}

/// The lowest severity that fails the gate, for every model of a report: made once and asked for
/// each finding, because a search of the models for each would take the square of their number.
#[derive(Debug)]
pub struct Thresholds<'a> {
    of_models: HashMap<&'a str, Severity>,
    of_others: Severity,
}

impl Thresholds<'_> {
    /// Whether a finding fails the gate, by the policy of its model.
    pub fn fails(&self, finding: &Finding) -> bool {
        finding.baseline != Some(BaselineState::Known) && self.is_reached(finding)
    }

    /// Whether a finding would fail the gate if the baseline did not have it.
    pub fn is_known_failure(&self, finding: &Finding) -> bool {
        finding.baseline == Some(BaselineState::Known) && self.is_reached(finding)
    }

    fn is_reached(&self, finding: &Finding) -> bool {
        let threshold = self.of_models.get(finding.model.as_str()).unwrap_or(&self.of_others);
        finding.waiver.is_none() && finding.severity >= *threshold
    }
}

impl Report {
    /// What fails the gate. Of several models of one name the strictest counts.
    pub fn thresholds(&self) -> Thresholds<'_> {
        let mut of_models: HashMap<&str, Severity> = HashMap::new();
        for model in &self.models {
            let Some(fail_on) = model.fail_on else { continue };
            let strictest = of_models.entry(&model.name).or_insert(fail_on);
            *strictest = fail_on.min(*strictest);
        }
        Thresholds { of_models, of_others: self.fail_on }
    }

    /// Counts the findings.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for finding in &self.findings {
            let count = match (&finding.waiver, finding.severity) {
                (Some(_), _) => &mut tally.waived,
                (None, Severity::Critical) => &mut tally.critical,
                (None, Severity::High) => &mut tally.high,
                (None, Severity::Medium) => &mut tally.medium,
                (None, Severity::Low) => &mut tally.low,
                (None, Severity::Info) => &mut tally.info,
            };
            *count = count.saturating_add(1);
        }
        tally
    }
}
