//! The pickle machine: an abstract interpreter of the unpickler's stack and memo.
//!
//! Exact for every opcode of protocols 0–5, after `_pickle.c` and `pickle.py` of CPython 3.11.
//! What a stream imports, calls and changes is recorded when it is **executed**, so that it stays
//! known when the result is popped, overwritten or never used, and when the stream breaks off
//! later. Where real readers differ the more permissive one is followed and the difference is
//! recorded.

use std::collections::HashMap;

use crate::base::{Budget, Limits, ReadAt};
use crate::evidence::{Divergence, ImportOpcode, MutationOpcode, PickleFact, StreamSummary};

use super::super::Stop;
use super::dialect::Dialect;
use super::heap::{Heap, KEPT_BYTES};
use super::imports::Imports;
use super::memo::Memo;
use super::number::{self, Number, Slot, SlotNumber};
use super::objects::Objects;
use super::opcode as op;
use super::payload;
use super::reader::{Reader, Trouble, View};
use super::record::Recorder;
use super::text;
use super::value::{GlobalId, Kind, Node, Value};

/// Opcodes between two looks at the heap's size.
const HEAP_CHECK: u64 = 64;
/// Memo slots beyond 64 bits; no writer makes one.
const LARGE_SLOTS: usize = 1024;
/// Values looked at to find out whether a key has a list in it.
const KEY_PARTS: usize = 64;

/// How a stream ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// With `STOP`, and this result.
    Stop(Value),
    /// With an error at an offset, in every reader. What came before was executed.
    Malformed { offset: u64, reason: String },
    /// By a budget or a read error.
    Broken(Stop),
}

/// Why the opcode loop stops.
pub(super) enum Halt {
    Stop(Value),
    Malformed(String),
    Broken(Stop),
}

impl From<Trouble> for Halt {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Truncated => Self::Malformed(String::new()),
            Trouble::Stop(stop) => Self::Broken(stop),
        }
    }
}

pub(super) type Step<T = ()> = Result<T, Halt>;

fn malformed<T>(reason: impl Into<String>) -> Step<T> {
    Err(Halt::Malformed(reason.into()))
}

/// One stream under interpretation.
pub(super) struct Machine<'m> {
    pub(super) reader: Reader<'m>,
    pub(super) bytes: &'m dyn ReadAt,
    pub(super) limits: &'m Limits,
    pub(super) recorder: &'m mut Recorder,
    pub(super) dialect: &'m mut dyn Dialect,
    pub(super) heap: Heap,
    pub(super) imports: Imports,
    pub(super) stack: Vec<Value>,
    /// The stack's length at each `MARK`.
    marks: Vec<u32>,
    memo: Memo,
    /// The operand of the last `PROTO`.
    pub(super) protocol: u8,
    /// Another protocol that was in force earlier in the stream.
    earlier_protocol: Option<u8>,
    opcodes: u64,
    ran_out: bool,
    /// Memo slots beyond 64 bits, by their digits.
    large_slots: HashMap<String, u64>,
    /// Offset of the opcode that is being executed.
    pub(super) at: u64,
    pub(super) calls_described: usize,
}

impl<'m> Machine<'m> {
    pub(super) fn new(
        bytes: &'m dyn ReadAt,
        offset: u64,
        view: View,
        limits: &'m Limits,
        recorder: &'m mut Recorder,
        dialect: &'m mut dyn Dialect,
    ) -> Self {
        Self {
            reader: Reader::new(bytes, offset, view, limits),
            bytes,
            limits,
            recorder,
            dialect,
            heap: Heap::default(),
            imports: Imports::default(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Memo::default(),
            protocol: 0,
            earlier_protocol: None,
            opcodes: 0,
            ran_out: false,
            large_slots: HashMap::new(),
            at: offset,
            calls_described: 0,
        }
    }

    /// Opcodes executed.
    pub(super) fn opcodes(&self) -> u64 {
        self.opcodes
    }

    /// The values, to be looked at.
    pub(super) fn objects(&self) -> Objects<'_> {
        Objects { heap: &self.heap, globals: &self.imports.all }
    }

