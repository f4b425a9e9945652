//! Built-in types, `copyreg`, `collections` and other classes of the standard library.

use super::parts::{Shape, arguments, data, is_bytes, is_data};
use crate::analyse::pickle::objects::Objects;
use crate::analyse::pickle::value::{Kind, Value};

pub(super) fn of(global: &str) -> Option<Shape> {
    Some(match global {
        "_codecs.encode" => encode,
        "builtins.bytearray" => bytearray,
        "builtins.bytes" => bytes,
        "builtins.object" => object,
        "copyreg._reconstructor" => reconstructor,
        "collections.defaultdict" => defaultdict,
        _ => return None,
    })
}

/// Classes whose instances are made of plain values, how many of which the policy says.
pub(super) fn plain_of(global: &str) -> Option<Shape> {
    Some(match global {
        "builtins.set"
        | "builtins.frozenset"
        | "builtins.list"
        | "builtins.dict"
        | "builtins.tuple"
        | "builtins.int"
        | "builtins.float"
        | "builtins.str"
        | "builtins.bool"
        | "builtins.complex"
        | "builtins.slice"
        | "builtins.range"
        | "collections.OrderedDict"
        | "collections.Counter"
        | "collections.deque"
        | "datetime.timedelta"
        | "datetime.date"
        | "datetime.time"
        | "datetime.datetime"
        | "datetime.timezone"
        | "decimal.Decimal"
        | "fractions.Fraction"
        | "uuid.UUID" => plain,
        "pathlib.PosixPath"
        | "pathlib.PurePosixPath"
        | "pathlib.WindowsPath"
        | "pathlib.PureWindowsPath"
        | "pathlib.Path"
        | "pathlib.PurePath"
        | "pathlib._local.PosixPath"
        | "pathlib._local.PurePosixPath"
        | "pathlib._local.WindowsPath"
        | "pathlib._local.PureWindowsPath" => path,
        _ => return None,
    })
}

/// Protocols below 3 write bytes as `_codecs.encode(text, 'latin1')`.
fn encode(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [text, codec] => {
            if objects.kind(*text).is_none_or(|kind| kind != Kind::Str && kind != Kind::NativeStr) {
                return Err("what it encodes is not constant text".to_owned());
            }
            match objects.text(*codec) {
                Some("latin1" | "latin-1") => Ok(()),
                _ => Err(format!("pickles encode as latin1, here {}", objects.describe(*codec))),
            }
        }
        _ => Err("it takes a text and 'latin1'".to_owned()),
    }
}

fn bytearray(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [] => Ok(()),
        [bytes] if is_bytes(objects, *bytes) => Ok(()),
        [text, codec]
            if objects.text(*codec).is_some_and(|codec| matches!(codec, "latin-1" | "latin1"))
                && objects.is_literal(*text) =>
        {
            Ok(())
        }
        _ => Err("it takes bytes, or a text and 'latin-1'".to_owned()),
    }
}

fn object(_objects: &Objects<'_>, _value: Value) -> Result<(), String> {
    Err("pickles name it as a base class and never call it".to_owned())
}

/// `(class, base, state)`, the base being a built-in type.
fn reconstructor(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    let [class, base, state] = arguments(objects, value)? else {
        return Err("it takes a class, its base and a state".to_owned());
    };
    if objects.global(*class).is_none() {
        return Err("its class is no import".to_owned());
    }
    match objects.global(*base) {
        Some("builtins.object") if *state == Value::None => Ok(()),
        Some("builtins.object") => Err("an object's state goes with BUILD".to_owned()),
        Some(
            "builtins.dict" | "builtins.list" | "builtins.tuple" | "builtins.set"
            | "builtins.frozenset" | "builtins.int" | "builtins.float" | "builtins.str"
            | "builtins.bytes" | "builtins.complex",
        ) if is_data(objects, *state) => Ok(()),
        _ => Err(format!("{} is no built-in base class", objects.describe(*base))),
    }
}

/// The factory is called for every missing key.
fn defaultdict(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [] | [Value::None] => Ok(()),
        [factory] => match objects.global(*factory) {
            Some(
                "builtins.list"
                | "builtins.dict"
                | "builtins.set"
                | "builtins.int"
                | "builtins.float"
                | "builtins.str"
                | "builtins.bool"
                | "collections.OrderedDict"
                | "collections.Counter",
            ) => Ok(()),
            _ => Err(format!("{} is called for missing keys", objects.describe(*factory))),
        },
        _ => Err("it takes a factory at most".to_owned()),
    }
}

/// Protocols below 3 write empty bytes as a call without arguments.
fn bytes(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [number] if objects.integer(*number).is_some() => {
            Err("a number makes that many zeros".to_owned())
        }
        _ => plain(objects, value),
    }
}

fn plain(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    data(objects, value, 16)
}

fn path(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    data(objects, value, 256)
}
