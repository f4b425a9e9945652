//! Shell scripts and commands: words with quotes, variables, substitutions and here-documents.
//!
//! Nothing is run and no flow of control is followed: every command counts wherever it stands, and
//! a variable has every value that the script gives it.

mod words;

use std::collections::HashMap;
use std::ops::Range;

use super::Kind;
use super::arguments::expected;
use super::commands;
use super::excerpt::{Excerpt, MAXIMUM_DEPTH, TOO_DEEP};
use super::sink::{Mention, Sink};
use super::tree::Node;
use crate::evidence::WrittenRevision;
use words::{Reader, Token};

/// Values that one variable may have.
const CANDIDATES: usize = 8;

/// Which text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// A script.
    Script,
    /// A makefile: assignments, and recipes behind a tab.
    Makefile,
    /// Assignments only.
    Environment,
    /// The commands of a Dockerfile: a comment ends no command.
    Dockerfile,
    /// A command of a notebook: `{name}` is a name of its Python.
    Notebook,
}

/// A word of a command.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// What it may expand to; empty if that is not known.
    pub(super) values: Vec<Text>,
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// Its text as it stands, quotes resolved and variables left alone, with its places.
    literal: Excerpt<'static>,
    /// Whether something in it is only known when it runs.
    pub(super) unknown: bool,
}

/// A text and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

impl Word {
    /// A word of a list in a configuration.
    pub(super) fn of_node(node: &Node, excerpt: &Excerpt<'_>) -> Self {
        let text = node.text().unwrap_or_default().to_owned();
        let unknown = text.contains("$(") || text.contains("${") || text.contains("{{");
        let values = vec![Text { text, range: node.range.clone() }];
        let literal = node.excerpt(excerpt);
        Self { values, range: node.range.clone(), literal, unknown }
    }

    /// The text, if there is just one.
    pub(super) fn text(&self) -> &str {
        match self.values.as_slice() {
            [only] => &only.text,
            _ => "",
        }
    }

    /// Whether the word is what `hf.co/…` and the like may stand in.
    pub(super) fn literal(&self) -> &Excerpt<'static> {
        &self.literal
    }
}

/// What is known while a script is read.
#[derive(Debug, Default)]
pub(super) struct Session {
    variables: HashMap<String, Vec<Text>>,
}

/// Reads a text as a script of its own.
pub(super) fn read(excerpt: &Excerpt<'_>, style: Style, sink: &mut Sink<'_>) {
    Session::default().read(excerpt, style, sink);
}

/// Reads a command of a notebook, `!hf download {MODEL}` or `%sx …`, with what names of its Python
/// stand for.
pub(super) fn read_escape(
    excerpt: &Excerpt<'_>,
    range: Range<usize>,
    constants: &[(String, String, Range<usize>)],
    sink: &mut Sink<'_>,
) {
    let text = excerpt.slice(range.clone());
    let mark = text.find(['!', '%']).unwrap_or(0);
    let command = text.get(mark..).unwrap_or_default().trim_start_matches(['!', '%']);
    let mut session = Session::default();
    for (name, text, range) in constants {
        let values = session.variables.entry(name.clone()).or_default();
        values.push(Text { text: text.clone(), range: range.clone() });
    }
    let magic = ["sx ", "system ", "time ", "timeit "];
    let command = magic.iter().find_map(|name| command.strip_prefix(name)).unwrap_or(command);
    let start = range.end.saturating_sub(command.len());
    session.script(excerpt, start..range.end, Style::Notebook, sink);
}

impl Session {
    /// Reads a text, with what is known so far.
    pub(super) fn read(&mut self, excerpt: &Excerpt<'_>, style: Style, sink: &mut Sink<'_>) {
        match style {
            Style::Script | Style::Dockerfile | Style::Notebook => {
                self.script(excerpt, 0..excerpt.text.len(), style, sink);
            }
            Style::Makefile => self.makefile(excerpt, sink),
            Style::Environment => {
                for range in lines(&excerpt.text) {
                    let line = excerpt.slice(range.clone());
                    let content = line.trim_start();
                    let at = range.start.saturating_add(line.len().saturating_sub(content.len()));
                    if !content.starts_with('#') {
                        self.script(excerpt, at..range.end, style, sink);
                    }
                }
            }
        }
    }

