//! Our own JSON documents, read back.
//!
//! A report may be truncated, edited or from elsewhere: nothing of it is trusted. Its size is
//! bounded, every field has its type, and text that a run has already escaped is escaped again,
//! which changes nothing of what a run wrote. Fields that are not known are ignored, because later
//! versions may add some.

mod findings;
mod models;
mod shape;
mod words;

use std::collections::HashSet;
use std::sync::Arc;

use crate::base::{Severity, Untrusted, quoted};
use crate::document::{Document, Place, Problem, Span};
use crate::finding::{
    BaselineReport, EarlierFinding, EarlierModel, EarlierReport, Finding, Inputs, Report, RuleMeta,
    Shard,
};

/// Bytes of the longest report that is read: 128 MiB, more than a hundred thousand findings take.
pub const MAXIMUM_REPORT_BYTES: usize = 128 << 20;

/// Bytes of a line that is shown with a caret; of a longer one only the surroundings are told.
const LONGEST_SHOWN: usize = 400;

/// Characters that are told on both sides of a mistake in a long line.
const SURROUNDINGS: usize = 40;

/// A report as it was read: each value has its type, rules are only names.
#[derive(Debug)]
pub struct ReadReport {
    path: String,
    document: shape::Document,
}

/// Why a report cannot stand for a run of this program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Another version wrote it, whose rules may differ.
    #[error("`{path}` was written by weighstation {version}, and this is {own}")]
    Version {
        /// The report.
        path: String,
        /// The version that wrote it.
        version: String,
        /// The version of this program.
        own: &'static str,
    },
    /// It names a rule that does not exist.
    #[error("`{path}` names a rule `{rule}` that this version does not have")]
    Rule {
        /// The report.
        path: String,
        /// The rule.
        rule: String,
    },
    /// A finding names a waiver that the report does not list.
    #[error("`{path}` has a finding `{fingerprint}` that names a waiver which it does not list")]
    Waiver {
        /// The report.
        path: String,
        /// The finding.
        fingerprint: String,
    },
}

impl ReadReport {
    /// Reads the document that `bytes` hold; `path` is shown for it.
    ///
    /// # Errors
    /// More than [`MAXIMUM_REPORT_BYTES`], no JSON, none of ours, or a value of the wrong kind: the
    /// problem says at which line and column.
    pub fn parse(path: &str, bytes: &[u8]) -> Result<Self, Problem> {
        let nowhere = |message: String| {
            let document = Document { path: path.to_owned(), text: String::new() };
            Problem::new(Arc::new(document).whole(), message)
        };
        if bytes.len() > MAXIMUM_REPORT_BYTES {
            let message = format!("{} bytes are more than the 128 MiB that is read", bytes.len());
            return Err(nowhere(message));
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes)
            .map_err(|error| nowhere(format!("not UTF-8 at byte {}", error.valid_up_to())))?;
        let header: shape::Header =
            serde_json::from_str(text).map_err(|error| problem(path, text, &error))?;
        if header.is_sarif() {
            let log: shape::Log =
                serde_json::from_str(text).map_err(|error| problem(path, text, &error))?;
            let document = log.into_document().ok_or_else(|| {
                let message = "it is SARIF that holds no report of weighstation".to_owned();
                let help = "only the SARIF of a shard holds its report; of other runs give the \
                            JSON, `--output json=PATH`";
                nowhere(message).help(help)
            })?;
            return Self::of(path, document).map_err(nowhere);
        }
        if !header.is_ours() {
            let help = "`weighstation check --output json=PATH` writes one";
            return Err(nowhere("it is no JSON report of weighstation".to_owned()).help(help));
        }
        if let Some(version) = header.other_version() {
            let message = format!("a report of schema version {version}; this program reads 1");
            return Err(nowhere(message));
        }
        let document = serde_json::from_str(text).map_err(|error| problem(path, text, &error))?;
        Self::of(path, document).map_err(nowhere)
    }

