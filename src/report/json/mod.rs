//! The machine interface: one document with everything. Its shape is kept stable; fields are
//! added, never renamed, and `schema_version` counts what could break a reader.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::{Presentation, safe_json};
use crate::base::{Digest, Fingerprint, Severity};
use crate::evidence::{FileEvidence, Format, ListedDigest, ReferenceKind, Status};
use crate::finding::{
    BaseModelReport, BaselineReport, BaselineState, CardReport, EarlierFinding, FileReport,
    Finding, GlobalReport, Incident, LicenseReport, Location, ManifestPlace, ModelReport, Report,
    RuleMeta, TrustReport, TrustSignal, WaiverFit, WaiverMatch, WaiverReport,
};
use crate::license::LicenseExpression;

mod reading;

pub use reading::{MAXIMUM_REPORT_BYTES, ReadReport, Unusable};

/// The property of a SARIF run that holds the whole document of a share of a manifest.
pub(super) const REPORT_PROPERTY: &str = "weighstation/report";

/// Bytes of a line of a manifest above which it is left out: a manifest may be one line, and every
/// finding has it.
const LONGEST_LINE: usize = 1_000;

/// Writes the document.
pub(super) fn write(
    report: &Report,
    _presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    safe_json::write_pretty(&document(report), out)
}

/// The document, which may stand inside another one.
pub(super) fn document(report: &Report) -> Document<'_> {
    Document {
        schema_version: 1,
        tool: Tool { name: "weighstation", version: report.version },
        outcome: report.outcome.name(),
        scan_timestamp: &report.timestamp,
        shard: report.shard.map(|shard| ShardView { number: shard.number(), total: shard.total() }),
        manifest: report
            .manifest
            .as_deref()
            .map(|path| ManifestFile { path, sha256: report.inputs.manifest }),
        policy: PolicyView {
            name: &report.policy,
            sha256: report.inputs.policy,
            fail_on: report.fail_on,
        },
        lock: report.inputs.lock.map(|sha256| LockView { sha256 }),
        discovered: report.is_code_read,
        baseline: report.baseline.as_ref().map(|baseline| baseline_view(report, baseline)),
        models: Each(&report.models, model),
        findings: Each(&report.findings, finding),
        incidents: Each(&report.incidents, incident),
        waivers: Each(&report.waivers, waiver),
        rules: Each(&report.rules, |(meta, severity)| RuleView {
            rule: meta.id,
            severity: *severity,
        }),
    }
}

/// A list whose elements are made while they are written: no second copy of the report is built.
struct Each<'a, T, V>(&'a [T], fn(&'a T) -> V);

impl<T, V: Serialize> Serialize for Each<'_, T, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

#[derive(serde::Serialize)]
pub(super) struct Document<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    outcome: &'a str,
    scan_timestamp: &'a str,
    /// Which share of the manifest; null for all of it.
    shard: Option<ShardView>,
    manifest: Option<ManifestFile<'a>>,
    policy: PolicyView<'a>,
    lock: Option<LockView>,
    /// Whether the project's own text was looked through.
    discovered: bool,
    baseline: Option<BaselineView<'a>>,
    models: Each<'a, ModelReport, Model<'a>>,
    findings: Each<'a, Finding, FindingView<'a>>,
    incidents: Each<'a, Incident, IncidentView<'a>>,
    waivers: Each<'a, WaiverReport, WaiverOfPolicy<'a>>,
    rules: Each<'a, (&'static RuleMeta, Option<Severity>), RuleView>,
}

#[derive(serde::Serialize)]
struct ShardView {
    number: u32,
    total: u32,
}

#[derive(serde::Serialize)]
struct ManifestFile<'a> {
    path: &'a str,
    sha256: Option<Digest>,
}

#[derive(serde::Serialize)]
struct PolicyView<'a> {
    name: &'a str,
    sha256: Option<Digest>,
    fail_on: Severity,
}

#[derive(serde::Serialize)]
struct LockView {
    sha256: Digest,
}

#[derive(serde::Serialize)]
struct RuleView {
    rule: &'static str,
    /// Null where it is off.
    severity: Option<Severity>,
}

#[derive(serde::Serialize)]
struct BaselineView<'a> {
    path: &'a str,
    scan_timestamp: &'a str,
    known: usize,
    new: usize,
    fixed: Each<'a, EarlierFinding, FixedView<'a>>,
}

#[derive(serde::Serialize)]
struct FixedView<'a> {
    rule: &'a str,
    r#type: &'a str,
    severity: Severity,
    model: &'a str,
    description: &'a str,
    location: LocationView<'a>,
    fingerprint: &'a str,
}

fn baseline_view<'a>(report: &'a Report, baseline: &'a BaselineReport) -> BaselineView<'a> {
    let count = |state| report.findings.iter().filter(|it| it.baseline == Some(state)).count();
    BaselineView {
        path: &baseline.path,
        scan_timestamp: &baseline.timestamp,
        known: count(BaselineState::Known),
        new: count(BaselineState::New),
        fixed: Each(&baseline.fixed, |fixed| FixedView {
            rule: &fixed.rule,
            r#type: &fixed.title,
            severity: fixed.severity,
            model: &fixed.model,
            description: &fixed.description,
            location: location(&fixed.location),
            fingerprint: &fixed.fingerprint,
        }),
    }
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
    /// As written in the manifest.
    requested_revision: Option<&'a str>,
    /// The Hub's own name of it.
    repository: Option<String>,
    profile: Option<&'a str>,
    fail_on: Option<Severity>,
    named_by: Option<NamedByView<'a>>,
    is_folder: bool,
    /// Null for a model on this machine, of whose origin nothing is known.
    trust: Option<Trust<'a>>,
    licenses: Each<'a, LicenseReport, License<'a>>,
    base_models: Each<'a, BaseModelReport, BaseModel<'a>>,
    card: Option<Card<'a>>,
    files: Each<'a, FileReport, File<'a>>,
}

