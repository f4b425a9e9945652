//! The committed JSON Schemas: current, and agreeing with what is read.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that fails panics"
)]

use std::io;
use std::sync::Arc;

use serde_json::Value;
use weighstation::document::{Document, Problem};
use weighstation::lock::{Lock, lock_schema};
use weighstation::manifest::{Manifest, manifest_schema};
use weighstation::policy::{PolicyLayers, policy_schema};

const RULES: &[(&str, &str)] = &[("a-rule", "What it finds.")];

/// The keys that the reader accepts in the mapping in which `problem` found an unknown one.
fn accepted(problems: &[Problem]) -> Vec<String> {
    let problem = problems.iter().find(|problem| problem.message.contains("zzzzzzzz")).unwrap();
    let mut keys: Vec<String> =
        problem.help[0].split('`').skip(1).step_by(2).map(str::to_owned).collect();
    keys.sort();
    keys
}

/// The keys of an object of a schema.
fn keys(schema: &Value, pointer: &str) -> Vec<String> {
    let object = schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer} in {schema:#}"));
    assert_eq!(object["additionalProperties"], Value::Bool(false), "{pointer}");
    let mut keys: Vec<String> = object["properties"].as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}

#[test]
fn schema_and_reader_of_a_policy_know_the_same_keys() {
    let schema = policy_schema(RULES);
    let problems = |text: &str| {
        let document = Document::from_bytes("p.yaml", text.as_bytes()).unwrap();
        let load = |_: &str| Err(io::Error::from(io::ErrorKind::NotFound));
        PolicyLayers::read("p.yaml", document, &["a-rule"], &load).unwrap_err()
    };
    for (text, pointer) in [
        ("sources: {zzzzzzzz: 1}", "/properties/sources"),
        ("publishers: {zzzzzzzz: 1}", "/properties/publishers"),
        ("formats: {zzzzzzzz: 1}", "/properties/formats"),
        ("limits: {zzzzzzzz: 1}", "/properties/limits"),
        ("zzzzzzzz: 1", ""),
        ("pickle: {zzzzzzzz: 1}", "/properties/pickle"),
        ("card: {zzzzzzzz: 1}", "/properties/card"),
        ("trust: {zzzzzzzz: 1}", "/properties/trust"),
        ("trust: {weights: {zzzzzzzz: 1}}", "/properties/trust/properties/weights"),
        ("provenance: {zzzzzzzz: 1}", "/properties/provenance"),
        ("license: {zzzzzzzz: 1}", "/properties/license"),
        ("rules: {a-rule: {zzzzzzzz: 1}}", "/$defs/rule_setting/anyOf/1"),
        ("waivers: [{zzzzzzzz: 1}]", "/properties/waivers/items"),
        ("profiles: {p: {zzzzzzzz: 1}}", "/properties/profiles/additionalProperties"),
    ] {
        assert_eq!(accepted(&problems(text)), keys(&schema, pointer), "{text}");
    }
    let profile = &schema["properties"]["profiles"]["additionalProperties"]["properties"];
    for (key, reference) in profile.as_object().unwrap() {
        let pointer = reference["$ref"].as_str().unwrap().trim_start_matches('#');
        assert_eq!(pointer, format!("/properties/{key}"));
        assert!(schema.pointer(pointer).is_some(), "{key}");
    }
}

#[test]
fn schema_and_reader_of_a_manifest_know_the_same_keys() {
    let schema = manifest_schema();
    let problems = |text: &str| {
        Manifest::parse(Document::from_bytes("m", text.as_bytes()).unwrap()).unwrap_err()
    };
    assert_eq!(accepted(&problems("zzzzzzzz: 1")), keys(&schema, ""));
    assert_eq!(
        accepted(&problems("models: [{zzzzzzzz: 1}]")),
        keys(&schema, "/properties/models/items")
    );
}

#[test]
fn schema_and_reader_of_a_lock_know_the_same_keys() {
    let schema = lock_schema();
    let problems =
        |text: &str| Lock::parse(Document::from_bytes("l", text.as_bytes()).unwrap()).unwrap_err();
    for (text, pointer) in [
        ("version: 1\nzzzzzzzz: 1", ""),
        ("version: 1\nmodels: [{zzzzzzzz: 1}]", "/properties/models/items"),
        (
            "version: 1\nmodels: [{files: [{zzzzzzzz: 1}]}]",
            "/properties/models/items/properties/files/items",
        ),
    ] {
        assert_eq!(accepted(&problems(text)), keys(&schema, pointer), "{text}");
    }
    assert_eq!(
        schema["properties"]["models"]["items"]["required"],
        serde_json::json!(["name", "source", "files"])
    );
}

#[test]
fn the_committed_lock_schema_is_current() {
    let committed = std::fs::read_to_string("schemas/lock.schema.json").unwrap();
    assert!(
        committed == format!("{:#}\n", lock_schema()),
        "run `weighstation policy schema lock > schemas/lock.schema.json`"
    );
}

#[test]
fn schemas_speak_of_no_null_and_describe_every_key() {
    for schema in [policy_schema(RULES), manifest_schema(), lock_schema()] {
        assert!(!schema.to_string().contains("null"), "{schema:#}");
        for (key, property) in schema["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{key}");
        }
    }
    let schema = policy_schema(RULES);
    assert_eq!(schema["properties"]["trust"]["properties"]["minimum_score"]["maximum"], 10);
    let weight = &schema["properties"]["trust"]["properties"]["weights"]["properties"]["gated"];
    assert_eq!((&weight["minimum"], &weight["maximum"]), (&(-10).into(), &10.into()));
    assert_eq!(schema["properties"]["follow_base_models"]["type"], "boolean");
    assert_eq!(
        schema["properties"]["waivers"]["items"]["required"],
        serde_json::json!(["reason", "expires"])
    );
    assert_eq!(
        schema["properties"]["waivers"]["items"]["anyOf"],
        serde_json::json!([{ "required": ["rule"] }, { "required": ["fingerprint"] }])
    );
    assert_eq!(
        schema["properties"]["rules"]["properties"]["a-rule"]["description"],
        "What it finds."
    );
}

#[test]
fn the_committed_manifest_schema_is_current() {
    let committed = std::fs::read_to_string("schemas/manifest.schema.json").unwrap();
    assert!(
        committed == format!("{:#}\n", manifest_schema()),
        "run `weighstation policy schema manifest > schemas/manifest.schema.json`"
    );
}

/// A document may be shared between threads that judge different models.
#[test]
fn documents_are_shared() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&Arc::new(Document { path: String::new(), text: String::new() }));
    shared(&PolicyLayers::preset("tensors", &[]).unwrap());
}

#[test]
fn the_committed_policy_schema_is_current_for_the_rules_that_it_names() {
    let committed = std::fs::read_to_string("schemas/policy.schema.json").unwrap();
    let schema: Value = serde_json::from_str(&committed).unwrap();
    let named = schema["properties"]["rules"]["properties"].as_object().unwrap();
    let rules: Vec<(&str, &str)> = named
        .iter()
        .map(|(id, setting)| (id.as_str(), setting["description"].as_str().unwrap()))
        .collect();
    assert!(
        committed == format!("{:#}\n", policy_schema(&rules)),
        "run `weighstation policy schema > schemas/policy.schema.json`"
    );
}