    /// Follows the stream to its end. Records a summary of it.
    pub(super) fn run(&mut self) -> Ending {
        let start = self.reader.offset();
        let ending = loop {
            match self.step() {
                Ok(()) => {}
                Err(Halt::Stop(value)) => break Ending::Stop(value),
                Err(Halt::Malformed(reason)) => {
                    self.ran_out = reason.is_empty();
                    let reason = if self.ran_out { self.truncated() } else { reason };
                    break Ending::Malformed { offset: self.at, reason };
                }
                Err(Halt::Broken(stop)) => break Ending::Broken(stop),
            }
        };
        self.take_frame_events();
        let summary = StreamSummary {
            index: self.recorder.stream,
            protocol: self.protocol,
            opcodes: self.opcodes,
            length: self.reader.offset().saturating_sub(start),
            complete: matches!(ending, Ending::Stop(_)),
        };
        self.recorder.stream(start, summary);
        ending
    }

    /// Follows the stream once more in another view: only what is new is recorded.
    pub(super) fn run_again(&mut self) -> Ending {
        self.recorder.again = true;
        let ending = self.run();
        self.recorder.again = false;
        ending
    }

    /// Whether the bytes ended before the stream did.
    pub(super) fn ran_out(&self) -> bool {
        self.ran_out
    }

    fn truncated(&self) -> String {
        match self.opcodes {
            0 => "there is no pickle here".to_owned(),
            _ => "the stream ends before its STOP".to_owned(),
        }
    }

    pub(super) fn take_frame_events(&mut self) {
        for event in std::mem::take(&mut self.reader.frame_events) {
            // It is the opcode whose meaning is in doubt, not only its argument.
            let offset = event.offset.min(self.at);
            self.recorder.divergence(offset, event.form, event.detail);
        }
    }

    // The stack. Every pop and peek stays above the last mark.

    fn fence(&self) -> usize {
        self.marks.last().map_or(0, |mark| *mark as usize)
    }

    #[inline]
    pub(super) fn push(&mut self, value: Value) -> Step {
        if self.stack.len() as u64 >= self.limits.stack {
            return self.exhausted(Budget::Stack, self.limits.stack);
        }
        self.stack.push(value);
        Ok(())
    }

    fn exhausted<T>(&self, budget: Budget, limit: u64) -> Step<T> {
        Err(Halt::Broken(Stop::Exhausted { budget, limit, offset: Some(self.at) }))
    }

    fn underflow<T>(&self) -> Step<T> {
        malformed(if self.marks.is_empty() { "stack underflow" } else { "unexpected MARK found" })
    }

    pub(super) fn pop(&mut self) -> Step<Value> {
        if self.stack.len() <= self.fence() {
            return self.underflow();
        }
        self.stack.pop().map_or_else(|| malformed("stack underflow"), Ok)
    }

    fn top(&self) -> Step<Value> {
        if self.stack.len() <= self.fence() {
            return self.underflow();
        }
        self.stack.last().copied().map_or_else(|| malformed("stack underflow"), Ok)
    }

    /// The index of the first value above the last mark, which is removed.
    pub(super) fn pop_mark(&mut self) -> Step<usize> {
        match self.marks.pop() {
            Some(mark) => Ok(mark as usize),
            None => malformed("could not find MARK"),
        }
    }

    // Containers.

    fn push_container(&mut self, kind: Kind, start: usize) -> Step {
        let container = self.heap.container(kind, self.stack.get(start..).unwrap_or(&[]));
        self.check_extent(container)?;
        self.stack.truncate(start);
        self.push(container)
    }

    fn push_tuple(&mut self, count: usize) -> Step {
        let start = match self.stack.len().checked_sub(count) {
            Some(start) if start >= self.fence() => start,
            _ => return self.underflow(),
        };
        self.push_container(Kind::Tuple, start)
    }

    fn check_extent(&mut self, value: Value) -> Step {
        let (depth, expansion) = self.heap.extent(value);
        if depth > self.limits.value_depth {
            return self.exhausted(Budget::ValueDepth, u64::from(self.limits.value_depth));
        }
        if expansion > self.limits.expansion {
            // Nothing is hidden by it, so that the stream is followed on.
            self.recorder.expansion.get_or_insert(self.at);
        }
        Ok(())
    }

