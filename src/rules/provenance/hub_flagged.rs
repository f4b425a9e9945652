//! `hub-flagged`: files on which the Hub's own scanners raise an alarm.

use super::scans;
use crate::base::Severity;
use crate::evidence::{HubScan, Origin, ScanStatus};
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::{phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// A file that a scanner of the Hub calls unsafe, suspicious or worth caution.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "hub-flagged",
        title: "The Hub's scanners flag a file",
        summary: "The Hub, or one of the scanners that it runs, calls a file of the model unsafe, \
                  suspicious or worth caution.",
        severity: Severity::High,
        tags: &["provenance", "security"],
        cwe: Some(506),
        since: "0.1.0",
        help: include_str!("hub_flagged.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for (file, scan) in scans(case.dossier) {
        let Some(worst) = worst_alarm(scan) else { continue };
        let words: Vec<String> = scan
            .scanners
            .iter()
            .filter_map(|scanner| {
                let alarm = alarm(&scanner.status)?;
                let message = scanner.message.as_deref().map(str::trim).unwrap_or_default();
                let message = if message.is_empty() {
                    String::new()
                } else {
                    format!(" (\"{}\")", phrase(message))
                };
                Some(format!("{} says {}{message}", quoted(&scanner.scanner), alarm.word()))
            })
            .collect();
        let words =
            if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) };
        violations.push(Violation {
            location: Location { path: Some(file.path.clone()), origin: Origin::default() },
            manifest: None,
            description: format!(
                "The Hub's scanners call {} {}{words}.",
                quoted(&file.path),
                worst.word(),
            ),
            recommendation: "Do not load the file. Look at the scanners' reports on the \
                             model's page on the Hub, and at what else is found in the file; \
                             use another revision or model."
                .to_owned(),
            subject: worst.word().to_owned(),
        });
    }
}

/// What raises an alarm, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Alarm {
    Caution,
    Suspicious,
    Unsafe,
}

impl Alarm {
    const fn word(self) -> &'static str {
        match self {
            Self::Caution => "worth caution",
            Self::Suspicious => "suspicious",
            Self::Unsafe => "unsafe",
        }
    }
}

fn alarm(status: &ScanStatus) -> Option<Alarm> {
    match status {
        ScanStatus::Caution => Some(Alarm::Caution),
        ScanStatus::Suspicious => Some(Alarm::Suspicious),
        ScanStatus::Unsafe => Some(Alarm::Unsafe),
        ScanStatus::Unscanned
        | ScanStatus::Safe
        | ScanStatus::Queued
        | ScanStatus::Error
        | ScanStatus::Other(_) => None,
    }
}

/// The worst that the summary or any scanner says: a scan that is still queued makes the summary
/// `queued`, whatever the others have found.
fn worst_alarm(scan: &HubScan) -> Option<Alarm> {
    let all = std::iter::once(&scan.status).chain(scan.scanners.iter().map(|one| &one.status));
    all.filter_map(alarm).max()
}
