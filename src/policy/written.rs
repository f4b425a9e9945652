//! What stands in one policy file, typed and located. The JSON Schema is derived from these types;
//! `reading` makes them, and a test holds both to the same keys.

use schemars::JsonSchema;

use super::AllowedGlobal;
use super::SourceGlob;
use super::global_set::GlobalEntry;
use super::{CardMatch, RuleSetting, Verify};
use crate::base::{ByteSize, Digest, Fingerprint, Severity};
use crate::document::{Located, Span};

/// A list of texts, each with its place.
pub(super) type Texts = Vec<Located<String>>;

/// The settings that a file and each of its profiles can make. What is not written is `None` and
/// leaves the setting as the layers below have it.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct Settings {
    /// The lowest severity that fails the gate. Default: medium.
    pub(super) fail_on: Option<Located<Severity>>,
    /// Where models may come from.
    pub(super) sources: Option<SourceSettings>,
    /// Who may not publish them.
    pub(super) publishers: Option<PublisherSettings>,
    /// Which formats their files may have.
    pub(super) formats: Option<FormatSettings>,
    /// How large they may be.
    pub(super) limits: Option<LimitSettings>,
    /// What pickles may import.
    pub(super) pickle: Option<PickleSettings>,
    /// What a model card must have.
    pub(super) card: Option<CardSettings>,
    /// What makes a publisher trustworthy.
    pub(super) trust: Option<TrustSettings>,
    /// What is asked of a model's history on the Hub.
    pub(super) provenance: Option<ProvenanceSettings>,
    /// How bytes are compared with what is listed for them.
    pub(super) integrity: Option<IntegritySettings>,
    /// Which licenses are allowed.
    pub(super) license: Option<LicenseSettings>,
    /// Whether models that a model builds on are judged too, as entries of their own. Default:
    /// false.
    pub(super) follow_base_models: Option<Located<bool>>,
    /// Severity of rules by id, or `off`.
    #[schemars(with = "Option<std::collections::BTreeMap<String, RuleSetting>>")]
    pub(super) rules: Option<Vec<(Located<String>, Located<RuleSetting>)>>,
    /// Dated, reasoned exceptions. Those of extended policies stay in force.
    pub(super) waivers: Option<Vec<WaiverSettings>>,
}

/// `extends:` of a file or profile.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct Extends {
    /// Policies that this one builds on, later ones overriding earlier ones: names of presets, or
    /// paths relative to this file.
    pub(super) extends: Option<Vec<Located<String>>>,
}

/// Where models may come from: globs over sources as the manifest writes them, `hf://acme/*` or
/// `./models/**`.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct SourceSettings {
    /// The only sources that pass. Default: any.
    pub(super) allow: Option<Vec<Located<SourceGlob>>>,
    /// Sources that never pass.
    pub(super) deny: Option<Vec<Located<SourceGlob>>>,
}

/// Who may not publish models.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct PublisherSettings {
    /// Hub organisations and users whose models never pass.
    pub(super) deny: Option<Vec<Located<String>>>,
}

/// Which formats the files of a model may have, by the names that reports show.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct FormatSettings {
    /// The only formats that pass. Default: any.
    pub(super) allow: Option<Vec<Located<String>>>,
    /// Formats that never pass.
    pub(super) deny: Option<Vec<Located<String>>>,
}

/// How large what comes in may be.
#[derive(Clone, Copy, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct LimitSettings {
    /// The judged files of one model together, such as `20 GiB`. Default: any size.
    pub(super) model_size: Option<Located<ByteSize>>,
}

/// What pickles may import. An entry is `module.name`, `module:qualified.name`, or a glob in which
/// `*` stops at dots and `**` does not. One that is allowed may be called in any way, unless it stands
/// as a mapping of `name` or `names` and `call`, which says how.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct PickleSettings {
    /// What may be imported and called; replaces what the extended policies allow.
    pub(super) allowed_globals: Option<Vec<Located<AllowedGlobal>>>,
    /// What may be imported and called in addition.
    pub(super) extra_allowed_globals: Option<Vec<Located<AllowedGlobal>>>,
    /// What may not be imported, whatever is allowed; replaces what the extended policies deny.
    pub(super) denied_globals: Option<Vec<Located<GlobalEntry>>>,
    /// What may not be imported either.
    pub(super) extra_denied_globals: Option<Vec<Located<GlobalEntry>>>,
}

/// What a model card must have.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct CardSettings {
    /// Ids of the sections that must be there: intended_use, limitations, bias, risks,
    /// training_data, evaluation, ethical_considerations, or ids under `sections`.
    pub(super) required_sections: Option<Vec<Located<String>>>,
    /// Further sections that must be there.
    pub(super) extra_required_sections: Option<Vec<Located<String>>>,
    /// Keywords by section id. A section of one's own is recognised by them; one of the seven
    /// built-in sections by its own keywords and these.
    #[schemars(with = "Option<std::collections::BTreeMap<String, Vec<String>>>")]
    pub(super) sections: Option<Vec<(Located<String>, Texts)>>,
    /// How a section is recognised: a keyword anywhere in the text, or in a heading with content
    /// below it. Default: keywords.
    #[schemars(rename = "match")]
    pub(super) matching: Option<Located<CardMatch>>,
    /// Percent of the required sections that must be there. Default: 80.
    #[schemars(range(min = 0, max = 100))]
    pub(super) minimum_completeness: Option<Located<u64>>,
    /// Fewer words than this make a brief card. Default: 100.
    #[schemars(range(min = 0))]
    pub(super) minimum_words: Option<Located<u64>>,
}

