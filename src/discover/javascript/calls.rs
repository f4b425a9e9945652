//! Imports, constants and calls among the tokens of JavaScript.

use std::collections::HashMap;
use std::ops::Range;

use super::tokens::{Token, TokenKind};
use crate::discover::WrittenRevision;
use crate::discover::excerpt::Excerpt;
use crate::discover::reference::Expected;
use crate::discover::sink::{Mention, Sink};

/// Packages that run or fetch models of the Hub.
const PACKAGES: &[&str] = &[
    "@huggingface/transformers",
    "@xenova/transformers",
    "@huggingface/inference",
    "@huggingface/hub",
    "@huggingface/gguf",
    "@langchain/community",
    "@langchain/huggingface",
    "langchain",
    "@llamaindex/huggingface",
    "llamaindex",
    "@ai-sdk/huggingface",
    "fastembed",
    "onnxruntime-web",
    "onnxruntime-node",
    "node-llama-cpp",
    "@remotion/whisper-web",
    "@browser-ai/transformers-js",
    "@built-in-ai/transformers-js",
    "@wllama/wllama",
    "chromadb-default-embed",
    "@chroma-core/huggingface",
];

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

/// How many values one constant may have.
const CANDIDATES: usize = 8;

/// How many constants deep a value is followed.
const DEPTH: u8 = 12;

/// A text and where it is written.
#[derive(Clone, Debug)]
struct Text {
    text: String,
    range: Range<usize>,
}

/// What a name of a package is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// `pipeline(task, model, options)`
    Pipeline,
    /// A class with `from_pretrained(model, options)`, or a namespace of everything.
    Class,
    /// Something that takes options which name a model.
    Options,
    /// A call whose first argument is a model: `huggingface("org/name")`.
    Named,
    /// `InferenceSession.create(path)`
    Session,
}

/// Finds what loads models.
pub(super) fn find(excerpt: &Excerpt<'_>, tokens: &[Token], sink: &mut Sink<'_>) {
    let source = Source { excerpt, tokens };
    let mut names = Names { roles: HashMap::new(), constants: HashMap::new() };
    names.imports(&source);
    names.constants(&source);
    let finder = Finder { source: &source, names: &names };
    for index in 0..tokens.len() {
        finder.at(index, sink);
    }
}

struct Source<'s, 'a> {
    excerpt: &'s Excerpt<'a>,
    tokens: &'s [Token],
}

impl Source<'_, '_> {
    fn kind(&self, index: usize) -> Option<&TokenKind> {
        self.tokens.get(index).map(|token| &token.kind)
    }

    fn range(&self, index: usize) -> Range<usize> {
        self.tokens.get(index).map_or(0..0, |token| token.range.clone())
    }

    /// The name or keyword at a token.
    fn word(&self, index: usize) -> Option<&str> {
        match self.kind(index)? {
            TokenKind::Word => Some(self.excerpt.slice(self.range(index))),
            _ => None,
        }
    }

    fn text(&self, index: usize) -> Option<&str> {
        match self.kind(index)? {
            TokenKind::Text(text) | TokenKind::Template(text, false) => Some(text),
            _ => None,
        }
    }

    fn is_sign(&self, index: usize, sign: u8) -> bool {
        self.kind(index) == Some(&TokenKind::Sign(sign))
    }

    /// The token behind a bracketed group that begins at `index`.
    fn behind_group(&self, index: usize) -> usize {
        let mut depth: usize = 0;
        let mut at = index;
        while let Some(kind) = self.kind(at) {
            match kind {
                TokenKind::Sign(b'(' | b'[' | b'{') => depth = depth.saturating_add(1),
                TokenKind::Sign(b')' | b']' | b'}') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at.saturating_add(1);
                    }
                }
                _ => {}
            }
            at = at.saturating_add(1);
            if at.saturating_sub(index) > 20_000 {
                break;
            }
        }
        at
    }

    /// The ranges of tokens between the commas of a group that begins at `index`.
    fn parts(&self, index: usize) -> Vec<Range<usize>> {
        let end = self.behind_group(index).saturating_sub(1);
        let mut parts = Vec::new();
        let mut depth: usize = 0;
        let mut start = index.saturating_add(1);
        for at in index.saturating_add(1)..end {
            match self.kind(at) {
                Some(TokenKind::Sign(b'(' | b'[' | b'{') | TokenKind::Template(_, true)) => {
                    depth = depth.saturating_add(1);
                }
                Some(TokenKind::Sign(b')' | b']' | b'}')) => depth = depth.saturating_sub(1),
                // The last piece closes the first; those between do both.
                Some(TokenKind::Template(_, false)) if depth > 0 && self.ends_template(at) => {
                    depth = depth.saturating_sub(1);
                }
                Some(TokenKind::Sign(b',')) if depth == 0 => {
                    parts.push(start..at);
                    start = at.saturating_add(1);
                }
                _ => {}
            }
        }
        if start < end {
            parts.push(start..end);
        }
        parts
    }

    /// Whether a piece of a template is the last of several.
    fn ends_template(&self, index: usize) -> bool {
        let start = self.range(index).start;
        let before = start.checked_sub(1).map(|before| self.excerpt.slice(before..start));
        before == Some("}")
    }
}

