//! The binary against a Hub on 127.0.0.1 (`tests/loopback-hub`): what it judges, what it refuses
//! to judge, what it asks for and whom it tells the token.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot do its work is to fail there and then"
)]

mod access;
mod chance;
mod faults;
mod harness;
mod integrity;
mod kept_facts;
mod large;
mod listings;
mod models;
mod offline;
mod revisions;
mod secrets;
mod verdicts;
