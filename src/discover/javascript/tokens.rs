//! The tokens of JavaScript: comments left out, strings and templates told from what looks like
//! them, and a `/` that divides from one that begins a regular expression.

use std::ops::Range;

/// How deep templates may stand in templates.
const DEPTH: usize = 64;

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or keyword.
    Word,
    /// A string, escapes resolved; its range is what stands between the quotes.
    Text(String),
    /// A piece of a template up to `${` or the end, and whether an expression follows.
    Template(String, bool),
    Number,
    Pattern,
    /// Any other character.
    Sign(u8),
}

/// A source that ends in the middle of something, and its tokens up to there.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) at: usize,
    pub(super) why: &'static str,
    pub(super) tokens: Vec<Token>,
}

/// Reads all tokens.
pub(super) fn read(text: &str) -> Result<Vec<Token>, Malformed> {
    let mut reader =
        Reader { text, bytes: text.as_bytes(), at: 0, tokens: Vec::new(), open: Vec::new() };
    match reader.all() {
        Ok(()) => Ok(reader.tokens),
        Err(why) => Err(Malformed { at: reader.at.min(text.len()), why, tokens: reader.tokens }),
    }
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tokens: Vec<Token>,
    /// For every template that stands open: how many braces are open in its expression.
    open: Vec<usize>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at.saturating_add(ahead)).copied()
    }

    fn bump(&mut self, by: usize) {
        self.at = self.at.saturating_add(by);
    }

    fn push(&mut self, kind: TokenKind, range: Range<usize>) {
        self.tokens.push(Token { kind, range });
    }

    fn all(&mut self) -> Result<(), &'static str> {
        if self.text.starts_with("#!") {
            self.skip_line();
        }
        while let Some(byte) = self.peek(0) {
            match byte {
                _ if byte.is_ascii_whitespace() => self.bump(1),
                b'/' if self.peek(1) == Some(b'/') => self.skip_line(),
                b'/' if self.peek(1) == Some(b'*') => self.comment()?,
                b'<' if self.text.get(self.at..).is_some_and(|rest| rest.starts_with("<!--")) => {
                    self.skip_line();
                }
                b'/' if self.begins_pattern() => self.pattern(),
                b'"' | b'\'' => self.string(byte),
                b'`' => {
                    self.bump(1);
                    self.template()?;
                }
                b'{' => {
                    if let Some(braces) = self.open.last_mut() {
                        *braces = braces.saturating_add(1);
                    }
                    self.sign(byte);
                }
                b'}' => match self.open.last_mut() {
                    Some(0) => {
                        self.open.pop();
                        self.bump(1);
                        self.template()?;
                    }
                    Some(braces) => {
                        *braces = braces.saturating_sub(1);
                        self.sign(byte);
                    }
                    None => self.sign(byte),
                },
                b'0'..=b'9' => {
                    let start = self.at;
                    while self.peek(0).is_some_and(|byte| {
                        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')
                    }) {
                        self.bump(1);
                    }
                    self.push(TokenKind::Number, start..self.at);
                }
                _ if is_name(byte) => {
                    let start = self.at;
                    while self.peek(0).is_some_and(|byte| is_name(byte) || byte.is_ascii_digit()) {
                        self.bump(1);
                    }
                    self.push(TokenKind::Word, start..self.at);
                }
                _ => self.sign(byte),
            }
        }
        if self.open.is_empty() { Ok(()) } else { Err("a template without an end") }
    }

    fn sign(&mut self, byte: u8) {
        let start = self.at;
        self.bump(1);
        self.push(TokenKind::Sign(byte), start..self.at);
    }

    fn skip_line(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.bump(rest.find('\n').unwrap_or(rest.len()));
    }

    fn comment(&mut self) -> Result<(), &'static str> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match rest.get(2..).and_then(|inside| inside.find("*/")) {
            Some(end) => {
                self.bump(end.saturating_add(4));
                Ok(())
            }
            None => {
                self.at = self.bytes.len();
                Err("a comment without an end")
            }
        }
    }

    /// Whether a value can't stand in front of here, so that a `/` begins a regular expression.
    fn begins_pattern(&self) -> bool {
        let Some(last) = self.tokens.last() else { return true };
        match &last.kind {
            TokenKind::Text(_) | TokenKind::Number | TokenKind::Pattern => false,
            TokenKind::Template(_, more) => *more,
            TokenKind::Sign(byte) => !matches!(byte, b')' | b']' | b'}'),
            TokenKind::Word => {
                let word = self.text.get(last.range.clone()).unwrap_or_default();
                matches!(
                    word,
                    "return"
                        | "typeof"
                        | "case"
                        | "in"
                        | "of"
                        | "delete"
                        | "void"
                        | "throw"
                        | "new"
                        | "else"
                        | "do"
                        | "await"
                        | "yield"
                        | "instanceof"
                )
            }
        }
    }

    /// A regular expression; a `/` that has no partner in its line is a sign after all, as in JSX.
    fn pattern(&mut self) {
        let start = self.at;
        let mut in_class = false;
        let mut at = start.saturating_add(1);
        loop {
            match self.bytes.get(at) {
                None | Some(b'\n') => return self.sign(b'/'),
                Some(b'\\') => at = at.saturating_add(1),
                Some(b'[') => in_class = true,
                Some(b']') => in_class = false,
                Some(b'/') if !in_class => break,
                Some(_) => {}
            }
            at = at.saturating_add(1);
        }
        self.at = at.saturating_add(1);
        while self.peek(0).is_some_and(|byte| byte.is_ascii_alphabetic()) {
            self.bump(1);
        }
        self.push(TokenKind::Pattern, start..self.at);
    }

    /// A string. An apostrophe in the text of JSX has no partner in its line and is a sign.
    fn string(&mut self, quote: u8) {
        let start = self.at.saturating_add(1);
        let mut at = start;
        loop {
            match self.bytes.get(at) {
                None | Some(b'\n') => return self.sign(quote),
                Some(b'\\') => at = at.saturating_add(1),
                Some(byte) if *byte == quote => break,
                Some(_) => {}
            }
            at = at.saturating_add(1);
        }
        let text = resolved(self.text.get(start..at).unwrap_or_default());
        self.at = at.saturating_add(1);
        self.push(TokenKind::Text(text), start..at);
    }

    /// A piece of a template, up to its end or to an expression.
    fn template(&mut self) -> Result<(), &'static str> {
        let start = self.at;
        loop {
            match self.peek(0) {
                None => return Err("a template without an end"),
                Some(b'\\') => self.bump(2),
                Some(b'`') => {
                    let range = start..self.at;
                    self.bump(1);
                    let text = resolved(self.text.get(range.clone()).unwrap_or_default());
                    self.push(TokenKind::Template(text, false), range);
                    return Ok(());
                }
                Some(b'$') if self.peek(1) == Some(b'{') => {
                    if self.open.len() >= DEPTH {
                        return Err("templates nest too deeply");
                    }
                    let range = start..self.at;
                    self.bump(2);
                    let text = resolved(self.text.get(range.clone()).unwrap_or_default());
                    self.push(TokenKind::Template(text, true), range);
                    self.open.push(0);
                    return Ok(());
                }
                Some(_) => self.bump(1),
            }
        }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// A string without its escapes; those that stand for other characters than themselves don't occur
/// in names of models.
fn resolved(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for character in text.chars() {
        if character == '\\' && !escaped {
            escaped = true;
            continue;
        }
        out.push(match (escaped, character) {
            (true, 'n' | 'r' | 't') => ' ',
            (_, character) => character,
        });
        escaped = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        let tokens = read(source).unwrap();
        tokens
            .into_iter()
            .filter_map(|token| match token.kind {
                TokenKind::Text(text) | TokenKind::Template(text, _) => Some(text),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn strings_are_told_from_what_looks_like_them() {
        assert_eq!(texts("a = 'x' // 'y'\n/* 'z' */ \"w\\\"\""), ["x", "w\""]);
        assert_eq!(texts("x = /['\"]/g; y = a / 'b' / 2"), ["b"]);
        assert_eq!(texts("`a${ {b: `c${'d'}`}.b }e`"), ["a", "c", "d", "", "e"]);
        assert_eq!(texts("<p>don't</p>; f('x')"), ["x"]);
        assert_eq!(texts("return /'/.test('q')"), ["q"]);
    }

    #[test]
    fn what_has_no_end_is_said() {
        assert!(read("`a${b").is_err());
        assert!(read("/* a").is_err());
        assert!(read(&"`${".repeat(100_000)).is_err());
    }
}
