//! Rules on the policy's own exceptions.
//!
//! Which waivers covered something is known only after all other rules have run on all models, so
//! `evaluate` produces these findings; the rules stand here for their metadata.

mod expired_waiver;
mod unused_waiver;

pub use expired_waiver::ExpiredWaiver;
pub use unused_waiver::UnusedWaiver;
