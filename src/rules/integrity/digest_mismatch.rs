//! `digest-mismatch`: bytes that are not the listed ones.

use crate::base::Severity;
use crate::evidence::{Authority, Fact, IntegrityFact, Listed};
use crate::finding::RuleMeta;
use crate::rules::wording::phrase;
use crate::rules::{Case, Check, Rule, Violation};

/// A file whose bytes are not those that were listed.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "digest-mismatch",
        title: "File is not the one that was listed",
        summary: "The size or digest of a file differs from what the Hub, or the record of its \
                  download, lists for it: the bytes were changed or damaged.",
        severity: Severity::Critical,
        tags: &["integrity", "security"],
        cwe: Some(354),
        since: "0.1.0",
        help: include_str!("digest_mismatch.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Integrity(IntegrityFact::Mismatch { what, listed, found, authority }) = seen.fact
        else {
            continue;
        };
        let lists = match authority {
            Authority::Hub => "the Hub lists",
            Authority::Cache => "the record of its download lists",
        };
        let (holder, listed, found) = (seen.holder(), phrase(listed), phrase(found));
        let description = match what {
            Listed::Size => {
                format!("{holder} has {found} bytes, and {lists} {listed}.")
            }
            Listed::Sha256 => {
                format!("{holder} has the SHA-256 {found}, and {lists} {listed}.")
            }
            Listed::GitBlob => {
                format!("{holder} has the git blob id {found}, and {lists} {listed}.")
            }
        };
        violations.push(seen.violation("mismatch", description, ADVICE));
    }
}

const ADVICE: &str = "Don't load the file. Delete it and download it again; if it still differs, \
                      find out who changed it.";
