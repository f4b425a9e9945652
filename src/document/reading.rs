//! From a YAML tree to typed values: every error of a document is collected, none stops the
//! reading of the rest.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;

use super::yaml::{Content, Node, read_yaml};
use super::{Document, Located, Place, Problem, Span};
use crate::base::{Untrusted, closest, quoted};

/// A document that is being read, and what is wrong with it so far.
#[derive(Debug)]
pub struct Reading {
    document: Arc<Document>,
    problems: Vec<Problem>,
}

/// A value that is about to be read, with the words to speak of it.
#[derive(Clone, Copy, Debug)]
pub struct Value<'n> {
    node: &'n Node,
    /// The key that it stands under, the list's for an entry.
    name: &'n str,
    is_entry: bool,
    /// Where to point when there is nothing to point at.
    key: Span,
}

/// A mapping whose keys are read one by one.
#[derive(Debug)]
pub struct Fields<'n> {
    entries: &'n [(Located<String>, Node)],
    /// The first key, or the mapping itself.
    start: Span,
    asked: Vec<&'static str>,
}

impl<'n> Value<'n> {
    /// Where the value is written; its key, if nothing is written.
    pub fn span(&self) -> Span {
        if self.node.is_null() && self.node.span.start == self.node.span.end {
            self.key
        } else {
            self.node.span
        }
    }

    /// Where the key is written under which it stands.
    pub fn key_span(&self) -> Span {
        self.key
    }

    /// Whether nothing is written behind the key.
    pub fn is_null(&self) -> bool {
        self.node.is_null()
    }

    /// Whether it is a list without entries.
    pub fn is_empty_list(&self) -> bool {
        matches!(&self.node.content, Content::List(items) if items.is_empty())
    }

    /// The text, if it is a single value: for those that accept several shapes.
    pub fn peek_text(&self) -> Option<&'n str> {
        self.node.text()
    }

    fn words(&self) -> String {
        let name = Untrusted(self.name);
        if self.is_entry { format!("an entry of `{name}`") } else { format!("`{name}`") }
    }
}

impl Reading {
    /// Begins to read a document. `None` when it is no readable YAML; the problems say why.
    pub fn begin(document: Arc<Document>) -> (Self, Option<Node>) {
        let mut problems = Vec::new();
        let root = read_yaml(&document, &mut problems);
        (Self { document, problems }, root)
    }

