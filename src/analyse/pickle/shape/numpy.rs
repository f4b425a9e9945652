//! numpy's reconstruction functions (`numpy._core`, before 2.0 `numpy.core`; read in 2.4.6).

use super::parts::{Shape, arguments, data, is_bytes};
use crate::analyse::pickle::dtype;
use crate::analyse::pickle::objects::Objects;
use crate::analyse::pickle::value::{Kind, Value};

pub(super) fn of(global: &str) -> Option<Shape> {
    Some(match global {
        "numpy.core.multiarray._reconstruct" | "numpy._core.multiarray._reconstruct" => reconstruct,
        "numpy.core.multiarray.scalar" | "numpy._core.multiarray.scalar" => scalar,
        "numpy.core.numeric._frombuffer" | "numpy._core.numeric._frombuffer" => frombuffer,
        "numpy.dtype" => dtype,
        "numpy.ma.core._mareconstruct" => masked,
        "numpy.random._pickle.__bit_generator_ctor"
        | "numpy.random._pickle.__generator_ctor"
        | "numpy.random._pickle.__randomstate_ctor"
        | "numpy.random.__RandomState_ctor" => generator,
        _ => return None,
    })
}

/// `(ndarray or a subclass, (0,), b'b')`
fn reconstruct(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [class, shape, code] => {
            if objects.global(*class).is_none() {
                return Err("its class is no import".to_owned());
            }
            if objects.sizes(*shape).as_deref() != Some(&[0]) {
                return Err("its shape is not (0,)".to_owned());
            }
            if !is_bytes(objects, *code) && objects.text(*code) != Some("b") {
                return Err("its type code is not b'b'".to_owned());
            }
            Ok(())
        }
        _ => Err("it takes a class, (0,) and b'b'".to_owned()),
    }
}

fn is_dtype(objects: &Objects<'_>, value: Value) -> bool {
    objects.call(value).is_some_and(dtype::is_dtype)
}

/// `(dtype, bytes)`, or an object for dtype `O`.
fn scalar(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [dtype, content] if is_dtype(objects, *dtype) => {
            let bytes = is_bytes(objects, *content);
            if bytes && dtype::item(objects, *dtype).is_ok_and(|item| item.objects) {
                return Err("its dtype makes pointers of its bytes".to_owned());
            }
            if is_bytes(objects, *content) || objects.is_literal(*content) {
                Ok(())
            } else {
                Err("its content is not constant".to_owned())
            }
        }
        _ => Err("it takes a dtype and bytes".to_owned()),
    }
}

/// `(buffer, dtype, shape, order)`
fn frombuffer(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [buffer, dtype, shape, order, ..] => {
            if !is_bytes(objects, *buffer) {
                return Err("its buffer is not in the file".to_owned());
            }
            if !is_dtype(objects, *dtype) || objects.sizes(*shape).is_none() {
                return Err("its dtype or shape is not constant".to_owned());
            }
            if dtype::item(objects, *dtype).is_ok_and(|item| item.objects) {
                return Err("its dtype makes pointers of its bytes".to_owned());
            }
            match objects.text(*order) {
                Some("C" | "F" | "A" | "K") => Ok(()),
                _ => Err("its order is neither 'C' nor 'F'".to_owned()),
            }
        }
        _ => Err("it takes a buffer, a dtype, a shape and an order".to_owned()),
    }
}

/// `(str, bool, bool)`
fn dtype(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [name, flags @ ..] if flags.len() <= 3 => {
            if objects.text(*name).is_none() && objects.global(*name).is_none() {
                return Err("its name is not constant text".to_owned());
            }
            match flags.iter().all(|flag| {
                objects.integer(*flag).is_some() || objects.kind(*flag) == Some(Kind::Dict)
            }) {
                true => Ok(()),
                false => Err("its flags are not constant".to_owned()),
            }
        }
        _ => Err("it takes a name and two flags".to_owned()),
    }
}

/// `(masked class, base class, shape, type code)`
fn masked(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [class, base, shape, code] => {
            let classes = objects.global(*class).is_some() && objects.global(*base).is_some();
            let constants = objects.sizes(*shape).is_some()
                && (is_bytes(objects, *code) || objects.text(*code).is_some());
            match (classes, constants) {
                (true, true) => Ok(()),
                (false, _) => Err("its classes are no imports".to_owned()),
                (true, false) => Err("its shape or type code is not constant".to_owned()),
            }
        }
        _ => Err("it takes two classes, a shape and a type code".to_owned()),
    }
}

/// The first argument names a bit generator, is its class, or is one.
fn generator(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    let known = |name: &str| matches!(name, "MT19937" | "PCG64" | "PCG64DXSM" | "Philox" | "SFC64");
    let items = arguments(objects, value)?;
    let Some((first, rest)) = items.split_first() else { return Ok(()) };
    let names_one = objects.text(*first).is_some_and(known)
        || objects.global(*first).is_some_and(|global| {
            global.starts_with("numpy.random.") && global.rsplit('.').next().is_some_and(known)
        })
        || objects.call(*first).is_some_and(|call| {
            call.callee == "numpy.random._pickle.__bit_generator_ctor"
                || call.callee.starts_with("numpy.random.")
        });
    if !names_one {
        return Err(format!("{} is none of numpy's bit generators", objects.describe(*first)));
    }
    let constructors = |item: &Value| {
        objects.global(*item) == Some("numpy.random._pickle.__bit_generator_ctor")
            || objects.is_literal(*item)
    };
    match rest.iter().all(constructors) {
        true => Ok(()),
        false => data(objects, value, 1),
    }
}
