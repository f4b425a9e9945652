//! Every rule has an example on which it fires and one on which it is silent.

#![allow(clippy::arithmetic_side_effects, reason = "sums of small literals")]

mod card;
pub(crate) mod dossiers;
mod files;
mod formats;
mod integrity;
mod pickle;
mod provenance;
mod registry;

use std::collections::BTreeSet;

use super::{Case, LockState, RULES, Violation, by_id};
use crate::evidence::Dossier;
use crate::manifest::Entry;
use crate::policy::Policy;

/// The moment of every test's run: 2026-10-01T00:00:00Z.
const NOW: jiff::Timestamp = jiff::Timestamp::constant(1_790_812_800, 0);

/// A rule, a model on which it fires and one on which it must not.
struct Example {
    rule: &'static str,
    /// A part of each expected description, in order.
    says: &'static [&'static str],
    firing: Dossier,
    silent: Dossier,
    policy: Policy,
    /// The entry, for rules that judge the manifest: firing and silent.
    entries: Option<(Entry, Entry)>,
}

impl Example {
    fn new(
        rule: &'static str,
        says: &'static [&'static str],
        firing: Dossier,
        silent: Dossier,
    ) -> Self {
        Self { rule, says, firing, silent, policy: dossiers::policy(), entries: None }
    }

    fn under(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }
}

/// What one rule says of a dossier.
fn judge(rule: &str, entry: Option<&Entry>, dossier: &Dossier, policy: &Policy) -> Vec<Violation> {
    let mut violations = Vec::new();
    by_id(rule).unwrap_or_else(|| panic!("no rule {rule}")).check(
        &Case { entry, dossier, policy, lock: LockState::NoLock, now: NOW },
        &mut violations,
    );
    violations
}

fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    examples.extend(pickle::examples());
    examples.extend(files::examples());
    examples.extend(formats::examples());
    examples.extend(provenance::examples());
    examples.extend(integrity::examples());
    examples.extend(card::examples());
    examples
}

#[test]
fn every_rule_fires_where_it_must_and_nowhere_else() {
    for example in examples() {
        let rule = example.rule;
        let (firing, silent) = match &example.entries {
            Some((firing, silent)) => (Some(firing), Some(silent)),
            None => (None, None),
        };
        let found = judge(rule, firing, &example.firing, &example.policy);
        let descriptions: Vec<&str> =
            found.iter().map(|violation| violation.description.as_str()).collect();
        assert_eq!(found.len(), example.says.len(), "{rule}: {descriptions:#?}");
        for (description, part) in descriptions.iter().zip(example.says) {
            assert!(description.contains(part), "{rule}: {description:?} lacks {part:?}");
        }
        for violation in &found {
            assert!(violation.description.ends_with('.'), "{rule}: {}", violation.description);
            assert!(violation.recommendation.ends_with('.'), "{rule}");
            assert!(!violation.subject.is_empty(), "{rule}");
            assert!(!violation.description.contains("  "), "{rule}: {}", violation.description);
        }
        let quiet = judge(rule, silent, &example.silent, &example.policy);
        assert!(quiet.is_empty(), "{rule} should be silent: {quiet:#?}");
    }
}

#[test]
fn no_rule_lacks_an_example() {
    let shown: BTreeSet<&str> = examples().iter().map(|example| example.rule).collect();
    // The waivers' rules are judged by `evaluate`, and tested there.
    let missing: Vec<&str> = RULES
        .iter()
        .map(|rule| rule.meta().id)
        .filter(|id| !shown.contains(id) && !id.ends_with("-waiver"))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn hostile_text_cannot_start_a_line_or_reorder() {
    let hostile = "x\n::error::pwned\u{202e}`";
    let dossier = dossiers::dossier([dossiers::file(hostile)
        .in_member(hostile)
        .fact(dossiers::import_fact("os", hostile))]);
    let found = judge("denied-global", None, &dossier, &dossiers::policy());
    let text = format!("{}{}", found[0].description, found[0].recommendation);
    assert!(!text.contains('\n') && !text.contains('\u{202e}'), "{text}");
    assert_eq!(text.matches('`').count() % 2, 0, "{text}");
}
