//! Every rule on every entry: severities, waivers, fingerprints, order, verdict.
//!
//! This is the only place where a policy's severities and waivers act. It never softens: what a
//! rule reports is in the report, at the severity of the policy in force, and only a waiver that
//! holds today keeps it from failing the gate.

mod base_models;
mod comparing;
mod coverage;
mod fingerprint;
mod globals;
mod joining;
mod judging;
mod lock;
mod merging;
mod order;
mod outcome;
mod place;
mod raised;
mod references;
mod run;
mod severity;
mod waivers;

pub use comparing::compare;
#[cfg(test)]
pub(crate) use coverage::unfetched;
pub use joining::{JoinError, Part, join};
pub use judging::evaluate;
pub use lock::accepted;
pub use run::{Judged, Run};
pub use waivers::binds_digest;

#[cfg(test)]
mod tests;
