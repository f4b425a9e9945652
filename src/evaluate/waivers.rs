//! Dated, reasoned exceptions.

use std::collections::HashMap;

use jiff::civil::Date;

use super::fingerprint::Fingerprints;
use super::{place, severity};
use crate::base::{Digest, Fingerprint, NameGlob, PathGlobs, Severity};
use crate::finding::{AppliedWaiver, Finding, RuleMeta};
use crate::policy::{Policy, Waiver};
use crate::rules::waivers::{ExpiredWaiver, UnusedWaiver};
use crate::rules::{Rule as _, Violation};

/// Whether a waiver of `policy` needs the digest of the file `path` of `model`: with no such
/// waiver the file need not be read whole for its digest's sake.
pub fn binds_digest(policy: &Policy, model: &str, path: &str) -> bool {
    policy.waivers.iter().filter(|waiver| waiver.sha256.is_some()).any(|waiver| {
        covers_name(&names(waiver.model.as_deref()), model)
            && covers_path(&paths(waiver.file.as_deref()), Some(path))
    })
}

/// Every waiver of the run, each once however many profiles hold it, and what became of it.
#[derive(Debug)]
pub(super) struct WaiverRegister {
    today: Date,
    records: Vec<Record>,
    /// Document and first byte, to the index in `records`.
    known: HashMap<(String, usize), usize>,
}

#[derive(Debug)]
struct Record {
    waiver: Waiver,
    model: Pattern<NameGlob>,
    file: Pattern<PathGlobs>,
    expired: bool,
    covered: usize,
    /// Findings that it would cover if it had not expired.
    would_cover: usize,
    /// All matched but the digest.
    met_other_bytes: bool,
    /// It may cover something in a model of which not everything could be judged.
    excused: bool,
    /// The severities of `expired-waiver` and `unused-waiver`: the highest of the policies that
    /// hold the waiver.
    expired_severity: Option<Severity>,
    unused_severity: Option<Severity>,
}

impl WaiverRegister {
    pub(super) fn new(today: Date) -> Self {
        Self { today, records: Vec::new(), known: HashMap::new() }
    }

    /// Takes the waivers of a policy in.
    pub(super) fn register(&mut self, policy: &Policy) {
        for waiver in &policy.waivers {
            let index = *self.known.entry(identity(waiver)).or_insert_with(|| {
                self.records.push(Record::new(waiver.clone(), self.today));
                self.records.len().saturating_sub(1)
            });
            let Some(record) = self.records.get_mut(index) else { continue };
            let in_force = |meta| severity::in_force(policy, meta);
            record.expired_severity = record.expired_severity.max(in_force(ExpiredWaiver.meta()));
            record.unused_severity = record.unused_severity.max(in_force(UnusedWaiver.meta()));
        }
    }

    /// Excuses the waivers of `policy` that could cover something in `model`, of which not
    /// everything could be judged: that they cover nothing says nothing.
    pub(super) fn excuse(&mut self, policy: &Policy, model: &str) {
        for waiver in &policy.waivers {
            let index = self.known.get(&identity(waiver));
            if let Some(record) = index.and_then(|index| self.records.get_mut(*index)) {
                record.excused |= covers_name(&record.model, model);
            }
        }
    }

    /// The first waiver of `policy` that covers `finding`. `digest` is that of the finding's
    /// file, if it is known.
    pub(super) fn cover(
        &mut self,
        policy: &Policy,
        finding: &Finding,
        digest: Option<Digest>,
    ) -> Option<AppliedWaiver> {
        let mut applied = None;
        for waiver in policy.waivers.iter().filter(|waiver| is_about(waiver, finding)) {
            let index = self.known.get(&identity(waiver));
            let Some(record) = index.and_then(|index| self.records.get_mut(*index)) else {
                continue;
            };
            if !covers_name(&record.model, &finding.model)
                || !covers_path(&record.file, finding.location.path.as_deref())
            {
                continue;
            }
            if waiver.sha256.is_some() && waiver.sha256 != digest {
                record.met_other_bytes = true;
                continue;
            }
            if record.expired {
                record.would_cover = record.would_cover.saturating_add(1);
                continue;
            }
            // Later waivers that cover the same finding are not unused: they are double.
            record.covered = record.covered.saturating_add(1);
            if applied.is_none() {
                applied = Some(AppliedWaiver {
                    reason: waiver.reason.clone(),
                    expires: waiver.expires.clone(),
                });
            }
        }
        applied
    }

