//! `unreadable-file`: bytes that could not be read.

use crate::base::Severity;
use crate::evidence::{CoverageFact, Fact, Status};
use crate::finding::RuleMeta;
use crate::rules::wording::{phrase, quoted};
use crate::rules::{Case, Check, Rule, Seen, Violation};

/// A file that could not be read.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unreadable-file",
        title: "File could not be read",
        summary: "The bytes of a file could not be read, so that nothing can be said of them.",
        severity: Severity::High,
        tags: &["file"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("unreadable_file.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Coverage(CoverageFact::Unreadable { reason }) = seen.fact else { continue };
        violations.push(seen.violation(
            "unreadable",
            format!("{} could not be read{}: {}.", seen.holder(), seen.at_byte(), phrase(reason)),
            ADVICE,
        ));
    }
    // A status without a fact that explains it must not pass either.
    for file in &case.dossier.files {
        let explained =
            file.evidence.iter().any(|evidence| matches!(evidence.fact, Fact::Coverage(_)));
        if file.status != Status::Analysed && !explained {
            let origin = crate::evidence::Origin::default();
            let fact = Fact::Coverage(CoverageFact::Unreadable { reason: String::new() });
            let seen = Seen { file, origin: &origin, fact: &fact };
            violations.push(seen.violation(
                "unreadable",
                format!("{} could not be analysed completely.", quoted(&file.path)),
                ADVICE,
            ));
        }
    }
}

const ADVICE: &str = "Make the file readable for the user that runs the check, or fetch it again; \
                      leave it out with the entry's `files:` if the project does not load it.";
