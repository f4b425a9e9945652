//! Calls that load models among the tokens of JavaScript.

use std::ops::Range;

use super::names::{Names, Role};
use super::source::Source;
use super::tokens::{Token, TokenKind};
use super::values::{DEPTH, Resolver, Text};
use crate::discover::excerpt::Excerpt;
use crate::discover::reference::Expected;
use crate::discover::sink::{Mention, Sink};
use crate::evidence::WrittenRevision;

/// Names under which options hold a model.
const KEYS: &[&str] = &[
    "model",
    "modelId",
    "modelName",
    "model_id",
    "repo",
    "repoId",
    "modelPath",
    "modelUri",
    "modelUrl",
];

/// Finds what loads models.
pub(super) fn find(excerpt: &Excerpt<'_>, tokens: &[Token], sink: &mut Sink<'_>) {
    let source = Source::new(excerpt, tokens);
    let mut names = Names::default();
    names.imports(&source);
    names.constants(&source);
    let finder = Finder { source: &source, names: &names };
    for index in 0..tokens.len() {
        finder.at(index, sink);
    }
}

struct Finder<'f, 's, 'a> {
    source: &'f Source<'s, 'a>,
    names: &'f Names,
}

impl Finder<'_, '_, '_> {
    fn at(&self, index: usize, sink: &mut Sink<'_>) {
        let source = self.source;
        match source.kind(index) {
            Some(TokenKind::Text(text) | TokenKind::Template(text, false))
                if text.contains("huggingface.co/") || text.contains("hf.co/") =>
            {
                self.tell(
                    &Text { text: text.clone(), range: source.range(index) },
                    index,
                    "address",
                    Expected::Anything,
                    &WrittenRevision::Absent,
                    sink,
                );
            }
            Some(TokenKind::Template(text, true)) if text.contains("huggingface.co/") => {
                for text in self.values(index..index.saturating_add(1)).0 {
                    let absent = WrittenRevision::Absent;
                    self.tell(&text, index, "address", Expected::Anything, &absent, sink);
                }
            }
            Some(TokenKind::Word) => self.callee(index, sink),
            _ => {}
        }
    }

    /// A name that may be called here.
    fn callee(&self, index: usize, sink: &mut Sink<'_>) {
        let source = self.source;
        let after_dot = index.checked_sub(1).is_some_and(|at| source.is_sign(at, b'.'));
        let Some(name) = source.word(index) else { return };
        let mut open = index.saturating_add(1);
        // `pipeline<'x'>(…)`
        if source.is_sign(open, b'<') {
            let end = (open..open.saturating_add(40)).find(|at| source.is_sign(*at, b'>'));
            open = end.map_or(open, |end| end.saturating_add(1));
        }
        if !source.is_sign(open, b'(') {
            return;
        }
        let holder = index.checked_sub(2).filter(|_| after_dot).and_then(|at| source.word(at));
        let is_new = index.checked_sub(1).is_some_and(|at| source.word(at) == Some("new"));
        let role = match holder {
            None if after_dot => None,
            None => self.names.roles.get(name).copied(),
            Some(holder) => self
                .names
                .roles
                .get(&format!("{holder}.{name}"))
                .copied()
                .or_else(|| self.names.roles.get(holder).copied()),
        };
        // A namespace's class: `T.AutoModel.from_pretrained`.
        let is_known = role.is_some()
            || (name == "from_pretrained"
                && (self.is_known_chain(index) || self.is_subclass(holder)))
            || holder.is_some_and(|holder| self.is_made(holder));
        if !is_known {
            return;
        }
        let arguments = source.parts(open);
        let how = match holder {
            Some(holder) if name != "pipeline" => format!("{holder}.{name}"),
            _ => name.to_owned(),
        };
        match (role, name) {
            (Some(Role::Pipeline), _) => {
                self.argument(arguments.get(1), arguments.get(2), index, &how, true, sink);
            }
            (_, "from_pretrained") => {
                self.argument(arguments.first(), arguments.get(1), index, &how, true, sink);
            }
            (Some(Role::Session), "create") => {
                if let Some(first) = arguments.first() {
                    let (texts, _) = self.values(first.clone());
                    for text in texts {
                        let absent = WrittenRevision::Absent;
                        let expected = if text.text.contains("://") {
                            Expected::Anything
                        } else {
                            Expected::File
                        };
                        self.tell(&text, index, &how, expected, &absent, sink);
                    }
                }
            }
            (Some(Role::Named), _) => {
                self.argument(arguments.first(), None, index, &how, false, sink);
            }
            (Some(Role::Options), _) if holder.is_none() => {
                self.options(&arguments, index, &how, sink)
            }
            _ if is_new => {}
            // `client.textGeneration({ model: … })` of something that was made of the package.
            (None, _) if holder.is_some_and(|holder| self.is_made(holder)) => {
                self.options(&arguments, index, &how, sink);
            }
            _ => {}
        }
    }

    /// Whether `a.b.from_pretrained` begins with a namespace of a package.
    fn is_known_chain(&self, index: usize) -> bool {
        let mut at = index;
        let mut first = None;
        while let Some(before) = at.checked_sub(2) {
            if !self.source.is_sign(before.saturating_add(1), b'.') {
                break;
            }
            let Some(word) = self.source.word(before) else { break };
            first = Some(word);
            at = before;
        }
        first.is_some_and(|first| self.names.roles.get(first) == Some(&Role::Class))
    }

    /// `this.model.from_pretrained` and the like say nothing; a name with a known base class does.
    fn is_subclass(&self, holder: Option<&str>) -> bool {
        let Some(holder) = holder else { return false };
        let tokens = self.source.tokens.len();
        (0..tokens).any(|at| {
            self.source.word(at) == Some("extends")
                && at.checked_sub(1).and_then(|name| self.source.word(name)) == Some(holder)
                && self
                    .source
                    .word(at.saturating_add(1))
                    .is_some_and(|base| self.names.roles.contains_key(base))
        })
    }

    /// Whether a constant was made by `new Name(…)` or `name(…)` of a package.
    fn is_made(&self, name: &str) -> bool {
        let values = self.names.constants.get(name);
        values.into_iter().flatten().any(|range| {
            let mut at = range.start;
            while matches!(self.source.word(at), Some("new" | "await")) {
                at = at.saturating_add(1);
            }
            self.source
                .word(at)
                .is_some_and(|word| self.names.roles.get(word) == Some(&Role::Options))
        })
    }

    /// A model as an argument, with options behind it.
    fn argument(
        &self,
        model: Option<&Range<usize>>,
        options: Option<&Range<usize>>,
        index: usize,
        how: &str,
        is_telling: bool,
        sink: &mut Sink<'_>,
    ) {
        let Some(model) = model else {
            if is_telling && how == "pipeline" {
                let range = self.source.range(index);
                let how = "pipeline with the default model of a task";
                sink.unresolved(self.source.excerpt, range.clone(), range.start, how);
            }
            return;
        };
        let revision = options.map_or(WrittenRevision::Absent, |options| self.revision(options));
        let (texts, unknown) = self.values(model.clone());
        for text in &texts {
            self.tell(text, index, how, Expected::Model, &revision, sink);
        }
        let is_nothing = matches!(self.source.word(model.start), Some("null" | "undefined"));
        if unknown && texts.is_empty() && is_telling && !is_nothing {
            let start = self.source.range(model.start).start;
            let end = self.source.range(model.end.saturating_sub(1)).end;
            sink.unresolved(self.source.excerpt, start..end, self.source.range(index).start, how);
        }
    }

    /// `{ revision: "…" }`
    fn revision(&self, options: &Range<usize>) -> WrittenRevision {
        match self.option(options.start, &["revision"]) {
            None => WrittenRevision::Absent,
            Some(value) => match self.values(value).0.as_slice() {
                [only] => WrittenRevision::Known(only.text.clone()),
                _ => WrittenRevision::Unresolved,
            },
        }
    }

    /// The tokens of the value under one of `keys` in an object that begins at `start`.
    fn option(&self, start: usize, keys: &[&str]) -> Option<Range<usize>> {
        if !self.source.is_sign(start, b'{') {
            // `options` is a constant.
            let name = self.source.word(start)?;
            let object = self.names.constants.get(name)?.first()?;
            if !self.source.is_sign(object.start, b'{') {
                return None;
            }
            return self.option(object.start, keys);
        }
        self.source.parts(start).into_iter().find_map(|part| {
            let key = self.source.word(part.start).or_else(|| self.source.text(part.start))?;
            if !keys.contains(&key) {
                return None;
            }
            let colon = part.start.saturating_add(1);
            if self.source.is_sign(colon, b':') {
                Some(colon.saturating_add(1)..part.end)
            } else {
                // `{ model }`
                Some(part)
            }
        })
    }

    fn options(&self, arguments: &[Range<usize>], index: usize, how: &str, sink: &mut Sink<'_>) {
        for argument in arguments {
            if !self.source.is_sign(argument.start, b'{') {
                continue;
            }
            let Some(model) = self.option(argument.start, KEYS) else { continue };
            let revision = self.revision(argument);
            let (texts, _) = self.values(model);
            for text in texts {
                // `datasets/org/name` is no model.
                self.tell(&text, index, how, Expected::Setting, &revision, sink);
            }
        }
    }

    fn tell(
        &self,
        text: &Text,
        index: usize,
        how: &str,
        expected: Expected,
        revision: &WrittenRevision,
        sink: &mut Sink<'_>,
    ) {
        sink.mention(
            self.source.excerpt,
            Mention {
                text: &text.text,
                range: text.range.clone(),
                used: self.source.range(index).start,
                how,
                expected,
                revision: revision.clone(),
            },
        );
    }

    /// The texts that an expression may be, and whether it may be something else, too.
    fn values(&self, range: Range<usize>) -> (Vec<Text>, bool) {
        Resolver { source: self.source, names: self.names }.values(range, DEPTH)
    }
}
