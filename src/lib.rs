//! The gate that a machine-learning model passes before it is merged or deployed.
//!
//! A **manifest** names models, a **source** turns each into a snapshot (an immutable list of
//! files, read by range), **analysers** turn bytes into **evidence** (facts), **rules** judge
//! evidence against a **policy** into **findings**, a **report** renders them, and the exit code
//! is the verdict.
//!
//! ```text
//! cli ─► gate ─► policy, manifest ─► source ─► analyse ─► evidence ─► rules ─► evaluate ─► report
//! ```
//!
//! Data flows downhill and nothing imports upward; `tests/architecture.rs` checks it. No model is
//! ever loaded, unpickled, imported or executed: only bytes are read.

pub mod analyse;
pub mod base;
pub mod cli;
pub mod discover;
pub mod document;
pub mod evaluate;
pub mod evidence;
pub mod facts_cache;
pub mod finding;
pub mod gate;
pub mod license;
pub mod lock;
pub mod manifest;
pub mod policy;
pub mod report;
pub mod rules;
pub mod source;
