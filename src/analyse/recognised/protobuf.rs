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
    /// Whether a message that begins with these bytes can be such a one: cheap, and settles it for
    /// most files.
    pub(super) fn can_begin(&self, head: &[u8]) -> bool {
        varint(head).is_some_and(|(tag, _)| {
            let (number, wire) = (tag >> 3, tag & 7);
            self.fields.contains(&(number, u8::try_from(wire).unwrap_or(7)))
                || self.messages.iter().any(|(from, to)| (*from..=*to).contains(&number))
        })
    }

    /// Whether the whole of `bytes` is such a message.
    pub(super) fn describes(&self, bytes: &dyn ReadAt) -> bool {
        let mut present = vec![false; self.required.len()];
        let mut message = self.messages.is_empty();
        let walked = walk(bytes, &mut |field| {
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
    let walked = walk(bytes, &mut |field| match (field.number, field.wire) {
        (1, LENGTH) => {
            pieces = pieces.saturating_add(1);
            field.content.is_some_and(is_piece)
        }
        (2..=5, LENGTH) => {
            settings = true;
            true
        }
        _ => false,
    });
    walked && pieces > 0 && settings
}

fn is_piece(content: &[u8]) -> bool {
    let mut rest = content;
    let mut has_text = false;
    while let Some((tag, behind)) = rest.split_first() {
        let length = match tag {
            0x0A => {
                let Some((length, text)) = varint(behind) else { return false };
                let Some((text, behind)) =
                    usize::try_from(length).ok().and_then(|length| text.split_at_checked(length))
                else {
                    return false;
                };
                has_text = std::str::from_utf8(text).is_ok();
                if !has_text {
                    return false;
                }
                rest = behind;
                continue;
            }
            // The score, a float.
            0x15 => 4,
            // The type.
            0x18 => {
                let Some((_, behind)) = varint(behind) else { return false };
                rest = behind;
                continue;
            }
            _ => return false,
        };
        let Some(behind) = behind.get(length..) else { return false };
        rest = behind;
    }
    has_text
}

/// A number in groups of seven bits, and the bytes behind it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    let mut shift = 0_u32;
    let mut rest = bytes;
    loop {
        let (byte, behind) = rest.split_first()?;
        value |= u64::from(byte & 0x7F).checked_shl(shift)?;
        rest = behind;
        if byte & 0x80 == 0 {
            return Some((value, rest));
        }
        shift = shift.checked_add(7).filter(|shift| *shift < 64)?;
    }
}

/// A field of a message.
struct Field<'a> {
    number: u64,
    wire: u8,
    /// The content of a short [`LENGTH`] field.
    content: Option<&'a [u8]>,
}

/// Walks over the fields of the message that all of `bytes` are, as long as `accept` agrees.
/// Whether it came to the end exactly.
fn walk(bytes: &dyn ReadAt, accept: &mut dyn FnMut(Field<'_>) -> bool) -> bool {
    let mut cursor = Cursor { bytes, offset: 0, chunk: Vec::new(), chunk_offset: 0 };
    for fields in 0..FIELDS {
        // A tag and a length are at most ten bytes each.
        let Ok(at_hand) = cursor.at_hand(20) else { return false };
        if at_hand.is_empty() {
            return fields > 0;
        }
        let Some((tag, rest)) = varint(at_hand) else { return false };
        let wire = u8::try_from(tag & 7).unwrap_or(7);
        let (length, rest) = match wire {
            VARINT => match varint(rest) {
                Some((_, rest)) => (0, rest),
                None => return false,
            },
            FIXED64 => (8, rest),
            FIXED32 => (4, rest),
            LENGTH => match varint(rest) {
                Some(parts) => parts,
                None => return false,
            },
            _ => return false,
        };
        let used = at_hand.len().saturating_sub(rest.len());
        cursor.offset = cursor.offset.saturating_add(used as u64);
        let number = tag >> 3;
        let accepted = if wire == LENGTH && length <= LONGEST_PIECE {
            let length = usize::try_from(length).unwrap_or(0);
            let Ok(at_hand) = cursor.at_hand(length) else { return false };
            let Some(content) = at_hand.get(..length) else { return false };
            accept(Field { number, wire, content: Some(content) })
        } else {
            let Some(behind) = cursor.offset.checked_add(length) else { return false };
            let is_there = length == 0 || cursor.has_byte(behind.saturating_sub(1));
            is_there && accept(Field { number, wire, content: None })
        };
        if number == 0 || !accepted {
            return false;
        }
        cursor.offset = cursor.offset.saturating_add(length);
    }
    false
}

struct Cursor<'a> {
    bytes: &'a dyn ReadAt,
    offset: u64,
    chunk: Vec<u8>,
    chunk_offset: u64,
}

impl Cursor<'_> {
    /// The bytes behind the cursor that are at hand: `wanted` at least, unless the end comes
    /// first.
    fn at_hand(&mut self, wanted: usize) -> std::io::Result<&[u8]> {
        let behind = |chunk: &[u8], chunk_offset: u64, offset: u64| {
            offset
                .checked_sub(chunk_offset)
                .and_then(|at| usize::try_from(at).ok())
                .filter(|at| chunk.len().saturating_sub(*at) >= wanted)
        };
        if let Some(at) = behind(&self.chunk, self.chunk_offset, self.offset) {
            return Ok(self.chunk.get(at..).unwrap_or(&[]));
        }
        self.chunk.resize(CHUNK.max(wanted), 0);
        let count = read_up_to(self.bytes, self.offset, &mut self.chunk)?;
        self.chunk.truncate(count);
        self.chunk_offset = self.offset;
        Ok(&self.chunk)
    }

    /// Whether there is a byte at `offset`, without losing what is at hand.
    fn has_byte(&self, offset: u64) -> bool {
        let end = self.chunk_offset.saturating_add(self.chunk.len() as u64);
        if (self.chunk_offset..end).contains(&offset) {
            return true;
        }
        self.bytes.read_at(offset, &mut [0]).is_ok_and(|count| count == 1)
    }
}
