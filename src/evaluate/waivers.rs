//! Dated, reasoned exceptions.

use std::collections::HashMap;

use jiff::civil::Date;

use super::fingerprint::Fingerprints;
use super::place::Places;
use super::raised::finding;
use super::severity;
use crate::base::{Digest, Fingerprint, NameGlob, PathGlobs};
use crate::finding::{AppliedWaiver, Finding, ManifestPlace, WaiverFit, WaiverMatch, WaiverReport};
use crate::policy::{Policy, Waiver};
use crate::rules::waivers::WaiverUse;
use crate::rules::{Check, RULES, Rule};

/// Whether a waiver of `policy` needs the digest of the file `path` of `model`: with no such
/// waiver the file need not be read whole for its digest's sake.
pub fn binds_digest(policy: &Policy, model: &str, path: &str) -> bool {
    policy.waivers.iter().filter(|waiver| waiver.sha256.is_some()).any(|waiver| {
        covers_name(&names(waiver.model.as_deref()), model)
            && covers_path(&paths(waiver.file.as_deref()), Some(path))
    })
}

/// Every waiver of the run, each once however many profiles hold it.
#[derive(Debug)]
pub(super) struct WaiverRegister {
    today: Date,
    records: Vec<Record>,
    /// Document and first byte, to the index in `records`.
    known: HashMap<(String, usize), usize>,
}

#[derive(Debug)]
struct Record {
    report: WaiverReport,
    model: Pattern<NameGlob>,
    file: Pattern<PathGlobs>,
}

impl WaiverRegister {
    pub(super) fn new(today: Date) -> Self {
        Self { today, records: Vec::new(), known: HashMap::new() }
    }

    /// Takes the waivers of a policy in.
    pub(super) fn register(&mut self, policy: &Policy, places: &mut Places) {
        for waiver in &policy.waivers {
            let index = *self.known.entry(identity(waiver)).or_insert_with(|| {
                self.records.push(Record::new(waiver, self.today, places));
                self.records.len().saturating_sub(1)
            });
            let Some(Record { report, .. }) = self.records.get_mut(index) else { continue };
            for (rule, check) in checks() {
                let Check::Waiver { severity: place, .. } = check else { continue };
                let known = place(report);
                *known = (*known).max(severity::in_force(policy, &rule.meta));
            }
        }
    }

    /// Excuses the waivers of `policy` that could cover something in `model`, of which not
    /// everything could be judged: that they cover nothing says nothing.
    pub(super) fn excuse(&mut self, policy: &Policy, model: &str) {
        for waiver in &policy.waivers {
            let index = self.known.get(&identity(waiver));
            if let Some(record) = index.and_then(|index| self.records.get_mut(*index)) {
                record.report.excused |= covers_name(&record.model, model);
            }
        }
    }

    /// Tells `finding` which waivers of `policy` fit it, and the first of them that covers it.
    /// `digest` is that of the finding's file, if it is known.
    pub(super) fn cover(&self, policy: &Policy, finding: &mut Finding, digest: Option<Digest>) {
        for waiver in &policy.waivers {
            if !is_about(waiver, finding) {
                continue;
            }
            let known = self.known.get(&identity(waiver));
            let Some((index, record)) =
                known.and_then(|index| Some((*index, self.records.get(*index)?)))
            else {
                continue;
            };
            if !covers_name(&record.model, &finding.model)
                || !covers_path(&record.file, finding.location.path.as_deref())
            {
                continue;
            }
            let fit = if waiver.sha256.is_some() && waiver.sha256 != digest {
                WaiverFit::OtherBytes
            } else if record.report.expired {
                WaiverFit::Expired
            } else {
                WaiverFit::Covers
            };
            // Later waivers that cover the same finding are not unused: they are double.
            finding.matched_waivers.push(WaiverMatch { waiver: index, fit });
            if fit == WaiverFit::Covers && finding.waiver.is_none() {
                finding.waiver = Some(AppliedWaiver {
                    reason: waiver.reason.clone(),
                    expires: waiver.expires.clone(),
                });
            }
        }
    }

