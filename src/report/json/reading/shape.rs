//! The document, field by field, as it is read.

use serde::Deserialize;

use super::findings::{Finding, Incident, Location, Waiver};
use super::models::Model;
use super::words::{Escaped, Fingerprint, Timestamp};
use crate::base::{Digest, Severity};
use crate::finding;
use crate::finding::Shard;

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

/// A SARIF log, of which only the report in it counts.
#[derive(Debug, Deserialize)]
pub(super) struct Log {
    runs: Vec<LogRun>,
}

#[derive(Debug, Deserialize)]
struct LogRun {
    #[serde(default)]
    properties: Option<LogProperties>,
}

#[derive(Debug, Deserialize)]
struct LogProperties {
    /// [`REPORT_PROPERTY`](super::super::REPORT_PROPERTY).
    #[serde(rename = "weighstation/report")]
    report: Option<Document>,
}

impl Log {
    /// The report of the only run.
    pub(super) fn into_document(self) -> Option<Document> {
        let [run] = <[LogRun; 1]>::try_from(self.runs).ok()?;
        run.properties?.report.filter(|report| report.schema_version == 1)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    schema_version: u32,
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
