//! Every rule has an example on which it fires and one on which it is silent.

#![allow(clippy::arithmetic_side_effects, reason = "sums of small literals")]

mod admission;
mod base_models;
mod card;
pub(crate) mod dossiers;
mod files;
mod formats;
mod integrity;
mod license;
mod lock;
mod pickle;
mod provenance;
mod registry;
mod trust;

use std::collections::BTreeSet;

use super::{Case, Check, LockState, RULES, Rule, Violation, by_id};
use crate::evidence::Dossier;
use crate::finding::BaseModelReport;
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
    /// What the lock says, for rules that judge by it: firing and silent.
    locks: Option<(LockState<'static>, LockState<'static>)>,
}

impl Example {
    fn new(
        rule: &'static str,
        says: &'static [&'static str],
        firing: Dossier,
        silent: Dossier,
    ) -> Self {
        Self { rule, says, firing, silent, policy: dossiers::policy(), entries: None, locks: None }
    }

    fn under(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }
}

/// What one rule says of a dossier.
fn judge(rule: &str, entry: Option<&Entry>, dossier: &Dossier, policy: &Policy) -> Vec<Violation> {
    judge_locked(rule, entry, dossier, policy, LockState::NoLock)
}

/// What one rule says of a dossier of which a lock says something.
fn judge_locked(
    rule: &str,
    entry: Option<&Entry>,
    dossier: &Dossier,
    policy: &Policy,
    lock: LockState<'_>,
) -> Vec<Violation> {
    let mut violations = Vec::new();
    by_id(rule).unwrap_or_else(|| panic!("no rule {rule}")).check(
        &Case {
            entry,
            dossier,
            policy,
            lock,
            now: NOW,
            base_models: &unjudged(dossier),
            named_by: None,
        },
        &mut violations,
    );
    violations
}

/// What a model builds on, in a run that judges nothing else.
fn unjudged(dossier: &Dossier) -> Vec<BaseModelReport> {
    let named = dossier.named_models().into_iter();
    named
        .map(|model| BaseModelReport {
            kind: model.kind,
            target: model.target,
            revision: model.revision,
            named_in: model.file,
            judged_as: None,
        })
        .collect()
}

fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    examples.extend(admission::examples());
    examples.extend(pickle::examples());
    examples.extend(files::examples());
    examples.extend(formats::examples());
    examples.extend(provenance::examples());
    examples.extend(base_models::examples());
    examples.extend(lock::examples());
    examples.extend(trust::examples());
    examples.extend(integrity::examples());
    examples.extend(card::examples());
    examples.extend(license::examples());
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
        let (lock, no_lock) = example.locks.unwrap_or_default();
        let found = judge_locked(rule, firing, &example.firing, &example.policy, lock);
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
        let quiet = judge_locked(rule, silent, &example.silent, &example.policy, no_lock);
        assert!(quiet.is_empty(), "{rule} should be silent: {quiet:#?}");
    }
}

#[test]
fn no_rule_lacks_an_example() {
    let shown: BTreeSet<&str> = examples().iter().map(|example| example.rule).collect();
    // Rules on waivers are tested in `evaluate`; those on references in code, beside them.
    let judges_models = |rule: &&&Rule| {
        rule.checks.iter().any(|check| matches!(check, Check::Model(_) | Check::Card(_)))
    };
    let missing: Vec<&str> = RULES
        .iter()
        .filter(judges_models)
        .map(|rule| rule.meta.id)
        .filter(|id| !shown.contains(id))
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
