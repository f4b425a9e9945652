//! Local headers and directory entries (APPNOTE 4.3.7, 4.3.12, 4.5.3).

use std::io;

use super::super::fields::{u16_at, u32_at, u64_at};
use super::super::pages::Pages;

/// The signature of a local header.
pub(super) const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// The signature of a directory entry.
pub(super) const CENTRAL: [u8; 4] = *b"PK\x01\x02";
/// The signature that may begin a data descriptor.
pub(super) const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// Flag bits that say that the data is not plain: encrypted, strongly encrypted.
pub(super) const ENCRYPTED: u16 = 1 | 1 << 6;
/// Flag bits that no writer of model files sets: patched data, masked headers.
pub(super) const NEVER_SET: u16 = 1 << 5 | 1 << 13;
/// The flag bit that says that sizes and checksum stand behind the data.
pub(super) const HAS_DESCRIPTOR: u16 = 1 << 3;

/// What both kinds of header say of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) checksum: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    /// A name in the Info-ZIP Unicode path field that differs from the plain one.
    pub(super) unicode_name: Option<Vec<u8>>,
}

/// A local header.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub(super) header: Header,
    /// Where it stands.
    pub(super) at: u64,
    /// Where the data begins.
    pub(super) data: u64,
}

/// A directory entry.
#[derive(Clone, Debug)]
pub(super) struct Central {
    pub(super) header: Header,
    /// Where it stands.
    pub(super) at: u64,
    /// Its own length.
    pub(super) length: u64,
    pub(super) disk: u32,
    /// Unix mode in the upper half.
    pub(super) attributes: u32,
    /// Where it says that the local header stands.
    pub(super) local_offset: u64,
}

impl Local {
    /// Reads the local header at `at`; `None` if there is none.
    pub(super) fn read(pages: &mut Pages<'_>, at: u64) -> io::Result<Option<Self>> {
        let fixed = pages.at(at, 30)?;
        let Some(parsed) = parse_local(fixed) else { return Ok(None) };
        let (mut header, name, extra) = parsed;
        let variable = pages.at(at.saturating_add(30), name.saturating_add(extra))?;
        let Some((name_bytes, extra_bytes)) = variable.split_at_checked(name) else {
            return Ok(None);
        };
        header.name = name_bytes.to_vec();
        let saturated = [header.size == SATURATED, header.compressed == SATURATED, false, false];
        let wide = apply_extra(&mut header, extra_bytes, saturated);
        let [size, compressed, ..] = wide;
        header.size = size.unwrap_or(header.size);
        header.compressed = compressed.unwrap_or(header.compressed);
        let length = 30_u64.saturating_add(name as u64).saturating_add(extra as u64);
        Ok(Some(Self { header, at, data: at.saturating_add(length) }))
    }

    /// Reads a local header that nothing names at `at`, if these bytes are one rather than look
    /// like one.
    pub(super) fn read_plausible(pages: &mut Pages<'_>, at: u64) -> io::Result<Option<Self>> {
        let plausible = parse_local(pages.at(at, 30)?)
            .is_some_and(|(header, name, _)| name > 0 && matches!(header.method, 0..=20 | 93..=99));
        if plausible { Self::read(pages, at) } else { Ok(None) }
    }

    /// Bytes of the header itself.
    pub(super) fn length(&self) -> u64 {
        self.data.saturating_sub(self.at)
    }

    /// Whether the header leaves sizes to a descriptor behind the data.
    pub(super) fn is_streamed(&self) -> bool {
        self.header.flags & HAS_DESCRIPTOR != 0 && self.header.compressed == 0
    }
}

/// A number that is written elsewhere.
const SATURATED: u64 = 0xffff_ffff;

