//! What SARIF says of a rule.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_sarif::sarif;

use crate::base::Severity;
use crate::finding::RuleMeta;

/// The entry of one rule, with the severity in force; `None` if the policy turned it off.
pub(super) fn descriptor(
    meta: &RuleMeta,
    severity: Option<Severity>,
) -> sarif::ReportingDescriptor {
    let in_force = severity.unwrap_or(meta.severity);
    let configuration = sarif::ReportingConfiguration::builder()
        .enabled(severity.is_some())
        .level(level(in_force).to_string())
        .build();
    let help = sarif::MultiformatMessageString::builder().text(meta.help).markdown(meta.help);
    sarif::ReportingDescriptor::builder()
        .id(meta.id)
        .name(name(meta.id))
        .short_description(text(meta.title))
        .full_description(text(meta.summary))
        .help(help.build())
        .help_uri(documentation("rules.md", meta.id))
        .default_configuration(configuration)
        .properties(properties(meta, in_force))
        .build()
}

/// The level of a result. The one function that maps severities to levels.
pub(super) const fn level(severity: Severity) -> sarif::ResultLevel {
    match severity {
        Severity::Critical | Severity::High => sarif::ResultLevel::Error,
        Severity::Medium => sarif::ResultLevel::Warning,
        Severity::Low | Severity::Info => sarif::ResultLevel::Note,
    }
}

/// GitHub reads the gravity of an alert from a number in its rule: critical above 9.0, high from
/// 7.0, medium from 4.0, low below. Zero is not valid, so that a note has no number.
const fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}

/// For rules that are not about security.
const fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "recommendation",
    }
}

fn properties(meta: &RuleMeta, severity: Severity) -> sarif::PropertyBag {
    /// GitHub shows the first ten tags.
    const MOST_TAGS: usize = 10;
    let about_documentation = meta.tags.contains(&"documentation");
    let number = if about_documentation { None } else { security_severity(severity) };
    let mut tags: Vec<String> = Vec::new();
    let mut bag = BTreeMap::new();
    // Judged by allow-list on exact facts: what is reported is there.
    bag.insert("precision".to_owned(), Value::from("very-high"));
    match number {
        Some(number) => {
            tags.push("security".to_owned());
            bag.insert("security-severity".to_owned(), Value::from(number));
        }
        None => {
            bag.insert("problem.severity".to_owned(), Value::from(problem_severity(severity)));
        }
    }
    let others = meta.tags.iter().filter(|tag| **tag != "security").map(|tag| (*tag).to_owned());
    tags.extend(others);
    tags.truncate(MOST_TAGS.saturating_sub(1));
    tags.extend(meta.cwe.map(|number| format!("external/cwe/cwe-{number}")));
    sarif::PropertyBag::builder().tags(tags).additional_properties(bag).build()
}

/// `DeniedGlobal` of `denied-global`. A name may not equal the id but for case, so that `link`
/// becomes `LinkRule`.
pub(super) fn name(id: &str) -> String {
    let name = pascal_case(id);
    if name.eq_ignore_ascii_case(id) { name + "Rule" } else { name }
}

fn pascal_case(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for part in id.split('-') {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

/// A text in both forms that SARIF knows.
pub(super) fn text(text: &str) -> sarif::MultiformatMessageString {
    sarif::MultiformatMessageString::builder().text(text).build()
}

/// The address of a page of the documentation, and of a heading in it.
pub(super) fn documentation(page: &str, heading: &str) -> String {
    let repository = env!("CARGO_PKG_REPOSITORY");
    let anchor = if heading.is_empty() { String::new() } else { format!("#{heading}") };
    format!("{repository}/blob/main/docs/{page}{anchor}")
}
