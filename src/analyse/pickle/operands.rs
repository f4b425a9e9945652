//! Text, bytes and numbers from operands.

use crate::evidence::Divergence;

use super::heap::KEPT_BYTES;
use super::machine::{Machine, Step, malformed};
use super::number::{self, Number};
use super::payload;
use super::record::Payload;
use super::text;
use super::value::{Kind, Value};

impl Machine<'_> {
    #[inline]
    pub(super) fn push_text(&mut self, kind: Kind, length: u64, contiguous: bool) -> Step {
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
            let is_text = matches!(kind, Kind::Str | Kind::NativeStr);
            let payload = Payload { offset, length, encoding, is_text, consumer: None };
            self.recorder.payload(payload);
        }
        self.push(value)
    }

    pub(super) fn push_decoded(&mut self, kind: Kind, decoded: &[u8]) -> Step {
        let value = self.heap.text(kind, decoded, decoded.len() as u64, None);
        if decoded.len() as u64 > payload::LEAST
            && let Some(encoding) = payload::sniff(kind, decoded, decoded.len() as u64)
        {
            let offset = self.at.saturating_add(1);
            let length = self.reader.offset().saturating_sub(offset);
            let is_text = matches!(kind, Kind::Str | Kind::NativeStr);
            let payload = Payload { offset, length, encoding, is_text, consumer: None };
            self.recorder.payload(payload);
        }
        self.push(value)
    }

    pub(super) fn push_number(&mut self, read: Option<number::Read>) -> Step {
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

    pub(super) fn push_long(&mut self, length: u64) -> Step {
        // An integer of more than KEPT_BYTES is never compared with anything.
        let bytes = self.reader.counted(length, KEPT_BYTES.saturating_add(1), false)?;
        let value = self.heap.integer(bytes);
        self.push(value)
    }
}
