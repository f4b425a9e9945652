//! A waiver once all models are judged, and in words.

use crate::base::Untrusted;
use crate::finding::WaiverReport;

/// What the findings of a run say of one waiver.
#[derive(Clone, Debug, Default)]
pub struct WaiverUse {
    /// Whether it covers a finding.
    pub covered: bool,
    /// Findings that it would cover if it had not expired.
    pub would_cover: usize,
    /// Whether all matched but the digest of the file.
    pub met_other_bytes: bool,
}

/// The rule that a waiver is for, or the finding, if it names no rule.
pub(super) fn what_it_is_for(waiver: &WaiverReport) -> String {
    match (&waiver.rule, &waiver.fingerprint) {
        (Some(rule), _) => format!("`{}`", Untrusted(rule)),
        (None, Some(fingerprint)) => format!("finding `{fingerprint}`"),
        (None, None) => "every finding".to_owned(),
    }
}

/// What tells one waiver from another, wherever it is written.
pub(super) fn subject(waiver: &WaiverReport) -> String {
    let digest = waiver.sha256.map(|digest| digest.to_string()).unwrap_or_default();
    let mut subject = [
        waiver.rule.as_deref().unwrap_or("*"),
        waiver.model.as_deref().unwrap_or("*"),
        waiver.file.as_deref().unwrap_or("*"),
        &digest,
    ]
    .join(" ");
    if let Some(fingerprint) = &waiver.fingerprint {
        subject.push(' ');
        subject.push_str(fingerprint.as_str());
    }
    subject
}
