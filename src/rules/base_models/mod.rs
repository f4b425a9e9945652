//! Rules on the models that a model builds on.

pub(crate) mod foreign_remote_code;
pub(crate) mod unjudged_base_model;
