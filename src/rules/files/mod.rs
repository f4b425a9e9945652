//! Rules on what a file is, whatever its format.

mod budget_exhausted;
mod escaping_link;
mod executable_file;
mod executable_permission;
mod format_mismatch;
mod link;
mod malformed_file;
mod missing_safetensors;
mod object_array;
mod pickle_based;
mod polyglot_file;
mod script_file;
mod unreadable_file;
mod unsafe_format;
mod unscanned_file;

pub(super) use budget_exhausted::BudgetExhausted;
pub(super) use escaping_link::EscapingLink;
pub(super) use executable_file::ExecutableFile;
pub(super) use executable_permission::ExecutablePermission;
pub(super) use format_mismatch::FormatMismatch;
pub(super) use link::Link;
pub(super) use malformed_file::MalformedFile;
pub(super) use missing_safetensors::MissingSafetensors;
pub(super) use object_array::ObjectArray;
pub(super) use polyglot_file::PolyglotFile;
pub(super) use script_file::ScriptFile;
pub(super) use unreadable_file::UnreadableFile;
pub(super) use unsafe_format::UnsafeFormat;
pub(super) use unscanned_file::UnscannedFile;
