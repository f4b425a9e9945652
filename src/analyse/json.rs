//! JSON token by token, from bytes that are never loaded whole.
//!
//! Strict RFC 8259 unless [`JsonReader::read_as_python_does`] says otherwise: what one reader accepts
//! and another rejects (NaN, comments, lone surrogates, raw control characters) is an error. Memory
//! is bounded by [`TEXT_KEPT`] and the depth limit, whatever the bytes say. Every token knows its
//! offset.

use std::hash::{DefaultHasher, Hasher as _};

use super::Stop;
use crate::base::{Budget, ReadAt};

/// Bytes of one string that are kept; longer ones are checked and hashed to their end and cut.
pub(super) const TEXT_KEPT: usize = 1 << 20;

/// Bytes of one number that are kept. Longer numbers are errors.
const NUMBER_LENGTH: usize = 400;

const CHUNK: usize = 64 << 10;

/// A token; the text of keys, strings and numbers is in [`JsonReader::text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    /// The name of a member; its value comes next.
    Key,
    String,
    Number,
    Boolean(bool),
    Null,
    /// The text ended behind one complete value.
    End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    Object,
    Array,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    FirstElement,
    FirstKey,
    Key,
    Separator,
    End,
}

/// Reads JSON token by token.
pub(super) struct JsonReader<'a> {
    bytes: &'a dyn ReadAt,
    /// Offset behind the last byte that belongs to the JSON.
    end: u64,
    chunk: Vec<u8>,
    /// Offset of the chunk's first byte.
    chunk_offset: u64,
    /// Next byte inside the chunk.
    cursor: usize,
    open: Vec<Container>,
    depth_limit: u32,
    expect: Expect,
    text: Vec<u8>,
    /// Whether the text was longer than [`TEXT_KEPT`] and its rest went into the hash only.
    text_cut: bool,
    hasher: DefaultHasher,
    token_offset: u64,
    /// Whether all that Python's `json` accepts is read.
    python: bool,
}

impl<'a> JsonReader<'a> {
    /// Reads the JSON that stands from `start` to `end` (exclusive) of `bytes`.
    pub(super) fn new(bytes: &'a dyn ReadAt, start: u64, end: u64, depth_limit: u32) -> Self {
        Self {
            bytes,
            end,
            chunk: Vec::new(),
            chunk_offset: start,
            cursor: 0,
            open: Vec::new(),
            depth_limit,
            expect: Expect::Value,
            text: Vec::new(),
            text_cut: false,
            hasher: DefaultHasher::new(),
            token_offset: start,
            python: false,
        }
    }

    /// Reads all that the `json` module of Python reads, and a little more: NaN and infinities,
    /// numbers of any length, and halves of surrogate pairs, in whose place U+FFFD stands or
    /// nothing. What is an error then is one for Python too.
    pub(super) fn read_as_python_does(mut self) -> Self {
        self.python = true;
        self
    }

