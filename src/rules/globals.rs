//! What a policy says of an imported global.

use super::pickle::deny_list::{self, DenyEntry};
use crate::evidence::Import;
use crate::finding::Verdict;
use crate::policy::{GlobalSet, PicklePolicy};

/// Why a global is denied.
#[derive(Clone, Copy, Debug)]
pub enum Denial {
    /// The policy's own `denied_globals`.
    Policy,
    /// The built-in list of globals that are known to run code.
    Listed(&'static DenyEntry),
}

/// Judges an import.
///
/// What may pass is decided by the policy's allow-list alone; the built-in deny-list turns
/// "unlisted" into "denied", and it takes back what only a *glob* of the allow-list covers. In
/// order, the first that applies decides:
///
/// 1. A name that is not constant is unlisted: nothing can list it.
/// 2. The policy's `denied_globals` deny, whatever else says.
/// 3. An exact entry of `allowed_globals` allows.
/// 4. The built-in deny-list denies.
/// 5. A glob of `allowed_globals` allows.
/// 6. Everything else is unlisted.
pub fn judge(policy: &PicklePolicy, import: &Import) -> (Verdict, Option<Denial>) {
    let (Some(module), Some(name)) = (&import.module, &import.name) else {
        return (Verdict::Unlisted, None);
    };
    match (
        membership(&policy.denied_globals, module, name),
        membership(&policy.allowed_globals, module, name),
    ) {
        (Some(_), _) => (Verdict::Denied, Some(Denial::Policy)),
        (None, Some(Membership::Exact)) => (Verdict::Allowed, None),
        (None, by_glob) => match (deny_list::find(module, name), by_glob) {
            (Some(entry), _) => (Verdict::Denied, Some(Denial::Listed(entry))),
            (None, Some(_)) => (Verdict::Allowed, None),
            (None, None) => (Verdict::Unlisted, None),
        },
    }
}

/// How a set has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Membership {
    Exact,
    Glob,
}

/// Whether and how `set` has `module.name`.
fn membership(set: &GlobalSet, module: &str, name: &str) -> Option<Membership> {
    // A dotted name is written `module:name`, so that it cannot pass for a name in a submodule.
    let separator = if name.contains(['.', ':']) { ':' } else { '.' };
    let full = format!("{module}{separator}{name}");
    if module.contains(':') {
        return None;
    }
    if set.exact.contains(&full) {
        return Some(Membership::Exact);
    }
    let by_glob = is_globbable(module, name)
        && set.patterns.iter().any(|pattern| glob_matches(&pattern.0, &full));
    by_glob.then_some(Membership::Glob)
}

/// Globs never match a dotted name (it walks attributes) nor one with a dunder component (it
/// reaches the object model), nor one that is absurdly long.
fn is_globbable(module: &str, name: &str) -> bool {
    let is_dunder = |part: &str| part.len() > 4 && part.starts_with("__") && part.ends_with("__");
    !name.contains('.')
        && module.len() <= 4096
        && name.len() <= 4096
        && !module.split('.').any(is_dunder)
        && !is_dunder(name)
}