struct Names {
    roles: HashMap<String, Role>,
    /// Constants and, as `object.key`, those in objects: the tokens of their values.
    constants: HashMap<String, Vec<Range<usize>>>,
}

/// The package that a module specifier means, whatever serves it.
fn package(specifier: &str) -> Option<&'static str> {
    PACKAGES.iter().copied().find(|package| {
        specifier == *package
            || specifier.strip_prefix(package).is_some_and(|rest| rest.starts_with(['/', '@']))
            || (specifier.contains("://") && specifier.contains(package))
            || specifier.strip_prefix("npm:").is_some_and(|rest| rest.starts_with(package))
    })
}

fn role(package: &str, name: &str) -> Option<Role> {
    match (package, name) {
        (
            "@huggingface/transformers" | "@xenova/transformers" | "@browser-ai/transformers-js",
            "pipeline",
        ) => Some(Role::Pipeline),
        (_, "env") => None,
        ("@huggingface/transformers" | "@xenova/transformers", _) => Some(Role::Class),
        ("onnxruntime-web" | "onnxruntime-node", _) => Some(Role::Session),
        (
            "@ai-sdk/huggingface" | "@browser-ai/transformers-js" | "@built-in-ai/transformers-js",
            _,
        ) => Some(Role::Named),
        (
            "@langchain/community"
            | "langchain"
            | "@langchain/huggingface"
            | "llamaindex"
            | "@llamaindex/huggingface",
            name,
        ) => (name.contains("HuggingFace")
            || name.contains("Transformers")
            || name.contains("LlamaCpp"))
        .then_some(Role::Options),
        _ => Some(Role::Options),
    }
}

impl Names {
    fn imports(&mut self, source: &Source<'_, '_>) {
        for index in 0..source.tokens.len() {
            let Some(specifier) = source.text(index) else { continue };
            let Some(package) = package(specifier) else { continue };
            let before = index.checked_sub(1);
            let from = before.is_some_and(|at| source.word(at) == Some("from"));
            // `require('x')`, `import('x')`
            let called = before.is_some_and(|at| source.is_sign(at, b'('))
                && index
                    .checked_sub(2)
                    .is_some_and(|at| matches!(source.word(at), Some("require" | "import")));
            if from {
                self.clause(source, index.saturating_sub(2), package);
            } else if called {
                // `const { a } = await import('x')`: back over `await`, `=` and the call.
                let mut at = index.saturating_sub(3);
                if source.word(at) == Some("await") {
                    at = at.saturating_sub(1);
                }
                if source.is_sign(at, b'=') {
                    self.clause(source, at.saturating_sub(1), package);
                }
            }
        }
    }

    /// The names that end at `last`: `{ a, b as c }`, `* as name`, `name`.
    fn clause(&mut self, source: &Source<'_, '_>, last: usize, package: &'static str) {
        if source.is_sign(last, b'}') {
            let mut at = last;
            let mut words: Vec<&str> = Vec::new();
            while let Some(before) = at.checked_sub(1) {
                at = before;
                if source.is_sign(at, b'{') {
                    break;
                }
                let ends = source.is_sign(at, b',');
                match source.word(at) {
                    Some(word) => words.push(word),
                    None if ends => self.import(&mut words, package),
                    None => {}
                }
                if last.saturating_sub(at) > 400 {
                    break;
                }
            }
            self.import(&mut words, package);
            return;
        }
        if let Some(name) = source.word(last) {
            // A namespace, or the default export: every role through its members.
            self.roles.insert(name.to_owned(), Role::Class);
            self.roles.insert(format!("{name}.*{package}"), Role::Class);
            for member in ["pipeline"] {
                if let Some(role) = role(package, member) {
                    self.roles.insert(format!("{name}.{member}"), role);
                }
            }
        }
    }

