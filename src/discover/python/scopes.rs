//! What every name of a source is bound to: all bindings of a scope, in the order written, whatever
//! the flow of control. A name that is bound twice may mean either.

use std::collections::HashMap;

use rustpython_ruff_python_ast::visitor::{self, Visitor};
use rustpython_ruff_python_ast::{
    Alias, Decorator, Expr, ExprCall, ModModule, Parameters, Stmt, StmtClassDef, StmtFunctionDef,
};
use rustpython_ruff_text_size::TextRange;

/// A scope by its number; 0 is the module.
pub(super) type ScopeId = usize;

/// What a name may stand for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Binding<'a> {
    /// `name = value`, `with value as name`.
    Value(&'a Expr),
    /// One of the things that `for name in value` goes through: which part of each, if it is taken
    /// apart.
    Element(&'a Expr, Option<usize>),
    /// A part of a value: `name, other = value`.
    Part(&'a Expr, usize),
    /// `import a.b as name`, `from a import b as name`: module, and the name in it.
    Import(&'a str, Option<&'a str>),
    /// `from .a import b`: the project's own.
    Own,
    /// A class of this source.
    Class(ScopeId),
    /// A function of this source.
    Function(ScopeId),
    /// A parameter, with the annotation of its type.
    Parameter { default: Option<&'a Expr>, annotation: Option<&'a Expr> },
    /// Annotated and not assigned.
    Annotated(&'a Expr),
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function,
}

/// A module, class or function.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) kind: ScopeKind,
    pub(super) parent: Option<ScopeId>,
    pub(super) names: HashMap<&'a str, Vec<Binding<'a>>>,
    /// Of a class: what its methods assign to `self.name`, and where.
    pub(super) attributes: HashMap<&'a str, Vec<(&'a Expr, ScopeId)>>,
    /// Of a class: what it derives from.
    pub(super) bases: &'a [Expr],
    /// Of a method: what it calls the object.
    receiver: Option<&'a str>,
    /// Of a function: what it returns.
    pub(super) returns: Vec<&'a Expr>,
}

/// All scopes of a source.
#[derive(Debug)]
pub(super) struct Scopes<'a> {
    pub(super) all: Vec<Scope<'a>>,
    /// Functions and classes by their ranges.
    by_range: HashMap<TextRange, ScopeId>,
    /// Defaults of `add_argument("--name", default=…)` by the name of the attribute.
    pub(super) arguments: HashMap<String, Vec<(&'a Expr, ScopeId)>>,
    /// Modules that are imported whole: `from a import *`.
    pub(super) wildcards: Vec<&'a str>,
}

impl<'a> Scopes<'a> {
    /// The scope that a function or class opens.
    pub(super) fn of(&self, range: TextRange) -> Option<ScopeId> {
        self.by_range.get(&range).copied()
    }

    /// The class in which a scope stands, the nearest one.
    pub(super) fn class_of(&self, mut scope: ScopeId) -> Option<ScopeId> {
        loop {
            let here = self.all.get(scope)?;
            if here.kind == ScopeKind::Class {
                return Some(scope);
            }
            scope = here.parent?;
        }
    }

    /// Whether `name` is the object itself in this scope.
    pub(super) fn is_receiver(&self, name: &str, mut scope: ScopeId) -> bool {
        while let Some(here) = self.all.get(scope) {
            if here.receiver == Some(name) {
                return true;
            }
            match here.parent {
                Some(parent) => scope = parent,
                None => break,
            }
        }
        false
    }

    /// What a name is bound to as seen from a scope, and the scope in which that is written.
    pub(super) fn lookup(&self, name: &str, from: ScopeId) -> Option<(&[Binding<'a>], ScopeId)> {
        let mut scope = from;
        loop {
            let here = self.all.get(scope)?;
            // The names of a class are not seen from its methods.
            let visible = here.kind != ScopeKind::Class || scope == from;
            if visible && let Some(bindings) = here.names.get(name) {
                return Some((bindings, scope));
            }
            scope = here.parent?;
        }
    }
}

/// Collects the scopes of a module.
pub(super) fn collect(module: &ModModule) -> Scopes<'_> {
    let scopes = Scopes {
        all: vec![Scope::new(ScopeKind::Module, None)],
        by_range: HashMap::new(),
        arguments: HashMap::new(),
        wildcards: Vec::new(),
    };
    let mut collector = Collector { scopes, current: 0 };
    collector.visit_body(&module.body);
    collector.scopes
}

impl Scope<'_> {
    fn new(kind: ScopeKind, parent: Option<ScopeId>) -> Self {
        Self {
            kind,
            parent,
            names: HashMap::new(),
            attributes: HashMap::new(),
            bases: &[],
            receiver: None,
            returns: Vec::new(),
        }
    }
}

