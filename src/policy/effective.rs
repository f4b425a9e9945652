//! The policy in force for one manifest entry: presets, file and profile merged.

use std::collections::BTreeMap;

use super::{CallForms, FormatPolicy, GlobalSet, LimitPolicy, PublisherPolicy, SourcePolicy};
use crate::base::{Digest, Fingerprint, Severity};
use crate::document::Place;
use crate::license::LicenseTerm;

/// The policy in force for one entry.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The lowest severity that fails the gate.
    pub fail_on: Severity,
    /// Where models may come from.
    pub sources: SourcePolicy,
    /// Who may not publish them.
    pub publishers: PublisherPolicy,
    /// Which formats their files may have.
    pub formats: FormatPolicy,
    /// How large they may be.
    pub limits: LimitPolicy,
    /// What pickles may import.
    pub pickle: PicklePolicy,
    /// What a model card must have.
    pub card: CardPolicy,
    /// What makes a publisher trustworthy.
    pub trust: TrustPolicy,
    /// What is asked of a model's history on the Hub.
    pub provenance: ProvenancePolicy,
    /// How bytes are compared with what is listed for them.
    pub integrity: IntegrityPolicy,
    /// Which licenses are allowed.
    pub license: LicensePolicy,
    /// Whether models that a model builds on are judged too, as entries of their own.
    pub follow_base_models: bool,
    /// Settings by rule id; a rule that is not here has its own severity.
    pub rules: BTreeMap<String, RuleSetting>,
    /// The exceptions, in the order written.
    pub waivers: Vec<Waiver>,
}

/// What a policy makes of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSetting {
    /// It does not run.
    Off,
    /// It runs with this severity.
    Severity(Severity),
}

impl RuleSetting {
    /// The word in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Severity(severity) => severity.name(),
        }
    }
}

/// What pickles may import.
#[derive(Clone, Debug, Default)]
pub struct PicklePolicy {
    /// What may be imported.
    pub allowed_globals: GlobalSet,
    /// How what may be imported may be called.
    pub call_forms: CallForms,
    /// What may not, whatever else says: beats every entry of `allowed_globals`.
    pub denied_globals: GlobalSet,
}

/// What a model card must have.
#[derive(Clone, Debug)]
pub struct CardPolicy {
    /// The sections, in the order written.
    pub required_sections: Vec<CardSectionPolicy>,
    /// How a section is recognised.
    pub matching: CardMatch,
    /// Percent of the required sections, 0–100.
    pub minimum_completeness: u8,
    /// Fewer words than this make a brief card.
    pub minimum_words: u64,
}

/// A section that a card must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardSectionPolicy {
    /// `intended_use`
    pub id: String,
    /// Lower-case words or phrases, any of which satisfies it.
    pub keywords: Vec<String>,
}

/// How a card's section is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, schemars::JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
pub enum CardMatch {
    /// A keyword stands anywhere in the text.
    Keywords,
    /// A keyword stands in a heading with content below it.
    Headings,
}

impl CardMatch {
    /// The word in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keywords => "keywords",
            Self::Headings => "headings",
        }
    }
}

/// What makes a publisher trustworthy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrustPolicy {
    /// 0–10; 0 asks for nothing.
    pub minimum_score: u8,
    /// Hub organisations and users.
    pub trusted_publishers: Vec<String>,
    /// What each signal of the score gives or takes.
    pub weights: TrustWeights,
}

/// What each signal of a trust score gives or takes, in points; the defaults are those of the
/// security audit walkthrough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustWeights {
    /// The publisher is on the trusted list.
    pub trusted_publisher: i64,
    /// The publisher is not on it.
    pub unlisted_publisher: i64,
    /// There is no publisher.
    pub no_publisher: i64,
    /// More than 1,000,000 downloads a month.
    pub very_popular: i64,
    /// More than 10,000 downloads a month.
    pub popular: i64,
    /// The card names a license.
    pub license: i64,
    /// The card's front matter is there and names none.
    pub no_license: i64,
    /// There is no front matter.
    pub no_card_metadata: i64,
    /// There are safetensors files.
    pub safetensors: i64,
    /// More than 10 commits.
    pub history: i64,
    /// Access is gated.
    pub gated: i64,
    /// A signature was verified.
    pub signature: i64,
}

impl Default for TrustWeights {
    fn default() -> Self {
        Self {
            trusted_publisher: 2,
            unlisted_publisher: 0,
            no_publisher: -1,
            very_popular: 2,
            popular: 1,
            license: 1,
            no_license: -1,
            no_card_metadata: -1,
            safetensors: 2,
            history: 1,
            gated: 1,
            signature: 1,
        }
    }
}

impl TrustWeights {
    /// Every weight with its key in a policy, in the order in which the signals are shown.
    pub(super) fn by_key(&mut self) -> [(&'static str, &mut i64); 12] {
        let Self {
            trusted_publisher,
            unlisted_publisher,
            no_publisher,
            very_popular,
            popular,
            license,
            no_license,
            no_card_metadata,
            safetensors,
            history,
            gated,
            signature,
        } = self;
        [
            ("trusted_publisher", trusted_publisher),
            ("unlisted_publisher", unlisted_publisher),
            ("no_publisher", no_publisher),
            ("very_popular", very_popular),
            ("popular", popular),
            ("license", license),
            ("no_license", no_license),
            ("no_card_metadata", no_card_metadata),
            ("safetensors", safetensors),
            ("history", history),
            ("gated", gated),
            ("signature", signature),
        ]
    }
}

/// What is asked of a model's history on the Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenancePolicy {
    /// How many of the latest commits are looked at, 0–1000.
    pub recent_commits: u64,
    /// Hub accounts beside the publisher whose commits are expected.
    pub trusted_authors: Vec<String>,
    /// How many days the commit must have stood; 0 asks for nothing.
    pub minimum_age_days: u64,
}

impl Default for ProvenancePolicy {
    fn default() -> Self {
        Self { recent_commits: 20, trusted_authors: Vec::new(), minimum_age_days: 0 }
    }
}

/// How bytes are compared with what is listed for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntegrityPolicy {
    /// How much is compared.
    pub verify: Verify,
}

/// How much is compared with its listed digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, schemars::JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
pub enum Verify {
    /// Files on this machine, and remote files that are read to their end anyway.
    #[default]
    Listed,
    /// Every file that the project loads: remote files are streamed whole.
    Full,
}

impl Verify {
    /// The word in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Full => "full",
        }
    }
}

/// Which licenses are allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LicensePolicy {
    /// The licenses that are allowed; `None` allows any.
    pub allow: Option<Vec<LicenseTerm>>,
    /// The licenses that are refused, whatever `allow` says.
    pub deny: Vec<LicenseTerm>,
}

/// A dated, reasoned exception.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule's id; `None` for every rule, which only a waiver with a fingerprint can say.
    pub rule: Option<String>,
    /// The one finding that is meant; `None` for every one.
    pub fingerprint: Option<Fingerprint>,
    /// Glob over entry names; `None` for all.
    pub model: Option<String>,
    /// Glob over paths inside the model; `None` for all.
    pub file: Option<String>,
    /// Binds the waiver to these bytes.
    pub sha256: Option<Digest>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`, a valid date.
    pub expires: String,
    /// Where it is written.
    pub place: Place,
}