    /// One name of a clause, read backwards: `pipeline`, `create as pipeline`, `a: b`.
    fn import(&mut self, words: &mut Vec<&str>, package: &'static str) {
        words.retain(|word| !matches!(*word, "as" | "type"));
        if let (Some(local), Some(exported)) = (words.first(), words.last())
            && let Some(role) = role(package, exported)
        {
            self.roles.insert((*local).to_owned(), role);
        }
        words.clear();
    }

    /// `const name = value`, `name: type = value`, `this.name = value`, and the keys of objects.
    fn constants(&mut self, source: &Source<'_, '_>) {
        for index in 0..source.tokens.len() {
            let Some(word) = source.word(index) else { continue };
            let declares = matches!(word, "const" | "let" | "var" | "static" | "readonly");
            let is_assigned = |at: usize| {
                source.is_sign(at, b'=')
                    && !source.is_sign(at.saturating_add(1), b'=')
                    && !source.is_sign(at.saturating_add(1), b'>')
            };
            if declares {
                let name = index.saturating_add(1);
                let Some(word) = source.word(name) else { continue };
                // A type may stand between name and value.
                let value = (name.saturating_add(1)..name.saturating_add(24))
                    .take_while(|at| !source.is_sign(*at, b';'))
                    .find(|at| is_assigned(*at));
                if let Some(equals) = value {
                    self.value(source, word.to_owned(), equals.saturating_add(1));
                }
            } else if is_assigned(index.saturating_add(1)) {
                self.value(source, word.to_owned(), index.saturating_add(2));
            }
        }
    }

    fn value(&mut self, source: &Source<'_, '_>, name: String, start: usize) {
        let end = end_of_expression(source, start);
        let values = self.constants.entry(name.clone()).or_default();
        if values.len() < CANDIDATES {
            values.push(start..end);
        }
        if source.is_sign(start, b'{') {
            for part in source.parts(start) {
                let key = source.word(part.start).or_else(|| source.text(part.start));
                let colon = part.start.saturating_add(1);
                if let Some(key) = key.filter(|_| source.is_sign(colon, b':')) {
                    let values = self.constants.entry(format!("{name}.{key}")).or_default();
                    if values.len() < CANDIDATES {
                        values.push(colon.saturating_add(1)..part.end);
                    }
                }
            }
        }
    }
}

