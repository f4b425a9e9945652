//! `hub-scan-incomplete`: files on which the Hub's own scanners have not said anything yet.

use super::{of_model, scans};
use crate::base::Severity;
use crate::evidence::{HubScan, ScanProgress, ScanStatus};
use crate::finding::RuleMeta;
use crate::rules::wording::{counted, phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// Files that are told one by one.
const TOLD: usize = 5;

/// A model with which the Hub's scanners are not done.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "hub-scan-incomplete",
        title: "The Hub's scanners are not done",
        summary: "The Hub's own scanners have not looked at every file of the model, or failed: that \
                  they say nothing means nothing.",
        severity: Severity::Info,
        tags: &["provenance"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("hub_scan_incomplete.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let open: Vec<String> = scans(case.dossier)
        .filter_map(|(file, scan)| Some(format!("{} is {}", quoted(&file.path), state(scan)?)))
        .collect();
    let unfinished = case
        .dossier
        .repository
        .as_ref()
        .is_some_and(|repository| repository.scans == ScanProgress::Unfinished);
    let description = if open.is_empty() {
        if !unfinished {
            return;
        }
        "The Hub says that its scans of the repository are not done.".to_owned()
    } else {
        let told: Vec<&str> = open.iter().take(TOLD).map(String::as_str).collect();
        let more = open.len().saturating_sub(told.len());
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        format!(
            "The Hub's scanners are not done with {}: {}{more}.",
            counted(open.len() as u64, "file", "files"),
            told.join(", "),
        )
    };
    violations.push(of_model(
        "scan incomplete",
        description,
        "Nothing has to be done: this gate judges the bytes itself. To know what the Hub's \
         scanners say, run it again later."
            .to_owned(),
    ));
}

/// How far the scanners are with a file, if they are not done.
fn state(scan: &HubScan) -> Option<String> {
    match &scan.status {
        ScanStatus::Queued => Some("queued".to_owned()),
        ScanStatus::Error => Some("in error".to_owned()),
        ScanStatus::Unscanned => Some("unscanned".to_owned()),
        ScanStatus::Other(word) => Some(format!("\"{}\", a word that is not known", phrase(word))),
        ScanStatus::Safe | ScanStatus::Caution | ScanStatus::Suspicious | ScanStatus::Unsafe => {
            None
        }
    }
}
