//! zip, read both ways: by its directory and by its local headers.
//!
//! Real readers disagree on duplicate names, on flags, on which header counts and on where the
//! archive begins (Python's `zipfile`, miniz in torch, libzip). So every member that any of them
//! could reach is examined, whatever its flags and checksums say, and everything that could be
//! read differently is an anomaly (CVE-2025-1944, CVE-2025-1945, CVE-2025-10156).
//!
//! Only headers, directory and the bytes between members are read here: listing an archive costs
//! one small read for each member, whatever its size. Behind a network these reads are announced
//! together (`ahead`).

mod ahead;
#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests compute with small numbers")]
mod distant_tests;
mod end;
mod header;
mod layout;
mod loose;
mod member;
mod npz;
mod recognised;
mod survey;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashSet;

pub use layout::{LAYOUTS, ZipLayout};
pub use member::ZipMember;

use self::member::{Content, STORED_CHECKED};
use super::anomalies::Anomalies;
use super::checksum::checksum;
use super::signature;
use crate::analyse::probe::{Reach, needs_more};
use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::base::{ReadAt, Window, read_up_to};
use crate::evidence::{ArchiveAnomaly, CoverageFact, Format, UnscannedReason};
use layout::is_numbers;

/// zip.
pub struct Zip;

/// The name of the format, until a layout has a better one.
const FORMAT: Format = Format::new("zip");

/// Bytes of stored members whose checksums are computed, over one archive, the smallest members
/// first. Above it, and for single members above 1 MiB, the checksum of stored data is not
/// checked: that would mean reading all of a model's weights. 8 MiB.
const STORED_CHECKED_IN_ALL: u64 = 8 << 20;

/// The same for an archive behind a network: 1 MiB, of members of up to 64 KiB each that are no
/// raw numbers, for those are read to be examined anyway. The others would have to be fetched for
/// their checksum alone, which loaders check themselves.
const DISTANT_CHECKED_IN_ALL: u64 = 1 << 20;
const DISTANT_CHECKED: u64 = 64 << 10;

/// What examining a member that shares its bytes with others costs at least: bytes that are
/// reachable many times would otherwise be examined many times for nothing.
const SHARED_COST: u64 = 64 << 10;

impl Analyser for Zip {
    fn format(&self) -> Format {
        FORMAT
    }

    /// By a local header, an end record or a spanning marker at the beginning, or an end record
    /// near the end that points to a directory.
    fn claims(&self, probe: &Probe<'_>) -> bool {
        const BEGINNINGS: [&[u8]; 4] =
            [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK", b"PK00PK\x03\x04"];
        if BEGINNINGS.iter().any(|magic| probe.has(0, magic)) {
            return true;
        }
        if signature::find(probe.tail, end::END, 0).is_none() {
            return false;
        }
        let Ok(length) = probe.bytes.len() else { return false };
        end::find(probe.bytes, length, probe.tail, &mut Anomalies::default())
            .is_ok_and(|records| !records.is_empty())
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let mut archive = ZipArchive::survey(artifact.bytes, examination)?;
        let stop = archive.stop.take();
        archive.check_stored();
        // What the headers tell comes first: what the members hold may exhaust the evidence.
        archive.anomalies.take().record(examination);
        let result = archive.examine(examination);
        archive.anomalies.into_inner().record(examination);
        if let Some(stop) = stop {
            examination.record_stop(&FORMAT, stop);
        }
        result
    }
}

/// A zip, with every member that some reader could reach.
pub struct ZipArchive<'a> {
    /// The bytes up to where they can be read: whoever opened them tells if that is too early.
    bytes: Window<'a>,
    members: Vec<ZipMember>,
    anomalies: RefCell<Anomalies>,
    /// Members (by header, method and size) whose content was compared with its headers.
    verified: RefCell<HashSet<(u64, u16, u64)>>,
    /// What glances at raw numbers may look at.
    reach: Reach,
    /// Why the survey is incomplete, if it is.
    stop: Option<Stop>,
}

impl<'a> ZipArchive<'a> {
    /// Finds all members of the archive in `bytes`.
    fn survey(bytes: &'a dyn ReadAt, examination: &Examination<'_>) -> Result<Self, Stop> {
        let bytes = Window::new(bytes, 0, bytes.len()?);
        let survey = survey::survey(&bytes, examination.limits())?;
        Ok(Self {
            bytes,
            members: survey.members,
            anomalies: RefCell::new(survey.anomalies),
            verified: RefCell::default(),
            reach: survey.reach,
            stop: survey.stop,
        })
    }

    /// Every member that some reader could reach: the directory's in its order, and what local
    /// headers make of them if that is something else; then those that no directory names.
    pub fn members(&self) -> &[ZipMember] {
        &self.members
    }

