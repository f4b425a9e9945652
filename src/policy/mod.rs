//! What the team allows: the effective policy, and the files it is read from.
//!
//! A policy file is read (`reading`) into what is written in it (`written`), stacked on what it
//! extends (`layers`, `presets`), merged (`merging`) and either shown with the origin of each
//! value (`showing`) or applied ([`Policy`]). `waiving` writes a waiver into the text of one.

mod admission;
mod allowed_global;
mod call_form;
mod card_sections;
mod effective;
mod global_set;
mod layers;
mod merging;
mod presets;
mod reading;
mod schema;
mod showing;
mod waiving;
mod written;

pub use admission::{FormatPolicy, LimitPolicy, PublisherPolicy, SourceGlob, SourcePolicy};
pub use allowed_global::{AllowedGlobal, CallForms};
pub use call_form::{
    ArgumentForm, ArgumentsForm, CallForm, CallFormError, ImplicitMethod, ValueForm, ValueKind,
};
pub use card_sections::{BUILT_IN_SECTIONS, BuiltInSection};
pub use effective::{
    CardMatch, CardPolicy, CardSectionPolicy, IntegrityPolicy, LicensePolicy, PicklePolicy, Policy,
    ProvenancePolicy, RuleSetting, TrustPolicy, TrustWeights, Verify, Waiver,
};
pub use global_set::{GlobalEntry, GlobalEntryError, GlobalMatch, GlobalPattern, GlobalSet};
pub use layers::{Loader, PolicyLayers};
pub use presets::{PRESETS, Preset, PresetKind, is_preset_name};
pub use reading::{DayError, parse_day};
pub use schema::policy_schema;
pub use waiving::{NewWaiver, NotWaivable, WithWaiver, with_waiver};
