//! What an expression may be, followed to constants within the source.

use std::ops::Range;

use super::names::Names;
use super::source::Source;
use super::tokens::TokenKind;

/// How many values one constant may have.
pub(super) const CANDIDATES: usize = 8;

/// How many constants deep a value is followed.
pub(super) const DEPTH: u8 = 12;

/// A text and where it is written.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

/// Follows expressions of one source.
pub(super) struct Resolver<'f, 's, 'a> {
    pub(super) source: &'f Source<'s, 'a>,
    pub(super) names: &'f Names,
}

impl Resolver<'_, '_, '_> {
    /// The texts that an expression may be, and whether it may be something else, too.
    pub(super) fn values(&self, range: Range<usize>, depth: u8) -> (Vec<Text>, bool) {
        let Some(depth) = depth.checked_sub(1) else { return (Vec::new(), true) };
        let source = self.source;
        let mut texts: Vec<Text> = Vec::new();
        let mut unknown = false;
        let mut at = range.start;
        while at < range.end && texts.len() < CANDIDATES {
            source.count(1);
            match source.kind(at) {
                Some(TokenKind::Text(text) | TokenKind::Template(text, false)) => {
                    texts.push(Text { text: text.clone(), range: source.range(at) });
                    at = at.saturating_add(1);
                }
                Some(TokenKind::Template(..)) => {
                    let (more, end) = self.template(at, depth);
                    unknown |= more.is_empty();
                    texts.extend(more);
                    at = end;
                }
                Some(TokenKind::Word) => {
                    let (more, end) = self.name(at, range.end, depth);
                    unknown |= more.is_empty();
                    texts.extend(more);
                    at = end;
                }
                Some(TokenKind::Sign(b'+')) => {
                    // Text put together: what stands before with what stands behind.
                    let (right, _) = self.values(at.saturating_add(1)..range.end, depth);
                    let start = source.range(range.start).start.saturating_sub(1);
                    let end = source.range(range.end.saturating_sub(1)).end;
                    let joined = texts.iter().flat_map(|left| {
                        right.iter().map(|right| Text {
                            text: format!("{}{}", left.text, right.text),
                            range: start.saturating_add(1)..end,
                        })
                    });
                    let joined: Vec<Text> = joined.take(CANDIDATES).collect();
                    return (joined, unknown || right.is_empty());
                }
                // `a ?? 'x'`, `a || 'x'`, `a ? 'x' : 'y'`
                Some(TokenKind::Sign(b'?' | b'|' | b':' | b'!')) => at = at.saturating_add(1),
                Some(TokenKind::Sign(b'(')) => {
                    let end = source.behind_group(at);
                    let inner = at.saturating_add(1)..end.saturating_sub(1).min(range.end);
                    let (more, other) = self.values(inner, depth);
                    unknown |= other;
                    texts.extend(more);
                    at = end;
                }
                Some(_) => {
                    unknown = true;
                    at = source.behind_group(at).max(at.saturating_add(1)).min(
                        if matches!(source.kind(at), Some(TokenKind::Sign(b'{' | b'['))) {
                            range.end
                        } else {
                            at.saturating_add(1)
                        },
                    );
                }
                None => break,
            }
        }
        (texts, unknown)
    }

    /// A name or chain of names; the token behind it.
    fn name(&self, start: usize, end: usize, depth: u8) -> (Vec<Text>, usize) {
        let source = self.source;
        let mut names: Vec<&str> = Vec::new();
        let mut at = start;
        while at < end {
            match source.word(at) {
                Some(word) => names.push(word),
                None => break,
            }
            at = at.saturating_add(1);
            // `a.b`, `a?.b`
            if source.is_sign(at, b'?') && source.is_sign(at.saturating_add(1), b'.') {
                at = at.saturating_add(1);
            }
            if source.is_sign(at, b'.') {
                at = at.saturating_add(1);
            } else {
                break;
            }
        }
        let mut key: Option<String> = None;
        // `NAMES['key']`
        if source.is_sign(at, b'[') {
            key = source.text(at.saturating_add(1)).map(str::to_owned);
            at = source.behind_group(at);
        } else if source.is_sign(at, b'(') {
            // What a call gives is not known.
            return (Vec::new(), source.behind_group(at));
        }
        let last = names.get(names.len().saturating_sub(2)..).unwrap_or_default();
        let name = match (last, &key) {
            ([.., name], Some(key)) => format!("{name}.{key}"),
            (["this", name], None) => (*name).to_owned(),
            ([first, second], None) => format!("{first}.{second}"),
            ([name], None) => (*name).to_owned(),
            _ => return (Vec::new(), at),
        };
        let mut texts = Vec::new();
        for range in self.names.constants.get(&name).into_iter().flatten() {
            if !source.may_follow() {
                return (Vec::new(), at);
            }
            // A value that holds its own name goes on for ever; the depth ends it.
            texts.extend(self.values(range.clone(), depth).0);
        }
        texts.truncate(CANDIDATES);
        (texts, at)
    }

    /// A template that begins at `start`; the token behind it.
    fn template(&self, start: usize, depth: u8) -> (Vec<Text>, usize) {
        let source = self.source;
        let mut texts = vec![String::new()];
        let mut at = start;
        let mut known = true;
        let mut end = source.range(start).end;
        while let Some(TokenKind::Template(text, more)) = source.kind(at) {
            for value in &mut texts {
                value.push_str(text);
            }
            end = source.range(at).end;
            at = at.saturating_add(1);
            if !more {
                break;
            }
            // The expression up to the next piece of this template.
            let from = at;
            let mut open: usize = 0;
            while let Some(kind) = source.kind(at) {
                match kind {
                    TokenKind::Template(_, _) if open == 0 && source.ends_template(at) => break,
                    TokenKind::Sign(b'{') => open = open.saturating_add(1),
                    TokenKind::Sign(b'}') => open = open.saturating_sub(1),
                    _ => {}
                }
                at = at.saturating_add(1);
            }
            let (values, other) = self.values(from..at, depth);
            known &= !values.is_empty() && !other;
            texts = texts
                .iter()
                .flat_map(|front| values.iter().map(move |value| format!("{front}{}", value.text)))
                .take(CANDIDATES)
                .collect();
        }
        let range = source.range(start).start..end;
        let texts = texts.into_iter().filter(|_| known);
        (texts.map(|text| Text { text, range: range.clone() }).collect(), at)
    }
}
