//! `publishers`: who may not publish what comes in.

use schemars::JsonSchema;

use super::accounts::publishers;
use crate::document::{Located, Reading, Value};
use crate::policy::layer::{Layer, SourcedList, distinct_texts};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::Page;

/// Who may not publish models.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(in crate::policy) struct PublisherSettings {
    /// Hub organisations and users whose models never pass.
    pub(in crate::policy) deny: Option<Vec<Located<String>>>,
}

/// Who may not publish what comes in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublisherPolicy {
    /// Hub organisations and users.
    pub deny: Vec<String>,
}

#[derive(Debug, Default)]
pub(in crate::policy) struct PublishersSection<'a> {
    deny: SourcedList<'a, &'a str>,
}

impl<'a> Section<'a> for PublishersSection<'a> {
    type Written = PublisherSettings;
    type Effective = PublisherPolicy;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        let mut fields = reading.fields(value)?;
        let deny = fields.get("deny").and_then(|value| publishers(reading, &value));
        fields.finish(reading);
        Some(PublisherSettings { deny })
    }

    fn merge(&mut self, layer: Layer<'a>, written: &'a PublisherSettings) {
        layer.list(&mut self.deny, written.deny.as_ref(), None, String::as_str);
    }

    fn effective(&self) -> PublisherPolicy {
        PublisherPolicy { deny: distinct_texts(&self.deny) }
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.section(key);
        page.list(1, "deny", &self.deny);
    }
}
