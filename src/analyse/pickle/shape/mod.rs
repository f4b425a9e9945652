//! How known callables are called by the libraries that pickle them.
//!
//! Allowing a name allows importing it; whether a call of it is the one that its own writers emit
//! is a fact about the bytes, established here. A departure says why it is not.

mod builtins;
mod libraries;
mod numpy;
pub(in crate::analyse) mod torch;

use super::objects::Objects;
use super::value::{Kind, Value};

/// Checks the arguments of a call; `Err` says how they depart.
pub(super) type Shape = fn(&Objects<'_>, Value) -> Result<(), String>;

/// The shape of a callable's calls, if its writers are known.
pub(super) fn of(global: &str) -> Option<Shape> {
    builtins::of(global)
        .or_else(|| numpy::of(global))
        .or_else(|| torch::of(global))
        .or_else(|| libraries::of(global))
}

/// Whether a callable reads one of its arguments as a pickle or program of its own.
pub(super) fn is_loader(global: &str) -> bool {
    matches!(
        global,
        "pickle.loads"
            | "pickle.load"
            | "pickle._loads"
            | "pickle._load"
            | "pickle.Unpickler"
            | "pickle._Unpickler"
            | "_pickle.loads"
            | "_pickle.load"
            | "_pickle.Unpickler"
            | "dill.loads"
            | "dill.load"
            | "dill._dill.loads"
            | "cloudpickle.loads"
            | "cloudpickle.load"
            | "cloudpickle.cloudpickle.loads"
            | "joblib.load"
            | "joblib.numpy_pickle.load"
            | "marshal.loads"
            | "torch.load"
            | "torch.serialization.load"
            | "torch.storage._load_from_bytes"
            | "numpy.load"
            | "pandas.read_pickle"
            | "pandas.io.pickle.read_pickle"
            | "keras.src.saving.pickle_utils.deserialize_model_from_bytecode"
    )
}

/// Whether instances of a callable are filled by `SETITEM(S)`, `APPEND(S)` or `ADDITEMS`.
///
/// With `constructed` the callee is a class by the opcode's own rule. Tensor libraries' classes
/// are no containers: filling one is the type confusion of CVE-2026-24747.
pub(super) fn is_container(callee: &str, constructed: bool) -> bool {
    match callee {
        "collections.OrderedDict"
        | "collections.Counter"
        | "collections.defaultdict"
        | "collections.deque"
        | "collections.UserDict"
        | "collections.UserList"
        | "builtins.dict"
        | "builtins.list"
        | "builtins.set"
        | "builtins.bytearray"
        | "array.array" => true,
        _ if callee.starts_with("torch.") || callee.starts_with("numpy.") => false,
        // A class of somebody else's that derives from a container.
        _ => {
            let name = callee.rsplit('.').next().unwrap_or(callee);
            constructed || name.starts_with(|c: char| c.is_ascii_uppercase())
        }
    }
}

/// State keys of a `BUILD` that change how the object behaves, or that are no constant text.
pub(super) fn odd_state_keys(objects: &Objects<'_>, state: Value) -> Vec<String> {
    let mut odd = Vec::new();
    let mut parts = vec![state];
    // (dict state, slot state)
    if let Some([dict, slots]) = objects.tuple(state)
        && (objects.kind(*slots) == Some(Kind::Dict) || *slots == Value::None)
        && (objects.kind(*dict) == Some(Kind::Dict) || *dict == Value::None)
    {
        parts = vec![*dict, *slots];
    }
    for part in parts {
        if objects.kind(part) != Some(Kind::Dict) {
            continue;
        }
        for pair in objects.items(part).unwrap_or(&[]).chunks(2) {
            let Some(key) = pair.first() else { continue };
            match objects.text(*key) {
                Some(text) if is_dunder(text) && !is_harmless(text) => odd.push(text.to_owned()),
                Some(_) => {}
                // Numbers and tuples as keys are the state of a class with its own __setstate__.
                None if objects.is_literal(*key) => {}
                None => odd.push(objects.describe(*key)),
            }
        }
    }
    odd.dedup();
    odd.truncate(8);
    odd
}

fn is_dunder(name: &str) -> bool {
    name.len() > 4 && name.starts_with("__") && name.ends_with("__")
}

/// Attributes that instances carry and that nothing calls: documentation, and what `typing` and
/// `pydantic` put there.
fn is_harmless(name: &str) -> bool {
    matches!(
        name,
        "__doc__"
            | "__orig_class__"
            | "__pydantic_fields_set__"
            | "__pydantic_extra__"
            | "__pydantic_private__"
            | "__fields_set__"
            | "__private_attribute_values__"
    )
}

// What shapes are made of.

fn arguments<'a>(objects: &Objects<'a>, value: Value) -> Result<&'a [Value], String> {
    objects.tuple(value).ok_or_else(|| "its arguments are not constant".to_owned())
}

/// Whether a value is no bare import and not unknown: a literal, or the result of a call that is
/// judged by itself.
fn is_data(objects: &Objects<'_>, value: Value) -> bool {
    objects.is_literal(value)
        || objects.call(value).is_some()
        || objects.persistent(value).is_some()
}

/// All arguments are data, at most `most` of them.
fn data(objects: &Objects<'_>, value: Value, most: usize) -> Result<(), String> {
    let items = arguments(objects, value)?;
    if items.len() > most {
        return Err(format!("it takes at most {most} arguments, here are {}", items.len()));
    }
    match items.iter().find(|item| !is_data(objects, **item)) {
        Some(item) => Err(format!("{} is no plain value", objects.describe(*item))),
        None => Ok(()),
    }
}

/// Bytes as any protocol writes them.
fn is_bytes(objects: &Objects<'_>, value: Value) -> bool {
    matches!(objects.kind(value), Some(Kind::Bytes | Kind::ByteArray | Kind::NativeStr))
        || objects.call(value).is_some_and(|call| {
            matches!(call.callee, "_codecs.encode" | "builtins.bytes" | "builtins.bytearray")
        })
}
