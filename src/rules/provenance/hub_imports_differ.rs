//! `hub-imports-differ`: pickles in which the Hub's scanner saw other imports than this program.

use std::collections::BTreeSet;

use super::scans;
use crate::base::Severity;
use crate::evidence::{Fact, FileEvidence, Import, Origin, PickleFact};
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::{listed, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// Names that are told one by one.
const TOLD: usize = 5;

/// A file of which two readers tell different imports.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "hub-imports-differ",
        title: "The Hub lists other pickle imports",
        summary: "The Hub's own list of what a pickle imports is not what the bytes import: the bytes \
                  are others, or one of the two readers was deceived.",
        severity: Severity::Medium,
        tags: &["provenance", "security"],
        cwe: Some(436),
        since: "0.1.0",
        help: include_str!("hub_imports_differ.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for (file, scan) in scans(case.dossier) {
        let Some(theirs) = &scan.imports else { continue };
        // What the network did not bring cannot be compared; that is told elsewhere.
        if file.is_unfetched() {
            continue;
        }
        let (hub_only, ours_only) = differences(theirs, file);
        let mut parts = Vec::new();
        if !hub_only.is_empty() {
            parts.push(format!("only the Hub lists {}", listed(&hub_only, TOLD)));
        }
        if !ours_only.is_empty() {
            parts.push(format!("the Hub does not list {}", listed(&ours_only, TOLD)));
        }
        if parts.is_empty() {
            continue;
        }
        violations.push(Violation {
            location: Location { path: Some(file.path.clone()), origin: Origin::default() },
            manifest: None,
            description: format!(
                "The Hub's scanner and this program found different imports in {}: {}.",
                quoted(&file.path),
                parts.join("; "),
            ),
            recommendation: "Treat the file as hostile until the difference is explained. \
                             `weighstation inspect` shows what each import does and where it \
                             stands."
                .to_owned(),
            subject: "imports differ".to_owned(),
        });
    }
}

/// What only the Hub lists, and what only the bytes import, each sorted.
///
/// The Hub's scanner reads names as they are written, this program after the Python 2 name mapping
/// (`__builtin__` is `builtins`): an import is the same if either spelling is. What has no constant
/// name cannot be listed by anybody. Pickles inside the operand of a pickle are looked into here
/// only, so that what they import may be on the Hub's list and need not.
fn differences<'a>(theirs: &'a [String], file: &'a FileEvidence) -> (Vec<&'a str>, Vec<String>) {
    let theirs: BTreeSet<&str> = theirs.iter().map(String::as_str).collect();
    let mut ours = BTreeSet::new();
    let mut ours_only = BTreeSet::new();
    for evidence in &file.evidence {
        let Fact::Pickle(PickleFact::Import(import)) = &evidence.fact else { continue };
        if import.module.is_none() || import.name.is_none() {
            continue;
        }
        let spellings = spellings(import);
        let is_listed = spellings.iter().any(|spelling| theirs.contains(spelling.as_str()));
        if !is_listed && !is_in_operand(&evidence.origin) {
            ours_only.insert(import.global());
        }
        ours.extend(spellings);
    }
    let hub_only = theirs.into_iter().filter(|global| !ours.contains(*global)).collect();
    (hub_only, ours_only.into_iter().collect())
}

/// `module.name` after the mapping, as written, and with the Python 2 name of a module that two
/// scanners may well spell differently.
fn spellings(import: &Import) -> Vec<String> {
    const RENAMED: &[(&str, &str)] = &[("builtins", "__builtin__"), ("copyreg", "copy_reg")];
    let mut spellings = vec![import.global()];
    if let Some((module, name)) = &import.written {
        spellings.push(format!("{module}.{name}"));
    }
    if let (Some(module), Some(name)) = (&import.module, &import.name) {
        for (new, old) in RENAMED {
            if module == new {
                spellings.push(format!("{old}.{name}"));
            } else if module == old {
                spellings.push(format!("{new}.{name}"));
            }
        }
    }
    spellings
}

/// Whether it stands in a payload inside a pickle's operand.
fn is_in_operand(origin: &Origin) -> bool {
    let member = origin.member.as_deref().unwrap_or_default();
    member.split('!').any(|part| part.starts_with("operand@"))
}
