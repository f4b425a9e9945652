//! End records: where a reader learns where the directory is.

use std::io;

use super::super::anomalies::Anomalies;
use super::super::fields::{u16_at, u32_at, u64_at};
use super::super::signature;
use super::header::CENTRAL;
use crate::base::{ReadAt, read_up_to};
use crate::evidence::ArchiveAnomaly;

/// The signature of an end record.
pub(super) const END: [u8; 4] = *b"PK\x05\x06";
/// How far from the end of a file readers look for it: its own 22 bytes and the longest comment.
pub(super) const REACH: usize = 65_557;
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
const WIDE_END: [u8; 4] = *b"PK\x06\x06";

/// An end record, with every directory that a reader could take it to point to.
#[derive(Clone, Debug)]
pub(super) struct EndRecord {
    /// Where it stands.
    pub(super) at: u64,
    /// Where it and its comment end.
    pub(super) end: u64,
    /// Never empty.
    pub(super) directories: Vec<Directory>,
}

/// A directory as some reader finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Directory {
    /// Where its first entry stands.
    pub(super) start: u64,
    /// Where the records that end the archive begin.
    pub(super) end: u64,
    /// How many entries it should have.
    pub(super) count: u64,
    /// What is to be added to the offsets in its entries: bytes that were put in front.
    pub(super) shift: u64,
}

/// What one record, classic or zip64, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Claim {
    disks: [u32; 2],
    here: u64,
    total: u64,
    size: u64,
    offset: u64,
    /// Where the records begin, and so the directory must have ended.
    at: u64,
}

/// Every end record in the last bytes of `bytes` that points to a directory, in their order.
/// `tail` is as much of the end as is to be searched. Notes what is odd about the last one.
pub(super) fn find(
    bytes: &dyn ReadAt,
    length: u64,
    tail: &[u8],
    anomalies: &mut Anomalies,
) -> io::Result<Vec<EndRecord>> {
    let start = length.saturating_sub(tail.len() as u64);
    let mut records = Vec::new();
    for place in signature::all(tail, END).rev() {
        let at = start.saturating_add(place as u64);
        let record = tail.get(place..).unwrap_or(&[]);
        let mut found = Anomalies::default();
        if let Some(record) = read(bytes, length, at, record, &mut found)? {
            if records.is_empty() {
                *anomalies = found;
            }
            records.push(record);
        }
        // One is normal, two are odd, more are no news.
        if records.len() >= 8 {
            break;
        }
    }
    records.reverse();
    Ok(records)
}

fn read(
    bytes: &dyn ReadAt,
    length: u64,
    at: u64,
    record: &[u8],
    anomalies: &mut Anomalies,
) -> io::Result<Option<EndRecord>> {
    let Some((mut classic, comment)) = parse_classic(record, at) else { return Ok(None) };
    let end = at.saturating_add(22).saturating_add(comment);
    let wide = read_wide(bytes, at, anomalies)?;
    // The directory ends in front of all records.
    classic.at = wide.iter().map(|claim| claim.at).fold(classic.at, u64::min);
    let mut claims = Vec::new();
    for claim in &wide {
        if !agrees(&classic, claim) {
            let detail = "the end record and its zip64 record differ";
            anomalies.add(at, ArchiveAnomaly::EndRecord, detail);
        }
        claims.push(*claim);
    }
    let saturated = classic.offset == 0xffff_ffff || classic.size == 0xffff_ffff;
    if wide.is_empty() || !saturated {
        claims.push(classic);
    }
    let mut directories: Vec<Directory> = Vec::new();
    for claim in claims {
        let adjusted = claim.at.checked_sub(claim.size);
        for start in [Some(claim.offset), adjusted].into_iter().flatten() {
            let Some(shift) = start.checked_sub(claim.offset) else { continue };
            let directory = Directory { start, end: claim.at, count: claim.total, shift };
            let empty = claim.size == 0 && claim.total == 0 && end == length && shift == 0;
            let known = directories.iter().any(|known| known.start == start);
            if !known && start < claim.at && has_entry(bytes, start)?
                || directories.is_empty() && empty
            {
                directories.push(directory);
            }
        }
        if claim.disks != [0, 0] || claim.here != claim.total {
            let detail = format!(
                "disk {}, directory on disk {}, {} of {} entries here",
                claim.disks.first().unwrap_or(&0),
                claim.disks.last().unwrap_or(&0),
                claim.here,
                claim.total
            );
            anomalies.add(at, ArchiveAnomaly::SeveralDisks, detail);
        }
    }
    if directories.is_empty() {
        return Ok(None);
    }
    if directories.len() > 1 {
        let detail = "readers could find different directories";
        anomalies.add(at, ArchiveAnomaly::EndRecord, detail);
    }
    if end > length {
        let detail = "the comment is longer than the file";
        anomalies.add(at, ArchiveAnomaly::EndRecord, detail);
    }
    Ok(Some(EndRecord { at, end: end.min(length), directories }))
}

