//! `out-of-band-buffer`: data that does not stand in the file.

use super::facts_that_load;
use crate::base::Severity;
use crate::evidence::{Fact, PickleFact};
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// A pickle refers to a buffer that the loading program must supply.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "out-of-band-buffer",
        title: "Pickle refers to an outside buffer",
        summary: "A pickle takes data from a buffer that the loading program must supply, so that the \
                  file alone does not say what is loaded.",
        severity: Severity::High,
        tags: &["pickle", "security"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("out_of_band_buffer.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in facts_that_load(case) {
        let Fact::Pickle(PickleFact::OutOfBandBuffer) = seen.fact else { continue };
        violations.push(seen.violation(
            "buffer",
            format!(
                "{} takes data from outside the file{}: `pickle.load` fails on it, and a \
                 program that supplies buffers loads something that was not checked.",
                seen.holder(),
                seen.at_byte(),
            ),
            "Save the file without `buffer_callback`, so that all of its data is inside.",
        ));
    }
}
