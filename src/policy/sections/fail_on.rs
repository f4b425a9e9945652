//! `fail_on`: the lowest severity that fails the gate.

use crate::base::Severity;
use crate::document::{Located, Reading, Value};
use crate::policy::layer::{Layer, Sourced};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::Page;

#[derive(Debug)]
pub(in crate::policy) struct FailOnSection<'a>(Sourced<'a, Severity>);

impl Default for FailOnSection<'_> {
    fn default() -> Self {
        Self(Sourced::default(Severity::Medium))
    }
}

impl<'a> Section<'a> for FailOnSection<'a> {
    type Written = Located<Severity>;
    type Effective = Severity;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        reading.word(value, &Severity::ALL.map(|severity| (severity.name(), severity)))
    }

    fn merge(&mut self, layer: Layer<'a>, written: &Self::Written) {
        layer.set(&mut self.0, Some(*written));
    }

    fn effective(&self) -> Severity {
        self.0.value
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.value(0, key, self.0.value.name(), self.0.origin);
    }
}
