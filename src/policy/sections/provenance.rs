//! `provenance`: what is asked of a model's history on the Hub.

use schemars::JsonSchema;

use super::accounts::accounts;
use crate::document::{Located, Reading, Value};
use crate::policy::layer::{Layer, Sourced, SourcedList, distinct_texts};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::Page;

/// What is asked of a model's history on the Hub.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(in crate::policy) struct ProvenanceSettings {
    /// How many of the latest commits are looked at. Default: 20.
    #[schemars(range(min = 0, max = 1000))]
    pub(in crate::policy) recent_commits: Option<Located<u64>>,
    /// Hub accounts beside the publisher whose commits are expected.
    pub(in crate::policy) trusted_authors: Option<Vec<Located<String>>>,
    /// Further Hub accounts whose commits are expected.
    pub(in crate::policy) extra_trusted_authors: Option<Vec<Located<String>>>,
    /// How many days the commit must have stood; 0 asks for nothing. Default: 0.
    #[schemars(range(min = 0, max = 36500))]
    pub(in crate::policy) minimum_age_days: Option<Located<u64>>,
}

/// What is asked of a model's history on the Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenancePolicy {
    /// How many of the latest commits are looked at, 0–1000.
    pub recent_commits: u64,
    /// Hub accounts beside the publisher whose commits are expected.
    pub trusted_authors: Vec<String>,
    /// How many days the commit must have stood; 0 asks for nothing.
    pub minimum_age_days: u64,
}

impl Default for ProvenancePolicy {
    fn default() -> Self {
        Self { recent_commits: 20, trusted_authors: Vec::new(), minimum_age_days: 0 }
    }
}

#[derive(Debug)]
pub(in crate::policy) struct ProvenanceSection<'a> {
    recent_commits: Sourced<'a, u64>,
    trusted_authors: SourcedList<'a, &'a str>,
    minimum_age_days: Sourced<'a, u64>,
}

impl Default for ProvenanceSection<'_> {
    fn default() -> Self {
        let default = ProvenancePolicy::default();
        Self {
            recent_commits: Sourced::default(default.recent_commits),
            trusted_authors: Vec::new(),
            minimum_age_days: Sourced::default(default.minimum_age_days),
        }
    }
}

impl<'a> Section<'a> for ProvenanceSection<'a> {
    type Written = ProvenanceSettings;
    type Effective = ProvenancePolicy;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        let mut fields = reading.fields(value)?;
        let commits = fields.get("recent_commits");
        let recent_commits = commits.and_then(|value| reading.number(&value, 0..=1000));
        let authors = fields.get("trusted_authors");
        let trusted_authors = authors.and_then(|value| authors_of(reading, &value));
        let extra = fields.get("extra_trusted_authors");
        let extra_trusted_authors = extra.and_then(|value| authors_of(reading, &value));
        let age = fields.get("minimum_age_days");
        let minimum_age_days = age.and_then(|value| reading.number(&value, 0..=36_500));
        fields.finish(reading);
        Some(ProvenanceSettings {
            recent_commits,
            trusted_authors,
            extra_trusted_authors,
            minimum_age_days,
        })
    }

    fn merge(&mut self, layer: Layer<'a>, written: &'a ProvenanceSettings) {
        let ProvenanceSettings {
            recent_commits,
            trusted_authors,
            extra_trusted_authors,
            minimum_age_days,
        } = written;
        layer.set(&mut self.recent_commits, *recent_commits);
        layer.list(
            &mut self.trusted_authors,
            trusted_authors.as_ref(),
            extra_trusted_authors.as_ref(),
            String::as_str,
        );
        layer.set(&mut self.minimum_age_days, *minimum_age_days);
    }

    fn effective(&self) -> ProvenancePolicy {
        ProvenancePolicy {
            recent_commits: self.recent_commits.value,
            trusted_authors: distinct_texts(&self.trusted_authors),
            minimum_age_days: self.minimum_age_days.value,
        }
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.section(key);
        page.number(1, "recent_commits", &self.recent_commits);
        page.list(1, "trusted_authors", &self.trusted_authors);
        page.number(1, "minimum_age_days", &self.minimum_age_days);
    }
}

/// Names of people and organisations on the Hub.
fn authors_of(reading: &mut Reading, value: &Value<'_>) -> Option<Vec<Located<String>>> {
    let error = "an account is one name without `/` or `:`, such as `google` and not `google/bert`";
    accounts(reading, value, error)
}
