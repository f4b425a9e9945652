//! `unsafe-state`: a state that changes how an object behaves.

use super::facts_that_load;
use crate::base::Severity;
use crate::evidence::{Fact, PickleFact};
use crate::finding::RuleMeta;
use crate::rules::wording::{phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// A pickle sets special attributes of an object.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unsafe-state",
        title: "Pickle sets special attributes",
        summary: "A pickle gives an object a state with special attributes (`__setstate__`, \
                  `__class__`, `__reduce__` …) or with attribute names that are computed.",
        severity: Severity::Critical,
        tags: &["pickle", "security"],
        cwe: Some(915),
        since: "0.1.0",
        help: include_str!("unsafe_state.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in facts_that_load(case) {
        let (key, target) = match seen.fact {
            Fact::Pickle(PickleFact::StateKey { key, target }) => (key, target),
            Fact::Pickle(PickleFact::StateValue { key, value, target, departure }) => {
                violations.push(seen.violation(
                    format!("{key} of {target}"),
                    format!(
                        "{} sets the attribute {} of {}{} to {}, which its own writers never \
                         do: {}.",
                        seen.holder(),
                        quoted(key),
                        quoted(target),
                        seen.at_byte(),
                        quoted(value),
                        phrase(departure),
                    ),
                    "Do not load this file: the library follows this attribute by name or \
                     calls it, so that the file chooses what runs when the model is used.",
                ));
                continue;
            }
            _ => continue,
        };
        violations.push(seen.violation(
            format!("{key} of {target}"),
            format!(
                "{} sets the attribute {} of {}{}: Python or a library looks it up to find out \
                 how the object behaves, so that it is no data.",
                seen.holder(),
                quoted(key),
                quoted(target),
                seen.at_byte(),
            ),
            "Do not load this file. Writers of models set no such attribute (dill and \
             cloudpickle do, for functions and classes that they store by value); use a \
             safetensors version of the model.",
        ));
    }
}
