//! All sections of a policy, in the order in which they are shown. A new one is one line here.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::layer::Layer;
use super::section::{KnownRules, Section as _};
use super::sections::card::{CardPolicy, CardSection, CardSettings};
use super::sections::fail_on::FailOnSection;
use super::sections::follow_base_models::FollowBaseModelsSection;
use super::sections::formats::{FormatPolicy, FormatSettings, FormatsSection};
use super::sections::integrity::{IntegrityPolicy, IntegritySection, IntegritySettings};
use super::sections::license::{LicensePolicy, LicenseSection, LicenseSettings};
use super::sections::limits::{LimitPolicy, LimitSettings, LimitsSection};
use super::sections::pickle::{PicklePolicy, PickleSection, PickleSettings};
use super::sections::provenance::{ProvenancePolicy, ProvenanceSection, ProvenanceSettings};
use super::sections::publishers::{PublisherPolicy, PublisherSettings, PublishersSection};
use super::sections::rules::{RuleSetting, RulesSection, RulesSettings};
use super::sections::sources::{SourcePolicy, SourceSettings, SourcesSection};
use super::sections::trust::{TrustPolicy, TrustSection, TrustSettings};
use super::sections::waivers::{Waiver, WaiverSettings, WaiversSection};
use super::showing::Page;
use crate::base::Severity;
use crate::document::{Fields, Located, Problem, Reading};

/// For each section: its key with its documentation, the section merged, what stands in a file, and
/// what rules judge by.
macro_rules! sections {
    ($($(#[$documentation:meta])* $key:ident: $section:ident, $written:ty, $effective:ty;)*) => {
        /// The settings that a file and each of its profiles can make.
        #[derive(Clone, Debug, Default, JsonSchema)]
        #[schemars(deny_unknown_fields, inline)]
        pub(super) struct Settings {
            $($(#[$documentation])* pub(super) $key: Option<$written>,)*
        }

        /// All layers merged, every value with its origin.
        #[derive(Debug, Default)]
        pub(super) struct Merged<'a> {
            $($key: $section<'a>,)*
        }

        /// The policy in force for one manifest entry: presets, file and profile merged.
        #[derive(Clone, Debug)]
        pub struct Policy {
            $($(#[$documentation])* pub $key: $effective,)*
        }

        impl Settings {
            /// Reads the sections that are there.
            pub(super) fn read(
                reading: &mut Reading,
                fields: &mut Fields<'_>,
                rules: KnownRules<'_>,
            ) -> Self {
                Self {
                    $($key: fields
                        .get(stringify!($key))
                        .and_then(|value| $section::read(reading, &value, rules)),)*
                }
            }
        }

        impl<'a> Merged<'a> {
            /// Merges layers, lowest first.
            pub(super) fn of(layers: &[(Layer<'a>, &'a Settings)]) -> Self {
                let mut merged = Self::default();
                for (layer, settings) in layers {
                    $(if let Some(written) = &settings.$key {
                        merged.$key.merge(*layer, written);
                    })*
                }
                merged
            }

            /// What is wrong with the layers taken together.
            pub(super) fn problems(&self) -> Vec<Problem> {
                let mut problems = Vec::new();
                $(problems.extend(self.$key.problems());)*
                problems
            }

            /// The policy without the origins.
            pub(super) fn policy(&self) -> Policy {
                Policy { $($key: self.$key.effective(),)* }
            }

            /// The policy as YAML that reads back to the same policy, each value with a comment on
            /// its origin.
            pub(super) fn show(&self) -> String {
                let mut page = Page::default();
                page.line(0, "version: 1", None);
                $(self.$key.show(stringify!($key), &mut page);)*
                page.into_text()
            }
        }
    };
}

sections! {
    /// The lowest severity that fails the gate. Default: medium.
    fail_on: FailOnSection, Located<Severity>, Severity;
    /// Where models may come from.
    sources: SourcesSection, SourceSettings, SourcePolicy;
    /// Who may not publish them.
    publishers: PublishersSection, PublisherSettings, PublisherPolicy;
    /// Which formats their files may have.
    formats: FormatsSection, FormatSettings, FormatPolicy;
    /// How large they may be.
    limits: LimitsSection, LimitSettings, LimitPolicy;
    /// What pickles may import.
    pickle: PickleSection, PickleSettings, PicklePolicy;
    /// What a model card must have.
    card: CardSection, CardSettings, CardPolicy;
    /// What makes a publisher trustworthy.
    trust: TrustSection, TrustSettings, TrustPolicy;
    /// What is asked of a model's history on the Hub.
    provenance: ProvenanceSection, ProvenanceSettings, ProvenancePolicy;
    /// How bytes are compared with what is listed for them.
    integrity: IntegritySection, IntegritySettings, IntegrityPolicy;
    /// Which licenses are allowed.
    license: LicenseSection, LicenseSettings, LicensePolicy;
    /// Whether models that a model builds on are judged too, as entries of their own. Default:
    /// false.
    follow_base_models: FollowBaseModelsSection, Located<bool>, bool;
    /// Severity of rules by id, or `off`.
    rules: RulesSection, RulesSettings, BTreeMap<String, RuleSetting>;
    /// Dated, reasoned exceptions. Those of extended policies stay in force.
    waivers: WaiversSection, Vec<WaiverSettings>, Vec<Waiver>;
}