    /// What is to be said of the waivers themselves, once all models are judged. Such findings
    /// belong to no model; no waiver covers them.
    pub(super) fn findings(&self, fingerprints: &mut Fingerprints) -> Vec<Finding> {
        let mut findings = Vec::new();
        for record in &self.records {
            let waiver = &record.waiver;
            let (meta, severity, violation): (&'static RuleMeta, _, Violation) = if record.expired {
                (
                    ExpiredWaiver.meta(),
                    record.expired_severity,
                    ExpiredWaiver::violation(waiver, record.would_cover),
                )
            } else if record.covered == 0 && !record.excused {
                (
                    UnusedWaiver.meta(),
                    record.unused_severity,
                    UnusedWaiver::violation(waiver, record.met_other_bytes),
                )
            } else {
                continue;
            };
            let Some(severity) = severity else { continue };
            findings.push(Finding {
                rule: meta.id,
                title: meta.title,
                severity,
                model: String::new(),
                fingerprint: fingerprints.of(meta.id, &waiver.place.document.path, &violation),
                manifest: violation.manifest.as_ref().map(place::manifest_place),
                description: violation.description,
                recommendation: violation.recommendation,
                location: violation.location,
                waiver: None,
            });
        }
        findings
    }
}

impl Record {
    fn new(waiver: Waiver, today: Date) -> Self {
        Self {
            model: names(waiver.model.as_deref()),
            file: paths(waiver.file.as_deref()),
            // The policy has checked the date; one that cannot be read never holds.
            expired: waiver.expires.parse::<Date>().map_or(true, |last_day| today > last_day),
            waiver,
            covered: 0,
            would_cover: 0,
            met_other_bytes: false,
            excused: false,
            expired_severity: None,
            unused_severity: None,
        }
    }
}

/// Whether a waiver names the finding's rule and fingerprint, or leaves one of them open. One that
/// leaves both open, which no policy can say, covers nothing.
fn is_about(waiver: &Waiver, finding: &Finding) -> bool {
    let rule = waiver.rule.as_deref();
    let fingerprint = waiver.fingerprint.as_ref().map(Fingerprint::as_str);
    (rule.is_some() || fingerprint.is_some())
        && rule.is_none_or(|rule| rule == finding.rule)
        && fingerprint.is_none_or(|fingerprint| fingerprint == finding.fingerprint)
}

/// A waiver is the same one in every profile that holds it: where it is written tells.
fn identity(waiver: &Waiver) -> (String, usize) {
    (waiver.place.document.path.clone(), waiver.place.span.start)
}

/// A glob of a waiver: `None` where none was written, which covers everything; `Some(None)` for
/// one that cannot be read, which covers nothing. The policy has checked it before.
type Pattern<Glob> = Option<Option<Glob>>;

fn names(glob: Option<&str>) -> Pattern<NameGlob> {
    glob.map(|glob| NameGlob::new(glob).ok())
}

fn paths(glob: Option<&str>) -> Pattern<PathGlobs> {
    glob.map(|glob| PathGlobs::new([glob]).ok())
}

fn covers_name(pattern: &Pattern<NameGlob>, name: &str) -> bool {
    match pattern {
        None => true,
        Some(glob) => glob.as_ref().is_some_and(|glob| glob.is_match(name)),
    }
}

/// What has no path is covered only where no glob is written.
fn covers_path(pattern: &Pattern<PathGlobs>, path: Option<&str>) -> bool {
    match (pattern, path) {
        (None, _) => true,
        (Some(glob), Some(path)) => glob.as_ref().is_some_and(|glob| glob.is_match(path)),
        (Some(_), None) => false,
    }
}
