//! Rules on the policy's own exceptions, judged once all other rules have run on all models.

pub(crate) mod expired_waiver;
pub(crate) mod unused_waiver;
mod waiver_use;

pub use waiver_use::WaiverUse;
