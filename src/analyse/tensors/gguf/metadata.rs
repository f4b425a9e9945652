//! The keys and values in front of the tensors.

use std::collections::HashMap;

use super::cursor::Cursor;
use crate::analyse::templates::{Place, examine_template, has_tags};
use crate::analyse::{Examination, Stop, payload};
use crate::base::quoted;
use crate::evidence::SafetensorsFact;

/// Bytes of the longest key (llama.cpp and the specification: 2¹⁶ − 1).
const KEY_LENGTH: usize = 65_535;

/// Bytes of a value that are looked at. Templates and licenses are texts of some KiB.
const TEXT_KEPT: usize = 1 << 20;

/// The alignment where none is given.
const ALIGNMENT: u32 = 32;

/// The greatest alignment that makes sense: a page of the greatest kind that is mapped.
const GREATEST_ALIGNMENT: u32 = 64 << 10;

/// Blocks of a model; the greatest has some hundred.
const BLOCKS: u64 = 1024;

/// The types of a value, by their number in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Number(u64),
    Boolean,
    Text,
    Array,
}

/// The numbers of types that keys are checked against.
mod number {
    pub(super) const U32: u32 = 4;
    pub(super) const I32: u32 = 5;
    pub(super) const F32: u32 = 6;
    pub(super) const TEXT: u32 = 8;
}

impl Type {
    fn read(number: u32, at: u64) -> Result<Self, Stop> {
        Ok(match number {
            0 | 1 => Self::Number(1),
            2 | 3 => Self::Number(2),
            4..=6 => Self::Number(4),
            7 => Self::Boolean,
            8 => Self::Text,
            9 => Self::Array,
            10..=12 => Self::Number(8),
            _ => return Err(Stop::malformed(at, format!("a value of type {number}"))),
        })
    }
}

/// What other parts of the file depend on.
#[derive(Debug)]
pub(super) struct Known {
    /// Bytes that tensors are aligned to.
    pub(super) alignment: u32,
    /// How many elements the arrays of the vocabulary have.
    arrays: HashMap<&'static str, u64>,
    /// Ids of tokens, with the key and the place.
    tokens: Vec<(String, u64, u64)>,
}

/// Arrays of the vocabulary and the type of their elements: loaders have cast without looking.
const ARRAYS: [(&str, u32); 4] = [
    ("tokenizer.ggml.tokens", number::TEXT),
    ("tokenizer.ggml.scores", number::F32),
    ("tokenizer.ggml.token_type", number::I32),
    ("tokenizer.ggml.merges", number::TEXT),
];

impl Known {
    /// Checks what only the whole of the metadata tells.
    pub(super) fn check(&self, version: u32) -> Result<(), Stop> {
        let Some(tokens) = self.arrays.get("tokenizer.ggml.tokens") else { return Ok(()) };
        for key in ["tokenizer.ggml.scores", "tokenizer.ggml.token_type"] {
            if let Some(count) = self.arrays.get(key)
                && count != tokens
                && version > 1
            {
                let reason = format!("`{key}` has {count} elements for {tokens} tokens");
                return Err(Stop::malformed(None, reason));
            }
        }
        for (key, token, at) in &self.tokens {
            if token >= tokens {
                let reason = format!("`{key}` is {token}, and there are {tokens} tokens");
                return Err(Stop::malformed(*at, reason));
            }
        }
        Ok(())
    }
}

/// Reads so many keys and values, and records what they carry.
pub(super) fn read(
    cursor: &mut Cursor<'_>,
    keys: u64,
    examination: &mut Examination<'_>,
) -> Result<Known, Stop> {
    let mut known = Known { alignment: ALIGNMENT, arrays: HashMap::new(), tokens: Vec::new() };
    let mut places: HashMap<String, u64> = HashMap::new();
    for _ in 0..keys {
        let at = cursor.offset();
        let key = cursor.text(KEY_LENGTH)?.filter(|key| !key.is_empty());
        let Some(key) = key else {
            return Err(Stop::malformed(at, "a key that is empty or longer than 65,535 bytes"));
        };
        if key.chars().any(|c| c.is_control() || c == '\u{FFFD}') {
            return Err(Stop::malformed(at, format!("the key `{}` is no text", quoted(&key))));
        }
        if places.insert(key.clone(), at).is_some() {
            let reason =
                format!("the key `{}` stands twice: readers differ on which counts", quoted(&key));
            return Err(Stop::malformed(at, reason));
        }
        let type_at = cursor.offset();
        let number = cursor.u32()?;
        let kind = Type::read(number, type_at)?;
        value(&mut known, cursor, &key, (number, kind), examination)?;
    }
    Ok(known)
}

