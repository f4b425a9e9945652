//! Attributes, arguments, and what calls give.

use rustpython_ruff_python_ast::{Expr, ExprCall};

use super::scopes::{Binding, ScopeId, ScopeKind, elements, literal};
use super::values::{CANDIDATES, Resolver, Value, without_nothing};

impl<'a> Resolver<'_, 'a> {
    pub(super) fn attribute(
        &self,
        object: &'a Expr,
        name: &str,
        scope: ScopeId,
        depth: u8,
    ) -> Vec<Value<'a>> {
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
    pub(super) fn member(&self, class: ScopeId, name: &str, depth: u8) -> Vec<Value<'a>> {
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
    pub(super) fn argument(&self, name: &str, depth: u8) -> Vec<Value<'a>> {
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

    pub(super) fn call(&self, call: &'a ExprCall, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
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
    pub(super) fn made(
        &self,
        path: &str,
        call: &'a ExprCall,
        scope: ScopeId,
        depth: u8,
    ) -> Vec<Value<'a>> {
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
    pub(super) fn field(&self, call: &'a ExprCall, class: ScopeId, depth: u8) -> Vec<Value<'a>> {
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
}

/// Whether a name is what programs call their parsed arguments.
pub(super) fn is_arguments(expr: &Expr) -> bool {
    let name = match expr {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    matches!(name, "args" | "opt" | "opts" | "options" | "flags" | "FLAGS" | "hparams" | "params")
        || name.ends_with("_args")
}

pub(super) fn is_plain_type(path: &str) -> bool {
    path.starts_with("typing.") || path.starts_with("pathlib.") || path.starts_with("os.")
}
