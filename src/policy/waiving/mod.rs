//! A further waiver in the text of a policy, which stays as it is otherwise, byte for byte.
//!
//! Where the waiver goes is found in the text, line by line, because a tree of YAML has no comments
//! and no layout. That it went to the right place is not believed but read: the new text must be
//! the old values and exactly one waiver more, or nothing is written.

mod layout;
mod places;

use std::sync::Arc;

use layout::{Lines, line_break_before};
use places::{Addition, places};

use crate::base::{Digest, Fingerprint};
use crate::document::{Content, Document, Node, read_yaml, yaml_digits, yaml_scalar};

/// A waiver that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWaiver {
    /// The finding.
    pub fingerprint: Fingerprint,
    /// Its rule, if it is known.
    pub rule: Option<String>,
    /// A glob over the names of models.
    pub model: Option<String>,
    /// A glob over paths inside the model.
    pub file: Option<String>,
    /// Binds the waiver to these bytes.
    pub sha256: Option<Digest>,
    /// Why the finding is acceptable.
    pub reason: String,
    /// The last day on which the waiver holds.
    pub expires: jiff::civil::Date,
}

/// A policy with one waiver more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithWaiver {
    /// The whole text, byte-order mark included.
    pub text: String,
    /// The line of the waiver's first key, from 1.
    pub line: u32,
}

/// A policy into which no waiver can be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWaivable {
    /// `{version: 1, extends: [baseline]}`
    #[error("the policy is written between braces, in which a waiver has no line of its own")]
    Braces,
    /// The text can be read; but wherever the waiver was put, something else changed its meaning.
    #[error("its list of waivers is written in a way that cannot be added to safely")]
    Layout,
}

impl NewWaiver {
    /// Its keys with their values as YAML, in the order in which they are written.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![("fingerprint", yaml_digits(self.fingerprint.as_str()))];
        let mut optional = |key, value: Option<String>| pairs.extend(value.map(|it| (key, it)));
        optional("rule", self.rule.as_deref().map(yaml_scalar));
        optional("model", self.model.as_deref().map(yaml_scalar));
        optional("file", self.file.as_deref().map(yaml_scalar));
        optional("sha256", self.sha256.map(|digest| yaml_digits(&digest.to_string())));
        optional("reason", Some(yaml_scalar(&self.reason)));
        optional("expires", Some(self.expires.to_string()));
        pairs
    }

    /// The same, as the values that a reader of YAML gets.
    fn values(&self) -> Vec<(&'static str, String)> {
        let mut values = vec![("fingerprint", self.fingerprint.to_string())];
        let mut optional = |key, value: Option<String>| values.extend(value.map(|it| (key, it)));
        optional("rule", self.rule.clone());
        optional("model", self.model.clone());
        optional("file", self.file.clone());
        optional("sha256", self.sha256.map(|digest| digest.to_string()));
        optional("reason", Some(self.reason.clone()));
        optional("expires", Some(self.expires.to_string()));
        values
    }
}

/// The text of a policy with `waiver` behind the waivers that it has. `document` is what was read
/// from `text`.
///
/// # Errors
/// A policy in a form that a waiver cannot be added to. One that cannot be read at all is such a
/// form: whoever calls this has read it before.
pub fn with_waiver(
    text: &str,
    document: &Arc<Document>,
    waiver: &NewWaiver,
) -> Result<WithWaiver, NotWaivable> {
    let mut problems = Vec::new();
    let root = read_yaml(document, &mut problems).ok_or(NotWaivable::Layout)?;
    if !problems.is_empty() {
        return Err(NotWaivable::Layout);
    }
    let lines = Lines::of(&document.text);
    for addition in places(&document.text, &lines, &root, waiver)? {
        let Some(new) = spliced(text, document, &addition) else { continue };
        if let Some(line) = line_of_waiver(&new, &root, waiver) {
            return Ok(WithWaiver { text: new, line });
        }
    }
    Err(NotWaivable::Layout)
}

