//! TOML, line by line: tables, keys, strings, arrays and inline tables.

use super::excerpt::{Excerpt, Pieces};
use super::json;
use super::tree::{Content, Key, Node, Style, unescape};

/// Reads a text as a map of its tables, each a map of its keys.
pub(super) fn read(excerpt: &Excerpt<'_>) -> Node {
    let text: &str = &excerpt.text;
    let mut tables: Vec<(Key, Vec<(Key, Node)>)> = vec![(Key { text: String::new() }, Vec::new())];
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let next = at.saturating_add(line.len()).saturating_add(1);
        let content = line.trim();
        if content.starts_with('[') {
            let name = content.trim_matches(['[', ']']).rsplit('.').next().unwrap_or_default();
            let name = name.trim().trim_matches('"').to_owned();
            tables.push((Key { text: name }, Vec::new()));
        } else if !content.starts_with('#')
            && let Some((key, _)) = line.split_once('=')
        {
            let value = at.saturating_add(key.len()).saturating_add(1);
            let key = key.trim().trim_matches('"').rsplit('.').next().unwrap_or_default();
            let key = Key { text: key.trim().trim_matches('"').to_owned() };
            let line_end = next.saturating_sub(1).min(text.len());
            if let Some((node, end)) = value_at(excerpt, value, line_end) {
                if let Some((_, entries)) = tables.last_mut() {
                    entries.push((key, node));
                }
                let rest = text.get(end..).unwrap_or_default();
                let line = rest.find('\n').map_or(rest.len(), |newline| newline.saturating_add(1));
                at = end.saturating_add(line).max(next);
                continue;
            }
        }
        at = next;
    }
    let mut root = Vec::new();
    for (key, entries) in tables {
        let start = entries.first().map_or(0, |(_, node)| node.range.start);
        root.push((key, Node { range: start..start, content: Content::Map(entries) }));
    }
    Node { range: 0..text.len(), content: Content::Map(root) }
}

/// The value at `at`, and where it ends; `None` for numbers and the like.
fn value_at(excerpt: &Excerpt<'_>, at: usize, line_end: usize) -> Option<(Node, usize)> {
    let text: &str = &excerpt.text;
    let line = text.get(at..line_end)?;
    let start = at.saturating_add(line.len().saturating_sub(line.trim_start().len()));
    let rest = text.get(start..)?;
    for (quote, style) in [
        ("\"\"\"", Style::Double),
        ("'''", Style::Single),
        ("\"", Style::Double),
        ("'", Style::Single),
    ] {
        let Some(inside) = rest.strip_prefix(quote) else { continue };
        let mut from = 0;
        let end = loop {
            let end = inside.get(from..)?.find(quote)?.saturating_add(from);
            let before = inside.get(..end)?;
            let slashes = before.len().saturating_sub(before.trim_end_matches('\\').len());
            if style == Style::Single || slashes.is_multiple_of(2) {
                break end;
            }
            from = end.saturating_add(1);
        };
        let begin = start.saturating_add(quote.len());
        let range = begin..begin.saturating_add(end);
        let text = if style == Style::Double {
            let mut pieces = Pieces::inside(excerpt);
            unescape(excerpt, range.clone(), &mut pieces);
            pieces.text().to_owned()
        } else {
            excerpt.slice(range.clone()).to_owned()
        };
        let behind = range.end.saturating_add(quote.len());
        // A literal string of TOML has no escapes at all: it is as plain as it stands.
        let style = if style == Style::Single { Style::Plain } else { style };
        return Some((Node { range, content: Content::Scalar(text, style) }, behind));
    }
    if rest.starts_with(['[', '{']) {
        return json::flow(excerpt, start).ok();
    }
    None
}
