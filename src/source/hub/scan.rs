//! What the Hub's own scanners say of a repository and of a file.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::lenient::{Bounded, Object, Scalar, cut};
use super::super::listing::MAXIMUM_FILES;
use crate::evidence::{HubScan, ScanProgress, ScanStatus, ScannerResult};

/// Most imports of one pickle that are kept.
const MOST_IMPORTS: usize = 10_000;

/// Most scanners of one file that are kept: the Hub has five.
const MOST_SCANNERS: usize = 32;

/// `securityRepoStatus` of a model's info.
#[derive(Debug, Deserialize)]
pub(super) struct RepositoryStatus {
    #[serde(default, rename = "scansDone")]
    scans_done: Scalar,
    #[serde(rename = "filesWithIssues")]
    files_with_issues: Option<Bounded<Issue, MAXIMUM_FILES>>,
}

/// A file with which the scanners have an issue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Issue {
    pub(super) path: String,
    #[serde(deserialize_with = "status_of")]
    pub(super) level: ScanStatus,
}

impl RepositoryStatus {
    /// An empty list of issues counts only once the scans are done.
    pub(super) fn read(self) -> (ScanProgress, Vec<Issue>) {
        let progress = match self.scans_done.flag() {
            Some(true) => ScanProgress::Done,
            Some(false) => ScanProgress::Unfinished,
            None => ScanProgress::Unknown,
        };
        (progress, self.files_with_issues.map(|issues| issues.0).unwrap_or_default())
    }
}

/// `securityFileStatus` of an entry of the tree.
#[derive(Debug, Deserialize)]
pub(super) struct FileStatus {
    #[serde(default)]
    status: Scalar,
    /// `avScan`, `pickleImportScan`, `jFrogScan` and whatever else there will be.
    #[serde(flatten)]
    scanners: BTreeMap<String, Object<Scanner>>,
}

#[derive(Debug, Deserialize)]
struct Scanner {
    #[serde(default)]
    status: Scalar,
    #[serde(default)]
    message: Scalar,
    #[serde(default)]
    version: Scalar,
    #[serde(rename = "pickleImports")]
    pickle_imports: Option<Bounded<PickleImport, MOST_IMPORTS>>,
}

#[derive(Debug, Deserialize)]
struct PickleImport {
    #[serde(default)]
    module: Scalar,
    #[serde(default)]
    name: Scalar,
}

impl FileStatus {
    /// The scanners in the order of their names. The words of a scanner that has found nothing or
    /// has not looked are left out: they say no more than its status.
    pub(super) fn read(self) -> HubScan {
        let mut imports = None;
        let mut scanners = Vec::new();
        for (name, scanner) in self.scanners.into_iter().take(MOST_SCANNERS) {
            let Some(scanner) = scanner.0 else { continue };
            let status = status(scanner.status);
            // Version 0.0.0 stands for "did not apply"; its empty list is no result.
            let applied = scanner.version != Scalar::Text("0.0.0".to_owned())
                && !matches!(
                    status,
                    ScanStatus::Unscanned | ScanStatus::Queued | ScanStatus::Error
                );
            if let Some(listed) = scanner.pickle_imports
                && (applied || !listed.0.is_empty())
            {
                imports = Some(listed.0.into_iter().map(PickleImport::dotted).collect());
            }
            let quiet = matches!(status, ScanStatus::Safe | ScanStatus::Unscanned);
            let message = scanner.message.text().filter(|text| !quiet && !text.is_empty());
            scanners.push(ScannerResult { scanner: cut(&name), status, message });
        }
        HubScan { status: status(self.status), scanners, imports }
    }
}

impl PickleImport {
    fn dotted(self) -> String {
        let [module, name] = [self.module, self.name].map(|part| part.text().unwrap_or_default());
        format!("{module}.{name}")
    }
}

/// Takes the level that the repository's summary gives for a file into what is known of the file:
/// of two verdicts the worse one counts.
pub(super) fn add_issue(scan: Option<HubScan>, level: ScanStatus) -> HubScan {
    match scan {
        Some(scan) if gravity(&scan.status) >= gravity(&level) => scan,
        Some(scan) => HubScan { status: level, ..scan },
        None => HubScan { status: level, scanners: Vec::new(), imports: None },
    }
}

