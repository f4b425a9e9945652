//! The survey of a zip: every member that some reader could reach, and every byte that belongs to
//! none.

use std::collections::{HashMap, HashSet};

use super::super::anomalies::Anomalies;
use super::super::name;
use super::super::pages::Pages;
use super::ahead::Ahead;
use super::end::{self, Directory, EndRecord};
use super::header::{Central, DESCRIPTOR, HAS_DESCRIPTOR, Header, Local, NEVER_SET};
use super::member::ZipMember;
use crate::analyse::Stop;
use crate::base::{Budget, Limits, ReadAt, read_up_to};
use crate::evidence::ArchiveAnomaly as Anomaly;

/// What a survey found.
pub(super) struct Survey {
    pub(super) members: Vec<ZipMember>,
    pub(super) anomalies: Anomalies,
    /// Why it is incomplete, if it is.
    pub(super) stop: Option<Stop>,
}

/// Bytes outside of members that are searched for hidden ones, over one archive.
const SEARCHED: u64 = 64 << 20;
/// Bytes of headers that are read, over one archive: those of 100 000 members with room to spare.
const HEADERS: u64 = 64 << 20;
/// Bytes of local headers read at once: a header of torch with its padding fits.
const LOCAL_PIECE: usize = 512;
/// Bytes of directory read at once.
const CENTRAL_PIECE: usize = 64 << 10;

pub(super) struct Surveyor<'a> {
    pub(super) bytes: &'a dyn ReadAt,
    pub(super) length: u64,
    pub(super) limits: &'a Limits,
    pub(super) pages: Pages<'a>,
    pub(super) members: Vec<ZipMember>,
    /// For each member that was found through a directory: where it begins and ends.
    extents: Vec<Extent>,
    pub(super) anomalies: Anomalies,
    /// The members that other directories led to.
    known: HashSet<Identity>,
    /// Bytes of headers read so far.
    header_bytes: u64,
    /// What was announced of an archive behind a network.
    ahead: Option<Ahead<'a>>,
    /// Bytes of names kept so far.
    name_bytes: u64,
    pub(super) to_search: u64,
    stop: Option<Stop>,
}

/// What bytes are that no directory accounts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hidden {
    /// In front of the first member.
    InFront,
    /// Between members, or between the last and the directory.
    Between,
    /// All of it: the archive has no directory.
    Unlisted,
}

#[derive(Clone, Copy)]
struct Extent {
    start: u64,
    end: u64,
    member: usize,
}

/// Surveys the archive in `bytes`. Members that hold raw numbers by their name are announced as
/// such behind a network.
pub(super) fn survey<'a>(
    bytes: &'a dyn ReadAt,
    limits: &'a Limits,
    holds_numbers: &'a dyn Fn(&str) -> bool,
) -> Result<Survey, Stop> {
    let length = bytes.len()?;
    let reach = usize::try_from(length).unwrap_or(usize::MAX).min(end::REACH);
    let mut tail = vec![0; reach];
    let count = read_up_to(bytes, length.saturating_sub(reach as u64), &mut tail)?;
    tail.truncate(count);
    let mut anomalies = Anomalies::default();
    let records = end::find(bytes, length, &tail, &mut anomalies)?;
    drop(tail);
    let mut surveyor = Surveyor {
        bytes,
        length,
        limits,
        // Behind a network what was announced is read, and no more.
        pages: Pages::new(bytes, if bytes.is_distant() { 0 } else { LOCAL_PIECE }),
        members: Vec::new(),
        extents: Vec::new(),
        anomalies,
        known: HashSet::new(),
        header_bytes: 0,
        ahead: bytes.is_distant().then(|| Ahead::new(holds_numbers)),
        name_bytes: 0,
        to_search: SEARCHED,
        stop: None,
    };
    surveyor.run(&records)?;
    let Surveyor { members, anomalies, stop, .. } = surveyor;
    Ok(Survey { members, anomalies, stop })
}

