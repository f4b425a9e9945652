//! `archive-link`: links and special members in an archive.

use crate::base::Severity;
use crate::evidence::{ArchiveAnomaly, ArchiveFact, Fact};
use crate::finding::RuleMeta;
use crate::rules::wording::particulars;
use crate::rules::{Case, Check, Rule, Violation};

/// A member that is a link, a device or a pipe.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "archive-link",
        title: "Archive holds links or special files",
        summary: "A member of an archive is a symbolic or hard link, a device or another special file.",
        severity: Severity::High,
        tags: &["archive", "security"],
        cwe: Some(59),
        since: "0.1.0",
        help: include_str!("archive_link.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Archive(ArchiveFact::Anomaly { anomaly, detail }) = seen.fact else {
            continue;
        };
        let kind = match anomaly {
            ArchiveAnomaly::Link => "link",
            ArchiveAnomaly::SpecialMember => "special-member",
            _ => continue,
        };
        violations.push(seen.violation(
            format!("{kind} {detail}"),
            format!(
                "In the archive {}{}, {}{}: extracting it can redirect later members to any \
                 place.",
                seen.holder(),
                seen.at_byte(),
                anomaly.describe(),
                particulars(detail),
            ),
            "Pack the files again without links (`tar --dereference`), and do not extract this \
             archive.",
        ));
    }
}
