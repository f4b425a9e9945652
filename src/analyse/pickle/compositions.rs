//! Calls by which pickles spell values: what they mean instead of what they are.
//!
//! Real estimators hold functions, and Python writes many of them as calls: a bound method is
//! `getattr(object, "name")`, `NoneType` is `type(None)`, `partial` is a call of itself. As calls
//! they are the means of every attack; as what they mean they are an attribute with a name of its
//! own, a function with data beside it, or a constant. A use that is followed so is no call. Any
//! other use (arguments that are not constant, a dunder, the name held as a value) is what it was,
//! and the import stays what the policy says of it.

use crate::evidence::{CallOpcode, ImportOpcode, MutationOpcode, PickleFact};

use super::machine::Machine;
use super::objects::Objects;
use super::state;
use super::value::{GlobalId, Kind, Node, Value};

/// Longest name of an attribute, in bytes.
const LONGEST_NAME: usize = 128;

/// A callable whose calls spell values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Composer {
    /// `builtins.getattr(object, "name")`: a method (CPython `methodobject.c: meth_reduce`,
    /// `classobject.c: method_reduce`, `Lib/enum.py`), an unbound one too.
    Attribute,
    /// `functools.partial(f, …)` (`_functoolsmodule.c: partial_reduce`).
    Partial,
    /// `operator.itemgetter(…)`, `attrgetter(…)` (`_operator.c: itemgetter_reduce`).
    Getter,
    /// `operator.methodcaller("name", …)` (`_operator.c: methodcaller_reduce`).
    MethodCaller,
    /// `type(None)`, `type(Ellipsis)`, `type(NotImplemented)` (`Lib/pickle.py: save_type`).
    TypeOfConstant,
    /// `operator.getitem(typing.X, …)`, `types.GenericAlias(list, …)`: a type with parameters
    /// (`Lib/typing.py: _GenericAlias.__reduce__`).
    Parameters,
    /// `copyreg.__newobj__(cls, …)`: what `NEWOBJ` is for protocols that have no such opcode.
    NewObject,
}

/// The composer of that name.
pub(super) fn composer(global: &str) -> Option<Composer> {
    Some(match global {
        "builtins.getattr" => Composer::Attribute,
        "functools.partial" => Composer::Partial,
        "operator.itemgetter"
        | "operator.attrgetter"
        | "_operator.itemgetter"
        | "_operator.attrgetter" => Composer::Getter,
        "operator.methodcaller" | "_operator.methodcaller" => Composer::MethodCaller,
        "builtins.type" => Composer::TypeOfConstant,
        "operator.getitem" | "_operator.getitem" | "types.GenericAlias" => Composer::Parameters,
        "copyreg.__newobj__" => Composer::NewObject,
        _ => return None,
    })
}

/// What a composition means.
enum Meaning {
    /// The attribute `name` of an import, or of its instances.
    Attribute(GlobalId, String),
    /// A method of a literal, of that built-in type.
    OfBuiltin(&'static str, String),
    /// The value that the call makes, with no code of anybody's run.
    Data,
    /// The creation of an empty object of a class, with arguments for `__new__`.
    Created(Value, Vec<Value>),
}

impl Machine<'_> {
    /// Follows a call of a composer, if it means a value: then that is pushed and true returned.
    pub(super) fn compose(&mut self, callee: GlobalId, arguments: Value) -> Option<Value> {
        let composer = self.imports.get(callee)?.composer?;
        match meaning(&self.objects(), composer, arguments)? {
            Meaning::Attribute(base, name) => {
                let base = if composer == Composer::MethodCaller { callee } else { base };
                let attribute = self.imports.attribute(base, &name)?;
                let opcode = ImportOpcode::Reduce;
                self.recorder.attribute(&self.imports, attribute, opcode, self.protocol, self.at);
                Some(match composer {
                    Composer::MethodCaller => {
                        self.heap.call(Value::Global(callee), arguments, false)
                    }
                    _ => Value::Global(attribute),
                })
            }
            Meaning::OfBuiltin(class, name) => {
                let base = self.imports.resolve(b"builtins", class.as_bytes(), false);
                let attribute = self.imports.attribute(base, &name)?;
                let opcode = ImportOpcode::Reduce;
                self.recorder.attribute(&self.imports, attribute, opcode, self.protocol, self.at);
                Some(Value::Global(attribute))
            }
            Meaning::Data => Some(self.heap.call(Value::Global(callee), arguments, false)),
            Meaning::Created(class, rest) => {
                let through = Some("copyreg.__newobj__");
                let arguments = self.heap.container(Kind::Tuple, &rest);
                self.record_call(class, arguments, CallOpcode::Newobj, through);
                Some(self.heap.call(class, arguments, true))
            }
        }
    }

