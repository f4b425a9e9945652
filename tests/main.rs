//! All tests that use the crate or the binary from outside, as one program: each program of its own
//! would link everything again.
//!
//! One part of it: `cargo test --test integration hub::`.

mod architecture;
mod baseline_globals;
mod catalogue;
mod cli;
mod discovery;
mod documentation;
mod exactness;
mod hostile_documents;
mod hub;
mod kept_facts;
mod manifest_errors;
mod mutations;
mod oracle;
mod pipelines;
mod policy_errors;
mod rules_reference;
mod schemas;
