//! Rules on what a pickle does when it is loaded.

mod denied_global;
pub(super) mod deny_list;
mod divergent_stream;
mod indirect_call;
mod nested_payload;
mod object_mutation;
mod out_of_band_buffer;
mod persistent_id;
mod pickle_extension;
mod trailing_data;
mod unexpected_arguments;
mod unlisted_global;
mod unresolved_global;
mod unsafe_state;

pub(super) use denied_global::DeniedGlobal;
pub(super) use divergent_stream::DivergentStream;
pub(super) use indirect_call::IndirectCall;
pub(super) use nested_payload::NestedPayload;
pub(super) use object_mutation::ObjectMutation;
pub(super) use out_of_band_buffer::OutOfBandBuffer;
pub(super) use persistent_id::PersistentId;
pub(super) use pickle_extension::PickleExtension;
pub(super) use trailing_data::TrailingData;
pub(super) use unexpected_arguments::UnexpectedArguments;
pub(super) use unlisted_global::UnlistedGlobal;
pub(super) use unresolved_global::UnresolvedGlobal;
pub(super) use unsafe_state::UnsafeState;

use super::Seen;
use super::wording::quoted;
use crate::evidence::{Callee, Fact, FileEvidence, Import, Origin, PickleFact};

/// The import that a fact is, if it is one.
fn import_of<'a>(seen: &Seen<'a>) -> Option<&'a Import> {
    match seen.fact {
        Fact::Pickle(PickleFact::Import(import)) => Some(import),
        _ => None,
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

/// Whether `import` is the import of `global`, which is `module.name`.
fn is_import_of(import: &Import, global: &str) -> bool {
    let (Some(module), Some(name)) = (&import.module, &import.name) else {
        return global == Import::UNRESOLVED;
    };
    global.strip_prefix(module.as_str()).and_then(|rest| rest.strip_prefix('.'))
        == Some(name.as_str())
}

/// ` (written as `posix.system` …)`, where the Python 2 mapping changed the name.
fn written_in_words(import: &Import) -> String {
    import
        .written
        .as_ref()
        .map(|(module, name)| format!(" (written as {})", quoted(&format!("{module}.{name}"))))
        .unwrap_or_default()
}
