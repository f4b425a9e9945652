//! What an expression may be, followed to constants within the source.

use std::cell::Cell;
use std::ops::Range;

use rustpython_ruff_python_ast::{
    Expr, ExprCall, ExprDict, ExprStringLiteral, FStringPart, InterpolatedStringElement, Operator,
    StringFlags as _,
};
use rustpython_ruff_text_size::{Ranged as _, TextRange};

use super::bytes;
use super::scopes::{Binding, ScopeId, ScopeKind, Scopes, elements, literal};

/// How many names deep a value is followed.
const DEPTH: u8 = 24;

/// How many values one expression may have.
const CANDIDATES: usize = 16;

/// Bytes of a text that is put together; a path is shorter.
const LONGEST: usize = 1024;

/// Steps for one source: a chain of names that are each bound twice doubles at every link.
const STEPS: u32 = 100_000;

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

    fn follow(&self, expr: &'a Expr, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
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

    fn followed(&self, expr: &'a Expr, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
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

    fn f_string(
        &self,
        string: &'a rustpython_ruff_python_ast::ExprFString,
        scope: ScopeId,
        depth: u8,
    ) -> Vec<Value<'a>> {
        let range = string.range;
        let mut values = vec![Value::Text(String::new(), bytes(range))];
        for part in &string.value {
            match part {
                FStringPart::Literal(text) => {
                    let next = [Value::Text(text.as_str().to_owned(), 0..0)];
                    values = join(&values, &next, "", range);
                }
                FStringPart::FString(inner) => {
                    for element in &inner.elements {
                        let next = match element {
                            InterpolatedStringElement::Literal(text) => {
                                vec![Value::Text(text.value.to_string(), 0..0)]
                            }
                            InterpolatedStringElement::Interpolation(inserted)
                                if inserted.format_spec.is_none() =>
                            {
                                self.follow(&inserted.expression, scope, depth)
                            }
                            InterpolatedStringElement::Interpolation(_) => vec![Value::Unknown],
                        };
                        values = join(&values, &next, "", range);
                    }
                }
            }
        }
        values
    }

    /// `"%s/%s" % (a, b)`
    fn percent(&self, expr: &'a Expr, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
        let Expr::BinOp(operation) = expr else { return vec![Value::Unknown] };
        let Some(pattern) = literal(&operation.left) else { return vec![Value::Unknown] };
        let arguments = match &*operation.right {
            Expr::Tuple(tuple) => &tuple.elts[..],
            single => std::slice::from_ref(single),
        };
        self.filled(pattern, "%s", arguments, scope, depth, expr.range())
    }

    /// A pattern with each `slot` replaced by the next argument.
    fn filled(
        &self,
        pattern: &str,
        slot: &str,
        arguments: &'a [Expr],
        scope: ScopeId,
        depth: u8,
        range: TextRange,
    ) -> Vec<Value<'a>> {
        let mut values = vec![Value::Text(String::new(), bytes(range))];
        let mut arguments = arguments.iter();
        for (index, piece) in pattern.split(slot).enumerate() {
            if index > 0 {
                let next = arguments.next().map(|argument| self.follow(argument, scope, depth));
                values = join(&values, &next.unwrap_or_default(), "", range);
            }
            values = join(&values, &[Value::Text(piece.to_owned(), 0..0)], "", range);
        }
        values
    }

    fn name(&self, name: &str, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
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
    fn unbound(&self, name: &str) -> Value<'a> {
        if matches!(name, "open" | "str" | "Path") {
            return Value::Path(name.to_owned());
        }
        match self.scopes.wildcards.first() {
            Some(module) => Value::Path(format!("{module}.{name}")),
            None => Value::Unknown,
        }
    }

    fn binding(
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

    fn outer(&self, name: &str, scope: ScopeId) -> Option<(&[Binding<'a>], ScopeId)> {
        self.scopes.lookup(name, self.scopes.all.get(scope)?.parent?)
    }

    /// What is known of something by its type alone.
    fn annotated(&self, annotation: Option<&'a Expr>, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
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
    fn elements_of(
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
    fn sides(&self, dict: Value<'a>, side: usize, depth: u8) -> Vec<Value<'a>> {
        let Value::Dict(dict, scope) = dict else { return vec![Value::Unknown] };
        let items = dict.items.iter().take(CANDIDATES);
        let sides = items.filter_map(|item| match side {
            0 => item.key.as_ref(),
            _ => Some(&item.value),
        });
        sides.flat_map(|side| self.follow(side, scope, depth)).collect()
    }

    fn attribute(&self, object: &'a Expr, name: &str, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
        let mut values = Vec::new();
        for holder in self.follow(object, scope, depth) {
            match holder {
                Value::Path(path) => values.push(Value::Path(format!("{path}.{name}"))),
                Value::Class(class) | Value::Instance(class) => {
                    values.extend(self.member(class, name, depth));
                }
                Value::Made(path) => values.push(Value::Made(format!("{path}().{name}"))),
                Value::ParsedArguments => values.extend(self.argument(name, depth)),
                // `Names.BASE.value` of an enumeration.
                Value::Text(text, range) if matches!(name, "value" | "name") => {
                    values.push(Value::Text(text, range));
                }
                Value::Own => values.push(Value::Own),
                _ if is_arguments(object) => values.extend(self.argument(name, depth)),
                _ => values.push(Value::Unknown),
            }
        }
        values
    }

    /// What a class or its base classes in this source say of an attribute.
    fn member(&self, class: ScopeId, name: &str, depth: u8) -> Vec<Value<'a>> {
        let Some(depth) = depth.checked_sub(1) else { return vec![Value::Unknown] };
        let Some(scope) = self.scopes.all.get(class) else { return vec![Value::Unknown] };
        let mut values = Vec::new();
        for binding in scope.names.get(name).into_iter().flatten().take(CANDIDATES) {
            values.extend(match binding {
                // `name: str = field(default="…")`
                Binding::Value(Expr::Call(call)) => self.field(call, class, depth),
                binding => self.binding(name, *binding, class, depth),
            });
        }
        for (value, home) in scope.attributes.get(name).into_iter().flatten().take(CANDIDATES) {
            values.extend(self.follow(value, *home, depth));
        }
        let values = without_nothing(values);
        if !values.is_empty() && !matches!(values.as_slice(), [Value::Nothing]) {
            return values;
        }
        let mut inherited = Vec::new();
        for base in scope.bases {
            for base in self.follow(base, scope.parent.unwrap_or(0), depth) {
                match base {
                    Value::Class(base) if base != class => {
                        inherited.extend(self.member(base, name, depth));
                    }
                    // A method of a class that is known: `class Mine(AutoModel)`.
                    Value::Path(path) if name.contains("from_") => {
                        inherited.push(Value::Path(format!("{path}.{name}")));
                    }
                    _ => {}
                }
            }
        }
        if inherited.is_empty() { vec![Value::Unknown] } else { inherited }
    }

    /// The default of an argument of the command line.
    fn argument(&self, name: &str, depth: u8) -> Vec<Value<'a>> {
        if let Some(values) = self.scopes.arguments.get(name) {
            let values = values.iter().take(CANDIDATES);
            return without_nothing(
                values.flat_map(|(value, scope)| self.follow(value, *scope, depth)).collect(),
            );
        }
        // `parse_args_into_dataclasses`: the attribute of a class of this source.
        let classes =
            self.scopes.all.iter().enumerate().filter(|(_, scope)| {
                scope.kind == ScopeKind::Class && scope.names.contains_key(name)
            });
        let mut values = Vec::new();
        for (class, _) in classes.take(4) {
            values.extend(self.member(class, name, depth));
        }
        values
    }

    fn subscript(
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
    fn entry(
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

    fn call(&self, call: &'a ExprCall, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
        let first = call.arguments.args.first();
        if let Expr::Attribute(method) = &*call.func {
            match method.attr.as_str() {
                "parse_args"
                | "parse_known_args"
                | "parse_args_into_dataclasses"
                | "parse_intermixed_args" => return vec![Value::ParsedArguments],
                "format" if call.arguments.keywords.is_empty() => {
                    if let Some(pattern) = literal(&method.value) {
                        let arguments = &call.arguments.args;
                        return self.filled(pattern, "{}", arguments, scope, depth, call.range);
                    }
                }
                "strip" | "lower" | "rstrip" | "lstrip" | "as_posix" | "resolve" | "expanduser"
                | "absolute" => {
                    return self.follow(&method.value, scope, depth);
                }
                "join" => {
                    if let (Some(separator), Some(parts)) =
                        (literal(&method.value), first.and_then(elements))
                    {
                        return self.joined(parts, separator, scope, depth, call.range);
                    }
                }
                "get" | "setdefault" | "pop" => {
                    let mut values = Vec::new();
                    for holder in self.follow(&method.value, scope, depth) {
                        match (holder, first) {
                            (Value::Dict(dict, home), Some(key)) => {
                                values.extend(self.entry(dict, home, key, scope, depth));
                            }
                            (Value::Path(path), _) if path == "os.environ" => {}
                            _ => values.push(Value::Unknown),
                        }
                    }
                    if let Some(default) = call.arguments.args.get(1) {
                        values.extend(self.follow(default, scope, depth));
                    }
                    return without_nothing(values);
                }
                "open" => {
                    // `Path("model.pkl").open("rb")`
                    let paths = self.follow(&method.value, scope, depth);
                    if paths.iter().any(|path| matches!(path, Value::Text(..))) {
                        let opened = paths.into_iter().map(|path| Value::Opened(Box::new(path)));
                        return opened.collect();
                    }
                }
                _ => {}
            }
        }
        let mut values = Vec::new();
        for callee in self.follow(&call.func, scope, depth) {
            match callee {
                Value::Path(path) => values.extend(self.made(&path, call, scope, depth)),
                Value::Class(class) => values.push(Value::Instance(class)),
                Value::Made(path) => values.push(Value::Made(path)),
                Value::Function(function) => {
                    let returns = self.scopes.all.get(function).map(|scope| &scope.returns);
                    for value in returns.into_iter().flatten().take(CANDIDATES) {
                        values.extend(self.follow(value, function, depth));
                    }
                }
                _ => values.push(Value::Unknown),
            }
        }
        values
    }

    /// What a call of something that is known by name gives.
    fn made(&self, path: &str, call: &'a ExprCall, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
        let arguments = &call.arguments.args;
        let first = arguments.first();
        let keyword = |name: &str| {
            let mut keywords = call.arguments.keywords.iter();
            keywords
                .find(|keyword| keyword.arg.as_ref().is_some_and(|it| it.as_str() == name))
                .map(|keyword| &keyword.value)
        };
        match path {
            "os.environ.get" | "os.getenv" | "environ.get" | "decouple.config" | "environs.str" => {
                let default = arguments.get(1).or_else(|| keyword("default"));
                match default {
                    Some(default) => self.follow(default, scope, depth),
                    None => vec![Value::Unknown],
                }
            }
            "str"
            | "pathlib.Path"
            | "pathlib.PurePath"
            | "pathlib.PurePosixPath"
            | "Path"
            | "os.path.abspath"
            | "os.path.expanduser"
            | "os.path.realpath"
            | "os.fspath" => self.joined(arguments, "/", scope, depth, call.range),
            "os.path.join" => self.joined(arguments, "/", scope, depth, call.range),
            "open" | "io.open" | "gzip.open" | "builtins.open" => match first {
                Some(first) => {
                    let paths = self.follow(first, scope, depth).into_iter();
                    paths.map(|path| Value::Opened(Box::new(path))).collect()
                }
                None => vec![Value::Unknown],
            },
            "typer.Option" | "typer.Argument" | "pydantic.Field" | "dataclasses.field"
            | "fastapi.Query" | "fastapi.Form" => match first.or_else(|| keyword("default")) {
                Some(default) => self.follow(default, scope, depth),
                None => vec![Value::Unknown],
            },
            _ => vec![Value::Made(path.to_owned())],
        }
    }

    /// The default of a field of a data class.
    fn field(&self, call: &'a ExprCall, class: ScopeId, depth: u8) -> Vec<Value<'a>> {
        let is_field = match &*call.func {
            Expr::Name(name) => matches!(name.id.as_str(), "field" | "Field"),
            Expr::Attribute(attribute) => matches!(attribute.attr.as_str(), "field" | "Field"),
            _ => false,
        };
        if !is_field {
            return self.call(call, class, depth);
        }
        let keywords = call.arguments.keywords.iter();
        let default = keywords
            .clone()
            .find(|keyword| keyword.arg.as_ref().is_some_and(|name| name.as_str() == "default"))
            .map(|keyword| &keyword.value)
            .or(call.arguments.args.first());
        match default {
            Some(default) => self.follow(default, class, depth),
            None => vec![Value::Unknown],
        }
    }

    fn joined(
        &self,
        parts: &'a [Expr],
        separator: &str,
        scope: ScopeId,
        depth: u8,
        range: TextRange,
    ) -> Vec<Value<'a>> {
        let [first, rest @ ..] = parts else { return vec![Value::Unknown] };
        let mut values = self.follow(first, scope, depth);
        for part in rest.iter().take(CANDIDATES) {
            values = join(&values, &self.follow(part, scope, depth), separator, range);
        }
        values
    }
}

/// Where the text of a string stands, without its quotes; of several that stand side by side, all
/// of them with theirs.
pub(super) fn inside_quotes(string: &ExprStringLiteral) -> Range<usize> {
    let range = bytes(string.range);
    let mut parts = string.value.iter();
    match (parts.next(), parts.next()) {
        (Some(only), None) => {
            let part = bytes(only.range);
            let start = part.start.saturating_add(only.flags.opener_len().to_usize());
            start..part.end.saturating_sub(only.flags.closer_len().to_usize()).max(start)
        }
        _ => range,
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

/// Every text of `left` with every text of `right` behind it.
fn join<'a>(
    left: &[Value<'a>],
    right: &[Value<'a>],
    separator: &str,
    range: TextRange,
) -> Vec<Value<'a>> {
    let mut values = Vec::new();
    for left in left {
        for right in right {
            values.push(match (left, right) {
                (Value::Text(left, _), Value::Text(right, _))
                    if left.len().saturating_add(right.len()) < LONGEST =>
                {
                    Value::Text(format!("{left}{separator}{right}"), bytes(range))
                }
                _ => Value::Unknown,
            });
            if values.len() >= CANDIDATES {
                return values;
            }
        }
    }
    values
}

/// `None` beside something else says nothing: `model: str = None`, `model or "…"`.
fn without_nothing(values: Vec<Value<'_>>) -> Vec<Value<'_>> {
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

/// Whether a name is what programs call their parsed arguments.
fn is_arguments(expr: &Expr) -> bool {
    let name = match expr {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    matches!(name, "args" | "opt" | "opts" | "options" | "flags" | "FLAGS" | "hparams" | "params")
        || name.ends_with("_args")
}

fn is_plain_type(path: &str) -> bool {
    path.starts_with("typing.") || path.starts_with("pathlib.") || path.starts_with("os.")
}

/// The index that a subscript means in a list of this length.
fn index(key: &Expr, length: usize) -> Option<usize> {
    let number = |expr: &Expr| match expr {
        Expr::NumberLiteral(number) => number.value.as_int().and_then(|int| int.as_usize()),
        _ => None,
    };
    match key {
        Expr::UnaryOp(negated) => length.checked_sub(number(&negated.operand)?),
        key => number(key),
    }
}
