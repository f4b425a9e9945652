//! The calls of a source that load models.

use std::ops::Range;

use rustpython_ruff_python_ast::visitor::{self, Visitor};
use rustpython_ruff_python_ast::{Expr, ExprCall, IpyEscapeKind, ModModule, Stmt};
use rustpython_ruff_text_size::Ranged as _;

use super::bytes;
use super::loaders::{self, Loader, Takes};
use super::scopes::{ScopeId, Scopes};
use super::texts::inside_quotes;
use super::values::{Resolver, Value};
use crate::discover::excerpt::Excerpt;
use crate::discover::reference::{Expected, has_model_ending};
use crate::discover::sink::{Mention, Sink};
use crate::evidence::WrittenRevision;

/// Something that loads a model.
#[derive(Debug)]
pub(super) struct Load {
    /// The text that names it, and where it is written; `None` if it is not known.
    text: Option<String>,
    range: Range<usize>,
    /// Where it is loaded.
    used: usize,
    how: String,
    expected: Expected,
    revision: WrittenRevision,
    /// Whether it lies where no manifest can say.
    elsewhere: bool,
}

impl Load {
    pub(super) fn tell(self, excerpt: &Excerpt<'_>, sink: &mut Sink<'_>) {
        let Self { text, range, used, how, expected, revision, elsewhere } = self;
        match text {
            None => sink.unresolved(excerpt, range, used, &how),
            Some(text) if elsewhere => sink.elsewhere(excerpt, &text, range, used, &how),
            Some(text) => {
                let mention = Mention { text: &text, range, used, how: &how, expected, revision };
                sink.mention(excerpt, mention);
            }
        }
    }
}

/// All loads, and the shell commands of a notebook.
pub(super) fn find<'a>(
    module: &'a ModModule,
    scopes: &Scopes<'a>,
    source: &str,
) -> (Vec<Load>, Vec<Range<usize>>) {
    let resolver = Resolver::new(scopes);
    let mut finder = Finder { resolver, scope: 0, loads: Vec::new(), commands: Vec::new(), source };
    finder.visit_body(&module.body);
    (finder.loads, finder.commands)
}

struct Finder<'s, 'a> {
    resolver: Resolver<'s, 'a>,
    scope: ScopeId,
    loads: Vec<Load>,
    commands: Vec<Range<usize>>,
    source: &'s str,
}

/// How many loads of one source are kept; the sink says when it is too much.
const MOST_LOADS: usize = 4_000;

