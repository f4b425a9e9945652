//! Rules on who publishes a model, and the trust score.

mod look_alike;
pub(crate) mod low_trust;
mod publisher;
mod score;
pub(crate) mod typosquat_publisher;
pub(crate) mod untrusted_publisher;

pub(in crate::rules) use publisher::{is_same_account, publisher_of};
pub use score::trust_report;
