//! The GitHub action as a runner runs it: the steps of `action.yml`, with their own scripts and
//! expressions, in a made-up runner environment. Needs bash and curl, and no network: releases
//! come from 127.0.0.1.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot do its work is to fail there and then"
)]

mod expression;
mod hostile;
mod installing;
mod judging;
mod portable;
mod releases;
mod runner;
