//! The pickle machine: an abstract interpreter of the unpickler's stack and memo.
//!
//! Exact for every opcode of protocols 0–5, after `_pickle.c` and `pickle.py` of CPython 3.11.
//! What a stream imports, calls and changes is recorded when it is **executed**, so that it stays
//! known when the result is popped, overwritten or never used, and when the stream breaks off
//! later. Where real readers differ the more permissive one is followed and the difference is
//! recorded.

use std::collections::HashMap;

use crate::base::{Budget, Limits, ReadAt};
use crate::evidence::StreamSummary;

use super::super::Stop;
use super::dialect::Dialect;
use super::heap::Heap;
use super::imports::Imports;
use super::memo::Memo;
use super::number::{self, Slot, SlotNumber};
use super::objects::Objects;
use super::reader::{Reader, Trouble, View};
use super::record::Recorder;
use super::value::Value;

/// Memo slots beyond 64 bits; no writer makes one.
const LARGE_SLOTS: usize = 1024;

/// Values from which on a stack is large.
const LARGE_STACK: usize = 32 << 10;

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

pub(super) fn malformed<T>(reason: impl Into<String>) -> Step<T> {
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
    pub(super) marks: Vec<u32>,
    pub(super) memo: Memo,
    /// The operand of the last `PROTO`.
    pub(super) protocol: u8,
    /// Another protocol that was in force earlier in the stream.
    pub(super) earlier_protocol: Option<u8>,
    pub(super) opcodes: u64,
    pub(super) ran_out: bool,
    /// Whether it was said that this needs much memory.
    pub(super) is_heavy: bool,
    /// Memo slots beyond 64 bits, by their digits.
    large_slots: HashMap<String, u64>,
    /// Offset of the opcode that is being executed.
    pub(super) at: u64,
    pub(super) calls_described: usize,
    /// Whether joblib would read an array behind each of its wrappers.
    pub(super) reads_arrays: bool,
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
            is_heavy: false,
            large_slots: HashMap::new(),
            at: offset,
            calls_described: 0,
            reads_arrays: true,
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

    pub(super) fn fence(&self) -> usize {
        self.marks.last().map_or(0, |mark| *mark as usize)
    }

    #[inline]
    pub(super) fn push(&mut self, value: Value) -> Step {
        if self.stack.len() as u64 >= self.limits.stack {
            return self.exhausted(Budget::Stack, self.limits.stack);
        }
        if self.stack.len() == self.stack.capacity() {
            self.grow_stack();
        }
        self.stack.push(value);
        Ok(())
    }

    /// A stack that is large already gets at once all that it may need: pages that are never
    /// touched cost nothing, and what doubling leaves behind stays with the process.
    #[cold]
    fn grow_stack(&mut self) {
        if self.stack.len() >= LARGE_STACK {
            let most = usize::try_from(self.limits.stack).unwrap_or(usize::MAX);
            // Where there is not that much, `push` asks for less.
            let _ = self.stack.try_reserve_exact(most.saturating_sub(self.stack.len()));
        }
    }

    pub(super) fn exhausted<T>(&self, budget: Budget, limit: u64) -> Step<T> {
        Err(Halt::Broken(Stop::Exhausted { budget, limit, offset: Some(self.at) }))
    }

    pub(super) fn underflow<T>(&self) -> Step<T> {
        malformed(if self.marks.is_empty() { "stack underflow" } else { "unexpected MARK found" })
    }

    pub(super) fn pop(&mut self) -> Step<Value> {
        if self.stack.len() <= self.fence() {
            return self.underflow();
        }
        self.stack.pop().map_or_else(|| malformed("stack underflow"), Ok)
    }

    pub(super) fn top(&self) -> Step<Value> {
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

    // The memo.

    pub(super) fn put(&mut self, slot: u64, value: Value) -> Step {
        if self.memo.occupied() >= self.limits.memo {
            return self.exhausted(Budget::Memo, self.limits.memo);
        }
        if slot > self.memo.occupied() {
            self.note_memo_cost(slot);
        }
        self.memo.put(slot, value);
        Ok(())
    }

    pub(super) fn get(&mut self, slot: u64) -> Step {
        match self.memo.get(slot) {
            Some(value) => self.push(value),
            None => malformed(format!("memo slot {slot} was never set")),
        }
    }

    pub(super) fn text_slot(&mut self) -> Step<u64> {
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

    /// Bounds the memory of values.
    #[cold]
    pub(super) fn collect(&mut self) {
        let (mut roots, mut rest) = self.memo.references();
        let mut stack_then_memo =
            self.stack.iter_mut().rev().chain(roots.iter_mut().map(|value| &mut **value));
        self.heap.collect(&mut stack_then_memo, &mut rest.iter_mut().map(|value| &mut **value));
        self.memo.pack();
    }
}
