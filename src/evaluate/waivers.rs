//! Dated, reasoned exceptions.

use std::collections::HashMap;

use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;

use super::fingerprint::Fingerprints;
use super::{place, severity};
use crate::base::{Digest, Severity};
use crate::finding::{AppliedWaiver, Finding, RuleMeta};
use crate::policy::{Policy, Waiver};
use crate::rules::waivers::{ExpiredWaiver, UnusedWaiver};
use crate::rules::{Rule as _, Violation};

/// Whether a waiver of `policy` needs the digest of the file `path` of `model`: with no such
/// waiver the file need not be read whole for its digest's sake.
pub fn binds_digest(policy: &Policy, model: &str, path: &str) -> bool {
    policy.waivers.iter().filter(|waiver| waiver.sha256.is_some()).any(|waiver| {
        Pattern::of_names(waiver.model.as_deref()).matches(Some(model))
            && Pattern::of_paths(waiver.file.as_deref()).matches(Some(path))
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
    model: Pattern,
    file: Pattern,
    expired: bool,
    covered: usize,
    /// Findings that it would cover if it had not expired.
    would_cover: usize,
    /// All matched but the digest.
    met_other_bytes: bool,
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

    /// The first waiver of `policy` that covers `finding`. `digest` is that of the finding's
    /// file, if it is known.
    pub(super) fn cover(
        &mut self,
        policy: &Policy,
        finding: &Finding,
        digest: Option<Digest>,
    ) -> Option<AppliedWaiver> {
        let mut applied = None;
        for waiver in policy.waivers.iter().filter(|waiver| waiver.rule == finding.rule) {
            let index = self.known.get(&identity(waiver));
            let Some(record) = index.and_then(|index| self.records.get_mut(*index)) else {
                continue;
            };
            if !record.model.matches(Some(&finding.model))
                || !record.file.matches(finding.location.path.as_deref())
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
            } else if record.covered == 0 {
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
            model: Pattern::of_names(waiver.model.as_deref()),
            file: Pattern::of_paths(waiver.file.as_deref()),
            // The policy has checked the date; one that cannot be read never holds.
            expired: waiver.expires.parse::<Date>().map_or(true, |last_day| today > last_day),
            waiver,
            covered: 0,
            would_cover: 0,
            met_other_bytes: false,
            expired_severity: None,
            unused_severity: None,
        }
    }
}

/// A waiver is the same one in every profile that holds it: where it is written tells.
fn identity(waiver: &Waiver) -> (String, usize) {
    (waiver.place.document.path.clone(), waiver.place.span.start)
}

/// A glob of a waiver.
#[derive(Debug)]
enum Pattern {
    /// None was written.
    Any,
    Glob(GlobMatcher),
    /// It cannot be read. The policy has checked it; should it get here, it covers nothing.
    Never,
}

impl Pattern {
    /// Over names of entries: `*` matches anything.
    fn of_names(glob: Option<&str>) -> Self {
        glob.map_or(Self::Any, |glob| Self::compiled(glob, false))
    }

    /// Over paths: `*` stays within a folder, `**` crosses; a glob without `/` matches file names
    /// in every folder.
    fn of_paths(glob: Option<&str>) -> Self {
        glob.map_or(Self::Any, |glob| {
            if glob.contains('/') {
                Self::compiled(glob, true)
            } else {
                Self::compiled(&format!("**/{glob}"), true)
            }
        })
    }

    fn compiled(glob: &str, separated: bool) -> Self {
        GlobBuilder::new(glob)
            .literal_separator(separated)
            .backslash_escape(true)
            .build()
            .map_or(Self::Never, |glob| Self::Glob(glob.compile_matcher()))
    }

    /// Whether the text is covered. What has no path is covered only where no glob is written.
    fn matches(&self, text: Option<&str>) -> bool {
        match (self, text) {
            (Self::Any, _) => true,
            (Self::Glob(glob), Some(text)) => glob.is_match(text),
            (Self::Glob(_), None) | (Self::Never, _) => false,
        }
    }
}
