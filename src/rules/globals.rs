//! What a policy says of an imported global.

use super::pickle::deny_list::{self, DenyEntry};
use crate::evidence::Import;
use crate::finding::Verdict;
use crate::policy::{CallForm, GlobalMatch, PicklePolicy};

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
///
/// An import whose every use is a composition that was followed (`getattr(class, "name")`) is no
/// more than what it means there, and that is judged for itself: only the policy's own
/// `denied_globals` deny it. The same holds for a name that the file's own reader has in a table and
/// never asks Python for: in TorchScript's pickles those of libtorch's unpickler.
pub fn judge(policy: &PicklePolicy, import: &Import) -> (Verdict, Option<Denial>) {
    let (Some(module), Some(name)) = (&import.module, &import.name) else {
        return (Verdict::Unlisted, None);
    };
    if policy.denied_globals.contains(module, name) {
        return (Verdict::Denied, Some(Denial::Policy));
    }
    if import.followed || import.of_reader || is_member(policy, module, name) {
        return (Verdict::Allowed, None);
    }
    let allowed = policy.allowed_globals.matches(module, name);
    if let Some(GlobalMatch::Exact(_)) = allowed {
        return (Verdict::Allowed, None);
    }
    // The attribute of an allowed class is what nobody has listed, whatever its module is.
    let of_allowed = |(class, _): (&str, &str)| {
        matches!(policy.allowed_globals.matches(module, class), Some(GlobalMatch::Exact(_)))
    };
    if allowed.is_none() && !has_dunder(name) && name.rsplit_once('.').is_some_and(of_allowed) {
        return (Verdict::Unlisted, None);
    }
    match (deny_list::find(module, name), allowed) {
        (Some(entry), _) => (Verdict::Denied, Some(Denial::Listed(entry))),
        (None, Some(_)) => (Verdict::Allowed, None),
        (None, None) => (Verdict::Unlisted, None),
    }
}

fn has_dunder(name: &str) -> bool {
    name.split('.').any(|part| part.starts_with("__") && part.ends_with("__"))
}

/// Whether a dotted name is a member of an enumeration that is allowed.
fn is_member(policy: &PicklePolicy, module: &str, name: &str) -> bool {
    let Some((class, member)) = name.rsplit_once('.') else { return false };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    member.chars().all(is_word)
        && !has_dunder(name)
        && policy.allowed_globals.matches(module, class).is_some_and(|entry| {
            let forms = policy.call_forms.of(entry.entry()).unwrap_or_default();
            forms.contains(&CallForm::Enumeration)
        })
}

/// How the policy lets a pickle call an import that it allows: `None` in any way.
pub(super) fn call_forms<'p>(policy: &'p PicklePolicy, import: &Import) -> Option<&'p [CallForm]> {
    if import.of_reader {
        return None;
    }
    let (Some(module), Some(name)) = (&import.module, &import.name) else { return Some(&[]) };
    match policy.allowed_globals.matches(module, name) {
        Some(entry) => policy.call_forms.of(entry.entry()),
        // A member of an enumeration is held; a composer's calls are what they mean.
        None => Some(&[]),
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
        let policy = PicklePolicy {
            allowed_globals: set(allowed),
            denied_globals: set(denied),
            ..PicklePolicy::default()
        };
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
            // An attribute of an allowed class is merely unlisted.
            (&["builtins.str"], &[], "builtins", "str.split", Unlisted),
            (&["builtins.str"], &[], "builtins", "str.__class__", Denied),
            (&[], &[], "builtins", "str.split", Denied),
            (&["builtins.str", "builtins:str.split"], &[], "builtins", "str.split", Allowed),
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
        let policy = PicklePolicy { allowed_globals: set(&["os.**"]), ..PicklePolicy::default() };
        assert_eq!(judge(&policy, &unresolved).0, Verdict::Unlisted);
    }
}