    /// The decoded bytes of a member: a window on the archive if it is stored, a stream if it is
    /// compressed. What decodes to 4 MiB or less is compared with its checksum and sizes here;
    /// larger streams are compared only when they are examined by content. Fails if it is encrypted or its method is not known; leave such a member to be
    /// examined by content, which records why.
    pub fn open(
        &self,
        member: &ZipMember,
        examination: &mut Examination<'_>,
    ) -> Result<Box<dyn ReadAt + '_>, Stop> {
        let content = Content::open(&self.bytes, member, examination).ok_or_else(|| {
            let reason = format!("compression method {} is not known", member.method);
            Stop::malformed(member.header_offset, reason)
        })?;
        if member.claims_encryption() {
            if !content.is_plain(member)? {
                return Err(Stop::malformed(member.header_offset, "the member is encrypted"));
            }
            self.note_plain(member);
        }
        let ended = matches!(&content, Content::Decoded(stream) if stream.has_ended());
        if ended {
            self.verify(member, &content);
        }
        Ok(match content {
            Content::Stored(window) => Box::new(window),
            Content::Decoded(stream) => stream,
        })
    }

    /// Glances at members that are raw numbers by their place, as [`Examination::glance`] does, and
    /// hands what each could be taken for to `each`. Behind a network the glances are announced
    /// together, and go the less deep the more members there are.
    pub(in crate::analyse) fn glance_at(
        &self,
        members: &[&ZipMember],
        examination: &mut Examination<'_>,
        mut each: impl FnMut(&ZipMember, Option<Vec<Format>>, &mut Examination<'_>),
    ) {
        let undecided = self.undecided(members);
        for (index, member) in members.iter().enumerate() {
            // An encrypted or unknown member is left to be examined like any other.
            let formats = self.open(member, examination).ok().map(|bytes| {
                // What is compressed has been decoded from its beginning.
                let reach = match bytes.is_distant() {
                    true if undecided.contains(&index) => self.reach.deeper(),
                    true => self.reach,
                    false => Reach::GLANCE,
                };
                examination.glance_within(&member.name, &*bytes, reach)
            });
            each(member, formats, examination);
        }
    }

    /// Of members behind a network, those of which the short look that is affordable for all
    /// decides nothing: they are looked at deeper. Announces both.
    fn undecided(&self, members: &[&ZipMember]) -> HashSet<usize> {
        let mut undecided = HashSet::new();
        if !self.bytes.is_distant() {
            return undecided;
        }
        let mut ends = ahead::Ends::new(&self.bytes, self.reach);
        let mut head = vec![0; self.reach.head];
        for (index, member) in members.iter().enumerate() {
            ends.next(members.iter().skip(index).copied());
            let window = Window::new(&self.bytes, member.data_offset, member.compressed_size);
            // What can't be read shows when it is looked at.
            let count = read_up_to(&window, 0, &mut head).unwrap_or(0);
            let head = head.get(..count).unwrap_or(&[]);
            if member.method == 0 && needs_more(head, member.compressed_size) {
                undecided.insert(index);
            }
        }
        let deeper: Vec<&ZipMember> = members
            .iter()
            .enumerate()
            .filter_map(|(index, member)| undecided.contains(&index).then_some(*member))
            .collect();
        let mut ends = ahead::Ends::new(&self.bytes, self.reach.deeper());
        for index in 0..deeper.len() {
            ends.next(deeper.iter().skip(index).copied());
        }
        undecided
    }

    fn note(&self, member: &ZipMember, anomaly: ArchiveAnomaly, detail: String) {
        self.anomalies.borrow_mut().add(member.header_offset, anomaly, detail);
    }

    /// Its flags say that it is encrypted, and it is not.
    fn note_plain(&self, member: &ZipMember) {
        let detail = format!("{}: it is not encrypted", member.name);
        self.note(member, ArchiveAnomaly::MisleadingFlags, detail);
    }

    fn examine(&self, examination: &mut Examination<'_>) -> Result<(), Stop> {
        let mut dealt_with = vec![false; self.members.len()];
        let mut generic = FORMAT;
        for layout in LAYOUTS.iter().filter(|layout| layout.claims(self)) {
            let format = layout.format();
            examination.refine_format(&generic, format.clone());
            match layout.examine(self, examination) {
                Ok(dealt) => {
                    for (known, dealt) in dealt_with.iter_mut().zip(dealt) {
                        *known |= dealt;
                    }
                }
                Err(stop) => examination.record_stop(&format, stop),
            }
            generic = format;
        }
        // In the order of the bytes, so that compressed parents are read forwards; what shares
        // bytes with others comes last, because it may be cut short.
        let mut rest: Vec<&ZipMember> = self
            .members
            .iter()
            .zip(&dealt_with)
            .filter_map(|(member, dealt)| (!dealt).then_some(member))
            .collect();
        rest.sort_by_key(|member| (member.shares_bytes, member.data_offset));
        let mut ends = ahead::Ends::whole(&self.bytes);
        for (index, member) in rest.iter().enumerate() {
            ends.next(rest.iter().skip(index).copied());
            if member.shares_bytes {
                let size = member.compressed_size.max(member.size).max(SHARED_COST);
                examination.decompression().spend(size)?;
            }
            self.examine_member(member, examination);
        }
        Ok(())
    }

    /// Examines a member by its content.
    fn examine_member(&self, member: &ZipMember, examination: &mut Examination<'_>) {
        let at = Some(member.header_offset);
        if member.is_empty() || member.is_encrypted_nothing() {
            examination.list_member(at, &member.name, member.size, &[]);
            return;
        }
        let Some(content) = Content::open(&self.bytes, member, examination) else {
            let what = format!("zip compression method {}", member.method);
            // Method 99 stands for the encryption of WinZip.
            let reason = if member.method == 99 || member.claims_encryption() {
                UnscannedReason::Encrypted
            } else {
                UnscannedReason::Unsupported { what }
            };
            examination.enter(&member.name, |examination| {
                examination.record(None, CoverageFact::Unscanned { reason });
            });
            examination.list_member(at, &member.name, member.size, &[]);
            return;
        };
        if content.is_empty_and_sound() {
            examination.list_member(at, &member.name, member.size, &[]);
            self.verify(member, &content);
            return;
        }
        let mut formats = Vec::new();
        match content.is_plain(member) {
            _ if !member.claims_encryption() => {}
            Ok(true) => self.note_plain(member),
            Ok(false) => {
                // A reader that ignores the flags sees what decodes of it.
                formats = examination.glance(&member.name, &content);
                examination.enter(&member.name, |examination| {
                    let reason = UnscannedReason::Encrypted;
                    examination.record(None, CoverageFact::Unscanned { reason });
                });
                examination.list_member(at, &member.name, member.size, &formats);
                return;
            }
            Err(stop) => {
                examination
                    .enter(&member.name, |examination| examination.record_stop(&FORMAT, stop));
            }
        }
        let mark = examination.mark();
        formats.extend(examination.nested(&member.name, &content));
        if let Content::Decoded(stream) = &content
            && let Some(fault) = stream.end().fault
            && !examination.stopped_since(mark)
        {
            examination.enter(&member.name, |examination| examination.record_stop(&FORMAT, fault));
        }
        self.verify(member, &content);
        examination.list_member(at, &member.name, member.size, &formats);
    }

    /// Compares what a member decodes to with what its headers promise; reads it to its end.
    /// Stored members have been compared before, as far as they are.
    fn verify(&self, member: &ZipMember, content: &Content<'_>) {
        let key = (member.data_offset, member.method, member.compressed_size);
        if !self.verified.borrow_mut().insert(key) {
            return;
        }
        let name = &member.name;
        let Content::Decoded(stream) = content else { return };
        let end = stream.end();
        if end.fault.is_some() {
            return;
        }
        if end.length != member.size && member.has_checksum {
            let detail = format!("{name}: decodes to {} bytes, not {}", end.length, member.size);
            self.note(member, ArchiveAnomaly::HeaderMismatch, detail);
        }
        if end.checksum != member.checksum && member.has_checksum {
            let detail = format!("{name}: {:#010x}, not {:#010x}", end.checksum, member.checksum);
            self.note(member, ArchiveAnomaly::Checksum, detail);
        }
        let hidden = member.compressed_size.saturating_sub(end.compressed);
        // The decoder may leave the last byte of LZMA's range coder.
        if hidden > 0 && member.method != 14 && member.has_checksum {
            let detail = format!("{name}: {hidden} bytes behind the end of its data");
            self.note(member, ArchiveAnomaly::GapBytes, detail);
        }
    }

    /// Compares the checksums of stored members, the smallest first, as far as the budget goes.
    fn check_stored(&self) {
        let mut stored: Vec<&ZipMember> = self
            .members
            .iter()
            .filter(|member| member.method == 0 && !member.is_empty() && member.has_checksum)
            .filter(|member| {
                let differ = member.size != member.compressed_size;
                if differ && !member.claims_encryption() {
                    let (name, size) = (&member.name, member.size);
                    let stored = member.compressed_size;
                    let detail = format!("{name}: stored in {stored} bytes, declared as {size}");
                    self.note(member, ArchiveAnomaly::HeaderMismatch, detail);
                }
                !(differ && member.claims_encryption()) && member.size <= STORED_CHECKED
            })
            .collect();
        stored.sort_by_key(|member| member.size);
        let mut left = STORED_CHECKED_IN_ALL;
        let mut ends = ahead::Ends::whole(&self.bytes);
        if self.bytes.is_distant() {
            stored.retain(|member| member.size <= DISTANT_CHECKED && !is_numbers(&member.name));
            left = DISTANT_CHECKED_IN_ALL;
        }
        let mut stored = stored.into_iter();
        while let Some(member) = stored.as_slice().first().copied() {
            ends.next(stored.as_slice().iter().copied());
            stored.next();
            let Some(rest) = left.checked_sub(member.size) else { break };
            left = rest;
            let window = Window::new(&self.bytes, member.data_offset, member.size);
            // Bytes that can't be read are told by whoever examines the member.
            let Ok(sum) = checksum(&window) else { continue };
            if sum != member.checksum {
                let detail = format!("{}: {sum:#010x}, not {:#010x}", member.name, member.checksum);
                self.note(member, ArchiveAnomaly::Checksum, detail);
            }
        }
    }
}
