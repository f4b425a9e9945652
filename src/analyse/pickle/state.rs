//! Attributes that a pickle gives its objects, and those of them that are no data.
//!
//! Python and the libraries look some attributes up to find out how an object behaves:
//! `__setstate__` runs at the next `BUILD`, `__array_interface__` tells numpy which memory to
//! read, `append` is what `APPEND` calls. A pickle sets attributes by `BUILD`, by `SETITEM(S)` on
//! a mapping that answers attributes, and by dicts that it hands to constructors. Whatever way it
//! takes, such a name is a fact of its own, and so is one that is no constant.

use super::objects::Objects;
use super::value::{Kind, Value};

/// Keys of one state that are told.
const TOLD: usize = 8;

/// Whether a pair of a dict sets an attribute that is no data, if the dict becomes a state.
pub(super) fn is_odd(objects: &Objects<'_>, key: Value, value: Value) -> bool {
    match objects.kind(key) {
        Some(Kind::Str | Kind::NativeStr | Kind::Bytes) => match objects.bytes(key) {
            Some(name) => is_odd_name(name, objects, value),
            // Longer than any name that is looked up.
            None => matches!(key, Value::Forgotten(_)),
        },
        // Numbers and tuples as keys are the state of a class with its own `__setstate__`.
        Some(_) => false,
        None => !objects.is_literal(key),
    }
}

fn is_odd_name(name: &[u8], objects: &Objects<'_>, value: Value) -> bool {
    match name {
        // What the opcodes call on anything but a list or a set. A flag of that name is data.
        b"append" | b"extend" | b"add" => !objects.is_literal(value),
        // `statsmodels.base.data.ModelData.__setstate__` evaluates the formula beside it as Python.
        b"restore_design_info" => true,
        // Its results take a formula from there when they predict; a design is no text.
        b"design_info" | b"model_spec" => {
            matches!(objects.kind(value), Some(Kind::Str | Kind::NativeStr | Kind::Bytes))
        }
        [b'_', b'_', .., b'_', b'_'] => {
            std::str::from_utf8(name).is_ok_and(|name| is_looked_up(name, objects, value))
        }
        _ => false,
    }
}

/// Whether Python or a library looks up this attribute to find out how an object behaves.
fn is_looked_up(name: &str, objects: &Objects<'_>, value: Value) -> bool {
    let Some(word) = name.strip_prefix("__").and_then(|name| name.strip_suffix("__")) else {
        return false;
    };
    match word {
        // Harmless as long as they are words.
        "name" | "qualname" | "module" => !objects.is_literal(value),
        _ => {
            SPECIAL.binary_search(&word).is_ok()
                || PROTOCOLS.iter().any(|protocol| word.starts_with(protocol))
        }
    }
}

/// Beginnings of the names by which libraries ask an object for its behaviour or its memory:
/// numpy and PyTorch (`__array_interface__`, `__torch_function__`, `__cuda_array_interface__`),
/// Arrow and the data frame protocol, scikit-learn (`__sklearn_clone__`), pandas, pydantic's
/// schemas, buffers.
const PROTOCOLS: [&str; 14] = [
    "array",
    "arrow",
    "buffer",
    "coerce",
    "cuda",
    "dask",
    "dataframe",
    "dlpack",
    "get_pydantic",
    "hip",
    "jax",
    "pandas",
    "sklearn",
    "torch",
];

