//! What an expression may be, followed to constants within the source.

use std::cell::Cell;
use std::ops::Range;

use rustpython_ruff_python_ast::{Expr, ExprDict, Operator};
use rustpython_ruff_text_size::Ranged as _;

use super::objects::is_plain_type;
use super::scopes::{Binding, ScopeId, Scopes, elements};
use super::texts::{inside_quotes, join};

/// How many names deep a value is followed.
pub(super) const DEPTH: u8 = 24;

/// How many values one expression may have.
pub(super) const CANDIDATES: usize = 16;

/// Bytes of a text that is put together; a path is shorter.
pub(super) const LONGEST: usize = 1024;

/// Steps for one source: a chain of names that are each bound twice doubles at every link.
pub(super) const STEPS: u32 = 100_000;

/// What an expression may be.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    /// A text, and where it is written.
    Text(String, Range<usize>),
    /// A dict that is written out.
    Dict(&'a ExprDict, ScopeId),
    /// A list, tuple or set that is written out.
    Items(&'a [Expr], ScopeId),
    /// Something of another module, by its whole name.
    Path(String),
    /// Something of the project's own modules.
    Own,
    /// A class of this source.
    Class(ScopeId),
    /// A function of this source.
    Function(ScopeId),
    /// What a call of a class of this source gives.
    Instance(ScopeId),
    /// What a call of something else gives, by its name.
    Made(String),
    /// The result of `parse_args()`.
    ParsedArguments,
    /// A file that was opened: its path.
    Opened(Box<Self>),
    /// `None`, a number, a truth value.
    Nothing,
    /// Not known before the program runs.
    Unknown,
}

/// Follows expressions of one source.
pub(super) struct Resolver<'s, 'a> {
    pub(super) scopes: &'s Scopes<'a>,
    steps: Cell<u32>,
}

impl<'s, 'a> Resolver<'s, 'a> {
    pub(super) fn new(scopes: &'s Scopes<'a>) -> Self {
        Self { scopes, steps: Cell::new(0) }
    }

    /// Everything that an expression may be; never nothing.
    pub(super) fn values(&self, expr: &'a Expr, scope: ScopeId) -> Vec<Value<'a>> {
        self.follow(expr, scope, DEPTH)
    }

    pub(super) fn follow(&self, expr: &'a Expr, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
        let steps = self.steps.get().saturating_add(1);
        self.steps.set(steps);
        let Some(depth) = depth.checked_sub(1).filter(|_| steps < STEPS) else {
            return vec![Value::Unknown];
        };
        let mut values = self.followed(expr, scope, depth);
        values.truncate(CANDIDATES);
        if values.is_empty() {
            values.push(Value::Unknown);
        }
        values
    }

    pub(super) fn followed(&self, expr: &'a Expr, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
        match expr {
            Expr::StringLiteral(string) => {
                vec![Value::Text(string.value.to_str().to_owned(), inside_quotes(string))]
            }
            Expr::FString(string) => self.f_string(string, scope, depth),
            Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::NumberLiteral(_) => {
                vec![Value::Nothing]
            }
            Expr::Name(name) => self.name(name.id.as_str(), scope, depth),
            Expr::Attribute(attribute) => {
                let object = &*attribute.value;
                self.attribute(object, attribute.attr.as_str(), scope, depth)
            }
            Expr::Subscript(subscript) => {
                self.subscript(&subscript.value, &subscript.slice, scope, depth)
            }
            Expr::BinOp(operation) => {
                let joined = match operation.op {
                    Operator::Add => "",
                    Operator::Div => "/",
                    Operator::Mod => return self.percent(expr, scope, depth),
                    _ => return vec![Value::Unknown],
                };
                let left = self.follow(&operation.left, scope, depth);
                let right = self.follow(&operation.right, scope, depth);
                join(&left, &right, joined, expr.range())
            }
            Expr::BoolOp(operation) => {
                let all = operation.values.iter();
                let values: Vec<Value<'a>> =
                    all.flat_map(|value| self.follow(value, scope, depth)).collect();
                without_nothing(values)
            }
            Expr::If(either) => {
                let mut values = self.follow(&either.body, scope, depth);
                values.extend(self.follow(&either.orelse, scope, depth));
                without_nothing(values)
            }
            Expr::Named(named) => self.follow(&named.value, scope, depth),
            Expr::Await(awaited) => self.follow(&awaited.value, scope, depth),
            Expr::Dict(dict) => vec![Value::Dict(dict, scope)],
            Expr::List(_) | Expr::Tuple(_) | Expr::Set(_) => {
                vec![Value::Items(elements(expr).unwrap_or_default(), scope)]
            }
            Expr::Call(call) => self.call(call, scope, depth),
            _ => vec![Value::Unknown],
        }
    }

    pub(super) fn name(&self, name: &str, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
        if self.scopes.is_receiver(name, scope)
            && let Some(class) = self.scopes.class_of(scope)
        {
            return vec![Value::Instance(class)];
        }
        let Some((bindings, home)) = self.scopes.lookup(name, scope) else {
            return vec![self.unbound(name)];
        };
        let mut values = Vec::new();
        for binding in bindings.iter().take(CANDIDATES) {
            values.extend(self.binding(name, *binding, home, depth));
        }
        without_nothing(values)
    }

    /// A name that nothing in the source binds: a built-in, or one of a module that is imported
    /// whole.
    pub(super) fn unbound(&self, name: &str) -> Value<'a> {
        if matches!(name, "open" | "str" | "Path") {
            return Value::Path(name.to_owned());
        }
        match self.scopes.wildcards.first() {
            Some(module) => Value::Path(format!("{module}.{name}")),
            None => Value::Unknown,
        }
    }

    pub(super) fn binding(
        &self,
        name: &str,
        binding: Binding<'a>,
        home: ScopeId,
        depth: u8,
    ) -> Vec<Value<'a>> {
        match binding {
            // A name in its own value is the one further out: `model = model or "…"`.
            Binding::Value(Expr::Name(same)) if same.id == name => match self.outer(name, home) {
                Some((bindings, home)) => bindings
                    .iter()
                    .flat_map(|binding| self.binding(name, *binding, home, depth))
                    .collect(),
                None => vec![Value::Unknown],
            },
            Binding::Value(value) => self.follow(value, home, depth),
            Binding::Element(through, part) => self.elements_of(through, part, home, depth),
            Binding::Part(value, index) => {
                let wholes = self.follow(value, home, depth);
                let parts = wholes.into_iter().flat_map(|whole| match whole {
                    Value::Items(items, scope) => match items.get(index) {
                        Some(item) => self.follow(item, scope, depth),
                        None => vec![Value::Unknown],
                    },
                    // `args, rest = parser.parse_known_args()`
                    Value::ParsedArguments => vec![Value::ParsedArguments],
                    Value::Made(what) => vec![Value::Made(what)],
                    _ => vec![Value::Unknown],
                });
                parts.collect()
            }
            Binding::Import(module, name) => vec![Value::Path(match name {
                Some(name) => format!("{module}.{name}"),
                None => module.to_owned(),
            })],
            Binding::Own => vec![Value::Own],
            Binding::Class(class) => vec![Value::Class(class)],
            Binding::Function(function) => vec![Value::Function(function)],
            Binding::Parameter { default, annotation } => {
                let parent = self.scopes.all.get(home).and_then(|scope| scope.parent);
                let around = parent.unwrap_or(0);
                let default = default.map(|default| self.follow(default, around, depth));
                let default = without_nothing(default.unwrap_or_default());
                if default.iter().any(|value| !matches!(value, Value::Nothing | Value::Unknown)) {
                    return default;
                }
                self.annotated(annotation, around, depth)
            }
            Binding::Annotated(annotation) => self.annotated(Some(annotation), home, depth),
        }
    }

    pub(super) fn outer(&self, name: &str, scope: ScopeId) -> Option<(&[Binding<'a>], ScopeId)> {
        self.scopes.lookup(name, self.scopes.all.get(scope)?.parent?)
    }

    /// What is known of something by its type alone.
    pub(super) fn annotated(
        &self,
        annotation: Option<&'a Expr>,
        scope: ScopeId,
        depth: u8,
    ) -> Vec<Value<'a>> {
        let Some(annotation) = annotation else { return vec![Value::Unknown] };
        if let Expr::Name(name) = annotation
            && matches!(name.id.as_str(), "str" | "int" | "bool" | "float")
        {
            return vec![Value::Unknown];
        }
        let types = self.follow(annotation, scope, depth);
        let instances = types.into_iter().map(|value| match value {
            Value::Class(class) => Value::Instance(class),
            Value::Path(path) if !is_plain_type(&path) => Value::Made(path),
            _ => Value::Unknown,
        });
        instances.collect()
    }

    /// What a loop over a value goes through.
    pub(super) fn elements_of(
        &self,
        through: &'a Expr,
        part: Option<usize>,
        scope: ScopeId,
        depth: u8,
    ) -> Vec<Value<'a>> {
        // `for key, value in names.items()`
        if let Expr::Call(call) = through
            && let Expr::Attribute(method) = &*call.func
            && matches!(method.attr.as_str(), "items" | "values" | "keys")
        {
            let part = match (method.attr.as_str(), part) {
                ("keys", None) => 0,
                ("values", None) => 1,
                ("items", Some(part)) => part,
                _ => return vec![Value::Unknown],
            };
            let dicts = self.follow(&method.value, scope, depth);
            return dicts.into_iter().flat_map(|dict| self.sides(dict, part, depth)).collect();
        }
        // `for index, value in enumerate(names)`
        if let Expr::Call(call) = through
            && let Expr::Name(name) = &*call.func
            && matches!(
                name.id.as_str(),
                "enumerate" | "tqdm" | "sorted" | "list" | "set" | "reversed"
            )
            && let Some(inner) = call.arguments.args.first()
        {
            return match (name.id.as_str(), part) {
                ("enumerate", Some(1)) => self.elements_of(inner, None, scope, depth),
                ("enumerate", _) => vec![Value::Nothing],
                _ => self.elements_of(inner, part, scope, depth),
            };
        }
        let mut values = Vec::new();
        for whole in self.follow(through, scope, depth) {
            match whole {
                Value::Items(items, scope) => {
                    for item in items.iter().take(CANDIDATES) {
                        let item = match (part, elements(item)) {
                            (None, _) => Some(item),
                            (Some(part), Some(parts)) => parts.get(part),
                            (Some(_), None) => None,
                        };
                        values.extend(match item {
                            Some(item) => self.follow(item, scope, depth),
                            None => vec![Value::Unknown],
                        });
                    }
                }
                dict @ Value::Dict(..) if part.is_none() => {
                    values.extend(self.sides(dict, 0, depth))
                }
                _ => values.push(Value::Unknown),
            }
        }
        values
    }

    /// The keys (0) or the values (1) of a dict.
    pub(super) fn sides(&self, dict: Value<'a>, side: usize, depth: u8) -> Vec<Value<'a>> {
        let Value::Dict(dict, scope) = dict else { return vec![Value::Unknown] };
        let items = dict.items.iter().take(CANDIDATES);
        let sides = items.filter_map(|item| match side {
            0 => item.key.as_ref(),
            _ => Some(&item.value),
        });
        sides.flat_map(|side| self.follow(side, scope, depth)).collect()
    }

    pub(super) fn subscript(
        &self,
        object: &'a Expr,
        key: &'a Expr,
        scope: ScopeId,
        depth: u8,
    ) -> Vec<Value<'a>> {
        let mut values = Vec::new();
        for holder in self.follow(object, scope, depth) {
            match holder {
                Value::Dict(dict, home) => values.extend(self.entry(dict, home, key, scope, depth)),
                Value::Items(items, home) => {
                    let chosen = index(key, items.len()).and_then(|index| items.get(index));
                    match chosen {
                        Some(item) => values.extend(self.follow(item, home, depth)),
                        None => {
                            let items = items.iter().take(CANDIDATES);
                            values.extend(items.flat_map(|item| self.follow(item, home, depth)));
                        }
                    }
                }
                _ => values.push(Value::Unknown),
            }
        }
        values
    }

    /// The values of a dict under a key; all of them if the key is not known.
    pub(super) fn entry(
        &self,
        dict: &'a ExprDict,
        home: ScopeId,
        key: &'a Expr,
        scope: ScopeId,
        depth: u8,
    ) -> Vec<Value<'a>> {
        let wanted: Vec<Value<'a>> = self.follow(key, scope, depth);
        let is_known = wanted.iter().all(|value| matches!(value, Value::Text(..)));
        let mut values = Vec::new();
        for item in dict.items.iter().take(64) {
            let Some(key) = &item.key else { continue };
            let names: Vec<Value<'a>> = self.follow(key, home, depth);
            let same = names.iter().any(|name| {
                wanted.iter().any(|wanted| match (name, wanted) {
                    (Value::Text(name, _), Value::Text(wanted, _)) => name == wanted,
                    _ => false,
                })
            });
            if same || !is_known {
                values.extend(self.follow(&item.value, home, depth));
            }
        }
        values
    }
}

