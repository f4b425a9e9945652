//! The JSON Schema of a policy file, for editors: derived from the types of the sections, with the
//! rules of this program filled in.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::presets::PRESETS;
use super::sections::rules::RuleSetting;
use super::settings::Settings;
use super::written::Extends;
use crate::document::{editor_schema, inlining_generator};

/// The schema of `weighstation.yaml`. `rules` are the ids and one-line summaries of all rules.
pub fn policy_schema(rules: &[(&str, &str)]) -> Value {
    let mut generator = inlining_generator();
    let mut settings = properties::<Settings>(&mut generator);
    if let Some(slot) = settings.get_mut("rules") {
        let described = rules.iter().map(|(id, summary)| {
            let setting = json!({ "description": summary, "$ref": "#/$defs/rule_setting" });
            ((*id).to_owned(), setting)
        });
        let described: Map<String, Value> = described.collect();
        if let Some(object) = slot.as_object_mut() {
            object.insert("additionalProperties".to_owned(), json!(false));
            object.insert("properties".to_owned(), Value::Object(described));
        }
    }
    let ids: Vec<&str> = rules.iter().map(|(id, _)| *id).collect();
    if let Some(rule) = settings
        .get_mut("waivers")
        .and_then(|waivers| waivers.pointer_mut("/items/properties/rule"))
        .and_then(Value::as_object_mut)
    {
        rule.insert("enum".to_owned(), json!(ids));
    }
    if let Some(waiver) = settings
        .get_mut("waivers")
        .and_then(|waivers| waivers.pointer_mut("/items"))
        .and_then(Value::as_object_mut)
    {
        let either = json!([{ "required": ["rule"] }, { "required": ["fingerprint"] }]);
        waiver.insert("anyOf".to_owned(), either);
    }
    let mut extends = properties::<Extends>(&mut generator);
    let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    if let Some(list) = extends.get_mut("extends").and_then(Value::as_object_mut) {
        list.insert(
            "items".to_owned(),
            json!({ "anyOf": [{ "enum": names }, { "type": "string" }] }),
        );
    }
    // The settings of a profile are those of the file.
    let same = |key: &String| (key.clone(), json!({ "$ref": format!("#/properties/{key}") }));
    let profile_properties: Map<String, Value> =
        extends.keys().chain(settings.keys()).map(same).collect();
    let mut all = Map::new();
    all.insert("version".to_owned(), json!({ "description": "Of the format.", "const": 1 }));
    all.extend(extends);
    all.extend(settings);
    all.insert(
        "profiles".to_owned(),
        json!({
            "description": "Settings for the manifest entries that name the profile; they override those of the file.",
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": profile_properties,
                "additionalProperties": false
            }
        }),
    );
    let mut schema = editor_schema("weighstation policy", all);
    if let Some(object) = schema.as_object_mut() {
        let setting = RuleSetting::json_schema(&mut generator).to_value();
        object.insert("$defs".to_owned(), json!({ "rule_setting": setting }));
    }
    schema
}

fn properties<T: JsonSchema>(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let schema = T::json_schema(generator).to_value();
    schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
}
