//! `sources`: where models may come from.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::base::{GlobError, NameGlob, normalised_path};
use crate::document::{Located, Reading, Value};
use crate::policy::layer::{Layer, Sourced, SourcedList};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::Page;

/// Where models may come from: globs over sources as the manifest writes them, `hf://acme/*` or
/// `./models/**`.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(in crate::policy) struct SourceSettings {
    /// The only sources that pass. Default: any.
    pub(in crate::policy) allow: Option<Vec<Located<SourceGlob>>>,
    /// Sources that never pass.
    pub(in crate::policy) deny: Option<Vec<Located<SourceGlob>>>,
}

/// Which sources may be named at all.
#[derive(Clone, Debug, Default)]
pub struct SourcePolicy {
    /// The only ones that pass; `None` allows any.
    pub allow: Option<Vec<SourceGlob>>,
    /// Those that never pass, whatever `allow` says.
    pub deny: Vec<SourceGlob>,
}

#[derive(Debug, Default)]
pub(in crate::policy) struct SourcesSection<'a> {
    allow: Option<SourcedList<'a, &'a SourceGlob>>,
    deny: SourcedList<'a, &'a SourceGlob>,
}

impl<'a> Section<'a> for SourcesSection<'a> {
    type Written = SourceSettings;
    type Effective = SourcePolicy;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        let mut fields = reading.fields(value)?;
        let mut globs = |reading: &mut Reading, name| {
            let value = fields.get(name)?;
            reading.list_of(&value, Reading::parsed::<SourceGlob>)
        };
        let settings =
            SourceSettings { allow: globs(reading, "allow"), deny: globs(reading, "deny") };
        fields.finish(reading);
        Some(settings)
    }

    fn merge(&mut self, layer: Layer<'a>, written: &'a SourceSettings) {
        let SourceSettings { allow, deny } = written;
        layer.replace(&mut self.allow, allow.as_ref(), |glob| glob);
        layer.list(&mut self.deny, deny.as_ref(), None, |glob| glob);
    }

    fn effective(&self) -> SourcePolicy {
        let globs = |list: &[Sourced<'_, &SourceGlob>]| -> Vec<SourceGlob> {
            list.iter().map(|entry| entry.value.clone()).collect()
        };
        SourcePolicy { allow: self.allow.as_deref().map(globs), deny: globs(&self.deny) }
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.section(key);
        page.optional_list("allow", self.allow.as_deref(), SourceGlob::to_string);
        page.texts("deny", &self.deny, SourceGlob::to_string);
    }
}

/// A glob over sources as a manifest writes them: `hf://acme/*`, `./models/**`. `*` stops at `/`
/// and `**` does not. Sources on the Hub are compared without regard to case, as the Hub does.
#[derive(Clone, Debug)]
pub struct SourceGlob {
    written: String,
    matcher: GlobMatcher,
}

impl SourceGlob {
    /// Whether a source is meant. `./a/../b` is `b`: a path cannot leave a glob unseen.
    pub fn is_match(&self, source: &str) -> bool {
        self.matcher.is_match(comparable(source))
    }
}

impl PartialEq for SourceGlob {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl fmt::Display for SourceGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl FromStr for SourceGlob {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The check of length is that of all globs.
        NameGlob::new(text)?;
        let glob = GlobBuilder::new(&comparable(text)).literal_separator(true).build();
        let matcher = glob.map_err(|error| GlobError::new(error.kind().to_string()))?;
        Ok(Self { written: text.to_owned(), matcher: matcher.compile_matcher() })
    }
}

/// A source or a glob over sources in the form in which both are compared.
fn comparable(source: &str) -> String {
    let lower = source.to_ascii_lowercase();
    if let Some(id) = lower.strip_prefix("hf://") {
        let id = id.split_once('@').map_or(id, |(id, _)| id);
        return format!("hf://{id}");
    }
    let source = source.replace('\\', "/");
    let root = if source.starts_with('/') { "/" } else { "" };
    format!("{root}{}", normalised_path(&source))
}

impl JsonSchema for SourceGlob {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "SourceGlob".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_match(glob: &str, source: &str) -> bool {
        glob.parse::<SourceGlob>().unwrap().is_match(source)
    }

    #[test]
    fn sources_of_the_hub_are_compared_in_any_case_and_at_any_revision() {
        assert!(is_match("hf://Acme/*", "hf://acme/Ranker"));
        assert!(is_match("hf://acme/*", "hf://acme/ranker@main"));
        assert!(!is_match("hf://acme/*", "hf://acme-inc/ranker"));
        assert!(!is_match("hf://acme/*", "./hf:/acme/ranker"));
        assert!(is_match("hf://**", "hf://gpt2") && is_match("hf://**", "hf://a/b"));
    }

    #[test]
    fn a_path_is_compared_where_it_leads() {
        assert!(is_match("./models/**", "models/a/b.bin"));
        assert!(is_match("models/*", "./models/a"));
        assert!(!is_match("./models/**", "./models/../other/a"));
        assert!(!is_match("./models/**", "/models/a") && is_match("/srv/**", "/srv/a/b"));
        assert!(is_match("../weights/*", "../weights/a"));
    }

    #[test]
    fn what_is_no_glob_is_refused() {
        assert!("hf://[".parse::<SourceGlob>().is_err());
        assert!("a".repeat(600).parse::<SourceGlob>().is_err());
    }
}
