//! JSON with the place of every value, comments and trailing commas allowed; and its relaxed
//! relatives: flow collections of YAML, arrays and inline tables of TOML.

use std::ops::Range;

use super::excerpt::{Excerpt, Pieces};
use super::sink::Sink;
use super::tree::{Content, Key, Node, Style, unescape};

/// How deep values may nest.
const DEPTH: usize = 128;

/// Text from which on only telling strings are kept: it is data, and a tree of all of it would be
/// many times its size.
const DATA: usize = 1 << 20;

/// Which values are left out of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skip {
    Nothing,
    /// What stands under the key `outputs`: of notebooks.
    Outputs,
}

/// Why a text is no JSON.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) at: usize,
    pub(super) why: &'static str,
}

/// Reads a whole text. `None` after saying why it cannot be read.
pub(super) fn read(excerpt: &Excerpt<'_>, skip: &Skip, sink: &mut Sink<'_>) -> Option<Node> {
    let mut reader = Reader::new(excerpt, 0, *skip, false);
    match reader.value() {
        Ok(node) => Some(node),
        // Nothing but white space: an empty file names nothing.
        Err(_) if excerpt.text.trim().is_empty() => None,
        Err(Malformed { at, why }) => {
            sink.unreadable(excerpt, Some(at), format!("no valid JSON: {why}"));
            None
        }
    }
}

/// Reads a flow collection that begins at `at`, and says where it ends.
pub(super) fn flow(excerpt: &Excerpt<'_>, at: usize) -> Result<(Node, usize), Malformed> {
    let mut reader = Reader::new(excerpt, at, Skip::Nothing, true);
    let node = reader.value()?;
    Ok((node, reader.at))
}

struct Reader<'e, 'a> {
    excerpt: &'e Excerpt<'a>,
    bytes: &'e [u8],
    at: usize,
    skip: Skip,
    /// Words without quotes are strings, `=` stands for `:`, `#` begins a comment.
    relaxed: bool,
    telling_only: bool,
}

/// A list or map that is not closed yet.
struct Open {
    start: usize,
    content: Content,
    key: Option<Key>,
    skipped: bool,
}

