//! A text that the user wrote, and places in it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;

use super::Problem;
use crate::base::Untrusted;

/// Bytes of the longest document that is read: 1 MiB. A policy of ten thousand globals has a half
/// of that.
pub const MAXIMUM_DOCUMENT_BYTES: usize = 1 << 20;

/// A text that the user wrote, and the path to show for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The path as it is to be shown: relative to the working directory where possible.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Document {
    /// The document that `bytes` hold, which `path` is shown for. A byte-order mark is dropped, and
    /// a carriage return that ends a line by itself becomes a line feed.
    ///
    /// # Errors
    /// More than [`MAXIMUM_DOCUMENT_BYTES`], or not UTF-8: the problem says at which byte.
    pub fn from_bytes(path: impl Into<String>, bytes: &[u8]) -> Result<Arc<Self>, Problem> {
        let path = path.into();
        if bytes.len() > MAXIMUM_DOCUMENT_BYTES {
            let message =
                format!("{} bytes are more than the 1 MiB that is read here", bytes.len());
            let document = Arc::new(Self { path, text: String::new() });
            return Err(Problem::new(document.whole(), message));
        }
        let content = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match std::str::from_utf8(content) {
            Ok(text) => Ok(Arc::new(Self { path, text: with_line_feeds(text) })),
            Err(error) => Err(not_utf8(path, bytes, content, error.valid_up_to())),
        }
    }

    /// The place of the document as such: its very beginning.
    pub fn whole(self: &Arc<Self>) -> Place {
        Place { document: Arc::clone(self), span: Span { line: 1, column: 1, start: 0, end: 0 } }
    }
}

/// YAML takes a carriage return by itself for the end of a line; most of what shows lines does not.
/// With a line feed in its place both count the same, and no offset moves.
fn with_line_feeds(text: &str) -> String {
    let mut characters = text.chars().peekable();
    let mut all = String::with_capacity(text.len());
    while let Some(c) = characters.next() {
        let ends_line = c == '\r' && characters.peek() != Some(&'\n');
        all.push(if ends_line { '\n' } else { c });
    }
    all
}

/// Says at which byte `content` (the file's `bytes` without a byte-order mark) stops being UTF-8.
fn not_utf8(path: String, bytes: &[u8], content: &[u8], valid: usize) -> Problem {
    let before = String::from_utf8_lossy(content.get(..valid).unwrap_or_default());
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.chars().rev().take_while(|c| *c != '\n').count().saturating_add(1);
    let offset = valid.saturating_add(bytes.len().saturating_sub(content.len()));
    let byte = content.get(valid).copied().unwrap_or_default();
    let wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let document = Arc::new(Document { path, text: String::from_utf8_lossy(content).into_owned() });
    // What stands for the broken byte in the lossy text is one U+FFFD of three bytes.
    let span = Span {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
        start: valid,
        end: valid.saturating_add('\u{fffd}'.len_utf8()),
    };
    let problem = Problem::new(
        Place { document, span },
        format!("not UTF-8: byte 0x{byte:02x} at offset {offset}"),
    );
    let format = if wide { "it looks like UTF-16; save it as UTF-8" } else { "save it as UTF-8" };
    problem.help(format)
}

/// A place in a [`Document`]: lines and columns from 1, columns counted in characters; bytes from
/// 0, the end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First line.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// First byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

/// A value and its place in the YAML it was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Located<T> {
    /// Makes another value of this one, which stands at the same place.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Located<U> {
        Located { value: make(self.value), span: self.span }
    }
}

/// The schema is that of the value: for an editor the wrapper does not exist.
impl<T: JsonSchema> JsonSchema for Located<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

/// A place in a known document: what an error or finding points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The document.
    pub document: Arc<Document>,
    /// The place in it.
    pub span: Span,
}

impl Place {
    /// The text at this place, of its first line only.
    pub fn text(&self) -> &str {
        let text = self.document.text.get(self.span.start..self.span.end).unwrap_or_default();
        text.lines().next().unwrap_or_default()
    }

    /// The whole line on which the place begins, without its line break.
    pub fn line_text(&self) -> &str {
        let text = self.document.text.as_str();
        let before = text.get(..self.span.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        text.get(start..).unwrap_or_default().lines().next().unwrap_or_default()
    }
}

/// `path:line:column`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Span { line, column, .. } = self.span;
        write!(f, "{}:{line}:{column}", Untrusted(&self.document.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_dropped() {
        let document = Document::from_bytes("a.yaml", b"\xef\xbb\xbfversion: 1\n").unwrap();
        assert_eq!(document.text, "version: 1\n");
    }

    #[test]
    fn a_carriage_return_by_itself_ends_a_line() {
        let document = Document::from_bytes("a.yaml", b"a\rb\r\nc\r\r\nd\r").unwrap();
        assert_eq!(document.text, "a\nb\r\nc\n\r\nd\n");
    }

    #[test]
    fn a_place_knows_its_text_and_line() {
        let document = Document::from_bytes("a.yaml", "é: [a, b]\r\nx: y\n".as_bytes()).unwrap();
        let place = Place { document, span: Span { line: 1, column: 5, start: 5, end: 6 } };
        assert_eq!(place.text(), "a");
        assert_eq!(place.line_text(), "é: [a, b]");
        assert_eq!(place.to_string(), "a.yaml:1:5");
    }

    #[test]
    fn what_is_not_utf8_says_at_which_byte() {
        let problem = Document::from_bytes("m.yaml", b"version: 1\nname: caf\xe9\n").unwrap_err();
        insta::assert_snapshot!(problem.render(false), @r"
        error: not UTF-8: byte 0xe9 at offset 20
         --> m.yaml:2:10
          |
        2 | name: caf�
          |          ^
          |
          = help: save it as UTF-8
        ");
    }

    #[test]
    fn utf16_is_named() {
        let problem = Document::from_bytes("m.yaml", b"\xff\xfev\0").unwrap_err();
        insta::assert_snapshot!(problem.render(false), @r"
        error: not UTF-8: byte 0xff at offset 0
         --> m.yaml:1:1
          |
        1 | ��v␀
          | ^
          |
          = help: it looks like UTF-16; save it as UTF-8
        ");
    }

    #[test]
    fn more_than_a_mebibyte_is_refused() {
        let problem = Document::from_bytes("m.yaml", &vec![b'a'; (1 << 20) + 1]).unwrap_err();
        insta::assert_snapshot!(problem.render(false), @r"
        error: 1048577 bytes are more than the 1 MiB that is read here
        --> m.yaml
        ");
        assert!(Document::from_bytes("m.yaml", &vec![b'a'; 1 << 20]).is_ok());
    }
}
