//! `trust`: what makes a publisher trustworthy.

use schemars::JsonSchema;

use super::accounts::publishers;
use crate::document::{Located, Reading, Value};
use crate::policy::layer::{Layer, Sourced, SourcedList, distinct_texts};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::Page;

/// What makes a publisher trustworthy.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(in crate::policy) struct TrustSettings {
    /// The lowest trust score that passes; 0 asks for nothing. Default: 0.
    #[schemars(range(min = 0, max = 10))]
    pub(in crate::policy) minimum_score: Option<Located<u64>>,
    /// Hub organisations and users.
    pub(in crate::policy) trusted_publishers: Option<Vec<Located<String>>>,
    /// Further Hub organisations and users.
    pub(in crate::policy) extra_trusted_publishers: Option<Vec<Located<String>>>,
    /// What each signal of the trust score gives or takes.
    pub(in crate::policy) weights: Option<WeightSettings>,
}

/// What makes a publisher trustworthy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrustPolicy {
    /// 0–10; 0 asks for nothing.
    pub minimum_score: u8,
    /// Hub organisations and users.
    pub trusted_publishers: Vec<String>,
    /// What each signal of the score gives or takes.
    pub weights: TrustWeights,
}

/// For each signal of the trust score: its documentation, its key, and its points by default.
macro_rules! weights {
    ($($(#[$documentation:meta])* $key:ident: $points:literal;)*) => {
        /// What each signal of the trust score gives or takes, in points.
        #[derive(Clone, Copy, Debug, Default, JsonSchema)]
        #[schemars(deny_unknown_fields, inline)]
        pub(in crate::policy) struct WeightSettings {
            $($(#[$documentation])*
            #[schemars(range(min = -10, max = 10))]
            $key: Option<Located<i64>>,)*
        }

        /// What each signal of a trust score gives or takes, in points; the defaults are those of
        /// the security audit walkthrough.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct TrustWeights {
            $($(#[$documentation])* pub $key: i64,)*
        }

        impl Default for TrustWeights {
            fn default() -> Self {
                Self { $($key: $points,)* }
            }
        }

        #[derive(Debug)]
        struct Weights<'a> {
            $($key: Sourced<'a, i64>,)*
        }

        impl Default for Weights<'_> {
            fn default() -> Self {
                Self { $($key: Sourced::default($points),)* }
            }
        }

        impl WeightSettings {
            fn read(reading: &mut Reading, value: &Value<'_>) -> Option<Self> {
                let mut fields = reading.fields(value)?;
                let settings = Self {
                    $($key: fields
                        .get(stringify!($key))
                        .and_then(|value| reading.signed_number(&value, -10..=10)),)*
                };
                fields.finish(reading);
                Some(settings)
            }
        }

        impl<'a> Weights<'a> {
            fn merge(&mut self, layer: Layer<'a>, written: &WeightSettings) {
                $(layer.set(&mut self.$key, written.$key);)*
            }

            fn effective(&self) -> TrustWeights {
                TrustWeights { $($key: self.$key.value,)* }
            }

            fn show(&self, page: &mut Page) {
                page.line(1, "weights:", None);
                $(page.value(
                    2,
                    stringify!($key),
                    &self.$key.value.to_string(),
                    self.$key.origin,
                );)*
            }
        }
    };
}

weights! {
    /// The publisher is on the trusted list. Default: 2.
    trusted_publisher: 2;
    /// The publisher is not on it. Default: 0.
    unlisted_publisher: 0;
    /// There is no publisher. Default: -1.
    no_publisher: -1;
    /// More than 1,000,000 downloads last month. Default: 2.
    very_popular: 2;
    /// More than 10,000 downloads last month. Default: 1.
    popular: 1;
    /// The model card names a license. Default: 1.
    license: 1;
    /// The model card's front matter names none. Default: -1.
    no_license: -1;
    /// There is no front matter. Default: -1.
    no_card_metadata: -1;
    /// There are safetensors files. Default: 2.
    safetensors: 2;
    /// More than 10 commits. Default: 1.
    history: 1;
    /// Access is gated. Default: 1.
    gated: 1;
    /// A signature was verified. Default: 1.
    signature: 1;
}

#[derive(Debug)]
pub(in crate::policy) struct TrustSection<'a> {
    minimum_score: Sourced<'a, u64>,
    trusted_publishers: SourcedList<'a, &'a str>,
    weights: Weights<'a>,
}

impl Default for TrustSection<'_> {
    fn default() -> Self {
        Self {
            minimum_score: Sourced::default(0),
            trusted_publishers: Vec::new(),
            weights: Weights::default(),
        }
    }
}

impl<'a> Section<'a> for TrustSection<'a> {
    type Written = TrustSettings;
    type Effective = TrustPolicy;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        let mut fields = reading.fields(value)?;
        let minimum_score =
            fields.get("minimum_score").and_then(|value| reading.number(&value, 0..=10));
        let trusted_publishers =
            fields.get("trusted_publishers").and_then(|value| publishers(reading, &value));
        let extra_trusted_publishers =
            fields.get("extra_trusted_publishers").and_then(|value| publishers(reading, &value));
        let weights = fields.get("weights").and_then(|value| WeightSettings::read(reading, &value));
        fields.finish(reading);
        Some(TrustSettings { minimum_score, trusted_publishers, extra_trusted_publishers, weights })
    }

    fn merge(&mut self, layer: Layer<'a>, written: &'a TrustSettings) {
        let TrustSettings { minimum_score, trusted_publishers, extra_trusted_publishers, weights } =
            written;
        layer.set(&mut self.minimum_score, *minimum_score);
        layer.list(
            &mut self.trusted_publishers,
            trusted_publishers.as_ref(),
            extra_trusted_publishers.as_ref(),
            String::as_str,
        );
        if let Some(weights) = weights {
            self.weights.merge(layer, weights);
        }
    }

    fn effective(&self) -> TrustPolicy {
        TrustPolicy {
            minimum_score: u8::try_from(self.minimum_score.value).unwrap_or(10),
            trusted_publishers: distinct_texts(&self.trusted_publishers),
            weights: self.weights.effective(),
        }
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.section(key);
        page.number(1, "minimum_score", &self.minimum_score);
        page.list(1, "trusted_publishers", &self.trusted_publishers);
        self.weights.show(page);
    }
}
