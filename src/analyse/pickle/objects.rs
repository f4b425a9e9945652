//! What can be asked of abstract values: the view that argument shapes, dialects and descriptions
//! have of them.

use std::borrow::Cow;

use super::heap::Heap;
use super::value::{GlobalId, Kind, Node, Value};

/// Levels of nested values that are described.
const DESCRIBED_LEVELS: u32 = 8;
/// Bytes described of one text.
const DESCRIBED_BYTES: usize = 256;
/// Characters of a description.
const DESCRIPTION: usize = 1024;

/// The values of one machine, to be looked at.
#[derive(Clone, Copy)]
pub(in crate::analyse) struct Objects<'a> {
    pub(super) heap: &'a Heap,
    pub(super) globals: &'a [super::imports::Global],
}

/// The result of a call, as far as it is known.
#[derive(Clone, Copy)]
pub(in crate::analyse) struct CallResult<'a> {
    /// `module.name` of the callee.
    pub(in crate::analyse) callee: &'a str,
    pub(in crate::analyse) arguments: Value,
    pub(in crate::analyse) state: Value,
}

impl<'a> Objects<'a> {
    /// The `module.name` of an import.
    pub(in crate::analyse) fn global(&self, value: Value) -> Option<&'a str> {
        match value {
            Value::Global(id) => self.name_of(id),
            _ => None,
        }
    }

    fn name_of(&self, GlobalId(id): GlobalId) -> Option<&'a str> {
        self.globals.get(id as usize).map(|global| global.full.as_str())
    }

    /// All of a text's or bytes' content, if it is known.
    pub(in crate::analyse) fn bytes(&self, value: Value) -> Option<&'a [u8]> {
        match self.heap.node_of(value)? {
            Node::Text { kept, length, .. } if u64::from(kept.length) == *length => {
                Some(self.heap.bytes(*kept))
            }
            _ => None,
        }
    }

    /// All of a `str`'s content, if it is known and valid UTF-8.
    pub(in crate::analyse) fn text(&self, value: Value) -> Option<&'a str> {
        match self.kind(value)? {
            Kind::Str | Kind::NativeStr => std::str::from_utf8(self.bytes(value)?).ok(),
            _ => None,
        }
    }

    /// What kind of literal a value is.
    pub(in crate::analyse) fn kind(&self, value: Value) -> Option<Kind> {
        match value {
            Value::Forgotten(kind) => Some(kind),
            Value::Int(_) => Some(Kind::Int),
            Value::Node(_) => match self.heap.node_of(value)? {
                Node::Text { kind, .. } | Node::Container { kind, .. } => Some(*kind),
                Node::Int { .. } => Some(Kind::Int),
                Node::Call { .. } | Node::Persistent { .. } => None,
            },
            _ => None,
        }
    }

    /// All items of a container (keys and values of a dict in turn), if they are known.
    pub(in crate::analyse) fn items(&self, value: Value) -> Option<&'a [Value]> {
        match self.heap.node_of(value)? {
            Node::Container { kept, length, .. } if u64::from(kept.length) == *length => {
                Some(self.heap.items(*kept))
            }
            _ => None,
        }
    }

    /// Those items of a container that are kept.
    pub(super) fn kept_items(&self, value: Value) -> &'a [Value] {
        match self.heap.node_of(value) {
            Some(Node::Container { kept, .. }) => self.heap.items(*kept),
            _ => &[],
        }
    }

    /// Whether a dict, or an instance that was filled like one, has a key that is no data once it
    /// becomes an attribute.
    pub(super) fn is_odd(&self, value: Value) -> bool {
        matches!(
            self.heap.node_of(value),
            Some(Node::Container { odd: true, .. } | Node::Call { odd: true, .. })
        )
    }

    /// All items of a tuple, if they are known.
    pub(in crate::analyse) fn tuple(&self, value: Value) -> Option<&'a [Value]> {
        (self.kind(value) == Some(Kind::Tuple)).then(|| self.items(value)).flatten()
    }

    /// A dict's last value under a text key.
    pub(in crate::analyse) fn entry(&self, dict: Value, key: &str) -> Option<Value> {
        if self.kind(dict) != Some(Kind::Dict) {
            return None;
        }
        let pairs = self.items(dict)?.chunks_exact(2);
        pairs.rev().find_map(|pair| match pair {
            [name, value] if self.bytes(*name) == Some(key.as_bytes()) => Some(*value),
            _ => None,
        })
    }

    /// An integer (or bool) that fits 64 bits.
    pub(in crate::analyse) fn integer(&self, value: Value) -> Option<i64> {
        match value {
            Value::Int(number) => Some(i64::from(number)),
            Value::Bool(truth) => Some(i64::from(truth)),
            _ => {
                let bytes = self.integer_bytes(value)?;
                let negative = bytes.last().is_some_and(|last| last & 0x80 != 0);
                let mut raw = [if negative { 0xff } else { 0 }; 8];
                if bytes.len() > raw.len() {
                    return None;
                }
                for (to, from) in raw.iter_mut().zip(bytes) {
                    *to = *from;
                }
                Some(i64::from_le_bytes(raw))
            }
        }
    }

    /// The two's complement of an integer beyond 32 bits, little-endian, without padding.
    pub(in crate::analyse) fn integer_bytes(&self, value: Value) -> Option<&'a [u8]> {
        match self.heap.node_of(value)? {
            Node::Int { kept, exact: true } => Some(self.heap.bytes(*kept)),
            _ => None,
        }
    }

    /// A non-negative integer.
    pub(in crate::analyse) fn size(&self, value: Value) -> Option<u64> {
        u64::try_from(self.integer(value)?).ok()
    }

    /// A tuple (or list) of non-negative integers: a shape.
    pub(in crate::analyse) fn sizes(&self, value: Value) -> Option<Vec<u64>> {
        match self.kind(value)? {
            Kind::Tuple | Kind::List => {
                self.items(value)?.iter().map(|item| self.size(*item)).collect()
            }
            _ => None,
        }
    }

    /// The result of a call of an import.
    pub(in crate::analyse) fn call(&self, value: Value) -> Option<CallResult<'a>> {
        match value {
            Value::Instance(id) => Some(CallResult {
                callee: self.name_of(id)?,
                arguments: Value::Unknown,
                state: Value::Unknown,
            }),
            _ => match self.heap.node_of(value)? {
                Node::Call { callee, arguments, state, .. } => Some(CallResult {
                    callee: self.global(*callee)?,
                    arguments: *arguments,
                    state: *state,
                }),
                _ => None,
            },
        }
    }

    /// The class that a call makes an instance of: the callee, or what `copyreg._reconstructor`,
    /// protocols 0 and 1's stand-in for `NEWOBJ`, is given.
    pub(in crate::analyse) fn class(&self, call: CallResult<'a>) -> &'a str {
        if call.callee == "copyreg._reconstructor"
            && let Some([class, ..]) = self.tuple(call.arguments)
            && let Some(class) = self.global(*class)
        {
            return class;
        }
        call.callee
    }

    /// Whether a value was made by `NEWOBJ`, which calls nothing but `__new__`.
    pub(super) fn is_constructed(&self, value: Value) -> bool {
        matches!(self.heap.node_of(value), Some(Node::Call { constructed: true, .. }))
    }

    /// The id behind a persistent object.
    pub(in crate::analyse) fn persistent(&self, value: Value) -> Option<Value> {
        match self.heap.node_of(value)? {
            Node::Persistent { id } => Some(*id),
            _ => None,
        }
    }

    /// Where a text's bytes stand in the member, and how many there are.
    pub(in crate::analyse) fn place(&self, value: Value) -> Option<(u64, u64)> {
        match self.heap.node_of(value)? {
            Node::Text { offset: Some(offset), length, .. } => Some((*offset, *length)),
            _ => None,
        }
    }

    /// Whether a value is written out in the pickle: a number, text, `None`, or a container.
    pub(in crate::analyse) fn is_literal(&self, value: Value) -> bool {
        matches!(value, Value::None | Value::Bool(_) | Value::Float) || self.kind(value).is_some()
    }

    /// The value as Python would write it, shortened (untrusted text).
    pub(in crate::analyse) fn describe(&self, value: Value) -> String {
        let mut out = String::new();
        self.describe_into(value, DESCRIBED_LEVELS, &mut out);
        out
    }

    /// Arguments as Python would write them, with parentheses.
    pub(in crate::analyse) fn describe_arguments(&self, arguments: Value) -> String {
        match self.tuple(arguments) {
            Some(items) => {
                let mut out = String::from("(");
                self.describe_items(items, DESCRIBED_LEVELS, &mut out);
                out.push(')');
                out
            }
            None => format!("(*{})", self.describe(arguments)),
        }
    }

    fn describe_items(&self, items: &[Value], levels: u32, out: &mut String) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            if out.len() > DESCRIPTION {
                out.push('…');
                return;
            }
            self.describe_into(*item, levels, out);
        }
    }

    fn describe_into(&self, value: Value, levels: u32, out: &mut String) {
        match value {
            Value::None => out.push_str("None"),
            Value::Bool(true) => out.push_str("True"),
            Value::Bool(false) => out.push_str("False"),
            Value::Int(number) => out.push_str(&number.to_string()),
            Value::Float => out.push_str("<float>"),
            Value::Global(id) => out.push_str(self.name_of(id).unwrap_or("<import>")),
            Value::Instance(id) => {
                out.push_str(self.name_of(id).unwrap_or("<import>"));
                out.push_str("(…)");
            }
            Value::Forgotten(kind) => {
                out.push('<');
                out.push_str(kind.name());
                out.push('>');
            }
            Value::Unknown => out.push_str("<unresolved>"),
            Value::Node(_) => self.describe_node(value, levels, out),
        }
    }

    fn describe_node(&self, value: Value, levels: u32, out: &mut String) {
        let Some(node) = self.heap.node_of(value) else { return };
        let Some(levels) = levels.checked_sub(1).filter(|_| out.len() <= DESCRIPTION) else {
            out.push('…');
            return;
        };
        match *node {
            Node::Text { kind, kept, length, .. } => {
                describe_text(kind, self.heap.bytes(kept), length, out);
            }
            Node::Int { .. } => match self.integer(value) {
                Some(number) => out.push_str(&number.to_string()),
                None => out.push_str("<int>"),
            },
            Node::Container { kind, kept, length, .. } => {
                let (open, close) = match kind {
                    Kind::Tuple => ("(", ")"),
                    Kind::List => ("[", "]"),
                    Kind::FrozenSet => ("frozenset({", "})"),
                    _ => ("{", "}"),
                };
                out.push_str(open);
                let items = self.heap.items(kept);
                if kind == Kind::Dict {
                    for (index, pair) in items.chunks(2).enumerate() {
                        let [key, entry] = pair else { continue };
                        if index > 0 {
                            out.push_str(", ");
                        }
                        if out.len() > DESCRIPTION {
                            out.push('…');
                            break;
                        }
                        self.describe_into(*key, levels, out);
                        out.push_str(": ");
                        self.describe_into(*entry, levels, out);
                    }
                } else {
                    self.describe_items(items, levels, out);
                    if kind == Kind::Tuple && items.len() == 1 {
                        out.push(',');
                    }
                }
                if u64::from(kept.length) < length {
                    out.push_str(", …");
                }
                out.push_str(close);
            }
            Node::Call { callee, arguments, .. } => {
                self.describe_into(callee, levels, out);
                match self.tuple(arguments) {
                    Some(items) => {
                        out.push('(');
                        self.describe_items(items, levels, out);
                        out.push(')');
                    }
                    None => out.push_str("(…)"),
                }
            }
            Node::Persistent { id } => {
                out.push_str("<persistent ");
                self.describe_into(id, levels, out);
                out.push('>');
            }
        }
    }
}

fn describe_text(kind: Kind, bytes: &[u8], length: u64, out: &mut String) {
    use std::fmt::Write as _;
    let shown = bytes.get(..DESCRIBED_BYTES).unwrap_or(bytes);
    let as_text = matches!(kind, Kind::Str | Kind::NativeStr);
    match kind {
        Kind::Bytes => out.push('b'),
        Kind::ByteArray => out.push_str("bytearray(b"),
        _ => {}
    }
    out.push('\'');
    let text: Cow<'_, str> =
        if as_text { String::from_utf8_lossy(shown) } else { Cow::Borrowed("") };
    for c in text.chars() {
        match c {
            '\\' | '\'' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    if !as_text {
        for byte in shown {
            match byte {
                b'\\' | b'\'' => {
                    out.push('\\');
                    out.push(char::from(*byte));
                }
                0x20..=0x7e => out.push(char::from(*byte)),
                _ => {
                    // Writing to a String never fails.
                    let _ = write!(out, "\\x{byte:02x}");
                }
            }
        }
    }
    out.push('\'');
    if kind == Kind::ByteArray {
        out.push(')');
    }
    if (shown.len() as u64) < length {
        let _ = write!(out, "… ({length} bytes)");
    }
}
