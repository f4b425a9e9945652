//! What shapes are made of.

use crate::analyse::pickle::objects::Objects;
use crate::analyse::pickle::value::{Kind, Value};

/// Checks the arguments of a call; `Err` says how they depart.
pub(in crate::analyse::pickle) type Shape = fn(&Objects<'_>, Value) -> Result<(), String>;

pub(super) fn arguments<'a>(objects: &Objects<'a>, value: Value) -> Result<&'a [Value], String> {
    objects.tuple(value).ok_or_else(|| "its arguments are not constant".to_owned())
}

/// Whether a value is no bare import and not unknown: a literal, or the result of a call that is
/// judged by itself.
pub(super) fn is_data(objects: &Objects<'_>, value: Value) -> bool {
    objects.is_literal(value)
        || objects.call(value).is_some()
        || objects.persistent(value).is_some()
}

/// All arguments are data, at most `most` of them.
pub(super) fn data(objects: &Objects<'_>, value: Value, most: usize) -> Result<(), String> {
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
pub(super) fn is_bytes(objects: &Objects<'_>, value: Value) -> bool {
    matches!(objects.kind(value), Some(Kind::Bytes | Kind::ByteArray | Kind::NativeStr))
        || objects.call(value).is_some_and(|call| {
            matches!(call.callee, "_codecs.encode" | "builtins.bytes" | "builtins.bytearray")
        })
}
