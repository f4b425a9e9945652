//! Rules on what a file is, whatever its format.

pub(crate) mod budget_exhausted;
pub(crate) mod escaping_link;
pub(crate) mod executable_file;
pub(crate) mod executable_permission;
pub(crate) mod format_mismatch;
pub(crate) mod link;
pub(crate) mod malformed_file;
pub(crate) mod missing_safetensors;
pub(crate) mod object_array;
mod pickle_based;
pub(crate) mod polyglot_file;
pub(crate) mod script_file;
pub(crate) mod unreadable_file;
pub(crate) mod unsafe_format;
pub(crate) mod unscanned_file;