    /// The waivers.
    pub(super) fn into_reports(self) -> Vec<WaiverReport> {
        self.records.into_iter().map(|record| record.report).collect()
    }
}

/// The waivers in the order in which they are written, file by file; findings are made to name
/// them by their new indices.
pub(super) fn in_order<'f>(
    waivers: Vec<WaiverReport>,
    findings: impl Iterator<Item = &'f mut Finding>,
) -> Vec<WaiverReport> {
    let mut numbered: Vec<(usize, WaiverReport)> = waivers.into_iter().enumerate().collect();
    numbered.sort_by(|(_, left), (_, right)| {
        let key = |place: &ManifestPlace| (place.line, place.column);
        let by_file = left.place.file.cmp(&right.place.file);
        by_file.then_with(|| key(&left.place).cmp(&key(&right.place)))
    });
    let mut new = vec![0; numbered.len()];
    for (index, (old, _)) in numbered.iter().enumerate() {
        if let Some(place) = new.get_mut(*old) {
            *place = index;
        }
    }
    for finding in findings {
        for matched in &mut finding.matched_waivers {
            matched.waiver = new.get(matched.waiver).copied().unwrap_or(matched.waiver);
        }
    }
    numbered.into_iter().map(|(_, waiver)| waiver).collect()
}

/// What is to be said of the waivers themselves, once all models are judged. Such findings belong
/// to no model; no waiver covers them.
pub(super) fn findings<'f>(
    waivers: &[WaiverReport],
    others: impl Iterator<Item = &'f Finding>,
    fingerprints: &mut Fingerprints,
) -> Vec<Finding> {
    let mut uses = vec![WaiverUse::default(); waivers.len()];
    for matched in others.flat_map(|finding| &finding.matched_waivers) {
        let Some(usage) = uses.get_mut(matched.waiver) else { continue };
        match matched.fit {
            WaiverFit::Covers => usage.covered = true,
            WaiverFit::Expired => usage.would_cover = usage.would_cover.saturating_add(1),
            WaiverFit::OtherBytes => usage.met_other_bytes = true,
        }
    }
    let mut findings = Vec::new();
    for (waiver, usage) in waivers.iter().zip(&uses) {
        for (rule, check) in checks() {
            let Check::Waiver { judge, .. } = check else { continue };
            let Some((severity, violation)) = judge(waiver, usage) else { continue };
            let fingerprint = fingerprints.of(rule.meta.id, &waiver.place.file, &violation);
            let place = Some(waiver.place.clone());
            let finding = finding(&rule.meta, severity, String::new(), violation, fingerprint);
            findings.push(Finding { manifest: place, ..finding });
        }
    }
    findings
}

/// The checks of all rules.
fn checks() -> impl Iterator<Item = (&'static Rule, &'static Check)> {
    RULES.iter().flat_map(|rule| rule.checks.iter().map(move |check| (*rule, check)))
}

impl Record {
    fn new(waiver: &Waiver, today: Date, places: &mut Places) -> Self {
        let report = WaiverReport {
            rule: waiver.rule.clone(),
            fingerprint: waiver.fingerprint.clone(),
            model: waiver.model.clone(),
            file: waiver.file.clone(),
            sha256: waiver.sha256,
            reason: waiver.reason.clone(),
            expires: waiver.expires.clone(),
            place: places.shown(&waiver.place),
            // The policy has checked the date; one that cannot be read never holds.
            expired: waiver.expires.parse::<Date>().map_or(true, |last_day| today > last_day),
            excused: false,
            expired_severity: None,
            unused_severity: None,
        };
        Self { model: names(waiver.model.as_deref()), file: paths(waiver.file.as_deref()), report }
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
