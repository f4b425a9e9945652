//! The machine interface: one document with everything. Its shape is kept stable; fields are
//! added, never renamed, and `schema_version` counts what could break a reader.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::{Presentation, safe_json};
use crate::base::{Digest, LicenceExpression, Severity};
use crate::evidence::{FileEvidence, Format, ListedDigest, ReferenceKind, Status};
use crate::finding::{
    BaseModelReport, CardReport, FileReport, Finding, GlobalReport, Incident, LicenceReport,
    ManifestPlace, ModelReport, Report, TrustReport, TrustSignal,
};

/// Writes the document.
pub(super) fn write(
    report: &Report,
    _presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = Document {
        schema_version: 1,
        tool: Tool { name: "weighstation", version: report.version },
        outcome: report.outcome.name(),
        scan_timestamp: &report.timestamp,
        models: Each(&report.models, model),
        findings: Each(&report.findings, finding),
        incidents: Each(&report.incidents, incident),
    };
    safe_json::write_pretty(&document, out)
}

/// A list whose elements are made while they are written: no second copy of the report is built.
struct Each<'a, T, V>(&'a [T], fn(&'a T) -> V);

impl<T, V: Serialize> Serialize for Each<'_, T, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

#[derive(serde::Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    outcome: &'a str,
    scan_timestamp: &'a str,
    models: Each<'a, ModelReport, Model<'a>>,
    findings: Each<'a, Finding, FindingView<'a>>,
    incidents: Each<'a, Incident, IncidentView<'a>>,
}

#[derive(serde::Serialize)]
struct Tool<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(serde::Serialize)]
struct Model<'a> {
    model_name: &'a str,
    source: &'a str,
    revision: Option<&'a str>,
    /// Null for a model on this machine, of whose origin nothing is known.
    trust: Option<Trust<'a>>,
    licenses: Each<'a, LicenceReport, License<'a>>,
    base_models: Each<'a, BaseModelReport, BaseModel<'a>>,
    card: Option<Card<'a>>,
    files: Each<'a, FileReport, File<'a>>,
}

fn model(model: &ModelReport) -> Model<'_> {
    Model {
        model_name: &model.name,
        source: &model.source,
        revision: model.revision.as_deref(),
        trust: model.trust.as_ref().map(trust),
        licenses: Each(&model.licences, license),
        base_models: Each(&model.base_models, base_model),
        card: model.card.as_ref().and_then(card),
        files: Each(&model.files, file),
    }
}

#[derive(serde::Serialize)]
struct License<'a> {
    stated: &'a str,
    /// Null for text that is no licence.
    spdx: Option<String>,
}

fn license(licence: &LicenceReport) -> License<'_> {
    let meaning = licence.meaning.as_ref();
    License { stated: &licence.stated, spdx: meaning.map(LicenceExpression::spdx) }
}

#[derive(serde::Serialize)]
struct BaseModel<'a> {
    target: &'a str,
    revision: Option<&'a str>,
    kind: ReferenceKind,
    named_in: Option<&'a str>,
    judged_as: Option<&'a str>,
}

fn base_model(base: &BaseModelReport) -> BaseModel<'_> {
    BaseModel {
        target: &base.target,
        revision: base.revision.as_deref(),
        kind: base.kind,
        named_in: base.named_in.as_deref(),
        judged_as: base.judged_as.as_deref(),
    }
}

#[derive(serde::Serialize)]
struct Trust<'a> {
    score: u8,
    maximum: u8,
    assessment: &'a str,
    signals: Each<'a, TrustSignal, Signal<'a>>,
}

fn trust(report: &TrustReport) -> Trust<'_> {
    Trust {
        score: report.score,
        maximum: report.maximum,
        assessment: report.assessment(),
        signals: Each(&report.signals, |signal| Signal {
            signal: signal.signal,
            points: signal.points,
            detail: &signal.detail,
        }),
    }
}

#[derive(serde::Serialize)]
struct Signal<'a> {
    signal: &'a str,
    points: i64,
    detail: &'a str,
}

