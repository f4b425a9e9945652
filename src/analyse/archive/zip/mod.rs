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
mod loose;
mod member;
mod survey;
#[cfg(test)]
pub(in crate::analyse) mod tests;

use std::cell::RefCell;
use std::collections::HashSet;

pub(crate) use member::ZipMember;

use self::member::{Content, STORED_CHECKED};
use super::anomalies::Anomalies;
use super::checksum::checksum;
use super::signature;
use crate::analyse::probe::Reach;
use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::base::{ReadAt, Window};
use crate::evidence::{ArchiveAnomaly, CoverageFact, Format, UnscannedReason};

/// zip.
pub(crate) struct Zip {
    /// The formats that a zip can be in particular. One that is none of them is a plain zip.
    pub(crate) layouts: &'static [&'static dyn ZipLayout],
}

/// A format that is a zip with members of a fixed meaning (npz, a torch checkpoint).
pub(crate) trait ZipLayout: Sync {
    /// The format's name, which takes the place of `zip`.
    fn format(&self) -> Format;

    /// Whether a member of this name holds raw numbers, as far as the name tells.
    fn holds_numbers(&self, _name: &str) -> bool {
        false
    }

    /// Whether the members say that it is this format. Looks at names, and at contents only where
    /// the names don't tell.
    fn claims(&self, archive: &ZipArchive<'_>) -> bool;

    /// Examines the members that the format gives a meaning, and returns for each member, in the
    /// order of [`ZipArchive::members`], whether it was dealt with. The others, and all of them
    /// after an error, are examined by content; a member that is missing in the list was not dealt
    /// with. Members of the same name may be there several times. Who deals with a member also
    /// lists it ([`Examination::list_member`]).
    fn examine(
        &self,
        archive: &ZipArchive<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<Vec<bool>, Stop>;
}

/// The name of the format, until a layout has a better one.
const FORMAT: Format = Format::new("zip");

/// Bytes of stored members whose checksums are computed, over one archive, the smallest members
/// first. Above it, and for single members above 1 MiB, the checksum of stored data is not
/// checked: that would mean reading all of a model's weights. Neither is that of raw numbers,
/// which loaders check themselves. 8 MiB.
const STORED_CHECKED_IN_ALL: u64 = 8 << 20;

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
        let mut archive = ZipArchive::survey(artifact.bytes, self.layouts, examination)?;
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
pub(crate) struct ZipArchive<'a> {
    /// The bytes up to where they can be read: whoever opened them tells if that is too early.
    bytes: Window<'a>,
    members: Vec<ZipMember>,
    anomalies: RefCell<Anomalies>,
    /// Members (by header, method and size) whose content was compared with its headers.
    verified: RefCell<HashSet<(u64, u16, u64)>>,
    layouts: &'static [&'static dyn ZipLayout],
    /// Why the survey is incomplete, if it is.
    stop: Option<Stop>,
}

impl<'a> ZipArchive<'a> {
    /// Finds all members of the archive in `bytes`.
    fn survey(
        bytes: &'a dyn ReadAt,
        layouts: &'static [&'static dyn ZipLayout],
        examination: &Examination<'_>,
    ) -> Result<Self, Stop> {
        let bytes = Window::new(bytes, 0, bytes.len()?);
        let survey =
            survey::survey(&bytes, examination.limits(), &|name| holds_numbers(layouts, name))?;
        Ok(Self {
            bytes,
            members: survey.members,
            anomalies: RefCell::new(survey.anomalies),
            verified: RefCell::default(),
            layouts,
            stop: survey.stop,
        })
    }

    /// Every member that some reader could reach: the directory's in its order, and what local
    /// headers make of them if that is something else; then those that no directory names.
    pub(crate) fn members(&self) -> &[ZipMember] {
        &self.members
    }

    /// The decoded bytes of a member: a window on the archive if it is stored, a stream if it is
    /// compressed. What decodes to 4 MiB or less is compared with its checksum and sizes here;
    /// larger streams are compared only when they are examined by content. Fails if it is encrypted or its method is not known; leave such a member to be
    /// examined by content, which records why.
    pub(crate) fn open(
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
    /// together.
    pub(in crate::analyse) fn glance_at(
        &self,
        members: &[&ZipMember],
        examination: &mut Examination<'_>,
        mut each: impl FnMut(&ZipMember, Option<Vec<Format>>, &mut Examination<'_>),
    ) {
        let mut ends = ahead::Ends::new(&self.bytes, Reach::GLANCE);
        for (index, member) in members.iter().enumerate() {
            ends.next(members.iter().skip(index).copied());
            // An encrypted or unknown member is left to be examined like any other.
            let opened = self.open(member, examination).ok();
            let formats = opened.map(|bytes| examination.glance(&member.name, &*bytes));
            each(member, formats, examination);
        }
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
        for layout in self.layouts.iter().filter(|layout| layout.claims(self)) {
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
                !(differ && member.claims_encryption())
                    && member.size <= STORED_CHECKED
                    && !holds_numbers(self.layouts, &member.name)
            })
            .collect();
        stored.sort_by_key(|member| member.size);
        let mut left = STORED_CHECKED_IN_ALL;
        let mut ends = ahead::Ends::whole(&self.bytes);
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

/// Whether a member of this name holds raw numbers in some layout.
fn holds_numbers(layouts: &[&dyn ZipLayout], name: &str) -> bool {
    layouts.iter().any(|layout| layout.holds_numbers(name))
}
