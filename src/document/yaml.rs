//! YAML as a tree in which every key and value knows its place: the only user of the YAML crate.
//!
//! The tree is made from the events of serde-saphyr's parser and not through serde, which stops
//! at the first error and knows no place of a mapping; the reader of a tree
//! ([`Reading`](super::Reading)) reports every error of a document in one run.

use std::collections::HashMap;
use std::sync::Arc;

use serde_saphyr::granit_parser as granit;

use super::{Document, Located, Place, Problem, Span};

/// How deep lists and mappings may nest. A policy needs five levels.
const MAXIMUM_DEPTH: usize = 32;

/// How many values a document may hold, those that aliases repeat included.
const MAXIMUM_VALUES: usize = 100_000;

/// A value in a YAML document.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it stands, from its first to behind its last character.
    pub span: Span,
    /// What it is.
    pub content: Content,
}

/// What a [`Node`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A single value.
    Scalar {
        /// Its text, escapes resolved.
        text: String,
        /// Whether it is written without quotes, so that it may be a number or null.
        plain: bool,
    },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping; no key occurs twice.
    Map(Vec<(Located<String>, Node)>),
}

impl Node {
    /// Whether there is no value: nothing behind the colon, `~` or `null`.
    pub fn is_null(&self) -> bool {
        match &self.content {
            Content::Scalar { text, plain: true } => {
                matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// The text of a scalar that is not null.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// The value under `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.content {
            Content::Map(entries) => {
                entries.iter().find(|(name, _)| name.value == key).map(|(_, node)| node)
            }
            _ => None,
        }
    }

    /// The entries of a list; nothing for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// What it is, in words that fit behind "not".
    pub fn kind(&self) -> &'static str {
        match &self.content {
            _ if self.is_null() => "nothing",
            Content::Scalar { .. } => "a single value",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }
}

/// Reads a document into a tree.
///
/// An empty document is null. `None` after a problem that makes the rest unreadable (a syntax
/// error, a second document, a budget that ran out); a key that is written twice is reported and
/// its first value kept.
pub fn read_yaml(document: &Arc<Document>, problems: &mut Vec<Problem>) -> Option<Node> {
    let options = serde_saphyr::granit_parser::options! {
        flow_nesting_limit: MAXIMUM_DEPTH,
        block_nesting_limit: MAXIMUM_DEPTH,
        emit_comments: false,
    };
    let parser = granit::Parser::new_from_str_with_options(&document.text, options);
    let mut growing = Growing {
        document,
        problems,
        frames: Vec::new(),
        anchors: HashMap::new(),
        values: 0,
        documents: 0,
        root: None,
    };
    for event in parser {
        let taken = match event {
            Ok((event, span)) => growing.take(event, located(&span)),
            Err(error) => {
                let problem = syntax_problem(document, &error);
                growing.problems.push(problem);
                Err(Stopped)
            }
        };
        if taken.is_err() {
            return None;
        }
    }
    Some(growing.root.unwrap_or(Node {
        span: document.whole().span,
        content: Content::Scalar { text: String::new(), plain: true },
    }))
}

/// A problem was reported after which nothing more can be read.
struct Stopped;

/// A tree that grows with the events of the parser.
struct Growing<'a> {
    document: &'a Arc<Document>,
    problems: &'a mut Vec<Problem>,
    frames: Vec<Frame>,
    anchors: HashMap<usize, Grown>,
    values: usize,
    documents: usize,
    root: Option<Node>,
}

/// A list or mapping whose end has not been seen.
struct Frame {
    span: Span,
    anchor: usize,
    values_before: usize,
    height: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map { entries: Vec<(Located<String>, Node)>, places: HashMap<String, Span>, key: Option<Key> },
}

/// A key whose value has not been seen.
enum Key {
    New(Located<String>),
    /// Written before: the value is read and dropped.
    Repeated,
}

/// A finished node with what it costs to repeat it.
#[derive(Clone)]
struct Grown {
    node: Node,
    /// How many levels it has: 1 for a scalar.
    height: usize,
    /// How many values it holds, itself included.
    values: usize,
}