#[derive(serde::Serialize)]
struct Card<'a> {
    completeness: u8,
    words: u64,
    sections: Sections<'a>,
}

fn card(report: &CardReport) -> Option<Card<'_>> {
    report.card.as_ref().map(|card| Card {
        completeness: report.completeness,
        words: card.words,
        sections: Sections(&report.sections),
    })
}

struct Sections<'a>(&'a [(String, bool)]);

impl Serialize for Sections<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (section, present) in self.0 {
            map.serialize_entry(section, present)?;
        }
        map.end()
    }
}

#[derive(serde::Serialize)]
struct File<'a> {
    path: &'a str,
    size: u64,
    /// As computed from the bytes; null if they were not read to the end.
    sha256: Option<Digest>,
    /// As the Hub, or the record of a download, lists it; null if it lists none.
    listed_sha256: Option<Digest>,
    formats: &'a [Format],
    status: Status,
    globals: Each<'a, GlobalReport, Global<'a>>,
}

fn file(file: &FileReport) -> File<'_> {
    let FileEvidence { path, size, sha256, listed, formats, status, .. } = &file.evidence;
    let listed_sha256 = match listed {
        Some(ListedDigest::Sha256(digest)) => Some(*digest),
        Some(ListedDigest::GitBlob(_) | ListedDigest::Unknown) | None => None,
    };
    File {
        path,
        size: *size,
        sha256: *sha256,
        listed_sha256,
        formats,
        status: *status,
        globals: Each(&file.globals, global),
    }
}

#[derive(serde::Serialize)]
struct Global<'a> {
    global: &'a str,
    module: Option<&'a str>,
    name: Option<&'a str>,
    member: Option<&'a str>,
    offset: u64,
    opcode: &'a str,
    verdict: &'a str,
}

fn global(global: &GlobalReport) -> Global<'_> {
    Global {
        global: &global.global,
        module: global.module.as_deref(),
        name: global.name.as_deref(),
        member: global.member.as_deref(),
        offset: global.offset,
        opcode: global.opcode,
        verdict: global.verdict.name(),
    }
}

#[derive(serde::Serialize)]
struct FindingView<'a> {
    rule: &'a str,
    r#type: &'a str,
    severity: Severity,
    model: &'a str,
    description: &'a str,
    location: LocationView<'a>,
    manifest: Option<ManifestView<'a>>,
    recommendation: &'a str,
    fingerprint: &'a str,
    waiver: Option<WaiverView<'a>>,
}

#[derive(serde::Serialize)]
struct LocationView<'a> {
    path: Option<&'a str>,
    member: Option<&'a str>,
    offset: Option<u64>,
}

#[derive(serde::Serialize)]
struct ManifestView<'a> {
    file: &'a str,
    line: u32,
    column: u32,
}

fn manifest(place: &ManifestPlace) -> ManifestView<'_> {
    ManifestView { file: &place.file, line: place.line, column: place.column }
}

#[derive(serde::Serialize)]
struct WaiverView<'a> {
    reason: &'a str,
    expires: &'a str,
}

fn finding(finding: &Finding) -> FindingView<'_> {
    FindingView {
        rule: finding.rule,
        r#type: finding.title,
        severity: finding.severity,
        model: &finding.model,
        description: &finding.description,
        location: LocationView {
            path: finding.location.path.as_deref(),
            member: finding.location.origin.member.as_deref(),
            offset: finding.location.origin.offset,
        },
        manifest: finding.manifest.as_ref().map(manifest),
        recommendation: &finding.recommendation,
        fingerprint: &finding.fingerprint,
        waiver: finding
            .waiver
            .as_ref()
            .map(|waiver| WaiverView { reason: &waiver.reason, expires: &waiver.expires }),
    }
}

#[derive(serde::Serialize)]
struct IncidentView<'a> {
    model: Option<&'a str>,
    message: &'a str,
}

fn incident(incident: &Incident) -> IncidentView<'_> {
    IncidentView { model: incident.model.as_deref(), message: &incident.message }
}

#[cfg(test)]
mod tests;
