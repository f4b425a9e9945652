//! What a policy says of an imported global.

use super::pickle::deny_list::{self, DenyEntry};
use crate::evidence::Import;
use crate::finding::Verdict;
use crate::policy::{GlobalMatch, PicklePolicy};

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
    if policy.denied_globals.contains(module, name) {
        return (Verdict::Denied, Some(Denial::Policy));
    }
    let allowed = policy.allowed_globals.matches(module, name);
    if let Some(GlobalMatch::Exact(_)) = allowed {
        return (Verdict::Allowed, None);
    }
    match (deny_list::find(module, name), allowed) {
        (Some(entry), _) => (Verdict::Denied, Some(Denial::Listed(entry))),
        (None, Some(_)) => (Verdict::Allowed, None),
        (None, None) => (Verdict::Unlisted, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{GlobalEntry, GlobalSet};
    use crate::rules::tests::dossiers::import;

    fn set(entries: &[&str]) -> GlobalSet {
        entries.iter().map(|entry| entry.parse::<GlobalEntry>().unwrap()).collect()
    }

    fn verdict(allowed: &[&str], denied: &[&str], module: &str, name: &str) -> Verdict {
        let policy = PicklePolicy { allowed_globals: set(allowed), denied_globals: set(denied) };
        judge(&policy, &import(module, name)).0
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
        let policy =
            PicklePolicy { allowed_globals: set(&["os.**"]), denied_globals: GlobalSet::default() };
        assert_eq!(judge(&policy, &unresolved).0, Verdict::Unlisted);
    }
}
