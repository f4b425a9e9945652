//! The document, field by field, as it is read.

use serde::Deserialize;

use crate::base::{Digest, Severity, Untrusted};
use crate::evidence::{self, FileEvidence, Format, ImportOpcode, Origin, ReferenceKind, Status};
use crate::finding;
use crate::finding::{BaselineState, Shard, TRUST_SIGNALS, WaiverFit};

/// Text that a run has escaped before it wrote it: escaped again, because somebody else may have
/// written it.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
pub(super) struct Escaped(pub(super) String);

impl From<String> for Escaped {
    fn from(text: String) -> Self {
        Self(Untrusted(&text).to_string())
    }
}

/// 16 hexadecimal digits.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Fingerprint(pub(super) String);

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 16 && text.bytes().all(is_digit) {
            Ok(Self(text))
        } else {
            Err("a fingerprint has 16 hexadecimal digits")
        }
    }
}

/// A moment in UTC, as a run writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Timestamp(pub(super) String);

impl TryFrom<String> for Timestamp {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let moment: jiff::Timestamp =
            text.parse().map_err(|_| "a time is written as 2026-11-23T07:30:00Z")?;
        Ok(Self(moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
    }
}

/// A day.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Day(String);

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.parse::<jiff::civil::Date>() {
            Ok(day) => Ok(Self(day.to_string())),
            Err(_) => Err("a day is written as 2026-11-23"),
        }
    }
}

/// What tells our documents from others.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    #[serde(default)]
    schema_version: Option<serde_json::Value>,
    #[serde(default)]
    tool: Option<serde_json::Value>,
    #[serde(default)]
    runs: Option<serde::de::IgnoredAny>,
}

impl Header {
    pub(super) fn is_ours(&self) -> bool {
        let name = self.tool.as_ref().and_then(|tool| tool.get("name"));
        self.schema_version.is_some() && name.is_some_and(|name| name == "weighstation")
    }

    pub(super) fn is_sarif(&self) -> bool {
        self.runs.is_some()
    }

    /// The schema version, if it is another than the one that is read here.
    pub(super) fn other_version(&self) -> Option<String> {
        let version = self.schema_version.as_ref()?;
        (*version != 1).then(|| crate::base::quoted(&version.to_string()))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    pub(super) tool: Tool,
    pub(super) outcome: Outcome,
    pub(super) scan_timestamp: Timestamp,
    #[serde(deserialize_with = "shard")]
    pub(super) shard: Option<Shard>,
    pub(super) manifest: Option<ManifestFile>,
    pub(super) policy: Policy,
    pub(super) lock: Option<Lock>,
    pub(super) discovered: bool,
    pub(super) baseline: Option<Baseline>,
    pub(super) models: Vec<Model>,
    pub(super) findings: Vec<Finding>,
    pub(super) incidents: Vec<Incident>,
    pub(super) waivers: Vec<Waiver>,
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tool {
    pub(super) version: Escaped,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Pass,
    Fail,
    Incomplete,
}

impl From<Outcome> for finding::Outcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Pass,
            Outcome::Fail => Self::Fail,
            Outcome::Incomplete => Self::Incomplete,
        }
    }
}

fn shard<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Shard>, D::Error> {
    #[derive(Deserialize)]
    struct Written {
        number: u32,
        total: u32,
    }
    let written = Option::<Written>::deserialize(deserializer)?;
    written
        .map(|Written { number, total }| Shard::new(number, total))
        .transpose()
        .map_err(serde::de::Error::custom)
}

