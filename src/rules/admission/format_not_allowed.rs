//! `format-not-allowed`: a file of a format that may not come in.

use crate::base::Severity;
use crate::evidence::Origin;
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A file whose format the policy does not allow.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "format-not-allowed",
        title: "Format is not allowed",
        summary: "A file has a format that is not under the policy's `formats.allow`, or that is \
                  under its `formats.deny`.",
        severity: Severity::High,
        tags: &["admission", "format"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("format_not_allowed.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let policy = &case.policy.formats;
    let has = |list: &[String], name: &str| list.iter().any(|listed| listed == name);
    for file in case.dossier.files.iter().filter(|file| !file.is_unfetched()) {
        let mut names: Vec<&str> = file.formats.iter().map(|format| format.name()).collect();
        if names.is_empty() {
            names.push("unknown");
        }
        for name in names {
            let why = if has(&policy.deny, name) {
                "which the policy denies"
            } else if policy.allow.as_deref().is_some_and(|allow| !has(allow, name)) {
                "which is not among the formats that the policy allows"
            } else {
                continue;
            };
            let path = quoted(&file.path);
            violations.push(Violation {
                location: Location { path: Some(file.path.clone()), origin: Origin::default() },
                manifest: None,
                description: format!("{path} has the format {}, {why}.", quoted(name)),
                recommendation:
                    "If the project does not load the file, leave it out with `files:` \
                                 of the manifest; otherwise use the model in another format."
                        .to_owned(),
                subject: name.to_owned(),
            });
        }
    }
}
