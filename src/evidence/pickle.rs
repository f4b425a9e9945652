//! Facts about pickle streams.

use serde::{Deserialize, Serialize};

use super::{Argument, Format};

/// A fact about a pickle stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PickleFact {
    /// A stream begins here and was followed to its end or as far as it goes.
    Stream(StreamSummary),
    /// The stream imports something. Once per distinct name and member, at its first offset.
    Import(Import),
    /// The stream names an attribute of what it imports, by a call of `getattr`: the import is
    /// `module` with the dotted name `Class.attribute`.
    Attribute(Import),
    /// The stream calls something. Once per distinct callee, opcode, departure and kinds of
    /// arguments in a member.
    Call(Call),
    /// An opcode that is none for calls makes the unpickler call a method of an instance: an item
    /// is added to it, or it becomes a key. Once per distinct class and method in a member.
    ImplicitCall {
        /// Whose instance it is: the callee that made it, `module.name` (untrusted).
        class: String,
        /// What is called.
        method: ImplicitMethod,
    },
    /// The stream changes an object that is no literal container: `BUILD`, `SETITEM(S)`,
    /// `APPEND(S)` or `ADDITEMS` on an import or on something that is not understood.
    Mutation {
        /// The opcode that changes it.
        opcode: MutationOpcode,
        /// What is changed, in words (untrusted).
        target: String,
    },
    /// `BUILD`, `SETITEM(S)` or a call sets an attribute that changes how the object behaves
    /// (`__setstate__`, `__class__`, `__reduce__` …), or one whose name is not a constant string.
    StateKey {
        /// The attribute (untrusted), or what stands in its place.
        key: String,
        /// What is built, in words (untrusted).
        target: String,
    },
    /// `BUILD` gives an attribute that a library follows by name or calls a value that its writers
    /// never give it.
    StateValue {
        /// The attribute (untrusted).
        key: String,
        /// What it is given, in words (untrusted).
        value: String,
        /// What is built, in words (untrusted).
        target: String,
        /// Why that is not what writers emit.
        departure: String,
    },
    /// Loading must allocate memory, or compute as long, that the file's own bytes don't account
    /// for. Costs below 64 MiB are not told.
    LoadCost {
        /// What costs it, in words (untrusted).
        what: String,
        /// Bytes, at least; `u64::MAX` when there is no end to it.
        bytes: u64,
    },
    /// `EXT1`, `EXT2`, `EXT4`: an object from the `copyreg` registry, unknowable from the bytes.
    Extension {
        /// The registry code.
        code: i64,
    },
    /// `NEXT_BUFFER`, `READONLY_BUFFER`: a buffer that only the loading program could supply.
    OutOfBandBuffer,
    /// A persistent id whose meaning the loading program decides, or which does not have the
    /// shape that the format gives it.
    PersistentId {
        /// The id (untrusted, shortened).
        id: String,
        /// Why it is not understood.
        reason: String,
    },
    /// An operand holds another payload, analysed as a member of its own.
    NestedPayload {
        /// The member that it is.
        member: String,
        /// What the payload is.
        format: Format,
        /// How it is wrapped: `bytes`, `base64` or `hex`.
        encoding: String,
        /// The loader that the stream hands it to (`pickle.loads`), if it does.
        consumer: Option<String>,
    },
    /// Real unpicklers read this differently.
    Divergence {
        /// In what they differ.
        form: Divergence,
        /// The particulars (untrusted).
        detail: String,
    },
    /// Bytes behind the last `STOP` that are no further pickle.
    TrailingBytes {
        /// How many.
        length: u64,
    },
}

/// What one stream is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamSummary {
    /// 0 for the first stream of a member, counting up.
    pub index: u64,
    /// The operand of the last `PROTO`, 0 without one.
    pub protocol: u8,
    /// Opcodes executed.
    pub opcodes: u64,
    /// Bytes from the first opcode to behind the last one read.
    pub length: u64,
    /// Whether `STOP` was reached.
    pub complete: bool,
}

/// Something that a pickle imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The module after the Python 2 name mapping (untrusted). `None` when it is not constant.
    pub module: Option<String>,
    /// The name after the mapping (untrusted). `None` when it is not constant.
    pub name: Option<String>,
    /// Module and name as written, where the mapping changed them (untrusted).
    pub written: Option<(String, String)>,
    /// The opcode that imports it.
    pub opcode: ImportOpcode,
    /// The protocol in force, which decides on the mapping and on dotted names.
    pub protocol: u8,
    /// Which stream of the member.
    pub stream: u64,
    /// How often it is imported.
    pub times: u64,
    /// Whether every use of it is a composition whose meaning is recorded instead of the call:
    /// `getattr(class, "name")` is the attribute, `functools.partial(f, …)` is `f` and data.
    pub followed: bool,
    /// Whether the name stands in the table of the stream's own reader, which never looks it up in
    /// Python: TorchScript's classes, and the functions of libtorch's unpickler.
    pub of_reader: bool,
}

impl Import {
    /// What stands for an import whose module or name is not constant.
    pub const UNRESOLVED: &'static str = "<unresolved>";