#[derive(Debug, Deserialize)]
pub(super) struct ManifestFile {
    pub(super) path: Escaped,
    pub(super) sha256: Option<Digest>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Policy {
    pub(super) name: Escaped,
    pub(super) sha256: Option<Digest>,
    pub(super) fail_on: Severity,
}

#[derive(Debug, Deserialize)]
pub(super) struct Lock {
    pub(super) sha256: Digest,
}

#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    pub(super) rule: String,
    pub(super) severity: Option<Severity>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Baseline {
    pub(super) path: Escaped,
    pub(super) scan_timestamp: Timestamp,
    pub(super) fixed: Vec<Fixed>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Fixed {
    rule: String,
    r#type: Escaped,
    severity: Severity,
    model: String,
    description: Escaped,
    location: Location,
    fingerprint: Fingerprint,
}

impl Fixed {
    pub(super) fn into_finding(self) -> finding::EarlierFinding {
        finding::EarlierFinding {
            rule: self.rule,
            title: self.r#type.0,
            severity: self.severity,
            model: self.model,
            description: self.description.0,
            location: self.location.into_location(),
            fingerprint: self.fingerprint.0,
            is_waived: false,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Model {
    pub(super) model_name: String,
    pub(super) source: String,
    pub(super) revision: Option<String>,
    requested_revision: Option<String>,
    repository: Option<String>,
    profile: Option<String>,
    pub(super) fail_on: Option<Severity>,
    named_by: Option<NamedBy>,
    is_folder: bool,
    trust: Option<Trust>,
    #[serde(default)]
    licenses: Vec<License>,
    base_models: Vec<BaseModel>,
    card: Option<Card>,
    pub(super) files: Vec<File>,
}

#[derive(Debug, Deserialize)]
struct NamedBy {
    model: String,
    file: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Trust {
    score: u8,
    maximum: u8,
    signals: Vec<Signal>,
}

#[derive(Debug, Deserialize)]
struct Signal {
    signal: SignalName,
    points: i64,
    detail: Escaped,
}

/// One of those that there are: an index in [`TRUST_SIGNALS`].
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct SignalName(usize);

impl TryFrom<String> for SignalName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let known = TRUST_SIGNALS.iter().position(|known| *known == name);
        known.map(Self).ok_or("unknown signal of trust")
    }
}

#[derive(Debug, Deserialize)]
struct License {
    stated: String,
    spdx: Option<String>,
}

impl License {
    fn into_report(self) -> finding::LicenceReport {
        let meaning = self.spdx.and_then(|_| self.stated.parse().ok());
        finding::LicenceReport { stated: self.stated, meaning }
    }
}

#[derive(Debug, Deserialize)]
struct BaseModel {
    target: String,
    revision: Option<String>,
    kind: ReferenceKind,
    named_in: Option<String>,
    judged_as: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Card {
    completeness: u8,
    words: u64,
    #[serde(default)]
    datasets: Vec<String>,
    task: Option<String>,
    #[serde(deserialize_with = "sections")]
    sections: Vec<(String, bool)>,
}

/// The entries of an object in the order in which they are written.
fn sections<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(String, bool)>, D::Error> {
    struct InOrder;
    impl<'de> serde::de::Visitor<'de> for InOrder {
        type Value = Vec<(String, bool)>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("sections")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut map: A,
        ) -> Result<Self::Value, A::Error> {
            let mut entries = Vec::new();
            while let Some(entry) = map.next_entry()? {
                entries.push(entry);
            }
            Ok(entries)
        }
    }
    deserializer.deserialize_map(InOrder)
}

#[derive(Debug, Deserialize)]
pub(super) struct File {
    path: String,
    size: u64,
    sha256: Option<Digest>,
    listed_sha256: Option<Digest>,
    formats: Vec<Format>,
    status: Status,
    globals: Vec<Global>,
}

#[derive(Debug, Deserialize)]
struct Global {
    global: String,
    module: Option<String>,
    name: Option<String>,
    member: Option<String>,
    offset: u64,
    opcode: ImportOpcode,
    verdict: Verdict,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Allowed,
    Unlisted,
    Denied,
}

impl Model {
    pub(super) fn into_report(self) -> finding::ModelReport {
        let sections = self.card.map(|card| finding::CardReport {
            card: Some(evidence::Card {
                words: card.words,
                datasets: card.datasets,
                task: card.task,
                ..evidence::Card::default()
            }),
            completeness: card.completeness,
            sections: card.sections,
        });
        finding::ModelReport {
            name: self.model_name,
            source: self.source,
            revision: self.revision,
            trust: self.trust.map(Trust::into_report),
            base_models: self.base_models.into_iter().map(BaseModel::into_report).collect(),
            card: sections.or_else(|| self.is_folder.then(finding::CardReport::default)),
            files: self.files.into_iter().map(File::into_report).collect(),
            fail_on: self.fail_on,
            profile: self.profile,
            requested_revision: self.requested_revision,
            repository: self.repository.and_then(|id| id.parse().ok()),
            licences: self.licenses.into_iter().map(License::into_report).collect(),
            named_by: self.named_by.map(|by| finding::NamedBy { model: by.model, file: by.file }),
        }
    }
}

impl Trust {
    fn into_report(self) -> finding::TrustReport {
        let signals = self.signals.into_iter().map(|signal| finding::TrustSignal {
            signal: TRUST_SIGNALS.get(signal.signal.0).copied().unwrap_or_default(),
            points: signal.points,
            detail: signal.detail.0,
        });
        finding::TrustReport {
            score: self.score,
            maximum: self.maximum,
            signals: signals.collect(),
        }
    }
}

impl BaseModel {
    fn into_report(self) -> finding::BaseModelReport {
        finding::BaseModelReport {
            kind: self.kind,
            target: self.target,
            revision: self.revision,
            named_in: self.named_in,
            judged_as: self.judged_as,
        }
    }
}

impl File {
    fn into_report(self) -> finding::FileReport {
        finding::FileReport {
            evidence: FileEvidence {
                path: self.path,
                size: self.size,
                sha256: self.sha256,
                listed: self.listed_sha256.map(evidence::ListedDigest::Sha256),
                formats: self.formats,
                status: self.status,
                evidence: Vec::new(),
            },
            globals: self.globals.into_iter().map(Global::into_report).collect(),
        }
    }
}

impl Global {
    fn into_report(self) -> finding::GlobalReport {
        finding::GlobalReport {
            member: self.member,
            offset: self.offset,
            global: self.global,
            module: self.module,
            name: self.name,
            opcode: self.opcode.name(),
            verdict: match self.verdict {
                Verdict::Allowed => finding::Verdict::Allowed,
                Verdict::Unlisted => finding::Verdict::Unlisted,
                Verdict::Denied => finding::Verdict::Denied,
            },
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Finding {
    pub(super) rule: String,
    pub(super) r#type: Escaped,
    pub(super) severity: Severity,
    pub(super) model: String,
    pub(super) description: Escaped,
    pub(super) location: Location,
    pub(super) manifest: Option<ManifestPlace>,
    pub(super) recommendation: Escaped,
    pub(super) fingerprint: Fingerprint,
    pub(super) repeats: Option<Repeat>,
    pub(super) waiver: Option<AppliedWaiver>,
    #[serde(default)]
    pub(super) matched_waivers: Vec<WaiverMatch>,
    pub(super) baseline: Option<BaselineState>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Location {
    path: Option<String>,
    member: Option<String>,
    offset: Option<u64>,
}

impl Location {
    pub(super) fn into_location(self) -> finding::Location {
        let origin = Origin { member: self.member, offset: self.offset };
        finding::Location { path: self.path, origin }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ManifestPlace {
    file: Escaped,
    line: u32,
    column: u32,
    end_column: u32,
    text: String,
    line_text: Option<String>,
    line_hash: Option<String>,
}

impl ManifestPlace {
    pub(super) fn into_place(self) -> finding::ManifestPlace {
        finding::ManifestPlace {
            file: self.file.0,
            line: self.line,
            column: self.column,
            end_column: self.end_column,
            snippet: self.text,
            line_text: self.line_text.unwrap_or_default(),
            line_hash: self.line_hash,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Repeat {
    first: Fingerprint,
    number: u64,
}

impl Repeat {
    pub(super) fn into_repeat(self) -> finding::Repeat {
        finding::Repeat { first: self.first.0, number: self.number }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct AppliedWaiver {
    reason: String,
    expires: Day,
}

impl AppliedWaiver {
    pub(super) fn into_waiver(self) -> finding::AppliedWaiver {
        finding::AppliedWaiver { reason: self.reason, expires: self.expires.0 }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct WaiverMatch {
    pub(super) waiver: usize,
    fit: WaiverFit,
}

impl WaiverMatch {
    pub(super) fn into_match(self) -> finding::WaiverMatch {
        finding::WaiverMatch { waiver: self.waiver, fit: self.fit }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Incident {
    model: Option<String>,
    message: Escaped,
}

impl Incident {
    pub(super) fn into_incident(self) -> finding::Incident {
        finding::Incident { model: self.model, message: self.message.0 }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Waiver {
    rule: Option<String>,
    fingerprint: Option<String>,
    model: Option<String>,
    file: Option<String>,
    sha256: Option<Digest>,
    reason: String,
    expires: Day,
    place: ManifestPlace,
    expired: bool,
    excused: bool,
    expired_severity: Option<Severity>,
    unused_severity: Option<Severity>,
}

impl Waiver {
    pub(super) fn into_report(self) -> finding::WaiverReport {
        finding::WaiverReport {
            rule: self.rule,
            // One that is none covers nothing that it could be asked about here.
            fingerprint: self.fingerprint.and_then(|fingerprint| fingerprint.parse().ok()),
            model: self.model,
            file: self.file,
            sha256: self.sha256,
            reason: self.reason,
            expires: self.expires.0,
            place: self.place.into_place(),
            expired: self.expired,
            excused: self.excused,
            expired_severity: self.expired_severity,
            unused_severity: self.unused_severity,
        }
    }
}
