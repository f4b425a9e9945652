//! `archive-anomaly`: an archive that readers take differently.

use crate::base::Severity;
use crate::evidence::{self, ArchiveFact, Fact};
use crate::finding::RuleMeta;
use crate::rules::wording::particulars;
use crate::rules::{Case, Check, Rule, Violation};

/// Something in an archive that no ordinary writer does.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "archive-anomaly",
        title: "Archive is built unusually",
        summary: "An archive has something that no ordinary writer produces and that readers take \
                  differently: duplicate members, contradicting headers, wrong checksums, hidden bytes.",
        severity: Severity::High,
        tags: &["archive", "security"],
        cwe: Some(436),
        since: "0.1.0",
        help: include_str!("archive_anomaly.md"),
    },
    checks: &[Check::Model(check)],
};

/// A stable name of the anomaly, unless another rule judges it.
const fn subject(anomaly: evidence::ArchiveAnomaly) -> Option<&'static str> {
    use evidence::ArchiveAnomaly as Kind;
    Some(match anomaly {
        Kind::DuplicateMember => "duplicate-member",
        Kind::RecordCase => "record-case",
        Kind::HeaderMismatch => "header-mismatch",
        Kind::MisleadingFlags => "misleading-flags",
        Kind::Checksum => "checksum",
        Kind::Overlap => "overlap",
        Kind::GhostMember => "ghost-member",
        Kind::EndRecord => "end-record",
        Kind::PrefixBytes => "prefix-bytes",
        Kind::SuffixBytes => "suffix-bytes",
        Kind::GapBytes => "gap-bytes",
        Kind::SeveralDisks => "several-disks",
        Kind::MalformedHeader => "malformed-header",
        Kind::UnsafePath | Kind::Link | Kind::SpecialMember => return None,
    })
}

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Archive(ArchiveFact::Anomaly { anomaly, detail }) = seen.fact else {
            continue;
        };
        let Some(subject) = subject(*anomaly) else { continue };
        violations.push(seen.violation(
            subject,
            format!(
                "In the archive {}{}, {}{}: programs may read different things from it.",
                seen.holder(),
                seen.at_byte(),
                anomaly.describe(),
                particulars(detail),
            ),
            "Save or pack the model again with its own library (`torch.save`, `numpy.savez`, \
             `zip`). If the publisher's file is like this, treat it as hostile.",
        ));
    }
}
