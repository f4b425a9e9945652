//! The catalogue of techniques: each case is bytes made here, judged by the real binary under the
//! `baseline` policy. Payloads are inert names; nothing here is ever loaded.
//!
//! Case ids are stable and grouped by format; a case says which rules must fire.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test ends where something is not as it should be"
)]

mod assemble;
mod calls;
mod gate;
mod good;
mod joblib;
mod legacy;
mod pickle;
mod properties;
mod safetensors;
mod text;
mod verdict;
mod zip;
