//! `digest-unknown`: nothing to compare a file with.

use crate::base::Severity;
use crate::evidence::{FileEvidence, ListedDigest, Origin};
use crate::finding::{Location, RuleMeta};
use crate::policy::Verify;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A file that the policy wants compared and that has no listed digest.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "digest-unknown",
        title: "File has no listed digest",
        summary: "The policy compares every file with its listed digest, and for this one the digest \
                  is withheld or not given.",
        severity: Severity::Medium,
        tags: &["integrity", "security"],
        cwe: Some(354),
        since: "0.1.0",
        help: include_str!("digest_unknown.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    if case.policy.integrity.verify != Verify::Full {
        return;
    }
    // What was not fetched is an incident already, which says why.
    let unknown =
        |file: &&FileEvidence| file.listed == Some(ListedDigest::Unknown) && !file.is_unfetched();
    for file in case.dossier.files.iter().filter(unknown) {
        violations.push(Violation {
            location: Location { path: Some(file.path.clone()), origin: Origin::default() },
            manifest: None,
            description: format!(
                "{} has no listed digest to compare it with: the Hub withholds the digests of \
                 gated files from whoever has no access.",
                quoted(&file.path)
            ),
            recommendation: "Accept the model's terms on the Hub and run with a token that has \
                             access, or pin the file's SHA-256 in the lock."
                .to_owned(),
            subject: "unknown digest".to_owned(),
        });
    }
}
