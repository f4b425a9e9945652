//! What a JSON report says of its findings, as far as a waiver needs it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use serde::Deserialize;

use crate::base::{Digest, Fingerprint};
use crate::cli::documents;
use crate::cli::exit::Failure;

/// Bytes of the longest report that is read: 64 MiB, some ten thousand models.
const LONGEST: u64 = 64 << 20;

/// The version of the report's format that is read.
const VERSION: u64 = 1;

/// The findings of a report.
#[derive(Debug, Default)]
pub(super) struct Reported {
    pub(super) findings: Vec<ReportedFinding>,
    /// By model and path.
    digests: HashMap<(String, String), Digest>,
}

/// One finding.
#[derive(Debug)]
pub(super) struct ReportedFinding {
    pub(super) fingerprint: Fingerprint,
    /// All of the rest is untrusted.
    pub(super) rule: String,
    pub(super) severity: String,
    pub(super) model: String,
    pub(super) path: Option<String>,
    pub(super) waiver: Option<ReportedWaiver>,
}

/// The waiver that covers a finding.
#[derive(Debug, Deserialize)]
pub(super) struct ReportedWaiver {
    pub(super) reason: String,
    pub(super) expires: String,
}

/// A file that is no report.
#[derive(Debug, thiserror::Error)]
enum ReportError {
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("it is longer than {} MiB", LONGEST >> 20)]
    Length,
    #[error("it is no JSON report of weighstation: {0}")]
    Form(#[from] serde_json::Error),
    #[error("its `schema_version` is {0}, and this weighstation reads {VERSION}")]
    Version(u64),
    #[error("it is no JSON report of weighstation: {0}")]
    Fingerprint(#[from] crate::base::FingerprintError),
}

impl Reported {
    /// The digest of a file, as computed or as listed.
    pub(super) fn digest(&self, model: &str, path: &str) -> Option<Digest> {
        self.digests.get(&(model.to_owned(), path.to_owned())).copied()
    }
}

/// Reads the report of a run.
///
/// # Errors
/// A file that can't be read or that is no JSON report.
pub(super) fn read(path: &Path) -> Result<Reported, Failure> {
    let file = File::open(path).map_err(ReportError::from);
    file.and_then(parse).map_err(|error| {
        let shown = documents::shown(path);
        let failure = Failure::new(format!("the report `{shown}` is of no use: {error}"));
        match error {
            ReportError::Length | ReportError::Version(_) => failure,
            _ => failure.help("`weighstation check --output json=PATH` writes one"),
        }
    })
}

/// Reads piece by piece, and keeps what is needed only.
fn parse(reader: impl io::Read) -> Result<Reported, ReportError> {
    let mut limited = BufReader::new(reader.take(LONGEST));
    let document: Result<Document, _> = serde_json::from_reader(&mut limited);
    let is_cut = limited.into_inner().limit() == 0;
    let document = match document {
        Ok(document) => document,
        Err(_) if is_cut => return Err(ReportError::Length),
        Err(error) if error.is_io() => return Err(ReportError::Unreadable(error.into())),
        Err(error) => return Err(ReportError::Form(error)),
    };
    if document.schema_version != VERSION {
        return Err(ReportError::Version(document.schema_version));
    }
    let findings = document.findings.into_iter().map(|finding| {
        Ok(ReportedFinding {
            fingerprint: finding.fingerprint.parse()?,
            rule: finding.rule,
            severity: finding.severity,
            model: finding.model,
            path: finding.location.path,
            waiver: finding.waiver,
        })
    });
    let findings: Result<Vec<ReportedFinding>, ReportError> = findings.collect();
    let mut digests = HashMap::new();
    for ModelView { model_name, files } in document.models {
        for FileView { path, sha256, listed_sha256 } in files {
            if let Some(digest) = sha256.or(listed_sha256) {
                digests.insert((model_name.clone(), path), digest);
            }
        }
    }
    Ok(Reported { findings: findings?, digests })
}

#[derive(Deserialize)]
struct Document {
    schema_version: u64,
    models: Vec<ModelView>,
    findings: Vec<FindingView>,
}

#[derive(Deserialize)]
struct ModelView {
    model_name: String,
    files: Vec<FileView>,
}

#[derive(Deserialize)]
struct FileView {
    path: String,
    sha256: Option<Digest>,
    #[serde(default)]
    listed_sha256: Option<Digest>,
}

#[derive(Deserialize)]
struct FindingView {
    rule: String,
    severity: String,
    model: String,
    fingerprint: String,
    location: LocationView,
    waiver: Option<ReportedWaiver>,
}

#[derive(Deserialize)]
struct LocationView {
    path: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"schema_version": 1, "new": [1], "models": [{"model_name": "m",
        "files": [{"path": "a.bin", "sha256": null, "listed_sha256":
        "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730"}]}],
        "findings": [{"rule": "denied-global", "severity": "critical", "model": "m",
        "fingerprint": "3f2a9c0112345678", "location": {"path": "a.bin", "member": null},
        "waiver": null}]}"#;

    fn error(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_a_waiver_needs_is_read() {
        let report = parse(REPORT.as_bytes()).unwrap();
        assert_eq!(report.findings[0].fingerprint.as_str(), "3f2a9c0112345678");
        assert!(report.digest("m", "a.bin").is_some() && report.digest("m", "b.bin").is_none());
    }

    #[test]
    fn what_is_no_report_is_refused() {
        assert!(error("[]").starts_with("it is no JSON report of weighstation: "));
        assert!(error("{}").contains("schema_version"));
        assert!(error(&REPORT[..99]).contains("EOF"));
        assert!(error(&REPORT.replace("3f2a9c01", "3f2a9c0!")).contains("fingerprint"));
        let other = error(&REPORT.replace("\"schema_version\": 1", "\"schema_version\": 2"));
        assert_eq!(other, "its `schema_version` is 2, and this weighstation reads 1");
        let deep = format!("{{\"x\": {}", "[".repeat(100_000));
        assert!(error(&deep).contains("EOF"));
        let deep = format!("{{\"findings\": [{{\"location\": {}", "[".repeat(100_000));
        assert!(error(&deep).contains("invalid type"));
    }

    #[test]
    fn a_report_without_end_is_cut() {
        let endless = io::Read::chain(&b"{\"x\": \""[..], io::repeat(b' '));
        assert!(matches!(parse(endless), Err(ReportError::Length)));
    }
}
