//! torch's rebuild functions (`torch._utils`, `torch._tensor`; read in 2.15.0).
//!
//! Whether a tensor stays inside its storage is for the torch dialect, which knows the records.

use super::parts::{Shape, arguments, is_data};
use crate::analyse::pickle::objects::Objects;
use crate::analyse::pickle::value::Value;

pub(super) fn of(global: &str) -> Option<Shape> {
    Some(match global {
        "torch._utils._rebuild_tensor"
        | "torch._utils._rebuild_tensor_v2"
        | "torch._utils._rebuild_tensor_v3"
        | "torch._utils._rebuild_qtensor" => tensor,
        "torch._utils._rebuild_sparse_tensor"
        | "torch._utils._rebuild_sparse_csr_tensor"
        | "torch._utils._rebuild_meta_tensor_no_storage"
        | "torch._utils._rebuild_nested_tensor" => sparse,
        "torch._utils._rebuild_parameter" | "torch._utils._rebuild_parameter_with_state" => {
            parameter
        }
        "torch._tensor._rebuild_from_type_v2" => from_type,
        "torch._utils._rebuild_wrapper_subclass" => wrapper,
        "torch.Size"
        | "torch.device"
        | "torch.serialization._get_layout"
        | "torch.storage._load_from_bytes" => plain,
        _ => return None,
    })
}

/// `(storage, offset, size, stride, …)`
fn tensor(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [storage, offset, size, stride, ..] => {
            let loaded = objects.call(*storage).is_some_and(|call| {
                call.callee == "torch.storage._load_from_bytes" || call.callee.ends_with("Storage")
            });
            if objects.persistent(*storage).is_none() && !loaded {
                return Err("its storage does not come from the file".to_owned());
            }
            if objects.size(*offset).is_none()
                || sizes(objects, *size).is_none()
                || sizes(objects, *stride).is_none()
            {
                return Err("its offset, size or stride is no non-negative number".to_owned());
            }
            Ok(())
        }
        _ => Err("it takes a storage, an offset, a size and a stride".to_owned()),
    }
}

/// A shape, bare or as `torch.Size`.
pub(in crate::analyse) fn sizes(objects: &Objects<'_>, value: Value) -> Option<Vec<u64>> {
    match objects.call(value) {
        Some(call) if call.callee == "torch.Size" => {
            objects.sizes(*objects.tuple(call.arguments)?.first()?)
        }
        Some(_) => None,
        None => objects.sizes(value),
    }
}

fn sparse(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    let items = arguments(objects, value)?;
    // A layout or dtype is an import that is judged by itself; anything callable is not expected.
    let odd = items.iter().find(|item| {
        !is_data(objects, **item)
            && objects.global(**item).is_none_or(|global| !global.starts_with("torch."))
    });
    match odd {
        Some(item) => Err(format!("{} is no tensor part", objects.describe(*item))),
        None => Ok(()),
    }
}

/// `(tensor, requires_grad, hooks[, state])`
fn parameter(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [tensor, rest @ ..] if !rest.is_empty() => {
            let rebuilt = objects.call(*tensor).is_some_and(|call| {
                call.callee.starts_with("torch._utils._rebuild_")
                    || call.callee.starts_with("torch._tensor._rebuild_")
            });
            if !rebuilt {
                return Err("its data is no rebuilt tensor".to_owned());
            }
            match rest.iter().all(|item| is_data(objects, *item)) {
                true => Ok(()),
                false => Err("its state is no plain value".to_owned()),
            }
        }
        _ => Err("it takes a tensor, a flag and hooks".to_owned()),
    }
}

/// `(function, type, arguments, state)`: calls the function with the arguments and makes the result
/// an instance of the type. Both calls are recorded for themselves (`calls_through`).
fn from_type(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [function, class, inner, _state] => {
            if objects.global(*function).is_none() {
                return Err(format!("it calls {}", objects.describe(*function)));
            }
            if objects.global(*class).is_none() {
                return Err(format!("it makes a {}", objects.describe(*class)));
            }
            arguments(objects, *inner).map(|_| ())
        }
        _ => Err("it takes a function, a type, arguments and a state".to_owned()),
    }
}

/// `(type, dtype, size, stride, offset, layout, device, requires_grad)`
fn wrapper(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [class, dtype, size, stride, rest @ ..] if rest.len() <= 4 => {
            if objects.global(*class).is_none() || objects.global(*dtype).is_none() {
                return Err("its class or dtype is no import".to_owned());
            }
            if sizes(objects, *size).is_none() || sizes(objects, *stride).is_none() {
                return Err("its size or stride is no non-negative number".to_owned());
            }
            match rest.iter().all(|item| is_data(objects, *item)) {
                true => Ok(()),
                false => Err("its layout or device is no plain value".to_owned()),
            }
        }
        _ => Err("it takes a class, a dtype, a size and a stride".to_owned()),
    }
}

fn plain(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    super::parts::data(objects, value, 16)
}
