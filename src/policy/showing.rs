//! A merged policy written out as a policy file, each value with a comment on its origin.

use std::fmt::Write as _;

use super::layer::{Origin, Sourced};
use crate::base::Untrusted;

/// Where the comments stand, where the value leaves room.
const COMMENT_COLUMN: usize = 56;

/// A policy file while it is written.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// What was written.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The key of a section, whose values follow.
    pub(super) fn section(&mut self, key: &str) {
        self.line(0, &format!("{key}:"), None);
    }

    /// A list of a section that allows anything where it is not written.
    pub(super) fn optional_list<T: ?Sized>(
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

    /// A list of a section, each entry written by `view`.
    pub(super) fn texts<T: ?Sized>(
        &mut self,
        key: &str,
        list: &[Sourced<'_, &T>],
        view: impl Fn(&T) -> String,
    ) {
        self.entries(1, key, list.iter().map(|entry| (scalar(&view(entry.value)), entry.origin)));
    }

    pub(super) fn line(&mut self, depth: usize, content: &str, origin: Option<Origin<'_>>) {
        let indented = format!("{:width$}{content}", "", width = depth.saturating_mul(2));
        // Writing to a String cannot fail.
        let _ = match origin.map(comment) {
            Some(comment) => writeln!(self.text, "{indented:COMMENT_COLUMN$} # {comment}"),
            None => writeln!(self.text, "{indented}"),
        };
    }

    pub(super) fn value(&mut self, depth: usize, key: &str, value: &str, origin: Origin<'_>) {
        self.line(depth, &format!("{key}: {value}"), Some(origin));
    }

    pub(super) fn number(&mut self, depth: usize, key: &str, number: &Sourced<'_, u64>) {
        self.value(depth, key, &number.value.to_string(), number.origin);
    }

    pub(super) fn entries<'a>(
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

    pub(super) fn list(&mut self, depth: usize, key: &str, list: &[Sourced<'_, &str>]) {
        let entries = list.iter().map(|entry| (scalar(entry.value), entry.origin));
        self.entries(depth, key, entries);
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

/// A text as YAML: bare where nothing in it has a meaning, else as a JSON string, which YAML
/// reads too.
pub(super) fn scalar(text: &str) -> String {
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