fn parse_local(fixed: &[u8]) -> Option<(Header, usize, usize)> {
    fixed.starts_with(&LOCAL).then_some(())?;
    let header = Header {
        flags: u16_at(fixed, 6)?,
        method: u16_at(fixed, 8)?,
        checksum: u32_at(fixed, 14)?,
        compressed: u64::from(u32_at(fixed, 18)?),
        size: u64::from(u32_at(fixed, 22)?),
        ..Header::default()
    };
    Some((header, usize::from(u16_at(fixed, 26)?), usize::from(u16_at(fixed, 28)?)))
}

impl Central {
    /// Reads the directory entry at `at`; `None` if there is none.
    pub(super) fn read(pages: &mut Pages<'_>, at: u64) -> io::Result<Option<Self>> {
        let Some((mut entry, [name, extra, comment])) = parse_central(pages.at(at, 46)?) else {
            return Ok(None);
        };
        entry.at = at;
        let variable = pages.at(at.saturating_add(46), name.saturating_add(extra))?;
        let Some((name_bytes, extra_bytes)) = variable.split_at_checked(name) else {
            return Ok(None);
        };
        entry.header.name = name_bytes.to_vec();
        let saturated = [
            entry.header.size == SATURATED,
            entry.header.compressed == SATURATED,
            entry.local_offset == SATURATED,
            entry.disk == 0xffff,
        ];
        let [size, compressed, offset, disk] =
            apply_extra(&mut entry.header, extra_bytes, saturated);
        entry.header.size = size.unwrap_or(entry.header.size);
        entry.header.compressed = compressed.unwrap_or(entry.header.compressed);
        entry.local_offset = offset.unwrap_or(entry.local_offset);
        entry.disk = disk.and_then(|disk| u32::try_from(disk).ok()).unwrap_or(entry.disk);
        entry.length = [name, extra, comment]
            .iter()
            .fold(46_u64, |sum, length| sum.saturating_add(*length as u64));
        Ok(Some(entry))
    }
}

fn parse_central(fixed: &[u8]) -> Option<(Central, [usize; 3])> {
    fixed.starts_with(&CENTRAL).then_some(())?;
    let header = Header {
        flags: u16_at(fixed, 8)?,
        method: u16_at(fixed, 10)?,
        checksum: u32_at(fixed, 16)?,
        compressed: u64::from(u32_at(fixed, 20)?),
        size: u64::from(u32_at(fixed, 24)?),
        ..Header::default()
    };
    let length = |at| u16_at(fixed, at).map(usize::from);
    let lengths = [length(28)?, length(30)?, length(32)?];
    let entry = Central {
        header,
        at: 0,
        length: 0,
        disk: u32::from(u16_at(fixed, 34)?),
        attributes: u32_at(fixed, 38)?,
        local_offset: u64::from(u32_at(fixed, 42)?),
    };
    Some((entry, lengths))
}

/// Reads the extra field: the wide numbers of zip64, in the order size, compressed size, offset,
/// disk, each only where the narrow one is saturated; and a Unicode name.
fn apply_extra(header: &mut Header, mut extra: &[u8], saturated: [bool; 4]) -> [Option<u64>; 4] {
    let mut wide = [None; 4];
    while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let end = usize::from(length).saturating_add(4);
        let Some((field, rest)) = extra.split_at_checked(end) else { break };
        let field = field.get(4..).unwrap_or(&[]);
        match id {
            0x0001 => {
                let mut at = 0_usize;
                for (index, (value, saturated)) in wide.iter_mut().zip(saturated).enumerate() {
                    if !saturated {
                        continue;
                    }
                    if index == 3 {
                        *value = u32_at(field, at).map(u64::from);
                    } else {
                        *value = u64_at(field, at);
                        at = at.saturating_add(8);
                    }
                }
            }
            // Version, CRC-32 of the plain name, the name.
            0x7075 => {
                let name = field.get(5..).unwrap_or(&[]);
                if name != header.name {
                    header.unicode_name = Some(name.to_vec());
                }
            }
            _ => {}
        }
        extra = rest;
    }
    wide
}