struct Collector<'a> {
    scopes: Scopes<'a>,
    current: ScopeId,
}

impl<'a> Collector<'a> {
    fn bind(&mut self, name: &'a str, binding: Binding<'a>) {
        if let Some(scope) = self.scopes.all.get_mut(self.current) {
            scope.names.entry(name).or_default().push(binding);
        }
    }

    fn open(&mut self, kind: ScopeKind, range: TextRange) -> ScopeId {
        let id = self.scopes.all.len();
        self.scopes.all.push(Scope::new(kind, Some(self.current)));
        self.scopes.by_range.insert(range, id);
        id
    }

    /// Binds what stands left of `=` to what stands right of it.
    fn assign(&mut self, target: &'a Expr, value: &'a Expr) {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), Binding::Value(value)),
            Expr::Attribute(attribute) => {
                let Expr::Name(object) = &*attribute.value else { return };
                if !self.scopes.is_receiver(object.id.as_str(), self.current) {
                    return;
                }
                let (scope, class) = (self.current, self.scopes.class_of(self.current));
                if let Some(class) = class.and_then(|class| self.scopes.all.get_mut(class)) {
                    let values = class.attributes.entry(attribute.attr.as_str()).or_default();
                    values.push((value, scope));
                }
            }
            Expr::Tuple(_) | Expr::List(_) => {
                let parts = elements(target).unwrap_or_default();
                let values = elements(value).filter(|values| values.len() == parts.len());
                for (index, part) in parts.iter().enumerate() {
                    match (part, values.and_then(|values| values.get(index))) {
                        (Expr::Name(_) | Expr::Attribute(_), Some(value)) => {
                            self.assign(part, value);
                        }
                        (Expr::Name(name), None) => {
                            self.bind(name.id.as_str(), Binding::Part(value, index));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Binds what a loop gives values to.
    fn iterate(&mut self, target: &'a Expr, through: &'a Expr) {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), Binding::Element(through, None)),
            Expr::Tuple(_) | Expr::List(_) => {
                for (index, part) in elements(target).unwrap_or_default().iter().enumerate() {
                    if let Expr::Name(name) = part {
                        let binding = Binding::Element(through, Some(index));
                        self.bind(name.id.as_str(), binding);
                    }
                }
            }
            _ => {}
        }
    }

    fn import(&mut self, alias: &'a Alias) {
        let module = alias.name.as_str();
        match &alias.asname {
            Some(name) => self.bind(name.as_str(), Binding::Import(module, None)),
            None => {
                // `import a.b` binds `a`.
                let first = module.split('.').next().unwrap_or(module);
                self.bind(first, Binding::Import(first, None));
            }
        }
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        let id = self.open(ScopeKind::Function, function.range);
        self.bind(function.name.as_str(), Binding::Function(id));
        for decorator in &function.decorator_list {
            self.visit_decorator(decorator);
        }
        self.visit_parameters(&function.parameters);
        let in_class = self.scopes.all.get(self.current).map(|scope| scope.kind);
        let outer = std::mem::replace(&mut self.current, id);
        let is_static = function.decorator_list.iter().any(|decorator| {
            matches!(&decorator.expression, Expr::Name(name) if name.id == "staticmethod")
        });
        let receiver = parameters(&function.parameters)
            .next()
            .map(|(name, ..)| name)
            .filter(|_| in_class == Some(ScopeKind::Class) && !is_static);
        if let Some(scope) = self.scopes.all.get_mut(id) {
            scope.receiver = receiver;
        }
        for (name, default, annotation) in parameters(&function.parameters) {
            if Some(name) == receiver {
                continue;
            }
            let declared = option_default(&function.decorator_list, name);
            let default = default.or(declared);
            self.bind(name, Binding::Parameter { default, annotation });
        }
        self.visit_body(&function.body);
        self.current = outer;
    }

    fn class(&mut self, class: &'a StmtClassDef) {
        let id = self.open(ScopeKind::Class, class.range);
        self.bind(class.name.as_str(), Binding::Class(id));
        if let Some(scope) = self.scopes.all.get_mut(id) {
            scope.bases = class.arguments.as_ref().map_or(&[], |arguments| &arguments.args);
        }
        let outer = std::mem::replace(&mut self.current, id);
        self.visit_body(&class.body);
        self.current = outer;
    }

    /// `parser.add_argument("--model-name", "-m", default="…")`
    fn argument(&mut self, call: &'a ExprCall) {
        let Expr::Attribute(method) = &*call.func else { return };
        if method.attr.as_str() != "add_argument" {
            return;
        }
        let keyword = |name: &str| {
            call.arguments.keywords.iter().find(|keyword| {
                keyword.arg.as_ref().is_some_and(|argument| argument.as_str() == name)
            })
        };
        let flags = call.arguments.args.iter().filter_map(literal);
        let long = flags.clone().find(|flag| flag.starts_with("--"));
        let name = keyword("dest")
            .and_then(|keyword| literal(&keyword.value))
            .or_else(|| long.or_else(|| flags.clone().next()));
        let (Some(name), Some(default)) = (name, keyword("default")) else { return };
        let name = name.trim_start_matches('-').replace('-', "_");
        let values = self.scopes.arguments.entry(name).or_default();
        values.push((&default.value, self.current));
    }
}

