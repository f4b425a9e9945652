//! Rules on what a pickle does when it is loaded.

mod call_forms;
pub(crate) mod denied_global;
pub(super) mod deny_list;
pub(crate) mod divergent_stream;
pub(crate) mod indirect_call;
pub(crate) mod load_cost;
pub(crate) mod nested_payload;
pub(crate) mod object_mutation;
pub(crate) mod out_of_band_buffer;
pub(crate) mod persistent_id;
pub(crate) mod pickle_extension;
pub(crate) mod trailing_data;
pub(crate) mod unexpected_arguments;
pub(crate) mod unlisted_global;
pub(crate) mod unresolved_global;
pub(crate) mod unsafe_state;

use std::collections::HashMap;

use super::globals::{call_forms as call_forms_of, judge};
use super::wording::quoted;
use super::{Case, Seen};
use crate::evidence::{Callee, Fact, FileEvidence, Import, ImportOpcode, Origin, PickleFact};
use crate::finding::Verdict;
use crate::policy::{CallForm, PicklePolicy};

/// The facts of all files but those of payloads that nothing in their pickle loads:
/// `nested-payload` names what these would import.
fn facts_that_load<'a>(case: &Case<'a>) -> impl Iterator<Item = Seen<'a>> + use<'a> {
    case.dossier.files.iter().flat_map(|file| {
        let idle: Vec<&str> = file
            .evidence
            .iter()
            .filter_map(|evidence| match &evidence.fact {
                // Who encodes a payload in a text has a program that decodes and loads it.
                Fact::Pickle(PickleFact::NestedPayload { member, consumer: None, .. })
                    if !is_in_text(member) =>
                {
                    Some(member.as_str())
                }
                _ => None,
            })
            .collect();
        file.evidence.iter().filter_map(move |evidence| {
            let member = evidence.origin.member.as_deref();
            (!idle.iter().any(|payload| is_within(member, payload))).then_some(Seen {
                file,
                origin: &evidence.origin,
                fact: &evidence.fact,
            })
        })
    })
}

/// Whether a payload stands in a text file rather than in a pickle's operand.
fn is_in_text(member: &str) -> bool {
    member.rsplit('!').next().is_some_and(|part| part.starts_with("text@"))
}

/// Whether a member is `outer`, or inside it.
fn is_within(member: Option<&str>, outer: &str) -> bool {
    member
        .and_then(|member| member.strip_prefix(outer))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('!'))
}

/// The import that a fact is, if it is one. The attribute of an import is judged like one.
fn import_of<'a>(seen: &Seen<'a>) -> Option<&'a Import> {
    match seen.fact {
        Fact::Pickle(PickleFact::Import(import) | PickleFact::Attribute(import)) => Some(import),
        _ => None,
    }
}

/// The imports of a file by member and full name, to find what a call calls.
struct ImportsByName<'a>(HashMap<(Option<&'a str>, String), &'a Import>);

impl<'a> ImportsByName<'a> {
    fn of(file: &'a FileEvidence) -> Self {
        let imports = file.evidence.iter().filter_map(|evidence| match &evidence.fact {
            Fact::Pickle(PickleFact::Import(import) | PickleFact::Attribute(import)) => {
                Some(((evidence.origin.member.as_deref(), import.global()), import))
            }
            _ => None,
        });
        Self(imports.collect())
    }

    fn find(&self, origin: &Origin, global: &str) -> Option<&'a Import> {
        self.0.get(&(origin.member.as_deref(), global.to_owned())).copied()
    }
}

/// How the policy lets the file call an allowed `global`: the outer `None` if the import itself is
/// a violation, which says more; the inner one if it may be called in any way. A callee whose
/// import is not known may be called in no way.
fn forms_of_allowed<'p>(
    policy: &'p PicklePolicy,
    imports: &ImportsByName<'_>,
    origin: &Origin,
    global: &str,
) -> Option<Option<&'p [CallForm]>> {
    match imports.find(origin, global) {
        Some(import) if judge(policy, import).0 != Verdict::Allowed => None,
        Some(import) => Some(call_forms_of(policy, import)),
        None => Some(Some(&[])),
    }
}

/// `and called with ('id',)`, from the first call of `global` in the same member; nothing if there
/// is none, because an import without a call is no relief.
fn call_in_words(file: &FileEvidence, origin: &Origin, global: &str) -> String {
    let arguments = file.evidence.iter().find_map(|evidence| match &evidence.fact {
        Fact::Pickle(PickleFact::Call(call))
            if evidence.origin.member == origin.member
                && matches!(&call.callee, Callee::Global(callee) if callee == global) =>
        {
            Some(&call.arguments)
        }
        _ => None,
    });
    arguments.map(|arguments| format!(" and called with {}", quoted(arguments))).unwrap_or_default()
}

/// `imported`, or how else the file gets at it.
fn imported_in_words(import: &Import) -> &'static str {
    match import.opcode {
        ImportOpcode::Reduce
            if import.name.as_deref().is_some_and(|name| name.starts_with("methodcaller.")) =>
        {
            "named for `operator.methodcaller`"
        }
        ImportOpcode::Global | ImportOpcode::StackGlobal | ImportOpcode::Inst => "imported",
        ImportOpcode::Reduce => "reached through `getattr`",
    }
}

/// ` (written as `posix.system` …)`, where the Python 2 mapping changed the name.
fn written_in_words(import: &Import) -> String {
    import
        .written
        .as_ref()
        .map(|(module, name)| format!(" (written as {})", quoted(&format!("{module}.{name}"))))
        .unwrap_or_default()
}
