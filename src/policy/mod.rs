//! What the team allows: the effective policy, and the files it is read from.

mod effective;
mod global_set;

pub use effective::{
    CardMatch, CardPolicy, CardSectionPolicy, LicensePolicy, PicklePolicy, Policy, RuleSetting,
    TrustPolicy, Waiver,
};
pub use global_set::{GlobalEntry, GlobalEntryError, GlobalMatch, GlobalPattern, GlobalSet};
