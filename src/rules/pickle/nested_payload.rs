//! `nested-payload`: another file inside a pickle's operand.

use super::is_within;
use crate::base::Severity;
use crate::evidence::{Fact, FileEvidence, PickleFact};
use crate::finding::RuleMeta;
use crate::rules::wording::{phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// Imports of a payload that are named.
const SHOWN: usize = 8;

/// An operand of a pickle holds another payload.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "nested-payload",
        title: "Pickle or text carries another file inside",
        summary: "A byte string or text inside a pickle or a text file is itself a pickle, an archive or another \
                  loadable file, as it stands or encoded.",
        severity: Severity::Medium,
        tags: &["pickle", "security"],
        cwe: Some(506),
        since: "0.1.0",
        help: include_str!("nested_payload.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Pickle(PickleFact::NestedPayload { member, format, encoding, consumer }) =
            seen.fact
        else {
            continue;
        };
        let use_of_it = match consumer {
            Some(loader) => format!(
                "It is handed to {}, which loads it in turn. It is judged as a member of its \
                 own.",
                quoted(loader)
            ),
            None => format!(
                "Nothing in the file loads it, but the program may{}.",
                imports_in_words(seen.file, member)
            ),
        };
        violations.push(seen.violation(
            format!("{format} in {encoding}"),
            format!(
                "{} carries another payload in its data{} ({format}, as {}). {use_of_it}",
                seen.holder(),
                seen.at_byte(),
                phrase(encoding),
            ),
            "Find out why a file stands inside a file. If the library that wrote it really \
             keeps a serialised object there, waive this with the file's `sha256`; otherwise \
             save the model again without it.",
        ));
    }
}

/// What a payload would import, if it is a pickle: it has no findings of its own.
fn imports_in_words(file: &FileEvidence, payload: &str) -> String {
    let mut names: Vec<String> = file
        .evidence
        .iter()
        .filter(|evidence| is_within(evidence.origin.member.as_deref(), payload))
        .filter_map(|evidence| match &evidence.fact {
            Fact::Pickle(PickleFact::Import(import)) => Some(quoted(&import.global()).to_string()),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return String::new();
    }
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(", which would import {}{more}", names.join(", "))
}
