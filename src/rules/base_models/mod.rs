//! Rules on the models that a model builds on.

mod foreign_remote_code;
pub mod unjudged_base_model;

pub(super) use foreign_remote_code::ForeignRemoteCode;
pub(super) use unjudged_base_model::UnjudgedBaseModel;