    /// The offset of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.chunk_offset.saturating_add(self.cursor as u64)
    }

    /// The offset at which the last token began.
    pub(super) fn token_offset(&self) -> u64 {
        self.token_offset
    }

    /// The decoded text of the last key, string or number; cut at [`TEXT_KEPT`].
    pub(super) fn text(&self) -> &str {
        // Only checked text is ever kept, so that the fallback is out of reach.
        std::str::from_utf8(&self.text).unwrap_or("")
    }

    /// A hash of the whole text of the last key or string, cut or not. Equal texts have equal
    /// hashes.
    pub(super) fn text_hash(&self) -> u64 {
        self.hasher.finish()
    }

    /// The hash that [`Self::text_hash`] has for `text`.
    #[cfg(test)]
    pub(super) fn hash_of(text: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write(text.as_bytes());
        hasher.finish()
    }

    /// How many containers are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next token.
    ///
    /// # Errors
    /// [`Stop::Malformed`] where the bytes are no JSON, [`Stop::Exhausted`] where they nest too
    /// deep.
    pub(super) fn next(&mut self) -> Result<Token, Stop> {
        loop {
            self.skip_blanks()?;
            self.token_offset = self.offset();
            let Some(byte) = self.peek()? else {
                return match self.expect {
                    Expect::End => Ok(Token::End),
                    _ => Err(self.malformed("the JSON ends before it is complete")),
                };
            };
            match (self.expect, byte) {
                (Expect::End, _) => {
                    return Err(self.malformed("something follows the JSON"));
                }
                (Expect::FirstElement, b']') | (Expect::FirstKey, b'}') => {
                    return self.close(byte);
                }
                (Expect::Separator, b',') => {
                    self.advance(1);
                    self.expect = match self.open.last() {
                        Some(Container::Object) => Expect::Key,
                        _ => Expect::Value,
                    };
                }
                (Expect::Separator, b']' | b'}') => return self.close(byte),
                (Expect::Separator, _) => {
                    return Err(self.malformed("a comma or closing bracket is missing"));
                }
                (Expect::FirstKey | Expect::Key, b'"') => return self.key(),
                (Expect::FirstKey | Expect::Key, _) => {
                    return Err(self.malformed("a key in quotes is missing"));
                }
                (Expect::Value | Expect::FirstElement, _) => return self.value(byte),
            }
        }
    }

    /// Skips the rest of the value whose first token was `first`.
    pub(super) fn skip(&mut self, first: Token) -> Result<(), Stop> {
        if matches!(first, Token::BeginObject | Token::BeginArray) {
            let outside = self.depth().saturating_sub(1);
            while self.depth() > outside {
                self.next()?;
            }
        }
        Ok(())
    }

    /// The offset of the first byte that is not `filler`, from the current offset to the end.
    pub(super) fn first_other_than(&mut self, filler: u8) -> Result<Option<u64>, Stop> {
        while let Some(byte) = self.peek()? {
            if byte != filler {
                return Ok(Some(self.offset()));
            }
            self.advance(1);
        }
        Ok(None)
    }

    fn malformed(&self, reason: &str) -> Stop {
        Stop::malformed(self.offset(), reason)
    }

    fn advance(&mut self, count: usize) {
        self.cursor = self.cursor.saturating_add(count);
    }

    /// The bytes that are at hand behind the cursor; empty at the end only.
    fn at_hand(&mut self) -> Result<&[u8], Stop> {
        if self.cursor >= self.chunk.len() {
            self.chunk_offset = self.offset();
            self.cursor = 0;
            let left = self.end.saturating_sub(self.chunk_offset);
            let wanted = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            self.chunk.resize(wanted, 0);
            let count = crate::base::read_up_to(self.bytes, self.chunk_offset, &mut self.chunk)?;
            self.chunk.truncate(count);
        }
        Ok(self.chunk.get(self.cursor..).unwrap_or(&[]))
    }

    fn peek(&mut self) -> Result<Option<u8>, Stop> {
        match self.chunk.get(self.cursor) {
            Some(byte) => Ok(Some(*byte)),
            None => Ok(self.at_hand()?.first().copied()),
        }
    }

    fn skip_blanks(&mut self) -> Result<(), Stop> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek()? {
            self.advance(1);
        }
        Ok(())
    }

    fn open(&mut self, container: Container) -> Result<Token, Stop> {
        if self.open.len() as u64 >= u64::from(self.depth_limit) {
            return Err(Stop::Exhausted {
                budget: Budget::JsonDepth,
                limit: u64::from(self.depth_limit),
                offset: Some(self.offset()),
            });
        }
        self.advance(1);
        self.open.push(container);
        Ok(match container {
            Container::Object => {
                self.expect = Expect::FirstKey;
                Token::BeginObject
            }
            Container::Array => {
                self.expect = Expect::FirstElement;
                Token::BeginArray
            }
        })
    }

    fn close(&mut self, bracket: u8) -> Result<Token, Stop> {
        let token = match (self.open.last(), bracket) {
            (Some(Container::Object), b'}') => Token::EndObject,
            (Some(Container::Array), b']') => Token::EndArray,
            _ => return Err(self.malformed("the wrong bracket closes")),
        };
        self.open.pop();
        self.advance(1);
        self.value_done();
        Ok(token)
    }

    fn value_done(&mut self) {
        self.expect = if self.open.is_empty() { Expect::End } else { Expect::Separator };
    }

    fn key(&mut self) -> Result<Token, Stop> {
        self.string()?;
        self.skip_blanks()?;
        if self.peek()? != Some(b':') {
            return Err(self.malformed("a colon is missing"));
        }
        self.advance(1);
        self.expect = Expect::Value;
        Ok(Token::Key)
    }

    fn value(&mut self, first: u8) -> Result<Token, Stop> {
        let token = match first {
            b'{' => return self.open(Container::Object),
            b'[' => return self.open(Container::Array),
            b'"' => {
                self.string()?;
                Token::String
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                Token::Number
            }
            b't' => self.word(b"true", Token::Boolean(true))?,
            b'f' => self.word(b"false", Token::Boolean(false))?,
            b'n' => self.word(b"null", Token::Null)?,
            b'N' if self.python => self.word(b"NaN", Token::Number)?,
            b'I' if self.python => self.word(b"Infinity", Token::Number)?,
            _ => return Err(self.malformed("this is no JSON value")),
        };
        self.value_done();
        Ok(token)
    }

    fn word(&mut self, word: &[u8], token: Token) -> Result<Token, Stop> {
        self.text.clear();
        self.text_cut = false;
        for letter in word {
            if self.peek()? != Some(*letter) {
                return Err(self.malformed("this is no JSON value"));
            }
            self.advance(1);
        }
        Ok(token)
    }

    fn number(&mut self) -> Result<(), Stop> {
        self.text.clear();
        self.text_cut = false;
        while let Some(byte @ (b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) = self.peek()? {
            if self.text.len() < NUMBER_LENGTH {
                self.text.push(byte);
            } else if self.python {
                self.text_cut = true;
            } else {
                return Err(self.malformed("a number has too many digits"));
            }
            self.advance(1);
        }
        if self.python && self.text == b"-" && self.peek()? == Some(b'I') {
            self.word(b"Infinity", Token::Number)?;
            return Ok(());
        }
        if self.text_cut || is_number(&self.text) {
            Ok(())
        } else {
            Err(self.malformed("this is no JSON number"))
        }
    }

    /// Reads a string; the cursor stands on its opening quote.
    fn string(&mut self) -> Result<(), Stop> {
        self.advance(1);
        self.text.clear();
        self.text_cut = false;
        self.hasher = DefaultHasher::new();
        // Decoded bytes behind the part that is kept, in pieces.
        let mut rest: Vec<u8> = Vec::new();
        loop {
            let at_end = self.at_hand()?.is_empty();
            let run = self.chunk.get(self.cursor..).unwrap_or(&[]);
            let plain = run
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F))
                .unwrap_or(run.len());
            let (plain_bytes, behind) = run.split_at_checked(plain).unwrap_or((run, &[]));
            let stopper = behind.first().copied();
            if self.text_cut { &mut rest } else { &mut self.text }.extend_from_slice(plain_bytes);
            self.advance(plain);
            if at_end {
                return Err(self.malformed("a string has no end"));
            }
            match stopper {
                None => {}
                Some(b'"') => {
                    self.advance(1);
                    break;
                }
                Some(b'\\') => {
                    let character = self.escape()?;
                    let mut utf8 = [0; 4];
                    let utf8 = character.encode_utf8(&mut utf8).as_bytes();
                    if self.text_cut { &mut rest } else { &mut self.text }.extend_from_slice(utf8);
                }
                Some(_) => return Err(self.malformed("a control character stands in a string")),
            }
            if !self.text_cut && self.text.len() > TEXT_KEPT {
                self.cut(&mut rest)?;
            }
            if rest.len() > CHUNK {
                self.drain(&mut rest)?;
            }
        }
        let whole = if self.text_cut { &rest } else { &self.text };
        if std::str::from_utf8(whole).is_err() {
            return Err(Stop::malformed(self.token_offset, "a string is not UTF-8"));
        }
        self.hasher.write(whole);
        Ok(())
    }

    /// Ends the kept part of a text on a character boundary and moves what is left to `rest`.
    fn cut(&mut self, rest: &mut Vec<u8>) -> Result<(), Stop> {
        let valid = self.valid_length(&self.text)?;
        *rest = self.text.split_off(valid);
        self.hasher.write(&self.text);
        self.text_cut = true;
        Ok(())
    }

    /// Hashes and drops what is complete of the part that isn't kept.
    fn drain(&mut self, rest: &mut Vec<u8>) -> Result<(), Stop> {
        let valid = self.valid_length(rest)?;
        self.hasher.write(rest.get(..valid).unwrap_or(&[]));
        rest.drain(..valid);
        Ok(())
    }

    /// How many bytes are complete characters; an error if that is not for want of more bytes.
    fn valid_length(&self, bytes: &[u8]) -> Result<usize, Stop> {
        match std::str::from_utf8(bytes) {
            Ok(_) => Ok(bytes.len()),
            Err(error) if error.error_len().is_none() => Ok(error.valid_up_to()),
            Err(_) => Err(Stop::malformed(self.token_offset, "a string is not UTF-8")),
        }
    }

    /// Reads an escape; the cursor stands on its backslash.
    fn escape(&mut self) -> Result<char, Stop> {
        self.advance(1);
        self.escaped()
    }

    /// Reads what is escaped; the cursor stands behind the backslash.
    fn escaped(&mut self) -> Result<char, Stop> {
        let Some(letter) = self.peek()? else {
            return Err(self.malformed("a string has no end"));
        };
        self.advance(1);
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.four_digits()?;
                let code = if (0xD800..0xDC00).contains(&first) {
                    if self.peek()? != Some(b'\\') {
                        return self.half_pair();
                    }
                    self.advance(1);
                    if self.peek()? != Some(b'u') {
                        self.half_pair()?;
                        // No second half can be met there: this goes no deeper.
                        return self.escaped();
                    }
                    self.advance(1);
                    let second = self.four_digits()?;
                    if !(0xDC00..0xE000).contains(&second) {
                        let half = self.half_pair()?;
                        return Ok(char::from_u32(second).unwrap_or(half));
                    }
                    (((first & 0x3FF) << 10) | (second & 0x3FF)).saturating_add(0x1_0000)
                } else {
                    first
                };
                match char::from_u32(code) {
                    Some(character) => character,
                    None => self.half_pair()?,
                }
            }
            _ => return Err(self.malformed("this is no JSON escape")),
        })
    }

    /// What stands for half a surrogate pair.
    fn half_pair(&self) -> Result<char, Stop> {
        if self.python {
            Ok(char::REPLACEMENT_CHARACTER)
        } else {
            Err(self.malformed("half a surrogate pair stands alone"))
        }
    }

    fn four_digits(&mut self) -> Result<u32, Stop> {
        let mut code = 0_u32;
        for _ in 0..4 {
            let digit = self.peek()?.and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.malformed("four hexadecimal digits are missing"));
            };
            self.advance(1);
            code = (code << 4) | digit;
        }
        Ok(code)
    }
}

