//! The element type of an array, as far as its size and whether it holds objects.

use super::literal::Literal;

/// What an element of an array is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// This many bytes.
    Bytes(u64),
    /// Objects, in all or in part: the array is a pickle.
    Objects,
}

/// How deep subarrays and records may nest.
const DEPTH: u32 = 16;

/// The element that a header's `descr` describes, as `numpy.lib.format.descr_to_dtype` reads it.
pub(super) fn element(descr: &Literal) -> Result<Element, String> {
    read(descr, DEPTH)
}

fn read(descr: &Literal, depth: u32) -> Result<Element, String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err("the dtype nests too deep".to_owned());
    };
    match descr {
        Literal::Text(code) => from_code(code),
        // A subarray: its element, its shape.
        Literal::Tuple(parts) => match parts.as_slice() {
            [inner, shape] => repeated(read(inner, depth)?, shape),
            _ => Err("a subarray is no pair of dtype and shape".to_owned()),
        },
        Literal::List(fields) => {
            let mut size = 0_u64;
            let mut objects = false;
            for field in fields {
                let Literal::Tuple(parts) = field else {
                    return Err("a field of the dtype is no tuple".to_owned());
                };
                let (name, inner, shape) = match parts.as_slice() {
                    [name, inner] => (name, inner, None),
                    [name, inner, shape] => (name, inner, Some(shape)),
                    _ => return Err("a field of the dtype has no two or three parts".to_owned()),
                };
                let named = match name {
                    Literal::Text(_) => true,
                    // A title and a name.
                    Literal::Tuple(names) => {
                        names.len() == 2 && names.iter().all(|n| matches!(n, Literal::Text(_)))
                    }
                    _ => false,
                };
                if !named {
                    return Err("a field of the dtype has no name".to_owned());
                }
                let inner = read(inner, depth)?;
                let element = match shape {
                    Some(shape) => repeated(inner, shape)?,
                    None => inner,
                };
                match element {
                    Element::Objects => objects = true,
                    Element::Bytes(bytes) => {
                        size = size.checked_add(bytes).ok_or("the size of the dtype overflows")?;
                    }
                }
            }
            Ok(if objects { Element::Objects } else { Element::Bytes(size) })
        }
        _ => Err("descr is neither a string nor a list of fields".to_owned()),
    }
}

/// `element`, as often as `shape` says: a tuple, or one number.
fn repeated(element: Element, shape: &Literal) -> Result<Element, String> {
    let sizes = match shape {
        Literal::Tuple(sizes) => sizes.as_slice(),
        single => std::slice::from_ref(single),
    };
    let mut count = 1_u64;
    for size in sizes {
        let Literal::Integer(Some(size)) = size else {
            return Err("the shape of a subarray has something other than whole numbers".to_owned());
        };
        count = count.checked_mul(*size).ok_or("the shape of a subarray overflows")?;
    }
    Ok(match element {
        Element::Objects => Element::Objects,
        Element::Bytes(size) => {
            Element::Bytes(size.checked_mul(count).ok_or("the size of the dtype overflows")?)
        }
    })
}

/// The element of a type code as `dtype.str` writes it: byte order, kind, size, time unit.
fn from_code(code: &str) -> Result<Element, String> {
    let unknown = || format!("the unknown dtype `{:.64}`", code.escape_debug().to_string());
    let rest = code.strip_prefix(['<', '>', '|', '=']).unwrap_or(code);
    let mut characters = rest.chars();
    let kind = characters.next().ok_or_else(unknown)?;
    let rest = characters.as_str();
    let count = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, unit) = rest.split_at_checked(count).unwrap_or((rest, ""));
    let has_unit = unit.starts_with('[') && unit.ends_with(']') && unit.len() <= 16;
    // Only times have a unit.
    let unit_fits = unit.is_empty() || (has_unit && matches!(kind, 'M' | 'm'));
    if !unit_fits {
        return Err(unknown());
    }
    let size = digits.parse::<u64>().ok();
    Ok(match (kind, size) {
        // A pointer in memory; its size says nothing of the file.
        ('O', _) => Element::Objects,
        // Code points of four bytes each.
        ('U', Some(size)) => Element::Bytes(size.checked_mul(4).ok_or_else(unknown)?),
        ('S' | 'a' | 'V', Some(size)) => Element::Bytes(size),
        ('?', None) => Element::Bytes(1),
        ('b' | 'i' | 'u' | 'f' | 'c' | 'M' | 'm', Some(size @ 1..=32)) => Element::Bytes(size),
        _ => return Err(unknown()),
    })
}
