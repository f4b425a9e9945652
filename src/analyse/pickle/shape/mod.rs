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

/// What is checked of a callable's calls, whatever a policy says of them.
pub(super) fn of(global: &str) -> Option<Shape> {
    known_of(global).or_else(|| builtins::plain_of(global))
}

/// Whether that is all that there is to check.
pub(super) fn is_known(global: &str) -> bool {
    known_of(global).is_some()
}

/// The shape of a callable's calls, if its writers are known.
fn known_of(global: &str) -> Option<Shape> {
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