/// Matches `text` against a glob in which `*` stays between dots and `**` crosses them, in time
/// `O(pattern × text)` whatever they hold.
fn glob_matches(pattern: &str, text: &str) -> bool {
    #[derive(Clone, Copy)]
    enum Step {
        Literal(char),
        Within,
        Across,
    }
    let mut steps = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(c) = characters.next() {
        steps.push(match c {
            '*' if characters.next_if_eq(&'*').is_some() => Step::Across,
            '*' => Step::Within,
            c => Step::Literal(c),
        });
    }
    // `reached[n]`: the first n steps can match the text read so far.
    let close = |reached: &mut [bool]| {
        let mut previous = false;
        for (index, place) in reached.iter_mut().enumerate() {
            let skips = index
                .checked_sub(1)
                .and_then(|before| steps.get(before))
                .is_some_and(|step| matches!(step, Step::Within | Step::Across));
            *place |= previous && skips;
            previous = *place;
        }
    };
    let mut reached = vec![false; steps.len().saturating_add(1)];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    close(&mut reached);
    for c in text.chars() {
        let mut next = vec![false; reached.len()];
        for (index, step) in steps.iter().enumerate() {
            if !reached.get(index).copied().unwrap_or(false) {
                continue;
            }
            let target = match step {
                Step::Literal(literal) if *literal == c => index.checked_add(1),
                Step::Within if c != '.' => Some(index),
                Step::Across => Some(index),
                Step::Literal(_) | Step::Within => None,
            };
            if let Some(place) = target.and_then(|target| next.get_mut(target)) {
                *place = true;
            }
        }
        close(&mut next);
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::GlobalPattern;
    use crate::rules::tests::dossiers::import;

    fn set(entries: &[&str]) -> GlobalSet {
        let (patterns, exact): (Vec<&str>, Vec<&str>) =
            entries.iter().partition(|entry| entry.contains('*'));
        GlobalSet {
            exact: exact.into_iter().map(str::to_owned).collect(),
            patterns: patterns.into_iter().map(|glob| GlobalPattern(glob.to_owned())).collect(),
        }
    }

    fn verdict(allowed: &[&str], denied: &[&str], module: &str, name: &str) -> Verdict {
        let policy = PicklePolicy { allowed_globals: set(allowed), denied_globals: set(denied) };
        judge(&policy, &import(module, name)).0
    }

    #[test]
    fn a_glob_stays_between_dots_and_two_stars_cross() {
        assert!(glob_matches("torch.*Storage", "torch.FloatStorage"));
        assert!(!glob_matches("torch.*Storage", "torch.a.bStorage"));
        assert!(glob_matches("torch.**Storage", "torch.a.bStorage"));
        assert!(!glob_matches("torch.*Storage", "torch.FloatStorages"));
        assert!(glob_matches("**", "a.b.c"));
        assert!(!glob_matches("*", "a.b"));
        assert!(glob_matches("a*b*c", "axbyybc"));
        assert!(!glob_matches("", "a"));
    }

    #[test]
    fn the_most_telling_entry_decides() {
        use Verdict::{Allowed, Denied, Unlisted};
        type Entries = &'static [&'static str];
        let cases: &[(Entries, Entries, &str, &str, Verdict)] = &[
            // Nothing lists it, on a deny-list or not.
            (&[], &[], "models.mine", "Ranker", Unlisted),
            (&[], &[], "os", "system", Denied),
            // A hold name is merely unlisted.
            (&[], &[], "torch.storage", "_load_from_bytes", Unlisted),
            // An exact allow beats the built-in list, a glob does not.
            (&["uuid.UUID"], &[], "uuid", "UUID", Allowed),
            (&["joblib.Parallel"], &[], "joblib", "Parallel", Allowed),
            (&["joblib.**"], &[], "joblib", "Parallel", Denied),
            (&["numpy.**"], &[], "numpy", "load", Denied),
            (&["numpy.**"], &[], "numpy.ma.core", "MaskedArray", Allowed),
            // The policy's denials beat every allowance.
            (&["a.b"], &["a.b"], "a", "b", Denied),
            (&["a.*"], &["a.b"], "a", "b", Denied),
            (&["a.b"], &["a.*"], "a", "b", Denied),
            // Dotted names and dunders need an exact entry.
            (&["a.**"], &[], "a", "b.c", Unlisted),
            (&["a.b.c"], &[], "a", "b.c", Unlisted),
            (&["a:b.c"], &[], "a", "b.c", Allowed),
            (&["a.**"], &[], "a", "__reduce__", Unlisted),
            (&["numpy.random.*.*"], &[], "numpy.random._pickle", "__generator_ctor", Allowed),
        ];
        for (allowed, denied, module, name, expected) in cases {
            assert_eq!(
                verdict(allowed, denied, module, name),
                *expected,
                "{module}.{name} with {allowed:?} and without {denied:?}"
            );
        }
    }

    #[test]
    fn a_name_that_is_not_constant_is_never_allowed() {
        let mut unresolved = import("os", "system");
        unresolved.name = None;
        let policy = PicklePolicy {
            allowed_globals: set(&["**", "<unresolved>"]),
            denied_globals: GlobalSet::default(),
        };
        assert_eq!(judge(&policy, &unresolved).0, Verdict::Unlisted);
    }
}
