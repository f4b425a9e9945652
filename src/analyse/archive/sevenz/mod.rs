//! 7z: the headers are read by `sevenz-rust2`, the data is decoded here, so that memory and
//! repetition are bounded like everywhere.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use lzma_rust2::filter::FilterConfig;
use sevenz_rust2::{Archive, ArchiveEntry, Block, Coder, EncoderMethod, Error, Password};

use super::anomalies::Anomalies;
use super::checksum::checksum;
use super::codec::{Bz2, Codec, Deflate, FilteredLzma2, Many, RawLzma, StreamRules};
use super::decompressed::Decompressed;
use super::fields::{u32_at, u64_at};
use super::name;
use crate::analyse::{Analyser, Artifact, Examination, Probe, Stop};
use crate::base::{Budget, ReadAt, Window, read_up_to};
use crate::evidence::{ArchiveAnomaly as Anomaly, CoverageFact, Format, UnscannedReason};

/// 7z. Blocks of LZMA, LZMA2, deflate, bzip2 or plain data are decoded, LZMA with one filter in
/// front; encrypted blocks and other coders are not.
pub(crate) struct SevenZ;

const FORMAT: Format = Format::new("7z");
const MAGIC: [u8; 6] = [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c];
/// Bytes of the start header.
const START: u64 = 32;
/// Largest member whose checksum is computed, in bytes. 1 MiB.
const CHECKED: u64 = 1 << 20;

impl Analyser for SevenZ {
    fn format(&self) -> Format {
        FORMAT
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        probe.has(0, &MAGIC)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let length = artifact.bytes.len()?;
        let mut start = [0; START as usize];
        read_up_to(artifact.bytes, 0, &mut start)?;
        // An archive whose writing was interrupted has zeros here; the crate would then search for
        // a header at any cost.
        if start.get(8..).is_none_or(|rest| rest.iter().all(|byte| *byte == 0)) {
            return unsupported(examination, "a 7z archive without a start header");
        }
        let memory = examination.limits().decompressor_memory;
        let kib = usize::try_from(memory / 1024).unwrap_or(usize::MAX);
        let mut source = Seekable { bytes: artifact.bytes, at: 0, length };
        let archive = Archive::read_with_memory_limit(&mut source, &Password::empty(), kib);
        let archive = match archive {
            Ok(archive) => archive,
            Err(error) => return judge_error(error, memory, examination),
        };
        let end =
            [12, 20].iter().filter_map(|at| u64_at(&start, *at)).fold(START, u64::saturating_add);
        let mut anomalies = Anomalies::default();
        if let Some(behind @ 1..) = length.checked_sub(end) {
            anomalies.add(end, Anomaly::SuffixBytes, format!("{behind} bytes behind the archive"));
        }
        if archive.files.len() as u64 > examination.limits().members {
            let limit = examination.limits().members;
            return Err(Stop::Exhausted { budget: Budget::Members, limit, offset: None });
        }
        judge_names(&archive, &mut anomalies);
        anomalies.record(examination);
        for (index, block) in archive.blocks.iter().enumerate() {
            examine_block(artifact.bytes, &archive, index, block, examination)?;
        }
        for file in archive.files.iter().filter(|file| !file.has_stream) {
            examination.list_member(None, &file.name, 0, &[]);
        }
        Ok(())
    }
}

fn unsupported(examination: &mut Examination<'_>, what: &str) -> Result<(), Stop> {
    let reason = UnscannedReason::Unsupported { what: what.to_owned() };
    examination.record(None, CoverageFact::Unscanned { reason });
    Ok(())
}

/// Tells why the headers could not be read.
fn judge_error(error: Error, memory: u64, examination: &mut Examination<'_>) -> Result<(), Stop> {
    match error {
        Error::Io(error, _) if error.get_ref().is_some_and(|inner| inner.is::<Stop>()) => {
            Err(error.into())
        }
        Error::MaxMemLimited { .. } => {
            Err(Stop::Exhausted { budget: Budget::DecompressorMemory, limit: memory, offset: None })
        }
        Error::PasswordRequired | Error::MaybeBadPassword(_) => {
            let reason = UnscannedReason::Encrypted;
            examination.record(None, CoverageFact::Unscanned { reason });
            Ok(())
        }
        Error::UnsupportedCompressionMethod(method)
            if method == EncoderMethod::AES256_SHA256.name() =>
        {
            let reason = UnscannedReason::Encrypted;
            examination.record(None, CoverageFact::Unscanned { reason });
            Ok(())
        }
        error => unsupported(examination, &format!("a 7z archive that does not parse: {error}")),
    }
}

