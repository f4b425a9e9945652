//! A script cut into words and what ends a command, with quotes and variables resolved.

use std::ops::Range;

use super::{CANDIDATES, Session, Style, Text, Word, nested};
use crate::discover::excerpt::{Excerpt, Pieces};
use crate::discover::sink::Sink;

/// What stands next in a script.
pub(super) enum Token {
    Word(Word),
    Separator,
    /// The texts of here-documents of the line that has just ended.
    Documents(Vec<Range<usize>>),
    End,
}

pub(super) struct Reader<'e, 'a> {
    excerpt: &'e Excerpt<'a>,
    at: usize,
    end: usize,
    /// Words that end the here-documents of this line.
    heredocs: Vec<String>,
    style: Style,
}

impl<'e, 'a> Reader<'e, 'a> {
    pub(super) fn new(excerpt: &'e Excerpt<'a>, range: Range<usize>, style: Style) -> Self {
        Self { excerpt, at: range.start, end: range.end, heredocs: Vec::new(), style }
    }
    fn rest(&self) -> &str {
        self.excerpt.slice(self.at..self.end)
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) {
        let width = self.peek().map_or(1, char::len_utf8);
        self.at = self.at.saturating_add(width).min(self.end);
    }

    pub(super) fn next(&mut self, session: &mut Session, sink: &mut Sink<'_>) -> Token {
        loop {
            let Some(character) = self.peek() else { return Token::End };
            match character {
                ' ' | '\t' | '\r' => self.bump(),
                '\\' if self.rest().starts_with("\\\n") || self.rest().starts_with("\\\r\n") => {
                    self.bump();
                    while matches!(self.peek(), Some('\r' | '\n')) {
                        let ends = self.peek() == Some('\n');
                        self.bump();
                        if ends {
                            break;
                        }
                    }
                }
                '#' => {
                    self.skip_line();
                    if self.style == Style::Dockerfile {
                        self.bump();
                    }
                }
                '\n' => {
                    self.bump();
                    if self.heredocs.is_empty() {
                        return Token::Separator;
                    }
                    return Token::Documents(self.documents());
                }
                ';' | '&' | '|' | '(' | ')' => {
                    self.bump();
                    // `&>`, `2>&1` and the like separate nothing that matters here.
                    return Token::Separator;
                }
                '<' | '>' => self.redirection(),
                '`' => {
                    self.bump();
                    return Token::Separator;
                }
                _ => return Token::Word(self.word(session, sink)),
            }
        }
    }

    fn skip_line(&mut self) {
        let length = self.rest().find('\n').unwrap_or(self.rest().len());
        self.at = self.at.saturating_add(length);
    }

    fn redirection(&mut self) {
        let rest = self.rest();
        if let Some(document) = rest.strip_prefix("<<").filter(|rest| !rest.starts_with('<')) {
            let document = document.trim_start_matches('-').trim_start_matches([' ', '\t']);
            let quoted = document.trim_start_matches(['"', '\'', '\\']);
            let mark: String =
                quoted.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let behind = quoted.get(mark.len()..).unwrap_or_default();
            let behind = behind.trim_start_matches(['"', '\'']);
            let read = rest.len().saturating_sub(behind.len());
            self.at = self.at.saturating_add(read.max(2));
            if !mark.is_empty() {
                self.heredocs.push(mark);
            }
            return;
        }
        while matches!(self.peek(), Some('<' | '>' | '&')) {
            self.bump();
        }
    }

    /// The texts of the here-documents, which begin here.
    fn documents(&mut self) -> Vec<Range<usize>> {
        let mut documents = Vec::new();
        for mark in std::mem::take(&mut self.heredocs) {
            let start = self.at;
            let mut end = self.end;
            let mut next = self.end;
            let mut at = start;
            for line in self.excerpt.slice(start..self.end).split_inclusive('\n') {
                let behind = at.saturating_add(line.len());
                if line.trim() == mark {
                    end = at;
                    next = behind;
                    break;
                }
                at = behind;
            }
            documents.push(start..end);
            self.at = next;
        }
        documents
    }

