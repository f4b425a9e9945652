//! numpy dtypes as pickles write them: `numpy.dtype(str, False, True)` and a `BUILD` state.

use super::objects::Objects;
use super::value::{Kind, Value};

/// Fields that are followed in one dtype; numpy itself allows no more than 2³¹, nobody writes 64.
const MOST_FIELDS: usize = 1024;
/// Levels of dtypes in dtypes.
const LEVELS: u32 = 16;

/// One item of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Bytes.
    pub(super) size: u64,
    /// Whether Python objects are in it.
    pub(super) objects: bool,
}

/// The item size of a dtype, if all that decides on it is constant.
pub(super) fn item(objects: &Objects<'_>, dtype: Value) -> Option<Item> {
    item_at(objects, dtype, LEVELS)
}

fn item_at(objects: &Objects<'_>, dtype: Value, levels: u32) -> Option<Item> {
    let levels = levels.checked_sub(1)?;
    let call = objects.call(dtype)?;
    if call.callee != "numpy.dtype" {
        return None;
    }
    let name = objects.text(*objects.tuple(call.arguments)?.first()?)?;
    let mut item = scalar(name)?;
    // (version, byteorder, subdtype, names, fields, elsize, alignment, flags[, metadata])
    let state = objects.tuple(call.state)?;
    if let Some(subdtype) = state.get(2)
        && *subdtype != Value::None
    {
        let [base, _shape] = objects.tuple(*subdtype)? else { return None };
        item.objects |= item_at(objects, *base, levels)?.objects;
    }
    if let Some(fields) = state.get(4)
        && *fields != Value::None
    {
        if objects.kind(*fields) != Some(Kind::Dict) {
            return None;
        }
        let pairs = objects.items(*fields)?;
        if pairs.len() > MOST_FIELDS {
            return None;
        }
        for pair in pairs.chunks(2) {
            let [_, field] = pair else { return None };
            item.objects |= item_at(objects, *objects.tuple(*field)?.first()?, levels)?.objects;
        }
    }
    // For structured, void and text dtypes the state has the size; -1 says "as the name has it".
    let stated = state.get(5).and_then(|size| objects.integer(*size));
    match stated {
        Some(-1) | None => {}
        Some(size) => item.size = u64::try_from(size).ok()?,
    }
    Some(item)
}

/// The item of a dtype string without byte order: `f8`, `U3`, `V16`, `?`.
fn scalar(name: &str) -> Option<Item> {
    let name = name.trim_start_matches(['<', '>', '|', '=']);
    let mut letters = name.chars();
    let letter = letters.next()?;
    let digits = letters.as_str();
    if !digits.is_empty() && !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        // `M8[ns]` and its like: the unit does not change the size.
        let unit = digits.split_once('[')?;
        return (matches!(letter, 'M' | 'm') && unit.0 == "8" && unit.1.ends_with(']'))
            .then_some(Item { size: 8, objects: false });
    }
    let count = if digits.is_empty() { None } else { Some(digits.parse::<u64>().ok()?) };
    let size = match (letter, count) {
        ('O', _) => return Some(Item { size: 8, objects: true }),
        ('S' | 'V' | 'a', count) => count.unwrap_or(0),
        ('U', count) => count.unwrap_or(0).checked_mul(4)?,
        ('b' | 'i' | 'u' | 'f' | 'c' | 'm' | 'M' | '?', Some(count)) => count,
        ('?' | 'b' | 'B', None) => 1,
        ('h' | 'H' | 'e', None) => 2,
        ('i' | 'I' | 'f', None) => 4,
        ('l' | 'L' | 'q' | 'Q' | 'd' | 'F' | 'M' | 'm', None) => 8,
        ('g' | 'D', None) => 16,
        ('G', None) => 32,
        _ => return None,
    };
    Some(Item { size, objects: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_scalar_dtypes() {
        let size = |name| scalar(name).map(|item| item.size);
        assert_eq!(size("f8"), Some(8));
        assert_eq!(size("<i4"), Some(4));
        assert_eq!(size("U3"), Some(12));
        assert_eq!(size("S5"), Some(5));
        assert_eq!(size("V16"), Some(16));
        assert_eq!(size("?"), Some(1));
        assert_eq!(size("M8[ns]"), Some(8));
        assert_eq!(size("c16"), Some(16));
        assert_eq!(size("x4"), None);
        assert_eq!(size("U99999999999999999999"), None);
        assert!(scalar("O8").unwrap().objects);
    }
}