    /// Notes that a composer is used otherwise than by a call that is followed.
    pub(super) fn unfollow(&mut self, id: GlobalId) {
        if self.imports.get(id).is_some_and(|global| global.composer.is_some()) {
            self.recorder.unfollow(&self.imports, id);
        }
    }

    /// Notes composers among values that become parts of something: whoever gets that can call
    /// them.
    pub(super) fn unfollow_held(&mut self, held: std::ops::Range<usize>) {
        if !self.imports.has_composers() {
            return;
        }
        let held: Vec<GlobalId> = self
            .stack
            .get(held)
            .unwrap_or(&[])
            .iter()
            .filter_map(|value| match value {
                Value::Global(id) => Some(*id),
                _ => None,
            })
            .collect();
        for id in held {
            self.unfollow(id);
        }
    }

    /// `BUILD` of a partial: its state holds the function once more, and another one would swap it
    /// behind the back of whoever looked at the call.
    pub(super) fn build_partial(&mut self, target: Value, state: Value) {
        let objects = self.objects();
        let first =
            objects.call(target).and_then(|call| objects.tuple(call.arguments)?.first().copied());
        let same = match objects.tuple(state) {
            Some([function, arguments, keywords, attributes]) => {
                Some(*function) == first
                    && objects.kind(*arguments) == Some(Kind::Tuple)
                    && objects.kind(*keywords) == Some(Kind::Dict)
                    && (*attributes == Value::None
                        || (objects.kind(*attributes) == Some(Kind::Dict)
                            && state::odd_keys_of_dict(&objects, *attributes).is_empty()))
            }
            _ => false,
        };
        if !same {
            let target = objects.describe(target);
            let opcode = MutationOpcode::Build;
            self.recorder.fact(self.at, PickleFact::Mutation { opcode, target });
        }
    }

    /// Whether a value is a partial that was followed.
    pub(super) fn is_partial(&self, value: Value) -> bool {
        is_partial(&self.objects(), value)
    }
}

fn is_partial(objects: &Objects<'_>, value: Value) -> bool {
    objects.call(value).is_some_and(|call| call.callee == "functools.partial")
}

fn meaning(objects: &Objects<'_>, composer: Composer, arguments: Value) -> Option<Meaning> {
    let items = objects.tuple(arguments)?;
    match (composer, items) {
        (Composer::Attribute, [base, name]) => {
            let name = attribute_name(objects, *name)?;
            if let Some(class) = builtin_class(objects, *base) {
                return Some(Meaning::OfBuiltin(class, name.to_owned()));
            }
            let base = attribute_base(objects, *base, name)?;
            Some(Meaning::Attribute(base, name.to_owned()))
        }
        (Composer::Partial, [function, ..]) => match function {
            Value::Global(_) => objects.is_resolved(*function).then_some(Meaning::Data),
            _ => is_partial(objects, *function).then_some(Meaning::Data),
        },
        (Composer::Getter, [_, ..]) => items
            .iter()
            .all(|item| match objects.kind(*item) {
                Some(Kind::Int) => true,
                Some(Kind::Str | Kind::NativeStr) => objects
                    .text(*item)
                    .is_some_and(|path| path.split('.').all(|name| !is_dunder(name))),
                _ => false,
            })
            .then_some(Meaning::Data),
        (Composer::MethodCaller, [name, ..]) => {
            let name = attribute_name(objects, *name)?.to_owned();
            // The base is the composer itself: no object is known.
            Some(Meaning::Attribute(GlobalId(0), name))
        }
        (Composer::TypeOfConstant, [constant]) => (*constant == Value::None
            || matches!(
                objects.global(*constant),
                Some("builtins.Ellipsis" | "builtins.NotImplemented")
            ))
        .then_some(Meaning::Data),
        (Composer::Parameters, [generic, parameters]) => {
            let is_generic = objects.global(*generic).is_some_and(|global| {
                global.strip_prefix("typing.").is_some_and(|name| !name.contains('.'))
                    || matches!(
                        global,
                        "builtins.list"
                            | "builtins.dict"
                            | "builtins.tuple"
                            | "builtins.set"
                            | "builtins.frozenset"
                            | "builtins.type"
                    )
            });
            (is_generic && is_type(objects, *parameters, 8)).then_some(Meaning::Data)
        }
        (Composer::NewObject, [class @ Value::Global(_), rest @ ..]) => {
            Some(Meaning::Created(*class, rest.to_vec()))
        }
        _ => None,
    }
}

