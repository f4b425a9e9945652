//! Rules on what a pickle does when it is loaded.

pub(crate) mod denied_global;
pub(super) mod deny_list;
pub(crate) mod divergent_stream;
pub(crate) mod indirect_call;
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