    /// `APPEND(S)`, `ADDITEMS`, `SETITEM(S)`: adds the values from `start` on to what is below.
    fn add(&mut self, start: usize, kind: Kind, opcode: MutationOpcode) -> Step {
        let target = match start.checked_sub(1).and_then(|index| self.stack.get(index)) {
            Some(target) if start > self.fence() => *target,
            _ => return self.underflow(),
        };
        let added = self.stack.get(start..).unwrap_or(&[]);
        if added.is_empty() {
            if !self.takes_items(target, kind) && kind != Kind::Dict {
                let detail = format!("{} without items on no {}", opcode.name(), kind.name());
                self.recorder.divergence(self.at, Divergence::EmptyAppend, detail);
            }
            return Ok(());
        }
        if kind == Kind::Dict && added.len() & 1 == 1 {
            return malformed("odd number of items for SETITEMS");
        }
        let step = if kind == Kind::Dict { 2 } else { 1 };
        if self.heap_kind(target) == Some(kind) {
            if kind != Kind::List && self.any_unhashable(added.iter().step_by(step)) {
                return malformed("an unhashable key or member");
            }
            self.heap.extend(target, self.stack.get(start..).unwrap_or(&[]));
            self.check_extent(target)?;
        } else {
            self.note_mutation(target, kind, opcode);
        }
        self.stack.truncate(start);
        Ok(())
    }

