//! `formats`: which formats the files of a model may have.

use schemars::JsonSchema;

use crate::document::{Located, Reading, Value};
use crate::policy::layer::{Layer, SourcedList, distinct_texts};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::Page;

/// Which formats the files of a model may have, by the names that reports show.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(in crate::policy) struct FormatSettings {
    /// The only formats that pass. Default: any.
    pub(in crate::policy) allow: Option<Vec<Located<String>>>,
    /// Formats that never pass.
    pub(in crate::policy) deny: Option<Vec<Located<String>>>,
}

/// Which formats the files of a model may have, by the names that reports show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormatPolicy {
    /// The only ones that pass; `None` allows any.
    pub allow: Option<Vec<String>>,
    /// Those that never pass, whatever `allow` says.
    pub deny: Vec<String>,
}

#[derive(Debug, Default)]
pub(in crate::policy) struct FormatsSection<'a> {
    allow: Option<SourcedList<'a, &'a str>>,
    deny: SourcedList<'a, &'a str>,
}

impl<'a> Section<'a> for FormatsSection<'a> {
    type Written = FormatSettings;
    type Effective = FormatPolicy;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        let mut fields = reading.fields(value)?;
        let mut names = |reading: &mut Reading, name| {
            let value = fields.get(name)?;
            reading.list_of(&value, |reading, value| {
                reading.checked(value, |text| {
                    let is_name = |c: char| {
                        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.')
                    };
                    let error = "a format is named as reports show it: `safetensors`, `torch-zip`";
                    if !text.is_empty() && text.chars().all(is_name) { Ok(()) } else { Err(error) }
                })
            })
        };
        let settings =
            FormatSettings { allow: names(reading, "allow"), deny: names(reading, "deny") };
        fields.finish(reading);
        Some(settings)
    }

    fn merge(&mut self, layer: Layer<'a>, written: &'a FormatSettings) {
        let FormatSettings { allow, deny } = written;
        layer.replace(&mut self.allow, allow.as_ref(), String::as_str);
        layer.list(&mut self.deny, deny.as_ref(), None, String::as_str);
    }

    fn effective(&self) -> FormatPolicy {
        FormatPolicy {
            allow: self.allow.as_deref().map(distinct_texts),
            deny: distinct_texts(&self.deny),
        }
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.section(key);
        page.optional_list("allow", self.allow.as_deref(), str::to_owned);
        page.list(1, "deny", &self.deny);
    }
}
