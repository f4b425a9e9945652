//! The binary as its users meet it: arguments in, text and exit codes out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot do its work is to fail there and then"
)]

mod base_models;
mod baselines;
mod discovering;
mod exit_codes;
mod facts;
mod harness;
mod inspecting;
mod locking;
mod manuals;
mod outputs;
mod quickstart;
mod sharding;
mod sources;
mod waiving;