/// The texts that names of the module stand for.
pub(super) fn constants(scopes: &Scopes<'_>) -> Vec<(String, String, Range<usize>)> {
    let resolver = Resolver::new(scopes);
    let module = scopes.all.first();
    let mut constants = Vec::new();
    for name in module.into_iter().flat_map(|module| module.names.keys()).take(1_000) {
        for value in resolver.name(name, 0, DEPTH) {
            if let Value::Text(text, range) = value {
                constants.push(((*name).to_owned(), text, range));
            }
        }
    }
    constants
}

/// `None` beside something else says nothing: `model: str = None`, `model or "…"`.
pub(super) fn without_nothing(values: Vec<Value<'_>>) -> Vec<Value<'_>> {
    let something = values.iter().any(|value| !matches!(value, Value::Nothing));
    if !something {
        return values;
    }
    // What is not known beside a constant is what a user may put in its place.
    let constant = values.iter().any(|value| {
        matches!(value, Value::Text(..) | Value::Dict(..) | Value::Items(..) | Value::Path(_))
    });
    let keep = |value: &Value<'_>| match value {
        Value::Nothing => false,
        Value::Unknown => !constant,
        _ => true,
    };
    values.into_iter().filter(keep).collect()
}

/// The index that a subscript means in a list of this length.
pub(super) fn index(key: &Expr, length: usize) -> Option<usize> {
    let number = |expr: &Expr| match expr {
        Expr::NumberLiteral(number) => number.value.as_int().and_then(|int| int.as_usize()),
        _ => None,
    };
    match key {
        Expr::UnaryOp(negated) => length.checked_sub(number(&negated.operand)?),
        key => number(key),
    }
}
