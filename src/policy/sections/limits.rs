//! `limits`: how large what comes in may be.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::base::ByteSize;
use crate::document::{Located, Reading, Value};
use crate::policy::layer::{Layer, Sourced};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::Page;

/// How large what comes in may be.
#[derive(Clone, Copy, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(in crate::policy) struct LimitSettings {
    /// The judged files of one model together, such as `20 GiB`. Default: any size.
    pub(in crate::policy) model_size: Option<Located<ByteSize>>,
}

/// How large what comes in may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitPolicy {
    /// The files of one model together; `None` for any size.
    pub model_size: Option<ByteSize>,
}

#[derive(Debug)]
pub(in crate::policy) struct LimitsSection<'a> {
    model_size: Sourced<'a, Option<ByteSize>>,
}

impl Default for LimitsSection<'_> {
    fn default() -> Self {
        Self { model_size: Sourced::default(None) }
    }
}

impl<'a> Section<'a> for LimitsSection<'a> {
    type Written = LimitSettings;
    type Effective = LimitPolicy;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        let mut fields = reading.fields(value)?;
        let size = fields.get("model_size");
        let model_size = size.and_then(|value| reading.parsed::<ByteSize>(&value));
        fields.finish(reading);
        Some(LimitSettings { model_size })
    }

    fn merge(&mut self, layer: Layer<'a>, written: &LimitSettings) {
        let LimitSettings { model_size } = written;
        layer.set(&mut self.model_size, model_size.map(|size| size.map(Some)));
    }

    fn effective(&self) -> LimitPolicy {
        LimitPolicy { model_size: self.model_size.value }
    }

    fn show(&self, key: &str, page: &mut Page) {
        match self.model_size.value {
            Some(size) => {
                page.section(key);
                page.value(1, "model_size", &size.to_string(), self.model_size.origin);
            }
            None => page.line(0, &format!("{key}: {{}}  # model_size: any"), None),
        }
    }
}

impl JsonSchema for ByteSize {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "ByteSize".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+ *([KMGTkmgt][Ii]?)?[Bb]$" })
    }
}
