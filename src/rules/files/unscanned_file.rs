//! `unscanned-file`: bytes that say nothing that could be judged.

use crate::base::Severity;
use crate::evidence::{CoverageFact, Fact, UnscannedReason};
use crate::finding::RuleMeta;
use crate::rules::wording::{phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// A file that was read and could not be judged.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unscanned-file",
        title: "File could not be judged",
        summary: "A file was read and nothing could be judged: it is a Git LFS pointer, encrypted, \
                  empty, of an unknown format, or of a format without an analyser.",
        severity: Severity::High,
        tags: &["file"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("unscanned_file.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Coverage(CoverageFact::Unscanned { reason }) = seen.fact else { continue };
        let (subject, what, advice) = explain(reason);
        violations.push(seen.violation(
            subject,
            format!("{} was not judged: {what}.", seen.holder()),
            advice,
        ));
    }
}

/// A stable name, what the matter is, and what to do.
fn explain(reason: &UnscannedReason) -> (&'static str, String, &'static str) {
    match reason {
        UnscannedReason::LfsPointer { oid, size } => (
            "lfs-pointer",
            format!("a Git LFS pointer to {size} bytes ({}) stands in its place", phrase(oid)),
            "Run `git lfs pull` before the check (in GitHub Actions: `lfs: true` for \
             `actions/checkout`), so that the content itself is there.",
        ),
        UnscannedReason::Encrypted => (
            "encrypted",
            "it is encrypted".to_owned(),
            "Store the model without a password; protect the place where it is stored instead.",
        ),
        UnscannedReason::Unsupported { what } => (
            "unsupported",
            format!("it uses {}, which cannot be opened here", phrase(what)),
            "Repack it as zip, tar, gzip, xz, bzip2, lz4 or zstd, or store the files unpacked.",
        ),
        UnscannedReason::NoAnalyser { format } => (
            "no-analyser",
            format!("its format, {}, has no analyser in this version", quoted(format.name())),
            "Use a safetensors version of the model; or leave the file out with the entry's \
             `files:` if the project does not load it; or have it reviewed and waive this with \
             the file's `sha256`.",
        ),
        UnscannedReason::UnknownContent => (
            "unknown-content",
            "its content is of no known format".to_owned(),
            "Leave the file out with the entry's `files:` if the project does not load it; \
             otherwise have it reviewed and waive this with the file's `sha256`.",
        ),
        UnscannedReason::Empty => (
            "empty",
            "it holds no bytes, or only zeros".to_owned(),
            "Fetch the file again; an interrupted download or copy leaves such files behind.",
        ),
    }
}
