//! The tokens of JavaScript with their text: words, strings, bracketed groups.

use std::cell::Cell;
use std::ops::Range;

use super::tokens::{Token, TokenKind};
use crate::discover::excerpt::Excerpt;

/// A text cut into tokens.
pub(super) struct Source<'s, 'a> {
    pub(super) excerpt: &'s Excerpt<'a>,
    pub(super) tokens: &'s [Token],
    /// Tokens that were looked at to find out what expressions are.
    looks: Cell<u64>,
}

/// Tokens that may be looked at in one source before no more constants are followed: those that
/// name each other multiply at every link.
const LOOKS: u64 = 20_000_000;

impl<'s, 'a> Source<'s, 'a> {
    pub(super) fn new(excerpt: &'s Excerpt<'a>, tokens: &'s [Token]) -> Self {
        Self { excerpt, tokens, looks: Cell::new(0) }
    }
}

impl Source<'_, '_> {
    /// Whether one more constant may be followed.
    pub(super) fn may_follow(&self) -> bool {
        self.count(1);
        self.looks.get() <= LOOKS
    }

    /// Counts tokens that were looked at.
    pub(super) fn count(&self, tokens: usize) {
        self.looks.set(self.looks.get().saturating_add(tokens as u64));
    }

    pub(super) fn kind(&self, index: usize) -> Option<&TokenKind> {
        self.tokens.get(index).map(|token| &token.kind)
    }

    pub(super) fn range(&self, index: usize) -> Range<usize> {
        self.tokens.get(index).map_or(0..0, |token| token.range.clone())
    }

    /// The name or keyword at a token.
    pub(super) fn word(&self, index: usize) -> Option<&str> {
        match self.kind(index)? {
            TokenKind::Word => Some(self.excerpt.slice(self.range(index))),
            _ => None,
        }
    }

    pub(super) fn text(&self, index: usize) -> Option<&str> {
        match self.kind(index)? {
            TokenKind::Text(text) | TokenKind::Template(text, false) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_sign(&self, index: usize, sign: u8) -> bool {
        self.kind(index) == Some(&TokenKind::Sign(sign))
    }

    /// The token behind a bracketed group that begins at `index`.
    pub(super) fn behind_group(&self, index: usize) -> usize {
        let mut depth: usize = 0;
        let mut at = index;
        while let Some(kind) = self.kind(at) {
            match kind {
                TokenKind::Sign(b'(' | b'[' | b'{') => depth = depth.saturating_add(1),
                TokenKind::Sign(b')' | b']' | b'}') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        at = at.saturating_add(1);
                        break;
                    }
                }
                _ => {}
            }
            at = at.saturating_add(1);
            if at.saturating_sub(index) > 20_000 {
                break;
            }
        }
        self.count(at.saturating_sub(index));
        at
    }

    /// The ranges of tokens between the commas of a group that begins at `index`.
    pub(super) fn parts(&self, index: usize) -> Vec<Range<usize>> {
        let end = self.behind_group(index).saturating_sub(1);
        let mut parts = Vec::new();
        let mut depth: usize = 0;
        let mut start = index.saturating_add(1);
        for at in index.saturating_add(1)..end {
            match self.kind(at) {
                Some(TokenKind::Sign(b'(' | b'[' | b'{') | TokenKind::Template(_, true)) => {
                    depth = depth.saturating_add(1);
                }
                Some(TokenKind::Sign(b')' | b']' | b'}')) => depth = depth.saturating_sub(1),
                // The last piece closes the first; those between do both.
                Some(TokenKind::Template(_, false)) if depth > 0 && self.ends_template(at) => {
                    depth = depth.saturating_sub(1);
                }
                Some(TokenKind::Sign(b',')) if depth == 0 => {
                    parts.push(start..at);
                    start = at.saturating_add(1);
                }
                _ => {}
            }
        }
        if start < end {
            parts.push(start..end);
        }
        parts
    }

    /// Whether a piece of a template is the last of several.
    pub(super) fn ends_template(&self, index: usize) -> bool {
        let start = self.range(index).start;
        let before = start.checked_sub(1).map(|before| self.excerpt.slice(before..start));
        before == Some("}")
    }
}
