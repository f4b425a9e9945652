//! `pickle`: what pickles may import and call.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::json;

use crate::document::{Located, Reading, Value};
use crate::policy::allowed_global::{AllowedGlobal, CallForms};
use crate::policy::call_form::CallForm;
use crate::policy::global_set::{GlobalEntry, GlobalSet};
use crate::policy::layer::{Layer, SourcedList};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::{Page, scalar};

/// What pickles may import. An entry is `module.name`, `module:qualified.name`, or a glob in which
/// `*` stops at dots and `**` does not. One that is allowed may be called in any way, unless it stands
/// as a mapping of `name` or `names` and `call`, which says how.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(in crate::policy) struct PickleSettings {
    /// What may be imported and called; replaces what the extended policies allow.
    pub(in crate::policy) allowed_globals: Option<Vec<Located<AllowedGlobal>>>,
    /// What may be imported and called in addition.
    pub(in crate::policy) extra_allowed_globals: Option<Vec<Located<AllowedGlobal>>>,
    /// What may not be imported, whatever is allowed; replaces what the extended policies deny.
    pub(in crate::policy) denied_globals: Option<Vec<Located<GlobalEntry>>>,
    /// What may not be imported either.
    pub(in crate::policy) extra_denied_globals: Option<Vec<Located<GlobalEntry>>>,
}

/// What pickles may import.
#[derive(Clone, Debug, Default)]
pub struct PicklePolicy {
    /// What may be imported.
    pub allowed_globals: GlobalSet,
    /// How what may be imported may be called.
    pub call_forms: CallForms,
    /// What may not, whatever else says: beats every entry of `allowed_globals`.
    pub denied_globals: GlobalSet,
}

#[derive(Debug, Default)]
pub(in crate::policy) struct PickleSection<'a> {
    allowed_globals: SourcedList<'a, &'a AllowedGlobal>,
    denied_globals: SourcedList<'a, &'a GlobalEntry>,
}

impl<'a> Section<'a> for PickleSection<'a> {
    type Written = PickleSettings;
    type Effective = PicklePolicy;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        let mut fields = reading.fields(value)?;
        let mut list = |name| fields.get(name);
        let settings = PickleSettings {
            allowed_globals: list("allowed_globals")
                .and_then(|value| allowed_globals(reading, &value)),
            extra_allowed_globals: list("extra_allowed_globals")
                .and_then(|value| allowed_globals(reading, &value)),
            denied_globals: list("denied_globals").and_then(|value| globals(reading, &value)),
            extra_denied_globals: list("extra_denied_globals")
                .and_then(|value| globals(reading, &value)),
        };
        fields.finish(reading);
        Some(settings)
    }

    fn merge(&mut self, layer: Layer<'a>, written: &'a PickleSettings) {
        let PickleSettings {
            allowed_globals,
            extra_allowed_globals,
            denied_globals,
            extra_denied_globals,
        } = written;
        layer.list(
            &mut self.allowed_globals,
            allowed_globals.as_ref(),
            extra_allowed_globals.as_ref(),
            |entry| entry,
        );
        layer.list(
            &mut self.denied_globals,
            denied_globals.as_ref(),
            extra_denied_globals.as_ref(),
            |entry| entry,
        );
    }

    fn effective(&self) -> PicklePolicy {
        let allowed = || self.allowed_globals.iter().map(|entry| entry.value);
        PicklePolicy {
            allowed_globals: allowed().map(|entry| entry.global.clone()).collect(),
            call_forms: allowed().collect(),
            denied_globals: self.denied_globals.iter().map(|entry| entry.value.clone()).collect(),
        }
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.section(key);
        let allowed = self.allowed_globals.iter();
        let allowed = allowed.map(|entry| (allowed_global(entry.value), entry.origin));
        page.entries(1, "allowed_globals", allowed);
        page.texts("denied_globals", &self.denied_globals, GlobalEntry::to_string);
    }
}

fn globals(reading: &mut Reading, value: &Value<'_>) -> Option<Vec<Located<GlobalEntry>>> {
    reading.list_of(value, Reading::parsed::<GlobalEntry>)
}

fn allowed_globals(
    reading: &mut Reading,
    value: &Value<'_>,
) -> Option<Vec<Located<AllowedGlobal>>> {
    let entries = reading.list_of(value, allowed_entry)?;
    Some(entries.into_iter().flatten().collect())
}

/// One entry of the allow-list: a global, or globals and how they may be called.
fn allowed_entry(reading: &mut Reading, value: &Value<'_>) -> Option<Vec<Located<AllowedGlobal>>> {
    if value.peek_text().is_some() {
        let global = reading.parsed::<GlobalEntry>(value)?;
        return Some(vec![global.map(|global| AllowedGlobal { global, calls: None })]);
    }
    let mut fields = reading.fields(value)?;
    let name = fields.get("name");
    let names = fields.get("names");
    let place = fields.first_entry();
    let globals = match (name, names) {
        (Some(name), None) => reading.parsed::<GlobalEntry>(&name).map(|global| vec![global]),
        (None, Some(names)) => globals(reading, &names),
        _ => {
            let problem = reading.problem(place, "an entry has either a `name` or `names`");
            reading.report(problem);
            None
        }
    };
    let call = fields.require(reading, "call");
    let forms = call.and_then(|call| match call.peek_text() {
        Some(_) => reading.parsed::<CallForm>(&call).map(|form| vec![form]),
        None => {
            if call.is_empty_list() {
                let problem = reading.problem(call.span(), "write `never` if it is not called");
                reading.report(problem);
            }
            reading.list_of(&call, Reading::parsed::<CallForm>)
        }
    });
    fields.finish(reading);
    let forms: Vec<CallForm> = forms?.into_iter().map(|form| form.value).collect();
    let entry = |global| AllowedGlobal { global, calls: Some(forms.clone()) };
    Some(globals?.into_iter().map(|global| global.map(entry)).collect())
}

/// An entry of the allow-list as YAML, on one line.
fn allowed_global(entry: &AllowedGlobal) -> String {
    let name = scalar(&entry.global.to_string());
    let Some(calls) = &entry.calls else { return name };
    let forms: Vec<String> = calls.iter().map(|form| scalar(&form.to_string())).collect();
    match forms.as_slice() {
        [form] => format!("{{ name: {name}, call: {form} }}"),
        forms => format!("{{ name: {name}, call: [{}] }}", forms.join(", ")),
    }
}

impl JsonSchema for GlobalEntry {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Global".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[^.:]+(\\.[^.:]+)*([.:].+)$" })
    }
}

impl JsonSchema for AllowedGlobal {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "AllowedGlobal".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let global = GlobalEntry::json_schema(generator);
        let form = json!({
            "description": "How it may be called: `never`, `new`, `(str, int)` …",
            "type": "string",
            "pattern": "^(never|enum|known|setitem|append|add|hash|(new)?(\\(.*\\))?)$"
        });
        let call = json!({ "anyOf": [form, { "type": "array", "items": form }] });
        json_schema!({
            "anyOf": [
                global,
                {
                    "type": "object",
                    "properties": {
                        "name": global,
                        "names": { "type": "array", "items": global },
                        "call": call
                    },
                    "required": ["call"],
                    "additionalProperties": false
                }
            ]
        })
    }
}