/// Whether `text` is a number as RFC 8259 section 6 has it.
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.first() == Some(&b'0')) {
        return false;
    }
    let mut rest = rest.get(whole..).unwrap_or(&[]);
    if let Some(behind_point) = rest.strip_prefix(b".") {
        let count = digits(behind_point);
        if count == 0 {
            return false;
        }
        rest = behind_point.get(count..).unwrap_or(&[]);
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        let exponent =
            exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
        let count = digits(exponent);
        if count == 0 {
            return false;
        }
        rest = exponent.get(count..).unwrap_or(&[]);
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_whole(bytes: &[u8]) -> Result<Vec<(Token, String)>, Stop> {
        let mut reader = JsonReader::new(&bytes, 0, bytes.len() as u64, 128);
        let mut tokens = Vec::new();
        loop {
            let token = reader.next()?;
            if token == Token::End {
                return Ok(tokens);
            }
            let text = match token {
                Token::Key | Token::String | Token::Number => reader.text().to_owned(),
                _ => String::new(),
            };
            tokens.push((token, text));
        }
    }

    #[test]
    fn tokens_come_in_order() {
        let tokens = read_whole(br#" {"a": [1, -2.5e3, "x\u00e9\ud83d\ude00\n"], "b": null} "#);
        let tokens = tokens.unwrap();
        let kinds: Vec<_> = tokens.iter().map(|(token, _)| *token).collect();
        use Token::{BeginArray, BeginObject, EndArray, EndObject, Key, Null, Number, String};
        assert_eq!(
            kinds,
            [BeginObject, Key, BeginArray, Number, Number, String, EndArray, Key, Null, EndObject]
        );
        assert_eq!(tokens[5].1, "xé😀\n");
    }

    #[test]
    fn what_python_accepts_and_the_standard_does_not_is_an_error() {
        for text in [
            "NaN",
            "[Infinity]",
            "{\"a\":1,}",
            "[1,]",
            "01",
            "1.",
            ".5",
            "+1",
            "'a'",
            "\"\\ud800\"",
            "\"\\udc00\"",
            "\"\t\"",
            "\"\\x41\"",
            "[1] 2",
            "{1:2}",
            "{\"a\" 1}",
            "[1}",
            "",
            " ",
            "tru",
            "\"abc",
            "[",
            "\u{feff}{}",
        ] {
            assert!(read_whole(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read_whole(b"\"\xff\"").is_err());
    }

    #[test]
    fn depth_is_a_budget() {
        let deep = format!("{}{}", "[".repeat(128), "]".repeat(128));
        assert!(read_whole(deep.as_bytes()).is_ok());
        let deeper = format!("[{deep}]");
        assert!(matches!(
            read_whole(deeper.as_bytes()),
            Err(Stop::Exhausted { budget: Budget::JsonDepth, limit: 128, offset: Some(128) })
        ));
    }

    #[test]
    fn long_strings_are_cut_and_hashed_to_their_end() {
        let long = "é".repeat(TEXT_KEPT);
        let read = |text: &str| {
            let quoted = format!("\"{text}\"").into_bytes();
            let mut reader = JsonReader::new(&quoted, 0, quoted.len() as u64, 1);
            assert_eq!(reader.next().unwrap(), Token::String);
            assert!(reader.text().len() <= TEXT_KEPT + CHUNK);
            (reader.text_hash(), reader.text().to_owned())
        };
        let (first, kept) = read(&format!("{long}a"));
        let (second, _) = read(&format!("{long}b"));
        assert_ne!(first, second);
        assert_eq!(first, JsonReader::hash_of(&format!("{long}a")));
        assert!(long.starts_with(&kept));
    }

    fn read_as_python(text: &str) -> Result<String, Stop> {
        let bytes = text.as_bytes();
        let mut reader = JsonReader::new(&bytes, 0, bytes.len() as u64, 128).read_as_python_does();
        let mut texts = String::new();
        loop {
            match reader.next()? {
                Token::End => return Ok(texts),
                Token::Key | Token::String => texts.push_str(reader.text()),
                _ => {}
            }
        }
    }

    #[test]
    fn python_reads_more() {
        let digits = "9".repeat(5000);
        for (text, expected) in [
            (r#"[NaN, Infinity, -Infinity, -1, "a"]"#, "a"),
            (&format!(r#"{{"{digits}": -{digits}.5, "b": 1e{digits}}}"#), &format!("{digits}b")),
            (r#""\ud800x""#, "\u{fffd}x"),
            (r#""\ud800\"\\x""#, "\"\\x"),
            (r#""\ud800\u002dx\udc00""#, "-x\u{fffd}"),
            (r#""\ud800\ud800\udc00""#, "\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(read_as_python(text).unwrap(), expected, "{text}");
            assert!(read_whole(text.as_bytes()).is_err(), "{text}");
        }
        for text in [
            "nan",
            "+1",
            "-",
            "-Inf",
            "[1,]",
            "'a'",
            "// a\n1",
            "\"\n\"",
            "\u{feff}1",
            r#""\ud800"#,
        ] {
            assert!(read_as_python(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_whole(&bytes);
        }

        #[test]
        fn what_is_json_is_json_for_python_too(text in r#"[\[\]{}:,"\\a-du0-9eE.\- tfnNI]{0,24}"#) {
            if read_whole(text.as_bytes()).is_ok() {
                prop_assert!(read_as_python(&text).is_ok(), "{}", text);
            } else {
                let _ = read_as_python(&text);
            }
        }

        #[test]
        fn agrees_with_serde_json(text in r#"[\[\]{}:,"\\a-cu0-9eE.\- tfn]{0,24}"#) {
            // An oracle for grammar alone: numbers beyond its range are refused there.
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(read_whole(text.as_bytes()).is_ok(), theirs, "{}", text);
        }
    }
}
