//! torch checkpoints before 1.6: five pickles, then raw storages.
//!
//! `torch.serialization._legacy_load`, read in 2.15.0: magic number, protocol version, system
//! information, the object, the storage keys (by a plain `pickle.load`), then for each key its
//! element count (`i64`) and its bytes. Another checkpoint may follow: `torch.save` was called more
//! than once for one open file.

use super::super::Stop;
use super::super::pickle::{Member, Objects, PickleProgram, Plain, Value};
use super::storage::{Records, Storages};
use crate::base::{ReadAt, read_up_to};
use crate::evidence::{Divergence, Format, TorchDefect, TorchFact};

/// `0x1950a86a20f9469cfc6c`, little-endian.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/// The same as protocols 0 and 1 write it, `STOP` included.
const MAGIC_IN_DIGITS: &[u8] = b"L119547037146038801333356L\n.";
const PROTOCOL_VERSION: i64 = 1001;
/// Checkpoints in one file that are followed.
const MOST_CHECKPOINTS: u32 = 1024;

/// A file that torch goes on reading behind a first pickle.
pub(in crate::analyse) struct LegacyCheckpoint;

impl PickleProgram for LegacyCheckpoint {
    fn format(&self) -> Format {
        Format::new("torch-legacy")
    }

    /// torch compares the value with its magic number, so that any spelling of it counts
    /// (CVE-2026-53875).
    fn goes_on(&self, objects: Objects<'_>, value: Value) -> bool {
        is_magic_number(objects, value)
    }

    fn follow(&self, member: &mut Member<'_>, offset: u64) -> Result<(), Stop> {
        follow(member, offset)
    }
}

fn is_magic_number(objects: Objects<'_>, value: Value) -> bool {
    objects.integer_bytes(value) == Some(&MAGIC)
}

/// Follows the streams behind the magic number, and the checkpoints behind the first one.
fn follow(member: &mut Member<'_>, after_magic: u64) -> Result<(), Stop> {
    let (mut start, mut after_magic) = (0, after_magic);
    for _ in 0..MOST_CHECKPOINTS {
        let Some(end) = follow_one(member, start, after_magic)? else { return Ok(()) };
        let length = member.bytes().len()?;
        if end >= length {
            return Ok(());
        }
        if !is_magic_at(member, end)? {
            let left = length.saturating_sub(end);
            let detail = format!("{left} bytes follow the last storage");
            member.torch_defect(end, TorchDefect::LegacyTail, detail);
            return Ok(());
        }
        let magic = member.follow(end, &mut Plain, is_magic_number);
        if !matches!(magic.ending, Ok(true)) {
            let detail = "what follows the last storage is no checkpoint";
            member.torch_defect(end, TorchDefect::LegacyTail, detail);
            return Ok(());
        }
        (start, after_magic) = (end, magic.end);
    }
    let detail = format!("more than {MOST_CHECKPOINTS} checkpoints in one file");
    member.torch_defect(start, TorchDefect::LegacyTail, detail);
    Ok(())
}

/// Follows one checkpoint from its magic number at `start` on. Returns where it ends, if that is
/// known.
fn follow_one(member: &mut Member<'_>, start: u64, after_magic: u64) -> Result<Option<u64>, Stop> {
    if !is_canonical(member, start, after_magic)? {
        let detail = "the magic number is not written as torch writes it";
        member.divergence(start, Divergence::MagicNumberForm, detail);
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
    for (what, bytes) in std::mem::take(&mut storages.costs) {
        member.load_cost(system.end, what, bytes);
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
        return Ok(None);
    };
    follow_tail(member, &storages, &keys_list, keys.end)
}

/// Whether the magic number is spelt as `pickle.dump` does: `PROTO`, from protocol 4 on a `FRAME`,
/// `LONG1` with ten bytes, `STOP`; at protocols 0 and 1 a `LONG` in digits.
fn is_canonical(member: &Member<'_>, start: u64, end: u64) -> Result<bool, Stop> {
    let mut head = [0; MAGIC_IN_DIGITS.len()];
    let count = read_up_to(member.bytes(), start, &mut head)?;
    let length = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
    let stream = head.get(..length.min(count)).unwrap_or(&[]);
    let number = match stream {
        [0x80, 2 | 3, number @ ..] => number,
        [0x80, 4 | 5, 0x95, 13, 0, 0, 0, 0, 0, 0, 0, number @ ..] => number,
        _ => return Ok(stream == MAGIC_IN_DIGITS && length == stream.len()),
    };
    Ok(number.strip_prefix(&[0x8a, 0x0a]).and_then(|rest| rest.strip_prefix(&MAGIC)) == Some(b"."))
}

/// Whether the bytes at an offset begin with the magic number as torch writes it.
fn is_magic_at(member: &Member<'_>, start: u64) -> Result<bool, Stop> {
    for length in [15, 24, MAGIC_IN_DIGITS.len() as u64] {
        if is_canonical(member, start, start.saturating_add(length))? {
            return Ok(true);
        }
    }
    Ok(false)
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

/// Follows the raw storages, and returns where the last one ends if each is there.
fn follow_tail(
    member: &mut Member<'_>,
    storages: &Storages,
    keys: &[String],
    start: u64,
) -> Result<Option<u64>, Stop> {
    let length = member.bytes().len()?;
    let mut at = start;
    announce_counts(member.bytes(), storages, keys, start);
    for key in keys {
        let mut count = [0; 8];
        if read_up_to(member.bytes(), at, &mut count)? < count.len() {
            member.torch_defect(at, TorchDefect::LegacyTail, format!("storage {key} is missing"));
            return Ok(None);
        }
        let elements = u64::from_le_bytes(count);
        let Some(storage) = storages.known.get(key) else {
            let detail = format!("storage {key} belongs to no tensor");
            member.torch_defect(at, TorchDefect::LegacyTail, detail);
            return Ok(None);
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
                return Ok(None);
            }
        };
    }
    Ok(Some(at))
}