/// Notes what is odd about the names and kinds of members.
fn judge_names(archive: &Archive, anomalies: &mut Anomalies) {
    /// The attribute that says that the upper half is a Unix mode.
    const HAS_MODE: u32 = 0x8000;
    /// The attribute of a Windows link.
    const REPARSE_POINT: u32 = 0x400;
    let mut seen = HashSet::with_capacity(archive.files.len());
    for file in &archive.files {
        let name = name::text(file.name.as_bytes());
        if let Some(why) = name::hazard(file.name.as_bytes()) {
            anomalies.add(None, Anomaly::UnsafePath, format!("{name:.100}: {why}"));
        }
        if !seen.insert(name::key(&file.name)) {
            anomalies.add(None, Anomaly::DuplicateMember, name.clone());
        }
        let attributes = if file.has_windows_attributes { file.windows_attributes } else { 0 };
        let kind = if attributes & HAS_MODE != 0 { (attributes >> 16) & 0xf000 } else { 0 };
        match kind {
            0xa000 => anomalies.add(None, Anomaly::Link, name),
            0x1000 | 0x2000 | 0x6000 | 0xc000 => {
                anomalies.add(None, Anomaly::SpecialMember, name);
            }
            _ if attributes & REPARSE_POINT != 0 => anomalies.add(None, Anomaly::Link, name),
            _ if file.is_anti_item => anomalies.add(None, Anomaly::SpecialMember, name),
            _ => {}
        }
    }
}

/// The files of a block that have data, in the order of the data.
fn files_of(archive: &Archive, block: usize) -> impl Iterator<Item = &ArchiveEntry> {
    archive
        .files
        .iter()
        .zip(&archive.stream_map.file_block_index)
        .filter(move |(file, of)| **of == Some(block) && file.has_stream)
        .map(|(file, _)| file)
}

fn examine_block(
    bytes: &dyn ReadAt,
    archive: &Archive,
    index: usize,
    block: &Block,
    examination: &mut Examination<'_>,
) -> Result<(), Stop> {
    let packed = packed_bytes(bytes, archive, index);
    let (Some(packed), Some(coding)) = (packed, Coding::new(block)) else {
        let encrypted = block
            .coders
            .iter()
            .any(|coder| coder.encoder_method_id() == EncoderMethod::ID_AES256_SHA256);
        let reason = if encrypted {
            UnscannedReason::Encrypted
        } else {
            UnscannedReason::Unsupported { what: format!("7z with {}", methods(block)) }
        };
        for file in files_of(archive, index) {
            examination.enter(&file.name, |examination| {
                let reason = reason.clone();
                examination.record(None, CoverageFact::Unscanned { reason });
            });
            examination.list_member(None, &file.name, file.size, &[]);
        }
        return Ok(());
    };
    match coding {
        Coding::Plain => {
            let length = packed.len()?;
            examine_files(&packed, length, archive, index, examination);
        }
        Coding::Packed(codec) => {
            let rules =
                StreamRules { memory: examination.limits().decompressor_memory, most: Many::One };
            let allowance = Arc::clone(examination.decompression());
            let stream = Decompressed::new(packed, codec, rules, allowance);
            let mark = examination.mark();
            let size = block.get_unpack_size();
            examine_files(&stream, size, archive, index, examination);
            let end = stream.end();
            if let Some(fault) = end.fault {
                if !examination.stopped_since(mark) {
                    examination.record_stop(&FORMAT, fault);
                }
            } else if end.length != size {
                let detail = format!("a block decodes to {} bytes, not {size}", end.length);
                let mut anomalies = Anomalies::default();
                anomalies.add(None, Anomaly::HeaderMismatch, detail);
                anomalies.record(examination);
            }
        }
    }
    Ok(())
}

fn examine_files(
    content: &dyn ReadAt,
    size: u64,
    archive: &Archive,
    block: usize,
    examination: &mut Examination<'_>,
) {
    let mut at = 0_u64;
    let mut anomalies = Anomalies::default();
    for file in files_of(archive, block) {
        let window = Window::new(content, at, file.size);
        let formats =
            if file.size == 0 { Vec::new() } else { examination.nested(&file.name, &window) };
        examination.list_member(None, &file.name, file.size, &formats);
        if file.has_crc && file.size <= CHECKED {
            // Bytes that can't be read were told by the member's own examination.
            let sum = checksum(&window).ok();
            if let Some(sum) = sum.filter(|sum| u64::from(*sum) != file.crc) {
                let detail = format!("{}: {sum:#010x}, not {:#010x}", file.name, file.crc);
                anomalies.add(None, Anomaly::Checksum, detail);
            }
        }
        at = at.saturating_add(file.size);
    }
    if at != size {
        let detail = format!("the members of a block have {at} bytes, the block {size}");
        anomalies.add(None, Anomaly::HeaderMismatch, detail);
    }
    anomalies.record(examination);
}