/// What makes a publisher trustworthy.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct TrustSettings {
    /// The lowest trust score that passes; 0 asks for nothing. Default: 0.
    #[schemars(range(min = 0, max = 10))]
    pub(super) minimum_score: Option<Located<u64>>,
    /// Hub organisations and users.
    pub(super) trusted_publishers: Option<Vec<Located<String>>>,
    /// Further Hub organisations and users.
    pub(super) extra_trusted_publishers: Option<Vec<Located<String>>>,
    /// What each signal of the trust score gives or takes.
    pub(super) weights: Option<WeightSettings>,
}

/// What each signal of the trust score gives or takes, in points.
#[derive(Clone, Copy, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct WeightSettings {
    /// The publisher is on the trusted list. Default: 2.
    #[schemars(range(min = -10, max = 10))]
    pub(super) trusted_publisher: Option<Located<i64>>,
    /// The publisher is not on it. Default: 0.
    #[schemars(range(min = -10, max = 10))]
    pub(super) unlisted_publisher: Option<Located<i64>>,
    /// There is no publisher. Default: -1.
    #[schemars(range(min = -10, max = 10))]
    pub(super) no_publisher: Option<Located<i64>>,
    /// More than 1,000,000 downloads last month. Default: 2.
    #[schemars(range(min = -10, max = 10))]
    pub(super) very_popular: Option<Located<i64>>,
    /// More than 10,000 downloads last month. Default: 1.
    #[schemars(range(min = -10, max = 10))]
    pub(super) popular: Option<Located<i64>>,
    /// The model card names a license. Default: 1.
    #[schemars(range(min = -10, max = 10))]
    pub(super) license: Option<Located<i64>>,
    /// The model card's front matter names none. Default: -1.
    #[schemars(range(min = -10, max = 10))]
    pub(super) no_license: Option<Located<i64>>,
    /// There is no front matter. Default: -1.
    #[schemars(range(min = -10, max = 10))]
    pub(super) no_card_metadata: Option<Located<i64>>,
    /// There are safetensors files. Default: 2.
    #[schemars(range(min = -10, max = 10))]
    pub(super) safetensors: Option<Located<i64>>,
    /// More than 10 commits. Default: 1.
    #[schemars(range(min = -10, max = 10))]
    pub(super) history: Option<Located<i64>>,
    /// Access is gated. Default: 1.
    #[schemars(range(min = -10, max = 10))]
    pub(super) gated: Option<Located<i64>>,
    /// A signature was verified. Default: 1.
    #[schemars(range(min = -10, max = 10))]
    pub(super) signature: Option<Located<i64>>,
}

impl WeightSettings {
    /// What is written, by its key.
    pub(super) fn entries(&self) -> [(&'static str, Option<Located<i64>>); 12] {
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
        } = *self;
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
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct ProvenanceSettings {
    /// How many of the latest commits are looked at. Default: 20.
    #[schemars(range(min = 0, max = 1000))]
    pub(super) recent_commits: Option<Located<u64>>,
    /// Hub accounts beside the publisher whose commits are expected.
    pub(super) trusted_authors: Option<Vec<Located<String>>>,
    /// Further Hub accounts whose commits are expected.
    pub(super) extra_trusted_authors: Option<Vec<Located<String>>>,
    /// How many days the commit must have stood; 0 asks for nothing. Default: 0.
    #[schemars(range(min = 0, max = 36500))]
    pub(super) minimum_age_days: Option<Located<u64>>,
}

/// How bytes are compared with what is listed for them.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct IntegritySettings {
    /// Which files are compared with their listed digests: those on this machine and those that
    /// are read to their end anyway, or every file, for which remote files are downloaded whole.
    /// Default: listed.
    pub(super) verify: Option<Located<Verify>>,
}

/// Which licenses are allowed, by SPDX id, id of the Hub, or `LicenseRef-` and a name.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct LicenseSettings {
    /// The only licenses that pass. Default: any.
    pub(super) allow: Option<Vec<Located<String>>>,
    /// Licenses that never pass.
    pub(super) deny: Option<Vec<Located<String>>>,
}

/// A dated, reasoned exception.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(super) struct WaiverSettings {
    /// The rule whose findings are waived. Either this or `fingerprint` is required.
    pub(super) rule: Option<Located<String>>,
    /// The one finding that is waived, by its fingerprint in reports.
    #[schemars(with = "Option<String>", regex(pattern = "^[0-9a-fA-F]{16}$"))]
    pub(super) fingerprint: Option<Located<Fingerprint>>,
    /// Glob over the names of manifest entries. Default: all.
    pub(super) model: Option<Located<String>>,
    /// Glob over paths inside the model. Default: all.
    pub(super) file: Option<Located<String>>,
    /// Binds the waiver to these bytes: it ends when the file changes.
    #[schemars(with = "Option<String>", regex(pattern = "^[0-9a-fA-F]{64}$"))]
    pub(super) sha256: Option<Located<Digest>>,
    /// Why the finding is acceptable.
    pub(super) reason: Located<String>,
    /// The last day on which the waiver holds, YYYY-MM-DD.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    pub(super) expires: Located<String>,
    /// Its first line.
    #[schemars(skip)]
    pub(super) span: Span,
}

/// A profile: settings that apply to the manifest entries that name it.
#[derive(Clone, Debug)]
pub(super) struct WrittenProfile {
    pub(super) name: Located<String>,
    pub(super) extends: Extends,
    pub(super) settings: Settings,
}

/// A whole policy file.
#[derive(Clone, Debug, Default)]
pub(super) struct WrittenPolicy {
    pub(super) extends: Extends,
    pub(super) settings: Settings,
    pub(super) profiles: Vec<WrittenProfile>,
}
