//! `follow_base_models`: whether the models that a model builds on are judged too.

use crate::document::{Located, Reading, Value};
use crate::policy::layer::{Layer, Sourced};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::Page;

#[derive(Debug)]
pub(in crate::policy) struct FollowBaseModelsSection<'a>(Sourced<'a, bool>);

impl Default for FollowBaseModelsSection<'_> {
    fn default() -> Self {
        Self(Sourced::default(false))
    }
}

impl<'a> Section<'a> for FollowBaseModelsSection<'a> {
    type Written = Located<bool>;
    type Effective = bool;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        reading.truth(value)
    }

    fn merge(&mut self, layer: Layer<'a>, written: &Self::Written) {
        layer.set(&mut self.0, Some(*written));
    }

    fn effective(&self) -> bool {
        self.0.value
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.value(0, key, &self.0.value.to_string(), self.0.origin);
    }
}
