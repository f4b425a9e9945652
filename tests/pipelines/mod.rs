//! Every pipeline of docs/pipelines, tried as it is written there: the steps of the examples run in
//! a folder of their own, as their runners run them, with what a runner has and no more. The GitHub
//! action has its own tests beside them.
//!
//! Needs bash, curl and tar, and no network.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot do its work is to fail there and then"
)]

mod action;
mod azure;
mod expression;
mod github;
mod gitlab;
mod hook;
mod jenkins;
mod kubernetes;
mod machine;
mod pages;
mod project;
mod releases;
mod runner;
mod tools;
mod workflow;