    /// `module.name` (untrusted), or [`Self::UNRESOLVED`].
    pub fn global(&self) -> String {
        match (&self.module, &self.name) {
            (Some(module), Some(name)) => format!("{module}.{name}"),
            _ => Self::UNRESOLVED.to_owned(),
        }
    }
}

/// An opcode that imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the opcodes of pickletools, by their own names")]
pub enum ImportOpcode {
    Global,
    StackGlobal,
    Inst,
    /// No opcode of its own: a call of `getattr` names it.
    Reduce,
}

impl ImportOpcode {
    /// The name as in `pickletools`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "GLOBAL",
            Self::StackGlobal => "STACK_GLOBAL",
            Self::Inst => "INST",
            Self::Reduce => "REDUCE",
        }
    }
}

/// A call that a pickle makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// The opcode that calls it.
    pub opcode: CallOpcode,
    /// The arguments as far as they are constant, shortened (untrusted).
    pub arguments: String,
    /// The arguments one by one. `None` when they are no constant tuple, or when there are more
    /// different ones than are told apart.
    pub values: Option<Vec<Argument>>,
    /// Whether the machine knows how the callee's own writers call it; then `departure` says all.
    pub known: bool,
    /// The function that makes the call, if the stream does not make it itself:
    /// `copyreg._reconstructor` creates the class that it is given.
    pub through: Option<String>,
    /// Why the arguments are not those that the callee's own writers emit (`numpy.dtype` with
    /// another number of arguments, `_codecs.encode` with another codec …). `None` when they are,
    /// or when no writer's shape is known for the callee.
    pub departure: Option<String>,
    /// Which stream of the member.
    pub stream: u64,
    /// How often it was seen, at least: of a callee whose writers are known one call stands for
    /// all that do not depart.
    pub times: u64,
}

/// A method that an opcode makes an unpickler call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImplicitMethod {
    /// `SETITEM(S)`: `__setitem__`.
    SetItem,
    /// `APPEND(S)`: `append` or `extend`.
    Append,
    /// `ADDITEMS`: `add`.
    Add,
    /// As a key of a dict or member of a set: `__hash__` and `__eq__`.
    Hash,
}

impl ImplicitMethod {
    /// The method's name in Python.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SetItem => "__setitem__",
            Self::Append => "append",
            Self::Add => "add",
            Self::Hash => "__hash__",
        }
    }
}

/// What a call calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Callee {
    /// An imported `module.name` (untrusted).
    Global(String),
    /// Something else: the result of a call, a persistent object, a literal; in words
    /// (untrusted).
    Computed(String),
}

/// An opcode that calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the opcodes of pickletools, by their own names")]
pub enum CallOpcode {
    Reduce,
    Inst,
    Obj,
    Newobj,
    NewobjEx,
}

impl CallOpcode {
    /// The name as in `pickletools`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reduce => "REDUCE",
            Self::Inst => "INST",
            Self::Obj => "OBJ",
            Self::Newobj => "NEWOBJ",
            Self::NewobjEx => "NEWOBJ_EX",
        }
    }
}

/// An opcode that changes an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the opcodes of pickletools, by their own names")]
pub enum MutationOpcode {
    Build,
    Setitem,
    Setitems,
    Append,
    Appends,
    Additems,
}

impl MutationOpcode {
    /// The name as in `pickletools`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Build => "BUILD",
            Self::Setitem => "SETITEM",
            Self::Setitems => "SETITEMS",
            Self::Append => "APPEND",
            Self::Appends => "APPENDS",
            Self::Additems => "ADDITEMS",
        }
    }
}

/// In what real unpicklers differ (`_pickle`, `pickle.py`, `pickletools`; measured on CPython
/// 3.11.7 and 3.13.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Divergence {
    /// A number in a form that only some read (CPython #126992).
    NumberForm,
    /// A NUL byte that ends a number for some.
    NumberNul,
    /// A `BINSTRING` whose length is negative for some.
    StringLength,
    /// `APPENDS` or `ADDITEMS` without items on something that has no such method (#135573).
    EmptyAppend,
    /// A call whose arguments are no tuple.
    ArgumentsNotTuple,
    /// A `GLOBAL` or `INST` with a line that is empty or cut by the end of the bytes, which only
    /// `pickle.py` takes.
    NameForm,
    /// A text that is no UTF-8, at which CPython raises and others need not.
    BrokenText,
    /// An opcode's argument crosses the end of a frame (#154848, GHSA-fphw-536r-4p88).
    FrameCrossed,
    /// A frame begins inside another.
    FrameNested,
    /// A frame that is longer than the stream.
    FrameTooLong,
    /// Bytes between a `STOP` and the end of its frame.
    FrameLeftover,
    /// Several `PROTO` opcodes under which the same import means different things.
    ProtocolChange,
    /// A wrapper of a joblib array that joblib does not write: readers skip different lengths
    /// behind it, or none.
    ArrayWrapper,
    /// Padding in front of a joblib array that joblib does not write, where opcodes could hide.
    ArrayPadding,
    /// A legacy torch magic number that is not in the encoding torch writes (CVE-2026-53875).
    MagicNumberForm,
}
