//! The list of tensors, and whether their data lies where it says.

use std::collections::HashSet;

use super::cursor::Cursor;
use crate::analyse::Stop;
use crate::base::quoted;

/// Bytes of the longest name: llama.cpp keeps 64 with the closing zero.
const NAME_LENGTH: usize = 63;

/// Dimensions of a tensor (`GGML_MAX_DIMS`).
const DIMENSIONS: u32 = 4;

/// Elements and bytes of one block of a type, by its number (`ggml.h`, `ggml-quants.h`). Numbers
/// that are missing were removed or never given.
const BLOCKS: [(u32, u64, u64); 34] = [
    (0, 1, 4),
    (1, 1, 2),
    (2, 32, 18),
    (3, 32, 20),
    (6, 32, 22),
    (7, 32, 24),
    (8, 32, 34),
    (9, 32, 36),
    (10, 256, 84),
    (11, 256, 110),
    (12, 256, 144),
    (13, 256, 176),
    (14, 256, 210),
    (15, 256, 292),
    (16, 256, 66),
    (17, 256, 74),
    (18, 256, 98),
    (19, 256, 50),
    (20, 32, 18),
    (21, 256, 110),
    (22, 256, 82),
    (23, 256, 136),
    (24, 1, 1),
    (25, 1, 2),
    (26, 1, 4),
    (27, 1, 8),
    (28, 1, 8),
    (29, 256, 56),
    (30, 1, 2),
    (34, 256, 54),
    (35, 256, 66),
    (39, 32, 17),
    (40, 64, 36),
    (41, 128, 18),
];

/// Reads so many tensors, whose data follows, and checks that it fills the file: nothing shared, no
/// hole, and behind it at most the padding. Returns the bytes of data.
pub(super) fn read(cursor: &mut Cursor<'_>, tensors: u64, alignment: u32) -> Result<u64, Stop> {
    let mut names = HashSet::new();
    // Behind the padded data of the tensors so far, from the beginning of the data.
    let mut expected = 0_u64;
    let mut last_end = 0_u64;
    for _ in 0..tensors {
        let at = cursor.offset();
        let name = cursor.text(NAME_LENGTH)?;
        let name = name.ok_or_else(|| Stop::malformed(at, "a name of 64 bytes or more"))?;
        if !names.insert(name.clone()) {
            return Err(Stop::malformed(at, format!("two tensors are called `{}`", quoted(&name))));
        }
        let wrong =
            |reason: String| Stop::malformed(at, format!("tensor `{}`: {reason}", quoted(&name)));
        let dimensions = cursor.u32()?;
        if dimensions == 0 || dimensions > DIMENSIONS {
            return Err(wrong(format!("{dimensions} dimensions")));
        }
        let mut elements = 1_u64;
        let mut row = 1_u64;
        for dimension in 0..dimensions {
            let size = if cursor.narrow { u64::from(cursor.u32()?) } else { cursor.u64()? };
            if dimension == 0 {
                row = size;
            }
            elements = elements
                .checked_mul(size)
                .filter(|elements| *elements > 0 && i64::try_from(*elements).is_ok())
                .ok_or_else(|| {
                    wrong("a dimension of zero, or more elements than fit".to_owned())
                })?;
        }
        let number = cursor.u32()?;
        let block = BLOCKS.iter().find(|(known, ..)| *known == number);
        let Some((_, per_block, bytes)) = block else {
            return Err(wrong(format!("type {number}, which is not known")));
        };
        if !row.is_multiple_of(*per_block) {
            return Err(wrong(format!("rows of {row} elements in blocks of {per_block}")));
        }
        let blocks = elements.checked_div(*per_block).unwrap_or(0);
        let length = blocks.checked_mul(*bytes);
        let offset = cursor.u64()?;
        let end = length.and_then(|length| offset.checked_add(length));
        let (Some(end), Some(padded)) = (end, end.and_then(|end| padded(end, alignment))) else {
            return Err(wrong("more bytes than fit".to_owned()));
        };
        if offset != expected {
            return Err(wrong(format!("its data begins at {offset} and not at {expected}")));
        }
        last_end = end;
        expected = padded;
    }
    let header_end = cursor.offset();
    let data = padded(header_end, alignment).unwrap_or(u64::MAX);
    let size = cursor.length();
    if tensors == 0 {
        return trailing(size, header_end, alignment).map(|()| 0);
    }
    let end = data.checked_add(last_end).filter(|end| *end <= size);
    let Some(end) = end else {
        let reason = format!("the data of its tensors ends behind the file of {size} bytes");
        return Err(Stop::malformed(data.min(size), reason));
    };
    trailing(size, end, alignment)?;
    Ok(last_end)
}

fn padded(offset: u64, alignment: u32) -> Option<u64> {
    offset.checked_next_multiple_of(u64::from(alignment))
}

fn trailing(size: u64, end: u64, alignment: u32) -> Result<(), Stop> {
    let behind = size.saturating_sub(end);
    if behind < u64::from(alignment) {
        return Ok(());
    }
    Err(Stop::malformed(end, format!("{behind} bytes behind the last tensor")))
}
