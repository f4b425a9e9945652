//! `license`: which licenses are allowed.

use schemars::JsonSchema;

use crate::document::{Located, Reading, Value};
use crate::license::{LicenseError, LicenseTerm};
use crate::policy::layer::{Layer, Sourced, SourcedList, distinct};
use crate::policy::section::{KnownRules, Section};
use crate::policy::showing::Page;

/// Which licenses are allowed, by SPDX id, id of the Hub, or `LicenseRef-` and a name.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub(in crate::policy) struct LicenseSettings {
    /// The only licenses that pass. Default: any.
    pub(in crate::policy) allow: Option<Vec<Located<String>>>,
    /// Licenses that never pass.
    pub(in crate::policy) deny: Option<Vec<Located<String>>>,
}

/// Which licenses are allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LicensePolicy {
    /// The licenses that are allowed; `None` allows any.
    pub allow: Option<Vec<LicenseTerm>>,
    /// The licenses that are refused, whatever `allow` says.
    pub deny: Vec<LicenseTerm>,
}

#[derive(Debug, Default)]
pub(in crate::policy) struct LicenseSection<'a> {
    allow: Option<SourcedList<'a, &'a str>>,
    deny: SourcedList<'a, &'a str>,
}

impl<'a> Section<'a> for LicenseSection<'a> {
    type Written = LicenseSettings;
    type Effective = LicensePolicy;

    fn read(reading: &mut Reading, value: &Value<'_>, _: KnownRules<'_>) -> Option<Self::Written> {
        let mut fields = reading.fields(value)?;
        let allow = fields.get("allow").and_then(|value| reading.list_of(&value, license));
        let deny = fields.get("deny").and_then(|value| reading.list_of(&value, license));
        fields.finish(reading);
        Some(LicenseSettings { allow, deny })
    }

    fn merge(&mut self, layer: Layer<'a>, written: &'a LicenseSettings) {
        let LicenseSettings { allow, deny } = written;
        layer.replace(&mut self.allow, allow.as_ref(), String::as_str);
        layer.list(&mut self.deny, deny.as_ref(), None, String::as_str);
    }

    fn effective(&self) -> LicensePolicy {
        // What is no license was refused when the file was read.
        let terms = |list: &[Sourced<'_, &str>]| -> Vec<LicenseTerm> {
            distinct(list).filter_map(|text| text.parse().ok()).collect()
        };
        LicensePolicy { allow: self.allow.as_deref().map(terms), deny: terms(&self.deny) }
    }

    fn show(&self, key: &str, page: &mut Page) {
        page.section(key);
        page.optional_list("allow", self.allow.as_deref(), str::to_owned);
        page.list(1, "deny", &self.deny);
    }
}

fn license(reading: &mut Reading, value: &Value<'_>) -> Option<Located<String>> {
    let text = reading.text(value)?;
    let error = match text.value.parse::<LicenseTerm>() {
        Ok(_) => return Some(text),
        Err(error) => error,
    };
    let suggestion = error.suggestion();
    let unknown = matches!(error, LicenseError::Unknown(_));
    let problem = reading.problem(text.span, error.to_string()).did_you_mean(suggestion);
    reading.report(match suggestion {
        None if unknown => {
            problem.help("a license that is on neither list is written `LicenseRef-its-name`")
        }
        _ => problem,
    });
    None
}