impl<'a> Finder<'_, 'a> {
    fn call(&mut self, call: &'a ExprCall) {
        if self.loads.len() > MOST_LOADS {
            return;
        }
        let callees = self.resolver.values(&call.func, self.scope);
        let named = callees.iter().find_map(|callee| match callee {
            Value::Path(path) | Value::Made(path) => {
                loaders::of(path).map(|loader| (loader, spoken(path)))
            }
            _ => None,
        });
        if let Some((loader, how)) = named {
            self.load(call, loader, &how);
            return;
        }
        self.foreign(call, &callees);
    }

    /// A method that is known by its name alone, of something that is not.
    fn foreign(&mut self, call: &'a ExprCall, callees: &[Value<'a>]) {
        let Expr::Attribute(method) = &*call.func else { return };
        let name = method.attr.as_str();
        if loaders::ATTACHING_METHODS.contains(&name) {
            self.load(call, &loaders::ATTACHING_LOADER, name);
            return;
        }
        if !loaders::PRETRAINED_METHODS.contains(&name) {
            return;
        }
        // A class or function of this source was followed and is none that fetches anything.
        let is_known = callees.iter().any(|callee| {
            matches!(callee, Value::Function(_) | Value::Class(_) | Value::Instance(_))
        });
        let class = match &*method.value {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return,
        };
        let own = self.resolver.values(&method.value, self.scope);
        let is_own = own.iter().any(|value| matches!(value, Value::Class(_) | Value::Instance(_)));
        if is_known || is_own || !loaders::is_named_like_a_model(class) {
            return;
        }
        self.load(call, &loaders::FOREIGN_LOADER, &format!("{class}.{name}"));
    }

    fn load(&mut self, call: &'a ExprCall, loader: &'static Loader, how: &str) {
        if self.is_of_another_kind(call) {
            return;
        }
        let revision = self.revision(call);
        // `PeftModel.from_pretrained(model, "org/name")`
        let model = keyword(call, loader.keywords)
            .or_else(|| loader.position.and_then(|position| call.arguments.args.get(position)));
        match model {
            Some(Expr::Starred(_)) => {}
            Some(model) => self.argument(call, model, loader.takes, how, &revision),
            None if loader.takes == Takes::Task => self.default_of_task(call, how),
            None => self.spread(call, loader, how, &revision),
        }
        for other in loader.others {
            if let Some(other) = keyword(call, &[other]) {
                self.argument(call, other, Takes::ModelOrObject, how, &revision);
            }
        }
    }

    /// Whether it fetches a data set or a Space.
    fn is_of_another_kind(&self, call: &'a ExprCall) -> bool {
        let Some(kind) = keyword(call, &["repo_type"]) else { return false };
        let values = self.resolver.values(kind, self.scope);
        values.iter().all(|value| matches!(value, Value::Text(text, _) if text != "model"))
    }

    /// `from_pretrained(**arguments)` with a dict that is written out.
    fn spread(
        &mut self,
        call: &'a ExprCall,
        loader: &Loader,
        how: &str,
        revision: &WrittenRevision,
    ) {
        let spreads = call.arguments.keywords.iter().filter(|keyword| keyword.arg.is_none());
        for spread in spreads {
            for value in self.resolver.values(&spread.value, self.scope) {
                let Value::Dict(dict, home) = value else { continue };
                for item in &dict.items {
                    let key = item.key.as_ref().and_then(super::scopes::literal);
                    if key.is_some_and(|key| loader.keywords.contains(&key)) {
                        let outer = std::mem::replace(&mut self.scope, home);
                        self.argument(call, &item.value, loader.takes, how, revision);
                        self.scope = outer;
                    }
                }
            }
        }
    }

    /// `pipeline("sentiment-analysis")` takes whatever the library's version has for that task.
    fn default_of_task(&mut self, call: &'a ExprCall, how: &str) {
        let task = call.arguments.args.first().or_else(|| keyword(call, &["task"]));
        let Some(task) = task.filter(|task| !matches!(task, Expr::Starred(_))) else { return };
        if call.arguments.keywords.iter().any(|keyword| keyword.arg.is_none()) {
            return;
        }
        self.loads.push(Load {
            text: None,
            range: bytes(task.range()),
            used: bytes(call.func.range()).start,
            how: format!("{how} with the default model of a task"),
            expected: Expected::Model,
            revision: WrittenRevision::Absent,
            elsewhere: false,
        });
    }

    fn revision(&self, call: &'a ExprCall) -> WrittenRevision {
        let Some(revision) = keyword(call, &["revision"]) else { return WrittenRevision::Absent };
        let values = self.resolver.values(revision, self.scope);
        match values.as_slice() {
            [Value::Text(text, _)] => WrittenRevision::Known(text.clone()),
            values if values.iter().all(|value| matches!(value, Value::Nothing)) => {
                WrittenRevision::Absent
            }
            _ => WrittenRevision::Unresolved,
        }
    }

    fn argument(
        &mut self,
        call: &'a ExprCall,
        model: &'a Expr,
        takes: Takes,
        how: &str,
        revision: &WrittenRevision,
    ) {
        // Where the callee's own name ends, so that a chain over several lines counts where the
        // call stands.
        let used = match &*call.func {
            Expr::Attribute(attribute) => bytes(attribute.attr.range()).start,
            func => bytes(func.range()).start,
        };
        let mut unknown = false;
        for value in self.resolver.values(model, self.scope) {
            let value = match value {
                Value::Opened(path) => *path,
                value => value,
            };
            match value {
                Value::Text(text, range) => {
                    let range = if range.is_empty() { bytes(model.range()) } else { range };
                    self.text(text, range, used, takes, how, revision);
                }
                Value::Unknown | Value::Own | Value::ParsedArguments => unknown = true,
                // Something of the project's own modules, or what was loaded before.
                Value::Path(path) => unknown |= !loaders::knows_package(&path),
                Value::Made(path) => {
                    let is_object = matches!(takes, Takes::ModelOrObject | Takes::Task);
                    unknown |= loaders::of(&path).is_none() && !is_object;
                }
                Value::Function(_) | Value::Class(_) | Value::Instance(_) => {}
                Value::Dict(..) | Value::Items(..) | Value::Nothing | Value::Opened(_) => {}
            }
        }
        // What cannot be told from other things that are opened or served in the same way is not
        // worth a word.
        let is_telling = !matches!(
            takes,
            Takes::Pickle | Takes::ModelFile | Takes::Prefixed | Takes::Preset | Takes::Remote
        );
        if unknown && is_telling {
            self.loads.push(Load {
                text: None,
                range: bytes(model.range()),
                used,
                how: how.to_owned(),
                expected: Expected::Model,
                revision: revision.clone(),
                elsewhere: false,
            });
        }
    }

    fn text(
        &mut self,
        text: String,
        range: Range<usize>,
        used: usize,
        takes: Takes,
        how: &str,
        revision: &WrittenRevision,
    ) {
        let mut elsewhere = false;
        let (text, expected) = match takes {
            Takes::Model | Takes::ModelOrObject | Takes::Task => (text, Expected::Model),
            Takes::Repository => (text, Expected::Repository),
            Takes::File if text.starts_with("hf://") => (text, Expected::Model),
            Takes::File => (text, Expected::File),
            Takes::ModelFile if has_model_ending(&text) => (text, Expected::File),
            Takes::Pickle if speaks_of_a_model(&text) => (text, Expected::File),
            Takes::ModelFile | Takes::Pickle => return,
            Takes::Prefixed => {
                let prefixes = ["hf_hub:", "hf-hub:"];
                match prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)) {
                    Some(rest) => (rest.to_owned(), Expected::Repository),
                    None => return,
                }
            }
            Takes::Preset if text.starts_with("hf://") => (text, Expected::Repository),
            Takes::Preset => match text.strip_prefix("./") {
                Some(_) => (text, Expected::Model),
                None => return,
            },
            Takes::SentenceTransformer => (loaders::sentence_transformer(&text), Expected::Model),
            Takes::Whisper => match loaders::whisper(&text) {
                Some(repository) => (repository.to_owned(), Expected::Model),
                None => (text, Expected::Model),
            },
            Takes::TorchHub => {
                let is_path = text.starts_with(['.', '/', '~']);
                elsewhere = !is_path;
                let text = if is_path { text } else { format!("github.com/{text}") };
                (text, Expected::Model)
            }
            Takes::Remote => (text, Expected::Setting),
        };
        self.loads.push(Load {
            text: Some(text),
            range,
            used,
            how: how.to_owned(),
            expected,
            revision: revision.clone(),
            elsewhere,
        });
    }

    /// A command of a notebook.
    fn escape(&mut self, kind: IpyEscapeKind, value: &str, range: Range<usize>) {
        let is_shell = matches!(kind, IpyEscapeKind::Shell | IpyEscapeKind::ShCap);
        // `%sx command`, `%system command`
        let magic = ["sx ", "system ", "time ", "timeit "];
        let runs = match kind {
            IpyEscapeKind::Magic => magic.iter().any(|name| value.starts_with(name)),
            _ => is_shell,
        };
        if runs {
            self.commands.push(range);
        }
    }
}

