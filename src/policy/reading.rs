//! From a document to a [`WrittenPolicy`], with every error in one run.

use std::sync::Arc;

use super::section::KnownRules;
use super::settings::Settings;
use super::written::{Extends, WrittenPolicy, WrittenProfile};
use crate::document::{Document, Fields, Located, Problem, Reading, Value};

/// The version of the format that this program reads.
const VERSION: u64 = 1;

/// Reads one policy file. Rule ids are checked against `known_rules`; whether the sections that a
/// card requires exist is only known once all layers are read.
pub(super) fn read_policy(
    document: Arc<Document>,
    known_rules: &[&str],
) -> (WrittenPolicy, Vec<Problem>) {
    let (mut reading, root) = Reading::begin(document);
    let mut policy = WrittenPolicy::default();
    if let Some(root) = &root
        && let Some(mut fields) = reading.root(root, "policy")
    {
        let rules = KnownRules(known_rules);
        if let Some(version) = fields.get("version") {
            check_version(&mut reading, &version);
        }
        policy.extends = extends(&mut reading, &mut fields);
        policy.settings = Settings::read(&mut reading, &mut fields, rules);
        if let Some(profiles) = fields.get("profiles") {
            for (name, value) in reading.named(&profiles) {
                policy.profiles.extend(profile(&mut reading, name, &value, rules));
            }
        }
        fields.finish(&mut reading);
    }
    (policy, reading.into_problems())
}

fn check_version(reading: &mut Reading, value: &Value<'_>) {
    let number = reading.number(value, 0..=u64::MAX);
    if let Some(number) = number.filter(|number| number.value != VERSION) {
        let message = format!("version {} of the policy format is not known", number.value);
        let problem = reading
            .problem(number.span, message)
            .help(format!("this weighstation reads `version: {VERSION}`"));
        reading.report(problem);
    }
}

fn extends(reading: &mut Reading, fields: &mut Fields<'_>) -> Extends {
    let extends = fields.get("extends");
    Extends { extends: extends.and_then(|value| reading.list_of(&value, Reading::text)) }
}

fn profile(
    reading: &mut Reading,
    name: &Located<String>,
    value: &Value<'_>,
    rules: KnownRules<'_>,
) -> Option<WrittenProfile> {
    let mut fields = reading.fields(value)?;
    let extends = extends(reading, &mut fields);
    let settings = Settings::read(reading, &mut fields, rules);
    fields.finish(reading);
    Some(WrittenProfile { name: name.clone(), extends, settings })
}