fn parse_classic(record: &[u8], at: u64) -> Option<(Claim, u64)> {
    let claim = Claim {
        disks: [u32::from(u16_at(record, 4)?), u32::from(u16_at(record, 6)?)],
        here: u64::from(u16_at(record, 8)?),
        total: u64::from(u16_at(record, 10)?),
        size: u64::from(u32_at(record, 12)?),
        offset: u64::from(u32_at(record, 16)?),
        at,
    };
    Some((claim, u64::from(u16_at(record, 20)?)))
}

/// The zip64 records of the end record at `at`: the one that the locator names, and the one right
/// in front of the locator, where Python looks. Usually they are the same.
fn read_wide(bytes: &dyn ReadAt, at: u64, anomalies: &mut Anomalies) -> io::Result<Vec<Claim>> {
    let Some(locator_at) = at.checked_sub(20) else { return Ok(Vec::new()) };
    let mut locator = [0; 20];
    read_up_to(bytes, locator_at, &mut locator)?;
    if !locator.starts_with(&LOCATOR) {
        return Ok(Vec::new());
    }
    let named = u64_at(&locator, 8).unwrap_or(0);
    let mut claims: Vec<Claim> = Vec::new();
    for record_at in [Some(named), locator_at.checked_sub(56)].into_iter().flatten() {
        if claims.iter().any(|claim| claim.at == record_at) {
            continue;
        }
        let mut record = [0; 56];
        let count = read_up_to(bytes, record_at, &mut record)?;
        let record = record.get(..count).unwrap_or(&[]);
        claims.extend(parse_wide(record, record_at));
    }
    if claims.is_empty() {
        let detail = "a zip64 locator points to no record";
        anomalies.add(locator_at, ArchiveAnomaly::EndRecord, detail);
    }
    if claims.len() > 1 {
        let detail = "there are two zip64 end records";
        anomalies.add(locator_at, ArchiveAnomaly::EndRecord, detail);
    }
    Ok(claims)
}

fn parse_wide(record: &[u8], at: u64) -> Option<Claim> {
    record.starts_with(&WIDE_END).then_some(())?;
    Some(Claim {
        disks: [u32_at(record, 16)?, u32_at(record, 20)?],
        here: u64_at(record, 24)?,
        total: u64_at(record, 32)?,
        size: u64_at(record, 40)?,
        offset: u64_at(record, 48)?,
        at,
    })
}

/// Whether the classic record says the same as the zip64 record, as far as it can.
fn agrees(classic: &Claim, wide: &Claim) -> bool {
    let same = |narrow: u64, saturated: u64, wide: u64| narrow == saturated || narrow == wide;
    same(classic.total, 0xffff, wide.total)
        && same(classic.here, 0xffff, wide.here)
        && same(classic.size, 0xffff_ffff, wide.size)
        && same(classic.offset, 0xffff_ffff, wide.offset)
}

fn has_entry(bytes: &dyn ReadAt, at: u64) -> io::Result<bool> {
    let mut start = [0; 4];
    Ok(read_up_to(bytes, at, &mut start)? == 4 && start == CENTRAL)
}
