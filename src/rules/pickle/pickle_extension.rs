//! `pickle-extension`: an object from the loader's registry.

use super::facts_that_load;
use crate::base::Severity;
use crate::evidence::{Fact, PickleFact};
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// A pickle takes an object from the `copyreg` extension registry.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "pickle-extension",
        title: "Pickle uses the extension registry",
        summary: "A pickle imports by a number from the `copyreg` extension registry of the loading \
                  program, so that the file does not say what it imports.",
        severity: Severity::Critical,
        tags: &["pickle", "security"],
        cwe: Some(502),
        since: "0.1.0",
        help: include_str!("pickle_extension.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in facts_that_load(case) {
        let Fact::Pickle(PickleFact::Extension { code }) = seen.fact else { continue };
        violations.push(seen.violation(
            format!("extension {code}"),
            format!(
                "{} imports extension {code} of the loading program's registry{}: what it is \
                 does not stand in the file.",
                seen.holder(),
                seen.at_byte(),
            ),
            "Do not load this file. No machine-learning library uses the extension registry; \
             save the model again without `copyreg.add_extension`, or as safetensors.",
        ));
    }
}
