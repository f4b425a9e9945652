//! What holds for every rule in the registry.

use std::collections::BTreeSet;

use super::RULES;
use crate::finding::RuleMeta;
use crate::rules::by_id;

fn metas() -> impl Iterator<Item = &'static RuleMeta> {
    RULES.iter().map(|rule| rule.meta())
}

#[test]
fn ids_are_unique_kebab_case_and_found() {
    let mut ids = BTreeSet::new();
    for meta in metas() {
        assert!(ids.insert(meta.id), "{} stands twice", meta.id);
        assert!(
            meta.id.split('-').all(|part| !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())),
            "{} is not kebab-case",
            meta.id
        );
        assert_eq!(by_id(meta.id).map(|rule| rule.meta().id), Some(meta.id));
    }
    assert!(by_id("no-such-rule").is_none());
}

#[test]
fn rules_of_one_subject_stand_together_and_sorted() {
    // `file` and `format` are one subject.
    let subject = |meta: &RuleMeta| match meta.tags[0] {
        "format" => "file",
        tag => tag,
    };
    let mut left = BTreeSet::new();
    let metas: Vec<&RuleMeta> = metas().collect();
    for pair in metas.windows(2) {
        if subject(pair[0]) == subject(pair[1]) {
            assert!(pair[0].id < pair[1].id, "{} before {}", pair[0].id, pair[1].id);
        } else {
            assert!(left.insert(subject(pair[0])), "{} is split", subject(pair[0]));
            assert!(!left.contains(subject(pair[1])), "{} is split", subject(pair[1]));
        }
    }
}

#[test]
fn metadata_fits_its_readers() {
    for meta in metas() {
        let id = meta.id;
        assert!(!meta.title.is_empty() && meta.title.chars().count() <= 60, "{id}: title");
        assert!(!meta.title.ends_with('.'), "{id}: title");
        assert!(meta.summary.ends_with('.') && meta.summary.chars().count() <= 1024, "{id}");
        assert!(!meta.summary.contains("  "), "{id}: summary");
        assert!(!meta.tags.is_empty() && meta.tags.len() <= 10, "{id}: tags");
        assert_eq!(meta.since, "0.1.0", "{id}");
    }
}

#[test]
fn help_has_its_four_headings_in_order() {
    for meta in metas() {
        let mut in_code = false;
        let mut headings = Vec::new();
        for line in meta.help.lines() {
            if line.trim_start().starts_with("```") {
                in_code = !in_code;
            } else if !in_code && line.starts_with('#') {
                headings.push(line);
            }
            assert!(line.chars().count() <= 110, "{}: {line}", meta.id);
        }
        assert!(!in_code, "{}: a code block is open", meta.id);
        assert_eq!(
            headings,
            ["## What it checks", "## Why", "## How to fix", "## Example"],
            "{}",
            meta.id
        );
        assert!(
            meta.help.contains(&format!("{} {}", meta.severity, meta.id)),
            "{}: the example shows the finding",
            meta.id
        );
    }
}
