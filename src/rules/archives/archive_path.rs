//! `archive-path`: a member that leaves the folder it is extracted to.

use crate::base::Severity;
use crate::evidence::{ArchiveAnomaly, ArchiveFact, Fact};
use crate::finding::RuleMeta;
use crate::rules::wording::particulars;
use crate::rules::{Case, Check, Rule, Violation};

/// A member whose name leaves the folder.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "archive-path",
        title: "Archive writes outside its folder",
        summary: "A member of an archive has a name that leaves the folder it is extracted to, is \
                  absolute, or hides characters.",
        // Whoever extracts the archive lets it write any file, and with that run code.
        severity: Severity::Critical,
        tags: &["archive", "security"],
        cwe: Some(22),
        since: "0.1.0",
        help: include_str!("archive_path.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Archive(ArchiveFact::Anomaly { anomaly: ArchiveAnomaly::UnsafePath, detail }) =
            seen.fact
        else {
            continue;
        };
        violations.push(seen.violation(
            format!("unsafe-path {detail}"),
            format!(
                "In the archive {}{}, a member's name leaves the folder or hides \
                 characters{}: extracting it writes where its author wants.",
                seen.holder(),
                seen.at_byte(),
                particulars(detail),
            ),
            "Do not extract the archive. Ask its publisher for one with relative names, or \
             pack the files again yourself.",
        ));
    }
}