fn model(model: &ModelReport) -> Model<'_> {
    Model {
        model_name: &model.name,
        source: &model.source,
        revision: model.revision.as_deref(),
        requested_revision: model.requested_revision.as_deref(),
        repository: model.repository.as_ref().map(ToString::to_string),
        profile: model.profile.as_deref(),
        fail_on: model.fail_on,
        named_by: model
            .named_by
            .as_ref()
            .map(|by| NamedByView { model: &by.model, file: by.file.as_deref() }),
        is_folder: model.card.is_some(),
        trust: model.trust.as_ref().map(trust),
        licenses: Each(&model.licenses, license),
        base_models: Each(&model.base_models, base_model),
        card: model.card.as_ref().and_then(card),
        files: Each(&model.files, file),
    }
}

#[derive(serde::Serialize)]
struct License<'a> {
    stated: &'a str,
    /// Null for text that is no license.
    spdx: Option<String>,
}

fn license(license: &LicenseReport) -> License<'_> {
    let meaning = license.meaning.as_ref();
    License { stated: &license.stated, spdx: meaning.map(LicenseExpression::spdx) }
}

#[derive(serde::Serialize)]
struct NamedByView<'a> {
    model: &'a str,
    file: Option<&'a str>,
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
    datasets: &'a [String],
    task: Option<&'a str>,
    sections: Sections<'a>,
}

fn card(report: &CardReport) -> Option<Card<'_>> {
    report.card.as_ref().map(|card| Card {
        completeness: report.completeness,
        words: card.words,
        datasets: &card.datasets,
        task: card.task.as_deref(),
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
    /// The first of several findings that are equal in all that makes a fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats: Option<RepeatView<'a>>,
    waiver: Option<WaiverView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matched_waivers: Option<Each<'a, WaiverMatch, MatchView>>,
    baseline: Option<BaselineState>,
}

#[derive(serde::Serialize)]
struct RepeatView<'a> {
    first: &'a str,
    number: u64,
}

#[derive(serde::Serialize)]
struct MatchView {
    /// Index in the document's `waivers`.
    waiver: usize,
    fit: WaiverFit,
}

fn waiver_match(matched: &WaiverMatch) -> MatchView {
    MatchView { waiver: matched.waiver, fit: matched.fit }
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
    end_column: u32,
    text: &'a str,
    /// Null where it is too long to be shown.
    line_text: Option<&'a str>,
    line_hash: Option<&'a str>,
}

fn manifest(place: &ManifestPlace) -> ManifestView<'_> {
    ManifestView {
        file: &place.file,
        line: place.line,
        column: place.column,
        end_column: place.end_column,
        text: cut(&place.snippet),
        line_text: Some(place.line_text.as_str()).filter(|line| line.len() <= LONGEST_LINE),
        line_hash: place.line_hash.as_deref(),
    }
}

/// At most as much of a text as a line may have.
fn cut(text: &str) -> &str {
    let end = text.floor_char_boundary(LONGEST_LINE);
    text.get(..end).unwrap_or(text)
}

fn location(location: &Location) -> LocationView<'_> {
    LocationView {
        path: location.path.as_deref(),
        member: location.origin.member.as_deref(),
        offset: location.origin.offset,
    }
}

#[derive(serde::Serialize)]
struct WaiverOfPolicy<'a> {
    rule: Option<&'a str>,
    fingerprint: Option<&'a str>,
    model: Option<&'a str>,
    file: Option<&'a str>,
    sha256: Option<Digest>,
    reason: &'a str,
    expires: &'a str,
    place: ManifestView<'a>,
    expired: bool,
    excused: bool,
    expired_severity: Option<Severity>,
    unused_severity: Option<Severity>,
}

fn waiver(waiver: &WaiverReport) -> WaiverOfPolicy<'_> {
    WaiverOfPolicy {
        rule: waiver.rule.as_deref(),
        fingerprint: waiver.fingerprint.as_ref().map(Fingerprint::as_str),
        model: waiver.model.as_deref(),
        file: waiver.file.as_deref(),
        sha256: waiver.sha256,
        reason: &waiver.reason,
        expires: &waiver.expires,
        place: manifest(&waiver.place),
        expired: waiver.expired,
        excused: waiver.excused,
        expired_severity: waiver.expired_severity,
        unused_severity: waiver.unused_severity,
    }
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
        location: location(&finding.location),
        manifest: finding.manifest.as_ref().map(manifest),
        recommendation: &finding.recommendation,
        fingerprint: &finding.fingerprint,
        repeats: finding
            .repeats
            .as_ref()
            .map(|repeat| RepeatView { first: &repeat.first, number: repeat.number }),
        matched_waivers: Some(finding.matched_waivers.as_slice())
            .filter(|matched| !matched.is_empty())
            .map(|matched| Each(matched, waiver_match)),
        baseline: finding.baseline,
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