impl Growing<'_> {
    fn problem(&mut self, span: Span, message: impl Into<String>) -> Problem {
        let place = Place { document: Arc::clone(self.document), span };
        Problem::new(place, message)
    }

    fn stop(&mut self, span: Span, message: impl Into<String>) -> Stopped {
        let problem = self.problem(span, message);
        self.problems.push(problem);
        Stopped
    }

    fn take(&mut self, event: granit::Event<'_>, span: Span) -> Result<(), Stopped> {
        use granit::Event;
        match event {
            Event::DocumentStart(..) => {
                self.documents = self.documents.saturating_add(1);
                if self.documents > 1 {
                    return Err(self.stop(span, "a second YAML document in one file"));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                let plain = style == granit::ScalarStyle::Plain;
                let content = Content::Scalar { text: text.into_owned(), plain };
                let grown = Grown { node: Node { span, content }, height: 1, values: 1 };
                self.count(1, span)?;
                self.place(grown, anchor)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                self.open(span, anchor, Inside::List(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                let inside = Inside::Map { entries: Vec::new(), places: HashMap::new(), key: None };
                self.open(span, anchor, inside)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            Event::Alias(anchor) => {
                let Some(mut grown) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.stop(span, "an alias inside the value that it stands for"));
                };
                self.count(grown.values, span)?;
                if self.frames.len().saturating_add(grown.height) > MAXIMUM_DEPTH {
                    return Err(self.stop(span, too_deep()));
                }
                if let Content::Scalar { .. } = grown.node.content {
                    grown.node.span = span;
                }
                self.place(grown, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn refuse_tag(&mut self, tagged: bool, span: Span) {
        if tagged {
            let problem = self.problem(span, "YAML tags (`!…`) have no meaning here");
            self.problems.push(problem.help("remove the tag"));
        }
    }

    fn count(&mut self, values: usize, span: Span) -> Result<(), Stopped> {
        self.values = self.values.saturating_add(values);
        if self.values > MAXIMUM_VALUES {
            let message = format!("more than {MAXIMUM_VALUES} values, repeated ones included");
            return Err(self.stop(span, message));
        }
        Ok(())
    }

    fn open(&mut self, span: Span, anchor: usize, inside: Inside) -> Result<(), Stopped> {
        if self.frames.len() >= MAXIMUM_DEPTH {
            return Err(self.stop(span, too_deep()));
        }
        let values_before = self.values;
        self.count(1, span)?;
        self.frames.push(Frame { span, anchor, values_before, height: 1, inside });
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Stopped> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let (content, last) = match frame.inside {
            Inside::List(items) => {
                let last = items.last().map(|node| node.span.end);
                (Content::List(items), last)
            }
            Inside::Map { entries, .. } => {
                let last = entries.last().map(|(key, node)| node.span.end.max(key.span.end));
                (Content::Map(entries), last)
            }
        };
        // The end of a block collection is reported where the next token begins; only a bracket
        // has a width of its own.
        let end = if end.end > end.start { end.end } else { last.unwrap_or(frame.span.end) };
        let span = Span { end: end.max(frame.span.start), ..frame.span };
        let values = self.values.saturating_sub(frame.values_before);
        let grown = Grown { node: Node { span, content }, height: frame.height, values };
        self.place(grown, frame.anchor)
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, grown: Grown, anchor: usize) -> Result<(), Stopped> {
        if anchor != 0 {
            self.anchors.insert(anchor, grown.clone());
        }
        let Grown { node, height, .. } = grown;
        let Some(frame) = self.frames.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        frame.height = frame.height.max(height.saturating_add(1));
        match &mut frame.inside {
            Inside::List(items) => items.push(node),
            Inside::Map { entries, places, key } => match key.take() {
                Some(Key::New(key)) => entries.push((key, node)),
                Some(Key::Repeated) => {}
                None => {
                    let span = node.span;
                    let Content::Scalar { text, .. } = node.content else {
                        return Err(self.stop(span, "a key must be a single word"));
                    };
                    match places.get(&text).copied() {
                        None => {
                            places.insert(text.clone(), span);
                            *key = Some(Key::New(Located { value: text, span }));
                        }
                        Some(first) => {
                            *key = Some(Key::Repeated);
                            let document = Arc::clone(self.document);
                            let problem = self
                                .problem(span, format!("`{text}` is written twice"))
                                .related(Place { document, span: first }, "first written here");
                            self.problems.push(problem);
                        }
                    }
                }
            },
        }
        Ok(())
    }
}

fn too_deep() -> String {
    format!("more than {MAXIMUM_DEPTH} levels of lists and mappings")
}

/// The parser counts lines from 1 and columns from 0.
fn located(span: &granit::Span) -> Span {
    let start = span.start.byte_offset().unwrap_or_default();
    Span {
        line: u32::try_from(span.start.line()).unwrap_or(u32::MAX),
        column: u32::try_from(span.start.col().saturating_add(1)).unwrap_or(u32::MAX),
        start,
        end: span.end.byte_offset().unwrap_or_default().max(start),
    }
}

/// A syntax error in our words where the parser's are for those who wrote it.
fn syntax_problem(document: &Arc<Document>, error: &granit::ScanError) -> Problem {
    use granit::ErrorKind;
    let marker = error.marker();
    let span = located(&granit::Span::empty(*marker));
    let place = Place { document: Arc::clone(document), span };
    match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::UnexpectedCharacter { character: '\t' } => {
            Problem::new(place, "a tab where YAML allows only spaces").help("indent with spaces")
        }
        ErrorKind::UnknownAnchor => Problem::new(place, "an alias of an anchor that is not there"),
        ErrorKind::RecursionLimitExceeded => Problem::new(place, too_deep()),
        ErrorKind::UnclosedQuotedScalar => Problem::new(place, "a quote that is not closed"),
        ErrorKind::InvalidQuotedScalarIndent => Problem::new(
            place,
            "a quote that is not closed, or goes on in a line that is not indented",
        ),
        ErrorKind::UnclosedFlowCollection { open } => {
            Problem::new(place, format!("a `{open}` that is not closed"))
        }
        ErrorKind::MappingValueNotAllowed => {
            Problem::new(place, "a `:` where YAML allows no mapping")
                .help("text that holds `: ` must be quoted; keys of one mapping must line up")
        }
        ErrorKind::ExpectedBlockMappingKey => {
            Problem::new(place, "neither a key nor part of the value above")
                .help("keys of one mapping must line up")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            let message = format!("`{}` begins nothing in YAML", character.escape_default());
            Problem::new(place, message).help("text that begins with it must be quoted")
        }
        kind => Problem::new(place, format!("not valid YAML: {kind}")),
    }
}