    /// No run gives a fingerprint twice: with two findings of one, what is known and what is new
    /// would be a matter of order.
    fn of(path: &str, document: shape::Document) -> Result<Self, String> {
        let mut seen = HashSet::with_capacity(document.findings.len());
        let fingerprints = document.findings.iter().map(|finding| &finding.fingerprint.0);
        if let Some(twice) = fingerprints.into_iter().find(|it| !seen.insert(it.as_str())) {
            return Err(format!("two findings have the fingerprint `{twice}`"));
        }
        Ok(Self { path: path.to_owned(), document })
    }

    /// The report's path as shown.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Which share of a manifest it is about; `None` for a whole run.
    pub fn shard(&self) -> Option<Shard> {
        self.document.shard
    }

    /// What the run was made from.
    pub fn inputs(&self) -> Inputs {
        Inputs {
            manifest: self.document.manifest.as_ref().and_then(|manifest| manifest.sha256),
            policy: self.document.policy.sha256,
            lock: self.document.lock.as_ref().map(|lock| lock.sha256),
        }
    }

    /// The report that a run of this program made, with every rule of `rules` that it names.
    ///
    /// # Errors
    /// Another version than `version` wrote it, or it contradicts itself.
    pub fn into_report(
        self,
        rules: &[&'static RuleMeta],
        version: &'static str,
    ) -> Result<Report, Unusable> {
        let inputs = self.inputs();
        let Self { path, document } = self;
        if document.tool.version.0 != version {
            let version_of = document.tool.version.0;
            return Err(Unusable::Version { path, version: version_of, own: version });
        }
        let known = |id: &str| {
            rules
                .iter()
                .copied()
                .find(|meta| meta.id == id)
                .ok_or_else(|| Unusable::Rule { path: path.clone(), rule: quoted(id) })
        };
        let waivers: Vec<_> =
            document.waivers.into_iter().map(findings::Waiver::into_report).collect();
        let mut findings = Vec::with_capacity(document.findings.len());
        for finding in document.findings {
            let meta = known(&finding.rule)?;
            if finding.matched_waivers.iter().any(|it| it.waiver >= waivers.len()) {
                return Err(Unusable::Waiver {
                    path: path.clone(),
                    fingerprint: finding.fingerprint.0,
                });
            }
            findings.push(finding.into_finding(meta));
        }
        let mut in_force: Vec<(&'static RuleMeta, Option<Severity>)> =
            Vec::with_capacity(document.rules.len());
        for rule in &document.rules {
            in_force.push((known(&rule.rule)?, rule.severity));
        }
        Ok(Report {
            version,
            timestamp: document.scan_timestamp.0,
            outcome: document.outcome.into(),
            models: document.models.into_iter().map(models::Model::into_report).collect(),
            findings,
            incidents: document
                .incidents
                .into_iter()
                .map(findings::Incident::into_incident)
                .collect(),
            rules: in_force,
            fail_on: document.policy.fail_on,
            policy: document.policy.name.0,
            manifest: document.manifest.map(|manifest| manifest.path.0),
            inputs,
            shard: document.shard,
            is_code_read: document.discovered,
            waivers,
            baseline: document.baseline.map(|baseline| BaselineReport {
                path: baseline.path.0,
                timestamp: baseline.scan_timestamp.0,
                fixed: baseline.fixed.into_iter().map(shape::Fixed::into_finding).collect(),
            }),
        })
    }

    /// What another run can be compared with, whatever version wrote it.
    pub fn into_earlier(self) -> EarlierReport {
        let Self { path, document } = self;
        EarlierReport {
            path,
            timestamp: document.scan_timestamp.0,
            outcome: document.outcome.into(),
            shard: document.shard,
            fail_on: document.policy.fail_on,
            models: document
                .models
                .into_iter()
                .map(|model| EarlierModel {
                    is_judged: !model.files.is_empty(),
                    name: model.model_name,
                    source: model.source,
                    revision: model.revision,
                    fail_on: model.fail_on,
                })
                .collect(),
            findings: document.findings.into_iter().map(findings::Finding::into_earlier).collect(),
            incidents: document
                .incidents
                .into_iter()
                .map(findings::Incident::into_incident)
                .collect(),
        }
    }
}

/// What is wrong in a document, at the line and column where it was noticed.
fn problem(path: &str, text: &str, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    // The place is shown, not told.
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(front, _)| front);
    let truncated = error.is_eof();
    let message = if truncated { "it ends in the middle" } else { message };
    let message = format!("not a report that can be read: {message}");
    let line = error.line().max(1);
    let start = match line.checked_sub(2) {
        None => 0,
        Some(breaks) => text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .nth(breaks)
            .map_or(0, |(at, _)| at.saturating_add(1)),
    };
    let rest = text.get(start..).unwrap_or_default();
    let shown = rest.split('\n').next().unwrap_or_default();
    // Columns are counted in bytes, from 1; an end of the document has the one behind the last.
    let inside = shown.floor_char_boundary(error.column().saturating_sub(1).min(shown.len()));
    let problem = if shown.len() > LONGEST_SHOWN {
        let whole = Document { path: path.to_owned(), text: String::new() };
        let from = shown.floor_char_boundary(inside.saturating_sub(SURROUNDINGS));
        let until = shown.floor_char_boundary(inside.saturating_add(SURROUNDINGS).min(shown.len()));
        let near = shown.get(from..until).unwrap_or_default();
        let column = error.column();
        let place = format!("line {line}, column {column}, near `{}`", Untrusted(near));
        Problem::new(Arc::new(whole).whole(), format!("{message}, at {place}"))
    } else {
        // The document up to the line, and no further: problems show one line only.
        let text = text.get(..start.saturating_add(shown.len())).unwrap_or_default();
        let behind = shown.get(inside..).and_then(|text| text.chars().next());
        let end = inside.saturating_add(behind.map_or(0, char::len_utf8));
        // A value that is wrong is noticed at its last character.
        let first = match (error.is_data(), behind) {
            (true, Some('"')) => {
                let before = shown.get(..inside).unwrap_or_default();
                before.rfind('"').unwrap_or(inside)
            }
            _ => inside,
        };
        let column = shown.get(..first).unwrap_or_default().chars().count().saturating_add(1);
        let span = Span {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            start: start.saturating_add(first),
            end: start.saturating_add(end),
        };
        let document = Arc::new(Document { path: path.to_owned(), text: text.to_owned() });
        Problem::new(Place { document, span }, message)
    };
    if truncated { problem.help("it is cut off: write or download it again") } else { problem }
}

impl findings::Finding {
    fn into_finding(self, meta: &'static RuleMeta) -> Finding {
        Finding {
            rule: meta.id,
            title: meta.title,
            severity: self.severity,
            model: self.model,
            description: self.description.0,
            recommendation: self.recommendation.0,
            location: self.location.into_location(),
            manifest: self.manifest.map(findings::ManifestPlace::into_place),
            fingerprint: self.fingerprint.0,
            repeats: self.repeats.map(findings::Repeat::into_repeat),
            waiver: self.waiver.map(findings::AppliedWaiver::into_waiver),
            matched_waivers: self
                .matched_waivers
                .into_iter()
                .map(findings::WaiverMatch::into_match)
                .collect(),
            baseline: self.baseline,
        }
    }

    fn into_earlier(self) -> EarlierFinding {
        EarlierFinding {
            rule: self.rule,
            title: self.r#type.0,
            severity: self.severity,
            model: self.model,
            description: self.description.0,
            location: self.location.into_location(),
            fingerprint: self.fingerprint.0,
            is_waived: self.waiver.is_some(),
        }
    }
}

#[cfg(test)]
mod tests;
