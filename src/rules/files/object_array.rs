//! `object-array`: numpy arrays that need pickle.

use crate::base::Severity;
use crate::evidence::{Fact, FileFact};
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// A numpy file that loads only with `allow_pickle=True`.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "object-array",
        title: "Numpy array of Python objects",
        summary: "A numpy file holds an array of Python objects: a pickle, which loads only with \
                  `allow_pickle=True`.",
        // A note: the pickle inside is judged like any other, by the rules for pickles.
        severity: Severity::Info,
        tags: &["file", "format"],
        cwe: Some(502),
        since: "0.1.0",
        help: include_str!("object_array.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::File(FileFact::ObjectArray) = seen.fact else { continue };
        violations.push(seen.violation(
            "object array",
            format!(
                "{} holds an array of Python objects: it is a pickle, and loads only with \
                 `allow_pickle=True`.",
                seen.holder(),
            ),
            "Store numbers or fixed-width text (`array.astype(\"U\")`), so that plain \
             `numpy.load` reads the file.",
        ));
    }
}
