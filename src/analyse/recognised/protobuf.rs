//! The outline of protobuf messages: enough to tell which message a file without a magic is.
//!
//! <https://protobuf.dev/programming-guides/encoding/>

use crate::base::{ReadAt, read_up_to};

/// Fields of one message that are looked at.
const FIELDS: u64 = 10_000_000;

/// Bytes of one piece of a vocabulary.
const LONGEST_PIECE: u64 = 4096;

const CHUNK: usize = 64 << 10;

const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const LENGTH: u8 = 2;
const FIXED32: u8 = 5;

/// The outline of a message: which fields it may have, of which wire types, and which it must.
pub(super) struct Schema {
    /// Field numbers and wire types; a field that isn't here rules the message out.
    fields: &'static [(u64, u8)],
    /// Ranges of fields that hold messages, one of which must be there.
    messages: &'static [(u64, u64)],
    /// Each group must have one of its fields present.
    required: &'static [&'static [u64]],
}

/// `onnx.ModelProto`.
pub(super) static ONNX: Schema = Schema {
    fields: &[
        (1, VARINT),
        (2, LENGTH),
        (3, LENGTH),
        (4, LENGTH),
        (5, VARINT),
        (6, LENGTH),
        (7, LENGTH),
        (8, LENGTH),
        (14, LENGTH),
        (20, LENGTH),
        (25, LENGTH),
        (26, LENGTH),
    ],
    messages: &[],
    required: &[&[7], &[1, 8]],
};

/// `tensorflow.SavedModel`.
pub(super) static SAVED_MODEL: Schema =
    Schema { fields: &[(1, VARINT), (2, LENGTH)], messages: &[], required: &[&[1], &[2]] };

/// `tensorflow.GraphDef`.
pub(super) static GRAPH: Schema = Schema {
    fields: &[(1, LENGTH), (2, LENGTH), (3, VARINT), (4, LENGTH), (5, LENGTH)],
    messages: &[],
    required: &[&[1], &[4, 3]],
};

/// `CoreML.Specification.Model`: version, description, and one of the kinds of model.
pub(super) static CORE_ML: Schema = Schema {
    fields: &[(1, VARINT), (2, LENGTH), (10, VARINT)],
    messages: &[(200, 999), (2000, 3999)],
    required: &[&[1], &[2]],
};

impl Schema {
    /// Whether the whole of `bytes` is such a message.
    pub(super) fn describes(&self, bytes: &dyn ReadAt) -> bool {
        let mut present = vec![false; self.required.len()];
        let mut message = self.messages.is_empty();
        let walked = walk(bytes, 0, u64::MAX, &mut |field| {
            for (group, present) in self.required.iter().zip(&mut present) {
                *present |= group.contains(&field.number);
            }
            let in_range = |(from, to): &(u64, u64)| (*from..=*to).contains(&field.number);
            let is_message = field.wire == LENGTH && self.messages.iter().any(in_range);
            message |= is_message;
            is_message || self.fields.contains(&(field.number, field.wire))
        });
        walked && message && present.into_iter().all(|present| present)
    }
}

/// Whether the whole of `bytes` is a `sentencepiece.ModelProto` with pieces: 1 pieces `{1 text, 2
/// score, 3 type}`, 2 trainer, 3 normalizer, 4 self-test, 5 denormalizer.
pub(super) fn is_sentencepiece(bytes: &dyn ReadAt) -> bool {
    let mut pieces = 0_u64;
    let mut settings = false;
    let walked = walk(bytes, 0, u64::MAX, &mut |field| match (field.number, field.wire) {
        (1, LENGTH) => {
            pieces = pieces.saturating_add(1);
            is_piece(bytes, &field)
        }
        (2..=5, LENGTH) => {
            settings = true;
            true
        }
        _ => false,
    });
    walked && pieces > 0 && settings
}