/// The text with an addition in it. The document lacks a byte-order mark that the text may have,
/// and has a line feed for every carriage return by itself; nothing else differs.
fn spliced(text: &str, document: &Document, addition: &Addition) -> Option<String> {
    let mark = text.len().checked_sub(document.text.len())?;
    let start = addition.replaced.start.checked_add(mark)?;
    let end = addition.replaced.end.checked_add(mark)?;
    let before = text.get(..start)?;
    let behind = text.get(end..)?;
    let line_break = line_break_before(before, behind);
    let mut new = String::with_capacity(text.len().saturating_add(256));
    new.push_str(before);
    new.push_str(&addition.kept);
    let mut lines = addition.lines.iter();
    if let Some(first) = lines.next() {
        // In the middle of a line, or behind a last line that has no end.
        if addition.continues {
            new.push_str(first);
        } else {
            if !is_at_line_start(&new) {
                new.push_str(line_break);
            }
            new.push_str(first);
        }
    }
    for line in lines {
        new.push_str(line_break);
        new.push_str(line);
    }
    // Lines that begin in the middle of one end with its line break, if it has any.
    if is_at_line_start(before) {
        new.push_str(line_break);
    }
    new.push_str(behind);
    Some(new)
}

fn is_at_line_start(text: &str) -> bool {
    text.is_empty() || text.ends_with(['\n', '\r', '\u{feff}'])
}

/// The line of the new waiver, if `text` says all that `old` says, and that waiver, and no more.
fn line_of_waiver(text: &str, old: &Node, waiver: &NewWaiver) -> Option<u32> {
    let document = Document::from_bytes("", text.as_bytes()).ok()?;
    let mut problems = Vec::new();
    let new = read_yaml(&document, &mut problems).filter(|_| problems.is_empty())?;
    let (Content::Map(old), Content::Map(new)) = (&old.content, &new.content) else { return None };
    let mut others = old.iter().filter(|(key, _)| key.value != "waivers");
    let mut line = None;
    let mut others_before = 0_usize;
    for (index, (key, value)) in new.iter().enumerate() {
        if key.value != "waivers" {
            let (old_key, old_value) = others.next()?;
            others_before = others_before.saturating_add(1);
            if old_key.value != key.value || !says_the_same(old_value, value) {
                return None;
            }
            continue;
        }
        let before = old.iter().position(|(key, _)| key.value == "waivers");
        if before.unwrap_or(old.len()) != index {
            return None;
        }
        let old_items = before.and_then(|at| old.get(at)).map_or(&[][..], |(_, node)| node.items());
        let (added, kept) = value.items().split_last()?;
        let same = old_items.len() == kept.len()
            && old_items.iter().zip(kept).all(|(old, new)| says_the_same(old, new));
        if !same || !is(added, waiver) {
            return None;
        }
        line = Some(added.span.line);
    }
    line.filter(|_| others.next().is_none())
}

/// Whether two trees are the same but for where they stand. They are no deeper than a document may
/// be.
fn says_the_same(one: &Node, other: &Node) -> bool {
    match (&one.content, &other.content) {
        (Content::List(one), Content::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| says_the_same(a, b))
        }
        (Content::Map(one), Content::Map(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|((a_key, a), (b_key, b))| {
                    a_key.value == b_key.value && says_the_same(a, b)
                })
        }
        (one @ Content::Scalar { .. }, other @ Content::Scalar { .. }) => one == other,
        _ => false,
    }
}

/// Whether a node is this waiver.
fn is(node: &Node, waiver: &NewWaiver) -> bool {
    let Content::Map(entries) = &node.content else { return false };
    let values = waiver.values();
    entries.len() == values.len()
        && entries.iter().zip(&values).all(|((key, node), (name, value))| {
            key.value == *name && node.text() == Some(value.as_str())
        })
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "lengths of small texts")]
mod tests;