/// The type of a literal.
fn builtin_class(objects: &Objects<'_>, value: Value) -> Option<&'static str> {
    match value {
        Value::Bool(_) => Some("bool"),
        Value::Float => Some("float"),
        _ => objects.kind(value).map(Kind::name),
    }
}

/// Whether a value spells a type, or a tuple or list of types.
fn is_type(objects: &Objects<'_>, value: Value, levels: u32) -> bool {
    let Some(levels) = levels.checked_sub(1) else { return false };
    match objects.kind(value) {
        Some(Kind::Tuple | Kind::List) => objects.items(value).is_some_and(|items| {
            items.len() <= 64 && items.iter().all(|item| is_type(objects, *item, levels))
        }),
        _ => {
            value == Value::None
                || objects.is_resolved(value)
                || objects.call(value).is_some_and(|call| {
                    matches!(
                        composer(call.callee),
                        Some(Composer::Parameters | Composer::TypeOfConstant)
                    )
                })
        }
    }
}

fn attribute_name<'a>(objects: &Objects<'a>, name: Value) -> Option<&'a str> {
    let name = objects.text(name)?;
    let is_word = |c: char| c == '_' || c.is_alphanumeric();
    let is_name = !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(is_word);
    (is_name && !is_dunder(name)).then_some(name)
}

fn is_dunder(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__")
}

/// The import whose attribute `name` it is: a class, or the class of an instance that the pickle
/// has not given an attribute of that name.
fn attribute_base(objects: &Objects<'_>, base: Value, name: &str) -> Option<GlobalId> {
    if let Value::Global(id) = base {
        return objects.is_resolved(base).then_some(id);
    }
    let call = objects.call(base)?;
    let own = |state: Value| match objects.kind(state) {
        Some(Kind::Dict) => match objects.items(state) {
            Some(_) => objects.entry(state, name).is_some(),
            None => true,
        },
        Some(Kind::Tuple) => objects
            .tuple(state)
            .is_none_or(|parts| parts.iter().any(|part| objects.entry(*part, name).is_some())),
        Some(_) => false,
        None => state != Value::None,
    };
    if own(call.state) || objects.is_odd(base) {
        return None;
    }
    objects.class_id(base)
}

impl Objects<'_> {
    /// Whether a value is an import whose names are constant, and no composer.
    fn is_resolved(&self, value: Value) -> bool {
        let Value::Global(GlobalId(id)) = value else { return false };
        self.globals
            .get(id as usize)
            .is_some_and(|global| global.name.is_some() && global.composer.is_none())
    }

    /// The class of an instance; what a function returned is of a class that nobody knows.
    fn class_id(&self, value: Value) -> Option<GlobalId> {
        let call = self.call(value)?;
        let class = self.class(call);
        let is_named_like_one = class
            .rsplit('.')
            .next()
            .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));
        match value {
            Value::Instance(id) => is_named_like_one.then_some(id),
            _ => match self.heap.node_of(value)? {
                Node::Call { callee: Value::Global(id), arguments, constructed, .. } => {
                    if !*constructed && !is_named_like_one && class == call.callee {
                        return None;
                    }
                    match self.tuple(*arguments) {
                        Some([Value::Global(class), ..])
                            if self.global(Value::Global(*id))
                                == Some("copyreg._reconstructor") =>
                        {
                            Some(*class)
                        }
                        _ => Some(*id),
                    }
                }
                _ => None,
            },
        }
    }
}
