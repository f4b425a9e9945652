//! A merged policy written out as a policy file, each value with a comment on its origin.

use std::fmt::Write as _;

use super::SourceGlob;
use super::merging::{Merged, Origin, Sourced};
use crate::base::Untrusted;

/// Where the comments stand, where the value leaves room.
const COMMENT_COLUMN: usize = 56;

/// The policy as YAML that reads back to the same policy.
pub(super) fn show(merged: &Merged<'_>) -> String {
    let mut page = Page { text: String::new() };
    page.line(0, "version: 1", None);
    page.value(0, "fail_on", merged.fail_on.value.name(), merged.fail_on.origin);
    page.line(0, "sources:", None);
    page.optional_list("allow", merged.sources_allow.as_deref(), SourceGlob::to_string);
    page.texts("deny", &merged.sources_deny, SourceGlob::to_string);
    page.line(0, "publishers:", None);
    page.list(1, "deny", &merged.publishers_deny);
    page.line(0, "formats:", None);
    page.optional_list("allow", merged.formats_allow.as_deref(), str::to_owned);
    page.list(1, "deny", &merged.formats_deny);
    match merged.model_size.value {
        Some(size) => {
            page.line(0, "limits:", None);
            page.value(1, "model_size", &size.to_string(), merged.model_size.origin);
        }
        None => page.line(0, "limits: {}  # model_size: any", None),
    }
    page.line(0, "pickle:", None);
    page.allowed_globals("allowed_globals", &merged.allowed_globals);
    page.globals("denied_globals", &merged.denied_globals);
    page.line(0, "card:", None);
    page.list(1, "required_sections", &merged.required_sections);
    if !merged.sections.is_empty() {
        page.line(1, "sections:", None);
        for (id, keywords) in &merged.sections {
            page.list(2, &scalar(id), keywords);
        }
    }
    page.value(1, "match", merged.matching.value.name(), merged.matching.origin);
    page.number(1, "minimum_completeness", &merged.minimum_completeness);
    page.number(1, "minimum_words", &merged.minimum_words);
    page.line(0, "trust:", None);
    page.number(1, "minimum_score", &merged.minimum_score);
    page.list(1, "trusted_publishers", &merged.trusted_publishers);
    page.line(1, "weights:", None);
    for (key, points) in &merged.weights {
        page.value(2, key, &points.value.to_string(), points.origin);
    }
    page.line(0, "provenance:", None);
    page.number(1, "recent_commits", &merged.recent_commits);
    page.list(1, "trusted_authors", &merged.trusted_authors);
    page.number(1, "minimum_age_days", &merged.minimum_age_days);
    page.line(0, "integrity:", None);
    page.value(1, "verify", merged.verify.value.name(), merged.verify.origin);
    page.line(0, "license:", None);
    page.optional_list("allow", merged.license_allow.as_deref(), str::to_owned);
    page.list(1, "deny", &merged.license_deny);
    let follow = merged.follow_base_models;
    page.value(0, "follow_base_models", &follow.value.to_string(), follow.origin);
    page.line(0, if merged.rules.is_empty() { "rules: {}" } else { "rules:" }, None);
    for (id, setting) in &merged.rules {
        page.value(1, &scalar(id), setting.value.name(), setting.origin);
    }
    page.line(0, if merged.waivers.is_empty() { "waivers: []" } else { "waivers:" }, None);
    for waiver in &merged.waivers {
        page.waiver(waiver);
    }
    page.text
}

struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, depth: usize, content: &str, origin: Option<Origin<'_>>) {
        let indented = format!("{:width$}{content}", "", width = depth.saturating_mul(2));
        // Writing to a String cannot fail.
        let _ = match origin.map(comment) {
            Some(comment) => writeln!(self.text, "{indented:COMMENT_COLUMN$} # {comment}"),
            None => writeln!(self.text, "{indented}"),
        };
    }

    fn value(&mut self, depth: usize, key: &str, value: &str, origin: Origin<'_>) {
        self.line(depth, &format!("{key}: {value}"), Some(origin));
    }

    fn number(&mut self, depth: usize, key: &str, number: &Sourced<'_, u64>) {
        self.value(depth, key, &number.value.to_string(), number.origin);
    }

    fn entries<'a>(
        &mut self,
        depth: usize,
        key: &str,
        entries: impl ExactSizeIterator<Item = (String, Origin<'a>)>,
    ) {
        if entries.len() == 0 {
            return self.line(depth, &format!("{key}: []"), None);
        }
        self.line(depth, &format!("{key}:"), None);
        for (entry, origin) in entries {
            self.line(depth.saturating_add(1), &format!("- {entry}"), Some(origin));
        }
    }

    /// A list of a section that allows anything where it is not written.
    fn optional_list<T: ?Sized>(
        &mut self,
        key: &str,
        list: Option<&[Sourced<'_, &T>]>,
        view: impl Fn(&T) -> String,
    ) {
        match list {
            Some(list) => self.texts(key, list, view),
            None => self.line(1, &format!("# {key}: any"), None),
        }
    }

    fn texts<T: ?Sized>(
        &mut self,
        key: &str,
        list: &[Sourced<'_, &T>],
        view: impl Fn(&T) -> String,
    ) {
        self.entries(1, key, list.iter().map(|entry| (scalar(&view(entry.value)), entry.origin)));
    }

    fn list(&mut self, depth: usize, key: &str, list: &[Sourced<'_, &str>]) {
        let entries = list.iter().map(|entry| (scalar(entry.value), entry.origin));
        self.entries(depth, key, entries);
    }

    fn allowed_globals(&mut self, key: &str, list: &[Sourced<'_, &super::AllowedGlobal>]) {
        let entries = list.iter().map(|entry| (allowed_global(entry.value), entry.origin));
        self.entries(1, key, entries);
    }

    fn globals(&mut self, key: &str, list: &[Sourced<'_, &super::GlobalEntry>]) {
        let entries = list.iter().map(|entry| (scalar(&entry.value.to_string()), entry.origin));
        self.entries(1, key, entries);
    }

    fn waiver(&mut self, waiver: &Sourced<'_, &super::written::WaiverSettings>) {
        let written = waiver.value;
        let mut pairs = Vec::new();
        let mut optional = |key, value: Option<String>| {
            pairs.extend(value.map(|value| (key, scalar(&value))));
        };
        optional("fingerprint", written.fingerprint.as_ref().map(|it| it.value.to_string()));
        optional("rule", written.rule.as_ref().map(|it| it.value.clone()));
        optional("model", written.model.as_ref().map(|it| it.value.clone()));
        optional("file", written.file.as_ref().map(|it| it.value.clone()));
        optional("sha256", written.sha256.map(|it| it.value.to_string()));
        optional("reason", Some(written.reason.value.clone()));
        optional("expires", Some(written.expires.value.clone()));
        for (index, (key, value)) in pairs.iter().enumerate() {
            let bullet = if index == 0 { "- " } else { "  " };
            let origin = (index == 0).then_some(waiver.origin);
            self.line(1, &format!("{bullet}{key}: {value}"), origin);
        }
    }
}

/// `weighstation.yaml:7`, `preset baseline`, `default`
fn comment(origin: Origin<'_>) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::Written { layer, span } => {
            let path = Untrusted(&layer.document.path);
            let profile = layer.profile.map(|name| format!(" (profile {})", Untrusted(name)));
            let profile = profile.unwrap_or_default();
            if layer.preset {
                format!("{path}{profile}")
            } else {
                format!("{path}:{}{profile}", span.line)
            }
        }
    }
}

/// An entry of the allow-list as YAML, on one line.
fn allowed_global(entry: &super::AllowedGlobal) -> String {
    let name = scalar(&entry.global.to_string());
    let Some(calls) = &entry.calls else { return name };
    let forms: Vec<String> = calls.iter().map(|form| scalar(&form.to_string())).collect();
    match forms.as_slice() {
        [form] => format!("{{ name: {name}, call: {form} }}"),
        forms => format!("{{ name: {name}, call: [{}] }}", forms.join(", ")),
    }
}

/// A text as YAML: bare where nothing in it has a meaning, else as a JSON string, which YAML
/// reads too.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ');
    let bare = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !text.ends_with(' ')
        && text.chars().all(plain)
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "null" | "true" | "false" | "yes" | "no" | "on" | "off"
        );
    if bare { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
