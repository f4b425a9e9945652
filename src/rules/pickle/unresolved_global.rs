//! `unresolved-global`: an import whose name is computed at load time.

use super::{facts_that_load, import_of};
use crate::base::Severity;
use crate::evidence::Import;
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A pickle imports something whose name does not stand in the file.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unresolved-global",
        title: "Pickle imports a computed name",
        summary: "A pickle imports something whose module or name is computed while it loads, so that \
                  no list can say what it is.",
        severity: Severity::Critical,
        tags: &["pickle", "security"],
        cwe: Some(502),
        since: "0.1.0",
        help: include_str!("unresolved_global.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in facts_that_load(case) {
        let Some(import) = import_of(&seen) else { continue };
        let known = match (&import.module, &import.name) {
            (Some(_), Some(_)) => continue,
            (Some(module), None) => format!("a computed name from module {}", quoted(module)),
            (None, Some(name)) => format!("{} from a computed module", quoted(name)),
            (None, None) => "a computed name from a computed module".to_owned(),
        };
        let subject = format!(
            "{}.{}",
            import.module.as_deref().unwrap_or(Import::UNRESOLVED),
            import.name.as_deref().unwrap_or(Import::UNRESOLVED)
        );
        violations.push(seen.violation(
            subject,
            format!(
                "{} imports {known}{} ({}): what it is cannot be known without running it.",
                seen.holder(),
                seen.at_byte(),
                import.opcode.name(),
            ),
            "Do not load this file. No pickle writer computes the names that it imports; use a \
             safetensors version of the model.",
        ));
    }
}
