//! numpy dtypes as pickles write them: `numpy.dtype(str, False, True)` and a `BUILD` state.
//!
//! The state can contradict the name: flags that deny the objects of an `O8` make numpy take raw
//! bytes for pointers, and another item size makes joblib skip another length. What a dtype is
//! follows from its name alone (of structured ones: from their fields); a state that says
//! otherwise is no writer's. `arraydescr_reduce` and `arraydescr_setstate`, read in numpy 2.4.6.

use super::objects::{CallResult, Objects};
use super::value::{Kind, Value};

/// Fields that are followed in one dtype; numpy itself allows no more than 2³¹, nobody writes 64.
const MOST_FIELDS: usize = 1024;
/// Levels of dtypes in dtypes.
const LEVELS: u32 = 16;

/// `NPY_ITEM_REFCOUNT`: the items are pointers to objects, or hold some.
const ITEM_REFCOUNT: i64 = 0x01;
/// `NPY_LIST_PICKLE`: arrays are pickled as lists.
const LIST_PICKLE: i64 = 0x02;
/// `NPY_ITEM_IS_POINTER`.
const ITEM_IS_POINTER: i64 = 0x04;

/// One item of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Bytes.
    pub(super) size: u64,
    /// Whether Python objects are in it.
    pub(super) objects: bool,
}

/// Whether a call makes a dtype.
pub(super) fn is_dtype(call: CallResult<'_>) -> bool {
    call.callee == "numpy.dtype" || call.callee.starts_with("numpy.dtypes.")
}

/// How the state that `BUILD` gives the result of a call departs from what numpy writes for a
/// dtype, if either is one.
pub(super) fn state_departure(
    objects: &Objects<'_>,
    call: CallResult<'_>,
    state: Value,
) -> Option<&'static str> {
    if call.callee == "numpy.dtype" {
        if call.state != Value::None {
            return Some("the state of a dtype is set twice");
        }
        return item_with(objects, call.arguments, state).err();
    }
    let is_state = matches!(objects.tuple(state), Some([version, order, _, _, _, _, _, _, ..])
        if matches!(objects.integer(*version), Some(3 | 4))
            && matches!(objects.bytes(*order), Some(b"<" | b">" | b"|" | b"=")));
    (is_state || is_dtype(call)).then_some("numpy writes no such state for it")
}

/// The item of a dtype that is as numpy's writer emits it, or how it departs from that.
pub(super) fn item(objects: &Objects<'_>, dtype: Value) -> Result<Item, &'static str> {
    item_at(objects, dtype, LEVELS)
}

fn item_at(objects: &Objects<'_>, dtype: Value, levels: u32) -> Result<Item, &'static str> {
    let levels = levels.checked_sub(1).ok_or("dtypes nest too deep")?;
    let call = objects
        .call(dtype)
        .filter(|call| call.callee == "numpy.dtype")
        .ok_or("the dtype of an array is not constant")?;
    item_of(objects, call.arguments, call.state, levels)
}

/// The item of `numpy.dtype(*arguments)` with a state.
pub(super) fn item_with(
    objects: &Objects<'_>,
    arguments: Value,
    state: Value,
) -> Result<Item, &'static str> {
    item_of(objects, arguments, state, LEVELS)
}

fn item_of(
    objects: &Objects<'_>,
    arguments: Value,
    state: Value,
    levels: u32,
) -> Result<Item, &'static str> {
    let named = match objects.tuple(arguments) {
        Some([name, ..]) => name,
        _ => return Err("the arguments of a dtype are not constant"),
    };
    let name = objects.text(*named);
    let named = match name {
        Some(name) => Some(scalar(name).ok_or("a dtype has a name that numpy does not write")?),
        // A record, whose class stands in the place of a name.
        None if objects.global(*named).is_some() => None,
        None => return Err("the name of a dtype is not constant"),
    };
    if matches!(state, Value::None) {
        // Without a state it is what its name says.
        return named.ok_or("a dtype without a name has no state");
    }
    // (version, byteorder, subdtype, names, fields, elsize, alignment, flags[, metadata])
    let (order, subdtype, names, fields, size, flags) = match objects.tuple(state) {
        Some([version, order, subdtype, names, fields, size, _, flags, rest @ ..])
            if matches!(objects.integer(*version), Some(3 | 4)) && rest.len() <= 1 =>
        {
            (order, subdtype, names, fields, size, flags)
        }
        _ => return Err("the state of a dtype is not what numpy writes"),
    };
    if !matches!(objects.bytes(*order), Some(b"<" | b">" | b"|" | b"=")) {
        return Err("the byte order of a dtype is none");
    }
    let flags = objects.integer(*flags).ok_or("the flags of a dtype are not constant")?;
    let stated = objects.integer(*size).ok_or("the item size of a dtype is not constant")?;
    let stated = if stated == -1 { None } else { u64::try_from(stated).ok() };
    let parts = match (*subdtype, *names, *fields) {
        (Value::None, Value::None, Value::None) => None,
        (Value::None, names, fields) if name.is_none_or(is_void) => {
            Some(fields_item(objects, names, fields, levels)?)
        }
        (subdtype, Value::None, Value::None) if name.is_none_or(is_void) => {
            Some(subarray_item(objects, subdtype, levels)?)
        }
        _ => return Err("a dtype has fields and a name that has none"),
    };
    let size = match (named, stated) {
        (Some(named), None) => named.size,
        (Some(named), Some(stated)) if named.size == stated => stated,
        (None, Some(stated)) => stated,
        _ => return Err("the state of a dtype lies about its item size"),
    };
    let has_objects = match (named, parts) {
        (Some(named), None) => named.objects,
        (_, Some(parts)) if parts.size <= size => parts.objects,
        (_, Some(_)) => return Err("the fields of a dtype are larger than it"),
        (None, None) => return Err("a record without fields"),
    };
    let right = if has_objects {
        flags & (ITEM_REFCOUNT | LIST_PICKLE) == ITEM_REFCOUNT | LIST_PICKLE
    } else {
        flags & (ITEM_REFCOUNT | LIST_PICKLE | ITEM_IS_POINTER) == 0
    };
    if !right {
        return Err("the flags of a dtype lie about objects in it");
    }
    Ok(Item { size, objects: has_objects })
}

