//! Findings, incidents and waivers.

use serde::Deserialize;

use super::words::{Day, Escaped, Fingerprint};
use crate::base::{Digest, Severity};
use crate::evidence::Origin;
use crate::finding;
use crate::finding::{BaselineState, WaiverFit};

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