fn is_piece(bytes: &dyn ReadAt, field: &Field) -> bool {
    let length = field.end.saturating_sub(field.start);
    if length > LONGEST_PIECE {
        return false;
    }
    let mut piece = vec![0; usize::try_from(length).unwrap_or(0)];
    if !read_up_to(bytes, field.start, &mut piece).is_ok_and(|count| count == piece.len()) {
        return false;
    }
    let piece = piece.as_slice();
    let mut has_text = false;
    let walked = walk(&piece, 0, length, &mut |field| match (field.number, field.wire) {
        (1, LENGTH) => {
            let text = usize::try_from(field.start)
                .ok()
                .zip(usize::try_from(field.end).ok())
                .and_then(|(start, end)| piece.get(start..end));
            has_text = text.is_some_and(|text| std::str::from_utf8(text).is_ok());
            has_text
        }
        (2, FIXED32) | (3, VARINT) => true,
        _ => false,
    });
    walked && has_text
}

/// A field of a message.
struct Field {
    number: u64,
    wire: u8,
    /// Where its content begins and ends, for [`LENGTH`] fields.
    start: u64,
    end: u64,
}

/// Walks over the fields of the message between two offsets, to the end of the bytes at most, as
/// long as `accept` agrees. Whether it came to the end exactly.
fn walk(bytes: &dyn ReadAt, start: u64, end: u64, accept: &mut dyn FnMut(Field) -> bool) -> bool {
    let mut cursor = Cursor { bytes, offset: start, chunk: Vec::new(), chunk_offset: start };
    let mut fields = 0_u64;
    while cursor.offset < end {
        let Ok(at_end) = cursor.at_end() else { return false };
        if at_end {
            return end == u64::MAX && fields > 0;
        }
        fields = fields.saturating_add(1);
        let Some(tag) = cursor.varint() else { return false };
        let wire = u8::try_from(tag & 7).unwrap_or(7);
        let content = match wire {
            VARINT => match cursor.varint() {
                Some(_) => 0,
                None => return false,
            },
            FIXED64 => 8,
            FIXED32 => 4,
            LENGTH => match cursor.varint() {
                Some(length) => length,
                None => return false,
            },
            _ => return false,
        };
        let start = cursor.offset;
        let Some(behind) = start.checked_add(content) else { return false };
        if content > 0 && !cursor.has_byte(behind.saturating_sub(1)) {
            return false;
        }
        let field = Field { number: tag >> 3, wire, start, end: behind };
        if field.number == 0 || fields > FIELDS || !accept(field) {
            return false;
        }
        cursor.offset = behind;
    }
    cursor.offset == end && fields > 0
}

struct Cursor<'a> {
    bytes: &'a dyn ReadAt,
    offset: u64,
    chunk: Vec<u8>,
    chunk_offset: u64,
}

impl Cursor<'_> {
    /// The byte at an offset, read with those that follow it.
    fn byte_at(&mut self, offset: u64) -> std::io::Result<Option<u8>> {
        let inside = offset.checked_sub(self.chunk_offset).and_then(|at| usize::try_from(at).ok());
        if let Some(byte) = inside.and_then(|at| self.chunk.get(at)) {
            return Ok(Some(*byte));
        }
        self.chunk.resize(CHUNK, 0);
        let count = read_up_to(self.bytes, offset, &mut self.chunk)?;
        self.chunk.truncate(count);
        self.chunk_offset = offset;
        Ok(self.chunk.first().copied())
    }

    /// Whether there is a byte at `offset`, without losing what is at hand.
    fn has_byte(&self, offset: u64) -> bool {
        let end = self.chunk_offset.saturating_add(self.chunk.len() as u64);
        if (self.chunk_offset..end).contains(&offset) {
            return true;
        }
        self.bytes.read_at(offset, &mut [0]).is_ok_and(|count| count == 1)
    }

    fn at_end(&mut self) -> std::io::Result<bool> {
        Ok(self.byte_at(self.offset)?.is_none())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte_at(self.offset).ok()??;
            self.offset = self.offset.checked_add(1)?;
            value |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}
