//! Compiled classes, and functions that estimators hold as a value.

use super::parts::{Shape, arguments, is_data};
use crate::analyse::pickle::objects::Objects;
use crate::analyse::pickle::value::Value;

pub(super) fn of(global: &str) -> Option<Shape> {
    let (module, name) = global.rsplit_once('.')?;
    if name.starts_with("__pyx_unpickle_") || name == "newObj" {
        return Some(compiled);
    }
    // `make_column_selector` is a class.
    let is_function =
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name != "make_column_selector";
    // `f_classif` in a selector, a metric in a scorer: imported to be stored, never called while
    // loading. Reconstruction functions begin with an underscore.
    (module.starts_with("sklearn.") && is_function).then_some(held as Shape)
}

/// `(class[, checksum, state])`
fn compiled(objects: &Objects<'_>, value: Value) -> Result<(), String> {
    match arguments(objects, value)? {
        [class, rest @ ..] if objects.global(*class).is_some() => {
            match rest.iter().all(|item| is_data(objects, *item)) {
                true => Ok(()),
                false => Err("its state is no plain value".to_owned()),
            }
        }
        _ => Err("its first argument is no class".to_owned()),
    }
}

fn held(_objects: &Objects<'_>, _value: Value) -> Result<(), String> {
    Err("estimators hold it as a value and never call it while loading".to_owned())
}