    fn makefile(&mut self, excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
        let text: &str = &excerpt.text;
        let mut at = 0;
        for range in lines(text) {
            if range.start < at {
                continue;
            }
            let line = excerpt.slice(range.clone());
            let (mut end, mut last) = (range.end, line);
            // A line that ends in a backslash goes on.
            while last.trim_end_matches('\r').ends_with('\\') {
                let start = end.saturating_add(1);
                let Some(rest) = text.get(start..) else { break };
                last = rest.split('\n').next().unwrap_or_default();
                end = start.saturating_add(last.len());
            }
            at = end;
            if line.starts_with(['\t', ' ']) {
                let inner = line.trim_start().trim_start_matches(['@', '-', '+']);
                let from = range.start.saturating_add(line.len().saturating_sub(inner.len()));
                self.script(excerpt, from..end, Style::Makefile, sink);
            } else if let Some((name, value)) = assignment_of_make(line) {
                let from = range.start.saturating_add(value);
                let part = excerpt.slice(from..end);
                let value = part.split(" #").next().unwrap_or_default().trim().trim_matches('"');
                let lead = part.find(value).unwrap_or(0);
                let start = from.saturating_add(lead);
                let range = start..start.saturating_add(value.len());
                self.assign(name, Text { text: value.to_owned(), range }, excerpt, sink);
            }
        }
    }

    /// Keeps a value of a variable, and looks whether it names a model.
    pub(super) fn assign(
        &mut self,
        name: &str,
        value: Text,
        excerpt: &Excerpt<'_>,
        sink: &mut Sink<'_>,
    ) {
        if let Some(expected) = expected(name) {
            sink.mention(
                excerpt,
                Mention {
                    text: &value.text,
                    range: value.range.clone(),
                    used: value.range.start,
                    how: &format!("variable `{name}`"),
                    expected,
                    revision: WrittenRevision::Absent,
                },
            );
        }
        let values = self.variables.entry(name.to_owned()).or_default();
        if values.len() < CANDIDATES && !values.contains(&value) {
            values.push(value);
        }
    }

    /// The words of a text that is no command, up to its end.
    pub(super) fn words(
        &mut self,
        excerpt: &Excerpt<'_>,
        range: Range<usize>,
        sink: &mut Sink<'_>,
    ) -> Vec<Word> {
        let mut reader = Reader::new(excerpt, range, Style::Dockerfile);
        let mut words = Vec::new();
        loop {
            match reader.next(self, sink) {
                Token::Word(word) => words.push(word),
                Token::End => return words,
                Token::Separator | Token::Documents(_) => {}
            }
        }
    }

    /// Reads a range of a text as commands.
    pub(super) fn script(
        &mut self,
        excerpt: &Excerpt<'_>,
        range: Range<usize>,
        style: Style,
        sink: &mut Sink<'_>,
    ) {
        let mut reader = Reader::new(excerpt, range, style);
        let mut words: Vec<Word> = Vec::new();
        loop {
            match reader.next(self, sink) {
                Token::Word(word) => words.push(word),
                Token::Separator => {
                    let command = std::mem::take(&mut words);
                    self.command(command, excerpt, sink);
                }
                Token::Documents(documents) => {
                    // The words of the line whose redirections have come to their texts.
                    let command = std::mem::take(&mut words);
                    for document in documents {
                        commands::here_document(&command, excerpt, document, sink);
                    }
                    self.command(command, excerpt, sink);
                }
                Token::End => break,
            }
        }
        self.command(words, excerpt, sink);
    }

