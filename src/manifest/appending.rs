//! Adding entries to the text of a manifest, which keeps its comments and its order.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Manifest;
use crate::document::Document;

/// An entry that is to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// A name of its own, where that of the source is taken.
    pub name: Option<String>,
    /// The source.
    pub source: String,
    /// The revision, if it is known.
    pub revision: Option<String>,
}

/// A manifest that cannot be added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the list of models is not written as lines that begin with `- `")]
pub struct NotAppendable;

/// The text of a manifest that has only these entries.
pub fn new_manifest(entries: &[NewEntry]) -> String {
    format!("version: 1\nmodels:\n{}", lines(entries, 2, "\n"))
}

impl Manifest {
    /// The manifest's text with `entries` behind the last one.
    ///
    /// # Errors
    /// A list in a form that lines cannot be added to, such as `[{source: …}]`.
    pub fn appended(&self, entries: &[NewEntry]) -> Result<String, NotAppendable> {
        let text = self.document.text.as_str();
        let last = self.entries.last().ok_or(NotAppendable)?;
        let offset = last.source_place.span.start;
        let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let all: Vec<&str> = text.split_inclusive('\n').collect();
        // The dash of the last entry stands on its line, or above.
        let mut end: usize = 0;
        let mut line = 0;
        for (index, one) in all.iter().enumerate() {
            if end <= offset {
                line = index;
            }
            end = end.saturating_add(one.len());
        }
        let dash = (0..=line).rev().find_map(|index| {
            let one = all.get(index)?;
            let content = one.trim_start_matches(' ');
            let is_dash = content.starts_with("- ") || content.trim_end() == "-";
            is_dash.then(|| (index, one.len().saturating_sub(content.len())))
        });
        let (first, indent) = dash.ok_or(NotAppendable)?;
        // The entry goes on as long as lines are further right; comments and blank lines behind it
        // belong to what follows.
        let mut behind = first.saturating_add(1);
        for (index, one) in all.iter().enumerate().skip(behind) {
            let content = one.trim_start_matches(' ');
            let column = one.len().saturating_sub(content.len());
            if content.trim().is_empty() || content.starts_with('#') {
                continue;
            }
            if column <= indent {
                break;
            }
            behind = index.saturating_add(1);
        }
        let mut written = String::with_capacity(text.len());
        written.extend(all.iter().take(behind).copied());
        if !written.ends_with('\n') {
            written.push_str(line_break);
        }
        written.push_str(&lines(entries, indent, line_break));
        written.extend(all.iter().skip(behind).copied());
        self.holds(&written, entries.len()).then_some(written).ok_or(NotAppendable)
    }

    /// Whether a text has the entries of this manifest and `more` behind them.
    fn holds(&self, text: &str, more: usize) -> bool {
        let document = Document { path: self.document.path.clone(), text: text.to_owned() };
        let Ok(read) = Self::parse(Arc::new(document)) else { return false };
        let mut pairs = self.entries.iter().zip(&read.entries);
        read.entries.len() == self.entries.len().saturating_add(more)
            && pairs.all(|(old, new)| {
                (&old.name, &old.source, &old.revision, &old.files, &old.profile)
                    == (&new.name, &new.source, &new.revision, &new.files, &new.profile)
            })
    }
}

fn lines(entries: &[NewEntry], indent: usize, line_break: &str) -> String {
    let mut text = String::new();
    for NewEntry { name, source, revision } in entries {
        let source = scalar(source);
        // Writing to a String cannot fail.
        match name {
            Some(name) => {
                let name = scalar(name);
                let _ = write!(text, "{:indent$}- name: {name}{line_break}", "");
                let _ = write!(text, "{:indent$}  source: {source}{line_break}", "");
            }
            None => {
                let _ = write!(text, "{:indent$}- source: {source}{line_break}", "");
            }
        }
        if let Some(revision) = revision {
            let _ = write!(text, "{:indent$}  revision: {}{line_break}", "", scalar(revision));
        }
    }
    text
}

/// A text as YAML: between quotes wherever it could be taken for something else.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '-' | ':');
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-_:xo".contains(&byte));
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/'));
    let is_word = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
    );
    if begins && text.chars().all(plain) && !is_number && !is_word && !text.ends_with(':') {
        return text.to_owned();
    }
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Manifest {
        Manifest::parse(Document::from_bytes("models.yaml", text.as_bytes()).unwrap()).unwrap()
    }

    fn entry(source: &str, revision: Option<&str>) -> NewEntry {
        NewEntry { name: None, source: source.into(), revision: revision.map(str::to_owned) }
    }

    #[test]
    fn entries_stand_behind_the_last_one_and_comments_stay() {
        let text = "# ours\nversion: 1\nmodels:\n  # first\n  - source: hf://a/b # why\n    files:\n      - \"*.json\"\n\n# the end\n";
        let written = manifest(text)
            .appended(&[entry("hf://c/d", Some("1.0")), entry("./models/a b", None)])
            .unwrap();
        assert_eq!(
            written,
            "# ours\nversion: 1\nmodels:\n  # first\n  - source: hf://a/b # why\n    files:\n      - \"*.json\"\n  - source: hf://c/d\n    revision: \"1.0\"\n  - source: \"./models/a b\"\n\n# the end\n"
        );
    }

    #[test]
    fn a_list_at_the_margin_in_front_of_other_keys_without_a_last_line_break() {
        let written =
            manifest("models:\n- name: x\n  source: hf://a/b\nversion: 1").appended(&[NewEntry {
                name: Some("y".into()),
                source: "hf://c/d".into(),
                revision: None,
            }]);
        assert_eq!(
            written.unwrap(),
            "models:\n- name: x\n  source: hf://a/b\n- name: \"y\"\n  source: hf://c/d\nversion: 1"
        );
        let written =
            manifest("models:\r\n- source: hf://a/b").appended(&[entry("hf://c/d", None)]);
        assert_eq!(written.unwrap(), "models:\r\n- source: hf://a/b\r\n- source: hf://c/d\r\n");
    }

    #[test]
    fn a_flow_list_is_left_alone() {
        let flow = manifest("models: [{source: hf://a/b}]\n");
        assert_eq!(flow.appended(&[entry("hf://c/d", None)]), Err(NotAppendable));
    }

    #[test]
    fn a_new_manifest_is_one() {
        let text =
            new_manifest(&[entry("hf://a/b", Some("0123456789012345678901234567890123456789"))]);
        assert_eq!(manifest(&text).entries[0].revision.as_ref().unwrap().len(), 40);
    }
}