fn is_void(name: &str) -> bool {
    name.starts_with('V')
}

/// What the fields reach, and whether one holds objects.
fn fields_item(
    objects: &Objects<'_>,
    names: Value,
    fields: Value,
    levels: u32,
) -> Result<Item, &'static str> {
    let names = objects.tuple(names).ok_or("the names of a dtype's fields are no tuple")?;
    if objects.kind(fields) != Some(Kind::Dict) {
        return Err("the fields of a dtype are no dict");
    }
    let pairs = objects.items(fields).ok_or("the fields of a dtype are not constant")?;
    if pairs.len() > MOST_FIELDS || names.len() > MOST_FIELDS {
        return Err("a dtype has too many fields");
    }
    let mut item = Item { size: 0, objects: false };
    let mut add = |field: Value| -> Result<(), &'static str> {
        let Some([dtype, offset, ..]) = objects.tuple(field) else {
            return Err("a field of a dtype is no tuple");
        };
        let inner = item_at(objects, *dtype, levels)?;
        let offset = objects.size(*offset).ok_or("the offset of a field is not constant")?;
        item.objects |= inner.objects;
        item.size = item.size.max(offset.saturating_add(inner.size));
        Ok(())
    };
    for pair in pairs.chunks(2) {
        let [_, field] = pair else { return Err("a field without a dtype") };
        add(*field)?;
    }
    Ok(item)
}

/// `(dtype, shape)`: items in an item.
fn subarray_item(
    objects: &Objects<'_>,
    subdtype: Value,
    levels: u32,
) -> Result<Item, &'static str> {
    let Some([base, shape]) = objects.tuple(subdtype) else {
        return Err("a dtype of arrays has no base and shape");
    };
    let base = item_at(objects, *base, levels)?;
    let counts = match objects.sizes(*shape) {
        Some(counts) => counts,
        None => vec![objects.size(*shape).ok_or("the shape of a dtype is not constant")?],
    };
    let size = counts
        .iter()
        .try_fold(base.size, |size, count| size.checked_mul(*count))
        .ok_or("the size of a dtype overflows")?;
    Ok(Item { size, objects: base.objects })
}

/// The item of a name that numpy writes: a kind and its bytes, `f8`, `U3`, `V16`, `O8`. Other names
/// mean the same, but not on every platform (`l` has 8 bytes here and 4 there).
fn scalar(name: &str) -> Option<Item> {
    let mut letters = name.chars();
    let kind = letters.next()?;
    let digits = letters.as_str();
    let count = match digits {
        "" => None,
        digits if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            Some(digits.parse::<u64>().ok()?)
        }
        _ => return None,
    };
    let objects = kind == 'O';
    let size = match (kind, count) {
        ('O', Some(4 | 8) | None) => 8,
        ('S' | 'V' | 'a', count) => count.unwrap_or(0),
        ('U', count) => count.unwrap_or(0).checked_mul(4)?,
        ('b', Some(1)) => 1,
        ('i' | 'u', Some(count @ (1 | 2 | 4 | 8))) => count,
        ('f', Some(count @ (2 | 4 | 8 | 10 | 12 | 16))) => count,
        ('c', Some(count @ (8 | 16 | 20 | 24 | 32))) => count,
        ('M' | 'm', Some(8)) => 8,
        _ => return None,
    };
    Some(Item { size, objects })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_scalar_dtypes() {
        let size = |name| scalar(name).map(|item| item.size);
        assert_eq!(size("f8"), Some(8));
        assert_eq!(size("U3"), Some(12));
        assert_eq!(size("S5"), Some(5));
        assert_eq!(size("V16"), Some(16));
        assert_eq!(size("c16"), Some(16));
        for name in ["x4", "<i4", "|O", "f", "b2", "i3", "M8[ns]", "f8,O", "U99999999999999999999"]
        {
            assert_eq!(size(name), None, "{name}");
        }
        assert!(scalar("O8").unwrap().objects);
    }
}