impl<'a> Visitor<'a> for Finder<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let range = match stmt {
            Stmt::FunctionDef(function) => Some(function.range),
            Stmt::ClassDef(class) => Some(class.range),
            Stmt::IpyEscapeCommand(command) => {
                self.escape(command.kind, &command.value, bytes(command.range));
                return;
            }
            _ => None,
        };
        match range.and_then(|range| self.resolver.scopes.of(range)) {
            Some(inner) => {
                let outer = std::mem::replace(&mut self.scope, inner);
                visitor::walk_stmt(self, stmt);
                self.scope = outer;
            }
            None => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::IpyEscapeCommand(command) => {
                self.escape(command.kind, &command.value, bytes(command.range));
            }
            // An address of a file on the Hub counts wherever it stands.
            Expr::StringLiteral(string) => {
                let text = string.value.to_str();
                if text.contains("huggingface.co/") || text.contains("hf.co/") {
                    self.address(text, inside_quotes(string));
                }
            }
            Expr::FString(string) => {
                let source = self.source.get(bytes(string.range)).unwrap_or_default();
                if source.contains("huggingface.co/") {
                    for value in self.resolver.values(expr, self.scope) {
                        if let Value::Text(text, range) = value {
                            self.address(&text, range);
                        }
                    }
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_body(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            // A string that is a statement is a docstring or a comment.
            let is_prose = matches!(stmt, Stmt::Expr(expression)
                if matches!(&*expression.value, Expr::StringLiteral(_)));
            if !is_prose {
                self.visit_stmt(stmt);
            }
        }
    }
}

impl Finder<'_, '_> {
    fn address(&mut self, text: &str, range: Range<usize>) {
        self.loads.push(Load {
            text: Some(text.to_owned()),
            used: range.start,
            range,
            how: "address".to_owned(),
            expected: Expected::Anything,
            revision: WrittenRevision::Absent,
            elsewhere: false,
        });
    }
}

/// The argument of one of these keywords.
fn keyword<'a>(call: &'a ExprCall, names: &[&str]) -> Option<&'a Expr> {
    // In the order of the names: the first is the one that counts.
    names.iter().find_map(|name| {
        let mut keywords = call.arguments.keywords.iter();
        keywords
            .find(|keyword| keyword.arg.as_ref().is_some_and(|given| given.as_str() == *name))
            .map(|keyword| &keyword.value)
    })
}

/// The last two parts of a whole name: `AutoModel.from_pretrained`.
fn spoken(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let last = parts.get(parts.len().saturating_sub(2)..).unwrap_or_default();
    let is_module = |part: &&str| part.starts_with(|c: char| c.is_ascii_lowercase());
    match last {
        // `models.pipeline` says less than `pipeline`; `torch.load` more than `load`.
        [first, second] if is_module(first) && parts.len() > 2 && *first != "hub" => {
            (*second).to_owned()
        }
        _ => last.join("."),
    }
}

/// Whether the name of a pickle says that it is a model.
fn speaks_of_a_model(path: &str) -> bool {
    const WORDS: &[&str] = &[
        "model",
        "classifier",
        "clf",
        "weights",
        "checkpoint",
        "ckpt",
        "estimator",
        "pipeline",
        "scaler",
        "vectorizer",
        "regressor",
        "encoder",
        "predictor",
        "ranker",
        "network",
        "forest",
        "booster",
        "embedding",
        "transformer",
        "tokenizer",
    ];
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    let folders = path.to_ascii_lowercase();
    let has_ending = has_model_ending(&name) && !name.ends_with(".npz");
    has_ending && WORDS.iter().any(|word| folders.contains(word))
}
