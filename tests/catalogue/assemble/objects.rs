//! Pickles by what they build: each function gives the opcodes that leave its value on the stack.

use super::{join, stack_global, text};

/// Opcodes that leave one value on the stack.
pub(crate) type Expression = Vec<u8>;

/// `{}` with these entries.
pub(crate) fn dict(entries: &[(&str, Expression)]) -> Expression {
    let mut opcodes = b"}(".to_vec();
    for (key, value) in entries {
        opcodes.extend(text(key));
        opcodes.extend(value);
    }
    opcodes.push(b'u');
    opcodes
}

/// A tuple.
pub(crate) fn tuple_of(items: &[Expression]) -> Expression {
    join(&[b"(", &items.concat(), b"t"])
}

/// A list.
pub(crate) fn list_of(items: &[Expression]) -> Expression {
    join(&[b"](", &items.concat(), b"e"])
}

/// `callee(*arguments)` by `REDUCE`.
pub(crate) fn call(callee: &Expression, arguments: &[Expression]) -> Expression {
    join(&[callee, &tuple_of(arguments), b"R"])
}

/// `cls.__new__(cls, *arguments)` by `NEWOBJ`.
pub(crate) fn new(class: &Expression, arguments: &[Expression]) -> Expression {
    join(&[class, &tuple_of(arguments), b"\x81"])
}

/// An empty object with this state.
pub(crate) fn object(module: &str, name: &str, state: &[(&str, Expression)]) -> Expression {
    build(&new(&stack_global(module, name), &[]), &dict(state))
}

/// `BUILD`.
pub(crate) fn build(target: &Expression, state: &Expression) -> Expression {
    join(&[target, state, b"b"])
}

/// `getattr(base, name)`.
pub(crate) fn attribute(base: &Expression, name: &str) -> Expression {
    call(&stack_global("builtins", "getattr"), &[base.clone(), text(name)])
}