/// How bad a verdict is. What is not known here may be anything, so that only a clear issue is
/// worse.
fn gravity(status: &ScanStatus) -> u8 {
    match status {
        ScanStatus::Safe => 0,
        ScanStatus::Unscanned => 1,
        ScanStatus::Queued => 2,
        ScanStatus::Error => 3,
        ScanStatus::Other(_) => 4,
        ScanStatus::Caution => 5,
        ScanStatus::Suspicious => 6,
        ScanStatus::Unsafe => 7,
    }
}

fn status(written: Scalar) -> ScanStatus {
    let Some(word) = written.text() else { return ScanStatus::Unscanned };
    match word.as_str() {
        "unscanned" => ScanStatus::Unscanned,
        "safe" => ScanStatus::Safe,
        "queued" => ScanStatus::Queued,
        "error" => ScanStatus::Error,
        "caution" => ScanStatus::Caution,
        "suspicious" => ScanStatus::Suspicious,
        "unsafe" => ScanStatus::Unsafe,
        _ => ScanStatus::Other(word),
    }
}

fn status_of<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<ScanStatus, D::Error> {
    Scalar::deserialize(deserializer).map(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> HubScan {
        serde_json::from_str::<FileStatus>(json).unwrap().read()
    }

    #[test]
    fn every_scanner_is_kept_and_the_pickle_imports() {
        let scan = read(
            r#"{"status":"unsafe",
            "jFrogScan":{"status":"unsafe","message":"Malicious code","reportLink":"https://x.example"},
            "avScan":{"status":"safe","message":"No security issues detected"},
            "protectAiScan":null,
            "pickleImportScan":{"status":"safe","version":"0.0.32","pickleImports":[
              {"module":"collections","name":"OrderedDict","safety":"innocuous"},
              {"module":"torch","name":"FloatStorage","safety":"innocuous"}]}}"#,
        );
        assert_eq!(scan.status, ScanStatus::Unsafe);
        let scanners: Vec<_> =
            scan.scanners.iter().map(|it| (it.scanner.as_str(), it.message.as_deref())).collect();
        assert_eq!(
            scanners,
            [("avScan", None), ("jFrogScan", Some("Malicious code")), ("pickleImportScan", None)]
        );
        let imports = ["collections.OrderedDict", "torch.FloatStorage"].map(str::to_owned);
        assert_eq!(scan.imports.as_deref(), Some(&imports[..]));
    }

    #[test]
    fn a_scanner_that_did_not_apply_has_no_imports() {
        let none = r#"{"status":"safe","pickleImportScan":
            {"status":"unscanned","pickleImports":[],"version":"0.0.0"}}"#;
        assert_eq!(read(none).imports, None);
        let empty = r#"{"status":"safe","pickleImportScan":
            {"status":"safe","pickleImports":[],"version":"0.0.32"}}"#;
        assert_eq!(read(empty).imports, Some(Vec::new()));
    }

    #[test]
    fn words_that_are_not_known_are_kept_and_missing_ones_are_no_scan() {
        assert_eq!(read(r#"{"status":"peculiar"}"#).status, ScanStatus::Other("peculiar".into()));
        assert_eq!(read("{}").status, ScanStatus::Unscanned);
        assert_eq!(read(r#"{"status":"queued","avScan":"soon"}"#).status, ScanStatus::Queued);
    }

    #[test]
    fn of_two_verdicts_the_worse_counts() {
        let safe = read(r#"{"status":"safe","avScan":{"status":"safe"}}"#);
        let raised = add_issue(Some(safe.clone()), ScanStatus::Suspicious);
        assert_eq!((raised.status, raised.scanners.len()), (ScanStatus::Suspicious, 1));
        let bad = read(r#"{"status":"unsafe"}"#);
        assert_eq!(add_issue(Some(bad), ScanStatus::Caution).status, ScanStatus::Unsafe);
        assert_eq!(add_issue(None, ScanStatus::Caution).status, ScanStatus::Caution);
    }
}