/// The words between the underscores of the names that Python looks up: the data model
/// (reference, chapter 3.3), the protocols of `pickle`, `copy`, `inspect`, `typing`, `enum` and
/// `dataclasses`, and the internals of functions, classes and frames. Sorted.
const SPECIAL: &[&str] = &[
    "abs",
    "abstractmethods",
    "add",
    "aenter",
    "aexit",
    "aiter",
    "alloc",
    "and",
    "anext",
    "annotate",
    "annotations",
    "args",
    "attrs_attrs",
    "await",
    "base",
    "bases",
    "basicsize",
    "bool",
    "build_class",
    "builtins",
    "bytes",
    "call",
    "callback",
    "cause",
    "ceil",
    "class",
    "class_getitem",
    "classcell",
    "closure",
    "code",
    "complex",
    "concat",
    "contains",
    "context",
    "copy",
    "dataclass_fields",
    "dataclass_params",
    "debug",
    "deepcopy",
    "defaults",
    "del",
    "delattr",
    "delete",
    "delitem",
    "delslice",
    "dict",
    "dictoffset",
    "dir",
    "divmod",
    "enter",
    "eq",
    "exit",
    "file",
    "flags",
    "float",
    "floor",
    "floordiv",
    "format",
    "fspath",
    "func",
    "future",
    "ge",
    "get",
    "getattr",
    "getattribute",
    "getformat",
    "getinitargs",
    "getitem",
    "getnewargs",
    "getnewargs_ex",
    "getslice",
    "getstate",
    "globals",
    "gt",
    "hash",
    "hex",
    "iadd",
    "iand",
    "iconcat",
    "ifloordiv",
    "ilshift",
    "imatmul",
    "imod",
    "import",
    "imul",
    "index",
    "init",
    "init_subclass",
    "instancecheck",
    "int",
    "inv",
    "invert",
    "ior",
    "ipow",
    "irshift",
    "isabstractmethod",
    "isub",
    "itemsize",
    "iter",
    "itruediv",
    "ixor",
    "jit_unused_properties",
    "kwdefaults",
    "le",
    "len",
    "length_hint",
    "loader",
    "long",
    "lshift",
    "lt",
    "main",
    "match_args",
    "matmul",
    "members",
    "metaclass",
    "missing",
    "mod",
    "mro",
    "mro_entries",
    "mul",
    "ne",
    "neg",
    "new",
    "next",
    "nonzero",
    "objclass",
    "oct",
    "or",
    "origin",
    "package",
    "parameters",
    "path",
    "pos",
    "post_init",
    "pow",
    "prepare",
    "radd",
    "rand",
    "rdivmod",
    "reduce",
    "reduce_ex",
    "release_buffer",
    "replace",
    "repr",
    "reversed",
    "rfloordiv",
    "rlshift",
    "rmatmul",
    "rmod",
    "rmul",
    "ror",
    "round",
    "rpow",
    "rrshift",
    "rshift",
    "rsub",
    "rtruediv",
    "rxor",
    "self",
    "self_class",
    "set",
    "set_name",
    "setattr",
    "setformat",
    "setitem",
    "setslice",
    "setstate",
    "signature",
    "sizeof",
    "slots",
    "spec",
    "static_attributes",
    "str",
    "sub",
    "subclasscheck",
    "subclasses",
    "subclasshook",
    "suppress_context",
    "text_signature",
    "thisclass",
    "traceback",
    "truediv",
    "trunc",
    "type_params",
    "typing_subst",
    "typing_unpacked_tuple_args",
    "unicode",
    "unpacked",
    "vectorcalloffset",
    "weakref",
    "weakrefoffset",
    "wrapped",
    "xor",
];

/// The attributes of a `BUILD`'s state that are no data: their names, or what stands in the
/// place of a name.
///
/// A state is a dict, or a tuple of two of which one is for `__dict__` and one for slots
/// (`load_build`). An instance of a class that derives from `dict` serves as well.
pub(super) fn odd_keys(objects: &Objects<'_>, state: Value) -> Vec<String> {
    let mut odd = match objects.tuple(state) {
        Some([dict, slots])
            if is_dict_or_none(objects, *dict) && is_dict_or_none(objects, *slots) =>
        {
            let mut odd = odd_keys_of_dict(objects, *dict);
            odd.append(&mut odd_keys_of_dict(objects, *slots));
            odd
        }
        _ => odd_keys_of_dict(objects, state),
    };
    odd.dedup();
    odd.truncate(TOLD);
    odd
}

fn is_dict_or_none(objects: &Objects<'_>, value: Value) -> bool {
    match objects.kind(value) {
        Some(kind) => kind == Kind::Dict,
        None => {
            matches!(value, Value::None | Value::Instance(_) | Value::Unknown)
                || objects.call(value).is_some()
        }
    }
}

/// The same of a dict alone.
pub(super) fn odd_keys_of_dict(objects: &Objects<'_>, dict: Value) -> Vec<String> {
    if matches!(dict, Value::Unknown | Value::Forgotten(Kind::Dict)) {
        return vec![objects.describe(dict)];
    }
    if let Some(call) = objects.call(dict) {
        // What a mapping's constructor was given is not followed key by key; a factory (of a
        // defaultdict) is no key.
        let has_items = is_mapping(objects.class(call))
            && match objects.tuple(call.arguments) {
                Some(arguments) => arguments.iter().any(|item| objects.global(*item).is_none()),
                None => true,
            };
        let odd = has_items || objects.is_odd(dict);
        return if odd { vec![objects.describe(dict)] } else { Vec::new() };
    }
    if objects.kind(dict) != Some(Kind::Dict) || !objects.is_odd(dict) {
        return Vec::new();
    }
    let pairs = objects.kept_items(dict).chunks_exact(2).filter_map(|pair| match pair {
        [key, value] if is_odd(objects, *key, *value) => Some(match objects.text(*key) {
            Some(name) => name.to_owned(),
            None => objects.describe(*key),
        }),
        _ => None,
    });
    let mut odd: Vec<String> = pairs.take(TOLD).collect();
    if odd.is_empty() {
        // It stands behind those that are kept.
        odd.push("<one of many>".to_owned());
    }
    odd
}

/// Classes whose instances `BUILD` takes for a dict.
fn is_mapping(class: &str) -> bool {
    matches!(
        class,
        "collections.OrderedDict"
            | "collections.defaultdict"
            | "collections.Counter"
            | "builtins.dict"
    )
}

/// Whether items of a class's instances are never attributes of theirs.
pub(super) fn keeps_items_apart(class: &str) -> bool {
    is_mapping(class) || matches!(class, "collections.UserDict" | "collections.deque")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_searched() {
        assert!(SPECIAL.is_sorted());
        assert!(PROTOCOLS.is_sorted());
    }
}