    /// One command: assignments before it, then itself.
    pub(super) fn command(&mut self, words: Vec<Word>, excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
        let mut rest = words.as_slice();
        while let Some((word, behind)) = rest.split_first() {
            let skipped = matches!(
                word.text(),
                "then"
                    | "do"
                    | "else"
                    | "!"
                    | "{"
                    | "("
                    | "time"
                    | "export"
                    | "local"
                    | "declare"
                    | "readonly"
                    | "typeset"
                    | "set"
                    | "if"
                    | "while"
                    | "until"
                    | "elif"
                    | "env"
                    | "-x"
                    | "exec"
                    | "nohup"
                    | "sudo"
                    | "command"
                    | "eval"
                    | "setx"
            );
            if !skipped && !self.assigns(word, excerpt, sink) {
                break;
            }
            rest = behind;
        }
        // `for model in a/b c/d`
        if let [each, name, inside, values @ ..] = rest
            && each.text() == "for"
            && inside.text() == "in"
        {
            let name = name.text().to_owned();
            for value in values.iter().flat_map(|word| word.values.clone()) {
                self.assign(&name, value, excerpt, sink);
            }
            return;
        }
        if !rest.is_empty() {
            commands::read(rest, self, excerpt, sink);
        }
    }

    /// Whether a word is `NAME=value`, and takes it in.
    pub(super) fn assigns(
        &mut self,
        word: &Word,
        excerpt: &Excerpt<'_>,
        sink: &mut Sink<'_>,
    ) -> bool {
        let literal: &str = &word.literal.text;
        let Some((name, _)) = literal.split_once('=') else { return false };
        let name = name.trim_end_matches('+');
        let is_name = !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name {
            return false;
        }
        for value in &word.values {
            let Some((_, text)) = value.text.split_once('=') else { continue };
            // A value that is as it stands begins behind the `=`; one that was put together is the
            // whole word's.
            let written = excerpt.slice(word.range.clone());
            let lead = written.find('=').map_or(0, |at| at.saturating_add(1));
            let quoted = written.get(lead..).is_some_and(|rest| rest.starts_with(['"', '\'']));
            let start = word.range.start.saturating_add(lead).saturating_add(usize::from(quoted));
            let range = if value.range == word.range {
                start..word.range.end.saturating_sub(usize::from(quoted)).max(start)
            } else {
                value.range.clone()
            };
            let text = Text { text: text.to_owned(), range };
            self.assign(name, text, excerpt, sink);
        }
        true
    }
}

/// `NAME ?= value`: the name, and where the value begins.
fn assignment_of_make(line: &str) -> Option<(&str, usize)> {
    let equals = line.find('=')?;
    let front = line.get(..equals)?.trim_end_matches([':', '?', '+', '!']).trim();
    let name = front.strip_prefix("export ").unwrap_or(front).trim();
    let is_name = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    is_name.then_some((name, equals.saturating_add(1)))
}

/// The lines of a text without their breaks.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at: usize = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at = at.saturating_add(line.len());
        start..start.saturating_add(line.trim_end_matches(['\n', '\r']).len())
    })
}

/// Reads what a substitution runs.
fn nested(session: &mut Session, part: &Excerpt<'_>, sink: &mut Sink<'_>) {
    if part.depth > MAXIMUM_DEPTH {
        sink.unreadable(part, Some(0), TOO_DEEP);
    } else {
        let mut inner = Session { variables: HashMap::new() };
        // Places of variables are those of another excerpt; what they say still holds.
        let whole = 0..part.text.len();
        for (name, values) in &session.variables {
            let values = values.iter().take(1);
            let known = values.map(|value| Text { text: value.text.clone(), range: whole.clone() });
            inner.variables.insert(name.clone(), known.collect());
        }
        inner.script(part, whole, Style::Script, sink);
    }
}

/// The kind of text that a program reads from its arguments or a here-document.
pub(super) fn language_of(program: &str) -> Option<Kind> {
    let name = program.rsplit('/').next().unwrap_or(program);
    match name {
        "bash" | "sh" | "zsh" | "dash" | "ksh" | "ssh" => Some(Kind::Shell),
        "node" | "deno" | "bun" => Some(Kind::JavaScript),
        _ if name.starts_with("python") || name == "ipython" => Some(Kind::Python),
        _ => None,
    }
}