    /// The document that is being read.
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }

    /// A span of this document as a place that stands for itself.
    pub fn place(&self, span: Span) -> Place {
        Place { document: Arc::clone(&self.document), span }
    }

    /// Starts a problem at `span`, to be handed to [`Self::report`].
    pub fn problem(&self, span: Span, message: impl Into<String>) -> Problem {
        Problem::new(self.place(span), message)
    }

    /// Notes a problem; reading goes on.
    pub fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// What is wrong with the document.
    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Whether nothing is wrong so far.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    fn wrong_type(&mut self, value: &Value<'_>, wanted: &str) {
        let words = value.words();
        let problem = if value.is_null() {
            self.problem(value.span(), format!("{words} has no value"))
                .label(format!("expected {wanted}"))
        } else {
            let kind = value.node.kind();
            self.problem(value.span(), format!("{words} must be {wanted}, not {kind}"))
        };
        self.report(problem);
    }

    /// Reads the whole document as a mapping.
    pub fn root<'n>(&mut self, root: &'n Node, what: &'static str) -> Option<Fields<'n>> {
        self.root_written_by(root, what, "`weighstation init` writes one to start from")
    }

    /// Reads the whole document as a mapping; `help` says where one comes from.
    pub fn root_written_by<'n>(
        &mut self,
        root: &'n Node,
        what: &'static str,
        help: &str,
    ) -> Option<Fields<'n>> {
        match &root.content {
            Content::Map(entries) => Some(Fields::new(entries, root.span)),
            _ => {
                let kind = root.kind();
                let span = if root.is_null() { self.document.whole().span } else { root.span };
                let problem = if root.is_null() {
                    self.problem(span, format!("this {what} is empty"))
                } else {
                    self.problem(span, format!("a {what} must be a mapping, not {kind}"))
                };
                self.report(problem.help(help));
                None
            }
        }
    }

    /// Reads a mapping with known keys.
    pub fn fields<'n>(&mut self, value: &Value<'n>) -> Option<Fields<'n>> {
        match &value.node.content {
            Content::Map(entries) => {
                let start = entries.first().map_or(value.span(), |(key, _)| key.span);
                Some(Fields::new(entries, start))
            }
            _ => {
                self.wrong_type(value, "a mapping");
                None
            }
        }
    }

    /// Reads a mapping whose keys are names that the user chooses.
    pub fn named<'n>(&mut self, value: &Value<'n>) -> Vec<(&'n Located<String>, Value<'n>)> {
        match &value.node.content {
            Content::Map(entries) => {
                entries.iter().map(|(key, node)| (key, Value::under(key, node))).collect()
            }
            _ => {
                self.wrong_type(value, "a mapping");
                Vec::new()
            }
        }
    }

    /// Reads a list.
    pub fn list<'n>(&mut self, value: &Value<'n>) -> Option<Vec<Value<'n>>> {
        match &value.node.content {
            Content::List(items) => {
                let entry = |node| Value { node, is_entry: true, ..*value };
                Some(items.iter().map(entry).collect())
            }
            _ => {
                self.wrong_type(value, "a list");
                None
            }
        }
    }

    /// Reads a list of single values, each read by `entry`; those that can't be read are left out.
    pub fn list_of<T>(
        &mut self,
        value: &Value<'_>,
        mut entry: impl FnMut(&mut Self, &Value<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        if let Some(text) = value.node.text() {
            let words = value.words();
            // As it is written, quotes included, if that fits a line.
            let written = self.place(value.span()).text().to_owned();
            let help = if text.contains('\n') { text.to_owned() } else { written };
            let problem = self
                .problem(value.span(), format!("{words} must be a list, not a single value"))
                .help(format!("write `[{}]`", quoted(&help)));
            self.report(problem);
            return None;
        }
        let items = self.list(value)?;
        Some(items.iter().filter_map(|item| entry(self, item)).collect())
    }

    /// Reads a text that is not empty.
    pub fn text(&mut self, value: &Value<'_>) -> Option<Located<String>> {
        match value.node.text() {
            Some(text) if text.trim().is_empty() => {
                let words = value.words();
                let problem = self.problem(value.span(), format!("{words} is empty"));
                self.report(problem);
                None
            }
            Some(text) => Some(Located { value: text.to_owned(), span: value.span() }),
            None => {
                self.wrong_type(value, "text");
                None
            }
        }
    }

    /// Reads a text that has at least one character, of whatever kind: a name that somebody else
    /// has given.
    pub fn foreign_text(&mut self, value: &Value<'_>) -> Option<Located<String>> {
        match value.node.text() {
            Some(text) if !text.is_empty() => {
                Some(Located { value: text.to_owned(), span: value.span() })
            }
            _ => self.text(value),
        }
    }

    /// A text on which `check` finds nothing wrong.
    pub fn checked<E: Display>(
        &mut self,
        value: &Value<'_>,
        check: impl FnOnce(&str) -> Result<(), E>,
    ) -> Option<Located<String>> {
        let text = self.text(value)?;
        match check(&text.value) {
            Ok(()) => Some(text),
            Err(error) => {
                let problem = self.problem(text.span, error.to_string());
                self.report(problem);
                None
            }
        }
    }

    /// Reads a text that stands for something else.
    pub fn parsed<T>(&mut self, value: &Value<'_>) -> Option<Located<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        let text = self.text(value)?;
        match text.value.parse() {
            Ok(parsed) => Some(Located { value: parsed, span: text.span }),
            Err(error) => {
                let problem = self.problem(text.span, error.to_string());
                self.report(problem);
                None
            }
        }
    }

    /// Reads one of a few words.
    pub fn word<T: Copy>(
        &mut self,
        value: &Value<'_>,
        words: &[(&'static str, T)],
    ) -> Option<Located<T>> {
        let list: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let expected = alternatives(&list);
        if value.is_null() {
            self.wrong_type(value, &expected);
            return None;
        }
        let text = self.text(value)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(Located { value: *meaning, span: text.span });
        }
        let suggestion = closest(&text.value, words.iter().map(|(word, _)| *word));
        let problem = self
            .problem(text.span, format!("{} cannot be `{}`", value.words(), quoted(&text.value)))
            .label(format!("expected {expected}"))
            .did_you_mean(suggestion);
        self.report(problem);
        None
    }

    /// Reads a whole number within `range`.
    pub fn number(
        &mut self,
        value: &Value<'_>,
        range: RangeInclusive<u64>,
    ) -> Option<Located<u64>> {
        let (least, most) = (*range.start(), *range.end());
        let wanted = if most == u64::MAX {
            format!("a whole number, at least {least}")
        } else {
            format!("a whole number from {least} to {most}")
        };
        let Content::Scalar { text, plain } = &value.node.content else {
            self.wrong_type(value, &wanted);
            return None;
        };
        if value.is_null() {
            self.wrong_type(value, &wanted);
            return None;
        }
        // Digits only: YAML's other spellings of numbers (`1e2`, `0o17`, `+5`) are more likely a
        // slip than a wish.
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<u64>() {
            Ok(number) if digits && *plain && range.contains(&number) => {
                Some(Located { value: number, span: value.span() })
            }
            _ => {
                let words = value.words();
                let mut problem = self.problem(value.span(), format!("{words} must be {wanted}"));
                if digits && !plain {
                    problem = problem.help("write the number without quotes");
                }
                self.report(problem);
                None
            }
        }
    }

    /// Reads a whole number within `range` that may be negative.
    pub fn signed_number(
        &mut self,
        value: &Value<'_>,
        range: RangeInclusive<i64>,
    ) -> Option<Located<i64>> {
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        let Content::Scalar { text, plain } = &value.node.content else {
            self.wrong_type(value, &wanted);
            return None;
        };
        if value.is_null() {
            self.wrong_type(value, &wanted);
            return None;
        }
        // As for numbers without a sign; a `+` is no part of a number either.
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let digits = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<i64>() {
            Ok(number) if digits && *plain && range.contains(&number) => {
                Some(Located { value: number, span: value.span() })
            }
            _ => {
                let words = value.words();
                let mut problem = self.problem(value.span(), format!("{words} must be {wanted}"));
                if digits && !plain {
                    problem = problem.help("write the number without quotes");
                }
                self.report(problem);
                None
            }
        }
    }

    /// Reads `true` or `false`; YAML's other words for them (`yes`, `on`) are refused, because
    /// YAML 1.2 reads them as text.
    pub fn truth(&mut self, value: &Value<'_>) -> Option<Located<bool>> {
        const WANTED: &str = "`true` or `false`";
        let Content::Scalar { text, plain } = &value.node.content else {
            self.wrong_type(value, WANTED);
            return None;
        };
        let truth = match text.as_str() {
            "true" if *plain => true,
            "false" if *plain => false,
            _ if value.is_null() => {
                self.wrong_type(value, WANTED);
                return None;
            }
            _ => {
                let words = value.words();
                let mut problem = self.problem(value.span(), format!("{words} must be {WANTED}"));
                if !plain && matches!(text.as_str(), "true" | "false") {
                    problem = problem.help("write it without quotes");
                }
                self.report(problem);
                return None;
            }
        };
        Some(Located { value: truth, span: value.span() })
    }
}

impl<'n> Value<'n> {
    fn under(key: &'n Located<String>, node: &'n Node) -> Self {
        Self { node, name: &key.value, is_entry: false, key: key.span }
    }
}

impl<'n> Fields<'n> {
    fn new(entries: &'n [(Located<String>, Node)], start: Span) -> Self {
        Self { entries, start, asked: Vec::new() }
    }

    /// Where the mapping begins.
    pub fn start(&self) -> Span {
        self.start
    }

    /// The first line of the mapping, key and value: what to point at when the whole is meant.
    pub fn first_entry(&self) -> Span {
        self.entries.first().map_or(self.start, |(key, node)| Span {
            end: if node.span.line == key.span.line { node.span.end } else { key.span.end },
            ..key.span
        })
    }

    /// The value under `name`, if it is written. Every key that may occur must be asked for.
    pub fn get(&mut self, name: &'static str) -> Option<Value<'n>> {
        self.asked.push(name);
        let (key, node) = self.entries.iter().find(|(key, _)| key.value == name)?;
        Some(Value::under(key, node))
    }

    /// The value under `name`; it is a problem if it is not written.
    pub fn require(&mut self, reading: &mut Reading, name: &'static str) -> Option<Value<'n>> {
        let value = self.get(name);
        if value.is_none() {
            let problem = reading.problem(self.first_entry(), format!("`{name}` is missing here"));
            reading.report(problem);
        }
        value
    }

    /// Reports every key that was not asked for.
    pub fn finish(self, reading: &mut Reading) {
        for (key, _) in self.entries {
            if self.asked.contains(&key.value.as_str()) {
                continue;
            }
            let mut known = self.asked.clone();
            known.sort_unstable();
            let suggestion = closest(&key.value, self.asked.iter().copied());
            let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            let problem =
                reading.problem(key.span, format!("unknown key `{}`", quoted(&key.value)));
            let problem = match suggestion {
                Some(_) => problem.did_you_mean(suggestion),
                None => problem.help(format!("the keys here are {}", enumeration(&names))),
            };
            reading.report(problem);
        }
    }
}

/// `a, b or c`
fn alternatives(words: &[String]) -> String {
    joined(words, "or")
}

/// `a, b and c`
fn enumeration(words: &[String]) -> String {
    joined(words, "and")
}

fn joined(words: &[String], last_word: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {last_word} {last}", first.join(", ")),
    }
}
