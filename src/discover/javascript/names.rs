//! What names mean: those that packages export, and those that stand for constants.

use std::collections::HashMap;
use std::ops::Range;

use super::source::Source;
use super::tokens::TokenKind;
use super::values::CANDIDATES;

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

/// What a name of a package is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
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

/// The names of a source.
#[derive(Default)]
pub(super) struct Names {
    pub(super) roles: HashMap<String, Role>,
    /// Constants and, as `object.key`, those in objects: the tokens of their values.
    pub(super) constants: HashMap<String, Vec<Range<usize>>>,
}

/// The package that a module specifier means, whatever serves it.
pub(super) fn package(specifier: &str) -> Option<&'static str> {
    PACKAGES.iter().copied().find(|package| {
        specifier == *package
            || specifier.strip_prefix(package).is_some_and(|rest| rest.starts_with(['/', '@']))
            || (specifier.contains("://") && specifier.contains(package))
            || specifier.strip_prefix("npm:").is_some_and(|rest| rest.starts_with(package))
    })
}

pub(super) fn role(package: &str, name: &str) -> Option<Role> {
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
    pub(super) fn imports(&mut self, source: &Source<'_, '_>) {
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
    pub(super) fn clause(&mut self, source: &Source<'_, '_>, last: usize, package: &'static str) {
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
    pub(super) fn import(&mut self, words: &mut Vec<&str>, package: &'static str) {
        words.retain(|word| !matches!(*word, "as" | "type"));
        if let (Some(local), Some(exported)) = (words.first(), words.last())
            && let Some(role) = role(package, exported)
        {
            self.roles.insert((*local).to_owned(), role);
        }
        words.clear();
    }

    /// `const name = value`, `name: type = value`, `this.name = value`, and the keys of objects.
    pub(super) fn constants(&mut self, source: &Source<'_, '_>) {
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

    pub(super) fn value(&mut self, source: &Source<'_, '_>, name: String, start: usize) {
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
pub(super) fn end_of_expression(source: &Source<'_, '_>, start: usize) -> usize {
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
