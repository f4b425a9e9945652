//! YAML as people write it for tools, read line by line: blocks, flow collections, block scalars,
//! several documents, and the templates of Helm, with which a file is no YAML at all until they
//! are filled in. A value that cannot be made out is left out and the lines below it are read on.

use std::ops::Range;

use super::excerpt::{Excerpt, Pieces};
use super::json;
use super::sink::Sink;
use super::tree::{Content, Key, Node, Style, unescape};

/// How deep blocks may nest.
const DEPTH: usize = 64;

/// Reads the documents of a text.
pub(super) fn read(excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) -> Vec<Node> {
    let mut lines = Vec::new();
    let mut start: usize = 0;
    for line in excerpt.text.split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        let indent =
            text.len().saturating_sub(text.trim_start_matches([' ', '\t', '\u{feff}']).len());
        let end = start.saturating_add(text.len());
        lines.push(Line { start, at: start.saturating_add(indent), end });
        start = start.saturating_add(line.len());
    }
    let mut reader = Reader { excerpt, lines, next: 0, too_deep: None };
    let mut documents = Vec::new();
    while reader.next < reader.lines.len() {
        let before = reader.next;
        match reader.line() {
            Some(line) => {
                let column = line.column();
                documents.push(reader.block(column, 0));
            }
            None => reader.next = reader.next.saturating_add(1),
        }
        // Whatever could not be made out: go on behind it.
        if reader.next == before {
            reader.next = before.saturating_add(1);
        }
    }
    if let Some(at) = reader.too_deep {
        sink.unreadable(excerpt, Some(at), "it nests too deeply");
    }
    documents
}

/// A line, of which the front may have been read already.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    /// Where what is left of it begins.
    at: usize,
    end: usize,
}

impl Line {
    fn column(&self) -> usize {
        self.at.saturating_sub(self.start)
    }
}

struct Reader<'e, 'a> {
    excerpt: &'e Excerpt<'a>,
    lines: Vec<Line>,
    next: usize,
    too_deep: Option<usize>,
}

impl Reader<'_, '_> {
    fn slice(&self, range: Range<usize>) -> &str {
        self.excerpt.slice(range)
    }

    /// The next line that says something. `None` at the end of a document.
    fn line(&mut self) -> Option<Line> {
        while let Some(line) = self.lines.get(self.next).copied() {
            let text = self.slice(line.at..line.end).trim_end();
            let marks = line.at == line.start && (text.starts_with("---") || text == "...");
            if marks {
                // A document may begin behind its mark.
                return None;
            }
            let template = text.starts_with("{{") && text.ends_with("}}");
            let directive = line.at == line.start && text.starts_with('%');
            let says_nothing = text.is_empty() || text.starts_with('#') || template || directive;
            if !says_nothing {
                return Some(line);
            }
            self.next = self.next.saturating_add(1);
        }
        None
    }

