//! torch checkpoints of 0.1: a tar of `storages`, `tensors` and `pickle`.
//!
//! `torch.serialization._legacy_load.legacy_load`, read in 2.15.0, which extracts the first two to
//! disk. Both hold pickles with raw numbers between them, so that only this layout leads from one
//! pickle to the next.

use super::super::pickle::{Followed, Member, Objects, Plain, Value};
use super::storage::item_size_of_storage;
use crate::analyse::archive::tar::TarLayout;
use crate::analyse::{Examination, Stop};
use crate::base::{ReadAt, read_exact_at};
use crate::evidence::{Format, TorchFact};

/// The format's name.
const FORMAT: Format = Format::new("torch-tar");

/// The members that torch reads by name.
const MEMBERS: [&str; 3] = ["storages", "tensors", "pickle"];

/// A tar that torch would load.
pub(in crate::analyse) struct TorchTar;

impl TarLayout for TorchTar {
    fn format(&self) -> Format {
        FORMAT
    }

    fn claims(&self, names: &[&str]) -> bool {
        MEMBERS.iter().all(|member| names.contains(member))
    }

    fn describe(&self, examination: &mut Examination<'_>) {
        examination.record(None, TorchFact::LegacyTar);
    }

    fn examine(&self, name: &str, bytes: &dyn ReadAt, examination: &mut Examination<'_>) -> bool {
        let follow: fn(&mut Member<'_>) -> Result<(), Stop> = match name {
            "storages" => storages,
            "tensors" => tensors,
            "pickle" => object,
            _ => return false,
        };
        examination.enter(name, |examination| {
            let mut member = Member::new(bytes, examination.limits());
            let outcome = follow(&mut member);
            member.finish(bytes, examination);
            if let Err(stop) = outcome {
                examination.record_stop(&FORMAT, stop);
            }
        });
        true
    }
}

/// A count, then for each storage a pickle `(key, location, type)`, `i64` elements and the
/// elements; at last a pickled list of views.
fn storages(member: &mut Member<'_>) -> Result<(), Stop> {
    let (count, mut at) = count(member)?;
    for _ in 0..count {
        let storage = member.follow(at, &mut Plain, |objects, value| {
            objects.global(*objects.tuple(value)?.get(2)?).and_then(item_size_of_storage)
        });
        at = storage.end;
        let Some(item_size) = storage.ending? else {
            return Err(Stop::malformed(at, "a storage without a known type"));
        };
        let elements = number(member, at)?;
        at = u64::try_from(elements)
            .ok()
            .and_then(|elements| elements.checked_mul(item_size)?.checked_add(8)?.checked_add(at))
            .ok_or_else(|| Stop::malformed(at, "a storage whose size overflows"))?;
    }
    let views = member.follow(at, &mut Plain, |_, _| ());
    member.follow_rest(views, &mut Plain)
}

/// A count, then for each tensor a pickle `(key, storage, type)`, `i32` dimensions, four bytes,
/// `i64` sizes and strides, and an `i64` offset.
fn tensors(member: &mut Member<'_>) -> Result<(), Stop> {
    let (count, mut at) = count(member)?;
    for _ in 0..count {
        let tensor = member.follow(at, &mut Plain, |_, _| ());
        tensor.ending?;
        at = tensor.end;
        let mut dimensions = [0; 4];
        read_exact_at(member.bytes(), at, &mut dimensions)?;
        let numbers = u64::try_from(i32::from_le_bytes(dimensions))
            .ok()
            .and_then(|dimensions| dimensions.checked_mul(16)?.checked_add(16))
            .ok_or_else(|| Stop::malformed(at, "a tensor with a negative number of dimensions"))?;
        at = at.saturating_add(numbers);
    }
    member.trailing(at)
}

fn object(member: &mut Member<'_>) -> Result<(), Stop> {
    // Persistent ids are the keys of tensors: numbers or text that name no code.
    let mut keys = Keys;
    let object = member.follow(0, &mut keys, |_, _| ());
    member.follow_rest(object, &mut keys)
}

struct Keys;

impl super::super::pickle::Dialect for Keys {
    fn persistent_id(&mut self, objects: Objects<'_>, id: Value) -> Result<Option<Value>, String> {
        match objects.integer(id).is_some() || objects.text(id).is_some() {
            true => Ok(None),
            false => Err("torch 0.1 names tensors by a number".to_owned()),
        }
    }
}

fn count(member: &mut Member<'_>) -> Result<(u64, u64), Stop> {
    let Followed { ending, end, .. } =
        member.follow(0, &mut Plain, |objects, value| objects.size(value));
    match ending? {
        Some(count) => Ok((count, end)),
        None => Err(Stop::malformed(0, "the first pickle is no count")),
    }
}

fn number(member: &Member<'_>, at: u64) -> Result<i64, Stop> {
    let mut bytes = [0; 8];
    read_exact_at(member.bytes(), at, &mut bytes)
        .map_err(|_| Stop::malformed(at, "a storage without its size"))?;
    Ok(i64::from_le_bytes(bytes))
}
