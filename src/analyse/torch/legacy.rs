//! torch checkpoints before 1.6: five pickles, then raw storages.
//!
//! `torch.serialization._legacy_load`, read in 2.15.0: magic number, protocol version, system
//! information, the object, the storage keys (by a plain `pickle.load`), then for each key its
//! element count (`i64`) and its bytes, up to the end of the file.

use super::super::Stop;
use super::super::pickle::{Member, Objects, PickleProgram, Plain, Value};
use super::storage::{Records, Storages};
use crate::base::{ReadAt, read_up_to};
use crate::evidence::{Divergence, Format, TorchDefect, TorchFact};

/// `0x1950a86a20f9469cfc6c`, little-endian.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const PROTOCOL_VERSION: i64 = 1001;

/// A file that torch goes on reading behind a first pickle.
pub(in crate::analyse) struct LegacyCheckpoint;

impl PickleProgram for LegacyCheckpoint {
    fn format(&self) -> Format {
        Format::new("torch-legacy")
    }

    /// torch compares the value with its magic number, so that any spelling of it counts
    /// (CVE-2026-53875).
    fn goes_on(&self, objects: Objects<'_>, value: Value) -> bool {
        objects.integer_bytes(value) == Some(&MAGIC)
    }

    fn follow(&self, member: &mut Member<'_>, offset: u64) -> Result<(), Stop> {
        follow(member, offset)
    }
}

/// Follows the streams behind the magic number.
fn follow(member: &mut Member<'_>, after_magic: u64) -> Result<(), Stop> {
    if !is_canonical(member, after_magic)? {
        let detail = "the magic number is not written as torch writes it";
        member.divergence(0, Divergence::MagicNumberForm, detail);
    }
    let version = member.follow(after_magic, &mut Plain, |objects, value| objects.integer(value));
    if version.ending? != Some(PROTOCOL_VERSION) {
        let detail = "the second stream is not the protocol version 1001";
        member.torch_defect(after_magic, TorchDefect::LegacyStream, detail);
    }
    let system = member.follow(version.end, &mut Plain, |objects, value| {
        objects.entry(value, "little_endian").map(|little| little != Value::Bool(false))
    });
    if system.ending?.is_none() {
        let detail = "the third stream is no system information";
        member.torch_defect(version.end, TorchDefect::LegacyStream, detail);
    }
    let mut storages = Storages::new(Records::Legacy);
    let object = member.follow(system.end, &mut storages, |_, _| ());
    for (defect, detail) in std::mem::take(&mut storages.defects) {
        member.torch_defect(system.end, defect, detail);
    }
    for class in std::mem::take(&mut storages.modules) {
        member.torch_fact(system.end, TorchFact::ModuleSource { class });
    }
    object.ending?;
    let keys = member.follow(object.end, &mut Plain, |objects, value| {
        let items = objects.items(value)?;
        items.iter().map(|key| objects.text(*key).map(str::to_owned)).collect::<Option<Vec<_>>>()
    });
    let Some(keys_list) = keys.ending? else {
        let detail = "the fifth stream is no list of storage keys";
        member.torch_defect(object.end, TorchDefect::LegacyStream, detail);
        return Ok(());
    };
    follow_tail(member, &storages, &keys_list, keys.end)
}

/// Whether the magic number is spelt as `pickle.dump` does: `PROTO`, from protocol 4 on a `FRAME`,
/// `LONG1` with ten bytes, `STOP`.
fn is_canonical(member: &Member<'_>, end: u64) -> Result<bool, Stop> {
    let mut head = [0; 24];
    let count = read_up_to(member.bytes(), 0, &mut head)?;
    let length = usize::try_from(end).unwrap_or(usize::MAX);
    let stream = head.get(..length.min(count)).unwrap_or(&[]);
    let number = match stream {
        [0x80, 2 | 3, number @ ..] => number,
        [0x80, 4 | 5, 0x95, 13, 0, 0, 0, 0, 0, 0, 0, number @ ..] => number,
        _ => return Ok(false),
    };
    Ok(number.strip_prefix(&[0x8a, 0x0a]).and_then(|rest| rest.strip_prefix(&MAGIC)) == Some(b"."))
}

/// Announces the element counts in front of the storages, where they should be.
fn announce_counts(bytes: &dyn ReadAt, storages: &Storages, keys: &[String], start: u64) {
    if !bytes.is_distant() {
        return;
    }
    let mut next = Some(start);
    let counts: Vec<(u64, u64)> = keys
        .iter()
        .map_while(|key| {
            let at = next?;
            let storage = storages.known.get(key)?;
            let length = storage.item_size?.checked_mul(storage.elements)?;
            next = at.checked_add(8)?.checked_add(length);
            Some((at, 8))
        })
        .collect();
    bytes.prefetch(&counts);
}

/// The raw storages must fill the rest of the file exactly.
fn follow_tail(
    member: &mut Member<'_>,
    storages: &Storages,
    keys: &[String],
    start: u64,
) -> Result<(), Stop> {
    let length = member.bytes().len()?;
    let mut at = start;
    announce_counts(member.bytes(), storages, keys, start);
    for key in keys {
        let mut count = [0; 8];
        if read_up_to(member.bytes(), at, &mut count)? < count.len() {
            member.torch_defect(at, TorchDefect::LegacyTail, format!("storage {key} is missing"));
            return Ok(());
        }
        let elements = u64::from_le_bytes(count);
        let Some(storage) = storages.known.get(key) else {
            let detail = format!("storage {key} belongs to no tensor");
            member.torch_defect(at, TorchDefect::LegacyTail, detail);
            return Ok(());
        };
        if storage.elements != elements {
            let detail =
                format!("storage {key} has {elements} elements, its id says {}", storage.elements);
            member.torch_defect(at, TorchDefect::StorageSize, detail);
        }
        let bytes = storage.item_size.and_then(|size| size.checked_mul(elements));
        at = match bytes.and_then(|bytes| at.checked_add(8)?.checked_add(bytes)) {
            Some(end) if end <= length => end,
            _ => {
                let detail = format!("storage {key} is longer than the file");
                member.torch_defect(at, TorchDefect::LegacyTail, detail);
                return Ok(());
            }
        };
    }
    if at != length {
        let detail = format!("{} bytes follow the last storage", length.saturating_sub(at));
        member.torch_defect(at, TorchDefect::LegacyTail, detail);
    }
    Ok(())
}