    fn skip(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    /// Everything from here that stands at `column` or further right.
    fn block(&mut self, column: usize, depth: usize) -> Node {
        let Some(line) = self.line() else { return Node::null(0) };
        if depth >= DEPTH {
            self.too_deep.get_or_insert(line.at);
            self.skip();
            return Node::null(line.at);
        }
        let text = self.slice(line.at..line.end);
        if is_item(text) {
            return self.list(column, depth);
        }
        if key_of(text).is_some() {
            return self.map(column, depth);
        }
        let value = line.at;
        self.inline(value, line, column, depth)
    }

    fn list(&mut self, column: usize, depth: usize) -> Node {
        let mut items = Vec::new();
        let mut range = None;
        while let Some(line) = self.line() {
            let text = self.slice(line.at..line.end);
            if line.column() != column || !is_item(text) {
                break;
            }
            range.get_or_insert(line.at);
            let rest = text.get(1..).unwrap_or_default();
            let blank = rest.len().saturating_sub(rest.trim_start().len());
            let at = line.at.saturating_add(1).saturating_add(blank);
            let is_bare = rest.trim().is_empty() || rest.trim_start().starts_with('#');
            if is_bare {
                self.skip();
                items.push(self.below(column, false, depth, at));
                continue;
            }
            // What stands behind the dash is a block of its own, further right.
            if let Some(current) = self.lines.get_mut(self.next) {
                current.at = at;
            }
            let before = self.next;
            let inner = Line { at, ..line }.column();
            items.push(self.block(inner, depth.saturating_add(1)));
            if self.next == before {
                self.skip();
            }
        }
        let start = range.unwrap_or(0);
        let end = items.last().map_or(start, |item| item.range.end);
        Node { range: start..end.max(start), content: Content::List(items) }
    }

    fn map(&mut self, column: usize, depth: usize) -> Node {
        let mut entries = Vec::new();
        let mut start = None;
        while let Some(line) = self.line() {
            if line.column() != column {
                break;
            }
            let text = self.slice(line.at..line.end);
            let Some((key, behind)) = key_of(text) else { break };
            let key = Key { text: key.to_owned() };
            start.get_or_insert(line.at);
            let at = line.at.saturating_add(behind);
            let before = self.next;
            let node = self.inline(at, line, column, depth);
            if self.next == before {
                self.skip();
            }
            entries.push((key, node));
        }
        let start = start.unwrap_or(0);
        let end = entries.last().map_or(start, |(_, node)| node.range.end);
        Node { range: start..end.max(start), content: Content::Map(entries) }
    }

    /// A block below a key or dash, or nothing.
    fn below(&mut self, column: usize, beside: bool, depth: usize, at: usize) -> Node {
        match self.line() {
            Some(line) => {
                let text = self.slice(line.at..line.end);
                // A list may stand at the column of its key.
                let is_below =
                    line.column() > column || (beside && line.column() == column && is_item(text));
                if is_below {
                    self.block(line.column(), depth.saturating_add(1))
                } else {
                    Node::null(at)
                }
            }
            None => Node::null(at),
        }
    }

    /// The value that begins at `at` in `line`, which belongs to something at `column`.
    fn inline(&mut self, at: usize, line: Line, column: usize, depth: usize) -> Node {
        let mut at = at;
        loop {
            let rest = self.slice(at..line.end);
            at = at.saturating_add(rest.len().saturating_sub(rest.trim_start().len()));
            let rest = self.slice(at..line.end);
            // Anchors and tags.
            let decorates = rest.starts_with('&') || (rest.starts_with('!') && rest.len() > 1);
            if !decorates {
                break;
            }
            at = at.saturating_add(rest.find(' ').unwrap_or(rest.len()));
        }
        let rest = self.slice(at..line.end);
        match rest.bytes().next() {
            None | Some(b'#') => {
                self.skip();
                self.below(column, true, depth, at)
            }
            Some(b'|' | b'>') if is_block_mark(rest) => {
                self.skip();
                self.scalar_below(column)
            }
            Some(quote @ (b'"' | b'\'')) => self.quoted(at, quote),
            Some(b'[') => self.flow(at),
            Some(b'{') if !rest.starts_with("{{") => self.flow(at),
            Some(_) => self.plain(at, line, column),
        }
    }

    /// The lines of a block scalar.
    fn scalar_below(&mut self, column: usize) -> Node {
        let mut range: Option<Range<usize>> = None;
        let mut indent = None;
        while let Some(line) = self.lines.get(self.next).copied() {
            let is_blank = line.at >= line.end;
            if !is_blank && line.column() <= column {
                break;
            }
            if !is_blank {
                indent.get_or_insert(line.column());
                let start = range.as_ref().map_or(line.start, |range| range.start);
                range = Some(start..line.end);
            }
            self.skip();
        }
        let range = range.unwrap_or(0..0);
        let mut node = Node {
            range,
            content: Content::Scalar(String::new(), Style::Block(indent.unwrap_or(0))),
        };
        let text = node.excerpt(self.excerpt).text.into_owned();
        node.content = Content::Scalar(text, Style::Block(indent.unwrap_or(0)));
        node
    }

    fn quoted(&mut self, at: usize, quote: u8) -> Node {
        let start = at.saturating_add(1);
        let text = self.excerpt.text.as_bytes();
        let mut end = start;
        loop {
            match text.get(end) {
                None => break,
                Some(b'\\') if quote == b'"' => end = end.saturating_add(2),
                Some(b'\'')
                    if quote == b'\'' && text.get(end.saturating_add(1)) == Some(&b'\'') =>
                {
                    end = end.saturating_add(2);
                }
                Some(byte) if *byte == quote => break,
                Some(_) => end = end.saturating_add(1),
            }
        }
        let end = end.min(text.len());
        self.leave(end);
        let style = if quote == b'"' { Style::Double } else { Style::Single };
        let raw = self.slice(start..end);
        let text = if style == Style::Double && raw.contains('\\') {
            let mut pieces = Pieces::inside(self.excerpt);
            unescape(self.excerpt, start..end, &mut pieces);
            pieces.text().to_owned()
        } else {
            raw.replace("''", "'")
        };
        Node { range: start..end, content: Content::Scalar(text, style) }
    }

    fn flow(&mut self, at: usize) -> Node {
        match json::flow(self.excerpt, at) {
            Ok((node, end)) => {
                self.leave(end);
                node
            }
            Err(_) => {
                self.skip();
                Node::null(at)
            }
        }
    }

    /// Goes on with the line behind the one in which `offset` lies.
    fn leave(&mut self, offset: usize) {
        while self.lines.get(self.next).is_some_and(|line| line.end < offset) {
            self.skip();
        }
        self.skip();
    }

    /// Words without quotes, which may go on in lines that are further right.
    fn plain(&mut self, at: usize, line: Line, column: usize) -> Node {
        let first = without_comment(self.slice(at..line.end));
        let mut end = at.saturating_add(first.len());
        let mut text = first.to_owned();
        self.skip();
        while let Some(next) = self.lines.get(self.next).copied() {
            let more = self.slice(next.at..next.end);
            let goes_on = next.at < next.end && next.column() > column && !more.starts_with('#');
            if !goes_on {
                break;
            }
            let more = without_comment(more);
            end = next.at.saturating_add(more.len());
            text.push(' ');
            text.push_str(more);
            self.skip();
        }
        Node { range: at..end, content: Content::Scalar(text, Style::Plain) }
    }
}

fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// `|`, `>-`, `|2+`, a comment behind it or not.
fn is_block_mark(text: &str) -> bool {
    let rest = text.get(1..).unwrap_or_default();
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
    rest.trim().is_empty() || rest.trim_start().starts_with('#')
}

/// The text of a line up to a comment.
fn without_comment(text: &str) -> &str {
    let end = text.find(" #").or_else(|| text.find("\t#")).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_end()
}

/// The key at the beginning of a line, and where its value may begin.
fn key_of(text: &str) -> Option<(&str, usize)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let inside = text.get(1..)?;
        let end = inside.find(quote)?;
        let behind = inside.get(end.saturating_add(1)..)?;
        let colon = behind.trim_start().strip_prefix(':')?;
        if !colon.is_empty() && !colon.starts_with(char::is_whitespace) {
            return None;
        }
        return Some((inside.get(..end)?, text.len().saturating_sub(colon.len())));
    }
    if text.starts_with(['[', '{', '#', '|', '>', '&', '*', '?', '%', '@', '`']) {
        return None;
    }
    let mut from = 0;
    loop {
        let at = text.get(from..)?.find(':')?.saturating_add(from);
        let behind = text.get(at.saturating_add(1)..)?;
        if behind.is_empty() || behind.starts_with([' ', '\t']) {
            let key = text.get(..at)?.trim_end();
            return (!key.is_empty() && !key.contains(" #")).then_some((key, at.saturating_add(1)));
        }
        from = at.saturating_add(1);
    }
}
