//! Code beside a model: native programs and libraries, and sources that somebody may run.

pub(super) mod native;
pub(super) mod script;
