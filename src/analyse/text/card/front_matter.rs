//! The YAML between two lines of `---` at a card's beginning.

use std::sync::Arc;

use crate::document::{Content, Document, Node, read_yaml};
use crate::evidence::{Card, License};

/// Bytes of front matter that are read, 1 MiB. Cards with hundreds of benchmark results have a
/// half of that.
const LONGEST: usize = 1 << 20;

/// A card in two parts.
pub(super) struct Parts<'a> {
    yaml: Option<&'a str>,
    /// The line on which the YAML begins, from 1.
    yaml_line: u64,
    /// Whether the front matter has no end.
    unclosed: bool,
    /// The Markdown.
    pub(super) body: &'a str,
    /// The line on which it begins, from 1.
    pub(super) body_line: u64,
}

/// Parts a card; blank lines in front of the first `---` are allowed, as the Hub allows them.
pub(super) fn split(text: &str) -> Parts<'_> {
    let none = |unclosed| Parts { yaml: None, yaml_line: 1, unclosed, body: text, body_line: 1 };
    let mut lines = 0_u64;
    let mut offset = 0_usize;
    let mut start = None;
    for line in text.split_inclusive('\n') {
        let end = offset.saturating_add(line.len());
        lines = lines.saturating_add(1);
        let is_fence = line.trim_end() == "---";
        match start {
            None if is_fence => start = Some((end, lines.saturating_add(1))),
            None if line.trim().is_empty() => {}
            None => return none(false),
            Some((from, yaml_line)) if is_fence => {
                return Parts {
                    yaml: text.get(from..offset),
                    yaml_line,
                    unclosed: false,
                    body: text.get(end..).unwrap_or_default(),
                    body_line: lines.saturating_add(1),
                };
            }
            Some(_) => {}
        }
        offset = end;
    }
    none(start.is_some())
}

/// Reads what is needed of the front matter into `card`.
///
/// # Errors
/// What is wrong with it, with its line. What could be read is in the card all the same.
pub(super) fn read(parts: &Parts<'_>, card: &mut Card) -> Result<(), String> {
    if parts.unclosed {
        return Err("the front matter has no closing `---`".to_owned());
    }
    let Some(yaml) = parts.yaml else { return Ok(()) };
    if yaml.len() > LONGEST {
        return Err(format!("{} bytes of front matter, more than {LONGEST}", yaml.len()));
    }
    let document = Arc::new(Document { path: card.path.clone(), text: yaml.to_owned() });
    let mut problems = Vec::new();
    let root = read_yaml(&document, &mut problems);
    if let Some(root) = &root {
        card.license = license(root);
        card.base_models = texts(root.get("base_model"));
        card.base_model_relation = scalar(root, "base_model_relation");
        card.datasets = texts(root.get("datasets"));
        card.task = scalar(root, "pipeline_tag");
    }
    if let Some(problem) = problems.first() {
        let line = u64::from(problem.place.span.line).saturating_sub(1);
        let line = line.saturating_add(parts.yaml_line);
        return Err(format!("line {line}: {}", problem.message));
    }
    match root.map(|root| (root.is_null(), root.content)) {
        Some((false, Content::Scalar { .. } | Content::List(_))) => {
            Err("the front matter is no mapping".to_owned())
        }
        _ => Ok(()),
    }
}

fn license(root: &Node) -> Option<License> {
    let name = scalar(root, "license_name");
    let link = scalar(root, "license_link");
    let ids = texts(root.get("license"));
    let says_something = !ids.is_empty() || name.is_some() || link.is_some();
    says_something.then_some(License { ids, name, link })
}

fn scalar(root: &Node, key: &str) -> Option<String> {
    let text = root.get(key)?.text()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// One text, or a list of them.
fn texts(node: Option<&Node>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    let single = node.text().into_iter();
    let listed = node.items().iter().filter_map(Node::text);
    single
        .chain(listed)
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}
