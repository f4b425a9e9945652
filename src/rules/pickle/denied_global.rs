//! `denied-global`: an import that is known to run code.

use super::{call_in_words, facts_that_load, import_of, imported_in_words, written_in_words};
use crate::base::Severity;
use crate::finding::{RuleMeta, Verdict};
use crate::rules::globals::{Denial, judge};
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A pickle imports a name that the policy or the built-in list denies.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "denied-global",
        title: "Pickle imports a dangerous function",
        summary: "A pickle imports a function or class that is known to run code, reach files or the \
                  network, or load further code, or that the policy denies by name.",
        severity: Severity::Critical,
        tags: &["pickle", "security"],
        cwe: Some(502),
        since: "0.1.0",
        help: include_str!("denied_global.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in facts_that_load(case) {
        let Some(import) = import_of(&seen) else { continue };
        let (Verdict::Denied, Some(denial)) = judge(&case.policy.pickle, import) else {
            continue;
        };
        let global = import.global();
        let reason = match denial {
            Denial::Policy => "the policy denies it by name".to_owned(),
            Denial::Listed(entry) if entry.advisories.is_empty() => {
                entry.family.explain().to_owned()
            }
            Denial::Listed(entry) => {
                // A `?` in the list means that the id is uncertain: don't quote it.
                let certain: Vec<&str> =
                    entry.advisories.split("; ").filter(|id| !id.ends_with('?')).collect();
                let explanation = entry.family.explain();
                if certain.is_empty() {
                    explanation.to_owned()
                } else {
                    format!("{explanation} ({})", certain.join(", "))
                }
            }
        };
        let description = format!(
            "{}{} is {} by {}{}{}: {reason}.",
            quoted(&global),
            written_in_words(import),
            imported_in_words(import),
            seen.holder(),
            seen.at_byte(),
            call_in_words(seen.file, seen.origin, &global),
        );
        let recommendation = match denial {
            Denial::Policy => format!(
                "Use a model without it, or take {} out of `pickle.denied_globals` if the team \
                 has decided otherwise.",
                quoted(&global)
            ),
            Denial::Listed(_) => {
                "Do not load this file. Use a safetensors version of the model from its \
                 publisher; if the file is your own, save only the weights (`state_dict`) \
                 with `safetensors.torch.save_file`."
                    .to_owned()
            }
        };
        violations.push(seen.violation(global, description, recommendation));
    }
}