impl Surveyor<'_> {
    fn run(&mut self, records: &[EndRecord]) -> Result<(), Stop> {
        let Some((main, others)) = records.split_last() else {
            self.walk(0, self.length, Hidden::Unlisted)?;
            let reason = "there is no end record that points to a directory";
            self.stop.get_or_insert(Stop::malformed(None, reason));
            return Ok(());
        };
        for directory in &main.directories {
            self.read_directory(directory)?;
        }
        for other in others {
            // An archive stored in this one has its own end record, in the data of a member.
            let inside = self.extents.iter().any(|extent| {
                self.members.get(extent.member).is_some_and(|member| member.data_offset <= other.at)
                    && other.at < extent.end
            });
            if !inside {
                let detail = "there are several end records that point to a directory";
                self.anomalies.add(other.at, Anomaly::EndRecord, detail);
                for directory in &other.directories {
                    self.read_directory(directory)?;
                }
            }
        }
        if main.end < self.length {
            let count = self.length.saturating_sub(main.end);
            let detail = format!("{count} bytes behind the end record");
            self.anomalies.add(main.end, Anomaly::SuffixBytes, detail);
        }
        self.compare_names();
        self.look_between(main)
    }

    /// Reads one directory and the local headers that it names.
    fn read_directory(&mut self, directory: &Directory) -> Result<(), Stop> {
        self.known = self.members.iter().map(identity).collect();
        let mut pages = Pages::new(self.bytes, CENTRAL_PIECE);
        let mut at = directory.start;
        let mut count = 0_u64;
        if let Some(ahead) = &mut self.ahead {
            ahead.begin(self.bytes, directory.start, directory.end);
        }
        while at < directory.end {
            if let Some(ahead) = &mut self.ahead {
                ahead.headers(self.bytes, at, directory.end, directory.shift);
            }
            let Some(entry) = Central::read(&mut pages, at)? else { break };
            if self.members.len() as u64 >= self.limits.members {
                self.exhausted(Budget::Members, self.limits.members);
                return Ok(());
            }
            if !self.afford(entry.length, entry.header.name.len()) {
                return Ok(());
            }
            count = count.saturating_add(1);
            at = at.saturating_add(entry.length);
            self.add_listed(&entry, directory)?;
        }
        // A classic record counts modulo 65536 where there is no zip64 record.
        if count != directory.count && !(directory.count == 0xffff && count >= 0xffff) {
            let detail = format!("{count} entries, {} in the end record", directory.count);
            self.anomalies.add(directory.start, Anomaly::EndRecord, detail);
        }
        if at != directory.end {
            let detail = "the directory does not end where the end record begins";
            self.anomalies.add(at, Anomaly::EndRecord, detail);
        }
        Ok(())
    }

    /// Counts the bytes of a header and of the name that is kept; false when they are too many.
    pub(super) fn afford(&mut self, header: u64, name: usize) -> bool {
        self.header_bytes = self.header_bytes.saturating_add(header);
        self.name_bytes = self.name_bytes.saturating_add(name as u64);
        if self.header_bytes > HEADERS {
            self.exhausted(Budget::Text, HEADERS);
            return false;
        }
        if self.name_bytes > self.limits.text {
            self.exhausted(Budget::Text, self.limits.text);
            return false;
        }
        true
    }

    pub(super) fn exhausted(&mut self, budget: Budget, limit: u64) {
        self.stop.get_or_insert(Stop::Exhausted { budget, limit, offset: None });
    }

    /// Takes up a directory entry and its local header.
    fn add_listed(&mut self, entry: &Central, directory: &Directory) -> Result<(), Stop> {
        let name = name::text(&entry.header.name);
        let at = entry.local_offset.saturating_add(directory.shift);
        self.judge_entry(entry, &name);
        let Some(local) = Local::read(&mut self.pages, at)? else {
            let detail = format!("{name}: there is no local header at {at}");
            self.anomalies.add(entry.at, Anomaly::MalformedHeader, detail);
            return Ok(());
        };
        if !self.afford(local.length(), 0) {
            return Ok(());
        }
        let member = ZipMember::new(&entry.header, &local, true);
        if self.is_known(&member) {
            return Ok(());
        }
        self.compare(entry, &local, &name);
        let alternative = alternative(entry, &local);
        let end = local.data.saturating_add(member.compressed_size);
        let index = self.members.len();
        self.extents.push(Extent { start: at, end, member: index });
        self.members.push(member);
        if let Some(header) = alternative {
            self.members.push(ZipMember::new(&header, &local, false));
        }
        Ok(())
    }

    /// Whether another directory led to the same member before.
    fn is_known(&self, member: &ZipMember) -> bool {
        self.known.contains(&identity(member))
    }

    /// Notes what is odd about an entry in itself.
    fn judge_entry(&mut self, entry: &Central, name: &str) {
        if let Some(why) = name::hazard(&entry.header.name) {
            self.anomalies.add(entry.at, Anomaly::UnsafePath, format!("{name:.100}: {why}"));
        }
        if let Some(other) = &entry.header.unicode_name {
            let detail = format!("{name}: its Unicode name is {}", name::text(other));
            self.anomalies.add(entry.at, Anomaly::HeaderMismatch, detail);
        }
        if entry.disk != 0 {
            let detail = format!("{name}: begins on disk {}", entry.disk);
            self.anomalies.add(entry.at, Anomaly::SeveralDisks, detail);
        }
        // The Unix file type, in the upper half whatever system the entry names.
        match (entry.attributes >> 16) & 0xf000 {
            0xa000 => self.anomalies.add(entry.at, Anomaly::Link, name),
            0x1000 | 0x2000 | 0x6000 | 0xc000 => {
                self.anomalies.add(entry.at, Anomaly::SpecialMember, name);
            }
            _ => {}
        }
    }

    /// Notes where local header and directory contradict each other.
    fn compare(&mut self, entry: &Central, local: &Local, name: &str) {
        let (ours, theirs) = (&local.header, &entry.header);
        let mut differences = Vec::new();
        if ours.name != theirs.name {
            let local_name = name::text(&ours.name);
            differences.push(format!("the local header names it {local_name}"));
            if let Some(why) = name::hazard(&ours.name) {
                let detail = format!("{local_name:.100}: {why}");
                self.anomalies.add(local.at, Anomaly::UnsafePath, detail);
            }
        }
        if let Some(other) = &ours.unicode_name {
            differences.push(format!("its Unicode name is {}", name::text(other)));
        }
        if ours.method != theirs.method {
            differences.push(format!("method {} here, {} there", ours.method, theirs.method));
        }
        if (ours.flags ^ theirs.flags) & !HAS_DESCRIPTOR != 0 {
            differences
                .push(format!("flags {:#06x} here, {:#06x} there", ours.flags, theirs.flags));
        }
        let streamed = ours.flags & HAS_DESCRIPTOR != 0;
        for (what, here, there) in [
            ("compressed size", ours.compressed, theirs.compressed),
            ("size", ours.size, theirs.size),
            ("checksum", u64::from(ours.checksum), u64::from(theirs.checksum)),
        ] {
            // With a descriptor, the header leaves it open.
            let open = streamed && (here == 0 || here == 0xffff_ffff);
            if here != there && !open {
                differences.push(format!("{what} {here} here, {there} there"));
            }
        }
        if !differences.is_empty() {
            let detail = format!("{name}: {}", differences.join(", "));
            self.anomalies.add(local.at, Anomaly::HeaderMismatch, detail);
        }
        let flags = ours.flags | theirs.flags;
        if flags & NEVER_SET != 0 {
            let detail = format!("{name}: flags {flags:#06x}");
            self.anomalies.add(local.at, Anomaly::MisleadingFlags, detail);
        }
    }

    /// Notes members whose names meet.
    fn compare_names(&mut self) {
        let mut seen: HashMap<String, usize> = HashMap::with_capacity(self.extents.len());
        for extent in &self.extents {
            let Some(member) = self.members.get(extent.member) else { continue };
            let first = *seen.entry(name::key(&member.name)).or_insert(extent.member);
            if first == extent.member {
                continue;
            }
            let other = self.members.get(first).map_or("", |first| first.name.as_str());
            let detail = if other == member.name {
                member.name.clone()
            } else {
                format!("{} and {other}", member.name)
            };
            self.anomalies.add(member.header_offset, Anomaly::DuplicateMember, detail);
        }
    }

    /// Looks at everything that belongs to no listed member.
    fn look_between(&mut self, main: &EndRecord) -> Result<(), Stop> {
        let mut extents = std::mem::take(&mut self.extents);
        extents.sort_by_key(|extent| (extent.start, extent.end));
        let mut claimed = 0_u64;
        for (order, extent) in extents.iter().enumerate() {
            if extent.start < claimed {
                if let Some(member) = self.members.get_mut(extent.member) {
                    member.shares_bytes = true;
                    let detail = member.name.clone();
                    self.anomalies.add(extent.start, Anomaly::Overlap, detail);
                }
            } else if extent.start > claimed {
                let hidden = if order == 0 { Hidden::InFront } else { Hidden::Between };
                self.walk(claimed, extent.start, hidden)?;
            }
            let end = extent.end.saturating_add(self.descriptor(extent)?);
            claimed = claimed.max(end);
        }
        let starts = main.directories.iter().map(|directory| directory.start);
        let directory = starts.min().unwrap_or(main.at);
        if claimed > directory && !extents.is_empty() {
            let detail = "a member reaches into the directory";
            self.anomalies.add(directory, Anomaly::Overlap, detail);
        } else if claimed < directory {
            let hidden = if extents.is_empty() { Hidden::InFront } else { Hidden::Between };
            self.walk(claimed, directory, hidden)?;
        }
        Ok(())
    }

    /// The length of the descriptor behind a member's data: with or without signature, with
    /// narrow or wide sizes.
    fn descriptor(&mut self, extent: &Extent) -> Result<u64, Stop> {
        let Some(member) = self.members.get(extent.member) else { return Ok(0) };
        if member.flags & HAS_DESCRIPTOR == 0 {
            return Ok(0);
        }
        let mut bytes = [0; 24];
        let count = read_up_to(self.bytes, extent.end, &mut bytes)?;
        let bytes = bytes.get(..count).unwrap_or(&[]);
        for signature in [&DESCRIPTOR[..], &[]] {
            for wide in [false, true] {
                let expected = member.descriptor(signature, wide);
                if bytes.starts_with(&expected) {
                    return Ok(expected.len() as u64);
                }
            }
        }
        if bytes.starts_with(&DESCRIPTOR) {
            let detail = format!("{}: the data descriptor differs", member.name);
            self.anomalies.add(extent.end, Anomaly::HeaderMismatch, detail);
            return Ok(16);
        }
        Ok(0)
    }
}

/// What tells members apart: header, method, compressed size, name.
type Identity = (u64, u16, u64, String);

fn identity(member: &ZipMember) -> Identity {
    (member.header_offset, member.method, member.compressed_size, member.name.clone())
}

/// What the local header alone would make of a member, where that is something else.
fn alternative(entry: &Central, local: &Local) -> Option<Header> {
    let mut header = local.header.clone();
    if header.flags & HAS_DESCRIPTOR != 0 {
        if matches!(header.compressed, 0 | 0xffff_ffff) {
            header.compressed = entry.header.compressed;
        }
        if matches!(header.size, 0 | 0xffff_ffff) {
            header.size = entry.header.size;
        }
        if header.checksum == 0 {
            header.checksum = entry.header.checksum;
        }
    }
    let same = header.name == entry.header.name
        && header.method == entry.header.method
        && header.compressed == entry.header.compressed
        && header.size == entry.header.size;
    (!same).then_some(header)
}