/// Where the packed bytes of a block stand, if it has one stream of them.
fn packed_bytes<'a>(bytes: &'a dyn ReadAt, archive: &Archive, block: usize) -> Option<Window<'a>> {
    let stream = *archive.stream_map.block_first_pack_stream_index().get(block)?;
    let offset = *archive.stream_map.pack_stream_offsets().get(stream)?;
    let size = *archive.pack_sizes().get(stream)?;
    let start = START.checked_add(archive.pack_pos())?.checked_add(offset)?;
    Some(Window::new(bytes, start, size))
}

fn methods(block: &Block) -> String {
    let names: Vec<String> = block
        .coders
        .iter()
        .map(|coder| {
            let id = coder.encoder_method_id();
            EncoderMethod::by_id(id).map_or_else(|| format!("{id:02x?}"), |m| m.name().to_owned())
        })
        .collect();
    names.join(" + ")
}

/// How a block is packed, as far as it can be decoded.
enum Coding {
    Plain,
    Packed(Arc<dyn Codec>),
}

impl Coding {
    fn new(block: &Block) -> Option<Self> {
        let coders: Vec<&Coder> = block.ordered_coder_iter().map(|(_, coder)| coder).collect();
        let (coder, filter) = match coders[..] {
            _ if coders.len() != block.coders.len() => return None,
            [coder] => (coder, None),
            [coder, filter] => (coder, Some(filter_of(filter)?)),
            _ => return None,
        };
        let properties = coder.properties();
        let codec: Arc<dyn Codec> = match coder.encoder_method_id() {
            EncoderMethod::ID_LZMA => {
                let dictionary = u32_at(properties, 1)?;
                let size = Some(block.get_unpack_size_for_coder(coder));
                let properties = Some((*properties.first()?, dictionary));
                Arc::new(RawLzma { size, properties, filter })
            }
            EncoderMethod::ID_LZMA2 => {
                Arc::new(FilteredLzma2 { dictionary: dictionary(*properties.first()?)?, filter })
            }
            _ if filter.is_some() => return None,
            EncoderMethod::ID_COPY => return Some(Self::Plain),
            EncoderMethod::ID_DEFLATE => Arc::new(Deflate),
            EncoderMethod::ID_BZIP2 => Arc::new(Bz2),
            _ => return None,
        };
        Some(Self::Packed(codec))
    }
}

/// The dictionary size in LZMA2's property byte.
fn dictionary(property: u8) -> Option<u32> {
    match property {
        0..40 => {
            let mantissa = 2 | u32::from(property & 1);
            mantissa.checked_shl(u32::from(property / 2).saturating_add(11))
        }
        40 => Some(u32::MAX),
        _ => None,
    }
}

fn filter_of(coder: &Coder) -> Option<FilterConfig> {
    Some(match coder.encoder_method_id() {
        EncoderMethod::ID_DELTA => {
            let distance =
                coder.properties().first().map_or(1, |byte| u32::from(*byte).saturating_add(1));
            FilterConfig::new_delta(distance)
        }
        EncoderMethod::ID_BCJ_X86 => FilterConfig::new_bcj_x86(0),
        EncoderMethod::ID_BCJ_ARM => FilterConfig::new_bcj_arm(0),
        EncoderMethod::ID_BCJ_ARM64 => FilterConfig::new_bcj_arm64(0),
        EncoderMethod::ID_BCJ_ARM_THUMB => FilterConfig::new_bcj_arm_thumb(0),
        EncoderMethod::ID_BCJ_PPC => FilterConfig::new_bcj_ppc(0),
        EncoderMethod::ID_BCJ_IA64 => FilterConfig::new_bcj_ia64(0),
        EncoderMethod::ID_BCJ_SPARC => FilterConfig::new_bcj_sparc(0),
        _ => return None,
    })
}

/// Bytes as the crate wants them.
struct Seekable<'a> {
    bytes: &'a dyn ReadAt,
    at: u64,
    length: u64,
}

impl Read for Seekable<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read_at(self.at, buffer)?;
        self.at = self.at.saturating_add(count as u64);
        Ok(count)
    }
}

impl Seek for Seekable<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