    fn word(&mut self, session: &mut Session, sink: &mut Sink<'_>) -> Word {
        let start = self.at;
        let mut quote: Option<char> = None;
        let mut literal = Pieces::inside(self.excerpt);
        let mut built = Built { values: vec![(String::new(), None)], unknown: false };
        while let Some(character) = self.peek() {
            match (quote, character) {
                (None, ' ' | '\t' | '\n' | '\r' | ';' | '&' | '|' | '(' | ')' | '<' | '>') => break,
                (None, '"' | '\'') => {
                    quote = Some(character);
                    self.bump();
                }
                (Some(open), closing) if closing == open => {
                    quote = None;
                    self.bump();
                }
                (Some('\''), _) => self.take(character, &mut literal, &mut built),
                (_, '\\') => {
                    self.bump();
                    match self.peek() {
                        Some('\n') => self.bump(),
                        Some(escaped) => {
                            // Between double quotes a backslash escapes little; a path keeps it.
                            let keeps = quote == Some('"')
                                && !matches!(escaped, '"' | '\\' | '$' | '`' | '\n');
                            if keeps {
                                literal.push_char(self.excerpt, self.at.saturating_sub(1), '\\');
                                built.push_text("\\");
                            }
                            self.take(escaped, &mut literal, &mut built);
                        }
                        None => break,
                    }
                }
                (_, '{') if self.style == Style::Notebook => {
                    let inner = balanced(self.rest(), '{', '}');
                    let name = self.rest().get(1..inner.saturating_sub(1)).unwrap_or_default();
                    let values = session.variables.get(name.trim()).cloned();
                    let end = self.at.saturating_add(inner).min(self.end);
                    literal.push(self.excerpt, self.at..end);
                    self.at = end;
                    match values {
                        Some(values) => built.push_values(&values),
                        None => built.forget(),
                    }
                }
                (_, '$') => self.expansion(session, &mut literal, &mut built, sink),
                (_, '`') => {
                    built.unknown = true;
                    built.values.clear();
                    let inner = self.at.saturating_add(1);
                    self.bump();
                    while self.peek().is_some_and(|c| c != '`') {
                        self.bump();
                    }
                    let part = self.excerpt.part(inner..self.at);
                    self.bump();
                    nested(session, &part, sink);
                }
                _ => self.take(character, &mut literal, &mut built),
            }
        }
        // Nothing was taken: a character that begins nothing must not be met again.
        if self.at == start {
            self.bump();
        }
        let range = start..self.at;
        let values = built.values.into_iter().map(|(text, origin)| {
            let unquoted = unquoted(self.excerpt, range.clone());
            Text { text, range: origin.flatten().unwrap_or(unquoted) }
        });
        Word {
            values: values.collect(),
            range: range.clone(),
            literal: literal.finish(),
            unknown: built.unknown,
        }
    }

    fn take(&mut self, character: char, literal: &mut Pieces, built: &mut Built) {
        literal.push_char(self.excerpt, self.at, character);
        let mut buffer = [0; 4];
        built.push_text(character.encode_utf8(&mut buffer));
        self.bump();
    }

