//! What the team allows: the effective policy, and the files it is read from.
//!
//! A policy file is read (`reading`) into what is written in it (`written`), stacked on what it
//! extends (`layers`, `presets`), merged and either shown with the origin of each value (`showing`)
//! or applied ([`Policy`]). A key at the top is a section: one file in `sections`, one line in `settings`. `waiving` writes a waiver into the text of one.

mod allowed_global;
mod call_form;
mod card_sections;
mod global_set;
mod layer;
mod layers;
mod presets;
mod reading;
mod schema;
mod section;
mod sections;
mod settings;
mod showing;
mod waiving;
mod written;

pub use allowed_global::{AllowedGlobal, CallForms};
pub use call_form::{
    ArgumentForm, ArgumentsForm, CallForm, CallFormError, ImplicitMethod, ValueForm, ValueKind,
};
pub use card_sections::{BUILT_IN_SECTIONS, BuiltInSection};
pub use global_set::{GlobalEntry, GlobalEntryError, GlobalMatch, GlobalPattern, GlobalSet};
pub use layers::{Loader, PolicyLayers};
pub use presets::{PRESETS, Preset, PresetKind, is_preset_name};
pub use schema::policy_schema;
pub use sections::card::{CardMatch, CardPolicy, CardSectionPolicy};
pub use sections::formats::FormatPolicy;
pub use sections::integrity::{IntegrityPolicy, Verify};
pub use sections::license::LicensePolicy;
pub use sections::limits::LimitPolicy;
pub use sections::pickle::PicklePolicy;
pub use sections::provenance::ProvenancePolicy;
pub use sections::publishers::PublisherPolicy;
pub use sections::rules::RuleSetting;
pub use sections::sources::{SourceGlob, SourcePolicy};
pub use sections::trust::{TrustPolicy, TrustWeights};
pub use sections::waivers::{DayError, Waiver, parse_day};
pub use settings::Policy;
pub use waiving::{NewWaiver, NotWaivable, WithWaiver, with_waiver};
