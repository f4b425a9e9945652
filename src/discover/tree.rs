//! What YAML, JSON and TOML have in common: scalars, lists and maps, each with its place.

use std::ops::Range;

use super::excerpt::{Excerpt, Pieces};

/// A value and where it stands in its excerpt.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) range: Range<usize>,
    pub(super) content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A single value as it reads.
    Scalar(String, Style),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// The key of a value.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) text: String,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As it stands.
    Plain,
    /// Between double quotes, with escapes behind backslashes.
    Double,
    /// Between single quotes.
    Single,
    /// Lines below, indented by so many columns.
    Block(usize),
}

impl Node {
    pub(super) fn null(at: usize) -> Self {
        Self { range: at..at, content: Content::Scalar(String::new(), Style::Plain) }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(text, _) => Some(text),
            Content::List(_) | Content::Map(_) => None,
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            Content::Scalar(..) | Content::Map(_) => &[],
        }
    }

    pub(super) fn entries(&self) -> &[(Key, Self)] {
        match &self.content {
            Content::Map(entries) => entries,
            Content::Scalar(..) | Content::List(_) => &[],
        }
    }

    /// The value under a key of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(known, _)| known.text == key).map(|(_, node)| node)
    }

    /// The text of a scalar as an excerpt of its own, to be read as another language.
    pub(super) fn excerpt(&self, outer: &Excerpt<'_>) -> Excerpt<'static> {
        let mut pieces = Pieces::inside(outer);
        match &self.content {
            Content::Scalar(_, Style::Plain) => pieces.push(outer, self.range.clone()),
            Content::Scalar(_, Style::Double) => unescape(outer, self.range.clone(), &mut pieces),
            Content::Scalar(_, Style::Single) => {
                let mut quoted = false;
                for (at, character) in outer.slice(self.range.clone()).char_indices() {
                    quoted = character == '\'' && !quoted;
                    if !quoted {
                        pieces.push_char(outer, self.range.start.saturating_add(at), character);
                    }
                }
            }
            Content::Scalar(_, Style::Block(indent)) => {
                let mut at = self.range.start;
                for line in outer.slice(self.range.clone()).split_inclusive('\n') {
                    let blank = line.len().saturating_sub(line.trim_start_matches(' ').len());
                    let skipped = blank.min(*indent);
                    let end = at.saturating_add(line.len());
                    pieces.push(outer, at.saturating_add(skipped)..end);
                    at = end;
                }
            }
            Content::List(_) | Content::Map(_) => {}
        }
        pieces.finish()
    }
}

/// Takes the escapes of JSON (which YAML's double quotes, TOML and JavaScript share) out of a range
/// that stands between quotes.
pub(super) fn unescape(outer: &Excerpt<'_>, range: Range<usize>, pieces: &mut Pieces) {
    let text = outer.slice(range.clone());
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        let place = range.start.saturating_add(at);
        if character != '\\' {
            pieces.push_char(outer, place, character);
            continue;
        }
        let Some((_, escaped)) = characters.next() else { break };
        let meant = match escaped {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' | 'f' | 'v' | '0' => ' ',
            // A line that goes on.
            '\n' => continue,
            'u' | 'x' => {
                let digits = if escaped == 'u' { 4 } else { 2 };
                let hexadecimal: String =
                    characters.by_ref().take(digits).map(|(_, digit)| digit).collect();
                let code = u32::from_str_radix(&hexadecimal, 16).ok();
                code.and_then(char::from_u32).unwrap_or('\u{fffd}')
            }
            other => other,
        };
        pieces.push_char(outer, place, meant);
    }
}