impl<'a> Visitor<'a> for Collector<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => return self.function(function),
            Stmt::ClassDef(class) => return self.class(class),
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assign(target, &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => match (&assign.value, &*assign.target) {
                (Some(value), target) => self.assign(target, value),
                (None, Expr::Name(name)) => {
                    self.bind(name.id.as_str(), Binding::Annotated(&assign.annotation));
                }
                (None, _) => {}
            },
            Stmt::For(each) => self.iterate(&each.target, &each.iter),
            Stmt::With(with) => {
                for item in &with.items {
                    if let Some(target) = &item.optional_vars {
                        self.assign(target, &item.context_expr);
                    }
                }
            }
            Stmt::Return(returned) => {
                if let Some(value) = &returned.value
                    && let Some(scope) = self.scopes.all.get_mut(self.current)
                {
                    scope.returns.push(value);
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.import(alias);
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    let name = alias.name.as_str();
                    if name == "*" {
                        self.scopes.wildcards.push(module);
                        continue;
                    }
                    let bound = alias.asname.as_ref().map_or(name, |bound| bound.as_str());
                    let binding = if import.level > 0 {
                        Binding::Own
                    } else {
                        Binding::Import(module, Some(name))
                    };
                    self.bind(bound, binding);
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Named(named) => self.assign(&named.target, &named.value),
            Expr::Call(call) => self.argument(call),
            Expr::ListComp(comprehension) => {
                for each in &comprehension.generators {
                    self.iterate(&each.target, &each.iter);
                }
            }
            Expr::SetComp(comprehension) => {
                for each in &comprehension.generators {
                    self.iterate(&each.target, &each.iter);
                }
            }
            Expr::DictComp(comprehension) => {
                for each in &comprehension.generators {
                    self.iterate(&each.target, &each.iter);
                }
            }
            Expr::Generator(comprehension) => {
                for each in &comprehension.generators {
                    self.iterate(&each.target, &each.iter);
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// The elements of a list or tuple that is written out.
pub(super) fn elements(expr: &Expr) -> Option<&[Expr]> {
    match expr {
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::List(list) => Some(&list.elts),
        Expr::Set(set) => Some(&set.elts),
        _ => None,
    }
}

/// The text of a string that is written out.
pub(super) fn literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::StringLiteral(string) => Some(string.value.to_str()),
        _ => None,
    }
}

/// Names, defaults and annotations.
fn parameters(
    parameters: &Parameters,
) -> impl Iterator<Item = (&str, Option<&Expr>, Option<&Expr>)> {
    parameters.iter_non_variadic_params().map(|parameter| {
        let annotation = parameter.parameter.annotation.as_deref();
        (parameter.parameter.name.as_str(), parameter.default.as_deref(), annotation)
    })
}

/// The default that a decorator declares for a parameter: `@click.option("--model", default="…")`.
fn option_default<'a>(decorators: &'a [Decorator], parameter: &str) -> Option<&'a Expr> {
    decorators.iter().find_map(|decorator| {
        let Expr::Call(call) = &decorator.expression else { return None };
        let Expr::Attribute(method) = &*call.func else { return None };
        if !matches!(method.attr.as_str(), "option" | "argument") {
            return None;
        }
        let names = call.arguments.args.iter().filter_map(literal);
        let named = names.map(|name| name.trim_start_matches('-').replace('-', "_"));
        named.into_iter().any(|name| name == parameter).then(|| {
            let keywords = call.arguments.keywords.iter();
            let default = keywords.clone().find(|keyword| {
                keyword.arg.as_ref().is_some_and(|name| name.as_str() == "default")
            });
            default.map(|keyword| &keyword.value)
        })?
    })
}