fn value(
    known: &mut Known,
    cursor: &mut Cursor<'_>,
    key: &str,
    (number, kind): (u32, Type),
    examination: &mut Examination<'_>,
) -> Result<(), Stop> {
    let at = cursor.offset();
    let is_type = |expected: bool, what: &str| {
        if expected {
            return Ok(());
        }
        Err(Stop::malformed(at, format!("`{}` is no {what} (type {number})", quoted(key))))
    };
    if ARRAYS.iter().any(|(array, _)| *array == key) {
        is_type(kind == Type::Array, "array")?;
    }
    match key {
        "general.alignment" => {
            is_type(number == number::U32, "32-bit number")?;
            known.alignment = alignment(cursor.u32()?, at)?;
            return Ok(());
        }
        "general.architecture" | "tokenizer.chat_template" => is_type(kind == Type::Text, "text")?,
        _ if key.ends_with(".block_count") => {
            is_type(number == number::U32, "32-bit number")?;
            let blocks = u64::from(cursor.u32()?);
            if blocks > BLOCKS {
                return Err(Stop::malformed(at, format!("`{}` is {blocks}", quoted(key))));
            }
            return Ok(());
        }
        "tokenizer.ggml.bos_token_id" | "tokenizer.ggml.eos_token_id" if number == number::U32 => {
            known.tokens.push((key.to_owned(), u64::from(cursor.u32()?), at));
            return Ok(());
        }
        _ => {}
    }
    match kind {
        Type::Number(size) => cursor.skip(size),
        Type::Boolean => boolean(cursor),
        Type::Text => text(cursor, key, examination),
        Type::Array => array(known, cursor, key, examination),
    }
}

fn alignment(alignment: u32, at: u64) -> Result<u32, Stop> {
    if alignment.is_power_of_two() && (8..=GREATEST_ALIGNMENT).contains(&alignment) {
        return Ok(alignment);
    }
    let reason = format!("an alignment of {alignment}: it must be a power of two from 8 to 65,536");
    Err(Stop::malformed(at, reason))
}

fn boolean(cursor: &mut Cursor<'_>) -> Result<(), Stop> {
    let at = cursor.offset();
    match cursor.u8()? {
        0 | 1 => Ok(()),
        other => Err(Stop::malformed(at, format!("a boolean of {other}"))),
    }
}

fn text(cursor: &mut Cursor<'_>, key: &str, examination: &mut Examination<'_>) -> Result<(), Stop> {
    let at = cursor.offset();
    let is_template = key.starts_with("tokenizer.chat_template");
    let Some(value) = cursor.text(TEXT_KEPT)? else {
        if is_template {
            let (budget, limit) = (crate::base::Budget::Text, TEXT_KEPT as u64);
            return Err(Stop::Exhausted { budget, limit, offset: Some(at) });
        }
        return Ok(());
    };
    if is_template && has_tags(&value) {
        examine_template(&value, Place::Value(at), examination);
    } else if let Some(holds) = payload::in_metadata(key, &value, examination.limits()) {
        let key = key.chars().take(256).collect();
        examination.record(at, SafetensorsFact::MetadataPayload { key, holds });
    }
    Ok(())
}

fn array(
    known: &mut Known,
    cursor: &mut Cursor<'_>,
    key: &str,
    examination: &mut Examination<'_>,
) -> Result<(), Stop> {
    let at = cursor.offset();
    let number = cursor.u32()?;
    let count = cursor.count()?;
    if let Some((array, expected)) = ARRAYS.iter().find(|(array, _)| *array == key) {
        if number != *expected {
            return Err(Stop::malformed(at, format!("`{key}` has elements of type {number}")));
        }
        known.arrays.insert(array, count);
    }
    match Type::read(number, at)? {
        Type::Number(size) => {
            let bytes = count.checked_mul(size);
            let bytes = bytes.ok_or_else(|| Stop::malformed(at, format!("{count} elements")))?;
            cursor.skip(bytes)
        }
        Type::Boolean => (0..count).try_for_each(|_| boolean(cursor)),
        // Words of a vocabulary are no texts that anything acts on.
        Type::Text if key.starts_with("tokenizer.ggml.") => {
            (0..count).try_for_each(|_| cursor.text(0).map(drop))
        }
        Type::Text => (0..count).try_for_each(|_| text(cursor, key, examination)),
        Type::Array => Err(Stop::malformed(at, "an array of arrays, which no reader takes")),
    }
}
