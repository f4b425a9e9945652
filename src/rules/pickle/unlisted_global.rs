//! `unlisted-global`: an import that nobody has allowed.

use super::{call_in_words, facts_that_load, import_of, imported_in_words, written_in_words};
use crate::base::Severity;
use crate::evidence::{Callee, Fact, Import, PickleFact};
use crate::finding::{RuleMeta, Verdict};
use crate::policy::{PRESETS, PresetKind};
use crate::rules::globals::judge;
use crate::rules::wording::{phrase, quoted};
use crate::rules::{Case, Check, Rule, Seen, Violation};

/// A pickle imports a name that is on no allow-list.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unlisted-global",
        title: "Pickle imports a name that is not allowed",
        summary: "A pickle imports a function or class that the policy's allow-list does not hold. \
                  Loading the file imports it and may call it.",
        severity: Severity::High,
        tags: &["pickle", "security"],
        cwe: Some(502),
        since: "0.1.0",
        help: include_str!("unlisted_global.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in facts_that_load(case) {
        let Some(import) = import_of(&seen) else { continue };
        if import.module.is_none() || import.name.is_none() {
            // `unresolved-global` judges it.
            continue;
        }
        if judge(&case.policy.pickle, import).0 != Verdict::Unlisted {
            continue;
        }
        let global = import.global();
        let departure = departure_in_words(&seen, &global);
        let description = format!(
            "{}{} is {} by {}{}{}, and the policy does not allow it{departure}{}.",
            quoted(&global),
            written_in_words(import),
            imported_in_words(import),
            seen.holder(),
            seen.at_byte(),
            call_in_words(seen.file, seen.origin, &global),
            glob_in_words(case, import),
        );
        violations.push(seen.violation(&global, description, advice(import, &global)));
    }
}

/// A glob of the policy that was meant to allow the name, if one reads so.
fn glob_in_words(case: &Case<'_>, import: &Import) -> String {
    let names = import.module.as_deref().zip(import.name.as_deref());
    names
        .and_then(|(module, name)| case.policy.pickle.allowed_globals.out_of_reach(module, name))
        .map(|glob| {
            format!(
                "; the entry {} does not reach it, because no glob matches a name with a dot or a \
                 part like `__this__`: an exact entry does",
                quoted(glob)
            )
        })
        .unwrap_or_default()
}

/// What the writers of this name would not have written, if a call in the same member says so.
fn departure_in_words(seen: &Seen<'_>, global: &str) -> String {
    seen.file
        .evidence
        .iter()
        .find_map(|evidence| match &evidence.fact {
            Fact::Pickle(PickleFact::Call(call))
                if evidence.origin.member == seen.origin.member
                    && matches!(&call.callee, Callee::Global(callee) if callee == global) =>
            {
                call.departure.as_deref()
            }
            _ => None,
        })
        .map(|departure| format!("; its arguments are unusual as well: {}", phrase(departure)))
        .unwrap_or_default()
}

/// The preset for one library that allows `global` by its exact name. Presets list one name a
/// line; to read them as policies would cost more than the hint is worth.
fn library_preset(global: &str) -> Option<&'static str> {
    PRESETS
        .iter()
        .filter(|preset| preset.kind == PresetKind::Library)
        .find(|preset| {
            let entries = preset.text.lines().filter_map(|line| line.trim().strip_prefix("- "));
            entries.into_iter().any(|entry| entry == global)
        })
        .map(|preset| preset.name)
}

fn advice(import: &Import, global: &str) -> String {
    let module = import.module.as_deref().unwrap_or_default();
    if module == "__main__" {
        return "`__main__` is whatever script happens to load the file, so the name means nothing \
                by itself. Move the class into an importable module, save again, and allow its \
                full name; or save the weights alone as safetensors."
            .to_owned();
    }
    if global == "torch.storage._load_from_bytes" {
        return "The tensors were saved with plain `pickle`, which wraps a whole torch file in each. \
                Save the `state_dict` with safetensors, or with `torch.save` and load it with \
                `weights_only=True`."
            .to_owned();
    }
    if let Some(preset) = library_preset(global) {
        return format!(
            "Prefer a safetensors version of the model. The preset `{preset}` allows what its \
             library writes: if you load such models on purpose, add it to `extends` of the \
             policy, or of the profile that judges this model."
        );
    }
    format!(
        "Prefer a safetensors version of the model. If you trust {name} and calling it with any \
         arguments is harmless, add the exact name to `pickle.extra_allowed_globals` of the \
         policy; for one file only, waive this rule with the file's `sha256`.",
        name = quoted(global)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_of_a_preset_is_recognised() {
        assert_eq!(library_preset("xgboost.core.Booster"), Some("boosting"));
        assert_eq!(library_preset("torch.nn.modules.linear.Linear"), Some("torch-module"));
        assert_eq!(library_preset("torch.nn.modules.linear"), None);
        assert_eq!(library_preset(""), None);
    }
}