    fn any_unhashable<'v>(&self, mut keys: impl Iterator<Item = &'v Value>) -> bool {
        keys.any(|key| match key {
            Value::Forgotten(kind) => kind.is_unhashable(),
            Value::Node(_) => self.is_unhashable(*key),
            _ => false,
        })
    }

    /// Whether a key is certainly unhashable: a list, or a tuple with one in it.
    fn is_unhashable(&self, key: Value) -> bool {
        let mut parts = vec![key];
        for _ in 0..KEY_PARTS {
            let Some(part) = parts.pop() else { return false };
            match self.heap_kind(part) {
                Some(Kind::Tuple) => {
                    let items = self.objects().items(part).unwrap_or(&[]);
                    parts.extend(items.iter().take(KEY_PARTS));
                }
                Some(kind) if kind.is_unhashable() => return true,
                _ => {}
            }
        }
        false
    }

    #[inline]
    fn heap_kind(&self, value: Value) -> Option<Kind> {
        match self.heap.node_of(value) {
            Some(Node::Container { kind, .. } | Node::Text { kind, .. }) => Some(*kind),
            _ => None,
        }
    }

    // The memo.

    fn put(&mut self, slot: u64, value: Value) -> Step {
        if self.memo.occupied() >= self.limits.memo {
            return self.exhausted(Budget::Memo, self.limits.memo);
        }
        self.memo.put(slot, value);
        Ok(())
    }

    fn get(&mut self, slot: u64) -> Step {
        match self.memo.get(slot) {
            Some(value) => self.push(value),
            None => malformed(format!("memo slot {slot} was never set")),
        }
    }

    fn text_slot(&mut self) -> Step<u64> {
        let Some(Slot { slot, divergence }) = number::slot(self.reader.line()?) else {
            return malformed("a memo slot that is no number");
        };
        if let Some(form) = divergence {
            let detail = "a memo slot in an unusual form".to_owned();
            self.recorder.divergence(self.at, form, detail);
        }
        match slot {
            SlotNumber::Small(slot) => Ok(slot),
            SlotNumber::Negative => malformed("a negative memo slot"),
            SlotNumber::Large(digits) => self.large_slot(digits),
        }
    }

    /// Slots that no other opcode can name get numbers from the other end.
    fn large_slot(&mut self, digits: String) -> Step<u64> {
        let next = self.large_slots.len();
        if next >= LARGE_SLOTS && !self.large_slots.contains_key(&digits) {
            return self.exhausted(Budget::Memo, LARGE_SLOTS as u64);
        }
        Ok(*self.large_slots.entry(digits).or_insert(u64::MAX.saturating_sub(next as u64)))
    }

    // Text and bytes.

    #[inline]
    fn push_text(&mut self, kind: Kind, length: u64, contiguous: bool) -> Step {
        let kept = if length > payload::LEAST { payload::LOOK } else { KEPT_BYTES };
        let bytes = self.reader.counted(length, kept, contiguous)?;
        if kind == Kind::Str && text::is_broken(bytes, length > bytes.len() as u64) {
            // CPython raises here; others need not (TorchScript's unpickler takes any bytes).
            let detail = "a text that is no UTF-8".to_owned();
            self.recorder.divergence(self.at, Divergence::BrokenText, detail);
        }
        let encoding =
            if length > payload::LEAST { payload::sniff(kind, bytes, length) } else { None };
        let beginning = bytes.get(..KEPT_BYTES).unwrap_or(bytes);
        let value = self.heap.text(kind, beginning, length, None);
        let offset = self.reader.offset().saturating_sub(length);
        self.heap.place_text(value, offset);
        if let Some(encoding) = encoding {
            let payload = super::record::Payload { offset, length, encoding, consumer: None };
            self.recorder.payload(payload);
        }
        self.push(value)
    }

    fn push_decoded(&mut self, kind: Kind, decoded: &[u8]) -> Step {
        let value = self.heap.text(kind, decoded, decoded.len() as u64, None);
        if decoded.len() as u64 > payload::LEAST
            && let Some(encoding) = payload::sniff(kind, decoded, decoded.len() as u64)
        {
            let offset = self.at.saturating_add(1);
            let length = self.reader.offset().saturating_sub(offset);
            let payload = super::record::Payload { offset, length, encoding, consumer: None };
            self.recorder.payload(payload);
        }
        self.push(value)
    }

    fn push_number(&mut self, read: Option<number::Read>) -> Step {
        let Some(read) = read else { return malformed("a number that no reader takes") };
        if let Some(form) = read.divergence {
            self.recorder.divergence(self.at, form, "a number in an unusual form".to_owned());
        }
        let value = match read.number {
            Number::Bool(truth) => Value::Bool(truth),
            Number::Small(number) => self.heap.integer_of(number),
            Number::Big(bytes) => self.heap.integer(&bytes),
        };
        self.push(value)
    }

    // Imports.

    pub(super) fn import(&mut self, module: &[u8], name: &[u8], opcode: ImportOpcode) -> GlobalId {
        let mapped = self.protocol < 3;
        let id = self.imports.resolve(module, name, mapped);
        self.recorder.import(&mut self.imports, id, opcode, self.protocol, self.at);
        if let Some(earlier) = self.earlier_protocol
            && (earlier < 3) != mapped
        {
            let other = self.imports.resolve(module, name, !mapped);
            if other != id {
                self.recorder.import(&mut self.imports, other, opcode, earlier, self.at);
            }
        }
        id
    }

    /// The two lines of `GLOBAL` and `INST`.
    pub(super) fn import_lines(&mut self) -> Step<(Vec<u8>, Vec<u8>)> {
        let module = self.import_line()?;
        let name = self.import_line()?;
        if module.is_empty() || name.is_empty() {
            // C raises here; pickle.py asks for it and goes on if it gets something.
            let detail = "an import without a module or a name".to_owned();
            self.recorder.divergence(self.at, Divergence::NameForm, detail);
        }
        Ok((module, name))
    }

    /// One line of an import. Where the bytes end in it C raises, but pickle.py takes all but the
    /// last byte for the line, imports, and with `INST` calls.
    fn import_line(&mut self) -> Step<Vec<u8>> {
        match self.reader.line().map(<[u8]>::to_vec) {
            Err(Trouble::Truncated) => {
                let detail = "the bytes end inside the name of an import".to_owned();
                self.recorder.divergence(self.at, Divergence::NameForm, detail);
                Ok(self.reader.cut_line().to_vec())
            }
            line => Ok(line?),
        }
    }

    fn stack_global(&mut self) -> Step {
        let name = self.pop()?;
        let module = self.pop()?;
        let objects = self.objects();
        let id = match (objects.bytes(module), objects.bytes(name)) {
            _ if self.is_no_text(module) || self.is_no_text(name) => {
                self.import_unresolved();
                return malformed("STACK_GLOBAL with operands that are no text");
            }
            (Some(module), Some(name)) => {
                let (module, name) = (module.to_vec(), name.to_vec());
                self.import(&module, &name, ImportOpcode::StackGlobal)
            }
            _ => self.import_unresolved(),
        };
        self.push(Value::Global(id))
    }

    /// Whether a value is certainly no `str`, for which every reader of `STACK_GLOBAL` raises.
    /// The result of a call may be one, and so may an import (`os.sep`).
    fn is_no_text(&self, value: Value) -> bool {
        match self.objects().kind(value) {
            Some(kind) => !matches!(kind, Kind::Str | Kind::NativeStr),
            None => matches!(value, Value::None | Value::Bool(_) | Value::Float),
        }
    }

    fn import_unresolved(&mut self) -> GlobalId {
        let id = self.imports.unresolved();
        let opcode = ImportOpcode::StackGlobal;
        self.recorder.import(&mut self.imports, id, opcode, self.protocol, self.at);
        id
    }

    fn extension(&mut self, code: i64) -> Step {
        self.recorder.fact(self.at, PickleFact::Extension { code });
        if code <= 0 {
            return malformed("EXT specifies code <= 0");
        }
        self.push(Value::Unknown)
    }

    fn persistent(&mut self, id: Value) -> Step {
        let objects = Objects { heap: &self.heap, globals: &self.imports.all };
        if let Err(reason) = self.dialect.persistent_id(objects, id) {
            let id = objects.describe(id);
            self.recorder.fact(self.at, PickleFact::PersistentId { id, reason });
        }
        let value = self.heap.persistent(id);
        self.push(value)
    }

    fn proto(&mut self) -> Step {
        let [protocol] = self.reader.array()?;
        if protocol > 5 {
            return malformed(format!("unsupported pickle protocol: {protocol}"));
        }
        if self.opcodes > 1 && protocol != self.protocol {
            let detail = format!("protocol {} becomes {protocol} inside the stream", self.protocol);
            self.recorder.divergence(self.at, Divergence::ProtocolChange, detail);
            self.earlier_protocol = Some(self.protocol);
        }
        self.protocol = protocol;
        Ok(())
    }

    /// Bounds the memory of values.
    #[cold]
    fn collect(&mut self) {
        let (mut roots, mut rest) = self.memo.references();
        let mut stack_then_memo =
            self.stack.iter_mut().chain(roots.iter_mut().map(|value| &mut **value));
        self.heap.collect(&mut stack_then_memo, &mut rest.iter_mut().map(|value| &mut **value));
        self.memo.pack();
    }

    /// Executes one opcode.
    #[inline]
    fn step(&mut self) -> Step {
        self.at = self.reader.offset();
        let Some(opcode) = self.reader.opcode()? else { return malformed("") };
        self.opcodes = self.opcodes.saturating_add(1);
        if self.opcodes & HEAP_CHECK.wrapping_sub(1) == 0 {
            if self.heap.is_full() {
                self.collect();
            }
            if self.opcodes > self.limits.opcodes {
                return self.exhausted(Budget::Opcodes, self.limits.opcodes);
            }
        }
        let step = self.execute(opcode);
        if !self.reader.frame_events.is_empty() {
            self.take_frame_events();
        }
        step
    }

    #[inline]
    fn execute(&mut self, opcode: u8) -> Step {
        match opcode {
            op::MARK => {
                if self.marks.len() as u64 >= self.limits.stack {
                    return self.exhausted(Budget::Stack, self.limits.stack);
                }
                self.marks.push(u32::try_from(self.stack.len()).unwrap_or(u32::MAX));
                Ok(())
            }
            op::STOP => Err(Halt::Stop(self.pop()?)),
            op::POP => {
                if self.marks.last().is_some_and(|mark| *mark as usize == self.stack.len()) {
                    self.marks.pop();
                    return Ok(());
                }
                self.pop().map(|_| ())
            }
            op::POP_MARK => {
                let start = self.pop_mark()?;
                self.stack.truncate(start);
                Ok(())
            }
            op::DUP => {
                let value = self.top()?;
                self.push(value)
            }
            op::NONE => self.push(Value::None),
            op::NEWTRUE => self.push(Value::Bool(true)),
            op::NEWFALSE => self.push(Value::Bool(false)),
            op::BININT1 => {
                let [number] = self.reader.array()?;
                self.push(Value::Int(i32::from(number)))
            }
            op::BININT2 => {
                let number = u16::from_le_bytes(self.reader.array()?);
                self.push(Value::Int(i32::from(number)))
            }
            op::BININT => {
                let number = i32::from_le_bytes(self.reader.array()?);
                self.push(Value::Int(number))
            }
            op::BINFLOAT => {
                let _: [u8; 8] = self.reader.array()?;
                self.push(Value::Float)
            }
            op::SHORT_BINUNICODE => {
                let [length] = self.reader.array()?;
                self.push_text(Kind::Str, u64::from(length), false)
            }
            op::BINUNICODE => {
                let length = u32::from_le_bytes(self.reader.array()?);
                self.push_text(Kind::Str, u64::from(length), false)
            }
            op::BINUNICODE8 => {
                let length = u64::from_le_bytes(self.reader.array()?);
                self.push_text(Kind::Str, length, false)
            }
            op::SHORT_BINBYTES => {
                let [length] = self.reader.array()?;
                self.push_text(Kind::Bytes, u64::from(length), true)
            }
            op::BINBYTES => {
                let length = u32::from_le_bytes(self.reader.array()?);
                self.push_text(Kind::Bytes, u64::from(length), true)
            }
            op::BINBYTES8 => {
                let length = u64::from_le_bytes(self.reader.array()?);
                self.push_text(Kind::Bytes, length, true)
            }
            op::BYTEARRAY8 => {
                let length = u64::from_le_bytes(self.reader.array()?);
                self.push_text(Kind::ByteArray, length, true)
            }
            op::MEMOIZE => {
                let value = self.top()?;
                self.put(self.memo.occupied(), value)
            }
            op::BINPUT => {
                let [slot] = self.reader.array()?;
                let value = self.top()?;
                self.put(u64::from(slot), value)
            }
            op::LONG_BINPUT => {
                let slot = u32::from_le_bytes(self.reader.array()?);
                let value = self.top()?;
                self.put(u64::from(slot), value)
            }
            op::BINGET => {
                let [slot] = self.reader.array()?;
                self.get(u64::from(slot))
            }
            op::LONG_BINGET => {
                let slot = u32::from_le_bytes(self.reader.array()?);
                self.get(u64::from(slot))
            }
            op::EMPTY_TUPLE => self.push_container(Kind::Tuple, self.stack.len()),
            op::EMPTY_LIST => self.push_container(Kind::List, self.stack.len()),
            op::EMPTY_DICT => self.push_container(Kind::Dict, self.stack.len()),
            op::EMPTY_SET => self.push_container(Kind::Set, self.stack.len()),
            op::TUPLE1 => self.push_tuple(1),
            op::TUPLE2 => self.push_tuple(2),
            op::TUPLE3 => self.push_tuple(3),
            op::TUPLE => {
                let start = self.pop_mark()?;
                self.push_container(Kind::Tuple, start)
            }
            op::LIST => {
                let start = self.pop_mark()?;
                self.push_container(Kind::List, start)
            }
            op::DICT => {
                let start = self.pop_mark()?;
                let items = self.stack.get(start..).unwrap_or(&[]);
                if items.len() & 1 == 1 {
                    return malformed("odd number of items for DICT");
                }
                if self.any_unhashable(items.iter().step_by(2)) {
                    return malformed("an unhashable key");
                }
                self.push_container(Kind::Dict, start)
            }
            op::FROZENSET => {
                let start = self.pop_mark()?;
                if self.any_unhashable(self.stack.get(start..).unwrap_or(&[]).iter()) {
                    return malformed("an unhashable member");
                }
                self.push_container(Kind::FrozenSet, start)
            }
            op::APPENDS => {
                let start = self.pop_mark()?;
                self.add(start, Kind::List, MutationOpcode::Appends)
            }
            op::APPEND => {
                let start = self.stack.len().saturating_sub(1);
                self.add(start, Kind::List, MutationOpcode::Append)
            }
            op::SETITEMS => {
                let start = self.pop_mark()?;
                self.add(start, Kind::Dict, MutationOpcode::Setitems)
            }
            op::SETITEM => {
                let start = self.stack.len().saturating_sub(2);
                self.add(start, Kind::Dict, MutationOpcode::Setitem)
            }
            op::ADDITEMS => {
                let start = self.pop_mark()?;
                self.add(start, Kind::Set, MutationOpcode::Additems)
            }
            _ => self.execute_rare(opcode),
        }
    }

    /// The opcodes that are few in any pickle.
    fn execute_rare(&mut self, opcode: u8) -> Step {
        match opcode {
            op::PROTO => self.proto(),
            op::FRAME => {
                let length = u64::from_le_bytes(self.reader.array()?);
                self.reader.enter_frame(length);
                Ok(())
            }
            op::GLOBAL => {
                let (module, name) = self.import_lines()?;
                let id = self.import(&module, &name, ImportOpcode::Global);
                if std::str::from_utf8(&module).is_err() || std::str::from_utf8(&name).is_err() {
                    return malformed("an import whose name is no UTF-8");
                }
                self.push(Value::Global(id))
            }
            op::STACK_GLOBAL => self.stack_global(),
            op::INST => self.inst(),
            op::OBJ => self.obj(),
            op::REDUCE => self.reduce(),
            op::NEWOBJ => self.newobj(),
            op::NEWOBJ_EX => self.newobj_ex(),
            op::BUILD => self.build(),
            op::LONG1 => {
                let [length] = self.reader.array()?;
                self.push_long(u64::from(length))
            }
            op::LONG4 => {
                let length = i32::from_le_bytes(self.reader.array()?);
                match u64::try_from(length) {
                    Ok(length) => self.push_long(length),
                    Err(_) => malformed("LONG pickle has negative byte count"),
                }
            }
            op::INT => {
                let read = number::int(self.reader.line()?);
                self.push_number(read)
            }
            op::LONG => {
                let read = number::long(self.reader.line()?);
                self.push_number(read)
            }
            op::FLOAT => match number::float(self.reader.line()?) {
                None => malformed("a float that no reader takes"),
                Some(divergence) => {
                    if let Some(form) = divergence {
                        let detail = "a float in an unusual form".to_owned();
                        self.recorder.divergence(self.at, form, detail);
                    }
                    self.push(Value::Float)
                }
            },
            op::STRING => match text::string(self.reader.line()?) {
                Some(decoded) => self.push_decoded(Kind::NativeStr, &decoded),
                None => malformed("the STRING opcode argument must be quoted"),
            },
            op::UNICODE => match text::unicode(self.reader.line()?) {
                Some(decoded) => self.push_decoded(Kind::Str, &decoded),
                None => malformed("a UNICODE argument with a broken escape"),
            },
            op::SHORT_BINSTRING => {
                let [length] = self.reader.array()?;
                self.push_text(Kind::NativeStr, u64::from(length), false)
            }
            op::BINSTRING => {
                let length = u32::from_le_bytes(self.reader.array()?);
                if length > i32::MAX.unsigned_abs() {
                    let detail = format!("a BINSTRING of {length} bytes, negative for pickle.py");
                    self.recorder.divergence(self.at, Divergence::StringLength, detail);
                }
                self.push_text(Kind::NativeStr, u64::from(length), false)
            }
            op::GET => {
                let slot = self.text_slot()?;
                self.get(slot)
            }
            op::PUT => {
                let slot = self.text_slot()?;
                let value = self.top()?;
                self.put(slot, value)
            }
            op::PERSID => {
                let line = self.reader.line()?.to_vec();
                let id = self.heap.text(Kind::Str, &line, line.len() as u64, None);
                self.persistent(id)
            }
            op::BINPERSID => {
                let id = self.pop()?;
                self.persistent(id)
            }
            op::EXT1 => {
                let [code] = self.reader.array()?;
                self.extension(i64::from(code))
            }
            op::EXT2 => {
                let code = u16::from_le_bytes(self.reader.array()?);
                self.extension(i64::from(code))
            }
            op::EXT4 => {
                let code = i32::from_le_bytes(self.reader.array()?);
                self.extension(i64::from(code))
            }
            op::NEXT_BUFFER => {
                self.recorder.fact(self.at, PickleFact::OutOfBandBuffer);
                self.push(Value::Unknown)
            }
            op::READONLY_BUFFER => {
                self.recorder.fact(self.at, PickleFact::OutOfBandBuffer);
                self.top().map(|_| ())
            }
            other => malformed(match op::name(other) {
                Some(name) => format!("the opcode {name} is not handled"),
                None => format!("0x{other:02x} is no opcode"),
            }),
        }
    }

    fn push_long(&mut self, length: u64) -> Step {
        // An integer of more than KEPT_BYTES is never compared with anything.
        let bytes = self.reader.counted(length, KEPT_BYTES.saturating_add(1), false)?;
        let value = self.heap.integer(bytes);
        self.push(value)
    }
}