impl<'e, 'a> Reader<'e, 'a> {
    fn new(excerpt: &'e Excerpt<'a>, at: usize, skip: Skip, relaxed: bool) -> Self {
        let bytes = excerpt.text.as_bytes();
        let telling_only = bytes.len() > DATA && skip == Skip::Nothing;
        Self { excerpt, bytes, at, skip, relaxed, telling_only }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn fails<T>(&self, why: &'static str) -> Result<T, Malformed> {
        Err(Malformed { at: self.at.min(self.bytes.len()), why })
    }

    /// Skips white space and comments.
    fn blank(&mut self) {
        while let Some(byte) = self.peek() {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            if byte.is_ascii_whitespace() || rest.starts_with(b"\xef\xbb\xbf") {
                self.at = self.at.saturating_add(if byte == 0xef { 3 } else { 1 });
            } else if (byte == b'#' && self.relaxed) || rest.starts_with(b"//") {
                let line = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                self.at = self.at.saturating_add(line);
            } else if rest.starts_with(b"/*") {
                let end = rest.windows(2).position(|pair| pair == b"*/").unwrap_or(rest.len());
                self.at = self.at.saturating_add(end).saturating_add(2);
            } else {
                return;
            }
        }
    }

    /// Reads one value, with a stack of its own.
    fn value(&mut self) -> Result<Node, Malformed> {
        let mut stack: Vec<Open> = Vec::new();
        loop {
            self.blank();
            let Some(byte) = self.peek() else { return self.fails("it ends early") };
            let finished = match byte {
                b'[' | b'{' => {
                    if stack.len() >= DEPTH {
                        return self.fails("it nests too deeply");
                    }
                    let content = match byte {
                        b'[' => Content::List(Vec::new()),
                        _ => Content::Map(Vec::new()),
                    };
                    let skipped = stack.last().is_some_and(|open| {
                        open.skipped
                            || (self.skip == Skip::Outputs
                                && open.key.as_ref().is_some_and(|key| key.text == "outputs"))
                    });
                    stack.push(Open { start: self.at, content, key: None, skipped });
                    self.advance();
                    continue;
                }
                b']' | b'}' => {
                    let Some(open) = stack.pop() else { return self.fails("nothing is open here") };
                    if matches!(open.content, Content::List(_)) != (byte == b']') {
                        return self.fails("brackets that do not match");
                    }
                    self.advance();
                    Some(Node { range: open.start..self.at, content: open.content })
                }
                b',' if !stack.is_empty() => {
                    self.advance();
                    if let Some(open) = stack.last_mut() {
                        open.key = None;
                    }
                    continue;
                }
                _ => {
                    let skipped = stack.last().is_some_and(|open| open.skipped);
                    let scalar = self.scalar(skipped)?;
                    let expects_key = stack.last().is_some_and(|open| {
                        matches!(open.content, Content::Map(_)) && open.key.is_none()
                    });
                    if expects_key {
                        self.blank();
                        let separated = match self.peek() {
                            Some(b':') => true,
                            Some(b'=') => self.relaxed,
                            _ => false,
                        };
                        if separated {
                            self.advance();
                        } else if !self.relaxed {
                            return self.fails("a key without a value");
                        }
                        let text = scalar.and_then(|node| node.text().map(str::to_owned));
                        if let Some(open) = stack.last_mut() {
                            open.key = separated.then(|| Key { text: text.unwrap_or_default() });
                        }
                        continue;
                    }
                    scalar
                }
            };
            let Some(open) = stack.last_mut() else {
                return match finished {
                    Some(node) => Ok(node),
                    None => Ok(Node::null(self.at)),
                };
            };
            let key = open.key.take();
            let Some(node) =
                finished.filter(|node| !open.skipped && self.keeps(node, key.as_ref()))
            else {
                continue;
            };
            match &mut open.content {
                Content::List(items) => items.push(node),
                Content::Map(entries) => {
                    entries.push((key.unwrap_or(Key { text: String::new() }), node));
                }
                Content::Scalar(..) => {}
            }
        }
    }

    /// Whether a value of a file of data may say something.
    fn keeps(&self, node: &Node, key: Option<&Key>) -> bool {
        match &node.content {
            Content::Scalar(text, _) if self.telling_only => {
                let telling = text.contains('/') && text.len() <= 512;
                telling || key.is_some_and(|key| key.text.contains("model") && text.len() <= 96)
            }
            Content::List(items) if self.telling_only => !items.is_empty(),
            Content::Map(entries) if self.telling_only => !entries.is_empty(),
            _ => true,
        }
    }

    /// A string, or a word; `None` for a word that is no string in strict JSON.
    fn scalar(&mut self, skipped: bool) -> Result<Option<Node>, Malformed> {
        match self.peek() {
            Some(b'"') => self.quoted(b'"', skipped),
            Some(b'\'') => self.quoted(b'\'', skipped),
            _ => {
                let start = self.at;
                while let Some(byte) = self.peek() {
                    let ends = matches!(byte, b',' | b']' | b'}' | b'[' | b'{' | b'\n')
                        || (byte == b':' && !self.relaxed)
                        || (byte == b':' && self.next_is_blank())
                        || (byte == b'=' && self.relaxed && self.next_is_blank());
                    if ends {
                        break;
                    }
                    self.advance();
                }
                if start == self.at {
                    return self.fails("no value");
                }
                let text = self.excerpt.slice(start..self.at);
                let end = start.saturating_add(text.trim_end().len());
                let text = text.trim_end().to_owned();
                let node = Node { range: start..end, content: Content::Scalar(text, Style::Plain) };
                Ok(self.relaxed.then_some(node))
            }
        }
    }

    fn next_is_blank(&self) -> bool {
        let next = self.bytes.get(self.at.saturating_add(1));
        next.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']'))
    }

    fn quoted(&mut self, quote: u8, skipped: bool) -> Result<Option<Node>, Malformed> {
        self.advance();
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.peek() {
                None => return self.fails("a string without an end"),
                Some(b'\\') if quote == b'"' => {
                    escaped = true;
                    self.at = self.at.saturating_add(2);
                }
                Some(byte) if byte == quote => break,
                Some(_) => self.advance(),
            }
        }
        let range = start..self.at.min(self.bytes.len());
        self.advance();
        if skipped {
            return Ok(None);
        }
        let (text, style) = scalar_text(self.excerpt, range.clone(), escaped, quote);
        Ok(Some(Node { range, content: Content::Scalar(text, style) }))
    }
}

fn scalar_text(
    excerpt: &Excerpt<'_>,
    range: Range<usize>,
    escaped: bool,
    quote: u8,
) -> (String, Style) {
    let style = if quote == b'"' { Style::Double } else { Style::Single };
    if !escaped {
        return (excerpt.slice(range).to_owned(), style);
    }
    let mut pieces = Pieces::inside(excerpt);
    unescape(excerpt, range, &mut pieces);
    (pieces.text().to_owned(), style)
}
