//! Rules on who publishes a model, and the trust score.

mod look_alike;
mod low_trust;
mod publisher;
mod score;
mod typosquat_publisher;
mod untrusted_publisher;

pub(super) use low_trust::LowTrust;
pub(super) use publisher::{is_same_account, publisher_of};
pub use score::trust_report;
pub(super) use typosquat_publisher::TyposquatPublisher;
pub(super) use untrusted_publisher::UntrustedPublisher;
