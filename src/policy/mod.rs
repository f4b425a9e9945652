//! What the team allows: the effective policy, and the files it is read from.

mod effective;

pub use effective::{
    CardMatch, CardPolicy, CardSectionPolicy, GlobalPattern, GlobalSet, LicensePolicy,
    PicklePolicy, Policy, RuleSetting, TrustPolicy, Waiver,
};