/// The token at which an expression ends that begins at `start`.
fn end_of_expression(source: &Source<'_, '_>, start: usize) -> usize {
    let mut depth: usize = 0;
    let mut at = start;
    while let Some(kind) = source.kind(at) {
        match kind {
            TokenKind::Sign(b'(' | b'[' | b'{') => depth = depth.saturating_add(1),
            TokenKind::Sign(b')' | b']' | b'}') if depth == 0 => break,
            TokenKind::Sign(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            TokenKind::Sign(b';' | b',') if depth == 0 => break,
            // Without a semicolon: a declaration begins.
            TokenKind::Word if depth == 0 && at > start => {
                let starts = matches!(
                    source.word(at),
                    Some(
                        "const"
                            | "let"
                            | "var"
                            | "function"
                            | "class"
                            | "export"
                            | "import"
                            | "return"
                    )
                );
                if starts {
                    break;
                }
            }
            _ => {}
        }
        at = at.saturating_add(1);
        if at.saturating_sub(start) > 4_000 {
            break;
        }
    }
    at
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
                for text in self.values(index..index.saturating_add(1), DEPTH).0 {
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
                    let (texts, _) = self.values(first.clone(), DEPTH);
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
        let (texts, unknown) = self.values(model.clone(), DEPTH);
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
            Some(value) => match self.values(value, DEPTH).0.as_slice() {
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
            let (texts, _) = self.values(model, DEPTH);
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
    fn values(&self, range: Range<usize>, depth: u8) -> (Vec<Text>, bool) {
        let Some(depth) = depth.checked_sub(1) else { return (Vec::new(), true) };
        let source = self.source;
        let mut texts: Vec<Text> = Vec::new();
        let mut unknown = false;
        let mut at = range.start;
        while at < range.end && texts.len() < CANDIDATES {
            match source.kind(at) {
                Some(TokenKind::Text(text) | TokenKind::Template(text, false)) => {
                    texts.push(Text { text: text.clone(), range: source.range(at) });
                    at = at.saturating_add(1);
                }
                Some(TokenKind::Template(..)) => {
                    let (more, end) = self.template(at, depth);
                    unknown |= more.is_empty();
                    texts.extend(more);
                    at = end;
                }
                Some(TokenKind::Word) => {
                    let (more, end) = self.name(at, range.end, depth);
                    unknown |= more.is_empty();
                    texts.extend(more);
                    at = end;
                }
                Some(TokenKind::Sign(b'+')) => {
                    // Text put together: what stands before with what stands behind.
                    let (right, _) = self.values(at.saturating_add(1)..range.end, depth);
                    let start = source.range(range.start).start.saturating_sub(1);
                    let end = source.range(range.end.saturating_sub(1)).end;
                    let joined = texts.iter().flat_map(|left| {
                        right.iter().map(|right| Text {
                            text: format!("{}{}", left.text, right.text),
                            range: start.saturating_add(1)..end,
                        })
                    });
                    let joined: Vec<Text> = joined.take(CANDIDATES).collect();
                    return (joined, unknown || right.is_empty());
                }
                // `a ?? 'x'`, `a || 'x'`, `a ? 'x' : 'y'`
                Some(TokenKind::Sign(b'?' | b'|' | b':' | b'!')) => at = at.saturating_add(1),
                Some(TokenKind::Sign(b'(')) => {
                    let end = source.behind_group(at);
                    let inner = at.saturating_add(1)..end.saturating_sub(1).min(range.end);
                    let (more, other) = self.values(inner, depth);
                    unknown |= other;
                    texts.extend(more);
                    at = end;
                }
                Some(_) => {
                    unknown = true;
                    at = source.behind_group(at).max(at.saturating_add(1)).min(
                        if matches!(source.kind(at), Some(TokenKind::Sign(b'{' | b'['))) {
                            range.end
                        } else {
                            at.saturating_add(1)
                        },
                    );
                }
                None => break,
            }
        }
        (texts, unknown)
    }

    /// A name or chain of names; the token behind it.
    fn name(&self, start: usize, end: usize, depth: u8) -> (Vec<Text>, usize) {
        let source = self.source;
        let mut names: Vec<&str> = Vec::new();
        let mut at = start;
        while at < end {
            match source.word(at) {
                Some(word) => names.push(word),
                None => break,
            }
            at = at.saturating_add(1);
            // `a.b`, `a?.b`
            if source.is_sign(at, b'?') && source.is_sign(at.saturating_add(1), b'.') {
                at = at.saturating_add(1);
            }
            if source.is_sign(at, b'.') {
                at = at.saturating_add(1);
            } else {
                break;
            }
        }
        let mut key: Option<String> = None;
        // `NAMES['key']`
        if source.is_sign(at, b'[') {
            key = source.text(at.saturating_add(1)).map(str::to_owned);
            at = source.behind_group(at);
        } else if source.is_sign(at, b'(') {
            // What a call gives is not known.
            return (Vec::new(), source.behind_group(at));
        }
        let last = names.get(names.len().saturating_sub(2)..).unwrap_or_default();
        let name = match (last, &key) {
            ([.., name], Some(key)) => format!("{name}.{key}"),
            (["this", name], None) => (*name).to_owned(),
            ([first, second], None) => format!("{first}.{second}"),
            ([name], None) => (*name).to_owned(),
            _ => return (Vec::new(), at),
        };
        let mut texts = Vec::new();
        for range in self.names.constants.get(&name).into_iter().flatten() {
            // A value that holds its own name goes on for ever; the depth ends it.
            texts.extend(self.values(range.clone(), depth).0);
        }
        texts.truncate(CANDIDATES);
        (texts, at)
    }

    /// A template that begins at `start`; the token behind it.
    fn template(&self, start: usize, depth: u8) -> (Vec<Text>, usize) {
        let source = self.source;
        let mut texts = vec![String::new()];
        let mut at = start;
        let mut known = true;
        let mut end = source.range(start).end;
        while let Some(TokenKind::Template(text, more)) = source.kind(at) {
            for value in &mut texts {
                value.push_str(text);
            }
            end = source.range(at).end;
            at = at.saturating_add(1);
            if !more {
                break;
            }
            // The expression up to the next piece of this template.
            let from = at;
            let mut open: usize = 0;
            while let Some(kind) = source.kind(at) {
                match kind {
                    TokenKind::Template(_, _) if open == 0 && source.ends_template(at) => break,
                    TokenKind::Sign(b'{') => open = open.saturating_add(1),
                    TokenKind::Sign(b'}') => open = open.saturating_sub(1),
                    _ => {}
                }
                at = at.saturating_add(1);
            }
            let (values, other) = self.values(from..at, depth);
            known &= !values.is_empty() && !other;
            texts = texts
                .iter()
                .flat_map(|front| values.iter().map(move |value| format!("{front}{}", value.text)))
                .take(CANDIDATES)
                .collect();
        }
        let range = source.range(start).start..end;
        let texts = texts.into_iter().filter(|_| known);
        (texts.map(|text| Text { text, range: range.clone() }).collect(), at)
    }
}
