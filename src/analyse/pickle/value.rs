//! Abstract values: what the machine knows of the objects an unpickler would build.
//!
//! Values are small and copied freely. What has parts lives in the [`Heap`](super::heap::Heap) and
//! is referred to by id, so that an alias through the memo sees later mutation, and so that the
//! 145 bytes that expand to 2¹⁰⁰ references cost nothing.

/// One value on the stack or in the memo: 8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::analyse) enum Value {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// An integer that fits 32 bits; others are nodes.
    Int(i32),
    /// A float, whose number never matters.
    Float,
    /// Something with parts, in the heap.
    Node(NodeId),
    /// An import, by its index in the machine's table.
    Global(GlobalId),
    /// The result of a call of that import, the particulars forgotten.
    Instance(GlobalId),
    /// A literal whose content was forgotten to bound memory.
    Forgotten(Kind),
    /// Something that the bytes cannot tell: the result of an indirect call, an extension.
    Unknown,
}

/// An index into the heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::analyse) struct NodeId(pub(super) u32);

/// An index into the table of imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::analyse) struct GlobalId(pub(super) u32);

/// What kind of literal a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::analyse) enum Kind {
    /// `str`
    Str,
    /// `str` or `bytes`, as the loading program's `encoding` decides: `STRING`, `BINSTRING`,
    /// `SHORT_BINSTRING`.
    NativeStr,
    /// `bytes`
    Bytes,
    /// `bytearray`
    ByteArray,
    /// An integer beyond 32 bits.
    Int,
    /// `tuple`
    Tuple,
    /// `list`
    List,
    /// `dict`
    Dict,
    /// `set`
    Set,
    /// `frozenset`
    FrozenSet,
}

impl Kind {
    /// The Python type's name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Str | Self::NativeStr => "str",
            Self::Bytes => "bytes",
            Self::ByteArray => "bytearray",
            Self::Int => "int",
            Self::Tuple => "tuple",
            Self::List => "list",
            Self::Dict => "dict",
            Self::Set => "set",
            Self::FrozenSet => "frozenset",
        }
    }

    /// Whether values of this kind cannot be keys of a dict or members of a set.
    pub(super) const fn is_unhashable(self) -> bool {
        matches!(self, Self::ByteArray | Self::List | Self::Dict | Self::Set)
    }
}

/// A run of a heap's byte or item store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: u32,
    pub(super) length: u32,
}

/// Something with parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Text or bytes, of which a beginning is kept.
    Text {
        kind: Kind,
        /// The beginning, decoded, in the byte store.
        kept: Run,
        /// Bytes in all, as decoded.
        length: u64,
        /// Offset of the first byte in the member, where the bytes stand there as they are.
        offset: Option<u64>,
    },
    /// An integer beyond 32 bits: its two's complement, little-endian, in the byte store.
    Int { kept: Run, exact: bool },
    /// A tuple, list, set, frozenset (items) or dict (keys and values in turn), of which a
    /// beginning is kept.
    Container {
        kind: Kind,
        kept: Run,
        /// Items in all (keys and values counted singly).
        length: u64,
        /// Levels of values below this one, at least; never shrinks.
        depth: u32,
        /// Values that it unfolds to when shared ones count as often as they are reached.
        expansion: u64,
        /// Of a dict: whether a key of it is no data once it becomes an object's attribute.
        odd: bool,
    },
    /// The result of a call.
    Call {
        /// What was called.
        callee: Value,
        /// Its positional arguments.
        arguments: Value,
        /// What `BUILD` gave it last.
        state: Value,
        /// Whether the callee is a class by the opcode's own rule (`NEWOBJ`, `NEWOBJ_EX`).
        constructed: bool,
        /// Whether it was filled like a dict with a key that is no data as an attribute.
        odd: bool,
    },
    /// What `persistent_load` gave for an id.
    Persistent {
        /// The id.
        id: Value,
    },
}

const _: () = assert!(size_of::<Value>() == 8);
