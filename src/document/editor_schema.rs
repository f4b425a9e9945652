//! JSON Schemas for editors, from what schemars derives.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// A generator of schemas that refer to no definitions elsewhere, so that parts of them can be put
/// together.
pub fn inlining_generator() -> SchemaGenerator {
    SchemaSettings::default().with(|settings| settings.inline_subschemas = true).into_generator()
}

/// A schema for a file whose keys are `properties`.
///
/// schemars lets every `Option` be null; here an optional key is simply left out, and a key
/// without a value is an error.
pub fn editor_schema(title: &str, properties: Map<String, Value>) -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    tidy(&mut schema);
    schema
}

/// Takes null out of every list of types and alternatives, and line breaks out of descriptions. The
/// depth of a schema is that of the
/// types it is derived from.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Array(values) => values.iter_mut().for_each(tidy),
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            // Doc comments are wrapped to the width of the source.
            if let Some(Value::String(description)) = object.get_mut("description") {
                *description = description.replace('\n', " ");
            }
            if let Some(Value::Array(words)) = object.get_mut("enum") {
                words.retain(|word| !word.is_null());
            }
            if let Some(Value::Array(alternatives)) = object.get_mut("anyOf") {
                alternatives.retain(|one| one.get("type").is_none_or(|name| name != "null"));
                if let [Value::Object(only)] = alternatives.as_slice() {
                    let only = only.clone();
                    object.remove("anyOf");
                    for (key, value) in only {
                        object.entry(key).or_insert(value);
                    }
                }
            }
            object.values_mut().for_each(tidy);
        }
        _ => {}
    }
}
