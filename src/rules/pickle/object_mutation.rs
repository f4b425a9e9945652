//! `object-mutation`: a pickle changes something that is not its own data.

use super::facts_that_load;
use crate::base::Severity;
use crate::evidence::{Fact, PickleFact};
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A pickle changes an imported object.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "object-mutation",
        title: "Pickle changes an imported object",
        summary: "A pickle sets attributes or items of something that it imported or that cannot be \
                  followed, instead of data that it built itself.",
        severity: Severity::Critical,
        tags: &["pickle", "security"],
        cwe: Some(502),
        since: "0.1.0",
        help: include_str!("object_mutation.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in facts_that_load(case) {
        let Fact::Pickle(PickleFact::Mutation { opcode, target }) = seen.fact else { continue };
        violations.push(seen.violation(
            format!("{} {target}", opcode.name()),
            format!(
                "{} changes {}{} ({}): that is not data of the file, and changing it can \
                 replace functions of the loading program.",
                seen.holder(),
                quoted(target),
                seen.at_byte(),
                opcode.name(),
            ),
            "Do not load this file. Model writers only fill objects that they have just built; \
             use a safetensors version of the model.",
        ));
    }
}
