//! `rules`: the severity of each rule, or that it does not run.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::base::Severity;
use crate::document::{Located, Reading, Value};
use crate::policy::layer::{Layer, Sourced};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::{Page, scalar};

/// Settings by the id of their rule.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(inline)]
pub(in crate::policy) struct RulesSettings(
    #[schemars(with = "BTreeMap<String, RuleSetting>")]
    Vec<(Located<String>, Located<RuleSetting>)>,
);

/// What a policy makes of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSetting {
    /// It does not run.
    Off,
    /// It runs with this severity.
    Severity(Severity),
}

impl RuleSetting {
    /// The word in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Severity(severity) => severity.name(),
        }
    }
}

impl JsonSchema for RuleSetting {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "RuleSetting".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let severities = Severity::ALL.map(Severity::name);
        let words: Vec<&str> = std::iter::once("off").chain(severities).collect();
        json_schema!({
            "anyOf": [
                { "enum": words },
                {
                    "type": "object",
                    "properties": { "severity": { "enum": words } },
                    "required": ["severity"],
                    "additionalProperties": false
                }
            ]
        })
    }
}

#[derive(Debug, Default)]
pub(in crate::policy) struct RulesSection<'a>(BTreeMap<&'a str, Sourced<'a, RuleSetting>>);

impl<'a> Section<'a> for RulesSection<'a> {
    type Written = RulesSettings;
    type Effective = BTreeMap<String, RuleSetting>;

    fn read(
        reading: &mut Reading,
        value: &Value<'_>,
        known: KnownRules<'_>,
    ) -> Option<Self::Written> {
        let mut rules = Vec::new();
        for (id, value) in reading.named(value) {
            known.check(reading, id);
            if let Some(setting) = rule_setting(reading, &value) {
                rules.push((id.clone(), setting));
            }
        }
        Some(RulesSettings(rules))
    }

    fn merge(&mut self, layer: Layer<'a>, written: &'a RulesSettings) {
        for (id, setting) in &written.0 {
            self.0.insert(&id.value, layer.sourced(setting.value, setting.span));
        }
    }

    fn effective(&self) -> BTreeMap<String, RuleSetting> {
        self.0.iter().map(|(id, setting)| ((*id).to_owned(), setting.value)).collect()
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.line(0, &format!("{key}:{}", if self.0.is_empty() { " {}" } else { "" }), None);
        for (id, setting) in &self.0 {
            page.value(1, &scalar(id), setting.value.name(), setting.origin);
        }
    }
}

/// The words of a rule's setting.
fn setting_words() -> Vec<(&'static str, RuleSetting)> {
    let severities = Severity::ALL.map(|one| (one.name(), RuleSetting::Severity(one)));
    std::iter::once(("off", RuleSetting::Off)).chain(severities).collect()
}

fn rule_setting(reading: &mut Reading, value: &Value<'_>) -> Option<Located<RuleSetting>> {
    let words = setting_words();
    if let Some(text) = value.peek_text() {
        if matches!(text, "false" | "no" | "False" | "No") {
            let problem = reading
                .problem(value.span(), format!("a rule is switched off with `off`, not `{text}`"));
            reading.report(problem);
            return None;
        }
        return reading.word(value, &words);
    }
    let mut fields = reading.fields(value)?;
    let severity = fields.require(reading, "severity");
    let setting = severity.and_then(|value| reading.word(&value, &words));
    fields.finish(reading);
    setting
}