    /// `$NAME`, `${NAME:-default}`, `$(command)`
    fn expansion(
        &mut self,
        session: &mut Session,
        literal: &mut Pieces,
        built: &mut Built,
        sink: &mut Sink<'_>,
    ) {
        let start = self.at;
        let rest = self.rest();
        let behind = rest.get(1..).unwrap_or_default();
        // `$(NAME)` of make, and `$(command)`.
        if behind.starts_with('(') {
            let inner = balanced(behind, '(', ')');
            let content = behind.get(1..inner.saturating_sub(1)).unwrap_or_default();
            let is_name = content.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let name = content.to_owned();
            let from = start.saturating_add(2);
            let part = from..from.saturating_add(content.len());
            self.at = start.saturating_add(1).saturating_add(inner).min(self.end);
            literal.push(self.excerpt, start..self.at);
            match session.variables.get(&name).filter(|_| is_name) {
                Some(values) => built.push_values(values),
                None => {
                    built.forget();
                    if !is_name {
                        let part = self.excerpt.part(part);
                        nested(session, &part, sink);
                    }
                }
            }
            return;
        }
        if behind.starts_with('{') {
            let inner = balanced(behind, '{', '}');
            let content = behind.get(1..inner.saturating_sub(1)).unwrap_or_default();
            let name: String =
                content.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let operator = content.get(name.len()..).unwrap_or_default();
            let default =
                [":-", ":=", "-", "="].iter().find_map(|mark| operator.strip_prefix(mark));
            let known = session.variables.get(&name).cloned();
            let default = default.map(|default| {
                let quoted = default.trim_matches(['"', '\'']);
                let lead = content.len().saturating_sub(default.len());
                let lead = lead.saturating_add(default.find(quoted).unwrap_or(0));
                let from = start.saturating_add(2).saturating_add(lead);
                Text { text: quoted.to_owned(), range: from..from.saturating_add(quoted.len()) }
            });
            self.at = start.saturating_add(1).saturating_add(inner).min(self.end);
            literal.push(self.excerpt, start..self.at);
            let mut values = known.unwrap_or_default();
            values.extend(default.filter(|default| !default.text.contains('$')));
            if values.is_empty() {
                built.forget()
            } else {
                built.push_values(&values)
            }
            return;
        }
        let name: String =
            behind.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        self.bump();
        for _ in 0..name.len() {
            self.bump();
        }
        literal.push(self.excerpt, start..self.at);
        match session.variables.get(&name) {
            _ if name.is_empty() => built.forget(),
            Some(values) => built.push_values(values),
            None => built.forget(),
        }
    }
}

/// What a word may expand to: texts, and whether one is a variable's whole value.
pub(super) struct Built {
    values: Vec<(String, Option<Option<Range<usize>>>)>,
    unknown: bool,
}

impl Built {
    fn push_text(&mut self, text: &str) {
        for (value, origin) in &mut self.values {
            value.push_str(text);
            // Something stands beside the variable: the word as a whole is the place. The name of
            // an assignment (`A=$B`) leaves the place of what is assigned alone.
            if origin.is_some() {
                *origin = Some(None);
            }
        }
    }

    fn push_values(&mut self, more: &[Text]) {
        let mut values = Vec::new();
        for (value, _) in &self.values {
            for next in more {
                if values.len() >= CANDIDATES {
                    break;
                }
                let is_whole = value.is_empty() || value.ends_with('=');
                let origin = Some(is_whole.then(|| next.range.clone()));
                values.push((format!("{value}{}", next.text), origin));
            }
        }
        self.values = values;
    }

    fn forget(&mut self) {
        self.unknown = true;
        self.values.clear();
    }
}

/// The place of a word without the quotes around it.
fn unquoted(excerpt: &Excerpt<'_>, range: Range<usize>) -> Range<usize> {
    let text = excerpt.slice(range.clone());
    let quoted = text.len() >= 2
        && ((text.starts_with('"') && text.ends_with('"'))
            || (text.starts_with('\'') && text.ends_with('\'')));
    if quoted { range.start.saturating_add(1)..range.end.saturating_sub(1) } else { range }
}

/// The length of a text up to the bracket that closes its first one.
fn balanced(text: &str, open: char, close: char) -> usize {
    let mut depth: usize = 0;
    for (at, character) in text.char_indices() {
        if character == open {
            depth = depth.saturating_add(1);
        } else if character == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at.saturating_add(1);
            }
        }
    }
    text.len()
}
